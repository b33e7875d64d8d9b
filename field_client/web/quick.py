"""Three outcomes of the next stop in two keys: nobody found, closed, unsafe. All else is the visit form's.

What a rule still asks for (a reason against a verdict) opens the form with the rest already told.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sync.records import LocationSource, Party, Result
from sync.words import N_

from ..casefile import place_at
from ..store import drafts
from ..store.db import NotWritten
from ..visiting import Saved, record_visit
from . import answers as forms
from .case import load, stop_of
from .guard import clock, store
from .visit import frame_of, usual_reason

blueprint = Blueprint("quick", __name__)


@dataclass(frozen=True)
class Outcome:
    """A result told in two keys: the first opens it, the second saves it."""

    key: str
    result: Result
    label: str
    says: str


OUTCOMES = (
    Outcome("n", Result.NOBODY_HOME, N_("No encontré"), N_("Se guarda ahora: nadie en el domicilio.")),
    Outcome("c", Result.CLOSED, N_("Cerrado"), N_("Se guarda ahora: cerrado o sin acceso.")),
    Outcome("p", Result.UNSAFE, N_("Peligroso"), N_("Se guarda ahora: situación de riesgo, se retiró.")),
)
HURRY = N_("Registro rápido en la puerta")
# The result asks what happened; who leaves in a hurry tells it later with a correction.
RETIRED = N_("Se retiró por riesgo; el detalle se cuenta después.")


@blueprint.post("/caso/<debtor>/rapida/<result>")
def save(debtor: str, result: str) -> Response:
    outcome = next((one for one in OUTCOMES if one.result == result), None)
    if outcome is None:
        abort(404)
    stop = stop_of(debtor, request.args.get("parada"))
    case = load(debtor, str(stop["address"]) if stop and stop["address"] else None)
    back = url_for("visit.form", debtor=debtor, parada=stop["id"] if stop else None)
    with store().reading() as db:
        begun, usual = drafts.get(db, debtor) is not None, usual_reason(db)
    if begun:  # what was typed of another visit is not to be lost under this one
        flash(_("Hay un borrador de esta visita: termínelo o descártelo."), "error")
        return redirect(back)
    reading = clock().read()
    said = forms.fresh(case.now, case.zone, place_at(case.address), case.address.id if case.address else None)
    said |= {"party": Party.NOBODY, "loc": LocationSource.NONE, "location_reason": usual or _(HURRY)}
    frame = frame_of(case, stop)
    for place in range(len(frame.accounts)):
        said |= {f"result-{place}": outcome.result}
        if outcome.result is Result.UNSAFE:
            said |= {f"incident-{place}": _(RETIRED)}
    draft, unreadable = forms.draft_of(said, frame, reading.wall)
    try:
        answer = record_visit(store(), draft, reading, unreadable)
    except NotWritten as wrong:
        flash(wrong.because.said(_), "error")
        return redirect(url_for("today.show"))
    if isinstance(answer, Saved):
        flash(_("Guardado: %(what)s.", what=_(outcome.label).lower()), "success")
        return redirect(url_for("today.show"))
    with store().writing() as db:
        drafts.save(db, debtor, said, reading.wall)
    for problem in answer.problems:
        because = problem.because if hasattr(problem, "because") else problem.reason
        flash(because.said(_), "error")
    return redirect(back)


@blueprint.app_context_processor
def outcomes() -> dict[str, object]:
    """`quick_outcomes`, for the card of the next stop."""
    return {"quick_outcomes": OUTCOMES}
