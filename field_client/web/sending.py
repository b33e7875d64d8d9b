"""What waits, what was sent, what the office reviews; sending by network or by file, and the switch."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from sync.exchange import Untrusted
from sync.exchange.carrying import NotCarried
from sync.words import N_, Phrase

from .. import advice, carrying, delivery
from ..store import drafts, journal, records, settings
from . import exchanges
from .guard import Locked, clock, quietly, store, vault

blueprint = Blueprint("sending", __name__)

KINDS = {
    "visit.recorded": N_("Visita"),
    "promise.made": N_("Promesa"),
    "address.proposed": N_("Dirección propuesta"),
    "phone.proposed": N_("Teléfono propuesto"),
    "payment.reported": N_("Pago reportado"),
    "visit.amended": N_("Corrección de visita"),
    "stop.skipped": N_("Parada no hecha"),
    "notice.delivered": N_("Papel entregado"),
    "contact.recorded": N_("Contacto"),
    "attachment.added": N_("Adjunto"),
    "offer.requested": N_("Oferta pedida"),
    "agreement.made": N_("Convenio"),
    "suggestion.made": N_("Propuesta del deudor"),
    "incarnation.opened": N_("Nueva instalación"),
}


@blueprint.get("/enviar")
def show() -> str:
    exchanges.say_result()
    with store().reading() as db:
        rows = journal.rows(db, newest=300)
        names = {one["id"]: one["name"] for one in records.all_of(db, "debtor")}
        failure: dict[str, Any] | None = settings.get(db, "last_failure")
        page = {
            "states": delivery.of_rows(db, rows),
            "totals": delivery.totals(db),
            "drafts": drafts.all_of(db),
            "quarantined": journal.quarantined(db),
            "office_name": settings.get(db, "office_name"),
            "server": settings.get(db, "server"),
            "notices": advice.heard(settings.get(db, "notices", [])),
            "automatic": settings.get(db, settings.AUTOMATIC, True),
        }
    return render_template(
        "field/sending.html",
        rows=rows,
        names=names,
        kinds=KINDS,
        failure=Phrase.from_json(failure["because"]) if failure else None,
        todo=advice.todo(failure["code"]) if failure else "",
        why=delivery.why_in_review,
        **page,
    )


@blueprint.post("/enviar")
def send() -> Response:
    exchanges.ask()
    return redirect(url_for("sending.show"))


@blueprint.get("/enviar/estado")
def progress() -> Response:
    """How the exchange goes, for the page's script. Asking keeps no idle laptop open."""
    try:
        held = quietly()
    except Locked:
        return jsonify(locked=True)
    now = vault().background.progress
    with held.reading() as db:
        counts = journal.counts(db)
    return jsonify(
        locked=False,
        working=now.working,
        number=now.number,
        waiting=counts["unsent"] > 0,
        label=label(counts, working=now.working),
    )


def label(counts: dict[str, int], *, working: bool) -> str:
    """What the button on every page says. An exchange that runs, or hangs, never hides what waits."""
    busy, waiting = _("Enviando y recibiendo…"), _waiting(counts)
    if working:
        return f"{busy} {waiting}".rstrip()
    return waiting or str(_("Todo enviado"))


def _waiting(counts: dict[str, int]) -> str:
    """What the office has not confirmed, sent or not; nothing, of nothing."""
    visits, data = counts["visits_unsent"], counts["unsent"]
    if visits:
        return str(ngettext("%(num)d visita por enviar", "%(num)d visitas por enviar", visits))
    if data:
        return str(ngettext("%(num)d dato por enviar", "%(num)d datos por enviar", data))
    return ""


@blueprint.post("/enviar/automatico")
def switch() -> Response:
    on = request.form.get("automatic") == "1"
    with store().writing() as db:
        settings.put(db, settings.AUTOMATIC, on)
    if on:
        exchanges.ask()
    text = _("Se envía y recibe solo.") if on else _("Ya no se envía solo: use «Enviar y recibir ahora».")
    flash(text, "info")
    return redirect(url_for("sending.show"))


@blueprint.post("/enviar/archivo")
def queue() -> Response:
    """The queue as a file, sealed for the office. It confirms nothing."""
    moment = clock().read()
    data, _events, _visits, _pictures = carrying.sealed_queue(store(), moment)
    name = f"ronda-envios-{moment.wall.astimezone():%Y%m%d-%H%M}.ronda"
    return send_file(
        io.BytesIO(data), mimetype="application/octet-stream", as_attachment=True, download_name=name
    )


@blueprint.post("/enviar/respuesta")
def reply() -> Response:
    """The office's reply to a queue that was carried to it."""
    file = request.files.get("reply")
    if file is None or not file.filename:
        flash(_("Elija el archivo de respuesta que dio la oficina."), "error")
        return redirect(url_for("sending.show"))
    try:
        done = carrying.take_reply(store(), file.stream.read(), clock().read())
    except (NotCarried, Untrusted) as wrong:
        flash(f"{wrong.because.said(_)}. {_('No se cambió nada.')}", "error")
    else:
        text = _("La oficina confirmó %(n)s más; quedan %(left)s.", n=done.confirmed, left=done.unsent)
        flash(text, "success")
    return redirect(url_for("sending.show"))
