"""A lender's file looked at: what is guessed is shown with its evidence, and a person's word counts more."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from server.importing import columns
from server.importing.answers import WrongFile
from server.importing.looking import as_mapping, look
from server.importing.source import opened
from server.importing.told import Told

HEADER = "No. Crédito;Nombre del titular;Saldo capital;Valor vencido;Vencimiento más antiguo"
ROWS = ("A-1;Ana Núñez;1.000,50;200,00;20/08/2026", "A-2;Beto;500,00;0,00;03/04/2026")


def written(folder: Path, *lines: str, encoding: str = "cp1252") -> Path:
    path = folder / "cartera.csv"
    path.write_bytes("\r\n".join((*lines, "")).encode(encoding))
    return path


def test_what_is_guessed_comes_with_its_evidence(tmp_path: Path) -> None:
    seen = look(written(tmp_path, HEADER, *ROWS), "portfolio")
    assert (seen.recognised.encoding, seen.recognised.delimiter, seen.total) == ("cp1252", ";", 2)
    assert {"Crédito", "Núñez"} <= set(seen.words)
    assert seen.decimals == {",": 4}
    assert seen.dates == {"dmy": 1, "": 1}
    assert seen.order == "dmy"
    assert seen.ready
    assert seen.samples[seen.places["number"]] == ("A-1", "A-2")


def test_a_person_s_encoding_is_believed_where_the_file_can_be_read_by_it(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER, *ROWS, encoding="cp850")
    assert "CrÚdito" not in look(path, "portfolio", Told(encoding="cp850")).words
    assert "Crédito" in look(path, "portfolio", Told(encoding="cp850")).words
    with pytest.raises(WrongFile, match="no se puede leer como utf-8"):
        look(path, "portfolio", Told(encoding="utf-8"))


def test_month_first_is_guessed_only_where_no_date_contradicts_it(tmp_path: Path) -> None:
    american = (HEADER, "A-1;Ana;1,5;2,5;08/20/2026", "A-2;Beto;1,5;2,5;03/04/2026")
    assert look(written(tmp_path, *american), "portfolio").order == "mdy"
    both = look(written(tmp_path, *american, "A-3;Ciro;1,5;2,5;20/08/2026"), "portfolio")
    assert (both.order, both.odd) == ("dmy", "08/20/2026")
    seen = look(written(tmp_path, *american), "portfolio")
    assert seen.settled().dates == "mdy", "the import reads what was shown"


def test_a_column_nobody_knows_is_named_and_read_as_a_person_says(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER.replace("No. Crédito", "Xyz"), *ROWS)
    seen = look(path, "portfolio")
    assert seen.missing == ("number",)
    assert seen.recognised.ignored == ("Xyz",)
    told = Told(columns=as_mapping({"number": "Xyz"}, ["Saldo capital"]))
    again = look(path, "portfolio", told)
    assert again.places["number"] == 0
    assert "principal" not in again.places, "left aside as told"
    assert again.missing == ("principal",)
    with opened(path, "portfolio", told=Told(columns={"number": "Xyz"})) as source:
        assert source.columns.header("number") == "Xyz"


def test_a_file_without_one_known_header_can_still_be_said_column_by_column(tmp_path: Path) -> None:
    path = written(tmp_path, "a;b;c;d;e", *ROWS)
    seen = look(path, "portfolio")
    assert not seen.ready
    fields = ("number", "name", "principal", "overdue", "oldest_due")
    told = Told(columns=dict(zip(fields, "abcde", strict=True)))
    ready = look(path, "portfolio", told)
    assert ready.ready
    assert ready.total == 2


def test_the_line_of_the_headers_can_be_said(tmp_path: Path) -> None:
    path = written(tmp_path, "Nombre;Valor", HEADER, *ROWS)
    assert look(path, "portfolio").recognised.header_line == 2, "the row that names most fields"
    told = look(path, "portfolio", Told(header_line=1))
    assert told.headers == ("Nombre", "Valor")
    assert told.settled().header_line == 1


def test_what_is_no_table_is_refused_as_ever(tmp_path: Path) -> None:
    with pytest.raises(WrongFile, match="encabezados"):
        look(written(tmp_path, "hola"), "portfolio")


def test_habits_hold_for_the_next_file_and_its_lines_do_not() -> None:
    told = Told(encoding="cp850", decimal=",", header_line=7, sheet="Hoja 2")
    assert told.habits() == {"encoding": "cp850", "decimal": ","}
    assert Told.of_habits(told.habits()) == replace(told, header_line=0, sheet="")


def test_a_mapping_that_leaves_columns_aside_does_not_take_them_for_fields() -> None:
    found = columns.understood(("No. Crédito", "Cédula"), "portfolio", {"-1": "Cédula"})
    assert found.places == {"number": 0}
    assert found.ignored == ("Cédula",)


def test_a_file_made_to_fill_the_page_is_cut_or_refused(tmp_path: Path) -> None:
    long = written(tmp_path, HEADER, "A-1;" + "a" * 60_000 + " é;1,5;2,5;20/08/2026")
    seen = look(long, "portfolio")
    assert max(len(cell) for _line, cells in seen.rows for cell in cells) <= 80
    assert max(len(value) for values in seen.samples for value in values) <= 80
    wide = written(tmp_path, HEADER + ";x" * 400, *ROWS)
    with pytest.raises(WrongFile, match="405 columnas"):
        look(wide, "portfolio")
