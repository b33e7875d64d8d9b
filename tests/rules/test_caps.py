"""Caps of every kind a pack may write: per day, per week, rolling days, gaps, effective contacts only."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from sync.records import Contact
from sync.rules.caps import LOOKS_BACK, cap_rulings
from sync.rules.clauses import LONGEST_CAP_DAYS, Cap, Cite, PolicyError
from sync.rules.reading import Table, cap_of
from tests.rules.world import BOGOTA, pack, span

FRIDAY, SATURDAY, SUNDAY, MONDAY = (date(2026, 11, day) for day in (20, 21, 22, 23))
WEEK = Cap(Cite("own.week"), ("visit", "call"), 1, "week")
ROLLING = Cap(Cite("own.rolling"), ("visit",), 2, "rolling", days=7)
GAP = Cap(Cite("own.gap"), ("message",), 9, "day", min_gap_days=2)
EFFECTIVE = Cap(Cite("own.effective"), ("call",), 1, "day", effective_only=True)


def contacts(*days: date, channel: str = "visit", effective: bool = True) -> list[Contact]:
    return [
        Contact(f"{day}-{number}", "ana", channel, span(f"{day}T12:00", 5), effective)
        for number, day in enumerate(days)
    ]


def blocked(cap: Cap, on: date, history: list[Contact], channel: str = "visit") -> bool:
    policy = replace(pack("demo"), caps=(cap,))
    found = cap_rulings(policy, channel, on, history, ZoneInfo(BOGOTA))
    assert all("{" not in str(ruling.because) for ruling in found)
    return any(ruling.decision == "block" for ruling in found)


def test_a_week_runs_from_monday_to_sunday() -> None:
    assert blocked(WEEK, SUNDAY, contacts(FRIDAY))
    assert blocked(WEEK, FRIDAY, contacts(SUNDAY)), "a reservation later in the week counts too"
    assert not blocked(WEEK, MONDAY, contacts(SUNDAY))


def test_rolling_days_hold_in_every_stretch_that_has_the_day() -> None:
    assert not blocked(ROLLING, SUNDAY, contacts(FRIDAY))
    assert blocked(ROLLING, SUNDAY, contacts(FRIDAY, SATURDAY))
    assert blocked(ROLLING, SUNDAY, contacts(date(2026, 11, 16), date(2026, 11, 16)))
    assert not blocked(ROLLING, SUNDAY, contacts(date(2026, 11, 15), date(2026, 11, 15)))
    assert blocked(ROLLING, SUNDAY, contacts(SATURDAY, date(2026, 11, 26)))


@pytest.mark.parametrize(("last", "expected"), [(SUNDAY, True), (SATURDAY, True), (FRIDAY, False)])
def test_two_days_apart_means_the_day_after_tomorrow(last: date, expected: bool) -> None:
    assert blocked(GAP, SUNDAY, contacts(last, channel="message"), "message") is expected


def test_other_channels_and_unanswered_calls_stay_out_of_a_cap_that_does_not_name_them() -> None:
    assert not blocked(WEEK, FRIDAY, contacts(FRIDAY, channel="message"))
    assert not blocked(EFFECTIVE, FRIDAY, contacts(FRIDAY, channel="call", effective=False), "call")
    assert blocked(EFFECTIVE, FRIDAY, contacts(FRIDAY, channel="call"), "call")


def test_a_cap_looks_no_further_back_than_contacts_are_known() -> None:
    written: dict[str, object] = {
        "id": "own.long",
        "quote": "x",
        "confidence": "fictitious",
        "channels": ["visit"],
    }
    written |= {"maximum": 1, "per": "rolling", "days": LONGEST_CAP_DAYS}
    cap = cap_of(Table(written, "caps", strict=True))
    last = MONDAY - timedelta(days=LONGEST_CAP_DAYS - 1)
    assert blocked(cap, MONDAY, contacts(last))
    assert span(f"{MONDAY}T00:00", 5).start - LOOKS_BACK < contacts(last)[0].happened.start
    for name in ("days", "min_gap_days"):
        with pytest.raises(PolicyError, match=f"{name} must be a whole number of at most {LONGEST_CAP_DAYS}"):
            cap_of(Table(written | {name: LONGEST_CAP_DAYS + 1}, "caps", strict=True))


def test_the_day_of_a_contact_is_the_debtors_local_day() -> None:
    late = [Contact("late", "ana", "visit", span("2026-11-19T23:30", 5))]  # already Friday in UTC
    policy = replace(pack("demo"), caps=(Cap(Cite("own.day"), ("visit",), 1, "day"),))
    for zone, expected in ((BOGOTA, "allow"), ("America/Sao_Paulo", "block")):
        assert cap_rulings(policy, "visit", FRIDAY, late, ZoneInfo(zone))[0].decision == expected
