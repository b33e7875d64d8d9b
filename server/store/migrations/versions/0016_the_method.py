"""How visits were conducted, answers to the five questions, the office's objections, notes on assets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from server.store.types import UTCDateTime

revision = "0016"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("visits", sa.Column("conduct", sa.JSON(none_as_null=True), nullable=True))
    op.create_table(
        "case_answers",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("account_id", sa.String(length=36), nullable=False),
        sa.Column("question", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_case_answers_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_answers")),
    )
    op.create_index(op.f("ix_case_answers_account_id"), "case_answers", ["account_id"])
    op.create_table(
        "objections",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("say", sa.JSON(), nullable=False),
        sa.Column("avoid", sa.JSON(), nullable=False),
        sa.Column("parties", sa.JSON(), nullable=False),
        sa.Column("needs", sa.Text(), server_default="", nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objections")),
        sa.UniqueConstraint("code", "version", name=op.f("uq_objections_code_version")),
    )
    op.create_table(
        "asset_notes",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("debtor_id", sa.String(length=36), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("seen_on", sa.Date(), nullable=False),
        sa.Column("noted_at", UTCDateTime(), nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.Column("withdrawn_by", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["debtor_id"], ["debtors.id"], name=op.f("fk_asset_notes_debtor_id_debtors")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset_notes")),
    )
    op.create_index(op.f("ix_asset_notes_debtor_id"), "asset_notes", ["debtor_id"])


def downgrade() -> None:
    """Ronda goes back by restoring a backup, never by undoing a migration."""
