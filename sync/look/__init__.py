"""One look for both sides: `dress(app, side=…)`. The one place in `sync` that knows Flask; it knows no data.

The laptop has Flask in its base install too, so this stays inside what both sides share. Styles, page
bases, icons, vendored assets, languages and security headers come from here, in one copy.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask_babel import Babel, get_locale
from secure import ContentSecurityPolicy, PermissionsPolicy, Secure
from werkzeug.security import safe_join
from werkzeug.wrappers import Response as BaseResponse

from . import filters, wording
from .guide import guide_data
from .states import SIGNS, STATES, sprite

HERE = Path(__file__).parent
SHELVES = (HERE / "static", HERE / "vendor")
LANGUAGES = {"es": "Español", "en": "English"}
LANGUAGE_COOKIE = "ronda_lang"
SIDES = ("office", "laptop")

blueprint = Blueprint("look", __name__, template_folder="templates")
blueprint.add_url_rule("/look/wording", "wording", wording.check, methods=["POST"])


def dress(app: Flask, *, side: str, today: Callable[[], date] | None = None) -> None:
    """Give `app` the pages' bases, filters, assets under /look/, languages and security headers.

    `side` is "office" or "laptop". `today` only decides which dates are written with their year.
    """
    if side not in SIDES:
        raise ValueError(f"side is one of {', '.join(SIDES)}, not {side!r}")
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", str(HERE / "translations"))
    Babel(app, default_locale="es", locale_selector=_chosen_language)
    filters.install(app, today or _local_today)
    app.jinja_env.globals.update(
        look_asset=asset_url,
        look_side=side,
        look_language=_language,
        look_languages=_spoken(app),
        look_states=STATES,
    )
    app.register_blueprint(blueprint)
    app.after_request(_keep_language)
    app.after_request(_guard)


def _local_today() -> date:
    return datetime.now().astimezone().date()


# Languages


def _spoken(app: Flask) -> dict[str, str]:
    """Spanish, which needs no catalogue, and every language whose catalogue was compiled into the package."""
    folder = Path(app.config["BABEL_TRANSLATION_DIRECTORIES"])
    return {
        code: name
        for code, name in LANGUAGES.items()
        if code == "es" or (folder / code / "LC_MESSAGES" / "messages.mo").is_file()
    }


def _chosen_language() -> str:
    spoken = _spoken(current_app)
    for asked in (request.args.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if asked is not None and asked in spoken:
            return asked
    return request.accept_languages.best_match(spoken) or "es"


def _language() -> str:
    locale = get_locale()
    return locale.language if locale is not None else "es"


def _keep_language(response: Response) -> Response:
    asked = request.args.get("lang")
    if asked in LANGUAGES:
        _remember(response, asked)
    return response


def _remember(response: BaseResponse, language: str) -> None:
    response.set_cookie(
        LANGUAGE_COOKIE, language, max_age=31_536_000, samesite="Lax", secure=request.is_secure, httponly=True
    )


@blueprint.get("/look/lang/<language>")
def switch_language(language: str) -> BaseResponse:
    """Remember a language and go back to the page it was asked from."""
    if language not in LANGUAGES:
        abort(404)
    response = redirect(_own_path(request.args.get("next", "/")))
    _remember(response, language)
    return response


def _own_path(target: str) -> str:
    """`target` when it is a path of this site, else the front page: a link never sends a reader elsewhere."""
    parts = urlsplit(target)
    own = (
        target.startswith("/")
        and not target.startswith(("//", "/\\"))
        and not parts.scheme
        and not parts.netloc
    )
    return target if own and target.isprintable() and "\\" not in target else "/"


# Assets


def _file(filename: str) -> Path | None:
    """The public file of that name; None for one that is not there or climbs out of its folder."""
    for shelf in SHELVES:
        found = safe_join(str(shelf), filename)
        if found is not None and Path(found).is_file():
            return Path(found)
    return None


@lru_cache(maxsize=256)
def _digest(file: Path, changed: int) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]


def _version(file: Path) -> str:
    return _digest(file, file.stat().st_mtime_ns)


def asset_url(filename: str) -> str:
    """The address of a file under /look/, with its digest so that browsers may keep it."""
    file = _file(filename)
    return url_for("look.asset", filename=filename, v=_version(file) if file else None)


def asset_text(filename: str) -> str:
    """The text of a file under /look/, for a page that must stand alone. Raises FileNotFoundError."""
    file = _file(filename)
    if file is None:
        raise FileNotFoundError(filename)
    return file.read_text(encoding="utf-8")


@blueprint.get("/look/icons.svg")
def icons() -> BaseResponse:
    response = Response(sprite(), mimetype="image/svg+xml")
    response.add_etag()
    response.cache_control.max_age = 3600
    response.cache_control.public = True
    return response.make_conditional(request)


@blueprint.get("/look/<path:filename>")
def asset(filename: str) -> BaseResponse:
    file = _file(filename)
    if file is None:
        abort(404)
    version = _version(file)
    # From memory: the files are small, and no handle stays open when a reader goes away.
    return send_file(
        BytesIO(file.read_bytes()),
        download_name=file.name,
        etag=version,
        max_age=31_536_000 if request.args.get("v") == version else 300,
    )


@blueprint.get("/look/guide")
def guide() -> str:
    return render_template("styleguide.html", states=STATES, signs=SIGNS, **guide_data())


# Headers

_HEADERS: dict[str, str] = dict(
    Secure(
        csp=ContentSecurityPolicy()
        .default_src("'self'")
        .img_src("'self'", "data:")
        .frame_src("'self'")
        .frame_ancestors("'self'")
        .base_uri("'self'")
        .form_action("'self'")
        .object_src("'none'"),
        # The visit form asks the browser where it is; the library's default forbids it.
        permissions=PermissionsPolicy().geolocation("self").microphone().camera(),
    ).headers
)
_HEADERS.update(
    {
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "SAMEORIGIN",
    }
)


def _guard(response: Response) -> Response:
    """Add what the response has not already said for itself (a sandboxed map sets its own policy)."""
    if request.endpoint in ("look.asset", "look.icons"):
        # A sandboxed map has an opaque origin and must still load these files, which are public.
        response.headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin")
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if response.mimetype == "text/html":
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def error_page(title: str, what: str, todo: str, status: int, **more: Any) -> tuple[str, int]:
    """A page that says what happened and what to do. The three texts are already translated."""
    return render_template(
        "error.html", error_title=title, error_what=what, error_todo=todo, status=status, **more
    ), status
