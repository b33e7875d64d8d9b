"""Who works from afar, and which debtors they have and why those are not visited. Decides nothing."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, and_, exists, func, insert, or_, select, true, update
from sqlalchemy.sql import ColumnElement

from sync.ids import new_id
from sync.records import Account, UserRole
from sync.words import Phrase

from .chunks import chunks, fetch, write
from .said import phrase_of
from .scopes import Scope, Share
from .tables import (
    agents,
    contacts,
    remote_accounts,
    remote_assignments,
    remote_marks,
    roles,
    stop_states,
    user_roles,
    user_scopes,
    users,
)


@dataclass(frozen=True)
class Worker:
    """A telephone agent (a user) or a field agent marked remote; `shares` are what he may work."""

    id: str  # the user's, or the agent's
    name: str
    username: str
    user: str | None
    agent: str | None
    shares: tuple[Share, ...] = field(default=(), repr=False)

    def sees(self, account: Account) -> bool:
        return any(
            share.lender_id in (None, account.lender)
            and share.branch in (None, account.branch)
            and share.team in (None, account.team)
            for share in self.shares
        )


@dataclass(frozen=True)
class Barred:
    """An account that may not be visited, by which rule; `lacks_evidence`: a document would free it."""

    account: str
    because: Phrase
    rule: str
    source: str
    lacks_evidence: bool = False


@dataclass(frozen=True)
class Held:
    """A debtor worked from afar since a day; `worker` None: nobody is there for him."""

    id: str
    debtor: str
    worker: str | None
    since: date
    because: Phrase
    accounts: tuple[Barred, ...]


def workers(connection: Connection) -> list[Worker]:
    """Those who may be given work, by name: active telephone agents, and field agents marked remote."""
    telephone = (
        select(users.c.id, users.c.name, users.c.username)
        .join(user_roles, user_roles.c.user_id == users.c.id)
        .join(roles, roles.c.id == user_roles.c.role_id)
        .where(roles.c.name == UserRole.TELEPHONE.value, users.c.active.is_(true()))
    )
    found = [dict(row) for row in connection.execute(telephone).mappings()]
    shares = _shares(connection, [row["id"] for row in found])
    made = [
        Worker(row["id"], row["name"], row["username"], row["id"], None, shares.get(row["id"], ()))
        for row in found
    ]
    marked = (
        select(agents, users.c.username)
        .join(remote_marks, remote_marks.c.agent_id == agents.c.id)
        .outerjoin(users, users.c.id == agents.c.user_id)
        .where(remote_marks.c.withdrawn_at.is_(None), agents.c.active.is_(true()))
    )
    for row in connection.execute(marked).mappings():
        own = Share(branch=row["branch"] or None, team=row["team"] or None)
        made.append(Worker(row["id"], row["name"], row["username"] or "", row["user_id"], row["id"], (own,)))
    return sorted(made, key=lambda one: (one.name, one.id))


def worker_of(connection: Connection, user_id: str) -> list[Worker]:
    """As whom this user works from afar: none, one, or as telephone agent and as marked agent."""
    return [one for one in workers(connection) if one.user == user_id]


def mark(connection: Connection, agent_id: str, *, now: datetime, actor: str) -> bool:
    """True when the agent was not marked yet."""
    if _marked(connection, agent_id):
        return False
    connection.execute(
        insert(remote_marks).values(id=new_id(), agent_id=agent_id, marked_at=now, actor=actor)
    )
    return True


def unmark(connection: Connection, agent_id: str, now: datetime) -> bool:
    statement = (
        update(remote_marks)
        .where(remote_marks.c.agent_id == agent_id, remote_marks.c.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
    )
    return bool(connection.execute(statement).rowcount)


def every_open(connection: Connection, debtor_ids: Collection[str] | None = None) -> dict[str, Held]:
    """The open row of each debtor that has one, or of these."""
    query = select(remote_assignments).where(remote_assignments.c.until.is_(None))
    rows: Sequence[Mapping[Any, Any]]
    if debtor_ids is None:
        rows = connection.execute(query).mappings().all()
    else:
        rows = fetch(connection, debtor_ids, lambda ids: query.where(remote_assignments.c.debtor_id.in_(ids)))
    told = fetch(
        connection,
        [row["id"] for row in rows],
        lambda ids: select(remote_accounts).where(remote_accounts.c.assignment_id.in_(ids)),
    )
    held: dict[str, list[Barred]] = defaultdict(list)
    for row in sorted(told, key=lambda row: row["account_id"]):
        held[row["assignment_id"]].append(
            Barred(
                row["account_id"],
                phrase_of(row["because"]),
                row["rule"],
                row["rule_source"],
                bool(row["lacks_evidence"]),
            )
        )
    return {
        row["debtor_id"]: Held(
            row["id"],
            row["debtor_id"],
            row["agent_id"] or row["user_id"],
            row["since"],
            phrase_of(row["because"]),
            tuple(held[row["id"]]),
        )
        for row in rows
    }


@dataclass(frozen=True)
class Whose:
    """Open rows that somebody may see: all of a scope, or those of some workers, or both."""

    scope: Scope | None = None
    workers: tuple[str, ...] | None = None

    def condition(self) -> ColumnElement[bool]:
        row = remote_assignments.c
        asked: list[ColumnElement[bool]] = [row.until.is_(None)]
        if self.scope is not None:
            asked.append(self.scope.sees(row.debtor_id))
        if self.workers is not None:
            asked.append(or_(row.agent_id.in_(self.workers), row.user_id.in_(self.workers)))
        return and_(*asked)


@dataclass(frozen=True)
class Counted:
    """How many debtors: all, those under a stop, those whom a document would free for visits."""

    debtors: int
    stopped: int
    lacking: int


def counted(connection: Connection, whose: Whose, now: datetime) -> Counted:
    lacks = exists().where(
        remote_accounts.c.assignment_id == remote_assignments.c.id, remote_accounts.c.lacks_evidence
    )
    query = select(func.count(), func.count().filter(_under_a_stop(now)), func.count().filter(lacks)).where(
        whose.condition()
    )
    return Counted(*connection.execute(query.select_from(remote_assignments)).one())


def in_turn(connection: Connection, whose: Whose, now: datetime, limit: int, offset: int = 0) -> list[str]:
    """The ids of the debtors: who was contacted longest ago first, those under a stop last."""
    last = (
        select(func.max(contacts.c.started))
        .where(contacts.c.debtor_id == remote_assignments.c.debtor_id)
        .scalar_subquery()
    )
    query = (
        select(remote_assignments.c.debtor_id)
        .where(whose.condition())
        .order_by(
            _under_a_stop(now),
            last.asc().nulls_first(),
            remote_assignments.c.since,
            remote_assignments.c.debtor_id,
        )
    )
    return list(connection.execute(query.limit(limit).offset(offset)).scalars())


def _under_a_stop(now: datetime) -> ColumnElement[bool]:
    return exists().where(
        stop_states.c.debtor_id == remote_assignments.c.debtor_id,
        or_(stop_states.c.until.is_(None), stop_states.c.until > now),
    )


def decide(
    connection: Connection,
    debtor: str,
    worker: Worker | None,
    because: Phrase,
    accounts: Iterable[Barred],
    *,
    since: date,
    now: datetime,
    actor: str,
) -> None:
    """Open a row for the debtor, closing the one that stood at the same date."""
    close(connection, [debtor], until=since)
    made = new_id()
    connection.execute(
        insert(remote_assignments).values(
            id=made,
            debtor_id=debtor,
            user_id=worker.user if worker is not None and worker.agent is None else None,
            agent_id=worker.agent if worker is not None else None,
            since=since,
            because=_stored(because),
            decided_at=now,
            actor=actor,
        )
    )
    rows = [
        {
            "assignment_id": made,
            "account_id": one.account,
            "because": _stored(one.because),
            "rule": one.rule,
            "rule_source": one.source,
            "lacks_evidence": one.lacks_evidence,
        }
        for one in accounts
    ]
    write(connection, insert(remote_accounts), rows)


def close(connection: Connection, debtor_ids: Collection[str], *, until: date) -> None:
    """Close the open rows of these debtors."""
    for ids in chunks(debtor_ids):
        connection.execute(
            update(remote_assignments)
            .where(remote_assignments.c.debtor_id.in_(ids), remote_assignments.c.until.is_(None))
            .values(until=until)
        )


def _marked(connection: Connection, agent_id: str) -> bool:
    query = select(remote_marks.c.id).where(
        remote_marks.c.agent_id == agent_id, remote_marks.c.withdrawn_at.is_(None)
    )
    return connection.execute(query).first() is not None


def _shares(connection: Connection, user_ids: Collection[str]) -> dict[str, tuple[Share, ...]]:
    rows = fetch(connection, user_ids, lambda ids: select(user_scopes).where(user_scopes.c.user_id.in_(ids)))
    found: dict[str, tuple[Share, ...]] = {}
    for row in rows:
        share = Share(row["lender_id"], row["branch"], row["team"])
        found[row["user_id"]] = (*found.get(row["user_id"], ()), share)
    return found


def _stored(because: Phrase) -> Any:
    return json.loads(because.to_json())
