"""Travel between points, whoever computes it. Knows no agent, no debtor and no day.

A `MatrixProvider` is picked by configuration. This office has the great-circle one; providers on
real roads take its place without a change in who plans.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]

Point = tuple[float, float]
"""Latitude and longitude in degrees, WGS 84."""


@dataclass(frozen=True)
class Snapped:
    """A point moved onto the network, and how far it was moved; None when there is no road near it."""

    point: Point | None
    moved_m: float


class MatrixProvider(Protocol):
    """Travel times and lengths. `approximate` providers know no road: their plans say so."""

    @property
    def approximate(self) -> bool: ...

    def snap(self, points: Sequence[Point]) -> list[Snapped]:
        """Each point on the network, in the same order."""

    def table(self, sources: Sequence[Point], targets: Sequence[Point]) -> tuple[Whole, Whole]:
        """Whole seconds and whole metres, a row per source and a column per target."""

    def geometry(self, sequence: Sequence[Point]) -> list[Point]:
        """The line to draw through these points in order."""

    def fingerprint(self) -> str:
        """Names the exact data and figures used: equal fingerprints give equal tables."""
