"""The queue of visits to review and what was decided of them. Decides nothing.

`reviews` is made again from visits and findings; `review_decisions` and `finding_answers` are only
appended to. A row is in a person's scope with its debtor.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from sync.ids import new_id

from .chunks import among, found
from .said import phrase_of
from .scopes import Scope
from .tables import (
    accounts,
    agents,
    debtors,
    finding_answers,
    findings,
    review_decisions,
    reviews,
    users,
    visits,
)

Rows = list[dict[str, Any]]
GRAVITY = {"info": 1, "review": 2, "serious": 3}
WAITING, APPROVED, RETURNED, HELD = "waiting", "approved", "returned", "held"
STATES = (WAITING, RETURNED, HELD, APPROVED)
MOST_COUNTED = 1_000


@dataclass(frozen=True)
class Wanted:
    """What the queue is narrowed to; "" and None narrow nothing. `why` is lifted, late, sampled or found."""

    state: str = WAITING
    agent: str = ""
    team: str = ""
    rule: str = ""
    severity: str = ""
    evidence: str = ""
    why: str = ""
    visit: str = ""
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True)
class Place:
    """Where a page of the queue begins: after this visit, going back in time."""

    started: datetime
    visit: str


def seen(scope: Scope, debtor: ColumnElement[str]) -> ColumnElement[bool] | None:
    """The condition that the debtor is in scope, asked row by row; None where everyone is."""
    if scope.whole:
        return None
    return exists().where(accounts.c.debtor_id == debtor, scope.accounts())


# What a visit is queued by. What was ruled of it is read too, for a rule may have been set aside.
_TOLD = select(
    visits.c.id,
    visits.c.agent_id,
    visits.c.debtor_id,
    visits.c.started,
    visits.c.ended,
    visits.c.received_at,
    visits.c.evidence,
    visits.c.verdict,
).where(among(visits.c.id))
_GRAVEST = func.max(
    case(
        (findings.c.state != "open", 0),
        (findings.c.severity == "serious", 3),
        (findings.c.severity == "review", 2),
        else_=1,
    )
)
_FOUND = (
    select(findings.c.visit_id, func.count().label("findings"), _GRAVEST.label("severity"))
    .where(among(findings.c.visit_id))
    .group_by(findings.c.visit_id)
)
_HELD = select(reviews).where(among(reviews.c.visit_id))
_DECISIONS = select(review_decisions).where(among(review_decisions.c.visit_id))
_FINDINGS = select(findings).where(among(findings.c.visit_id))
_ANSWERS = select(finding_answers).where(among(finding_answers.c.finding_id))


def told(connection: Connection, visit_ids: Iterable[str]) -> Sequence[Mapping[Any, Any]]:
    return found(connection, _TOLD, visit_ids)


def found_in(connection: Connection, visit_ids: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Visit → how many findings there ever were, and the gravity of the gravest that is open."""
    rows = found(connection, _FOUND, visit_ids)
    return {row["visit_id"]: (int(row["findings"]), int(row["severity"])) for row in rows}


def held(connection: Connection, visit_ids: Iterable[str]) -> dict[str, Mapping[Any, Any]]:
    """The queue's rows of these visits."""
    return {row["visit_id"]: row for row in found(connection, _HELD, visit_ids)}


