"""What a supervisor should look at in visits, each check a small pure rule. Convicts nobody.

`CHECKS` names them all for pages and documents; see docs/auditing.md for their limits and why.
"""

from .alone import (
    clock_skew,
    far_from_address,
    findings_from,
    findings_of,
    impossible_speed,
    outside_hours,
    overlap,
    too_short,
    void,
)
from .checks import CHECKS, Check, check_of

__all__ = [
    "CHECKS",
    "Check",
    "check_of",
    "clock_skew",
    "far_from_address",
    "findings_from",
    "findings_of",
    "impossible_speed",
    "outside_hours",
    "overlap",
    "too_short",
    "void",
]
