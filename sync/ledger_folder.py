"""Writes and reads an exported ledger: a folder of text files anyone can check. Judges nothing.

`ledger.jsonl` holds one entry a line with its header and body as the exact text that was hashed;
`receipts.jsonl`, `checkpoints.jsonl` and `erasures.jsonl` hold the signed statements; `keys.json` the
public keys, `manifest.json` which kind of export it is and what it does not show. Every line is
canonical JSON, so that a file has one way to be right.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from .digest import canonical
from .keys import BrokenKey, Keyring
from .ledger import Checkpoint, Entry, Erasure, Manifest, Receipt, as_received
from .ledger.manifest import place_of
from .ledger.reading import Reader
from .wire.codec import loads
from .wire.errors import Problem

LEDGER = "ledger.jsonl"
RECEIPTS = "receipts.jsonl"
CHECKPOINTS = "checkpoints.jsonl"
ERASURES = "erasures.jsonl"
KEYS = "keys.json"
MANIFEST = "manifest.json"

T = TypeVar("T")


class NotAnExport(ValueError):
    """The path is no exported ledger; the message says what is missing and what to give instead."""


@dataclass(frozen=True)
class Unreadable:
    """A line that is not what an export writes, and the place it still says, if any."""

    file: str
    line: int
    why: str
    incarnation: str = ""
    n: int = 0


@dataclass
class Folder:
    """What an exported ledger holds, and the lines that could not be read."""

    entries: list[Entry] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    checkpoints: list[Checkpoint] = field(default_factory=list)
    erasures: list[Erasure] = field(default_factory=list)
    keys: Keyring | None = None
    manifest: Manifest | None = None
    path: Path | None = None
    unreadable: list[Unreadable] = field(default_factory=list)


def entry_to_json(entry: Entry) -> dict[str, Any]:
    """One line of `ledger.jsonl`: hashes in hex, header and body as text, null when absent.

    Only a withheld header is null; its `header_sha256` then stands for it.
    """
    hidden = entry.header_digest
    return ({} if hidden is None else {"header_sha256": hidden.hex()}) | {
        "incarnation": entry.incarnation,
        "n": entry.n,
        "header": entry.header.decode("utf-8") if hidden is None else None,
        "salt": None if entry.salt is None else entry.salt.hex(),
        "body": None if entry.body is None else entry.body.decode("utf-8"),
        "body_digest": entry.body_digest.hex(),
        "h": entry.h.hex(),
    }


def entry_from_json(said: Any) -> Entry:
    """Raises ValueError with a sentence when `said` is not what `entry_to_json` writes."""
    read = Reader(said, "an entry")
    for name in ("salt", "body"):
        if name not in read.said:
            raise ValueError(f"an entry needs `{name}`, null when it is erased")
    hidden = read.bytes("header_sha256", 32) if "header_sha256" in read.said else None
    if hidden is not None and any(read.said[name] is not None for name in ("header", "salt", "body")):
        raise ValueError("an entry with a `header_sha256` has no header, salt or body")
    return as_received(
        incarnation=read.text("incarnation"),
        n=read.number("n"),
        header=read.text("header").encode("utf-8") if hidden is None else b"",
        salt=None if read.said["salt"] is None else read.bytes("salt", 16),
        body=None if read.said["body"] is None else read.text("body").encode("utf-8"),
        body_digest=read.bytes("body_digest", 32),
        h=read.bytes("h", 32),
        header_digest=hidden,
    )


def write_export(
    folder: Path,
    entries: Iterable[Entry],
    receipts: Iterable[Receipt],
    checkpoints: Iterable[Checkpoint],
    keys: Keyring,
    *,
    erasures: Iterable[Erasure] = (),
    manifest: Manifest | None = None,
) -> None:
    """Write the folder. Entries come in order of incarnation and n; each file replaces its old self whole."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / LEDGER, (canonical(entry_to_json(entry)) for entry in entries))
    _write(folder / RECEIPTS, (canonical(receipt.to_json()) for receipt in receipts))
    _write(folder / CHECKPOINTS, (canonical(checkpoint.to_json()) for checkpoint in checkpoints))
    _write(folder / ERASURES, (canonical(erasure.to_json()) for erasure in erasures))
    _write(folder / KEYS, [canonical(keys.to_json())])
    if manifest is None:
        (folder / MANIFEST).unlink(missing_ok=True)
    else:
        _write(folder / MANIFEST, [canonical(manifest.to_json())])


