"""Closes a month: freezes its figures and commissions, and names what came later instead of changing them.

One person asks and another closes. What a closed month holds is never touched again: a payment, a reversal or
a visit that comes later becomes an adjustment of the next month that is closed, shown against the original.
"""

from __future__ import annotations

from .asking import ask, withdraw
from .cautions import Caution, warnings
from .closing import Closed, close
from .freezing import holds
from .late import GONE, LATE_PAYMENT, LATE_PROMISE, LATE_VISIT, LOOKS_BACK, REVERSED, changed

__all__ = [
    "GONE",
    "LATE_PAYMENT",
    "LATE_PROMISE",
    "LATE_VISIT",
    "LOOKS_BACK",
    "REVERSED",
    "Caution",
    "Closed",
    "ask",
    "changed",
    "close",
    "holds",
    "warnings",
    "withdraw",
]
