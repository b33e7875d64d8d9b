"""What is kept while a file's rows are gone through: remarks, and the cells they are about. Judges no row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sync.words import Phrase

from .answers import REJECTED, WARNED, Recognised, Remark


@dataclass
class Sieve:
    """`raws` keeps the cells of every row that has a remark, or may yet get one."""

    recognised: Recognised
    headers: tuple[str, ...]
    total: int = 0
    remarks: list[Remark] = field(default_factory=list)
    raws: dict[int, list[str]] = field(default_factory=dict)
    numbers: dict[int, str] = field(default_factory=dict)  # line → account number

    @property
    def rejected(self) -> dict[int, list[Remark]]:
        """Line → its reasons, of the rejected rows in the order of the file."""
        found: dict[int, list[Remark]] = {}
        for remark in sorted(self.remarks, key=lambda remark: remark.line):
            if remark.level == REJECTED:
                found.setdefault(remark.line, []).append(remark)
        return found

    @property
    def warned(self) -> set[int]:
        """The lines accepted with a warning."""
        return {remark.line for remark in self.remarks if remark.level == WARNED} - set(self.rejected)

    def remark(self, line: int, number: str, level: str, because: Phrase, field: str = "") -> None:
        """`field` is told by the column it was read from."""
        self.remarks.append(Remark(line, self.recognised.columns.get(field, ""), level, because))
        self.numbers[line] = number

    def raw(self, line: int) -> Mapping[str, Any]:
        """The cells of a row with a remark, as `import_remarks.raw` keeps them."""
        return {"number": self.numbers.get(line, ""), "cells": self.raws.get(line, [])}
