"""Decides to which segments an account belongs, from conditions a company writes as data. Knows no store.

Every condition is an inclusive bound or a list; those of one segment must all hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ..words import N_

# What a profile says of how a debtor has behaved, the worst first.
PROFILES = {
    "breaker": N_("Incumple lo que promete"),
    "refuser": N_("Se niega a pagar"),
    "unlocated": N_("No se le encuentra"),
    "payer": N_("Paga o cumple lo que promete"),
    "unknown": N_("Sin historia todavía"),
}


@dataclass(frozen=True)
class Traits:
    """What a segment may ask about an account on a day. `capital` is the principal still owed."""

    dpd: int
    overdue: Decimal
    credit_type: str = ""
    zone: str = ""
    branch: str = ""
    capital: Decimal = Decimal(0)
    currency: str = ""
    product: str = ""
    kind: str = "person"
    profile: str = "unknown"
    risk: str = ""
    lender: str = ""


@dataclass(frozen=True)
class Segment:
    """Conditions that must all hold; an empty one asks nothing. Bounds are inclusive."""

    name: str
    dpd_from: int = 0
    dpd_to: int | None = None
    overdue_from: Decimal = Decimal(0)
    overdue_to: Decimal | None = None
    credit_types: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    title: str = ""
    capital_from: Decimal = Decimal(0)
    capital_to: Decimal | None = None
    currency: str = ""  # whose amounts the bounds are; empty: whatever the account's is
    products: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()
    lenders: tuple[str, ...] = ()

    def holds(self, traits: Traits) -> bool:
        if not _within(traits.dpd, self.dpd_from, self.dpd_to):
            return False
        if not _within(traits.overdue, self.overdue_from, self.overdue_to):
            return False
        if not _within(traits.capital, self.capital_from, self.capital_to):
            return False
        if self.currency and self.currency != traits.currency:
            return False
        return all(not among or value in among for among, value in self._listed(traits))

    def _listed(self, traits: Traits) -> tuple[tuple[tuple[str, ...], str], ...]:
        return (
            (self.credit_types, traits.credit_type),
            (self.zones, traits.zone),
            (self.branches, traits.branch),
            (self.products, traits.product),
            (self.kinds, traits.kind),
            (self.profiles, traits.profile),
            (self.risks, traits.risk),
            (self.lenders, traits.lender),
        )


@dataclass(frozen=True)
class Risk:
    """A level of risk: the first, in the company's order, of whose signs one holds. None holds: the last."""

    name: str
    title: str = ""
    dpd_from: int | None = None
    streak_from: int | None = None
    profiles: tuple[str, ...] = ()
    pays_below: int | None = None  # per cent

    def holds(self, dpd: int, streak: int, profile: str, pays: int) -> bool:
        """An empty level holds for everybody: it is the last one."""
        signs = (
            self.dpd_from is not None and dpd >= self.dpd_from,
            self.streak_from is not None and streak >= self.streak_from,
            profile in self.profiles,
            self.pays_below is not None and pays < self.pays_below,
        )
        return any(signs) or self._asks_nothing

    @property
    def _asks_nothing(self) -> bool:
        asked = (self.dpd_from, self.streak_from, self.pays_below)
        return not self.profiles and all(one is None for one in asked)


def segment_of(traits: Traits, segments: Sequence[Segment]) -> Segment | None:
    """The first segment, in the company's order, whose conditions all hold; None when none does."""
    return next((segment for segment in segments if segment.holds(traits)), None)


def risk_of(risks: Sequence[Risk], *, dpd: int, streak: int, profile: str, pays: int) -> str:
    """The name of the first level of which a sign holds; empty where no level is told."""
    return next((risk.name for risk in risks if risk.holds(dpd, streak, profile, pays)), "")


def profile_of(*, streak: int, kept: int, refused: bool, unlocated: bool, paid_lately: bool) -> str:
    """How he has behaved, one word of PROFILES."""
    if streak >= 2:
        return "breaker"
    if refused:
        return "refuser"
    if kept or paid_lately:
        return "payer"
    return "unlocated" if unlocated else "unknown"


def _within(value: Decimal | int, least: Decimal | int, most: Decimal | int | None) -> bool:
    return value >= least and (most is None or value <= most)
