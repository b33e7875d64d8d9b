"""A change set as a draft: opened with the loads as they stand, filled with rows, weighed against them.

Moves by hand are `moving`'s, and nothing here reaches a laptop: `changing.take` does that. Knows no page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine

from sync.records import Refused
from sync.words import N_, Phrase

from ..doors import Packs
from ..packs import at_office, pack_of
from ..roads import MatrixProvider, Roads
from ..roads.picking import without_roads
from ..store import agents as workforce
from ..store import change_rows, change_sets, facts
from ..store.assignments import Outcome
from ..store.change_rows import Load, Row
from ..store.change_sets import HAND, OPEN, RUN, ChangeSet
from ..store.engine import reading, writing
from ..store.scopes import Scope
from .choosing import place_of
from .deciding import Progress, silent, ways
from .judging import Fieldwork, assigned
from .weighing import NOBODY, base, changed, travels, weight


@without_roads("assign.no_roads")
def open_draft(
    engine: Engine,
    *,
    as_of: date,
    actor: str,
    now: datetime,
    scope: Scope,
    roads: Roads | None = None,
    packs: Packs = pack_of,
    progress: Progress | None = None,
) -> str | Refused:
    """An empty draft of a person's part of the portfolio, with the loads as they stand."""
    # The loads are worked out before anything is locked for writing.
    with reading(engine) as connection:
        loads = loads_now(connection, scope, roads, as_of=as_of, now=now, packs=packs, say=progress or silent)
    with writing(engine) as connection:
        set_id = change_sets.add(connection, as_of, actor=actor, now=now, kind=HAND)
        change_rows.add_loads(connection, set_id, loads)
        return set_id


def begin(
    connection: Connection,
    scope: Scope,
    roads: Roads | None,
    *,
    as_of: date,
    actor: str,
    now: datetime,
    packs: Packs,
    say: Progress,
    kind: str = RUN,
    undoes: str | None = None,
) -> str:
    """An empty draft with the loads as they stand; its id. Raises what `roads` raises."""
    set_id = change_sets.add(connection, as_of, actor=actor, now=now, kind=kind, undoes=undoes)
    loads = loads_now(connection, scope, roads, as_of=as_of, now=now, packs=packs, say=say)
    change_rows.add_loads(connection, set_id, loads)
    return set_id


def loads_now(
    connection: Connection,
    scope: Scope,
    roads: Roads | None,
    *,
    as_of: date,
    now: datetime,
    packs: Packs,
    say: Progress,
) -> list[Load]:
    """What every agent of the scope has, as a draft begins. Raises what `roads` raises."""
    agents = workforce.every(connection, scope.agents())
    packs = at_office(connection, packs)
    everybody = workforce.all_active(connection)
    found = base(connection, agents, ways(roads, everybody), as_of=as_of, now=now, packs=packs, say=say)
    return list(found.values())


def found_open(connection: Connection, set_id: str) -> ChangeSet | Refused:
    """The set while it is a draft."""
    found = change_sets.by_id(connection, set_id, lock=True)
    if found is None:
        return Refused(Phrase(N_("No hay una propuesta con esa clave")), "assign.unknown_set")
    if found.state != OPEN:
        return Refused(Phrase(N_("Esa propuesta ya se decidió: haga otra")), "assign.decided_set")
    return found


def fill(
    connection: Connection,
    set_id: str,
    rows: Mapping[str, dict[str, Any]],
    works: Mapping[str, Fieldwork],
    roads: Roads | None,
) -> None:
    """Keep the rows with what they weigh, and the loads that follow from them."""
    for debtor, row in rows.items():
        row["measure"] = weight(works[debtor]) if debtor in works else {}
    weighed = {debtor: row for debtor, row in rows.items() if row["measure"]}
    measure(connection, set_id, weighed, works, ways(roads, workforce.all_active(connection)))
    loads: dict[str, Mapping[str, Any]] = {
        agent: load.after for agent, load in change_rows.loads(connection, set_id).items()
    }
    for row in weighed.values():
        if not row["state"]:
            apply(loads, row, 1)
    change_rows.put(connection, set_id, rows)
    change_rows.set_loads(connection, set_id, loads)


def outcomes_of(work: Fieldwork, because: Phrase) -> list[dict[str, Any]]:
    """What becomes of each account of who gets an agent, as a row keeps it."""
    return kept(assigned(work, because))


def kept(outcomes: Iterable[Outcome]) -> list[dict[str, Any]]:
    """Outcomes as a row keeps them."""
    return [{**vars(one), "because": one.because.to_json()} for one in outcomes]


def measure(
    connection: Connection,
    set_id: str,
    rows: Mapping[str, Row],
    works: Mapping[str, Fieldwork],
    roads: MatrixProvider,
) -> None:
    """Write into the rows' measures how far each debtor is from who has him and from who gets him."""
    sides = (("from_s", "from_agent"), ("to_s", "to_agent"))
    wanted = {row[name] for row in rows.values() for _, name in sides} - {None}
    centres = {agent: load.centre for agent, load in change_rows.loads(connection, set_id, wanted).items()}
    for side, name in sides:
        for agent in sorted({row[name] for row in rows.values()} - {None}):
            mine = [debtor for debtor, row in rows.items() if row[name] == agent]
            places = [place_of(works[debtor]) if debtor in works else None for debtor in mine]
            for debtor, seconds in zip(mine, travels(centres.get(agent), places, roads), strict=True):
                rows[debtor]["measure"][side] = seconds


def moved_loads(
    connection: Connection,
    set_id: str,
    here: Mapping[str, Row | None],
    there: Mapping[str, Row | None],
) -> dict[str, tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """(before, after) of every agent touched when the rows of `here` become those of `there`."""
    touched = {
        row[name] or NOBODY
        for rows in (here, there)
        for row in rows.values()
        if row is not None
        for name in ("from_agent", "to_agent")
    }
    loads = {agent: load.after for agent, load in change_rows.loads(connection, set_id, touched).items()}
    after = dict(loads)
    for times, rows in ((-1, here), (1, there)):
        for row in rows.values():
            if row is not None:
                apply(after, row, times)
    return {agent: (loads[agent], after[agent]) for agent in sorted(loads)}


def apply(loads: dict[str, Mapping[str, Any]], row: Row, times: int) -> None:
    """Count a row in (1) or out (-1) of the loads of the two agents it concerns, where they are known."""
    for side, name, sign in (("from", "from_agent", -1), ("to", "to_agent", 1)):
        agent = row[name] or NOBODY
        if agent in loads:
            loads[agent] = changed(loads[agent], row["measure"], side, sign * times)


def remember(
    connection: Connection, kind: str, draft: ChangeSet, actor: str, now: datetime, **payload: Any
) -> None:
    facts.append(connection, kind, as_of=draft.as_of, now=now, actor=actor, subject=draft.id, payload=payload)
