"""What stops collection from a debtor and how it is lifted; and stops of routes that it barred."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from sync.records import Refused
from sync.rules.cease import closed_channels
from sync.rules.clauses import StopKind
from sync.words import Phrase

from .. import freshness
from ..resolving import resolve
from ..store import facts, repairs, resolutions
from ..store.engine import reading, writing
from . import here
from .paging import paged

blueprint = Blueprint("stops", __name__, url_prefix="/stops")


@blueprint.get("/")
def index() -> str:
    """Everything that stops collection now, oldest first: what waits for a resolution."""
    with reading(here.engine()) as connection:
        found = [_told(row) for row in resolutions.standing(connection, here.scope(), here.now())]
    state = request.args.get("state", "")
    shown = [row for row in found if state in ("", row["state"])]
    return render_template("stops/index.html", page=paged(shown, request.args.get("page")), state=state)


@blueprint.post("/<stop_id>/release")
def release(stop_id: str) -> Response:
    """Lift it on a resolution. Compliance's word."""
    try:
        answer = resolve(
            here.engine(),
            stop_id,
            outcome=request.form.get("outcome", ""),
            because=request.form.get("because", "")[:4000],
            actor=here.actor(),
            now=here.now(),
            scope=here.scope(),
        )
    except LookupError:
        abort(404)
    if isinstance(answer, Refused):
        flash(here.sentence(answer.reason), "error")
        return redirect(_case(stop_id))
    flash(_("Levantada con su resolución: los portátiles lo sabrán al sincronizar."), "success")
    return redirect(url_for("debtors.case", debtor_id=answer))


@blueprint.post("/flags/<flag_id>")
def seen(flag_id: str) -> Response:
    """A coordinator saw that a published stop may not be made any more."""
    with writing(here.engine()) as connection:
        debtor = repairs.see(connection, here.scope(), flag_id, here.now(), here.actor())
        if debtor is None:
            abort(404)
        facts.append(
            connection,
            "route.flag_seen",
            as_of=here.today(),
            now=here.now(),
            actor=here.actor(),
            subject=debtor,
            payload={"flag": flag_id},
        )
    return redirect(url_for("routes.index", day=request.form.get("day") or None))


def of_debtor(connection: Connection, debtor_id: str) -> list[dict[str, Any]]:
    """Every stop of a debtor in scope, those that stand first, each with its resolution."""
    rows = [_told(row) for row in resolutions.history(connection, here.scope(), debtor_id)]
    now = here.now()
    for row in rows:
        row["stands"] = row["until"] is None or row["until"] > now
    return sorted(rows, key=lambda row: not row["stands"])


def flagged(connection: Connection) -> list[dict[str, Any]]:
    """Published stops of today or later that may not be made any more and that nobody saw."""
    return repairs.flagged(connection, here.scope(), here.today())


def unknown(connection: Connection, day: date) -> list[tuple[str, Phrase]]:
    """(lender, what is unknown) of the systems whose contacts are not known up to that day."""
    mine = {share.lender_id for share in here.scope().shares}
    return [(one.lender, one.ruling.because) for one in freshness.unknown(connection, day, mine)]


def _told(row: dict[str, Any]) -> dict[str, Any]:
    detail = row["detail"] or {}
    closed = closed_channels(StopKind(row["state"]), detail)
    known = {share.lender_id for share in here.scope().shares}
    if row["lender_id"] is not None and not known & {None, row["lender_id"]}:
        row = row | {"lender": _("otra entidad"), "reference": ""}
    said = [str(detail[name]) for name in ("text", "evidence", "attorney", "note") if detail.get(name)]
    return row | {"channels": closed, "said": said}


def _case(stop_id: str) -> str:
    with reading(here.engine()) as connection:
        held = resolutions.one(connection, here.scope(), stop_id)
    if held is None:
        abort(404)
    return url_for("debtors.case", debtor_id=held["debtor_id"])
