"""The page of a laptop that has not met its office for too long. Shows no debtor."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from .. import leasing
from .guard import clock, store

blueprint = Blueprint("closed", __name__)


@blueprint.get("/plazo")
def show() -> str | Response:
    lease = leasing.standing(store(), clock().read())
    return _page(lease) if lease.closed else redirect(url_for("today.show"))


@blueprint.post("/plazo")
def open_by_code() -> Response | tuple[str, int]:
    days = leasing.open_by_code(store(), request.form.get("code", ""), clock().read())
    if days is None:
        wrong = _("No es el código de la oficina para estas letras; pídalo de nuevo.")
        return _page(leasing.standing(store(), clock().read()), wrong), 422
    flash(ngettext("Abierto por %(num)d día.", "Abierto por %(num)d días.", days), "success")
    return redirect(url_for("today.show"))


def _page(lease: leasing.Lease, error: str = "") -> str:
    return render_template("field/closed.html", lease=lease, error=error)
