"""The supervisor's queue: what the audit noticed, and a person's word on each finding, given once."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from sync.look import wording
from sync.words import N_

from ..auditing import RESOLUTIONS
from ..auditing import resolve as resolve_finding
from ..store import findings
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
        waiting = boards.counted(connection, scope, state="open")
        rules = boards.rules_seen(connection, scope)
        agents = visits.agents_seen(connection, scope)
    return render_template(
        "findings/index.html",
        page=Page(rows, number, pages, total),
        asked=asked | {"state": state},
        given={name: value for name, value in asked.items() if value},
        agents=agents,
        rules=[(rule, said(rule, "finding")) for rule in rules],
        waiting=waiting,
    )


@blueprint.get("/<finding_id>")
def finding(finding_id: str) -> str:
    return _page(finding_id, {}, {})


@blueprint.post("/<finding_id>")
def resolve(finding_id: str) -> Response | str | tuple[str, int]:
    given = {name: request.form.get(name, "") for name in ("resolution", "why")}
    try:
        refused = resolve_finding(
            here.engine(),
            finding_id,
            resolution=given["resolution"],
            why=given["why"],
            actor=here.actor(),
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
    return _page(finding_id, {fields.get(refused.rule, ""): words}, given), 422


def _page(finding_id: str, errors: dict[str, str], given: dict[str, str]) -> str:
    with reading(here.engine()) as connection:
        held = _found(connection, finding_id)
        told = visits.one(connection, here.scope(), held["visit_id"])
        other = held["other_visit_id"] and visits.one(connection, here.scope(), held["other_visit_id"])
    return render_template(
        "findings/finding.html",
        finding=held,
        visit=told,
        other=other,
        errors=errors,
        given=given,
        resolutions=[(code, said(code, "resolution"), _(MEANING[code])) for code in RESOLUTIONS],
    )


def _found(connection: Connection, finding_id: str) -> dict[str, Any]:
    held = findings.by_id(connection, finding_id, here.scope())
    if held is None:
        abort(404)
    return held
