"""Which column of a lender's file holds which field, by the names lenders give them. Reads no cell below.

Headers are compared without case, accents or punctuation. What is not recognised is listed, never guessed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sync.words import N_, Phrase, Terms

from .answers import WrongFile
from .synonyms import PAYMENTS, PORTFOLIO
from .synonyms_outside import CONTACTS, STOPS
from .told import ASIDE

KINDS: Mapping[str, Mapping[str, frozenset[str]]] = {
    "portfolio": PORTFOLIO,
    "payments": PAYMENTS,
    "contacts": CONTACTS,
    "stops": STOPS,
}

# A file needs every one of these, each by one of its alternatives.
NEEDED: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "portfolio": (
        ("number",),
        ("name", "first_names"),
        ("principal", "total"),
        ("overdue",),
        ("oldest_due",),
    ),
    "payments": (("number",), ("value_date",), ("amount",)),
    "contacts": (("number", "document"), ("at",)),
    "stops": (("number", "document"), ("kind",)),
}
# A list of accounts the lender takes back needs no figures.
CLOSING = (("number",), ("status",))
# Of two columns with different names for one of these, neither may be taken in silence.
ALONE = frozenset(("number", "principal", "total", "overdue", "oldest_due", "value_date", "amount"))
OWN = "ronda"  # columns that a file of rejected rows carries for the person who mends it
OWN_DECIMAL = {"ronda decimal coma": ",", "ronda decimal punto": "."}

SHOWN = {
    "number": N_("número de crédito"),
    "name": N_("nombre del titular"),
    "principal": N_("saldo capital"),
    "overdue": N_("valor vencido"),
    "oldest_due": N_("vencimiento más antiguo"),
    "value_date": N_("fecha de pago"),
    "amount": N_("valor"),
    "at": N_("fecha y hora"),
    "kind": N_("tipo de novedad"),
}


@dataclass(frozen=True)
class Columns:
    """A header row understood: field → position, every header as written, and those left aside."""

    places: dict[str, int]
    headers: tuple[str, ...]
    ignored: tuple[str, ...]
    decimal: str = ""  # told by a file of rejected rows
    own: bool = False  # it is a file of rejected rows, mended
    repeated: tuple[tuple[str, str], ...] = ()  # headers that say the same field

    def header(self, field: str) -> str:
        return self.headers[self.places[field]] if field in self.places else ""

    @property
    def width(self) -> int:
        """How many columns count: trailing empty headers do not."""
        return len(self.headers)

    def named(self) -> dict[str, str]:
        return {field: self.headers[place] for field, place in self.places.items()}


def plain(header: str) -> str:
    """A header as it is compared: small letters and digits, single spaces."""
    marks = unicodedata.normalize("NFKD", header.casefold())
    kept = "".join(mark for mark in marks if not unicodedata.combining(mark))
    return " ".join("".join(mark if mark.isalnum() else " " for mark in kept).split())


def understood(cells: Sequence[str], kind: str, mapping: Mapping[str, str] | None = None) -> Columns:
    """The fields a row of headers names. `mapping` (field → header) is believed before any synonym.

    A header that the mapping gives to a field that begins with `-` is left aside.
    """
    headers = list(cells)
    while headers and not headers[-1].strip():
        headers.pop()
    asked = {plain(header): field for field, header in (mapping or {}).items()}
    places: dict[str, int] = {}
    ignored: list[str] = []
    repeated: list[tuple[str, str]] = []
    for place, header in enumerate(headers):
        found = asked.get(plain(header)) or _field(plain(header), kind, set(asked.values()))
        if found is not None and found.startswith(ASIDE):
            ignored.append(header.strip())
        elif found is not None and found not in places:
            places[found] = place
        elif header.strip() and not plain(header).startswith(OWN):
            ignored.append(header.strip())
            if found is not None and (found in ALONE or plain(header) == plain(headers[places[found]])):
                repeated.append((_placed(headers, places[found]), _placed(headers, place)))
    plains = [plain(header) for header in headers]
    decimal = next((OWN_DECIMAL[name] for name in plains if name in OWN_DECIMAL), "")
    own = any(name.startswith(OWN) for name in plains)
    return Columns(
        places, tuple(header.strip() for header in headers), tuple(ignored), decimal, own, tuple(repeated)
    )


def _placed(headers: Sequence[str], place: int) -> str:
    return f"«{headers[place].strip()}» ({place + 1})"


def missing(columns: Columns, kind: str) -> list[str]:
    """The fields without which nothing can be imported, by the name a lender would give them."""
    if kind == "portfolio" and all(any(name in columns.places for name in any_of) for any_of in CLOSING):
        return []
    return [
        SHOWN.get(any_of[0], any_of[0])
        for any_of in NEEDED[kind]
        if not any(name in columns.places for name in any_of)
    ]


def require(columns: Columns, kind: str, line: int) -> None:
    """Raise WrongFile, naming what was found and what lacks."""
    lacking = missing(columns, kind)
    if lacking:
        text = N_(
            "faltan columnas: {missing}. En la línea {line} se encontró: {found}. "
            "Cambie los encabezados o diga cuál es cuál con un mapeo guardado"
        )
        values: dict[str, str | int | float] = {
            "missing": Terms(*lacking),
            "line": line,
            "found": _listed(columns.headers),
        }
        raise WrongFile(Phrase(text, values))
    for first, second in columns.repeated:
        text = N_(
            "las columnas {first} y {second} dicen lo mismo y no se sabe cuál vale: "
            "deje una sola o cambie el encabezado de la otra"
        )
        raise WrongFile(Phrase(text, {"first": first, "second": second}))


def refuse_headless(first: Sequence[str], kind: str) -> WrongFile:
    needed = Terms(*(SHOWN.get(any_of[0], any_of[0]) for any_of in NEEDED[kind]))
    text = N_(
        "no se encontró la fila de encabezados. La primera fila dice: {found}. "
        "Se necesitan al menos estas columnas: {needed}"
    )
    return WrongFile(Phrase(text, {"found": _listed(first), "needed": needed}))


def _field(header: str, kind: str, told: set[str]) -> str | None:
    for field, names in KINDS[kind].items():
        if header in names and field not in told:
            return field
    return None


def _listed(headers: Sequence[str]) -> str:
    shown = [header.strip()[:40] for header in headers if header.strip()]
    return ", ".join(shown[:40]) + (" …" if len(shown) > 40 else "") if shown else "nada"
