"""The page of the laptop itself: who works on it, when it locks, its copies, its version, its diagnosis."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sync import __version__
from sync.sealing import WrongPassphrase

from .. import advice, backing_up, collectors, diagnosing, os_keyring, unlocking, updates
from ..store import settings
from ..store.db import NotWritten
from ..turns import Elsewhere
from ..vault import IDLE, IDLE_CHOICES, idle_minutes
from .guard import clock, store, vault

blueprint = Blueprint("machine", __name__, url_prefix="/portatil")


@blueprint.get("/")
def show() -> str:
    return _page()


@blueprint.post("/bloqueo")
def idle() -> Response:
    """After how many minutes without a touch it locks."""
    said = request.form.get("minutes", "")
    if said in {str(one) for one in IDLE_CHOICES}:
        with store().writing() as db:
            settings.put(db, IDLE, int(said))
        vault().idle_after(int(said))
        flash(_("Se bloquea solo a los %(n)s minutos sin uso.", n=said), "success")
    return redirect(url_for("machine.show"))


@blueprint.post("/copias/carpeta")
def second() -> Response | tuple[str, int]:
    """The second folder for copies: there and writable now, or none."""
    said = request.form.get("folder", "").strip()
    if said and not (Path(said).is_absolute() and Path(said).is_dir()):
        wrong = _("Esa carpeta no existe ahora. Conecte la memoria USB y escriba su carpeta entera.")
        return _page({"folder": wrong}), 422
    with store().writing() as db:
        settings.put(db, backing_up.SECOND, said)
    return copy_now() if said else redirect(url_for("machine.show"))


@blueprint.post("/copias")
def copy_now() -> Response:
    try:
        done = backing_up.back_up(store(), clock().read())
    except (OSError, NotWritten):
        flash(_("No se pudo hacer la copia: libere espacio en el disco y repita."), "error")
    except Elsewhere:
        flash(_("Ya se está haciendo una copia; espere un momento."), "warning")
    else:
        if done.failed:
            flash(_("Copia hecha aquí; la segunda carpeta no está: conecte la memoria."), "warning")
        else:
            flash(_("Copia hecha: %(n)s MB.", n=f"{done.size / 1e6:.1f}"), "success")
    return redirect(url_for("machine.show"))


@blueprint.post("/sistema")
def by_system() -> Response | tuple[str, int]:
    """Let whoever logged in to this computer open the laptop, or no longer. Switching it on asks who asks."""
    folder = vault().folder
    if request.form.get("on") != "1":
        os_keyring.forget(folder)
        return redirect(url_for("machine.show"))
    try:
        key = unlocking.key_of(folder, request.form.get("passphrase", ""), clock().read().wall)
        os_keyring.remember(folder, key)
    except unlocking.TooSoon as wrong:
        return _page({"passphrase": f"{wrong.because.said(_)}."}), 429
    except WrongPassphrase:
        return _page({"passphrase": _("La contraseña no abre este portátil; escríbala de nuevo.")}), 403
    except os_keyring.NoKeyring:
        flash(_("Este computador no tiene dónde guardar la llave; siga con su contraseña."), "warning")
    return redirect(url_for("machine.show"))


@blueprint.post("/diagnostico")
def diagnosis() -> Response:
    moment = clock().read().wall
    said = diagnosing.outside(vault().root, moment) | {"inside": diagnosing.inside(store())}
    data = json.dumps(said, indent=1, ensure_ascii=True).encode("ascii")
    name = f"ronda-diagnostico-{moment:%Y%m%dT%H%M}.json"
    return send_file(io.BytesIO(data), mimetype="application/json", as_attachment=True, download_name=name)


def _page(errors: dict[str, str] | None = None) -> str:
    held = store()
    with held.reading() as db:
        last: dict[str, Any] | None = settings.get(db, backing_up.LAST)
        folder = str(settings.get(db, backing_up.SECOND, "") or "")
        notices = advice.heard(settings.get(db, "notices", []))
        office = settings.get(db, "office_name")
    return render_template(
        "field/machine.html",
        errors=errors or {},
        minutes=idle_minutes(held),
        choices=IDLE_CHOICES,
        last=last,
        folder=request.form.get("folder", folder) if errors else folder,
        there=collectors.all_of(vault().root),
        mine=vault().folder,
        keyring_usable=os_keyring.is_usable(),
        keyring_on=os_keyring.remembers(vault().folder),
        version=__version__,
        update=updates.told(notices),
        office_name=office,
    )
