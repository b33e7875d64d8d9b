"""The supervisor's queue: visits to review with what speaks for and against each, and a word on each.

One row has the focus; a key moves it, another decides. Without scripts the same is links and a form.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from sync.look import wording
from sync.records import Refused
from sync.rules.audit import check_of
from sync.words import N_

from .. import queueing, reviewing
from ..recovering import Person
from ..store import reviews
from ..store.boards import replays, visits
from ..store.engine import reading, writing
from . import days, here
from .labels import said

blueprint = Blueprint("reviews", __name__, url_prefix="/reviews")
SIZE = 25
FILTERS = ("state", "agent", "team", "rule", "severity", "evidence", "why", "day", "until")
WHY = {
    "found": N_("Con hallazgos"),
    "lifted": N_("Con una regla exceptuada"),
    "late": N_("Llegaron tarde"),
    "sampled": N_("Elegidas por sorteo"),
    "clean": N_("Sin hallazgos"),
}
DECISIONS = ("approve", "return", "hold")


@blueprint.get("/")
def index() -> str:
    return _page({}, {})


@blueprint.post("/<visit_id>")
def decide(visit_id: str) -> Response | str | tuple[str, int]:
    given = {name: request.form.get(name, "") for name in ("decision", "why")}
    try:
        done = reviewing.decide(
            here.engine(),
            visit_id,
            given["decision"],
            why=given["why"],
            by=_person(),
            now=here.now(),
            scope=here.scope(),
        )
    except LookupError:
        abort(404)
    if isinstance(done, Refused):
        field = {"review.reason": "why", "review.decision": "decision"}.get(done.rule, "")
        words = here.sentence(done.reason)
        return _page({field: words}, given, chosen=visit_id, rule=done.rule), 422
    flash(_("Guardado: %(decision)s.", decision=said(given["decision"], "deciding").lower()), "success")
    wording.tell(given["why"])
    if request.form.get("from") == "visit":
        return redirect(url_for("visits.visit", visit_id=visit_id))
    asked: dict[str, Any] = {name: text for name, text in request.args.items() if name in FILTERS and text}
    return redirect(url_for("reviews.index", **asked, visit=request.form.get("next", ""), decided=1))


@blueprint.post("/several")
def several() -> Response:
    """Approve the marked visits, of which nothing was noticed, with one reason."""
    try:
        done = reviewing.approve_several(
            here.engine(),
            request.form.getlist("marked"),
            why=request.form.get("why", ""),
            by=_person(),
            now=here.now(),
            scope=here.scope(),
        )
    except LookupError:
        abort(404)
    if isinstance(done, Refused):
        flash(here.sentence(done.reason), "error")
    else:
        if done.approved:
            text = ngettext("%(num)s visita aprobada.", "%(num)s visitas aprobadas.", done.approved)
            flash(text, "success")
        for refused in {one.rule: one for one in done.refused}.values():
            many = sum(one.rule == refused.rule for one in done.refused)
            flash(f"{here.sentence(refused.reason)} ({many}, {refused.rule})", "warning")
    asked: dict[str, Any] = {name: text for name, text in request.args.items() if name in FILTERS and text}
    return redirect(url_for("reviews.index", **asked))


@blueprint.post("/<visit_id>/queue")
def queue(visit_id: str) -> Response:
    """Bring a visit to review that nothing else brought here."""
    with reading(here.engine()) as connection:
        if visits.one(connection, here.scope(), visit_id) is None:
            abort(404)
    with writing(here.engine()) as connection:
        queueing.bring(connection, [visit_id], here.now(), asked=True)
    return redirect(url_for("reviews.index", visit=visit_id))


@blueprint.post("/drawing")
def drawing() -> Response:
    """How many of the visits are drawn: whoever reviews does not choose it."""
    share, hours = request.form.get("share", "").strip().replace(",", "."), request.form.get("late", "")
    try:
        asked = float(share) / 100
        late = int(hours)
    except ValueError:
        flash(_("Escriba la parte en % y las horas en números."), "error")
        return redirect(url_for("reviews.index"))
    done = queueing.draw_by(here.engine(), share=asked, late_hours=late, actor=here.actor(), now=here.now())
    if done is not None:
        flash(here.sentence(done.reason), "error")
    else:
        flash(_("Guardado. Vale para las visitas que lleguen desde ahora."), "success")
    return redirect(url_for("reviews.index"))


def _page(errors: dict[str, str], given: dict[str, str], *, chosen: str = "", rule: str = "") -> str:
    asked = {name: request.args.get(name, "").strip() for name in FILTERS}
    wanted = _wanted(asked)
    with reading(here.engine()) as connection:
        rows, more = _rows(connection, wanted)
        picked = _picked(connection, rows, chosen or request.args.get("visit", ""))
        if picked is not None and all(row["visit_id"] != picked["visit_id"] for row in rows):
            rows = [picked, *rows]
        rows = _dressed(connection, rows)
        counts = {
            state: reviews.counted(connection, here.scope(), replace(wanted, state=state))
            for state in reviews.STATES
        }
        held = queueing.drawing_of(connection)
        agents = visits.agents_seen(connection, here.scope())
        teams = sorted({row["team"] for row in agents if row["team"]})
        rules = reviews.rules_waiting(connection)
    place = next((at for at, row in enumerate(rows) if picked and row["visit_id"] == picked["visit_id"]), 0)
    return render_template(
        "reviews/index.html",
        rows=rows,
        decided=bool(request.args.get("decided")),
        chosen=rows[place] if rows else None,
        following=rows[place + 1]["visit_id"] if place + 1 < len(rows) else "",
        more=more,
        counts=counts,
        most=reviews.MOST_COUNTED,
        asked=asked | {"state": wanted.state},
        given={name: value for name, value in asked.items() if value},
        agents=agents,
        teams=teams,
        rules=[(one, said(one, "finding")) for one in rules],
        why=[(code, _(text)) for code, text in WHY.items()],
        decisions=[(code, said(code, "deciding")) for code in DECISIONS],
        errors=errors,
        refused=rule,
        said_before=given,
        drawing=held,
        drawn_of=queueing.DRAWN_OF,
    )


def _wanted(asked: dict[str, str]) -> reviews.Wanted:
    first, last = days.asked_day("day"), days.asked_day("until")
    start, end = days.span(first, last or first)
    return reviews.Wanted(
        state=asked["state"] if asked["state"] in reviews.STATES else reviews.WAITING,
        agent=asked["agent"],
        team=asked["team"],
        rule=asked["rule"],
        severity=asked["severity"],
        evidence=asked["evidence"],
        why=asked["why"],
        start=start,
        end=end,
    )


def _rows(connection: Connection, wanted: reviews.Wanted) -> tuple[list[dict[str, Any]], str]:
    """The rows of the page asked for, and what the address of the next page says; "" when there is none."""
    found = reviews.listed(connection, here.scope(), wanted, after=_after(), limit=SIZE + 1)
    rows = found[:SIZE]
    more = f"{rows[-1]['started'].isoformat()}~{rows[-1]['visit_id']}" if len(found) > SIZE else ""
    return rows, more


def _after() -> reviews.Place | None:
    moment, _mark, visit = request.args.get("after", "").partition("~")
    try:
        started = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return reviews.Place(started, visit) if started.tzinfo is not None else None


def _picked(connection: Connection, rows: list[dict[str, Any]], visit: str) -> dict[str, Any] | None:
    """The visit the address names, wherever it stands in the queue; else the first of the page."""
    held = next((row for row in rows if row["visit_id"] == visit), None)
    if held is None and visit:
        wanted = reviews.Wanted(state="", visit=visit)
        held = next(iter(reviews.listed(connection, here.scope(), wanted, after=None, limit=1)), None)
    return held or (rows[0] if rows else None)


def _dressed(connection: Connection, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with their findings in words, what the agent answered, and the decision that holds."""
    ids = [row["visit_id"] for row in rows]
    found = reviews.findings_of(connection, ids)
    answers = reviews.answers_of(connection, [one["id"] for held in found.values() for one in held])
    last = reviews.last_of(connection, ids)
    return [
        row
        | {
            "noticed": [
                one | {"check": check_of(one["rule"]), "answers": answers.get(one["id"], [])}
                for one in found.get(row["visit_id"], [])
            ],
            "decision": last.get(row["visit_id"]),
        }
        for row in rows
    ]


def _person() -> Person:
    return Person(here.actor(), here.roles())


@blueprint.app_context_processor
def _for_papers() -> dict[str, Any]:
    return {"returned_visits": returned_visits}


def returned_visits(agent_id: str) -> list[dict[str, Any]]:
    """The visits sent back to a collector, for a paper that he carries: when, to whom, and why."""
    with reading(here.engine()) as connection:
        rows = reviews.returned_to(connection, agent_id, 20)
        names = replays.names_of(connection, here.scope(), [row["debtor_id"] for row in rows])
    return [row | {"name": names.get(row["debtor_id"], "")} for row in rows]
