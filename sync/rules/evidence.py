"""Decides how strong the proof of a visit is, from how its time and place are known. Convicts nobody."""

from __future__ import annotations

from enum import StrEnum

from ..records import Known, Location, LocationSource

_GOOD_ACCURACY_M = 100.0


class EvidenceGrade(StrEnum):
    """How strong the proof of a visit is; never by itself a finding."""

    STRONG = "A"
    GOOD = "B"
    WEAK = "C"
    WORD = "D"


def evidence_grade(
    known: Known, location: Location, late_minutes: float = 0.0, late_limit: int = 120
) -> EvidenceGrade:
    """A: written live with a good measured position … D: from memory or paper with none.

    Typing later than `late_limit` minutes (`policy.audit.late_evidence_minutes`) costs one grade more.
    """
    weak = {Known.LIVE: 0, Known.LATER: 1, Known.PAPER: 1}[known]
    if known is not Known.LIVE and late_minutes > late_limit:
        weak += 1
    if location.source is LocationSource.NONE or location.lat is None or location.lon is None:
        weak += 2
    elif location.source is LocationSource.PIN or not _accurate(location):
        weak += 1
    return (EvidenceGrade.STRONG, EvidenceGrade.GOOD, EvidenceGrade.WEAK, EvidenceGrade.WORD)[min(weak, 3)]


def _accurate(location: Location) -> bool:
    return location.accuracy_m is not None and location.accuracy_m <= _GOOD_ACCURACY_M
