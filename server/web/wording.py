"""A page to try a text on the wording rules before it is used. Keeps nothing of what is tried."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from sync import policies
from sync.look.wording import pack_named
from sync.rules.wording import Category, Linted, TextKind, Worded, lint
from sync.words import N_

blueprint = Blueprint("wording", __name__, url_prefix="/policy/wording")
LONGEST = 20_000
CATEGORIES = {
    Category.THREAT: N_("Amenaza"),
    Category.INSULT: N_("Ofensa"),
    Category.JUDICIAL: N_("Apariencia judicial"),
    Category.AUTHORITY: N_("Falsa autoridad"),
    Category.THIRD: N_("Deuda contada a otros"),
    Category.DEADLINE: N_("Plazo con castigo"),
    Category.FORBIDDEN: N_("Término no permitido"),
}
KINDS = (
    ("", N_("No se sabe")),
    (TextKind.NOTE, N_("Nota de una visita")),
    (TextKind.MESSAGE, N_("Mensaje")),
    (TextKind.LETTER, N_("Carta")),
    (TextKind.TEMPLATE, N_("Plantilla")),
    (TextKind.SLIP, N_("Aviso de visita")),
)


@blueprint.route("/", methods=["GET", "POST"])
def index() -> str | tuple[str, int]:
    text, kind = request.form.get("text", ""), request.form.get("kind", "")
    pack, errors, found = request.form.get("pack", ""), {}, None
    if request.method == "POST":
        if not text.strip():
            errors["text"] = _("Escriba o pegue el texto que quiere revisar")
        elif len(text) > LONGEST:
            errors["text"] = _("El texto pasa de %(n)s caracteres; pegue una parte", n=LONGEST)
        else:
            found = lint(text, pack_named(pack), kind)
    page = render_template(
        "wording/index.html",
        text=text[:LONGEST],
        kind=kind,
        pack=pack,
        packs=[(name, name) for name in policies.available() if "@" not in name],
        kinds=[(value, _(word)) for value, word in KINDS],
        categories=CATEGORIES,
        errors=errors,
        found=found,
        marked=parts(text, found) if found else [],
    )
    return (page, 400) if errors else page


def parts(text: str, found: Linted) -> list[tuple[str, Worded | None]]:
    """The text cut at what was found, in order; what overlaps is shown once."""
    cut: list[tuple[str, Worded | None]] = []
    at = 0
    for each in sorted(found.found, key=lambda one: one.start):
        if each.start < at:
            continue
        cut += [(text[at : each.start], None), (text[each.start : each.end], each)]
        at = each.end
    return [(piece, each) for piece, each in [*cut, (text[at:], None)] if piece]
