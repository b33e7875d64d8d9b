"""The laptops' chains verified from the page, in plain words: what holds, and what vouches for it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sync.words import N_

from .. import checking_chains
from ..store import chains
from ..store.engine import reading
from . import here, job_pages, jobs
from .paging import SIZE, Page, place

blueprint = Blueprint("chains", __name__, url_prefix="/chains")
WORDS = {
    "changed": N_("Un hecho no es el que se firmó: alguien cambió algo."),
    "missing": N_("Falta un hecho que las firmas dicen que existió."),
    "inserted": N_("Hay un hecho que no pertenece a la cadena."),
    "moved": N_("Hay hechos fuera de su orden."),
    "cut": N_("A la cadena le falta el final que las firmas conocen."),
    "fork": N_("Dos hechos distintos ocupan el mismo lugar."),
    "body_missing": N_("Falta el contenido de un hecho y ninguna supresión firmada dice por qué."),
    "withheld": N_("Hay hechos de los que solo se muestra la huella."),
    "bad_receipt": N_("Un recibo no lleva una firma válida de la oficina."),
    "bad_checkpoint": N_("Un punto de control no lleva una firma válida de la oficina."),
    "bad_erasure": N_("Una supresión no lleva una firma válida de la oficina."),
    "bad_manifest": N_("La descripción de la exportación no vale."),
    "unanchored": N_("Aún no hay recibo ni punto de control que cubra el final de la cadena."),
    "beyond": N_("La oficina firmó más allá de lo que hay aquí."),
    "erased": N_("Un contenido fue suprimido, y una firma lo dice."),
    "odd_header": N_("Un encabezado no tiene la forma usual; su huella es correcta."),
    "heads_unknown": N_("Un punto de control no trae sus cabezas."),
    "partial": N_("No se muestra la cadena desde su principio."),
    "elsewhere": N_("Un punto de control nombra cadenas de otros portátiles."),
    "checkpoint_missing": N_("Falta un punto de control anterior."),
    "own_keys": N_("Las claves vienen de la misma oficina."),
    "empty": N_("No hay ningún hecho que verificar."),
}


@blueprint.get("/")
def index() -> str:
    scope = here.scope()
    with reading(here.engine()) as connection:
        total = chains.counted(connection, scope)
        number, pages = place(request.args.get("page"), total)
        rows = chains.laptops(connection, scope, limit=SIZE, offset=(number - 1) * SIZE)
    return render_template("chains/index.html", page=Page(rows, number, pages, total))


@blueprint.get("/<device_id>")
def laptop(device_id: str) -> str:
    row = _mine(device_id)
    with reading(here.engine()) as connection:
        before = chains.checks_of(connection, device_id)
    return render_template("chains/laptop.html", row=row, check=row["check"], before=before, words=said)


@blueprint.post("/")
def check_all() -> Response:
    """Verify every laptop of the scope, one after another."""
    with reading(here.engine()) as connection:
        wanted = [row["id"] for row in chains.laptops(connection, here.scope())]
    return _start(wanted, "chains", "")


@blueprint.post("/<device_id>")
def check(device_id: str) -> Response:
    _mine(device_id)
    return _start([device_id], f"chain {device_id}", device_id)


@blueprint.get("/jobs/<job_id>")
def progress(job_id: str) -> Response | str:
    """How far it is, as a page and, for the page's script, as JSON."""
    job = job_pages.asked(job_id)
    device = request.args.get("device", "")
    page = job_pages.waiting(job, "chains/progress.html", device=device)
    if page is not None:
        return page
    if not isinstance(job.result, tuple):
        flash(_("La verificación no terminó. Intente de nuevo."), "error")
    else:
        wrong = sum(not one.ok for one in job.result)
        many = len(job.result)
        if wrong:
            flash(_("Verificados %(n)s portátiles: %(wrong)s con problemas.", n=many, wrong=wrong), "error")
        else:
            flash(_("Verificados %(n)s portátiles: todo concuerda.", n=many), "success")
    return redirect(url_for("chains.laptop", device_id=device) if device else url_for("chains.index"))


def said(kind: str) -> str:
    """What a problem or a note means; one that is not known is shown as it is."""
    return str(_(WORDS[kind])) if kind in WORDS else kind


def _start(wanted: list[str], subject: str, device: str) -> Response:
    office, actor, now = here.office(), here.actor(), here.now()

    def work(say: jobs.Say) -> object:
        return checking_chains.check_laptops(
            office.engine, office.signer, wanted, actor=actor, now=now, say=say
        )

    job = jobs.start(work, actor=actor, subject=subject, now=now)
    return redirect(url_for("chains.progress", job_id=job.id, device=device))


def _mine(device_id: str) -> dict[str, Any]:
    with reading(here.engine()) as connection:
        found = chains.laptops(connection, here.scope(), limit=1, device_id=device_id)
    if not found:
        abort(404)
    return found[0]
