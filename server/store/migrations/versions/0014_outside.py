"""Others' contacts and stops, resolutions, remote agents, flags on published stops, proposals decided."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from server.store.types import UTCDateTime

revision = "0014"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "proposal_decisions",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("proposal_id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("because", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_decisions")),
    )
    op.create_index(
        op.f("ix_proposal_decisions_proposal_id"), "proposal_decisions", ["proposal_id"], unique=False
    )
    op.create_table(
        "contact_sources",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("lender_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("channels", sa.JSON(), nullable=False),
        sa.Column("stale_after_days", sa.Integer(), nullable=True),
        sa.Column("declared_at", UTCDateTime(), nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["lender_id"], ["lenders.id"], name=op.f("fk_contact_sources_lender_id_lenders")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_sources")),
        sa.UniqueConstraint("lender_id", "name", name=op.f("uq_contact_sources_lender_id_name")),
    )
    op.create_index(op.f("ix_contact_sources_lender_id"), "contact_sources", ["lender_id"], unique=False)
    op.create_table(
        "remote_assignments",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("debtor_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=True),
        sa.Column("agent_id", sa.String(length=36), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("because", sa.JSON(), nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name=op.f("fk_remote_assignments_agent_id_agents")
        ),
        sa.ForeignKeyConstraint(
            ["debtor_id"], ["debtors.id"], name=op.f("fk_remote_assignments_debtor_id_debtors")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_remote_assignments_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remote_assignments")),
    )
    op.create_index(op.f("ix_remote_assignments_agent_id"), "remote_assignments", ["agent_id"], unique=False)
    op.create_index(
        op.f("ix_remote_assignments_debtor_id"), "remote_assignments", ["debtor_id"], unique=False
    )
    op.create_index(op.f("ix_remote_assignments_user_id"), "remote_assignments", ["user_id"], unique=False)
    op.create_index(
        "uq_remote_assignments_open_debtor",
        "remote_assignments",
        ["debtor_id"],
        unique=True,
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_table(
        "remote_marks",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("agent_id", sa.String(length=36), nullable=False),
        sa.Column("marked_at", UTCDateTime(), nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_remote_marks_agent_id_agents")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remote_marks")),
    )
    op.create_index(op.f("ix_remote_marks_agent_id"), "remote_marks", ["agent_id"], unique=False)
    op.create_table(
        "source_imports",
        sa.Column("import_id", sa.String(length=36), nullable=False),
        sa.Column("source_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name=op.f("fk_source_imports_import_id_imports")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["contact_sources.id"], name=op.f("fk_source_imports_source_id_contact_sources")
        ),
        sa.PrimaryKeyConstraint("import_id", name=op.f("pk_source_imports")),
    )
    op.create_index(op.f("ix_source_imports_source_id"), "source_imports", ["source_id"], unique=False)
    op.create_table(
        "contact_origins",
        sa.Column("contact_id", sa.String(length=36), nullable=False),
        sa.Column("identity", sa.String(length=64), nullable=False),
        sa.Column("import_id", sa.String(length=36), nullable=True),
        sa.Column("lender_id", sa.String(length=36), nullable=True),
        sa.Column("account_id", sa.String(length=36), nullable=True),
        sa.Column("user_id", sa.String(length=36), nullable=True),
        sa.Column("reference", sa.Text(), server_default="", nullable=False),
        sa.Column("who", sa.Text(), server_default="", nullable=False),
        sa.Column("party", sa.Text(), server_default="", nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("verdict", sa.JSON(), nullable=True),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_contact_origins_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_contact_origins_contact_id_contacts")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name=op.f("fk_contact_origins_import_id_imports")
        ),
        sa.ForeignKeyConstraint(
            ["lender_id"], ["lenders.id"], name=op.f("fk_contact_origins_lender_id_lenders")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_contact_origins_user_id_users")),
        sa.PrimaryKeyConstraint("contact_id", name=op.f("pk_contact_origins")),
        sa.UniqueConstraint("identity", name=op.f("uq_contact_origins_identity")),
    )
    op.create_index(op.f("ix_contact_origins_account_id"), "contact_origins", ["account_id"], unique=False)
    op.create_index(op.f("ix_contact_origins_import_id"), "contact_origins", ["import_id"], unique=False)
    op.create_index(op.f("ix_contact_origins_lender_id"), "contact_origins", ["lender_id"], unique=False)
    op.create_table(
        "remote_accounts",
        sa.Column("assignment_id", sa.String(length=36), nullable=False),
        sa.Column("account_id", sa.String(length=36), nullable=False),
        sa.Column("because", sa.JSON(), nullable=False),
        sa.Column("rule", sa.Text(), server_default="", nullable=False),
        sa.Column("rule_source", sa.Text(), server_default="", nullable=False),
        sa.Column("lacks_evidence", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_remote_accounts_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["assignment_id"],
            ["remote_assignments.id"],
            name=op.f("fk_remote_accounts_assignment_id_remote_assignments"),
        ),
        sa.PrimaryKeyConstraint("assignment_id", "account_id", name=op.f("pk_remote_accounts")),
    )
    op.create_index(op.f("ix_remote_accounts_account_id"), "remote_accounts", ["account_id"], unique=False)
    op.create_table(
        "resolutions",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("stop_id", sa.String(length=36), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("because", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.Column("import_id", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_resolutions_import_id_imports")),
        sa.ForeignKeyConstraint(
            ["stop_id"], ["stop_states.id"], name=op.f("fk_resolutions_stop_id_stop_states")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resolutions")),
    )
    op.create_index(op.f("ix_resolutions_import_id"), "resolutions", ["import_id"], unique=False)
    op.create_index(op.f("ix_resolutions_stop_id"), "resolutions", ["stop_id"], unique=False)
    op.create_table(
        "stop_flags",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("stop_id", sa.String(length=36), nullable=False),
        sa.Column("rule", sa.Text(), server_default="", nullable=False),
        sa.Column("rule_source", sa.Text(), server_default="", nullable=False),
        sa.Column("because", sa.JSON(), nullable=False),
        sa.Column("flagged_at", UTCDateTime(), nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.Column("seen_at", UTCDateTime(), nullable=True),
        sa.Column("seen_by", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["stop_id"], ["stops.id"], name=op.f("fk_stop_flags_stop_id_stops")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stop_flags")),
    )
    op.create_index(op.f("ix_stop_flags_stop_id"), "stop_flags", ["stop_id"], unique=False)
    op.create_table(
        "stop_origins",
        sa.Column("stop_id", sa.String(length=36), nullable=False),
        sa.Column("identity", sa.String(length=64), nullable=False),
        sa.Column("import_id", sa.String(length=36), nullable=True),
        sa.Column("lender_id", sa.String(length=36), nullable=True),
        sa.Column("follows", sa.String(length=36), nullable=True),
        sa.Column("reference", sa.Text(), server_default="", nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["follows"], ["stop_states.id"], name=op.f("fk_stop_origins_follows_stop_states")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name=op.f("fk_stop_origins_import_id_imports")
        ),
        sa.ForeignKeyConstraint(
            ["lender_id"], ["lenders.id"], name=op.f("fk_stop_origins_lender_id_lenders")
        ),
        sa.ForeignKeyConstraint(
            ["stop_id"], ["stop_states.id"], name=op.f("fk_stop_origins_stop_id_stop_states")
        ),
        sa.PrimaryKeyConstraint("stop_id", name=op.f("pk_stop_origins")),
        sa.UniqueConstraint("identity", name=op.f("uq_stop_origins_identity")),
    )
    op.create_index(op.f("ix_stop_origins_follows"), "stop_origins", ["follows"], unique=False)
    op.create_index(op.f("ix_stop_origins_import_id"), "stop_origins", ["import_id"], unique=False)
    op.create_index(op.f("ix_stop_origins_lender_id"), "stop_origins", ["lender_id"], unique=False)


def downgrade() -> None:
    """Ronda goes back by restoring a backup, never by undoing a migration."""
