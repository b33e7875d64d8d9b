"""A debtor's requests over his data, legal holds, and erasures of one id under several digests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from server.store.types import UTCDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _erasures_by_digest()
    op.create_table(
        "erasure_requests",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("debtor_id", sa.String(length=36), nullable=False),
        sa.Column("asked_by", sa.Text(), server_default="", nullable=False),
        sa.Column("channel", sa.Text(), server_default="", nullable=False),
        sa.Column("basis", sa.Text(), server_default="", nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("due_source", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.String(length=12), server_default="received", nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_by", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("decided_by", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_why", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_rule", sa.Text(), server_default="", nullable=False),
        sa.Column("events", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state in ('received', 'refused', 'carried_out')", name=op.f("ck_erasure_requests_state")
        ),
        sa.ForeignKeyConstraint(
            ["debtor_id"], ["debtors.id"], name=op.f("fk_erasure_requests_debtor_id_debtors")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_requests")),
        sa.UniqueConstraint("number", name=op.f("uq_erasure_requests_number")),
    )
    op.create_index(op.f("ix_erasure_requests_debtor_id"), "erasure_requests", ["debtor_id"])
    op.create_table(
        "legal_holds",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("debtor_id", sa.String(length=36), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("placed_by", sa.Text(), server_default="", nullable=False),
        sa.Column("released_at", UTCDateTime(), nullable=True),
        sa.Column("released_by", sa.Text(), server_default="", nullable=False),
        sa.Column("released_why", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["debtor_id"], ["debtors.id"], name=op.f("fk_legal_holds_debtor_id_debtors")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_holds")),
    )
    op.create_index(op.f("ix_legal_holds_debtor_id"), "legal_holds", ["debtor_id"])


def _erasures_by_digest() -> None:
    """The key of `erasures` becomes (event_id, body_digest): an id may have come with two bodies."""
    op.rename_table("erasures", "erasures_before")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE erasures_before RENAME CONSTRAINT pk_erasures TO pk_erasures_before")
    op.create_table(
        "erasures",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("body_digest", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("erased_at", UTCDateTime(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "body_digest", name=op.f("pk_erasures")),
    )
    op.execute(
        "INSERT INTO erasures (event_id, body_digest, reason, erased_at, key_id, signature) "
        "SELECT event_id, body_digest, reason, erased_at, key_id, signature FROM erasures_before"
    )
    op.drop_table("erasures_before")


def downgrade() -> None:
    """Ronda goes back by restoring a backup, never by undoing a migration."""
