"""What the audit notices, and what it must not: honest uncertainty, neighbours, and visits typed late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.records import Address, Known, LocationSource, Party, Place, Precision, Result, Visit
from sync.rules.audit import findings_from, findings_of
from sync.rules.contact import judge_visit
from sync.rules.geo import haversine_m
from tests.rules.world import BOGOTA, address, pack, span, visited

DEMO = pack("demo")
# About 1,112 m north of the address at (5.82, -73.03).
FAR = (5.83, -73.03)


def rules(
    visit: Visit, where: Address | None = None, previous: Sequence[Visit] = (), **known: float | None
) -> list[str]:
    found = findings_of(visit, where or address(), previous, DEMO, zone=BOGOTA, **known)
    return sorted(finding.rule.removeprefix("audit.") for finding in found)


def test_an_honest_visit_has_no_finding() -> None:
    assert rules(visited("v", "2026-11-20T11:00"), skew_s=4.0, uncertainty_s=1.0) == []


def test_a_visit_typed_later_or_from_paper_is_not_a_finding() -> None:
    for known in (Known.LATER, Known.PAPER):
        typed = visited("v", "2026-11-20T16:00", minutes=0, known=known, where=None)
        assert rules(replace(typed, recorded=span("2026-11-20T20:30").start)) == []


@pytest.mark.parametrize(
    ("accuracy", "precision", "found"),
    [
        (10, Precision.DOOR, ["far_from_address"]),
        (900, Precision.DOOR, []),
        (None, Precision.DOOR, ["far_from_address"]),
        (10, Precision.STREET, ["far_from_address"]),
        (600, Precision.STREET, []),
        (10, Precision.ZONE, []),
        (10, Precision.NONE, []),
    ],
)
def test_far_means_beyond_all_that_is_not_known(
    accuracy: float | None, precision: Precision, found: list[str]
) -> None:
    visit = visited("v", "2026-11-20T11:00", where=FAR, accuracy=accuracy)
    assert rules(visit, address(precision=precision)) == found


def test_a_pin_or_a_missing_address_proves_no_distance() -> None:
    visit = visited("v", "2026-11-20T11:00", where=FAR)
    pinned = replace(visit, location=replace(visit.location, source=LocationSource.PIN))
    assert rules(pinned) == []
    assert findings_of(visit, None, (), DEMO, zone=BOGOTA) == ()


def test_the_hour_is_judged_when_it_happened_with_its_uncertainty() -> None:
    assert rules(visited("v", "2026-11-20T20:30")) == ["outside_hours"]
    late = visited("v", "2026-11-20T19:50")
    assert [f.severity for f in findings_of(late, None, (), DEMO, zone=BOGOTA)] == ["serious"]
    assert [f.severity for f in findings_of(late, None, (), DEMO, zone=BOGOTA, uncertainty_s=600)] == [
        "review"
    ]


def test_too_short_is_for_a_live_talk_only() -> None:
    assert rules(visited("v", "2026-11-20T11:00", minutes=0.5)) == ["too_short"]
    assert rules(visited("v", "2026-11-20T11:00", minutes=1)) == []
    nobody = {"party": Party.NOBODY, "result": Result.NOBODY_HOME}
    assert rules(visited("v", "2026-11-20T11:00", minutes=0.5, **nobody)) == []


def test_a_clock_that_was_certainly_off_is_shown() -> None:
    visit = visited("v", "2026-11-20T11:00")
    assert rules(visit, skew_s=-400.0, uncertainty_s=5.0) == ["clock_skew"]
    assert rules(visit, skew_s=302.0, uncertainty_s=5.0) == []
    assert rules(visit, skew_s=None) == []


def test_two_visits_at_once_are_found_on_the_later_one_whichever_is_audited() -> None:
    first = visited("a", "2026-11-20T11:00")
    second = visited("b", "2026-11-20T11:10", where=(5.822, -73.03))
    one = findings_of(first, None, [second], DEMO, zone=BOGOTA)
    other = findings_of(second, None, [first], DEMO, zone=BOGOTA)
    assert one == other
    assert [(f.rule, f.visit, f.other_visit, f.severity) for f in one] == [
        ("audit.overlap", "b", "a", "serious")
    ]


def test_visits_back_to_back_or_at_one_door_do_not_overlap() -> None:
    first = visited("a", "2026-11-20T11:00")
    assert rules(visited("b", "2026-11-20T11:15"), previous=[first]) == []
    assert rules(visited("b", "2026-11-20T11:05"), previous=[first]) == [], (
        "nobody says how far the doors are"
    )
    same_door = visited("b", "2026-11-20T11:05", address="one", where=(5.822, -73.03))
    assert rules(same_door, previous=[replace(first, address="one")]) == []
    assert rules(visited("b", "2026-11-20T11:14"), previous=[first], uncertainty_s=60.0) == []


def test_nobody_travels_faster_than_the_limit() -> None:
    first = visited("a", "2026-11-20T11:00")
    far = {"where": (5.92, -73.03)}  # 11 km north
    near = address(5.92, -73.03)
    assert rules(visited("b", "2026-11-20T11:16", **far), near, [first]) == ["impossible_speed"]
    assert rules(visited("b", "2026-11-20T11:45", **far), near, [first]) == []
    assert rules(visited("b", "2026-11-20T11:16", **far), near, [first], uncertainty_s=300.0) == []
    typed = visited("b", "2026-11-20T11:16", known=Known.LATER, **far)
    assert rules(typed, near, [first]) == []


def test_only_the_legs_between_neighbours_are_looked_at() -> None:
    day = [
        visited("a", "2026-11-20T08:00"),
        visited("b", "2026-11-20T09:00"),
        visited("c", "2026-11-20T10:00"),
    ]
    last = visited("d", "2026-11-20T10:16", where=(5.92, -73.03))
    found = findings_of(last, address(5.92, -73.03), day, DEMO, zone=BOGOTA)
    assert [(f.visit, f.other_visit) for f in found] == [("d", "c")]


def test_a_visit_that_was_not_made_has_no_finding() -> None:
    nobody = {"party": Party.NOBODY, "result": Result.NOT_MADE}
    assert rules(visited("v", "2026-11-20T22:00", where=FAR, **nobody)) == []
    assert (
        rules(visited("v", "2026-11-20T11:00"), previous=[visited("n", "2026-11-20T11:05", **nobody)]) == []
    )


def test_a_policys_no_is_a_serious_finding_under_its_own_rule() -> None:
    verdict = judge_visit(
        pack("co"), span("2026-11-21T11:00"), BOGOTA, place=Place.HOME, credit_type="consumo"
    )
    found = findings_from(verdict, "v")
    assert [(f.rule, f.severity, f.visit) for f in found] == [("co.visit.home", "serious", "v")]


def test_the_hour_is_said_once_where_both_kinds_of_findings_are_kept() -> None:
    visit = visited("v", "2026-11-20T20:30")
    verdict = judge_visit(DEMO, visit.happened, BOGOTA, place=Place.HOME)
    assert [f.rule for f in findings_from(verdict, "v")] == ["demo.hours"]
    assert findings_from(verdict, "v", DEMO) == ()
    assert rules(visit) == ["outside_hours"]


COORDINATES = st.tuples(st.floats(-60, 60), st.floats(-179, 179))


@settings(derandomize=True, deadline=None, max_examples=60)
@given(COORDINATES, COORDINATES)
def test_distance_is_symmetric_and_zero_only_at_the_same_place(
    one: tuple[float, float], other: tuple[float, float]
) -> None:
    away = haversine_m(*one, *other)
    assert away == pytest.approx(haversine_m(*other, *one))
    assert haversine_m(*one, *one) == 0
    assert 0 <= away <= 20_016_000
