"""Lets go of what the office's signed word says is erased: the body of an event, or a debtor's draft.

Knows no network. The link stays, so that the chain still verifies; without the signature of a key this
laptop trusts nothing happens.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlite_utils import Database

from sync.keys import OFFICE, Keyring
from sync.ledger import Erasure
from sync.wire.fields import parse_instant

from . import attachments, drafts, settings

KIND = "erasure"
WHOLE = bytes(32)  # the digest of an erasure that names a debtor


def obey(db: Database, said: Mapping[str, Any]) -> bool:
    """True when something was let go of. In the caller's transaction, with the page that brought the word."""
    try:
        erasure = Erasure.from_json(dict(said))
    except ValueError:
        return False
    keys = Keyring.from_json(settings.get(db, "office_keys"))
    signed = erasure.signed_bytes()
    if keys.check(erasure.key_id, erasure.signature, signed, purpose=OFFICE, at=erasure.at) is not None:
        return False
    db.execute("PRAGMA secure_delete=ON")
    if erasure.body_digest == WHOLE:
        return _forget_draft(db, erasure)
    gone = db.execute(
        "UPDATE journal SET salt = NULL, body = NULL WHERE id = ? AND body_digest = ? AND body IS NOT NULL",
        [erasure.id, erasure.body_digest],
    )
    attachments.erase_event(db, erasure.id)
    return int(gone.rowcount) > 0


def _forget_draft(db: Database, erasure: Erasure) -> bool:
    """What was begun about the debtor before he was erased, by the office's clock, is not to be finished.

    The word comes again with every feed that is read anew: what was begun since stays.
    """
    saved_at = drafts.saved_at(db, erasure.id)
    ahead = timedelta(milliseconds=settings.get(db, "offset_ms") or 0)
    if saved_at is not None and parse_instant(saved_at) - ahead > erasure.at:
        return False
    drafts.drop(db, erasure.id)
    attachments.drop_drafts_about(db, erasure.id)
    return saved_at is not None
