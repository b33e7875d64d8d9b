"""Addresses and contact points found in the field: kept as proposals until the office decides."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert

from .chunks import write
from .tables import addresses, contact_points


def add_addresses(connection: Connection, rows: list[dict[str, Any]]) -> None:
    write(connection, insert(addresses), rows)


def add_contact_points(connection: Connection, rows: list[dict[str, Any]]) -> None:
    write(connection, insert(contact_points), rows)
