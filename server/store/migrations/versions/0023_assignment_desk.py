"""Change sets as rows that a page can read a part of, with loads and moves by hand."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

from server.store.types import UTCDateTime

revision = "0023"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("change_sets") as batch:
        batch.add_column(sa.Column("kind", sa.String(length=4), server_default="run", nullable=False))
        batch.add_column(sa.Column("why", sa.Text(), server_default="", nullable=False))
        batch.add_column(sa.Column("undoes", sa.String(length=36), nullable=True))
        batch.create_foreign_key(op.f("fk_change_sets_undoes_change_sets"), "change_sets", ["undoes"], ["id"])
        batch.create_index(op.f("ix_change_sets_undoes"), ["undoes"], unique=False)
    op.create_table(
        "change_rows",
        sa.Column("set_id", sa.String(length=36), nullable=False),
        sa.Column("debtor_id", sa.String(length=36), nullable=False),
        sa.Column("closes", sa.Boolean(), nullable=False),
        sa.Column("from_agent", sa.String(length=36), nullable=True),
        sa.Column("to_agent", sa.String(length=36), nullable=True),
        sa.Column("replaces", sa.String(length=36), nullable=True),
        sa.Column("because", sa.JSON(), nullable=True),
        sa.Column("weighed", sa.JSON(), nullable=True),
        sa.Column("outcomes", sa.JSON(), nullable=False),
        sa.Column("by_hand", sa.Boolean(), nullable=False),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.Column("measure", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=9), server_default="", nullable=False),
        sa.Column("said", sa.JSON(), nullable=True),
        sa.Column("made", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(
            ["set_id"], ["change_sets.id"], name=op.f("fk_change_rows_set_id_change_sets")
        ),
        sa.ForeignKeyConstraint(["debtor_id"], ["debtors.id"], name=op.f("fk_change_rows_debtor_id_debtors")),
        sa.ForeignKeyConstraint(["from_agent"], ["agents.id"], name=op.f("fk_change_rows_from_agent_agents")),
        sa.ForeignKeyConstraint(["to_agent"], ["agents.id"], name=op.f("fk_change_rows_to_agent_agents")),
        sa.PrimaryKeyConstraint("set_id", "debtor_id", name=op.f("pk_change_rows")),
    )
    with op.batch_alter_table("change_rows") as batch:
        batch.create_index(op.f("ix_change_rows_debtor_id"), ["debtor_id"], unique=False)
        batch.create_index(op.f("ix_change_rows_from_agent"), ["from_agent"], unique=False)
        batch.create_index(op.f("ix_change_rows_to_agent"), ["to_agent"], unique=False)
        batch.create_index("ix_change_rows_set_id_from_agent", ["set_id", "from_agent"], unique=False)
        batch.create_index("ix_change_rows_set_id_to_agent", ["set_id", "to_agent"], unique=False)
    op.create_table(
        "change_loads",
        sa.Column("set_id", sa.String(length=36), nullable=False),
        sa.Column("agent_id", sa.String(length=36), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("centre_lat", sa.Float(), nullable=True),
        sa.Column("centre_lon", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["set_id"], ["change_sets.id"], name=op.f("fk_change_loads_set_id_change_sets")
        ),
        sa.PrimaryKeyConstraint("set_id", "agent_id", name=op.f("pk_change_loads")),
    )
    op.create_table(
        "change_moves",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("set_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.Column("to_agent", sa.String(length=36), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["set_id"], ["change_sets.id"], name=op.f("fk_change_moves_set_id_change_sets")
        ),
        sa.ForeignKeyConstraint(["to_agent"], ["agents.id"], name=op.f("fk_change_moves_to_agent_agents")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_moves")),
        sa.UniqueConstraint("set_id", "number", name=op.f("uq_change_moves_set_id_number")),
    )
    with op.batch_alter_table("change_moves") as batch:
        batch.create_index(op.f("ix_change_moves_set_id"), ["set_id"], unique=False)
        batch.create_index(op.f("ix_change_moves_to_agent"), ["to_agent"], unique=False)
    _carry_over()


def _carry_over() -> None:
    """What was proposed before as one text becomes rows: an open proposal can still be taken."""
    connection = op.get_bind()
    sets = sa.table("change_sets", sa.column("id"), sa.column("state"), sa.column("changes", sa.JSON()))
    rows = sa.table(
        "change_rows",
        *(sa.column(name) for name in ("set_id", "debtor_id", "from_agent", "to_agent", "replaces")),
        *(sa.column(name, sa.Boolean()) for name in ("closes", "by_hand")),
        *(sa.column(name, sa.JSON()) for name in ("because", "weighed", "outcomes", "warnings", "measure")),
        sa.column("state"),
    )
    for found in connection.execute(sa.select(sets)).mappings().all():
        changes = found["changes"] or []
        if isinstance(changes, str):
            changes = json.loads(changes)
        told = [
            {
                "set_id": found["id"],
                "debtor_id": change["debtor"],
                "from_agent": change.get("from"),
                "to_agent": change.get("to"),
                "replaces": change.get("replaces"),
                "closes": bool(change.get("closes")),
                "by_hand": False,
                "because": change.get("because"),
                "weighed": change.get("weighed"),
                "outcomes": change.get("outcomes", []),
                "warnings": [],
                "measure": {},
                "state": "" if found["state"] == "open" else "left",
            }
            for change in changes
        ]
        if told:
            connection.execute(sa.insert(rows), told)
        connection.execute(sa.update(sets).where(sets.c.id == found["id"]).values(changes=[]))


def downgrade() -> None:
    """Going back is by restoring a backup."""
