"""The laptop's side of an exchange: what `sync.exchange` asks of its memory, one transaction a call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from sync import __version__
from sync.digest import KindDigest
from sync.exchange.sides import Identity
from sync.keys import Keyring, signing_key
from sync.ledger import Checkpoint, Entry, Head, Receipt
from sync.wire.fields import instant

from . import journal, receipts, records, settings
from .db import Store


class StoredLaptop:
    """`sync.exchange.Laptop` over the encrypted database."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def identity(self) -> Identity:
        with self.store.reading() as db:
            incarnation = journal.current(db)
            return Identity(
                device=settings.get(db, "device"),
                client=f"ronda/{__version__}",
                incarnation=incarnation,
                key=signing_key(bytes.fromhex(settings.get(db, "signing_key"))),
                office_keys=Keyring.from_json(settings.get(db, "office_keys")),
                policy_versions=policy_versions(db),
                receipt=receipts.last(db, incarnation),
                offset_ms=settings.get(db, "offset_ms"),
                uncertainty_ms=settings.get(db, "uncertainty_ms"),
                unsent=journal.counts(db)["unsent"],
            )

    def waiting(self, limit: int) -> Sequence[Entry]:
        with self.store.reading() as db:
            return journal.waiting(db, journal.current(db), limit)

    def parent(self) -> Head | None:
        with self.store.reading() as db:
            return journal.parent(db, journal.current(db))

    def hash_at(self, n: int) -> bytes | None:
        with self.store.reading() as db:
            return journal.hash_at(db, journal.current(db), n)

    def acknowledge(self, incarnation: str, n: int, receipt: Receipt | None) -> None:
        with self.store.writing() as db:
            journal.acknowledge(db, incarnation, n)
            if receipt is not None:
                receipts.keep(db, receipt)
            records.release(db)

    def begin_again(
        self, chain: Callable[[Head, Sequence[Entry]], Sequence[Entry]], opened_at: datetime
    ) -> None:
        with self.store.writing() as db:
            old = journal.current(db)
            moved = {row.entry.id: row for row in journal.moved(db, old)}
            parent = journal.acknowledged_head(db, old)
            entries = chain(parent, [row.entry for row in moved.values()])
            journal.open_incarnation(db, entries[0].incarnation, opened_at, parent)
            for entry in entries:
                row = moved.get(entry.id)
                journal.add(db, entry, row.debtor if row else None, row.recorded_at if row else opened_at)

    def quarantine(self, incarnation: str, told: Iterable[Mapping[str, Any]], told_at: datetime) -> None:
        with self.store.writing() as db:
            journal.quarantine(db, incarnation, told, told_at)

    def cursor(self) -> Mapping[str, Any] | None:
        with self.store.reading() as db:
            return _cursor(db)

    def take_page(self, asked: Mapping[str, Any] | None, page: Mapping[str, Any]) -> bool:
        with self.store.writing() as db:
            if _cursor(db) != asked:
                return False
            if page["reset"]:
                records.clear(db)
            records.apply(db, page["rows"])
            settings.put(db, "cursor", dict(page["cursor"]))
            # Until every page of an epoch is here, no list of stops or accounts is whole.
            complete = not page["more"] or (not page["reset"] and settings.get(db, "complete", False))
            settings.put(db, "complete", complete)
            journal.reflect(db, page["reflects"]["incarnation"], page["reflects"]["n"])
            records.release(db)
        return True

    def scope_digest(self) -> Mapping[str, KindDigest]:
        with self.store.reading() as db:
            return records.digest(db)

    def mend(
        self,
        cursor: Mapping[str, Any],
        buckets: Sequence[tuple[str, int]],
        rows: Sequence[Mapping[str, Any]],
    ) -> None:
        with self.store.writing() as db:
            if _cursor(db) != cursor:
                return
            for kind, bucket in buckets:
                records.drop_bucket(db, kind, bucket)
            records.apply(db, rows)

    def keep_checkpoint(self, checkpoint: Checkpoint) -> None:
        with self.store.writing() as db:
            receipts.keep_checkpoint(db, checkpoint)

    def heard(self, *, offset_ms: int, uncertainty_ms: int, epoch: str, notices: Sequence[Any]) -> None:
        with self.store.writing() as db:
            settings.put_all(
                db,
                {
                    "offset_ms": offset_ms,
                    "uncertainty_ms": uncertainty_ms,
                    "epoch": epoch,
                    "notices": list(notices),
                },
            )

    def pending_attachments(self) -> int:
        with self.store.reading() as db:
            return journal.announced_attachments(db)

    def note_exchange(self, *, sent: bool, received: bool, at: datetime) -> None:
        """When something was last sent, and when the day was last received: two different things."""
        with self.store.writing() as db:
            if sent:
                settings.put(db, "last_sent", instant(at))
            if received:
                settings.put(db, "last_received", instant(at))


def policy_versions(db: Database) -> dict[str, str]:
    return {said["name"]: said["version"] for said in records.all_of(db, "policy")}


def _cursor(db: Database) -> dict[str, Any] | None:
    cursor: dict[str, Any] | None = settings.get(db, "cursor")
    return cursor
