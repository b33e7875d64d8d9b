"""One exchange of a laptop with the office: hello, push, pull, attach, compare. Knows no HTTP, no database.

`run` is the whole of it, a list of verbs; each step is a module of its own. The laptop's store and the
office are reached through the protocols of `sides`.
"""

from .pauses import next_pause
from .running import Outcome, run
from .sides import Clock, Laptop, OfficeSays, Peer, Reading, Unreachable, Untrusted

__all__ = [
    "Clock",
    "Laptop",
    "OfficeSays",
    "Outcome",
    "Peer",
    "Reading",
    "Unreachable",
    "Untrusted",
    "next_pause",
    "run",
]
