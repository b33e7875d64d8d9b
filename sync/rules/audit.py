"""What a supervisor should look at in a visit, each finding a small pure rule. Convicts nobody; reads no clock."""

from __future__ import annotations

from collections.abc import Sequence

from ..records import Address, Finding, Verdict, Visit
from .policy import Policy


def findings_of(
    visit: Visit,
    address: Address | None,
    previous: Sequence[Visit],
    policy: Policy,
    *,
    zone: str,
    skew_s: float | None = None,
    uncertainty_s: float = 0.0,
) -> tuple[Finding, ...]:
    """The findings of one visit. `visit.happened` is already corrected by the measured skew.

    `previous` are the same agent's other visits that day (any order). `skew_s` is device clock minus
    server clock, None when never measured. Typing late is not a finding.
    """
    raise NotImplementedError


def findings_from(verdict: Verdict, visit: str) -> tuple[Finding, ...]:
    """The policy's blocks (serious) and warnings (review) on a visit as findings."""
    raise NotImplementedError
