"""Where a collector is at risk, and whose silence somebody looked into. Judges nobody."""

from __future__ import annotations

from sqlalchemy import JSON, CheckConstraint, Column, Date, Float, Index, Integer, String, Table

from ..types import UTCDateTime
from .columns import Id, key, metadata, ref, word

risk_zones = Table(  # a shape, or a point and a radius; it ends by itself unless a person looks again
    "risk_zones",
    metadata,
    key(),
    Column("number", Integer, nullable=False, unique=True),
    Column("name", String(80), nullable=False),
    Column("level", String(7), nullable=False),  # caution | pair | avoid
    Column("polygon", JSON(none_as_null=True)),  # [[lat, lon], …]
    Column("lat", Float),
    Column("lon", Float),
    Column("radius_m", Integer),
    Column("reason", String(400), nullable=False),
    Column("visit_id", Id, index=True),  # the visit that was broken off there
    word("branch"),
    Column("state", String(8), nullable=False, index=True),  # active | ended
    Column("since", Date, nullable=False),
    Column("expires_on", Date, nullable=False),
    Column("review_on", Date, nullable=False),
    Column("made_at", UTCDateTime, nullable=False),
    word("made_by"),
    Column("ended_at", UTCDateTime),
    word("ended_by"),
    word("ended_why"),
    CheckConstraint("level in ('caution', 'pair', 'avoid')", name="level"),
    CheckConstraint("state in ('active', 'ended')", name="state"),
)

risk_dismissals = Table(  # a visit broken off that somebody looked at and made no zone of
    "risk_dismissals",
    metadata,
    key(),
    ref("visit_id", "visits.id"),
    Column("why", String(400), nullable=False),
    Column("at", UTCDateTime, nullable=False),
    word("actor"),
)

silences = Table(  # an agent nobody had heard of, and what came of looking for him
    "silences",
    metadata,
    key(),
    ref("agent_id", "agents.id", index=False),  # with `day`, below
    Column("day", Date, nullable=False),
    Column("outcome", String(9), nullable=False),  # safe | trying | escalated
    Column("note", String(400), nullable=False),
    Column("at", UTCDateTime, nullable=False),
    word("actor"),
    CheckConstraint("outcome in ('safe', 'trying', 'escalated')", name="outcome"),
    Index("ix_silences_day_agent_id", "day", "agent_id"),
)
