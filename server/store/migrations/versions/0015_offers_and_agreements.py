"""Offers asked for, agreements, suggestions and settlement letters; what is said of a promise and a payment."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from server.store.types import UTCDateTime

revision = "0015"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("promises", sa.Column("review_on", sa.Date(), nullable=True))
    op.add_column("promises", sa.Column("agreement_id", sa.String(length=36), nullable=True))
    op.add_column("promises", sa.Column("cancelled_at", UTCDateTime(), nullable=True))
    op.add_column("promises", sa.Column("cancelled_by", sa.Text(), server_default="", nullable=False))
    op.add_column("promises", sa.Column("cancelled_because", sa.Text(), server_default="", nullable=False))
    op.create_index(op.f("ix_promises_agreement_id"), "promises", ["agreement_id"])
    op.add_column("payments", sa.Column("promise_id", sa.String(length=36), nullable=True))
    op.create_table(
        "offers",
        *_said_of("offers"),
        sa.Column("visit_id", sa.String(length=36), nullable=True),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("beyond", sa.JSON(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("state", sa.String(length=8), server_default="pending", nullable=False),
        sa.Column("because", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("decided_by", sa.Text(), server_default="", nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.CheckConstraint("state in ('pending', 'approved', 'rejected')", name=op.f("ck_offers_state")),
    )
    op.create_table(
        "agreements",
        *_said_of("agreements"),
        sa.Column("visit_id", sa.String(length=36), nullable=False),
        sa.Column("offer_id", sa.String(length=36), nullable=True),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("settles", sa.Boolean(), nullable=False),
        sa.Column("agreed_by", sa.Text(), server_default="", nullable=False),
        sa.Column("approver", sa.Text(), server_default="", nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_agreements_visit_id_visits")),
    )
    op.create_table(
        "suggestions",
        *_said_of("suggestions"),
        sa.Column("visit_id", sa.String(length=36), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("pay_on", sa.Date(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("said_by", sa.Text(), server_default="", nullable=False),
        sa.Column("signed", sa.Boolean(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
    )
    op.create_table(
        "settlement_letters",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("agreement_id", sa.String(length=36), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("issued_by", sa.Text(), server_default="", nullable=False),
        sa.Column("reference", sa.Text(), server_default="", nullable=False),
        sa.Column("delivered_on", sa.Date(), nullable=True),
        sa.Column("delivered_by", sa.Text(), server_default="", nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_settlement_letters_agreement_id_agreements")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement_letters")),
        sa.UniqueConstraint("agreement_id", name=op.f("uq_settlement_letters_agreement_id")),
    )
    for table in ("offers", "agreements", "suggestions"):
        for column in ("account_id", "debtor_id", "agent_id"):
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    op.create_index(op.f("ix_offers_state"), "offers", ["state"])
    op.create_index(op.f("ix_agreements_visit_id"), "agreements", ["visit_id"])
    op.create_index(op.f("ix_settlement_letters_agreement_id"), "settlement_letters", ["agreement_id"])


def _said_of(table: str) -> list[sa.schema.SchemaItem]:
    """An event's id, and of whom and by whom it was said."""
    named = (("account_id", "accounts"), ("debtor_id", "debtors"), ("agent_id", "agents"))
    return [
        sa.Column("id", sa.String(length=36), nullable=False),
        *(sa.Column(column, sa.String(length=36), nullable=False) for column, _ in named),
        *(
            sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))
            for column, target in named
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def downgrade() -> None:
    """Ronda goes back by restoring a backup, never by undoing a migration."""
