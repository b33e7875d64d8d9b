"""Payments as they are: matched, kept once, reversed, and never counted twice against a balance."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.importing import WrongImport
from server.importing.payment_rows import PaymentRow
from server.store import balances, payments
from server.store import tables as t
from server.store.engine import reading
from sync.rules.ageing import Standing, standing
from tests.office.builders import quick_engine
from tests.office.lenders_files import ANA, BETO, TODAY, Lender, why


@pytest.fixture
def andino(tmp_path: Path) -> Iterator[Lender]:
    engine = quick_engine(tmp_path)
    lender = Lender(engine, tmp_path)
    lender.sends(ANA, BETO)
    yield lender
    engine.dispose()


def on(lender: Lender, number: str, day: date) -> Standing:
    own = lender.account(number)["id"]
    with reading(lender.engine) as connection:
        balance = balances.latest(connection, [own])[own]
        paid = payments.of_accounts(connection, [own]).get(own, [])
    return standing(balance, paid, day)


def test_a_payment_inside_the_balance_s_date_never_reduces_it_again(andino: Lender) -> None:
    report = andino.pays(
        ("A-1", f"{TODAY:%d/%m/%Y}", "50.000,00", "PSE", "R1", ""),
        ("A-1", f"{TODAY + timedelta(days=1):%d/%m/%Y}", "30.000,00", "PSE", "R2", ""),
        as_of=TODAY + timedelta(days=2),
    )
    assert (report.counts["new"], report.counts["inside_balance"]) == (2, 1)
    assert on(andino, "A-1", TODAY).overdue == Decimal(200_000)
    assert on(andino, "A-1", TODAY + timedelta(days=1)).overdue == Decimal(170_000)


def test_value_posted_and_imported_dates_are_kept_apart(andino: Lender) -> None:
    path = andino.file(
        "Crédito;Fecha valor;Fecha de registro;Monto;Recibo\r\nA-1;18/11/2026;19/11/2026;1.000,00;R1\r\n"
    )
    from server.importing import import_payments
    from tests.office.lenders_files import NOW

    import_payments(andino.engine, path, lender="Banco Andino", as_of=TODAY, actor="ana", now=NOW)
    (paid,) = andino.rows(t.payments)
    assert (paid["value_date"], paid["posted_date"]) == (date(2026, 11, 18), date(2026, 11, 19))
    assert (paid["imported_at"], paid["currency"], paid["amount_minor"]) == (NOW, "COP", 100_000)


def test_a_receipt_that_repeats_itself_is_one_payment(andino: Lender) -> None:
    row = ("A-1", "18/11/2026", "10.000,00", "PSE", "R1", "")
    report = andino.pays(row, row, (*row[:2], "20.000,00", *row[3:]))
    assert [(line, reason) for line, _, _, reason in why(report)] == [(3, "igual a la línea 2")]
    assert len(andino.rows(t.payments)) == 2


def test_two_payments_alike_without_receipt_are_two_and_stay_two(andino: Lender) -> None:
    row = ("A-1", "18/11/2026", "10.000,00", "PSE", "", "")
    assert andino.pays(row, row).counts["new"] == 2
    assert andino.pays(row, row).counts["unchanged"] == 2
    assert andino.pays(row, row, row).counts["new"] == 1
    assert len(andino.rows(t.payments)) == 3


@pytest.mark.parametrize(
    "undoing",
    [("A-1", "19/11/2026", "10.000,00", "PSE", "R9", "R1"), ("A-1", "19/11/2026", "10.000,00", "", "Reversa de R1", ""),
     ("A-1", "19/11/2026", "-10.000,00", "PSE", "R1", ""), ("A-1", "19/11/2026", "-10.000,00", "PSE", "", ""),
     ("A-1", "19/11/2026", "(10.000,00)", "PSE", "Reverso recibo R1", "")],
)  # fmt: skip
def test_a_reversal_takes_back_its_payment_however_it_is_written(
    andino: Lender, undoing: tuple[str, ...]
) -> None:
    paid = ("A-1", "18/11/2026", "10.000,00", "PSE", "R1", "")
    report = andino.pays(undoing, paid)
    assert (report.counts["new"], report.counts["reversals"], report.counts["rejected"]) == (2, 1, 0)
    rows = {row["reverses"] is None: row for row in andino.rows(t.payments)}
    assert rows[False]["reverses"] == rows[True]["id"]
    assert rows[False]["amount_minor"] == rows[True]["amount_minor"] == 1_000_000
    assert andino.pays(undoing, paid).counts["unchanged"] == 2


def test_a_reversal_of_an_earlier_file_s_payment_raises_the_debt(andino: Lender) -> None:
    paid = ("A-1", f"{TODAY + timedelta(days=1):%d/%m/%Y}", "200.000,00", "PSE", "R1", "")
    andino.pays(paid, as_of=TODAY + timedelta(days=2))
    later = TODAY + timedelta(days=3)
    assert on(andino, "A-1", later).dpd == 0
    andino.pays(("A-1", f"{later:%d/%m/%Y}", "200.000,00", "PSE", "R2", "R1"), as_of=later, agreed=True)
    assert on(andino, "A-1", later).overdue == Decimal(200_000)
    assert on(andino, "A-1", later).dpd == (later - date(2026, 8, 1)).days


def test_a_reversal_of_nothing_or_twice_is_rejected(andino: Lender) -> None:
    report = andino.pays(
        ("A-1", "18/11/2026", "10.000,00", "PSE", "R1", ""),
        ("A-1", "19/11/2026", "10.000,00", "PSE", "R2", "R1"),
        ("A-1", "19/11/2026", "10.000,00", "PSE", "R3", "R1"),
        ("B-1", "19/11/2026", "-10.000,00", "PSE", "", ""),
    )
    assert [(line, level) for line, _, level, _ in why(report)] == [(4, "rejected"), (5, "rejected")]
    assert "no se encuentra el pago" in why(report)[0][3]
    assert len(andino.rows(t.payments)) == 2


def test_broken_payments_are_rejected_with_line_column_and_reason(andino: Lender) -> None:
    report = andino.pays(
        ("A-1", "31/11/2026", "10.000,00", "", "R1", ""),
        ("A-1", "18/11/2026", "diez", "", "R2", ""),
        ("A-1", "18/11/2026", "0,00", "", "R3", ""),
        ("", "18/11/2026", "1,00", "", "R4", ""),
        ("A-1", "", "1,00", "", "R5", ""),
        ("A-1", "25/11/2026", "1,00", "", "R6", ""),
    )
    assert [(line, column, level) for line, column, level, _ in why(report)] == [
        (2, "Fecha de pago", "rejected"),
        (3, "Valor", "rejected"),
        (4, "Valor", "rejected"),
        (5, "No. Crédito", "rejected"),
        (6, "Fecha de pago", "rejected"),
        (7, "Fecha de pago", "warned"),
    ]
    assert report.rejects_path is not None
    assert len(report.rejects_path.read_text(encoding="utf-8-sig").splitlines()) == 6


def test_a_payment_to_a_rejected_account_says_which_line_to_mend(andino: Lender) -> None:
    andino.sends(ANA, BETO | {"No. Crédito": "B-2", "Saldo capital": "N/A"}, mode="delta")
    report = andino.pays(
        ("B-2", "18/11/2026", "1.000,00", "", "R1", ""), ("Z-9", "18/11/2026", "1.000,00", "", "R2", "")
    )
    assert [reason for _, _, _, reason in why(report)] == [
        "la cuenta B-2 fue rechazada en la línea 3 de cartera.csv: corríjala e impórtela antes",
        "la cuenta Z-9 no existe en la cartera de este acreedor",
    ]


def test_another_lender_s_account_of_the_same_number_gets_no_payment(andino: Lender) -> None:
    other = Lender(andino.engine, andino.folder, "Cootrasur")
    with pytest.raises(WrongImport, match=r"no hay un acreedor «Cootrasur».*Banco Andino"):
        other.pays(("A-1", "18/11/2026", "1.000,00", "", "R1", ""))
    other.sends(ANA)
    other.pays(("A-1", "18/11/2026", "1.000,00", "", "R1", ""))
    andino.pays(("A-1", "18/11/2026", "1.000,00", "", "R1", ""))
    assert len({row["account_id"] for row in andino.rows(t.payments)}) == 2


def test_a_dry_run_of_payments_writes_nothing(andino: Lender) -> None:
    before = andino.everything()
    assert andino.pays(("A-1", "18/11/2026", "1.000,00", "", "R1", ""), dry_run=True).counts["new"] == 1
    assert andino.everything() == before


rows = st.builds(
    PaymentRow,
    line=st.just(2),
    number=st.sampled_from(["A-1", "A-11", "1"]),
    amount=st.sampled_from([Decimal(1), Decimal("1.00"), Decimal(11)]),
    currency=st.just("COP"),
    value_date=st.sampled_from([date(2026, 11, 1), date(2026, 11, 11)]),
    posted_date=st.none(),
    channel=st.sampled_from(["PSE", "Nequi"]),
    receipt=st.sampled_from(["", "1", "11"]),
    reversal=st.booleans(),
    undoes=st.sampled_from(["", "1"]),
    ordinal=st.sampled_from([0, 1]),
)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(one=rows, other=rows)
def test_two_rows_are_the_same_payment_exactly_when_they_say_the_same(
    one: PaymentRow, other: PaymentRow
) -> None:
    same = (one.said, one.ordinal) == (other.said, other.ordinal)
    assert (one.identity("lender", "COP") == other.identity("lender", "COP")) is same
    assert one.identity("lender", "COP") != one.identity("lender 2", "COP")
