"""The rest of a day that has begun: what is done stays done, what happened is taken in, both sides agree."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.records import Interval
from sync.routing import day
from sync.routing.rest import Began, Happened, PlannedDoor, Rest, plan_rest

SHIFT = Interval(datetime(2026, 11, 23, 13, tzinfo=UTC), datetime(2026, 11, 23, 22, tzinfo=UTC))
MINUTE = timedelta(minutes=1)


def at(minutes: int) -> datetime:
    return SHIFT.start + minutes * MINUTE


def line(count: int, step_s: int = 300) -> dict[str, Any]:
    """Doors along one street, so far apart; the depot at its beginning."""
    seconds = [[abs(a - b) * step_s for b in range(count + 1)] for a in range(count + 1)]
    return {"points": ["", *(f"s{n}" for n in range(count))], "seconds": seconds, "metres": seconds}


def door(number: int, *, eta: int | None = None, window: Interval | None = None, **more: Any) -> PlannedDoor:
    return PlannedDoor(
        id=f"s{number}",
        service_s=600,
        value=10,
        window=window,
        appointment=more.pop("appointment", False),
        eta=None if eta is None else at(eta),
        **more,
    )


def planned(
    doors: list[PlannedDoor], *, now: int = 60, where: str = "", done: tuple[str, ...] = (), **said: Any
) -> Rest:
    return plan_rest(
        doors,
        line(len(doors)),
        Began(SHIFT, at(now), where, done),
        Happened(**said),
        zone=UTC,
        iterations=40,
    )


def ids(found: Rest) -> list[str]:
    return [one.id for one in found.stops]


def test_whoever_was_served_is_not_in_the_rest_and_the_way_goes_on_from_there() -> None:
    doors = [door(n, eta=10 + 15 * n) for n in range(4)]
    found = planned(doors, now=60, where="s1", done=("s0", "s1"))
    assert sorted(ids(found)) == ["s2", "s3"]
    first = found.stops[0]
    assert first.eta >= at(60) + timedelta(seconds=300)
    assert all(one.before == doors[int(one.id[1])].eta for one in found.stops)


def test_nobody_is_served_before_the_moment_nor_before_the_minutes_lost_are_over() -> None:
    doors = [door(n, eta=90 + 15 * n) for n in range(3)]
    on_time, late = planned(doors, now=90), planned(doors, now=90, late_s=40 * 60)
    assert min(one.eta for one in on_time.stops) >= at(90)
    assert min(one.eta for one in late.stops) >= at(130)
    assert late.back >= on_time.back + timedelta(minutes=39)


def test_who_is_given_up_is_not_visited() -> None:
    found = planned([door(n, eta=60 + 15 * n) for n in range(3)], given_up=frozenset({"s1"}))
    assert sorted(ids(found)) == ["s0", "s2"]


def test_who_called_is_served_when_he_said() -> None:
    window = Interval(at(200), at(215))
    found = planned([door(n, eta=60 + 15 * n) for n in range(4)], called={"s3": window})
    served = {one.id: one.eta for one in found.stops}
    assert window.start <= served["s3"] <= window.end
    assert len(served) == 4


def test_one_who_was_left_out_may_take_the_place_of_one_given_up() -> None:
    doors = [door(0, eta=60), door(1, eta=80), door(2)]
    short = Interval(SHIFT.start, at(100))
    began = Began(short, at(50), "", ())
    full = plan_rest(doors, line(3), began, Happened(), zone=UTC, iterations=40)
    assert len(full.stops) < 3
    assert full.out
    freed = plan_rest(doors, line(3), began, Happened(given_up=frozenset(ids(full))), zone=UTC, iterations=40)
    assert ids(freed) == [*full.dropped]


def test_nobody_is_sent_along_a_closed_road() -> None:
    doors = [door(0, eta=60), door(1, eta=80), door(2, eta=100)]
    found = planned(doors, closed=[("s0", "s1"), ("s1", "s2"), ("", "s1")])
    assert "s1" not in ids(found)
    assert "sin camino" in str(dict(found.out)["s1"])


def test_late_in_the_day_who_no_longer_fits_is_told_why() -> None:
    found = planned([door(n, eta=60 + 15 * n) for n in range(6)], now=500)
    assert 0 < len(found.stops) < 6
    assert found.back <= SHIFT.end
    assert all(
        str(because).startswith(("fuera del turno", "fuera de su ventana")) for _, because in found.out
    )


def test_an_appointment_that_can_still_be_kept_is_kept_whatever_else_is_lost() -> None:
    agreed = Interval(at(75), at(80))
    doors = [door(n, eta=60 + 15 * n) for n in range(5)]
    doors[4] = door(4, eta=75, window=agreed, appointment=True)
    found = planned(doors, now=45)
    assert agreed.start <= {one.id: one.eta for one in found.stops}["s4"] <= agreed.end


@pytest.mark.skipif(not day.available(), reason="the solver is not installed")
def test_without_the_solver_the_rest_is_planned_all_the_same_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    doors = [door(n, eta=60 + 15 * n) for n in range(6)]
    exact = planned(doors)
    monkeypatch.setattr(day, "available", lambda: False)
    crude = planned(doors)
    assert not exact.approximate
    assert crude.approximate
    assert sorted(ids(crude)) == sorted(ids(exact))


def test_the_same_morning_gives_the_same_afternoon() -> None:
    doors = [door(n, eta=60 + 15 * n) for n in range(8)]
    assert planned(doors, late_s=900) == planned(doors, late_s=900)


@given(
    done=st.sets(st.integers(0, 6)),
    given_up=st.sets(st.integers(0, 6)),
    now=st.integers(0, 600),
    late=st.integers(0, 120),
)
def test_the_rest_never_breaks_the_shift_and_accounts_for_every_stop(
    done: set[int], given_up: set[int], now: int, late: int
) -> None:
    doors = [door(n, eta=60 + 15 * n) for n in range(7)]
    found = planned(
        doors,
        now=now,
        done=tuple(f"s{n}" for n in done),
        given_up=frozenset(f"s{n}" for n in given_up),
        late_s=late * 60,
    )
    ahead = {f"s{n}" for n in range(7) if n not in done | given_up}
    assert {*ids(found), *found.dropped} == ahead
    assert len(ids(found)) + len(found.dropped) == len(ahead)
    times = [one.eta for one in found.stops]
    assert times == sorted(times)
    assert not times or (times[0] >= at(now) and found.back <= SHIFT.end)