def _write(path: Path, lines: Iterable[bytes]) -> None:
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        for line in lines:
            file.write(line + b"\n")
    os.replace(part, path)


def read_export(path: Path) -> Folder:
    """Read an export folder, a folder that holds one under `ledger/`, or a `ledger.jsonl` on its own.

    Raises NotAnExport when files are missing. A file on its own may come without its companions.
    """
    alone = path.is_file()
    folder = path.parent if alone else path
    if not alone and not (folder / LEDGER).is_file() and (folder / "ledger" / LEDGER).is_file():
        folder = folder / "ledger"
    ledger = path if alone else folder / LEDGER
    if not ledger.is_file():
        raise NotAnExport(f"{path} is not an exported ledger: there is no {LEDGER} in it")
    found = Folder(path=None if alone else folder)
    found.entries = list(_read(ledger, entry_from_json, found.unreadable))
    for name in (RECEIPTS, CHECKPOINTS, KEYS):
        if not alone and not (folder / name).is_file():
            raise NotAnExport(
                f"{folder} is not a whole export: {name} is missing. Export it again, "
                f"or check the events alone with: ronda verify {ledger}"
            )
    found.receipts = list(_read(folder / RECEIPTS, Receipt.from_json, found.unreadable))
    found.checkpoints = list(_read(folder / CHECKPOINTS, Checkpoint.from_json, found.unreadable))
    found.erasures = list(_read(folder / ERASURES, Erasure.from_json, found.unreadable))
    if (folder / KEYS).is_file():
        found.keys = read_keys(folder / KEYS)
    said = list(_read(folder / MANIFEST, Manifest.from_json, found.unreadable))
    found.manifest = said[0] if len(said) == 1 else None
    return found


def read_statements(path: Path, read: Callable[[Any], T]) -> list[T]:
    """Receipts or checkpoints held outside: one JSON object, a list of them, or one a line, however spaced.

    Raises NotAnExport with a sentence at the first that is not one.
    """
    data = path.read_bytes()
    try:
        whole = loads(data)
        said = whole if isinstance(whole, list) else [whole]
    except Problem:
        said = [
            _loaded(path, number, line) for number, line in enumerate(data.splitlines(), 1) if line.strip()
        ]
    try:
        return [read(one) for one in said]
    except ValueError as wrong:
        raise NotAnExport(f"{path}: {wrong}") from wrong


def _loaded(path: Path, number: int, line: bytes) -> Any:
    try:
        return loads(line)
    except Problem as wrong:
        raise NotAnExport(f"{path}, line {number}: it is not valid JSON") from wrong


def read_keys(path: Path) -> Keyring:
    """Raises NotAnExport when the file is not a keyring."""
    try:
        return Keyring.from_json(loads(path.read_bytes()))
    except Problem as wrong:
        raise NotAnExport(f"{path} does not hold public keys: it is not valid JSON") from wrong
    except BrokenKey as wrong:
        raise NotAnExport(f"{path} does not hold public keys: {wrong}") from wrong


def _read(path: Path, read: Callable[[Any], T], unreadable: list[Unreadable]) -> Iterator[T]:
    """Each line read, none when there is no such file; a line that is not right is put aside."""
    if not path.is_file():
        return
    with path.open("rb") as file:
        for number, ended in enumerate(file, start=1):
            line = ended.removesuffix(b"\n")
            try:
                yield read_line(line, read)
            except ValueError as wrong:
                unreadable.append(Unreadable(path.name, number, str(wrong), *_place_said(line)))


def read_line(line: bytes, read: Callable[[Any], T]) -> T:
    """One line of an export without its line feed. Raises ValueError with a sentence."""
    try:
        said = loads(line)
    except Problem as wrong:
        raise ValueError("it is not valid JSON") from wrong
    if canonical(said) != line:
        raise ValueError("it is not written the way an export writes it")
    return read(said)


# The place is written twice in a line: beside the event, and in its header with its quotes escaped.
PLACES = (
    re.compile(rb'"incarnation":"([0-9a-f-]{36})","n":(\d{1,18}),'),
    re.compile(rb'\\"incarnation\\":\\"([0-9a-f-]{36})\\",\\"kind\\":.{1,200}?\\"n\\":(\d{1,18}),'),
)


def _place_said(line: bytes) -> tuple[str, int]:
    """The place a damaged line still says, or ("", 0): so that it can be looked for elsewhere."""
    for pattern in PLACES:
        for incarnation, n in reversed(pattern.findall(line)):
            place = place_of(incarnation.decode(), int(n))
            if place is not None:
                return place
    return "", 0
