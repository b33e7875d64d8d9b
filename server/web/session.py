"""Who comes in: login, logout and the own password, on Flask-Security. Knows no page behind the door.

Unknown user, wrong password and closed access are told with one sentence, after the same work.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta
from typing import Any, cast

from flask import (
    Blueprint,
    Flask,
    abort,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from flask_limiter import Limiter
from flask_security import Security, current_user, login_user, logout_user
from flask_security.forms import LoginForm
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import DataRequired

from sync.records import Refused

from ..hiring import SHORTEST_PASSWORD, change_password
from ..store import logins
from ..store.engine import writing
from . import here, rights

blueprint = Blueprint("session", __name__)
OWN_PATH = re.compile(r"^/(?![/\\])[\w\-./?=&%+,:~]*$", re.ASCII)
LOGIN_LIMIT = "10 per minute"

# argon2-cffi's own cost, so that hashes made by `ronda office user` verify and need no second hash.
ARGON2 = {"argon2__time_cost": 3, "argon2__memory_cost": 65536, "argon2__parallelism": 4}
SETTINGS: dict[str, Any] = {
    "SECURITY_PASSWORD_HASH": "argon2",
    "SECURITY_PASSWORD_SCHEMES": ["argon2"],
    "SECURITY_DEPRECATED_PASSWORD_SCHEMES": [],
    "SECURITY_PASSWORD_SINGLE_HASH": ["argon2"],
    "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": ARGON2,
    "SECURITY_PASSWORD_NORMALIZE_FORM": "NFC",
    "SECURITY_API_ENABLED_METHODS": ["session"],
    "SECURITY_CLI_USERS_NAME": False,
    "SECURITY_CLI_ROLES_NAME": False,
    "SESSION_PROTECTION": "strong",
    "PERMANENT_SESSION_LIFETIME": timedelta(hours=12),
}


class UsernameForm(LoginForm):
    """Flask-Security's login, by user name instead of e-mail."""

    email = None
    username = StringField(validators=[DataRequired()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Where to go afterwards is read by `_next`: a bad one leads home, it refuses nobody.
        del self.next

    def validate(self, **kwargs: Any) -> bool:
        self.ifield = self.username
        typed = (self.username.data or "").strip().lower()
        self.user = _store().find_user(username=typed) if typed else None
        return bool(super().validate(**kwargs))


def _store() -> Any:
    return current_app.extensions["security"].datastore


def install(app: Flask, limiter: Limiter) -> None:
    """Give the app its logins, its guard and the pages of this module."""
    app.config.update(SETTINGS)
    opened = logins.sessions(app.extensions[here.OFFICE].engine)
    security = Security()
    security.init_app(app, logins.datastore(opened), register_blueprint=False, login_form=UsernameForm)
    app.login_manager.request_loader(None)  # type: ignore[attr-defined]  # no token in any address or header
    app.register_blueprint(blueprint)
    app.before_request(_guard)
    counted = limiter.limit(
        LOGIN_LIMIT, methods=["POST"], deduct_when=lambda answer: answer.status_code == 401
    )
    app.view_functions["session.login"] = cast(Any, counted(app.view_functions["session.login"]))

    @app.teardown_appcontext
    def close(_error: BaseException | None) -> None:
        opened.remove()


def _guard() -> Response | None:
    """Stop whoever may not open the page: to the login, to his new password, or to a plain no."""
    endpoint = request.endpoint
    if endpoint is None or rights.is_public(endpoint):
        return None
    if not current_user.is_authenticated:
        target = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("session.login", next=target if target != "/" else None))
    if here.me().must_change_password and endpoint not in ("session.password", "session.logout"):
        return redirect(url_for("session.password"))
    if not rights.allows(endpoint, here.roles()):
        abort(403)
    return None


@blueprint.route("/login", methods=["GET", "POST"])
def login() -> Response | str | tuple[str, int]:
    if current_user.is_authenticated:
        return redirect(_next())
    form = UsernameForm()
    if request.method == "POST":
        if form.validate():
            return _let_in(cast(logins.LoginUser, form.user))
        said = _("El usuario o la contraseña no son correctos. Revise las mayúsculas e intente de nuevo.")
        return render_template("login.html", wrong=said, username=form.username.data, next=_next()), 401
    return render_template("login.html", wrong="", username="", next=_next())


def _let_in(user: logins.LoginUser) -> Response:
    going = _next()
    # A session that existed before the login is not the one that exists after it.
    session.clear()
    g.pop("csrf_token", None)
    with writing(here.engine()) as connection:
        logins.came_in(connection, user.id, here.now())
    login_user(user, authn_via=["password"])
    return redirect(going)


@blueprint.post("/logout")
def logout() -> Response:
    logout_user()
    session.clear()
    return redirect(url_for("session.login"))


@blueprint.route("/password", methods=["GET", "POST"])
def password() -> Response | str | tuple[str, int]:
    if request.method == "GET":
        return render_template("password.html", errors={}, least=SHORTEST_PASSWORD)
    errors = _change()
    if errors:
        return render_template("password.html", errors=errors, least=SHORTEST_PASSWORD), 422
    flash(_("Su contraseña quedó cambiada. Las otras sesiones abiertas se cerraron."), "success")
    return redirect(url_for("home.index"))


def _change() -> dict[str, str]:
    """Change the password of who asks, or say what is wrong, field by field."""
    user = here.me()
    old, new, again = (
        unicodedata.normalize("NFC", request.form.get(name, "")) for name in ("old", "new", "again")
    )
    if not user.verify_and_update_password(old):
        return {"old": _("Esta no es su contraseña actual.")}
    if new == old:
        return {"new": _("La nueva contraseña debe ser distinta de la actual.")}
    if new != again:
        return {"again": _("Las dos veces no se escribió lo mismo.")}
    refused = change_password(here.engine(), user.username, new, now=here.now())
    if isinstance(refused, Refused):
        return {"new": here.sentence(refused.reason)}
    renewed = logins.reread(_store(), user.username)
    session.clear()
    g.pop("csrf_token", None)
    login_user(renewed, authn_via=["password"])
    return {}


def _next() -> str:
    """Where to go after the login: a path of this office, or the front page."""
    target = request.form.get("next") or request.args.get("next") or "/"
    return target if OWN_PATH.match(target) else "/"
