"""Offers to the cent: what a plan, a discount and a restructuring come to, and who may offer them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync import offers
from sync.money import digits, from_minor, rounded
from sync.records import Balance, Payment, Promise, PromiseState, Refused
from sync.rules.ageing import standing
from sync.rules.agreement import (
    Agreement,
    AgreementState,
    from_quote,
    letter_due,
    missing_parts,
    read_schedule,
    standing_of,
    written_schedule,
    wrong_agreement,
)
from sync.rules.authority import beyond, may_decide
from sync.rules.clauses import PolicyError
from sync.rules.debt import Parts, breakdown, debt_on, taken
from sync.rules.late_interest import METHODS, LateInterest, accrued, year_part
from sync.rules.offer import Quote, Terms, simulate
from sync.rules.offer_rules import Limit, limit_of, offer_rules_from, range_of, to_wire
from sync.rules.promise import standings
from sync.rules.segment import Traits
from tests.rules.world import FRIDAY, pack, paid

quick = settings(derandomize=True, deadline=None, max_examples=80)
DEMO = pack("demo")
CURRENCIES = ["COP", "MXN", "CLP", "USD"]
RULES = offers.default()


def money(draw: st.DrawFn, currency: str, most: int = 10**9) -> Decimal:
    return from_minor(draw(st.integers(0, most)), currency)


@st.composite
def quotes(draw: st.DrawFn) -> tuple[Quote | Refused, Terms, Parts]:
    currency = draw(st.sampled_from(CURRENCIES))
    debt = Parts(*(money(draw, currency) for _ in range(4)))
    kind = draw(st.sampled_from(["plan", "discount", "restructuring"]))
    first = money(draw, currency, 10**7) if draw(st.booleans()) else Decimal(0)
    terms = Terms(
        kind,
        draw(st.integers(1, 60)),
        FRIDAY + timedelta(days=draw(st.integers(0, 60))),
        draw(st.sampled_from(["week", "fortnight", "month"])),
        rounded(debt.total * draw(st.integers(1, 99)) / 100, currency) if kind == "discount" else Decimal(0),
        first,
        Decimal(draw(st.integers(0, 1200))) / 10 if kind == "restructuring" else Decimal(0),
        draw(st.sampled_from(METHODS)),
        money(draw, currency, 10**5),
    )
    return simulate(debt, terms, currency, FRIDAY), terms, debt


@quick
@given(quotes())
def test_a_plan_pays_exactly_what_was_agreed_principal_plus_interest_less_discount(
    made: tuple[Quote | Refused, Terms, Parts],
) -> None:
    quote, terms, debt = made
    if isinstance(quote, Refused):
        return
    assert quote.wrong() == ()
    assert quote.total == debt.total - terms.discount + terms.fee + quote.interest
    assert quote.discount.total == terms.discount
    assert all(row.amount == rounded(row.amount, quote.currency) for row in quote.rows)
    assert [row.number for row in quote.rows] == list(range(1, terms.count + 1))
    days = [row.due for row in quote.rows]
    assert days == sorted(set(days))
    assert days[0] == terms.first_due
    assert all(-row.amount.as_tuple().exponent <= digits(quote.currency) for row in quote.rows)


@quick
@given(quotes())
def test_a_restructured_debt_reconciles_line_by_line(made: tuple[Quote | Refused, Terms, Parts]) -> None:
    quote, terms, _debt = made
    if isinstance(quote, Refused):
        return
    left = quote.financed
    for row in quote.rows:
        left -= row.principal
        assert row.left == left
        assert row.amount == row.principal + row.interest
    assert left == 0
    if terms.annual_percent == 0 or terms.method == "none":
        assert quote.interest == 0
    if not terms.first and len(quote.rows) > 1:
        level = {row.amount for row in quote.rows[:-1]}
        # Equal instalments; rounding is settled in the last, without interest in the first cents.
        assert len(level) == 1 or max(level) - min(level) <= from_minor(1, quote.currency)


def test_a_restructuring_worked_by_hand() -> None:
    debt = Parts(Decimal(1_000_000), Decimal(150_000), Decimal(50_000))
    terms = Terms("restructuring", 3, date(2026, 12, 20), annual_percent=Decimal(24))
    quote = simulate(debt, terms, "COP", FRIDAY)
    assert isinstance(quote, Quote)
    # 2 % a month on 1,200,000: 24,000.00; then on 807,894.39 and on 407,946.67, each to the cent.
    assert [(row.amount, row.interest, row.left) for row in quote.rows] == [
        (Decimal("416105.61"), Decimal("24000.00"), Decimal("807894.39")),
        (Decimal("416105.61"), Decimal("16157.89"), Decimal("407946.67")),
        (Decimal("416105.60"), Decimal("8158.93"), Decimal("0.00")),
    ]
    assert quote.total == Decimal("1248316.82")


def test_a_discount_is_taken_out_of_charges_before_principal() -> None:
    debt = Parts(Decimal(1000), Decimal(200), Decimal(100), Decimal(50))
    quote = simulate(debt, Terms("discount", 1, FRIDAY, discount=Decimal(300)), "COP", FRIDAY)
    assert isinstance(quote, Quote)
    assert quote.discount == Parts(Decimal(0), Decimal(150), Decimal(100), Decimal(50))
    assert quote.total == 1050


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"count": 0}, "cuotas"),
        ({"count": 1, "first": Decimal(10)}, "cuotas"),
        ({"first_due": FRIDAY - timedelta(days=1)}, "antes de hoy"),
        ({"first": Decimal(-1)}, "negativos"),
        ({"first": Decimal("1.001"), "count": 2}, "decimales"),
        ({"first": Decimal(1350), "count": 2}, "No queda"),
        ({"discount": Decimal(10)}, "Solo la quita"),
        ({"kind": "discount"}, "descuento"),
        ({"kind": "discount", "discount": Decimal(1350)}, "descuento"),
        ({"annual_percent": Decimal(10)}, "Solo la reestructuración"),
        ({"kind": "gift"}, "alternativas"),
        ({"every": "decade"}, "alternativas"),
    ],
)
def test_what_comes_to_nothing_is_refused_in_one_sentence(changes: dict[str, object], says: str) -> None:
    debt = Parts(Decimal(1000), Decimal(200), Decimal(100), Decimal(50))
    found = simulate(debt, replace(Terms("plan", 3, FRIDAY), **changes), "COP", FRIDAY)
    assert isinstance(found, Refused)
    assert says in str(found.reason)


def test_nothing_is_offered_on_a_debt_of_nothing() -> None:
    assert isinstance(simulate(Parts(), Terms("plan", 1, FRIDAY), "COP", FRIDAY), Refused)


def test_days_are_counted_as_the_method_says() -> None:
    start, end = date(2026, 1, 31), date(2026, 3, 31)
    assert year_part(start, end, "actual/365") == Decimal(59) / 365
    assert year_part(start, end, "actual/360") == Decimal(59) / 360
    assert year_part(start, end, "30/360") == Decimal(60) / 360
    assert year_part(date(2026, 2, 28), date(2026, 3, 31), "30/360") == Decimal(33) / 360
    assert year_part(start, end, "none") == year_part(end, start, "actual/365") == 0
    rule = LateInterest(Decimal("36.5"), "actual/365", 5)
    assert accrued(Decimal(1000), rule, date(2026, 11, 1), date(2026, 11, 16), "COP") == Decimal("10.00")
    assert accrued(Decimal(1000), rule, date(2026, 11, 1), date(2026, 11, 6), "COP") == 0
    # Half a cent goes to the even one.
    half = LateInterest(Decimal("0.365"), "actual/365")
    assert accrued(Decimal("500"), half, date(2026, 11, 1), date(2026, 11, 2), "COP") == Decimal("0.00")
    assert accrued(Decimal("1500"), half, date(2026, 11, 1), date(2026, 11, 2), "COP") == Decimal("0.02")


BALANCE = Balance(
    FRIDAY,
    "COP",
    Decimal(1000),
    Decimal(200),
    Decimal(100),
    Decimal(50),
    overdue=Decimal(600),
    oldest_due=date(2026, 8, 1),
)
DAILY = LateInterest(Decimal("36.5"), "actual/365")  # a thousandth a day


def test_late_interest_runs_on_what_is_overdue_of_the_principal_from_the_balances_own_day() -> None:
    ten = FRIDAY + timedelta(days=10)
    assert debt_on(BALANCE, standing(BALANCE, [], ten), DAILY, ten).late_interest == Decimal("106.00")
    assert debt_on(BALANCE, standing(BALANCE, [], FRIDAY), DAILY, FRIDAY).total == 1350
    money = [paid("p", "400", FRIDAY + timedelta(days=5))]
    found = debt_on(BALANCE, standing(BALANCE, money, ten), DAILY, ten)
    # 400 pays the fees, the late interest, the interest and 50 of principal; 200 is still overdue.
    assert found == Parts(Decimal(950), Decimal(0), Decimal("2.00"), Decimal(0))


@st.composite
def movements(draw: st.DrawFn) -> list[Payment]:
    days, cents = st.integers(-5, 40), st.integers(1, 150_000)
    money = [
        paid(f"p{n}", str(draw(cents) * Decimal("0.01")), FRIDAY + timedelta(days=draw(days)))
        for n in range(draw(st.integers(0, 4)))
    ]
    return money + [
        paid(
            f"r{n}",
            str(one.amount),
            one.value_date + timedelta(days=draw(st.integers(0, 9))),
            reverses=one.id,
        )
        for n, one in enumerate(money)
        if draw(st.booleans())
    ]


@quick
@given(movements(), st.integers(0, 60))
def test_a_balance_adds_up_on_every_page_that_shows_it(money: list[Payment], days: int) -> None:
    day = FRIDAY + timedelta(days=days)
    aged = standing(BALANCE, money, day)
    found = breakdown(BALANCE, aged)
    assert found.adds_up
    assert found.total == aged.total
    assert found.parts.total == BALANCE.total
    owed = debt_on(BALANCE, aged, LateInterest(), day)
    assert owed.total == aged.total
    assert all(part >= 0 for part in owed.named().values())
    assert not replace(found, total=found.total + Decimal("0.01")).adds_up


@quick
@given(st.integers(0, 300_000), st.permutations(["fees", "late_interest", "interest", "principal"]))
def test_what_is_taken_never_exceeds_a_part_and_is_all_of_it_while_there_is_any(
    cents: int, order: list[str]
) -> None:
    parts = Parts(Decimal(1000), Decimal(200), Decimal(100), Decimal(50))
    amount = cents * Decimal("0.01")
    found = taken(amount, parts, tuple(order))
    assert found.total == min(amount, parts.total)
    assert all(part >= 0 for part in parts.less(found).named().values())


def owing(total: int) -> Parts:
    return Parts(Decimal(total))


def test_opening_target_and_floor_come_with_their_reason() -> None:
    found = range_of(RULES, Traits(120, Decimal(600), "microcredito"), owing(2000), "COP")
    assert found is not None
    assert (found.segment, found.opening, found.target, found.floor) == ("campo", 2000, 1700, 1500)
    assert "120 días de mora" in str(found.because)
    early = range_of(RULES, Traits(5, Decimal(600)), owing(2000), "COP")
    assert early is not None
    assert early.floor == 2000


def judged(quote: Quote | Refused, limit: Limit, dpd: int = 120) -> list[str]:
    assert isinstance(quote, Quote)
    traits = Traits(dpd, Decimal(600))
    held, bounds = RULES.segment_of(traits), range_of(RULES, traits, quote.debt, "COP")
    assert held is not None
    assert bounds is not None
    return [one.rule for one in beyond(quote, held, bounds, limit)]


def test_an_offer_outside_ones_authority_says_in_what() -> None:
    debt = owing(2000)
    discount = simulate(debt, Terms("discount", 1, FRIDAY, discount=Decimal(400)), "COP", FRIDAY)
    assert judged(discount, RULES.roles["collector"]) == ["offer.bound", "offer.discount"]
    assert judged(discount, RULES.roles["supervisor"]) == []
    deep = simulate(debt, Terms("discount", 1, FRIDAY, discount=Decimal(1200)), "COP", FRIDAY)
    assert judged(deep, RULES.roles["supervisor"]) == ["offer.bound", "offer.discount"]
    assert judged(deep, RULES.roles["manager"]) == []
    plan = simulate(debt, Terms("plan", 3, FRIDAY), "COP", FRIDAY)
    assert judged(plan, RULES.roles["collector"]) == []
    long = simulate(debt, Terms("plan", 13, FRIDAY), "COP", FRIDAY)
    assert judged(long, RULES.roles["collector"]) == ["offer.instalments", "offer.first"]
    assert judged(long, RULES.roles["supervisor"]) == ["offer.instalments", "offer.first"]
    assert judged(long, RULES.roles["manager"]) == []
    new = simulate(
        debt, Terms("restructuring", 3, date(2026, 12, 20), annual_percent=Decimal(12)), "COP", FRIDAY
    )
    assert judged(new, RULES.roles["collector"]) == ["offer.restructuring"]


def test_the_widest_of_ones_roles_counts_and_a_persons_own_limit_before_any() -> None:
    assert limit_of(RULES, {"collector", "supervisor"}).max_instalments == 24
    assert limit_of(RULES, {"collector", "supervisor"}).lowest == "floor"
    assert limit_of(RULES, set()).lowest == "opening"
    own = replace(RULES, persons={"ana": Limit("ana", "floor", Decimal(5), 2)})
    assert limit_of(own, {"manager"}, "ana").max_instalments == 2


def test_four_eyes_and_nobody_who_earns_on_it() -> None:
    said = {"asked_by": "ana", "earns": {"ana", "benito"}, "exceeded": ()}
    assert may_decide(actor="carla", **said) is None
    assert [may_decide(actor=who, **said).rule for who in ("ana", "benito")] == [
        "offer.eyes",
        "offer.commission",
    ]
    discount = simulate(owing(2000), Terms("discount", 1, FRIDAY, discount=Decimal(1200)), "COP", FRIDAY)
    traits = Traits(120, Decimal(600))
    assert isinstance(discount, Quote)
    over = beyond(
        discount,
        RULES.segment_of(traits),
        range_of(RULES, traits, discount.debt, "COP"),
        RULES.roles["supervisor"],
    )
    refused = may_decide(actor="carla", asked_by="ana", earns=(), exceeded=over)
    assert refused is not None
    assert refused.rule == "offer.limit"


def test_rules_travel_whole_and_a_wrong_file_says_what_is_wrong() -> None:
    again = offer_rules_from(to_wire(RULES), strict=False)
    assert again == RULES
    said = to_wire(RULES)
    for change, words in (
        ({"schema": 9}, "newer"),
        ({"segment": []}, "at least one"),
        ({"segment": [*said["segment"], said["segment"][0]]}, "same name"),
        ({"segment": [said["segment"][0] | {"floor_percent": 101}]}, "floor_percent"),
        ({"segment": [said["segment"][0] | {"target_percent": 90, "floor_percent": 95}]}, "no more than"),
        ({"segment": [said["segment"][0] | {"max_instalments": 600}]}, "at most 60"),
        ({"segment": [said["segment"][0] | {"every": ["decade"]}]}, "week"),
        ({"segment": [said["segment"][0] | {"flor": 1}]}, "unknown key flor"),
        ({"limit": 3}, "limit"),
        ({"late_interest": {"annual_percent": "x", "method": "none"}}, "percentage"),
        ({"late_interest": {"annual_percent": 1.5, "method": "none"}}, "broken number"),
    ):
        with pytest.raises(PolicyError, match=words):
            offer_rules_from(said | change)
    with pytest.raises(PolicyError, match="not valid TOML"):
        offers.read("schema = ")


def agreed(quote: Quote) -> Agreement:
    return from_quote(
        quote,
        id="deal",
        account="acc",
        debtor="ana",
        visit="v",
        agreed_by="Ana, titular",
        approver="",
        made_at=datetime(2026, 11, 20, 15, tzinfo=UTC),
    )


def parts_of(deal: Agreement) -> list[Promise]:
    return [
        Promise(
            f"{deal.id}-{place}",
            "v",
            "acc",
            "ana",
            one.amount,
            "COP",
            one.due,
            "bank",
            "banco",
            deal.made_at,
            agreement=deal.id,
        )
        for place, one in enumerate(deal.schedule)
    ]


@quick
@given(quotes())
def test_an_agreement_holds_its_quote_to_the_cent_and_its_schedule_reads_back(
    made: tuple[Quote | Refused, Terms, Parts],
) -> None:
    quote, _terms, _debt = made
    if isinstance(quote, Refused):
        return
    deal = agreed(quote)
    assert wrong_agreement(deal) == ()
    assert deal.total == quote.total
    assert read_schedule(written_schedule(deal.schedule), quote.currency) == deal.schedule
    cent = from_minor(1, quote.currency)
    spoilt = replace(
        deal, schedule=(replace(deal.schedule[0], amount=deal.schedule[0].amount + cent), *deal.schedule[1:])
    )
    assert wrong_agreement(spoilt)
    assert wrong_agreement(replace(deal, charge=deal.charge + cent))


def three_months() -> Agreement:
    quote = simulate(owing(900), Terms("plan", 3, date(2026, 12, 1)), "COP", FRIDAY)
    assert isinstance(quote, Quote)
    return agreed(quote)


def test_each_instalment_is_judged_and_the_letter_is_owed_when_all_is_paid() -> None:
    deal = three_months()
    parts = parts_of(deal)
    money = [paid("a", "300", date(2026, 12, 1)), paid("b", "300", date(2027, 1, 20))]
    day = date(2027, 1, 25)
    found = standings(parts, money, DEMO, day, day)
    # What came too late for the second is in time for the third: each cent once.
    states = [PromiseState.KEPT, PromiseState.BROKEN, PromiseState.KEPT]
    assert [found[one.id].state for one in parts] == states
    held = standing_of(deal, parts, found)
    assert (held.state, held.paid, held.missing, held.paid_on) == (AgreementState.BROKEN, 600, 300, None)
    assert letter_due(deal, held, 10) is None
    money.append(paid("c", "300", date(2027, 2, 1)))
    done = standings(parts, money, DEMO, date(2027, 2, 9), date(2027, 2, 9))
    held = standing_of(deal, parts, done)
    assert (held.state, held.paid_on) == (AgreementState.PAID, date(2027, 2, 1))
    assert letter_due(deal, held, 10) == date(2027, 2, 11)
    assert letter_due(replace(deal, settles=False), held, 10) is None
    back = [*money, paid("r", "300", date(2027, 2, 5), reverses="c")]
    reopened = standing_of(deal, parts, standings(parts, back, DEMO, date(2027, 2, 9), date(2027, 2, 9)))
    assert reopened.state is AgreementState.BROKEN


@quick
@given(movements(), st.integers(0, 120), st.randoms(use_true_random=False))
def test_what_became_of_an_agreement_never_exceeds_what_was_paid_and_knows_no_order(
    money: list[Payment], days: int, random: Random
) -> None:
    deal, day = three_months(), FRIDAY + timedelta(days=days)
    parts = parts_of(deal)
    held = standing_of(deal, parts, standings(parts, money, DEMO, day, day))
    came = sum((one.amount for one in money if one.reverses is None), Decimal(0))
    assert held.paid + held.missing == deal.total
    assert 0 <= held.paid <= min(came, deal.total)
    random.shuffle(money)
    random.shuffle(parts)
    assert standing_of(deal, parts, standings(parts, [*money, *money], DEMO, day, day)) == held


def test_a_paper_knows_which_of_its_required_parts_are_missing() -> None:
    deal = three_months()
    assert missing_parts(deal, "77-1", "Banco Uno, cuenta 123") == ()
    assert missing_parts(replace(deal, agreed_by=" "), "", "") == ("pay_to", "number", "agreed_by")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "cada cuota"),
        ("en diciembre 300", "cuota 1"),
        ("2026-12-01 300; 2026-13-01 300", "cuota 2"),
        ("2026-12-01 300.001", "cuota 1"),
        ("2026-12-01 0", "cuota 1"),
        ("2026-12-02 300; 2026-12-01 300", "en orden"),
    ],
)
def test_a_schedule_that_cannot_be_read_says_which_instalment(text: str, says: str) -> None:
    found = read_schedule(text, "COP")
    assert not isinstance(found, tuple)
    assert says in str(found)
