"""What a backup's folder holds and how its files are written, read and compared. Knows no database.

`manifest.json` is written last and signed by the office; it names every other file with its SHA-256.
A folder under construction is called `making-…`, one that failed its verification `broken-…`.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

import fsspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from fsspec.implementations.local import LocalFileSystem

from sync.digest import canonical
from sync.keys import SigningKey, verified
from sync.ledger import Head
from sync.sealing import BrokenKey, WrongPassphrase, new_recovery_key, open_sealed, seal, unwrap, wrap
from sync.wire.fields import instant

FORMAT = 1
MANIFEST = "manifest.json"
DATABASE = "office.db"
ATTACHMENTS = "attachments"
ATTACHMENT_LIST = "attachments.jsonl"
KEYS = "keys"
CLOSED_KEYS = "keys.closed.json"
PREFIX = b"ronda1 backup\n"
PIECE = 1024 * 1024


class BrokenBackup(ValueError):
    """A folder is no backup, or not a whole one; the message names what is wrong and what to do."""


@dataclass(frozen=True)
class Manifest:
    """What a backup says it holds. `digest` is SHA-256 of the manifest's own bytes."""

    said: dict[str, Any]
    digest: str

    @property
    def id(self) -> str:
        return str(self.said["id"])

    @property
    def made_at(self) -> datetime:
        return datetime.fromisoformat(self.said["made_at"])

    @property
    def epoch(self) -> str:
        return str(self.said["epoch"])

    @property
    def heads(self) -> list[Head]:
        return [Head(incarnation, n, bytes.fromhex(h)) for incarnation, n, h in self.said["heads"]]

    @property
    def rows(self) -> int:
        return sum(table["rows"] for table in self.said["tables"].values())

    def signed_by(self, public: bytes) -> bool:
        return verified(public, bytes.fromhex(self.said["signature"]), signed_bytes(self.said))


def signed_bytes(said: dict[str, Any]) -> bytes:
    return PREFIX + canonical({name: value for name, value in said.items() if name != "signature"})


def write_manifest(folder: Path, said: dict[str, Any], signer: SigningKey) -> None:
    said = said | {"signing_key": signer.id}
    said["signature"] = signer.sign(signed_bytes(said)).hex()
    write_durably(folder / MANIFEST, json.dumps(said, ensure_ascii=False, indent=1).encode("utf-8") + b"\n")


def read_manifest(folder: Path) -> Manifest:
    """Raises BrokenBackup when there is none, or it is not what `write_manifest` writes."""
    path = folder / MANIFEST
    try:
        data = path.read_bytes()
    except OSError as wrong:
        raise BrokenBackup(
            f"{folder} is not a backup: {MANIFEST} cannot be read ({wrong.strerror}). "
            "Name the folder that `ronda office backup` made, ronda-…"
        ) from wrong
    try:
        said = json.loads(data)
        found = Manifest(said, sha256(data).hexdigest())
        if said["format"] != FORMAT:
            raise BrokenBackup(
                f"{folder} is a backup of format {said['format']}; this Ronda reads {FORMAT}. Update it."
            )
        _ = (found.id, found.made_at, found.epoch, found.heads, found.rows, bytes.fromhex(said["signature"]))
        _ = [(file["sha256"], file["size"]) for file in said["files"].values()]
    except (AttributeError, KeyError, TypeError, ValueError) as wrong:
        if isinstance(wrong, BrokenBackup):
            raise
        raise BrokenBackup(
            f"{path} is not a manifest that Ronda wrote ({wrong!r}); use another backup"
        ) from wrong
    return found


def described(path: Path) -> dict[str, Any]:
    """The size and SHA-256 of a file."""
    return {"size": path.stat().st_size, "sha256": file_sha256(path)}


