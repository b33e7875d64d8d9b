"""How probable it is that something seldom happens often. Knows no visits."""

from __future__ import annotations

from math import exp


def at_least(count: int, expected: float) -> float:
    """The chance of so many where so few are expected (Poisson)."""
    term = below = exp(-expected)
    for number in range(1, count):
        term *= expected / number
        below += term
    return max(0.0, 1.0 - below)
