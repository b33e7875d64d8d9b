"""What a disk may hold after the power went: everything synced, and any part of the rest. Knows no database.

The disk keeps what a file held at its last sync. Of what was written since, any subset may have reached
it, in any order, and any write may be torn between sectors. A file is made for good when it is synced.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .shim import Op

SECTORS = (512, 4096)
ACKED = "acked"  # what the program was told is safe: a file of its own, one answer a write


@dataclass
class File:
    """A file as the disk surely has it (None: not there), and what was asked of it since."""

    durable: bytearray | None
    since: list[Op] = field(default_factory=list)

    def sync(self) -> None:
        self.durable = _applied(bytearray(self.durable or b""), self.since)
        self.since = []


@dataclass(frozen=True)
class State:
    """One disk after one power cut: its files, what had been acknowledged, and how it came about."""

    files: dict[str, bytes]
    acked: tuple[str, ...]
    told: str

    def lay_out(self, folder: Path) -> None:
        for name, content in self.files.items():
            (folder / name).write_bytes(content)


def states(base: Path, log: Sequence[Op], count: int, rng: random.Random) -> Iterator[State]:
    """`count` power cuts at moments drawn evenly from the log, each with luck of its own."""
    moments = sorted(rng.randrange(1, len(log) + 1) for _ in range(count))
    files = {path.name: File(bytearray(path.read_bytes())) for path in base.iterdir() if path.is_file()}
    acked: list[str] = []
    done = 0
    for moment in moments:
        for op in log[done:moment]:
            _happen(files, op, acked)
        done = moment
        luck = rng.choice(("nothing", "everything", "some", "some", "prefix", "torn"))
        left = {name: _left(file, luck, rng) for name, file in files.items()}
        held = {name: bytes(content) for name, content in left.items() if content is not None}
        yield State(held, tuple(acked), f"cut after op {moment} of {len(log)}, {luck} of the unsynced kept")


def _happen(files: dict[str, File], op: Op, acked: list[str]) -> None:
    name = Path(op.path).name
    if name == ACKED:
        if op.kind == "W":
            acked.extend(op.data.decode().split())
        return
    if name.endswith("-shm"):
        return  # memory shared by processes: none is left
    file = files.setdefault(name, File(None))
    if op.kind == "S":
        file.sync()
    elif op.kind == "R":
        files[Path(op.data.decode()).name] = files.pop(name)
    else:
        file.since.append(op)


def _left(file: File, luck: str, rng: random.Random) -> bytearray | None:
    if luck == "nothing" or not file.since:
        return file.durable
    if luck == "everything":
        kept = list(file.since)
    elif luck == "prefix":
        kept = file.since[: rng.randrange(len(file.since) + 1)]
    else:
        share = rng.random()
        kept = [op for op in file.since if rng.random() < share]
    if not kept:
        return file.durable
    if luck == "torn":
        kept = [_torn(op, rng) if op.kind == "W" and rng.random() < 0.5 else op for op in kept]
    content = None if file.durable is None else bytearray(file.durable)
    return _applied(content, kept)


def _torn(op: Op, rng: random.Random) -> Op:
    """The write up to a sector's end, which is where a disk stops."""
    sector = rng.choice(SECTORS)
    ends = [
        at - op.offset
        for at in range(op.offset // sector * sector + sector, op.offset + len(op.data), sector)
    ]
    return Op("W", op.path, op.offset, op.data[: rng.choice([0, *ends])])


def _applied(content: bytearray | None, ops: Sequence[Op]) -> bytearray | None:
    for op in ops:
        if op.kind == "U":
            content = None
            continue
        content = bytearray() if content is None else content
        if op.kind == "T":
            del content[op.offset :]
            content.extend(bytes(op.offset - len(content)))
        elif op.kind == "W":
            content.extend(bytes(max(0, op.offset - len(content))))
            content[op.offset : op.offset + len(op.data)] = op.data
    return content
