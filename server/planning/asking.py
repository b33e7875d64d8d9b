"""Answers for any account: who visits it when in a week or, if nobody does, why not. Plans nothing.

It reads what the plans of the week say of the debtor; where they say nothing, the assignment; and where
there is none, the rules.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine

from sync.records import Account, AccountState, Refused, RouteState, Ruling
from sync.rules.ageing import standing
from sync.rules.eligibility import field_ruling, may_be_visited
from sync.rules.policy import edges_of
from sync.words import N_, Phrase

from ..doors import Debt, Packs, best_door
from ..packs import pack_of
from ..store import accounts, assignments, cases, seats
from ..store.assignments import ASSIGNED, Assignment
from ..store.cases import Case
from ..store.engine import reading
from ..store.seats import Seat

# What a week's plan says of a day on which it did not think of somebody: the least telling of its words.
PASSING = (
    "previsto para otro día de la semana: el {day}",
    "esta semana ya se le visita: el {day}",
    "menor prioridad esta semana: puesto {rank} de {count} por valor",
)


@dataclass(frozen=True)
class DayAnswer:
    """What the plan of one day says of the account's debtor."""

    day: date
    agent_name: str
    route: str
    state: RouteState
    because: Phrase
    rule: str = ""
    source: str = ""
    sequence: int | None = None
    eta: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "date": self.day.isoformat(),
            "agent": self.agent_name,
            "state": self.state.value,
            "stop": self.sequence,
            "eta": self.eta.isoformat() if self.eta else None,
            "because": str(self.because),
            "rule": self.rule,
            "source": self.source,
        }


