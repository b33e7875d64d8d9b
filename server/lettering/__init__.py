"""Letters many at a time, by level of the ladder: previewed, made as one PDF, followed until they arrive.

`previewing` chooses the accounts and says which a rule refuses; `making` makes the letters and their one PDF;
`following` records which were handed over, returned or delivered, by code or from a file.
"""

from __future__ import annotations

from .following import STATES, Followed, follow, follow_file
from .making import make_batch
from .previewing import MOST, drop, preview

__all__ = ["MOST", "STATES", "Followed", "drop", "follow", "follow_file", "make_batch", "preview"]
