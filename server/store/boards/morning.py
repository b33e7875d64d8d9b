"""What changed since yesterday and what the day brings: counts, and their rows, in a scope. Decides nothing.

Every number and its rows are one query, so that they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Text, and_, exists, func, or_, select

from ..scopes import Scope, Share
from ..tables import (
    accounts,
    addresses,
    agent_days,
    agents,
    contact_points,
    debtors,
    devices,
    findings,
    imports,
    lenders,
    payments,
    promises,
    routes,
    stop_flags,
    stop_states,
    stops,
    visits,
)

Rows = list[dict[str, Any]]
GONE = ("recalled", "absent", "closed")


@dataclass(frozen=True)
class Morning:
    """The day, from when on something is news, and before when a laptop that spoke last is silent."""

    day: date
    since: datetime
    silent: datetime
    files: tuple[str, ...] = ()  # what was imported of the kind asked for; filled in here


def counted(connection: Connection, scope: Scope, kind: str, morning: Morning) -> int:
    query = _asked(connection, scope, kind, morning, True).order_by(None).subquery()
    return connection.execute(select(func.count()).select_from(query)).scalar_one()


def listed(
    connection: Connection, scope: Scope, kind: str, morning: Morning, *, limit: int, offset: int
) -> Rows:
    query = _asked(connection, scope, kind, morning, False).limit(limit).offset(offset)
    return [dict(row) for row in connection.execute(query).mappings()]


def sums(connection: Connection, scope: Scope, kind: str, morning: Morning) -> dict[str, int]:
    """Currency → what the rows of a kind amount to; of two currencies nothing is added."""
    query = _asked(connection, scope, kind, morning, True).order_by(None).subquery()
    each = select(query.c.currency, func.sum(query.c.amount_minor)).group_by(query.c.currency)
    return {currency: int(total) for currency, total in connection.execute(each)}


def anything(connection: Connection, scope: Scope) -> bool:
    """False while this person has no account to look at."""
    return connection.execute(select(accounts.c.id).where(scope.accounts()).limit(1)).first() is not None


def visited(connection: Connection, scope: Scope, start: datetime, end: datetime) -> int:
    """Visits made between two instants to debtors in scope."""
    query = select(func.count()).where(visits.c.started >= start, visits.c.started < end)
    if Share() not in scope.shares or scope.agent_id is not None:
        query = query.where(_seen(visits.c.debtor_id, scope))
    return connection.execute(query).scalar_one()


def waiting(connection: Connection, scope: Scope, now: datetime) -> dict[str, int]:
    """What came from outside the street: stops that stand, and what was found and not decided yet."""
    standing = or_(stop_states.c.until.is_(None), stop_states.c.until > now)
    mine = exists().where(
        accounts.c.debtor_id == stop_states.c.debtor_id,
        or_(stop_states.c.account_id.is_(None), stop_states.c.account_id == accounts.c.id),
        scope.accounts(),
    )
    found = {"stops": connection.execute(select(func.count()).where(standing, mine)).scalar_one()}
    found["proposals"] = 0
    for table in (addresses, contact_points):
        query = select(func.count()).where(
            table.c.state == "proposed",
            table.c.event_id.is_not(None),
            table.c.until.is_(None),
            _seen(table.c.debtor_id, scope),
        )
        found["proposals"] += connection.execute(query).scalar_one()
    return found


def flagged(connection: Connection, scope: Scope, day: date) -> int:
    """Stops of published routes from a day on that were barred after they went out, and nobody saw it."""
    query = (
        select(func.count())
        .select_from(stop_flags)
        .join(stops, stops.c.id == stop_flags.c.stop_id)
        .join(routes, routes.c.id == stops.c.route_id)
        .where(
            stop_flags.c.seen_at.is_(None),
            routes.c.state == "published",
            routes.c.date >= day,
            _seen(stops.c.debtor_id, scope),
            ~exists().where(visits.c.stop_id == stops.c.id),
        )
    )
    return connection.execute(query).scalar_one()


def _seen(debtor: Any, scope: Scope) -> ColumnElement[bool]:
    """The debtor has an account in scope: asked of each row, so that few rows cost little."""
    return exists().where(accounts.c.debtor_id == debtor, scope.accounts())


def _account_columns() -> list[Any]:
    return [
        accounts.c.id.label("account_id"),
        accounts.c.number,
        accounts.c.debtor_id,
        debtors.c.name.label("debtor_name"),
        lenders.c.name.label("lender"),
    ]


def _of_accounts(bare: bool, *more: Any) -> Select[Any]:
    """Accounts with their debtor and lender; to be counted, they alone."""
    if bare:
        return select(accounts.c.id.label("account_id"), *more).select_from(accounts)
    return (
        select(*_account_columns(), *more)
        .select_from(accounts)
        .join(debtors, debtors.c.id == accounts.c.debtor_id)
        .join(lenders, lenders.c.id == accounts.c.lender_id)
    )


def _by_name(query: Select[Any], bare: bool) -> Select[Any]:
    return query if bare else query.order_by(debtors.c.search_name, accounts.c.number, accounts.c.id)


def _asked(connection: Connection, scope: Scope, kind: str, morning: Morning, bare: bool) -> Select[Any]:
    """The rows of a kind. Which files they came in is read before, for the database then knows how many
    rows to expect: a day without files reads no account, and a page of a full day sorts no other."""
    if kind in _FILES:
        files = select(imports.c.id).where(
            imports.c.kind == _FILES[kind], imports.c.imported_at >= morning.since
        )
        morning = replace(morning, files=tuple(connection.execute(files).scalars()))
    return _KINDS[kind](scope, morning, bare)


def _new(scope: Scope, morning: Morning, bare: bool) -> Select[Any]:
    query = _of_accounts(bare, accounts.c.state).where(
        scope.accounts(), accounts.c.first_import.in_(morning.files)
    )
    return _by_name(query, bare)


def _gone(scope: Scope, morning: Morning, bare: bool) -> Select[Any]:
    query = _of_accounts(bare, accounts.c.state).where(
        scope.accounts(),
        accounts.c.state.in_(GONE),
        accounts.c.last_import.in_(morning.files),
    )
    return _by_name(query, bare)


def _money(scope: Scope, morning: Morning, reversed_: bool, bare: bool) -> Select[Any]:
    back = payments.c.reverses.is_not(None) if reversed_ else payments.c.reverses.is_(None)
    told = (payments.c.amount_minor, payments.c.currency, payments.c.value_date, payments.c.channel)
    return (
        _of_accounts(bare, *told)
        .join(payments, payments.c.account_id == accounts.c.id)
        .where(scope.accounts(), payments.c.import_id.in_(morning.files), back)
        .order_by(payments.c.value_date.desc(), payments.c.amount_minor.desc(), payments.c.id)
    )


def _paid(scope: Scope, morning: Morning, bare: bool) -> Select[Any]:
    return _money(scope, morning, False, bare)


def _taken_back(scope: Scope, morning: Morning, bare: bool) -> Select[Any]:
    return _money(scope, morning, True, bare)


def _promised(scope: Scope, morning: Morning, bare: bool) -> Select[Any]:
    told = (
        promises.c.amount_minor,
        promises.c.currency,
        promises.c.window_start,
        promises.c.window_end,
        promises.c.channel,
    )
    mine = (scope.accounts(), promises.c.due == morning.day, promises.c.cancelled_at.is_(None))
    if bare:
        return _of_accounts(True, *told).join(promises, promises.c.account_id == accounts.c.id).where(*mine)
    return (
        _of_accounts(False, *told, agents.c.name.label("agent_name"))
        .join(promises, promises.c.account_id == accounts.c.id)
        .join(agents, agents.c.id == promises.c.agent_id)
        .where(*mine)
        .order_by(promises.c.amount_minor.desc(), promises.c.id)
    )


def _out_today(scope: Scope, morning: Morning) -> ColumnElement[bool]:
    """The published routes of the scope's agents that day, through the index of their agent and date."""
    mine = select(agents.c.id).where(scope.agents())
    return (routes.c.date == morning.day) & (routes.c.state == "published") & routes.c.agent_id.in_(mine)


