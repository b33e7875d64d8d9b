"""Requests of debtors that their data be erased: until when, what holds them, and what was decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sync.records import Refused
from sync.words import N_

from .. import attaching, erasing
from ..deadlines import grounds
from ..shelf import Shelf
from ..store import erasures as store
from ..store.engine import reading
from . import here

blueprint = Blueprint("erasures", __name__, url_prefix="/erasures")

ASKED_BY = {
    "holder": N_("El titular"),
    "representative": N_("Quien lo representa"),
    "heir": N_("Un heredero"),
    "authority": N_("Una autoridad"),
    "office": N_("La oficina, por una regla de conservación"),
}
CHANNELS = {
    "letter": N_("Carta"),
    "email": N_("Correo electrónico"),
    "counter": N_("En persona"),
    "phone": N_("Teléfono"),
    "authority": N_("Por una autoridad"),
}
STATES = {
    "received": N_("Por resolver"),
    "refused": N_("Negada"),
    "carried_out": N_("Cumplida"),
    "held": N_("En retención legal"),
}
TONES = {"received": "warn", "refused": "neutral", "carried_out": "good", "held": "info"}
FACTS = {
    "erasure.requested": N_("Se recibió la solicitud"),
    "erasure.held": N_("Se puso una retención legal"),
    "erasure.released": N_("Se levantó la retención"),
    "erasure.refused": N_("Se negó"),
    "erasure.carried_out": N_("Se cumplió: los datos fueron suprimidos"),
}
# Which field a refusal speaks of.
FIELDS = {"erasure.reason": "why", "erasure.received": "received_on", "erasure.until": "until"}
Given = Mapping[str, str]


@blueprint.get("/")
def index() -> str:
    rows = erasing.listed(here.engine(), here.now(), here.scope())
    return render_template("erasures/index.html", rows=[row | _shown(row) for row in rows])


@blueprint.get("/new/<debtor_id>")
def new(debtor_id: str) -> str:
    return _form(debtor_id, {}, {})


@blueprint.post("/new/<debtor_id>")
def receive(debtor_id: str) -> Response | tuple[str, int]:
    given = {name: request.form.get(name, "") for name in ("asked_by", "channel", "basis", "received_on")}
    received_on, wrong = _day(given["received_on"])
    if wrong:
        return _form(debtor_id, {"received_on": wrong}, given), 422
    try:
        outcome = erasing.receive_request(
            here.engine(),
            debtor_id,
            asked_by=given["asked_by"],
            channel=given["channel"],
            basis=given["basis"],
            received_on=received_on,
            actor=here.actor(),
            now=here.now(),
            scope=here.scope(),
        )
    except LookupError:
        abort(404)
    if isinstance(outcome, Refused):
        names = FIELDS | {"erasure.choice": "asked_by", "erasure.reason": "basis"}
        return _form(debtor_id, {names.get(outcome.rule, ""): here.sentence(outcome.reason)}, given), 422
    flash(_("Solicitud recibida. Tiene un plazo: está en su página."), "success")
    return redirect(url_for("erasures.erasure", request_id=outcome))


@blueprint.get("/<request_id>")
def erasure(request_id: str) -> str:
    return _page(request_id, "", {}, {})


@blueprint.post("/<request_id>/hold")
def hold(request_id: str) -> Response | tuple[str, int]:
    given = {name: request.form.get(name, "") for name in ("why", "until")}
    until, wrong = _day(given["until"])
    if wrong:
        return _page(request_id, "hold", {"until": wrong}, given), 422
    done = _asked(erasing.hold, request_id, why=given["why"], until=until)
    return _answer(
        request_id, "hold", done, given, _("La retención quedó puesta: nada se suprime por ahora.")
    )


@blueprint.post("/<request_id>/release")
def release(request_id: str) -> Response | tuple[str, int]:
    given = {"why": request.form.get("why", "")}
    done = _asked(erasing.release, request_id, why=given["why"])
    return _answer(request_id, "release", done, given, _("La retención quedó levantada."))


@blueprint.post("/<request_id>/refuse")
def refuse(request_id: str) -> Response | tuple[str, int]:
    given = {name: request.form.get(name, "") for name in ("why", "rule")}
    done = _asked(erasing.refuse, request_id, why=given["why"], rule=given["rule"])
    return _answer(request_id, "refuse", done, given, _("La solicitud quedó negada, con su razón."))


@blueprint.post("/<request_id>/carry-out")
def carry_out(request_id: str) -> Response | tuple[str, int]:
    given = {name: request.form.get(name, "") for name in ("why", "despite_open")}
    done = _asked(
        erasing.carry_out,
        request_id,
        signer=here.office().signer,
        why=given["why"],
        despite_open=given["despite_open"] == "1",
        forget=_forgetting(here.actor()),
    )
    told = _("Los datos fueron suprimidos. Los portátiles sueltan su copia en su próximo envío.")
    if isinstance(done, erasing.CarriedOut) and not done.scrubbed:
        told += " " + _(
            "La base estaba en uso: para limpiar sus archivos, ejecute «ronda office erase scrub»."
        )
    return _answer(request_id, "carry_out", done, given, told)


def _forgetting(actor: str) -> Callable[[str, str], tuple[int, int]]:
    engine, shelf, now = here.engine(), Shelf(here.office().config.shelf), here.now()

    def forget(debtor_id: str, reason: str) -> tuple[int, int]:
        gone = attaching.forget(engine, shelf, debtor_id, reason=reason, actor=actor, now=now)
        return len(gone.erased), len(gone.shared)

    return forget


def _asked(act: Any, request_id: str, **given: Any) -> Any:
    """What the gerund answers; what is out of this person's scope is not there."""
    who = {"actor": here.actor(), "now": here.now(), "scope": here.scope()}
    # The login reads in a transaction of its own, beside which no file of the database can be written anew.
    current_app.extensions["security"].datastore.db.session.rollback()
    try:
        return act(here.engine(), request=request_id, **who, **given)
    except LookupError:
        abort(404)


