"""How far a laptop's clock was off at an event, from all that speaks of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sync.rules.clock import TRAVEL_MS, correction

NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
HOUR_MS = 3_600_000
YEARS_MS = 3_652 * 86_400_000


def reading(
    true: datetime, off_ms: int = 0, boot: str = "monday", measured: int | None = None
) -> dict[str, Any]:
    """A laptop's clocks at a true moment; its monotonic clock never lies within a boot."""
    return {
        "wall": true + timedelta(milliseconds=off_ms),
        "mono_ms": round((true - NOON).total_seconds() * 1000) + 10**9,
        "boot": boot,
        "offset_ms": measured,
        "uncertainty_ms": None if measured is None else 50,
    }


def spans(event: dict[str, Any], heard: dict[str, Any] | None, received: datetime, true_ms: int) -> bool:
    found = correction(event, heard, received)
    assert found is not None
    return abs(found.offset_ms - true_ms) <= found.uncertainty_ms


LATER = NOON + timedelta(hours=5)


def test_a_measured_offset_that_the_request_confirms_stays_as_sharp_as_it_was() -> None:
    found = correction(reading(NOON, 200, measured=200), reading(LATER, 200), LATER)
    assert found is not None
    assert (found.offset_ms, found.uncertainty_ms) == (200, 50)


@pytest.mark.parametrize("off_ms", [YEARS_MS, -YEARS_MS, HOUR_MS, -HOUR_MS])
def test_a_clock_never_measured_is_known_from_the_request_within_one_boot(off_ms: int) -> None:
    found = correction(reading(NOON, off_ms), reading(LATER, off_ms), LATER)
    assert found is not None
    assert abs(found.offset_ms - off_ms) <= found.uncertainty_ms <= TRAVEL_MS + 10_000


@pytest.mark.parametrize("step_ms", [YEARS_MS, -YEARS_MS, HOUR_MS, -HOUR_MS])
def test_a_clock_set_after_the_event_was_written_is_seen_on_the_monotonic_one(step_ms: int) -> None:
    """Wrong at the door, set right before sending: the header's offset is of before either."""
    event = reading(NOON, step_ms, measured=0)
    found = correction(event, reading(LATER, 0), LATER)
    assert found is not None
    assert abs(found.offset_ms - step_ms) <= found.uncertainty_ms
    assert found.uncertainty_ms < 60_000
    # The control: with the header alone the event would be taken to be hours off.
    assert correction(event, None, None) != found


def test_a_request_slow_on_its_way_is_within_the_uncertainty() -> None:
    received = LATER + timedelta(seconds=25)
    assert spans(reading(NOON, HOUR_MS), reading(LATER, HOUR_MS), received, HOUR_MS)


def test_after_a_new_boot_evidence_that_disagrees_gives_a_span_that_holds_both() -> None:
    event, heard = reading(NOON, HOUR_MS, measured=HOUR_MS), reading(LATER, 0, boot="tuesday")
    found = correction(event, heard, LATER)
    assert found is not None
    for possible in (0, HOUR_MS):
        assert abs(found.offset_ms - possible) <= found.uncertainty_ms


def test_after_a_new_boot_evidence_that_agrees_stays_sharp() -> None:
    event = reading(NOON, HOUR_MS, measured=HOUR_MS)
    found = correction(event, reading(LATER, HOUR_MS, boot="tuesday"), LATER)
    assert found is not None
    assert (found.offset_ms, found.uncertainty_ms) == (HOUR_MS, 50)


def test_after_a_new_boot_with_nothing_measured_both_a_right_and_a_wrong_clock_are_possible() -> None:
    event, heard = reading(NOON, HOUR_MS), reading(LATER, HOUR_MS, boot="tuesday")
    for true_ms in (0, HOUR_MS):
        assert spans(event, heard, LATER, true_ms)


def test_a_monotonic_clock_that_runs_backwards_is_not_believed() -> None:
    """A machine put back from a snapshot: the same boot, an older count."""
    event, heard = reading(LATER, 0, measured=0), reading(NOON, 0)
    heard["wall"] = LATER + timedelta(hours=1)
    assert spans(event, heard, LATER + timedelta(hours=1), 0)


def test_drift_over_a_week_is_no_disagreement() -> None:
    week = NOON + timedelta(days=7)
    found = correction(reading(NOON, 0, measured=0), reading(week, 40_000, boot="next"), week)
    assert found is not None
    assert found.uncertainty_ms == 50


def test_an_event_lies_between_the_enrolment_and_its_arrival_whatever_the_clocks_say() -> None:
    """Ten years off at the door, never measured, another boot, set right before sending."""
    enrolled = NOON - timedelta(days=3)
    for off_ms in (YEARS_MS, -YEARS_MS):
        event, heard = reading(NOON, off_ms), reading(LATER, 0, boot="tuesday")
        found = correction(event, heard, LATER, enrolled)
        assert found is not None
        assert abs(found.offset_ms - off_ms) <= found.uncertainty_ms <= 3 * 86_400_000
        assert not spans(event, heard, LATER, off_ms)  # the control: without these bounds


def test_without_any_evidence_nothing_is_known() -> None:
    assert correction(reading(NOON), None, None) is None


@pytest.mark.parametrize(
    "moment", ["2026-03-08T06:59:59+00:00", "2026-11-01T05:59:59+00:00", "2038-01-19T03:14:07+00:00"]
)
def test_a_change_of_the_hour_and_2038_are_moments_like_others(moment: str) -> None:
    true = datetime.fromisoformat(moment)
    event, heard = reading(true, 100, measured=100), reading(true + timedelta(seconds=2), 100)
    found = correction(event, heard, true + timedelta(seconds=2))
    assert found is not None
    assert found.offset_ms == 100
