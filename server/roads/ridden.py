"""Travel as agents were seen to take it: another provider's times, `a + b·t` by zone. Measures nothing.

It holds for the roads it was learned on only; on any others the provider's own times stand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import MatrixProvider, Point, Snapped, Whole
from .contracted import NEVER

# A door further than this from where a zone was learned is in no zone that is known.
REACH_DEG = 0.03


@dataclass(frozen=True)
class Line:
    """Seconds of a leg into the zone about `centre`: `a_s + b` x the provider's."""

    a_s: float
    b: float
    centre: Point | None = None


@dataclass(frozen=True)
class Learned:
    """The lines of one means of travel; the first, without a centre, is that of everywhere else."""

    name: str
    everywhere: Line
    zones: tuple[Line, ...] = ()

    @classmethod
    def of(cls, told: Mapping[str, Any], profile: str, fingerprint: str) -> Learned | None:
        """What a learning tells of a means of travel on these very roads; None where it tells nothing."""
        rows = [
            row
            for row in told.get("travel", ())
            if row["profile"] == profile and row["roads"] == fingerprint and not row["band"]
        ]
        whole = next((row for row in rows if not row["zone"]), None)
        if whole is None:
            return None
        zones = tuple(
            Line(row["a_s"], row["b"], (row["centre"][0], row["centre"][1])) for row in rows if row["zone"]
        )
        return cls(str(told["name"]), Line(whole["a_s"], whole["b"]), zones)


@dataclass(frozen=True)
class RiddenRoads:
    """A provider whose times were corrected by what was learned."""

    base: MatrixProvider
    learned: Learned

    @property
    def approximate(self) -> bool:
        return self.base.approximate

    def snap(self, points: Sequence[Point]) -> list[Snapped]:
        return self.base.snap(points)

    def table(self, sources: Sequence[Point], targets: Sequence[Point]) -> tuple[Whole, Whole]:
        """Nobody takes time to be where he is, and nobody reaches what cannot be reached."""
        seconds, metres = self.base.table(sources, targets)
        lines = [self._line(target) for target in targets]
        a = np.array([line.a_s for line in lines])
        b = np.array([line.b for line in lines])
        ridden = np.rint(a[None, :] + b[None, :] * seconds).astype(np.int64)
        gone = (seconds > 0) & (seconds < NEVER)
        return np.where(gone, np.maximum(ridden, 0), seconds), metres

    def _line(self, target: Point) -> Line:
        near = [
            (max(abs(line.centre[0] - target[0]), abs(line.centre[1] - target[1])), number)
            for number, line in enumerate(self.learned.zones)
            if line.centre is not None
        ]
        if not near or min(near)[0] > REACH_DEG:
            return self.learned.everywhere
        return self.learned.zones[min(near)[1]]

    def geometry(self, sequence: Sequence[Point]) -> list[Point]:
        return self.base.geometry(sequence)

    def fingerprint(self) -> str:
        return f"{self.base.fingerprint()}; ridden {self.learned.name}"
