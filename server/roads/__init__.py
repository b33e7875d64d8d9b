"""Travel between points, whoever computes it. Knows no agent, no debtor and no day.

A `MatrixProvider` is picked by configuration (`picking`): the operator's OSRM, the roads of the city in
use, or else a calibrated great circle, whose plans say that they are approximate.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from ..config import Config

Whole = NDArray[np.int64]

Point = tuple[float, float]
"""Latitude and longitude in degrees, WGS 84."""


@dataclass(frozen=True)
class Snapped:
    """A point moved onto the network, and how far it was moved or would have to be.

    None when it cannot be: `why` is `away` (no road near it) or `island` (its road is cut off from the rest).
    """

    point: Point | None
    moved_m: float
    why: str = ""


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


Roads = Callable[[str], MatrixProvider]
"""The provider for a means of travel: `car`, `motorcycle` or `foot`."""


def provider(config: Config, engine: Engine, profile: str = "motorcycle") -> MatrixProvider:
    """Who computes travel in this office for a means of travel: see `picking`, which knows the store."""
    from .picking import provider as picked

    return picked(config, engine, profile)
