"""Keeps what figures add up from, by day and group, and reads what a scope may see of it. Reckons nothing.

`sets` holds each set as a line that names it and its size, and then its 64-bit names one after the other.
"""

from __future__ import annotations

import zlib
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote

import orjson
from sqlalchemy import ColumnElement, Connection, and_, delete, false, func, insert, or_, select, true, update

from sync.rules.figures_cells import Cells
from sync.rules.figures_tally import Tally

from . import counters
from .chunks import append
from .scopes import Scope, Share
from .tables import (
    amendments,
    events,
    facts,
    far_off,
    figure_cells,
    figure_days,
    figure_marks,
    imports,
    payments,
    promises,
    visits,
)

FIGURES = "figures"  # the counter of what changed here
DAY, SPAN, SUM = "day", "span", "sum"  # a sum: the days of a period added up
FACTS, ARRIVAL = "facts", "arrival"
Span = tuple[date, date]


@dataclass(frozen=True)
class Cell:
    """One group of one day or span."""

    first: date
    last: date
    value: str
    tally: Tally


def save(connection: Connection, kind: str, span: Span, cells: Cells, now: datetime, today: date) -> None:
    """Put these cells in the place of what was kept for the day or span."""
    first, last = span
    forget(connection, kind, span)
    rows = [
        {
            "kind": kind,
            "first": first,
            "last": last,
            "dimension": dimension,
            "value": value,
            "slice": seen,
            "counts": _counts(tally),
            "sets": _sets(tally),
        }
        for (dimension, value, seen), tally in cells.held.items()
        if tally
    ]
    append(connection, figure_cells, rows)
    made = {"kind": kind, "first": first, "last": last, "made_at": now, "made_on": today}
    connection.execute(insert(figure_days).values(**made))


def forget(connection: Connection, kind: str, span: Span) -> None:
    counters.take(connection, FIGURES)
    for table in (figure_cells, figure_days):
        mine = (table.c.kind == kind, table.c.first == span[0], table.c.last == span[1])
        connection.execute(delete(table).where(*mine))


def forget_from(connection: Connection, kind: str, day: date) -> int:
    """Mark what ends on that day or later as to be made again; what is shown meanwhile stays."""
    changed = connection.execute(
        update(figure_days)
        .where(figure_days.c.kind == kind, figure_days.c.last >= day)
        .values(made_on=date.min)
    )
    counters.take(connection, FIGURES)
    return changed.rowcount


def version(connection: Connection) -> int:
    """Another number after every change of what is kept."""
    return counters.current(connection, FIGURES)


def made(connection: Connection, kind: str) -> dict[Span, tuple[date, datetime]]:
    """Which days or spans are kept: on which day each was made, and when."""
    query = select(figure_days).where(figure_days.c.kind == kind)
    return {
        (row["first"], row["last"]): (row["made_on"], row["made_at"])
        for row in connection.execute(query).mappings()
    }


Part = tuple[str, Span]  # days within a span, or exactly that span or sum


def cells(
    connection: Connection,
    scope: Scope,
    parts: Sequence[Part],
    dimension: str,
    *,
    values: Sequence[str] | None = None,
) -> Iterator[Cell]:
    """The cells of a dimension that the scope sees, of all these parts."""
    c = figure_cells.c
    query = select(c.first, c.last, c.value, c.counts, c.sets).where(
        _within(parts), c.dimension == dimension, seen(scope)
    )
    if values is not None:
        query = query.where(c.value.in_(list(values)))
    for row in connection.execute(query):
        yield Cell(row.first, row.last, row.value, _tally(row.counts, row.sets))


def all_cells(connection: Connection, span: Span) -> Iterator[tuple[tuple[str, str, str], Tally]]:
    """Every cell of the days within a span, with its group and shares: what a sum is made of."""
    c = figure_cells.c
    query = select(c.dimension, c.value, c.slice, c.counts, c.sets).where(_within([(DAY, span)]))
    for row in connection.execute(query.execution_options(yield_per=1000)):
        yield (row.dimension, row.value, row.slice), _tally(row.counts, row.sets)


def _within(parts: Sequence[Part]) -> ColumnElement[bool]:
    c = figure_cells.c
    return or_(
        false(),
        *(
            and_(c.kind == kind, c.first >= first, c.first <= last)
            if kind == DAY
            else and_(c.kind == kind, c.first == first, c.last == last)
            for kind, (first, last) in parts
        ),
    )


def values_of(connection: Connection, scope: Scope, dimension: str, parts: Sequence[Part]) -> list[str]:
    """The groups that any of these parts has a cell of."""
    c = figure_cells.c
    query = select(c.value).where(c.dimension == dimension, _within(parts), seen(scope)).distinct()
    return sorted(connection.execute(query).scalars())


def seen(scope: Scope) -> ColumnElement[bool]:
    """The condition that lets a cell through: one of its shares is one of the scope's."""
    if scope.agent_id is not None:
        return false()
    if scope.whole:
        return true()
    marked = func.concat(";", figure_cells.c.slice, ";")
    return or_(*(marked.like(pattern, escape="\\") for share in scope.shares for pattern in _patterns(share)))


