"""Does once more what a signed erasure says, in an office that was put back from before it. No SQL."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from sync.keys import OFFICE
from sync.ledger import Erasure

from .. import publishing
from ..enrolling import keyring_of
from ..publishing.erasing import announce
from ..store import erasures, overwriting
from ..store.erasures import CARRIED_OUT, WHOLE
from .request import today_at


def reapply(connection: Connection, erasure: Erasure, now: datetime) -> bool:
    """Do once more what a signed erasure says, in an office restored from a backup that does not know of it.

    True when there was still something to erase. A word that no key of this office signed does nothing.
    """
    keys = keyring_of(connection)
    signed = erasure.signed_bytes()
    if keys.check(erasure.key_id, erasure.signature, signed, purpose=OFFICE, at=erasure.at) is not None:
        return False
    erasures.add(connection, [erasure])
    if erasure.body_digest != WHOLE:
        links = erasures.links_of(connection, erasure.id, erasure.body_digest)
        overwriting.overwrite_events(connection, {link.id for link in links})
        announce(connection, {link.agent_id for link in links})
        return erasures.erase_bodies(connection, links) > 0
    person = erasures.debtor(connection, erasure.id)
    if person is None:
        return False
    waiting = erasures.open_request_of(connection, erasure.id)
    if waiting is not None:
        values = {"state": CARRIED_OUT, "decided_at": erasure.erased_at, "decided_by": "restore"}
        erasures.decide(connection, waiting["id"], **values)
    bound = erasures.bound_with(connection, erasure.id)
    overwriting.overwrite_person(connection, erasure.id, erasure.key_id, now, today_at(connection, now))
    publishing.refresh_debtors(connection, [erasure.id, *bound], now)
    announce(connection, erasures.who_had(connection, erasure.id))
    return bool(person["name"] != overwriting.NAMELESS)
