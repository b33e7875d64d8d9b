"""Erases at once what a laptop brings that an erasure covers already. No SQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from marshmallow import ValidationError
from sqlalchemy import Connection

from sync.keys import SigningKey
from sync.ledger import Entry, Erasure, header_fields
from sync.rules.clock import correction
from sync.wire.messages import Clock

from .. import publishing
from ..projecting import Sender
from ..publishing.erasing import announce
from ..store import erasures, holds, overwriting, visits
from ..store.erasures import WHOLE, Link
from .request import remember, today_at
from .signing import signed_words

_CLOCK = Clock()


@dataclass(frozen=True)
class Came:
    """What one request brought: its places, the laptop's clock in it, and when it came."""

    places: set[tuple[str, int]]
    heard: Mapping[str, Any] | None
    now: datetime


def erase_arrivals(
    connection: Connection, signer: SigningKey, entries: Sequence[Entry], sender: Sender
) -> int:
    """Erase at once what has just been kept, where an erasure already covers it; answers how many bodies.

    That is an event which was erased before (a restored office is sent it again), and one about an erased
    debtor written before his erasure was carried out, unless his data are under a legal hold.
    """
    said = {entry.id: _debtors_of(entry) for entry in entries if entry.kind != "incarnation.opened"}
    if not said or not erasures.exist(connection):
        return 0
    named = {debtor for debtors in said.values() for debtor in debtors}
    seen = visits.by_id(connection, {name for entry in entries for name in _visit_of(entry)})
    named |= {row["debtor_id"] for row in seen.values()}
    signed = erasures.held(connection, {*said, *named})
    gone = _erase_again(connection, entries, signed)
    standing = holds.standing(connection, named, today_at(connection, sender.now))
    came = Came({(entry.incarnation, entry.n) for entry in entries}, sender.heard, sender.now)
    for (name, digest), whole in signed.items():
        if digest == WHOLE and name in named and name not in standing:
            gone += _erase_late(connection, signer, name, whole, came)
    return gone


def _erase_again(
    connection: Connection, entries: Iterable[Entry], signed: dict[tuple[str, bytes], Erasure]
) -> int:
    links = [
        link
        for entry in entries
        if (entry.id, entry.body_digest) in signed
        for link in erasures.links_of(connection, entry.id, entry.body_digest)
    ]
    overwriting.overwrite_events(connection, {link.id for link in links})
    announce(connection, {link.agent_id for link in links})
    return erasures.erase_bodies(connection, links)


def _erase_late(
    connection: Connection, signer: SigningKey, debtor_id: str, whole: Erasure, came: Came
) -> int:
    """Events about an erased debtor that were still on a laptop when he was erased."""
    links = [
        link
        for link in erasures.links_about(connection, debtor_id)
        if link.held and _may_be_before(link, whole.erased_at, came)
    ]
    if not links:
        return 0
    erasures.add(connection, signed_words(signer, links, whole.reason, came.now))
    gone = erasures.erase_bodies(connection, links)
    overwriting.overwrite_events(connection, {link.id for link in links})
    publishing.refresh_debtors(connection, [debtor_id], came.now)
    announce(connection, {link.agent_id for link in links})
    said = {"reason": whole.reason, "events": gone}
    remember(connection, "erasure.late", debtor_id, said, "office", came.now)
    return gone


def _may_be_before(link: Link, erased_at: datetime, came: Came) -> bool:
    """False only for what was certainly written after the erasure, by the corrected time of its clock.

    Nobody knows the request that brought what came earlier, and was kept under a legal hold until now.
    """
    clock = _clock(link.clock)
    if clock is None:
        return True
    heard = came.heard if (link.incarnation, link.n) in came.places else None
    off = correction(clock, heard, link.received_at, link.enrolled_at)
    ahead_ms = 0 if off is None else off.offset_ms + off.uncertainty_ms
    try:
        return bool(clock["wall"] - timedelta(milliseconds=ahead_ms) <= erased_at)
    except OverflowError:
        return True


def _clock(said: Mapping[str, Any]) -> dict[str, Any] | None:
    """The clock of a header with its types; None for one that cannot be read."""
    try:
        clock: dict[str, Any] = _CLOCK.load(dict(said))
    except ValidationError:
        return None
    return clock


def _debtors_of(entry: Entry) -> set[str]:
    debtor = (header_fields(entry.header) or {}).get("debtor")
    if debtor is None:
        debtor = (header_fields(entry.body) or {}).get("debtor") if entry.body is not None else None
    return {debtor} if isinstance(debtor, str) else set()


def _visit_of(entry: Entry) -> set[str]:
    visit = (header_fields(entry.body) or {}).get("visit") if entry.body is not None else None
    return {visit} if isinstance(visit, str) else set()
