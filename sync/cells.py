"""Text that goes into a spreadsheet's cell and must stay text. Knows no file format.

A cell that starts like a formula runs in the reader's spreadsheet; such a cell gets a leading
apostrophe (OWASP ASVS 1.2.10). `unsafe` takes it away again, so that what was written can be read.
"""

from __future__ import annotations

import re

STARTS = ("=", "+", "-", "@", "\t", "\r", "\0")
NUMBER = re.compile(r"^[+-]?[0-9]+([.,][0-9]+)*$", re.ASCII)


def safe(text: str) -> str:
    """`text` as a cell that no spreadsheet runs. Plain numbers stay as they are."""
    if text.startswith(STARTS) and NUMBER.match(text) is None:
        return "'" + text
    if text.startswith("'") and text[1:].startswith((*STARTS, "'")):
        return "'" + text
    return text


def unsafe(text: str) -> str:
    """What `safe` was given."""
    return text[1:] if text.startswith("'") and text[1:].startswith((*STARTS, "'")) else text
