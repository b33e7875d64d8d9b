"""Overwrites what stood of somebody in the files that went to lenders (see `overwriting`)."""

from __future__ import annotations

from sqlalchemy import Connection, Table

from . import returns
from .tables import return_rows

TOUCHED: tuple[Table, ...] = (return_rows,)


def overwrite(connection: Connection, debtor_id: str) -> None:
    """The cells go; that a row of the file was his, its digest and the file's own, stay."""
    returns.forget(connection, debtor_id)
