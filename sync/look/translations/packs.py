"""Which texts of a policy pack are shown as Ronda's own words, and so are translated. Judges no rule.

Only a pack's title is: its `quote`s repeat a source word for word, and a quotation is not translated.
pybabel calls `extract` by babel.cfg in this folder.
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
    title = tomllib.loads(text).get("title", "")
    lines = text.splitlines()
    if title:
        line = next((at for at, held in enumerate(lines, 1) if held.startswith("title")), 1)
        yield line, None, title, []
