"""The rows behind a figure, within a scope, newest first and a few at a time. Judges none of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    bindparam,
    exists,
    false,
    func,
    not_,
    or_,
    select,
)

from sync.rules.figures_reading import MARGIN

from ..chunks import batches, streamed
from ..scopes import Scope
from ..tables import (
    accounts,
    agents,
    assignment_accounts,
    assignments,
    debtors,
    far_off,
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
DAY = timedelta(days=1)
# How far the civil days of the east and the west lie from those of Greenwich; and by how much a laptop's
# clock may be off and its visits still be looked for there.
EAST, WEST = timedelta(hours=14, minutes=10), timedelta(hours=12, minutes=10)
SLIGHT_MS = 600_000
# No pack gives more days of grace than this after the day that was promised.
GRACE = timedelta(days=60)
Rows = Iterator[dict[str, Any]]
Span = tuple[date, date]


@dataclass(frozen=True)
class Stood:
    """Accounts so many days past due, by pack, at some time from `first` to `last`; no end: and more."""

    first: date
    last: date
    days: Mapping[str, tuple[int, int | None]]

    def about(self, first: date, last: date) -> Stood:
        """The same of other days, within these."""
        return replace(self, first=max(first, self.first), last=min(last, self.last))

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
    """No value: nobody, or nobody of a team."""
    if by == "agent":
        return [agents.c.id == value if value else agents.c.id.is_(None)]
    if by == "team":
        return [agents.c.team == value if value else func.coalesce(agents.c.team, "") == ""]
    return []


def visits_made(
    connection: Connection, scope: Scope, span: Span, by: str, value: str, stood: Stood | None
) -> Rows:
    """Visits about the period with a result for an account that is seen and asked for, not all `NOR`: by the
    laptop's clock, newest first; then those of any time whose clock is more than a day off."""
    first, last = span[0] - MARGIN, span[1] + MARGIN
    whole = _visits(scope, by, value, stood)
    if not scope.whole:
        told = _of_debtors(connection, scope, (first, last), by, value, stood)
        for piece in batches(told, AT_A_TIME):
            yield from streamed(connection, whole.where(_about(span), visits.c.id.in_(piece)), AT_A_TIME)
    else:
        for start, end in [(first, last)] if stood is None else [(day, day) for day in _days(first, last)]:
            near = stood and stood.about(start - MARGIN - 2 * DAY, end + MARGIN)
            asked = _visits(scope, by, value, near).where(
                _about(span),
                visits.c.started >= _midnight(start),
                visits.c.started < _midnight(end) + DAY,
            )
            yield from streamed(connection, asked, AT_A_TIME)
    yield from streamed(connection, whole.where(far_off), AT_A_TIME)


def _about(span: Span) -> ColumnElement[bool]:
    """A visit that may be of the period, by a clock that is less than a day off."""
    start, end = _midnight(span[0]), _midnight(span[1]) + DAY
    near = and_(visits.c.started >= start - EAST, visits.c.started < end + WEST)
    off = or_(visits.c.offset_ms > SLIGHT_MS, visits.c.offset_ms < -SLIGHT_MS)
    wide = and_(off, visits.c.started >= start - MARGIN, visits.c.started < end + MARGIN)
    return and_(or_(near, wide), or_(visits.c.offset_ms.is_(None), not_(far_off)))


def _visits(scope: Scope, by: str, value: str, stood: Stood | None) -> Select[Any]:
    """One `exists` inside the other: as a join SQLite would read, for each visit, all accounts of a scope."""
    told = (
        exists()
        .where(
            visit_results.c.visit_id == visits.c.id,
            visit_results.c.result != "NOR",
            _asked_for(visit_results, scope, by, value, stood),
        )
        .correlate(visits)
    )
    return (
        select(
            *(column for column in visits.c if column.name not in ("verdict", "conduct", "note")),
            agents.c.name.label("agent_name"),
            debtors.c.name.label("debtor_name"),
        )
        .join(agents, agents.c.id == visits.c.agent_id)
        .join(debtors, debtors.c.id == visits.c.debtor_id)
        .where(told, *_of_agents(by, value))
        .order_by(visits.c.started.desc(), visits.c.id)
    )


def _asked_for(told: Table, scope: Scope, by: str, value: str, stood: Stood | None) -> ColumnElement[bool]:
    """What is told is of an account that is seen and asked for."""
    return (
        exists()
        .where(
            accounts.c.id == told.c.account_id,
            lenders.c.id == accounts.c.lender_id,
            scope.accounts(),
            *_of_accounts(by, value, stood),
        )
        .correlate(told)
    )


