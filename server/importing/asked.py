"""Checks what an import is asked for before a file is opened: pack, mode, mapping, lender. Reads no file."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

from babel.numbers import get_decimal_symbol, get_territory_currencies
from sqlalchemy import Connection

from sync import policies
from sync.rules.policy import Policy
from sync.words import N_, Phrase

from ..packs import pack_of
from ..store import lenders, mappings
from .answers import WrongImport
from .columns import KINDS, plain

DEFAULT_COUNTRY = "CO"
EARLIEST = date(1990, 1, 1)  # a cut-off before it, or days ahead of the clock, is a mistyped year
AHEAD = timedelta(days=2)


def policy(name: str) -> Policy:
    """The pack that is to govern the accounts; one that does not exist is refused, never assumed."""
    found = pack_of(name)
    if found is None:
        text = N_("no existe el paquete de reglas «{pack}»; existen: {known}")
        raise WrongImport(Phrase(text, {"pack": name, "known": ", ".join(policies.available())}))
    return found


def mode(name: str) -> None:
    if name not in ("full", "delta"):
        text = N_("un archivo es completo (full) o parcial (delta), no «{mode}»")
        raise WrongImport(Phrase(text, {"mode": name}))


def lender(name: str) -> None:
    if not name.strip():
        raise WrongImport(Phrase(N_("falta el nombre del acreedor")))


def cut_off(as_of: date, now: datetime, agreed: bool) -> None:
    """The day the file speaks of; one that cannot be is refused unless a person said yes."""
    if agreed or EARLIEST <= as_of <= now.date() + AHEAD:
        return
    text = N_("el corte {day} es anterior a 1990 o de un día que no ha llegado: revise el año")
    raise WrongImport(Phrase(text, {"day": f"{as_of:%d/%m/%Y}"}))


def report(path: Path, to: Path | str | None) -> None:
    """Where the rejected rows go: never over the file itself."""
    if to is not None and Path(to).resolve() == path.resolve():
        text = N_("{file} es el archivo que se importa: indique otro lugar para los rechazos")
        raise WrongImport(Phrase(text, {"file": str(to)}))


def mapping(connection: Connection, name: str | None, kind: str) -> dict[str, str] | None:
    """The saved mapping of that name; None when none is asked for."""
    if name is None:
        return None
    found = mappings.load(connection, name, kind)
    if found is None:
        known = ", ".join(mappings.names(connection, kind)) or str(Phrase(N_("ninguno")))
        text = N_("no hay un mapeo guardado con el nombre «{name}»; guardados: {known}")
        raise WrongImport(Phrase(text, {"name": name, "known": known}))
    return found


def keep_mapping(connection: Connection, name: str, kind: str, columns: dict[str, str]) -> None:
    """Save how this file was read, so that the lender's next one is read the same way."""
    mappings.save(
        connection, name, kind, {field: columns[field] for field in columns if field in KINDS[kind]}
    )


def country(connection: Connection, name: str, governing: Policy | None = None) -> str:
    """The lender's country; a new lender is of the country its pack is for."""
    lender(name)
    held = lenders.id_of(connection, name)
    if held is not None:
        return lenders.country_of(connection, held)
    _not_misspelt(connection, name)
    return (governing.country if governing is not None else "") or DEFAULT_COUNTRY


def _not_misspelt(connection: Connection, name: str) -> None:
    """A new lender whose name differs from a known one only in case or accents is that one, mistyped."""
    for row in lenders.listed(connection):
        if plain(row["name"]) == plain(name):
            text = N_("no hay un acreedor «{lender}»: ¿quiso decir «{known}»?")
            raise WrongImport(Phrase(text, {"lender": name.strip(), "known": row["name"]}))


def currency(of_country: str) -> str:
    """The country's currency today: what amounts are in where the file does not say."""
    found = get_territory_currencies(of_country)
    return str(found[0]) if found else "USD"


def decimal(of_country: str) -> str:
    """The country's habit, for a file in which no amount tells its decimal mark."""
    return get_decimal_symbol(f"es_{of_country}")
