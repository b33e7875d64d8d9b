"""What the office said, as it came: feed records by (kind, id), hidden at once when they are revoked."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlite_utils import Database

from sync.digest import KindDigest, bucket_of, canonical, scope_digest
from sync.rules.policy import fold_text

from . import erasing

# Id, feed number and payload of a record.
Numbered = tuple[str, int, dict[str, Any]]


def apply(db: Database, rows: Iterable[Mapping[str, Any]]) -> int:
    """Take rows of a page: a newer version replaces, a tombstone hides. Answers how many there were."""
    taken = 0
    for row in rows:
        taken += 1
        if row["gone"]:
            db.execute(
                "UPDATE records SET gone = 1, number = ? WHERE kind = ? AND id = ?",
                [row["number"], row["kind"], row["id"]],
            )
            continue
        put(db, row["kind"], row["id"], row["number"], row["payload"])
        if row["kind"] == erasing.KIND:
            erasing.obey(db, row["payload"])
    return taken


def put(db: Database, kind: str, id: str, number: int, payload: Mapping[str, Any]) -> None:
    db.table("records").upsert(
        {
            "kind": kind,
            "id": id,
            "number": number,
            "debtor": id if kind == "debtor" else payload.get("debtor"),
            "account": payload.get("account"),
            "gone": 0,
            "payload": canonical(dict(payload)).decode("utf-8"),
        },
        pk=("kind", "id"),
    )


def clear(db: Database) -> None:
    """Forget all records: the office began a new epoch and sends everything again."""
    db.execute("DELETE FROM records")


def release(db: Database, waiting: Collection[str]) -> int:
    """Delete the hidden records, but for those of the debtors about whom something of ours waits."""
    gone = db.execute(
        "DELETE FROM records WHERE gone = 1 AND (debtor IS NULL OR debtor NOT IN "
        "(SELECT value FROM json_each(?)))",
        [json.dumps(sorted(waiting))],
    )
    return int(gone.rowcount)


def get(db: Database, kind: str, id: str) -> dict[str, Any] | None:
    found = db.query("SELECT payload FROM records WHERE kind = ? AND id = ? AND gone = 0", [kind, id])
    return next((json.loads(row["payload"]) for row in found), None)


def all_of(db: Database, kind: str) -> list[dict[str, Any]]:
    found = db.query("SELECT payload FROM records WHERE kind = ? AND gone = 0 ORDER BY id", [kind])
    return [json.loads(row["payload"]) for row in found]


def first_of(db: Database, kind: str) -> dict[str, Any] | None:
    return next(iter(all_of(db, kind)), None)


def texts_of(db: Database, kind: str) -> list[tuple[str, str]]:
    """(id, payload as it was received) of every record of a kind: for who keeps what he made of it."""
    found = db.query("SELECT id, payload FROM records WHERE kind = ? AND gone = 0 ORDER BY id", [kind])
    return [(row["id"], row["payload"]) for row in found]


def about(db: Database, kind: str, debtors: Sequence[str]) -> Iterator[Numbered]:
    """(id, number, payload) of the records of one kind that name one of these debtors."""
    found = db.query(
        "SELECT id, number, payload FROM records WHERE kind = ? AND gone = 0 "
        "AND debtor IN (SELECT value FROM json_each(?))",
        [kind, json.dumps(list(debtors))],
    )
    return _rows(found)


def on_accounts(db: Database, kind: str, accounts: Sequence[str]) -> Iterator[Numbered]:
    """The same for records that name one of these accounts."""
    found = db.query(
        "SELECT id, number, payload FROM records WHERE kind = ? AND gone = 0 "
        "AND account IN (SELECT value FROM json_each(?))",
        [kind, json.dumps(list(accounts))],
    )
    return _rows(found)


def accounts_of(db: Database, debtor: str) -> Iterator[Numbered]:
    """The accounts a debtor is bound to in any role."""
    found = db.query(
        "SELECT id, number, payload FROM records WHERE kind = 'account' AND gone = 0 AND (debtor = ? "
        "OR EXISTS (SELECT 1 FROM json_each(records.payload, '$.people') AS person "
        "WHERE json_extract(person.value, '$.debtor') = ?))",
        [debtor, debtor],
    )
    return _rows(found)


def debtors(db: Database, words: str = "", limit: int = 500) -> list[dict[str, Any]]:
    """Everyone on this laptop whose name or document holds these words, whatever their case and accents.

    A laptop holds one collector's scope, so all of it is read: SQLite knows no accents.
    """
    wanted = fold_text(words)
    if words.strip() and not wanted:
        return []
    found = [
        said
        for said in all_of(db, "debtor")
        if wanted in fold_text(said["name"]) or wanted in fold_text(said["document"])
    ]
    return sorted(found, key=lambda said: fold_text(said["name"]))[:limit]


def counts(db: Database) -> dict[str, int]:
    found = db.query("SELECT kind, count(*) AS many FROM records WHERE gone = 0 GROUP BY kind ORDER BY kind")
    return {row["kind"]: row["many"] for row in found}


def digest(db: Database) -> dict[str, KindDigest]:
    """What this laptop holds, summed up for comparison with the office."""
    found = db.query("SELECT kind, id, payload FROM records WHERE gone = 0")
    return scope_digest((row["kind"], row["id"], row["payload"].encode("utf-8")) for row in found)


def drop_bucket(db: Database, kind: str, bucket: int) -> None:
    """Forget the records of one bucket, to take the office's in their place."""
    for row in list(db.query("SELECT id FROM records WHERE kind = ?", [kind])):
        if bucket_of(row["id"]) == bucket:
            db.execute("DELETE FROM records WHERE kind = ? AND id = ?", [kind, row["id"]])


def _rows(found: Iterable[Mapping[str, Any]]) -> Iterator[Numbered]:
    return iter([(row["id"], row["number"], json.loads(row["payload"])) for row in found])
