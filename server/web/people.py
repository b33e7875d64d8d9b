"""The people of the office: who they are, what they may do and see. For the administrator alone."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sync.records import Refused, UserRole

from ..hiring import NewPerson, dismiss, hire
from ..hiring import new_password as give_password
from ..store import lenders, people
from ..store.boards import staff
from ..store.engine import reading
from . import here

blueprint = Blueprint("people", __name__, url_prefix="/people")
FIELDS = ("username", "name", "role", "lender", "branch", "team", "zone", "home", "shift_start", "shift_end")
# rule of the refusal → the field of the form it is about
FIELD_OF = {"people.username": "username", "people.name": "name", "people.lender": "lender"}
FIELD_OF |= {"people.shift": "shift_start", "people.home": "home", "people.role": "role"}


@blueprint.get("/")
def index() -> str:
    return _page({}, {})


@blueprint.post("/")
def add() -> str | tuple[str, int]:
    given = {name: request.form.get(name, "").strip() for name in FIELDS}
    errors: dict[str, str] = {}
    if given["role"] not in set(UserRole):
        errors["role"] = _("Elija el rol de la persona.")
    home = _place(given["home"])
    if given["home"] and home is None:
        errors["home"] = _(
            "Escriba la latitud y la longitud separadas por una coma, por ejemplo 5.826, -73.033."
        )
    if errors:
        return _page(given, errors), 422
    person = NewPerson(
        username=given["username"],
        name=given["name"],
        role=UserRole(given["role"]),
        lender=given["lender"] or None,
        branch=given["branch"] or None,
        team=given["team"] or None,
        zone=given["zone"],
        home=home,
        shift=(given["shift_start"] or "08:00", given["shift_end"] or "17:00"),
        timezone=here.zone(),
    )
    hired = hire(here.engine(), person, actor=here.actor(), now=here.now())
    if isinstance(hired, Refused):
        return _page(given, {FIELD_OF.get(hired.rule, ""): here.sentence(hired.reason)}), 422
    return _page({}, {}, password=hired.password, password_for=person.username)


@blueprint.post("/<username>/password")
def new_password(username: str) -> str:
    """A new one-time password, shown on this answer and nowhere else."""
    made = give_password(here.engine(), username, actor=here.actor(), now=here.now())
    if isinstance(made, Refused):
        abort(404)
    return _page({}, {}, password=made, password_for=username)


@blueprint.post("/<username>/disable")
def disable(username: str) -> Response:
    if username == here.actor():
        flash(_("No puede cerrarse el acceso a usted mismo: pídalo a otro administrador."), "error")
        return redirect(url_for("people.index"))
    if isinstance(dismiss(here.engine(), username, actor=here.actor(), now=here.now()), Refused):
        abort(404)
    flash(_("Acceso cerrado: sus sesiones terminaron y lo que hizo queda como está."), "success")
    return redirect(url_for("people.index"))


def _page(given: dict[str, str], errors: dict[str, str], password: str = "", password_for: str = "") -> str:
    with reading(here.engine()) as connection:
        rows = people.listed(connection)
        shares = staff.shares(connection)
        known = lenders.listed(connection)
        places = staff.places(connection)
    return render_template(
        "people/index.html",
        people=[row | {"sees": shares.get(row["id"], [])} for row in rows],
        lenders=[(row["name"], row["name"]) for row in known],
        places=places,
        given=given,
        errors=errors,
        password=password,
        password_for=password_for,
    )


def _place(text: str) -> tuple[float, float] | None:
    try:
        lat, lon = (float(part) for part in text.split(","))
    except ValueError:
        return None
    return lat, lon
