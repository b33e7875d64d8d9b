"""Whatever was promised, paid, taken back, named and cancelled, in whatever order: no cent counts twice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.records import Contact, Party, Payment, Promise, PromiseState
from sync.rules.allocating import ORDERS, spread
from sync.rules.figures import Held
from sync.rules.figures_cells import Cells
from sync.rules.figures_facts import Doer, Of
from sync.rules.figures_list import board
from sync.rules.figures_reading import Ended, promise_facts
from sync.rules.figures_tally import Tally
from sync.rules.policy import Policy
from sync.rules.promise import (
    broken_streak,
    check_promise,
    for_review,
    made_again,
    reminders,
    review_day,
    standings,
)
from tests.rules.world import BOGOTA, FRIDAY, pack, paid, promised, span, visited

quick = settings(derandomize=True, deadline=None, max_examples=70)
DEMO = pack("demo")  # one day of grace, 100 %, two days of posting lag
DUE = date(2026, 11, 27)
CENT = Decimal("0.01")


def after(days: int) -> date:
    return DUE + timedelta(days=days)


def ordered(order: str, **more: object) -> Policy:
    return replace(DEMO, promise=replace(DEMO.promise, allocation=order, **more))


@dataclass
class World:
    """Facts about one account, as they may have arrived; `cancelled` are the office's decisions."""

    promises: list[Promise]
    payments: list[Payment]
    cancelled: dict[str, date]
    policy: Policy
    today: date

    def shuffled(self, random: Random) -> World:
        """The same facts in another order, every one of them twice."""
        promises, payments = [*self.promises, *self.promises], [*self.payments, *self.payments]
        words = list(self.cancelled.items())
        for facts in (promises, payments, words):
            random.shuffle(facts)
        return World(
            list({one.id: one for one in promises}.values()), payments, dict(words), self.policy, self.today
        )

    def judged(self) -> dict[str, object]:
        found = standings(
            self.promises, self.payments, self.policy, self.today, self.today, cancelled=self.cancelled
        )
        return dict(found)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Plain promises, plans of several instalments, payments, some named, some taken back in part or whole."""
    days, cents = st.integers(0, 40), st.integers(1, 90_000)
    promises: list[Promise] = []
    for n in range(draw(st.integers(1, 4))):
        made = FRIDAY + timedelta(days=draw(days))
        plan = draw(st.booleans())
        first = made + timedelta(days=draw(st.integers(0, 15)))
        for place in range(draw(st.integers(1, 3)) if plan else 1):
            one = promised(
                f"pr{n}-{place}",
                str(draw(cents) * CENT),
                first + timedelta(days=7 * place),
                f"{made}T10:00",
                visit=draw(st.sampled_from(["v1", "v2", f"v-{n}"])) if not plan else f"plan-{n}",
            )
            promises.append(replace(one, agreement=f"plan-{n}" if plan else ""))
    names = st.sampled_from(["", "", "nobody", *(one.id for one in promises)])
    payments = [
        replace(
            paid(f"p{n}", str(draw(cents) * CENT), FRIDAY + timedelta(days=draw(days))), promise=draw(names)
        )
        for n in range(draw(st.integers(0, 5)))
    ]
    payments += [
        paid(f"r{n}", str(draw(cents) * CENT), one.value_date + timedelta(days=draw(days)), reverses=one.id)
        for n, one in enumerate(payments)
        if draw(st.booleans())
    ]
    cancelled = {
        one.id: FRIDAY + timedelta(days=draw(days)) for one in promises if draw(st.integers(0, 3)) == 0
    }
    policy = ordered(
        draw(st.sampled_from(ORDERS)), minimum_percent=Decimal(draw(st.sampled_from([100, 100, 90, 50])))
    )
    return World(promises, payments, cancelled, policy, FRIDAY + timedelta(days=draw(st.integers(0, 80))))


@quick
@given(worlds())
def test_allocations_never_exceed_a_payment_nor_a_promise(world: World) -> None:
    found = spread(world.promises, world.payments, world.policy, world.today, over=set(world.cancelled))
    shares = [*found.in_time, *found.late]
    for payment in world.payments:
        undone = sum(
            one.amount
            for one in world.payments
            if one.reverses == payment.id and one.value_date <= world.today
        )
        used = sum(share.amount for share in shares if share.payment == payment.id)
        worth = Decimal(0) if payment.reverses else max(Decimal(0), payment.amount - undone)
        assert used <= worth
        assert not used or payment.value_date <= world.today
    for promise in world.promises:
        assert sum(share.amount for share in shares if share.promise == promise.id) <= promise.amount
    assert all(share.amount > 0 for share in shares)


@quick
@given(worlds())
def test_no_cent_counts_for_two_promises_and_what_is_left_over_is_the_rest_of_the_payment(
    world: World,
) -> None:
    found = spread(world.promises, world.payments, world.policy, world.today)
    pairs = [(share.promise, share.payment) for share in (*found.in_time, *found.late)]
    assert len(pairs) == len(set(pairs))
    lacking = {one.id: one.amount for one in world.promises}
    for share in (*found.in_time, *found.late):
        lacking[share.promise] -= share.amount
    for payment in world.payments:
        mine = {share.promise for share in (*found.in_time, *found.late) if share.payment == payment.id}
        if payment.promise in mine and len(mine) > 1:
            # Named money goes on to another promise only when its own has all it can take.
            assert lacking[payment.promise] == 0


@quick
@given(worlds(), st.randoms(use_true_random=False))
def test_states_do_not_depend_on_the_order_or_the_number_of_times_facts_arrived(
    world: World, random: Random
) -> None:
    assert world.shuffled(random).judged() == world.judged()


@quick
@given(worlds())
def test_paid_and_missing_add_up_to_what_was_promised_and_states_say_what_the_amounts_say(
    world: World,
) -> None:
    found = standings(
        world.promises, world.payments, world.policy, world.today, world.today, cancelled=world.cancelled
    )
    for promise in world.promises:
        if promise.id not in found:
            assert promise.made_at.date() >= world.today
            continue
        one = found[promise.id]
        assert one.paid + one.missing == promise.amount
        assert one.paid >= 0
        assert 0 <= one.late <= one.missing
        enough = promise.amount * world.policy.promise.minimum_percent / 100
        if one.state is PromiseState.KEPT:
            assert one.paid >= enough
            assert one.kept_on is not None
            assert one.kept_on <= one.deadline
        if one.state is PromiseState.BROKEN:
            assert one.paid == 0
        if one.state is PromiseState.PARTIAL:
            assert 0 < one.paid < enough
        if one.late:
            assert one.late_on is not None
            assert one.late_on > one.deadline
            assert one.state not in (PromiseState.CANCELLED, PromiseState.RESCHEDULED)


@quick
@given(worlds())
def test_more_money_in_time_never_makes_a_single_promise_worse(world: World) -> None:
    promise = replace(world.promises[0], agreement="")
    policy = ordered("oldest_due")
    judged = [
        standings([promise], money, policy, world.today, world.today).get(promise.id)
        for money in ([], [paid("whole", f"{promise.amount}", promise.due)])
    ]
    if judged[0] is not None and judged[1] is not None and world.today >= promise.due:
        assert judged[0].state in (PromiseState.OPEN, PromiseState.UNCONFIRMED, PromiseState.BROKEN)
        assert judged[1].state is PromiseState.KEPT


ANA = promised("ana", "1000", DUE, "2026-11-20T11:00")


def test_late_money_does_not_repair_a_broken_promise_but_shows_with_its_day() -> None:
    late = [paid("p", "400", after(4)), paid("q", "900", after(9))]
    one = standings([ANA], late, DEMO, after(20), after(20))["ana"]
    assert (one.state, one.paid, one.missing) == (PromiseState.BROKEN, 0, 1000)
    assert (one.late, one.late_on) == (1000, after(9))
    cancelled = standings([ANA], late, DEMO, after(20), after(20), cancelled={"ana": after(-2)})["ana"]
    assert (cancelled.state, cancelled.late) == (PromiseState.CANCELLED, 0)


def test_one_payment_never_counts_for_two_promises_whatever_the_order_of_the_pack() -> None:
    second = promised("second", "1000", after(7), "2026-11-20T11:00", visit=ANA.visit)
    third = promised("third", "500", after(7), "2026-11-20T11:00", visit=ANA.visit)
    money = [paid("p", "1000", DUE), paid("q", "700", after(1))]
    for order, expected in (
        ("oldest_due", {"ana": 1000, "second": 700, "third": 0}),
        ("newest_due", {"ana": 200, "second": 1000, "third": 500}),
        ("named", {"ana": 0, "second": 0, "third": 0}),
    ):
        found = standings([ANA, second, third], money, ordered(order), after(20), after(20))
        assert {key: one.paid for key, one in found.items()} == expected, order


def test_late_money_for_an_old_promise_is_not_lent_to_it_while_a_newer_one_needs_it() -> None:
    newer = promised("new", "500", after(10), f"{after(5)}T10:00")
    found = standings([ANA, newer], [paid("p", "700", after(8))], DEMO, after(20), after(20))
    assert (found["new"].state, found["new"].paid) == (PromiseState.KEPT, 500)
    assert (found["ana"].state, found["ana"].late) == (PromiseState.BROKEN, 200)


def test_a_payment_taken_back_reopens_its_promise_and_paid_again_in_time_keeps_it() -> None:
    bounced = [paid("p", "1000", after(-3)), paid("r", "1000", after(-2), reverses="p")]
    assert standings([ANA], bounced, DEMO, after(-2), after(-2))["ana"].state is PromiseState.OPEN
    again = [*bounced, paid("again", "1000", after(1))]
    assert standings([ANA], again, DEMO, after(1), after(1))["ana"].kept_on == after(1)
    too_late = [*bounced, paid("again", "1000", after(2))]
    one = standings([ANA], too_late, DEMO, after(9), after(9))["ana"]
    assert (one.state, one.late_on) == (PromiseState.BROKEN, after(2))


def test_a_payment_named_for_a_promise_goes_there_first_and_its_rest_goes_on() -> None:
    second = promised("second", "1000", after(7), "2026-11-20T11:00", visit=ANA.visit)
    named = replace(paid("p", "1500", after(0)), promise="second")
    plain = paid("q", "300", after(0))
    found = standings([ANA, second], [plain, named], DEMO, after(20), after(20))
    assert (found["second"].paid, found["ana"].paid) == (1000, 800)
    only = standings([ANA, second], [plain, named], ordered("named"), after(20), after(20))
    assert (only["second"].paid, only["ana"].paid) == (1000, 0)
    newest = standings([ANA, second], [plain], ordered("newest_due"), after(20), after(20))
    assert (newest["second"].paid, newest["ana"].paid) == (300, 0)


def test_an_instalment_is_replaced_by_a_newer_agreement_alone() -> None:
    plan = [
        replace(promised(f"plan-{n}", "100", after(7 * n), "2026-11-20T11:00", visit="v"), agreement="plan")
        for n in range(2)
    ]
    promise = promised("word", "50", after(3), "2026-11-24T10:00")
    newer = replace(promised("new", "90", after(9), "2026-11-25T10:00"), agreement="other")
    day = date(2026, 11, 26)
    states = {key: one.state for key, one in standings([*plan, promise], [], DEMO, day, day).items()}
    assert states == dict.fromkeys(("plan-0", "plan-1", "word"), PromiseState.OPEN)
    states = {key: one.state for key, one in standings([*plan, promise, newer], [], DEMO, day, day).items()}
    assert {key for key, one in states.items() if one is PromiseState.RESCHEDULED} == {
        "plan-0",
        "plan-1",
        "word",
    }


def call(text: str, *, effective: bool = True) -> Contact:
    return Contact(f"call-{text}", "ana", "call", span(text), effective)


def test_whoever_was_reached_from_the_review_day_on_is_reminded_and_leaves_the_worklist() -> None:
    assert review_day(ANA, DEMO) == after(-2)
    assert review_day(replace(ANA, review=after(-5)), DEMO) == after(-5)
    assert review_day(replace(ANA, review=date(2026, 1, 1)), DEMO) == FRIDAY
    met = [call("2026-11-24T10:00"), call("2026-11-25T09:00", effective=False), call("2026-11-26T10:00")]
    told = reminders([ANA], met, DEMO)
    assert told == {"ana": date(2026, 11, 26)}
    away = visited("away", "2026-11-25T10:00", party=Party.NOBODY)
    home = visited("home", "2026-11-25T16:00")
    assert reminders([ANA], [away], DEMO) == {}
    assert reminders([ANA], [away, home], DEMO) == {"ana": date(2026, 11, 25)}
    before = standings([ANA], [], DEMO, after(-2), None, reminded=told)
    assert [one.promise for one in for_review(before, after(-2))] == ["ana"]
    now = standings([ANA], [], DEMO, after(-1), None, reminded=told)
    assert now["ana"].state is PromiseState.REMINDED
    assert for_review(now, after(-1)) == ()
    assert for_review(standings([ANA], [], DEMO, after(-3), None), after(-3)) == ()


def test_two_broken_in_a_row_escalate_and_one_kept_begins_anew() -> None:
    def row(*kept: bool) -> object:
        promises = [
            promised(
                f"p{n}",
                "100",
                FRIDAY + timedelta(days=20 * n + 5),
                f"{FRIDAY + timedelta(days=20 * n)}T10:00",
            )
            for n in range(len(kept))
        ]
        money = [paid(f"m{n}", "100", one.due) for n, one in enumerate(promises) if kept[n]]
        day = FRIDAY + timedelta(days=200)
        streak = broken_streak(standings(promises, money, DEMO, day, day).values())
        return streak.count, streak.escalate

    assert row() == (0, False)
    assert row(False) == (1, False)
    assert row(True, False, False) == (2, True)
    assert row(False, False, True) == (0, False)
    assert row(False, False, True, False) == (1, False)


def test_a_promise_made_again_too_often_is_refused_with_what_to_do_instead() -> None:
    promises = [
        promised(
            f"p{n}", "100", FRIDAY + timedelta(days=3 * n + 9), f"{FRIDAY + timedelta(days=3 * n)}T10:00"
        )
        for n in range(4)
    ]
    day = FRIDAY + timedelta(days=10)
    assert made_again(promises, standings(promises, [], DEMO, day, day)) == 4
    kept = [paid("m", "100", promises[-1].due)]
    late = FRIDAY + timedelta(days=40)
    assert made_again(promises, standings(promises, kept, DEMO, late, late)) == 0
    asked = {"amount": Decimal(1), "due": day, "total": None, "policy": DEMO, "today": day, "zone": BOGOTA}
    assert check_promise(**asked, earlier=3) == ()
    [refused] = check_promise(**asked, earlier=4)
    assert refused.field == "due"
    assert "convenio" in str(refused.because)
    assert check_promise(**asked | {"policy": ordered("oldest_due", repromise_limit=0)}, earlier=9) == ()


@pytest.mark.parametrize("order", ORDERS)
def test_every_order_of_allocation_can_be_said_in_a_pack(order: str) -> None:
    from sync.rules import reading

    table = reading.Table(
        {"id": "x.promise", "confidence": "own", "allocation": order}, "pack x", strict=True
    )
    assert reading.promise_of(table).allocation == order


def test_the_day_of_the_reminder_lies_between_today_and_the_promise() -> None:
    asked = {"amount": Decimal(1), "due": DUE, "total": None, "policy": DEMO, "today": FRIDAY, "zone": BOGOTA}
    assert check_promise(**asked, review=after(-1)) == ()
    for day in (after(1), FRIDAY - timedelta(days=1)):
        assert [one.field for one in check_promise(**asked, review=day)] == ["review"]


def test_accounts_that_broke_two_in_a_row_are_counted_among_those_with_two_matured() -> None:
    def told(account: str, *states: PromiseState) -> list[Ended]:
        return [
            Ended(f"{account}{day}", account, "ana", FRIDAY + timedelta(days=day), state, 100, 0, "COP")
            for day, state in enumerate(states)
        ]

    broken, kept = PromiseState.BROKEN, PromiseState.KEPT
    ended = [*told("a", broken, broken), *told("b", broken, kept, broken), *told("c", broken)]
    cells = Cells()
    for day in range(3):
        held = lambda account: Of(account, "Coopsol", "", "")  # noqa: E731
        for fact in promise_facts(ended, FRIDAY + timedelta(days=day), held, Doer):
            cells.add(fact)
    made = board(Held(cells.held["all", "", ""], Tally()))
    [figure] = [one for one in made if one.code == "broken_streak"]
    assert (figure.over, figure.under) == (1, 2)


@pytest.mark.slow
@settings(derandomize=True, deadline=None, max_examples=4000)
@given(worlds(), st.randoms(use_true_random=False))
def test_the_same_holds_of_four_thousand_worlds(world: World, random: Random) -> None:
    found = spread(world.promises, world.payments, world.policy, world.today, over=set(world.cancelled))
    for payment in world.payments:
        shares = [one for one in (*found.in_time, *found.late) if one.payment == payment.id]
        assert sum(one.amount for one in shares) <= payment.amount
    for promise in world.promises:
        shares = [one for one in (*found.in_time, *found.late) if one.promise == promise.id]
        assert sum(one.amount for one in shares) <= promise.amount
    assert world.shuffled(random).judged() == world.judged()
