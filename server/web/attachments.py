"""Photos and signatures for whoever may see the visit, what has not arrived, and the papers of an account.

Bytes are shown by themselves, under the type we know them by: they can neither run nor load anything.
"""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from sync.records import Refused
from sync.wire.attachments import PAPERS, PICTURES, TYPED

from .. import filing
from ..shelf import Missing, Shelf
from ..store import attachments, papers
from ..store.engine import reading
from . import here
from .uploads import shown_name

blueprint = Blueprint("attachments", __name__, url_prefix="/attachments")
ALONE = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
# The browser's own reader of PDFs does not open in a sandbox.
READ = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'"
MOST = 100  # pictures that lack, on one page
SUFFIX = {"image/jpeg": "jpg", "image/png": "png", TYPED: "txt", "application/pdf": "pdf"}


@blueprint.get("/")
def index() -> str:
    """What laptops announced and the office does not have yet, by laptop."""
    with reading(here.engine()) as connection:
        rows = attachments.missing(connection, here.scope(), limit=MOST)
    laptops: dict[str, list[dict[str, object]]] = {}
    for row in rows:
        laptops.setdefault(row["device_id"], []).append(row)
    return render_template(
        "attachments/index.html", laptops=list(laptops.values()), many=len(rows), most=MOST
    )


@blueprint.get("/<event_id>")
def picture(event_id: str) -> Response:
    with reading(here.engine()) as connection:
        told = attachments.shown(connection, here.scope(), event_id)
    if told is None or told["stored_at"] is None:
        abort(404)
    return _shown(told["sha256"], told["media_type"], (*PICTURES, TYPED))


@blueprint.get("/papers/<paper_id>")
def paper(paper_id: str) -> Response:
    with reading(here.engine()) as connection:
        told = papers.one(connection, here.scope(), paper_id)
    if told is None:
        abort(404)
    return _shown(told["sha256"], told["media_type"], PAPERS)


@blueprint.post("/papers/of/<account_id>")
def add_paper(account_id: str) -> Answer:
    """File a paper of an account: it travels to the laptop of whoever has it."""
    with reading(here.engine()) as connection:
        account = papers.account(connection, here.scope(), account_id)
    if account is None:
        abort(404)
    file = request.files.get("file")
    done = filing.file_paper(
        here.engine(),
        Shelf(here.office().config.shelf),
        account,
        kind=request.form.get("kind", ""),
        name=shown_name(file.filename if file else ""),
        data=file.stream.read() if file else b"",
        actor=here.actor(),
        now=here.now(),
    )
    if isinstance(done, Refused):
        flash(here.sentence(done.reason), "error")
    else:
        flash(_("Guardado: llegará al portátil de quien tenga la cuenta."), "success")
    return redirect(url_for("debtors.case", debtor_id=account["debtor_id"]))


def _shown(sha256: str, media_type: str, known: tuple[str, ...]) -> Response:
    """404 where the shelf does not have the bytes, or has others."""
    try:
        data = Shelf(here.office().config.shelf).get(sha256)
    except Missing:
        abort(404)
    safe = media_type in known
    shown = media_type if media_type != TYPED else f"{TYPED}; charset=utf-8"
    response = Response(data, content_type=shown if safe else "application/octet-stream")
    name = f"{sha256[:16]}.{SUFFIX.get(media_type, 'bin') if safe else 'bin'}"
    response.headers["Content-Disposition"] = f'{"inline" if safe else "attachment"}; filename="{name}"'
    response.headers["Content-Security-Policy"] = READ if media_type == "application/pdf" else ALONE
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response
