"""Opens a lender's file, CSV or Excel, finds its header row, and gives its rows as often as asked.

Knows where a row is in the file, and nothing of what its cells mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from sync.words import N_, Phrase

from . import columns as headers
from .answers import Preview, Recognised, WrongFile
from .cells import Cell, raw
from .columns import Columns
from .texts import DELIMITERS, TextFile, open_text
from .told import DAY_FIRST, Told
from .workbook import Workbook, open_workbook

HEADER_WITHIN = 40  # rows: titles, dates and blank lines stand above the headers of an export
TOLD_WITHIN = 200  # where a person said which line it is
EVERY = 500  # rows, between two words of how far it is
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class Row:
    """One row below the header: its physical line (row of the sheet) from 1, and its cells as they came."""

    line: int
    cells: Sequence[Cell]
    broken: bool = False


@dataclass(frozen=True)
class Source:
    """A file whose headers were understood."""

    path: Path
    file: TextFile | Workbook
    columns: Columns
    header_line: int
    delimiter: str = ""
    told: Told = field(default_factory=Told)
    watch: Callable[[int], None] | None = None  # hears, now and then, how many rows were read

    @property
    def dates(self) -> str:
        return self.told.dates or DAY_FIRST

    @property
    def sha256(self) -> str:
        return self.file.sha256

    @property
    def padded(self) -> bool:
        """A sheet leaves out trailing empty cells; in a CSV a row with fewer cells is a broken row."""
        return isinstance(self.file, Workbook)

    def rows(self) -> Iterator[Row]:
        read = 0
        for row in _rows(self.file, self.delimiter):
            if row.line > self.header_line:
                read += 1
                if self.watch is not None and read % EVERY == 0:
                    self.watch(read)
                yield row

    def recognised(self, decimal: str = "") -> Recognised:
        text = isinstance(self.file, TextFile)
        return Recognised(
            file=self.path.name,
            kind="csv" if text else "xlsx",
            encoding=self.file.encoding_shown if isinstance(self.file, TextFile) else "",
            delimiter=self.delimiter,
            sheet="" if isinstance(self.file, TextFile) else self.file.sheet,
            header_line=self.header_line,
            columns=self.columns.named(),
            ignored=self.columns.ignored,
            headers=self.columns.headers,
            decimal=decimal,
            told=self.told.to_json(),
        )


@contextmanager
def opened(
    path: Path,
    kind: str,
    mapping: Mapping[str, str] | None = None,
    told: Told | None = None,
    watch: Callable[[int], None] | None = None,
) -> Iterator[Source]:
    """The file with its header found. Raises WrongFile, with a sentence, for what cannot be imported."""
    with found(path, kind, mapping, told or Told()) as source:
        headers.require(source.columns, kind, source.header_line)
        yield replace(source, watch=watch)


@contextmanager
def found(
    path: Path, kind: str, mapping: Mapping[str, str] | None, told: Told, *, any_header: bool = False
) -> Iterator[Source]:
    """The file with its header, whatever it lacks. With `any_header` one that names nothing is taken too."""
    file = _open(path, told)
    try:
        yield _with_header(path, file, kind, {**(mapping or {}), **told.columns}, told, any_header)
    finally:
        if isinstance(file, Workbook):
            file.close()


def preview(path: Path | str, kind: str = "portfolio", rows: int = 5) -> Preview:
    """How the file would be read, and its first rows, with nothing written."""
    with opened(Path(path), kind) as source:
        shown = tuple(
            {
                header: raw(cell)
                for header, cell in zip(source.columns.headers, row.cells, strict=False)
                if header
            }
            for row in islice(source.rows(), rows)
        )
        return Preview(source.recognised(source.columns.decimal), shown)


def _open(path: Path, told: Told) -> TextFile | Workbook:
    try:
        with path.open("rb") as stream:
            start = stream.read(8)
    except FileNotFoundError:
        raise WrongFile(Phrase(N_("no existe el archivo {file}"), {"file": str(path)})) from None
    except OSError as wrong:
        values = {"file": str(path), "why": wrong.strerror or "error"}
        raise WrongFile(Phrase(N_("no se puede leer {file}: {why}"), values)) from wrong
    if start.startswith(_OLE):
        text = N_(
            "el archivo es un Excel antiguo (.xls) o está protegido con contraseña: guárdelo como .xlsx o CSV"
        )
        raise WrongFile(Phrase(text))
    return open_workbook(path, told.sheet) if start.startswith(_ZIP) else open_text(path, told.encoding)


def _rows(file: TextFile | Workbook, delimiter: str) -> Iterator[Row]:
    if isinstance(file, Workbook):
        for line, cells in file.records():
            if any(cell != "" for cell in cells):
                yield Row(line, cells)
        return
    for record in file.records(delimiter):
        yield Row(record.line, record.cells, record.broken)


def _with_header(
    path: Path,
    file: TextFile | Workbook,
    kind: str,
    mapping: Mapping[str, str],
    told: Told,
    any_header: bool,
) -> Source:
    """The row that names most fields, over every delimiter a CSV may have; or the line a person named."""
    best: Source | None = None
    widest: Source | None = None
    first: Sequence[str] = ()
    delimiters = (told.delimiter,) if told.delimiter else DELIMITERS
    for delimiter in delimiters if isinstance(file, TextFile) else ("",):
        for row in islice(_rows(file, delimiter), TOLD_WITHIN if told.header_line else HEADER_WITHIN):
            if told.header_line not in (0, row.line):
                continue
            names = [cell if isinstance(cell, str) else "" for cell in row.cells]
            first = first or names
            columns = headers.understood(names, kind, mapping)
            made = Source(path, file, columns, row.line, delimiter, told)
            if best is None or len(columns.places) > len(best.columns.places):
                best = made
            if widest is None or _named(columns) > _named(widest.columns):
                widest = made
    if best is None or (len(best.columns.places) < 2 and not (any_header or told.header_line)):
        raise headers.refuse_headless(first, kind)
    if len(best.columns.places) < 2 and widest is not None:
        best = widest
    if _named(best.columns) < 2:
        raise headers.refuse_headless(first, kind)
    return best


def _named(columns: Columns) -> int:
    return sum(1 for header in columns.headers if header)
