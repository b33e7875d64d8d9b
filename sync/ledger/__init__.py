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
    new_salt,
    reopen,
    write_entry,
)
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
    "SALT_SIZE",
    "ZERO",
    "ChainProblem",
    "ChainReport",
    "Checkpoint",
    "Clock",
    "Entry",
    "Erasure",
    "Head",
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
    "new_salt",
    "push_bytes",
    "receipt_bytes",
    "reopen",
    "sign_checkpoint",
    "sign_erasure",
    "sign_receipt",
    "verify",
    "write_entry",
]
