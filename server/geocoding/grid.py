"""Places `Calle 18 # 10-12` on the lines of its street: from the corner, the metres, the side. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

from sync.words import Phrase

from .found import WHY, Candidate, Source
from .parsing import Address, Way, shown
from .plane import Spot, along, apart, left_of, middle, towards
from .street import House, Street

# A door stands beside the middle of the street: measured on the houses of a Colombian city.
ASIDE_M = 6.0
# Numbers count from the building line of the corner, half a street further than the middle of it.
CORNER_M = 4.0
SLANTED = ("diagonal", "transversal")
CROSSED = ("calle", "carrera", "diagonal", "transversal")
# A block is hardly longer, and streets that cross a street hardly further apart per number.
BLOCK_M, LONG_BLOCK_M = 100.0, 250.0
# What the method leaves open, in metres, where the true point lies within twice that in nine of ten cases.
GRID_ERROR_M, CORNER_ERROR_M, BETWEEN_SHARE = 9.0, 45.0, 0.45


def order(way: Way) -> float:
    """Where a numbered street stands among those beside it: 9, 9 bis, 9A, 9A bis, 9B, 10."""
    letter = (ord(way.letter) - 64) * 0.12 if way.letter else 0.0
    return (way.number or 0) + letter + (0.06 if way.bis else 0.0)


def readings(address: Address) -> list[Address]:
    """The address, and on a diagonal or transversal, which cross anything, with the other kinds to cross."""
    way, cross = address.way, address.cross
    if way is None or cross is None or way.kind not in SLANTED:
        return [address]
    kinds = dict.fromkeys((cross.kind, *CROSSED))
    return [replace(address, cross=replace(cross, kind=kind)) for kind in kinds if kind != way.kind]


def with_zero(address: Address) -> Address:
    """The address with its letter O read as a zero: `Calle 2O` as Calle 20."""

    def zero(way: Way | None) -> Way | None:
        if way is None or way.quadrant != "oeste" or way.number is None:
            return way
        return replace(way, number=way.number * 10, quadrant="")

    return replace(address, way=zero(address.way), cross=zero(address.cross))


def place(address: Address, street: Street) -> list[Candidate]:
    """Every place on this street that the address may mean, the likeliest first."""
    way, cross = address.way, address.cross
    if way is None or cross is None:
        return []
    known = _known(address, street.houses)
    if known:
        return known
    exact = street.crossings.get(cross.key, ())
    found = [_from_corner(address, street, node) for node in exact] or list(_between(address, street))
    return sorted(found, key=lambda candidate: candidate.cost)


def _known(address: Address, houses: Sequence[House]) -> list[Candidate]:
    """The house itself, or the point between the two nearest numbers of its side of the block."""
    cross = address.cross.key if address.cross else ""
    block = [house for house in houses if house.cross == cross]
    same = [house for house in block if house.metres == address.metres]
    if same:
        spot = middle(house.spot for house in same)
        spread = max(apart(spot, house.spot) for house in same)
        if spread < BLOCK_M:
            return [Candidate(spot, max(6.0, spread), Source.HOUSE, Phrase(WHY[Source.HOUSE]))]
    metres = address.metres or 0
    side = [house for house in block if house.metres % 2 == metres % 2]
    below = [house for house in side if house.metres < metres]
    above = [house for house in side if house.metres > metres]
    if not below or not above:
        return []
    low, high = max(below, key=lambda h: h.metres), min(above, key=lambda h: h.metres)
    far = apart(low.spot, high.spot)
    if far > LONG_BLOCK_M:
        return []
    share = (metres - low.metres) / (high.metres - low.metres)
    spot = along(low.spot, towards(low.spot, high.spot), far * share)
    return [Candidate(spot, max(6.0, far / 6), Source.NEIGHBOURS, Phrase(WHY[Source.NEIGHBOURS]))]


def _from_corner(address: Address, street: Street, node: int) -> Candidate:
    assert address.cross is not None and address.metres is not None  # noqa: S101, PT018 - a grid address
    corner, said = street.nodes[node], _said(address)
    ahead = _ahead(address.cross, street, node)
    if ahead is None:
        why = Phrase(WHY[Source.CORNER], said)
        return Candidate(corner, CORNER_ERROR_M, Source.CORNER, why, cost=2.0)
    heading, length, gap = ahead
    metres = address.metres + CORNER_M
    if length is not None and gap <= 1.0:
        metres = min(metres, length)
    spot, direction = street.walk(node, heading, metres)
    spot = _aside(spot, direction, address.metres)
    # A next corner that is far in metres or in numbers tells less about the direction.
    doubt = 0.0 if gap <= 1.0 else min(gap - 1.0, 3.0)
    error = GRID_ERROR_M * (1 + doubt) + 0.05 * address.metres
    why = Phrase(WHY[Source.GRID], said | {"metres": address.metres})
    # A block too short for its number is another block.
    short = max(0.0, address.metres - (length or LONG_BLOCK_M)) if gap <= 1.0 else 0.0
    cost = doubt + min(short / 50, 1.0) + (length or BLOCK_M) / 1000
    return Candidate(spot, error, Source.GRID, why, cost=cost)


def _ahead(cross: Way, street: Street, node: int) -> tuple[Spot, float | None, float] | None:
    """(a spot in the direction in which numbers rise, metres to the next corner if it is that, its gap in
    numbers): towards the next street beside this one, or away from the one before."""
    here, corner = order(cross), street.nodes[node]
    best: tuple[float, Spot, float | None, float] | None = None
    for way, nodes in _beside(cross, street):
        gap = order(way) - here
        for other in nodes:
            far = apart(corner, street.nodes[other])
            if gap == 0 or not 1 < far < 4 * LONG_BLOCK_M or far > LONG_BLOCK_M * max(1.0, abs(gap) + 1):
                continue
            if not street.connected(node, other):
                continue
            after = gap > 0
            spot = street.nodes[other] if after else _opposite(corner, street.nodes[other])
            cost = abs(gap) + far / 1000 + (0 if after else 1)
            if best is None or cost < best[0]:
                best = (cost, spot, far if after else None, abs(gap))
    return None if best is None else best[1:]


def _between(address: Address, street: Street) -> Iterator[Candidate]:
    """The corner is not on the map: between the nearest streets before and after it, by their numbers."""
    assert address.cross is not None  # noqa: S101 - a grid address
    here = order(address.cross)
    beside = sorted(_beside(address.cross, street), key=lambda found: order(found[0]))
    before = [found for found in beside if order(found[0]) < here][-3:]
    after = [found for found in beside if order(found[0]) > here][:3]
    for (low, low_nodes), (high, high_nodes) in product(before, after):
        numbers = order(high) - order(low)
        for one, other in product(low_nodes, high_nodes):
            far = apart(street.nodes[one], street.nodes[other])
            if far > LONG_BLOCK_M * max(numbers, 1.0) or not street.connected(one, other):
                continue
            share = (here - order(low) + min((address.metres or 0) / BLOCK_M, 0.9)) / numbers
            spot, direction = street.walk(one, street.nodes[other], far * min(share, 1.0))
            spot = _aside(spot, direction, address.metres or 0)
            why = Phrase(WHY[Source.BETWEEN], _said(address) | {"before": shown(low), "after": shown(high)})
            error = max(20.0, far * BETWEEN_SHARE)
            yield Candidate(spot, error, Source.BETWEEN, why, cost=numbers + far / 1000)


def corners(address: Address, street: Street) -> list[Candidate]:
    """Every place where the two streets of a corner meet."""
    cross = address.cross
    nodes = street.crossings.get(cross.key, ()) if cross else ()
    why = Phrase(WHY[Source.CORNER], _said(address))
    return [Candidate(street.nodes[node], 15.0, Source.CORNER, why) for node in nodes]


def _beside(cross: Way, street: Street) -> list[tuple[Way, Sequence[int]]]:
    """The numbered streets of the same kind and quadrant that this street crosses."""
    return [
        (way, street.crossings[key])
        for key, way in street.crossed.items()
        if way.kind == cross.kind and way.quadrant == cross.quadrant and way.number is not None
    ]


def _opposite(corner: Spot, other: Spot) -> Spot:
    return (2 * corner[0] - other[0], 2 * corner[1] - other[1])


def _aside(spot: Spot, direction: Spot, number: int) -> Spot:
    """Odd numbers stand on the left of who walks as the numbers rise, even ones on the right."""
    return along(spot, left_of(direction), ASIDE_M if number % 2 else -ASIDE_M)


def _said(address: Address) -> dict[str, str | int]:
    way = shown(address.way) if address.way else ""
    return {"way": way, "cross": shown(address.cross) if address.cross else ""}
