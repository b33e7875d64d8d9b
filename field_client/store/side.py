"""The laptop's side of an exchange: what `sync.exchange` asks of its memory, one transaction a call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from sync import __version__
from sync.digest import KindDigest
from sync.exchange.files import File
from sync.exchange.sides import Again, Identity
from sync.exchange.sizes import Sizes
from sync.keys import Keyring, signing_key
from sync.ledger import Checkpoint, Entry, Head, Receipt
from sync.wire.fields import instant

from . import attachments, journal, papers, receipts, records, retention, settings, standing
from .db import Store

FEED_TOP = "feed_top"  # the number of the feed's last row, as the office last told it


class StoredLaptop:
    """`sync.exchange.Laptop` over the encrypted database."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def identity(self, about: str | None = None) -> Identity:
        with self.store.reading() as db:
            current = journal.current(db)
            incarnation = about or standing.unsettled(db) or current
            return Identity(
                device=settings.get(db, "device"),
                client=f"ronda/{__version__}",
                incarnation=incarnation,
                key=signing_key(bytes.fromhex(settings.get(db, "signing_key"))),
                office_keys=Keyring.from_json(settings.get(db, "office_keys")),
                policy_versions=policy_versions(db),
                receipt=receipts.last(db),
                offset_ms=settings.get(db, "offset_ms"),
                uncertainty_ms=settings.get(db, "uncertainty_ms"),
                unsent=journal.counts(db)["unsent"],
                current=incarnation == current,
                asked_about=standing.asked_about(db, incarnation),
                epoch=settings.get(db, "epoch"),
                confirmed=standing.confirmed(db),
                sizes=Sizes.from_json(settings.get(db, "sizes")),
            )

    def waiting(self, incarnation: str, limit: int) -> Sequence[Entry]:
        with self.store.reading() as db:
            return journal.waiting(db, incarnation, limit)

    def parent(self, incarnation: str) -> Head | None:
        with self.store.reading() as db:
            return journal.parent(db, incarnation)

    def hash_at(self, incarnation: str, n: int) -> bytes | None:
        with self.store.reading() as db:
            return journal.hash_at(db, incarnation, n)

    def unsettled(self) -> bool:
        with self.store.reading() as db:
            return bool(standing.unsettled(db) or journal.waiting(db, journal.current(db), 1))

    def acknowledge(self, incarnation: str, n: int, receipt: Receipt | None) -> None:
        with self.store.writing() as db:
            journal.acknowledge(db, incarnation, n)
            if receipt is not None:
                receipts.keep(db, receipt)
            records.release(db, standing.debtors_waiting(db))

    def give_up(self, incarnation: str, again: Again, opened_at: datetime) -> None:
        with self.store.writing() as db:
            told = {row.entry.id: row for row in standing.give_up(db, incarnation)}
            current = journal.current(db)
            held = standing.acknowledged_head(db, incarnation)
            last = None if incarnation == current else journal.head(db, current)
            entries = again(held, last, [row.entry for row in told.values()])
            if last is None:
                journal.open_incarnation(db, entries[0].incarnation, opened_at, held)
            for entry in entries:
                row = told.get(entry.id)
                journal.add(db, entry, row.debtor if row else None, row.recorded_at if row else opened_at)

    def chains(self) -> Sequence[str]:
        with self.store.reading() as db:
            return standing.chains(db)

    def odd_chains(self) -> Sequence[str]:
        with self.store.reading() as db:
            return sorted({*standing.odd_chains(db), *retention.uncovered_chains(db)})

    def covered(self, incarnation: str, n: int, *, ours: bool) -> None:
        with self.store.writing() as db:
            retention.cover(db, incarnation, n if ours else min(n, standing.before_fork(db, incarnation)))
            retention.let_go(db)

    def resize(self, sizes: Sizes) -> None:
        with self.store.writing() as db:
            settings.put(db, "sizes", sizes.to_json())

    def quarantine(self, incarnation: str, told: Iterable[Mapping[str, Any]], told_at: datetime) -> None:
        with self.store.writing() as db:
            journal.quarantine(db, incarnation, told, told_at)

    def cursor(self) -> Mapping[str, Any] | None:
        with self.store.reading() as db:
            return _cursor(db)

    def take_page(
        self,
        asked: Mapping[str, Any] | None,
        page: Mapping[str, Any],
        confirmed: Mapping[str, int] | None = None,
    ) -> bool:
        with self.store.writing() as db:
            if _cursor(db) != asked:
                return False
            if page["reset"]:
                records.clear(db)
                standing.forget_feed(db)
            records.apply(db, page["rows"])
            settings.put(db, "cursor", dict(page["cursor"]))
            if page.get("top") is not None:
                settings.put(db, FEED_TOP, page["top"])
            # Until every page of an epoch is here, no list of stops or accounts is whole.
            complete = not page["more"] or (not page["reset"] and settings.get(db, "complete", False))
            settings.put(db, "complete", complete)
            standing.reflect(db, page["reflects"])
            if not page["more"]:
                standing.reflect_all(db, confirmed or {})
            records.release(db, standing.debtors_waiting(db))
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

    def keep_keys(self, keys: Keyring) -> None:
        with self.store.writing() as db:
            settings.put(db, "office_keys", keys.to_json())

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

    def attachments_waiting(self) -> Sequence[File]:
        with self.store.reading() as db:
            return attachments.waiting(db)

    def attachment_chunk(self, sha256: str, offset: int, limit: int) -> bytes:
        with self.store.reading() as db:
            return attachments.chunk(db, sha256, offset, limit)

    def attachment_reached(self, sha256: str, reached: int, *, stored: bool) -> None:
        with self.store.writing() as db:
            attachments.reach(db, sha256, reached, stored=stored)

    def attachment_erased(self, sha256: str) -> None:
        with self.store.writing() as db:
            attachments.erase(db, sha256)

    def attachments_pending(self) -> int:
        with self.store.reading() as db:
            return attachments.pending(db)

    def documents_waiting(self, now: datetime) -> Sequence[File]:
        with self.store.writing() as db:
            papers.drop_unannounced(db)
            attachments.release(db)
            return papers.waiting(db, now)

    def document_arrived(self, sha256: str, offset: int, chunk: bytes) -> bool:
        with self.store.writing() as db:
            return papers.keep(db, sha256, offset, chunk)

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
