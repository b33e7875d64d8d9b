"""Sends and receives behind the collector's back: one exchange at a time, with pauses, never in a page's way.

It works on a database connection of its own and is stopped when the laptop is locked: an answer that
comes later is not looked at. Knows no page.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random, SystemRandom
from typing import Any

from sync.exchange import Clock
from sync.exchange.pauses import next_pause

from . import backing_up, syncing
from .noting import Stopped, wipe_ordered
from .store import settings
from .store.db import Busy, Closed, NotWritten, Store
from .syncing import Exchanged, NotExchanged
from .turns import Elsewhere, turn

# A hung request is not waited for: it is left behind, and its answer with it.
PATIENCE_S = 1.0

Exchange = Callable[[Store, Clock, Callable[[], bool]], Exchanged | NotExchanged]


@dataclass(frozen=True)
class Progress:
    """What the background does now and how its last exchange ended. `number` counts those that ended."""

    working: bool = False
    number: int = 0
    code: str = ""
    sent: int = 0
    received: int = 0


def by_network(store: Store, clock: Clock, stopped: Callable[[], bool]) -> Exchanged | NotExchanged:
    return syncing.exchange(store, clock, None, stopped)


class Background:
    """The exchanges of one unlocked laptop. `begin` after unlocking, `stop` when locking."""

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        *,
        automatic: bool,
        exchange: Exchange = by_network,
        rng: Random | None = None,
    ) -> None:
        self.folder = folder
        self._clock = clock
        self._automatic = automatic
        self._exchange = exchange
        self._rng = rng or SystemRandom()
        self._lock = threading.Lock()
        self._run: _Run | None = None

    def begin(self, store: Store, on_wipe: Callable[[Store], None]) -> None:
        """Work on `store`, which is the background's own from now on, until stopped."""
        self.stop()
        run = _Run(self, store, on_wipe)
        with self._lock:
            self._run = run
        run.start()

    def stop(self) -> None:
        """Stop and close its database. Never waits for the network."""
        with self._lock:
            run, self._run = self._run, None
        if run is not None:
            run.stop()

    def ask(self) -> None:
        """Exchange now, unless it is doing so; returns at once."""
        with self._lock:
            if self._run is not None:
                self._run.ask()

    @property
    def progress(self) -> Progress:
        with self._lock:
            run = self._run
        if run is None:
            return Progress()
        # A thread that died must not look like one that is sending.
        return run.progress if run.is_alive() else replace(run.progress, working=False)


class _Run(threading.Thread):
    """The thread of one unlocking."""

    def __init__(self, background: Background, store: Store, on_wipe: Callable[[Store], None]) -> None:
        super().__init__(name="ronda-background", daemon=True)
        self._background = background
        self._store = store
        self._on_wipe = on_wipe
        self._stopped = threading.Event()
        self._asked = threading.Event()
        self.progress = Progress()

    def ask(self) -> None:
        self.progress = replace(self.progress, working=True)
        self._asked.set()

    def stop(self) -> None:
        self._stopped.set()
        self._asked.set()
        if threading.current_thread() is self:
            return
        self.join(PATIENCE_S)
        self._store.close()

    def run(self) -> None:
        # Locked meanwhile: nothing of the answer was kept, and what waits, waits.
        with suppress(Stopped, Closed):
            self._loop()

    def _loop(self) -> None:
        failures = 0
        if not self._switched_on():
            self._asked.wait()
        while not self._stopped.is_set():
            self._asked.clear()
            went = self._once()
            failures = 0 if went else failures + 1
            if wipe_ordered(self._store):
                self._stopped.set()
                self._on_wipe(self._store)
                return
            pause = next_pause(failures, self._background._rng).total_seconds()
            self._asked.wait(pause if self._switched_on() else None)

    def _switched_on(self) -> bool:
        if not self._background._automatic:
            return False
        with self._store.reading() as db:
            return bool(settings.get(db, settings.AUTOMATIC, True))

    def _once(self) -> bool:
        self.progress = replace(self.progress, working=True)
        told: dict[str, Any] = {}
        try:
            with turn(self._background.folder):
                done = self._background._exchange(self._store, self._background._clock, self._stopped.is_set)
        except Elsewhere:
            told["code"] = "elsewhere"
        except (Busy, NotWritten):
            told["code"] = "not_written"
        else:
            told = _told(done)
            backing_up.back_up_if_due(self._store, self._background._clock.read())
        self.progress = Progress(working=False, number=self.progress.number + 1, **told)
        return not self.progress.code


def _told(done: Exchanged | NotExchanged) -> dict[str, Any]:
    if isinstance(done, NotExchanged):
        return {"code": done.code}
    return {"sent": done.outcome.sent, "received": done.outcome.received}
