"""Takes a change set, whole or in part, under the rules of this moment; or puts it away.

Shares nothing out itself: `proposing` and `moving` fill what is taken here.
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
from ..roads.great_circle import GreatCircle
from ..store import agents as workforce
from ..store import assignments, change_rows, change_sets
from ..store.assignments import Assignment, Decision, Outcome, weighed_of
from ..store.change_rows import LEFT, OVERTAKEN, Row
from ..store.change_sets import REJECTED, TAKEN
from ..store.engine import writing
from ..store.said import phrase_of
from .checking import checker
from .deciding import Progress, silent
from .drafting import found_open, outcomes_of, remember
from .judging import Fieldwork
from .keeping import save
from .remote import barred_now, share_out
from .weighing import works_of

MEANWHILE = N_("se asignó de otra manera mientras tanto")
NOTHING_OWED = N_("ya no debe nada vencido")


@dataclass(frozen=True)
class Taken:
    """How many changes were taken, left by choice, and left because they no longer can be."""

    taken: int
    left: int
    overtaken: tuple[str, ...]


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
        wanted = {debtor: row for debtor, row in rows.items() if only is None or debtor in only}
        held = assignments.of_debtors(connection, list(wanted))
        say("judging")
        decisions, closed, late = _sorted_out(
            connection, wanted, held, since, now, at_office(connection, packs)
        )
        say("saving")
        made = save(connection, decisions, closed, held, since, actor, now)
        told: dict[str, dict[str, Any]] = {debtor: {"state": LEFT} for debtor in rows} | late
        told |= {one.debtor: {"state": TAKEN, "made": made[one.debtor]} for one in decisions}
        told |= {debtor: {"state": TAKEN} for debtor in closed}
        change_rows.tell(connection, set_id, told)
        change_sets.decide(connection, set_id, TAKEN, actor=actor, now=now, why=why)
        if closed or any(not wanted[one.debtor]["by_hand"] for one in decisions):
            _share_rest(connection, since, now, actor)
        done = Taken(len(decisions) + len(closed), len(rows) - len(wanted), tuple(late))
        counts = {"taken": done.taken, "left": done.left, "overtaken": len(late)}
        remember(connection, "assignment.taken", draft, actor, now, **counts, why=why)
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


def overtaken(text: str) -> dict[str, Any]:
    return {"state": OVERTAKEN, "said": Phrase(text).to_json()}


def refuse_unfit(
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


def _sorted_out(
    connection: Connection,
    rows: Mapping[str, Row],
    held: Mapping[str, Assignment],
    day: date,
    now: datetime,
    packs: Packs,
) -> tuple[list[Decision], list[str], dict[str, dict[str, Any]]]:
    """The decisions to make, whose assignment closes, and why the others can no longer be."""
    live = {debtor: row for debtor, row in rows.items() if _stands(row, held.get(debtor))}
    late = {debtor: overtaken(MEANWHILE) for debtor in rows if debtor not in live}
    by_hand = {debtor: dict(row) for debtor, row in live.items() if row["by_hand"]}
    decisions, unfit = _judged_again(connection, by_hand, held, day, now, packs)
    run = {debtor: row for debtor, row in live.items() if not row["by_hand"]}
    decisions += [_decision(row) for row in run.values() if not row["closes"]]
    return decisions, [debtor for debtor, row in run.items() if row["closes"]], late | unfit


def _judged_again(
    connection: Connection,
    rows: dict[str, dict[str, Any]],
    held: Mapping[str, Assignment],
    day: date,
    now: datetime,
    packs: Packs,
) -> tuple[list[Decision], dict[str, dict[str, Any]]]:
    """What was moved by hand, under the rules of this moment: the decisions, and why the others cannot be."""
    works = works_of(connection, list(rows), as_of=day, now=now, packs=packs)
    refuse_unfit(connection, rows, works, held, day)
    decisions: list[Decision] = []
    unfit: dict[str, dict[str, Any]] = {}
    for debtor, row in rows.items():
        if row["state"]:
            unfit[debtor] = {"state": OVERTAKEN, "said": row["said"]}
        elif debtor not in works:
            unfit[debtor] = overtaken(NOTHING_OWED)
        else:
            because = phrase_of(row["because"])
            outcomes = outcomes_of(works[debtor], because) if row["to_agent"] is not None else row["outcomes"]
            decisions.append(_decision(row | {"outcomes": outcomes}))
    return decisions, unfit


def _stands(row: Row, held: Assignment | None) -> bool:
    return bool((held.id if held is not None else None) == row["replaces"])


def _share_rest(connection: Connection, since: date, now: datetime, actor: str) -> None:
    """What may not be visited, among those who work from afar."""
    owners = {debtor: row.agent for debtor, row in assignments.every_open(connection).items()}
    works = barred_now(connection, since, now, at_office(connection))
    share_out(connection, works, as_of=since, now=now, actor=actor, write=True, field_agents=owners)


def _decision(row: Row) -> Decision:
    return Decision(
        row["debtor_id"],
        row["to_agent"],
        phrase_of(row["because"]),
        tuple(Outcome(**{**one, "because": phrase_of(one["because"])}) for one in row["outcomes"]),
        weighed_of(row["weighed"]),
    )
