"""Where every account stands: a cache of the facts, filled at the end of this very transaction."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "standings",
        sa.Column("account_id", sa.String(length=36), nullable=False),
        sa.Column("debtor_id", sa.String(length=36), nullable=False),
        sa.Column("lender_id", sa.String(length=36), nullable=False),
        *(
            sa.Column(name, sa.Text(), server_default="", nullable=False)
            for name in ("branch", "team", "zone", "product", "pack")
        ),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("search_name", sa.Text(), server_default="", nullable=False),
        sa.Column("search_text", sa.Text(), server_default="", nullable=False),
        sa.Column("alone", sa.Boolean(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("agent_id", sa.String(length=36), nullable=True),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.Column("rule", sa.Text(), server_default="", nullable=False),
        sa.Column("rule_source", sa.Text(), server_default="", nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("late_since", sa.Date(), nullable=False),
        sa.Column("overdue_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("total_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_standings")),
    )
    op.create_index("ix_standings_order", "standings", ["late_since", "search_name", "number", "account_id"])
    op.create_index(op.f("ix_standings_debtor_id"), "standings", ["debtor_id"])
    op.create_index("ix_standings_agent", "standings", ["agent_id", "outcome"])
    op.create_index("ix_standings_since", "standings", ["since"])
    op.create_index("ix_standings_number", "standings", ["number"])
    op.create_table(
        "past_standings",
        sa.Column("account_id", sa.String(length=36), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("late_since", sa.Date(), nullable=False),
        sa.Column("overdue_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("total_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("account_id", "since", name=op.f("pk_past_standings")),
    )
    op.create_table(
        "stale_standings",
        sa.Column("kind", sa.String(length=7), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
    )
    op.execute("INSERT INTO stale_standings (kind, id) SELECT 'account', id FROM accounts")


def downgrade() -> None:
    """Ronda goes back by restoring a backup, never by undoing a migration."""
