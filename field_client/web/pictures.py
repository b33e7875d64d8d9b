"""Photos and signatures of the visit form, and showing what is kept: pictures and the office's papers.

What is uploaded stays in memory until it is inside the encrypted database; it is never a file on the way.
"""

from __future__ import annotations

import base64
import binascii
import io
from collections.abc import Sequence
from typing import IO, Any

from flask import Blueprint, Flask, Request, Response, abort, request

from sync.records import LocationSource
from sync.rules.answers import FieldError
from sync.rules.policy import zone_of
from sync.wire.attachments import PAPERS, PICTURES, TYPED, is_sha256
from sync.words import N_, Phrase

from ..photographing import MOST_PICTURES, PHOTO, SIGNATURE, develop, typed_signature
from ..store import attachments, papers, records
from ..store.attachments import Picture
from .guard import store

blueprint = Blueprint("pictures", __name__)
LARGEST_FORM = 64 * 1024 * 1024
WITH_FILES = frozenset({"visit.save", "amend.form"})
DRAWN = "data:image/png;base64,"
# A picture is shown by itself and can neither run nor load anything.
ALONE = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
# The browser's own reader of PDFs does not open in a sandbox.
READ = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'"
SUFFIX = {"image/jpeg": "jpg", "image/png": "png", TYPED: "txt", "application/pdf": "pdf"}


class InMemory(Request):
    """A request whose files never touch the disk, where the laptop's encryption would not cover them."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return io.BytesIO()


def install(app: Flask) -> None:
    """Before anything reads a form: where files may come, a request may be as large as they are."""
    app.request_class = InMemory
    app.before_request(_make_room)


def _make_room() -> None:
    if request.endpoint in WITH_FILES and request.mimetype == "multipart/form-data":
        request.max_content_length = LARGEST_FORM


def receive(debtor: str, zone: str, said: dict[str, str], already: int = 0) -> list[FieldError]:
    """Keep what the form brings in the visit's draft, drop what it takes out; answers what is no picture.

    The form of a correction has the visit's id in the place of the debtor's; `already` is how many it shows.

    A drawn signature leaves `said`: from here on it is a picture like the others.
    """
    wrong: list[FieldError] = []
    with store().writing() as db:
        for sha256 in request.form.getlist("quitar"):
            attachments.take_from_draft(db, debtor, sha256)
        held = already + len(attachments.draft(db, debtor))
    for field, role, name, data in _brought(said):
        if held >= MOST_PICTURES:
            text = N_("Una visita lleva hasta {limit} fotos; quite alguna.")
            wrong.append(FieldError(field, Phrase(text, {"limit": MOST_PICTURES}), "visit.pictures"))
            break
        made = develop(data, role, name, zone)
        if isinstance(made, Phrase):
            wrong.append(FieldError(field, made, "visit.pictures"))
            continue
        held += 1
        with store().writing() as db:
            attachments.add_to_draft(db, debtor, made)
    return wrong


def _brought(said: dict[str, str]) -> list[tuple[str, str, str, bytes]]:
    """(field, role, name, bytes) of every file of the form, the drawn signature among them."""
    found = []
    for field, role in (("photos", PHOTO), ("signature_file", SIGNATURE)):
        for file in request.files.getlist(field):
            if file.filename:
                found.append((field, role, file.filename, file.stream.read()))
    drawn = said.pop("signature", "")
    if drawn.startswith(DRAWN):
        try:
            data = base64.b64decode(drawn[len(DRAWN) :], validate=True)
        except binascii.Error:
            data = b"?"  # no browser draws such a picture: it is answered as no picture at all
        found.append(("signature_file", SIGNATURE, "", data))
    return found


def kept(debtor: str) -> list[Picture]:
    with store().reading() as db:
        return attachments.draft(db, debtor)


def with_signature(pictures: Sequence[Picture], name: str) -> tuple[Picture, ...]:
    """The pictures of a visit; a typed name stands for the signature where none was drawn."""
    typed = typed_signature(name)
    drawn = any(one.role == SIGNATURE for one in pictures)
    return (*pictures, typed) if typed is not None and not drawn else tuple(pictures)


def placed(said: dict[str, str], pictures: Sequence[Picture], usual: str = "") -> dict[str, str]:
    """The answers with the place a photo tells, where it was chosen or nothing better was said.

    `usual` is the reason the form had written by itself: nobody has said it.
    The place of a photo is the camera's: it is not typed, and cannot be.
    """
    where = next((one.location for one in pictures if one.location is not None), None)
    source = said.get("loc", LocationSource.NONE)
    silent = source == LocationSource.NONE and said.get("location_reason", "").strip() in ("", usual)
    if where is None:
        return said | {"loc": LocationSource.NONE} if source == LocationSource.EXIF else said
    if source != LocationSource.EXIF and not silent:
        return said
    accuracy = "" if where.accuracy_m is None else f"{where.accuracy_m:g}"
    told = {"lat": str(where.lat), "lon": str(where.lon), "accuracy": accuracy}
    return said | {"loc": LocationSource.EXIF} | told


def shown(pictures: Sequence[Picture], zone: str) -> list[dict[str, Any]]:
    """What the form says of each picture of the draft."""
    return [
        {
            "sha256": one.sha256,
            "role": one.role,
            "kib": max(1, round(one.size / 1024)),
            "taken": None if one.taken is None else one.taken.astimezone(zone_of(zone)),
            "where": one.location,
        }
        for one in pictures
    ]


@blueprint.get("/caso/<debtor>/borrador/foto/<sha256>")
def of_draft(debtor: str, sha256: str) -> Response:
    with store().reading() as db:
        if records.get(db, "debtor", debtor) is None:
            abort(404)
    return of_form(debtor, sha256)


def of_form(name: str, sha256: str) -> Response:
    """A picture of a form that is not saved: `name` is the debtor's id, or of a correction the visit's."""
    found = next((one for one in kept(name) if one.sha256 == sha256), None)
    if found is None:
        abort(404)
    return _alone(found.data, found.media_type, sha256)


@blueprint.get("/foto/<sha256>")
def saved(sha256: str) -> Response:
    """A picture of a visit of this laptop."""
    with store().reading() as db:
        here = is_sha256(sha256) and attachments.may_be_shown(db, sha256)
        found = attachments.bytes_of(db, sha256) if here else None
    if found is None:
        abort(404)
    return _alone(found[1], found[0], sha256)


@blueprint.get("/documento/<id>")
def paper(id: str) -> Response:
    """A paper of the office, once all of it is here."""
    with store().reading() as db:
        said = records.get(db, "document", id)
        data = b"" if said is None else papers.bytes_of(db, said["sha256"])
    if said is None or len(data) != said["size"] or said["media_type"] not in PAPERS:
        abort(404)
    return _alone(data, said["media_type"], said["sha256"])


def _alone(data: bytes, media_type: str, sha256: str) -> Response:
    """The bytes under the type we gave them, and under no other."""
    known = media_type in (*PICTURES, *PAPERS, TYPED)
    response = Response(data, content_type=media_type if known else "application/octet-stream")
    if media_type == TYPED:
        response.headers["Content-Type"] = "text/plain; charset=utf-8"
    name = f"{sha256[:16]}.{SUFFIX.get(media_type, 'bin')}"
    response.headers["Content-Disposition"] = f'{"inline" if known else "attachment"}; filename="{name}"'
    response.headers["Content-Security-Policy"] = READ if media_type == "application/pdf" else ALONE
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response
