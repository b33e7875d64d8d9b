"""How right a score was: what it foretold against what happened, by tenths and in one figure. Knows no store.

The Brier score is the mean of (foretold - happened)²: 0 is a seer; what it is for who always says the share
of all is told beside it. What scale would have fitted best is worked out too; a person decides to use it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .score import Scale

# Fewer say nothing of ten groups; with fewer no scale is proposed.
LEAST = 50


@dataclass(frozen=True)
class Tried:
    """One visit that met him: the points known at its moment, and whether he paid in time after it."""

    points: int
    paid: bool


@dataclass(frozen=True)
class Tenth:
    """One tenth of the visits, the least likely first."""

    visits: int
    least: float
    most: float
    foretold: float
    paid: float


@dataclass(frozen=True)
class Calibration:
    """`base` is the Brier score of who says the share of all of each; `skill` how much better ours is."""

    visits: int
    paid: int
    brier: float | None
    base: float | None
    tenths: tuple[Tenth, ...]
    scale: Scale
    fitted: Scale | None
    fitted_brier: float | None

    @property
    def skill(self) -> float | None:
        if self.brier is None or not self.base:
            return None
        return 1 - self.brier / self.base

    def to_json(self) -> dict[str, Any]:
        return {
            "visits": self.visits,
            "paid": self.paid,
            "brier": _rounded(self.brier),
            "brier_of_the_share": _rounded(self.base),
            "skill": _rounded(self.skill),
            "deciles": [
                {
                    "visits": one.visits,
                    "from": _rounded(one.least),
                    "to": _rounded(one.most),
                    "predicted": _rounded(one.foretold),
                    "actual": _rounded(one.paid),
                }
                for one in self.tenths
            ],
            "scale": {"even": self.scale.even, "spread": self.scale.spread},
            "fitted": {"even": self.fitted.even, "spread": self.fitted.spread} if self.fitted else None,
            "fitted_brier": _rounded(self.fitted_brier),
        }


def calibrate(tried: Sequence[Tried], scale: Scale) -> Calibration:
    """The tenths and figures of these visits under a scale."""
    if not tried:
        return Calibration(0, 0, None, None, (), scale, None, None)
    share = sum(one.paid for one in tried) / len(tried)
    fitted = fit(tried)
    return Calibration(
        visits=len(tried),
        paid=sum(one.paid for one in tried),
        brier=brier(tried, scale),
        base=share * (1 - share),
        tenths=tuple(_tenths(tried, scale)),
        scale=scale,
        fitted=fitted,
        fitted_brier=brier(tried, fitted) if fitted is not None else None,
    )


def brier(tried: Sequence[Tried], scale: Scale) -> float:
    return sum((scale.chance(one.points) - one.paid) ** 2 for one in tried) / len(tried)


def fit(tried: Sequence[Tried]) -> Scale | None:
    """The scale under which what happened was likeliest, in whole points; None where nothing can be told.

    Newton's steps on the logistic curve in one variable.
    """
    paid = sum(one.paid for one in tried)
    if len(tried) < LEAST or not 0 < paid < len(tried) or len({one.points for one in tried}) < 2:
        return None
    slope, offset = 0.05, -3.0
    for _ in range(50):
        first, second, cross, square, flat = 0.0, 0.0, 0.0, 0.0, 0.0
        for one in tried:
            chance = 1 / (1 + math.exp(-max(-50.0, min(50.0, slope * one.points + offset))))
            off, weight = one.paid - chance, chance * (1 - chance)
            first += off * one.points
            second += off
            square += weight * one.points * one.points
            cross += weight * one.points
            flat += weight
        determinant = square * flat - cross * cross
        if determinant <= 1e-9:
            return None
        step = (flat * first - cross * second) / determinant
        shift = (square * second - cross * first) / determinant
        slope, offset = slope + step, offset + shift
        if not math.isfinite(slope) or abs(slope) > 10:
            return None
        if abs(step) < 1e-9 and abs(shift) < 1e-9:
            break
    # Points that say nothing, or the contrary of what happened, are no scale.
    if slope <= 1e-3:
        return None
    return Scale(round(-offset / slope), max(1, round(1 / slope)))


def _tenths(tried: Sequence[Tried], scale: Scale) -> list[Tenth]:
    # By points alone: to sort those of equal points by what happened would foretell it.
    ranked = sorted(tried, key=lambda one: one.points)
    groups = min(10, len(ranked))
    found = []
    for number in range(groups):
        mine = ranked[len(ranked) * number // groups : len(ranked) * (number + 1) // groups]
        chances = [scale.chance(one.points) for one in mine]
        found.append(
            Tenth(
                visits=len(mine),
                least=chances[0],
                most=chances[-1],
                foretold=sum(chances) / len(mine),
                paid=sum(one.paid for one in mine) / len(mine),
            )
        )
    return found


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
