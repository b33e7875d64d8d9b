"""Keeps the cells of figures as the facts say: what a new fact may change is made again. No SQL, no formula.

A fact of a day may change that day and every later one (a payment moves the buckets after it, a visit takes
the payments that follow it), and none before. So whatever was recorded since the cache last looked makes it
start again from the earliest day spoken of. Days before it was over are made again too.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine

from sync.rules.clauses import LONGEST_LAG_DAYS
from sync.rules.figures import ATTRIBUTION_DAYS, Settings
from sync.rules.figures_cells import Cells

from ..store import figure_cells, figure_facts, offices
from ..store.engine import reading, writing
from ..store.figure_cells import ARRIVAL, DAY, FACTS, SPAN, SUM, Part, Span
from .gathering import facts_of, standing_facts

ONE = timedelta(days=1)
SETTING = "figures"
USUAL_ZONE = "America/Bogota"
# What the office writes down that changes no figure, by the beginning of the kind.
WITHOUT_FIGURES = (
    "access.",
    "accounts.exported",
    "backup.",
    "case_file.",
    "cash.",
    "chain.",
    "commission.",
    "dossier.",
    "export.",
    "held.",
    "letter",
    "list.",
    "location.",
    "month.",
    "objection.",
    "plan.",
    "question.",
    "recovery.",
    "return.",
    "risk.",
    "segment.",
    "silence.",
    "user.",
    "device.",
    "session.",
    "evidence.",
    "keys.",
    "log.",
    "notice.",
    "paper.",
    "program.",
    "review.",
    "stationery.",
    "template.",
    "tls.",
    "worklist",
    "lease.",
    "audit.",
    "finding.",
    "import.rejected",
    "queue.",
)
# What may change days long past: where addresses lie, whose data are gone, what a payment is for.
WHOLE = ("address", "erasure.", "office.restored", "payment.", "promise.", "city.", "figures.", "claim")
Say = Callable[[str], None]
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Wanted:
    """What is missing or stale: days; spans that somebody asked for, and the sums of their days."""

    days: tuple[date, ...]
    spans: tuple[Span, ...]
    sums: tuple[Span, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.days or self.spans or self.sums)


def today_at(connection: Connection, now: datetime) -> date:
    """The civil day at the office."""
    return now.astimezone(ZoneInfo(offices.get(connection, "timezone") or USUAL_ZONE)).date()


def settings(connection: Connection) -> Settings:
    said = offices.get(connection, SETTING) or {}
    return Settings(
        attribution_days=int(said.get("attribution_days", ATTRIBUTION_DAYS)),
        day_costs={str(currency): int(minor) for currency, minor in said.get("day_costs", {}).items()},
    )


def refresh(
    engine: Engine,
    spans: Collection[Span] = (),
    *,
    today: date,
    now: datetime,
    sums: Collection[Span] = (),
    say: Say = lambda _step: None,
) -> int:
    """Make whatever days are missing or stale, the newest first, and these spans; and add the days of spans
    and `sums` up. How many were made, sums not counted."""
    with _one_at_a_time:
        _look(engine, today)
        with reading(engine) as connection:
            wanted = lacking(connection, spans, today, sums)
        whole = len(wanted.days) + len(wanted.spans)
        for number, span in enumerate(wanted.spans, start=1):
            _make_span(engine, span, today, now)
            say(f"{number}/{whole}")
        for number, day in enumerate(wanted.days, start=len(wanted.spans) + 1):
            _make_day(engine, day, today, now)
            say(f"{number}/{whole}")
        for span in wanted.sums:
            _make_sum(engine, span, today, now)
        return whole


def parts_of(connection: Connection, span: Span, today: date) -> list[Part]:
    """From which cells the flow of a period is read: the sum of its days that are over where it is kept and
    good, with today's own cells; else day by day."""
    summed = _summed(span, today)
    if summed is None:
        return [(DAY, span)]
    kept = figure_cells.made(connection, SUM).get(summed)
    if not _whole(kept, summed[1], today):
        return [(DAY, span)]
    rest = summed[1] + ONE
    return [(SUM, summed), *([(DAY, (rest, span[1]))] if rest <= span[1] else [])]


def _summed(span: Span, today: date) -> Span | None:
    """The days of a period that are over; None where adding them up would gain nothing."""
    last = min(span[1], today - ONE)
    return (span[0], last) if (last - span[0]).days >= 1 else None


