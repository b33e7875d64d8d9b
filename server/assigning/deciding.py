"""Decides a whole assignment and writes nothing: who keeps his agent, who moves, who is barred, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlalchemy import Connection

from sync.records import Refused
from sync.words import N_, Phrase

from ..doors import Packs
from ..packs import pack_of
from ..roads import MatrixProvider, Roads
from ..roads.great_circle import GreatCircle
from ..store import agent_conflicts, agent_days, assignments, cases, encounters
from ..store.agent_days import Workforce
from ..store.agents import Agent
from ..store.assignments import ASSIGNED, BARRED, UNASSIGNED, Assignment, Decision
from .appointments import Appointment, agreed
from .choosing import Ties, choose, place_of
from .judging import Fieldwork, assigned, barred, judge, why_barred
from .reporting import AgentLoad, AssignmentReport

Progress = Callable[[str], None]
CONTINUES = N_("continúa con el mismo gestor")


@dataclass
class Sorted:
    """What the run decides: new rows, debtors whose row is closed, and what every agent has in the end."""

    decisions: list[Decision] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    works: dict[str, Fieldwork] = field(default_factory=dict)
    current: dict[str, str] = field(default_factory=dict)  # who may be moved, and who has him
    leaving: dict[str, str] = field(default_factory=dict)
    handed: dict[str, Phrase] = field(default_factory=dict)
    conflicts: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass
class Decided:
    """What a run would change: `changed` decisions, `closed` debtors, with the rows they replace."""

    changed: list[Decision]
    closed: list[str]
    held: Mapping[str, Assignment]
    works: Mapping[str, Fieldwork]
    report: AssignmentReport

    @property
    def agents(self) -> dict[str, str | None]:
        """Who visits each debtor once it is kept."""
        held = {debtor: row.agent for debtor, row in self.held.items() if debtor not in self.closed}
        return held | {one.debtor: one.agent for one in self.changed}


def decide(
    connection: Connection,
    *,
    as_of: date,
    now: datetime,
    rebalance: bool = False,
    roads: Roads | None = None,
    packs: Packs = pack_of,
    say: Progress | None = None,
) -> Decided | Refused:
    """Decide and write nothing. Raises what `roads` raises."""
    told = say or silent
    workforce = agent_days.on(connection, as_of)
    everybody = [*workforce.present, *(agent for agent, _ in workforce.away)]
    refused = _refusal(connection, everybody, as_of)
    if refused is not None:
        return refused
    held = assignments.every_open(connection)
    told("judging")
    result = _sort(connection, held, workforce, as_of, now, packs, rebalance)
    told("sharing out")
    _share(connection, result, held, workforce.present, ways(roads, everybody), as_of)
    changed = [one for one in result.decisions if _differs(one, held.get(one.debtor))]
    report = _report(result, everybody, as_of)
    report.decided, report.closed = len(changed), len(result.closed)
    report.kept = len(result.decisions) - len(changed)
    report.moved = sum(_moves(one, held.get(one.debtor)) for one in changed)
    report.handed_over = sum(one.debtor in result.handed for one in changed)
    report.away = [agent.name for agent, _ in workforce.away]
    return Decided(changed, result.closed, held, result.works, report)


def _moves(decision: Decision, row: Assignment | None) -> bool:
    return row is not None and None not in (row.agent, decision.agent) and row.agent != decision.agent


def ways(roads: Roads | None, workers: Sequence[Agent]) -> MatrixProvider:
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
    workforce: Workforce,
    as_of: date,
    now: datetime,
    packs: Packs,
    rebalance: bool,
) -> Sorted:
    """Judge everybody overdue or assigned; decide who keeps his agent and who may not be visited."""
    ids = {*cases.overdue_debtors(connection, as_of), *held}
    active = {agent.id: agent for agent in (*workforce.present, *(one for one, _ in workforce.away))}
    moving = _movable(connection, held, workforce, as_of)
    conflicts = agent_conflicts.standing(connection)
    result = Sorted(handed=moving, conflicts=conflicts)
    for debtor, case in sorted(cases.of(connection, ids, as_of, now).items()):
        work = judge(case, as_of, packs)
        row = held.get(debtor)
        had = row.agent if row is not None else None
        if work is None or (not work.in_field and had is None):
            if row is not None:
                result.closed.append(debtor)
            continue
        result.works[debtor] = work
        if had is not None and had in active and work.may_stay and row is not None:
            if debtor in conflicts.get(had, ()) or _stayed(row, active[had], as_of):
                result.leaving[debtor] = had
                continue
            if debtor in moving:
                continue
            if rebalance and all(agent.id != had for agent, _ in workforce.away):
                result.current[debtor] = had
                continue
            because = Phrase(CONTINUES)
            result.decisions.append(Decision(debtor, had, because, assigned(work, because)))
        elif not (work.may_stay if had is not None else work.goes):
            result.decisions.append(Decision(debtor, None, why_barred(work), barred(work)))
    return result


def _movable(
    connection: Connection, held: Mapping[str, Assignment], workforce: Workforce, as_of: date
) -> dict[str, Phrase]:
    """Whose agent is away on the day although they have an appointment, with the words for handing over."""
    away = {agent.id: agent for agent, _ in workforce.away}
    theirs = {debtor: row.agent for debtor, row in held.items() if row.agent in away}
    found = {}
    for debtor, promises in encounters.promises_of(connection, theirs).items():
        today = [one for one in agreed(debtor, promises, as_of, None) if one.day == as_of]
        if today:
            text = N_("por ausencia de {name}: cita de {since} a {until}")
            values = {
                "name": away[theirs[debtor] or ""].name,
                "since": f"{today[0].since:%H:%M}",
                "until": f"{today[0].until:%H:%M}",
            }
            found[debtor] = Phrase(text, values)
    return found if workforce.present else {}


def _stayed(row: Assignment, agent: Agent, as_of: date) -> bool:
    """True when the agent has had the debtor for as long as he may."""
    longest = agent.longest_stay_days
    return longest is not None and (as_of - row.since).days >= longest


def _share(
    connection: Connection,
    result: Sorted,
    held: Mapping[str, Assignment],
    workers: Sequence[Agent],
    roads: MatrixProvider,
    as_of: date,
) -> None:
    """Share out those still without a decision."""
    kept: dict[str, list[Fieldwork]] = defaultdict(list)
    done = set()
    for decision in result.decisions:
        done.add(decision.debtor)
        if decision.agent is not None:
            kept[decision.agent].append(result.works[decision.debtor])
    rest = [work for debtor, work in result.works.items() if debtor not in done]
    if not rest:
        return
    ties = Ties(
        conflicts=result.conflicts,
        current=result.current,
        leaving=result.leaving,
        handed=result.handed,
        appointments=_appointments(connection, result.works, as_of),
    )
    for decision in choose(rest, workers, kept, roads, ties):
        had = held.get(decision.debtor)
        if decision.agent is not None and had is not None and decision.agent == had.agent:
            because = Phrase(CONTINUES)
            work = result.works[decision.debtor]
            decision = replace(decision, because=because, outcomes=assigned(work, because))
        result.decisions.append(decision)


def _appointments(
    connection: Connection, works: Mapping[str, Fieldwork], as_of: date
) -> dict[str, list[Appointment]]:
    promised = encounters.promises_of(connection, works)
    return {
        debtor: found
        for debtor, promises in promised.items()
        if (
            found := agreed(
                debtor, promises, as_of, place_of(works[debtor]), works[debtor].door.service_s("appointment")
            )
        )
    }


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
        report.warned += bool(decision.weighed and decision.weighed.warnings)
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


def silent(_step: str) -> None:
    """Nobody is watching."""
