"""Proposes an assignment as a change set, takes one whole or in part, and puts a taken one back.

Shares nothing out itself; moves by hand within a draft are `drafting`'s.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine

from sync.records import Refused
from sync.words import N_, Phrase

from ..doors import Packs
from ..packs import at_office, pack_of
from ..roads import Roads
from ..roads.great_circle import GreatCircle
from ..roads.picking import NO_ROADS, said_of
from ..store import agents as workforce
from ..store import assignments, change_rows, change_sets
from ..store.assignments import Assignment, Decision, Outcome, weighed_of
from ..store.change_rows import LEFT, OVERTAKEN, Row
from ..store.change_sets import REJECTED, TAKEN, UNDO
from ..store.engine import writing
from ..store.said import phrase_of
from ..store.scopes import Scope
from .checking import checker
from .deciding import Decided, Progress, decide, silent, ways
from .drafting import apply, found_open, loads_now, measure, outcomes_of, remember
from .judging import Fieldwork, unassigned
from .keeping import save
from .remote import barred_now, share_out
from .weighing import weight, works_of

MOVED_SINCE = N_("se asignó de nuevo después de este cambio")
MEANWHILE = N_("se asignó de otra manera mientras tanto")
PUT_BACK = N_("se deshace un cambio anterior")
NOTHING_OWED = N_("ya no debe nada vencido")


@dataclass(frozen=True)
class Proposed:
    """A change set as it was kept, with what it would change in figures."""

    id: str
    figures: Mapping[str, Any]
    changes: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Taken:
    """How many changes were taken, left by choice, and left because they no longer can be."""

    taken: int
    left: int
    overtaken: tuple[str, ...]


@dataclass(frozen=True)
class PutBack:
    """The draft that puts a taken set back: how many debtors it can, and how many not, with reasons."""

    id: str
    rows: int
    refused: int


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
    try:
        with writing(engine) as connection:
            found = decide(
                connection, as_of=as_of, now=now, rebalance=rebalance, roads=roads, packs=packs, say=say
            )
            if isinstance(found, Refused):
                return found
            set_id = change_sets.add(connection, as_of, actor=actor, now=now)
            rows = _rows(found, set_id)
            loads = loads_now(
                connection,
                Scope.everything(),
                roads,
                as_of=as_of,
                now=now,
                packs=packs,
                say=say,
            )
            change_rows.add_loads(connection, set_id, loads)
            _fill(connection, set_id, rows, found.works, roads)
            return Proposed(set_id, found.report.to_json(), tuple(_told(row) for row in rows.values()))
    except NO_ROADS as wrong:
        return Refused(said_of(wrong), "assign.no_roads")


def take(
    engine: Engine,
    set_id: str,
    *,
    only: Collection[str] | None = None,
    actor: str,
    now: datetime,
    day: date | None = None,
    why: str = "",
    packs: Packs = pack_of,
    progress: Progress | None = None,
) -> Taken | Refused:
    """Take a draft, whole or for the debtors of `only`; it holds from the later of `day` and its own.

    Who was assigned meanwhile is left as he is, and so is who may no longer be moved by hand.
    """
    say = progress or silent
    with writing(engine) as connection:
        draft = found_open(connection, set_id)
        if isinstance(draft, Refused):
            return draft
        since = max(one for one in (draft.as_of, day, assignments.last_since(connection)) if one is not None)
        rows = {debtor: row for debtor, row in change_rows.of(connection, set_id).items() if not row["state"]}
        wanted = [debtor for debtor in rows if only is None or debtor in only]
        held = assignments.of_debtors(connection, wanted)
        told: dict[str, dict[str, Any]] = {
            debtor: {"state": LEFT} for debtor in rows if debtor not in set(wanted)
        }
        live = {debtor: rows[debtor] for debtor in wanted if _stands(rows[debtor], held.get(debtor))}
        told |= {debtor: _no(MEANWHILE) for debtor in wanted if debtor not in live}
        say("judging")
        judged = _judged_again(connection, live, held, since, now, at_office(connection, packs))
        told |= {debtor: one for debtor, one in judged.items() if isinstance(one, dict)}
        decisions = [one for one in judged.values() if isinstance(one, Decision)]
        decisions += [_decision(row) for row in live.values() if not row["by_hand"] and not row["closes"]]
        closed = [debtor for debtor, row in live.items() if row["closes"]]
        say("saving")
        made = save(connection, decisions, closed, held, since, actor, now)
        told |= {one.debtor: {"state": TAKEN, "made": made[one.debtor]} for one in decisions}
        told |= {debtor: {"state": TAKEN} for debtor in closed}
        change_rows.tell(connection, set_id, told)
        change_sets.decide(connection, set_id, TAKEN, actor=actor, now=now, why=why)
        if any(not row["by_hand"] for row in live.values()):
            _share_rest(connection, since, now, actor)
        overtaken = tuple(debtor for debtor, one in told.items() if one["state"] == OVERTAKEN)
        done = Taken(len(decisions) + len(closed), len(rows) - len(wanted), overtaken)
        remember(
            connection,
            "assignment.taken",
            draft,
            actor,
            now,
            taken=done.taken,
            left=done.left,
            overtaken=len(overtaken),
            why=why,
        )
    return done


def reject(engine: Engine, set_id: str, *, actor: str, now: datetime) -> Refused | None:
    """Put a proposal away; nothing of it is taken."""
    with writing(engine) as connection:
        draft = found_open(connection, set_id)
        if isinstance(draft, Refused):
            return draft
        change_sets.decide(connection, set_id, REJECTED, actor=actor, now=now)
        remember(connection, "assignment.rejected", draft, actor, now)
    return None


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
    try:
        with writing(engine) as connection:
            refused = _may_put_back(connection, set_id)
            if refused is not None:
                return refused
            made = change_sets.add(connection, as_of, actor=actor, now=now, kind=UNDO, undoes=set_id)
            loads = loads_now(
                connection,
                scope,
                roads,
                as_of=as_of,
                now=now,
                packs=packs,
                say=progress or silent,
            )
            change_rows.add_loads(connection, made, loads)
            taken = {d: row for d, row in change_rows.of(connection, set_id).items() if row["state"] == TAKEN}
            works = works_of(
                connection, list(taken), as_of=as_of, now=now, packs=at_office(connection, packs)
            )
            held = assignments.of_debtors(connection, list(taken))
            rows = {
                debtor: _reversed(made, row, held.get(debtor), works.get(debtor))
                for debtor, row in taken.items()
            }
            _refuse_unfit(connection, rows, works, held, as_of)
            _fill(connection, made, rows, works, roads)
            left = sum(bool(row["state"]) for row in rows.values())
            return PutBack(made, len(rows) - left, left)
    except NO_ROADS as wrong:
        return Refused(said_of(wrong), "assign.no_roads")


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
        return new | _no(NOTHING_OWED)
    if held is None or held.id != row["made"]:
        return new | _no(MOVED_SINCE)
    because = Phrase(PUT_BACK)
    outcomes = (
        outcomes_of(work, because)
        if row["from_agent"] is not None
        else [{**vars(one), "because": one.because.to_json()} for one in unassigned(work, because)]
    )
    return new | {"replaces": held.id, "because": because.to_json(), "outcomes": outcomes}


def _refuse_unfit(
    connection: Connection,
    rows: dict[str, dict[str, Any]],
    works: Mapping[str, Fieldwork],
    held: Mapping[str, Assignment],
    day: date,
) -> None:
    """Write into the rows of `rows` why they can no longer be, by the rules of a move by hand."""
    by_agent: dict[str, list[str]] = defaultdict(list)
    for debtor, row in rows.items():
        if not row["state"] and row["to_agent"] is not None:
            by_agent[row["to_agent"]].append(debtor)
    known, everybody = workforce.by_ids(connection, by_agent), workforce.all_active(connection)
    for agent, debtors in sorted(by_agent.items()):
        mine = {debtor: works[debtor] for debtor in debtors if debtor in works}
        checks = checker(
            connection, known[agent], mine, held, day=day, roads=GreatCircle(), everybody=everybody
        )
        for debtor in debtors:
            refusal = checks.refusal(mine.get(debtor), debtor)
            if refusal is not None:
                rows[debtor] |= {"state": OVERTAKEN, "said": refusal.because.to_json()}
            else:
                checks.take(debtor)
                rows[debtor]["warnings"] = [one.to_json() for one in checks.warnings(mine[debtor], debtor)]


def _judged_again(
    connection: Connection,
    live: Mapping[str, Row],
    held: Mapping[str, Assignment],
    day: date,
    now: datetime,
    packs: Packs,
) -> dict[str, Decision | dict[str, Any]]:
    """What was moved by hand, under the rules of this moment: its decision, or why it can no longer be."""
    rows = {debtor: dict(row) for debtor, row in live.items() if row["by_hand"]}
    works = works_of(connection, list(rows), as_of=day, now=now, packs=packs)
    _refuse_unfit(connection, rows, works, held, day)
    found: dict[str, Decision | dict[str, Any]] = {}
    for debtor, row in rows.items():
        if row["state"]:
            found[debtor] = {"state": OVERTAKEN, "said": row["said"]}
        elif debtor not in works:
            found[debtor] = _no(NOTHING_OWED)
        else:
            because = phrase_of(row["because"])
            outcomes = outcomes_of(works[debtor], because) if row["to_agent"] is not None else row["outcomes"]
            found[debtor] = _decision(row | {"outcomes": outcomes})
    return found


def _stands(row: Row, held: Assignment | None) -> bool:
    return bool((held.id if held is not None else None) == row["replaces"])


def _no(text: str) -> dict[str, Any]:
    return {"state": OVERTAKEN, "said": Phrase(text).to_json()}


def _share_rest(connection: Connection, since: date, now: datetime, actor: str) -> None:
    """What may not be visited, among those who work from afar."""
    owners = {debtor: row.agent for debtor, row in assignments.every_open(connection).items()}
    works = barred_now(connection, since, now, at_office(connection))
    share_out(connection, works, as_of=since, now=now, actor=actor, write=True, field_agents=owners)


def _fill(
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
            outcomes=[{**vars(outcome), "because": outcome.because.to_json()} for outcome in one.outcomes],
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


def _decision(row: Row) -> Decision:
    return Decision(
        row["debtor_id"],
        row["to_agent"],
        phrase_of(row["because"]),
        tuple(Outcome(**{**one, "because": phrase_of(one["because"])}) for one in row["outcomes"]),
        weighed_of(row["weighed"]),
    )