def rebuild(engine: Engine, *, today: date, now: datetime, say: Say = lambda _step: None) -> int:
    """Make every day again from the facts, whatever is kept."""
    with writing(engine) as connection:
        for kind in (DAY, SPAN, SUM):
            figure_cells.forget_from(connection, kind, date.min)
    return refresh(engine, today=today, now=now, say=say)


def lacking(
    connection: Connection, spans: Collection[Span], today: date, sums: Collection[Span] = ()
) -> Wanted:
    """Of the days from the first fact to today, of these spans and sums, those that are not good as kept."""
    kept = figure_cells.made(connection, DAY)
    first = min(figure_facts.first_days(connection), default=today)
    days = (today - ONE * back for back in range(max(0, (today - first).days) + 1))
    spans_kept, sums_kept = (figure_cells.made(connection, kind) for kind in (SPAN, SUM))
    added = dict.fromkeys(
        one for one in (_summed(span, today) for span in (*spans, *sums)) if one is not None
    )
    return Wanted(
        tuple(day for day in days if not _whole(kept.get((day, day)), day, today)),
        tuple(span for span in dict.fromkeys(spans) if not _whole(spans_kept.get(span), span[1], today)),
        tuple(span for span in added if not _whole(sums_kept.get(span), span[1], today)),
    )


def stale(connection: Connection) -> bool:
    """True when something was recorded since the cache last looked."""
    return figure_cells.marks(connection) != figure_cells.newest(connection)


def _whole(kept: tuple[date, datetime] | None, last: date, today: date) -> bool:
    """Kept, and made either after its last day was over or today."""
    return kept is not None and (kept[0] > last or kept[0] == today)


def _look(engine: Engine, today: date) -> None:
    """Mark what the newest facts may change as to be made again."""
    with writing(engine) as connection:
        seen, newest = figure_cells.marks(connection), figure_cells.newest(connection)
        if seen == newest:
            return
        by_facts = _since_facts(connection, seen.get(FACTS, 0))
        moment = figure_cells.earliest_after(connection, seen.get(ARRIVAL, 0))
        by_events = None if moment is None else moment.date() - ONE
        both = (by_facts, by_events)
        for kind, days in ((DAY, both), (SUM, both), (SPAN, (by_facts,))):
            first = min((day for day in days if day is not None), default=None)
            if first is not None:
                figure_cells.forget_from(connection, kind, first)
        figure_cells.put_marks(connection, newest)


def _since_facts(connection: Connection, number: int) -> date | None:
    """The earliest day that facts of the office recorded since may change; None when they change none."""
    days: list[date] = []
    for kind, day, _subject in figure_cells.facts_after(connection, number):
        if kind.startswith(WHOLE):
            return date.min
        if not kind.startswith(WITHOUT_FIGURES):
            days.append(day)
    imported = figure_cells.imported_after(connection, number)
    before = figure_facts.paid_through(connection, [one["id"] for one in imported])
    for one in imported:
        days.append(one["as_of"])
        if one["earliest"] is not None:
            days.append(one["earliest"])
        if one["kind"] == "payments":
            through = before.get(one["lender_id"])
            if through is None:
                return date.min  # the first: every promise before it was waiting for it
            # Payments imported through a later day decide promises that ended before.
            days.append(through - timedelta(days=LONGEST_LAG_DAYS))
    return min(days, default=None)


def _make_day(engine: Engine, day: date, today: date, now: datetime) -> None:
    cells = Cells()
    with reading(engine) as connection:
        for fact in facts_of(connection, day, today, settings(connection).attribution_days):
            cells.add(fact)
    with writing(engine) as connection:
        figure_cells.save(connection, DAY, (day, day), cells, now, today)


def _make_span(engine: Engine, span: Span, today: date, now: datetime) -> None:
    cells = Cells()
    with reading(engine) as connection:
        for fact in standing_facts(connection, *span):
            cells.stand(fact)
    with writing(engine) as connection:
        figure_cells.save(connection, SPAN, span, cells, now, today)


def _make_sum(engine: Engine, span: Span, today: date, now: datetime) -> None:
    """Read before it is written, so that laptops are not kept waiting while it is added up."""
    cells = Cells()
    with reading(engine) as connection:
        for group, tally in figure_cells.all_cells(connection, span):
            cells.held[group].add(tally)
    with writing(engine) as connection:
        figure_cells.save(connection, SUM, span, cells, now, today)
