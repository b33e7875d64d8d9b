"""Files of the lenders: looked at before anything is written, imported on a person's word, and reported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Connection
from werkzeug.wrappers import Response as BaseResponse

from sync import policies
from sync.rules.clauses import CHANNELS

from ..geocoding.placing import place_imported
from ..importing import (
    ImportReport,
    NotAgreed,
    Preview,
    Remark,
    WrongImport,
    import_contacts,
    import_payments,
    import_portfolio,
    import_stops,
    preview,
    rejects,
)
from ..importing.answers import REJECTED
from ..importing.declaring import LONGEST_SOURCE
from ..packs import pack_of
from ..store import facts, imports, lenders
from ..store.boards import files
from ..store.engine import reading, writing
from ..store.said import phrase_of
from . import days, here, uploads
from .paging import paged
from .uploads import Asked, Upload

blueprint = Blueprint("imports", __name__, url_prefix="/imports")
KINDS = ("portfolio", "payments", "contacts", "stops")
SUFFIXES = {".csv": ".csv", ".txt": ".csv", ".xlsx": ".xlsx"}
NEW_LENDER = "+"


@dataclass(frozen=True)
class Looked:
    """A file as it would be imported, nothing written; `question` asks about many absent accounts."""

    preview: Preview
    report: ImportReport | None
    question: str = ""


@blueprint.get("/")
def index() -> str:
    with reading(here.engine()) as connection:
        mine = here.whole_lenders(connection)
        rows = [row for row in imports.listed(connection) if row["lender_id"] in mine]
    return render_template("imports/index.html", page=paged(rows, request.args.get("page")))


@blueprint.get("/<import_id>")
def report(import_id: str) -> str:
    with reading(here.engine()) as connection:
        row = _found(connection, import_id)
        remarks = imports.remarks_of(connection, import_id)
    level = request.args.get("level", "")
    shown = [remark for remark in remarks if level in ("", remark["level"])]
    return render_template(
        "imports/report.html",
        made=row,
        page=paged(shown, request.args.get("page")),
        level=level,
        rejected=any(remark["level"] == "rejected" for remark in remarks),
        barred=_barred(row["counts"]),
    )


def _barred(counts: Mapping[str, int]) -> list[str]:
    """How many accounts each rule bars, as the report keeps them."""
    named = {name.partition(":")[2]: count for name, count in counts.items() if name.startswith("barred:")}
    return [f"{rule}: {count}" for rule, count in sorted(named.items())]


@blueprint.post("/<import_id>/rejected.csv")
def rejected(import_id: str) -> Response:
    """The rejected rows with their reasons, to mend and import again. Taking them is a fact of the office."""
    with writing(here.engine()) as connection:
        row = _found(connection, import_id)
        text = rejected_rows(row, imports.remarks_of(connection, import_id))
        if not text:
            abort(404)
        facts.append(
            connection,
            "import.rejected_downloaded",
            as_of=here.today(),
            now=here.now(),
            actor=here.actor(),
            subject=import_id,
            payload={"bytes": len(text)},
        )
    name = f"rechazos-{row['as_of'].isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    # With a mark of its encoding: a spreadsheet would read the accents otherwise.
    return Response(text.encode("utf-8-sig"), mimetype="text/csv", headers=headers)


@blueprint.route("/new", methods=["GET", "POST"])
def upload() -> str | tuple[str, int]:
    """The form; sent, it answers with what was recognised and asks before writing."""
    if request.method == "GET":
        return _form({}, {})
    given = {
        name: request.form.get(name, "").strip()
        for name in ("kind", "lender", "new_lender", "pack", "mode", "source", "channel")
    }
    given["as_of"] = request.form.get("as_of", "")
    with reading(here.engine()) as connection:
        errors = _wrong(connection, given)
    if errors:
        return _form(given, errors), 422
    sent = request.files["file"]
    original = uploads.shown_name(sent.filename)
    asked = Asked(
        kind=given["kind"],
        lender=_lender(given),
        as_of=given["as_of"],
        pack=given["pack"],
        mode=given["mode"],
        actor=here.actor(),
        original=original,
        suffix=SUFFIXES[Path(original).suffix.lower()],
        source=given["source"] if given["kind"] == "contacts" else "",
        channel=given["channel"] if given["kind"] == "contacts" else "",
    )
    kept = uploads.keep(_shelf(), sent, asked, here.now())
    try:
        looked = _look(kept)
    except WrongImport as wrong:
        kept.forget()
        return _form(given, {"file": here.sentence(wrong.because)}), 422
    return render_template("imports/preview.html", upload=kept, looked=looked)


@blueprint.post("/new/<upload_id>")
def confirm(upload_id: str) -> BaseResponse | str | tuple[str, int]:
    kept = uploads.of(_shelf(), upload_id, here.actor())
    if kept is None:
        flash(_("El archivo ya no espera: se importó o pasó un día. Súbalo de nuevo."), "error")
        return redirect(url_for("imports.upload"))
    if request.form.get("word") == "forget":
        kept.forget()
        flash(_("No se importó nada."), "info")
        return redirect(url_for("imports.index"))
    with reading(here.engine()) as connection:
        if not _may_bring(connection, kept.asked.lender):
            abort(403)
    try:
        made = _import(kept, agreed=request.form.get("agreed") == "1")
    except NotAgreed:
        looked = _look(kept)
        return render_template("imports/preview.html", upload=kept, looked=looked, must_agree=True), 422
    except WrongImport as wrong:
        kept.forget()
        return _form({}, {"file": here.sentence(wrong.because)}), 422
    kept.forget()
    if kept.asked.kind == "portfolio":
        place_imported(here.engine(), here.office().config.cities, actor=here.actor(), now=here.now())
    flash(_("Archivo importado. Importarlo otra vez no cambiaría nada."), "success")
    return redirect(url_for("imports.report", import_id=made.import_id))


def _look(kept: Upload) -> Looked:
    """What is recognised and what an import would do. Raises WrongImport for a file that cannot be read."""
    seen = preview(kept.path, kept.asked.kind)
    try:
        return Looked(seen, _import(kept, dry_run=True))
    except NotAgreed as asks:
        return Looked(seen, None, here.sentence(asks.refused.reason))


def _import(kept: Upload, *, agreed: bool = False, dry_run: bool = False) -> ImportReport:
    asked = kept.asked
    shared: dict[str, Any] = {
        "lender": asked.lender,
        "as_of": asked.day,
        "actor": here.actor(),
        "now": here.now(),
        "report": kept.folder / "rechazos.csv",
        "dry_run": dry_run,
    }
    if asked.kind == "payments":
        return import_payments(here.engine(), kept.path, **shared)
    if asked.kind == "stops":
        return import_stops(here.engine(), kept.path, **shared)
    if asked.kind == "contacts":
        about: dict[str, Any] = {"source": asked.source or None}
        about["channels"] = [asked.channel] if asked.channel else []
        return import_contacts(here.engine(), kept.path, **about, **shared)
    return import_portfolio(
        here.engine(), kept.path, pack=asked.pack, mode=asked.mode, agreed=agreed, **shared
    )


def _wrong(connection: Connection, given: Mapping[str, str]) -> dict[str, str]:
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
    if given["kind"] in ("contacts", "stops") and given["lender"] == NEW_LENDER:
        errors["lender"] = _("Importe antes la cartera de esa entidad.")
    name = _lender(given)
    if not name:
        field = "new_lender" if given["lender"] == NEW_LENDER else "lender"
        errors[field] = _("Diga de qué entidad es el archivo.")
    elif not _may_bring(connection, name):
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


def _may_bring(connection: Connection, lender: str) -> bool:
    """A file speaks of every branch of its lender, so only who sees the whole lender may bring it."""
    known = lenders.id_of(connection, lender)
    return here.sees_everything() if known is None else known in here.whole_lenders(connection)


def _lender(given: Mapping[str, str]) -> str:
    return given["new_lender"] if given["lender"] == NEW_LENDER else given["lender"]


def _form(given: Mapping[str, str], errors: Mapping[str, str]) -> str:
    with reading(here.engine()) as connection:
        mine = here.whole_lenders(connection)
        known = [(row["name"], row["name"]) for row in lenders.listed(connection) if row["id"] in mine]
    if here.sees_everything():
        known.append((NEW_LENDER, _("Otra entidad…")))
    packs = [(name, pack_of(name)) for name in policies.available()]
    return render_template(
        "imports/upload.html",
        given=given,
        errors=errors,
        lenders=known,
        new_lender=NEW_LENDER,
        packs=[(name, f"{name}: {_(pack.title)}") for name, pack in packs if pack is not None],
        today=here.today(),
    )


def rejected_rows(made: Mapping[str, Any], remarks: Sequence[Mapping[str, Any]]) -> str:
    """The rejected rows as the import itself writes them; "" when there is none."""
    rejected: dict[int, list[Remark]] = {}
    raws: dict[int, list[str]] = {}
    for row in remarks:
        if row["level"] != REJECTED:
            continue
        remark = Remark(row["line"], row["column"], row["level"], phrase_of(row["because"]))
        rejected.setdefault(row["line"], []).append(remark)
        raws[row["line"]] = [str(cell) for cell in row["raw"].get("cells", [])]
    if not rejected:
        return ""
    read = made["reading"]
    headers = list(read.get("columns", {}).values())
    width = max(len(cells) for cells in raws.values())
    if read.get("ignored") or not headers:
        # The place of a column that was left aside is not known: numbers say which is which.
        headers = [str(number) for number in range(1, width + 1)]
    return rejects.text_of(headers, rejected, raws, read.get("decimal", ""))


def _found(connection: Connection, import_id: str) -> dict[str, Any]:
    row = files.one(connection, import_id)
    if row is None or row["lender_id"] not in here.whole_lenders(connection):
        abort(404)
    return row


def _shelf() -> Path:
    return here.office().config.data / "uploads"
