"""Everything the office holds about an agent, for him to see, to answer and to take away.

A supervisor may open the same page to hand it on paper; that he looked is kept and shown on it.
"""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Connection
from werkzeug.wrappers import Response as BaseResponse

from sync.look import wording
from sync.records import Refused
from sync.rules.audit import CHECKS

from .. import disclosing, disputing, forgetting, looking, queueing
from ..store import agents as workforce
from ..store import looks, mine, reviews
from ..store.agents import Agent
from ..store.engine import reading
from . import here
from .paging import SIZE, Page, place
from .signs import sign_of

blueprint = Blueprint("mine", __name__, url_prefix="/mine")


@blueprint.get("/")
def index() -> str:
    with reading(here.engine()) as connection:
        agent = workforce.by_user(connection, here.me().id)
    if agent is None:
        return render_template("mine/nobody.html")
    return _page(agent, own=True)


@blueprint.get("/agents/<agent_id>")
def of(agent_id: str) -> str:
    """The same for a supervisor, who is seen to have looked."""
    with reading(here.engine()) as connection:
        agent = workforce.seen(connection, agent_id, here.scope().agents())
    if agent is None:
        abort(404)
    own = agent.user_id == here.me().id
    if not own:
        looking.looked(
            here.engine(),
            agent.id,
            looking.HELD,
            agent.id,
            username=here.actor(),
            day=here.today(),
            now=here.now(),
        )
    return _page(agent, own=own)


@blueprint.post("/findings/<finding_id>")
def answer(finding_id: str) -> BaseResponse | str | tuple[str, int]:
    """What he says of a finding about himself."""
    agent = _me()
    text = request.form.get("text", "")
    try:
        refused = disputing.answer(
            here.engine(),
            finding_id,
            text,
            disputes=request.form.get("disputes") == "1",
            agent_id=agent.id,
            actor=here.actor(),
            now=here.now(),
        )
    except LookupError:
        abort(404)
    if isinstance(refused, Refused):
        return _page(agent, own=True, errors={finding_id: here.sentence(refused.reason)}, said=text), 422
    flash(_("Guardado. Su supervisor lo ve junto al hallazgo."), "success")
    wording.tell(text)
    return redirect(url_for("mine.index", _anchor="hallazgos"))


@blueprint.post("/file")
def file() -> Response:
    """All of it as one file of his own."""
    agent = _me()
    with reading(here.engine()) as connection:
        told = _held(connection, agent) | {
            "visits": mine.visits_of(connection, here.scope(), agent.id, limit=mine.MOST_COUNTED, offset=0)
        }
    disclosing.held_saved(here.engine(), agent.id, actor=here.actor(), now=here.now())
    response = Response(
        json.dumps(told, ensure_ascii=False, indent=1, default=str), mimetype="application/json"
    )
    response.headers.set("Content-Disposition", "attachment", filename="lo-que-hay-de-mi.json")
    return response


def _me() -> Agent:
    """The agent who is logged in; whoever is none has no such page."""
    with reading(here.engine()) as connection:
        agent = workforce.by_user(connection, here.me().id)
    if agent is None:
        abort(404)
    return agent


def _held(connection: Connection, agent: Agent) -> dict[str, Any]:
    """What is held of him besides his visits."""
    scope = here.scope()
    return {
        "agent": {name: value for name, value in vars(agent).items() if name != "languages"}
        | {"languages": sorted(agent.languages)},
        "findings": mine.findings_of(connection, scope, agent.id),
        "decisions": mine.decisions_of(connection, agent.id),
        "devices": mine.devices_of(connection, agent.id),
        "days": mine.days_of(connection, agent.id),
        "looks": looks.of_agent(connection, agent.id, 200),
        "files": mine.left_in_files(connection, agent.id),
        "commissions": mine.commissions_of(connection, agent.id),
    }


def _page(agent: Agent, *, own: bool, errors: dict[str, str] | None = None, said: str = "") -> str:
    with reading(here.engine()) as connection:
        total = mine.counted(connection, agent.id)
        number, pages = place(request.args.get("page"), total)
        rows = mine.visits_of(connection, here.scope(), agent.id, limit=SIZE, offset=(number - 1) * SIZE)
        held = _held(connection, agent)
        returned = reviews.returned_to(connection, agent.id)
        keeping = forgetting.keeping_of(connection)
        drawing = queueing.drawing_of(connection)
    return render_template(
        "mine/index.html",
        agent=agent,
        own=own,
        page=Page([row | {"sign": sign_of(row["results"])} for row in rows], number, pages, total),
        returned=returned,
        keeping=keeping,
        drawing=drawing,
        checks=CHECKS,
        errors=errors or {},
        said_before=said,
        **{name: value for name, value in held.items() if name != "agent"},
    )
