"""The messages of files: what the office holds of one, and the bounds of a chunk. Bytes travel raw.

An attachment goes up and a document comes down, both by the SHA-256 of their bytes and in chunks that are
requests of their own, so that a cut link loses one chunk and never a file.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

from marshmallow import Schema, fields, validate

from .messages import Message

LEAST_CHUNK = 4 * 1024
FIRST_CHUNK = 16 * 1024
LARGEST_CHUNK = 64 * 1024
LARGEST_ATTACHMENT = 2 * 1024 * 1024
LARGEST_DOCUMENT = 8 * 1024 * 1024
# The vector tiles of a city, which come down by the same door as papers.
LARGEST_TILES = 256 * 1024 * 1024
CHUNK_TYPE = "application/octet-stream"
# What a laptop makes of a picture, and what is shown at the office; anything else is only kept.
PICTURES = ("image/jpeg", "image/png")
TYPED = "text/plain"
PAPERS = ("application/pdf", "image/jpeg")

SHA256 = re.compile(r"^[0-9a-f]{64}\Z")


def is_sha256(text: object) -> bool:
    """True for 64 lower-case hexadecimal digits and nothing else: such a text names no other path."""
    return isinstance(text, str) and SHA256.match(text) is not None


def digest_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class HeldMessage(Message):
    """How far the office holds a file: `received` bytes from its first on; `stored` once it is verified."""

    size = fields.Integer(strict=True, required=True, validate=validate.Range(min=1))
    received = fields.Integer(strict=True, required=True, validate=validate.Range(min=0))
    stored = fields.Boolean(required=True)


class ChunkQuery(Schema):
    """`PUT /v1/attachments/<sha256>`: where the chunk begins, and the SHA-256 of the chunk alone."""

    offset = fields.Integer(required=True, validate=validate.Range(min=0, max=LARGEST_ATTACHMENT))
    digest = fields.String(required=True, validate=validate.Regexp(r"^[0-9a-f]{64}\Z"))


class PieceQuery(Schema):
    """`GET /v1/documents/<sha256>`: from which byte on, and how many at most."""

    offset = fields.Integer(load_default=0, validate=validate.Range(min=0, max=LARGEST_TILES))
    limit = fields.Integer(load_default=FIRST_CHUNK, validate=validate.Range(min=1, max=LARGEST_CHUNK))


def loaded_held(answer: dict[str, Any]) -> dict[str, Any]:
    """A HeldMessage of the office. Raises marshmallow's ValidationError."""
    held: dict[str, Any] = HeldMessage().load(answer)
    return held
