"""The rows of one day that figures are made of, as they are in the tables. Puts no figure together.

The day of a visit is the civil day of its corrected beginning where its debtor lives; so rows are looked for
in a window around the day, and whoever asks keeps those that are of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, func, null, or_, select, union_all

from sync.rules.figures_reading import ABOUT_CONDUCT

from .chunks import among, found
from .tables import (
    accounts,
    addresses,
    agents,
    amendments,
    assignment_accounts,
    assignments,
    claims,
    contact_origins,
    contacts,
    debtors,
    far_off,
    imports,
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

Rows = list[dict[str, Any]]


def _rows(connection: Connection, query: Select[Any]) -> Rows:
    result = connection.execute(query)
    names = list(result.keys())
    return [dict(zip(names, row, strict=True)) for row in result]


def agents_known(connection: Connection) -> Rows:
    return _rows(connection, select(agents.c.id, agents.c.name, agents.c.team, agents.c.branch))


def accounts_of(connection: Connection, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """What groups an account: its lender, product, branch and team, with what ages it."""
    return {row["id"]: dict(row) for row in found(connection, _ACCOUNTS, ids)}


_ACCOUNT_COLUMNS = (
    accounts.c.id,
    accounts.c.debtor_id,
    accounts.c.lender_id,
    accounts.c.product,
    accounts.c.branch,
    accounts.c.team,
    accounts.c.pack,
    accounts.c.currency,
    accounts.c.state,
    lenders.c.name.label("lender"),
)
_ACCOUNTS = (
    select(*_ACCOUNT_COLUMNS).join(lenders, lenders.c.id == accounts.c.lender_id).where(among(accounts.c.id))
)


def accounts_of_debtors(connection: Connection, ids: Iterable[str]) -> dict[str, list[str]]:
    made: dict[str, list[str]] = {}
    for row in found(connection, _OF_DEBTORS, ids):
        made.setdefault(row["debtor_id"], []).append(row["id"])
    return made


_OF_DEBTORS = (
    select(accounts.c.id, accounts.c.debtor_id).where(among(accounts.c.debtor_id)).order_by(accounts.c.id)
)


def every_account(connection: Connection) -> Rows:
    """Every account, with the day of the last file that spoke of it."""
    query = (
        select(*_ACCOUNT_COLUMNS, imports.c.as_of.label("last_file"))
        .join(lenders, lenders.c.id == accounts.c.lender_id)
        .join(imports, imports.c.id == accounts.c.last_import)
        .order_by(accounts.c.id)
    )
    return _rows(connection, query)


def visits_between(connection: Connection, start: datetime, end: datetime) -> Rows:
    """Visits that began between these moments by the laptop's clock, with `results` [(account, result)]; and
    those of a clock more than a day off, whenever they say they were."""
    window: ColumnElement[bool] = and_(visits.c.started >= start, visits.c.started < end)
    if connection.execute(select(visits.c.id).where(far_off).limit(1)).first():
        window = or_(window, far_off)
    told: dict[str, list[tuple[str, str]]] = {}
    query = (
        select(visit_results.c.visit_id, visit_results.c.account_id, visit_results.c.result)
        .join(visits, visits.c.id == visit_results.c.visit_id)
        .where(window)
        .order_by(visit_results.c.account_id)
    )
    for visit, account, result in connection.execute(query):
        told.setdefault(visit, []).append((account, result))
    amended = set(
        connection.execute(
            select(amendments.c.visit_id).join(visits, visits.c.id == amendments.c.visit_id).where(window)
        ).scalars()
    )
    query_claims = (
        select(claims.c.visit_id, func.count())
        .join(visits, visits.c.id == claims.c.visit_id)
        .where(window, claims.c.desk == "claims", claims.c.kind.in_(ABOUT_CONDUCT))
        .group_by(claims.c.visit_id)
    )
    complained = {visit: int(count) for visit, count in connection.execute(query_claims)}
    rows = select(
        visits.c.id,
        visits.c.debtor_id,
        visits.c.agent_id,
        visits.c.stop_id,
        visits.c.party,
        visits.c.started,
        visits.c.ended,
        visits.c.known,
        visits.c.offset_ms,
        visits.c.received_at,
        visits.c.timezone,
        visits.c.evidence,
        visits.c.verdict,
        visits.c.lat,
        visits.c.lon,
    ).where(window)
    return [
        row
        | {
            "results": told.get(row["id"], []),
            "amended": row["id"] in amended,
            "complaints": complained.get(row["id"], 0),
        }
        for row in _rows(connection, rows.order_by(visits.c.started, visits.c.id))
    ]


def contacts_between(connection: Connection, start: datetime, end: datetime) -> Rows:
    """Contacts on other channels, with the debtor's zone and the account where it was told."""
    query = (
        select(
            contacts.c.id,
            contacts.c.debtor_id,
            contacts.c.agent_id,
            contacts.c.started,
            contacts.c.effective,
            debtors.c.timezone,
            contact_origins.c.account_id,
        )
        .join(debtors, debtors.c.id == contacts.c.debtor_id)
        .outerjoin(contact_origins, contact_origins.c.contact_id == contacts.c.id)
        .where(contacts.c.started >= start, contacts.c.started < end)
        .order_by(contacts.c.started, contacts.c.id)
    )
    return _rows(connection, query)


