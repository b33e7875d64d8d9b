"""The parts a fictitious town is made of. Knows neither how they are laid out nor how they are written."""

from __future__ import annotations

from dataclasses import dataclass

from .geometry import Point


@dataclass(frozen=True)
class Street:
    """A street and the pieces the river left of it."""

    name: str
    kind: str  # Calle | Carrera | Diagonal | Transversal | Vía
    label: str
    pieces: tuple[tuple[Point, ...], ...]


@dataclass(frozen=True)
class Block:
    """A stretch of street between two corners; doors count metres from `start`, where `cross` meets it."""

    street: Street
    cross: str
    start: Point
    end: Point
    length_m: float


@dataclass(frozen=True)
class Bridge:
    name: str
    street: str
    at: Point


@dataclass(frozen=True)
class Barrio:
    """A barrio of the grid or a vereda; `polygon` is open (its last corner joins the first)."""

    name: str
    zone: str
    polygon: tuple[Point, ...]
    is_vereda: bool = False


@dataclass(frozen=True)
class Landmark:
    """What people of a vereda give instead of a number, at its metre of the only road."""

    vereda: str
    name: str  # with its article: "la escuela"
    metre: float
