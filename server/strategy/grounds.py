"""What one pass over the debtors stands on: strategy, day, packs, usual amounts, reach. Appraises nobody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from sync.money import from_minor
from sync.records import Place
from sync.rules.policy import Policy
from sync.rules.reaching import Reach, Tally
from sync.rules.strategy import Strategy

from ..packs import Packs, at_office, pack_of
from ..store import known_debtors, reached
from ..store.known_debtors import Asked, KnownDebtor
from . import using
from .appraising import Appraised, Ground, appraise

# When people are at home is learned from the last year, as a plan does.
LEARNED_FROM = timedelta(days=365)


class Remembered:
    """Packs asked once each: an office with its own holidays makes a pack anew at every asking."""

    def __init__(self, packs: Packs) -> None:
        self.packs = packs
        self.held: dict[str, Policy | None] = {}

    def __call__(self, name: str) -> Policy | None:
        if name not in self.held:
            self.held[name] = self.packs(name)
        return self.held[name]


def ground(
    connection: Connection,
    asked: Asked,
    *,
    strategy: Strategy | None = None,
    packs: Packs = pack_of,
    usual: Mapping[str, str] | None = None,
    reach_known: Reach | None = None,
) -> Ground:
    """Two questions of the whole portfolio (reach and usual amounts, where none are given), and two of the
    office."""
    if usual is None:
        minor = known_debtors.usual_overdue(connection, asked)
        amounts = {currency: from_minor(each, currency) for currency, each in minor.items()}
    else:
        amounts = {currency: Decimal(each) for currency, each in usual.items()}
    return Ground(
        strategy=strategy or using.in_force(connection),
        day=asked.day,
        packs=Remembered(at_office(connection, packs)),
        usual=amounts,
        reach=reach_known or reach(connection, asked),
        through=known_debtors.payments_through(connection, asked.known_at),
    )


def reach(connection: Connection, asked: Asked) -> Reach:
    """What a year of visits has shown, counted anew."""
    return Reach(reached.tallies(connection, asked.known_at - LEARNED_FROM))


def kept(reach: Reach) -> list[list[Any]]:
    """What visits had shown, as a run keeps it: no page goes through a year of visits again."""
    return [[place.value, band, one.tries, one.reached] for (place, band), one in reach.tallies.items()]


def reach_of(rows: Sequence[Sequence[Any]] | None) -> Reach | None:
    """What `kept` wrote; None where a run kept none."""
    if rows is None:
        return None
    return Reach({(Place(place), band): Tally(tries, found) for place, band, tries, found in rows})


def everybody(
    connection: Connection, asked: Asked, standing: Ground
) -> Iterator[tuple[KnownDebtor, list[Appraised]]]:
    """Every debtor with his accounts appraised, in the order of their ids."""
    for known in known_debtors.every(connection, asked):
        yield known, appraise(known, standing)


def some(
    connection: Connection, asked: Asked, standing: Ground, debtor_ids: Iterable[str]
) -> dict[str, tuple[KnownDebtor, list[Appraised]]]:
    """These debtors, by id."""
    return {
        known.id: (known, appraise(known, standing))
        for known in known_debtors.named(connection, asked, debtor_ids)
    }


def asked_of(day: date, now: datetime) -> Asked:
    """A day as it is known now."""
    return Asked(day, now)
