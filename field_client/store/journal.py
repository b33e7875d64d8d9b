"""The laptop's ledger: what it has said, entry by entry, exactly its bytes. Judges nothing.

How far the office holds it is `standing`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from sync.ledger import Clock, Entry, Head, new_salt, write_entry
from sync.wire.events import load_body
from sync.wire.fields import instant, parse_instant

from . import settings
from .links import CURRENT, Empty, Row, current, entry_of, hash_at, head, parent, rows_of
from .standing import acknowledge, counts, said_about

__all__ = [
    "Empty",
    "Row",
    "acknowledge",
    "add",
    "amendments_of",
    "append",
    "chains",
    "counts",
    "current",
    "find",
    "hash_at",
    "head",
    "open_incarnation",
    "parent",
    "quarantine",
    "quarantined",
    "rows",
    "said_about",
    "waiting",
]


def open_incarnation(db: Database, incarnation: str, opened_at: datetime, parent: Head | None = None) -> None:
    """Start a chain of this installation; from now on events are appended to it."""
    db.execute(
        "INSERT INTO incarnations (id, opened_at, parent, parent_n, parent_h) VALUES (?, ?, ?, ?, ?)",
        [incarnation, instant(opened_at), *(parent or (None, None, None))],
    )
    settings.put(db, CURRENT, incarnation)


def append(
    db: Database,
    *,
    id: str,
    kind: str,
    body: Mapping[str, Any],
    clock: Clock,
    policy_version: str,
    debtor: str | None,
    accounts: Sequence[str],
    version: int = 1,
) -> Entry:
    """Write an event at the end of the current chain, in the caller's transaction.

    The body is checked as the office will check it: what cannot be read there must not be said here.
    """
    load_body(kind, version, dict(body))
    last = head(db, current(db))
    entry = write_entry(
        incarnation=last.incarnation,
        n=last.n + 1,
        previous=last.h,
        id=id,
        kind=kind,
        version=version,
        clock=clock,
        policy_version=policy_version,
        debtor=debtor,
        accounts=accounts,
        body=body,
        salt=new_salt(),
    )
    add(db, entry, debtor, parse_instant(clock["wall"]))
    return entry


def add(db: Database, entry: Entry, debtor: str | None, recorded_at: datetime) -> None:
    """Keep an entry, exactly its bytes."""
    db.table("journal").insert(
        {
            "incarnation": entry.incarnation,
            "n": entry.n,
            "id": entry.id,
            "kind": entry.kind,
            "version": entry.version,
            "debtor": debtor,
            "header": entry.header,
            "salt": entry.salt,
            "body": entry.body,
            "body_digest": entry.body_digest,
            "h": entry.h,
            "recorded_at": instant(recorded_at),
            "acknowledged": 0,
        }
    )


def waiting(db: Database, incarnation: str, limit: int) -> list[Entry]:
    """The next entries the office has not acknowledged, in order."""
    rows = db.query(
        "SELECT * FROM journal WHERE incarnation = ? AND acknowledged = 0 ORDER BY n LIMIT ?",
        [incarnation, limit],
    )
    return [entry_of(row) for row in rows]


def rows(db: Database, *, newest: int = 200) -> list[Row]:
    """What this laptop said, each event once, newest first."""
    found = rows_of(db.query("SELECT * FROM said ORDER BY recorded_at DESC, n DESC LIMIT ?", [newest]))
    once: dict[str, Row] = {}
    for row in found:
        held = once.get(row.entry.id)
        # After a new incarnation an event is there twice; what the office acknowledged tells its state.
        if held is None or (row.acknowledged and not held.acknowledged):
            once[row.entry.id] = row
    return list(once.values())


def find(db: Database, event: str) -> Row | None:
    """One event by its id, in its latest chain."""
    found = rows_of(db.query("SELECT * FROM said WHERE id = ?", [event]))
    return max(found, key=lambda row: (row.acknowledged, row.recorded_at), default=None)


def amendments_of(db: Database, visit: str) -> list[Row]:
    found = rows_of(db.query("SELECT * FROM said WHERE kind = 'visit.amended'"))
    named = {row.entry.id: row for row in found if row.said.get("visit") == visit}
    return sorted(named.values(), key=lambda row: (row.recorded_at, row.entry.id))


def quarantine(db: Database, incarnation: str, told: Iterable[Mapping[str, Any]], told_at: datetime) -> None:
    """Exactly these events of the chain are quarantined now; one applied since the last word is out again.

    What it became in the feed is in a page still to come: until then the screen goes by the journal.
    """
    held = {
        row["n"]: row["told_at"]
        for row in db.query("SELECT n, told_at FROM quarantined WHERE incarnation = ?", [incarnation])
    }
    told = list(told)
    applied = held.keys() - {one["n"] for one in told}
    if applied:
        before = min(applied) - 1
        db.execute(
            "UPDATE incarnations SET reflected = ? WHERE id = ? AND reflected > ?",
            [before, incarnation, before],
        )
    db.execute("DELETE FROM quarantined WHERE incarnation = ?", [incarnation])
    for one in told:
        db.table("quarantined").insert(
            {
                "incarnation": one["incarnation"],
                "n": one["n"],
                "id": one["id"],
                "code": one["code"],
                "detail": json.dumps(one["detail"], ensure_ascii=False),
                "told_at": held.get(one["n"], instant(told_at)),
            }
        )


def quarantined(db: Database) -> list[dict[str, Any]]:
    """Events the office keeps but could not apply, with its reason."""
    found = db.query(
        "SELECT quarantined.*, journal.kind FROM quarantined LEFT JOIN journal USING (incarnation, n) "
        "ORDER BY told_at, n"
    )
    return [row | {"detail": json.loads(row["detail"])} for row in found]


def chains(db: Database) -> list[Entry]:
    """Every entry of every incarnation, for an export."""
    found = db.query(
        "SELECT journal.* FROM journal JOIN incarnations ON incarnations.id = journal.incarnation "
        "ORDER BY incarnations.rowid, n"
    )
    return [entry_of(row) for row in found]
