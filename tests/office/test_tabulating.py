"""Tables as files: typed cells, no formula whatever the text, as many rows as there are."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from server import tabulating
from server.tabulating import Column, as_csv, as_xlsx

COLUMNS = [
    Column("name", "Nombre"),
    Column("owed", "Debe", "money", currency="COP"),
    Column("rate", "Tasa", "percent"),
    Column("visits", "Visitas", "integer"),
    Column("day", "Día", "date"),
    Column("at", "Hora", "instant"),
    Column("located", "Ubicada", "yes"),
]
ROSA: dict[str, Any] = {
    "name": "Rosa Ñáñez",
    "owed": Decimal("1234567.89"),
    "rate": Decimal("0.2512"),
    "visits": 7,
    "day": date(2026, 11, 20),
    "at": datetime(2026, 11, 20, 20, 0, tzinfo=UTC),
    "located": True,
}
HOSTILE = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "'=1", '=HYPERLINK("http://x")']


def opened(columns: list[Column], rows: Any, title: str = "Cifras") -> Any:
    with as_xlsx(title, columns, rows, zone="America/Bogota") as file:
        return openpyxl.load_workbook(io.BytesIO(file.read()))


def test_a_sheet_holds_amounts_dates_and_shares_as_a_spreadsheet_reckons_with_them() -> None:
    sheet = opened(COLUMNS, [ROSA]).active
    assert [cell.value for cell in sheet[1]][:2] == ["Nombre", "Debe (COP)"]
    assert [cell.value for cell in sheet[2]] == [
        "Rosa Ñáñez",
        1234567.89,
        0.2512,
        7,
        datetime(2026, 11, 20),  # noqa: DTZ001 - a sheet has no zones
        datetime(2026, 11, 20, 15, 0),  # noqa: DTZ001
        "sí",
    ]
    assert sheet["B2"].number_format == '"COP" #,##0.00'
    assert sheet["E2"].number_format == "yyyy-mm-dd"


def test_no_text_becomes_a_formula_in_a_sheet_or_a_csv() -> None:
    columns = [Column("text", "=Título"), Column("amount", "Monto", "money", currency_from="currency")]
    rows = [{"text": text, "amount": text, "currency": text} for text in HOSTILE]
    book = opened(columns, rows, title="=[x]:*?/\\'")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert len(cells) == 2 * (len(HOSTILE) + 1)
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert not [cell.value for cell in cells if str(cell.value).startswith(("=", "+", "@", "\t", "\r"))]
    told = "".join(as_csv(columns, rows)).removeprefix("\ufeff")
    for row in csv.reader(io.StringIO(told, newline="")):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)


def test_the_control_a_library_left_to_itself_does_make_a_formula() -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = HOSTILE[0]
    assert book.active["A1"].data_type == "f"


def test_a_csv_is_read_back_to_the_last_digit() -> None:
    told = "".join(as_csv(COLUMNS, [ROSA], zone="America/Bogota"))
    assert told.startswith("\ufeffNombre,Debe (COP),")
    [row] = list(csv.reader(io.StringIO(told.removeprefix("\ufeff"), newline="")))[1:]
    expected = ["Rosa Ñáñez", "1234567.89", "0.2512", "7", "2026-11-20", "2026-11-20T15:00:00-05:00", "sí"]
    assert row == expected


def test_an_amount_with_more_digits_than_a_spreadsheet_keeps_is_written_whole_as_text() -> None:
    columns = [Column("owed", "Debe", "money", currency="COP")]
    huge = Decimal("92233720368547758.07")
    assert opened(columns, [{"owed": huge}]).active["A2"].value == "92233720368547758.07"


def test_a_row_without_a_value_has_an_empty_cell() -> None:
    sheet = opened(COLUMNS, [{"name": "Luis"}]).active
    assert [cell.value for cell in sheet[2]] == ["Luis"] + [None] * 6


def test_rows_beyond_one_sheet_go_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tabulating, "ROWS_OF_A_SHEET", 10)
    book = opened([Column("n", "N", "integer")], ({"n": n} for n in range(25)))
    assert [sheet.max_row - 1 for sheet in book] == [10, 10, 5]
    assert book.worksheets[2]["A1"].value == "N"


def test_rows_are_taken_one_at_a_time_and_handed_on_in_parts() -> None:
    taken = 0

    def rows() -> Any:
        nonlocal taken
        for taken in range(1, 5001):
            yield {"n": taken}

    parts = as_csv([Column("n", "N", "integer")], rows())
    next(parts)
    assert taken == tabulating.HANDED
    assert sum(part.count("\r\n") for part in parts) == 5000 - tabulating.HANDED
