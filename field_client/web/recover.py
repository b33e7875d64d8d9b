"""The page of who forgot the passphrase: the office's file, its code, and a new passphrase."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sync.recovery_file import LARGEST
from sync.sealing import BrokenKey, WrongPassphrase

from .. import collectors, recovering, unlocking
from ..folder import LEAST_PASSPHRASE, NotEnrolled, WeakPassphrase
from ..store.db import WrongDatabase
from .guard import clock, vault

blueprint = Blueprint("recover", __name__)


@blueprint.route("/recuperar", methods=["GET", "POST"])
def show() -> str | Response | tuple[str, int]:
    if request.method == "GET":
        return _page({})
    errors = _recovered()
    if errors:
        return _page(errors), 422
    flash(_("El portátil abre con la contraseña nueva; no se perdió nada."), "success")
    return redirect(url_for("guard.unlock"))


def _recovered() -> dict[str, str]:
    """What is wrong with which field; empty when the laptop has its new passphrase."""
    file, passphrase = request.files.get("file"), request.form.get("passphrase", "")
    if file is None or not file.filename:
        return {"file": _("Elija el archivo que envió la oficina.")}
    if passphrase != request.form.get("again", ""):
        return {"again": _("Las dos contraseñas no son iguales.")}
    data, code = file.stream.read(LARGEST + 1), request.form.get("code", "")
    try:
        recovering.recover(_whose(), data, code, passphrase, clock().read())
    except WeakPassphrase:
        return {"passphrase": _("Use al menos %(n)s caracteres.", n=LEAST_PASSPHRASE)}
    except WrongPassphrase:
        return {"code": _("El código no abre este archivo; pida a la oficina que lo lea de nuevo.")}
    except BrokenKey:
        return {"file": _("No es un archivo de recuperación de Ronda; pídalo de nuevo a la oficina.")}
    except (WrongDatabase, NotEnrolled):
        return {"file": _("El archivo de recuperación es para otro portátil.")}
    except recovering.NotRecovered as wrong:
        return {"file": wrong.because.said(_)}
    vault().lock()  # whoever had it open gives the new passphrase
    unlocking.forgive(_whose())
    return {}


def _whose() -> Path:
    """Of the collector chosen on the page before this one, else of who used the laptop last."""
    number = request.args.get("who", "")
    there = collectors.all_of(vault().root)
    return next((one.folder for one in there if one.number == number), vault().folder)


def _page(errors: dict[str, str]) -> str:
    return render_template("field/recover.html", errors=errors, least=LEAST_PASSPHRASE)
