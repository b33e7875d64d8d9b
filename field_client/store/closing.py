"""Closes the journal for good, before a laptop is wiped: whatever program still runs can add nothing."""

from __future__ import annotations

from sqlite_utils import Database


def close(db: Database) -> None:
    """From the commit of this transaction on, no event is saved here that the hand-over file lacks."""
    db.execute(
        "CREATE TRIGGER IF NOT EXISTS journal_closed BEFORE INSERT ON journal "
        "BEGIN SELECT RAISE(ABORT, 'this laptop is being wiped: nothing more is saved in it'); END"
    )


def is_closed(db: Database) -> bool:
    row = db.execute("SELECT 1 FROM sqlite_master WHERE type = 'trigger' AND name = 'journal_closed'")
    return row.fetchone() is not None
