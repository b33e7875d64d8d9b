"""The strategy as data: its vectors, what it refuses, the next action, the lists, write-offs, the score tried."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import strategies
from sync.rules import ladder, segment, strategy_vectors, worklist, writeoff
from sync.rules.calibration import Tried, brier, calibrate, fit
from sync.rules.clauses import StopKind
from sync.rules.ladder import Facts
from sync.rules.score import Case, Scale, pays_parts, score
from sync.rules.strategy import StrategyError, strategy_from

DAY = date(2026, 11, 20)
SHIPPED = strategies.load()


def data() -> dict[str, Any]:
    """The shipped strategy as it is parsed, to change."""
    return strategies.parsed(strategies.text_of())


def failures(changed: dict[str, Any]) -> list[str]:
    made = strategy_from(changed)
    said = (strategy_vectors.failure(made, vector) for vector in strategies.vectors(changed))
    return [one for one in said if one is not None]


def facts(dpd: int = 100, **given: Any) -> Facts:
    usual = {
        "day": DAY,
        "dpd": dpd,
        "overdue": Decimal(0) if dpd <= 0 else Decimal(1000),
        "total": Decimal(5000),
        "currency": "COP",
        "in_field": dpd >= 90,
    }
    return Facts(**{**usual, **given})


def ago(days: int) -> date:
    return DAY - timedelta(days=days)


# The file


def test_the_strategy_that_comes_with_ronda_agrees_with_every_vector_and_proves_all_it_names() -> None:
    checked = strategies.vectors(data())
    assert len(checked) >= 19
    assert failures(data()) == []
    assert strategy_vectors.unproved(SHIPPED, checked) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("lists", 1, "dpd_from"), 31),
        (("lists", 3, "dpd_from"), 91),
        (("stages", 2, "from_dpd"), 91),
        (("segments", 2, "dpd_from"), 31),
        (("ladder", "raise_after_broken"), 3),
        (("lists", 0, "days_before"), [2, 3]),
    ],
)
def test_one_changed_day_makes_its_own_vectors_fail(path: tuple[Any, ...], value: Any) -> None:
    changed = data()
    place = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert failures(changed) != []


@pytest.mark.parametrize("word", ["repossess", "seize", "retire_goods"])
def test_goods_are_never_taken_away_the_file_is_told_to_refer_to_a_lawyer(word: str) -> None:
    changed = data()
    changed["stages"][2]["actions"][0]["do"] = word
    with pytest.raises(StrategyError, match='never takes goods away; write do = "legal_referral"'):
        strategy_from(changed)


def test_what_a_person_decides_cannot_be_given_to_a_list() -> None:
    changed = data()
    changed["stages"][-1]["actions"][0]["do"] = "visit"
    with pytest.raises(StrategyError, match="what a person decides is referred or reviewed"):
        strategy_from(changed)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"segmentos": []}, "unknown key segmentos"),
        ({"schema": 9}, "schema 9 is newer than this program knows; update Ronda"),
        ({"segments": [{"name": "a", "title": "A", "capital_from": "5"}]}, "an amount needs its currency"),
        ({"segments": [{"name": "a", "title": "A", "profiles": ["rich"]}]}, "profiles must be a list of"),
        ({"stages": [{"name": "a", "title": "A", "from_dpd": 5}]}, "must begin at from_dpd = 0"),
        ({"score": {"even": 1.5, "spread": 2}}, "1.5 is a broken number"),
    ],
)
def test_a_file_that_cannot_be_used_says_in_one_sentence_what_is_wrong(
    change: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(StrategyError, match=sentence):
        strategy_from({**data(), **change})


def test_a_stage_cannot_name_a_segment_that_nobody_defines() -> None:
    changed = data()
    changed["stages"][2]["actions"][1]["segments"] = ["premium"]
    with pytest.raises(StrategyError, match="stage home-visit names premium"):
        strategy_from(changed)


def test_the_version_names_the_content_and_not_the_vectors() -> None:
    changed = data()
    changed["vectors"] = []
    assert strategy_from(changed).version == SHIPPED.version
    changed["title"] = "Otra"
    assert strategy_from(changed).version != SHIPPED.version


# Segments


def test_a_segment_asks_for_capital_product_profile_and_risk_besides_days() -> None:
    traits = segment.Traits(
        dpd=100,
        overdue=Decimal(5),
        capital=Decimal(1_000_000),
        currency="COP",
        product="Lote urbano",
        profile="payer",
        risk="medio",
    )
    wanted = segment.Segment(
        "grandes",
        capital_from=Decimal(1_000_000),
        currency="COP",
        products=("Lote urbano",),
        profiles=("payer",),
        risks=("medio",),
    )
    assert wanted.holds(traits)
    for change in (
        {"capital": Decimal("999999.99")},
        {"currency": "USD"},
        {"product": "Otro"},
        {"profile": "breaker"},
        {"risk": "alto"},
    ):
        assert not wanted.holds(replace(traits, **change))


def test_a_risk_is_the_first_level_of_which_a_sign_holds_and_the_last_one_asks_nothing() -> None:
    def risk(dpd: int = 10, streak: int = 0, profile: str = "unknown", pays: int = 50) -> str:
        return segment.risk_of(SHIPPED.risks, dpd=dpd, streak=streak, profile=profile, pays=pays)

    assert [risk(179), risk(180), risk(29), risk(30)] == ["medio", "alto", "bajo", "medio"]
    assert (risk(streak=1), risk(streak=2)) == ("bajo", "alto")
    assert (risk(pays=10), risk(pays=9)) == ("bajo", "medio")
    assert risk(profile="refuser") == "alto"


# The ladder


@given(
    st.integers(0, 900),
    st.booleans(),
    st.sampled_from([(), (StopKind.CEASE,)]),
    st.none() | st.integers(-5, 40),
    st.integers(0, 4),
    st.dictionaries(st.sampled_from(["call", "visit", "message", "letter"]), st.integers(0, 100)),
    st.booleans(),
)
def test_every_account_has_a_stage_and_a_next_action_with_its_reason(
    dpd: int,
    opened: bool,
    stops: tuple[StopKind, ...],
    promise_in: int | None,
    streak: int,
    last: dict[str, int],
    visitable: bool,
) -> None:
    found = ladder.next_action(
        facts(
            dpd,
            open=opened,
            stops=stops,
            promise_due=DAY + timedelta(days=promise_in) if promise_in is not None else None,
            streak=streak,
            last={channel: ago(days) for channel, days in last.items()},
            visitable=visitable,
        ),
        SHIPPED.ladder,
    )
    assert SHIPPED.stage(found.stage) is not None
    assert found.do in ladder.CHANNEL_OF
    assert str(found.because)
    assert found.due is not None or found.do in ("none", "wait")
    assert visitable or found.do != "visit"
    # Nobody but a person sends a debtor to court, however many promises he broke.
    assert found.stage != "judicial" or dpd >= 360


def test_two_broken_promises_raise_him_a_stage_and_a_bureau_hears_of_nobody_early() -> None:
    once, twice = facts(45, streak=1, broken_on=ago(1)), facts(45, streak=2, broken_on=ago(1))
    assert ladder.stage_of(once, SHIPPED.ladder).name == "administrative"
    raised = ladder.next_action(replace(twice, risk="alto"), SHIPPED.ladder)
    assert (raised.stage, raised.do) == ("home-visit", "visit")
    assert "2 promesas incumplidas seguidas" in str(raised.because)


def test_a_bureau_notice_is_given_once_and_a_broken_promise_asks_for_no_second_one() -> None:
    told = facts(95, noticed=ago(3), broken_on=ago(1), streak=1)
    assert ladder.next_action(told, SHIPPED.ladder).do == "visit"
    assert ladder.next_action(replace(told, noticed=None), SHIPPED.ladder).do == "bureau_notice"


def test_who_has_been_in_the_field_for_two_months_without_a_visit_is_overdue() -> None:
    def over(**given: Any) -> int | None:
        return ladder.visit_overdue(facts(100, **given), SHIPPED.ladder)

    assert [over(last={"visit": ago(days)}) for days in (59, 60, 75)] == [None, 0, 15]
    assert over(in_field_since=ago(61)) == 1
    assert over() is None  # nobody has him
    assert over(in_field_since=ago(61), visitable=False) is None
    assert over(in_field_since=ago(61), stops=(StopKind.DISPUTE,)) is None


# The lists


def test_the_four_lists_take_over_from_each_other_on_their_own_days() -> None:
    def on(dpd: int, **given: Any) -> list[str]:
        return [one.name for one in worklist.listed(facts(dpd, **given), SHIPPED.lists)]

    due = {number: on(0, due_on=DAY + timedelta(days=number)) for number in range(4)}
    assert due == {0: [], 1: ["recordatorio"], 2: ["recordatorio"], 3: []}
    assert (on(29), on(30), on(89)) == ([], ["llamada"], ["llamada"])
    assert on(90) == ["aviso-central", "campo"]
    assert on(90, noticed=DAY) == ["campo"]
    assert on(90, in_field=False) == ["aviso-central"]
    assert on(30, last={"call": ago(6)}) == []
    assert on(37, last={"call": ago(7)}) == ["llamada"]
    # A promise broken after that call is a reason to call again at once.
    assert on(37, last={"call": ago(3)}, broken_on=ago(1), streak=1) == ["llamada"]


def test_a_promise_keeps_him_off_the_lists_until_it_is_to_be_looked_at() -> None:
    def on(review: int, due: int) -> list[str]:
        at = facts(100, promise_due=DAY + timedelta(days=due), promise_review=DAY + timedelta(days=review))
        return [one.name for one in worklist.listed(at, SHIPPED.lists)]

    assert on(1, 3) == []
    assert on(0, 2) == ["recordatorio"]
    assert on(-2, 0) == ["recordatorio"]


def test_a_row_that_somebody_put_off_comes_back_on_its_day() -> None:
    at = facts(45, again={"llamada": DAY + timedelta(days=3)})
    assert worklist.listed(at, SHIPPED.lists) == ()
    assert worklist.listed(replace(at, again={"llamada": DAY}), SHIPPED.lists) != ()


@pytest.mark.parametrize(
    ("payday", "day", "expected"),
    [
        ("15 y 30", date(2026, 11, 15), date(2026, 11, 15)),
        ("15 y 30", date(2026, 11, 16), date(2026, 11, 30)),
        ("30", date(2027, 2, 3), date(2027, 2, 28)),
        ("5", date(2026, 12, 6), date(2027, 1, 5)),
        ("viernes", date(2026, 11, 21), date(2026, 11, 27)),
        ("Miércoles", date(2026, 11, 21), date(2026, 11, 25)),
        ("cuando pueda", date(2026, 11, 21), None),
        ("2026", date(2026, 11, 21), None),
    ],
)
def test_the_next_day_on_which_he_pays_is_read_as_his_lender_wrote_it(
    payday: str, day: date, expected: date | None
) -> None:
    assert worklist.next_due(payday, day) == expected


# Write-offs


def terms(**given: Any) -> writeoff.Terms:
    usual: dict[str, Any] = {
        "from_dpd": 360,
        "visits": 2,
        "calls": 1,
        "letters": 0,
        "recovery": ((0, 60), (360, 20)),
        "costs": {"COP": writeoff.Costs(visit=1_000_00, call=100_00, legal_percent=10)},
    }
    return writeoff.Terms(**{**usual, **given})


def test_a_write_off_is_reckoned_to_the_cent_and_every_figure_has_its_reason() -> None:
    found = writeoff.reckon(terms(), dpd=400, total_minor=100_000_00, currency="COP", pays=50, reach=50)
    assert found is not None
    # 20 % of 100,000 comes back if he pays; 50 of 100 pay; two visits of 50 % meet 75 of 100.
    assert [line.minor for line in found.lines] == [7_500_00, -2_000_00, -100_00, -750_00]
    assert found.net_minor == 4_650_00
    assert found.worth_it
    assert all(str(line.because) for line in found.lines)
    poor = writeoff.reckon(terms(), dpd=400, total_minor=10_000_00, currency="COP", pays=50, reach=50)
    assert poor is not None
    assert not poor.worth_it


def test_nothing_is_reckoned_too_early_or_in_a_currency_whose_costs_nobody_told() -> None:
    asked: dict[str, Any] = {"total_minor": 100, "pays": 50, "reach": 50}
    assert writeoff.reckon(terms(), dpd=359, currency="COP", **asked) is None
    assert writeoff.reckon(terms(), dpd=360, currency="USD", **asked) is None
    assert writeoff.reckon(terms(), dpd=360, currency="COP", **asked) is not None


@given(st.integers(1, 10**12), st.integers(0, 100), st.integers(0, 100), st.integers(360, 2000))
def test_what_is_expected_is_never_more_than_the_debt_and_the_lines_add_up(
    total: int, pays: int, reach: int, dpd: int
) -> None:
    found = writeoff.reckon(terms(), dpd=dpd, total_minor=total, currency="COP", pays=pays, reach=reach)
    assert found is not None
    assert 0 <= found.lines[0].minor <= total
    assert found.net_minor == sum(line.minor for line in found.lines)


# The score


def test_whether_he_pays_is_a_part_of_the_value_and_each_part_says_why() -> None:
    case = Case(
        dpd=90,
        overdue=Decimal(100),
        reference=Decimal(100),
        promises_kept=1,
        promises_broken=2,
        broken_streak=2,
        days_since_payment=20,
        answered="refuses",
        days_since_visit=30,
    )
    parts = [part.points for part in pays_parts(case)]
    assert parts == [40, 20 - 20, -10, 20, -15]
    found = score(case)
    assert found.pays == sum(parts)
    assert found.value == 40 + sum(parts) + 9
    said = " ".join(str(part.because) for part in found.parts)
    assert "Se negó a pagar" in said
    assert "Último pago hace 20 días" in said
    assert "2 promesas incumplidas seguidas" in said


def test_the_scale_says_half_at_its_even_points_and_rises_with_them() -> None:
    scale = Scale(60, 20)
    assert scale.percent(60) == 50
    chances = [scale.chance(points) for points in range(-200, 200)]
    assert chances == sorted(chances)
    assert 0 < chances[0] < chances[-1] < 1


def world(truth: Scale, count: int, seed: int) -> list[Tried]:
    """Visits of debtors who really pay as this scale says."""
    draw = random.Random(seed)
    found = []
    for _ in range(count):
        points = draw.randint(-30, 110)
        found.append(Tried(points, draw.random() < truth.chance(points)))
    return found


def test_a_history_whose_truth_is_the_scale_is_found_calibrated_and_a_wrong_scale_is_not() -> None:
    truth = Scale(60, 20)
    tried = world(truth, 20_000, seed=8)
    right, wrong = calibrate(tried, truth), calibrate(tried, Scale(20, 20))
    assert [one.visits for one in right.tenths] == [2_000] * 10
    assert max(abs(one.foretold - one.paid) for one in right.tenths) < 0.03
    assert max(abs(one.foretold - one.paid) for one in wrong.tenths) > 0.2
    assert right.brier is not None
    assert wrong.brier is not None
    assert right.base is not None
    assert right.brier < right.base < wrong.brier + 0.1
    assert right.brier < wrong.brier
    assert right.skill is not None
    assert right.skill > 0.3


def test_the_scale_that_fits_best_is_the_one_that_made_the_history() -> None:
    found = fit(world(Scale(35, 12), 20_000, seed=9))
    assert found is not None
    assert abs(found.even - 35) <= 2
    assert abs(found.spread - 12) <= 1


def test_nothing_is_fitted_to_too_little_or_to_points_that_say_nothing() -> None:
    assert fit(world(Scale(), 30, seed=1)) is None
    assert fit([Tried(10, True)] * 100) is None
    draw = random.Random(3)
    noise = [Tried(points, draw.random() < 0.5) for points in range(100) for _ in range(20)]
    backwards = [Tried(-one.points, one.paid) for one in world(Scale(), 2_000, seed=4)]
    assert fit(backwards) is None
    spread = fit(noise)
    assert spread is None or spread.spread > 200


def test_the_brier_score_of_a_seer_is_nothing_and_of_a_coin_a_quarter() -> None:
    seer = [Tried(10_000, True), Tried(-10_000, False)]
    assert brier(seer, Scale()) < 1e-9
    assert brier([Tried(60, True), Tried(60, False)], Scale()) == pytest.approx(0.25)


def test_no_visits_give_no_figures() -> None:
    empty = calibrate([], Scale()).to_json()
    assert (empty["visits"], empty["brier"], empty["deciles"], empty["fitted"]) == (0, None, [], None)


def test_a_companys_own_file_is_read_like_the_shipped_one() -> None:
    own = strategies.text_of().replace('name = "ronda"', 'name = "propia"', 1)
    made = strategy_from(strategies.parsed(own))
    assert made.label.startswith("propia ")
