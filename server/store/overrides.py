"""Rules somebody set aside for a debtor and a day, and who earns on what is collected. Decides nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, and_, insert, or_, select, update

from sync.ids import new_id
from sync.rules.circumstances import Override

from .chunks import among, found
from .tables import (
    accounts,
    agents,
    assignments,
    commission_earners,
    debtors,
    imports,
    policy_overrides,
    users,
)

_IN_FORCE = select(policy_overrides).where(
    among(policy_overrides.c.debtor_id),
    policy_overrides.c.ended_at.is_(None),
    or_(policy_overrides.c.two.is_(False), policy_overrides.c.approved_at.is_not(None)),
)


def rows_in_force(connection: Connection, debtor_ids: Iterable[str]) -> dict[str, list[Mapping[Any, Any]]]:
    """By debtor: what was asked for, agreed to where that is asked, and not ended."""
    held: dict[str, list[Mapping[Any, Any]]] = {}
    for row in sorted(found(connection, _IN_FORCE, debtor_ids), key=lambda row: str(row["id"])):
        held.setdefault(row["debtor_id"], []).append(row)
    return held


def in_force(connection: Connection, debtor_ids: Iterable[str]) -> dict[str, tuple[Override, ...]]:
    """The same as the rules read them."""
    rows = rows_in_force(connection, debtor_ids)
    return {debtor: tuple(as_override(row) for row in held) for debtor, held in rows.items()}


def as_override(row: Mapping[Any, Any]) -> Override:
    return Override(
        id=row["id"],
        debtor=row["debtor_id"],
        rule=row["rule"],
        day=row["day"],
        channel=row["channel"],
        why=row["why"],
        by=row["asked_name"],
        role=row["asked_role"],
        approved_by=row["approved_name"],
    )


def add(connection: Connection, **values: Any) -> str:
    made = new_id()
    connection.execute(insert(policy_overrides).values(id=made, **values))
    return made


def by_id(connection: Connection, override_id: str) -> dict[str, Any] | None:
    query = select(policy_overrides).where(policy_overrides.c.id == override_id)
    row = connection.execute(query).mappings().first()
    return dict(row) if row else None


def change(connection: Connection, override_id: str, **values: Any) -> None:
    connection.execute(update(policy_overrides).where(policy_overrides.c.id == override_id).values(**values))


def listed(connection: Connection, debtor_id: str | None = None) -> list[dict[str, Any]]:
    """Every one there ever was, the latest day first, with its debtor's name."""
    query = (
        select(policy_overrides, debtors.c.name.label("debtor_name"))
        .join(debtors, debtors.c.id == policy_overrides.c.debtor_id)
        .order_by(policy_overrides.c.day.desc(), policy_overrides.c.id.desc())
    )
    if debtor_id is not None:
        query = query.where(policy_overrides.c.debtor_id == debtor_id)
    return [dict(row) for row in connection.execute(query).mappings()]


def same(connection: Connection, debtor_id: str, rule: str, day: Any, channel: str) -> bool:
    """True when that rule is set aside, or asked to be, for that very day and channel."""
    query = select(policy_overrides.c.id).where(
        policy_overrides.c.debtor_id == debtor_id,
        policy_overrides.c.rule == rule,
        policy_overrides.c.day == day,
        policy_overrides.c.channel == channel,
        policy_overrides.c.ended_at.is_(None),
    )
    return connection.execute(query).first() is not None


def packs_of(connection: Connection, debtor_id: str) -> set[str]:
    """The packs that govern his open accounts."""
    query = select(accounts.c.pack).where(accounts.c.debtor_id == debtor_id, accounts.c.state == "open")
    return set(connection.execute(query.distinct()).scalars())


def branches_of(connection: Connection, debtor_id: str) -> set[str]:
    """The branches that collect from him: of his accounts, and of the agent who has him."""
    mine = select(accounts.c.branch).where(accounts.c.debtor_id == debtor_id)
    his = (
        select(agents.c.branch)
        .join(assignments, assignments.c.agent_id == agents.c.id)
        .where(assignments.c.debtor_id == debtor_id, assignments.c.until.is_(None))
    )
    return {*connection.execute(mine).scalars(), *connection.execute(his).scalars()}


def is_his_agent(connection: Connection, username: str, debtor_id: str) -> bool:
    """True when this user is the agent who has, or ever had, the debtor."""
    query = (
        select(assignments.c.id)
        .join(agents, agents.c.id == assignments.c.agent_id)
        .join(users, users.c.id == agents.c.user_id)
        .where(assignments.c.debtor_id == debtor_id, users.c.username == username)
    )
    return connection.execute(query).first() is not None


def earns(connection: Connection, username: str, branches: Collection[str]) -> bool:
    """True when this user was declared to earn on what one of these branches collects."""
    query = (
        select(commission_earners.c.id)
        .join(users, users.c.id == commission_earners.c.user_id)
        .where(
            users.c.username == username,
            commission_earners.c.withdrawn_at.is_(None),
            or_(commission_earners.c.branch.is_(None), commission_earners.c.branch.in_(sorted(branches))),
        )
    )
    return connection.execute(query).first() is not None


def earners(connection: Connection) -> list[dict[str, Any]]:
    """Who is declared to earn, by username."""
    query = (
        select(commission_earners, users.c.username, users.c.name)
        .join(users, users.c.id == commission_earners.c.user_id)
        .where(commission_earners.c.withdrawn_at.is_(None))
        .order_by(users.c.username, commission_earners.c.branch)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def declare_earner(
    connection: Connection, user_id: str, branch: str | None, *, because: str, actor: str, now: datetime
) -> None:
    connection.execute(
        insert(commission_earners).values(
            id=new_id(), user_id=user_id, branch=branch, because=because, declared_at=now, actor=actor
        )
    )


def withdraw_earner(connection: Connection, user_id: str, branch: str | None, now: datetime) -> int:
    """Answers how many stood."""
    column = commission_earners.c.branch
    same_branch = column.is_(None) if branch is None else column == branch
    live = and_(
        commission_earners.c.user_id == user_id, same_branch, commission_earners.c.withdrawn_at.is_(None)
    )
    return int(connection.execute(update(commission_earners).where(live).values(withdrawn_at=now)).rowcount)


def of_day(connection: Connection, debtor_id: str, moment: datetime, zone: str) -> list[dict[str, Any]]:
    """Every exception for the debtor on his civil day of that moment, ended or not."""
    day = moment.astimezone(ZoneInfo(zone)).date()
    query = select(policy_overrides).where(
        policy_overrides.c.debtor_id == debtor_id, policy_overrides.c.day == day
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def packs_in_use(connection: Connection) -> list[str]:
    """The packs under which some portfolio came."""
    query = select(imports.c.pack).where(imports.c.pack != "").distinct()
    return sorted(connection.execute(query).scalars())
