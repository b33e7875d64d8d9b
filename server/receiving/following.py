"""Says whether a batch of events continues the chain that is held. Pure; knows no store and no body.

The laptop's signed head vouches for every byte of the batch: hashes it sends besides must agree, and
those it spares itself are computed here. So a batch follows as a whole, or nothing of it is taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sync.ledger import ZERO, Entry, Head, chain
from sync.ledger.entries import body_holds
from sync.records import changed

GAP = "gap"
FORK = "fork"
BROKEN = "chain_broken"


@dataclass(frozen=True)
class Followed:
    """The entries that are new, in order, and where the chain stands with them.

    With `stop` nothing is new: `gap` (events before `at` are missing here), `fork` (the place of `at` is
    held with another hash) or `chain_broken` (`at` does not follow from the event before it).
    """

    new: tuple[Entry, ...]
    head: Head
    stop: str | None = None
    at: Entry | None = None


def follow(head: Head, held: Mapping[int, bytes], entries: Iterable[Entry], signed: Head) -> Followed:
    """`held` are the hashes held of the places of this batch and of the one before it; `signed` is the
    head the laptop signed, its hash empty where it is to be computed. Order and repeats do not matter:
    what counts is each entry's place. An entry whose `h` is empty has it computed.
    """
    hashes = {0: ZERO, **held}
    new: list[Entry] = []
    last = head
    for entry in sorted(entries, key=lambda entry: entry.n):
        if entry.n > last.n + 1:
            return Followed((), head, GAP, entry)
        placed = _placed(entry, hashes[entry.n - 1])
        if entry.n <= last.n:
            if placed is None or placed.h != hashes[entry.n]:
                return Followed((), head, FORK, entry)
        elif placed is None:
            return Followed((), head, BROKEN, entry)
        else:
            new.append(placed)
            hashes[entry.n] = placed.h
            last = placed.head
    if new and (last.n != signed.n or signed.h not in (b"", last.h)):
        return Followed((), head, BROKEN, new[0])
    return Followed(tuple(new), last)


def _placed(entry: Entry, previous: bytes) -> Entry | None:
    """The entry with the hash of its place after `previous`; None when what it says contradicts that."""
    try:
        h = chain(entry.incarnation, entry.n, previous, entry.header, entry.body_digest)
    except ValueError:
        return None
    if entry.h not in (b"", h) or not body_holds(entry):
        return None
    return entry if entry.h else changed(entry, h=h)
