"""Which texts of a policy pack are shown as Ronda's own words, and so are translated. Judges no rule.

Only the titles are, the pack's and its readings': a `quote` repeats a source word for word, and a
quotation is not translated. pybabel calls `extract` by babel.cfg in this folder.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any


def extract(
    file: IO[bytes], keywords: Sequence[str], comment_tags: Sequence[str], options: Mapping[str, Any]
) -> Iterator[tuple[int, None, str, list[str]]]:
    """Babel's extraction method for a pack's TOML: (line, function, message, comments)."""
    text = file.read().decode("utf-8")
    pack = tomllib.loads(text)
    for held in (pack, *pack.get("readings", {}).values()):
        title = held.get("title", "")
        if title:
            yield text.count("\n", 0, text.find(title)) + 1, None, title, []
