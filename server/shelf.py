"""Where the bytes of pictures and papers lie at the office: a folder, or any place fsspec knows by URL.

A file's name is the SHA-256 of its bytes and nothing else, so no name a laptop or a person gives is ever
a path. Knows no database and no visit.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import fsspec
from fsspec.implementations.local import LocalFileSystem

from sync.ids import is_id, new_id
from sync.wire.attachments import digest_of, is_sha256


class Missing(LookupError):
    """The bytes are not on the shelf."""


class Damaged(Missing):
    """What lies there under this hash has another one; it is shown to nobody."""


class Shelf:
    """Whole files by their hash. `area` "" is the office's own; a laptop's id is its sealed corner."""

    def __init__(self, url: str) -> None:
        self._files, self._root = fsspec.core.url_to_fs(url)

    def put(self, sha256: str, data: bytes, area: str = "") -> None:
        """Keep the bytes: whole, durable and under their own hash, or not at all. Twice is as once."""
        if digest_of(data) != sha256:
            raise Damaged(sha256)
        target = self._path(sha256, area)
        if isinstance(self._files, LocalFileSystem):
            _put_locally(Path(target), data)
        else:
            self._files.pipe_file(target, data)

    def get(self, sha256: str, area: str = "") -> bytes:
        """Raises Missing, or Damaged where the disk gave back something else."""
        try:
            data = bytes(self._files.cat_file(self._path(sha256, area)))
        except FileNotFoundError as wrong:
            raise Missing(sha256) from wrong
        if digest_of(data) != sha256:
            raise Damaged(sha256)
        return data

    def has(self, sha256: str, area: str = "") -> bool:
        return bool(self._files.exists(self._path(sha256, area)))

    def remove(self, sha256: str, area: str = "") -> None:
        with suppress(FileNotFoundError):
            self._files.rm_file(self._path(sha256, area))

    def _path(self, sha256: str, area: str) -> str:
        if not is_sha256(sha256) or (area and not is_id(area)):
            raise ValueError("a shelf is asked by SHA-256 only")
        folder = f"sealed/{area}" if area else sha256[:2]
        return f"{self._root}/{folder}/{sha256}"


def _put_locally(target: Path, data: bytes) -> None:
    """Written beside, synced to the disk, then renamed into place; the folder's entry is synced too."""
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{new_id()}.part")
    try:
        with beside.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    if os.name == "posix":
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
