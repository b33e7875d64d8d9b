"""Keeps the pages to this computer and this browser: hosts, origins, the passphrase. Knows no page's content.

The database opens when the passphrase is given and its key stays in this process only. Other users of
the same computer reach the port but not the session, so they must know the passphrase too.
"""

from __future__ import annotations

import secrets
import threading
from pathlib import Path
from urllib.parse import urlsplit

from flask import Blueprint, Flask, current_app, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response

from sync.exchange import Clock
from sync.sealing import BrokenKey, WrongPassphrase

from .. import leasing, wiping
from ..background import Background
from ..folder import NotEnrolled, is_enrolled, open_with
from ..store import keyring
from ..store.db import Store, WrongDatabase

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# A laptop left open on a table locks itself.
IDLE_MS = 30 * 60 * 1000

# Pages that need no passphrase: of who forgot it, too.
OPEN = (None, "guard.unlock", "recover.show", "static")
# What a page asks by itself, without anybody touching it.
QUIET = ("sending.progress",)
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


class Locked(RuntimeError):
    """The laptop's database is closed; the page must ask for the passphrase."""


class Vault:
    """The laptop's database while it is open, the browsers that opened it, and what runs behind them."""

    def __init__(self, folder: Path, clock: Clock, background: Background) -> None:
        self.folder = folder
        self.clock = clock
        self.background = background
        self._store: Store | None = None
        self._tokens: set[str] = set()
        self._touched = 0
        self._lock = threading.Lock()

    def unlock(self, passphrase: str) -> str:
        """A token for this browser. Raises NotEnrolled, WrongPassphrase, BrokenKey or WrongDatabase."""
        wiping.finish(self.folder)
        if not is_enrolled(self.folder):
            raise NotEnrolled(self.folder)
        key = keyring.load(self.folder, passphrase)
        with self._lock:
            fresh = self._store is None
            if self._store is None:
                self._store = open_with(self.folder, key)
                if wiping.begun(self._store):  # cut off before: it can only be done to the end
                    store, self._store = self._store, None
                    wiping.wipe(store, self.clock.read())
                    raise NotEnrolled(self.folder)
            token = secrets.token_urlsafe(32)
            self._tokens.add(token)
            self._touched = self.clock.read().mono_ms
        if fresh:
            self.background.begin(open_with(self.folder, key), self._wipe)
        return token

    def store_for(self, token: str | None, *, touch: bool = True) -> Store:
        """The open database for a browser that unlocked it. Raises Locked.

        Without `touch` the request is the page's own, and the laptop goes on being idle.
        """
        with self._lock:
            if self._store is None or token not in self._tokens:
                raise Locked
            now = self.clock.read().mono_ms
            idle = now - self._touched
            self._touched = now if touch else self._touched
            if idle <= IDLE_MS:
                return self._store
        self.lock()
        raise Locked

    def lock_if_idle(self) -> None:
        """For a clock that ticks: a laptop left open closes also where no page asks anything."""
        with self._lock:
            idle = self._store is not None and self.clock.read().mono_ms - self._touched > IDLE_MS
        if idle:
            self.lock()

    def lock(self) -> None:
        self.background.stop()
        self._forget()

    def take(self) -> Store:
        """The database for who will empty the laptop; the browsers are locked out. Raises Locked."""
        self.background.stop()
        with self._lock:
            store, self._store = self._store, None
            self._tokens.clear()
        if store is None:
            raise Locked
        return store

    def _wipe(self, store: Store) -> None:
        """The office's order came: the pages close first, then the laptop is emptied."""
        self._forget()
        wiping.wipe(store, self.clock.read())

    def _forget(self) -> None:
        with self._lock:
            self._tokens.clear()
            if self._store is not None:
                self._store.close()
                self._store = None


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


def _ask_passphrase() -> Response | None:
    # The look's styles are public; everything else is behind the passphrase.
    if request.endpoint in OPEN or request.blueprint == "look":
        return None
    try:
        held = vault().store_for(session.get("unlocked"), touch=request.endpoint not in QUIET)
    except Locked:
        if request.endpoint in QUIET:
            return None
        if request.method not in SAFE:
            flash(_("El portátil se bloqueó. Lo escrito quedó en el borrador."), "warning")
        return redirect(url_for("guard.unlock", next=request.path if request.method in SAFE else None))
    if request.endpoint not in EVEN_CLOSED and leasing.standing(held, clock().read()).closed:
        return redirect(url_for("closed.show"))
    return None


@blueprint.route("/desbloquear", methods=["GET", "POST"])
def unlock() -> str | Response | tuple[str, int]:
    if request.method == "GET":
        return _unlock_page()
    passphrase = request.form.get("passphrase", "")
    try:
        token = vault().unlock(passphrase)
    except NotEnrolled:
        return _unlock_page(), 403
    except WrongPassphrase:
        error = _("La contraseña no abre este portátil; escríbala de nuevo.")
    except (BrokenKey, WrongDatabase):
        error = _("Los datos de este portátil están dañados. No borre nada: la oficina puede recuperarlos.")
    else:
        session.clear()
        session["unlocked"] = token
        return redirect(own_path(request.args.get("next", "")))
    return _unlock_page(error), 403


def _unlock_page(error: str = "") -> str:
    folder = vault().folder
    there = is_enrolled(folder)
    return render_template(
        "field/unlock.html", error=error, enrolled=there, handed=[] if there else wiping.handed_over(folder)
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
