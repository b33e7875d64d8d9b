"""What figures add up from, by day and group: a cache that can be thrown away and made again from facts."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, Index, LargeBinary, String, Table, Text

from ..types import UTCDateTime
from .columns import metadata

figure_cells = Table(
    "figure_cells",
    metadata,
    Column("kind", String(4), primary_key=True),  # day: what happened; span: how accounts stood at both ends
    Column("first", Date, primary_key=True),
    Column("last", Date, primary_key=True),
    Column("dimension", String(7), primary_key=True),  # all | agent | team | bucket | product | lender
    Column("value", Text, primary_key=True),
    Column("slice", Text, primary_key=True),  # the shares of the portfolio that may see it
    Column("counts", Text, nullable=False),  # JSON: counts, money and spreads
    Column("sets", LargeBinary, nullable=False),
    Index("ix_figure_cells_dimension", "kind", "dimension", "first", "last"),
)

figure_days = Table(  # which cells are made; a day or span without its row here is to be made
    "figure_days",
    metadata,
    Column("kind", String(4), primary_key=True),
    Column("first", Date, primary_key=True),
    Column("last", Date, primary_key=True),
    Column("made_at", UTCDateTime, nullable=False),
    Column("made_on", Date, nullable=False),  # a day made before it was over is made again
)

figure_marks = Table(  # up to which fact and which event of the ledger the cache has looked
    "figure_marks",
    metadata,
    Column("name", String(10), primary_key=True),
    Column("value", BigInteger, nullable=False),
)
