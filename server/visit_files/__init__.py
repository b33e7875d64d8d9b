"""Files of visits from anywhere, judged by the audit's own rules without a database.

`columns` says what a file may hold, `reading` makes visits of its rows, `judging` writes what is found.
"""

from .judging import Judged, audit_file
from .reading import WrongVisits

__all__ = ["Judged", "WrongVisits", "audit_file"]
