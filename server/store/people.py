"""The users of the office: who they are, their roles and scopes. Knows no password, only its hash."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from sync.ids import new_id
from sync.records import UserRole

from .scopes import Share
from .tables import roles, user_roles, user_scopes, users


def ensure_roles(connection: Connection) -> None:
    """Every role of the design, once."""
    known = set(connection.execute(select(roles.c.name)).scalars())
    missing = [role.value for role in UserRole if role.value not in known]
    if missing:
        connection.execute(insert(roles), [{"id": new_id(), "name": name} for name in missing])


def add(
    connection: Connection,
    *,
    username: str,
    name: str,
    role: UserRole,
    password_hash: str,
    shares: Iterable[Share],
    must_change: bool,
    now: datetime,
) -> str:
    """A new user with one role and his scope; answers his id."""
    user_id = new_id()
    connection.execute(
        insert(users).values(
            id=user_id,
            username=username,
            name=name,
            password=password_hash,
            active=True,
            fs_uniquifier=secrets.token_hex(32),
            must_change_password=must_change,
            confirmed_at=now,
            created_at=now,
        )
    )
    role_id = connection.execute(select(roles.c.id).where(roles.c.name == role.value)).scalar_one()
    connection.execute(insert(user_roles).values(user_id=user_id, role_id=role_id))
    for share in shares:
        connection.execute(
            insert(user_scopes).values(
                id=new_id(),
                user_id=user_id,
                lender_id=share.lender_id,
                branch=share.branch,
                team=share.team,
            )
        )
    return user_id


def by_username(connection: Connection, username: str) -> dict[str, Any] | None:
    row = connection.execute(select(users).where(users.c.username == username)).mappings().first()
    return dict(row) if row else None


def listed(connection: Connection) -> list[dict[str, Any]]:
    """Every user with the names of his roles, by username."""
    people = [dict(row) for row in connection.execute(select(users).order_by(users.c.username)).mappings()]
    held: dict[str, list[str]] = {}
    pairs = connection.execute(
        select(user_roles.c.user_id, roles.c.name).join(roles, roles.c.id == user_roles.c.role_id)
    )
    for user_id, role in pairs:
        held.setdefault(user_id, []).append(role)
    return [person | {"roles": sorted(held.get(person["id"], []))} for person in people]


def set_password(connection: Connection, user_id: str, password_hash: str, *, must_change: bool) -> None:
    """A new password ends every open session: the uniquifier changes with it."""
    connection.execute(
        update(users)
        .where(users.c.id == user_id)
        .values(
            password=password_hash,
            must_change_password=must_change,
            fs_uniquifier=secrets.token_hex(32),
        )
    )


def set_active(connection: Connection, user_id: str, active: bool) -> None:
    connection.execute(
        update(users).where(users.c.id == user_id).values(active=active, fs_uniquifier=secrets.token_hex(32))
    )


def set_scope(connection: Connection, user_id: str, shares: Iterable[Share]) -> None:
    connection.execute(delete(user_scopes).where(user_scopes.c.user_id == user_id))
    for share in shares:
        connection.execute(
            insert(user_scopes).values(
                id=new_id(),
                user_id=user_id,
                lender_id=share.lender_id,
                branch=share.branch,
                team=share.team,
            )
        )


def roles_of(connection: Connection, user_id: str) -> list[str]:
    """The names of the roles a user has."""
    query = (
        select(roles.c.name)
        .join(user_roles, user_roles.c.role_id == roles.c.id)
        .where(user_roles.c.user_id == user_id)
        .order_by(roles.c.name)
    )
    return [str(name) for name in connection.execute(query).scalars()]


def set_role(connection: Connection, user_id: str, role: UserRole) -> None:
    """This role, and none of those he had."""
    role_id = connection.execute(select(roles.c.id).where(roles.c.name == role.value)).scalar_one()
    connection.execute(delete(user_roles).where(user_roles.c.user_id == user_id))
    connection.execute(insert(user_roles).values(user_id=user_id, role_id=role_id))


def end_sessions(connection: Connection, user_id: str) -> None:
    """Whoever is logged in as this user must log in again."""
    connection.execute(update(users).where(users.c.id == user_id).values(fs_uniquifier=secrets.token_hex(32)))


def active_with_role(connection: Connection, role: UserRole) -> set[str]:
    """The usernames of the active users who have this role."""
    query = (
        select(users.c.username)
        .join(user_roles, user_roles.c.user_id == users.c.id)
        .join(roles, roles.c.id == user_roles.c.role_id)
        .where(roles.c.name == role.value, users.c.active)
    )
    return set(connection.execute(query).scalars())


def page(
    connection: Connection, words: str, *, closed: bool, limit: int, offset: int
) -> tuple[int, list[dict[str, Any]]]:
    """How many users match, and a page of them with their roles, by username; `words` are parts of a name."""
    query = select(users)
    for word in words.casefold().split():
        like = f"%{word}%"
        query = query.where(or_(func.lower(users.c.name).like(like), users.c.username.like(like)))
    if not closed:
        query = query.where(users.c.active)
    total = connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    rows = connection.execute(query.order_by(users.c.username).limit(limit).offset(offset)).mappings()
    found = [dict(row) for row in rows]
    held: dict[str, list[str]] = {}
    pairs = connection.execute(
        select(user_roles.c.user_id, roles.c.name)
        .join(roles, roles.c.id == user_roles.c.role_id)
        .where(user_roles.c.user_id.in_([row["id"] for row in found]))
    )
    for user_id, role in pairs:
        held.setdefault(user_id, []).append(role)
    return total, [row | {"roles": sorted(held.get(row["id"], []))} for row in found]