def _answer(request_id: str, form: str, done: Any, given: Given, told: str) -> Response | tuple[str, int]:
    if isinstance(done, Refused):
        names = FIELDS | {"erasure.choice": "rule", "erasure.contract": "despite_open"}
        return _page(request_id, form, {names.get(done.rule, ""): here.sentence(done.reason)}, given), 422
    flash(told, "success")
    return redirect(url_for("erasures.erasure", request_id=request_id))


def _page(request_id: str, form: str, errors: Given, given: Given) -> str:
    try:
        held = erasing.told(here.engine(), request_id, here.now(), here.scope())
    except LookupError:
        abort(404)
    return render_template(
        "erasures/erasure.html",
        row=held | _shown(held),
        history=[(FACTS.get(fact["kind"], fact["kind"]), fact) for fact in reversed(held["facts"])],
        grounds=[(one.rule, _(one.text), one.source) for one in grounds()],
        form=form,
        errors={f"{form}-{name}" if name else "": text for name, text in errors.items()},
        given=given,
    )


def _form(debtor_id: str, errors: Given, given: Given) -> str:
    with reading(here.engine()) as connection:
        person = store.debtor(connection, debtor_id, here.scope())
    if person is None:
        abort(404)
    return render_template(
        "erasures/new.html",
        person=person,
        errors=errors,
        given=given,
        asked_by=[(code, _(word)) for code, word in ASKED_BY.items()],
        channels=[(code, _(word)) for code, word in CHANNELS.items()],
        today=here.today(),
    )


def _shown(row: Mapping[str, Any]) -> dict[str, str]:
    state = "held" if row["holds"] and row["state"] == "received" else row["state"]
    rule = next((one for one in grounds() if one.rule == row["decided_rule"]), None)
    return {
        "word": _(STATES[state]),
        "tone": TONES[state],
        "asked_by_word": _(ASKED_BY.get(row["asked_by"], row["asked_by"])),
        "channel_word": _(CHANNELS.get(row["channel"], row["channel"])),
        "rule_word": "" if rule is None else _(rule.text),
        "rule_source": "" if rule is None else rule.source,
    }


def _day(text: str) -> tuple[date | None, str]:
    """The date written, and what is wrong with it; an empty one is no date."""
    if not text.strip():
        return None, ""
    try:
        return date.fromisoformat(text.strip()), ""
    except ValueError:
        return None, _("Escriba la fecha como año-mes-día, por ejemplo 2026-11-20.")
