"""How amounts, dates, texts, headers and records of a lender's file are understood."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.importing import amounts, cells, columns, texts
from server.importing.answers import WrongFile
from server.importing.cells import Unreadable
from server.importing.people import bound, credible
from sync.records import Role

QUIET = settings(derandomize=True, deadline=None, max_examples=80)


@pytest.mark.parametrize(
    "text",
    ["1.234.567,50", "1234567,50", "1,234,567.50", "1234567.50", "$ 1.234.567,50", "COP 1234567.50",
     "1 234 567,50", "1'234.567,50", "1'234,567.50", "1.234.567,500"],
)  # fmt: skip
@pytest.mark.parametrize("habit", [",", "."])
def test_an_amount_that_shows_its_habit_is_read_so_whatever_the_file_s(text: str, habit: str) -> None:
    assert amounts.read(text, habit, "COP") == Decimal("1234567.50")


def test_one_mark_before_three_digits_is_read_as_the_file_does() -> None:
    assert amounts.read("1.234", ",", "COP") == Decimal(1234)
    assert amounts.read("1.234", ".", "COP") == Decimal("1.23")
    with pytest.raises(Unreadable, match="miles o decimales"):
        amounts.read("1.234", amounts.MIXED, "COP")


def test_a_file_s_habit_is_that_of_the_cells_that_show_one() -> None:
    assert amounts.decided(["1.234", "1,5", ""], ".") == ","
    assert amounts.decided(["1,234", "1.5"], ",") == "."
    assert amounts.decided(["1.234", "99"], ",") == ","
    assert amounts.decided(["1,5"] * 50 + ["1.5"] * 50, ",") == amounts.MIXED
    assert amounts.decided(["1,5"] * 500 + ["1.5"], ",") == ","


@pytest.mark.parametrize(
    "text", ["N/A", "1..2", "12,34,567", "1,5E+06", "１２", "abc", "1,2.3,4", "#¡VALOR!", "--", "1.234,"]
)
def test_what_is_no_number_is_refused_and_quoted(text: str) -> None:
    with pytest.raises(Unreadable) as refused:
        amounts.read(text, ",", "COP")
    assert text in str(refused.value)


@pytest.mark.parametrize("text", ["-1.234,50", "(1.234,50)", "1.234,50-", "−5"])
def test_a_negative_balance_is_refused(text: str) -> None:
    with pytest.raises(Unreadable, match="negativo"):
        amounts.read(text, ",", "COP")


@QUIET
@given(cents=st.integers(0, 10**14), grouped=st.booleans(), habit=st.sampled_from([",", "."]))
def test_every_amount_is_read_as_it_was_written(cents: int, grouped: bool, habit: str) -> None:
    amount = Decimal(cents).scaleb(-2)
    text = f"{amount:,.2f}" if grouped else f"{amount:.2f}"
    text = text if habit == "." else text.translate(str.maketrans(",.", ".,"))
    assert amounts.read(text, habit, "COP") == amount
    assert amounts.read(text, amounts.MIXED, "COP") == amount


@QUIET
@given(number=st.decimals(0, 10**12, places=3))
def test_a_sheet_s_number_survives_the_file_of_rejected_rows(number: Decimal) -> None:
    assert amounts.read(cells.raw(number), ",", "COP") == amounts.read(number, ",", "COP")


@pytest.mark.parametrize(
    "text",
    ["20/11/2026", "20-11-2026", "20.11.2026", "2026-11-20", "20/11/2026 00:00", "2026-11-20T08:15:00"],
)
def test_a_date_is_day_first_or_iso(text: str) -> None:
    assert cells.day(text) == date(2026, 11, 20)


@pytest.mark.parametrize(
    "text", ["31/02/2026", "00/00/0000", "15/13/2025", "11/20/2026", "20/11/26", "N/A", "20/11-2026", "46346"]
)
def test_an_impossible_date_is_refused_and_quoted(text: str) -> None:
    with pytest.raises(Unreadable) as refused:
        cells.day(text)
    assert text in str(refused.value)


def test_a_date_out_of_all_terms_is_refused() -> None:
    with pytest.raises(Unreadable, match="fuera de todo plazo"):
        cells.day("01/01/1026")


def test_formulas_and_markup_stay_text_and_controls_do_not() -> None:
    assert cells.text('=HYPERLINK("http://x.invalid","Ana")') == '=HYPERLINK("http://x.invalid","Ana")'
    assert cells.text("  <b>Ana\u00a0\u200b\tNu\u0301ñez\r\n ") == "<b>Ana Núñez"
    assert cells.text("'=1+1") == "=1+1"
    with pytest.raises(Unreadable, match="caracteres"):
        cells.text("x" * 1001)


@pytest.mark.parametrize(
    ("header", "field"),
    [("No. Crédito", "number"), ("NUMERO DE OBLIGACION", "number"), ("N° crédito", "number"),
     ("Account Number", "number"), ("CÉDULA DEL TITULAR", "document"), ("saldo_capital", "principal"),
     ("Días de Mora", "lender_dpd"), ("Tel. codeudor", "codebtor_phone"), ("Nombre del fiador", "guarantor_name"),
     ("Cédula segundo titular", "co_holder_document"), ("Vencimiento más antiguo", "oldest_due")],
)  # fmt: skip
def test_headers_are_known_without_case_accents_or_punctuation(header: str, field: str) -> None:
    assert columns.understood([header], "portfolio").places == {field: 0}


def test_no_header_names_two_fields() -> None:
    for kind, fields in columns.KINDS.items():
        names = [name for words in fields.values() for name in words]
        twice = {name for name in names if names.count(name) > 1}
        assert not twice, f"{kind}: {twice}"
        assert all(columns.plain(name) == name for name in names)


def test_a_saved_mapping_is_believed_before_the_synonyms() -> None:
    found = columns.understood(["Crédito", "Llave"], "portfolio", {"number": "LLAVE"})
    assert found.places == {"number": 1}
    assert found.ignored == ("Crédito",)


def test_a_document_tells_a_company_by_type_check_digit_or_legal_form() -> None:
    by_type = bound(Role.HOLDER, "Ferretería", "900123456", "NIT", "CO")
    by_digit = bound(Role.HOLDER, "Ferretería", "900.123.456-7", "", "CO")
    by_name = bound(Role.HOLDER, "Ferretería El Tornillo S.A.S.", "900123456", "", "CO")
    person = bound(Role.HOLDER, "Rosa Salas", "900123456", "", "CO")
    assert by_type == by_digit
    assert (by_name.kind, by_name.document_type, by_name.document) == ("company", "NIT", "900123456")
    assert (person.kind, person.document_type) == ("person", "CC")


@pytest.mark.parametrize("document", ["", "0", "111111111", "N/A", "SIN", "---"])
def test_what_is_typed_where_a_document_lacks_is_none(document: str) -> None:
    assert not credible(document)


def test_records_tell_their_physical_line(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('h1;h2\r\n\r\na;"two\r\nlines"\r\nb;c\r\n', encoding="utf-8", newline="")
    found = [(record.line, record.cells) for record in texts.open_text(path).records(";")]
    assert found == [(1, ["h1", "h2"]), (3, ["a", "two\r\nlines"]), (5, ["b", "c"])]


def test_a_quote_never_closed_costs_its_own_line_only(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    lines = ["h1;h2", 'a;"never', *(f"{n};x" for n in range(20)), '"q";"z"']
    path.write_text("\n".join(lines), encoding="utf-8")
    found = list(texts.open_text(path).records(";"))
    assert [record.line for record in found] == list(range(1, 24))
    assert [record.line for record in found if record.broken] == [2]
    assert found[-1].cells == ["q", "z"]


@QUIET
@given(rows=st.lists(st.lists(st.text("ab;\"\n' ", max_size=5), min_size=2, max_size=2), max_size=8))
def test_whatever_a_csv_holds_is_read_back(
    rows: list[list[str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    import csv

    path = tmp_path_factory.mktemp("csv") / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, delimiter=";")
        writer.writerow(["h1", "h2"])
        writer.writerows(rows)
    found = [record.cells for record in texts.open_text(path).records(";")]
    assert found == [["h1", "h2"], *(row for row in rows if any(cell.strip() for cell in row))]


def test_the_encoding_is_utf8_else_cp1252_and_never_a_guess(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    for encoding in ("utf-8", "utf-8-sig", "cp1252"):
        path.write_bytes("Núñez;€".encode(encoding))
        opened = texts.open_text(path)
        assert (opened.encoding, next(opened.records(";")).cells) == (encoding, ["Núñez", "€"])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"", "vacío"), ("a;b".encode("utf-16"), "UTF-16"), (b"\x00\x01\x02", "bytes nulos"),
     (b"\x81\x8d\xff", "ni en UTF-8 ni en Windows")],
)  # fmt: skip
def test_what_is_no_text_is_refused_with_a_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(WrongFile, match=sentence):
        texts.open_text(path)


def test_a_line_without_end_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"x" * 300_000)
    with pytest.raises(WrongFile, match="demasiado larga"):
        list(texts.open_text(path).records(";"))
