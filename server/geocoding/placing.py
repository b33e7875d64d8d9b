"""Places the office's own addresses with a city's index, and keeps what the lender said. Parses nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from sync.records import Precision

from .. import cities, publishing
from ..store import facts, placings
from ..store.engine import reading, writing
from ..store.gazetteers import WrongGazetteer
from ..store.placings import Placing, Recording
from .found import Found
from .locating import Gazetteer, geocode
from .online import Online, WrongGeocoder
from .plane import Plane, apart

Progress = Callable[[str, float], None]

# What a geocoder may place, and place again when the city's index is better: never what a person decided.
OURS = ("geocoder",)
UNPLACED = ("", "file", "lender", "field")
NUMBERED = (Precision.DOOR, Precision.BLOCK)
# Further than this from where its own words say, and three times beyond what is unsure, a lender's
# coordinate contradicts its address.
FAR_M, TIMES = 300.0, 3.0
SAME_M = 1.0


@dataclass
class PlacedReport:
    """What became of the office's addresses. `flagged`: the lender's coordinate is far from its address."""

    addresses: int = 0
    kept: int = 0
    placed: int = 0
    unchanged: int = 0
    not_found: int = 0
    flagged: int = 0
    by_precision: Counter[str] = field(default_factory=Counter)
    by_source: Counter[str] = field(default_factory=Counter)
    online: str = ""  # why the online geocoder was not asked further, where it is used

    def to_json(self) -> dict[str, Any]:
        return {
            "addresses": self.addresses,
            "kept": self.kept,
            "placed": self.placed,
            "unchanged": self.unchanged,
            "not_found": self.not_found,
            "flagged": self.flagged,
            **({"online": self.online} if self.online else {}),
            "by_precision": dict(sorted(self.by_precision.items())),
            "by_source": dict(sorted(self.by_source.items())),
        }


def place_portfolio(
    engine: Engine,
    gazetteer: Gazetteer,
    *,
    actor: str,
    now: datetime,
    progress: Progress = lambda step, share: None,
    only_new: bool = False,
    online: Online | None = None,
    only: Collection[str] | None = None,
) -> PlacedReport:
    """Place every address in force that has no better point; the same city again changes nothing.

    A lender's coordinate stays. Where it contradicts its own address the other place is kept beside it.
    `only_new` leaves alone what was placed or not found before. `online`, where the office's owner named
    one, is asked for what the city's index does not know.
    """
    with reading(engine) as connection:
        rows = [
            row
            for row in placings.standing(connection)
            if (not only_new or row["source"] not in OURS) and (only is None or row["id"] in only)
        ]
    report = PlacedReport(addresses=len(rows))
    made = list(_placed(rows, _Finder(gazetteer, online, report), report, progress))
    doubts = [one for one, beside in made if beside]
    by = Recording(actor, now.date(), now)
    with writing(engine) as connection:
        moved = placings.put(connection, (one for one, beside in made if not beside), by)
        report.flagged = placings.doubt(connection, doubts, by)
        publishing.refresh_debtors(connection, moved, now)
        facts.append(
            connection,
            "addresses.placed",
            as_of=by.as_of,
            now=now,
            actor=actor,
            payload=report.to_json() | {"index": str(gazetteer.index.about.get("streets", ""))},
        )
    progress("placing", 1.0)
    return report


class _Finder:
    """The city's index; and for what it does not know the online geocoder, until that one fails."""

    def __init__(self, gazetteer: Gazetteer, online: Online | None, report: PlacedReport) -> None:
        self.gazetteer = gazetteer
        self.online = online
        self.report = report

    def __call__(self, text: str, neighbourhood: str, city: str, *, abroad: bool) -> Found:
        found = geocode(self.gazetteer, text, neighbourhood=neighbourhood, city=city)
        if found.lat is not None or self.online is None or not abroad or not text.strip():
            return found
        try:
            return self.online.find(text, city=city) or found
        except WrongGeocoder as wrong:
            self.online, self.report.online = None, str(wrong)
            return found


def place_imported(
    engine: Engine, folder: Path, *, actor: str, now: datetime, only: Collection[str] | None = None
) -> PlacedReport | None:
    """Place what an import brought, or these addresses, with the city the office uses; None where there is
    none to read."""
    city = cities.used(engine, folder)
    if city is None:
        return None
    try:
        gazetteer = Gazetteer.open(city.gazetteer_file, called=city.name)
    except WrongGazetteer:
        return None
    return place_portfolio(engine, gazetteer, actor=actor, now=now, only_new=True, only=only)


def _placed(
    rows: list[Any], find: _Finder, report: PlacedReport, progress: Progress
) -> Iterator[tuple[Placing, bool]]:
    """(a place, whether it only stands beside the lender's) of each address that gets one."""
    for number, row in enumerate(rows):
        if number % 100 == 0:
            progress("placing", number / len(rows))
        theirs = row["lat"] is not None and row["source"] not in OURS
        if row["source"] not in (*OURS, *UNPLACED):
            report.kept += 1
            continue
        found = find(row["text"], row["district"], row["city"], abroad=not theirs)
        if theirs:
            report.kept += 1
            if contradicts(row["lat"], row["lon"], found):
                yield _as_placing(row["id"], found), True
            continue
        report.by_precision[found.precision.value] += 1
        report.by_source[found.source.value] += 1
        if found.lat is None:
            report.not_found += 1
        if _stands(row, found):
            report.unchanged += 1
            continue
        report.placed += found.lat is not None
        yield _as_placing(row["id"], found), False


def contradicts(lat: float, lon: float, found: Found) -> bool:
    """Whether an address, found at its number, is far from a coordinate given with it."""
    if found.lat is None or found.lon is None or found.precision not in NUMBERED:
        return False
    off = apart(Plane(lat, lon).spot(found.lat, found.lon), (0.0, 0.0))
    return off > max(FAR_M, TIMES * (found.expected_error_m or 0))


def _stands(row: Mapping[str, Any], found: Found) -> bool:
    """Whether the address is there already, as sure as now."""
    if found.lat is None or found.lon is None:
        return row["lat"] is None and row["source"] in OURS
    if row["lat"] is None or row["precision"] != found.precision.value:
        return False
    moved = apart(Plane(row["lat"], row["lon"]).spot(found.lat, found.lon), (0.0, 0.0))
    return moved <= SAME_M and row["error_m"] == found.expected_error_m


def _as_placing(address: str, found: Found) -> Placing:
    return Placing(
        address=address,
        lat=found.lat,
        lon=found.lon,
        precision=found.precision.value,
        error_m=found.expected_error_m,
        source=found.source.value,
        why=found.why,
        kept="geocoder",
    )
