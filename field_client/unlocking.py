"""Opens a laptop with its passphrase, slower after each wrong one. Knows no page and no terminal.

The pauses are for whoever types at this computer, and are kept beside the key so that starting the program
again does not forgive them. Who copies the files away is held up by Argon2id, not by these.
"""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sync.sealing import WrongPassphrase
from sync.wire.fields import instant, parse_instant
from sync.words import N_, Phrase

from .carrying import write_durably
from .folder import NotEnrolled, is_enrolled, open_with
from .store import keyring
from .store.db import Store

NAME = "attempts.json"
FREE = 3  # a slip of the finger costs nothing
LONGEST_S = 300

# Two guesses at once must count as two.
_turn = threading.Lock()


class TooSoon(Exception):
    """Another passphrase may be tried only in `wait_s` seconds; nothing was tried."""

    def __init__(self, wait_s: int) -> None:
        self.wait_s = wait_s
        text = N_("Hubo varias contraseñas equivocadas: espere {seconds} segundos antes de probar otra vez")
        self.because = Phrase(text, {"seconds": wait_s})
        super().__init__(
            f"Several wrong passphrases were given: wait {wait_s} second(s) before the next one."
        )


def pause_after(wrong: int) -> int:
    """For how many seconds nothing is tried after so many wrong passphrases in a row."""
    return 0 if wrong < FREE else min(LONGEST_S, 2 ** (wrong - FREE + 1))


def key_of(folder: Path, passphrase: str, now: datetime) -> bytes:
    """The database key. Raises NotEnrolled, TooSoon, WrongPassphrase or BrokenKey."""
    if not is_enrolled(folder):
        raise NotEnrolled(folder)
    with _turn:
        left = waits(folder, now)
        if left:
            raise TooSoon(left)
        try:
            key = keyring.load(folder, passphrase)
        except WrongPassphrase:
            _note(folder, wrong_ones(folder) + 1, now)
            raise
        forgive(folder)
        return key


def forgive(folder: Path) -> None:
    """Forget the wrong passphrases: the right one was given, or the office gave another."""
    with suppress(OSError):
        (folder / NAME).unlink(missing_ok=True)


def open_slowly(folder: Path, passphrase: str, now: datetime) -> Store:
    """The laptop's store. Raises as `key_of`, WrongDatabase or UnsafeSQLite."""
    return open_with(folder, key_of(folder, passphrase, now))


def wrong_ones(folder: Path) -> int:
    """How many wrong passphrases were given since the last right one."""
    return int(_held(folder)["wrong"])


def waits(folder: Path, now: datetime) -> int:
    """For how many seconds no passphrase is tried yet; a clock set back wins nobody anything."""
    held = _held(folder)
    pause = pause_after(held["wrong"])
    if not pause or held["last"] is None:
        return 0
    since = now - held["last"]
    if since < timedelta(0):
        _note(folder, held["wrong"], now)
        return pause
    return max(0, -int((since - timedelta(seconds=pause)) // timedelta(seconds=1)))


def _held(folder: Path) -> dict[str, Any]:
    try:
        said = json.loads((folder / NAME).read_text(encoding="utf-8"))
        return {"wrong": max(0, int(said["wrong"])), "last": parse_instant(said["last"])}
    except (OSError, ValueError, KeyError, TypeError):
        return {"wrong": 0, "last": None}


def _note(folder: Path, wrong: int, now: datetime) -> None:
    with suppress(OSError):  # a full disk keeps nobody from his data
        write_durably(folder / NAME, json.dumps({"wrong": wrong, "last": instant(now)}).encode("ascii"))
