"""Keeps the pages to this computer and this browser: hosts, origins, the passphrase. Knows no page's content.

The database opens when the passphrase is given and its key stays in this process only. Other users of
the same computer reach the port but not the session, so they must know the passphrase too.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from urllib.parse import urlsplit

from flask import Blueprint, Flask, current_app, flash, redirect, render_template, request, session, url_for
from flask import Response as FlaskResponse
from flask_babel import gettext as _
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response

from sync.exchange import Clock
from sync.sealing import BrokenKey, WrongPassphrase

from .. import collectors, leasing, unlocking, wiping
from ..background import Background
from ..collectors import Collector
from ..folder import NotEnrolled
from ..store.db import Store, WrongDatabase
from ..vault import Locked, Vault

__all__ = [
    "Locked",
    "Vault",
    "blueprint",
    "clock",
    "closed",
    "install",
    "own_path",
    "quietly",
    "store",
    "vault",
]

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# Pages that need no passphrase: of who forgot it, too, and of who has no laptop yet.
OPEN = (
    None,
    "guard.unlock",
    "guard.unlock_by_system",
    "recover.show",
    "welcome.show",
    "welcome.enrol",
    "static",
)
# What a page asks by itself, without anybody touching it.
QUIET = ("sending.progress", "welcome.progress")
# What shows no debtor stays open when the laptop has not met its office for too long.
EVEN_CLOSED = (
    "closed.show",
    "closed.open_by_code",
    "sending.send",
    "sending.progress",
    "sending.queue",
    "guard.lock",
)

blueprint = Blueprint("guard", __name__)


def vault() -> Vault:
    held: Vault = current_app.extensions["ronda_vault"]
    return held


def store() -> Store:
    """The laptop's database for this request. Raises Locked."""
    return vault().store_for(session.get("unlocked"))


def quietly() -> Store:
    """The same for what is not the collector's doing, such as the frame of a page. Raises Locked."""
    return vault().store_for(session.get("unlocked"), touch=False)


def clock() -> Clock:
    return vault().clock


def closed(held: Store) -> bool:
    """True when the laptop has not met its office for too long: no page shows a debtor."""
    return leasing.standing(held, clock().read()).closed


def install(app: Flask, folder: Path, clock_: Clock, background: Background) -> None:
    """Guard every request of `app`."""
    app.extensions["ronda_vault"] = Vault(folder, clock_, background)
    app.config.update(
        # Drawn at each start: a session never outlives the process that holds the key.
        SECRET_KEY=secrets.token_bytes(32),
        TRUSTED_HOSTS=["127.0.0.1", "localhost"],
        SESSION_COOKIE_NAME="ronda_laptop",  # cookies know no port: the office may run beside us
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_HTTPONLY=True,
        WTF_CSRF_TIME_LIMIT=None,  # a form may stay open all day; the token dies with the session
        MAX_CONTENT_LENGTH=256 * 1024,
        MAX_FORM_MEMORY_SIZE=256 * 1024,
    )
    app.before_request(_refuse_other_origins)
    app.before_request(_ask_passphrase)
    app.after_request(_keep_nowhere)
    app.register_blueprint(blueprint)
    app.register_error_handler(Locked, lambda _wrong: redirect(url_for("guard.unlock")))


def _refuse_other_origins() -> None:
    """A page of another site may not post here, whatever it knows."""
    if request.method in SAFE:
        return
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
    own = urlsplit(request.host_url)
    if origin is not None and urlsplit(origin)[:2] != own[:2]:
        raise Forbidden("another origin")
    if site is not None and site not in ("same-origin", "none"):
        raise Forbidden("another site")


def _keep_nowhere(response: FlaskResponse) -> FlaskResponse:
    """No page, picture or answer about a debtor stays in the browser's storage."""
    if request.blueprint not in ("look", "city") and request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    return response


