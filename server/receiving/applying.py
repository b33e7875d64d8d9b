"""Applies events that are kept to the office's tables, each id once, in the caller's transaction.

The same for what comes in now, for what waited in quarantine and for what is released. Knows no chain.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from sync.wire.errors import CATALOGUE
from sync.words import Phrase

from .. import auditing, publishing
from ..projecting import Sender, project
from ..projecting.said import Said, Unfit, quarantined
from ..store import events


def apply(
    connection: Connection, said: Sequence[Said], sender: Sender, now: datetime | None = None
) -> list[Said]:
    """Apply each id once; answers all events with what became of them, in order.

    `now` is when they are applied, where that is not when they came.
    """
    now = now or sender.now
    fresh, settled = _first_time(connection, said)
    done = project(connection, fresh, sender)
    events.mark_applied(
        connection,
        [
            {
                "event_id": one.entry.id,
                "body_digest": one.entry.body_digest,
                "incarnation": one.entry.incarnation,
                "n": one.entry.n,
                "applied_at": now,
            }
            for one in done.applied
        ],
    )
    if done.visits:
        auditing.audit(connection, sorted(done.visits), now, done.held(), done.around.addresses)
    if done.debtors:
        around = done.around
        owners = {name: row["debtor_id"] for name, row in around.accounts.items()}
        publishing.add(connection, done.made, done.debtors, around.visits, around.results, owners, now)
    waits = {one.entry.id: one for one in done.set_aside}
    settled = [_as_first(one, waits.get(one.entry.id)) for one in settled]
    return in_order([*settled, *done.applied, *done.set_aside])


def _as_first(said: Said, first: Said | None) -> Said:
    """A repeat within one batch of an event that could not be applied waits like it."""
    if said.code is not None or first is None:
        return said
    return replace(said, code=first.code, detail=first.detail)


def _first_time(connection: Connection, said: Iterable[Said]) -> tuple[list[Said], list[Said]]:
    """Those to apply now; and the rest: set aside already, applied before, or the same id with another
    body, which is a conflict."""
    said = list(said)
    asked = {one.entry.id for one in said if one.code in (None, "erased")}
    seen = events.applied_digests(connection, asked)
    fresh: list[Said] = []
    settled: list[Said] = []
    for one in said:
        known = seen.get(one.entry.id)
        if one.code == "erased" and known == one.entry.body_digest:
            # Its body is let go of where it was said, and applied here before: nothing is missing.
            settled.append(replace(one, code=None, detail=None))
        elif one.code is not None:
            settled.append(one)
        elif known is None:
            seen[one.entry.id] = one.entry.body_digest
            fresh.append(one)
        elif known == one.entry.body_digest:
            settled.append(one)
        else:
            settled.append(quarantined(one, Unfit("id_conflict", title("id_conflict"))))
    return fresh, settled


def in_order(said: Iterable[Said]) -> list[Said]:
    return sorted(said, key=lambda one: one.entry.n)


def title(code: str) -> Phrase:
    return Phrase(CATALOGUE[code].title)
