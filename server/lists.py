"""A CSV that a person made, read, and written again with columns added. Knows nothing of what they mean."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sync.cells import safe

ENCODINGS = ("utf-8-sig", "cp1252")
LONGEST_CELL = 1_000_000

Row = dict[str, str]


class WrongList(ValueError):
    """The file cannot be read or written as such a list; the sentence says what to do."""


def read_list(source: Path, needed: Sequence[str]) -> tuple[list[str], Iterator[Row]]:
    """The column names and the rows, by column. Raises WrongList, also while the rows are read.

    Strict UTF-8 (with or without BOM), else Windows' own; comma, semicolon or tab, whichever the header has
    most of. What a row has beyond the header is left out, what it lacks is empty.
    """
    text = _text(source)
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.DictReader(text.splitlines(keepends=True), delimiter=delimiter, restkey="", restval="")
    try:
        header = [name.strip() for name in reader.fieldnames or ()]
    except csv.Error as wrong:
        raise WrongList(f"{source.name} is no CSV file: {wrong}") from wrong
    reader.fieldnames = header
    for name in needed:
        if name not in header:
            seen = ", ".join(header[:8]) or "none"
            raise WrongList(f"{source.name} has no column '{name}' (it has: {seen}); name the column so")
    return [name for name in header if name], _rows(source, reader)


def write_list(
    out: Path, header: Sequence[str], added: Sequence[str], rows: Iterable[Mapping[str, Any]]
) -> None:
    """The rows with `added` as the last columns, as UTF-8; whole or not at all. Raises WrongList.

    A cell that a spreadsheet would run is written as text.
    """
    kept = [name for name in header if name not in added]
    part = out.with_name(out.name + ".part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([safe(name) for name in (*kept, *added)])
            for row in rows:
                writer.writerow([_cell(row.get(name)) for name in (*kept, *added)])
        part.replace(out)
    except OSError as wrong:
        raise WrongList(
            f"{out} cannot be written ({wrong.strerror}); name another file with --out"
        ) from wrong
    finally:
        part.unlink(missing_ok=True)


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    return safe(value) if isinstance(value, str) else value


def _rows(source: Path, reader: csv.DictReader[str]) -> Iterator[Row]:
    try:
        yield from reader
    except csv.Error as wrong:
        raise WrongList(f"{source.name}, line {reader.line_num}: {wrong}") from wrong


def _text(source: Path) -> str:
    try:
        held = source.read_bytes()
    except OSError as wrong:
        raise WrongList(f"{source} cannot be read ({wrong.strerror})") from wrong
    for encoding in ENCODINGS:
        try:
            return held.decode(encoding).replace("\x00", "")
        except UnicodeDecodeError:
            continue
    raise WrongList(f"{source.name} is neither UTF-8 nor Windows text; save it as CSV UTF-8")
