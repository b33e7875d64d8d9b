"""Works the worklists out for a day and keeps them: every open account with its segment, stage and action.

It reads in one view of the office and writes in pieces, so that laptops that sync meanwhile do not wait for
it. A run is read only once it is finished.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Engine

from ..packs import Packs, pack_of
from ..store import facts, worklists
from ..store.engine import reading, writing
from . import grounds
from .appraising import Appraised

PIECE = 5_000  # rows written in one transaction

Progress = Callable[[int], None]


@dataclass
class Tally:
    """What one pass found, in counts."""

    accounts: int = 0
    lists: Counter[str] = field(default_factory=Counter)
    segments: Counter[str] = field(default_factory=Counter)
    risks: Counter[str] = field(default_factory=Counter)
    stages: Counter[str] = field(default_factory=Counter)
    actions: Counter[str] = field(default_factory=Counter)
    unvisited: int = 0

    def count(self, one: Appraised) -> None:
        self.accounts += 1
        self.segments[one.segment] += 1
        self.risks[one.risk] += 1
        self.stages[one.next.stage] += 1
        self.actions[one.next.do] += 1
        self.unvisited += one.unvisited is not None
        self.lists.update(place.name for place in one.places)

    def to_json(self) -> dict[str, Any]:
        return {
            name: dict(sorted(value.items())) if isinstance(value, Counter) else value
            for name, value in vars(self).items()
        }


@dataclass(frozen=True)
class Made:
    """A finished run."""

    id: str
    as_of: date
    strategy: str
    version: str
    counts: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        return {
            "run": self.id,
            "as_of": self.as_of.isoformat(),
            "strategy": self.strategy,
            "version": self.version,
            **self.counts,
        }


def make(
    engine: Engine,
    day: date,
    *,
    now: datetime,
    actor: str,
    packs: Packs = pack_of,
    progress: Progress | None = None,
) -> Made:
    """The lists of a day, from everything known now."""
    tally, asked = Tally(), grounds.asked_of(day, now)
    with reading(engine) as connection:
        standing = grounds.ground(connection, asked, packs=packs)
        strategy = standing.strategy
        with writing(engine) as target:
            run_id = worklists.begin(
                target, as_of=day, strategy=strategy.name, version=strategy.version, now=now, actor=actor
            )
        found = (one for _, each in grounds.everybody(connection, asked, standing) for one in each)
        for piece in _pieces(_told(found, tally, progress)):
            rows = [_row(run_id, one) for one in piece]
            places = [_place(run_id, one, place) for one in piece for place in one.places]
            with writing(engine) as target:
                worklists.add(target, rows, places)
        usual = {currency: f"{amount:f}" for currency, amount in standing.usual.items()}
    counts = {**tally.to_json(), "usual": usual}
    with writing(engine) as target:
        worklists.finish(target, run_id, counts | {"reach": grounds.kept(standing.reach)}, now)
        facts.append(
            target,
            "worklists.made",
            as_of=day,
            now=now,
            actor=actor,
            subject=run_id,
            payload={"strategy": strategy.name, "version": strategy.version, **counts},
        )
    return Made(run_id, day, strategy.name, strategy.version, counts)


def _told(found: Iterable[Appraised], tally: Tally, progress: Progress | None) -> Iterator[Appraised]:
    for one in found:
        tally.count(one)
        if progress is not None and tally.accounts % PIECE == 0:
            progress(tally.accounts)
        yield one


def _pieces(found: Iterable[Appraised]) -> Iterator[list[Appraised]]:
    piece: list[Appraised] = []
    for one in found:
        piece.append(one)
        if len(piece) == PIECE:
            yield piece
            piece = []
    if piece:
        yield piece


def _row(run_id: str, one: Appraised) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "account_id": one.account,
        "debtor_id": one.debtor,
        "dpd": one.dpd,
        "overdue_minor": one.overdue_minor,
        "total_minor": one.total_minor,
        "segment": one.segment,
        "risk": one.risk,
        "stage": one.next.stage,
        "action": one.next.do,
        "action_due": one.next.due,
        "value": one.value,
        "pays": one.pays,
        "unvisited": one.unvisited,
    }


def _place(run_id: str, one: Appraised, place: Any) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "list": place.name,
        "account_id": one.account,
        "due": place.due,
        "value": one.value,
    }