def _ask_passphrase() -> Response | None:
    # The look's styles are public; everything else is behind the passphrase.
    if request.endpoint in OPEN or request.blueprint == "look":
        return None
    try:
        held = vault().store_for(session.get("unlocked"), touch=request.endpoint not in QUIET)
    except Locked:
        if request.endpoint == "sending.progress":  # it tells its page that the laptop is locked
            return None
        if request.method not in SAFE:
            flash(_("El portátil se bloqueó. Lo escrito quedó en el borrador."), "warning")
        return redirect(url_for("guard.unlock", next=request.path if request.method in SAFE else None))
    if request.endpoint not in EVEN_CLOSED and leasing.standing(held, clock().read()).closed:
        return redirect(url_for("closed.show"))
    return None


@blueprint.route("/desbloquear", methods=["GET", "POST"])
def unlock() -> str | Response | tuple[str, int]:
    there = collectors.all_of(vault().root)
    if request.method == "GET":
        return _unlock_page(there)
    who = _chosen(there)
    if who is not None and _leaves_unsent(there, who) and request.form.get("leave_unsent") != "1":
        return _unlock_page(there, who=who), 409
    try:
        token = vault().unlock(request.form.get("passphrase", ""), who.folder if who else None)
    except NotEnrolled:
        return _unlock_page(collectors.all_of(vault().root)), 403
    except unlocking.TooSoon as wrong:
        return _unlock_page(there, f"{wrong.because.said(_)}.", who), 429
    except WrongPassphrase:
        error = _("La contraseña no abre este portátil; escríbala de nuevo.")
        pause = unlocking.waits(who.folder if who else vault().folder, clock().read().wall)
        if pause:
            error += " " + _(
                "Van varias equivocadas: espere %(n)s segundos antes de probar otra vez.", n=pause
            )
    except (BrokenKey, WrongDatabase):
        error = _("Los datos de este portátil están dañados. No borre nada: la oficina puede recuperarlos.")
    else:
        return _let_in(token)
    return _unlock_page(there, error, who), 403


@blueprint.post("/desbloquear/sistema")
def unlock_by_system() -> str | Response | tuple[str, int]:
    """With the system's keyring, where its collector switched that on."""
    there = collectors.all_of(vault().root)
    who = _chosen(there)
    try:
        return _let_in(vault().unlock_by_system(who.folder if who else None))
    except (Locked, NotEnrolled, BrokenKey, WrongDatabase):
        return _unlock_page(there, _("Este computador no dio la llave: use su contraseña."), who), 403


def _let_in(token: str) -> Response:
    session.clear()
    session["unlocked"] = token
    return redirect(own_path(request.args.get("next", "")))


def _chosen(there: list[Collector]) -> Collector | None:
    """Who was chosen, else who used the laptop last."""
    number = request.values.get("who", "")
    return next((one for one in there if one.number == number), _last(there))


def _last(there: list[Collector]) -> Collector | None:
    return next((one for one in there if one.folder == vault().folder), there[0] if there else None)


def _leaves_unsent(there: list[Collector], who: Collector) -> Collector | None:
    """Whose work waits here while somebody else opens his own."""
    last = _last(there)
    return last if last is not None and last.folder != who.folder and last.unsent else None


def _unlock_page(there: list[Collector], error: str = "", who: Collector | None = None) -> str:
    who = who or _chosen(there)
    return render_template(
        "field/unlock.html",
        error=error,
        enrolled=bool(there),
        there=there,
        who=who,
        leaves=_leaves_unsent(there, who) if who else None,
        by_system=who is not None and vault().system_opens(who.folder),
        handed=[] if there else wiping.handed_over(vault().root),
    )


@blueprint.post("/bloquear")
def lock() -> Response:
    vault().lock()
    session.clear()
    return redirect(url_for("guard.unlock"))


def own_path(target: str) -> str:
    """`target` when it is a path of this program, else the day's page."""
    plain = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if plain else url_for("today.show")
