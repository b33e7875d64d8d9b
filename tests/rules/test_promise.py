"""What became of a promise: grace, minimum percent, posting lag, reversals; money that is never counted twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.records import Payment, Promise, PromiseState
from sync.rules.clauses import LONGEST_LAG_DAYS, PolicyError
from sync.rules.promise import allocate, check_promise, standings, state
from sync.rules.reading import Table, promise_of
from tests.rules.world import BOGOTA, FRIDAY, pack, paid, promised

quick = settings(derandomize=True, deadline=None, max_examples=80)
DEMO = pack("demo")  # one day of grace, 100 %, two days of posting lag
DUE = date(2026, 11, 27)
ANA = promised("ana", "1000", DUE, "2026-11-20T11:00")


def after(days: int) -> date:
    return DUE + timedelta(days=days)


@pytest.mark.parametrize(
    ("paid_on", "amount", "today", "imported", "expected"),
    [
        (None, "0", after(-3), after(-3), PromiseState.OPEN),
        (None, "0", after(1), after(1), PromiseState.OPEN),
        (None, "0", after(2), after(2), PromiseState.UNCONFIRMED),
        (None, "0", after(2), None, PromiseState.UNCONFIRMED),
        (None, "0", after(3), after(3), PromiseState.BROKEN),
        (after(-1), "1000", after(-1), after(-1), PromiseState.KEPT),
        (after(1), "1000", after(1), after(1), PromiseState.KEPT),
        (after(2), "1000", after(5), after(5), PromiseState.BROKEN),
        (after(0), "400", after(0), after(0), PromiseState.OPEN),
        (after(0), "400", after(5), after(5), PromiseState.PARTIAL),
        (after(0), "999.99", after(5), after(5), PromiseState.PARTIAL),
        (FRIDAY - timedelta(days=1), "1000", after(5), after(5), PromiseState.BROKEN),
        (FRIDAY, "1000", after(5), after(5), PromiseState.KEPT),
    ],
)
def test_the_state_of_a_promise_on_a_day(
    paid_on: date | None, amount: str, today: date, imported: date | None, expected: PromiseState
) -> None:
    payments = [paid("p", amount, paid_on)] if paid_on else []
    assert state(ANA, payments, [], DEMO, today, imported) is expected


def test_a_minimum_percent_is_enough_where_the_policy_says_so() -> None:
    lenient = replace(DEMO, promise=replace(DEMO.promise, minimum_percent=Decimal(90)))
    payments = [paid("p", "900", DUE)]
    assert state(ANA, payments, [], lenient, after(5), after(5)) is PromiseState.KEPT
    assert state(ANA, payments, [], DEMO, after(5), after(5)) is PromiseState.PARTIAL


def test_a_reversal_reopens_a_kept_promise_from_the_day_it_is_valued() -> None:
    payments = [paid("p", "1000", DUE), paid("r", "1000", after(4), reverses="p")]
    assert state(ANA, payments, [], DEMO, after(3), after(3)) is PromiseState.KEPT
    assert state(ANA, payments, [], DEMO, after(4), after(4)) is PromiseState.BROKEN


def test_a_newer_promise_in_time_makes_the_older_one_rescheduled_and_a_late_one_leaves_it_broken() -> None:
    in_time = promised("new", "1000", after(10), "2026-11-26T10:00")
    late = promised("late", "1000", after(10), "2026-12-02T10:00")
    in_grace = promised("grace", "1000", after(10), f"{after(1)}T10:00")
    assert state(ANA, [], [in_time], DEMO, after(20), after(20)) is PromiseState.RESCHEDULED
    assert state(ANA, [], [in_grace], DEMO, after(20), after(20)) is PromiseState.RESCHEDULED
    assert state(ANA, [], [late], DEMO, after(20), after(20)) is PromiseState.BROKEN
    before_it_was_made = date(2026, 11, 25)
    assert state(ANA, [], [in_time], DEMO, before_it_was_made, before_it_was_made) is PromiseState.OPEN


def test_a_promise_kept_before_a_newer_one_stays_kept_and_its_money_is_not_lent_to_the_newer() -> None:
    newer = promised("new", "500", after(10), "2026-11-26T10:00")
    found = standings([ANA, newer], [paid("p", "1000", date(2026, 11, 25))], DEMO, after(20), after(20))
    assert found["ana"].state is PromiseState.KEPT
    assert found["new"].state is PromiseState.BROKEN


def test_instalments_promised_in_one_visit_do_not_replace_each_other() -> None:
    second = promised("second", "1000", after(7), "2026-11-20T11:00", visit=ANA.visit)
    payments = [paid("p1", "1500", DUE), paid("p2", "500", after(6))]
    found = standings([ANA, second], payments, DEMO, after(20), after(20))
    assert {key: one.state for key, one in found.items()} == {
        "ana": PromiseState.KEPT,
        "second": PromiseState.KEPT,
    }
    one_payment = standings([ANA, second], [paid("p1", "1000", DUE)], DEMO, after(20), after(20))
    assert [one.state for one in one_payment.values()] == [PromiseState.KEPT, PromiseState.BROKEN]


def test_a_cancelled_promise_is_cancelled_unless_it_was_kept_already() -> None:
    cancelled = state(ANA, [], [], DEMO, after(5), after(5), cancelled_on=after(-2))
    assert cancelled is PromiseState.CANCELLED
    assert state(ANA, [], [], DEMO, after(-3), None, cancelled_on=after(-2)) is PromiseState.OPEN
    kept = state(ANA, [paid("p", "1000", after(-4))], [], DEMO, after(5), after(5), cancelled_on=after(-2))
    assert kept is PromiseState.KEPT


def test_a_payment_of_another_account_or_currency_keeps_nothing() -> None:
    other = replace(paid("p", "1000", DUE), account="other")
    dollars = paid("q", "1000", DUE, currency="USD")
    assert state(ANA, [other, dollars], [], DEMO, after(5), after(5)) is PromiseState.BROKEN


World = tuple[list[Promise], list[Payment]]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    days = st.integers(0, 40)
    promises = []
    for n in range(draw(st.integers(1, 4))):
        made = FRIDAY + timedelta(days=draw(days))
        due = made + timedelta(days=draw(st.integers(0, 20)))
        promises.append(
            promised(
                f"pr{n}",
                str(draw(st.integers(1, 900))),
                due,
                f"{made}T10:00",
                visit=draw(st.sampled_from(["v1", "v2", f"v-{n}"])),
            )
        )
    payments = [
        paid(f"p{n}", str(draw(st.integers(1, 900))), FRIDAY + timedelta(days=draw(days)))
        for n in range(draw(st.integers(0, 5)))
    ]
    payments += [
        paid(
            f"r{n}",
            str(draw(st.integers(1, 900))),
            payment.value_date + timedelta(days=draw(days)),
            reverses=payment.id,
        )
        for n, payment in enumerate(payments)
        if draw(st.booleans())
    ]
    return promises, payments


@quick
@given(worlds(), st.integers(0, 70), st.randoms(use_true_random=False))
def test_each_peso_is_counted_once_and_the_order_of_facts_never_matters(
    world: World, days: int, random: Random
) -> None:
    promises, payments = world
    today = FRIDAY + timedelta(days=days)
    shares = allocate(promises, payments, DEMO, today)
    for payment in payments:
        undone = sum(r.amount for r in payments if r.reverses == payment.id and r.value_date <= today)
        used = sum(share.amount for share in shares if share.payment == payment.id)
        assert used <= max(Decimal(0), payment.amount - undone)
    for promise in promises:
        assert sum(share.amount for share in shares if share.promise == promise.id) <= promise.amount
    assert all(share.amount > 0 for share in shares)
    found = standings(promises, payments, DEMO, today, today)
    for facts in (promises, payments):
        random.shuffle(facts)
    assert standings(promises, [*payments, *payments], DEMO, today, today) == found
    assert all(
        one.paid + one.missing == next(p.amount for p in promises if p.id == key)
        for key, one in found.items()
    )


@quick
@given(worlds(), st.integers(0, 70))
def test_one_promises_state_is_the_same_alone_or_among_all(world: World, days: int) -> None:
    promises, payments = world
    today = FRIDAY + timedelta(days=days)
    found = standings(promises, payments, DEMO, today, today)
    for promise in promises:
        others = [other for other in promises if other.id != promise.id]
        alone = state(promise, payments, others, DEMO, today, today)
        assert alone is (found[promise.id].state if promise.id in found else PromiseState.OPEN)


@quick
@given(worlds())
def test_a_settled_promise_stays_settled_when_no_money_moves_any_more(world: World) -> None:
    promises, payments = world
    late, later = FRIDAY + timedelta(days=200), FRIDAY + timedelta(days=400)
    assert standings(promises, payments, DEMO, late, late) == standings(
        promises, payments, DEMO, later, later
    )


def checked(**changes: object) -> list[str]:
    asked = {
        "amount": Decimal(500),
        "due": DUE,
        "total": Decimal(1000),
        "policy": DEMO,
        "today": FRIDAY,
        "zone": BOGOTA,
    }
    return [error.field for error in check_promise(**{**asked, **changes})]


def test_a_promise_is_checked_before_it_is_made() -> None:
    assert checked() == []
    assert checked(amount=Decimal(0)) == ["amount"]
    assert checked(amount=Decimal(1001)) == ["amount"]
    assert checked(amount=Decimal(1001), total=None) == []
    assert checked(due=FRIDAY - timedelta(days=1)) == ["due"]
    assert checked(due=FRIDAY) == []
    assert checked(due=FRIDAY + timedelta(days=45)) == []
    assert checked(due=FRIDAY + timedelta(days=46)) == ["due"]


def test_an_appointment_must_lie_in_the_lawful_hours_of_its_day() -> None:
    assert checked(window_start=time(11), window_end=time(11, 15)) == []
    assert checked(window_start=time(11)) == ["window_start"]
    assert checked(window_start=time(11), window_end=time(11)) == ["window_end"]
    assert checked(window_start=time(19, 50), window_end=time(20, 10)) == ["window_start"]
    sunday = date(2026, 11, 29)
    assert checked(due=sunday, window_start=time(11), window_end=time(12)) == ["window_start"]


def test_a_pack_waits_no_longer_for_payments_than_figures_do() -> None:
    written: dict[str, object] = {"id": "own.promise", "quote": "x", "confidence": "fictitious"}
    for days in (LONGEST_LAG_DAYS, LONGEST_LAG_DAYS + 1):
        table = Table(written | {"posting_lag_days": days}, "promise", strict=True)
        if days == LONGEST_LAG_DAYS:
            assert promise_of(table).posting_lag_days == days
        else:
            with pytest.raises(PolicyError, match="posting_lag_days must be a whole number of at most 15"):
                promise_of(table)
