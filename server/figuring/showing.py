"""Puts the figures of a period together from what is kept of its days and its ends. No SQL and no page.

A past day is read as it is known now: what happened up to that day, whenever it came to be known. What was
known then is what a closed month froze.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from sqlalchemy import Connection

from sync.rules.figures import Figure, Held, Settings, lateness
from sync.rules.figures_facts import EVERYTHING
from sync.rules.figures_list import board
from sync.rules.figures_tally import Tally

from ..store import figure_cells, figure_facts
from ..store.figure_cells import DAY, SPAN, Part, Span
from ..store.scopes import Scope
from ..store.standings import remembered
from . import keeping

BREAKDOWNS = ("all", "agent", "team", "bucket", "product", "lender")
# Groups of accounts: an agent's kilometres and his plan are not shared out among them.
OF_ACCOUNTS = ("bucket", "product", "lender")


@dataclass(frozen=True)
class Group:
    """One line of a breakdown: its value as it is kept, and as it is called."""

    value: str
    name: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Board:
    """The figures of a period, whole and by group. `lacking`: days and spans still to be made."""

    span: Span
    dimension: str
    whole: Group
    groups: tuple[Group, ...]
    total: int  # groups in all, of which `groups` may be a page
    lacking: int
    made_at: datetime | None


def figures_of(
    connection: Connection,
    scope: Scope,
    span: Span,
    dimension: str,
    today: date,
    *,
    page: tuple[int, int] | None = None,
) -> Board:
    """The board of a period. `page`: (offset, size) of the groups, by name; None for all of them."""
    said, parts = keeping.settings(connection), keeping.parts_of(connection, span, today)
    whole = _made(connection, scope, parts, span, "all", said, None).get(EVERYTHING) or _nothing(said)
    groups: list[Group] = []
    total = 0
    if dimension != "all":
        named = names_of(connection, scope, dimension, parts, span)
        total = len(named)
        shown = named if page is None else named[page[0] : page[0] + page[1]]
        values = [value for value, _name in shown]
        made = _made(connection, scope, parts, span, dimension, said, values)
        groups = [Group(value, name, made.get(value) or _nothing(said)) for value, name in shown]
    waiting = keeping.lacking(connection, [span], today)
    return Board(
        span,
        dimension,
        Group(EVERYTHING, "", whole),
        tuple(groups),
        total,
        len([day for day in waiting.days if span[0] <= day <= span[1]]) + len(waiting.spans),
        _last_made(connection, span),
    )


def one_of(
    connection: Connection, scope: Scope, span: Span, dimension: str, value: str, today: date
) -> Group | None:
    """The figures of one group of a breakdown; None where the scope sees none of it."""
    said, parts = keeping.settings(connection), keeping.parts_of(connection, span, today)
    named = dict(names_of(connection, scope, dimension, parts, span))
    if value not in named:
        return None
    made = _made(connection, scope, parts, span, dimension, said, [value])
    return Group(value, named[value], made.get(value) or _nothing(said))


def may_hold(
    connection: Connection, scope: Scope, span: Span, dimension: str, value: str, today: date
) -> bool:
    """False where all of the period is kept and nothing of it is of that group: its rows need no search."""
    waiting = keeping.lacking(connection, [span], today)
    if dimension == "all" or waiting.spans or any(span[0] <= day <= span[1] for day in waiting.days):
        return True
    parts = [*keeping.parts_of(connection, span, today), (SPAN, span)]
    return value in figure_cells.values_of(connection, scope, dimension, parts)


def trend(
    connection: Connection,
    scope: Scope,
    steps: Sequence[Span],
    today: date,
    dimension: str = "all",
    value: str = EVERYTHING,
) -> dict[Span, list[Figure]]:
    """The figures of each of these periods that need no balances, of one group."""
    said = keeping.settings(connection)
    version = figure_cells.version(connection)

    def made(step: Span) -> Tally:
        held = Tally()
        parts = keeping.parts_of(connection, step, today)
        for cell in figure_cells.cells(connection, scope, parts, dimension, values=[value]):
            held.add(cell.tally)
        return held

    by_step = {
        step: remembered(
            connection, ("trend", version, scope, step, today, dimension, value), partial(made, step)
        )
        for step in steps
    }
    return {
        step: board(Held(by_step[step], Tally(), said, attributable=dimension not in OF_ACCOUNTS))
        for step in steps
    }


def standing(connection: Connection, scope: Scope, span: Span, dimension: str, value: str) -> Tally:
    """How the accounts of a group stood at both ends of a period."""
    found = figure_cells.cells(connection, scope, [(SPAN, span)], dimension, values=[value])
    return figure_cells.groups_in(found).get(value, Tally())


def names_of(
    connection: Connection, scope: Scope, dimension: str, parts: Sequence[Part], span: Span
) -> list[tuple[str, str]]:
    """(value, name) of the groups of a breakdown, in the order in which they are shown."""
    values = figure_cells.values_of(connection, scope, dimension, [*parts, (SPAN, span)])
    if dimension == "agent":
        called: Mapping[str, str] = {row["id"]: row["name"] for row in figure_facts.agents_known(connection)}
        return sorted(((value, called.get(value, "")) for value in values), key=lambda one: (one[1], one[0]))
    if dimension == "bucket":
        return [(value, value) for value in sorted(values, key=lambda one: (lateness(one), one))]
    return [(value, value) for value in values]


def _made(
    connection: Connection,
    scope: Scope,
    parts: Sequence[Part],
    span: Span,
    dimension: str,
    said: Settings,
    values: Sequence[str] | None,
) -> dict[str, tuple[Figure, ...]]:
    flows = figure_cells.groups_in(figure_cells.cells(connection, scope, parts, dimension, values=values))
    ends = figure_cells.groups_in(
        figure_cells.cells(connection, scope, [(SPAN, span)], dimension, values=values)
    )
    shared = dimension not in OF_ACCOUNTS
    return {
        value: tuple(
            board(Held(flows.get(value) or Tally(), ends.get(value) or Tally(), said, attributable=shared))
        )
        for value in {*flows, *ends}
    }


def _nothing(said: Settings) -> tuple[Figure, ...]:
    return tuple(board(Held(Tally(), Tally(), said)))


def _last_made(connection: Connection, span: Span) -> datetime | None:
    """When the oldest part of the board was made."""
    days = figure_cells.made(connection, DAY)
    moments = [at for (first, last), (_on, at) in days.items() if span[0] <= first and last <= span[1]]
    moments += [at for key, (_on, at) in figure_cells.made(connection, SPAN).items() if key == span]
    return min(moments, default=None)