def _patterns(share: Share) -> list[str]:
    """How a slice with this share looks, for LIKE: an account's, and an agent's, which is of every lender."""
    branch, team = (_like(part) for part in (share.branch, share.team))
    return [f"%;{_like(share.lender_id)}|{branch}|{team};%", f"%;*|{branch}|{team};%"]


def _like(part: str | None) -> str:
    """A part of a slice. Every part is quoted, so `%` in it is the sign and is escaped; a wildcard may not
    cross into the next slice, which costs nothing: lender, branch and team are three parts of one."""
    if part is None:
        return "%"
    return quote(part, safe="").replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def marks(connection: Connection) -> dict[str, int]:
    """Up to which fact and arrival the cache has looked."""
    return {row.name: int(row.value) for row in connection.execute(select(figure_marks))}


def put_marks(connection: Connection, values: dict[str, int]) -> None:
    connection.execute(delete(figure_marks))
    connection.execute(insert(figure_marks), [{"name": name, "value": at} for name, at in values.items()])


def newest(connection: Connection) -> dict[str, int]:
    """The last fact and the last arrival there are."""
    last_fact = connection.execute(select(func.max(facts.c.number))).scalar() or 0
    last_event = connection.execute(select(func.max(events.c.arrival))).scalar() or 0
    return {FACTS: int(last_fact), ARRIVAL: int(last_event)}


def facts_after(connection: Connection, number: int) -> list[tuple[str, date, str]]:
    """(kind, day it speaks of, subject) of what the office did since, each once."""
    query = (
        select(facts.c.kind, func.min(facts.c.as_of), func.min(facts.c.subject))
        .where(facts.c.number > number)
        .group_by(facts.c.kind, facts.c.as_of)
    )
    return [tuple(row) for row in connection.execute(query)]


def imported_after(connection: Connection, number: int) -> list[dict[str, Any]]:
    """The imports that facts since tell of: kind, lender and the earliest value date among their payments."""
    told = select(facts.c.subject).where(facts.c.number > number, facts.c.kind == "import.finished")
    query = (
        select(
            imports.c.id,
            imports.c.kind,
            imports.c.lender_id,
            imports.c.as_of,
            func.min(payments.c.value_date).label("earliest"),
        )
        .outerjoin(payments, payments.c.import_id == imports.c.id)
        .where(imports.c.id.in_(told))
        .group_by(imports.c.id, imports.c.kind, imports.c.lender_id, imports.c.as_of)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def earliest_after(connection: Connection, arrival: int) -> datetime | None:
    """The earliest moment that events which arrived since speak of: visits, corrected visits, promises.

    The first of all moments where a laptop's clock was more than a day off, so that nobody knows from here.
    """
    came = select(events.c.id).where(events.c.arrival > arrival)
    corrected = select(amendments.c.visit_id).where(amendments.c.id.in_(came))
    if connection.execute(select(visits.c.id).where(visits.c.id.in_(came), far_off).limit(1)).first():
        return datetime.min.replace(tzinfo=UTC, year=2)
    moments = [
        connection.execute(select(func.min(column)).where(which)).scalar()
        for column, which in (
            (visits.c.started, visits.c.id.in_(came)),
            (visits.c.started, visits.c.id.in_(corrected)),
            (promises.c.made_at, promises.c.id.in_(came)),
        )
    ]
    return min((moment for moment in moments if moment is not None), default=None)


def _counts(tally: Tally) -> str:
    money: dict[str, dict[str, int]] = {}
    for (name, currency), minor in tally.money.items():
        money.setdefault(name, {})[currency] = minor
    spreads = {name: {str(value): n for value, n in held.items()} for name, held in tally.spreads.items()}
    counts = {name: n for name, n in tally.counts.items() if n}
    return orjson.dumps([counts, money, spreads]).decode()


def _sets(tally: Tally) -> bytes:
    held: list[tuple[str, str, set[int]]] = [(name, "", one) for name, one in tally.sets.items()]
    held += [(name, day.isoformat(), one) for name, days in tally.dated.items() for day, one in days.items()]
    held = [one for one in held if one[2]]
    if not held:
        return b""
    names = array("Q", [name for _set, _day, members in held for name in sorted(members)])
    head = orjson.dumps([[name, day, len(members)] for name, day, members in held])
    return zlib.compress(head + b"\n" + names.tobytes(), 1)


def _tally(counts: str, sets: bytes) -> Tally:
    numbers, money, spreads = orjson.loads(counts)
    tally = Tally(counts=Counter(numbers))
    for name, each in money.items():
        for currency, minor in each.items():
            tally.money[name, currency] = minor
    for name, held in spreads.items():
        tally.spreads[name] = Counter({int(value): n for value, n in held.items()})
    if sets:
        head, _line, rest = zlib.decompress(sets).partition(b"\n")
        names = array("Q")
        names.frombytes(rest)
        start = 0
        for name, day, size in orjson.loads(head):
            members = set(names[start : start + size])
            start += size
            if day:
                tally.dated[name][date.fromisoformat(day)] = members
            else:
                tally.sets[name] = members
    return tally


def groups_in(found: Iterable[Cell]) -> dict[str, Tally]:
    """The cells added up by group."""
    made_up: dict[str, Tally] = {}
    for cell in found:
        made_up.setdefault(cell.value, Tally()).add(cell.tally)
    return made_up
