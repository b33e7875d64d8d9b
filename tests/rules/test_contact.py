"""May we contact him then, there, so often, through whom; and when may we? The golden case, and its algebra."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.records import Contact, Interval, Known, Party, Place, Result, Ruling, Verdict
from sync.rules.answers import deciding, strictest
from sync.rules.clauses import StopKind
from sync.rules.contact import judge_contact, judge_hours, judge_visit, next_allowed, windows
from sync.words import Phrase
from tests.rules.world import BOGOTA, at, pack, span, visited

quick = settings(derandomize=True, deadline=None, max_examples=60)
MEXICO = "America/Mexico_City"

# Text 000's agreed visit: Saturday 11:00 to 11:15, 1,700 in cash at home.
GOLDEN = [
    ("demo", "consumo", "", True, "allow", None),
    ("co", "consumo", "", True, "block", "co.visit.home"),
    ("co", "consumo", "acta", True, "block", "co.visit.home"),
    ("co", "vivienda", "acta", True, "block", "co.visit.home"),
    ("co", "microcrédito", "", True, "block", "co.visit.home"),
    ("co", "microcrédito", "acta", True, "allow", None),
    ("co", "fomento", "acta", True, "allow", None),
    ("co", "agropecuario o rural", "acta", True, "allow", None),
    ("mx-agency", "consumo", "", True, "block", "mx-agency.payment"),
    ("mx-agency", "consumo", "", False, "block", "mx-agency.hours"),
    ("mx-agency@seven-days", "consumo", "", True, "block", "mx-agency.payment"),
    ("mx-agency@seven-days", "consumo", "", False, "allow", None),
]


@pytest.mark.parametrize(("name", "credit", "evidence", "cash", "verdict", "rule"), GOLDEN)
def test_the_golden_case(
    name: str, credit: str, evidence: str, cash: bool, verdict: str, rule: str | None
) -> None:
    policy = pack(name)
    found = judge_visit(
        policy,
        span("2026-11-21T11:00", zone=policy.timezone),
        policy.timezone,
        place=Place.HOME,
        party=Party.HOLDER,
        credit_type=credit,
        exception_evidence=evidence,
        payment_taken=cash,
    )
    assert found.decision == verdict
    rules = [ruling.rule for ruling in found.rulings if ruling.decision == verdict]
    assert rule is None or rule in rules
    if rule is not None:
        assert all(ruling.source for ruling in found.rulings if ruling.rule == rule)


def test_an_unknown_pack_blocks() -> None:
    found = judge_visit(None, span("2026-11-20T11:00"), BOGOTA, place=Place.HOME)
    assert found.blocked
    assert deciding(found).rule == "policy.unknown"
    assert next_allowed(None, at("2026-11-20T11:00"), BOGOTA) is None


def test_an_expired_pack_blocks() -> None:
    found = judge_visit(pack("co"), span("2029-01-03T11:00"), BOGOTA, place=Place.HOME)
    assert found.blocked
    assert "policy.expired" in [ruling.rule for ruling in found.rulings]


def test_an_unknown_zone_blocks() -> None:
    found = judge_visit(pack("demo"), span("2026-11-20T11:00"), "Mars/Olympus", place=Place.HOME)
    assert found.blocked
    assert windows(pack("demo"), date(2026, 11, 20), "Mars/Olympus") == ()


@pytest.mark.parametrize(
    ("start", "minutes", "uncertainty", "known", "verdict"),
    [
        ("2026-11-20T07:00", 10, 0, Known.LIVE, "allow"),
        ("2026-11-20T19:45", 15, 0, Known.LIVE, "allow"),
        ("2026-11-20T19:45", 15, 30, Known.LIVE, "warn"),
        ("2026-11-20T19:50", 15, 0, Known.LIVE, "block"),
        ("2026-11-20T19:50", 15, 400, Known.LIVE, "warn"),
        ("2026-11-20T06:55", 15, 0, Known.LIVE, "block"),
        ("2026-11-20T06:59", 15, 90, Known.LIVE, "warn"),
        ("2026-11-20T19:30", 60, 0, Known.LATER, "warn"),
        ("2026-11-20T19:30", 60, 0, Known.PAPER, "warn"),
        ("2026-11-20T20:30", 60, 0, Known.LATER, "block"),
        ("2026-11-20T21:00", 10, 60, Known.LIVE, "block"),
        ("2026-11-22T11:00", 10, 60, Known.LIVE, "block"),
    ],
)
def test_time_is_judged_on_its_interval(
    start: str, minutes: int, uncertainty: int, known: Known, verdict: str
) -> None:
    found = judge_hours(pack("demo"), span(start, minutes), BOGOTA, known=known, uncertainty_s=uncertainty)
    assert found.decision == verdict


def test_a_visit_over_midnight_is_outside() -> None:
    assert judge_hours(pack("demo"), span("2026-11-20T19:00", 12 * 60 + 30), BOGOTA).decision == "block"


def test_the_debtors_own_zone_decides() -> None:
    half_past_nine_in_the_capital = span("2026-11-20T21:50", 5, MEXICO)
    assert judge_hours(pack("mx-agency"), half_past_nine_in_the_capital, MEXICO).decision == "allow"
    assert judge_hours(pack("mx-agency"), half_past_nine_in_the_capital, "America/Cancun").decision == "block"


def test_windows_keep_local_hours_across_a_clock_change() -> None:
    tijuana = "America/Tijuana"  # clocks go back on 2026-11-01
    before, after = (
        windows(pack("mx-agency@seven-days"), day, tijuana)[0]
        for day in (date(2026, 10, 31), date(2026, 11, 2))
    )
    assert before.start == datetime(2026, 10, 31, 14, tzinfo=UTC)
    assert after.start == datetime(2026, 11, 2, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("party", "discussed", "verdict"),
    [
        (Party.HOLDER, True, "allow"),
        (Party.GUARANTOR, True, "allow"),
        (Party.RELATIVE, True, "block"),
        (Party.RELATIVE, False, "allow"),
        (Party.THIRD, True, "block"),
        (Party.MINOR, True, "block"),
        (Party.MINOR, False, "allow"),
        (Party.NOBODY, True, "allow"),
        (None, True, "allow"),
    ],
)
def test_the_debt_is_spoken_of_with_the_debtor_and_his_guarantors_only(
    party: Party | None, discussed: bool, verdict: str
) -> None:
    found = judge_visit(
        pack("demo"),
        span("2026-11-20T11:00"),
        BOGOTA,
        place=Place.HOME,
        party=party,
        debt_discussed=discussed,
    )
    assert found.decision == verdict


def call(key: str, text: str, channel: str = "call", effective: bool = True) -> Contact:
    return Contact(key, "ana", channel, span(text, 3), effective)


def test_every_contact_on_every_channel_counts_in_the_cap() -> None:
    judged = {"place": Place.HOME, "credit_type": "microcrédito", "exception_evidence": "acta"}
    friday = span("2026-11-20T16:00")
    history = [visited("v", "2026-11-20T09:00", party=Party.NOBODY, result=Result.NOBODY_HOME)]
    assert judge_visit(pack("co"), friday, BOGOTA, **judged).decision == "allow"
    found = judge_visit(pack("co"), friday, BOGOTA, history=history, **judged)
    assert deciding(found).rule == "co.frequency.daily"
    message = judge_contact(pack("co"), friday, BOGOTA, "message", history=history)
    assert deciding(message).rule == "co.frequency.daily"


def test_a_visit_that_was_not_made_is_not_an_attempt() -> None:
    history = [visited("v", "2026-11-20T09:00", party=Party.NOBODY, result=Result.NOT_MADE)]
    assert not judge_contact(pack("co"), span("2026-11-20T16:00"), BOGOTA, "visit", history=history).blocked


def test_a_visit_does_not_count_against_itself() -> None:
    itself = visited("v", "2026-11-20T09:00")
    found = judge_contact(pack("co"), itself.happened, BOGOTA, "visit", history=[itself], ignore=["v"])
    assert not found.blocked


def test_of_two_visits_in_a_day_the_second_is_in_breach_once_they_have_happened() -> None:
    first, second = visited("a", "2026-11-20T09:00"), visited("b", "2026-11-20T16:00")

    def judged(one: object, other: object) -> bool:
        return judge_contact(
            pack("co"), one.happened, BOGOTA, "visit", history=[other], after_the_fact=True
        ).blocked

    assert not judged(first, second)
    assert judged(second, first)


def test_a_channel_that_reached_him_closes_the_others_for_the_week_and_an_unanswered_call_does_not() -> None:
    friday = span("2026-11-20T16:00")
    reached, unanswered = call("c", "2026-11-17T10:00"), call("c", "2026-11-17T10:00", effective=False)
    found = judge_contact(pack("co"), friday, BOGOTA, "visit", history=[reached])
    assert deciding(found).rule == "co.channel.weekly"
    assert not judge_contact(pack("co"), friday, BOGOTA, "call", history=[reached]).blocked
    assert not judge_contact(pack("co"), friday, BOGOTA, "visit", history=[unanswered]).blocked
    last_week = call("c", "2026-11-13T10:00")
    assert not judge_contact(pack("co"), friday, BOGOTA, "visit", history=[last_week]).blocked


def test_when_may_i_says_the_next_lawful_moment() -> None:
    co = pack("co")
    assert next_allowed(co, at("2026-11-20T11:00"), BOGOTA) == at("2026-11-20T11:00")
    assert next_allowed(co, at("2026-11-20T18:55"), BOGOTA, duration=timedelta(minutes=12)) == at(
        "2026-11-21T08:00"
    )
    # Friday night before a long weekend: Saturday is spent, Sunday and the Monday holiday are closed.
    history = [visited("v", "2026-11-14T09:00")]
    assert next_allowed(co, at("2026-11-14T10:00"), BOGOTA, history=history) == at("2026-11-17T07:00")
    assert next_allowed(co, at("2028-12-31T10:00"), BOGOTA) is None


def test_a_stop_blocks_and_death_blocks_under_any_pack() -> None:
    for stop in StopKind:
        found = judge_contact(pack("demo"), span("2026-11-20T11:00"), BOGOTA, "visit", stops=[stop])
        assert deciding(found).rule == "demo.stop"


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 1)).map(lambda when: when.replace(tzinfo=UTC))  # noqa: DTZ001
PACKS = st.sampled_from(["demo", "co", "mx-agency", "mx-agency@seven-days"])
ZONES = st.sampled_from([BOGOTA, MEXICO, "America/Tijuana", "America/Santiago"])
CONTACTS = st.lists(
    st.builds(
        lambda key, start, channel, effective: Contact(
            f"c{key}", "ana", channel, Interval(start, start + timedelta(minutes=5)), effective
        ),
        st.integers(0, 999),
        MOMENTS,
        st.sampled_from(["visit", "call", "message"]),
        st.booleans(),
    ),
    max_size=4,
)


@quick
@given(PACKS, MOMENTS, ZONES, st.integers(0, 180), CONTACTS, st.integers(0, 3))
def test_the_next_allowed_moment_is_never_early_always_inside_and_never_blocked(
    name: str, after: datetime, zone: str, minutes: int, history: list[Contact], near: int
) -> None:
    policy = pack(name)
    history = [*history, *(call(f"n{day}", f"2026-11-{16 + day}T10:00") for day in range(near))]
    duration = timedelta(minutes=minutes)
    found = next_allowed(policy, after, zone, duration=duration, history=history)
    assert found is not None
    assert found >= after
    when = Interval(found, found + duration)
    day = found.astimezone(ZoneInfo(zone)).date()
    assert any(window.start <= when.start and when.end <= window.end for window in windows(policy, day, zone))
    assert not judge_contact(policy, when, zone, "visit", history=history).blocked


@quick
@given(PACKS, MOMENTS, st.integers(0, 900), st.integers(0, 240))
def test_more_uncertainty_never_turns_a_verdict_into_its_opposite(
    name: str, start: datetime, uncertainty: int, minutes: int
) -> None:
    policy, when = pack(name), Interval(start, start + timedelta(minutes=minutes))
    sure = judge_hours(policy, when, BOGOTA).decision
    unsure = judge_hours(policy, when, BOGOTA, uncertainty_s=uncertainty).decision
    assert unsure in (sure, "warn")


RULINGS = st.lists(
    st.builds(
        lambda rule, decision: Ruling(rule, decision, Phrase("x")),
        st.sampled_from(["a", "b", "c"]),
        st.sampled_from(["allow", "warn", "block"]),
    ),
    max_size=4,
)
ORDER = ["allow", "warn", "block"]


@quick
@given(st.lists(RULINGS, max_size=4))
def test_the_verdict_of_a_union_is_the_strictest(parts: list[list[Ruling]]) -> None:
    verdicts = [Verdict(tuple(part)) for part in parts]
    union = strictest(verdicts)
    worst = max((ORDER.index(verdict.decision) for verdict in verdicts), default=0)
    assert union.decision == ORDER[worst]
    assert {ruling.rule for ruling in union.rulings} == {r.rule for part in parts for r in part}
    assert union.rulings == () or deciding(union) is not None
