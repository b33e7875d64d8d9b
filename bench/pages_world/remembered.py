"""The caches of the filled office, made by the product as in weeks of running: worklists and figures."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from multiprocessing import get_context

from server.commissioning import first_of, month_before
from server.config import Config
from server.figuring import keeping
from server.figuring.gathering import facts_of
from server.office import open_office
from server.store import figure_cells
from server.store.engine import reading, writing
from server.store.figure_cells import DAY, Span
from server.strategy import listing
from sync.rules.figures_cells import Cells

from .base import NOW, TODAY, World

WORKERS = 2
STEPS = 12  # of the page of trends


def worklists(world: World) -> None:
    listing.make(world.engine, TODAY, now=NOW, actor="nora")


def days(world: World) -> None:
    """The cells of every day, the work of two processes; then nothing of what was recorded is news."""
    with reading(world.engine) as connection:
        wanted = keeping.lacking(connection, (), TODAY).days
    config, shares = world.office.config, [wanted[place::WORKERS] for place in range(WORKERS)]
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
        list(pool.map(_made, [config] * WORKERS, shares))
    with writing(world.engine) as connection:
        figure_cells.put_marks(connection, figure_cells.newest(connection))


def _made(config: Config, share: Sequence[date]) -> None:
    engine = open_office(config).engine
    for day in share:
        cells = Cells()
        with reading(engine) as connection:
            for fact in facts_of(connection, day, TODAY, keeping.settings(connection).attribution_days):
                cells.add(fact)
        with writing(engine) as connection:
            figure_cells.save(connection, DAY, (day, day), cells, NOW, TODAY)
    engine.dispose()


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
