"""What a supervisor should look at in visits, each check a small pure rule. Convicts nobody.

`CHECKS` names them all for pages and documents; docs/auditing.md has their limits and why.
"""

from .alone import clock_skew, far_from_address, outside_hours, too_short
from .checks import CHECKS, Check, check_of
from .line import Line
from .pairs import impossible_speed, overlap
from .photos import Album, album_of
from .seen import Link, Photo, Seen, void
from .texts import TextUse, plain, used_by
from .whole import (
    FLAGS,
    Elsewhere,
    findings_from,
    findings_of,
    findings_of_agent,
    findings_of_all,
    together,
)

__all__ = [
    "CHECKS",
    "FLAGS",
    "Album",
    "Check",
    "Elsewhere",
    "Line",
    "Link",
    "Photo",
    "Seen",
    "TextUse",
    "album_of",
    "check_of",
    "clock_skew",
    "far_from_address",
    "findings_from",
    "findings_of",
    "findings_of_agent",
    "findings_of_all",
    "impossible_speed",
    "outside_hours",
    "overlap",
    "plain",
    "together",
    "too_short",
    "used_by",
    "void",
]
