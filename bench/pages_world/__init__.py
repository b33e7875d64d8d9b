"""An office of a size, filled in bulk: accounts, agents, weeks of visits and what follows. Measures nothing.

Every row stands in a real table and agrees with the others: a debtor's visits are his agent's, their events
are in the agent's chain, promises follow their visits, payments their balances. What is few, and what Ronda
keeps as a cache, Ronda makes itself. The visits are those of the last weekdays, as many a day whatever the
size: an office with ten times the visits has ten times the days.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from server.office import Office
from server.store.engine import writing

from . import (
    cases,
    frozen,
    journal,
    lending,
    monthly,
    owing,
    papers,
    planned,
    remembered,
    staffing,
    synced,
    told,
    tray,
    walked,
    worked,
)
from .base import NOW, PASSWORD, TODAY, Rows, Say, Size, World
from .putting import counted, put, weigh
from .staffing import COLLECTOR, STAFF
from .worked import LIST

__all__ = ["COLLECTOR", "LIST", "NOW", "PASSWORD", "STAFF", "TODAY", "Size", "counted", "fill", "weigh"]


class Part(NamedTuple):
    name: str
    rows: tuple[Callable[[World], Rows], ...]


PARTS = (
    Part("the lenders", (lending.lenders,)),
    Part("the debtors", (owing.debtors,)),
    Part("the accounts", (lending.accounts,)),
    Part("who has whom", (owing.assigned, owing.afar)),
    Part("the laptops", (staffing.laptops, staffing.days)),
    Part("the routes", (planned.routes,)),
    Part("the visits", (walked.visits,)),
    Part("what is told", (told.calls, told.stops, told.flags, told.proposals)),
    Part("the cases", (cases.claims, cases.erasures, cases.overrides, cases.zones)),
    Part("the papers", (papers.shelf, papers.documents, papers.notices, papers.letters)),
    Part("the desk", (tray.drafts,)),
    Part("the cash", (monthly.cash,)),
    Part("the work", (worked.results, worked.writeoffs, worked.questions)),
    Part("the feeds", (synced.feeds, synced.troubles)),
    Part("the log", (journal.facts, journal.kept)),
)


def fill(office: Office, size: Size, password_hash: str, say: Say) -> None:
    """Everything, in a transaction for each part; the office is initialised and empty."""
    world = World(office, size, password_hash, say)
    with writing(world.engine) as connection:
        staffing.staff(world, connection)
    for part in PARTS:
        for rows in part.rows:
            with writing(world.engine) as connection:
                put(connection, rows(world))
        say(part.name)
    weigh(world.engine)
    for name, made in (
        ("the returned files", monthly.returned),
        ("the wordings", synced.wordings),
        ("the worklists", remembered.worklists),
        ("the days of figures", remembered.days),
        ("the figures", remembered.figures),
        ("the closed months", frozen.months),
        ("the figures again", remembered.figures),
    ):
        made(world)
        say(name)
    weigh(world.engine)