def _appointed(scope: Scope, morning: Morning, _bare: bool = False) -> Select[Any]:
    return (
        select(
            stops.c.debtor_id,
            debtors.c.name.label("debtor_name"),
            debtors.c.timezone,
            stops.c.window_start,
            stops.c.window_end,
            stops.c.route_id,
            agents.c.name.label("agent_name"),
        )
        .select_from(routes)
        .join(stops, stops.c.route_id == routes.c.id)
        .join(debtors, debtors.c.id == stops.c.debtor_id)
        .join(agents, agents.c.id == routes.c.agent_id)
        .where(_out_today(scope, morning), stops.c.appointment, stops.c.sequence.is_not(None))
        .order_by(stops.c.window_start, stops.c.id)
    )


def _absent(scope: Scope, morning: Morning, _bare: bool = False) -> Select[Any]:
    """Agents away that day: the last record that speaks of it holds."""
    later = agent_days.alias("later")
    newest = ~exists().where(
        later.c.agent_id == agent_days.c.agent_id,
        later.c.withdrawn_at.is_(None),
        later.c.first <= morning.day,
        later.c.last >= morning.day,
        or_(
            later.c.recorded_at > agent_days.c.recorded_at,
            (later.c.recorded_at == agent_days.c.recorded_at) & (later.c.id > agent_days.c.id),
        ),
    )
    out = (
        select(routes.c.id)
        .where(routes.c.agent_id == agents.c.id, routes.c.date == morning.day, routes.c.state == "published")
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(
            agents.c.id.label("agent_id"),
            agents.c.name.label("agent_name"),
            agent_days.c.because,
            agent_days.c.first,
            agent_days.c.last,
            out.label("route_id"),
        )
        .join(agent_days, agent_days.c.agent_id == agents.c.id)
        .where(
            scope.agents(),
            agents.c.active,
            agent_days.c.withdrawn_at.is_(None),
            agent_days.c.away,
            agent_days.c.first <= morning.day,
            agent_days.c.last >= morning.day,
            newest,
        )
        .order_by(agents.c.name, agents.c.id)
    )


