"""Judges the words of a file's texts, one a row, and writes them back with the verdict. Stores nothing.

The verdict is the rules' own (`sync.rules.wording`), the one shown while a text is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sync.rules.policy import Policy
from sync.rules.wording import TextKind, lint

from .lists import Row, read_list, write_list

NEEDED = ("text",)
ADDED = ("verdict", "rule", "words")
# What people call these texts; any other word under `kind` is a column of their own, so the kind is unknown.
KINDS = {
    **{kind.value: kind for kind in TextKind},
    "nota": TextKind.NOTE,
    "mensaje": TextKind.MESSAGE,
    "carta": TextKind.LETTER,
    "plantilla": TextKind.TEMPLATE,
    "aviso": TextKind.SLIP,
}


def lint_list(source: Path, out: Path, policy: Policy) -> dict[str, int]:
    """Write `source` again with `verdict, rule, words`; the count of each verdict. Raises WrongList."""
    header, rows = read_list(source, NEEDED)
    counts = {"allow": 0, "warn": 0, "block": 0}
    write_list(out, header, ADDED, _judged(rows, counts, policy))
    return counts


def _judged(rows: Iterable[Row], counts: dict[str, int], policy: Policy) -> Iterator[dict[str, Any]]:
    for row in rows:
        found = lint(row.get("text") or "", policy, KINDS.get((row.get("kind") or "").strip().lower(), ""))
        counts[found.verdict] += 1
        yield row | {"verdict": found.verdict, "rule": found.rule, "words": found.words}
