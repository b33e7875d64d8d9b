"""A real portfolio of 3,006 rows with its known defects, and its payments: every row gets its treatment.

What is expected is computed here from the file itself, with none of Ronda's code.
"""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from server.importing import ImportReport
from server.store import balances, payments
from server.store import tables as t
from server.store.engine import open_engine, reading
from server.strategy import listing
from sync.rules.ageing import standing
from tests.office.builders import quick_engine
from tests.office.lenders_files import NOW, SHARED, TODAY, Lender, why

FILE, DEFECTS, PAYMENTS = (SHARED / f"duitama_{name}.csv" for name in ("cartera", "defects", "pagos"))

pytestmark = pytest.mark.skipif(not FILE.exists(), reason=f"the shared portfolio is not at {FILE}")

ACCEPTED = {"formula in a name (accept as text)", "markup in an address (accept as text)"}
REASON = {
    "amount is not a number": "no es un importe",
    "negative balance": "es negativo",
    "impossible date": "no existe",
    "exact duplicate row": "igual a la línea",
    "missing account number": "falta el número de la cuenta",
    "short row": "la fila está incompleta",
}


def raw_rows() -> dict[int, list[str]]:
    """Physical line → cells; no record of this file has a line break in it."""
    text = FILE.read_bytes().decode("cp1252")
    lines = text.split("\r\n")
    return {number: next(csv.reader([line], delimiter=";")) for number, line in enumerate(lines, 1) if line}


def defects() -> dict[int, str]:
    """Physical line → defect. All but the duplicates are listed by their line before these were put in."""
    listed = list(csv.DictReader(DEFECTS.read_text("utf-8").splitlines(), delimiter=";"))
    twice = sorted(int(row["line"]) for row in listed if row["defect"] == "exact duplicate row")
    rows, found = raw_rows(), {}
    for row in listed:
        line = int(row["line"])
        if row["defect"] != "exact duplicate row":
            for duplicate in twice:
                line += duplicate <= line
        assert rows[line][0] == (row["account"] if row["defect"] != "missing account number" else "")
        found[line] = row["defect"]
    return found


def good_rows() -> dict[str, dict[str, str]]:
    """Account number → cells by header, of the rows that must be accepted."""
    rows, bad = raw_rows(), {line for line, defect in defects().items() if defect not in ACCEPTED}
    header = rows.pop(1)
    return {
        cells[0]: dict(zip(header, cells, strict=True)) for line, cells in rows.items() if line not in bad
    }


def late_days(row: dict[str, str], today: date = TODAY) -> int:
    if not row["Vencimiento más antiguo"] or set(row["Valor vencido"]) <= set("0.,"):
        return 0
    day, month, year = map(int, row["Vencimiento más antiguo"].split("/"))
    return max(0, (today - date(year, month, day)).days)


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Lender, ImportReport]:
    folder = tmp_path_factory.mktemp("duitama")
    lender = Lender(quick_engine(folder), folder, "Cartera Duitama", "co")
    report = lender.sends_file(FILE, report=folder / "rechazos.csv")
    lender.engine.dispose()
    return lender, report


@pytest.fixture
def duitama(imported: tuple[Lender, ImportReport], tmp_path: Path) -> Iterator[Lender]:
    """The office with the portfolio in it, a copy of its own for each test."""
    shutil.copy(imported[0].folder / "office.db", tmp_path / "office.db")
    engine = open_engine(f"sqlite:///{tmp_path / 'office.db'}")
    yield Lender(engine, tmp_path, "Cartera Duitama", "co")
    engine.dispose()


def test_every_listed_defect_gets_its_treatment_and_every_other_row_is_accepted(
    imported: tuple[Lender, ImportReport],
) -> None:
    _, report = imported
    listed = defects()
    assert len(listed) == 54
    rejected = {line: reason for line, _, level, reason in why(report) if level == "rejected"}
    assert set(rejected) == {line for line, defect in listed.items() if defect not in ACCEPTED}
    for line, reason in rejected.items():
        assert REASON[listed[line]] in reason, (line, listed[line], reason)
    assert report.counts == report.counts | {"rows": 3006, "accepted": 2960, "rejected": 46, "warned": 1}


def test_every_account_holds_what_its_row_says(duitama: Lender) -> None:
    expected = good_rows()
    held = {row["number"]: row for row in duitama.rows(t.accounts)}
    owed = {row["account_id"]: row for row in duitama.rows(t.balances)}
    names = {row["id"]: row["name"] for row in duitama.rows(t.debtors)}
    given = {
        row["account_id"]: row["name_as_given"]
        for row in duitama.rows(t.account_roles)
        if row["role"] == "holder"
    }
    assert set(held) == set(expected)
    for number, row in expected.items():
        account = held[number]
        balance = owed[account["id"]]
        assert given[account["id"]] == row["Nombre del titular"]
        assert names[account["debtor_id"]] in (row["Nombre del titular"], "Liliana Gómez López")
        assert balance["principal_minor"] == cents(row["Saldo capital"])
        assert balance["overdue_minor"] == cents(row["Valor vencido"])
        assert balance["late_interest_minor"] == cents(row["Interés de mora"])
        assert account["disbursed_minor"] == cents(row["Valor desembolsado"])
        assert (account["branch"], account["credit_type"]) == (row["Sucursal"], row["Tipo de crédito"])
    texts = {row["text"] for row in duitama.rows(t.addresses)}
    assert {row["Dirección"] for row in expected.values()} <= texts
    assert any("<" in text for text in texts)
    documents = {row["Cédula"] for row in expected.values()}
    assert {row["document"] for row in duitama.rows(t.debtors) if row["document"]} == documents


