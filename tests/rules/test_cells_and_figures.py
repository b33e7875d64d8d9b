"""Cells that stay text, and figures that say what they were divided from."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.cells import safe, unsafe
from sync.records import Party, PromiseState, Result
from sync.rules.figures import PromiseFact, VisitFact, promise_figures, visit_figures

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


def visit(party: str, *results: str, agent: str = "Ana", evidence: str = "A") -> VisitFact:
    accounts = tuple(f"{party}-{place}" for place in range(len(results)))
    return VisitFact(
        f"{party}{results}", agent, Party(party), tuple(map(Result, results)), accounts, evidence
    )


def test_a_visit_that_was_not_made_counts_nowhere() -> None:
    figures = {figure.code: figure for figure in visit_figures([visit("TIT", "PTP"), visit("NAD", "NOR")])}
    assert figures["rpc_per_attempt"].value == Decimal(1)


def test_the_two_contact_rates_have_different_denominators() -> None:
    told = [visit("TIT", "PTP"), visit("NAD", "NAD"), visit("FAM", "TEM"), visit("TIT", "NEG")]
    figures = {figure.code: figure for figure in visit_figures(told)}
    assert figures["rpc_per_attempt"].value == Decimal("0.5000")
    assert figures["rpc_per_reached"].value == Decimal("0.6667")
    assert figures["third_party_share"].value == Decimal("0.2500")
    assert figures["promise_rate"].value == Decimal("0.5000")


def test_nothing_to_divide_by_is_no_figure_rather_than_zero() -> None:
    assert all(figure.value is None for figure in visit_figures([]))


def test_a_rescheduled_promise_counts_as_not_kept_and_currencies_never_mix() -> None:
    def promise(state: PromiseState, amount: int, paid: int, currency: str = "COP") -> PromiseFact:
        return PromiseFact("Ana", state, Decimal(amount), Decimal(paid), currency)

    figures = {
        figure.code: figure.value
        for figure in promise_figures(
            [
                promise(PromiseState.KEPT, 100, 150),
                promise(PromiseState.RESCHEDULED, 100, 0),
                promise(PromiseState.OPEN, 900, 0),
                promise(PromiseState.KEPT, 10, 10, "USD"),
                promise(PromiseState.CANCELLED, 500, 0),
            ]
        )
    }
    assert figures["kept_rate"] == Decimal("0.6667")
    assert figures["kept_amount_rate.COP"] == Decimal("0.5000")
    assert figures["kept_amount_rate.USD"] == Decimal(1)
