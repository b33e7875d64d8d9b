"""Changes what a person of the office may do and see: his role, and the slices of the portfolio he sees.

A change ends his open sessions, so that nobody goes on with rights that were taken. Knows no page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine

from sync.records import Refused, UserRole
from sync.words import N_, Phrase

from .store import facts, lenders, people
from .store.boards import staff
from .store.engine import writing
from .store.scopes import Share

MOST_SLICES = 40


@dataclass(frozen=True)
class Slice:
    """A slice of the portfolio by its lender's name; empty is every one."""

    lender: str = ""
    branch: str = ""
    team: str = ""

    @property
    def whole(self) -> bool:
        return not (self.lender or self.branch or self.team)


def entrust(
    engine: Engine, username: str, role: UserRole, slices: Sequence[Slice], *, actor: str, now: datetime
) -> Refused | None:
    """Give a person this role and these slices in place of what he had.

    A collector's role is not changed, nor given: his agent, laptop and accounts hang on it.
    """
    with writing(engine) as connection:
        found = people.by_username(connection, username)
        if found is None:
            return Refused(
                Phrase(N_("No hay un usuario {username}"), {"username": username}), "people.username"
            )
        before = people.roles_of(connection, found["id"])
        wrong = _wrong(connection, username, before, role, slices, actor)
        if wrong is not None:
            return wrong
        shares = _shares(connection, slices)
        if isinstance(shares, Refused):
            return shares
        was = {"roles": before, "slices": _told(connection, found["id"])}
        people.set_role(connection, found["id"], role)
        people.set_scope(connection, found["id"], shares)
        people.end_sessions(connection, found["id"])
        now_told = {"roles": [role.value], "slices": _told(connection, found["id"])}
        facts.append(
            connection,
            "user.role_changed",
            as_of=now.date(),
            now=now,
            actor=actor,
            subject=username,
            payload={"was": was, "is": now_told},
        )
    return None


def _wrong(
    connection: Connection,
    username: str,
    before: Sequence[str],
    role: UserRole,
    slices: Sequence[Slice],
    actor: str,
) -> Refused | None:
    if username == actor:
        return _refused(N_("Nadie cambia su propio rol ni su parte: pídalo a otro administrador"), "own")
    collector = UserRole.COLLECTOR.value
    if (collector in before) != (role is UserRole.COLLECTOR):
        return _refused(
            N_(
                "De él cuelgan su portátil, sus rutas y sus cuentas: cierre su acceso y agregue a la persona "
                "con el otro rol"
            ),
            "collector",
        )
    administrator = UserRole.ADMINISTRATOR
    if administrator.value in before and role is not administrator:
        others = people.active_with_role(connection, administrator) - {username}
        if not others:
            return _refused(N_("Es el único administrador: nombre antes a otro"), "last_administrator")
    if not slices and role is not administrator:
        return _refused(N_("Diga qué parte de la cartera ve; sin ninguna no vería nada"), "slices")
    if len(slices) > MOST_SLICES:
        return _refused(N_("Son demasiadas partes: use una sucursal o una entidad entera"), "slices")
    return None


def _shares(connection: Connection, slices: Sequence[Slice]) -> list[Share] | Refused:
    found: list[Share] = []
    for one in dict.fromkeys(slices):
        lender = lenders.id_of(connection, one.lender) if one.lender else None
        if one.lender and lender is None:
            text = N_("No hay una entidad {lender}; importe antes su cartera")
            return Refused(Phrase(text, {"lender": one.lender}), "people.lender")
        found.append(Share(lender, one.branch or None, one.team or None))
    return found


def _told(connection: Connection, user_id: str) -> list[dict[str, Any]]:
    rows = staff.shares(connection).get(user_id, [])
    return [{name: row[name] or "" for name in ("lender", "branch", "team")} for row in rows]


def _refused(msgid: str, rule: str) -> Refused:
    return Refused(Phrase(msgid), f"people.{rule}")
