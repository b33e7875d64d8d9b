"""The quarantine desk: what arrived and could not be applied, why, what mends it, and trying again.

Nothing here is ever thrown away: an event that is applied leaves the desk, every other one stays.
"""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sync.records import Refused
from sync.wire.errors import CATALOGUE, UNKNOWN, Problem
from sync.words import N_

from .. import attaching
from ..receiving import releasing, replaying
from ..receiving.replaying import FINAL, Replayed
from ..shelf import Shelf
from ..store.boards import quarantine as boards
from ..store.engine import reading
from ..store.said import phrase_of
from . import here
from .paging import SIZE

blueprint = Blueprint("quarantine", __name__, url_prefix="/quarantine")
# Reason → what a person can do so that the event fits.
MENDS = {
    "unknown_record": N_(
        "El evento nombra una cuenta, un deudor o una visita que la oficina no tiene. Traiga el archivo de "
        "la entidad donde está, o espere la otra parte de la cadena, y vuelva a intentar."
    ),
    "unknown_kind": N_(
        "El portátil tiene un programa más nuevo que la oficina. Actualice la oficina y vuelva a intentar."
    ),
    "unknown_version": N_(
        "El portátil tiene un programa más nuevo que la oficina. Actualice la oficina y vuelva a intentar."
    ),
    "validation_failed": N_(
        "Lo escrito no cumple lo que la oficina exige. Si una versión nueva de la oficina lo entiende, "
        "vuelva a intentar; si no, pida al gestor que lo registre de nuevo: este queda aquí como prueba."
    ),
    "id_conflict": N_(
        "Ya había otro contenido con la misma clave. Vale el primero; este queda aquí para que se vea."
    ),
    "revoked": N_(
        "Lo envió un portátil dado de baja. Está sellado: quien supervisa puede liberarlo diciendo por qué."
    ),
    "erased": N_("El contenido fue suprimido por solicitud de su titular. No hay nada que aplicar."),
}
OTHERWISE = N_("Corrija la causa y vuelva a intentar; mientras tanto queda guardado byte por byte.")


@blueprint.get("/")
def index() -> str:
    asked = {name: request.args.get(name, "").strip()[:60] for name in ("code", "device")}
    before = _number(request.args.get("before", ""))
    scope = here.scope()
    with reading(here.engine()) as connection:
        counts = boards.counted(connection, scope)
        rows = boards.listed(
            connection, scope, code=asked["code"], device_id=asked["device"], before=before, limit=SIZE + 1
        )
        sealed = boards.sealed(connection, scope)
    return render_template(
        "quarantine/index.html",
        reasons=[(code, titled(code), mends(code), counts[code]) for code in sorted(counts)],
        can_retry=bool(set(counts) - set(FINAL)),
        rows=[row | {"why": titled(row["quarantine"])} for row in rows[:SIZE]],
        older=rows[SIZE - 1]["arrival"] if len(rows) > SIZE else None,
        sealed=sealed,
        asked=asked,
        given={name: value for name, value in asked.items() if value},
        errors={},
    )


@blueprint.get("/<incarnation>/<int:n>")
def event(incarnation: str, n: int) -> str:
    """One event: its header, its body where the reader may see it, and what is wrong with it."""
    with reading(here.engine()) as connection:
        held = boards.one(connection, here.scope(), incarnation, n)
        if held is None:
            abort(404)
        header = _read(held["header"])
        debtor = header.get("debtor") if isinstance(header, dict) else None
        hidden = isinstance(debtor, str) and boards.names_others(connection, here.scope(), debtor)
    detail = held["quarantine_detail"] or {}
    return render_template(
        "quarantine/event.html",
        held=held,
        why=titled(held["quarantine"]),
        mends=mends(held["quarantine"]),
        said=here.sentence(phrase_of(detail)) if detail.get("msgid") else "",
        fields=_pretty(detail["fields"]) if detail.get("fields") else "",
        header=_pretty(header),
        body="" if hidden or held["body"] is None or held["sealed"] else _pretty(_read(held["body"])),
        hidden=hidden,
    )


@blueprint.post("/retry")
def retry() -> Response:
    """Try again everything that waits: what fits now is applied, once."""
    done = replaying.replay(here.engine(), here.now(), here.actor())
    _tell(done)
    return redirect(url_for("quarantine.index"))


@blueprint.post("/<device_id>/release")
def release(device_id: str) -> Response:
    """Apply what a revoked laptop sent after it was shut out."""
    with reading(here.engine()) as connection:
        known = {row["device_id"] for row in boards.sealed(connection, here.scope())}
    if device_id not in known:
        abort(404)
    try:
        done = releasing.release(
            here.engine(), device_id, why=request.form.get("why", ""), actor=here.actor(), now=here.now()
        )
    except Problem:
        abort(404)
    if isinstance(done, Refused):
        flash(here.sentence(done.reason), "error")
    else:
        shelf = Shelf(here.office().config.shelf)
        attaching.release_sealed(here.engine(), shelf, device_id, here.now())
        _tell(done)
    return redirect(url_for("quarantine.index"))


def titled(code: str) -> str:
    """The reason of the catalogue, in words."""
    return str(_(CATALOGUE.get(code, UNKNOWN).title))


def mends(code: str) -> str:
    return str(_(MENDS.get(code, OTHERWISE)))


def _tell(done: Replayed) -> None:
    text = _(
        "Se miraron %(many)s: %(applied)s se aplicaron y los demás siguen aquí, con su razón.",
        many=done.looked_at,
        applied=done.applied,
    )
    flash(text, "success" if done.applied == done.looked_at else "info")


def _read(exact: bytes) -> Any:
    """The exact bytes as JSON; what is no JSON is shown as text."""
    text = bytes(exact).decode("utf-8", errors="backslashreplace")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _pretty(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
