"""Each lender's daily file: made with one click, its log, what it left out, and its layout with a preview."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from sync.cells import unsafe
from sync.records import Party, Place, Refused
from sync.words import N_

from ..returning import layout as layouts
from ..returning.handing import again, hand, keep_layout, late, layout_of, rejects, told
from ..returning.layout import Layout, LayoutError, layout_from
from ..store import facts, lenders, returns
from ..store.engine import reading, writing
from ..tabulating import Column
from . import days, here, sheets
from .paging import SIZE, Page, place

blueprint = Blueprint("returns", __name__, url_prefix="/returns")
SHOWN = 20
SAMPLED = 300
SPARE = 3


@blueprint.get("/")
def index() -> str:
    """Every lender that one sees whole, with its last file and the button for today's."""
    with reading(here.engine()) as connection:
        mine = here.whole_lenders(connection)
        held = [row for row in lenders.listed(connection) if row["id"] in mine]
        last = returns.newest(connection, [row["id"] for row in held])
    return render_template("returns/index.html", lenders=held, last=last, today=here.today())


@blueprint.get("/<lender_id>")
def lender(lender_id: str) -> str:
    """A lender's files, and the days of which something came in after their file was made."""
    row = _lender(lender_id)
    with reading(here.engine()) as connection:
        total = returns.counted(connection, lender_id)
        number, pages = place(request.args.get("page"), total)
        rows = returns.files(connection, lender_id, limit=SIZE, offset=(number - 1) * SIZE)
    return render_template(
        "returns/lender.html",
        lender=row,
        page=Page(rows, number, pages, total),
        late=late(here.engine(), lender_id, here.today()),
        today=here.today(),
    )


@blueprint.post("/<lender_id>/make")
def make(lender_id: str) -> BaseResponse:
    """The lender's next file of a day: today's when none is said."""
    _lender(lender_id)
    day = days.asked_day("day") or here.today()
    mode = request.form.get("mode", "")
    if mode not in ("", "full", "delta"):
        abort(400)
    made = hand(here.engine(), lender_id, day, mode=mode, actor=here.actor(), now=here.now())
    if isinstance(made, Refused):
        flash(here.sentence(made.reason), "info")
        return redirect(url_for("returns.lender", lender_id=lender_id))
    if made.rejected:
        flash(_("Quedaron filas por fuera: cada una dice por qué."), "warning")
    else:
        flash(_("El archivo está listo para descargar."), "success")
    return redirect(url_for("returns.file", file_id=made.id))


@blueprint.get("/files/<file_id>")
def file(file_id: str) -> str:
    """One file: what it is, its first rows, and every row that it left out."""
    row = _file(file_id)
    with reading(here.engine()) as connection:
        layout = returns.layout_by_id(connection, row["layout_id"])
        data, same = again(connection, row)
        left_out = rejects(connection, file_id)
        names = lenders.names_of(connection, [row["lender_id"]])
    if layout is None:
        abort(404)
    return render_template(
        "returns/file.html",
        file=row,
        lender_name=names.get(row["lender_id"], ""),
        layout=layout,
        shown=data.decode(layout["said"]["encoding"], "replace").splitlines()[: SHOWN + 1],
        same=same,
        rejects=left_out,
        sentence=here.sentence,
    )


@blueprint.get("/files/<file_id>/download")
def download(file_id: str) -> Response:
    """The file as it was made. Each time somebody takes it is on record."""
    row = _file(file_id)
    with writing(here.engine()) as connection:
        data, same = again(connection, row)
        facts.append(
            connection,
            "return.taken",
            as_of=row["day"],
            now=here.now(),
            actor=here.actor(),
            subject=file_id,
            payload={"number": row["number"], "as_made": same},
        )
    reply = Response(data, content_type="application/octet-stream")
    reply.headers["Content-Disposition"] = f'attachment; filename="{row["name"]}"'
    return reply


@blueprint.get("/files/<file_id>/rejects")
def rejected(file_id: str) -> Response:
    """What the file left out, with the reasons, to be mended upstream."""
    row = _file(file_id)
    with reading(here.engine()) as connection:
        rows = [
            {
                "number": one["number"],
                "because": here.sentence(one["because"]),
                "cells": _joined(one["cells"]),
            }
            for one in rejects(connection, file_id)
        ]
    columns = [
        Column("number", _("Cuenta")),
        Column("because", _("Por qué quedó fuera")),
        Column("cells", _("Como habría ido")),
    ]
    wanted = sheets.sheet_asked() or "csv"
    return sheets.answer(wanted, f"rechazos-{row['day']}-{row['number']}", _("Rechazos"), columns, rows)


