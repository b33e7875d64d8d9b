"""How a lender wants its daily file, as data: what goes in, columns, codes, and how values are written.

It is checked whole before it is kept; every mistake is a sentence. Knows no store and no page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sync.records import Party, Place, Result
from sync.rules.results import RESULTS
from sync.words import N_, Phrase

FORMATS = {"delimited": N_("Con separador"), "fixed": N_("De ancho fijo")}
SEPARATORS = {";": N_("Punto y coma"), ",": N_("Coma"), "\t": N_("Tabulador"), "|": N_("Barra vertical")}
ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 (BOM)",
    "cp1252": "Windows-1252",
    "latin-1": "ISO 8859-1",
    "cp850": "DOS 850",
    "ascii": "ASCII",
}
ENDS = {"crlf": "Windows (CR LF)", "lf": "Unix (LF)"}
QUOTES = {"needed": N_("Cuando hace falta"), "all": N_("Siempre"), "none": N_("Nunca")}
DATES = {
    "DD/MM/YYYY": "%d/%m/%Y",
    "YYYY-MM-DD": "%Y-%m-%d",
    "YYYYMMDD": "%Y%m%d",
    "DDMMYYYY": "%d%m%Y",
    "DD-MM-YYYY": "%d-%m-%Y",
    "MM/DD/YYYY": "%m/%d/%Y",
}
TIMES = {"HH:MM": "%H:%M", "HH:MM:SS": "%H:%M:%S", "HHMM": "%H%M", "HHMMSS": "%H%M%S"}
DECIMALS = {",": N_("Coma"), ".": N_("Punto"), "": N_("Ninguno: en centavos")}
THOUSANDS = {"": N_("Ninguno"), ".": N_("Punto"), ",": N_("Coma")}
KINDS = {
    "visit": N_("Visitas, una línea por cuenta y resultado"),
    "contact": N_("Llamadas, mensajes y cartas"),
    "payment": N_("Pagos que el deudor dijo haber hecho"),
}
FIELDS = {
    "account": N_("Número de crédito"),
    "document": N_("Documento"),
    "name": N_("Nombre"),
    "branch": N_("Sucursal"),
    "product": N_("Producto"),
    "date": N_("Fecha de la gestión"),
    "time": N_("Hora de la gestión"),
    "agent": N_("Gestor"),
    "code": N_("Código de la entidad"),
    "result": N_("Resultado en palabras"),
    "party": N_("Quién atendió"),
    "place": N_("Lugar"),
    "reason": N_("Motivo"),
    "note": N_("Observación"),
    "amount": N_("Valor prometido o pagado"),
    "currency": N_("Moneda"),
    "due": N_("Fecha de la promesa"),
    "channel": N_("Canal de pago o contacto"),
    "receipt": N_("Recibo"),
    "lat": N_("Latitud"),
    "lon": N_("Longitud"),
    "received": N_("Fecha en que se recibió"),
    "number": N_("Número de línea"),
    "fixed": N_("Texto fijo"),
}
OTHER_CODES = {
    "call": N_("Llamada atendida"),
    "call.none": N_("Llamada sin respuesta"),
    "message": N_("Mensaje"),
    "email": N_("Correo"),
    "letter": N_("Carta"),
    "payment": N_("Pago reportado"),
}
MOST_COLUMNS = 60


class LayoutError(ValueError):
    """A layout that cannot be kept; `because` says what is wrong and what to do."""

    def __init__(self, because: Phrase) -> None:
        self.because = because
        super().__init__(str(because))


@dataclass(frozen=True)
class ColumnOf:
    """A column of the file. `width` is for fixed widths; `text` for a fixed text."""

    title: str
    field: str
    width: int = 0
    required: bool = False
    text: str = ""


@dataclass(frozen=True)
class Layout:
    """One lender's file. `codes`: our code → the lender's; one that is not there rejects its rows."""

    columns: tuple[ColumnOf, ...]
    codes: Mapping[str, str]
    parties: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    kinds: frozenset[str] = frozenset({"visit"})
    name: str = "GESTION_{day}_{number}.csv"
    format: str = "delimited"
    separator: str = ";"
    encoding: str = "cp1252"
    end: str = "crlf"
    header: bool = True
    quote: str = "needed"
    date: str = "DD/MM/YYYY"
    time: str = "HH:MM"
    decimal: str = ","
    thousands: str = ""

    def file_name(self, day: str, number: int) -> str:
        return self.name.replace("{day}", day).replace("{number}", f"{number:04d}")

    def to_json(self) -> dict[str, Any]:
        said = {name: getattr(self, name) for name in _WORDS}
        return {
            **said,
            "header": self.header,
            "kinds": sorted(self.kinds),
            "codes": dict(self.codes),
            "parties": dict(self.parties),
            "places": dict(self.places),
            "columns": [
                {
                    "title": one.title,
                    "field": one.field,
                    "width": one.width,
                    "required": one.required,
                    "text": one.text,
                }
                for one in self.columns
            ],
        }


_WORDS = ("name", "format", "separator", "encoding", "end", "quote", "date", "time", "decimal", "thousands")
_CHOICES: dict[str, Mapping[str, Any]] = {
    "format": FORMATS,
    "separator": SEPARATORS,
    "encoding": ENCODINGS,
    "end": ENDS,
    "quote": QUOTES,
    "date": DATES,
    "time": TIMES,
    "decimal": DECIMALS,
    "thousands": THOUSANDS,
}


def usual() -> Layout:
    """What a lender gets until somebody says how it wants it: a portfolio's own columns, and our codes."""
    required = {"account", "date", "code"}
    fields = (
        ("No. Crédito", "account"),
        ("Cédula", "document"),
        ("Fecha gestión", "date"),
        ("Hora", "time"),
        ("Gestor", "agent"),
        ("Código", "code"),
        ("Resultado", "result"),
        ("Atendió", "party"),
        ("Observación", "note"),
        ("Fecha promesa", "due"),
        ("Valor", "amount"),
    )
    return Layout(
        columns=tuple(ColumnOf(title, code, required=code in required) for title, code in fields),
        codes={code.value: code.value for code in Result}
        | {
            "call": "LLA",
            "call.none": "LNC",
            "message": "MSJ",
            "email": "COR",
            "letter": "CAR",
            "payment": "PRE",
        },
        kinds=frozenset(KINDS),
    )


