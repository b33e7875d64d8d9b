"""Commissions line by line: the sum is the total in any order, and what is taken back leaves nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import commissions
from sync.money import digits
from sync.rules.clauses import PolicyError
from sync.rules.commission import Called, Kept, Line, Paid, Terms, lines, part
from sync.rules.commission_rules import CommissionRules, Traits, rules_from

DAY = date(2026, 11, 10)
RULES: dict[str, Any] = {
    "schema": 1,
    "name": "prueba",
    "attribution": {"days": 7},
    "rates": [{"bucket": "90+", "percent": "3.5"}, {"percent": "1"}],
    "difficulty": [{"zone": "Rural", "factor": "1.5"}],
    "promises": {"kept": {"COP": "2000"}},
    "agency": {"fees": [{"from_dpd": 90, "percent": "12"}], "tax_percent": "19"},
}


def rules(**change: Any) -> CommissionRules:
    return rules_from({**RULES, **change})


def visit(name: str, days_ago: int, *, hour: int = 10, met: bool = True) -> Called:
    on = DAY - timedelta(days=days_ago)
    return Called(name, f"agent of {name}", datetime(on.year, on.month, on.day, hour, tzinfo=UTC), on, met)


def paid(name: str, minor: int, back: str | None = None, on: date = DAY) -> Paid:
    return Paid(name, minor, "COP", on, back)


def late(_day: date) -> Traits:
    return Traits(dpd=120, bucket="90+")


def made(
    payments: list[Paid],
    visits: list[Called] | None = None,
    held: CommissionRules | None = None,
    **more: Any,
) -> list[Line]:
    calls = [visit("v1", 2)] if visits is None else visits
    given: dict[str, Any] = {"traits_on": late, "promises": ()} | more
    return lines(
        held or rules(),
        payments,
        calls,
        given.pop("promises"),
        given.pop("traits_on"),
        digits=digits,
        **given,
    )


def of_agents(found: list[Line]) -> list[Line]:
    return [one for one in found if one.agent is not None]


def test_a_payment_earns_the_rate_of_its_bucket_for_the_last_visit() -> None:
    (line,) = of_agents(
        made([paid("p", 100_000_00)], [visit("old", 6), visit("last", 1), visit("after", -1)])
    )
    assert (line.agent, line.visit, line.payment) == ("agent of last", "last", "p")
    assert (line.percent, line.amount_minor) == (Decimal("3.5"), 3_500_00)
    assert "3,5 % por 90+" in str(line.because)


@pytest.mark.parametrize(("days", "earned"), [(7, 1), (8, 0)])
def test_a_visit_counts_for_as_many_days_as_the_rules_say(days: int, earned: int) -> None:
    assert len(of_agents(made([paid("p", 100)], [visit("v", days)]))) == earned


def test_only_who_met_the_right_party_earns_where_the_rules_say_so() -> None:
    calls = [visit("met", 5), visit("nobody home", 1, met=False)]
    anyone = of_agents(made([paid("p", 100)], calls))
    right = of_agents(made([paid("p", 100)], calls, rules(attribution={"days": 7, "met": "right_party"})))
    assert [one.visit for one in anyone] == ["nobody home"]
    assert [one.visit for one in right] == ["met"]


def test_a_harder_case_earns_more() -> None:
    (line,) = of_agents(
        made([paid("p", 100_000_00)], traits_on=lambda _day: Traits(120, "90+", zone="Rural"))
    )
    assert (line.factor, line.amount_minor) == (Decimal("1.5"), 5_250_00)


def test_the_bucket_is_that_of_the_day_before_the_payment_cured_it() -> None:
    def cured(day: date) -> Traits:
        return Traits(120, "90+") if day < DAY else Traits(0, "current")

    (line,) = of_agents(made([paid("p", 100)], traits_on=cured))
    assert line.bucket == "90+"


def test_a_promise_kept_earns_its_amount_and_the_agency_bills_every_payment() -> None:
    found = made([paid("p", 100_000_00)], [], promises=[Kept("w", "ana", "COP", DAY)])
    assert [(one.kind, one.agent, one.amount_minor) for one in found] == [
        ("fee", None, 12_000_00),
        ("promise", "ana", 2_000_00),
    ]


def test_a_payment_taken_back_whole_leaves_exactly_nothing() -> None:
    found = made([paid("p", 33_333), paid("r", 33_333, "p", DAY + timedelta(days=40))])
    assert len(found) == 4
    assert sum(one.amount_minor for one in of_agents(found)) == 0
    assert sum(one.amount_minor for one in found) == 0
    assert sum(one.base_minor for one in of_agents(found)) == 0


def test_closed_terms_hold_whatever_the_account_is_like_today() -> None:
    (line,) = of_agents(made([paid("p", 100_00)], fixed={"p": Terms(Decimal(9), Decimal(1), "31-60")}))
    assert (line.amount_minor, line.bucket) == (9_00, "31-60")


amounts = st.integers(min_value=1, max_value=10**12)


@st.composite
def histories(draw: st.DrawFn) -> list[Paid]:
    """Payments of a month, some taken back in part, whole, twice, or for more than they were."""
    every = []
    for number in range(draw(st.integers(1, 6))):
        minor = draw(amounts)
        day = DAY + timedelta(days=draw(st.integers(0, 9)))
        every.append(paid(f"p{number}", minor, on=day))
        for turn in range(draw(st.integers(0, 3))):
            back = draw(st.integers(1, 2 * minor))
            every.append(
                paid(f"r{number}.{turn}", back, f"p{number}", day + timedelta(days=draw(st.integers(0, 60))))
            )
    return every


@given(histories(), st.randoms(use_true_random=False))
def test_the_order_in_which_payments_came_changes_nothing(history: list[Paid], chance: Any) -> None:
    calls = [visit("v1", 2), visit("v2", 0), visit("v3", -4)]
    shuffled = history[:]
    chance.shuffle(shuffled)
    chance.shuffle(calls)
    assert made(shuffled, calls) == made(history, sorted(calls, key=lambda one: one.started))


@given(histories())
def test_each_payment_with_its_reversals_earns_what_is_left_of_it(history: list[Paid]) -> None:
    found = of_agents(made(history, [visit("v1", 2), visit("v2", 0), visit("v3", -4)]))
    for one in history:
        if one.reverses is not None:
            continue
        mine = [line for line in found if line.payment == one.id]
        back = sum(other.minor for other in history if other.reverses == one.id)
        left = max(0, one.minor - back)
        assert sum(line.base_minor for line in mine) == left
        assert sum(line.amount_minor for line in mine) == part(left, Decimal("3.5"), Decimal(1))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schema": 2}, "schema = 1"),
        ({"rates": []}, "at least one"),
        ({"rates": [{"percent": 3.5}]}, "written as a text"),
        ({"rates": [{"percent": "101"}]}, "from 0 to 100"),
        ({"rates": [{"percent": "1"}, {"percent": "2", "bucket": "90+"}]}, "can never hold"),
        ({"rates": [{"percent": "1", "colour": "red"}]}, "knows no colour"),
        ({"attribution": {"days": 7, "rule": "first_visit"}}, "last_visit"),
        ({"attribution": {"days": -1}}, "from 0 to 366"),
        ({"name": " "}, "a name"),
        ({"bonus": {}}, "knows no bonus"),
    ],
)
def test_rules_that_cannot_be_used_say_why(change: dict[str, Any], said: str) -> None:
    with pytest.raises(PolicyError, match=said):
        rules(**change)


def test_the_rules_that_come_with_ronda_can_be_read() -> None:
    held = commissions.default()
    assert held.days == 15
    assert held.percent(Traits(200, "90+")) == Decimal(5)
    assert held.percent(Traits(5, "1-30")) == Decimal(2)


def test_another_text_is_another_version() -> None:
    assert rules().version == rules().version != rules(title="otro").version
