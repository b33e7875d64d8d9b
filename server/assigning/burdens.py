"""What is shared out, among whom, and how it fell: plain numbers. Solves nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ..roads import Point


@dataclass(frozen=True)
class Bearer:
    """An agent who can take more: what he keeps already, in debtors, accounts and places."""

    home: Point | None
    kept: int = 0
    kept_accounts: int = 0
    kept_points: tuple[Point, ...] = ()
    max_accounts: int | None = None


@dataclass(frozen=True)
class Load:
    """A debtor to share out; without a point, unlocated.

    Agents by index: who may have him, who has his zone or ground, of whom to be wary, who has him now.
    """

    accounts: int
    allowed: frozenset[int]
    point: Point | None = None
    same_zone: frozenset[int] = frozenset()
    wary: frozenset[int] = frozenset()
    current: int | None = None


@dataclass(frozen=True)
class Share:
    """Who takes a debtor, None when nobody has room; `metres` to that agent's centre.

    `ranking` holds the best agents for him, loads left aside, with their cost in seconds.
    """

    bearer: int | None
    metres: int | None = None
    nearest: bool = False
    ranking: tuple[tuple[int, int], ...] = ()


def narrowed(load: Load, place: Mapping[int, int]) -> Load:
    """The load among the agents of its part, by their numbers there."""
    if len(place) == len(load.allowed | load.same_zone | load.wary) and all(a == b for a, b in place.items()):
        return load

    def here(those: frozenset[int]) -> frozenset[int]:
        return frozenset(place[one] for one in those if one in place)

    current = place.get(load.current) if load.current is not None else None
    return replace(
        load,
        allowed=here(load.allowed),
        same_zone=here(load.same_zone),
        wary=here(load.wary),
        current=current,
    )


def widened(share: Share, columns: Sequence[int]) -> Share:
    """The share with the agents' numbers in the whole."""
    bearer = columns[share.bearer] if share.bearer is not None else None
    return replace(share, bearer=bearer, ranking=tuple((columns[one], cost) for one, cost in share.ranking))
