"""The page to give the laptop up for another collector: refused while work is unsent."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sync.sealing import WrongPassphrase

from .. import leaving, unlocking, wiping
from .guard import clock, store, vault

blueprint = Blueprint("leaving", __name__)


@blueprint.get("/salir")
def show() -> str:
    return _page()


@blueprint.post("/salir")
def leave() -> str | Response | tuple[str, int]:
    if leaving.waits(store()) is not None:
        return _page(), 409
    try:
        unlocking.key_of(vault().folder, request.form.get("passphrase", ""), clock().read().wall)
    except unlocking.TooSoon as wrong:
        return _page(f"{wrong.because.said(_)}."), 429
    except WrongPassphrase:
        return _page(_("La contraseña no abre este portátil; escríbala de nuevo.")), 403
    held = vault().take()
    if leaving.waits(held) is not None:  # saved in another window meanwhile
        held.close()
        return redirect(url_for("guard.unlock"))
    wiping.wipe(held, clock().read())
    session.clear()
    return redirect(url_for("guard.unlock"))


def _page(error: str = "") -> str:
    return render_template("field/leaving.html", waits=leaving.waits(store()), error=error)