@dataclass(frozen=True)
class WeekAnswer:
    """One account in one week: `because` is the answer in a sentence, `visits` who visits it when."""

    account: str
    number: str
    debtor: str
    first: date
    last: date
    because: Phrase
    rule: str = ""
    source: str = ""
    visits: tuple[DayAnswer, ...] = ()
    days: tuple[DayAnswer, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        return {
            "account": self.number,
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "visited": bool(self.visits),
            "because": str(self.because),
            "rule": self.rule,
            "source": self.source,
            "days": [day.to_json() for day in self.days],
        }


def week_of(day: date) -> tuple[date, date]:
    """The Monday and the Sunday of a day's week."""
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def why_not(
    engine: Engine, account: str, week: date, *, now: datetime, packs: Packs = pack_of
) -> list[WeekAnswer] | Refused:
    """Why an account (its id, or its number in any lender's file) is or is not visited in a day's week."""
    with reading(engine) as connection:
        found = accounts.named(connection, account)
        if not found:
            text = N_("ninguna cuenta tiene el número {number}")
            return Refused(Phrase(text, {"number": account}), "account.unknown")
        return list(answers(connection, found, *week_of(week), now=now, packs=packs).values())


def answers(
    connection: Connection,
    owners: Mapping[str, str],
    first: date,
    last: date,
    *,
    now: datetime,
    packs: Packs = pack_of,
) -> dict[str, WeekAnswer]:
    """An answer for each account; `owners` are account ids with their debtors'."""
    debtors = set(owners.values())
    held = assignments.of_debtors(connection, debtors)
    planned = seats.of_debtors(connection, debtors, first, last)
    known = cases.of(connection, debtors, last, now)
    found = {}
    for account_id, debtor in sorted(owners.items()):
        case = known[debtor]
        account = next(one for one in case.accounts if one.id == account_id)
        week = _Week(case, account, planned.get(debtor, ()), held.get(debtor), first, last, packs)
        found[account_id] = week.answer()
    return found


@dataclass(frozen=True)
class _Week:
    """What is known of one account for one week."""

    case: Case
    account: Account
    seats: Sequence[Seat]
    held: Assignment | None
    first: date
    last: date
    packs: Packs

    def answer(self) -> WeekAnswer:
        days = tuple(self._day(seat) for seat in self.seats)
        visits = tuple(
            day for day, seat in zip(days, self.seats, strict=True) if day.sequence and not seat.withdrawn
        )
        because, rule, source = self._visited(visits[0]) if visits else self._why_not(days)
        return WeekAnswer(
            account=self.account.id,
            number=self.account.number,
            debtor=self.case.debtor.id,
            first=self.first,
            last=self.last,
            because=because,
            rule=rule,
            source=source,
            visits=visits,
            days=days,
        )

    def _day(self, seat: Seat) -> DayAnswer:
        """A stop that leaves this account out is no visit of it: its own pack said no."""
        sequence, because, rule, source = seat.sequence, seat.why, seat.rule, seat.source
        if seat.withdrawn is not None:
            because = seat.withdrawn
        elif sequence is not None and self.account.id not in seat.accounts:
            sequence = None
            because, rule, source = self._own_refusal(seat.day)
        return DayAnswer(
            seat.day, seat.agent_name, seat.route, seat.state, because, rule, source, sequence, seat.eta
        )

    def _visited(self, day: DayAnswer) -> tuple[Phrase, str, str]:
        where = ZoneInfo(self.case.debtor.zone)
        values: dict[str, str | int] = {
            "name": day.agent_name,
            "day": f"{day.day:%d/%m/%Y}",
            "clock": f"{day.eta.astimezone(where):%H:%M}" if day.eta else "",
            "stop": day.sequence or 0,
        }
        if day.state is RouteState.PUBLISHED:
            text = N_("lo visita {name} el {day} a las {clock}: parada {stop} de su ruta publicada")
        else:
            text = N_("lo visitaría {name} el {day} a las {clock}: parada {stop} de un borrador sin publicar")
        return Phrase(text, values), "", ""

    def _why_not(self, days: Sequence[DayAnswer]) -> tuple[Phrase, str, str]:
        gone = self._nothing_to_collect()
        if gone is not None:
            return gone
        outcomes = self.held.outcomes if self.held is not None else ()
        outcome = next((one for one in outcomes if one.account == self.account.id), None)
        if outcome is None:
            return self._not_in_field()
        if outcome.outcome != ASSIGNED:
            return outcome.because, outcome.rule, outcome.source
        if not days:
            text = N_("está asignada, y ningún día de esa semana está planificado para su gestor")
            return Phrase(text), "", ""
        told = min(days, key=_telling)
        return told.because, told.rule, told.source

    def _nothing_to_collect(self) -> tuple[Phrase, str, str] | None:
        """The lender took it back, or nothing of it is overdue."""
        if self.account.state is not AccountState.OPEN:
            verdict = may_be_visited(self.account, self.packs(self.account.pack), self.first)
            return _said(next(one for one in verdict.rulings if one.rule == "account.state"))
        debt = self._debt()
        if debt is None or debt.standing.overdue <= 0:
            return Phrase(N_("al día: no tiene saldo vencido")), "", ""
        return None

    def _not_in_field(self) -> tuple[Phrase, str, str]:
        """Never assigned: too young for the field, or nobody has assigned since it is due."""
        debt = self._debt()
        if debt is not None and debt.policy is not None and not debt.in_field:
            return _said(field_ruling(debt.policy, debt.standing.dpd))
        refused = self._own_refusal(self.first)
        if refused[1]:
            return refused
        return Phrase(N_("no está asignada a ningún gestor: asigne la cartera")), "", ""

    def _own_refusal(self, day: date) -> tuple[Phrase, str, str]:
        """What the account's own pack says of a visit at his door."""
        debt = self._debt()
        if debt is None:
            return Phrase(N_("al día: no tiene saldo vencido")), "", ""
        door = best_door(self.case, [debt], day)
        ruling = door.answers[0].ruling
        if ruling.decision == "block":
            return _said(ruling)
        return Phrase(N_("su deudor recibe una visita que no es por esta cuenta")), "", ""

    def _debt(self) -> Debt | None:
        if self.account.balance is None:
            return None
        policy = self.packs(self.account.pack)
        edges = edges_of(policy)
        paid = self.case.payments_of(self.account.id)
        return Debt(self.account, standing(self.account.balance, paid, self.first, edges), policy)


def _said(ruling: Ruling) -> tuple[Phrase, str, str]:
    return ruling.because, ruling.rule, ruling.source


def _telling(day: DayAnswer) -> tuple[int, date]:
    """First the day he was thought of and did not fit, then his rank in the week, then a rule's no."""
    if day.because.msgid in PASSING:
        return (1 if day.because.msgid == PASSING[-1] else 2), day.day
    return (3 if day.rule else 0), day.day
