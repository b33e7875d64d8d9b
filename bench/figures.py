"""A figure: what was measured here and at the peers, the ratio, and what was wanted. Measures nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any


@dataclass
class Figure:
    """`ours` and `peers` are medians in `unit`. `wanted` says in words what was asked, `met` whether it is
    so; None where it could not be measured."""

    name: str
    unit: str
    ours: float | None
    wanted: str = ""
    met: bool | None = None
    peers: dict[str, float] = field(default_factory=dict)
    ratios: dict[str, float] = field(default_factory=dict)
    runs: dict[str, list[float]] = field(default_factory=dict)
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if value not in ({}, "")}

    def line(self) -> str:
        said = "-" if self.ours is None else _short(self.ours)
        against = "  ".join(f"{peer} {_short(value)}" for peer, value in self.peers.items())
        ratios = "  ".join(f"{peer} {value:.2f}x" for peer, value in self.ratios.items())
        verdict = {True: "reached", False: "NOT reached", None: ""}[self.met]
        parts = [f"{self.name}: {said} {self.unit}", against, ratios, self.wanted, verdict, self.note]
        return " | ".join(part for part in parts if part)


def faster(
    name: str,
    unit: str,
    rates: Mapping[str, Sequence[float]],
    wanted: dict[str, float],
    note: str = "",
) -> Figure:
    """Rates (more is better) of `ronda` and its peers, each the median of its runs; `wanted` are least
    ratios of ours to a peer's. What could not be had is left out and leaves `met` unknown."""
    middle = {who: round(median(runs), 1) for who, runs in rates.items() if runs}
    ours = middle.pop("ronda", None)
    ratios = {} if ours is None else {peer: round(ours / rate, 3) for peer, rate in middle.items() if rate}
    known = [ratios[peer] >= least for peer, least in wanted.items() if peer in ratios]
    met = None if len(known) < len(wanted) and all(known) else all(known)
    said = ", ".join(f">= {least:g}x {peer}" for peer, least in wanted.items())
    runs = {who: [round(run, 1) for run in each] for who, each in rates.items()}
    return Figure(name, unit, ours, said, met, middle, ratios, runs, note)


def at_most(name: str, unit: str, ours: float, limit: float, note: str = "", **more: Any) -> Figure:
    return Figure(name, unit, round(ours, 4), f"<= {limit:g}", ours <= limit, note=note, **more)


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:g}"
