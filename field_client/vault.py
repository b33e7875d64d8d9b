"""Holds a laptop's database open while its collector works; closes it by hand, when idle, or for another.

One collector at a time. The key is in this process only, from unlocking to locking. Knows no page.
"""

from __future__ import annotations

import secrets
import threading
from contextlib import suppress
from pathlib import Path

from sync.exchange import Clock
from sync.wire.fields import instant

from . import backing_up, collectors, os_keyring, unlocking, wiping
from .background import Background
from .folder import NotEnrolled, open_with
from .store import journal, settings
from .store.db import Busy, Closed, NotWritten, Store

# A laptop left open on a table locks itself, after as many minutes as its collector chose.
IDLE_MINUTES = 30
IDLE_CHOICES = (5, 10, 15, 30, 60)
IDLE = "idle_minutes"


class Locked(RuntimeError):
    """The laptop's database is closed; the page must ask for the passphrase."""


class Vault:
    """The laptop's database while it is open, the browsers that opened it, and what runs behind them."""

    def __init__(self, root: Path, clock: Clock, background: Background) -> None:
        self.root = root
        last = collectors.last_used(root)
        self.folder = root if last is None else last.folder
        self.clock = clock
        self.background = background
        self._store: Store | None = None
        self._tokens: set[str] = set()
        self._touched = 0
        self._idle_ms = IDLE_MINUTES * 60_000
        self.opened_ms = 0  # when the laptop was last opened, by the monotonic clock
        self._opened_once: set[Path] = set()
        self._lock = threading.Lock()

    def unlock(self, passphrase: str, folder: Path | None = None) -> str:
        """A token for this browser. `folder`: of one of the laptop's collectors; else of the last one.

        Raises NotEnrolled, TooSoon, WrongPassphrase, BrokenKey or WrongDatabase.
        """
        folder = folder or self.folder
        wiping.finish(folder)
        return self._open(folder, unlocking.key_of(folder, passphrase, self.clock.read().wall))

    def unlock_by_system(self, folder: Path | None = None) -> str:
        """The same with what the system's keyring holds for whoever logged in. Raises Locked where it holds
        nothing, and after the first time: a laptop that locked itself asks for the passphrase."""
        folder = folder or self.folder
        key = os_keyring.recall(folder) if self.system_opens(folder) else None
        if key is None:
            raise Locked
        return self._open(folder, key)

    def system_opens(self, folder: Path) -> bool:
        return folder not in self._opened_once and os_keyring.remembers(folder)

    def _open(self, folder: Path, key: bytes) -> str:
        if folder != self.folder:
            self.lock()  # one collector at a time: the other's key leaves the memory first
        with self._lock:
            self.folder = self.background.folder = folder
            self._opened_once.add(folder)
            fresh = self._store is None
            if self._store is None:
                self._store = open_with(self.folder, key)
                self._idle_ms = idle_minutes(self._store) * 60_000
                if wiping.begun(self._store):  # cut off before: it can only be done to the end
                    store, self._store = self._store, None
                    wiping.wipe(store, self.clock.read())
                    raise NotEnrolled(self.folder)
            token = secrets.token_urlsafe(32)
            self._tokens.add(token)
            self._touched = self.clock.read().mono_ms
        if fresh:
            self.opened_ms = self.clock.read().mono_ms
            with suppress(OSError):  # a full disk keeps nobody from reading his day
                collectors.note(folder, used=instant(self.clock.read().wall))
            self.background.begin(open_with(self.folder, key), self._wipe)
        return token

    def store_for(self, token: str | None, *, touch: bool = True) -> Store:
        """The open database for a browser that unlocked it. Raises Locked.

        Without `touch` the request is the page's own, and the laptop goes on being idle.
        """
        with self._lock:
            if self._store is None or token not in self._tokens:
                raise Locked
            now = self.clock.read().mono_ms
            idle = now - self._touched
            self._touched = now if touch else self._touched
            if idle <= self._idle_ms:
                return self._store
        self.lock()
        raise Locked

    def lock_if_idle(self) -> None:
        """For a clock that ticks: a laptop left open closes also where no page asks anything."""
        with self._lock:
            idle = self._store is not None and self.clock.read().mono_ms - self._touched > self._idle_ms
        if idle:
            self.lock()

    def idle_after(self, minutes: int) -> None:
        """Lock after so many minutes without a touch, from now on."""
        with self._lock:
            self._idle_ms = minutes * 60_000

    def lock(self) -> None:
        """Copy what is nowhere else yet, note how much waits, and forget the key."""
        self.background.stop()
        with self._lock:
            store = self._store
            self._tokens.clear()  # no page comes in while the copy is written
        if store is not None:
            with suppress(Closed, NotWritten, Busy, OSError):
                note_unsent(store)
                backing_up.back_up_if_due(store, self.clock.read())
        self._forget()

    def take(self) -> Store:
        """The database for who will empty the laptop; the browsers are locked out. Raises Locked."""
        self.background.stop()
        with self._lock:
            store, self._store = self._store, None
            self._tokens.clear()
        if store is None:
            raise Locked
        return store

    def _wipe(self, store: Store) -> None:
        """The office's order came: the pages close first, then the laptop is emptied."""
        self._forget()
        wiping.wipe(store, self.clock.read())

    def _forget(self) -> None:
        with self._lock:
            self._tokens.clear()
            if self._store is not None:
                self._store.close()
                self._store = None


def idle_minutes(held: Store) -> int:
    with held.reading() as db:
        chosen = settings.get(db, IDLE, IDLE_MINUTES)
    return int(chosen) if chosen in IDLE_CHOICES else IDLE_MINUTES


def note_unsent(held: Store) -> None:
    """On the card that is read while the laptop is locked: only how much waits."""
    with held.reading() as db:
        unsent = journal.counts(db)["unsent"]
    with suppress(OSError):  # a full disk keeps no page from being shown
        collectors.note(held.path.parent, unsent=unsent)
