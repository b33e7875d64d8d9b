"""Plans some days in a row: spreads each agent's debtors over them, plans each, carries over who did not fit.

Every day becomes a draft of its own, with everyone in it: whom it visits, and of the others on which day,
or why not this week. Knows no page and no command line.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy import Engine

from sync.records import Contact, Interval, Refused
from sync.routing.day import ITERATIONS
from sync.routing.records import Plan
from sync.words import N_, Phrase

from ..doors import UNSURE_M, Packs
from ..packs import at_office, pack_of
from ..roads import MatrixProvider, Roads
from ..store import agent_days
from ..store import agents as workforce
from ..store import hands as by_hand
from ..store.agent_days import AgentDays, Workforce
from ..store.agents import Agent
from ..store.engine import reading
from ..store.hands import Hands
from . import NOBODY_HIS, nobody, straight, those
from .gathering import Subject, gather, on_day
from .making import Effort, Progress, planned
from .posing import NO_HANDS, Day, posed
from .reporting import NotPlanned, PlanReport, WeekReport
from .spreading import spread
from .weighing import NotToday, Visitable, set_aside, weigh

DAYS = 7

Weighed = Visitable | NotToday


def plan_week(
    engine: Engine,
    *,
    first: date,
    days: int = DAYS,
    agents: Sequence[str] | None = None,
    seed: int = 1,
    actor: str,
    now: datetime,
    progress: Progress | None = None,
    roads: Roads | None = None,
    packs: Packs = pack_of,
    iterations: int = ITERATIONS,
    unsure_m: float = UNSURE_M,
    workers: int | None = None,
    executor: Executor | None = None,
) -> WeekReport | Refused:
    """Plan `days` days from the `first` for these agents, each day as `plan` would, and keep a draft of each.

    A debtor is visited once in the week, or at each of his appointments, and never more often than the caps
    of his packs allow. On which day depends on his hours, his value, how long he has waited, and on where
    the others of that day live.
    """
    ways, dates = roads or straight, [first + timedelta(days=number) for number in range(days)]
    with reading(engine) as connection:
        forces = [agent_days.on(connection, day) for day in dates]
        chosen = those(workforce.all_active(connection), agents)
        packs = at_office(connection, packs)
        subjects = gather(connection, chosen, first, now, packs, replanned=dates)
        ids = [agent.id for agent in chosen]
        fixed = [by_hand.of_day(connection, day, ids) for day in dates]
    busy = [agent for agent in chosen if subjects[agent.id]]
    if not busy:
        return nobody(chosen)
    weeks = [
        _Week(
            agent,
            dates,
            [on_day(subjects[agent.id], day, packs) for day in dates],
            [of_day.get(agent.id, NO_HANDS) for of_day in fixed],
            unsure_m,
            forces,
        )
        for agent in busy
    ]
    numbers = _worth_planning(weeks, dates)
    effort = Effort(seed, iterations, workers, executor, progress)
    reports = _planned(engine, weeks, numbers, ways, effort, actor, now)
    if isinstance(reports, Refused):
        return reports
    idle = tuple(NotPlanned(one.id, one.name, Phrase(NOBODY_HIS)) for one in chosen if not subjects[one.id])
    return WeekReport(
        first=first,
        last=dates[-1],
        seed=seed,
        days=tuple(replace(report, without=idle) for report in reports),
        skipped=tuple(day for number, day in enumerate(dates) if number not in numbers),
        debtors=sum(len(subjects[agent.id]) for agent in busy),
        visited=sum(len(week.taken) for week in weeks),
    )


def _planned(
    engine: Engine,
    weeks: Sequence[_Week],
    numbers: Sequence[int],
    ways: Roads,
    effort: Effort,
    actor: str,
    now: datetime,
) -> list[PlanReport] | Refused:
    """Each of these days for all agents: whom one day visits is known when the next is posed."""
    reports = []
    for count, number in enumerate(numbers):
        made = planned(
            engine,
            weeks[0].dates[number],
            partial(_posed, weeks, number, ways),
            ways,
            effort,
            actor=actor,
            now=now,
            done=count * len(weeks),
            total=len(numbers) * len(weeks),
        )
        if isinstance(made, Refused):
            return made
        for week, (day, plan, _) in zip(weeks, made.days, strict=True):
            week.take(number, day, plan)
        reports.append(made.report)
    return reports


def _worth_planning(weeks: Sequence[_Week], dates: Sequence[date]) -> list[int]:
    """The days on which somebody may be visited; the first where nobody is on any, so that it says why."""
    found = [number for number in range(len(dates)) if any(week.able_on(number) for week in weeks)]
    return found or [0]


def _posed(weeks: Sequence[_Week], number: int, ways: Roads) -> list[Day]:
    return [week.pose(number, ways(week.agents[number].vehicle)) for week in weeks]


def _while_away(subject: Subject, days: AgentDays) -> NotToday:
    """What a debtor is on a day on which his agent does not work."""
    text = N_("su gestor está ausente ese día")
    return NotToday(subject.id, tuple(subject.assignment.accounts()), Phrase(text), rule="agent.away")


class _Week:
    """One agent's days: what his debtors are on each, on which they are thought of, and who was visited."""

    def __init__(
        self,
        agent: Agent,
        dates: Sequence[date],
        subjects: Sequence[Sequence[Subject]],
        hands: Sequence[Hands],
        unsure_m: float,
        forces: Sequence[Workforce],
    ) -> None:
        self.dates, self.hands, self.unsure_m = dates, hands, unsure_m
        here = [{one.id: one for one in force.present} for force in forces]
        self.agents = [present.get(agent.id, agent) for present in here]
        away = [{one.id: days for one, days in force.away}.get(agent.id) for force in forces]
        self.shifts = [Interval(*one.shift(day)) for one, day in zip(self.agents, dates, strict=True)]
        self.subjects = [{one.id: one for one in of_day} for of_day in subjects]
        self.weighed = [
            {
                one.id: weigh(one, day, unsure_m, shift) if off is None else _while_away(one, off)
                for one in of_day
            }
            for day, shift, of_day, off in zip(dates, self.shifts, subjects, away, strict=True)
        ]
        working = [
            0 if off else int((one.end - one.start).total_seconds()) - agent.lunch_s
            for one, off in zip(self.shifts, away, strict=True)
        ]
        locked = {debtor: number for number, of_day in enumerate(hands) for debtor in of_day.locked}
        self.spread = spread(self._options(), working, locked)
        self.taken: dict[str, list[tuple[int, Contact]]] = {}

    def able_on(self, number: int) -> bool:
        return any(isinstance(one, Visitable) for one in self.weighed[number].values())

    def pose(self, number: int, roads: MatrixProvider) -> Day:
        weighed = [self._today(debtor, number) for debtor in self.weighed[number]]
        return posed(self.agents[number], self.dates[number], weighed, roads, hands=self.hands[number])

    def take(self, number: int, day: Day, plan: Plan) -> None:
        """Remember whom the day visits: his place in the caps is taken for the days after."""
        for stop in plan.stops:
            debtor = day.doors[stop.candidate].debtor
            start, end = (day.shift.start + timedelta(seconds=one) for one in (stop.start_s, stop.end_s))
            visit = Contact(f"{debtor} {number}", debtor, "visit", Interval(start, end), source="route")
            self.taken.setdefault(debtor, []).append((number, visit))

    def _options(self) -> dict[str, dict[int, Visitable]]:
        options: dict[str, dict[int, Visitable]] = {}
        for number, weighed in enumerate(self.weighed):
            for debtor, one in weighed.items():
                held = options.setdefault(debtor, {})
                if isinstance(one, Visitable):
                    held[number] = one
        return options

    def _today(self, debtor: str, number: int) -> Weighed:
        """What he is on this day, given the week so far: a candidate, or on another day, or not this week."""
        one = self.weighed[number][debtor]
        if isinstance(one, NotToday):
            return one
        if debtor in self.taken:
            return self._again(debtor, number, one)
        thought = self.spread.days.get(debtor, ())
        if number in thought or (thought and thought[0] < number):
            return one
        if thought:
            values = {"day": f"{self.dates[thought[0]]:%d/%m/%Y}"}
            return set_aside(one, Phrase(N_("previsto para otro día de la semana: el {day}"), values))
        text = N_("menor prioridad esta semana: puesto {rank} de {count} por valor")
        return set_aside(
            one, Phrase(text, {"rank": self.spread.ranks.get(debtor, 0), "count": self.spread.able})
        )

    def _again(self, debtor: str, number: int, one: Visitable) -> Weighed:
        """Who is visited this week already is visited again only at an appointment that the caps allow."""
        visits = self.taken[debtor]
        if one.appointment is None:
            values = {"day": f"{self.dates[visits[0][0]]:%d/%m/%Y}"}
            return set_aside(one, Phrase(N_("esta semana ya se le visita: el {day}"), values))
        subject = self.subjects[number][debtor]
        history = (*subject.history, *(visit for _, visit in visits))
        return weigh(
            replace(subject, history=history), self.dates[number], self.unsure_m, self.shifts[number]
        )
