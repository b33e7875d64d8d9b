"""Cases of complaints and of rights over data: kept, listed by page, logged. Decides nothing.

Who sees a debtor sees his cases; a case about an account only with that account.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, insert, or_, select, true, update

from sync.ids import new_id

from .chunks import fetch
from .engine import take_number
from .scopes import Scope
from .tables import (
    accounts,
    agents,
    claim_log,
    claims,
    corrections,
    debtors,
    deliveries,
    findings,
    lenders,
    notices,
    roles,
    stop_origins,
    stop_states,
    user_roles,
    users,
    visits,
)

OPEN, ANSWERED, CLOSED = "open", "answered", "closed"
CLAIMS, RIGHTS = "claims", "rights"
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Wanted:
    """What a list is narrowed to; "" and False narrow nothing. `overdue` and `near` are days to compare."""

    desk: str = ""
    state: str = ""  # open: whatever is not closed
    owner: str = ""
    department: str = ""
    kind: str = ""
    debtor: str = ""
    due_before: date | None = None


def add(connection: Connection, **values: Any) -> int:
    """Keep a new case; answers its number, the next one of this office."""
    number = take_number(connection, "claims")
    connection.execute(insert(claims).values(number=number, **values))
    return number


def change(connection: Connection, claim_id: str, **values: Any) -> None:
    connection.execute(update(claims).where(claims.c.id == claim_id).values(**values))


def note(
    connection: Connection,
    claim_id: str,
    kind: str,
    *,
    text: str,
    at: datetime,
    actor: str,
    detail: Mapping[str, Any] | None = None,
) -> str:
    """Append to the log of a case."""
    made = new_id()
    connection.execute(
        insert(claim_log).values(
            id=made, claim_id=claim_id, at=at, actor=actor, kind=kind, text=text, detail=dict(detail or {})
        )
    )
    return made


def log_of(connection: Connection, claim_id: str) -> Rows:
    query = select(claim_log).where(claim_log.c.claim_id == claim_id)
    return _rows(connection, query.order_by(claim_log.c.at, claim_log.c.id))


def one(connection: Connection, scope: Scope, name: str) -> dict[str, Any] | None:
    """By its id or its number, with whose it is; None outside the scope."""
    which: ColumnElement[bool] = claims.c.id == name
    if name.isascii() and name.isdigit() and len(name) < 10:
        which = or_(which, claims.c.number == int(name))
    row = connection.execute(_told().where(which, seen(scope))).mappings().first()
    return None if row is None else dict(row)


def counted(connection: Connection, scope: Scope, wanted: Wanted) -> int:
    query = select(func.count()).select_from(claims).where(seen(scope), *_narrowed(wanted))
    return connection.execute(query).scalar_one()


def listed(connection: Connection, scope: Scope, wanted: Wanted, *, limit: int, offset: int = 0) -> Rows:
    """Those that wait first, by deadline; then the closed ones, newest first."""
    closed = claims.c.state == CLOSED
    query = (
        _told()
        .where(seen(scope), *_narrowed(wanted))
        .order_by(closed, claims.c.resolved_at.desc(), claims.c.due, claims.c.number)
        .limit(limit)
        .offset(offset)
    )
    return _rows(connection, query)


def of_debtor(connection: Connection, scope: Scope, debtor_id: str) -> Rows:
    """All of a debtor's cases in scope, newest first."""
    query = _told().where(claims.c.debtor_id == debtor_id, seen(scope))
    return _rows(connection, query.order_by(claims.c.number.desc()).limit(200))


def of_visit(connection: Connection, scope: Scope, visit_id: str) -> Rows:
    query = _told().where(claims.c.visit_id == visit_id, seen(scope))
    return _rows(connection, query.order_by(claims.c.number))


