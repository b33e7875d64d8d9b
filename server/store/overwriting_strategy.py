"""Overwrites what people wrote of somebody on worklists and write-offs (see `overwriting`)."""

from __future__ import annotations

from sqlalchemy import Connection, Table, update

from .tables import work_results, writeoffs

TOUCHED: tuple[Table, ...] = (work_results, writeoffs)


def overwrite(connection: Connection, debtor_id: str) -> None:
    """The words go; that he was called, and what was decided about the debt, stays."""
    connection.execute(update(work_results).where(work_results.c.debtor_id == debtor_id).values(note=""))
    connection.execute(update(writeoffs).where(writeoffs.c.debtor_id == debtor_id).values(decided_why=""))
