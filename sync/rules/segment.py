"""Decides to which segment an account belongs, from conditions a company writes as data. Knows no store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Traits:
    """What a segment may ask about an account on a day."""

    dpd: int
    overdue: Decimal
    credit_type: str = ""
    zone: str = ""
    branch: str = ""


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

    def holds(self, traits: Traits) -> bool:
        late = self.dpd_from <= traits.dpd and (self.dpd_to is None or traits.dpd <= self.dpd_to)
        owed = self.overdue_from <= traits.overdue and (
            self.overdue_to is None or traits.overdue <= self.overdue_to
        )
        listed = (
            (self.credit_types, traits.credit_type),
            (self.zones, traits.zone),
            (self.branches, traits.branch),
        )
        return late and owed and all(not among or value in among for among, value in listed)


def segment_of(traits: Traits, segments: Sequence[Segment]) -> Segment | None:
    """The first segment, in the company's order, whose conditions all hold; None when none does."""
    return next((segment for segment in segments if segment.holds(traits)), None)
