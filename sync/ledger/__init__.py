"""The ledger: a chain of events nobody can change unseen. Pure; knows no store, network or clock.

`entries` makes and checks links, `statements` what is signed about them, `verdict` judges a whole
ledger. `docs/protocol.md` fixes every byte.
"""

from .entries import (
    SALT_SIZE,
    ZERO,
    ChainProblem,
    Clock,
    Entry,
    Head,
    as_received,
    body_digest,
    chain,
    check,
    erased,
    header_fields,
    link,
    new_salt,
    reopen,
    withheld,
    write_entry,
)
from .manifest import EVIDENCE, LAPTOP_EXPORT, OFFICE_EXPORT, Manifest, listed_withheld, sign_manifest
from .statements import (
    Checkpoint,
    Erasure,
    Receipt,
    checkpoint_bytes,
    erasure_bytes,
    heads_digest,
    push_bytes,
    receipt_bytes,
    sign_checkpoint,
    sign_erasure,
    sign_receipt,
)
from .verdict import ChainReport, verify

__all__ = [
    "EVIDENCE",
    "LAPTOP_EXPORT",
    "OFFICE_EXPORT",
    "SALT_SIZE",
    "ZERO",
    "ChainProblem",
    "ChainReport",
    "Checkpoint",
    "Clock",
    "Entry",
    "Erasure",
    "Head",
    "Manifest",
    "Receipt",
    "as_received",
    "body_digest",
    "chain",
    "check",
    "checkpoint_bytes",
    "erased",
    "erasure_bytes",
    "header_fields",
    "heads_digest",
    "link",
    "listed_withheld",
    "new_salt",
    "push_bytes",
    "receipt_bytes",
    "reopen",
    "sign_checkpoint",
    "sign_erasure",
    "sign_manifest",
    "sign_receipt",
    "verify",
    "withheld",
    "write_entry",
]
