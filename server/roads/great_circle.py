"""Travel by a calibrated line over the great circle: the fallback where no road data is installed.

95 s + 0.130 s per metre was fitted on real road times below 4 km (ROUTING 2: of the crude fallbacks
the one whose executed days overran least). Knows no road, so every plan made on it is approximate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sync.rules.geo import EARTH_M

from . import Point, Snapped, Whole


@dataclass(frozen=True)
class GreatCircle:
    """`constant_s` is paid once a leg, `s_per_m` on every metre; `circuity` is road over straight metres."""

    constant_s: float = 95.0
    s_per_m: float = 0.130
    circuity: float = 1.4

    @property
    def approximate(self) -> bool:
        return True

    def snap(self, points: Sequence[Point]) -> list[Snapped]:
        """There is no network: every point stays where it is."""
        return [Snapped(point, 0.0) for point in points]

    def table(self, sources: Sequence[Point], targets: Sequence[Point]) -> tuple[Whole, Whole]:
        """Two equal points are 0 s apart: a person who is there already does not travel."""
        straight = _haversine_m(_array(sources), _array(targets))
        seconds = np.where(straight < 0.5, 0.0, self.constant_s + self.s_per_m * straight)
        return np.rint(seconds).astype(np.int64), np.rint(self.circuity * straight).astype(np.int64)

    def geometry(self, sequence: Sequence[Point]) -> list[Point]:
        return list(sequence)

    def fingerprint(self) -> str:
        return f"great-circle {self.constant_s:g} s + {self.s_per_m:g} s/m x {self.circuity:g}"


def _array(points: Sequence[Point]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.array(points, dtype=np.float64).reshape(len(points), 2)


def _haversine_m(
    sources: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    targets: np.ndarray[tuple[int, int], np.dtype[np.float64]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """`sync.rules.geo.haversine_m` for all pairs at once."""
    lat1, lon1 = np.radians(sources[:, 0])[:, None], np.radians(sources[:, 1])[:, None]
    lat2, lon2 = np.radians(targets[:, 0])[None, :], np.radians(targets[:, 1])[None, :]
    half = np.sin((lat2 - lat1) / 2) ** 2 + np.cos(lat1) * np.cos(lat2) * np.sin((lon2 - lon1) / 2) ** 2
    angles: np.ndarray[tuple[int, ...], np.dtype[np.float64]] = 2 * np.arcsin(np.sqrt(np.minimum(1.0, half)))
    return EARTH_M * angles
