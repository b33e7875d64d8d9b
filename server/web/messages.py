"""Texts for an account that a person sends himself, and the templates they are made of. Sends nothing."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sync import policies
from sync.records import Refused
from sync.rules.messages import PLACES, Audience, Medium, Rendered, Template
from sync.words import N_

from ..noticing import messages, wording
from ..store import message_templates, notices
from ..store.engine import reading
from . import here

blueprint = Blueprint("messages", __name__, url_prefix="/messages")
KEY = re.compile(r"^[a-z0-9][a-z0-9-]{1,58}\Z")
MEDIA = {
    Medium.WHATSAPP: N_("WhatsApp"),
    Medium.SMS: N_("Mensaje de texto"),
    Medium.EMAIL: N_("Correo"),
    Medium.LETTER: N_("Carta"),
}
AUDIENCES = {Audience.DEBTOR: N_("Al deudor"), Audience.THIRD: N_("A un tercero, sin nada de la deuda")}


@blueprint.get("/of/<account_id>")
def index(account_id: str) -> str:
    """The texts that there are for an account."""
    with reading(here.engine()) as connection:
        account = notices.account(connection, here.scope(), account_id)
        if account is None:
            abort(404)
        found = wording.templates(connection)
    return render_template("messages/index.html", account=account, templates=_sorted(found), **_words())


@blueprint.get("/<account_id>/<template>")
def show(account_id: str, template: str) -> str:
    """The text as it would go, whether it may go now, and the link that opens it."""
    with reading(here.engine()) as connection:
        try:
            made = messages.write(
                connection,
                here.scope(),
                account_id,
                template,
                now=here.now(),
                to=request.args.get("to", ""),
            )
        except LookupError:
            abort(404)
        account = notices.account(connection, here.scope(), account_id)
    written = None if isinstance(made, Refused) else made
    refused = made if isinstance(made, Refused) else None
    if written is not None and isinstance(written.rendered, Refused):
        refused = written.rendered
    return render_template(
        "messages/show.html",
        account=account,
        written=written,
        text=written.rendered if written and isinstance(written.rendered, Rendered) else None,
        refused=refused,
        sentence=here.sentence,
        **_words(),
    )


@blueprint.post("/<account_id>/<template>/sent")
def sent(account_id: str, template: str) -> Response:
    """He says that he sent it: it counts as a contact."""
    try:
        done = messages.record_sent(
            here.engine(),
            here.scope(),
            account_id,
            template,
            to=request.form.get("to", ""),
            actor=here.actor(),
            now=here.now(),
            user=here.me().id,
        )
    except LookupError:
        abort(404)
    if isinstance(done, Refused):
        flash(f"{here.sentence(done.reason)} ({done.rule})", "error")
        return redirect(url_for("messages.show", account_id=account_id, template=template))
    flash(_("Anotado: cuenta como un contacto por este canal."), "success")
    return redirect(url_for("debtors.case", debtor_id=done.told.debtor.id))


@blueprint.get("/templates/")
def templates() -> str:
    with reading(here.engine()) as connection:
        found = wording.templates(connection)
    return render_template("messages/templates.html", templates=_sorted(found), **_words())


@blueprint.get("/templates/<key>")
def template(key: str) -> str:
    """One template with its versions; "nuevo" is an empty one."""
    if not KEY.match(key):
        abort(404)
    with reading(here.engine()) as connection:
        held = wording.template_of(connection, key)
        versions = message_templates.versions(connection, key)
    if held is None and key != "nuevo":
        abort(404)
    return _edit(key, held, versions, [])


@blueprint.post("/templates/<key>/save")
def save(key: str) -> str | Response | tuple[str, int]:
    """Keep a new version of a template, or say what is wrong with it and keep nothing."""
    name = request.form.get("key", "").strip().lower() if key == "nuevo" else key
    if not KEY.match(name) or name == "nuevo":
        flash(_("La clave tiene de 2 a 59 letras minúsculas, números o guiones."), "error")
        return redirect(url_for("messages.template", key=key))
    said = _said(name)
    if said is None:
        abort(400)
    done = wording.write_template(here.engine(), said, actor=here.actor(), now=here.now())
    if isinstance(done, int):
        flash(_("Guardado como versión %(version)s.", version=done), "success")
        return redirect(url_for("messages.template", key=name))
    with reading(here.engine()) as connection:
        versions = message_templates.versions(connection, name)
    return _edit(key, said, versions, [here.sentence(one.reason) for one in done]), 400


def _said(key: str) -> Template | None:
    """The template as the form says it; None for what no form of ours sends."""
    form = {
        name: request.form.get(name, "").replace("\r\n", "\n").strip()
        for name in ("title", "medium", "audience", "subject", "text", "language")
    }
    if form["medium"] not in set(Medium) or form["audience"] not in set(Audience):
        return None
    packs = tuple(pack for pack in request.form.getlist("packs") if pack in policies.available())
    return Template(
        key=key,
        title=form["title"][:120] or key,
        medium=Medium(form["medium"]),
        audience=Audience(form["audience"]),
        text=form["text"],
        subject=form["subject"][:200],
        language=form["language"] if form["language"] in ("es", "pt", "en") else "es",
        packs=packs,
    )


def _edit(key: str, held: Template | None, versions: list[dict[str, Any]], wrong: list[str]) -> str:
    plain = [name for name in policies.available() if "@" not in name]
    return render_template(
        "messages/template.html",
        key=key,
        held=held,
        versions=versions,
        wrong=wrong,
        places=[(name, _(word)) for name, word in PLACES.items()],
        packs=plain,
        **_words(),
    )


def _sorted(found: dict[str, Template]) -> list[Template]:
    order = list(Medium)
    return sorted(found.values(), key=lambda one: (one.audience, order.index(one.medium), one.title))


def _words() -> dict[str, Any]:
    return {
        "media": {medium.value: _(word) for medium, word in MEDIA.items()},
        "audiences": {audience.value: _(word) for audience, word in AUDIENCES.items()},
    }
