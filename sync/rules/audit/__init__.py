"""What a supervisor should look at in visits, each check a small pure rule. Convicts nobody.

`CHECKS` names them all for pages and documents; docs/auditing.md has their limits and why.
"""

from .alone import clock_skew, far_from_address, outside_hours, too_short
from .chains import clocks_set_back
from .checks import CHECKS, Check, check_of
from .line import Line
from .pairs import impossible_speed, overlap
from .photos import Album, Taken, album_of, lookalikes
from .seen import Link, Photo, Seen, void
from .texts import FirstUse, TextUse, key_of, plain, used_by
from .whole import (
    FLAGS,
    Elsewhere,
    findings_from,
    findings_of,
    findings_of_agent,
    findings_of_all,
    strongest,
    together,
)

__all__ = [
    "CHECKS",
    "FLAGS",
    "Album",
    "Check",
    "Elsewhere",
    "FirstUse",
    "Line",
    "Link",
    "Photo",
    "Seen",
    "Taken",
    "TextUse",
    "album_of",
    "check_of",
    "clock_skew",
    "clocks_set_back",
    "far_from_address",
    "findings_from",
    "findings_of",
    "findings_of_agent",
    "findings_of_all",
    "impossible_speed",
    "key_of",
    "lookalikes",
    "outside_hours",
    "overlap",
    "plain",
    "strongest",
    "together",
    "too_short",
    "used_by",
    "void",
]
