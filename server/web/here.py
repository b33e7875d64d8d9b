"""What a request knows: its office, its moment, who asks and what he may see. Decides nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import cast
from zoneinfo import ZoneInfo

from flask import current_app, g
from flask_babel import gettext as _
from flask_security import current_user
from sqlalchemy import Connection, Engine

from sync.records import UserRole
from sync.words import Phrase

from .. import handling_cash
from ..office import Office
from ..store import imports, lenders, offices, scopes
from ..store.engine import reading
from ..store.logins import LoginUser
from ..store.scopes import Scope
from . import rights

OFFICE = "ronda.office"
CASH = "ronda.cash"
CLOCK = "ronda.clock"
USUAL_ZONE = "America/Bogota"


def office() -> Office:
    return cast(Office, current_app.extensions[OFFICE])


def engine() -> Engine:
    return office().engine


def now() -> datetime:
    """The office's clock, read once a request so that one page speaks of one moment."""
    if "now" not in g:
        clock = cast(Callable[[], datetime], current_app.extensions.get(CLOCK, _clock))
        g.now = clock()
    return cast(datetime, g.now)


def _clock() -> datetime:
    return datetime.now(UTC)


def zone() -> str:
    """The office's own time zone, an IANA name."""
    if "office_zone" not in g:
        with reading(engine()) as connection:
            g.office_zone = offices.get(connection, "timezone") or USUAL_ZONE
    return cast(str, g.office_zone)


def today() -> date:
    """The civil day at the office."""
    return now().astimezone(ZoneInfo(zone())).date()


def me() -> LoginUser:
    """Who is logged in; only asked where the guard let a person through."""
    return cast(LoginUser, current_user._get_current_object())


def actor() -> str:
    return me().username


def roles() -> frozenset[UserRole]:
    return frozenset(UserRole(role.name) for role in me().roles)


def scope() -> Scope:
    """The part of the portfolio this person may see; every query of a page takes it."""
    if "scope" not in g:
        with reading(engine()) as connection:
            g.scope = scopes.scope_of(connection, me().id)
    return cast(Scope, g.scope)


def may(endpoint: str) -> bool:
    """True when who asks may open that page: what he may not open is not offered to him."""
    if not current_user.is_authenticated or endpoint not in current_app.view_functions:
        return False
    if endpoint.startswith("cash.") and not cash_is_taken():
        return False
    return rights.allows(endpoint, roles())


def cash_is_taken() -> bool:
    """True where a pack in use lets collectors take money: elsewhere the pages of cash do not exist."""
    held = current_app.extensions.setdefault(CASH, {})
    with reading(engine()) as connection:
        # Which packs accounts are under changes with a lender's file, and with nothing else.
        brought = [row["id"] for row in imports.listed(connection, limit=1)]
        if "taken" not in held or held["at"] != brought:
            held.update(at=brought, taken=handling_cash.is_taken(connection))
    return bool(held["taken"])


def sees_everything() -> bool:
    """True for who sees every lender, branch and team: what reaches the whole portfolio is his to start."""
    return scope().whole


def whole_lenders(connection: Connection) -> set[str]:
    """The lenders all of whose branches this person sees: their files are his to read and to bring."""
    shares = scope().shares if scope().agent_id is None else ()
    whole = {share.lender_id for share in shares if share.branch is None and share.team is None}
    known = {str(row["id"]) for row in lenders.listed(connection)}
    return known if None in whole else known & {lender for lender in whole if lender is not None}


def sentence(because: Phrase) -> str:
    """A phrase in the reader's language, as a sentence of its own."""
    said = because.said(_)
    return said[:1].upper() + said[1:]
