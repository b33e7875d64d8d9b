"""A debtor's five questions, his early-warning flags and, in the legal stage, notes on his assets."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from sync.records import Refused
from sync.rules.answers import FieldError
from sync.rules.questions import QUESTIONS

from .. import conducting, noting_assets, questioning
from ..standing import AccountToday, accounts_today
from ..store import payments
from ..store.boards import cases
from ..store.engine import reading
from . import here
from .debtors import promises_today
from .labels import LABELS
from .retold import flags_of

blueprint = Blueprint("questions", __name__, url_prefix="/debtors/<debtor_id>")


@blueprint.get("/questions")
def show(debtor_id: str) -> str:
    return _page(debtor_id, {}, {})


@blueprint.post("/questions/<account_id>/<question>")
def answer(debtor_id: str, account_id: str, question: str) -> Response:
    try:
        said = questioning.answer(
            here.engine(),
            account_id,
            question,
            request.form.get("text", ""),
            actor=here.actor(),
            now=here.now(),
            scope=here.scope(),
        )
    except LookupError:
        abort(404)
    if isinstance(said, Refused):
        flash(here.sentence(said.reason), "error")
    elif isinstance(said, FieldError):
        flash(here.sentence(said.because), "error")
    else:
        flash(_("Anotado: los portátiles lo recibirán al sincronizar."), "success")
    return redirect(url_for("questions.show", debtor_id=debtor_id))


@blueprint.post("/reviewed")
def review(debtor_id: str) -> Response:
    """Whoever acts on the file says that he went through it."""
    with reading(here.engine()) as connection:
        _held(connection, debtor_id)
    conducting.looked(here.engine(), debtor_id, actor=here.actor(), now=here.now(), today=here.today())
    flash(_("Anotado: usted revisó el expediente."), "success")
    return redirect(url_for("questions.show", debtor_id=debtor_id))


@blueprint.post("/assets")
def add_asset(debtor_id: str) -> Response | tuple[str, int]:
    _legal(debtor_id)
    typed = {name: request.form.get(name, "") for name in ("text", "source", "seen_on")}
    try:
        seen_on = date.fromisoformat(typed["seen_on"])
    except ValueError:
        seen_on = None
    wrong = noting_assets.note(
        here.engine(),
        debtor_id,
        typed["text"],
        typed["source"],
        seen_on,
        actor=here.actor(),
        now=here.now(),
        today=here.today(),
    )
    if wrong:
        errors = {one.field: here.sentence(one.because) for one in wrong}
        return _page(debtor_id, typed, errors), 422
    flash(_("Nota guardada: solo se ve en la etapa jurídica."), "success")
    return redirect(url_for("questions.show", debtor_id=debtor_id))


@blueprint.post("/assets/<note_id>/withdraw")
def withdraw_asset(debtor_id: str, note_id: str) -> Response:
    _legal(debtor_id)
    try:
        noting_assets.withdraw(
            here.engine(), debtor_id, note_id, actor=here.actor(), now=here.now(), today=here.today()
        )
    except LookupError:
        abort(404)
    flash(_("Nota retirada."), "success")
    return redirect(url_for("questions.show", debtor_id=debtor_id))


def _held(connection: Connection, debtor_id: str) -> tuple[dict[str, Any], list[AccountToday]]:
    """The person and his accounts in scope; 404 outside it."""
    person = cases.debtor(connection, here.scope(), debtor_id)
    if person is None:
        abort(404)
    return person, accounts_today(connection, here.scope(), here.today(), debtor_id=debtor_id)


def _legal(debtor_id: str) -> None:
    """404 outside the scope and outside the legal stage: there is nothing there then."""
    with reading(here.engine()) as connection:
        _, held = _held(connection, debtor_id)
        if not noting_assets.in_legal_stage(connection, held):
            abort(404)


def _page(debtor_id: str, typed: dict[str, str], errors: dict[str, str]) -> str:
    day = here.today()
    with reading(here.engine()) as connection:
        person, held = _held(connection, debtor_id)
        ids = [account.id for account in held]
        paid = payments.of_accounts(connection, ids)
        told = promises_today(connection, held, paid, day, person["timezone"])
        promises = [(row["promise"], row["standing"].state if row["standing"] else None) for row in told]
        open_stops = cases.stops_of(connection, debtor_id, here.now())
        stops = [LABELS["stop"].get(row["state"], row["state"]) for row in open_stops]
        five = questioning.five_of(connection, person, held, promises, stops)
        visits = conducting.as_amended(connection, cases.visits_to(connection, debtor_id, ids))
        looks = conducting.looks(connection, debtor_id, [row for row in visits if row["results"]])
        legal = here.may("questions.add_asset") and noting_assets.in_legal_stage(connection, held)
        notes = noting_assets.of_debtor(connection, debtor_id, held) if legal else []
    return render_template(
        "questions/show.html",
        person=person,
        accounts=held,
        five=five,
        words=QUESTIONS,
        flags=flags_of(visits),
        looks=looks,
        legal=legal,
        notes=notes,
        typed=typed,
        errors=errors,
        day=day,
    )
