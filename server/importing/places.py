"""The addresses a row gives, whose they are, and how far a coordinate is to be believed. Knows no map."""

from __future__ import annotations

from decimal import Decimal

from sync.records import AddressKind, Precision, Role
from sync.words import N_, Phrase

from . import cells
from .cells import Cell
from .people import BOUND, Person, Place, precision_of
from .reading import Reading


def places_of(reading: Reading, people: tuple[Person, ...]) -> tuple[tuple[Role, Place], ...]:
    lat, lon = _coordinates(reading)
    district, city = reading.text("district"), reading.text("city")
    home = reading.text("address")
    found: list[tuple[Role, Place]] = []
    if home or district or (lat is not None and lon is not None):
        precision = precision_of(lat, lon) if lat is not None and lon is not None else Precision.NONE
        place = Place(
            AddressKind.HOME,
            home or district,
            district,
            city,
            None if lat is None else float(lat),
            None if lon is None else float(lon),
            precision,
        )
        found.append((Role.HOLDER, place))
    for name, kind in (("work_address", AddressKind.WORK), ("business_address", AddressKind.BUSINESS)):
        if reading.text(name):
            found.append((Role.HOLDER, Place(kind, reading.text(name), "", city)))
    bound_here = {person.role for person in people}
    for role, prefix, _ in BOUND:
        kind = AddressKind.HOME if role is Role.CO_HOLDER else AddressKind.GUARANTOR_HOME
        if role in bound_here and reading.text(f"{prefix}_address"):
            found.append((role, Place(kind, reading.text(f"{prefix}_address"), "", city)))
    return tuple(found)


def _coordinates(reading: Reading) -> tuple[Decimal | None, Decimal | None]:
    """Both or neither; a coordinate that cannot be is left out with a warning, and never guessed."""
    lat, lon = (_degrees(reading.cell(name)) for name in ("lat", "lon"))
    if lat is None and lon is None:
        return None, None
    good = lat is not None and lon is not None and abs(lat) <= 90 and abs(lon) <= 180 and (lat or lon)
    if not good:
        shown = f"{cells.raw(reading.cell('lat'))}, {cells.raw(reading.cell('lon'))}"
        text = N_("la coordenada {value} no es posible: la dirección queda sin ubicar")
        reading.warn("lat", Phrase(text, {"value": cells.shown(shown)}))
        return None, None
    return lat, lon


def _degrees(cell: Cell) -> Decimal | None:
    """Degrees with a decimal comma or point; NaN-free. What cannot be read is out of every range."""
    if isinstance(cell, Decimal):
        return round(cell, 7)
    written = cells.text(cell).replace(",", ".")
    if not written:
        return None
    sign, digits = (-1, written[1:]) if written[0] in "-−" else (1, written)
    whole, _, decimals = digits.partition(".")
    if not (
        whole.isascii() and whole.isdigit() and (not decimals or (decimals.isascii() and decimals.isdigit()))
    ):
        return Decimal(999)
    return round(sign * Decimal(f"{whole[:4]}.{decimals or 0}"), 7)
