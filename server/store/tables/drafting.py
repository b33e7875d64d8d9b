"""What a change set would change, debtor by debtor; its loads before and after; its moves by hand."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from ..types import UTCDateTime
from .columns import Id, key, metadata, ref, word

change_rows = Table(  # one debtor of a change set
    "change_rows",
    metadata,
    Column("set_id", Id, ForeignKey("change_sets.id"), primary_key=True),
    Column("debtor_id", Id, ForeignKey("debtors.id"), primary_key=True, index=True),
    Column("closes", Boolean, nullable=False),  # nothing is owed any more: nobody has him
    ref("from_agent", "agents.id", null=True),
    ref("to_agent", "agents.id", null=True),
    Column("replaces", Id),  # the open assignment it stands on; null: he had none
    Column("because", JSON),  # Phrase; null where it closes
    Column("weighed", JSON),
    Column("outcomes", JSON, nullable=False),
    Column("by_hand", Boolean, nullable=False),
    Column("warnings", JSON, nullable=False),  # Phrases: what to look at before saving
    # What he weighs: accounts, service_s, travel_s from each side, overdue by currency, lat, lon.
    Column("measure", JSON, nullable=False),
    Column("state", String(9), nullable=False, server_default=""),  # "" | taken | left | overtaken
    Column("said", JSON),  # Phrase: why it was not taken
    Column("made", Id),  # the assignment it became
    Index("ix_change_rows_set_id_to_agent", "set_id", "to_agent"),
    Index("ix_change_rows_set_id_from_agent", "set_id", "from_agent"),
)

change_loads = Table(  # what an agent has before a change set and after it
    "change_loads",
    metadata,
    Column("set_id", Id, ForeignKey("change_sets.id"), primary_key=True),
    Column("agent_id", Id, primary_key=True),  # "" for nobody
    Column("before", JSON, nullable=False),
    Column("after", JSON, nullable=False),
    Column("centre_lat", Float),
    Column("centre_lon", Float),
)

change_moves = Table(  # what a person did to a draft, in order, to be undone and done again
    "change_moves",
    metadata,
    key(),
    ref("set_id", "change_sets.id"),
    Column("number", Integer, nullable=False),
    Column("undone", Boolean, nullable=False),
    ref("to_agent", "agents.id", null=True),
    Column("why", Text, nullable=False),
    word("actor"),
    Column("at", UTCDateTime, nullable=False),
    Column("before", JSON, nullable=False),  # debtor -> row as it was, null for none
    Column("after", JSON, nullable=False),
    UniqueConstraint("set_id", "number"),
)
