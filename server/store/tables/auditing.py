"""What the audit reckons of the bytes on the shelf, to find a picture that was taken for another visit."""

from __future__ import annotations

from sqlalchemy import Column, String, Table

from ..types import UTCDateTime
from .columns import metadata

# Beside `files`, which says what lies on the shelf: this may be forgotten and reckoned again at any time.
picture_looks = Table(
    "picture_looks",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("looks", String(16)),  # a perceptual hash of 64 bits in hexadecimal; null: no picture to be read
    Column("reckoned_at", UTCDateTime, nullable=False),
)
