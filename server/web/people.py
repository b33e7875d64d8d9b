"""The people of the office: who they are, what they may do and see. For the administrator alone."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sync.records import Refused, UserRole

from ..entrusting import Slice
from ..entrusting import entrust as entrust_person
from ..hiring import NewPerson, dismiss, hire, take_back
from ..hiring import new_password as give_password
from ..store import lenders, people
from ..store.boards import staff
from ..store.engine import reading
from . import here
from .paging import SIZE, Page, place

blueprint = Blueprint("people", __name__, url_prefix="/people")
SLICE_FIELDS = ("lender", "branch", "team")
SLICES = 40
EMPTY_SLICES = 2
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


@blueprint.get("/<username>")
def person(username: str) -> str:
    """One person: his role and the slices of the portfolio he sees, to be changed."""
    return _person_page(username, {}, None)


@blueprint.post("/<username>")
def entrust(username: str) -> Response | str | tuple[str, int]:
    """Another role, other slices: his sessions end, and what he did stays."""
    role = request.form.get("role", "")
    slices = [one for number in range(SLICES) if (one := _slice(number)) is not None]
    if role not in set(UserRole):
        return _person_page(username, {"role": _("Elija el rol de la persona.")}, slices), 422
    refused = entrust_person(
        here.engine(), username, UserRole(role), slices, actor=here.actor(), now=here.now()
    )
    if refused is None:
        flash(_("Cambiado. Debe volver a entrar, y verá lo que ahora le toca."), "success")
        return redirect(url_for("people.person", username=username))
    field = "slice-0-lender" if refused.rule in ("people.slices", "people.lender") else "role"
    return _person_page(username, {field: here.sentence(refused.reason)}, slices), 422


@blueprint.post("/<username>/enable")
def enable(username: str) -> Response:
    if isinstance(take_back(here.engine(), username, actor=here.actor(), now=here.now()), Refused):
        abort(404)
    flash(_("Acceso abierto otra vez."), "success")
    return redirect(url_for("people.person", username=username))


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


def _slice(number: int) -> Slice | None:
    """The slice of that line of the form; None where its line is not chosen."""
    given = {name: request.form.get(f"slice-{number}-{name}", "").strip() for name in SLICE_FIELDS}
    if not request.form.get(f"slice-{number}-on"):
        return None
    return Slice(**given)


def _person_page(username: str, errors: dict[str, str], slices: list[Slice] | None) -> str:
    with reading(here.engine()) as connection:
        row = people.by_username(connection, username)
        if row is None:
            abort(404)
        held = people.roles_of(connection, row["id"])
        known = lenders.listed(connection)
        places = staff.places(connection)
        seen = [
            Slice(**{name: share[name] or "" for name in SLICE_FIELDS})
            for share in staff.shares(connection).get(row["id"], [])
        ]
    shown: list[Slice | None] = [*(seen if slices is None else slices)]
    return render_template(
        "people/person.html",
        row=row,
        roles=held,
        mine=username == here.actor(),
        role=request.form.get("role", held[0] if held else ""),
        collector=UserRole.COLLECTOR.value in held,
        slices=(shown + [None] * EMPTY_SLICES)[:SLICES],
        lenders=[(one["name"], one["name"]) for one in known],
        places=places,
        errors=errors,
    )


def _page(given: dict[str, str], errors: dict[str, str], password: str = "", password_for: str = "") -> str:
    words, closed = request.args.get("q", "").strip()[:80], request.args.get("closed") == "1"
    with reading(here.engine()) as connection:
        asked = request.args.get("page")
        total, rows = people.page(connection, words, closed=closed, limit=SIZE, offset=0)
        number, pages = place(asked, total)
        if number > 1:
            total, rows = people.page(
                connection, words, closed=closed, limit=SIZE, offset=(number - 1) * SIZE
            )
        shares = staff.shares(connection)
        known = lenders.listed(connection)
        places = staff.places(connection)
    return render_template(
        "people/index.html",
        page=Page([row | {"sees": shares.get(row["id"], [])} for row in rows], number, pages, total),
        q=words,
        closed=closed,
        asked_for={"q": words, "closed": "1"} if closed else {"q": words},
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
