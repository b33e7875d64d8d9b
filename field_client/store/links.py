"""Reads the laptop's chains: the one written to, a chain's head, hashes and parent. Writes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from sync.ledger import ZERO, Entry, Head
from sync.wire.fields import parse_instant

from . import settings

CURRENT = "incarnation"


class Empty(RuntimeError):
    """The laptop has no incarnation yet: it is not enrolled."""


@dataclass(frozen=True)
class Row:
    """An entry with what the laptop notes beside it."""

    entry: Entry
    debtor: str | None
    recorded_at: datetime
    acknowledged: bool
    quarantined: str | None

    @property
    def said(self) -> dict[str, Any]:
        """The body as it was written; empty when it was erased."""
        body: dict[str, Any] = json.loads(self.entry.body) if self.entry.body is not None else {}
        return body

    @property
    def header(self) -> dict[str, Any]:
        header: dict[str, Any] = json.loads(self.entry.header)
        return header


def current(db: Database) -> str:
    """The incarnation that is written to. Raises Empty."""
    incarnation = settings.get(db, CURRENT)
    if incarnation is None:
        raise Empty("this laptop is not enrolled")
    return str(incarnation)


def parent(db: Database, incarnation: str) -> Head | None:
    row = one(db, "SELECT parent, parent_n, parent_h FROM incarnations WHERE id = ?", [incarnation])
    if row is None or row["parent"] is None:
        return None
    return Head(row["parent"], row["parent_n"], row["parent_h"])


def head(db: Database, incarnation: str) -> Head:
    """The last entry of a chain; n = 0 and zeros for one that has none."""
    row = one(db, "SELECT n, h FROM journal WHERE incarnation = ? ORDER BY n DESC LIMIT 1", [incarnation])
    return Head(incarnation, 0, ZERO) if row is None else Head(incarnation, row["n"], row["h"])


def hash_at(db: Database, incarnation: str, n: int) -> bytes | None:
    """h(n) of our own chain; None where it has no such entry."""
    if n == 0:
        return ZERO
    row = one(db, "SELECT h FROM journal WHERE incarnation = ? AND n = ?", [incarnation, n])
    return None if row is None else bytes(row["h"])


def one(db: Database, sql: str, values: list[Any]) -> dict[str, Any] | None:
    return next(iter(list(db.query(sql, values))), None)


def rows_of(found: Iterable[Mapping[str, Any]]) -> list[Row]:
    return [
        Row(
            entry_of(row),
            row["debtor"],
            parse_instant(row["recorded_at"]),
            bool(row["acknowledged"]),
            row["quarantined"],
        )
        for row in found
    ]


def entry_of(row: Mapping[str, Any]) -> Entry:
    return Entry(
        row["incarnation"],
        row["n"],
        row["id"],
        row["kind"],
        row["version"],
        bytes(row["header"]),
        None if row["salt"] is None else bytes(row["salt"]),
        None if row["body"] is None else bytes(row["body"]),
        bytes(row["body_digest"]),
        bytes(row["h"]),
    )
