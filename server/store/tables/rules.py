"""What this office adds to the packs: own holidays, rules set aside, and who earns on what is collected."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, String, Table, Text

from ..types import UTCDateTime
from .columns import key, metadata, ref, word

office_holidays = Table(  # days on which nobody is contacted, besides those of the packs
    "office_holidays",
    metadata,
    key(),
    Column("day", Date, nullable=False),
    word("municipality"),  # as lenders write it; empty: everywhere, the company's own day
    word("pack"),  # empty: under every pack
    Column("reason", Text, nullable=False),
    Column("recorded_at", UTCDateTime, nullable=False),
    word("actor"),
    Column("removed_at", UTCDateTime),
    word("removed_by"),
    word("removed_why"),
)

policy_overrides = Table(  # one rule set aside for one debtor, on one day of his and one channel
    "policy_overrides",
    metadata,
    key(),
    ref("debtor_id", "debtors.id"),
    Column("pack", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("channel", String(8), nullable=False),
    Column("why", Text, nullable=False),
    Column("two", Boolean, nullable=False),  # the pack asks for a second person
    Column("asked_at", UTCDateTime, nullable=False),
    Column("asked_by", Text, nullable=False),  # usernames; the names beside them are as they were
    Column("asked_name", Text, nullable=False),
    Column("asked_role", String(20), nullable=False),
    Column("approved_at", UTCDateTime),
    word("approved_by"),
    word("approved_name"),
    Column("ended_at", UTCDateTime),
    word("ended_by"),
    word("ended_why"),
)

commission_earners = Table(  # users besides the agents who earn when a branch collects
    "commission_earners",
    metadata,
    key(),
    ref("user_id", "users.id"),
    Column("branch", Text),  # null: every one
    Column("because", Text, nullable=False),
    Column("declared_at", UTCDateTime, nullable=False),
    word("actor"),
    Column("withdrawn_at", UTCDateTime),
)
