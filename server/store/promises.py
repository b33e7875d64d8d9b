"""Promises as the laptops recorded them. Their state is computed for a day, never kept."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from .chunks import append
from .tables import promises


def add(connection: Connection, rows: list[dict[str, Any]]) -> None:
    append(connection, promises, rows)
