"""The caches of the filled office, made by the product as in weeks of running: worklists and figures."""

from __future__ import annotations

from datetime import timedelta

from server.commissioning import first_of, month_before
from server.figuring import keeping
from server.store.figure_cells import Span
from server.strategy import listing

from .base import NOW, TODAY, World

STEPS = 12  # of the page of trends


def worklists(world: World) -> None:
    listing.make(world.engine, TODAY, now=NOW, actor="nora")


def figures(world: World) -> None:
    """The board's own period, and the weeks and months of its trends."""
    month = (TODAY.replace(day=1), TODAY)
    keeping.refresh(world.engine, [month], today=TODAY, now=NOW, sums=[*_weeks(), *_months()])


def _weeks() -> list[Span]:
    """From Monday to Sunday, the last one up to today."""
    monday = TODAY - timedelta(days=TODAY.weekday())
    starts = [monday - timedelta(days=7 * back) for back in range(STEPS)]
    return [(start, min(start + timedelta(days=6), TODAY)) for start in starts]


def _months() -> list[Span]:
    found, first = [(first_of(TODAY), TODAY)], first_of(TODAY)
    for _back in range(STEPS - 1):
        before = month_before(first)
        found.append((before, first - timedelta(days=1)))
        first = before
    return found