def routes_on(connection: Connection, day: date) -> Rows:
    """The published routes of a day, whole."""
    query = select(routes).where(routes.c.date == day, routes.c.state == "published")
    return _rows(connection, query.order_by(routes.c.id))


def stops_on(connection: Connection, day: date) -> Rows:
    """The stops of those routes in their order, with how well their address is placed."""
    query = (
        select(
            stops.c.id,
            stops.c.route_id,
            stops.c.sequence,
            stops.c.accounts,
            stops.c.lat,
            stops.c.lon,
            routes.c.agent_id,
            addresses.c.precision,
        )
        .join(routes, routes.c.id == stops.c.route_id)
        .outerjoin(addresses, addresses.c.id == stops.c.address_id)
        .where(routes.c.date == day, routes.c.state == "published", stops.c.sequence.is_not(None))
        .order_by(stops.c.route_id, stops.c.sequence, stops.c.id)
    )
    return _rows(connection, query)


def promised_accounts(connection: Connection, first: date, last: date) -> set[str]:
    """Accounts with a promise due between these days."""
    query = select(promises.c.account_id).where(promises.c.due >= first, promises.c.due <= last)
    return set(connection.execute(query.distinct()).scalars())


def promises_of(connection: Connection, account_ids: Iterable[str]) -> Rows:
    """All promises of these accounts in order, with what judges them."""
    return [dict(row) for row in found(connection, _PROMISES, account_ids)]


_PROMISES = (
    select(promises, accounts.c.pack, accounts.c.lender_id, debtors.c.timezone)
    .join(accounts, accounts.c.id == promises.c.account_id)
    .join(debtors, debtors.c.id == promises.c.debtor_id)
    .where(among(promises.c.account_id))
    .order_by(promises.c.made_at, promises.c.id)
)


def payments_on(connection: Connection, day: date) -> Rows:
    """Payments and reversals of a value date; `paid_on` is that of the payment itself, taken back or not."""
    taken = payments.alias("taken")
    query = (
        select(payments, func.coalesce(taken.c.value_date, payments.c.value_date).label("paid_on"))
        .outerjoin(taken, taken.c.id == payments.c.reverses)
        .where(payments.c.value_date == day)
        .order_by(payments.c.id)
    )
    return _rows(connection, query)


def visits_of(connection: Connection, account_ids: Iterable[str], start: datetime) -> Rows:
    """(account, when, by whom, what came of it) of the visits to these accounts from a moment on."""
    return [dict(row) for row in found(connection, _VISITS_OF, account_ids, start=start)]


_VISITS_OF = (
    select(
        visit_results.c.account_id,
        visit_results.c.result,
        visits.c.id,
        visits.c.agent_id,
        visits.c.started,
        visits.c.ended,
        visits.c.known,
        visits.c.offset_ms,
        visits.c.timezone,
    )
    .join(visits, visits.c.id == visit_results.c.visit_id)
    .where(
        among(visit_results.c.account_id),
        or_(
            visits.c.started >= bindparam("start"),
            far_off,
        ),
    )
)


def keepers(
    connection: Connection, day: date, account_ids: Iterable[str] | None = None
) -> dict[str, tuple[str, date]]:
    """Account → (agent, since when) of those that somebody had on `day`; of all when no ids are given."""
    query = _KEEPERS if account_ids is not None else _ALL_KEEPERS
    rows: Iterable[Any]
    if account_ids is None:
        rows = connection.execute(query, {"day": day}).mappings()
    else:
        rows = found(connection, query, account_ids, day=day)
    return {row["account_id"]: (row["agent_id"], row["since"]) for row in rows}