def cents(text: str) -> int:
    return int(Decimal(text.replace(".", "").replace(",", ".")) * 100)


def test_the_buckets_and_the_90_list_are_exact_to_the_day(
    duitama: Lender, imported: tuple[Lender, ImportReport]
) -> None:
    _, report = imported
    days = {number: late_days(row) for number, row in good_rows().items()}
    edges = {"current": (0, 0), "1-30": (1, 30), "31-60": (31, 60), "61-89": (61, 89), "90+": (90, 10**6)}
    assert report.buckets == {
        name: sum(low <= count <= high for count in days.values()) for name, (low, high) in edges.items()
    }
    assert {89, 90, 91} <= set(days.values())  # the boundary is really there
    with reading(duitama.engine) as connection:
        number = {row["id"]: row["number"] for row in duitama.rows(t.accounts)}
        stood = {
            number[own]: standing(balance, (), TODAY)
            for own, balance in balances.latest(connection, number).items()
        }
    assert {name: one.dpd for name, one in stood.items()} == days
    old = {name for name, count in days.items() if count >= 90}
    assert {name for name, one in stood.items() if one.bucket == "90+"} == old
    assert report.at_field == len(old)


def test_under_co_only_microcredits_may_be_visited_and_under_demo_all(
    duitama: Lender, imported: tuple[Lender, ImportReport], tmp_path: Path
) -> None:
    _, report = imported
    rows = good_rows()
    old = Counter(row["Tipo de crédito"] for row in rows.values() if late_days(row) >= 90)
    assert report.visitable == old["microcrédito"]
    assert report.barred == {"co.visit.home": old["consumo"] + old["vivienda"]}
    evidence = duitama.account("LT-100002")["exception_evidence"]
    assert evidence == "archivo duitama_cartera.csv, línea 4: Tipo de crédito = microcrédito"
    duitama.pack = "demo"
    governed = duitama.sends_file(FILE, report=tmp_path / "r.csv")
    assert (governed.visitable, governed.barred, governed.counts["changed"]) == (old.total(), {}, 2960)


def test_a_second_import_changes_nothing(duitama: Lender, tmp_path: Path) -> None:
    before = duitama.everything()
    report = duitama.sends_file(FILE, report=tmp_path / "r.csv")
    assert duitama.everything() == before
    assert report.counts == report.counts | {"unchanged": 2960, "new": 0, "changed": 0, "absent": 0}


def test_utf8_with_and_without_bom_is_the_same_file(duitama: Lender) -> None:
    before = duitama.everything()
    text = FILE.read_bytes().decode("cp1252")
    for encoding, shown in (("utf-8-sig", "UTF-8 (BOM)"), ("utf-8", "UTF-8")):
        report = duitama.sends_file(duitama.file(text.encode(encoding)))
        assert (report.recognised.encoding, report.counts["unchanged"]) == (shown, 2960)
    assert duitama.everything() == before


def test_excel_with_three_title_rows_is_the_same_file(duitama: Lender, tmp_path: Path) -> None:
    """As a person saves it: amounts and dates in cells of their own kind, everything else as text."""
    before = duitama.everything()
    rows = raw_rows()
    header = rows.pop(1)
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet("Cartera")
    for title in (["CARTERA DUITAMA"], ["Corte: 20/11/2026"], []):
        page.append(title)
    page.append(header)
    for cells in rows.values():
        page.append([typed(name, text) for name, text in zip(header, cells, strict=False)])
    book.save(tmp_path / "cartera.xlsx")
    report = duitama.sends_file(tmp_path / "cartera.xlsx")
    assert (report.recognised.header_line, report.recognised.sheet) == (4, "Cartera")
    assert report.counts == report.counts | {
        "rows": 3006,
        "accepted": 2960,
        "rejected": 46,
        "unchanged": 2960,
    }
    assert duitama.everything() == before
    lines = {line - 3 for line, _, level, _ in why(report) if level == "rejected"}
    assert lines == {line for line, defect in defects().items() if defect not in ACCEPTED}


def typed(header: str, text: str) -> object:
    plain = text.replace(".", "").replace(",", ".")
    if (
        header.startswith(("Valor", "Saldo", "Interés", "Otros"))
        and plain.replace(".", "").lstrip("-").isdigit()
    ):
        return float(plain)
    if header.startswith(("Fecha", "Vencimiento", "Último")) and text and text != "31/02/2026":
        return datetime.strptime(text, "%d/%m/%Y")  # noqa: DTZ007 - a sheet's dates have no zone
    return text or None


