"""Addresses and contact points found in the field: kept as proposals until the office decides."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from .chunks import append
from .tables import addresses, contact_points


def add_addresses(connection: Connection, rows: list[dict[str, Any]]) -> None:
    append(connection, addresses, rows)


def add_contact_points(connection: Connection, rows: list[dict[str, Any]]) -> None:
    append(connection, contact_points, rows)
