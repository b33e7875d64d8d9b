"""Says on every page when the office works under made-up rules. Knows no page."""

from __future__ import annotations

from flask import Flask, current_app
from sqlalchemy.exc import DBAPIError

from ..office import Office
from ..packs import pack_of
from ..store import offices
from ..store.boards import accounts
from ..store.engine import reading
from . import here

SEEN = "ronda.fiction"


def install(app: Flask) -> None:
    app.context_processor(lambda: {"fictitious_pack": fictitious_pack()})


def fictitious_pack() -> str:
    """The made-up pack in use, or "": asked of the database again only when the office did something."""
    office = here.office()
    seen: tuple[int, str] | None = current_app.extensions.get(SEEN)
    try:
        with reading(office.engine) as connection:
            latest = accounts.latest_fact(connection)
        if seen is None or seen[0] != latest:
            seen = (latest, _look(office))
            current_app.extensions[SEEN] = seen
    except DBAPIError:
        # The page that tells of a broken database must still be drawn.
        return seen[1] if seen is not None else ""
    return seen[1]


def _look(office: Office) -> str:
    with reading(office.engine) as connection:
        setting = offices.get(connection, "fictitious_pack")
        names = accounts.packs_in_use(connection)
    if setting:
        return "demo" if setting is True else str(setting)
    for name in sorted(names):
        policy = pack_of(name)
        if policy is not None and policy.fictitious:
            return name
    return ""
