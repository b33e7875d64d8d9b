"""Drafts what puts a taken change set back: each debtor to who had him, where that still can be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine

from sync.records import Refused
from sync.words import N_, Phrase

from ..doors import Packs
from ..packs import at_office, pack_of
from ..roads import Roads
from ..roads.picking import without_roads
from ..store import assignments, change_rows, change_sets
from ..store.assignments import Assignment
from ..store.change_rows import Row
from ..store.change_sets import TAKEN, UNDO
from ..store.engine import writing
from ..store.scopes import Scope
from .changing import NOTHING_OWED, overtaken, refuse_unfit
from .deciding import Progress, silent
from .drafting import begin, fill, kept, outcomes_of
from .judging import Fieldwork, unassigned
from .weighing import works_of

MOVED_SINCE = N_("se asignó de nuevo después de este cambio")
PUT_BACK = N_("se deshace un cambio anterior")


@dataclass(frozen=True)
class PutBack:
    """The draft that puts a taken set back: how many debtors it can, and how many not, with reasons."""

    id: str
    rows: int
    refused: int


@without_roads("assign.no_roads")
def put_back(
    engine: Engine,
    set_id: str,
    *,
    as_of: date,
    actor: str,
    now: datetime,
    scope: Scope,
    roads: Roads | None = None,
    packs: Packs = pack_of,
    progress: Progress | None = None,
) -> PutBack | Refused:
    """A draft that gives every debtor of a taken set back to who had him, where that still can be."""
    with writing(engine) as connection:
        refused = _may_put_back(connection, set_id)
        if refused is not None:
            return refused
        made = begin(
            connection,
            scope,
            roads,
            as_of=as_of,
            actor=actor,
            now=now,
            packs=packs,
            say=progress or silent,
            kind=UNDO,
            undoes=set_id,
        )
        taken = {d: row for d, row in change_rows.of(connection, set_id).items() if row["state"] == TAKEN}
        works = works_of(connection, list(taken), as_of=as_of, now=now, packs=at_office(connection, packs))
        held = assignments.of_debtors(connection, list(taken))
        rows = {
            debtor: _reversed(made, row, held.get(debtor), works.get(debtor)) for debtor, row in taken.items()
        }
        refuse_unfit(connection, rows, works, held, as_of)
        fill(connection, made, rows, works, roads)
        left = sum(bool(row["state"]) for row in rows.values())
        return PutBack(made, len(rows) - left, left)


def _may_put_back(connection: Connection, set_id: str) -> Refused | None:
    done = change_sets.by_id(connection, set_id, lock=True)
    if done is None or done.state != TAKEN:
        return Refused(Phrase(N_("Solo se deshace un cambio que se guardó")), "assign.not_taken")
    other = change_sets.undone_by(connection, set_id)
    if other is not None:
        text = N_("Ese cambio ya se deshizo, o hay un borrador que lo deshace")
        return Refused(Phrase(text), "assign.undone")
    return None


def _reversed(made: str, row: Row, held: Assignment | None, work: Fieldwork | None) -> dict[str, Any]:
    """The row that puts another one back; one that cannot be carries its reason."""
    new = change_rows.row(
        made, row["debtor_id"], from_agent=row["to_agent"], to_agent=row["from_agent"], by_hand=True
    )
    if work is None or row["closes"]:
        return new | overtaken(NOTHING_OWED)
    if held is None or held.id != row["made"]:
        return new | overtaken(MOVED_SINCE)
    because = Phrase(PUT_BACK)
    outcomes = (
        outcomes_of(work, because) if row["from_agent"] is not None else kept(unassigned(work, because))
    )
    return new | {"replaces": held.id, "because": because.to_json(), "outcomes": outcomes}
