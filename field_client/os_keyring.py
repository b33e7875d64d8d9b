"""Keeps a second way to the laptop's key in the system's own keyring, where there is one and it is asked for.

The key lies wrapped in the laptop's folder; what opens it is a random secret that the system gives only to
whoever logged in to it. A disk in other hands opens by neither. The passphrase stays the way that always
works: on a machine with no keyring nothing changes.
"""

from __future__ import annotations

import hashlib
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any

from sync.sealing import BrokenKey, Cost, WrongPassphrase, unwrap, wrap

from .carrying import write_durably

NAME = "keyring.system.json"
SERVICE = "ronda"
# The secret is random and as long as the key: there is nothing to guess, so guessing need not be made dear.
PLAIN = Cost(memory_kib=32, passes=1, lanes=1)


class NoKeyring(RuntimeError):
    """This machine has no keyring that Ronda can use; the passphrase works as always."""

    def __init__(self) -> None:
        super().__init__(
            "This computer has no keyring Ronda can use (or the package `keyring` is missing: install "
            "ronda with the extra `keyring`). Go on with the passphrase."
        )


def is_usable() -> bool:
    """True where the system has a keyring that keeps secrets."""
    return _system() is not None


def remember(folder: Path, key: bytes) -> None:
    """Let the person logged in to this computer open the laptop. Raises NoKeyring."""
    system = _system()
    if system is None:
        raise NoKeyring
    secret = secrets.token_urlsafe(32)
    try:
        system.set_password(SERVICE, _name(folder), secret)
        if system.get_password(SERVICE, _name(folder)) != secret:
            raise NoKeyring
    except _errors() as wrong:
        raise NoKeyring from wrong
    write_durably(folder / NAME, wrap(key, secret, PLAIN).encode("utf-8"))


def recall(folder: Path) -> bytes | None:
    """The laptop's key, or None where the system does not give it: then the passphrase is asked."""
    system = _system() if remembers(folder) else None
    if system is None:
        return None
    with suppress(WrongPassphrase, BrokenKey, OSError, UnicodeDecodeError, *_errors()):
        secret = system.get_password(SERVICE, _name(folder))
        return None if secret is None else unwrap((folder / NAME).read_text(encoding="utf-8"), secret)
    return None


def remembers(folder: Path) -> bool:
    return (folder / NAME).is_file()


def forget(folder: Path) -> None:
    """Take the second way back, also where the system's keyring is not at hand."""
    if not remembers(folder):
        return
    (folder / NAME).unlink(missing_ok=True)
    system = _system()
    if system is not None:
        with suppress(*_errors()):
            system.delete_password(SERVICE, _name(folder))


def _name(folder: Path) -> str:
    """Of this laptop's folder, and saying nothing of whose it is."""
    return hashlib.sha256(str(folder.resolve()).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _system() -> Any:
    """The module `keyring` with a backend that keeps secrets; None without one."""
    try:
        import keyring
    except ImportError:
        return None
    with suppress(RuntimeError, *_errors()):
        return keyring if keyring.get_keyring().priority > 0 else None
    return None


def _errors() -> tuple[type[Exception], ...]:
    try:
        from keyring.errors import KeyringError
    except ImportError:
        return ()
    return (KeyringError,)
