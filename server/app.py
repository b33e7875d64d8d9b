"""Puts the office's pages and its laptops' door together as one Flask app. Decides no page and no rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, request
from flask.sessions import SecureCookieSessionInterface
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf import CSRFProtect

from sync.look import dress

from .office import Office
from .web import api, errors, here, pages, session

LARGEST_REQUEST = 32 * 1024 * 1024
LIFETIME = timedelta(hours=12)

health = Blueprint("health", __name__)


class Sessions(SecureCookieSessionInterface):
    """The usual signed cookie, sent over TLS only unless the office is asked on its own machine."""

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure or not is_loopback(request.headers.get("Host", ""))


def create_app(
    office: Office,
    *,
    testing: bool = False,
    clock: Callable[[], datetime] | None = None,
    hosts: Sequence[str] | None = None,
) -> Flask:
    """The office's app. `clock` stands in for the machine's; `hosts` are the names it may be asked by.

    Without `hosts` any name is served: who reaches it is the network's and the proxy's business.
    """
    app = Flask(
        __name__, static_folder="web/static", static_url_path="/office", template_folder="web/templates"
    )
    app.extensions[here.OFFICE] = office
    if clock is not None:
        app.extensions[here.CLOCK] = clock
    app.config.update(_settings(office, testing, hosts))
    app.session_interface = Sessions()
    dress(app, side="office")
    errors.install(app)
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://")
    # Its decorators hold it weakly: it lives as long as the app only because it is kept here.
    app.extensions["ronda.limiter"] = limiter
    session.install(app, limiter)
    CSRFProtect(app)
    app.register_blueprint(health)
    app.after_request(_files_for_maps)
    pages.install(app)
    api.register(app, office)
    return app


def _settings(office: Office, testing: bool, hosts: Sequence[str] | None) -> dict[str, Any]:
    return {
        "SECRET_KEY": office.session_secret,
        "TESTING": testing,
        "MAX_CONTENT_LENGTH": LARGEST_REQUEST,
        "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
        "TRUSTED_HOSTS": list(hosts) if hosts else None,
        # The laptop runs beside the office on the same machine in the demo: cookies know no port.
        "SESSION_COOKIE_NAME": "ronda_office",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": LIFETIME,
        "WTF_CSRF_TIME_LIMIT": int(LIFETIME.total_seconds()),
        "RATELIMIT_ENABLED": not testing,
    }


@health.get("/healthz")
def ok() -> tuple[str, int, dict[str, str]]:
    """For a supervisor process: the program answers. Says nothing of the data."""
    return "ok\n", 200, {"Content-Type": "text/plain; charset=utf-8"}


def _files_for_maps(response: Response) -> Response:
    """A sandboxed map has an origin of its own and must still load our styles, which are public."""
    if request.endpoint == "static":
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def is_loopback(host: str) -> bool:
    """True for this machine's own names, with or without a port."""
    name = urlsplit(f"//{host}").hostname or ""
    if name == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
