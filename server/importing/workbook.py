"""Reads an .xlsx through the guard and a throw-away process; its rows wait in a file. Knows no column."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from sync.words import N_, Phrase, Terms

from . import guard, sheet
from .answers import WrongFile
from .cells import Cell

SECONDS = 120
_MOST_ROWS_EXIT = 3


@dataclass
class Workbook:
    """The first visible sheet of a workbook, row by row, as often as asked."""

    path: Path
    sha256: str
    sheet: str = ""
    others: tuple[str, ...] = ()
    _rows: IO[str] = field(default_factory=lambda: _waiting_room())

    def records(self) -> Iterator[tuple[int, list[Cell]]]:
        """Row number (from 1) and cells; empty rows are left out."""
        self._rows.seek(0)
        next(self._rows, None)
        while line := self._rows.readline():  # not iteration: a later seek must start afresh
            number, cells = json.loads(line, parse_float=Decimal, parse_int=Decimal)
            yield int(number), [_cell(cell) for cell in cells]

    def close(self) -> None:
        self._rows.close()


def _waiting_room() -> IO[str]:
    return tempfile.TemporaryFile("w+", encoding="utf-8")


def open_workbook(path: Path, named: str = "") -> Workbook:
    """Check the file, parse it elsewhere, and hold its rows. Raises WrongFile with what to do instead.

    `named`: the sheet a person chose, where it holds data.
    """
    guard.check(path)
    with path.open("rb") as stream:
        book = Workbook(path, hashlib.file_digest(stream, "sha256").hexdigest())
    try:
        _parse(path, book._rows, named)
        book._rows.seek(0)
        head = json.loads(book._rows.readline() or "{}")
    except BaseException:
        book.close()
        raise
    book.sheet, book.others = head.get("sheet", ""), tuple(head.get("others", ()))
    if not book.sheet:
        book.close()
        raise WrongFile(Phrase(N_("el libro no tiene ninguna hoja con datos")))
    return book


def _parse(path: Path, out: IO[str], named: str) -> None:
    command = [sys.executable, "-P", sheet.__file__, str(path.resolve()), named]
    try:
        done = subprocess.run(command, stdout=out, stderr=subprocess.PIPE, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise _unread(N_("tardó demasiado")) from None
    if done.returncode == _MOST_ROWS_EXIT:
        raise _unread(N_("tiene demasiadas filas o columnas"))
    if done.returncode < 0:
        raise _unread(N_("detuvo al programa que lo leía"), f"signal {-done.returncode}")
    if done.returncode != 0:
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise _unread(lines[-1][:120] if lines else str(done.returncode))


def _unread(*why: str) -> WrongFile:
    return WrongFile(Phrase(guard.BOMB, {"why": Terms(*why)}))


def _cell(value: Any) -> Cell:
    if isinstance(value, list):
        return datetime.fromisoformat(value[0]) if "T" in value[0] else date.fromisoformat(value[0])
    if isinstance(value, (str, bool, Decimal)):
        return value
    return ""
