"""Puts the laptop's pages together for a browser on this computer. Knows no page's content."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException, SecurityError

from sync.exchange import Clock
from sync.look import dress, error_page

from . import advice, updates
from .background import Background, Exchange, by_network
from .delivery import SHOWN
from .store import drafts, journal, settings
from .store.db import Busy, NotWritten
from .today import received
from .vault import note_unsent
from .web import (
    amend,
    case,
    city,
    closed,
    exchanges,
    guard,
    leaving,
    locating,
    machine,
    mio,
    offers,
    people,
    pictures,
    printing,
    quick,
    recover,
    rerouting,
    sending,
    today,
    visit,
    ways,
    welcome,
)


def create_app(
    folder: Path, clock: Clock, *, automatic: bool = False, exchange: Exchange = by_network
) -> Flask:
    """The laptop's program over the laptop in `folder`. Opens nothing until the passphrase is given.

    `automatic`: it sends and receives by itself while it is unlocked; else only when asked.
    """
    app = Flask(
        __name__, template_folder="web/templates", static_folder="web/static", static_url_path="/field"
    )
    pictures.install(app)
    guard.install(app, folder, clock, Background(folder, clock, automatic=automatic, exchange=exchange))
    CSRFProtect(app)
    dress(app, side="laptop", today=lambda: clock.read().wall.astimezone().date())
    for module in (
        today,
        case,
        visit,
        quick,
        pictures,
        amend,
        people,
        sending,
        closed,
        leaving,
        recover,
        city,
        rerouting,
        locating,
        machine,
        mio,
        welcome,
        ways,
        offers,
        printing,
    ):
        app.register_blueprint(module.blueprint)
    app.context_processor(_around)
    app.register_error_handler(CSRFError, _expired)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(Busy, _busy)
    app.register_error_handler(NotWritten, _not_written)
    return app


def _around() -> dict[str, Any]:
    """What every page shows around its content: whose laptop, which pack, how much waits."""
    try:
        store = guard.quietly()
    except guard.Locked:
        return {"unlocked": False, "fictitious_pack": "", "waiting": None, "closed": False}
    now = exchanges.seen()
    closed_now = guard.closed(store)
    note_unsent(store)
    with store.reading() as db:
        known = received(db)
        waiting = journal.counts(db) | {"drafts": len(drafts.all_of(db))}
        failure = settings.get(db, "last_failure")
        notices = advice.heard(settings.get(db, "notices", []))
        times = {name: settings.get(db, name) for name in ("last_sent", "last_received")}
    return times | {
        "unlocked": True,
        "closed": closed_now,
        "working": now.working,
        "exchanges_done": now.number,
        "sending_label": sending.label(waiting, working=now.working),
        "deliveries": {str(state): shown for state, shown in SHOWN.items()},
        "fictitious_pack": known.fictitious,
        "waiting": waiting,
        "agent_name": known.agent_name,
        "agent_zone": known.timezone,
        "last_failure": failure,
        "update": updates.told(notices),
        "clock_off": next((one for one in notices if one.code == advice.CLOCK_SKEW), None),
    }


def _expired(_wrong: CSRFError) -> tuple[str, int]:
    return error_page(
        _("La página venció"),
        _("Pasó demasiado tiempo o el programa se reinició."),
        _("Vuelva atrás y cargue la página de nuevo; lo escrito quedó en el borrador."),
        400,
    )


def _refused(wrong: HTTPException) -> tuple[str, int] | HTTPException:
    status = wrong.code or 500
    if status < 400:
        return wrong
    if isinstance(wrong, SecurityError):
        # A host that is not ours: no page of ours, and no link into it, is made for it.
        return _("Abra el portátil por su dirección 127.0.0.1."), status
    said = {
        400: (_("No se entiende la petición"), _("Vuelva al día y empiece de nuevo.")),
        403: (_("No se permite"), _("Abra el portátil desde su propia ventana del navegador.")),
        404: (_("No existe"), _("Puede que ya no esté asignado a usted. Vuelva al día.")),
        405: (_("Así no se puede"), _("Use los botones de la página.")),
        413: (_("Es demasiado"), _("Escriba menos texto.")),
    }
    title, todo = said.get(status, (_("Algo falló"), _("Lo guardado sigue guardado. Vuelva al día.")))
    return error_page(title, _("El portátil no pudo hacer lo pedido."), todo, status)


def _busy(_wrong: Busy) -> tuple[str, int]:
    return error_page(
        _("El portátil está ocupado"),
        _("Otro programa está usando los datos; no se guardó nada."),
        _("Espere un momento y repita."),
        503,
    )


def _not_written(wrong: NotWritten) -> tuple[str, int]:
    return error_page(_("No guardado"), wrong.because.said(_), _("Lo guardado antes sigue guardado."), 507)
