"""Finds whom a row of contacts or stops is about, by account number, document or both. Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Protocol
from zoneinfo import ZoneInfo

from sync.records import Role
from sync.rules.policy import zone_of
from sync.words import N_, Phrase

from ..store.bonds import Bonds
from .people import bound


class Named(Protocol):
    """What of a row says whom it is about."""

    @property
    def number(self) -> str: ...
    @property
    def document(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a row is about, and by which of the lender's accounts; None where it names only him."""

    debtor: str
    account: str | None
    zone: str

    @property
    def where(self) -> tzinfo:
        return zone_of(self.zone) or ZoneInfo("UTC")


class NotFound(ValueError):
    """Nobody, or more than one, fits the row; `field` is the column to mend."""

    def __init__(self, because: Phrase, field: str) -> None:
        super().__init__(str(because))
        self.because = because
        self.field = field


def person_of(row: Named, bonds: Bonds, country: str, rejected: Mapping[str, tuple[int, str]]) -> Person:
    """The person. Where a row gives a number and a document, he must be bound to that account."""
    document = bound(Role.HOLDER, "", row.document, "", country).document if row.document else ""
    if not row.number:
        return _by_document(row.document, document, bonds)
    filed = bonds.accounts.get(row.number)
    if filed is None:
        raise NotFound(_unknown(row.number, rejected), "number")
    named = bonds.by_document.get(document, set()) & bonds.bound[filed.id] if document else set()
    if document and not named:
        text = N_("el documento {document} no es de nadie ligado a la cuenta {number}")
        raise NotFound(Phrase(text, {"document": row.document, "number": row.number}), "document")
    debtor = filed.debtor if not named or filed.debtor in named else min(named)
    return Person(debtor, filed.id, bonds.zones[debtor])


def _by_document(written: str, document: str, bonds: Bonds) -> Person:
    found = bonds.by_document.get(document, set()) if document else set()
    if not found:
        text = N_("el documento {document} no es de nadie de la cartera de este acreedor")
        raise NotFound(Phrase(text, {"document": written}), "document")
    if len(found) > 1:
        text = N_("el documento {document} es de varias personas: diga el número de la cuenta")
        raise NotFound(Phrase(text, {"document": written}), "document")
    (debtor,) = found
    return Person(debtor, None, bonds.zones[debtor])


def _unknown(number: str, rejected: Mapping[str, tuple[int, str]]) -> Phrase:
    line, file = rejected.get(number, (0, ""))
    if line:
        text = N_(
            "la cuenta {number} fue rechazada en la línea {line} de {file}: corríjala e impórtela antes"
        )
    else:
        text = N_("la cuenta {number} no existe en la cartera de este acreedor")
    return Phrase(text, {"number": number, "line": line, "file": file})
