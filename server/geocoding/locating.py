"""Finds where an address is in a city's index, says how well it is known, and never guesses silently."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from sync.records import Precision
from sync.words import Phrase

from ..store.gazetteers import Index
from . import grid, pattern
from .found import OTHER_CITY, WHY, Candidate, Found, Source, precision_of
from .naming import likely, number_on
from .parsing import Address, Kind, Way, parse, parse_way, shown
from .plane import Plane, Spot, apart
from .street import House, Street
from .towns import Towns
from .words import folded

# Two candidates closer than this are the same place.
SAME_M = 60.0
# Quarters have no sharp edges: this far beyond one still is within it.
NEAR_M = 500.0
# Corners this near to the quarter tell how its numbers run.
PATTERN_M = 1500.0
# A pattern as sure as this outweighs a corner in another quarter.
TELLING_M = 60.0
# A corner this far from where the numbers around expect it counts as one number out of order.
UNLIKE_M = 300.0
# Candidates this close in cost are told apart by nothing.
ALIKE = 0.25
# Streets held in memory: a city's worth of one collector's day.
STREETS = 1024


class Gazetteer:
    """The address index of a city, ready to answer. `hidden`: streets whose known houses are not used.

    `called`: the city's name in this office, which addresses may say instead of the map's.
    """

    def __init__(self, index: Index, hidden: Collection[str] = (), called: str = "") -> None:
        self.index = index
        self.hidden = frozenset(hidden)
        centre = index.about.get("centre") or [0.0, 0.0]
        self.plane = Plane(*centre)
        spot = self.plane.spot
        self.towns = Towns(((name, spot(lat, lon), r) for name, _, lat, lon, r in index.towns()), called)
        self.street = lru_cache(STREETS)(self._street)

    @classmethod
    def open(cls, path: Path, hidden: Collection[str] = (), called: str = "") -> Gazetteer:
        """Raises WrongGazetteer for a file that is no index of this version."""
        return cls(Index(path), hidden, called)

    def streets(self, key: str) -> list[Street]:
        """The streets called so, by their first name or another."""
        keys = [key, *self.index.known_as(key)]
        return [street for one in keys if (street := self.street(one)) is not None]

    def areas(self, name: str) -> list[tuple[Spot, float, str]]:
        """(centre, radius in metres, name) of the quarters and places called so."""
        said = folded(name)
        return [
            (self.plane.spot(lat, lon), radius, name)
            for _, _, lat, lon, radius in (self.index.areas(said) if said else [])
        ]

    def _street(self, key: str) -> Street | None:
        shape = self.index.shape(key)
        if shape is None:
            return None
        kind, number, letter, bis, quadrant, name = shape["way"]
        houses = [] if key in self.hidden else self.index.houses(key)
        return Street(
            Way(kind, number, letter, bis, quadrant, name),
            _spots(self.plane, shape["nodes"]),
            [_nodes(line) for line in shape["lines"]],
            shape["crossings"],
            {key: way for key in shape["crossings"] if (way := parse_way(key)) is not None},
            [
                House(self.plane.spot(lat, lon), number, cross, metres)
                for _, cross, metres, number, lat, lon in houses
            ],
        )


def geocode(gazetteer: Gazetteer, text: str, *, neighbourhood: str = "", city: str = "") -> Found:
    """Where an address is. `neighbourhood` and `city` tell apart streets of one name.

    Of a city that is not in the index nothing is found; what has that name here is told as alternatives.
    """
    address = parse(text)
    area = neighbourhood or address.area
    meant = gazetteer.towns.meant(city)
    candidates = _near_area(gazetteer, _candidates(gazetteer, address, area), area)
    chosen = [one for one in candidates if not gazetteer.towns.elsewhere(one.spot, meant)]
    if not chosen:
        return _unfound(gazetteer, address, text, city, candidates)
    best, others = chosen[0], [one for one in chosen[1:] if apart(one.spot, chosen[0].spot) > SAME_M]
    quarters = gazetteer.areas(area) if area else []
    within = [_outside(one.spot, quarters) <= NEAR_M if quarters else True for one in (best, *others)]
    rivals = [
        one
        for one, inside in zip(others, within[1:], strict=True)
        if one.cost - best.cost < ALIKE and inside is within[0]
    ]
    error = best.error_m
    if rivals:  # nothing tells them apart: as far off as the nearest of the others
        error = max(error, min(apart(best.spot, one.spot) for one in rivals) / 2)
    answer = _found(gazetteer, best, error, address)
    told = tuple(_found(gazetteer, one, one.error_m, address) for one in others[:4])
    return Found(**{**vars(answer), "alternatives": told})


def _unfound(
    gazetteer: Gazetteer, address: Address, text: str, city: str, elsewhere: Sequence[Candidate]
) -> Found:
    what = address.normal or text[:60]
    why = Phrase(WHY[Source.NONE], {"what": what})
    if elsewhere:
        why = Phrase(OTHER_CITY, {"what": what, "city": city[:60]})
    told = tuple(_found(gazetteer, one, one.error_m, address) for one in elsewhere[:4])
    return Found(None, None, Precision.NONE, None, Source.NONE, why, what, told)


def _candidates(gazetteer: Gazetteer, address: Address, area: str) -> list[Candidate]:
    if address.kind is Kind.GRID:
        grid_found = _on_grid(gazetteer, address, area)
        if not grid_found and "O" in address.doubts:
            grid_found = _on_grid(gazetteer, grid.with_zero(address), area)
        return grid_found or _on_street(gazetteer, address, area) or _area(gazetteer, area)
    if address.kind is Kind.CORNER and address.way:
        found = [
            one for street in gazetteer.streets(address.way.key) for one in grid.corners(address, street)
        ]
        return found or _on_street(gazetteer, address, area) or _area(gazetteer, area)
    if address.kind is Kind.STREET:
        numbered = address.way is not None and address.way.number is not None
        found = (_on_street if numbered else _named)(gazetteer, address, area)
        return found or _area(gazetteer, area)
    if address.kind is Kind.RURAL:
        return _area(gazetteer, address.place) or _area(gazetteer, address.place.partition(" ")[2])
    # A quarter that no word announces is one all the same where the map knows it by that name.
    names = (area, address.rest.lower(), address.text.lower())
    return next((found for name in names if name and (found := _area(gazetteer, name))), [])


def _on_grid(gazetteer: Gazetteer, address: Address, area: str) -> list[Candidate]:
    """On its street; where that leaves a choice or nothing sure, the pattern of the streets around tells."""
    if address.way is None:
        return []
    streets = gazetteer.streets(address.way.key)
    found = [one for said in grid.readings(address) for street in streets for one in grid.place(said, street)]
    sure = [one for one in found if one.source is not Source.BETWEEN]
    quarters = gazetteer.areas(area) if area else []
    if len(sure) == 1:
        # The corner of that name, unless the numbers run through the quarter that was named, elsewhere.
        if not quarters or _outside(sure[0].spot, quarters) <= NEAR_M:
            return sure
        there = _pattern(gazetteer, address, quarters)
        return [there, *sure] if there is not None and there.error_m <= TELLING_M else sure
    expected = _pattern(gazetteer, address, quarters)
    if expected is None:
        return sorted(found, key=lambda one: one.cost)
    fitting = [
        replace(one, cost=one.cost + min(apart(one.spot, expected.spot) / UNLIKE_M, 2.0)) for one in found
    ]
    return sorted([*fitting, *([] if sure else [expected])], key=lambda one: one.cost)


def _pattern(
    gazetteer: Gazetteer, address: Address, quarters: Sequence[tuple[Spot, float, str]]
) -> Candidate | None:
    way, cross = address.way, address.cross
    if way is None or cross is None:
        return None
    one, other = grid.order(way), grid.order(cross) + min((address.metres or 0) / grid.BLOCK_M, 0.9)
    near = gazetteer.index.corners(way.kind, way.quadrant, cross.kind, one, other, pattern.REACH)
    corners = [(a, b, gazetteer.plane.spot(lat, lon)) for a, b, lat, lon in near]
    local = [corner for corner in corners if _outside(corner[2], quarters) < PATTERN_M] if quarters else []
    expected = pattern.expect(local, one, other) or pattern.expect(corners, one, other)
    if expected is None:
        return None
    spot, error = expected
    why = Phrase(WHY[Source.PATTERN], {"way": shown(way), "cross": shown(cross)})
    return Candidate(spot, max(40.0, 1.5 * error), Source.PATTERN, why, cost=1.0 + error / 100)


def _on_street(gazetteer: Gazetteer, address: Address, area: str) -> list[Candidate]:
    """Where on the street is not known: its part in the quarter, else its middle."""
    if address.way is None:
        return []
    found = []
    for street in gazetteer.streets(address.way.key) or gazetteer.streets(address.way.base.key):
        said = {"way": shown(address.way), "area": area}
        for centre, radius, _ in gazetteer.areas(area):
            inside = [node for node in street.nodes if apart(node, centre) <= radius]
            if inside:
                spot = min(inside, key=lambda node: apart(node, centre))
                why = Phrase(WHY[Source.STREET_AREA], said)
                found.append(Candidate(spot, max(80.0, radius / 3), Source.STREET_AREA, why, cost=3.0))
        error = max(40.0, street.length_m / 2)
        why = Phrase(WHY[Source.STREET], said)
        found.append(Candidate(street.middle, error, Source.STREET, why, cost=4.0))
    return sorted(found, key=lambda one: one.cost)


def _named(gazetteer: Gazetteer, address: Address, area: str) -> list[Candidate]:
    """A street with a name: the number if it is known, or between known ones, else the street."""
    if address.way is None:
        return []
    found = []
    for key in likely(gazetteer.index, address.way):
        street = gazetteer.street(key)
        if street is None:
            continue
        numbered = number_on(street, address.house)
        found += [numbered] if numbered else _on_street(gazetteer, _about(address, street.way), area)
    return sorted(found, key=lambda one: one.cost)


def _about(address: Address, way: Way) -> Address:
    return Address(address.text, address.kind, way, area=address.area)


def _area(gazetteer: Gazetteer, name: str) -> list[Candidate]:
    why = Phrase(WHY[Source.AREA], {"area": name})
    return [
        Candidate(centre, max(200.0, radius / 1.5), Source.AREA, why, cost=5.0)
        for centre, radius, _ in gazetteer.areas(name)
    ]


def _near_area(gazetteer: Gazetteer, candidates: Sequence[Candidate], area: str) -> list[Candidate]:
    """Those in the quarter first, where the map knows it."""
    known = gazetteer.areas(area) if area else []
    if not known:
        return list(candidates)
    far = {id(one): _outside(one.spot, known) for one in candidates}
    return sorted(candidates, key=lambda one: (far[id(one)] > NEAR_M, one.cost, far[id(one)]))


def _outside(spot: Spot, quarters: Sequence[tuple[Spot, float, str]]) -> float:
    """Metres beyond the nearest of the quarters."""
    return min(max(0.0, apart(spot, centre) - radius) for centre, radius, _ in quarters)


def _found(gazetteer: Gazetteer, one: Candidate, error: float, address: Address) -> Found:
    lat, lon = gazetteer.plane.point(one.spot)
    return Found(
        lat, lon, precision_of(one.source, error), round(error, 1), one.source, one.why, address.normal
    )


def _spots(plane: Plane, steps: Sequence[int]) -> list[Spot]:
    spots: list[Spot] = []
    lat = lon = 0
    for north, east in zip(steps[::2], steps[1::2], strict=True):
        lat, lon = lat + north, lon + east
        spots.append(plane.spot(lat / 1e6, lon / 1e6))
    return spots


def _nodes(line: Sequence[int]) -> list[int]:
    """As `gazetteer` writes a line: its nodes, or its first and (negative) last of a run."""
    if len(line) == 2 and line[1] < 0:
        return list(range(line[0], -line[1] + 1))
    return list(line)
