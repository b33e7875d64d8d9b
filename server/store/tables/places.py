"""Where addresses were placed, and what was answered about them."""

from __future__ import annotations

from sqlalchemy import JSON, CheckConstraint, Column, Date, Float, Integer, String, Table

from ..types import UTCDateTime
from .columns import key, metadata, ref, word

placings = Table(  # every place that was worked out or decided for an address; nothing is overwritten
    "placings",
    metadata,
    key(),
    ref("address_id", "addresses.id"),
    Column("lat", Float),  # null: it was looked for and not found
    Column("lon", Float),
    word("precision", "none"),  # Precision
    Column("error_m", Float),
    word("source"),  # lender | house | grid | … (geocoding.found.Source) | visits | desk | online
    Column("why", JSON, nullable=False),  # Phrase
    Column("state", String(8), nullable=False),  # current | past | doubt: beside another that stands
    Column("visits", Integer, nullable=False, server_default="0"),
    Column("as_of", Date, nullable=False),
    Column("recorded_at", UTCDateTime, nullable=False),
    word("recorded_by"),
    CheckConstraint("state in ('current', 'past', 'doubt')", name="state"),
)

geocoder_answers = Table(  # what an online geocoder answered, so that nobody is asked twice
    "geocoder_answers",
    metadata,
    Column("asked", String(64), primary_key=True),  # SHA-256 of the geocoder's address and the question
    Column("answer", JSON, nullable=False),
    Column("answered_at", UTCDateTime, nullable=False),
)
