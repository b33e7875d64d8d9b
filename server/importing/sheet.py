"""The throw-away process that parses one workbook: rows go out as JSON lines. Knows no field and no database.

Run as a script of its own (`python sheet.py FILE [SHEET]`; it imports nothing of Ronda). Its memory and
time are bounded, so that a workbook that breaks the parser breaks this process and nothing else. First
line: the sheet's name and the others'.
Each next line: [row number from 1, cells]; a cell is a string, a number, true/false, [ISO date, with its
time of day where it has one] or "".
A formula that was saved without its value is given as its text, as a CSV would hold it.
"""

from __future__ import annotations

import json
import posixpath
import sys
import zipfile
from datetime import date, datetime, time, timedelta
from typing import Any, TextIO
from xml.etree import ElementTree
from xml.parsers import expat

MEMORY = 1536 * 2**20
SECONDS = 90
OUTPUT = 2 * 2**30
MOST_ROWS = 250_000  # as server.importing.guard, which has looked at the file before
MOST_COLUMNS = 512


def bound() -> None:
    """Set this process's limits, where the system knows them."""
    try:
        import resource
    except ImportError:  # Windows has none; the guard and the parent's clock remain
        return
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, OUTPUT),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(limit)
        resource.setrlimit(limit, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def write_rows(path: str, out: TextIO, named: str = "") -> None:
    """The sheet `named`, else the first visible worksheet, that has cells: row by row."""
    import python_calamine

    book = python_calamine.load_workbook(path)
    names = [
        sheet.name
        for sheet in book.sheets_metadata
        if sheet.visible == python_calamine.SheetVisibleEnum.Visible
        and sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
    ]
    for name in sorted(names, key=lambda name: name != named):
        sheet = book.get_sheet_by_name(name)
        if sheet.height == 0:
            continue
        out.write(json.dumps({"sheet": name, "others": [other for other in names if other != name]}) + "\n")
        formulas = formulas_of(path, name)
        first = sheet.start[1] if sheet.start else 0
        for number, cells in enumerate(sheet.iter_rows(), start=1):
            if number > MOST_ROWS or len(cells) > MOST_COLUMNS:
                raise SystemExit(3)
            _put(cells, formulas.get(number, {}), first)
            while cells and cells[-1] == "":
                cells.pop()
            if cells:
                out.write(json.dumps([number, [plain(cell) for cell in cells]], ensure_ascii=False) + "\n")
        return
    out.write(json.dumps({"sheet": "", "others": names}) + "\n")


def _put(cells: list[Any], formulas: dict[int, str], first: int) -> None:
    """Fill the empty cells of a row with their formulas; `first` is the column of the first."""
    for column, text in formulas.items():
        place = column - first
        if place < 0:
            continue
        if column >= MOST_COLUMNS:
            raise SystemExit(3)
        cells.extend([""] * (place + 1 - len(cells)))
        if cells[place] == "":
            cells[place] = text


def formulas_of(path: str, name: str) -> dict[int, dict[int, str]]:
    """Row from 1 → column from 0 → the formula, of the cells that hold one and no value."""
    with zipfile.ZipFile(path) as archive:
        part = _part_of(archive, name)
        return _Formulas().read(archive, part) if part else {}


def _part_of(archive: zipfile.ZipFile, name: str) -> str:
    """The part of the archive that holds the sheet of that name; "" where it is not in its usual place."""
    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return ""
    wanted = ""
    # The guard has refused every part that declares an entity or a document type.
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    for element in book.iter():
        if _local(element.tag) == "sheet" and element.get("name") == name:
            wanted = next((value for key, value in element.items() if _local(key) == "id"), "")
    for relation in relations:
        if wanted and relation.get("Id") == wanted:
            target = posixpath.normpath(posixpath.join("/xl", relation.get("Target", ""))).lstrip("/")
            return target if target in names else ""
    return ""


def _local(tag: str) -> str:
    return tag.rpartition("}")[2].rpartition(":")[2]


class _Formulas:
    """Listens to a sheet's XML for formulas without a value. A formula whose value is empty text has one."""

    def __init__(self) -> None:
        self.found: dict[int, dict[int, str]] = {}
        self.row = self.column = 0
        self.text_result = False
        self.inside = ""
        self.formula: list[str] = []
        self.value: list[str] = []

    def read(self, archive: zipfile.ZipFile, part: str) -> dict[int, dict[int, str]]:
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._said
        with archive.open(part) as stream:
            parser.ParseFile(stream)
        return self.found

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "row":
            self.row = int(attributes.get("r", self.row + 1))
            self.column = -1
        elif name == "c":
            letters = attributes.get("r", "").rstrip("0123456789")
            self.column = _column(letters) if letters else self.column + 1
            self.text_result = attributes.get("t") == "str"
            self.formula, self.value = [], []
        elif name in ("f", "v"):
            self.inside = name

    def _said(self, text: str) -> None:
        if self.inside == "f":
            self.formula.append(text)
        elif self.inside == "v":
            self.value.append(text)

    def _end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name == "c" and self.formula and not self.value and not self.text_result:
            self.found.setdefault(self.row, {})[self.column] = "=" + "".join(self.formula)
        self.inside = ""


def _column(letters: str) -> int:
    """`A` is 0."""
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - 64
    return column - 1


def plain(cell: Any) -> Any:
    """A cell as JSON holds it."""
    if isinstance(cell, datetime):
        at_midnight = cell.time() == time()
        return [cell.date().isoformat() if at_midnight else cell.replace(microsecond=0).isoformat()]
    if isinstance(cell, date):
        return [cell.isoformat()]
    if isinstance(cell, (time, timedelta)):
        return str(cell)
    if isinstance(cell, float) and (cell != cell or cell in (float("inf"), float("-inf"))):
        return "#NUM!"
    return cell


def main() -> None:
    bound()
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    write_rows(sys.argv[1], sys.stdout, *sys.argv[2:3])


if __name__ == "__main__":
    main()
