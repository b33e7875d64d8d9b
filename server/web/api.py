"""The laptops' door: enrol, seal and sync over HTTP, and their OpenAPI. Decides nothing.

It is an app of its own behind `/v1`, so that neither sessions, CSRF nor the pages' errors reach it: a
laptop shows its token, and every answer that is not one is a problem document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, NoReturn

import marshmallow
from flask import Flask, Request, Response, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_smorest import Api, Blueprint
from marshmallow import Schema, fields
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import HTTPException

from sync.wire import codec
from sync.wire.errors import CATALOGUE, MEDIA_TYPE, Problem, problem_document
from sync.wire.fields import Amount, Currency, Hex, Id, Instant
from sync.wire.messages import EnrolReply, EnrolRequest, SealRequest, SyncReply, SyncRequest
from sync.words import N_, Phrase

from .. import enrolling, receiving
from ..office import Office
from ..store.devices import Device
from ..store.trouble import Busy, is_full
from . import api_attachments, here

PREFIX = "/v1"
JSON = "application/json"
# Guessing a code is hopeless anyway (100 bits); this keeps the attempts from costing anything.
ENROL_LIMIT = "20 per minute"

HTTP_CODES = {
    400: "bad_json",
    401: "not_enrolled",
    403: "not_allowed",
    404: "not_found",
    405: "wrong_method",
    413: "too_large",
    415: "bad_content_type",
    422: "validation_failed",
    429: "rate_limited",
    503: "busy",
    507: "storage_full",
}

# Twice what a laptop sends at most; and nobody enrols with more than a page.
LARGEST_EXCHANGE = 2 * 1024 * 1024
LARGEST_OTHER = 256 * 1024
# An honest message has 27 bytes for each part. Read into objects, a part takes up to 250 bytes.
MOST_PARTS = 90_000

# What `Instant` reads: RFC 3339 in UTC and nothing else of it.
INSTANT_PATTERN = (
    "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?Z$"
)

WSGI = Callable[[dict[str, Any], Any], Iterable[bytes]]


class ProblemSchema(Schema):
    """RFC 9457, as every error of this door is told."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    code = fields.String(required=True)
    said = fields.Dict(required=True)
    fields_ = fields.Dict(data_key="fields")


class SealReply(Schema):
    sealed = fields.Boolean(required=True)


class CodecParser(FlaskParser):
    """Reads bodies through the wire's codec: compressed, bounded and strict before any schema sees them."""

    def __init__(self, office: Office) -> None:
        super().__init__()
        self.office = office

    def load_json(self, req: Request, schema: Any) -> Any:
        if req.mimetype != "application/json":
            raise Problem("bad_content_type", Phrase(N_("El cuerpo debe ser application/json")))
        limit = LARGEST_EXCHANGE if request.endpoint == "v1.sync" else LARGEST_OTHER
        encoding = req.headers.get("Content-Encoding")
        text = codec.decompress(req.get_data(cache=False), encoding, limit, self.context)
        codec.refuse_crowd(text, MOST_PARTS)
        return codec.loads(text)

    def context(self, n: int, number: int) -> bytes | None:
        """What a message that leaves something out was packed against: only sync messages are."""
        if request.endpoint != "v1.sync":
            return None
        return receiving.context_of(self.office.engine, _device(self.office), n, number)

    def handle_error(
        self, error: marshmallow.ValidationError, req: Request, schema: Any, **_: Any
    ) -> NoReturn:
        raise Problem(
            "validation_failed", fields=enrolling.messages_of(error).get("json", error.messages)
        ) from error


