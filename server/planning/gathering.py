"""Brings together what a day's plan must know of the debtors an agent has. Judges nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from statistics import median

from sqlalchemy import Connection

from sync.records import Contact, Promise, Visit
from sync.rules.reaching import Reach

from ..doors import Debt, Packs, debts
from ..packs import at_office
from ..store import assignments, cases, encounters, reached, seats
from ..store.agents import Agent
from ..store.assignments import Assignment
from ..store.cases import Case
from .learning import Took, took

# Further back nobody asks: whoever was not visited in two years counts as never visited.
LOOK_BACK = timedelta(days=730)
# When people are at home is learned from the last year: habits change with the seasons, and with the law.
LEARNED_FROM = timedelta(days=365)


@dataclass(frozen=True)
class Subject:
    """A debtor an agent has: his case, what he owes on the day, and everything said and promised.

    `usual` is the portfolio's median overdue amount by currency; `through` is, by lender, the day up
    to which payments are known.
    """

    case: Case
    assignment: Assignment
    owed: tuple[Debt, ...]
    history: tuple[Contact | Visit, ...]
    promises: tuple[Promise, ...]
    usual: Mapping[str, Decimal]
    through: Mapping[str, date]
    reach: Reach = field(default_factory=Reach)
    in_field_since: date | None = None
    took: Took = field(default_factory=Took)

    @property
    def id(self) -> str:
        return self.case.debtor.id


def gather(
    connection: Connection,
    workers: Sequence[Agent],
    day: date,
    now: datetime,
    packs: Packs,
    *,
    replanned: Collection[date] = (),
) -> dict[str, list[Subject]]:
    """The subjects of each agent, by his id and in the order of the debtors' ids.

    Places taken by these agents' published routes of the day, or of the days `replanned`, do not count:
    they are being planned again.
    """
    ids, packs = [agent.id for agent in workers], at_office(connection, packs)
    held = assignments.of_agents(connection, ids)
    known = cases.of(connection, held, day, now)
    since = datetime.combine(day, time(), tzinfo=UTC) - LOOK_BACK
    met = encounters.history(connection, held, since)
    # An agent who has nobody any more is not planned again: what he published still takes its place.
    again = {row.agent for row in held.values() if row.agent is not None}
    booked = _reserved(connection, held, replanned or [day], again, now)
    said = encounters.promises_of(connection, held)
    through = encounters.payments_through(connection)
    owed = {debtor: tuple(debts(case, day, packs)) for debtor, case in known.items()}
    usual = _usual(owed)
    reach = Reach(reached.tallies(connection, now - LEARNED_FROM))
    waiting = reached.in_field_since(connection, held)
    services = took(connection)
    found: dict[str, list[Subject]] = {agent: [] for agent in ids}
    for debtor, row in sorted(held.items()):
        subject = Subject(
            case=known[debtor],
            assignment=row,
            owed=owed[debtor],
            history=(*met.get(debtor, ()), *booked.get(debtor, ())),
            promises=tuple(said.get(debtor, ())),
            usual=usual,
            through=through,
            reach=reach,
            in_field_since=waiting.get(debtor),
            took=services,
        )
        found[row.agent or ""].append(subject)
    return found


def on_day(subjects: Sequence[Subject], day: date, packs: Packs) -> list[Subject]:
    """The same debtors on another day: what is owed has aged. Balances and addresses are those gathered."""
    return [replace(one, owed=tuple(debts(one.case, day, packs))) for one in subjects]


def _reserved(
    connection: Connection,
    debtors: Collection[str],
    days: Collection[date],
    agent_ids: Collection[str],
    now: datetime,
) -> dict[str, list[Contact]]:
    """Places taken by published routes that are still ahead; yesterday in UTC may be today somewhere."""
    ahead = min(*days, (now - timedelta(days=1)).date())
    return seats.reserved(connection, debtors, ahead, but=(days, agent_ids))


def _usual(owed: Mapping[str, Sequence[Debt]]) -> dict[str, Decimal]:
    amounts: dict[str, list[Decimal]] = defaultdict(list)
    for held in owed.values():
        for debt in held:
            amounts[debt.standing.currency].append(debt.standing.overdue)
    return {currency: median(all_of_them) for currency, all_of_them in amounts.items()}
