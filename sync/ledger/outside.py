"""Says what a checkpoint held by someone else adds to an export: heads there, absent or told otherwise.

Names no problem: `verdict` does, from the same heads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..wire.fields import instant
from .entries import Entry
from .statements import Checkpoint, Receipt


@dataclass(frozen=True)
class HeldOutside:
    """Of one checkpoint: how many of its heads the export holds, lacks, or tells otherwise.

    The three are None where no copy carries the heads. `newer` is True when nothing the export holds was
    signed as late: the export was made, or cut, before.
    """

    checkpoint: Checkpoint
    in_export: bool
    newer: bool
    held: int | None = None
    absent: int | None = None
    other: int | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "day": self.checkpoint.day.isoformat(),
            "signed_at": instant(self.checkpoint.signed_at),
            "heads": self.checkpoint.count,
            "in_export": self.in_export,
            "newer_than_export": self.newer,
            "held": self.held,
            "absent": self.absent,
            "other": self.other,
        }

    def __str__(self) -> str:
        told = f"checkpoint of {self.checkpoint.day}, held outside: "
        if self.held is None:
            told += "its heads are not known, "
            told += "and the export does not have it" if not self.in_export else "the export has it too"
        else:
            told += f"{self.held} of {self.checkpoint.count} heads are in the export as signed"
            told += f", {self.absent} are not there" if self.absent else ""
            told += f", {self.other} are there with another history" if self.other else ""
        return told + ("; the export is older than it" if self.newer else "")


def held_outside(
    good: Iterable[Checkpoint],
    outside: Sequence[Checkpoint],
    inside: Sequence[Checkpoint],
    receipts: Sequence[Receipt],
    chains: Mapping[str, Sequence[tuple[int, Entry]]],
) -> Iterator[HeldOutside]:
    """Of each checkpoint in `outside` that is among the `good`, in order of its day."""
    by_mark = {checkpoint.mark: checkpoint for checkpoint in good} if outside else {}
    known = {checkpoint.mark for checkpoint in inside} if outside else set()
    latest = max([*(one.at for one in inside), *(one.at for one in receipts)], default=None)
    places = {(name, n): entry.h for name, placed in chains.items() for n, entry in placed} if outside else {}
    for mark in sorted({one.mark for one in outside} & set(by_mark), key=lambda one: by_mark[one].day):
        checkpoint = by_mark[mark]
        newer = latest is None or checkpoint.signed_at > latest
        if checkpoint.heads is None:
            yield HeldOutside(checkpoint, mark in known, newer)
            continue
        found = [(places.get((head.incarnation, head.n)), head.h) for head in checkpoint.heads if head.n > 0]
        absent = sum(have is None for have, _ in found)
        other = sum(have not in (None, h) for have, h in found)
        held = len(checkpoint.heads) - absent - other
        yield HeldOutside(checkpoint, mark in known, newer, held, absent, other)
