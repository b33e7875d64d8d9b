"""What a collector says of a visit before it is saved, and how it is read from JSON. Saves nothing.

A draft may be incomplete; the rules name what is missing. Times come as instants in UTC or as local
times of the debtor's zone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from sync.ids import is_id
from sync.records import (
    Conduct,
    Known,
    Location,
    LocationSource,
    Party,
    Place,
    Reason,
    Result,
    VisitResult,
)
from sync.rules.answers import FieldError
from sync.rules.policy import zone_of
from sync.words import N_, Phrase

from .store.attachments import Picture

E = TypeVar("E", bound=StrEnum)
# What a visit typed by hand can be of. A year far outside breaks date arithmetic, in zones and in rules.
YEARS = range(2000, 2101)
NOWHERE = Location(LocationSource.NONE)


@dataclass(frozen=True)
class ProposedAddress:
    """An address found in the field."""

    kind: str
    text: str
    district: str = ""
    city: str = ""
    informant: str = ""


@dataclass(frozen=True)
class ProposedPhone:
    value: str
    holder: str = "debtor"
    relation: str = ""


@dataclass(frozen=True)
class Draft:
    """One visit as told. `id` is drawn when the form opens, so that saving twice saves once."""

    id: str
    debtor: str
    accounts: tuple[str, ...]
    place: Place | None
    party: Party | None
    start: datetime | None
    end: datetime | None
    results: tuple[VisitResult, ...]
    known: Known = Known.LIVE
    line: int | None = None
    location: Location = NOWHERE
    note: str = ""
    address: str | None = None
    route: str | None = None
    stop: str | None = None
    addresses: tuple[ProposedAddress, ...] = ()
    phones: tuple[ProposedPhone, ...] = ()
    override_reason: str = ""
    conduct: Conduct = field(default_factory=Conduct)
    pictures: tuple[Picture, ...] = ()


class Reader:
    """Takes values out of what was typed, collecting what is wrong instead of stopping at the first."""

    def __init__(self, said: Mapping[str, Any]) -> None:
        self.said = said
        self.wrong: list[FieldError] = []

    def error(self, field: str, text: str, account: str = "", **values: str) -> None:
        self.wrong.append(FieldError(field, Phrase(text, values), "visit.value", account))

    def text(self, name: str, limit: int = 4000) -> str:
        value = self.said.get(name)
        if value is None:
            return ""
        if not isinstance(value, str) or len(value) > limit or "\x00" in value:
            self.error(name, N_("Escriba un texto más corto, sin caracteres de control."))
            return ""
        return value.strip()

    def word(self, name: str, enum: type[E]) -> E | None:
        value = self.text(name, 40)
        if not value:
            return None
        if value not in {member.value for member in enum}:
            self.error(name, N_("Elija una de las opciones."))
            return None
        return enum(value)

    def number(self, name: str, low: float, high: float) -> float | None:
        value = self.said.get(name)
        if value in (None, ""):
            return None
        try:
            found = float(str(value).strip().replace(",", "."))
        except ValueError:
            found = float("nan")
        if not low <= found <= high:
            self.error(name, N_("Escriba un número entre {low} y {high}."), low=f"{low:g}", high=f"{high:g}")
            return None
        return found

    def whole(self, name: str) -> int | None:
        found = self.number(name, 1, 9999)
        return None if found is None else int(found)

    def moment(self, name: str, zone: str) -> datetime | None:
        """An instant with its offset, or a local time of the debtor's zone such as 2026-11-23T10:40."""
        value = self.text(name, 40)
        if not value:
            return None
        try:
            found = datetime.fromisoformat(value.replace("Z", "+00:00"))
            if found.year not in YEARS:
                raise ValueError("no year of a visit")
        except ValueError:
            self.error(name, N_("Escriba la fecha y la hora como 2026-11-23T10:40."))
            return None
        if found.tzinfo is None:
            where = zone_of(zone)
            found = found.replace(tzinfo=where) if where else found.replace(tzinfo=UTC)
        return found.astimezone(UTC)


def location_of(said: Any, reader: Reader) -> Location:
    """The location block of a visit; missing means none was taken, which needs its reason."""
    inner = Reader(said if isinstance(said, Mapping) else {})
    source = inner.word("source", LocationSource) or LocationSource.NONE
    lat, lon = inner.number("lat", -90, 90), inner.number("lon", -180, 180)
    accuracy = inner.number("accuracy_m", 0, 1_000_000)
    reason = inner.text("reason", 500)
    reader.wrong += [FieldError(f"location_{one.field}", one.because, one.rule) for one in inner.wrong]
    if source is LocationSource.NONE:
        if not reason:
            reader.error("location_reason", N_("Diga por qué no hay ubicación."))
        return Location(source, reason=reason)
    if lat is None or lon is None:
        reader.error("location_lat", N_("Faltan las coordenadas; o elija «Sin ubicación» y diga por qué."))
    return Location(source, lat, lon, accuracy, reason)


def results_of(said: Any, reader: Reader) -> tuple[VisitResult, ...]:
    """The results of a visit from a list of objects {account, result, reason?, detail?}."""
    if not isinstance(said, list):
        reader.error("results", N_("Falta la lista de resultados por cuenta."))
        return ()
    found = []
    for one in said:
        inner = Reader(one if isinstance(one, Mapping) else {})
        account = inner.text("account", 40)
        result, reason = inner.word("result", Result), inner.word("reason", Reason)
        detail = one.get("detail") if isinstance(one, Mapping) else None
        details = {
            str(key): str(value).strip()
            for key, value in (detail if isinstance(detail, Mapping) else {}).items()
            if value not in (None, "")
        }
        reader.wrong += [FieldError(e.field, e.because, e.rule, account) for e in inner.wrong]
        if result is not None and is_id(account):
            found.append(VisitResult(account, result, reason, details))
        elif not inner.wrong:
            reader.error("result", N_("Falta el resultado de esta cuenta."), account)
    return tuple(found)