def file_sha256(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()


def wrong_files(folder: Path, manifest: Manifest) -> list[str]:
    """Which files are not what the manifest says, attachments among them."""
    wrong = []
    for name, file in manifest.said["files"].items():
        if not _inside(name):
            return [f"{MANIFEST} names a file outside the backup"]
        wrong += _wrong(folder / name, name, file)
    if not wrong and ATTACHMENT_LIST in manifest.said["files"]:
        for one in attachments_listed(folder):
            if not _inside(one["path"]):
                return [f"{ATTACHMENT_LIST} names a file outside the backup"]
            wrong += _wrong(folder / ATTACHMENTS / one["path"], f"{ATTACHMENTS}/{one['path']}", one)
    return wrong


def _inside(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return all(part not in ("", ".", "..") and ":" not in part for part in parts)


def _wrong(path: Path, name: str, said: dict[str, Any]) -> list[str]:
    if not path.is_file():
        return [f"{name} is missing"]
    if path.stat().st_size != said["size"] or file_sha256(path) != said["sha256"]:
        return [f"{name} is not the file that was backed up"]
    return []


def attachments_listed(folder: Path) -> Iterator[dict[str, Any]]:
    with (folder / ATTACHMENT_LIST).open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


@dataclass(frozen=True)
class Shelved:
    """The attachments a backup holds. `damaged`: not what their name says, at the office itself."""

    count: int
    bytes: int
    damaged: tuple[str, ...]


def copy_attachments(source: str, folder: Path, before: Path | None) -> Shelved:
    """Copy every stored attachment, and list them. A file that the backup `before` holds is shared with it.

    `source` is a folder or any place fsspec knows by URL. Parts still arriving (`*.part`) are left out.
    """
    files, root = fsspec.core.url_to_fs(source)
    lines, total, damaged = [], 0, []
    for found in sorted(files.find(root)) if files.exists(root) else ():
        name = PurePosixPath(str(found)).relative_to(PurePosixPath(str(root)))
        if name.suffix in (".part", ".new"):
            continue
        target = folder / ATTACHMENTS / name
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if before is None or not _shared(before / ATTACHMENTS / name, target):
            files.get_file(found, str(target))
            settle(target)
        said = described(target)
        total += said["size"]
        if len(name.name) == 64 and said["sha256"] != name.name:
            damaged.append(name.as_posix())
        lines.append(canonical({"path": name.as_posix(), **said}) + b"\n")
    write_durably(folder / ATTACHMENT_LIST, b"".join(lines))
    return Shelved(len(lines), total, tuple(damaged))


def _shared(earlier: Path, target: Path) -> bool:
    """The same bytes under a second name, where the file system can: what its hash names never changes."""
    try:
        if file_sha256(earlier) != earlier.name:
            return False
        os.link(earlier, target)
    except OSError:
        return False
    return True


def put_back_attachments(folder: Path, target: str) -> None:
    """Every attachment of a backup to where the office keeps them."""
    files, root = fsspec.core.url_to_fs(target)
    files.makedirs(root, exist_ok=True)
    for one in attachments_listed(folder):
        source, place = folder / ATTACHMENTS / one["path"], f"{root}/{one['path']}"
        files.makedirs(place.rsplit("/", 1)[0], exist_ok=True)
        if isinstance(files, LocalFileSystem):
            copy_durably(source, Path(place))
        else:
            files.put_file(str(source), place)


def copy_keys(keys: Path, folder: Path, passphrase: str | None) -> list[str]:
    """The private keys, owner-only; with a passphrase in one file that only it opens. Answers the names."""
    files = {path.name: path.read_bytes() for path in sorted(keys.iterdir()) if _is_key(path)}
    if passphrase is None:
        (folder / KEYS).mkdir(mode=0o700)
        for name, content in files.items():
            write_durably(folder / KEYS / name, content)
        return [f"{KEYS}/{name}" for name in files]
    private = new_recovery_key()
    plain = canonical({name: content.hex() for name, content in files.items()})
    closed = {
        "wrapped": wrap(private.private_bytes_raw(), passphrase),
        "sealed": seal(private.public_key().public_bytes_raw(), plain).hex(),
    }
    write_durably(folder / CLOSED_KEYS, canonical(closed))
    return [CLOSED_KEYS]


def _is_key(path: Path) -> bool:
    return path.is_file() and path.suffix != ".new"


def read_keys(folder: Path, passphrase: str | None) -> dict[str, bytes]:
    """The keys a backup holds by file name; empty when it was made without.

    Raises BrokenBackup when they are closed and the passphrase is missing or wrong.
    """
    if (folder / KEYS).is_dir():
        return {path.name: path.read_bytes() for path in sorted((folder / KEYS).iterdir()) if _is_key(path)}
    if not (folder / CLOSED_KEYS).is_file():
        return {}
    if passphrase is None:
        raise BrokenBackup(
            "the keys of this backup are closed by a passphrase; set RONDA_BACKUP_PASSPHRASE to it"
        )
    try:
        said = json.loads((folder / CLOSED_KEYS).read_bytes())
        private = X25519PrivateKey.from_private_bytes(unwrap(said["wrapped"], passphrase))
        opened = json.loads(open_sealed(private, bytes.fromhex(said["sealed"])))
    except WrongPassphrase as wrong:
        raise BrokenBackup("that passphrase does not open the keys of this backup; try another") from wrong
    except (BrokenKey, KeyError, TypeError, ValueError) as wrong:
        raise BrokenBackup(f"{CLOSED_KEYS} cannot be read: {wrong}") from wrong
    return {name: bytes.fromhex(content) for name, content in opened.items()}


def write_durably(path: Path, content: bytes) -> None:
    """The whole file or none, on the disk when it returns, readable by its owner only."""
    part = path.with_name(path.name + ".new")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def copy_durably(source: Path, target: Path) -> None:
    part = target.with_name(target.name + ".new")
    shutil.copyfile(source, part)
    settle(part)
    part.replace(target)


def settle(path: Path) -> None:
    """Make sure a file is on the disk and its owner's alone."""
    path.chmod(0o600)
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def settle_folders(folders: Iterable[Path]) -> None:
    """Make sure the names in these folders are on the disk. Windows keeps them by itself."""
    if os.name != "posix":
        return
    for folder in folders:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def name_for(made_at: datetime, id: str) -> str:
    return f"{instant(made_at)[:19].replace('-', '').replace(':', '')}Z-{id[-8:]}"