def register(app: Flask, office: Office) -> None:
    """Serve `/v1` beside the app's pages. The app's clock, hosts and rate-limit switch hold here too."""
    inner: WSGI = app.wsgi_app
    door = create(
        office,
        clock=app.extensions.get(here.CLOCK),
        testing=bool(app.config.get("TESTING")),
        limited=bool(app.config.get("RATELIMIT_ENABLED", True)),
        hosts=app.config.get("TRUSTED_HOSTS"),
    )

    def dispatch(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        mine = path == PREFIX or path.startswith(f"{PREFIX}/")
        return (door if mine else inner)(environ, start_response)

    app.wsgi_app = dispatch  # type: ignore[method-assign]  # how Flask says a middleware is put in


def create(
    office: Office,
    *,
    clock: Callable[[], datetime] | None = None,
    testing: bool = False,
    limited: bool = True,
    hosts: list[str] | None = None,
) -> Flask:
    """The app behind `/v1`, by itself."""
    app = Flask("ronda.v1", static_folder=None)
    app.config.update(
        API_TITLE="Ronda",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=PREFIX,
        OPENAPI_JSON_PATH="openapi.json",
        MAX_CONTENT_LENGTH=LARGEST_EXCHANGE,
        TRUSTED_HOSTS=hosts,
        TESTING=testing,
        PROPAGATE_EXCEPTIONS=False,
        RATELIMIT_ENABLED=limited,
    )
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://")
    app.extensions["ronda.limiter"] = limiter  # the views hold it weakly
    api = Api()
    api.ERROR_SCHEMA = ProblemSchema
    api.DEFAULT_RESPONSE_CONTENT_TYPE = MEDIA_TYPE  # of every answer that names no other: the errors
    api.init_app(app)
    _install_errors(app)  # after flask-smorest's own, which they replace
    _describe(api)
    clock = clock or (lambda: datetime.now(UTC))
    api.register_blueprint(_door(office, clock, limiter))
    api.register_blueprint(api_attachments.door(office, _device, clock, CodecParser(office)))
    app.after_request(_harden)
    return app


def _door(office: Office, clock: Callable[[], datetime], limiter: Limiter) -> Blueprint:
    door = Blueprint("v1", "v1", url_prefix=PREFIX, description="What a laptop may ask of the office")
    door.ARGUMENTS_PARSER = CodecParser(office)

    def enrol(asked: dict[str, Any]) -> Response:
        """Enrol a laptop with a one-time code."""
        made = enrolling.let_in(office.engine, office.signer, office.recovery_public, asked, clock())
        return _said(made)

    def seal(asked: dict[str, Any]) -> Response:
        """Keep the laptop's database key, sealed to the office's recovery key."""
        return _said(enrolling.keep_sealed(office.engine, _device(office), asked["sealed_key"], clock()))

    def sync(asked: dict[str, Any]) -> Response:
        """One exchange: events up, a page of the feed down."""
        device = _device(office)
        return _said(receiving.answer(office.engine, office.signer, device, asked, clock()))

    def known() -> None:
        """Before a body is read: who is not enrolled cannot make the office work."""
        if request.endpoint in ("v1.sync", "v1.seal"):
            _device(office)

    door.before_request(known)
    _post(door, limiter.limit(ENROL_LIMIT)(enrol), EnrolRequest, EnrolReply)
    _post(door, door.doc(security=[{"device": []}])(seal), SealRequest, SealReply)
    _post(door, door.doc(security=[{"device": []}])(sync), SyncRequest, SyncReply)
    return door


def _post(door: Blueprint, view: Callable[..., Response], asked: type[Schema], reply: type[Schema]) -> None:
    """`POST /v1/<name of the view>`, with its two messages documented."""
    name = view.__name__
    # Of a class it would make a schema for each request.
    described = door.arguments(asked())(door.response(200, reply, content_type=JSON)(view))
    door.route(f"/{name}", methods=["POST"], endpoint=name)(described)


def _device(office: Office) -> Device:
    held = getattr(request, "ronda_device", None)
    if not isinstance(held, Device):
        held = enrolling.authenticate(office.engine, request.headers.get("Authorization"))
        request.ronda_device = held  # type: ignore[attr-defined]  # once a request
    return held


def _said(answer: Any) -> Response:
    """The answer in the best compression the laptop takes."""
    body, encoding = codec.encode(answer, codec.accepted(request.headers.get("Accept-Encoding")))
    response = Response(body, mimetype="application/json")
    if encoding != "identity":
        response.headers["Content-Encoding"] = encoding
    if request.method != "POST":  # nobody keeps the answer to a POST to give it to another
        response.vary.add("Accept-Encoding")
    return response


def _describe(api: Api) -> None:
    """The wire's own fields in the OpenAPI document."""
    api.register_field(Id, "string", "uuid")
    api.register_field(Amount, "string", None)
    api.register_field(Currency, "string", None)
    api.register_field(Instant, "string", "date-time")
    api.register_field(Hex, "string", None)
    api.ma_plugin.converter.add_attribute_function(_pattern)
    api.spec.components.security_scheme(
        "device",
        {"type": "http", "scheme": "bearer", "bearerFormat": "<device id>.<token>"},
    )


def _pattern(_converter: Any, field: fields.Field[Any], **_: Any) -> dict[str, Any]:
    if isinstance(field, Instant):
        return {"pattern": INSTANT_PATTERN}
    if not isinstance(field, Hex):
        return {}
    count = "*" if field.size is None else f"{{{field.size}}}"
    return {"pattern": f"^([0-9a-f]{{2}}){count}$"}


def _install_errors(app: Flask) -> None:
    app.register_error_handler(Problem, _problem)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(RecursionError, lambda _: _problem(Problem("bad_json")))
    for kind in Busy:
        app.register_error_handler(kind, _busy)


def _problem(problem: Problem) -> Response:
    response = Response(
        codec.encode(problem_document(problem))[0], status=problem.status, mimetype=MEDIA_TYPE
    )
    if problem.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if problem.status in (429, 503):
        response.headers["Retry-After"] = "5"
    return response


def _http(error: HTTPException) -> Response:
    """What Flask itself refuses, with the headers it gives (Allow, Retry-After)."""
    status = error.code or 500
    code = HTTP_CODES.get(status, "bad_json" if status < 500 else "internal")
    response = _problem(Problem(code))
    response.status_code = status if status in HTTP_CODES else CATALOGUE[code].status
    kept = ("allow", "retry-after")
    for name, value in error.get_headers():
        if name.lower() in kept:
            response.headers[name] = value
    return response


def _busy(wrong: Exception) -> Response:
    return _problem(Problem("storage_full" if is_full(wrong) else "busy"))


def _harden(response: Response) -> Response:
    if request.endpoint != "v1.sync" or response.status_code != 200:
        # No page shows the answer to a sync, and on a slow line every byte of it counts.
        response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response
