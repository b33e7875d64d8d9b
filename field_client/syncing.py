"""Runs one exchange of this laptop with its office and remembers when. Decides nothing about events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sync.exchange import Clock, OfficeSays, Outcome, Peer, Unreachable, Untrusted, run
from sync.wire.fields import instant, parse_instant
from sync.wire.packing import Context
from sync.words import N_, Phrase

from .enrolling import give_sealed_key
from .noting import Noting
from .peer import HttpPeer, say
from .store import context, journal, pins, retention, settings
from .store.db import Store
from .store.side import StoredLaptop

COMPARE_EVERY = timedelta(hours=12)


@dataclass(frozen=True)
class Exchanged:
    """An exchange that went through."""

    outcome: Outcome
    unsent: int


@dataclass(frozen=True)
class NotExchanged:
    """An exchange that did not; what waits is kept. `code` is stable, `because` says what to do."""

    code: str
    because: Phrase
    unsent: int
    visits_unsent: int


def office_of(store: Store) -> HttpPeer:
    """The office this laptop was enrolled with."""

    def known() -> Context | None:
        with store.reading() as db:
            return context.context(db)

    def learn(said: Any) -> None:
        with store.writing() as db:
            pins.learn(db, said)

    with store.reading() as db:
        return HttpPeer(
            settings.get(db, "server"),
            device=settings.get(db, "device"),
            token=settings.get(db, "token"),
            context=known,
            pins=pins.get(db),
            learn=learn,
        )


def exchange(
    store: Store,
    clock: Clock,
    peer: Peer | None = None,
    stopped: Callable[[], bool] = lambda: False,
    *,
    check: bool | None = None,
) -> Exchanged | NotExchanged:
    """Send what waits, receive the day, and compare when it is time (or as `check` says).

    Comparing is a request of its own, and finds what should not be there to find: twice a day is often
    enough. Never loses anything, whatever happens.

    Raises `noting.Stopped` when `stopped` says, at an answer, that the laptop was locked meanwhile.
    """
    peer = Noting(peer or office_of(store), store, stopped)
    laptop = StoredLaptop(store)
    before = _counts(store)
    check = _time_to_compare(store, clock.read().wall) if check is None else check
    try:
        outcome = run(laptop, peer, clock, check=check)
    except Unreachable as wrong:
        result = _failed(store, "unreachable", wrong.because)
    except OfficeSays as wrong:
        result = _failed(store, wrong.told.code, say(wrong.told))
    except Untrusted as wrong:
        result = _failed(store, "untrusted", wrong.because)
    else:
        give_sealed_key(store, peer)
        now = clock.read().wall
        laptop.note_exchange(sent=outcome.sent > 0, received=True, at=now)
        if outcome.differed == 0:
            _note_compared(store, now)
        _note(store, None)
        return Exchanged(outcome, _counts(store)["unsent"])
    if _counts(store)["acknowledged"] > before["acknowledged"]:
        laptop.note_exchange(sent=True, received=False, at=clock.read().wall)
    _note(store, {"code": result.code, "because": result.because.to_json()})
    return result


def _time_to_compare(store: Store, now: datetime) -> bool:
    with store.reading() as db:
        last = settings.get(db, "compared_at")
    # A clock set back must not put the comparison off.
    return last is None or not parse_instant(last) <= now < parse_instant(last) + COMPARE_EVERY


def _note_compared(store: Store, now: datetime) -> None:
    with store.writing() as db:
        settings.put(db, "compared_at", instant(now))


def missing(store: Store) -> Phrase | None:
    """What the laptop must say when the office asks for bodies that it has rightly let go of."""
    with store.reading() as db:
        many = retention.missing_bodies(db)
    text = N_(
        "{count} eventos no se pueden reenviar: este portátil ya no guarda su contenido porque una copia "
        "verificada de la oficina lo tenía. Pida a la oficina que restaure su copia más reciente"
    )
    return Phrase(text, {"count": many}) if many else None


def _failed(store: Store, code: str, because: Phrase) -> NotExchanged:
    counts = _counts(store)
    return NotExchanged(code, because, counts["unsent"], counts["visits_unsent"])


def _note(store: Store, failure: dict[str, Any] | None) -> None:
    with store.writing() as db:
        settings.put(db, "last_failure", failure)


def _counts(store: Store) -> dict[str, int]:
    with store.reading() as db:
        return journal.counts(db)