def code_words() -> list[tuple[str, str]]:
    """(code, words) of everything that a lender may have a code of its own for."""
    return [(code.value, RESULTS[code].label) for code in Result] + list(OTHER_CODES.items())


def layout_from(said: Mapping[str, Any]) -> Layout:
    """The layout of what was kept or typed. Raises LayoutError with the first thing that is wrong."""
    words = {name: str(said.get(name, getattr(_DEFAULT, name))) for name in _WORDS}
    for name, choices in _CHOICES.items():
        if words[name] not in choices:
            raise _wrong(
                N_("No se conoce {value} para {name}: elija uno de la lista"), value=words[name], name=name
            )
    if words["decimal"] and words["decimal"] == words["thousands"]:
        raise _wrong(N_("El separador de miles y el decimal no pueden ser el mismo"))
    if words["format"] == "delimited" and words["quote"] == "none" and words["separator"] == words["decimal"]:
        raise _wrong(N_("Sin comillas, el separador de columnas no puede ser también el decimal"))
    _check_name(words["name"])
    kinds = frozenset(str(kind) for kind in said.get("kinds", ()))
    if not kinds or not kinds <= KINDS.keys():
        raise _wrong(N_("Elija qué va en el archivo: visitas, contactos o pagos"))
    return Layout(
        columns=_columns(said.get("columns", ()), words["format"]),
        codes=_codes(said.get("codes", {}), {code for code, _words in code_words()}),
        parties=_codes(said.get("parties", {}), {one.value for one in Party}),
        places=_codes(said.get("places", {}), {one.value for one in Place}),
        kinds=kinds,
        header=bool(said.get("header")),
        **words,
    )


def _columns(said: Sequence[Mapping[str, Any]], form: str) -> tuple[ColumnOf, ...]:
    made = []
    for number, one in enumerate(said, start=1):
        title, code = " ".join(str(one.get("title", "")).split()), str(one.get("field", ""))
        if code not in FIELDS:
            raise _wrong(
                N_("La columna {number} no dice qué dato lleva: elija uno de la lista"), number=number
            )
        width = int(one.get("width") or 0)
        if form == "fixed" and not 1 <= width <= 500:
            raise _wrong(N_("La columna {number} necesita un ancho entre 1 y 500"), number=number)
        made.append(ColumnOf(title, code, width, bool(one.get("required")), str(one.get("text", ""))[:200]))
    if not made:
        raise _wrong(N_("El archivo necesita al menos una columna"))
    if len(made) > MOST_COLUMNS:
        raise _wrong(N_("Un archivo lleva como mucho {most} columnas"), most=MOST_COLUMNS)
    return tuple(made)


def _codes(said: Mapping[str, Any], known: set[str]) -> dict[str, str]:
    return {code: text for code, raw in said.items() if code in known and (text := str(raw).strip()[:40])}


def _check_name(name: str) -> None:
    bare = name.replace("{day}", "").replace("{number}", "")
    if "{number}" not in name:
        raise _wrong(N_("El nombre del archivo necesita {number}: dos archivos no pueden llamarse igual"))
    plain = bare.isascii() and all(letter.isalnum() or letter in "._- " for letter in bare)
    if not plain or bare.startswith(".") or len(name) > 80:
        raise _wrong(
            N_("El nombre del archivo lleva letras sin tilde, números, punto, guion, y {day} o {number}")
        )


def _wrong(msgid: str, **values: str | int) -> LayoutError:
    return LayoutError(Phrase(msgid, values))


_DEFAULT = usual()