def _of_debtors(
    connection: Connection, scope: Scope, span: Span, by: str, value: str, stood: Stood | None
) -> list[str]:
    """The ids of the visits of some days to debtors who have an account that is seen and asked for, newest
    first; all of it from indexes."""
    seen = (
        select(accounts.c.debtor_id)
        .join(lenders, lenders.c.id == accounts.c.lender_id)
        .where(scope.accounts(), *_of_accounts(by, value, stood))
    )
    query = (
        select(visits.c.id)
        .where(
            visits.c.debtor_id.in_(seen),
            visits.c.started >= _midnight(span[0]),
            visits.c.started < _midnight(span[1]) + DAY,
            *([visits.c.agent_id == value] if by == "agent" else []),
        )
        .order_by(visits.c.started.desc(), visits.c.id)
    )
    return list(connection.execute(query).scalars())


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def _days(first: date, last: date) -> Iterator[date]:
    """The days of a period, the last first."""
    return (last - DAY * back for back in range((last - first).days + 1))


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
            *_of_agents(by, value),
        )
        .order_by(payments.c.value_date.desc(), payments.c.id)
    )
    return streamed(connection, query, AT_A_TIME)


def promising_accounts(
    connection: Connection, scope: Scope, span: Span, by: str, value: str, stood: Stood | None
) -> Iterator[str]:
    """Accounts with a promise due about the period, the latest first, each once; whoever knows the grace
    judges its days."""
    first, last = span[0] - GRACE + DAY, span[1]
    by_day = stood is not None and scope.whole
    told: set[str] = set()
    for start, end in [(day, day) for day in _days(first, last)] if by_day else [(first, last)]:
        near = stood.about(start - 2 * DAY, end + GRACE) if stood is not None else None
        for account in _promising(connection, scope, (start, end), by, value, near):
            if account not in told:
                told.add(account)
                yield account


def _promising(
    connection: Connection, scope: Scope, due: Span, by: str, value: str, stood: Stood | None
) -> Iterator[str]:
    """The accounts of the promises due on some of the days, as often as they promised."""
    query = (
        select(promises.c.account_id)
        .join(agents, agents.c.id == promises.c.agent_id)
        .where(promises.c.due >= due[0], promises.c.due <= due[1], *_of_agents(by, value))
        .order_by(promises.c.due.desc(), promises.c.id)
    )
    if scope.whole:
        query = query.where(_asked_for(promises, scope, by, value, stood))
    else:
        query = (
            query.join(accounts, accounts.c.id == promises.c.account_id)
            .join(lenders, lenders.c.id == accounts.c.lender_id)
            .where(scope.accounts(), *_of_accounts(by, value, stood))
        )
    return (row["account_id"] for row in streamed(connection, query, AT_A_TIME))


def accounts_seen(
    connection: Connection,
    scope: Scope,
    by: str,
    value: str,
    day: date,
    stood: Stood | None,
    *,
    assigned: bool = False,
) -> Iterator[dict[str, Any]]:
    """Accounts in order; by agent or team only those that he had on `day`. Of nobody: those that nobody had,
    or nobody of a team; none of them where only `assigned` ones are asked for."""
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
    if by in ("agent", "team"):
        theirs = bool(value) or assigned
        named = _of_agents(by, value) if theirs else [agents.c.team != ""] if by == "team" else []
        held = (
            select(assignment_accounts.c.account_id)
            .join(assignments, assignments.c.id == assignment_accounts.c.assignment_id)
            .join(agents, agents.c.id == assignments.c.agent_id)
            .where(
                assignments.c.since <= day,
                or_(assignments.c.until.is_(None), assignments.c.until > day),
                assignment_accounts.c.outcome == "assigned",
                *named,
            )
        )
        query = query.where(accounts.c.id.in_(held) if theirs else accounts.c.id.not_in(held))
    return streamed(connection, query, AT_A_TIME)


_VISITED = exists().where(visits.c.stop_id == stops.c.id, visits.c.debtor_id == stops.c.debtor_id)


def stops_planned(connection: Connection, scope: Scope, span: Span, by: str, value: str) -> Rows:
    """Stops of published routes, the last day first, with their place; a route is read when come to."""
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
        .where(routes.c.state == "published", routes.c.date == bindparam("day"), *_of_agents(by, value))
        .order_by(agents.c.name, routes.c.id)
    )
    for day in _days(*span):
        for route in list(connection.execute(of_day, {"day": day}).scalars()):
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
