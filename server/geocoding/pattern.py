"""Where the numbers of a city say that two streets would meet that do not on the map. Pure.

Around any corner the streets of a grid are nearly even: latitude and longitude rise with the numbers. The
nearest known corners, weighted by how near their numbers are, give that slope by least squares.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from .plane import Spot

Numbered = tuple[float, float, Spot]
"""The number of the street, of the one it crosses, and where."""

REACH = 3.0  # numbers away that still tell something
LEAST = 8
SPREAD = 1.2


def expect(corners: Sequence[Numbered], one: float, other: float) -> tuple[Spot, float] | None:
    """(the spot, how far the known corners lie from the pattern in metres), None where there is none."""
    near = [corner for corner in corners if abs(corner[0] - one) <= REACH and abs(corner[1] - other) <= REACH]
    if len(near) < LEAST:
        return None
    numbers = np.array([(1.0, corner[0] - one, corner[1] - other) for corner in near])
    spots = np.array([corner[2] for corner in near])
    weights = np.exp(-(numbers[:, 1] ** 2 + numbers[:, 2] ** 2) / (2 * SPREAD**2))
    for _ in range(4):
        root = np.sqrt(weights)[:, None]
        if np.linalg.matrix_rank(numbers * root) < 3:
            return None
        slope, *_rest = np.linalg.lstsq(numbers * root, spots * root, rcond=None)
        off = np.hypot(*(spots - numbers @ slope).T)
        scale = max(float(np.median(off)), 5.0)
        # Corners of another quarter with the same numbers must not pull the pattern.
        weights = weights / (1.0 + (off / (2 * scale)) ** 2)
    error = math.sqrt(float((weights * off**2).sum() / weights.sum()))
    return (float(slope[0, 0]), float(slope[0, 1])), error
