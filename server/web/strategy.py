"""The strategy in force, proposals to write debts off with a person's word, and how right the score was."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sync.records import Refused
from sync.rules.ladder import ACTIONS, CHANNELS
from sync.rules.score import ANSWERED, PAID_POINTS
from sync.words import N_

from ..store import writeoffs
from ..store.engine import reading
from ..store.said import phrase_of
from ..strategy import calibrating, using, writing_off
from . import here
from .paging import SIZE, Page, place

blueprint = Blueprint("strategy", __name__, url_prefix="/strategy")
STATES = {
    "open": N_("Por decidir"),
    "accepted": N_("Aceptadas"),
    "rejected": N_("Rechazadas"),
    "withdrawn": N_("Retiradas al recalcular"),
}


@blueprint.get("/")
def index() -> str:
    """What the office works by: segments, risks, stages with their actions, lists, the score's scale."""
    with reading(here.engine()) as connection:
        held = using.in_force(connection)
    return render_template(
        "strategy/index.html",
        strategy=held,
        actions={code: _(text) for code, text in ACTIONS.items()},
        channels={code: _(text) for code, text in CHANNELS.items()},
        points=[(points, held.scale.percent(points)) for points in range(-20, 101, 20)],
        paid=PAID_POINTS,
        answered=[(points, _(text)) for points, text in ANSWERED.values()],
    )


@blueprint.get("/writeoffs")
def listed() -> str:
    return _listed({}, {})


@blueprint.post("/writeoffs")
def propose() -> Response:
    """Look at the whole portfolio for debts of which going on costs more than it brings."""
    made = writing_off.propose(here.engine(), here.today(), now=here.now(), actor=here.actor())
    if made.no_costs:
        text = _(
            "Sin costos para %(currency)s: esas cuentas no se calcularon.", currency=", ".join(made.no_costs)
        )
        flash(text, "warning")
    flash(
        _("Calculadas %(n)s cuentas: %(fresh)s propuestas nuevas.", n=made.looked_at, fresh=made.fresh),
        "success",
    )
    return redirect(url_for("strategy.listed"))


@blueprint.post("/writeoffs/<proposal_id>")
def decide(proposal_id: str) -> Response | str | tuple[str, int]:
    """A person's word on a proposal, with the reason."""
    word, why = request.form.get("word", ""), request.form.get("why", "")
    if word not in ("accept", "reject"):
        abort(404)
    try:
        done = writing_off.decide(
            here.engine(),
            here.scope(),
            proposal_id,
            accept=word == "accept",
            why=why,
            actor=here.actor(),
            now=here.now(),
        )
    except LookupError:
        abort(404)
    if isinstance(done, Refused):
        return _listed({proposal_id: here.sentence(done.reason)}, {proposal_id: why}), 422
    accepted = _("Aceptada: la cuenta sale de las listas; la cierra su entidad.")
    flash(accepted if word == "accept" else _("Rechazada: se sigue gestionando."), "success")
    return redirect(url_for("strategy.listed"))


@blueprint.get("/calibration")
def calibration() -> str:
    """The last comparison of what the score foretold with what was paid."""
    with reading(here.engine()) as connection:
        held, last = using.in_force(connection), calibrating.latest(connection)
    return render_template(
        "strategy/calibration.html",
        strategy=held,
        last=last,
        report=last["payload"] if last else None,
        since=date.fromisoformat(last["payload"]["since"]) if last else None,
        aside=[(count, _(ASIDE.get(why, why))) for why, count in last["payload"]["left_aside"].items()]
        if last
        else [],
    )


@blueprint.post("/calibration")
def calibrate() -> Response:
    made = calibrating.run(here.engine(), now=here.now(), actor=here.actor(), most=MOST)
    if made.calibration.visits:
        flash(_("Comparadas %(n)s visitas.", n=made.calibration.visits), "success")
    else:
        flash(_("Todavía no hay visitas que comparar: hace falta conocer los pagos posteriores."), "info")
    return redirect(url_for("strategy.calibration"))


# A page waits for it; the command takes as many as it is told.
MOST = 1_000
ASIDE = {
    "no balance was known before the visit": N_("no se conocía ningún saldo antes de la visita"),
    "nothing was overdue, as far as was known": N_("no había nada vencido, por lo que se sabía"),
    "payments are not known long enough after the visit": N_(
        "aún no se conocen los pagos de los días siguientes"
    ),
}


def _listed(errors: dict[str, str], given: dict[str, str]) -> str:
    state = request.args.get("state", "open")
    state = state if state in STATES else "open"
    with reading(here.engine()) as connection:
        scope = here.scope()
        counts = writeoffs.counted(connection, scope)
        number, pages = place(request.args.get("page"), counts.get(state, 0))
        rows = writeoffs.listed(connection, scope, state=state, limit=SIZE, offset=(number - 1) * SIZE)
        held = using.in_force(connection)
    return render_template(
        "strategy/writeoffs.html",
        strategy=held,
        page=Page([_told(row) for row in rows], number, pages, counts.get(state, 0)),
        state=state,
        state_choices=[(code, f"{_(text)} ({counts.get(code, 0)})") for code, text in STATES.items()],
        errors=errors,
        given=given,
    )


def _told(row: dict[str, Any]) -> dict[str, Any]:
    lines = [(line["minor"], phrase_of(line["because"])) for line in row["lines"]]
    return {
        **row,
        "lines": [
            {"minor": minor, "because": because, "currency": row["currency"]} for minor, because in lines
        ],
    }
