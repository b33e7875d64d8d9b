"""Where every account stands, so that a page asks SQL and not each account: a cache, rebuilt from the facts.

No day is called today in it: `late_since` makes the age of a debt on any day a comparison of dates, and
`since` says from which day on a row tells what is owed. What was owed before is in `past_standings`.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Float, Index, String, Table, Text

from .columns import Id, amount, metadata, word

standings = Table(
    "standings",
    metadata,
    Column("account_id", Id, primary_key=True),
    Column("debtor_id", Id, nullable=False, index=True),
    Column("lender_id", Id, nullable=False),
    word("branch"),
    word("team"),
    word("zone"),
    word("product"),
    word("pack"),
    Column("currency", String(3), nullable=False),
    Column("state", String(10), nullable=False),
    Column("number", Text, nullable=False),
    word("search_name"),
    word("search_text"),  # name, number and document, folded
    Column("alone", Boolean, nullable=False),  # the only account of its debtor
    Column("lat", Float),  # of his best known place, as maps show it; null: he has none
    Column("lon", Float),
    Column("agent_id", Id),  # who has the debtor, whatever was decided of this account
    Column("outcome", String(10)),  # assigned | barred | unassigned; null: nothing was decided
    word("rule"),
    word("rule_source"),
    Column("since", Date, nullable=False),
    Column("as_of", Date),  # of the balance; null: there is none
    Column("late_since", Date, nullable=False),  # 9999-12-31: nothing is overdue
    amount("overdue_minor"),
    amount("total_minor"),
    Index("ix_standings_order", "late_since", "search_name", "number", "account_id"),
    Index("ix_standings_agent", "agent_id", "outcome"),
    Index("ix_standings_since", "since"),
    Index("ix_standings_number", "number"),
)

past_standings = (
    Table(  # from `since` to the day before `until`; of before the first balance there is nothing
        "past_standings",
        metadata,
        Column("account_id", Id, primary_key=True),
        Column("since", Date, primary_key=True),
        Column("until", Date, nullable=False),
        Column("as_of", Date, nullable=False),
        Column("late_since", Date, nullable=False),
        amount("overdue_minor"),
        amount("total_minor"),
    )
)

stale_standings = Table(  # what triggers saw change in this transaction: empty at the end of each
    "stale_standings",
    metadata,
    Column("kind", String(7), nullable=False),  # account | debtor
    Column("id", Id, nullable=False),
)
