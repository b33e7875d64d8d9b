"""What pages look for among a million visits: a stop's visit, a day's routes, what lacks or waits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _part("ix_visits_stop_id", "visits", ["stop_id"], "stop_id IS NOT NULL")
    _part("ix_attachments_missing", "attachments", ["visit_id"], "stored_at IS NULL")
    _part("ix_addresses_proposed", "addresses", ["debtor_id"], "state = 'proposed'")
    _part("ix_contact_points_proposed", "contact_points", ["debtor_id"], "state = 'proposed'")
    op.create_index("ix_routes_date", "routes", ["date", "agent_id"])
    op.create_index("ix_visits_debtor_id_started", "visits", ["debtor_id", "started"])
    op.create_index("ix_accounts_team", "accounts", ["team", "branch", "debtor_id"])


def _part(name: str, table: str, columns: list[str], which: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(which), postgresql_where=sa.text(which))


def downgrade() -> None:
    """Ronda goes back by restoring a backup, never by undoing a migration."""
