"""Carries files last: pictures of visits up, papers of the office down, in chunks that fit the link.

Decides how large the next chunk is and when to stop. A failure here never fails the exchange: what was
carried stays, and the next exchange goes on from the byte where this one ended.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from marshmallow import ValidationError

from ..wire.attachments import FIRST_CHUNK, LARGEST_CHUNK, LEAST_CHUNK, loaded_held
from .sides import OfficeSays, Unreachable

# This many chunks in a row without a cut, and the next may be twice as large.
STEADY = 4
# What the office says of a file that no further attempt of this exchange can change.
GIVEN_UP = frozenset({"too_large", "hash_mismatch", "validation_failed"})
LATER = frozenset({"busy", "rate_limited"})


@dataclass(frozen=True)
class File:
    """A file that is not whole on the other side yet; `reached` is how far it is, as last known."""

    sha256: str
    size: int
    reached: int = 0


class Files(Protocol):
    """The office's door for files. Raises Unreachable or OfficeSays; never tries again by itself."""

    def attachment(self, sha256: str) -> dict[str, Any]:
        """How far the office holds it."""

    def put_chunk(self, sha256: str, offset: int, chunk: bytes) -> dict[str, Any]: ...

    def document(self, sha256: str, offset: int, limit: int) -> bytes: ...


class Carrier(Protocol):
    """The laptop's files. Every method is one transaction of its own."""

    def attachments_waiting(self) -> Sequence[File]:
        """Those whose bytes the office has not said it stores, the most wanted first."""

    def attachment_chunk(self, sha256: str, offset: int, limit: int) -> bytes: ...

    def attachment_reached(self, sha256: str, reached: int, *, stored: bool) -> None: ...

    def attachment_erased(self, sha256: str) -> None:
        """The office suppressed it: its bytes are dropped here too."""

    def attachments_pending(self) -> int: ...

    def documents_waiting(self) -> Sequence[File]:
        """Papers that are announced and not whole here, in the order of the stops; others are dropped."""

    def document_arrived(self, sha256: str, offset: int, chunk: bytes) -> bool:
        """Keep a chunk; the last one is kept only when the whole has its hash. False when it has not."""


@dataclass(frozen=True)
class Budget:
    """How long an exchange goes on with files: cuts in a row, bytes in all (None: no bound)."""

    failures: int = 6
    bytes: int | None = None
    pause: Callable[[float], None] = lambda seconds: None


@dataclass(frozen=True)
class Carried:
    """Files that became whole on the other side in this exchange, and those that still wait."""

    sent: int = 0
    received: int = 0
    pending: int = 0
    wanted: int = 0
    cuts: int = 0


class Stop(Exception):
    """The link or the budget is used up; nothing is lost."""


@dataclass
class Link:
    """How large a chunk the link takes now: halved by each cut, doubled after a steady while."""

    budget: Budget
    chunk: int = FIRST_CHUNK
    cuts: int = 0
    _in_a_row: int = 0
    _steady: int = 0
    _moved: int = field(default=0)

    def room(self) -> int:
        """The size of the next chunk. Raises Stop when the budget is spent."""
        if self.budget.bytes is not None and self._moved >= self.budget.bytes:
            raise Stop
        return self.chunk

    def went(self, size: int) -> None:
        self._moved += size
        self._in_a_row = 0
        self._steady += 1
        if self._steady >= STEADY:
            self.chunk, self._steady = min(LARGEST_CHUNK, self.chunk * 2), 0

    def cut(self) -> None:
        """The first cut costs nothing but the chunk; more of them in a row wait longer each time."""
        self.cuts += 1
        self._in_a_row += 1
        self._steady = 0
        self.chunk = max(LEAST_CHUNK, self.chunk // 2)
        if self._in_a_row >= self.budget.failures:
            raise Stop
        if self._in_a_row > 1:
            self.budget.pause(min(4.0, 0.25 * 2 ** (self._in_a_row - 2)))


def run(laptop: Carrier, peer: Files, budget: Budget | None = None) -> Carried:
    """Carry what waits, until it is done or the link fails too often. Raises nothing of the link's."""
    link = Link(budget or Budget())
    sent = received = 0
    try:
        for one in laptop.attachments_waiting():
            sent += _send(laptop, peer, link, one)
        for one in laptop.documents_waiting():
            received += _fetch(laptop, peer, link, one)
    except (Stop, OfficeSays):
        pass
    return Carried(
        sent, received, laptop.attachments_pending(), len(laptop.documents_waiting()), cuts=link.cuts
    )


def _send(laptop: Carrier, peer: Files, link: Link, file: File) -> bool:
    """True when the office stores it whole. Raises Stop."""
    at: int | None = None  # unknown: the office may hold more, or less, than it did last time
    restarts = 0
    while True:
        room = link.room()
        chunk = b"" if at is None else laptop.attachment_chunk(file.sha256, at, room)
        try:
            if at is None and file.reached == 0:
                at = 0  # never begun, as far as is known here: the first chunk finds out
                continue
            answer = peer.attachment(file.sha256) if at is None else peer.put_chunk(file.sha256, at, chunk)
            held = loaded_held(answer)
        except Unreachable:
            link.cut()
            continue
        except OfficeSays as said:
            if said.told.code == "bad_offset" and restarts < 3:
                at, restarts = None if file.reached else _told(said.told.fields), restarts + 1
                continue
            return _refused(laptop, link, file, said)
        except ValidationError as wrong:
            raise Stop from wrong
        link.went(len(chunk))
        laptop.attachment_reached(file.sha256, held["received"], stored=held["stored"])
        if held["stored"]:
            return True
        at = held["received"]


def _told(fields: Any) -> int | None:
    said = fields.get("received")
    return said if isinstance(said, int) else None


def _refused(laptop: Carrier, link: Link, file: File, said: OfficeSays) -> bool:
    """This file cannot go now; the next one may. Raises OfficeSays where none can, Stop in a busy office."""
    code = said.told.code
    if code == "erased":
        laptop.attachment_erased(file.sha256)
    elif code in LATER:
        raise Stop from said
    elif code in GIVEN_UP or code in ("not_found", "scope"):
        laptop.attachment_reached(file.sha256, 0, stored=False)
    else:
        raise said
    return False


def _fetch(laptop: Carrier, peer: Files, link: Link, file: File) -> bool:
    """True when it is whole and verified here. Raises Stop."""
    at = file.reached
    while at < file.size:
        room = min(link.room(), file.size - at)
        try:
            chunk = peer.document(file.sha256, at, room)
        except Unreachable:
            link.cut()
            continue
        except OfficeSays as said:
            if said.told.code in LATER:
                raise Stop from said
            if said.told.code in ("not_found", "scope", "erased"):
                return False
            raise
        if not chunk or len(chunk) > room:
            raise Stop
        link.went(len(chunk))
        if not laptop.document_arrived(file.sha256, at, chunk):
            return False
        at += len(chunk)
    return True


def in_order(files: Collection[File], wanted: Sequence[str]) -> list[File]:
    """Files in the order of `wanted` hashes; those not named there come after, as they were."""
    place = {sha256: number for number, sha256 in reversed(list(enumerate(wanted)))}
    return sorted(files, key=lambda one: place.get(one.sha256, len(place)))