@blueprint.route("/<lender_id>/layout", methods=["GET", "POST"])
def layout(lender_id: str) -> BaseResponse | str:
    """The lender's layout: typed, seen on a day of one's choice, and kept as its next version."""
    row, day = _lender(lender_id), days.asked_day("day") or here.today()
    with reading(here.engine()) as connection:
        held = layout_of(connection, lender_id)
        version = (returns.layout(connection, lender_id) or {"version": 0})["version"]
    said, errors, status = held.to_json(), [], 200
    if request.method == "POST":
        said = _typed()
        try:
            held = layout_from(said)
        except LayoutError as wrong:
            errors, status = [("columns", here.sentence(wrong.because))], 422
        if not errors and request.form.get("do") == "keep":
            keep_layout(here.engine(), lender_id, said, actor=here.actor(), now=here.now())
            flash(_("El formato quedó guardado: vale desde el próximo archivo."), "success")
            return redirect(url_for("returns.layout", lender_id=lender_id, day=day.isoformat()))
        said = held.to_json() if not errors else said
    page = render_template(
        "returns/layout.html",
        lender=row,
        said=said,
        version=version,
        errors=errors,
        preview=_preview(lender_id, day, held) if not errors else None,
        day=day,
        options=_options(),
        code_words=[(code, _(words)) for code, words in layouts.code_words()],
        parties=[one.value for one in Party],
        places=[one.value for one in Place],
        spare=SPARE,
        sentence=here.sentence,
    )
    return Response(page, status=status)


def _preview(lender_id: str, day: Any, held: Layout) -> dict[str, Any]:
    with reading(here.engine()) as connection:
        rows = told(connection, lender_id, day, held, SAMPLED)
    good = [one for one in rows if one.because is None]
    return {
        "rows": [[unsafe(cell) for cell in one.cells] for one in good[:SHOWN]],
        "total": len(good),
        "rejects": [one for one in rows if one.because is not None][:SHOWN],
        "rejected": len(rows) - len(good),
    }


def _typed() -> dict[str, Any]:
    """What the form says, in the shape in which a layout is kept; columns in the order of their numbers."""
    form = request.form
    columns = []
    for number in range(layouts.MOST_COLUMNS + SPARE + 1):
        code = form.get(f"field-{number}", "")
        if not code:
            continue
        columns.append(
            (
                _whole(form.get(f"order-{number}", ""), number),
                number,
                {
                    "field": code,
                    "title": form.get(f"title-{number}", "")[:80],
                    "width": _whole(form.get(f"width-{number}", ""), 0),
                    "required": form.get(f"required-{number}") == "1",
                    "text": form.get(f"text-{number}", ""),
                },
            )
        )
    words = {name: form[name][:80] for name in (*_SELECTS, "name") if name in form}
    codes = {code: form.get(f"code-{code}", "") for code, _words in layouts.code_words()}
    return {
        **words,
        "header": form.get("header") == "1",
        "kinds": [kind for kind in form.getlist("kinds") if kind in layouts.KINDS],
        "columns": [one for *_place, one in sorted(columns, key=lambda each: each[:2])],
        "codes": {code: text for code, text in codes.items() if text.strip()},
        "parties": {one.value: text for one in Party if (text := form.get(f"party-{one.value}", "").strip())},
        "places": {one.value: text for one in Place if (text := form.get(f"place-{one.value}", "").strip())},
    }


_SELECTS = {
    "format": (N_("Formato"), layouts.FORMATS),
    "separator": (N_("Separador de columnas"), layouts.SEPARATORS),
    "quote": (N_("Comillas"), layouts.QUOTES),
    "encoding": (N_("Codificación"), layouts.ENCODINGS),
    "end": (N_("Fin de línea"), layouts.ENDS),
    "date": (N_("Fechas"), {code: code for code in layouts.DATES}),
    "time": (N_("Horas"), {code: code for code in layouts.TIMES}),
    "decimal": (N_("Separador decimal"), layouts.DECIMALS),
    "thousands": (N_("Separador de miles"), layouts.THOUSANDS),
}


def _options() -> dict[str, Any]:
    found: dict[str, Any] = {
        name: (_(label), [(code, _(words)) for code, words in choices.items()])
        for name, (label, choices) in _SELECTS.items()
    }
    found["field"] = [(code, _(words)) for code, words in layouts.FIELDS.items()]
    found["kinds"] = [(code, _(words)) for code, words in layouts.KINDS.items()]
    return found


def _whole(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else otherwise


def _joined(cells: list[str]) -> str:
    return " | ".join(unsafe(cell) for cell in cells)


def _lender(lender_id: str) -> dict[str, Any]:
    """A lender all of whose branches this person sees; any other does not exist for him."""
    with reading(here.engine()) as connection:
        if lender_id not in here.whole_lenders(connection):
            abort(404)
        return next(row for row in lenders.listed(connection) if row["id"] == lender_id)


def _file(file_id: str) -> dict[str, Any]:
    with reading(here.engine()) as connection:
        row = returns.file(connection, file_id)
        if row is None or row["lender_id"] not in here.whole_lenders(connection):
            abort(404)
        return row
