"""Lenders' daily files, commissions, closed months, and cash by the numbered receipt."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from server.store.types import UTCDateTime

revision = "0026"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "return_layouts",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("lender_id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["lender_id"], ["lenders.id"], name=op.f("fk_return_layouts_lender_id_lenders")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_layouts")),
        sa.UniqueConstraint("lender_id", "version", name=op.f("uq_return_layouts_lender_id_version")),
    )
    op.create_index(op.f("ix_return_layouts_lender_id"), "return_layouts", ["lender_id"], unique=False)
    op.create_table(
        "return_files",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("lender_id", sa.String(length=36), nullable=False),
        sa.Column("layout_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("mode", sa.String(length=5), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("mode in ('full', 'delta')", name=op.f("ck_return_files_mode")),
        sa.ForeignKeyConstraint(
            ["layout_id"], ["return_layouts.id"], name=op.f("fk_return_files_layout_id_return_layouts")
        ),
        sa.ForeignKeyConstraint(
            ["lender_id"], ["lenders.id"], name=op.f("fk_return_files_lender_id_lenders")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_files")),
        sa.UniqueConstraint("lender_id", "number", name=op.f("uq_return_files_lender_id_number")),
    )
    op.create_index(op.f("ix_return_files_lender_id"), "return_files", ["lender_id"], unique=False)
    op.create_index("ix_return_files_lender_id_day", "return_files", ["lender_id", "day"], unique=False)
    op.create_table(
        "return_rows",
        sa.Column("file_id", sa.String(length=36), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item", sa.String(length=90), nullable=False),
        sa.Column("account_id", sa.String(length=36), nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("because", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_return_rows_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["return_files.id"], name=op.f("fk_return_rows_file_id_return_files")
        ),
        sa.PrimaryKeyConstraint("file_id", "place", name=op.f("pk_return_rows")),
    )
    op.create_index(op.f("ix_return_rows_account_id"), "return_rows", ["account_id"], unique=False)
    op.create_table(
        "commission_runs",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=6), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("state in ('draft', 'closed')", name=op.f("ck_commission_runs_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commission_runs")),
    )
    op.create_index("ix_commission_runs_month", "commission_runs", ["month"], unique=False)
    op.create_table(
        "commission_lines",
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("key", sa.String(length=90), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("agent_id", sa.String(length=36), nullable=True),
        sa.Column("lender_id", sa.String(length=36), nullable=False),
        sa.Column("account_id", sa.String(length=36), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("base_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("percent", sa.String(length=12), nullable=False),
        sa.Column("factor", sa.String(length=12), nullable=False),
        sa.Column("bucket", sa.String(length=12), nullable=False),
        sa.Column("team", sa.Text(), server_default="", nullable=False),
        sa.Column("product", sa.Text(), server_default="", nullable=False),
        sa.Column("payment_id", sa.String(length=36), nullable=True),
        sa.Column("visit_id", sa.String(length=36), nullable=True),
        sa.Column("promise_id", sa.String(length=36), nullable=True),
        sa.Column("because", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_commission_lines_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name=op.f("fk_commission_lines_agent_id_agents")
        ),
        sa.ForeignKeyConstraint(
            ["lender_id"], ["lenders.id"], name=op.f("fk_commission_lines_lender_id_lenders")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["commission_runs.id"], name=op.f("fk_commission_lines_run_id_commission_runs")
        ),
        sa.PrimaryKeyConstraint("run_id", "key", name=op.f("pk_commission_lines")),
    )
    op.create_index(
        "ix_commission_lines_run_id_agent_id", "commission_lines", ["run_id", "agent_id"], unique=False
    )
    op.create_table(
        "month_closes",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("lender_id", sa.String(length=36), nullable=True),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("asked_by", sa.Text(), server_default="", nullable=False),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("decided_by", sa.Text(), server_default="", nullable=False),
        sa.Column("run_id", sa.String(length=36), nullable=True),
        sa.Column("snapshot", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("key_id", sa.String(length=16), nullable=True),
        sa.Column("signature", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("state in ('asked', 'closed', 'withdrawn')", name=op.f("ck_month_closes_state")),
        sa.ForeignKeyConstraint(
            ["lender_id"], ["lenders.id"], name=op.f("fk_month_closes_lender_id_lenders")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["commission_runs.id"], name=op.f("fk_month_closes_run_id_commission_runs")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_month_closes")),
    )
    op.create_index(op.f("ix_month_closes_lender_id"), "month_closes", ["lender_id"], unique=False)
    op.create_index("ix_month_closes_month", "month_closes", ["month"], unique=False)
    op.create_index(op.f("ix_month_closes_run_id"), "month_closes", ["run_id"], unique=False)
    op.create_table(
        "month_adjustments",
        sa.Column("close_id", sa.String(length=36), nullable=False),
        sa.Column("key", sa.String(length=90), nullable=False),
        sa.Column("original_id", sa.String(length=36), nullable=False),
        sa.Column("agent_id", sa.String(length=36), nullable=True),
        sa.Column("account_id", sa.String(length=36), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("before_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("after_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("because", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["close_id"], ["month_closes.id"], name=op.f("fk_month_adjustments_close_id_month_closes")
        ),
        sa.ForeignKeyConstraint(
            ["original_id"], ["month_closes.id"], name=op.f("fk_month_adjustments_original_id_month_closes")
        ),
        sa.PrimaryKeyConstraint("close_id", "key", name=op.f("pk_month_adjustments")),
    )
    op.create_index(
        op.f("ix_month_adjustments_original_id"), "month_adjustments", ["original_id"], unique=False
    )
    op.create_table(
        "receipt_books",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("agent_id", sa.String(length=36), nullable=False),
        sa.Column("prefix", sa.Text(), server_default="", nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("given_at", UTCDateTime(), nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("first > 0 and last >= first", name=op.f("ck_receipt_books_numbers")),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_receipt_books_agent_id_agents")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt_books")),
    )
    op.create_index(op.f("ix_receipt_books_agent_id"), "receipt_books", ["agent_id"], unique=False)
    op.create_table(
        "receipt_gaps",
        sa.Column("book_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["book_id"], ["receipt_books.id"], name=op.f("fk_receipt_gaps_book_id_receipt_books")
        ),
        sa.PrimaryKeyConstraint("book_id", "number", name=op.f("pk_receipt_gaps")),
    )
    op.create_table(
        "cash_decisions",
        sa.Column("payment_id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("official", sa.String(length=24), nullable=True),
        sa.Column("decided_at", UTCDateTime(), nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.Column("because", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("state in ('official', 'refused')", name=op.f("ck_cash_decisions_state")),
        sa.ForeignKeyConstraint(
            ["payment_id"],
            ["reported_payments.id"],
            name=op.f("fk_cash_decisions_payment_id_reported_payments"),
        ),
        sa.PrimaryKeyConstraint("payment_id", name=op.f("pk_cash_decisions")),
        sa.UniqueConstraint("official", name=op.f("uq_cash_decisions_official")),
    )
    op.create_table(
        "cash_counts",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("agent_id", sa.String(length=36), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("expected_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("counted_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("because", sa.Text(), server_default="", nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_cash_counts_agent_id_agents")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cash_counts")),
    )
    op.create_index(op.f("ix_cash_counts_agent_id"), "cash_counts", ["agent_id"], unique=False)
    op.create_table(
        "cash_deposits",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("agent_id", sa.String(length=36), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("bank", sa.Text(), server_default="", nullable=False),
        sa.Column("slip", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("decided_by", sa.Text(), server_default="", nullable=False),
        sa.Column("because", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("state in ('proposed', 'agreed', 'refused')", name=op.f("ck_cash_deposits_state")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_cash_deposits_positive")),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_cash_deposits_agent_id_agents")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cash_deposits")),
    )
    op.create_index(op.f("ix_cash_deposits_agent_id"), "cash_deposits", ["agent_id"], unique=False)
    # A month's commissions and a morning's page ask for the payments of some days, of a million.
    op.create_index(op.f("ix_payments_value_date"), "payments", ["value_date"])
    # A lender's daily file asks for the contacts and the payments told of one day.
    op.create_index("ix_contacts_started", "contacts", ["started"])
    op.create_index("ix_reported_payments_paid_on", "reported_payments", ["paid_on"])
    op.create_index("ix_reported_payments_visit_id", "reported_payments", ["visit_id"])
    # The morning's page asks which accounts the last files took away.
    op.create_index("ix_accounts_state_last_import", "accounts", ["state", "last_import"])


def downgrade() -> None:
    """Ronda goes back by restoring a backup, never by undoing a migration."""
