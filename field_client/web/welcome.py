"""The first pages of a laptop: its code, its passphrase, and the first download with its progress.

Knows no key and no message.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from sync import invitation
from sync.exchange import OfficeSays, Unreachable, Untrusted

from .. import advice, collectors, enrolling, inviting
from ..folder import LEAST_PASSPHRASE, AlreadyEnrolled, WeakPassphrase
from ..peer import BadAddress
from ..store import records, settings, tiles
from ..store.side import FEED_TOP
from . import exchanges
from .guard import clock, quietly, vault

blueprint = Blueprint("welcome", __name__, url_prefix="/bienvenida")
# An estimate from less than this is a guess.
ENOUGH_MS, ENOUGH_ROWS = 1500, 200


@dataclass(frozen=True)
class First:
    """How far the first download is: rows read of those there are, and bytes of the map."""

    working: bool
    code: str
    complete: bool
    rows: int
    top: int
    map_here: int
    map_size: int

    @property
    def percent(self) -> int:
        if self.complete:
            return 100
        return min(99, self.rows * 100 // self.top) if self.top else 0


@blueprint.get("/")
def show() -> str:
    invited = inviting.waiting(vault().root)
    return _page({} if invited is None else asdict(invited), {})


@blueprint.post("/")
def enrol() -> str | Response | tuple[str, int]:
    said = {name: request.form.get(name, "").strip() for name in ("server", "code", "label")}
    address, code = invitation.read(said["server"])
    said |= {"server": address, "code": code or said["code"]}  # the whole line of the office's QR code
    passphrase = request.form.get("passphrase", "")
    errors = _missing(said, passphrase)
    if errors:
        return _page(said, errors), 422
    held = vault()
    try:
        place = collectors.new_place(held.root)
        enrolling.enrol(place, server=said["server"], code=said["code"], passphrase=passphrase, clock=clock())
    except (BadAddress, Unreachable, OfficeSays, Untrusted, WeakPassphrase) as wrong:
        return _page(said, _told(wrong)), 422
    except (AlreadyEnrolled, collectors.TooMany):
        full = _("Este portátil no admite otra persona: alguien debe entregarlo primero.")
        return _page(said, {"code": full}), 409
    collectors.note(place, label=said["label"])
    inviting.drop(held.root)
    token = held.unlock(passphrase, place)
    session.clear()
    session["unlocked"] = token
    exchanges.ask()
    return redirect(url_for("welcome.first"))


@blueprint.get("/primera")
def first() -> str:
    exchanges.ask_once()
    return render_template("field/first.html", first=_first(), sentence=_sentence(_first()))


@blueprint.get("/avance")
def progress() -> Response:
    """How far it is, for the page's script."""
    now = _first()
    return jsonify(
        percent=now.percent,
        sentence=_sentence(now),
        done=now.complete and not now.working,
        failed=bool(now.code) and not now.working,
    )


def _missing(said: dict[str, str], passphrase: str) -> dict[str, str]:
    errors = {}
    if not said["server"]:
        errors["server"] = _("Escriba la dirección que le dio la oficina.")
    if not said["code"]:
        errors["code"] = _("Escriba el código que le dio la oficina.")
    if len(passphrase) < LEAST_PASSPHRASE:
        errors["passphrase"] = _("Use al menos %(n)s caracteres.", n=LEAST_PASSPHRASE)
    elif passphrase != request.form.get("again", ""):
        errors["again"] = _("Las dos contraseñas no son iguales.")
    return errors


def _told(wrong: Exception) -> dict[str, str]:
    """The trouble beside the field that cures it."""
    if isinstance(wrong, BadAddress):
        return {
            "server": _("Esa dirección no sirve; cópiela entera de lo que dio la oficina, con https:// y #.")
        }
    if isinstance(wrong, Unreachable):
        return {"server": _("La oficina no responde en esa dirección. Revise el internet; nada cambió.")}
    if isinstance(wrong, OfficeSays):
        said = wrong.told.detail.said(_).rstrip(".")
        return {"code": f"{said}. {_(advice.todo(wrong.told.code))}"}
    if isinstance(wrong, Untrusted):
        return {"server": f"{wrong.because.said(_)}."}
    return {"passphrase": _("Use al menos %(n)s caracteres.", n=LEAST_PASSPHRASE)}


def _page(said: dict[str, str], errors: dict[str, str]) -> str:
    there = collectors.all_of(vault().root)
    return render_template(
        "field/welcome.html", said=said, errors=errors, there=there, least=LEAST_PASSPHRASE
    )


def _first() -> First:
    now = vault().background.progress
    with quietly().reading() as db:
        cursor: dict[str, Any] | None = settings.get(db, "cursor")
        city = records.first_of(db, "city")
        here = tiles.held(db, city["sha256"]) if city else 0
        return First(
            now.working,
            now.code,
            bool(settings.get(db, "complete", False)),
            0 if cursor is None else int(cursor["number"]),
            int(settings.get(db, FEED_TOP, 0)),
            here,
            city["size"] if city else 0,
        )


def _sentence(first: First) -> str:
    if not first.complete:
        if first.code and not first.working:
            return exchanges.sentence(vault().background.progress)
        if not first.top:
            return str(_("Recibiendo su cartera…"))
        said = _("Recibiendo su cartera: %(n)s de %(of)s datos.", n=first.rows, of=first.top)
        left = _left_s(first)
        return f"{said} {_about(left)}" if left is not None else str(said)
    if first.working and first.map_here < first.map_size:
        many, of = f"{first.map_here / 1e6:.1f}", f"{first.map_size / 1e6:.1f}"
        text = _(
            "La cartera está completa. El mapa de la ciudad sigue llegando: %(n)s de %(of)s MB.",
            n=many,
            of=of,
        )
        return f"{text} {_('Puede empezar a trabajar.')}"
    return str(_("Listo: todo está en este portátil."))


def _left_s(first: First) -> int | None:
    """From how fast it went so far; None while that says little."""
    since = clock().read().mono_ms - vault().opened_ms
    if since < ENOUGH_MS or first.rows < ENOUGH_ROWS:
        return None
    return max(1, round((first.top - first.rows) * since / first.rows / 1000))


def _about(seconds: int) -> str:
    if seconds < 60:
        return str(ngettext("Falta cerca de %(num)d segundo.", "Faltan cerca de %(num)d segundos.", seconds))
    minutes = -(-seconds // 60)
    return str(ngettext("Falta cerca de %(num)d minuto.", "Faltan cerca de %(num)d minutos.", minutes))
