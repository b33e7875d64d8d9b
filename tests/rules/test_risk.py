"""Which zones a place lies in, and who was not heard of for too long."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from sync.ids import new_id
from sync.records import Interval, Known, Party, Place, Result, Visit, VisitResult
from sync.rules.audit.seen import talked
from sync.rules.geo import haversine_m
from sync.rules.risk import Expected, Zone, silent, zones_at

DAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
SQUARE = ((5.0, -73.0), (5.0, -72.0), (6.0, -72.0), (6.0, -73.0))
# A U open to the north: its hollow is outside.
HOLLOW = ((0.0, 0.0), (0.0, 3.0), (3.0, 3.0), (3.0, 2.0), (1.0, 2.0), (1.0, 1.0), (3.0, 1.0), (3.0, 0.0))


def zone(number: int, level: str = "caution", **given: object) -> Zone:
    said: dict[str, object] = {"corners": SQUARE, "since": DAY, "expires_on": DAY + timedelta(days=9)}
    said |= given
    return Zone(number, f"zona {number}", level, "robos", **said)  # type: ignore[arg-type]  # test's own


@pytest.mark.parametrize(
    ("lat", "lon", "inside"),
    [(5.5, -72.5, True), (4.9, -72.5, False), (5.5, -73.1, False), (6.1, -72.5, False), (5.5, -71.9, False)],
)
def test_a_place_is_in_a_polygon_or_out_of_it(lat: float, lon: float, inside: bool) -> None:
    assert zone(1).holds(lat, lon) is inside


def test_the_hollow_of_a_shape_is_outside() -> None:
    shape = zone(1, corners=HOLLOW)
    assert not shape.holds(2.0, 1.5)
    assert shape.holds(0.5, 1.5)
    assert shape.holds(2.0, 0.5)


def test_a_circle_holds_what_is_within_its_radius_and_its_outline_is_on_it() -> None:
    circle = zone(1, corners=(), centre=(5.8265, -73.0331), radius_m=300)
    assert circle.holds(5.8265 + 0.0026, -73.0331)
    assert not circle.holds(5.8265 + 0.0028, -73.0331)
    far = [haversine_m(5.8265, -73.0331, lat, lon) for lat, lon in circle.outline()]
    assert all(abs(one - 300) < 2 for one in far)


def test_the_gravest_zone_comes_first_and_one_that_ended_does_not_count() -> None:
    zones = [
        zone(1),
        zone(2, "avoid"),
        zone(3, "pair"),
        zone(4, "avoid", since=DAY + timedelta(days=1)),
        zone(5, "avoid", expires_on=DAY - timedelta(days=1), since=DAY - timedelta(days=9)),
    ]
    assert [one.number for one in zones_at(zones, 5.5, -72.5, DAY)] == [2, 3, 1]


def test_who_was_not_heard_of_since_his_last_stop_is_looked_for_after_the_wait() -> None:
    wait = timedelta(minutes=45)
    hour = timedelta(hours=1)
    days = [
        Expected("a", "Ana", NOON - hour, NOON - 2 * hour),
        Expected("b", "Beto", NOON - hour, NOON - hour),
        Expected("c", "Cleo", NOON - timedelta(minutes=44), NOON - 3 * hour),
        Expected("d", "Dina", NOON - 2 * hour, None),
        Expected("e", "Ema", NOON + hour, None),
    ]
    assert [one.agent for one in silent(days, NOON, wait)] == ["d", "a"]
    assert [one.agent for one in silent(days, NOON + timedelta(minutes=1), wait)] == ["d", "a", "c"]


def test_who_breaks_a_visit_off_is_not_asked_why_it_was_short() -> None:
    def visit(result: Result) -> Visit:
        return Visit(
            id=new_id(),
            debtor=new_id(),
            agent=new_id(),
            place=Place.HOME,
            party=Party.HOLDER,
            happened=Interval(NOON, NOON + timedelta(seconds=20)),
            known=Known.LIVE,
            recorded=NOON,
            results=(VisitResult(new_id(), result),),
        )

    assert talked(visit(Result.REFUSES)), "the control: it was a conversation"
    assert not talked(visit(Result.UNSAFE))
