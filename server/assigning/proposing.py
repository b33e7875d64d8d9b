"""Proposes an assignment as a change set: what a run would decide, kept for a person to take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Engine

from sync.records import Refused

from ..doors import Packs
from ..packs import pack_of
from ..roads import Roads
from ..roads.picking import without_roads
from ..store import change_rows
from ..store.change_rows import Row
from ..store.engine import writing
from ..store.scopes import Scope
from .deciding import Decided, Progress, decide, silent
from .drafting import begin, fill, kept


@dataclass(frozen=True)
class Proposed:
    """A change set as it was kept, with what it would change in figures."""

    id: str
    figures: Mapping[str, Any]
    changes: tuple[Mapping[str, Any], ...]


@without_roads("assign.no_roads")
def propose(
    engine: Engine,
    *,
    as_of: date,
    actor: str,
    now: datetime,
    rebalance: bool = False,
    roads: Roads | None = None,
    packs: Packs = pack_of,
    progress: Progress | None = None,
) -> Proposed | Refused:
    """Decide an assignment and keep it as a proposal; nothing changes until it is taken."""
    say = progress or silent
    with writing(engine) as connection:
        found = decide(
            connection, as_of=as_of, now=now, rebalance=rebalance, roads=roads, packs=packs, say=say
        )
        if isinstance(found, Refused):
            return found
        everything = Scope.everything()
        set_id = begin(connection, everything, roads, as_of=as_of, actor=actor, now=now, packs=packs, say=say)
        rows = _rows(found, set_id)
        fill(connection, set_id, rows, found.works, roads)
        return Proposed(set_id, found.report.to_json(), tuple(_told(row) for row in rows.values()))


def _rows(found: Decided, set_id: str) -> dict[str, dict[str, Any]]:
    """A row per debtor; `replaces` is the assignment it stands on, so that a later decision is noticed."""
    rows = {}
    for one in found.changed:
        held = found.held.get(one.debtor)
        rows[one.debtor] = change_rows.row(
            set_id,
            one.debtor,
            replaces=held.id if held else None,
            from_agent=held.agent if held else None,
            to_agent=one.agent,
            because=one.because.to_json(),
            weighed=one.weighed.to_json() if one.weighed else None,
            outcomes=kept(one.outcomes),
        )
    for debtor in found.closed:
        held = found.held[debtor]
        rows[debtor] = change_rows.row(set_id, debtor, closes=True, replaces=held.id, from_agent=held.agent)
    return rows


def _told(row: Row) -> dict[str, Any]:
    """A row as the command prints it."""
    told = {
        "debtor": row["debtor_id"],
        "closes": row["closes"],
        "replaces": row["replaces"],
        "from": row["from_agent"],
        "to": row["to_agent"],
    }
    if row["closes"]:
        return told
    return told | {"because": row["because"], "weighed": row["weighed"], "outcomes": row["outcomes"]}
