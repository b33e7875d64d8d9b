"""The rows behind a figure, within a scope, newest first and a few at a time. Judges none of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, exists, false, or_, select

from sync.rules.figures_reading import MARGIN

from ..chunks import streamed
from ..scopes import Scope
from ..tables import (
    accounts,
    agents,
    assignment_accounts,
    assignments,
    debtors,
    lenders,
    past_standings,
    payments,
    promises,
    routes,
    standings,
    stops,
    visit_results,
    visits,
)

AT_A_TIME = 100
# How far the civil days of the east and the west lie from those of Greenwich; and by how much a laptop's
# clock may be off and its visits still be looked for there.
EAST, WEST = timedelta(hours=14, minutes=10), timedelta(hours=12, minutes=10)
SLIGHT_MS = 600_000
Rows = Iterator[dict[str, Any]]
Span = tuple[date, date]


@dataclass(frozen=True)
class Stood:
    """Accounts so many days past due, by pack, at some time from `first` to `last`; no end: and more."""

    first: date
    last: date
    days: Mapping[str, tuple[int, int | None]]

    def condition(self) -> ColumnElement[bool]:
        packs: dict[tuple[int, int | None], list[str]] = {}
        for pack, days in self.days.items():
            packs.setdefault(days, []).append(pack)
        return or_(
            false(),
            *(and_(accounts.c.pack.in_(named), self._late(*days)) for days, named in packs.items()),
        )

    def _late(self, least: int, most: int | None) -> ColumnElement[bool]:
        """Late since a day that makes so many days past due of one of the days, as kept of then or now."""
        found = []
        for kept in (standings, past_standings):
            asked = [kept.c.account_id == accounts.c.id, kept.c.since <= self.last]
            asked += [kept.c.as_of.is_not(None)] if kept is standings else [kept.c.until > self.first]
            if least:
                asked.append(kept.c.late_since <= self.last - timedelta(days=least))
            if most is not None:
                asked.append(kept.c.late_since >= self.first - timedelta(days=most))
            found.append(exists().where(*asked).correlate(accounts))
        return or_(*found)


def _of_accounts(by: str, value: str, stood: Stood | None) -> list[ColumnElement[bool]]:
    """What a breakdown by a word of the account asks. Of a bucket: those who may have been in it; whoever
    knows the day judges."""
    if stood is not None:
        return [stood.condition()]
    if by == "product":
        return [accounts.c.product == value]
    return [lenders.c.name == value] if by == "lender" else []


def _of_agents(by: str, value: str) -> list[ColumnElement[bool]]:
    if by == "agent":
        return [agents.c.id == value]
    return [agents.c.team == value] if by == "team" else []


def visits_made(
    connection: Connection, scope: Scope, span: Span, by: str, value: str, stood: Stood | None
) -> Rows:
    """Visits about the period with a result for an account that is seen and asked for, not all `NOR`."""
    start = datetime.combine(span[0], time(), tzinfo=UTC)
    end = datetime.combine(span[1], time(), tzinfo=UTC) + timedelta(days=1)
    near = and_(visits.c.started >= start - EAST, visits.c.started < end + WEST)
    off = or_(visits.c.offset_ms > SLIGHT_MS, visits.c.offset_ms < -SLIGHT_MS)
    wide = and_(off, visits.c.started >= start - MARGIN, visits.c.started < end + MARGIN)
    told = (
        exists()
        .where(
            visit_results.c.visit_id == visits.c.id,
            accounts.c.id == visit_results.c.account_id,
            lenders.c.id == accounts.c.lender_id,
            visit_results.c.result != "NOR",
            scope.accounts(),
            *_of_accounts(by, value, stood),
        )
        .correlate(visits)
    )
    query = (
        select(
            *(column for column in visits.c if column.name not in ("verdict", "conduct", "note")),
            agents.c.name.label("agent_name"),
            debtors.c.name.label("debtor_name"),
        )
        .join(agents, agents.c.id == visits.c.agent_id)
        .join(debtors, debtors.c.id == visits.c.debtor_id)
        .where(
            visits.c.started >= start - MARGIN,
            visits.c.started < end + MARGIN,
            or_(near, wide),
            told,
            *_of_agents(by, value),
        )
        .order_by(visits.c.started.desc(), visits.c.id)
    )
    return streamed(connection, query, AT_A_TIME)


def payments_made(
    connection: Connection, scope: Scope, span: Span, by: str, value: str, stood: Stood | None
) -> Rows:
    """Payments and reversals of the period, with who had the account on the eve."""
    kept = and_(
        assignments.c.since < payments.c.value_date,
        or_(assignments.c.until.is_(None), assignments.c.until >= payments.c.value_date),
        assignment_accounts.c.outcome == "assigned",
    )
    query = (
        select(
            payments,
            accounts.c.number,
            accounts.c.pack,
            accounts.c.debtor_id,
            debtors.c.name.label("debtor_name"),
            lenders.c.name.label("lender"),
            agents.c.id.label("agent_id"),
            agents.c.name.label("agent_name"),
        )
        .join(accounts, accounts.c.id == payments.c.account_id)
        .join(lenders, lenders.c.id == accounts.c.lender_id)
        .join(debtors, debtors.c.id == accounts.c.debtor_id)
        .outerjoin(
            assignment_accounts.join(assignments, assignments.c.id == assignment_accounts.c.assignment_id),
            and_(assignment_accounts.c.account_id == payments.c.account_id, kept),
        )
        .outerjoin(agents, agents.c.id == assignments.c.agent_id)
        .where(
            payments.c.value_date >= span[0],
            payments.c.value_date <= span[1],
            scope.accounts(),
            *_of_accounts(by, value, stood),
            *(_of_agents(by, value) if value else [agents.c.id.is_(None)] if by == "agent" else []),
        )
        .order_by(payments.c.value_date.desc(), payments.c.id)
    )
    return streamed(connection, query, AT_A_TIME)


def promising_accounts(
    connection: Connection, scope: Scope, span: Span, by: str, value: str, stood: Stood | None
) -> Iterator[str]:
    """Accounts with a promise due about the period, the latest first, each once; whoever knows the grace
    judges its days."""
    query = (
        select(promises.c.account_id)
        .join(accounts, accounts.c.id == promises.c.account_id)
        .join(lenders, lenders.c.id == accounts.c.lender_id)
        .join(agents, agents.c.id == promises.c.agent_id)
        .where(
            promises.c.due > span[0] - timedelta(days=60),
            promises.c.due <= span[1],
            scope.accounts(),
            *_of_accounts(by, value, stood),
            *_of_agents(by, value),
        )
        .order_by(promises.c.due.desc(), promises.c.id)
    )
    told: set[str] = set()
    for row in streamed(connection, query, AT_A_TIME):
        if row["account_id"] not in told:
            told.add(row["account_id"])
            yield row["account_id"]


def accounts_seen(
    connection: Connection, scope: Scope, by: str, value: str, day: date, stood: Stood | None
) -> Iterator[dict[str, Any]]:
    """Accounts in order; by agent or team only those that he had on `day`."""
    query = (
        select(
            accounts.c.id,
            accounts.c.number,
            accounts.c.pack,
            accounts.c.product,
            accounts.c.currency,
            accounts.c.debtor_id,
            debtors.c.name.label("debtor_name"),
            lenders.c.name.label("lender"),
        )
        .join(lenders, lenders.c.id == accounts.c.lender_id)
        .join(debtors, debtors.c.id == accounts.c.debtor_id)
        .where(scope.accounts(), *_of_accounts(by, value, stood))
        .order_by(accounts.c.id)
    )
    if by in ("agent", "team") and value:
        held = (
            select(assignment_accounts.c.account_id)
            .join(assignments, assignments.c.id == assignment_accounts.c.assignment_id)
            .join(agents, agents.c.id == assignments.c.agent_id)
            .where(
                assignments.c.since <= day,
                or_(assignments.c.until.is_(None), assignments.c.until > day),
                assignment_accounts.c.outcome == "assigned",
                *_of_agents(by, value),
            )
        )
        query = query.where(accounts.c.id.in_(held))
    return streamed(connection, query, AT_A_TIME)


_VISITED = exists().where(visits.c.stop_id == stops.c.id, visits.c.debtor_id == stops.c.debtor_id)


def stops_planned(connection: Connection, scope: Scope, day: date, by: str, value: str) -> Rows:
    """Stops of published routes of a day, with their place in it; a route is read when it is come to."""
    seen = scope.sees(stops.c.debtor_id)
    query = (
        select(
            stops.c.id,
            stops.c.route_id,
            stops.c.sequence,
            stops.c.accounts,
            stops.c.debtor_id,
            stops.c.eta,
            stops.c.lat,
            routes.c.date,
            routes.c.agent_id,
            agents.c.name.label("agent_name"),
            debtors.c.name.label("debtor_name"),
            exists()
            .where(visits.c.stop_id == stops.c.id, visits.c.debtor_id == stops.c.debtor_id)
            .label("done"),
        )
        .join(routes, routes.c.id == stops.c.route_id)
        .join(agents, agents.c.id == routes.c.agent_id)
        .join(debtors, debtors.c.id == stops.c.debtor_id)
        .where(
            routes.c.id == bindparam("route"),
            stops.c.sequence.is_not(None),
            seen,
        )
        .order_by(stops.c.sequence)
    )
    of_day = (
        select(routes.c.id)
        .join(agents, agents.c.id == routes.c.agent_id)
        .where(routes.c.state == "published", routes.c.date == day, *_of_agents(by, value))
        .order_by(agents.c.name, routes.c.id)
    )
    for route in list(connection.execute(of_day).scalars()):
        for row in connection.execute(query, {"route": route}).mappings():
            yield dict(row)


def routes_published(connection: Connection, scope: Scope, span: Span, by: str, value: str) -> Rows:
    """Published routes of the period, without their matrices' seconds."""
    query = (
        select(
            routes.c.id,
            routes.c.date,
            routes.c.version,
            routes.c.certificate,
            routes.c.agent_id,
            agents.c.name.label("agent_name"),
        )
        .join(agents, agents.c.id == routes.c.agent_id)
        .where(
            routes.c.state == "published",
            routes.c.date >= span[0],
            routes.c.date <= span[1],
            scope.agents(),
            *_of_agents(by, value),
        )
        .order_by(routes.c.date.desc(), agents.c.name, routes.c.id)
    )
    return streamed(connection, query, AT_A_TIME)
