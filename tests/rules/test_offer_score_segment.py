"""Instalments exact to the cent, a score that can be added up by hand, segments as data."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.money import from_minor
from sync.records import Precision
from sync.rules.offer import instalments, split
from sync.rules.score import Case, score
from sync.rules.segment import Segment, Traits, segment_of

quick = settings(derandomize=True, deadline=None, max_examples=100)


@quick
@given(st.integers(1, 36), st.integers(0, 10**9), st.sampled_from(["COP", "MXN", "CLP", "USD"]))
def test_instalments_add_up_to_the_cent_and_differ_by_one_cent_at_most(
    parts: int, minor: int, currency: str
) -> None:
    total = from_minor(parts + minor, currency)
    amounts = split(total, parts, currency)
    assert len(amounts) == parts
    assert sum(amounts) == total
    assert max(amounts) - min(amounts) <= from_minor(1, currency)
    assert min(amounts) > 0


def test_what_cannot_be_split_is_refused() -> None:
    for total, parts in ((Decimal("0.02"), 3), (Decimal(100), 0), (Decimal("1.001"), 1)):
        with pytest.raises(ValueError):
            split(total, parts, "COP")


def test_monthly_instalments_keep_their_day_or_take_the_months_last() -> None:
    plan = instalments(Decimal(100), 4, "COP", date(2026, 11, 30))
    assert [one.due for one in plan] == [
        date(2026, 11, 30),
        date(2026, 12, 30),
        date(2027, 1, 30),
        date(2027, 2, 28),
    ]
    weekly = instalments(Decimal(100), 3, "COP", date(2026, 11, 30), "week")
    assert [one.due for one in weekly] == [date(2026, 11, 30), date(2026, 12, 7), date(2026, 12, 14)]
    with pytest.raises(ValueError, match="not every decade"):
        instalments(Decimal(100), 2, "COP", date(2026, 11, 30), "decade")


CASES = st.builds(
    Case,
    st.integers(0, 2000),
    st.integers(0, 10**7).map(Decimal),
    st.integers(0, 10**6).map(Decimal),
    st.integers(0, 9),
    st.integers(0, 9),
    st.none() | st.integers(0, 900),
    st.sampled_from(list(Precision)),
    st.booleans(),
    st.integers(0, 90),
    st.floats(0.01, 0.99),
)


@quick
@given(CASES)
def test_a_score_is_the_sum_of_its_explained_parts_and_never_nothing(case: Case) -> None:
    found = score(case)
    assert found.value == sum(part.points for part in found.parts) >= 1
    assert all(str(part.because) for part in found.parts)


@quick
@given(CASES)
def test_an_appointment_a_kept_promise_and_a_longer_wait_never_lower_a_score(case: Case) -> None:
    base = score(case).value
    assert score(replace(case, appointment=True)).value >= base
    assert score(replace(case, promises_kept=case.promises_kept + 1)).value >= base
    if case.days_since_visit is not None:
        assert score(replace(case, days_since_visit=case.days_since_visit + 10)).value >= base
    assert score(replace(case, reach=min(1.0, case.reach + 0.1))).value >= base


def test_an_account_worth_nothing_is_urgent_at_day_59_and_a_must_from_day_60() -> None:
    nothing = Case(dpd=900, overdue=Decimal(1), reference=Decimal(10**6), promises_broken=3, reach=0.1)
    seen = {days: score(replace(nothing, days_since_visit=days)) for days in (10, 40, 59, 60, 200)}
    assert [seen[days].must for days in seen] == [False, False, False, True, True]
    assert seen[59].value >= seen[10].value + 25
    assert seen[40].value < seen[59].value < seen[60].value == seen[200].value
    waiting = score(replace(nothing, days_waiting=61))
    assert waiting.must
    assert not score(replace(nothing, days_waiting=59)).must


def test_what_a_contact_brings_counts_as_often_as_he_is_found_and_fully_with_an_appointment() -> None:
    case = Case(dpd=90, overdue=Decimal(100), reference=Decimal(100), reach=0.25, days_since_visit=30)
    assert score(case).value == (40 + 40) // 4 + 9
    assert score(replace(case, appointment=True)).value == 40 + 40 + 60 + 9


def test_the_first_segment_that_holds_is_the_accounts() -> None:
    young = Segment("temprana", dpd_from=1, dpd_to=30)
    old_micro = Segment("micro", dpd_from=90, credit_types=("microcredito",), overdue_from=Decimal(100))
    rest = Segment("resto")
    order = [young, old_micro, rest]
    assert segment_of(Traits(30, Decimal(5)), order) is young
    assert segment_of(Traits(90, Decimal(100), "microcredito"), order) is old_micro
    assert segment_of(Traits(90, Decimal(99), "microcredito"), order) is rest
    assert segment_of(Traits(31, Decimal(5)), [young]) is None
