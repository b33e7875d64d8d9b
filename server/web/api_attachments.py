"""The laptops' door for files: chunks of pictures up, pieces of papers down. Decides nothing.

Who asks is known before a body is read, and a body larger than a chunk is refused before it is.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Response, request
from flask_smorest import Blueprint
from webargs.flaskparser import FlaskParser

from sync.wire import codec
from sync.wire.attachments import CHUNK_TYPE, LARGEST_CHUNK, ChunkQuery, HeldMessage, PieceQuery
from sync.wire.errors import Problem
from sync.words import Phrase

from .. import attaching, filing
from ..cities import announcing
from ..enrolling import refuse_revoked
from ..office import Office
from ..shelf import Missing, Shelf
from ..store.devices import Device

JSON = "application/json"
RAW = {"type": "string", "format": "binary"}
# The hash is not a pattern of the route: whatever else stands there is a 404 of ours, told as one.
NAME = {
    "in": "path",
    "name": "sha256",
    "required": True,
    "schema": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    "description": "The SHA-256 of the whole file",
}
BODY = {
    "required": True,
    "content": {CHUNK_TYPE: {"schema": {"type": "string", "format": "binary", "maxLength": LARGEST_CHUNK}}},
}


def door(
    office: Office, device_of: Callable[[Office], Device], clock: Callable[[], datetime], parser: FlaskParser
) -> Blueprint:
    """The blueprint of `/v1/attachments` and `/v1/documents`."""
    made = Blueprint("files", "files", url_prefix="/v1", description="Pictures up, papers down")
    made.ARGUMENTS_PARSER = parser
    shelf = Shelf(office.config.shelf)

    def attachment(sha256: str) -> Response:
        """How far the office holds a picture that this laptop announced."""
        return _said(attaching.held(office.engine, device_of(office), sha256))

    def put_chunk(asked: dict[str, Any], sha256: str) -> Response:
        """Add a chunk to a picture that this laptop announced."""
        device = device_of(office)
        chunk = _chunk()
        return _said(attaching.take(office.engine, shelf, device, sha256, chunk=chunk, now=clock(), **asked))

    def document(asked: dict[str, Any], sha256: str) -> Response:
        """A piece of a paper that is in this laptop's feed, or of its city's map."""
        return _piece(office, shelf, device_of(office), sha256, **asked)

    def known() -> None:
        device_of(office)

    made.before_request(known)
    held = made.response(200, HeldMessage, content_type=JSON)
    raw = made.response(200, RAW, content_type=CHUNK_TYPE)
    where = made.arguments(ChunkQuery, location="query")
    _route(made, "/attachments/<sha256>", "GET", held(attachment))
    _route(made, "/attachments/<sha256>", "PUT", where(held(put_chunk)), requestBody=BODY)
    pieces = made.arguments(PieceQuery, location="query")
    _route(made, "/documents/<sha256>", "GET", pieces(raw(document)))
    return made


def _route(made: Blueprint, path: str, method: str, view: Any, **told: Any) -> None:
    described = made.doc(security=[{"device": []}], **told)(view)
    made.route(path, methods=[method], parameters=[NAME])(described)


def _piece(office: Office, shelf: Shelf, device: Device, sha256: str, **asked: int) -> Response:
    refuse_revoked(device)
    try:
        piece = announcing.piece(office.engine, office.config.data, sha256, **asked)
        if piece is None:
            piece = filing.piece(office.engine, shelf, device, sha256, **asked)
    except Missing:
        piece = None
    if piece is None:
        raise Problem("not_found")
    return Response(piece, mimetype=CHUNK_TYPE)


def _chunk() -> bytes:
    """The body, raw. Raises Problem bad_content_type or too_large."""
    if request.mimetype != CHUNK_TYPE:
        raise Problem("bad_content_type")
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise Problem("unknown_encoding")
    too_large = Problem("too_large", Phrase(attaching.CHUNK_TOO_LARGE, {"limit": LARGEST_CHUNK}))
    if (request.content_length or 0) > LARGEST_CHUNK:
        raise too_large
    chunk = request.stream.read(LARGEST_CHUNK + 1)
    if len(chunk) > LARGEST_CHUNK:
        raise too_large
    return chunk


def _said(answer: dict[str, Any]) -> Response:
    """A few numbers: plain, so that the answer is as short as it can be."""
    return Response(codec.encode(HeldMessage().dump(answer))[0], mimetype=JSON)
