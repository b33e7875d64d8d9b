"""Finds the laptop's folder and opens what is in it. Knows no table and no network.

A folder holds `keyring.json` (the wrapped key) and `laptop.db` (the encrypted database). An enrolment
is made in `enrolling/` and moved into place when the office has answered, so that a folder is either a
laptop or none.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from sync.sealing import Cost, new_database_key
from sync.words import N_, Phrase

from .store import keyring, schema
from .store.db import Store, open_store

DATABASE = "laptop.db"
ENROLLING = "enrolling"
LEAST_PASSPHRASE = 10


class NotEnrolled(Exception):
    """The folder holds no laptop yet."""

    because = Phrase(N_("Este portátil no está inscrito; pida un código a la oficina"))

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(
            f"No laptop is enrolled in {folder}. Ask the office for a code and run: "
            "ronda field enrol --server URL --code CODE"
        )


class AlreadyEnrolled(Exception):
    """The folder already holds a laptop; a second enrolment would hide its visits."""


class WeakPassphrase(ValueError):
    """The passphrase is too short to keep a stolen laptop closed."""

    def __init__(self) -> None:
        super().__init__(f"The passphrase needs at least {LEAST_PASSPHRASE} characters.")


def default_folder() -> Path:
    """Where this system keeps a program's own data for the person logged in."""
    home = Path.home()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "Ronda"
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "Ronda"
    return Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share") / "ronda"


def is_enrolled(folder: Path) -> bool:
    return (folder / keyring.NAME).is_file() and (folder / DATABASE).is_file()


def open_laptop(folder: Path, passphrase: str) -> Store:
    """The laptop's store, upgraded to this version's tables.

    Raises NotEnrolled, WrongPassphrase, BrokenKey, WrongDatabase or UnsafeSQLite.
    """
    if not is_enrolled(folder):
        raise NotEnrolled(folder)
    return open_with(folder, keyring.load(folder, passphrase))


def open_with(folder: Path, key: bytes) -> Store:
    store = open_store(folder / DATABASE, key)
    schema.upgrade(store)
    return store


def check_free(folder: Path) -> None:
    """Raise AlreadyEnrolled when an enrolment here could hide or overwrite a laptop's data."""
    if is_enrolled(folder):
        raise AlreadyEnrolled(
            f"{folder} already holds an enrolled laptop. Use it; free it with `ronda field leave`, which is "
            "refused while work is unsent; or enrol another with --data OTHER_FOLDER."
        )
    if (folder / DATABASE).exists() or (folder / keyring.NAME).exists():
        raise AlreadyEnrolled(
            f"{folder} holds half a laptop ({DATABASE} or {keyring.NAME} without the other). "
            "Nothing was touched: keep it for the office's recovery key and enrol with --data OTHER_FOLDER."
        )


def begin(folder: Path, passphrase: str, cost: Cost | None = None) -> tuple[Store, bytes]:
    """A new, empty laptop in `enrolling/`, and its database key. What an earlier attempt left is dropped."""
    if len(passphrase) < LEAST_PASSPHRASE:
        raise WeakPassphrase
    check_free(folder)
    attempt = folder / ENROLLING
    if attempt.exists():
        shutil.rmtree(attempt)
    attempt.mkdir(parents=True)
    if os.name == "posix":
        folder.chmod(0o700)
    key = new_database_key()
    keyring.save(attempt, key, passphrase, cost)
    return open_with(attempt, key), key


def finish(folder: Path, store: Store) -> None:
    """Move the enrolled laptop into place: the database first, so that a key never stands without it."""
    store.close()
    attempt = folder / ENROLLING
    check_free(folder)
    (attempt / DATABASE).replace(folder / DATABASE)
    (attempt / keyring.NAME).replace(folder / keyring.NAME)
    shutil.rmtree(attempt)