def by_department(connection: Connection, scope: Scope, desk: str) -> dict[str, int]:
    """How many wait in each department."""
    query = (
        select(claims.c.department, func.count())
        .where(claims.c.desk == desk, claims.c.state != CLOSED, seen(scope))
        .group_by(claims.c.department)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def complaints_of_visits(
    connection: Connection, scope: Scope, first: date, last: date, agent_ids: Collection[str] | None = None
) -> int:
    """Complaints received in these days about a visit: what is counted per 1,000 visits.

    Requests about one's data are no complaints, and neither is a complaint about no visit.
    """
    query = (
        select(func.count())
        .select_from(claims)
        .join(visits, visits.c.id == claims.c.visit_id)
        .where(claims.c.desk == CLAIMS, claims.c.received_on.between(first, last), seen(scope))
    )
    if agent_ids is not None:
        query = query.where(visits.c.agent_id.in_(list(agent_ids)))
    return connection.execute(query).scalar_one()


def standing_on(connection: Connection, stop_ids: Collection[str]) -> dict[str, dict[str, Any]]:
    """By stop: the case that is open about it."""
    rows = fetch(
        connection,
        stop_ids,
        lambda piece: select(claims).where(claims.c.stop_id.in_(piece), claims.c.state != CLOSED),
    )
    return {row["stop_id"]: dict(row) for row in rows}


def others_on(connection: Connection, stop_id: str, claim_id: str) -> list[int]:
    """The numbers of the other open cases for which this stop stands."""
    query = select(claims.c.number).where(
        claims.c.stop_id == stop_id, claims.c.id != claim_id, claims.c.state != CLOSED
    )
    return list(connection.execute(query.order_by(claims.c.number)).scalars())


def disputes_without(connection: Connection, scope: Scope, now: datetime, limit: int = 50) -> Rows:
    """Disputes that stop collection (said in a visit, or by a lender) and that nobody opened a case for."""
    cased = select(claims.c.stop_id).where(claims.c.stop_id.is_not(None), claims.c.state != CLOSED)
    query = (
        select(
            stop_states,
            debtors.c.name.label("debtor_name"),
            debtors.c.timezone,
            visits.c.id.label("visit_id"),
        )
        .join(debtors, debtors.c.id == stop_states.c.debtor_id)
        .outerjoin(visits, visits.c.id == stop_states.c.source)
        .outerjoin(stop_origins, stop_origins.c.stop_id == stop_states.c.id)
        .where(
            stop_states.c.state == "dispute",
            or_(stop_states.c.until.is_(None), stop_states.c.until > now),
            stop_origins.c.follows.is_(None),
            stop_states.c.id.not_in(cased),
            scope.sees(stop_states.c.debtor_id),
            or_(
                stop_states.c.account_id.is_(None),
                stop_states.c.account_id.in_(select(accounts.c.id).where(scope.accounts())),
            ),
        )
        .order_by(stop_states.c.since, stop_states.c.id)
        .limit(limit)
    )
    return _rows(connection, query)


def standing_dispute(
    connection: Connection, debtor_id: str, account_id: str | None, now: datetime
) -> str | None:
    """The dispute that stops this account, or the whole debtor, already."""
    query = (
        select(stop_states.c.id)
        .where(
            stop_states.c.debtor_id == debtor_id,
            stop_states.c.state == "dispute",
            or_(stop_states.c.account_id.is_(None), stop_states.c.account_id == account_id),
            or_(stop_states.c.until.is_(None), stop_states.c.until > now),
        )
        .order_by(stop_states.c.since)
        .limit(1)
    )
    return connection.execute(query).scalar_one_or_none()


def stands(connection: Connection, stop_id: str, now: datetime) -> bool:
    query = select(stop_states.c.id).where(
        stop_states.c.id == stop_id, or_(stop_states.c.until.is_(None), stop_states.c.until > now)
    )
    return connection.execute(query).first() is not None


def of_slip(connection: Connection, code: str) -> dict[str, Any] | None:
    """Whose paper has this code, and the visit it was left in, where that is known."""
    given = select(
        deliveries.c.debtor_id, deliveries.c.account_id, deliveries.c.visit_id, deliveries.c.agent_id
    )
    row = connection.execute(given.where(deliveries.c.code == code).limit(1)).mappings().first()
    if row is None:
        made = select(notices.c.debtor_id, notices.c.account_id).where(notices.c.code == code)
        row = connection.execute(made.limit(1)).mappings().first()
    return None if row is None else {"visit_id": None, "agent_id": None, **row}


def visit(connection: Connection, scope: Scope, visit_id: str) -> dict[str, Any] | None:
    """The visit a case is about, with who made it."""
    query = (
        select(visits, agents.c.name.label("agent_name"), agents.c.user_id)
        .join(agents, agents.c.id == visits.c.agent_id)
        .where(visits.c.id == visit_id, scope.sees(visits.c.debtor_id))
    )
    row = connection.execute(query).mappings().first()
    return None if row is None else dict(row)


def finding(connection: Connection, scope: Scope, finding_id: str) -> dict[str, Any] | None:
    query = select(findings).where(findings.c.id == finding_id, scope.sees(findings.c.debtor_id))
    row = connection.execute(query).mappings().first()
    return None if row is None else dict(row)


def accounts_of(connection: Connection, scope: Scope, debtor_id: str) -> Rows:
    """The debtor's accounts in scope, with their lender and pack."""
    query = (
        select(accounts, lenders.c.name.label("lender"))
        .join(lenders, lenders.c.id == accounts.c.lender_id)
        .where(accounts.c.debtor_id == debtor_id, scope.accounts())
        .order_by(lenders.c.name, accounts.c.number)
    )
    return _rows(connection, query)


def add_correction(connection: Connection, **values: Any) -> str:
    made = new_id()
    connection.execute(insert(corrections).values(id=made, **values))
    return made


def corrections_of(connection: Connection, claim_id: str) -> Rows:
    query = select(corrections).where(corrections.c.claim_id == claim_id)
    return _rows(connection, query.order_by(corrections.c.asked_at, corrections.c.id))


def correction(connection: Connection, claim_id: str, correction_id: str) -> dict[str, Any] | None:
    query = select(corrections).where(corrections.c.id == correction_id, corrections.c.claim_id == claim_id)
    row = connection.execute(query).mappings().first()
    return None if row is None else dict(row)


def decide_correction(connection: Connection, correction_id: str, **values: Any) -> bool:
    """True when it waited until now."""
    statement = (
        update(corrections)
        .where(corrections.c.id == correction_id, corrections.c.state == "proposed")
        .values(**values)
        .returning(corrections.c.id)
    )
    return connection.execute(statement).first() is not None


def rename(connection: Connection, debtor_id: str, name: str, search_name: str) -> None:
    """A person's name, corrected at his request."""
    connection.execute(
        update(debtors).where(debtors.c.id == debtor_id).values(name=name, search_name=search_name)
    )


def owners(connection: Connection) -> list[tuple[str, str]]:
    """(username, name) of whoever works at the office, by name: not those who only walk the street."""
    query = (
        select(users.c.username, users.c.name)
        .join(user_roles, user_roles.c.user_id == users.c.id)
        .join(roles, roles.c.id == user_roles.c.role_id)
        .where(users.c.active, roles.c.name != "collector")
        .distinct()
        .order_by(users.c.name, users.c.username)
    )
    return [(row[0], row[1]) for row in connection.execute(query)]


def seen(scope: Scope) -> ColumnElement[bool]:
    """The condition on `claims` that lets a row through."""
    if scope.whole:
        return true()
    return and_(
        scope.sees(claims.c.debtor_id),
        or_(
            claims.c.account_id.is_(None),
            claims.c.account_id.in_(select(accounts.c.id).where(scope.accounts())),
        ),
    )


def _told() -> Select[Any]:
    return (
        select(
            claims,
            debtors.c.name.label("debtor_name"),
            debtors.c.timezone,
            debtors.c.country,
            accounts.c.number.label("account_number"),
            accounts.c.pack,
            agents.c.name.label("agent_name"),
            visits.c.started.label("visit_started"),
        )
        .join(debtors, debtors.c.id == claims.c.debtor_id)
        .outerjoin(accounts, accounts.c.id == claims.c.account_id)
        .outerjoin(agents, agents.c.id == claims.c.agent_id)
        .outerjoin(visits, visits.c.id == claims.c.visit_id)
    )


def _narrowed(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for column, value in (
        (claims.c.desk, wanted.desk),
        (claims.c.owner, wanted.owner),
        (claims.c.department, wanted.department),
        (claims.c.kind, wanted.kind),
        (claims.c.debtor_id, wanted.debtor),
    ):
        if value:
            found.append(column == value)
    if wanted.state == OPEN:
        found.append(claims.c.state != CLOSED)
    elif wanted.state:
        found.append(claims.c.state == wanted.state)
    if wanted.due_before is not None:
        found.append(claims.c.due < wanted.due_before)
    return found


def _rows(connection: Connection, query: Select[Any]) -> Rows:
    return [dict(row) for row in connection.execute(query).mappings()]
