"""Excel files: the same accounts as the CSV, and no file that breaks the program."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from server.importing import WrongFile, preview, sheet
from server.importing.source import opened
from tests.office.builders import quick_engine
from tests.office.lenders_files import ANA, BETO, HEADER, Lender

HEAD = '<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'


@pytest.fixture
def andino(tmp_path: Path) -> Iterator[Lender]:
    engine = quick_engine(tmp_path)
    yield Lender(engine, tmp_path)
    engine.dispose()


def workbook(path: Path, rows: list[list[object]], titles: int = 0) -> Path:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for number in range(titles):
        page.append([f"Banco Andino, título {number}"])
    for row in rows:
        page.append(row)
        for cell in page[page.max_row]:
            if cell.data_type == "f":
                cell.data_type = "s"  # text that looks like a formula, as a lender's export holds it
    book.save(path)
    return path


def with_sheet(path: Path, xml: str | bytes, name: str = "xl/worksheets/sheet1.xml") -> Path:
    """A workbook whose first sheet is these bytes."""
    plain = workbook(path.with_suffix(".plain.xlsx"), [["a"]])
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename != name:
                new.writestr(entry, old.read(entry))
        new.writestr(name, xml)
    return path


def test_numbers_and_dates_in_cells_give_the_csv_s_accounts(andino: Lender) -> None:
    andino.sends(ANA, BETO)
    before = andino.everything()
    typed = {
        "Cédula": 1053111222,
        "Celular": "310 555 1234",
        "Saldo capital": 1500000.5,
        "Valor vencido": 200000,
        "Vencimiento más antiguo": date(2026, 8, 1),
    }
    beto = typed | {
        "Cédula": 79111222.0,
        "Celular": "311 555 9876",
        "Vencimiento más antiguo": datetime(2026, 8, 1),  # noqa: DTZ001 - a sheet's times have no zone
    }
    rows: list[list[object]] = [list(HEADER)]
    rows.append([typed.get(name, ANA[name]) for name in HEADER])
    rows.append([beto.get(name, BETO[name]) for name in HEADER])
    report = andino.sends_file(workbook(andino.folder / "cartera.xlsx", rows, titles=3))
    assert (report.recognised.kind, report.recognised.header_line) == ("xlsx", 4)
    assert report.counts["unchanged"] == 2
    assert andino.everything() == before


def test_a_row_of_a_sheet_is_told_by_its_own_number(andino: Lender) -> None:
    broken = [BETO[name] if name != "Saldo capital" else -5 for name in HEADER]
    rows: list[list[object]] = [list(HEADER), [ANA[name] for name in HEADER], [], broken]
    report = andino.sends_file(workbook(andino.folder / "c.xlsx", rows, titles=2))
    assert [(remark.line, remark.column) for remark in report.remarks] == [(6, "Saldo capital")]
    assert report.rejects_path is not None
    text = report.rejects_path.read_text(encoding="utf-8-sig").replace(";-5;", ";1413792,615;")
    assert andino.sends_file(andino.file(text.encode(), "mended.csv")).counts["new"] == 1


def test_a_formula_is_text_or_its_last_value_and_never_runs(andino: Lender) -> None:
    formula = ANA | {"Nombre del titular": '=HYPERLINK("http://x.invalid","Ana")'}
    rows: list[list[object]] = [list(HEADER), [formula[name] for name in HEADER]]
    andino.sends_file(workbook(andino.folder / "c.xlsx", rows))
    with opened(andino.folder / "c.xlsx", "portfolio") as source:
        (row,) = source.rows()
        assert row.cells[2] == '=HYPERLINK("http://x.invalid","Ana")'


def test_a_formula_saved_without_its_value_gives_the_csv_s_account(andino: Lender) -> None:
    formula = ANA | {"Nombre del titular": '=HYPERLINK("http://x.invalid","Ana")'}
    andino.sends(formula, BETO)
    before = andino.everything()
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in (list(HEADER), [formula[name] for name in HEADER], [BETO[name] for name in HEADER]):
        page.append(row)
    assert page["C2"].data_type == "f"
    book.save(andino.folder / "c.xlsx")
    report = andino.sends_file(andino.folder / "c.xlsx")
    assert report.counts == report.counts | {"rejected": 0, "unchanged": 2}
    assert andino.everything() == before


def test_a_formula_whose_value_is_empty_text_stays_empty(tmp_path: Path) -> None:
    def cell(place: str, text: str) -> str:
        return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'

    columns = [chr(65 + place) for place in range(len(HEADER))]
    head = "".join(cell(f"{column}1", name) for column, name in zip(columns, HEADER, strict=True))
    row = cell("A2", "A-1") + '<c r="B2" t="str"><f>IF(1,"","")</f><v></v></c><c r="C2"><f>B2</f><v/></c>'
    xml = f'{HEAD}<sheetData><row r="1">{head}</row><row r="2">{row}</row></sheetData></worksheet>'
    with opened(with_sheet(tmp_path / "c.xlsx", xml), "portfolio") as source:
        (found,) = source.rows()
    assert list(found.cells) == ["A-1", "", "=B2"]


def test_an_empty_leading_row_and_column_shift_nothing(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for place, name in enumerate(HEADER):
        page.cell(row=5, column=place + 3, value=name)
        page.cell(row=9, column=place + 3, value=ANA[name])
    book.save(tmp_path / "c.xlsx")
    with opened(tmp_path / "c.xlsx", "portfolio") as source:
        assert source.header_line == 5
        assert [(row.line, row.cells[0]) for row in source.rows()] == [(9, "A-1")]


def worked() -> float:
    """Seconds of processor time, of this process and of those it has ended."""
    return sum(os.times()[:4])


def refused_quickly(path: Path) -> str:
    started = worked()
    with pytest.raises(WrongFile) as refused:
        preview(path)
    assert worked() - started < 10
    return str(refused.value)


@pytest.mark.parametrize("reference", ["XFD1048576", "A1048576", "ZZZ1"])
def test_a_cell_far_away_is_refused_before_it_is_parsed(tmp_path: Path, reference: str) -> None:
    row = "".join(mark for mark in reference if mark.isdigit())
    xml = f'{HEAD}<sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="{row}"><c r="{reference}"><v>1</v></c></row></sheetData></worksheet>'
    assert "usa una celda fuera de los límites" in refused_quickly(with_sheet(tmp_path / "far.xlsx", xml))


def test_a_bomb_past_the_guard_breaks_a_process_that_is_not_ours(tmp_path: Path) -> None:
    xml = f'{HEAD}<sheetData><row r="1"><c r="A1"><v>1</v></c><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    path = with_sheet(tmp_path / "far.xlsx", xml)
    command = [sys.executable, "-P", sheet.__file__, str(path)]
    done = subprocess.run(command, capture_output=True, timeout=120, check=False)
    assert done.returncode != 0
    assert done.stdout == b""
    good = workbook(tmp_path / "good.xlsx", [list(HEADER), [ANA[name] for name in HEADER]])
    assert preview(good).rows[0]["No. Crédito"] == "A-1"


def test_a_reference_hidden_in_an_entity_does_not_pass_either(tmp_path: Path) -> None:
    xml = f'{HEAD}<sheetData><row r="1"><c r="&#88;FD1048576"><v>1</v></c></row></sheetData></worksheet>'
    assert "sin riesgo" in refused_quickly(with_sheet(tmp_path / "hidden.xlsx", xml))


def test_a_sheet_that_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    xml = (
        HEAD.encode()
        + b"<sheetData>"
        + b'<row><c t="n"><v>1</v></c></row>' * 2_000_000
        + b"</sheetData></worksheet>"
    )
    assert "demasiado comprimido" in refused_quickly(with_sheet(tmp_path / "ratio.xlsx", xml))


def test_a_sheet_of_a_million_rows_is_refused(tmp_path: Path) -> None:
    rows = b"".join(
        b'<row r="%d"><c r="A%d"><v>%d</v></c></row>' % (n, n, n * 7919) for n in range(1, 300_001)
    )
    path = with_sheet(
        tmp_path / "million.xlsx", HEAD.encode() + b"<sheetData>" + rows + b"</sheetData></worksheet>"
    )
    assert "usa una celda fuera de los límites" in refused_quickly(path)


def test_xml_entities_and_lying_directories_are_refused(tmp_path: Path) -> None:
    entity = f'<!DOCTYPE x [<!ENTITY a "aaaa">]>{HEAD}<sheetData/></worksheet>'
    assert "entidades" in refused_quickly(with_sheet(tmp_path / "entity.xlsx", entity))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"PK\x03\x04 not a zip at all", "no se puede leer este libro"),
     (b"\xd0\xcf\x11\xe0 old Excel", "Excel antiguo")],
)  # fmt: skip
def test_what_is_no_workbook_is_refused_with_a_sentence(
    tmp_path: Path, content: bytes, sentence: str
) -> None:
    path = tmp_path / "c.xlsx"
    path.write_bytes(content)
    assert sentence in refused_quickly(path)


def test_a_zip_that_is_no_workbook_and_an_empty_one_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "z.xlsx", "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert "no es un libro de Excel" in refused_quickly(tmp_path / "z.xlsx")
    openpyxl.Workbook().save(tmp_path / "empty.xlsx")
    assert "ninguna hoja" in refused_quickly(tmp_path / "empty.xlsx")
