"""The chance of finding somebody: learned from visits by place and hour, never from one visit alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given, settings
from hypothesis import strategies as st

from sync.records import Interval, Place
from sync.rules.reaching import ASSUMED, BANDS, Reach, Tally, band_of, said

BOGOTA = timezone(timedelta(hours=-5))
TALLIES = st.tuples(st.integers(0, 200), st.integers(0, 200)).map(lambda two: Tally(max(two), min(two)))


def hours(first: int, last: int) -> Interval:
    day = datetime(2026, 11, 23, tzinfo=BOGOTA)
    return Interval(
        (day + timedelta(hours=first)).astimezone(UTC), (day + timedelta(hours=last)).astimezone(UTC)
    )


def test_before_any_visit_the_chance_is_what_the_trade_assumes() -> None:
    for place, assumed in ASSUMED.items():
        assert all(abs(Reach().chance(place, band) - assumed) < 1e-9 for band in range(len(BANDS)))


def test_many_visits_outweigh_what_was_assumed_and_one_does_not() -> None:
    learned = Reach({(Place.HOME, 4): Tally(400, 320), (Place.HOME, 1): Tally(400, 40)})
    assert learned.chance(Place.HOME, 4) > 0.75
    assert learned.chance(Place.HOME, 1) < 0.15
    once = Reach({(Place.HOME, 4): Tally(1, 0)})
    assert 0.3 < once.chance(Place.HOME, 4) < 0.35


def test_a_debtors_own_visits_move_his_chance_and_of_the_hour_most() -> None:
    reach = Reach()
    at_noon = {band_of(12): Tally(4, 4), band_of(8): Tally(4, 0)}
    assert reach.chance(Place.HOME, band_of(12), at_noon) > 0.6
    assert reach.chance(Place.HOME, band_of(8), at_noon) < 0.25


def test_over_a_day_the_chance_is_weighed_by_the_length_of_each_band() -> None:
    reach = Reach({(Place.HOME, band_of(8)): Tally(1000, 100), (Place.HOME, band_of(18)): Tally(1000, 900)})
    morning, _ = reach.over(Place.HOME, [hours(8, 10)], BOGOTA)
    evening, best = reach.over(Place.HOME, [hours(17, 19)], BOGOTA)
    both, best_of_both = reach.over(Place.HOME, [hours(8, 10), hours(17, 19)], BOGOTA)
    assert abs(both - (morning + evening) / 2) < 1e-9
    assert (best, best_of_both, said(best)) == (4, 4, "17–24")


@settings(derandomize=True, deadline=None, max_examples=200)
@given(
    st.dictionaries(st.tuples(st.sampled_from(list(Place)), st.integers(0, 4)), TALLIES),
    st.dictionaries(st.integers(0, 4), TALLIES),
    st.sampled_from(list(Place)),
    st.integers(0, 4),
)
def test_a_chance_is_one_and_more_findings_never_lower_it(
    tallies: dict[tuple[Place, int], Tally], own: dict[int, Tally], place: Place, band: int
) -> None:
    chance = Reach(tallies).chance(place, band, own)
    assert 0 < chance < 1
    found_again = own | {band: own.get(band, Tally()) + Tally(1, 1)}
    assert Reach(tallies).chance(place, band, found_again) >= chance - 1e-12