def keep(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Put these rows in the queue, in the place of those that are there."""
    if not rows:
        return
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = make(reviews)
    columns = [name for name in rows[0] if name != "visit_id"]
    statement = statement.on_conflict_do_update(
        index_elements=["visit_id"], set_={name: statement.excluded[name] for name in columns}
    )
    connection.execute(statement, rows)


def listed(connection: Connection, scope: Scope, wanted: Wanted, *, after: Place | None, limit: int) -> Rows:
    """The queue, the newest visit first, with names; a page begins after `after`."""
    conditions = _conditions(scope, wanted)
    if after is not None:
        conditions += [
            reviews.c.started <= after.started,
            or_(
                reviews.c.started < after.started,
                and_(reviews.c.started == after.started, reviews.c.visit_id < after.visit),
            ),
        ]
    query = (
        select(
            reviews,
            visits.c.ended,
            visits.c.timezone,
            visits.c.known,
            visits.c.party,
            visits.c.place,
            visits.c.received_at,
            visits.c.location_source,
            agents.c.name.label("agent_name"),
            agents.c.team,
            debtors.c.name.label("debtor_name"),
        )
        .join(visits, visits.c.id == reviews.c.visit_id)
        .join(agents, agents.c.id == reviews.c.agent_id)
        .join(debtors, debtors.c.id == reviews.c.debtor_id)
        .where(*conditions)
        .order_by(reviews.c.started.desc(), reviews.c.visit_id.desc())
        .limit(limit)
    )
    return _rows(connection, query)


def counted(connection: Connection, scope: Scope, wanted: Wanted) -> int:
    """How many there are; no more than MOST_COUNTED + 1 are counted."""
    some = select(reviews.c.visit_id).where(*_conditions(scope, wanted)).limit(MOST_COUNTED + 1).subquery()
    return connection.execute(select(func.count()).select_from(some)).scalar_one()


def one(connection: Connection, visit_id: str) -> dict[str, Any] | None:
    row = connection.execute(select(reviews).where(reviews.c.visit_id == visit_id)).mappings().first()
    return dict(row) if row else None


def add_decision(connection: Connection, **values: Any) -> str:
    made = new_id()
    connection.execute(insert(review_decisions).values(id=made, **values))
    return made


def stand(connection: Connection, visit_id: str, state: str, *, by: str, now: datetime) -> None:
    """How a visit of the queue stands after a decision."""
    connection.execute(
        update(reviews)
        .where(reviews.c.visit_id == visit_id)
        .values(state=state, decided_at=now, decided_by=by)
    )


def decisions_of(connection: Connection, visit_id: str) -> Rows:
    """Every decision on a visit, the first one first."""
    query = select(review_decisions).where(review_decisions.c.visit_id == visit_id)
    return _rows(connection, query.order_by(review_decisions.c.decided_at, review_decisions.c.id))


def last_of(connection: Connection, visit_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Visit → the decision that holds."""
    rows = found(connection, _DECISIONS, visit_ids)
    rows = sorted(rows, key=lambda row: (row["decided_at"], row["id"]))
    return {row["visit_id"]: dict(row) for row in rows}


def findings_of(connection: Connection, visit_ids: Iterable[str]) -> dict[str, Rows]:
    """Visit → its findings, the gravest open one first."""
    rows = sorted(
        found(connection, _FINDINGS, visit_ids),
        key=lambda row: (row["state"] != "open", -GRAVITY.get(row["severity"], 0), row["rule"]),
    )
    told_of: dict[str, Rows] = {}
    for row in rows:
        told_of.setdefault(row["visit_id"], []).append({**row, "because": phrase_of(row["because"])})
    return told_of


def answer(connection: Connection, **values: Any) -> str:
    made = new_id()
    connection.execute(insert(finding_answers).values(id=made, **values))
    return made


def answers_of(connection: Connection, finding_ids: Iterable[str]) -> dict[str, Rows]:
    """Finding → what its agent said of it, the first first."""
    rows = found(connection, _ANSWERS, finding_ids)
    told_of: dict[str, Rows] = {}
    for row in sorted(rows, key=lambda row: (row["answered_at"], row["id"])):
        told_of.setdefault(row["finding_id"], []).append(dict(row))
    return told_of


def of_debtor(connection: Connection, debtor_id: str, limit: int = 200) -> Rows:
    """What was decided of visits to a debtor, newest first, for his timeline."""
    query = (
        select(review_decisions)
        .where(review_decisions.c.debtor_id == debtor_id)
        .order_by(review_decisions.c.decided_at.desc())
        .limit(limit)
    )
    return _rows(connection, query)


def returned_to(connection: Connection, agent_id: str, limit: int = 50) -> Rows:
    """The visits that were sent back to an agent and wait for him, with the reason; newest first."""
    query = (
        select(reviews.c.visit_id, reviews.c.started, reviews.c.debtor_id, visits.c.timezone)
        .join(visits, visits.c.id == reviews.c.visit_id)
        .where(reviews.c.agent_id == agent_id, reviews.c.state == RETURNED)
        .order_by(reviews.c.started.desc())
        .limit(limit)
    )
    rows = _rows(connection, query)
    last = last_of(connection, [row["visit_id"] for row in rows])
    return [row | {"decision": last.get(row["visit_id"])} for row in rows]


def rules_waiting(connection: Connection) -> list[str]:
    """The checks that ever noticed something, for a filter: one probe of the index for each."""
    found_rules: list[str] = []
    query = select(func.min(findings.c.rule))
    rule = connection.execute(query).scalar()
    while rule is not None:
        found_rules.append(str(rule))
        rule = connection.execute(query.where(findings.c.rule > rule)).scalar()
    return found_rules


def is_agent(connection: Connection, username: str, agent_id: str) -> bool:
    """True when this user is that agent."""
    query = (
        select(agents.c.id)
        .join(users, users.c.id == agents.c.user_id)
        .where(agents.c.id == agent_id, users.c.username == username)
    )
    return connection.execute(query).first() is not None


def _conditions(scope: Scope, wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.state:
        conditions.append(reviews.c.state == wanted.state)
    mine = seen(scope, reviews.c.debtor_id)
    if mine is not None:
        conditions.append(mine)
    for column, value in (
        (reviews.c.agent_id, wanted.agent),
        (reviews.c.evidence, wanted.evidence),
        (reviews.c.visit_id, wanted.visit),
        (reviews.c.severity, GRAVITY.get(wanted.severity)),
    ):
        if value:
            conditions.append(column == value)
    if wanted.team:
        conditions.append(reviews.c.agent_id.in_(select(agents.c.id).where(agents.c.team == wanted.team)))
    if wanted.rule:
        noticed = select(findings.c.visit_id).where(findings.c.rule == wanted.rule)
        conditions.append(reviews.c.visit_id.in_(noticed))
    marks = {
        "lifted": reviews.c.lifted.is_(True),
        "late": reviews.c.late.is_(True),
        "sampled": reviews.c.sampled.is_(True),
        "found": reviews.c.findings > 0,
        "clean": reviews.c.findings == 0,
    }
    if wanted.why in marks:
        conditions.append(marks[wanted.why])
    if wanted.start is not None:
        conditions.append(reviews.c.started >= wanted.start)
    if wanted.end is not None:
        conditions.append(reviews.c.started < wanted.end)
    return conditions


def _rows(connection: Connection, query: Select[Any]) -> Rows:
    return [dict(row) for row in connection.execute(query).mappings()]
