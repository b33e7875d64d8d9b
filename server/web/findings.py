"""What the audit noticed, check by check, with its reason in words; and a person's word on it, given once."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from sync.look import wording
from sync.rules.audit import CHECKS, Check, check_of
from sync.rules.policy import Policy
from sync.words import N_

from .. import reviewing
from ..auditing import RESOLUTIONS
from ..packs import at_office
from ..recovering import Person
from ..store import findings, overrides, reviews
from ..store.boards import findings as boards
from ..store.boards import visits
from ..store.engine import reading
from . import here
from .labels import said
from .paging import SIZE, Page, place

blueprint = Blueprint("findings", __name__, url_prefix="/findings")
STATES = ("open", "resolved", "all")
MEANING = {
    "justified": N_("Hay una explicación y la visita vale como está."),
    "corrected": N_("Hubo un error y el gestor ya lo aclaró."),
    "misconduct": N_("El gestor faltó a su deber; siga el procedimiento de personal."),
}
# What each threshold of a pack's `[audit]` section is called, by its unit.
UNITS = {
    "far_m": N_("metros de más, lo más que se admite"),
    "too_short_s": N_("segundos, lo menos que dura una conversación"),
    "max_speed_kmh": N_("km/h, lo más rápido que se va"),
    "clock_skew_s": N_("segundos de desvío del reloj"),
    "clock_moved_s": N_("segundos que el reloj no explica"),
    "overlap_s": N_("segundos a la vez, lo más que se admite"),
    "burst_visits": N_("visitas guardadas juntas"),
    "burst_minutes": N_("minutos en que se guardaron"),
    "burst_spread_minutes": N_("minutos entre las horas dichas, al menos"),
    "burst_lag_minutes": N_("minutos entre lo ocurrido y lo escrito, al menos"),
    "cadence_visits": N_("visitas seguidas"),
    "cadence_s": N_("segundos de diferencia entre intervalos"),
    "copied_words": N_("palabras iguales, al menos"),
    "copied_agents": N_("gestores que ya la usan: entonces es frase hecha"),
    "photo_bits": N_("diferencias entre dos fotos, de 64"),
    "photo_shared_minutes": N_("minutos en que una foto vale para un mismo lugar"),
    "same_fix_m": N_("metros entre direcciones, al menos"),
    "same_spot_m": N_("metros a la redonda del mismo punto"),
    "same_spot_visits": N_("visitas desde el mismo punto"),
    "exact_cm": N_("centímetros de la coordenada de la dirección"),
    "exact_near_m": N_("metros de precisión dicha"),
    "late_sync_hours": N_("horas entre lo escrito y lo recibido"),
    "amended_hours": N_("horas entre lo ocurrido y lo corregido"),
}


@blueprint.get("/")
def index() -> str:
    asked = {name: request.args.get(name, "").strip() for name in ("state", "agent", "rule")}
    state = asked["state"] if asked["state"] in STATES else "open"
    narrowed: dict[str, Any] = {
        "state": None if state == "all" else state,
        "agent_id": asked["agent"] or None,
        "rule": asked["rule"] or None,
    }
    scope = here.scope()
    with reading(here.engine()) as connection:
        total = boards.counted(connection, scope, **narrowed)
        number, pages = place(request.args.get("page"), total)
        rows = findings.listed(connection, scope, limit=SIZE, offset=(number - 1) * SIZE, **narrowed)
        answers = reviews.answers_of(connection, [row["id"] for row in rows])
        rules = reviews.rules_waiting(connection)
        agents = visits.agents_seen(connection, scope)
    return render_template(
        "findings/index.html",
        page=Page(rows, number, pages, total),
        asked=asked | {"state": state},
        given={name: value for name, value in asked.items() if value},
        agents=agents,
        answers=answers,
        rules=[(rule, said(rule, "finding")) for rule in rules],
        narrowed=bool(asked["agent"] or asked["rule"]),
    )


@blueprint.get("/checks")
def checks() -> str:
    """Every check there is, what it looks at and why, with the thresholds of each pack in use."""
    with reading(here.engine()) as connection:
        packs = at_office(connection)
        held = [packs(name) for name in overrides.packs_in_use(connection)]
    used = [policy for policy in held if policy is not None]
    return render_template(
        "findings/checks.html",
        checks=[
            (check, [(policy.name, _limits(check, policy)) for policy in used]) for check in CHECKS.values()
        ],
    )


@blueprint.get("/<finding_id>")
def finding(finding_id: str) -> str:
    return _page(finding_id, {}, {})


@blueprint.post("/<finding_id>")
def resolve(finding_id: str) -> Response | str | tuple[str, int]:
    given = {name: request.form.get(name, "") for name in ("resolution", "why")}
    try:
        refused = reviewing.resolve(
            here.engine(),
            finding_id,
            resolution=given["resolution"],
            why=given["why"],
            by=Person(here.actor(), here.roles()),
            now=here.now(),
            scope=here.scope(),
        )
    except LookupError:
        abort(404)
    if refused is None:
        flash(_("Hallazgo resuelto. Lo escrito queda como está."), "success")
        wording.tell(given["why"])
        return redirect(url_for("findings.index"))
    words = here.sentence(refused.reason)
    fields = {"audit.resolution": "resolution", "audit.reason": "why"}
    return _page(finding_id, {fields.get(refused.rule, ""): words}, given, refused.rule), 422


def _page(finding_id: str, errors: dict[str, str], given: dict[str, str], rule: str = "") -> str:
    with reading(here.engine()) as connection:
        held = _found(connection, finding_id)
        told = visits.one(connection, here.scope(), held["visit_id"])
        other = held["other_visit_id"] and visits.one(connection, here.scope(), held["other_visit_id"])
        policy = _policy(connection, held["debtor_id"])
        answers = reviews.answers_of(connection, [finding_id]).get(finding_id, [])
        state = reviews.held(connection, [held["visit_id"]]).get(held["visit_id"])
    check = check_of(held["rule"])
    return render_template(
        "findings/finding.html",
        finding=held,
        visit=told,
        other=other,
        check=check,
        policy=policy,
        cite=_cite(held, told, policy),
        limits=_limits(check, policy) if check is not None and policy is not None else [],
        answers=answers,
        review=state,
        errors=errors,
        refused=rule,
        given=given,
        resolutions=[(code, said(code, "resolution"), _(MEANING[code])) for code in RESOLUTIONS],
    )


def _policy(connection: Connection, debtor_id: str) -> Policy | None:
    """The pack that governs the debtor's accounts: of several, the first by name."""
    packs = at_office(connection)
    return next((packs(name) for name in sorted(overrides.packs_of(connection, debtor_id))), None)


def _limits(check: Check, policy: Policy) -> list[tuple[str, Any, str]]:
    """(name, value, unit in words) of the thresholds by which a check judges."""
    named = [name for name in check.limits if hasattr(policy.audit, name)]
    return [(name, getattr(policy.audit, name), _(UNITS[name]) if name in UNITS else "") for name in named]


def _cite(held: dict[str, Any], told: dict[str, Any] | None, policy: Policy | None) -> str:
    """Where the rule comes from: the pack's own, or the source that the ruling named."""
    rulings = ((told or {}).get("verdict") or {}).get("rulings", [])
    named = next((one.get("source", "") for one in rulings if one.get("rule") == held["rule"]), "")
    if named or policy is None:
        return str(named)
    return f"{policy.name} · {policy.audit.cite.id}"


def _found(connection: Connection, finding_id: str) -> dict[str, Any]:
    held = findings.by_id(connection, finding_id, here.scope())
    if held is None:
        abort(404)
    return held
