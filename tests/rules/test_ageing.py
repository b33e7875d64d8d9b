"""How late a debt is: the boundary days, payments that never count twice, reversals that bring the debt back."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.records import Payment
from sync.rules.ageing import bucket, buckets, days_of, days_past_due, standing
from tests.rules.world import FRIDAY, balance, paid

quick = settings(derandomize=True, deadline=None, max_examples=120)


@pytest.mark.parametrize(
    ("dpd", "name"),
    [
        (0, "current"), (1, "1-30"), (30, "1-30"), (31, "31-60"), (60, "31-60"),
        (61, "61-89"), (89, "61-89"), (90, "90+"), (4000, "90+"),
    ],
)  # fmt: skip
def test_the_boundary_days_of_the_buckets(dpd: int, name: str) -> None:
    assert bucket(dpd) == name


def test_the_edges_are_the_companys() -> None:
    assert buckets((1, 8, 31, 61, 91)) == ("current", "1-7", "8-30", "31-60", "61-90", "91+")
    assert bucket(90, (1, 8, 31, 61, 91)) == "61-90"


@pytest.mark.parametrize(("days", "dpd"), [(-5, 0), (0, 0), (1, 1), (90, 90)])
def test_the_day_it_is_due_is_not_late(days: int, dpd: int) -> None:
    assert days_past_due(balance(oldest_due=FRIDAY - timedelta(days=days)), FRIDAY) == dpd


def test_nothing_overdue_is_not_late_whatever_date_the_file_says() -> None:
    assert days_past_due(balance(overdue="0", oldest_due=date(2020, 1, 1)), FRIDAY) == 0
    assert days_past_due(balance(overdue="100"), FRIDAY) == 0


def test_a_payment_after_the_balance_reduces_it_and_one_inside_never_again() -> None:
    owed = balance("300", date(2026, 8, 1), as_of=FRIDAY)
    inside = [paid("a", "100", FRIDAY), paid("b", "50", FRIDAY - timedelta(days=3))]
    after = [paid("c", "120", FRIDAY + timedelta(days=1))]
    later = FRIDAY + timedelta(days=5)
    assert standing(owed, inside, later).overdue == Decimal(300)
    assert standing(owed, inside + after, later).overdue == Decimal(180)
    assert standing(owed, inside + after, later).total == Decimal(880)


def test_a_payment_dated_in_the_future_is_not_counted_yet() -> None:
    owed = balance("300", date(2026, 8, 1))
    future = [paid("a", "300", FRIDAY + timedelta(days=4))]
    assert standing(owed, future, FRIDAY + timedelta(days=3)).overdue == Decimal(300)
    assert standing(owed, future, FRIDAY + timedelta(days=4)).bucket == "current"


def test_a_reversal_of_a_payment_inside_the_balance_raises_the_debt() -> None:
    owed = balance("0", None)
    facts = [
        paid("a", "100", FRIDAY - timedelta(days=10)),
        paid("r", "100", FRIDAY + timedelta(days=2), reverses="a"),
    ]
    found = standing(owed, facts, FRIDAY + timedelta(days=2))
    assert (found.overdue, found.total, found.reversed_since) == (Decimal(100), Decimal(1100), Decimal(100))
    assert found.dpd == 12
    assert standing(owed, facts, FRIDAY + timedelta(days=1)).bucket == "current"


def test_a_reversal_inside_the_balance_is_inside_it() -> None:
    facts = [
        paid("a", "100", FRIDAY - timedelta(days=10)),
        paid("r", "100", FRIDAY - timedelta(days=2), reverses="a"),
    ]
    assert standing(balance("300", date(2026, 8, 1)), facts, FRIDAY).overdue == Decimal(300)


def test_a_reversal_valued_on_the_balances_own_day_is_inside_it() -> None:
    facts = [paid("a", "100", FRIDAY - timedelta(days=10)), paid("r", "100", FRIDAY, reverses="a")]
    assert standing(balance("300", date(2026, 8, 1)), facts, FRIDAY + timedelta(days=9)).overdue == Decimal(
        300
    )


def test_a_reversal_dated_before_its_payment_still_undoes_it() -> None:
    facts = [paid("a", "100", FRIDAY + timedelta(days=2)), paid("r", "100", FRIDAY, reverses="a")]
    assert standing(balance("300", date(2026, 8, 1)), facts, FRIDAY + timedelta(days=9)).overdue == Decimal(
        300
    )
    before = standing(balance("300", date(2026, 8, 1)), facts, FRIDAY + timedelta(days=1))
    assert before.overdue == Decimal(300)


def test_a_payment_and_its_reversal_after_the_balance_cancel_out_and_no_more() -> None:
    facts = [
        paid("a", "100", FRIDAY + timedelta(days=1)),
        paid("r", "100", FRIDAY + timedelta(days=2), reverses="a"),
        paid("again", "100", FRIDAY + timedelta(days=3), reverses="a"),
    ]
    found = standing(balance("300", date(2026, 8, 1)), facts, FRIDAY + timedelta(days=5))
    assert found.overdue == Decimal(300)


def test_currencies_are_never_mixed() -> None:
    dollars = paid("usd", "300", FRIDAY + timedelta(days=1), currency="USD")
    found = standing(balance("300", date(2026, 8, 1)), [dollars], FRIDAY + timedelta(days=2))
    assert found.overdue == Decimal(300)
    assert found.other_currency == ("usd",)


@quick
@given(st.integers(-400, 400), st.integers(0, 200))
def test_ageing_never_goes_back_as_days_pass(offset: int, more: int) -> None:
    owed = balance(oldest_due=FRIDAY + timedelta(days=offset))
    today, later = days_past_due(owed, FRIDAY), days_past_due(owed, FRIDAY + timedelta(days=more))
    assert today <= later
    assert buckets().index(bucket(today)) <= buckets().index(bucket(later))


DAYS = st.integers(-20, 20).map(lambda days: FRIDAY + timedelta(days=days))
AMOUNTS = st.integers(1, 400).map(lambda cents: Decimal(cents) / 2)


@st.composite
def facts(draw: st.DrawFn) -> list[Payment]:
    plain = [paid(f"p{n}", str(draw(AMOUNTS)), draw(DAYS)) for n in range(draw(st.integers(0, 5)))]
    undone = [
        paid(
            f"r{n}",
            str(payment.amount),
            payment.value_date + timedelta(days=draw(st.integers(0, 9))),
            reverses=payment.id,
        )
        for n, payment in enumerate(plain)
        if draw(st.booleans())
    ]
    return draw(st.permutations([*plain, *undone]))


@quick
@given(facts(), st.integers(0, 25))
def test_what_lies_inside_the_balance_changes_nothing_and_order_never_matters(
    found: list[Payment], days: int
) -> None:
    owed, today = balance("300", date(2026, 8, 1)), FRIDAY + timedelta(days=days)
    one = standing(owed, found, today)
    assert one == standing(owed, reversed(found), today)
    assert one == standing(owed, [*found, *found], today), "an import twice counts once"
    since = [payment for payment in found if payment.value_date > FRIDAY]
    assert one.paid_since == standing(owed, since, today).paid_since
    assert one.total == max(Decimal(0), owed.total - one.paid_since + one.reversed_since)
    assert Decimal(0) <= one.overdue <= owed.overdue + one.reversed_since


@quick
@given(facts())
def test_before_anything_is_paid_since_a_payment_never_raises_the_debt(found: list[Payment]) -> None:
    plain = [payment for payment in found if payment.reverses is None]
    one = standing(balance("300", date(2026, 8, 1)), plain, FRIDAY + timedelta(days=30))
    assert one.overdue <= Decimal(300)
    assert one.reversed_since == 0


@given(
    dpd=st.integers(0, 2000),
    edges=st.lists(st.integers(2, 400), min_size=1, max_size=6, unique=True).map(
        lambda held: (1, *sorted(held))
    ),
)
def test_a_day_past_due_lies_within_the_days_of_its_bucket_and_of_no_other(
    dpd: int, edges: tuple[int, ...]
) -> None:
    within = []
    for name in buckets(edges):
        days = days_of(name, edges)
        assert days is not None
        if days[0] <= dpd and (days[1] is None or dpd <= days[1]):
            within.append(name)
    assert within == [bucket(dpd, edges)]
    assert days_of("no such bucket", edges) is None