def test_a_second_lender_s_file_touches_none_of_the_first_s(duitama: Lender, tmp_path: Path) -> None:
    before = duitama.everything()
    text = FILE.read_bytes().decode("cp1252").replace("Duitama", "Paipa").replace("Carrera", "Avenida")
    folder = tmp_path / "other"
    folder.mkdir()
    other = Lender(duitama.engine, folder, "Otra Cartera", "demo")
    report = other.sends_file(other.file(text))
    assert report.counts["new"] == 2960
    after = duitama.everything()
    for table, rows in before.items():
        assert set(rows) <= set(after[table]), table
    # The people who have a document are the same people; nobody was renamed.
    named = [row for row in duitama.rows(t.debtors) if row["document"] is not None]
    assert len(named) == len({row["Cédula"] for row in good_rows().values()})


def test_the_mended_rows_come_in_from_their_own_file(
    duitama: Lender, imported: tuple[Lender, ImportReport]
) -> None:
    _, report = imported
    assert report.rejects_path is not None
    text = report.rejects_path.read_text(encoding="utf-8-sig")
    mended = text.replace("N/A", "1.000,00").replace("31/02/2026", "28/02/2026").replace(";-", ";")
    again = duitama.sends_file(duitama.file(mended.encode("utf-8-sig"), "mended.csv"))
    listed = Counter(defects().values())
    fixed = sum(listed[name] for name in ("amount is not a number", "impossible date", "negative balance"))
    assert (again.mode, again.counts["new"]) == ("delta", fixed)
    assert again.counts["unchanged"] == listed["exact duplicate row"]
    assert again.counts["rejected"] == listed["missing account number"] + listed["short row"]
    known = {row["number"]: row for row in duitama.rows(t.accounts)}
    assert len(known) == 2960 + fixed


def test_the_payments_match_their_accounts_and_reduce_nothing_again(duitama: Lender, tmp_path: Path) -> None:
    from server.importing import import_payments
    from tests.office.lenders_files import NOW

    rows = list(csv.DictReader(PAYMENTS.read_bytes().decode("cp1252").splitlines(), delimiter=";"))
    owed = good_rows()
    asked = {"lender": duitama.name, "as_of": TODAY, "actor": "ana", "now": NOW, "report": tmp_path / "p.csv"}
    report = import_payments(duitama.engine, PAYMENTS, **asked)
    matched = [row for row in rows if row["No. Crédito"] in owed]
    assert report.counts == report.counts | {"rows": len(rows), "accepted": len(matched), "new": len(matched)}
    said = {line: reason for line, _, _, reason in why(report)}
    assert len(said) == len(rows) - len(matched)
    lines = {cells[0]: line for line, cells in raw_rows().items()}
    for line, reason in said.items():
        number = rows[line - 2]["No. Crédito"]
        there = (
            f"fue rechazada en la línea {lines[number]} de" if number in lines else "no existe en la cartera"
        )
        assert there in reason
    number_of = {row["id"]: row["number"] for row in duitama.rows(t.accounts)}
    with reading(duitama.engine) as connection:
        latest, paid = balances.latest(connection, number_of), payments.of_accounts(connection, number_of)
    by_number = Counter(row["No. Crédito"] for row in matched)
    assert {number_of[own]: len(each) for own, each in paid.items()} == by_number
    for own, balance in latest.items():
        assert standing(balance, paid.get(own, ()), TODAY + timedelta(days=1)).overdue == balance.overdue
    before = duitama.everything()
    assert import_payments(duitama.engine, PAYMENTS, **asked).counts["unchanged"] == len(matched)
    assert duitama.everything() == before


def test_the_strategy_puts_every_account_of_it_on_its_lists_and_stages(duitama: Lender) -> None:
    """Four lists, segments, scores and next actions for all, against what the rows themselves say."""
    day = TODAY + timedelta(days=8)  # the 28th: paydays of the 30th are two days away
    made = listing.make(duitama.engine, day, now=NOW, actor="ana").counts
    days = {number: late_days(row, day) for number, row in good_rows().items()}
    assert made["accounts"] == len(days) == 2960
    wanted = {"llamada": (30, 89), "aviso-central": (90, 10**6), "campo": (90, 10**6)}
    for name, (low, high) in wanted.items():
        assert made["lists"][name] == sum(low <= late <= high for late in days.values()), name
    soon = [
        number
        for number, row in good_rows().items()
        if not days[number] and row["Día de pago"] in ("30", "15 y 30")
    ]
    assert made["lists"]["recordatorio"] == len(soon)
    rungs = (0, 1, 90, 180, 270, 360)
    stages = Counter(max(rung for rung in rungs if rung <= late) for late in days.values())
    names = ("preventive", "administrative", "home-visit", "extrajudicial", "pre-judicial", "judicial")
    assert made["stages"] == dict(sorted(zip(names, (stages[rung] for rung in rungs), strict=True)))
    rows = {row["account_id"]: row for row in duitama.rows(t.worklist_rows)}
    numbers = {row["id"]: row["number"] for row in duitama.rows(t.accounts)}
    assert {numbers[account]: row["dpd"] for account, row in rows.items()} == days
    assert all((row["value"] > 0) == (row["dpd"] > 0) for row in rows.values())
