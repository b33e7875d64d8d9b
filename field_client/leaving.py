"""Ends a collector's use of the laptop: never while something of his is unsent. Knows no network."""

from __future__ import annotations

from dataclasses import dataclass

from sync.exchange import Reading
from sync.words import N_, Phrase

from . import wiping
from .store import drafts, journal, queues
from .store.db import Store
from .wiping import Wiped


@dataclass(frozen=True)
class Waits:
    """Why the laptop cannot be left yet, and the way out."""

    unsent: int
    drafts: int
    pictures: int

    @property
    def because(self) -> Phrase:
        text = N_(
            "Hay {unsent} datos sin confirmar, {pictures} fotos por enviar y {drafts} borradores: "
            "no se puede salir. Envíelos, o lleve el archivo de envíos a la oficina y traiga su respuesta; "
            "guarde o descarte los borradores."
        )
        return Phrase(text, {"unsent": self.unsent, "pictures": self.pictures, "drafts": self.drafts})


def waits(store: Store) -> Waits | None:
    """What still keeps the collector here; None when nothing does."""
    with store.reading() as db:
        found = Waits(journal.counts(db)["unsent"], len(drafts.all_of(db)), queues.pictures_waiting(db))
    return found if found.unsent or found.drafts or found.pictures else None


def leave(store: Store, reading: Reading) -> Wiped | Waits:
    """Empty the laptop, so that another collector can be enrolled in it. Closes the store when it does."""
    kept = waits(store)
    return wiping.wipe(store, reading) if kept is None else kept
