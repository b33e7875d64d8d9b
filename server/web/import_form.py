"""The first step of an import: what is asked of a file, whose it is, and what is wrong with the answers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from babel.core import get_global
from flask import render_template, request
from flask_babel import gettext as _
from sqlalchemy import Connection

from sync import policies
from sync.rules.clauses import CHANNELS

from ..importing.declaring import LONGEST_SOURCE
from ..packs import pack_of
from ..store import lenders
from ..store.boards import files
from ..store.engine import reading
from . import days, here, uploads

KINDS = ("portfolio", "payments", "contacts", "stops")
SUFFIXES = {".csv": ".csv", ".txt": ".csv", ".xlsx": ".xlsx"}
NEW_LENDER = "+"


def wrong(connection: Connection, given: Mapping[str, str]) -> dict[str, str]:
    errors: dict[str, str] = {}
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        errors["file"] = _("Elija el archivo que envió la entidad.")
    elif Path(uploads.shown_name(sent.filename)).suffix.lower() not in SUFFIXES:
        errors["file"] = _("El archivo debe ser .csv o .xlsx: guárdelo así y súbalo de nuevo.")
    if given["kind"] not in KINDS:
        errors["kind"] = _("Elija qué trae el archivo.")
    if given["channel"] not in ("", *CHANNELS):
        errors["channel"] = _("Elija por dónde contacta ese sistema.")
    if len(given["source"]) > LONGEST_SOURCE:
        errors["source"] = _("El nombre del sistema es demasiado largo.")
    if given["kind"] != "portfolio" and given["lender"] == NEW_LENDER:
        errors["lender"] = _("Importe antes la cartera de esa entidad.")
    name = lender_of(given)
    if not name:
        field = "new_lender" if given["lender"] == NEW_LENDER else "lender"
        errors[field] = _("Diga de qué entidad es el archivo.")
    elif not may_bring(connection, name):
        errors["lender"] = _(
            "El archivo de esta entidad trae más de lo que usted ve: impórtelo quien ve toda la entidad."
        )
    if days.asked_day("as_of") is None:
        errors["as_of"] = _("Escriba el día de corte del archivo.")
    elif (day := days.asked_day("as_of")) is not None and day > here.today():
        errors["as_of"] = _("El corte no puede ser de un día que no ha llegado.")
    if given["kind"] == "portfolio" and given["pack"] not in policies.available():
        errors["pack"] = _("Elija las reglas que rigen estas cuentas.")
    if given["kind"] == "portfolio" and given["mode"] not in ("full", "delta"):
        errors["mode"] = _("Diga si el archivo trae toda la cartera o solo cambios.")
    return errors


def may_bring(connection: Connection, lender: str) -> bool:
    """A file speaks of every branch of its lender, so only who sees the whole lender may bring it."""
    known = lenders.id_of(connection, lender)
    return here.sees_everything() if known is None else known in here.whole_lenders(connection)


def lender_of(given: Mapping[str, str]) -> str:
    return given["new_lender"] if given["lender"] == NEW_LENDER else given["lender"]


def page(given: Mapping[str, str], errors: Mapping[str, str]) -> str:
    with reading(here.engine()) as connection:
        mine = here.whole_lenders(connection)
        known = [(row["name"], row["name"]) for row in lenders.listed(connection) if row["id"] in mine]
        last = files.last_of(connection, mine) if mine else None
    if here.sees_everything():
        known.append((NEW_LENDER, _("Otra entidad…")))
    packs = {name: pack for name in policies.available() if (pack := pack_of(name)) is not None}
    likely = {
        "lender": last["lender"] if last else known[0][0] if len(known) == 1 else "",
        "pack": last["pack"] if last and last["pack"] in packs else _usual_pack(packs),
    }
    return render_template(
        "imports/upload.html",
        given=likely | dict(given),
        errors=errors,
        lenders=known,
        new_lender=NEW_LENDER,
        packs=[(name, f"{name}: {_(pack.title)}") for name, pack in packs.items()],
        today=here.today(),
    )


def _usual_pack(packs: Mapping[str, object]) -> str:
    """The pack of the country whose time the office keeps, where one has its plain name."""
    country = str(get_global("zone_territories").get(here.zone(), "")).lower()
    return country if country in packs else ""
