"""What a portfolio does to the office: Ana, Beto and Carla owe to Banco Andino, and some to Cootrasur too."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from server.importing import NotAgreed, WrongFile, WrongImport, preview
from server.store import tables as t
from server.store.engine import reading, writing
from sync.ids import new_id
from tests.office.builders import quick_engine
from tests.office.lenders_files import ANA, BETO, CARLA, HEADER, NOW, TODAY, Lender, csv_of, why

TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def andino(tmp_path: Path) -> Iterator[Lender]:
    engine = quick_engine(tmp_path)
    yield Lender(engine, tmp_path)
    engine.dispose()


@pytest.fixture
def cootrasur(andino: Lender, tmp_path: Path) -> Lender:
    folder = tmp_path / "cootrasur"
    folder.mkdir()
    return Lender(andino.engine, folder, "Cootrasur")


def test_an_account_arrives_with_all_the_file_says(andino: Lender) -> None:
    report = andino.sends(
        ANA
        | {
            "Interés corriente": "10,50",
            "Otros cargos": "1,00",
            "Fecha desembolso": "05/01/2026",
            "Sucursal": "Norte",
            "Equipo": "A",
            "Zona": "7",
            "Día de pago": "15 y 30",
            "Días de mora": "111",
            "Documentos": "Pagaré; carta de instrucciones",
            "Latitud": "5,82671",
            "Longitud": "-73,03321",
        }
    )
    account = andino.account("A-1")
    assert (account["branch"], account["team"], account["zone"]) == ("Norte", "A", "7")
    assert (account["pack"], account["state"], account["currency"]) == ("demo", "open", "COP")
    assert account["pack_reason"] == "declarado al importar cartera.csv con corte 20/11/2026"
    assert (account["payday"], account["lender_days_past_due"]) == ("15 y 30", 111)
    (balance,) = andino.rows(t.balances)
    assert (balance["principal_minor"], balance["interest_minor"], balance["fees_minor"]) == (
        150000050,
        1050,
        100,
    )
    (address,) = andino.rows(t.addresses)
    assert (address["lat"], address["lon"], address["precision"]) == (5.82671, -73.03321, "door")
    assert {row["name"] for row in andino.rows(t.documents)} == {"Pagaré", "carta de instrucciones"}
    (point,) = andino.rows(t.contact_points)
    assert (point["kind"], point["value"], point["e164"]) == ("mobile", "310 555 1234", "+573105551234")
    assert report.counts["accepted"] == report.counts["new"] == 1
    assert report.counts["warned"] == 0


def test_a_second_import_changes_nothing_whatever_the_order_of_rows_and_columns(andino: Lender) -> None:
    andino.sends(ANA, BETO)
    before = andino.everything()
    turned = andino.file(csv_of([BETO, ANA], tuple(reversed(HEADER)), delimiter="|"), "otra.csv")
    report = andino.sends_file(turned)
    assert andino.everything() == before
    assert report.counts["unchanged"] == 2


def test_titles_and_other_delimiters_give_the_same_accounts(andino: Lender) -> None:
    andino.sends(ANA, BETO)
    before = andino.everything()
    for delimiter, encoding in ((";", "utf-8"), (",", "utf-8-sig"), ("\t", "cp1252"), ("|", "utf-8")):
        body = csv_of([ANA, BETO], delimiter=delimiter)
        titled = f"Banco Andino{delimiter * 2}\r\nCartera al 20/11/2026\r\n\r\n{body}"
        report = andino.sends_file(andino.file(titled.encode(encoding)))
        assert report.recognised.header_line == 4
        assert report.counts["unchanged"] == 2
    assert andino.everything() == before


def test_each_broken_row_is_rejected_with_line_column_and_reason(andino: Lender) -> None:
    report = andino.sends(
        ANA,
        BETO | {"No. Crédito": ""},
        BETO | {"Saldo capital": "-5,00"},
        BETO | {"Valor vencido": "N/A"},
        BETO | {"Vencimiento más antiguo": "31/02/2026"},
        BETO | {"Nombre del titular": ""},
        ANA,
        ANA | {"Saldo capital": "7,00"},
        BETO,
    )
    assert why(report) == [
        (3, "No. Crédito", "rejected", "falta el número de la cuenta"),
        (4, "Saldo capital", "rejected", "el importe -5,00 es negativo"),
        (
            5,
            "Valor vencido",
            "rejected",
            "«N/A» no es un importe: escriba solo números, por ejemplo 1.234.567,50",
        ),
        (6, "Vencimiento más antiguo", "rejected", "la fecha 31/02/2026 no existe: escríbala dd/mm/aaaa"),
        (7, "Nombre del titular", "rejected", "falta el nombre del titular"),
        (8, "No. Crédito", "rejected", "igual a la línea 2"),
        (9, "No. Crédito", "rejected", "la cuenta A-1 ya viene en la línea 2 con otros datos"),
    ]
    assert report.counts == report.counts | {"rows": 9, "accepted": 2, "rejected": 7, "new": 2}
    assert set(andino.states()) == {"A-1", "B-1"}


def test_a_row_with_too_few_or_too_many_cells_is_rejected_whole(andino: Lender) -> None:
    lines = csv_of([ANA, BETO, CARLA]).splitlines()
    lines[1] = ";".join(lines[1].split(";")[:5])
    lines[2] += ";sobra"
    report = andino.sends_file(andino.file("\r\n".join([*lines, ";;;;"])))
    assert [(line, reason.split(":")[0]) for line, _, _, reason in why(report)] == [
        (2, "la fila está incompleta"),
        (3, "la fila tiene 10 celdas y el encabezado 9"),
    ]
    assert set(andino.states()) == {"C-1"}


def test_the_rejected_rows_are_mended_in_their_file_and_imported_again(andino: Lender) -> None:
    report = andino.sends(ANA, BETO | {"Valor vencido": "N/A", "Nombre del titular": "=1+1 Beto"}, CARLA)
    assert report.rejects_path is not None
    assert report.rejects_path.name == "cartera.rechazos.csv"
    text = report.rejects_path.read_text(encoding="utf-8-sig")
    assert "'=1+1 Beto" in text
    (held,) = csv.DictReader(text.splitlines(), delimiter=";")
    assert (held["ronda: línea"], held["ronda: columna"]) == ("3", "Valor vencido")
    assert held["ronda: motivo"].startswith("«N/A» no es un importe")
    mended = andino.file(text.replace("N/A", "200.000,00").encode("utf-8-sig"), "cartera.rechazos.csv")
    again = andino.sends_file(mended)
    assert (again.mode, again.counts["new"], again.counts["absent"]) == ("delta", 1, 0)
    assert again.recognised.ignored == ()
    debtor = next(row for row in andino.rows(t.debtors) if row["id"] == andino.account("B-1")["debtor_id"])
    assert debtor["name"] == "=1+1 Beto"
    assert andino.states() == {"A-1": "open", "B-1": "open", "C-1": "open"}


def test_a_few_rejected_rows_are_read_with_their_file_s_decimal_mark(andino: Lender) -> None:
    pointed = [row | {"Saldo capital": "1,500,000.50", "Valor vencido": "200,000.00"} for row in (ANA, BETO)]
    pointed[1] |= {"Saldo capital": "1,500", "Vencimiento más antiguo": "31/02/2026"}
    report = andino.sends(*pointed)
    assert report.recognised.decimal == "."
    assert report.rejects_path is not None
    text = report.rejects_path.read_text(encoding="utf-8-sig").replace("31/02/2026", "28/02/2026")
    andino.sends_file(andino.file(text.replace("200,000.00", "200").encode(), "mended.csv"))
    own = andino.account("B-1")["id"]
    (balance,) = andino.rows(t.balances, t.balances.c.account_id == own)
    assert balance["principal_minor"] == 150_000


def test_a_mended_file_waiting_to_be_imported_is_never_overwritten(andino: Lender) -> None:
    first = andino.sends(ANA, BETO | {"Valor vencido": "N/A"}).rejects_path
    assert first is not None
    assert andino.sends(ANA, BETO | {"Valor vencido": "N/A"}).rejects_path == first
    first.write_text("mended by hand", encoding="utf-8")
    second = andino.sends(ANA, BETO | {"Valor vencido": "N/A"}).rejects_path
    assert second is not None
    assert second.name == "cartera.rechazos.2.csv"
    assert first.read_text(encoding="utf-8") == "mended by hand"


def test_only_what_changed_is_written_and_what_left_is_closed_not_deleted(andino: Lender) -> None:
    andino.sends(ANA | {"Documentos": "Pagaré; letra"}, BETO)
    before = andino.everything()
    moved = ANA | {"Dirección": "Calle 50 # 1-1", "Celular": "310 555 0000", "Documentos": "Pagaré"}
    report = andino.sends(moved, BETO, as_of=TOMORROW)
    assert report.counts["changed"] == 2  # Beto's balance is renewed
    after = andino.everything()
    for table in ("debtors", "account_roles"):
        assert after[table] == before[table]
    open_now = {row["text"]: row["until"] for row in andino.rows(t.addresses)}
    assert open_now == {"Calle 1 # 2-3": TOMORROW, "Calle 50 # 1-1": None, "Carrera 9 # 8-7": None}
    assert {row["value"]: row["until"] for row in andino.rows(t.contact_points)}["310 555 1234"] == TOMORROW
    assert {row["name"]: row["until"] for row in andino.rows(t.documents)} == {
        "Pagaré": None,
        "letra": TOMORROW,
    }
    assert len(andino.rows(t.balances)) == 4


def test_a_file_without_a_column_says_nothing_of_it(andino: Lender) -> None:
    andino.sends(ANA | {"Sucursal": "Norte", "Documentos": "Pagaré", "Nombre codeudor": "Dora Gil"})
    bare = [name for name in HEADER if name not in ("Dirección", "Celular")]
    andino.sends_file(andino.file(csv_of([ANA | {"Saldo capital": "9,00"}], bare)), as_of=TOMORROW)
    assert andino.account("A-1")["branch"] == "Norte"
    for table in (t.addresses, t.contact_points, t.documents, t.account_roles):
        assert all(row["until"] is None for row in andino.rows(table)), table.name


def test_two_accounts_of_one_debtor_keep_both_addresses_and_one_debtor(andino: Lender) -> None:
    other = ANA | {"No. Crédito": "A-2", "Dirección": "Vereda El Carmen"}
    andino.sends(ANA, other)
    assert len(andino.rows(t.debtors)) == 1
    assert {row["text"] for row in andino.rows(t.addresses)} == {"Calle 1 # 2-3", "Vereda El Carmen"}
    andino.sends(other | {"Dirección": "Calle 77"}, mode="delta", as_of=TOMORROW)
    # A file that lacks A-1 cannot say that its address is no longer his.
    assert all(row["until"] is None for row in andino.rows(t.addresses))
    andino.sends(ANA, other | {"Dirección": "Calle 77"}, as_of=TOMORROW)
    assert all(row["until"] is None for row in andino.rows(t.addresses))
    andino.sends(ANA, other | {"Dirección": "Calle 78"}, as_of=TOMORROW)
    until = {row["text"]: row["until"] for row in andino.rows(t.addresses)}
    assert until == {
        "Calle 1 # 2-3": None, "Vereda El Carmen": TOMORROW, "Calle 77": TOMORROW, "Calle 78": None
    }  # fmt: skip


def test_one_document_under_two_names_is_one_debtor_and_a_warning(andino: Lender) -> None:
    formula = ANA | {"Nombre del titular": "=HYPERLINK(1)"}
    report = andino.sends(formula, ANA | {"No. Crédito": "A-2"})
    assert [row["name"] for row in andino.rows(t.debtors)] == ["Ana Núñez"]
    assert {row["name_as_given"] for row in andino.rows(t.account_roles)} == {"=HYPERLINK(1)", "Ana Núñez"}
    assert why(report) == [
        (3, "Nombre del titular", "warned", "el documento 1053111222 viene con otro nombre en la línea 2")
    ]


def test_people_without_a_document_are_never_merged_by_name(andino: Lender) -> None:
    nameless = [
        ANA | {"No. Crédito": f"A-{n}", "Cédula": document} for n, document in enumerate(("", "0", "N/A"))
    ]
    report = andino.sends(*nameless)
    assert len(andino.rows(t.debtors)) == 3
    assert len({row["debtor_id"] for row in andino.rows(t.accounts)}) == 3
    assert report.counts["warned"] == 3
    assert andino.sends(*nameless).counts["unchanged"] == 3


def test_a_document_that_appears_later_keeps_the_debtor_and_his_history(andino: Lender) -> None:
    andino.sends(ANA | {"Cédula": ""})
    before = andino.account("A-1")["debtor_id"]
    andino.sends(ANA, as_of=TOMORROW)
    assert andino.account("A-1")["debtor_id"] == before
    assert [row["document"] for row in andino.rows(t.debtors)] == ["1053111222"]


def test_a_guarantor_is_a_person_of_his_own_with_his_address_and_telephone(andino: Lender) -> None:
    guaranteed = ANA | {
        "Nombre fiador": "Dora Gil", "Tel. fiador": "312 000 0001", "Dir. fiador": "Calle 9", "Cédula fiador": "",
        "Segundo titular": "Eva Gil", "Cédula segundo titular": "40111222", "Tel. codeudor": "312 000 0002",
        "Tel. familiar": "313 000 0003", "Parentesco": "Madre",
    }  # fmt: skip
    andino.sends(guaranteed, BETO | {"Nombre fiador": "Dora Gil"})
    names = {row["id"]: row["name"] for row in andino.rows(t.debtors)}
    roles = {(names[row["debtor_id"]], row["role"]) for row in andino.rows(t.account_roles)}
    assert roles == {
        ("Ana Núñez", "holder"), ("Eva Gil", "co_holder"), ("Codeudor de A-1", "co_debtor"), ("Dora Gil", "guarantor"),
        ("Beto Peña", "holder"),
    }  # fmt: skip
    assert sorted(names.values()).count("Dora Gil") == 2  # no document: never merged by name
    places = {(names[row["debtor_id"]], row["kind"], row["text"]) for row in andino.rows(t.addresses)}
    assert ("Dora Gil", "guarantor_home", "Calle 9") in places
    points = {
        (names[row["debtor_id"]], row["value"], row["holder"], row["relation"])
        for row in andino.rows(t.contact_points)
    }
    assert {
        ("Dora Gil", "312 000 0001", "debtor", ""),
        ("Codeudor de A-1", "312 000 0002", "debtor", ""),
    } <= points
    assert ("Ana Núñez", "313 000 0003", "relative", "Madre") in points
    before = andino.everything()
    assert andino.sends(guaranteed, BETO | {"Nombre fiador": "Dora Gil"}).counts["unchanged"] == 2
    assert andino.everything() == before


def test_a_guarantor_who_is_replaced_is_unbound_with_a_date(andino: Lender) -> None:
    andino.sends(ANA | {"Nombre fiador": "Dora Gil", "Cédula fiador": "40111222"})
    andino.sends(ANA | {"Nombre fiador": "Luis Mora", "Cédula fiador": "40999888"}, as_of=TOMORROW)
    roles = {row["name_as_given"]: row["until"] for row in andino.rows(t.account_roles)}
    assert roles == {"Ana Núñez": None, "Dora Gil": TOMORROW, "Luis Mora": None}
    andino.sends(ANA | {"Nombre fiador": "Dora Gil", "Cédula fiador": "40111222"}, as_of=TOMORROW)
    roles = {
        row["name_as_given"]: row["until"] for row in andino.rows(t.account_roles) if row["until"] is None
    }
    assert set(roles) == {"Ana Núñez", "Dora Gil"}


def test_a_company_is_one(andino: Lender) -> None:
    andino.sends(ANA | {"Nombre del titular": "Ferretería El Tornillo S.A.S.", "Cédula": "900.123.456-7"})
    (debtor,) = andino.rows(t.debtors)
    assert (debtor["kind"], debtor["document_type"], debtor["document"]) == ("company", "NIT", "900123456")


def test_a_second_lender_s_file_touches_nothing_of_the_first_s(andino: Lender, cootrasur: Lender) -> None:
    andino.sends(ANA, BETO)
    before = andino.everything()
    theirs = [
        row | {"Nombre del titular": "OTRO NOMBRE", "Dirección": "Otra calle", "Celular": "320 000 0000"}
        for row in (ANA, BETO)
    ]
    report = cootrasur.sends(*theirs)
    after = andino.everything()
    for table, rows in before.items():
        assert set(rows) <= set(after[table]), table
    assert after["debtors"] == before["debtors"]
    assert report.counts["new"] == 2
    assert len(andino.rows(t.accounts)) == 4
    cootrasur.sends(theirs[0], as_of=TOMORROW, agreed=True)
    states = {(row["lender_id"], row["number"]): row["state"] for row in andino.rows(t.accounts)}
    assert sorted(states.values()) == ["absent", "open", "open", "open"]
    assert andino.everything()["addresses"] == after["addresses"]


def test_only_a_full_file_marks_absences_and_they_come_back(andino: Lender) -> None:
    many = [BETO | {"No. Crédito": f"N-{n}", "Cédula": str(70_000_000 + n)} for n in range(30)]
    andino.sends(*many)
    assert andino.sends(many[0], mode="delta", as_of=TOMORROW).counts["absent"] == 0
    report = andino.sends(*many[1:], as_of=TOMORROW)
    assert report.counts["absent"] == 1
    assert andino.states()["N-0"] == "absent"
    assert report.became == {"absent": ["N-0"]}
    back = andino.sends(*many, as_of=TOMORROW)
    assert (andino.states()["N-0"], back.counts["returned"]) == ("open", 1)


def test_above_five_per_cent_a_person_must_agree(andino: Lender) -> None:
    many = [BETO | {"No. Crédito": f"N-{n}", "Cédula": str(70_000_000 + n)} for n in range(40)]
    andino.sends(*many)
    before = andino.everything()
    with pytest.raises(NotAgreed) as asked:
        andino.sends(*many[3:], as_of=TOMORROW)
    assert (asked.value.absent, asked.value.of, asked.value.refused.rule) == (3, 40, "import.absences")
    assert andino.everything() == before
    assert andino.sends(*many[2:], as_of=TOMORROW).counts["absent"] == 2  # 5 % exactly
    assert andino.sends(*many[5:], as_of=TOMORROW, agreed=True).counts["absent"] == 3


def test_a_rejected_row_does_not_make_its_account_absent(andino: Lender) -> None:
    andino.sends(ANA, BETO)
    report = andino.sends(ANA | {"Saldo capital": "x"}, BETO | {"No. Crédito": ""}, as_of=TOMORROW)
    assert (report.counts["rejected"], report.counts["absent"]) == (2, 0)
    assert andino.states() == {"A-1": "open", "B-1": "open"}


def test_an_older_file_is_kept_as_history_and_changes_no_terms(andino: Lender) -> None:
    andino.sends(ANA, as_of=TOMORROW)
    before = andino.everything()
    old = ANA | {"Saldo capital": "7,00", "Dirección": "Vieja"}
    report = andino.sends(old, BETO)
    assert (report.counts["absent"], report.counts["warned"]) == (0, 1)
    after = andino.everything()
    assert set(before["accounts"]) <= set(after["accounts"])
    assert set(before["addresses"]) <= set(after["addresses"])
    assert {row["text"] for row in andino.rows(t.addresses)} == {"Calle 1 # 2-3", "Carrera 9 # 8-7"}
    own = andino.account("A-1")["id"]
    assert {row["as_of"] for row in andino.rows(t.balances, t.balances.c.account_id == own)} == {
        TODAY,
        TOMORROW,
    }
    again = andino.everything()
    assert andino.sends(old, BETO).counts["unchanged"] == 2
    assert andino.everything() == again


def test_a_recalled_account_leaves_routes_and_assignment_at_once(andino: Lender) -> None:
    andino.sends(ANA, BETO)
    world = _routed(andino)
    report = andino.sends(
        {"No. Crédito": "A-1", "Nombre del titular": "Ana Núñez", "Estado": "Retirada"},
        as_of=TODAY,
        mode="delta",
    )
    assert (report.counts["recalled"], andino.states()) == (1, {"A-1": "recalled", "B-1": "open"})
    (stop,) = andino.rows(t.stops)
    assert stop["withdrawn"]["values"] == {"day": "20/11/2026"}
    assert [row["until"] for row in andino.rows(t.assignments)] == [TODAY]
    with reading(andino.engine) as connection:
        live = connection.execute(t.feeds.select().where(t.feeds.c.gone.is_(False))).mappings().all()
    assert not [row for row in live if row["debtor_id"] == world["debtor"]]
    # The morning's full file, imported again, does not undo it; a newer one that names it does.
    andino.sends(ANA, BETO)
    assert andino.states()["A-1"] == "recalled"
    andino.sends(ANA, BETO, as_of=TOMORROW)
    assert andino.states()["A-1"] == "open"
    assert len(andino.rows(t.accounts)) == 2


def test_a_list_of_recalled_accounts_needs_no_figures_and_names_only_known_ones(andino: Lender) -> None:
    andino.sends(ANA, BETO)
    path = andino.file("Obligación;Novedad\r\nA-1;Retirada\r\nX-9;Retirada\r\nB-1;Vigente\r\n")
    report = andino.sends_file(path)  # without figures it is no full portfolio, whatever is said
    assert (report.mode, report.counts["absent"]) == ("delta", 0)
    assert andino.states() == {"A-1": "recalled", "B-1": "open"}
    reasons = {line: reason for line, _, _, reason in why(report)}
    assert reasons[3] == "la cuenta X-9 no existe en la oficina y la fila no trae saldos"
    assert reasons[4].startswith("falta el nombre")
    assert len(andino.rows(t.addresses)) == 2
    assert andino.sends_file(path, mode="delta").counts["unchanged"] == 1


def test_under_co_only_documented_microcredits_may_be_visited(andino: Lender) -> None:
    andino.pack = "co"
    late = {"Vencimiento más antiguo": f"{TODAY - timedelta(days=90):%d/%m/%Y}"}
    report = andino.sends(ANA | late, BETO | late, CARLA | {"Soporte de la excepción": "acta 7"} | late)
    assert (report.at_field, report.visitable, report.barred) == (3, 1, {"co.visit.home": 2})
    assert andino.account("A-1")["exception_evidence"] == (
        "archivo cartera.csv, línea 2: Tipo de crédito = microcrédito"
    )
    assert andino.account("B-1")["exception_evidence"] == ""
    assert andino.account("C-1")["exception_evidence"] == "acta 7"
    assert (andino.account("A-1")["jurisdiction"], andino.account("A-1")["regime"]) == ("CO", "any")


def test_the_evidence_stays_while_the_credit_type_does(andino: Lender) -> None:
    andino.pack = "co"
    andino.sends(ANA)
    first = andino.account("A-1")["exception_evidence"]
    andino.sends(BETO, ANA | {"Saldo capital": "5,00"}, as_of=TOMORROW)
    assert andino.account("A-1")["exception_evidence"] == first
    andino.sends(BETO, ANA | {"Tipo de crédito": "consumo"}, as_of=TOMORROW)
    assert andino.account("A-1")["exception_evidence"] == ""


@pytest.mark.parametrize(
    ("days", "bucket"), [(89, "61-89"), (90, "90+"), (91, "90+"), (0, "current"), (1, "1-30")]
)
def test_the_buckets_are_exact_on_their_edges(andino: Lender, days: int, bucket: str) -> None:
    report = andino.sends(ANA | {"Vencimiento más antiguo": f"{TODAY - timedelta(days=days):%d/%m/%Y}"})
    assert {name: count for name, count in report.buckets.items() if count} == {bucket: 1}
    assert report.at_field == (1 if days >= 90 else 0)


def test_an_empty_overdue_amount_is_zero_only_where_the_file_writes_no_zero(andino: Lender) -> None:
    current = {"Valor vencido": "", "Vencimiento más antiguo": ""}
    assert andino.sends(ANA, BETO | current).buckets["current"] == 1
    report = andino.sends(ANA, BETO | current, CARLA | current | {"Valor vencido": "0,00"}, as_of=TOMORROW)
    assert why(report) == [
        (3, "Valor vencido", "rejected", "falta el valor vencido: escriba 0 si la cuenta está al día")
    ]


def test_another_pack_governs_from_the_import_that_declares_it(andino: Lender) -> None:
    andino.sends(ANA)
    andino.pack = "co"
    andino.sends_file(andino.file(csv_of([ANA]), "noviembre.csv"))
    account = andino.account("A-1")
    assert (account["pack"], account["pack_reason"]) == (
        "co",
        "declarado al importar noviembre.csv con corte 20/11/2026",
    )


def test_a_saved_mapping_reads_the_next_file(andino: Lender) -> None:
    strange = csv_of([ANA]).replace("Saldo capital", "SKAP").encode("cp1252")
    with pytest.raises(WrongFile, match=r"faltan columnas: saldo capital.*SKAP"):
        andino.sends_file(andino.file(strange))
    with writing(andino.engine) as connection:
        connection.execute(
            t.mappings.insert().values(
                id=new_id(), name="andino", kind="portfolio", columns={"principal": "skap"}
            )
        )
    assert andino.sends_file(andino.file(strange), mapping="andino").counts["accepted"] == 1
    andino.sends(ANA, save_mapping="nuevo")
    assert {row["name"] for row in andino.rows(t.mappings)} == {"andino", "nuevo"}
    with pytest.raises(
        WrongImport, match="no hay un mapeo guardado con el nombre «otro»; guardados: andino, nuevo"
    ):
        andino.sends(ANA, mapping="otro")


def test_a_dry_run_says_the_same_and_writes_nothing(andino: Lender) -> None:
    andino.sends(ANA, BETO)
    before, imports = andino.everything(), andino.rows(t.imports)
    report = andino.sends(ANA | {"Saldo capital": "5,00"}, CARLA | {"Saldo capital": "x"}, dry_run=True)
    assert report.counts == report.counts | {"rows": 2, "changed": 1, "rejected": 1, "absent": 1}
    assert report.rejects_path is None
    assert not (andino.folder / "cartera.rechazos.csv").exists()
    assert (andino.everything(), andino.rows(t.imports)) == (before, imports)


def test_a_preview_opens_no_database(andino: Lender) -> None:
    found = preview(andino.file(csv_of([ANA, BETO])))
    assert found.recognised.columns["oldest_due"] == "Vencimiento más antiguo"
    assert [row["No. Crédito"] for row in found.rows] == ["A-1", "B-1"]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [({"pack": "xx"}, "no existe el paquete de reglas «xx»"), ({"lender": "  "}, "falta el nombre del acreedor"),
     ({"mode": "half"}, "completo .full. o parcial .delta.")],
)  # fmt: skip
def test_what_is_asked_wrong_is_refused_before_a_file_is_opened(
    andino: Lender, given: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(WrongImport, match=sentence):
        andino.sends(ANA, **given)


def test_an_import_that_fails_in_the_middle_leaves_nothing(andino: Lender) -> None:
    blocked = andino.folder / "no" / "such" / "folder.csv"
    with pytest.raises(WrongImport, match="no se puede escribir el archivo de rechazos"):
        andino.sends(ANA, BETO | {"Saldo capital": "x"}, report=blocked)
    assert andino.rows(t.accounts) == andino.rows(t.imports) == andino.rows(t.facts) == []


def test_doubtful_figures_are_accepted_with_a_warning(andino: Lender) -> None:
    report = andino.sends(
        ANA | {"Vencimiento más antiguo": ""},
        BETO | {"Vencimiento más antiguo": f"{TOMORROW:%d/%m/%Y}"},
        CARLA | {"Valor vencido": "9.999.999,00", "Días de mora": "5"},
    )
    assert [(line, reason) for line, _, _, reason in why(report)] == [
        (2, "hay valor vencido y falta la fecha: cuenta como al día"),
        (3, "el vencimiento 21/11/2026 es posterior al corte"),
        (4, "el valor vencido es mayor que el saldo total"),
        (4, "el acreedor cuenta 5 días de mora y del vencimiento resultan 111"),
    ]
    assert report.counts == report.counts | {"accepted": 3, "warned": 3, "rejected": 0}


def test_a_total_without_its_principal_gives_it(andino: Lender) -> None:
    row = ANA | {"Saldo total": "1.000,00", "Interés corriente": "100,00"}
    header = [name for name in row if name != "Saldo capital"]
    andino.sends_file(andino.file(csv_of([row], header)))
    assert [row["principal_minor"] for row in andino.rows(t.balances)] == [int(Decimal(900) * 100)]


def _routed(lender: Lender) -> dict[str, str]:
    """Ana's account assigned to an agent, in tomorrow's published route and in his feed."""
    from server.publishing import refresh_agents

    agent, route, stop, assignment = (new_id() for _ in range(4))
    debtor, account = lender.account("A-1")["debtor_id"], lender.account("A-1")["id"]
    why_ = {"msgid": "zona", "values": {}}
    with writing(lender.engine) as connection:
        connection.execute(
            t.agents.insert().values(
                id=agent, name="Gil", shift_start="08:00", shift_end="17:00", active=True
            )
        )
        connection.execute(
            t.assignments.insert().values(
                id=assignment, debtor_id=debtor, agent_id=agent, since=TODAY, because=why_, decided_at=NOW
            )
        )
        connection.execute(
            t.assignment_accounts.insert().values(
                assignment_id=assignment, account_id=account, outcome="assigned", because=why_
            )
        )
        connection.execute(
            t.routes.insert().values(
                id=route, agent_id=agent, date=TOMORROW, version=1, state="published", planned_at=NOW,
                published_at=NOW, approximate=True, starts=NOW, ends=NOW, matrix={}, certificate={},
            )
        )  # fmt: skip
        connection.execute(
            t.stops.insert().values(
                id=stop, route_id=route, sequence=1, debtor_id=debtor, accounts=[account], appointment=False,
                service_s=600, value=1, why=why_,
            )
        )  # fmt: skip
        refresh_agents(connection, [agent], NOW)
    return {"debtor": debtor, "agent": agent}


def test_a_companys_review_days_and_counter_hours_are_kept_and_unreadable_ones_are_warned_of(
    andino: Lender,
) -> None:
    told = {"Días de revisión": "martes y jueves", "Horario de ventanilla": "cuando esté el contador"}
    report = andino.sends(ANA | told)
    account = andino.account("A-1")
    assert (account["review_days"], account["counter_hours"]) == (
        "martes y jueves",
        "cuando esté el contador",
    )
    ((_, column, level, because),) = why(report)
    assert (column, level) == ("Horario de ventanilla", "warned")
    assert "no se entiende como días u horas de atención" in because
    andino.sends(ANA, as_of=TOMORROW)  # a file without the columns leaves them
    assert andino.account("A-1")["review_days"] == "martes y jueves"