def _broken(scope: Scope, morning: Morning, _bare: bool = False) -> Select[Any]:
    """Published routes that no longer hold: their agent is away, or a stop not made yet may not be."""
    ahead = (
        (stops.c.route_id == routes.c.id)
        & stops.c.sequence.is_not(None)
        & ~exists().where(visits.c.stop_id == stops.c.id)
    )
    flagged = (
        select(func.count())
        .select_from(stops)
        .where(ahead, exists().where(stop_flags.c.stop_id == stops.c.id, stop_flags.c.seen_at.is_(None)))
        .correlate(routes)
        .scalar_subquery()
    )
    withdrawn = (
        select(func.count())
        .select_from(stops)
        .where(ahead, _said(stops.c.withdrawn))
        .correlate(routes)
        .scalar_subquery()
    )
    away = _absent(scope, morning).with_only_columns(agents.c.id).order_by(None)
    each = (
        select(
            routes.c.id.label("route_id"),
            routes.c.agent_id,
            agents.c.name.label("agent_name"),
            routes.c.version,
            flagged.label("flagged"),
            withdrawn.label("withdrawn"),
            routes.c.agent_id.in_(away).label("away"),
        )
        .join(agents, agents.c.id == routes.c.agent_id)
        .where(_out_today(scope, morning))
        .subquery()
    )
    return (
        select(each)
        .where(or_(each.c.away, each.c.flagged > 0, each.c.withdrawn > 0))
        .order_by(each.c.agent_name, each.c.route_id)
    )


def _said(column: Any) -> ColumnElement[bool]:
    """Something stands in a JSON column: neither SQL's null nor JSON's."""
    return and_(column.is_not(None), func.length(column.cast(Text())) > len("null"))


def _silent(scope: Scope, morning: Morning, _bare: bool = False) -> Select[Any]:
    return (
        select(
            devices.c.id.label("device_id"),
            devices.c.name,
            devices.c.last_seen,
            devices.c.pending,
            agents.c.name.label("agent_name"),
        )
        .join(agents, agents.c.id == devices.c.agent_id)
        .where(
            scope.agents(),
            agents.c.active,
            devices.c.revoked_at.is_(None),
            or_(devices.c.last_seen.is_(None), devices.c.last_seen < morning.silent),
        )
        .order_by(devices.c.last_seen, agents.c.name)
    )


def _findings(scope: Scope, _morning: Morning, _bare: bool = False) -> Select[Any]:
    return select(findings.c.id).where(findings.c.state == "open", _seen(findings.c.debtor_id, scope))


_KINDS: dict[str, Callable[[Scope, Morning, bool], Select[Any]]] = {
    "new": _new,
    "gone": _gone,
    "paid": _paid,
    "taken_back": _taken_back,
    "promises": _promised,
    "appointments": _appointed,
    "absent": _absent,
    "routes": _broken,
    "laptops": _silent,
    "findings": _findings,
}
KINDS = frozenset(_KINDS) - {"findings"}
# The kinds that come of the lender's files, and of which.
_FILES = {"new": "portfolio", "gone": "portfolio", "paid": "payments", "taken_back": "payments"}
