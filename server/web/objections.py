"""The library of objections: read by everyone who visits or directs, worded by those who direct."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sync.records import Party
from sync.rules.results import PARTIES

from .. import objecting
from ..store import objections as store
from ..store.engine import reading
from . import here

blueprint = Blueprint("objections", __name__, url_prefix="/objections")
MAY_HEAR = (Party.HOLDER, Party.GUARANTOR)


@blueprint.get("/")
def index() -> str:
    with reading(here.engine()) as connection:
        held, gone = objecting.in_force(connection), objecting.withdrawn(connection)
    return render_template("objections/index.html", objections=held, withdrawn=gone)


@blueprint.get("/new")
def new() -> str:
    typed = {"title": "", "say": "", "avoid": "", "parties": list(MAY_HEAR)}
    return _form("", typed, {})


@blueprint.get("/<code>")
def edit(code: str) -> str:
    with reading(here.engine()) as connection:
        held = objecting.one(connection, code)
    if held is None:
        abort(404)
    typed = {
        "title": held.title,
        "say": "\n".join(held.say),
        "avoid": "\n".join(held.avoid),
        "parties": list(held.parties),
    }
    return _form(code, typed, {})


@blueprint.post("/word")
def word() -> Response | tuple[str, int]:
    code = request.form.get("code", "")[:60]
    title, say, avoid = (request.form.get(name, "") for name in ("title", "say", "avoid"))
    parties = [Party(one) for one in request.form.getlist("parties") if one in MAY_HEAR]
    try:
        made = objecting.word(
            here.engine(),
            code,
            title,
            _lines(say),
            _lines(avoid),
            parties,
            actor=here.actor(),
            now=here.now(),
        )
    except LookupError:
        abort(404)
    if isinstance(made, list):
        errors = {one.field: here.sentence(one.because) for one in made}
        typed = {"title": title, "say": say, "avoid": avoid, "parties": parties}
        return _form(code, typed, errors), 422
    flash(
        _("Guardada como versión %(n)s: los portátiles la recibirán al sincronizar.", n=made.version),
        "success",
    )
    return redirect(url_for("objections.edit", code=made.code))


@blueprint.post("/<code>/<word>")
def switch(code: str, word: str) -> Response:
    if word not in ("withdraw", "restore"):
        abort(404)
    try:
        objecting.switch(here.engine(), code, active=word == "restore", actor=here.actor(), now=here.now())
    except LookupError:
        abort(404)
    done = _("De nuevo en la biblioteca.") if word == "restore" else _("Retirada de la biblioteca.")
    flash(done, "success")
    return redirect(url_for("objections.index"))


def _lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def _form(code: str, typed: Mapping[str, object], errors: dict[str, str]) -> str:
    with reading(here.engine()) as connection:
        history = store.history(connection, code) if code else []
        held = objecting.one(connection, code) if code else None
    return render_template(
        "objections/form.html",
        code=code,
        held=held,
        typed=typed,
        errors=errors,
        history=history,
        parties=[(party.value, _(PARTIES[party])) for party in MAY_HEAR],
    )
