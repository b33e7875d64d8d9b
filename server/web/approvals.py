"""The desk of offers beyond a collector's authority: who asks, how far it goes, and the office's word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sync.records import Refused, Ruling
from sync.rules.agreement import Agreement
from sync.rules.offer import KINDS

from .. import offering
from ..agreeing import decide_offer, exceeded_by, today_of
from ..recovering import Person
from ..store import terms
from ..store.engine import reading
from . import here
from .paging import paged

blueprint = Blueprint("approvals", __name__, url_prefix="/approvals")
SIZE, MOST = 20, 1_000
STATES = ("pending", "approved", "rejected", "all")


@dataclass(frozen=True)
class Request:
    """A request as the desk shows it; `exceeds`: how it goes beyond the limit of who looks at it."""

    row: Any
    deal: Agreement
    exceeds: tuple[Ruling, ...]


@blueprint.get("/")
def index() -> str:
    return _page("", "", {})


@blueprint.post("/<offer_id>/<word>")
def decide(offer_id: str, word: str) -> Response | tuple[str, int]:
    if word not in ("approve", "reject"):
        abort(404)
    why = request.form.get("why", "")
    try:
        answer = decide_offer(
            here.engine(),
            offer_id,
            approve=word == "approve",
            why=why,
            by=Person(here.actor(), here.roles()),
            now=here.now(),
            scope=here.scope(),
        )
    except LookupError:
        abort(404)
    if isinstance(answer, Refused):
        return _page(offer_id, here.sentence(answer.reason), {"why": why}), 422
    flash(_("Decidido: el portátil lo recibe al sincronizar."), "success")
    return redirect(url_for("approvals.index"))


def _page(offer_id: str, error: str, given: dict[str, str]) -> str:
    state = request.args.get("state", "pending")
    state = state if state in STATES else "pending"
    by = Person(here.actor(), here.roles())
    with reading(here.engine()) as connection:
        rules = offering.rules(connection)
        limit = offering.limit_of_person(rules, by.username, by.roles)
        every = terms.requests(connection, here.scope(), None if state == "all" else state, MOST)
        asked = request.args.get("page")
        if offer_id:  # back to where the one is that was not decided
            place = next((place for place, row in enumerate(every) if row["id"] == offer_id), 0)
            asked = str(place // SIZE + 1)
        page = paged(every, asked, SIZE)
        pending = [row for row in page.rows if row["state"] == "pending"]
        owed = today_of(connection, pending, here.now())
        held = [
            Request(
                row,
                terms.as_agreement(row),
                exceeded_by(owed.get(row["account_id"]), row, rules, limit)
                if row["state"] == "pending"
                else (),
            )
            for row in page.rows
        ]
    return render_template(
        "approvals/index.html",
        held=held,
        page=page,
        state=state,
        failed=offer_id,
        error=error,
        given=given,
        offer_kinds=KINDS,
        limit=limit,
    )
