"""The laptop's ledger: what it has said, entry by entry, and how far the office holds it. Judges nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from sync.ledger import ZERO, Clock, Entry, Head, new_salt, write_entry
from sync.wire.events import load_body
from sync.wire.fields import instant, parse_instant

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


def open_incarnation(db: Database, incarnation: str, opened_at: datetime, parent: Head | None = None) -> None:
    """Start a chain of this installation; from now on events are appended to it."""
    db.execute(
        "INSERT INTO incarnations (id, opened_at, parent, parent_n, parent_h) VALUES (?, ?, ?, ?, ?)",
        [incarnation, instant(opened_at), *(parent or (None, None, None))],
    )
    settings.put(db, CURRENT, incarnation)


def current(db: Database) -> str:
    """The incarnation that is written to. Raises Empty."""
    incarnation = settings.get(db, CURRENT)
    if incarnation is None:
        raise Empty("this laptop is not enrolled")
    return str(incarnation)


def parent(db: Database, incarnation: str) -> Head | None:
    row = _one(db, "SELECT parent, parent_n, parent_h FROM incarnations WHERE id = ?", [incarnation])
    if row is None or row["parent"] is None:
        return None
    return Head(row["parent"], row["parent_n"], row["parent_h"])


def head(db: Database, incarnation: str) -> Head:
    """The last entry of a chain; n = 0 and zeros for one that has none."""
    row = _one(db, "SELECT n, h FROM journal WHERE incarnation = ? ORDER BY n DESC LIMIT 1", [incarnation])
    return Head(incarnation, 0, ZERO) if row is None else Head(incarnation, row["n"], row["h"])


def hash_at(db: Database, incarnation: str, n: int) -> bytes | None:
    """h(n) of our own chain; None where it has no such entry."""
    if n == 0:
        return ZERO
    row = _one(db, "SELECT h FROM journal WHERE incarnation = ? AND n = ?", [incarnation, n])
    return None if row is None else bytes(row["h"])


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
    return [_entry(row) for row in rows]


def acknowledge(db: Database, incarnation: str, n: int) -> None:
    """The office holds this chain up to n and no further: entries above it wait again."""
    db.execute(
        "UPDATE journal SET acknowledged = (n <= ?) WHERE incarnation = ? AND acknowledged <> (n <= ?)",
        [n, incarnation, n],
    )


def acknowledged_head(db: Database, incarnation: str) -> Head:
    """The last entry the office acknowledged, in this chain or, if none of it, in the one before."""
    row = _one(
        db,
        "SELECT n, h FROM journal WHERE incarnation = ? AND acknowledged = 1 ORDER BY n DESC LIMIT 1",
        [incarnation],
    )
    if row is not None:
        return Head(incarnation, row["n"], bytes(row["h"]))
    return parent(db, incarnation) or Head(incarnation, 0, ZERO)


def announced_attachments(db: Database) -> int:
    """Attachments that were announced; their bytes are sent by a later version of this program."""
    found = db.execute("SELECT count(DISTINCT id) FROM journal WHERE kind = 'attachment.added'")
    return int(found.fetchone()[0])


def counts(db: Database) -> dict[str, int]:
    """Entries of the current chain that wait, that are acknowledged, and visits that wait."""
    incarnation = current(db)
    found = db.execute(
        "SELECT count(*), coalesce(sum(acknowledged), 0), "
        "coalesce(sum(kind = 'visit.recorded' AND acknowledged = 0), 0) FROM journal WHERE incarnation = ?",
        [incarnation],
    )
    entries, acknowledged, visits = found.fetchone()
    return {
        "unsent": entries - acknowledged,
        "acknowledged": acknowledged,
        "visits_unsent": visits,
        "quarantined": db.execute("SELECT count(*) FROM quarantined").fetchone()[0],
    }


def moved(db: Database, old: str) -> list[Row]:
    """Entries of a chain that the office never acknowledged: what a new incarnation must say again."""
    return _rows(db.query("SELECT * FROM said WHERE incarnation = ? AND acknowledged = 0 ORDER BY n", [old]))


def rows(db: Database, *, newest: int = 200) -> list[Row]:
    """What this laptop said, each event once, newest first."""
    found = _rows(db.query("SELECT * FROM said ORDER BY recorded_at DESC, n DESC LIMIT ?", [newest]))
    once: dict[str, Row] = {}
    for row in found:
        held = once.get(row.entry.id)
        # After a new incarnation an event is there twice; what the office acknowledged tells its state.
        if held is None or (row.acknowledged and not held.acknowledged):
            once[row.entry.id] = row
    return list(once.values())


def find(db: Database, event: str) -> Row | None:
    """One event by its id, in its latest chain."""
    found = _rows(db.query("SELECT * FROM said WHERE id = ?", [event]))
    return max(found, key=lambda row: (row.acknowledged, row.recorded_at), default=None)


def amendments_of(db: Database, visit: str) -> list[Row]:
    found = _rows(db.query("SELECT * FROM said WHERE kind = 'visit.amended'"))
    named = {row.entry.id: row for row in found if row.said.get("visit") == visit}
    return sorted(named.values(), key=lambda row: (row.recorded_at, row.entry.id))


def said_about(db: Database, debtors: Sequence[str]) -> list[Row]:
    """Events about these debtors that the feed as pulled does not include yet."""
    return _rows(
        db.query(
            "SELECT * FROM said WHERE debtor IN (SELECT value FROM json_each(?)) AND n > "
            "(SELECT reflected FROM incarnations WHERE incarnations.id = said.incarnation) "
            "ORDER BY recorded_at, incarnation, n",
            [json.dumps(list(debtors))],
        )
    )


def reflect(db: Database, incarnation: str, n: int) -> None:
    """The feed as pulled includes this chain up to n; and, once n >= 1, all that older chains sent."""
    db.execute("UPDATE incarnations SET reflected = ? WHERE id = ?", [n, incarnation])
    if n >= 1:
        db.execute(
            "UPDATE incarnations SET reflected = (SELECT coalesce(max(n), 0) FROM journal "
            "WHERE journal.incarnation = incarnations.id) WHERE id <> ?",
            [incarnation],
        )


def quarantine(db: Database, incarnation: str, told: Iterable[Mapping[str, Any]], told_at: datetime) -> None:
    """Exactly these events of the chain are quarantined now; one applied since the last word is out again."""
    held = {
        row["n"]: row["told_at"]
        for row in db.query("SELECT n, told_at FROM quarantined WHERE incarnation = ?", [incarnation])
    }
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
        "ORDER BY incarnations.opened_at, journal.incarnation, n"
    )
    return [_entry(row) for row in found]


def _one(db: Database, sql: str, values: list[Any]) -> dict[str, Any] | None:
    return next(iter(list(db.query(sql, values))), None)


def _rows(found: Iterable[Mapping[str, Any]]) -> list[Row]:
    return [
        Row(
            _entry(row),
            row["debtor"],
            parse_instant(row["recorded_at"]),
            bool(row["acknowledged"]),
            row["quarantined"],
        )
        for row in found
    ]


def _entry(row: Mapping[str, Any]) -> Entry:
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
