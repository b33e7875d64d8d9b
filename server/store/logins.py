"""The login library's view of users and roles: the one place with an ORM. Decides nothing about rights.

Flask-Security reads people through mapped classes and a session of its own; everything else of the
office uses Core. The library only reads here: hiring and passwords are written by `server.hiring`.
"""

from __future__ import annotations

from datetime import datetime

from flask_security import RoleMixin, SQLAlchemySessionUserDatastore, UserMixin
from sqlalchemy import Connection, Engine, func, update
from sqlalchemy.orm import Session, registry, relationship, scoped_session, sessionmaker

from .tables import metadata, roles, user_roles, users

mapped = registry(metadata=metadata)


class LoginRole(RoleMixin):
    """A row of `roles`."""

    name: str


class LoginUser(UserMixin):
    """A row of `users`, with the roles held."""

    id: str  # type: ignore[assignment]  # the library's own models count; ours are UUIDs
    username: str
    name: str
    language: str | None
    must_change_password: bool
    fs_uniquifier: str
    roles: list[LoginRole]  # type: ignore[assignment]  # a list of the mapped class, not of its mixin


mapped.map_imperatively(LoginRole, roles)
mapped.map_imperatively(
    LoginUser, users, properties={"roles": relationship(LoginRole, secondary=user_roles, lazy="selectin")}
)


Sessions = scoped_session[Session]


def sessions(engine: Engine) -> Sessions:
    """Sessions that only read; the caller removes each at the end of its request."""
    return scoped_session(sessionmaker(engine, autoflush=False))


def datastore(opened: Sessions) -> SQLAlchemySessionUserDatastore:
    return SQLAlchemySessionUserDatastore(opened, LoginUser, LoginRole)


def reread(store: SQLAlchemySessionUserDatastore, username: str) -> LoginUser:
    """The user as he is now, after something outside the library changed him."""
    store.db.session.rollback()
    store.db.session.expire_all()
    found = store.find_user(username=username)
    if not isinstance(found, LoginUser):
        raise LookupError(username)
    return found


def came_in(connection: Connection, user_id: str, now: datetime) -> None:
    """Remember when a person logged in, and the time before that."""
    connection.execute(
        update(users)
        .where(users.c.id == user_id)
        .values(
            last_login_at=users.c.current_login_at,
            current_login_at=now,
            login_count=func.coalesce(users.c.login_count, 0) + 1,
        )
    )
