"""Keeps the laptop's database key on disk, wrapped behind the collector's passphrase; never bare."""

from __future__ import annotations

import os
from pathlib import Path

from sync.sealing import BrokenKey, Cost, unwrap, wrap

NAME = "keyring.json"


def save(folder: Path, key: bytes, passphrase: str, cost: Cost | None = None) -> Path:
    """Write the wrapped key, whole or not at all, readable by its owner only where the system can say so."""
    path = folder / NAME
    written = path.with_suffix(".new")
    handle = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(wrap(key, passphrase, cost))
        file.flush()
        os.fsync(file.fileno())
    written.replace(path)
    return path


def load(folder: Path, passphrase: str) -> bytes:
    """The database key. Raises WrongPassphrase, or BrokenKey when the file is damaged."""
    try:
        text = (folder / NAME).read_text(encoding="utf-8")
    except UnicodeDecodeError as wrong:
        raise BrokenKey("the key file is damaged") from wrong
    return unwrap(text, passphrase)
