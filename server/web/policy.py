"""The contact rules on pages: every pack in words with its sources; what holds for one debtor; exceptions."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from sync import policies
from sync.records import Refused
from sync.rules.policy import Policy, local_day
from sync.words import N_

from .. import overriding
from ..consulting import Question, answered
from ..packs import at_office, pack_of
from ..recovering import Person
from ..store import holidays, overrides
from ..store.boards import accounts, cases
from ..store.engine import reading
from . import here
from .policy_words import CHANNEL_WORDS, CONFIDENCE, ROLE_WORDS, sections

blueprint = Blueprint("policy", __name__, url_prefix="/policy")

STATES = {"force": N_("En vigor"), "waits": N_("Espera a otra persona"), "ended": N_("Terminada")}
TONES = {"force": "info", "waits": "warn", "ended": "neutral"}


@blueprint.get("/")
def index() -> str:
    """Every pack there is; those that govern some account first."""
    with reading(here.engine()) as connection:
        used = set(accounts.packs_in_use(connection))
        packs = at_office(connection)
        days = holidays.standing(connection)
    rows = [
        {
            "policy": policy,
            "used": name in used,
            "vectors": len(policies.vectors(name)),
            "in_force": policy.in_force(here.today()),
        }
        for name in policies.available()
        if (policy := packs(name)) is not None
    ]
    rows.sort(key=lambda row: not row["used"])
    unknown = sorted(name for name in used if name not in policies.available())
    return render_template(
        "policy/index.html", rows=rows, unknown=unknown, days=days, confidence=CONFIDENCE, today=here.today()
    )


@blueprint.get("/<name>")
def pack(name: str) -> str:
    with reading(here.engine()) as connection:
        policy = at_office(connection)(name)
    if policy is None:
        abort(404)
    return render_template(
        "policy/pack.html",
        policy=policy,
        sections=sections(policy, here.today()),
        vectors=len(policies.vectors(name)),
        confidence=CONFIDENCE,
    )


@blueprint.post("/debtor/<debtor_id>/override")
def ask(debtor_id: str) -> Response:
    given = {name: request.form.get(name, "") for name in ("rule", "day", "channel", "why")}
    try:
        day = date.fromisoformat(given["day"])
    except ValueError:
        flash(_("Elija el día de la excepción"), "error")
        return _back(debtor_id)
    done = _decided(
        lambda: overriding.ask(
            here.engine(),
            debtor_id,
            given["rule"],
            day,
            given["channel"],
            why=given["why"],
            by=_me(),
            now=here.now(),
            scope=here.scope(),
        )
    )
    if isinstance(done, Refused):
        flash(here.sentence(done.reason), "error")
    else:
        flash(_("Excepción anotada. Quién, por qué y cuándo quedan en la auditoría."), "success")
    return _back(debtor_id)


@blueprint.post("/override/<override_id>/approve")
def approve(override_id: str) -> Response:
    return _answer(
        _decided(
            lambda: overriding.approve(
                here.engine(), override_id, by=_me(), now=here.now(), scope=here.scope()
            )
        ),
        _("Aprobada: los portátiles la reciben al sincronizar."),
    )


@blueprint.post("/override/<override_id>/end")
def end(override_id: str) -> Response:
    why = request.form.get("why", "")
    return _answer(
        _decided(
            lambda: overriding.end(
                here.engine(), override_id, why=why, by=_me(), now=here.now(), scope=here.scope()
            )
        ),
        _("Terminada: la regla vuelve a valer."),
    )


def of_debtor(connection: Connection, debtor_id: str, zone: str, owners: dict[str, str]) -> dict[str, Any]:
    """What the debtor's page shows: may he be visited now, why not and when; and the exceptions there are.

    `owners` are the accounts on the page, with their debtor's id.
    """
    rows = overrides.listed(connection, debtor_id)
    may = overriding.overridable(connection, debtor_id) if here.may("policy.ask") else []
    return {
        "debtor": debtor_id,
        "zone": zone,
        "answers": answered(connection, owners, Question(here.now()), now=here.now()),
        "now": here.now(),
        "overrides": [row | _shown(row) for row in rows],
        "rules": [(rule, rule) for _policy, rule in may],
        "channels": [(code, _(word)) for code, word in CHANNEL_WORDS.items()],
        "today": local_day(here.now(), zone),
        "confidence": CONFIDENCE,
    }


def unsigned() -> list[Policy]:
    """The packs that govern some account and no lawyer of their country has signed."""
    with reading(here.engine()) as connection:
        names = accounts.packs_in_use(connection)
    found = [pack_of(name) for name in sorted(names)]
    return [policy for policy in found if policy is not None and policy.needs_signoff]


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    state = "ended" if row["ended_at"] is not None else "force"
    if state == "force" and row["two"] and row["approved_at"] is None:
        state = "waits"
    role, channel = ROLE_WORDS.get(row["asked_role"], ""), CHANNEL_WORDS[row["channel"]]
    return {
        "state": state,
        "word": _(STATES[state]),
        "tone": TONES[state],
        "role_word": _(role) if role else "",
        "channel_word": _(channel),
    }


def _me() -> Person:
    return Person(here.actor(), here.roles())


def _decided(act: Any) -> str | Refused:
    try:
        done: str | Refused = act()
    except LookupError:
        abort(404)
    return done


def _answer(done: str | Refused, told: str) -> Response:
    if isinstance(done, Refused):
        flash(here.sentence(done.reason), "error")
        with reading(here.engine()) as connection:
            row = overrides.by_id(connection, str(request.view_args and request.view_args["override_id"]))
            seen = row and cases.debtor(connection, here.scope(), row["debtor_id"])
        return _back(row["debtor_id"]) if row and seen else redirect(url_for("policy.index"))
    flash(told, "success")
    return _back(done)


def _back(debtor_id: str) -> Response:
    return redirect(url_for("debtors.case", debtor_id=debtor_id, _anchor="reglas"))
