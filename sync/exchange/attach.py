"""Carries files last: pictures of visits up, papers of the office down, in chunks that fit the link.

Decides how large the next chunk is and when to stop. A failure here never fails the exchange: what was
carried stays, and the next exchange goes on from the byte where this one ended.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from marshmallow import ValidationError

from ..wire.attachments import FIRST_CHUNK, LARGEST_CHUNK, LEAST_CHUNK, loaded_held
from .files import Carrier, File, Files
from .sides import OfficeSays, Unreachable

# This many chunks in a row without a cut, and the next may be twice as large.
STEADY = 4
# The office and we differ about where a file stands: it is asked, a few times at most.
ASK_AGAIN = frozenset({"bad_offset", "hash_mismatch"})
RESTARTS = 3
# A no that is about one file; the next one may still go.
OF_THIS_FILE = ASK_AGAIN | {"not_found", "scope", "too_large", "validation_failed"}
LATER = frozenset({"busy", "rate_limited"})


@dataclass(frozen=True)
class Budget:
    """How long an exchange goes on with files: cuts in a row, bytes in all (None: no bound), and `enough`:
    true once something more wanted than files waits."""

    failures: int = 6
    bytes: int | None = None
    enough: Callable[[], bool] = lambda: False
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
    _moved: int = 0

    def room(self) -> int:
        """The size of the next chunk. Raises Stop when the budget is spent."""
        if self.budget.bytes is not None and self._moved >= self.budget.bytes:
            raise Stop
        if self.budget.enough():
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


def run(laptop: Carrier, peer: Files, now: datetime, budget: Budget | None = None) -> Carried:
    """Carry what waits, until it is done or the link fails too often. Raises nothing of the link's."""
    link = Link(budget or Budget())
    sent = received = 0
    try:
        for one in laptop.attachments_waiting():
            sent += _send(laptop, peer, link, one)
        for one in laptop.documents_waiting(now):
            received += _fetch(laptop, peer, link, one)
    except (Stop, OfficeSays):
        pass
    return Carried(
        sent, received, laptop.attachments_pending(), len(laptop.documents_waiting(now)), cuts=link.cuts
    )


def _send(laptop: Carrier, peer: Files, link: Link, file: File) -> bool:
    """True when the office stores it whole. Raises Stop."""
    at = None if file.reached else 0  # None: the office is asked, it may hold more or less than it last said
    again = 0
    while True:
        room, chunk = link.room(), b""
        try:
            if at is None:
                held = loaded_held(peer.attachment(file.sha256))
            else:
                chunk = laptop.attachment_chunk(file.sha256, at, room)
                held = loaded_held(peer.put_chunk(file.sha256, at, chunk))
        except Unreachable:
            link.cut()
            continue
        except OfficeSays as said:
            if said.told.code in ASK_AGAIN and again < RESTARTS:
                at, again = None, again + 1
                continue
            return _refused(laptop, file, said)
        except ValidationError as wrong:
            raise Stop from wrong
        link.went(len(chunk))
        laptop.attachment_reached(file.sha256, held["received"], stored=held["stored"])
        if held["stored"]:
            return True
        if at is not None and held["received"] <= at:
            again += 1  # an office that never moves would keep us sending for ever
            if again > RESTARTS:
                return False
        at = held["received"]


def _refused(laptop: Carrier, file: File, said: OfficeSays) -> bool:
    """This file cannot go now; the next one may. Raises OfficeSays where none can, Stop in a busy office."""
    code = said.told.code
    if code in LATER:
        raise Stop from said
    if code == "erased":
        laptop.attachment_erased(file.sha256)
    elif code not in OF_THIS_FILE:
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
