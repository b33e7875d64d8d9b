"""Who a row names: documents, kinds and names as lenders write them. Knows no store and no other row."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from sync.records import AddressKind, Precision, Role
from sync.words import N_, Phrase

from .cells import Cell, text
from .columns import plain

PERSON, COMPANY = "person", "company"

_TYPES = {
    "cc": "CC",
    "c c": "CC",
    "cedula": "CC",
    "cedula de ciudadania": "CC",
    "ce": "CE",
    "cedula de extranjeria": "CE",
    "ti": "TI",
    "tarjeta de identidad": "TI",
    "nit": "NIT",
    "pasaporte": "PA",
    "pa": "PA",
    "ppt": "PPT",
    "dni": "DNI",
    "curp": "CURP",
    "rfc": "RFC",
    "rut": "RUT",
    "ruc": "RUC",
}
_OF_PERSONS = {"CO": "CC", "PE": "DNI", "AR": "DNI", "CL": "RUT", "MX": "CURP", "EC": "CI"}
_OF_COMPANIES = {"CO": "NIT", "PE": "RUC", "AR": "CUIT", "CL": "RUT", "MX": "RFC", "EC": "RUC"}
_COMPANY_TYPES = {"NIT", "RUC", "CUIT"}
_COMPANY_NAME = re.compile(
    r"(\bs\.?\s?a\.?\s?s\.?|\bltda\.?|\bs\.\s?a\.?|\be\.\s?u\.?|\bs\.? en c\.?|\by c[ií]a\.?"
    r"|\bs\.? de r\.?\s?l\.?( de c\.?\s?v\.?)?|\bs\.?\s?a\.? de c\.?\s?v\.?|\be\.\s?s\.\s?p\.?)$"
    r"|^(cooperativa|fundaci[oó]n|asociaci[oó]n|corporaci[oó]n)\b",
    re.IGNORECASE,
)
_CHECK_DIGIT = re.compile(r"^([\d.,\s]{8,14})-\s?\d$", re.ASCII)
_TOO_SHORT = 4

# Who else a row may bind: his role, his columns, and what he is called where the row does not name him.
BOUND = (
    (Role.CO_HOLDER, "co_holder", N_("Segundo titular de {number}")),
    (Role.CO_DEBTOR, "codebtor", N_("Codeudor de {number}")),
    (Role.GUARANTOR, "guarantor", N_("Fiador de {number}")),
)


@dataclass(frozen=True, slots=True)
class Person:
    """Someone bound to an account in a role. Without a document he is known only on that account."""

    role: Role
    name: str
    kind: str = PERSON
    document_type: str = ""
    document: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    kind: AddressKind
    text: str
    district: str = ""
    city: str = ""
    lat: float | None = None
    lon: float | None = None
    precision: Precision = Precision.NONE


@dataclass(frozen=True, slots=True)
class Point:
    """A telephone or an e-mail, and whose it is."""

    kind: str
    value: str
    holder: str = "debtor"
    relation: str = ""


def nameless(role: Role, number: str) -> str:
    """What somebody is called whom the row binds to an account and does not name."""
    return next((str(Phrase(text, {"number": number})) for other, _, text in BOUND if other is role), "")


def bound(role: Role, name: str, document: Cell, document_type: str, country: str) -> Person:
    """The person a row names: a company by its document's type, its check digit or its legal form."""
    written = text(document)
    type_ = _TYPES.get(plain(document_type), document_type.strip().upper()[:10])
    checked = _CHECK_DIGIT.match(written)
    company = type_ in _COMPANY_TYPES or (
        not type_ and (checked is not None or _COMPANY_NAME.search(name) is not None)
    )
    number = "".join(mark for mark in (checked[1] if checked else written).upper() if mark.isalnum())
    if not credible(number):
        number = ""
    defaults = _OF_COMPANIES if company else _OF_PERSONS
    return Person(
        role=role,
        name=name,
        kind=COMPANY if company else PERSON,
        document_type=(type_ or defaults.get(country, "ID")) if number else "",
        document=number,
    )


def credible(number: str) -> bool:
    """False for what lenders type where a document lacks: nothing, 0, 1111111, N/A."""
    return len(number) >= _TOO_SHORT and any(mark.isdigit() for mark in number) and len(set(number)) > 1


def precision_of(lat: Decimal, lon: Decimal) -> Precision:
    """How far a coordinate is to be believed from its decimals: five are a metre, three a street."""
    exponents = [Decimal(str(float(degrees))).normalize().as_tuple().exponent for degrees in (lat, lon)]
    decimals = max(-exponent for exponent in exponents if isinstance(exponent, int))
    if decimals >= 4:
        return Precision.DOOR
    return Precision.STREET if decimals == 3 else Precision.ZONE
