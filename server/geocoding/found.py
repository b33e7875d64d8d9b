"""What geocoding an address answers: where, how well it is known, and why. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sync.records import Precision
from sync.words import N_, Phrase

from .plane import Spot


class Source(StrEnum):
    """What the point was worked out from, best first."""

    HOUSE = "house"  # this very number is on the map
    NEIGHBOURS = "neighbours"  # between two known numbers of the block
    GRID = "grid"  # the corner that the number names, and its metres
    CORNER = "corner"  # a corner, without metres or without knowing to which side
    BETWEEN = "between"  # between two corners, by their numbers
    PATTERN = "pattern"  # where the numbers of the streets around say that the corner is
    STREET = "street"  # the middle of the street
    STREET_AREA = "street_area"  # the street where it runs through the quarter
    AREA = "area"
    PLACE = "place"
    ONLINE = "online"  # an online geocoder, where the office uses one
    NONE = "none"


PRECISION = {
    Source.HOUSE: Precision.DOOR,
    Source.NEIGHBOURS: Precision.BLOCK,
    Source.GRID: Precision.BLOCK,
    Source.CORNER: Precision.BLOCK,
    Source.BETWEEN: Precision.BLOCK,
    Source.PATTERN: Precision.BLOCK,
    Source.STREET_AREA: Precision.STREET,
    Source.STREET: Precision.STREET,
    Source.AREA: Precision.ZONE,
    Source.PLACE: Precision.ZONE,
    Source.ONLINE: Precision.STREET,
    Source.NONE: Precision.NONE,
}
# A point of a block that may be further off than this is no better than its street.
BLOCK_M = 100.0

WHY = {
    Source.HOUSE: N_("El número está en el mapa"),
    Source.NEIGHBOURS: N_("Entre dos números conocidos de la cuadra"),
    Source.GRID: N_("Desde la esquina de {way} con {cross}, {metres} metros"),
    Source.CORNER: N_("La esquina de {way} con {cross}"),
    Source.BETWEEN: N_("{way} no cruza {cross} en el mapa; queda entre {before} y {after}"),
    Source.PATTERN: N_("{way} no cruza {cross} en el mapa; así siguen los números de alrededor"),
    Source.STREET_AREA: N_("{way}, donde pasa por {area}"),
    Source.STREET: N_("La mitad de {way}: no se sabe la altura"),
    Source.AREA: N_("El centro de {area}"),
    Source.PLACE: N_("{area}: en el campo no hay número que seguir"),
    Source.NONE: N_("No se encontró: {what}"),
}
OTHER_CITY = N_("{what} existe en el mapa, pero no en {city}")


@dataclass(frozen=True)
class Candidate:
    """A place the address may mean. `error_m`: the true point is within twice of it in nine of ten cases."""

    spot: Spot
    error_m: float
    source: Source
    why: Phrase
    cost: float = 0.0  # how little it fits, against the other candidates of the same address


@dataclass(frozen=True)
class Found:
    """Where an address is. `lat` and `lon` are None when it was not found: it is never guessed."""

    lat: float | None
    lon: float | None
    precision: Precision
    expected_error_m: float | None
    source: Source
    why: Phrase
    normal: str
    alternatives: tuple[Found, ...] = ()


def precision_of(source: Source, error_m: float) -> Precision:
    held = PRECISION[source]
    if source is Source.STREET and error_m <= BLOCK_M:  # a street of one block
        return Precision.BLOCK
    return Precision.STREET if held is Precision.BLOCK and error_m > BLOCK_M else held
