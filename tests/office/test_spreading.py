"""Spreading debtors over days: one day each, a lawful one, in time, and neighbours on the same day."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from server.planning.spreading import spread
from server.planning.weighing import Visitable
from sync.records import Address, AddressKind, Interval, Place
from sync.words import Phrase

AT = datetime(2026, 11, 23, 15, tzinfo=UTC)
SHIFT_S = 8 * 3600


def visit(debtor: str, point: tuple[float, float] = (5.8, -73.0), **given: Any) -> Visitable:
    values: dict[str, Any] = {
        "debtor": debtor,
        "address": Address("a", debtor, AddressKind.HOME, "Calle 1"),
        "place": Place.HOME,
        "point": point,
        "answers": (),
        "service_s": 900,
        "lawful": (Interval(AT, AT),),
        "appointment": None,
        "value": 10,
        "why": Phrase("x"),
    }
    return Visitable(**(values | given))


def test_four_corners_of_a_town_are_four_days() -> None:
    corners = [(5.9, -73.1), (5.9, -72.9), (5.7, -72.9), (5.7, -73.1)]
    names = {f"{corner}{n}": point for corner, point in enumerate(corners) for n in range(6)}
    options = {name: {day: visit(name, point) for day in range(4)} for name, point in names.items()}
    found = spread(options, [SHIFT_S] * 4, {})
    days = [{found.days[f"{corner}{n}"] for n in range(6)} for corner in range(4)]
    assert all(len(one) == 1 for one in days)
    assert len(set.union(*days)) == 4


def test_who_is_due_on_the_second_day_is_not_thought_of_later() -> None:
    options = {f"d{n}": {day: visit(f"d{n}") for day in range(5)} for n in range(20)}
    options["due"] = {day: visit("due", value=1, must=day >= 1) for day in range(5)}
    assert spread(options, [SHIFT_S] * 5, {}).days["due"][0] <= 1


def test_appointments_and_locks_have_their_days_whatever_else() -> None:
    agreed = visit("ana", appointment=Interval(AT, AT))
    options = {
        "ana": {0: visit("ana"), 3: agreed, 4: agreed},
        "beto": {day: visit("beto") for day in range(5)},
    }
    found = spread(options, [SHIFT_S] * 5, {"beto": 2})
    assert found.days == {"ana": (3, 4), "beto": (2,)}


def test_beyond_the_room_of_the_week_the_least_valuable_are_told_their_rank() -> None:
    options = {f"d{n:02}": {0: visit(f"d{n:02}", value=100 - n)} for n in range(60)}
    found = spread(options, [2 * 3600], {})
    assert set(found.days) | set(found.ranks) == set(options)
    assert not set(found.days) & set(found.ranks)
    assert sorted(found.ranks.values()) == list(range(len(found.days) + 1, 61))
    assert max(found.days) < min(found.ranks)
    assert found.able == 60


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.sets(st.integers(0, 4)), st.floats(5.7, 5.9), st.floats(-73.1, -72.9), st.integers(1, 99)
        ),
        max_size=40,
    ),
    st.lists(st.sampled_from([0, 4 * 3600, SHIFT_S]), min_size=5, max_size=5),
)
def test_everybody_who_may_be_visited_gets_one_day_of_his_or_a_rank(
    people: list[tuple[set[int], float, float, int]], working: list[int]
) -> None:
    options = {
        f"d{n}": {day: visit(f"d{n}", (lat, lon), value=value) for day in days if working[day]}
        for n, (days, lat, lon, value) in enumerate(people)
    }
    found = spread(options, working, {})
    for debtor, days in options.items():
        if days:
            assert (debtor in found.days) != (debtor in found.ranks)
            assert set(found.days.get(debtor, ())) <= set(days)
        else:
            assert debtor not in found.days
    assert spread(options, working, {}) == found
