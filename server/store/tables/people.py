"""Who works here: users with their roles and scopes, agents with their days and conflicts."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Date, Float, ForeignKey, Integer, String, Table, Text, text

from ..types import UTCDateTime
from .columns import Id, key, metadata, ref, word

users = Table(  # written through Flask-Security's datastore; see store/people.py
    "users",
    metadata,
    key(),
    Column("username", Text, nullable=False, unique=True),
    Column("email", Text, unique=True),
    Column("name", Text, nullable=False),
    Column("password", Text),
    Column("active", Boolean, nullable=False),
    Column("fs_uniquifier", String(64), nullable=False, unique=True),
    Column("language", String(5)),
    Column("must_change_password", Boolean, nullable=False, server_default=text("false")),
    Column("confirmed_at", UTCDateTime),
    Column("last_login_at", UTCDateTime),
    Column("current_login_at", UTCDateTime),
    Column("login_count", Integer),
    Column("tf_primary_method", String(64)),
    Column("tf_totp_secret", String(255)),
    Column("created_at", UTCDateTime, nullable=False),
)

roles = Table(
    "roles",
    metadata,
    key(),
    Column("name", String(20), nullable=False, unique=True),
    word("description"),
    Column("permissions", JSON),
)

user_roles = Table(
    "user_roles",
    metadata,
    Column("user_id", Id, ForeignKey("users.id"), primary_key=True),
    Column("role_id", Id, ForeignKey("roles.id"), primary_key=True),
)

user_scopes = Table(  # null = every one; a user sees the union of his rows; no row = nothing
    "user_scopes",
    metadata,
    key(),
    ref("user_id", "users.id"),
    ref("lender_id", "lenders.id", null=True),
    Column("branch", Text),
    Column("team", Text),
)

agents = Table(
    "agents",
    metadata,
    key(),
    ref("user_id", "users.id", null=True),
    Column("name", Text, nullable=False),
    word("branch"),
    word("team"),
    word("zone"),
    Column("home_lat", Float),
    Column("home_lon", Float),
    Column("shift_start", String(5), nullable=False),  # local HH:MM
    Column("shift_end", String(5), nullable=False),
    word("timezone", "America/Bogota"),
    word("vehicle", "motorcycle"),
    Column("max_accounts", Integer),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    Column("lunch_s", Integer, nullable=False, server_default="2700"),  # 0: he takes none
    Column("lunch_from", String(5), nullable=False, server_default="13:00"),  # local; begun from here …
    Column("lunch_to", String(5), nullable=False, server_default="15:00"),  # … and over by here
    word("languages"),  # codes with a space between, as "es qu"; empty: nobody asked
    Column("longest_stay_days", Integer),  # with one debtor; null: no limit
    Column("territory", JSON),  # the corners of the ground drawn for him, [[lat, lon], …]
)

agent_days = Table(  # days on which an agent is away, works other hours or rides something else
    "agent_days",
    metadata,
    key(),
    ref("agent_id", "agents.id"),
    Column("first", Date, nullable=False),
    Column("last", Date, nullable=False),
    Column("away", Boolean, nullable=False),
    Column("shift_start", String(5)),  # local HH:MM; null: as always
    Column("shift_end", String(5)),
    word("vehicle"),  # empty: as always
    word("because"),
    Column("recorded_at", UTCDateTime, nullable=False),
    word("actor"),
    Column("withdrawn_at", UTCDateTime),
)

agent_conflicts = Table(  # who must not visit whom: declared by a person, never guessed
    "agent_conflicts",
    metadata,
    key(),
    ref("agent_id", "agents.id"),
    ref("debtor_id", "debtors.id"),
    word("because"),
    Column("declared_at", UTCDateTime, nullable=False),
    word("actor"),
    Column("withdrawn_at", UTCDateTime),
)
