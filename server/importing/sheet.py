"""The throw-away process that parses one workbook: rows go out as JSON lines. Knows no field and no database.

Run as a script of its own (`python sheet.py FILE`; it imports nothing of Ronda). Its memory and time are
bounded, so that a workbook that breaks the parser breaks this process and nothing else. First line: the
sheet's name and the others'.
Each next line: [row number from 1, cells]; a cell is a string, a number, true/false, [ISO date] or "".
"""

from __future__ import annotations

import json
import sys
from datetime import date, datetime, time, timedelta
from typing import Any, TextIO

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


def write_rows(path: str, out: TextIO) -> None:
    """The first visible worksheet that has cells, row by row."""
    import python_calamine

    book = python_calamine.load_workbook(path)
    names = [
        sheet.name
        for sheet in book.sheets_metadata
        if sheet.visible == python_calamine.SheetVisibleEnum.Visible
        and sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
    ]
    for name in names:
        sheet = book.get_sheet_by_name(name)
        if sheet.height == 0:
            continue
        out.write(json.dumps({"sheet": name, "others": [other for other in names if other != name]}) + "\n")
        for number, cells in enumerate(sheet.iter_rows(), start=1):
            if number > MOST_ROWS or len(cells) > MOST_COLUMNS:
                raise SystemExit(3)
            while cells and cells[-1] == "":
                cells.pop()
            if cells:
                out.write(json.dumps([number, [plain(cell) for cell in cells]], ensure_ascii=False) + "\n")
        return
    out.write(json.dumps({"sheet": "", "others": names}) + "\n")


def plain(cell: Any) -> Any:
    """A cell as JSON holds it."""
    if isinstance(cell, datetime):
        return [cell.date().isoformat()]
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
    write_rows(sys.argv[1], sys.stdout)


if __name__ == "__main__":
    main()
