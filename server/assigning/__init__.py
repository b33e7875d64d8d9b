"""Gives every account that is late enough for the field to an agent, or says which rule bars it.

The unit is the debtor: one agent has all of him. Who has an agent keeps him; only newcomers are
shared out, so that running twice on a day changes nothing. Knows no page and no command line.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Connection, Engine

from sync.records import Refused
from sync.words import N_, Phrase

from .. import publishing
from ..doors import Packs
from ..packs import pack_of
from ..roads import MatrixProvider, Roads
from ..roads.great_circle import GreatCircle
from ..roads.picking import NO_ROADS, said_of
from ..store import agents, assignments, cases, facts
from ..store.agents import Agent
from ..store.assignments import ASSIGNED, BARRED, UNASSIGNED, Assignment, Decision
from ..store.engine import reading, writing
from .choosing import choose
from .judging import Fieldwork, assigned, barred, judge, why_barred
from .reporting import AgentLoad, AssignmentReport

__all__ = ["AssignmentReport", "assign"]

Progress = Callable[[str], None]
CONTINUES = N_("continúa con el mismo gestor")


@dataclass
class Sorted:
    """What the run decides: new rows, debtors whose row is closed, and what every agent has in the end."""

    decisions: list[Decision] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    works: dict[str, Fieldwork] = field(default_factory=dict)


def assign(
    engine: Engine,
    *,
    as_of: date,
    actor: str,
    now: datetime,
    dry_run: bool = False,
    progress: Progress | None = None,
    roads: Roads | None = None,
    packs: Packs = pack_of,
) -> AssignmentReport | Refused:
    """Assign as of a day. Refused without agents, and for a day before one already decided.

    `roads` gives the provider for a means of travel; without it distances are straight-line estimates.
    """
    try:
        return _assign(engine, as_of, actor, now, dry_run, progress or _silent, roads, packs)
    except NO_ROADS as wrong:
        return Refused(said_of(wrong), "assign.no_roads")


def _assign(
    engine: Engine,
    as_of: date,
    actor: str,
    now: datetime,
    dry_run: bool,
    say: Progress,
    roads: Roads | None,
    packs: Packs,
) -> AssignmentReport | Refused:
    with reading(engine) if dry_run else writing(engine) as connection:
        workers = agents.all_active(connection)
        refused = _refusal(connection, workers, as_of)
        if refused is not None:
            return refused
        held = assignments.every_open(connection)
        say("judging")
        result = _sort(connection, held, workers, as_of, now, packs)
        say("sharing out")
        _share(result, held, workers, _ways(roads, workers))
        changed = [one for one in result.decisions if _differs(one, held.get(one.debtor))]
        if not dry_run:
            say("saving")
            _save(connection, changed, result.closed, held, as_of, actor, now)
        report = _report(result, workers, as_of)
        report.dry_run, report.decided, report.closed = dry_run, len(changed), len(result.closed)
        report.kept = len(result.decisions) - len(changed)
        if not dry_run and (changed or result.closed):
            _remember(connection, report, actor, now)
    return report


def _ways(roads: Roads | None, workers: Sequence[Agent]) -> MatrixProvider:
    """One measure for all agents, so that loads compare: the means of travel that most of them have."""
    if roads is None:
        return GreatCircle()
    means = [agent.vehicle for agent in workers]
    return roads(max(sorted(set(means)), key=means.count))


def _refusal(connection: Connection, workers: Sequence[Agent], as_of: date) -> Refused | None:
    if not workers:
        return Refused(
            Phrase(N_("No hay gestores activos: agregue uno con «ronda office user add»")),
            "assign.no_agents",
        )
    last = assignments.last_since(connection)
    if last is not None and as_of < last:
        text = N_(
            "Ya se asignó con fecha {last}: la asignación no vuelve al pasado; use esa fecha o una mayor"
        )
        return Refused(Phrase(text, {"last": last.isoformat()}), "assign.past")
    return None


def _sort(
    connection: Connection,
    held: Mapping[str, Assignment],
    workers: Sequence[Agent],
    as_of: date,
    now: datetime,
    packs: Packs,
) -> Sorted:
    """Judge everybody overdue or assigned; decide who keeps his agent and who may not be visited."""
    ids = {*cases.overdue_debtors(connection, as_of), *held}
    active = {agent.id for agent in workers}
    result = Sorted()
    for debtor, case in sorted(cases.of(connection, ids, as_of, now).items()):
        work = judge(case, as_of, packs)
        row = held.get(debtor)
        had = row.agent if row is not None else None
        if work is None or (not work.in_field and had is None):
            if row is not None:
                result.closed.append(debtor)
            continue
        result.works[debtor] = work
        if had in active and work.may_stay:
            because = Phrase(CONTINUES)
            result.decisions.append(Decision(debtor, had, because, assigned(work, because)))
        elif not (work.may_stay if had is not None else work.goes):
            result.decisions.append(Decision(debtor, None, why_barred(work), barred(work)))
    return result


def _share(
    result: Sorted, held: Mapping[str, Assignment], workers: Sequence[Agent], roads: MatrixProvider
) -> None:
    """Share out those still without a decision."""
    kept: dict[str, list[Fieldwork]] = defaultdict(list)
    done = set()
    for decision in result.decisions:
        done.add(decision.debtor)
        if decision.agent is not None:
            kept[decision.agent].append(result.works[decision.debtor])
    rest = [work for debtor, work in result.works.items() if debtor not in done]
    result.decisions += choose(rest, workers, kept, roads)


def _differs(decision: Decision, row: Assignment | None) -> bool:
    """Whether it says something new: words alone (a load, a distance) do not make a new row."""
    if row is None or row.agent != decision.agent:
        return True
    # An account that its lender took back meanwhile was taken out of the row with a rule of its own.
    stands = {
        (one.account, one.outcome, one.rule)
        for one in row.outcomes
        if not (one.outcome == UNASSIGNED and one.rule)
    }
    return stands != {(one.account, one.outcome, one.rule) for one in decision.outcomes}


def _save(
    connection: Connection,
    changed: Sequence[Decision],
    closed: Sequence[str],
    held: Mapping[str, Assignment],
    as_of: date,
    actor: str,
    now: datetime,
) -> None:
    assignments.decide(connection, changed, since=as_of, now=now, actor=actor)
    assignments.close(connection, closed, until=as_of)
    for decision in changed:
        payload = {
            "agent": decision.agent,
            "because": decision.because.to_json(),
            "accounts": {one.account: [one.outcome, one.rule] for one in decision.outcomes},
        }
        facts.append(
            connection,
            "assignment.decided",
            as_of=as_of,
            now=now,
            actor=actor,
            subject=decision.debtor,
            payload=payload,
        )
    for debtor in closed:
        payload = {"agent": held[debtor].agent}
        facts.append(
            connection,
            "assignment.closed",
            as_of=as_of,
            now=now,
            actor=actor,
            subject=debtor,
            payload=payload,
        )
    before = {held[debtor].agent for debtor in (*closed, *(one.debtor for one in changed)) if debtor in held}
    touched = {agent for agent in (*before, *(one.agent for one in changed)) if agent is not None}
    if touched:
        publishing.refresh_agents(connection, sorted(touched), now)


def _remember(connection: Connection, report: AssignmentReport, actor: str, now: datetime) -> None:
    facts.append(
        connection, "assignment.finished", as_of=report.as_of, now=now, actor=actor, payload=report.to_json()
    )


def _report(result: Sorted, workers: Sequence[Agent], as_of: date) -> AssignmentReport:
    report = AssignmentReport(as_of)
    loads = {agent.id: AgentLoad(agent.id, agent.name) for agent in workers}
    for decision in result.decisions:
        work = result.works[decision.debtor]
        late = {answer.debt.account.id for answer in work.in_field}
        report.accounts_at_field += len(late)
        report.debtors_at_field += bool(late)
        for outcome in decision.outcomes:
            _count(report, outcome.outcome, outcome.rule, outcome.account in late)
        if decision.agent is None:
            report.barred_debtors += all(one.outcome == BARRED for one in decision.outcomes)
            continue
        report.assigned_debtors += 1
        report.unlocated_debtors += not work.door.located
        loads[decision.agent].debtors += 1
        loads[decision.agent].accounts += sum(one.outcome == ASSIGNED for one in decision.outcomes)
    report.loads = list(loads.values())
    return report


def _count(report: AssignmentReport, outcome: str, rule: str, late: bool) -> None:
    if outcome == ASSIGNED and not late:
        report.travelling_accounts += 1
    if not late:
        return
    if outcome == ASSIGNED:
        report.assigned_accounts += 1
    elif outcome == UNASSIGNED:
        report.unassigned_accounts += 1
    else:
        report.barred[rule] = report.barred.get(rule, 0) + 1


def _silent(_step: str) -> None:
    """Nobody is watching."""
