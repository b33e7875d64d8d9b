"""Answers who asks that his data be erased: takes the request, holds, refuses or carries it out. No SQL.

What is carried out leaves a signed word per event, so that the ledger still verifies and says `erased`;
the words go, the figures of the accounts stay. The facts name the request, never the person.
"""

from __future__ import annotations

from .arriving import erase_arrivals
from .asking import ASKED_BY, CHANNELS, hold, receive_request, refuse, release
from .carrying_out import CarriedOut, carry_out
from .looking import debtor_named, listed, told
from .redoing import reapply

__all__ = [
    "ASKED_BY",
    "CHANNELS",
    "CarriedOut",
    "carry_out",
    "debtor_named",
    "erase_arrivals",
    "hold",
    "listed",
    "reapply",
    "receive_request",
    "refuse",
    "release",
    "told",
]
