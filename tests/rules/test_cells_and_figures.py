"""Cells that stay text, and figures that say what they were divided from."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.cells import safe, unsafe
from sync.records import Party, PromiseState, Result
from sync.rules.figures import Held, Settings, middle_of
from sync.rules.figures_cells import Cells, by_day
from sync.rules.figures_facts import Doer, Fact, Of, PaymentFact, PromiseFact, StandingFact, VisitFact
from sync.rules.figures_list import board
from sync.rules.figures_tally import Tally, total

DETERMINED = settings(derandomize=True, deadline=None)
TEXT = st.text(alphabet=st.characters(blacklist_categories=("Cs",)), max_size=20)


@DETERMINED
@given(TEXT | TEXT.map(lambda text: "=" + text) | TEXT.map(lambda text: "'=" + text))
def test_a_cell_is_read_back_as_it_was_written(text: str) -> None:
    assert unsafe(safe(text)) == text


@DETERMINED
@given(
    st.sampled_from("=+-@\t\r\0"),
    TEXT.filter(lambda text: not text.replace(",", "").replace(".", "").isdigit()),
)
def test_no_cell_starts_like_a_formula(start: str, rest: str) -> None:
    assert safe(start + rest)[0] == "'"


@pytest.mark.parametrize("number", ["-5", "+57", "-1.234,50", "12", "-0.5"])
def test_plain_numbers_stay_numbers(number: str) -> None:
    assert safe(number) == number


DAY = date(2026, 11, 20)


def of(account: str) -> Of:
    return Of(account, "Coopsol", "consumo", "90+")


def visit(party: str, *results: str, evidence: str = "A", day: date = DAY) -> VisitFact:
    told = tuple((of(f"{party}-{place}"), Result(result)) for place, result in enumerate(results))
    return VisitFact(f"{party}{results}{day}", day, Doer("ana", "norte"), Party(party), told, evidence)


def promise(state: str, amount: int, paid: int, currency: str = "COP", **more: Any) -> PromiseFact:
    return PromiseFact(DAY, Doer("ana"), of("a"), PromiseState(state), amount, paid, currency, **more)


def figures(*facts: Fact, group: tuple[str, str] = ("all", "")) -> dict[str, Decimal | None]:
    cells = Cells()
    for fact in facts:
        cells.add(fact)
    return {one.code: one.value for one in board(Held(cells.held[(*group, "")], Tally()))}


def test_a_visit_that_was_not_made_counts_nowhere() -> None:
    assert figures(visit("TIT", "PTP"), visit("NAD", "NOR"))["rpc_per_attempt"] == Decimal(1)


def test_the_two_contact_rates_have_different_denominators() -> None:
    told = figures(visit("TIT", "PTP"), visit("NAD", "NAD"), visit("FAM", "TEM"), visit("TIT", "NEG"))
    assert told["rpc_per_attempt"] == Decimal("0.5000")
    assert told["rpc_per_reached"] == Decimal("0.6667")
    assert told["third_party_share"] == Decimal("0.2500")
    assert told["promise_rate"] == Decimal("0.5000")


def test_nothing_to_divide_by_is_no_figure_rather_than_zero() -> None:
    assert set(figures().values()) == {None}


def test_a_rescheduled_promise_counts_as_not_kept_and_currencies_never_mix() -> None:
    told = figures(
        promise("cumplida", 100_00, 150_00),
        promise("reprogramada", 100_00, 0),
        promise("vigente", 900_00, 0),
        promise("cumplida", 10_00, 10_00, "USD"),
        promise("cancelada", 500_00, 0),
    )
    assert told["kept_rate"] == Decimal("0.6667")
    assert told["kept_amount_rate.COP"] == Decimal("0.5000")
    assert told["kept_amount_rate.USD"] == Decimal(1)


def test_an_account_lost_and_found_again_on_a_later_day_is_located_and_one_of_the_same_day_is_not() -> None:
    lost = visit("TER", "CAM")
    seen = replace(visit("TIT", "REC", day=DAY + timedelta(days=3)), results=lost.results[:1])
    seen = replace(seen, results=((lost.results[0][0], Result.ACKNOWLEDGES),))
    assert figures(lost, seen)["locate_rate"] == Decimal(1)
    assert figures(lost, replace(seen, day=DAY))["locate_rate"] == Decimal(0)


def test_a_visit_of_two_lenders_counts_once_in_all_and_once_for_each() -> None:
    other = replace(of("b"), lender="Fondo", product="vivienda")
    both = VisitFact(
        "v", DAY, Doer("ana"), Party.HOLDER, ((of("a"), Result.PROMISE), (other, Result.REFUSES)), "A"
    )
    assert figures(both)["visits_per_day"] == Decimal(1)
    assert figures(both, group=("lender", "Coopsol"))["promise_rate"] == Decimal(1)
    assert figures(both, group=("lender", "Fondo"))["promise_rate"] == Decimal(0)


def test_a_figure_whose_facts_nobody_recorded_says_which_is_missing() -> None:
    told = {one.base: one for one in board(Held(Tally(), Tally()))}
    for code in ("recovery_rate", "plan_gap", "cost_per_unit", "km_per_visit", "attribution"):
        assert (told[code].value, told[code].missing[:1]) == (None, "F")


def test_the_cost_of_a_unit_is_that_of_the_days_worked() -> None:
    cells = Cells()
    for fact in (visit("TIT", "PTP"), visit("NAD", "NAD"), visit("NAD", "NAD", day=DAY + timedelta(days=1))):
        cells.add(fact)
    cells.add(PaymentFact(DAY, Doer("ana"), of("a"), 800_000_00, "COP"))
    held = Held(cells.held["all", "", ""], Tally(), Settings(day_costs={"COP": 180_000_00}))
    [figure] = [one for one in board(held) if one.base == "cost_per_unit"]
    assert (figure.over, figure.under, figure.value) == (360_000, 800_000, Decimal("0.4500"))


def test_roll_rates_are_told_by_balance_and_by_account() -> None:
    cells = Cells()
    for account, before, after, owed, left in (
        ("a", "1-30", "31-60", 100, 90),
        ("b", "1-30", "current", 300, 10),
        ("c", "31-60", "31-60", 40, 30),
    ):
        cells.stand(StandingFact(of(account), "COP", (before, owed, owed), (after, left, left)))
    told = {one.code: one for one in board(Held(Tally(), cells.held["all", "", ""]))}
    assert told["roll_rate.1-30>31-60.COP"].value == Decimal("0.3000")  # 120 of 400
    assert told["roll_rate.1-30>31-60.accounts"].value == Decimal("0.5000")
    assert told["cure_rate"].value == Decimal("0.3333")
    assert told["arrears.31-60.COP"].value == Decimal("0.9231")


def test_the_middle_is_the_smallest_value_that_so_many_do_not_exceed() -> None:
    assert middle_of({10: 1, 20: 1, 90: 2}, 50) == 20
    assert middle_of({10: 19, 500: 1}, 95) == 10
    assert middle_of({10: 18, 500: 2}, 95) == 500
    assert middle_of({}, 50) is None


FACTS = st.builds(
    VisitFact,
    st.uuids().map(str),
    st.dates(DAY, DAY + timedelta(days=5)),
    st.sampled_from([Doer("ana", "norte"), Doer("benito", "norte"), Doer("celia", "sur")]),
    st.sampled_from(list(Party)),
    st.lists(
        st.tuples(st.builds(of, st.sampled_from("abcd")), st.sampled_from(list(Result))),
        min_size=1,
        max_size=3,
        unique_by=lambda one: one[0],
    ).map(tuple),
    st.sampled_from("ABCD"),
    st.none() | st.integers(0, 900),
    st.integers(0, 500),
)


@DETERMINED
@given(st.lists(FACTS, max_size=12), st.randoms(use_true_random=False))
def test_days_added_up_in_any_order_make_the_figures_of_the_whole(
    facts: list[VisitFact], random: Any
) -> None:
    whole = Cells()
    for fact in facts:
        whole.add(fact)
    parts = [cells.held["all", "", ""] for cells in by_day(facts).values()]
    random.shuffle(parts)
    assert board(Held(total(parts), Tally())) == board(Held(whole.held["all", "", ""], Tally()))