_ALL_KEEPERS = (
    select(assignment_accounts.c.account_id, assignments.c.agent_id, assignments.c.since)
    .join(assignments, assignments.c.id == assignment_accounts.c.assignment_id)
    .where(
        assignments.c.since <= bindparam("day"),
        or_(assignments.c.until.is_(None), assignments.c.until > bindparam("day")),
        assignments.c.agent_id.is_not(None),
        assignment_accounts.c.outcome == "assigned",
    )
    .order_by(assignments.c.decided_at, assignments.c.id)
)
_KEEPERS = _ALL_KEEPERS.where(among(assignment_accounts.c.account_id))


def stood(
    connection: Connection, day: date, account_ids: Iterable[str] | None = None
) -> dict[str, dict[str, Any]]:
    """Account → late_since, overdue_minor and total_minor on `day`; none before its first balance."""
    made: dict[str, dict[str, Any]] = {}
    for whole, part in ((_STOOD_PAST, _STOOD_PAST_OF), (_STOOD, _STOOD_OF)):
        if account_ids is None:
            rows: Iterable[Any] = connection.execute(whole, {"day": day}).mappings()
        else:
            rows = found(connection, part, account_ids, day=day)
        made |= {row["account_id"]: dict(row) for row in rows}
    return made


def _standing(table: Any) -> Any:
    return (table.c.account_id, table.c.late_since, table.c.overdue_minor, table.c.total_minor)


_STOOD = select(*_standing(standings)).where(
    standings.c.since <= bindparam("day"), standings.c.as_of.is_not(None)
)
_STOOD_PAST = select(*_standing(past_standings)).where(
    past_standings.c.since <= bindparam("day"), past_standings.c.until > bindparam("day")
)


_STOOD_OF = _STOOD.where(among(standings.c.account_id))
_STOOD_PAST_OF = _STOOD_PAST.where(among(past_standings.c.account_id))


def stood_over(
    connection: Connection, first: date, last: date, account_ids: Iterable[str]
) -> dict[str, list[dict[str, Any]]]:
    """Account → its standings between two days, the latest first: late_since and amounts, from `since` to the
    day before `until`, or to now."""
    ids = list(account_ids)
    made: dict[str, list[dict[str, Any]]] = {}
    rows = [
        *found(connection, _STOOD_OVER, ids, last=last),
        *found(connection, _STOOD_PAST_OVER, ids, first=first, last=last),
    ]
    for row in rows:
        made.setdefault(row["account_id"], []).append(dict(row))
    return {one: sorted(each, key=itemgetter("since"), reverse=True) for one, each in made.items()}


_STOOD_OVER = select(*_standing(standings), standings.c.since, null().label("until")).where(
    standings.c.since <= bindparam("last"),
    standings.c.as_of.is_not(None),
    among(standings.c.account_id),
)
_STOOD_PAST_OVER = select(*_standing(past_standings), past_standings.c.since, past_standings.c.until).where(
    past_standings.c.since <= bindparam("last"),
    past_standings.c.until > bindparam("first"),
    among(past_standings.c.account_id),
)


def moved_on(connection: Connection, day: date) -> set[str]:
    """Accounts whose standing changed on `day`."""
    now = select(standings.c.account_id).where(standings.c.since == day)
    before = select(past_standings.c.account_id).where(past_standings.c.since == day)
    return set(connection.execute(union_all(now, before)).scalars())


def first_days(connection: Connection) -> list[date]:
    """The earliest days of what happened: visits, payments, contacts, published routes, promises."""
    began = connection.execute(select(func.min(visits.c.started))).scalar()
    met = connection.execute(select(func.min(contacts.c.started))).scalar()
    found_days = [moment.date() - timedelta(days=1) for moment in (began, met) if moment is not None]
    for column in (payments.c.value_date, routes.c.date, promises.c.due):
        day = connection.execute(select(func.min(column))).scalar()
        found_days += [day] if day is not None else []
    return found_days


def paid_through(connection: Connection, except_imports: Collection[str] = ()) -> dict[str, date]:
    """For each lender, the day up to which his payments were imported, without these imports."""
    query = (
        select(imports.c.lender_id, func.max(imports.c.as_of).label("through"))
        .where(imports.c.kind == "payments", imports.c.id.not_in(list(except_imports)))
        .group_by(imports.c.lender_id)
    )
    return {row.lender_id: row.through for row in connection.execute(query)}
