"""What became of each thing the collector wrote: draft, ready, sent, confirmed, in review. Sends none.

Sent: it left in a request whose answer did not come or covers less. Confirmed: the office's signed
receipt is held. In review: the office keeps it and could not apply it, and said why.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from sync.wire.errors import CATALOGUE, UNKNOWN
from sync.words import N_, Phrase

from .store import drafts, journal, queues, receipts
from .store.db import Database
from .store.journal import Row


class Delivery(StrEnum):
    DRAFT = "draft"
    READY = "ready"
    SENT = "sent"
    CONFIRMED = "confirmed"
    REVIEW = "review"


# Words, colour and shape of each state.
SHOWN: dict[Delivery, tuple[str, str, str]] = {
    Delivery.DRAFT: (N_("Borrador"), "neutral", "neutral"),
    Delivery.READY: (N_("Lista para enviar"), "info", "info"),
    Delivery.SENT: (N_("Enviada"), "neutral", "sync"),
    Delivery.CONFIRMED: (N_("Confirmada por el servidor"), "good", "good"),
    Delivery.REVIEW: (N_("En revisión en la oficina"), "bad", "bad"),
}


def of_rows(db: Database, rows: Iterable[Row]) -> dict[str, Delivery]:
    """By event id."""
    offered = queues.offered(db)
    return {row.entry.id: _of(db, row, offered) for row in rows}


def _of(db: Database, row: Row, offered: dict[str, int]) -> Delivery:
    entry = row.entry
    if row.quarantined:
        return Delivery.REVIEW
    if row.acknowledged:
        covered = receipts.of_event(db, entry.incarnation, entry.n) is not None
        return Delivery.CONFIRMED if covered else Delivery.SENT
    return Delivery.SENT if entry.n <= offered.get(entry.incarnation, 0) else Delivery.READY


def why_in_review(code: str) -> Phrase:
    """The office's reason, as a sentence."""
    return Phrase(CATALOGUE.get(code, UNKNOWN).title)


def totals(db: Database) -> dict[str, int]:
    """How many are in each state, whatever was written; drafts among them."""
    found = dict.fromkeys((str(one) for one in Delivery), 0)
    found[Delivery.DRAFT] = len(drafts.all_of(db))
    for state in of_rows(db, journal.rows(db, newest=1_000_000)).values():
        found[state] += 1
    return found
