"""The collector's own results, explained, and the card of his next stop for paper or his telephone."""

from __future__ import annotations

from flask import Blueprint, abort, render_template
from flask_babel import gettext as _

from sync.marks import svg_qr
from sync.words import N_

from ..mio import results_of
from ..stop_card import card_of
from ..today import day_of
from .guard import clock, store

blueprint = Blueprint("mio", __name__)

STATES = {
    "cumplida": (N_("Cumplida"), "good"),
    "parcial": (N_("Parcial"), "warn"),
    "incumplida": (N_("Incumplida"), "bad"),
    "vigente": (N_("Vigente"), "info"),
    "recordada": (N_("Recordada"), "info"),
    "por_confirmar": (N_("Por confirmar"), "neutral"),
    "reprogramada": (N_("Reprogramada"), "neutral"),
    "cancelada": (N_("Cancelada"), "neutral"),
}


@blueprint.get("/mio")
def show() -> str:
    found = results_of(store(), clock().read().wall)
    return render_template("field/mio.html", found=found, states=STATES)


@blueprint.get("/parada/<stop>/tarjeta")
def card(stop: str) -> str:
    day = day_of(store(), clock().read().wall)
    found = next((one for one in (*day.stops, *day.left_out) if one.id == stop), None) if day else None
    if found is None:
        abort(404)
    made = card_of(found)
    label = _("Código para el teléfono: parada, hora y lugar")
    return render_template(
        "field/stop_card.html", card=made, qr=svg_qr(made.link, label) if made.link else "", stop=found
    )
