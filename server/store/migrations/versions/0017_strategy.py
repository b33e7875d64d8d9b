"""The strategy in force and those before, traits of accounts as they changed, worklists, write-offs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from server.store.types import UTCDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "strategies",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("used_at", UTCDateTime(), nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_strategies")),
    )
    op.create_table(
        "account_traits",
        sa.Column("account_id", sa.String(length=36), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("credit_type", sa.Text(), server_default="", nullable=False),
        sa.Column("product", sa.Text(), server_default="", nullable=False),
        sa.Column("branch", sa.Text(), server_default="", nullable=False),
        sa.Column("zone", sa.Text(), server_default="", nullable=False),
        sa.Column("pack", sa.Text(), server_default="", nullable=False),
        sa.Column("payday", sa.Text(), server_default="", nullable=False),
        sa.Column("last_payment_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_account_traits_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("account_id", "recorded_at", name=op.f("pk_account_traits")),
    )
    op.create_table(
        "segment_runs",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("segment", sa.Text(), nullable=False),
        sa.Column("strategy", sa.Text(), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("known_at", UTCDateTime(), nullable=False),
        sa.Column("accounts", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment_runs")),
        sa.UniqueConstraint(
            "segment", "version", "as_of", name=op.f("uq_segment_runs_segment_version_as_of")
        ),
    )
    op.create_table(
        "worklist_runs",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("strategy", sa.Text(), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("finished_at", UTCDateTime(), nullable=True),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worklist_runs")),
    )
    op.create_index(op.f("ix_worklist_runs_as_of"), "worklist_runs", ["as_of"], unique=False)
    op.create_table(
        "worklist_rows",
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("account_id", sa.String(length=36), nullable=False),
        sa.Column("debtor_id", sa.String(length=36), nullable=False),
        sa.Column("dpd", sa.Integer(), nullable=False),
        sa.Column("overdue_minor", sa.BigInteger(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("segment", sa.Text(), server_default="", nullable=False),
        sa.Column("risk", sa.Text(), server_default="", nullable=False),
        sa.Column("stage", sa.Text(), server_default="", nullable=False),
        sa.Column("action", sa.Text(), server_default="", nullable=False),
        sa.Column("action_due", sa.Date(), nullable=True),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("pays", sa.Integer(), nullable=False),
        sa.Column("unvisited", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_worklist_rows_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["worklist_runs.id"], name=op.f("fk_worklist_rows_run_id_worklist_runs")
        ),
        sa.PrimaryKeyConstraint("run_id", "account_id", name=op.f("pk_worklist_rows")),
    )
    op.create_index(op.f("ix_worklist_rows_account_id"), "worklist_rows", ["account_id"], unique=False)
    op.create_table(
        "worklist_places",
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("list", sa.String(length=40), nullable=False),
        sa.Column("account_id", sa.String(length=36), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_worklist_places_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["worklist_runs.id"], name=op.f("fk_worklist_places_run_id_worklist_runs")
        ),
        sa.PrimaryKeyConstraint("run_id", "list", "account_id", name=op.f("pk_worklist_places")),
    )
    op.create_index(op.f("ix_worklist_places_account_id"), "worklist_places", ["account_id"], unique=False)
    op.create_index("ix_worklist_places_order", "worklist_places", ["run_id", "list", "value"], unique=False)
    op.create_table(
        "work_results",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("account_id", sa.String(length=36), nullable=False),
        sa.Column("debtor_id", sa.String(length=36), nullable=False),
        sa.Column("list", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("result", sa.String(length=20), nullable=False),
        sa.Column("contact_id", sa.String(length=36), nullable=True),
        sa.Column("happened", UTCDateTime(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_work_results_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["debtor_id"], ["debtors.id"], name=op.f("fk_work_results_debtor_id_debtors")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_results")),
    )
    op.create_index(op.f("ix_work_results_account_id"), "work_results", ["account_id"], unique=False)
    op.create_index(op.f("ix_work_results_debtor_id"), "work_results", ["debtor_id"], unique=False)
    op.create_table(
        "writeoffs",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("account_id", sa.String(length=36), nullable=False),
        sa.Column("debtor_id", sa.String(length=36), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("strategy", sa.Text(), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("dpd", sa.Integer(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=9), server_default="open", nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("decided_by", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_why", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "state in ('open', 'accepted', 'rejected', 'withdrawn')", name=op.f("ck_writeoffs_state")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_writeoffs_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(["debtor_id"], ["debtors.id"], name=op.f("fk_writeoffs_debtor_id_debtors")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_writeoffs")),
    )
    op.create_index(op.f("ix_writeoffs_account_id"), "writeoffs", ["account_id"], unique=False)
    op.create_index(op.f("ix_writeoffs_debtor_id"), "writeoffs", ["debtor_id"], unique=False)
    # What is known of the past is what holds now, from the day each account came in.
    op.execute(
        sa.text(
            "INSERT INTO account_traits (account_id, recorded_at, state, credit_type, product, "
            "branch, zone, pack, payday, last_payment_on) SELECT a.id, i.imported_at, a.state, "
            "a.credit_type, a.product, a.branch, a.zone, a.pack, a.payday, a.last_payment_on "
            "FROM accounts a JOIN imports i ON i.id = a.first_import"
        )
    )


def downgrade() -> None:
    """Ronda goes back by restoring a backup, never by undoing a migration."""
