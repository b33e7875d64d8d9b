"""Lets go of the body of an event of this laptop's own when the office's signed word says it is erased.

Knows no network. The link stays, so that the chain still verifies; without the signature of a key this
laptop trusts nothing happens.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlite_utils import Database

from sync.keys import OFFICE, Keyring
from sync.ledger import Erasure

from . import attachments, settings

KIND = "erasure"


def obey(db: Database, said: Mapping[str, Any]) -> bool:
    """True when a body was let go of. In the caller's transaction, with the page that brought the word."""
    try:
        erasure = Erasure.from_json(dict(said))
    except ValueError:
        return False
    keys = Keyring.from_json(settings.get(db, "office_keys"))
    signed = erasure.signed_bytes()
    if keys.check(erasure.key_id, erasure.signature, signed, purpose=OFFICE, at=erasure.at) is not None:
        return False
    db.execute("PRAGMA secure_delete=ON")
    gone = db.execute(
        "UPDATE journal SET salt = NULL, body = NULL WHERE id = ? AND body_digest = ? AND body IS NOT NULL",
        [erasure.id, erasure.body_digest],
    )
    attachments.erase_event(db, erasure.id)
    return int(gone.rowcount) > 0
