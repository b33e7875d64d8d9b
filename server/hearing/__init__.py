"""Hears complaints, disputes and what people ask of their data, until somebody with authority resolves them.

`kinds` what a case may be and who deals with it; `due` until when it must be answered; `opening` takes it,
and stops collection where it disputes the debt; `handling` everything until the reply; `resolving` the last
word, after which alone collection goes on; `correcting` what is said to be wrong; `looking` reads.
"""

from __future__ import annotations

from .correcting import ask_correction, decide_correction
from .due import Due, due_of
from .handling import hold, move, note, reply
from .kinds import DEPARTMENTS, KINDS, SOURCES, TOLD_BY, Kind
from .looking import Urgency, told, urgency
from .opening import NewClaim, open_claim
from .resolving import reopen, resolve

__all__ = [
    "DEPARTMENTS",
    "KINDS",
    "SOURCES",
    "TOLD_BY",
    "Due",
    "Kind",
    "NewClaim",
    "Urgency",
    "ask_correction",
    "decide_correction",
    "due_of",
    "hold",
    "move",
    "note",
    "open_claim",
    "reopen",
    "reply",
    "resolve",
    "told",
    "urgency",
]
