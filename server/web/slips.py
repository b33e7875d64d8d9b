"""The page that answers whoever holds a slip: no login, no debtor, no debt. Knows no other page."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request
from flask_limiter import Limiter

from ..noticing import answering
from ..noticing.answering import Answer
from . import here

blueprint = Blueprint("slips", __name__, url_prefix="/v")
LIMIT = "20 per minute"
STATUS = {
    answering.GENUINE: 200,
    answering.EXPIRED: 410,
    answering.FORGED: 404,
    answering.UNKNOWN: 404,
    answering.MISTYPED: 400,
}


def install(limiter: Limiter) -> None:
    """Count what one address asks: codes cannot be tried one by one."""
    limiter.limit(LIMIT, on_breach=lambda _limit: _page(None, 429, busy=True))(blueprint)


@blueprint.get("")
@blueprint.get("/")
def ask() -> Response:
    """The form for a code, and its answer."""
    said = request.args.get("codigo", "").strip()
    if not said:
        return _page(None, 200)
    return _answered(said)


@blueprint.get("/<said>")
def answer(said: str) -> Response:
    return _answered(said)


def _answered(said: str) -> Response:
    found = answering.answer(here.engine(), said[:200], here.now())
    return _page(found, STATUS[found.standing])


def _page(found: Answer | None, status: int, *, busy: bool = False) -> Response:
    response = make_response(render_template("slips/public.html", found=found, busy=busy), status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
