"""Cases of complaints and of rights over data, letters in batches, and where a collector is at risk.

`stop_states` gets an index by kind: the desk of safety asks for visits broken off among all stops.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from server.store.types import UTCDateTime

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "letter_batches",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("list", sa.String(length=40), nullable=False),
        sa.Column("template", sa.String(length=60), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=True),
        sa.Column("made_by", sa.Text(), server_default="", nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.CheckConstraint("state in ('previewed', 'made', 'dropped')", name=op.f("ck_letter_batches_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_batches")),
        sa.UniqueConstraint("number", name=op.f("uq_letter_batches_number")),
    )
    op.create_table(
        "risk_zones",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("level", sa.String(length=7), nullable=False),
        sa.Column("polygon", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("radius_m", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("visit_id", sa.String(length=36), nullable=True),
        sa.Column("branch", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("made_by", sa.Text(), server_default="", nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("ended_by", sa.Text(), server_default="", nullable=False),
        sa.Column("ended_why", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("level in ('caution', 'pair', 'avoid')", name=op.f("ck_risk_zones_level")),
        sa.CheckConstraint("state in ('active', 'ended')", name=op.f("ck_risk_zones_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_zones")),
        sa.UniqueConstraint("number", name=op.f("uq_risk_zones_number")),
    )
    op.create_index(op.f("ix_risk_zones_state"), "risk_zones", ["state"], unique=False)
    op.create_index(op.f("ix_risk_zones_visit_id"), "risk_zones", ["visit_id"], unique=False)
    op.create_table(
        "silences",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("agent_id", sa.String(length=36), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("outcome", sa.String(length=9), nullable=False),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("outcome in ('safe', 'trying', 'escalated')", name=op.f("ck_silences_outcome")),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_silences_agent_id_agents")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_silences")),
    )
    op.create_index("ix_silences_day_agent_id", "silences", ["day", "agent_id"], unique=False)
    op.create_table(
        "letter_rows",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("batch_id", sa.String(length=36), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.String(length=36), nullable=False),
        sa.Column("debtor_id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("rule", sa.Text(), server_default="", nullable=False),
        sa.Column("rule_source", sa.Text(), server_default="", nullable=False),
        sa.Column("because", sa.JSON(), nullable=False),
        sa.Column("notice_id", sa.String(length=36), nullable=True),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("changed_by", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_letter_rows_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["letter_batches.id"], name=op.f("fk_letter_rows_batch_id_letter_batches")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_rows")),
        sa.UniqueConstraint("batch_id", "account_id", name=op.f("uq_letter_rows_batch_id_account_id")),
    )
    op.create_index(op.f("ix_letter_rows_account_id"), "letter_rows", ["account_id"], unique=False)
    op.create_index("ix_letter_rows_batch_id_place", "letter_rows", ["batch_id", "place"], unique=False)
    op.create_index("ix_letter_rows_code", "letter_rows", ["code"], unique=False)
    op.create_index(op.f("ix_letter_rows_debtor_id"), "letter_rows", ["debtor_id"], unique=False)
    op.create_table(
        "claims",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("desk", sa.String(length=8), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("reference", sa.Text(), server_default="", nullable=False),
        sa.Column("told_by", sa.Text(), server_default="", nullable=False),
        sa.Column("department", sa.Text(), server_default="", nullable=False),
        sa.Column("owner", sa.Text(), server_default="", nullable=False),
        sa.Column("debtor_id", sa.String(length=36), nullable=False),
        sa.Column("account_id", sa.String(length=36), nullable=True),
        sa.Column("visit_id", sa.String(length=36), nullable=True),
        sa.Column("agent_id", sa.String(length=36), nullable=True),
        sa.Column("finding_id", sa.String(length=36), nullable=True),
        sa.Column("stop_id", sa.String(length=36), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("due_days", sa.Integer(), nullable=False),
        sa.Column("due_source", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.String(length=8), server_default="open", nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.Column("resolution", sa.Text(), server_default="", nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_by", sa.Text(), server_default="", nullable=False),
        sa.Column("resolved_at", UTCDateTime(), nullable=True),
        sa.Column("resolved_by", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("state in ('open', 'answered', 'closed')", name=op.f("ck_claims_state")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_claims_account_id_accounts")),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_claims_agent_id_agents")),
        sa.ForeignKeyConstraint(["debtor_id"], ["debtors.id"], name=op.f("fk_claims_debtor_id_debtors")),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_claims_visit_id_visits")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims")),
        sa.UniqueConstraint("number", name=op.f("uq_claims_number")),
    )
    op.create_index(op.f("ix_claims_account_id"), "claims", ["account_id"], unique=False)
    op.create_index(op.f("ix_claims_agent_id"), "claims", ["agent_id"], unique=False)
    op.create_index(op.f("ix_claims_debtor_id"), "claims", ["debtor_id"], unique=False)
    op.create_index("ix_claims_desk_received_on", "claims", ["desk", "received_on"], unique=False)
    op.create_index("ix_claims_desk_state_due", "claims", ["desk", "state", "due"], unique=False)
    op.create_index("ix_claims_owner_state", "claims", ["owner", "state"], unique=False)
    op.create_index(op.f("ix_claims_stop_id"), "claims", ["stop_id"], unique=False)
    op.create_index(op.f("ix_claims_visit_id"), "claims", ["visit_id"], unique=False)
    op.create_table(
        "risk_dismissals",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("visit_id", sa.String(length=36), nullable=False),
        sa.Column("why", sa.String(length=400), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_risk_dismissals_visit_id_visits")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_dismissals")),
    )
    op.create_index(op.f("ix_risk_dismissals_visit_id"), "risk_dismissals", ["visit_id"], unique=False)
    op.create_table(
        "claim_log",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("claim_id", sa.String(length=36), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_claim_log_claim_id_claims")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_log")),
    )
    op.create_index(op.f("ix_claim_log_claim_id"), "claim_log", ["claim_id"], unique=False)
    op.create_table(
        "corrections",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("claim_id", sa.String(length=36), nullable=False),
        sa.Column("what", sa.String(length=10), nullable=False),
        sa.Column("was", sa.Text(), server_default="", nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("proposal_id", sa.String(length=36), nullable=True),
        sa.Column("state", sa.String(length=8), server_default="proposed", nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("decided_by", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_why", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_corrections_claim_id_claims")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
    )
    op.create_index(op.f("ix_corrections_claim_id"), "corrections", ["claim_id"], unique=False)
    op.create_index("ix_stop_states_state_since", "stop_states", ["state", "since"])


def downgrade() -> None:
    """Ronda goes back by restoring a backup, never by undoing a migration."""
