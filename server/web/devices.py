"""The laptops: which are in use and what waits in them; codes that let one in, and shutting one out."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sync.wire.errors import CATALOGUE, Problem

from .. import enrolling
from ..store import agents
from ..store.boards import laptops
from ..store.engine import reading
from . import here

blueprint = Blueprint("devices", __name__, url_prefix="/devices")


@blueprint.get("/")
def index() -> str:
    return _page()


@blueprint.post("/codes")
def issue() -> str:
    """A one-time code, shown on this answer and nowhere else."""
    chosen = request.form.get("agent", "")
    with reading(here.engine()) as connection:
        known = {agent.id: agent for agent in agents.every(connection, here.scope().agents())}
    agent = known.get(chosen)
    if agent is None:
        abort(404)
    if not agent.active:
        flash(_("%(name)s ya no trabaja aquí: no se le da un portátil.", name=agent.name), "error")
        return _page()
    code = enrolling.issue_code(here.engine(), agent.id, actor=here.actor(), now=here.now())
    return _page(code=code, code_for=agent.name)


@blueprint.post("/<device_id>/revoke")
def revoke(device_id: str) -> Response:
    with reading(here.engine()) as connection:
        known = {row["id"] for row in laptops.fleet(connection, here.scope())}
    if device_id not in known:
        abort(404)
    try:
        enrolling.revoke(here.engine(), device_id, actor=here.actor(), now=here.now())
    except Problem as problem:
        flash(here.sentence(problem.detail), "error")
        return redirect(url_for("devices.index"))
    flash(_("Portátil dado de baja. Lo que todavía envíe se guarda sellado, sin mezclarse."), "success")
    return redirect(url_for("devices.index"))


def _page(code: str = "", code_for: str = "") -> str:
    scope = here.scope()
    with reading(here.engine()) as connection:
        fleet = laptops.fleet(connection, scope)
        odd = laptops.quarantine(connection, scope)
        waiting = laptops.waiting_codes(connection, scope, here.now())
        staff = [agent for agent in agents.every(connection, scope.agents()) if agent.active]
    titles = {name: _(kind.title) for name, kind in CATALOGUE.items()}
    return render_template(
        "devices/index.html",
        fleet=fleet,
        odd=[row | {"why": titles.get(row["quarantine"], row["quarantine"])} for row in odd],
        waiting=waiting,
        staff=staff,
        code=code,
        code_for=code_for,
        hours=int(enrolling.VALID.total_seconds() // 3600),
        now=here.now(),
    )
