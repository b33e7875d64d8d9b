"""Debtors as somebody types, from any page: a few names as JSON, of his scope alone. Shows no page itself."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request, url_for

from ..standing import on_day
from ..store.boards import search
from ..store.engine import reading
from . import here

blueprint = Blueprint("search", __name__, url_prefix="/search")
LONGEST = 80


@blueprint.get("/")
def found() -> Response:
    """`{"found": [{"name", "under", "href"}]}` for `?q=`. Without scripts the form leads to the list."""
    asked = request.args.get("q", "")[:LONGEST]
    with reading(here.engine()) as connection:
        rows = search.find(connection, on_day(connection, here.scope(), here.today()), asked)
    reply = jsonify(
        found=[
            {
                "name": row.name,
                "under": " · ".join(
                    text
                    for text in (row.document, *(f"{number} {lender}" for number, lender in row.accounts[:2]))
                    if text
                ),
                "href": url_for("debtors.case", debtor_id=row.debtor),
            }
            for row in rows
        ]
    )
    reply.headers["Cache-Control"] = "no-store"
    return reply
