"""What an agent's line of visits shows: legs between doors, one spot, coordinates that are themselves wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from sync.records import Known, LocationSource
from sync.rules import audit
from sync.rules.audit import Seen
from tests.rules.test_audit_together import day, doors, flags, seen

FAR_DOOR = (6.2, -73.2)  # 46 km from the others
NEAR_IT = (6.2003, -73.2002)


def unlocated(visits: Sequence[Seen], *names: str) -> list[Seen]:
    """The same visits, those named without a position."""
    bare = seen("x", "2026-11-20T09:00", where=None).visit.location
    return [
        replace(one, visit=replace(one.visit, location=bare)) if one.id in names else one for one in visits
    ]


def rule(visits: Sequence[Seen], name: str) -> set[str]:
    return {key for key, found in flags(visits) if found == name}


def test_a_jump_is_found_though_the_visit_before_and_the_one_after_have_no_position() -> None:
    visits = day()
    jump = seen("v2", "2026-11-20T09:50", minutes=4, door=FAR_DOOR, where=NEAR_IT)
    visits = unlocated([visits[0], visits[1], jump, visits[3], visits[4]], "v1", "v3")
    assert rule(visits, "impossible_speed") == {"v2"}
    [told] = {str(one.because) for one in audit.findings_of_all(visits) if one.rule.endswith("_speed")}
    assert told.startswith("Por su dirección")


def test_a_day_without_positions_at_doors_one_can_ride_between_has_no_flag() -> None:
    assert flags(unlocated(day(), "v0", "v1", "v2", "v3", "v4")) == set()


def test_a_door_said_of_a_visit_typed_later_or_known_to_the_area_proves_no_jump() -> None:
    visits = unlocated(day(), "v1", "v3")
    typed = replace(visits[1].visit, known=Known.LATER)
    jump = seen("v1", "2026-11-20T09:36", minutes=4, door=FAR_DOOR, where=None)
    assert rule([visits[0], jump, *visits[2:]], "impossible_speed") == {"v1"}
    later = replace(jump, visit=replace(jump.visit, known=typed.known))
    assert rule([visits[0], later, *visits[2:]], "impossible_speed") == set()


SPOT = (5.8290, -73.0250)  # 600 m from the nearest of the doors


def there(number: int) -> tuple[float, float]:
    return round(SPOT[0] + number * 7e-6, 6), round(SPOT[1] - number * 9e-6, 6)


def test_two_visits_to_elsewhere_from_the_door_of_a_third_are_from_one_spot() -> None:
    visits = day(3)
    home = seen("h", "2026-11-20T11:00", door=SPOT, where=there(5))
    for number in (1, 2):
        one = visits[number]
        moved = seen(one.id, f"2026-11-20T{11 + number}:00", door=doors(3)[number], where=there(number))
        visits[number] = moved
    assert rule([*visits, home], "same_spot") == {"v1", "v2"}
    assert rule([visits[0], visits[1], home], "same_spot") == set()


def test_one_spot_on_three_days_is_found_and_of_visits_typed_later_is_not() -> None:
    visits = [
        seen(f"d{number}", f"2026-11-{17 + number}T10:00", door=doors(3)[number], where=there(number))
        for number in range(3)
    ]
    assert rule(visits, "same_spot") == {"d0", "d1", "d2"}
    later = [
        replace(
            one, visit=replace(one.visit, known=Known.LATER, recorded=one.visit.happened.end.replace(hour=23))
        )
        for one in visits
    ]
    assert rule(later, "same_spot") == set()


def test_an_address_whose_visits_agree_on_another_place_is_what_is_wrong() -> None:
    def at(dates: Sequence[str]) -> list[Seen]:
        return [
            seen(f"a{number}", f"2026-11-{date}T10:00", door=doors(1)[0], where=there(number), debtor="rosa")
            for number, date in enumerate(dates)
        ]

    assert rule(at(["17", "19"]), "far_from_address") == set()
    assert {one.severity for one in audit.findings_of_all(at(["17", "19"]))} == {"info"}
    # One day proves nothing, and a spot that serves for other debtors too is nobody's door.
    assert rule(at(["17"]), "far_from_address") == {"a0"}
    others = [
        seen(f"b{number}", f"2026-11-18T1{number}:30", door=door, where=there(4 + number))
        for number, door in enumerate([(5.85, -73.02), (5.86, -73.04)])
    ]
    assert rule([*at(["17", "19"]), *others], "far_from_address") == {"a0", "a1", "b0", "b1"}


def test_a_position_given_again_after_two_elsewhere_is_a_repeated_one_even_without_addresses() -> None:
    def unaddressed(visits: Sequence[Seen]) -> list[Seen]:
        return [replace(one, address=None, visit=replace(one.visit, address=None)) for one in visits]

    visits = unaddressed(day())
    again = [
        *visits[:4],
        replace(visits[4], visit=replace(visits[4].visit, location=visits[1].visit.location)),
    ]
    assert rule(again, "same_fix") == {"v4"}
    # The last one again, as telephones that save power give it, is none.
    last = [
        *visits[:4],
        replace(visits[4], visit=replace(visits[4].visit, location=visits[3].visit.location)),
    ]
    assert rule(last, "same_fix") == set()


def test_two_visited_at_once_where_nothing_says_how_far_apart_are_a_couple() -> None:
    def at(minute: int, seconds: int) -> list[Seen]:
        first = seen("a", "2026-11-20T09:00", minutes=10, where=None)
        second = seen("b", f"2026-11-20T09:{minute:02d}", minutes=10, where=None, debtor="luis")
        happened = replace(
            second.visit.happened,
            start=second.visit.happened.start + timedelta(seconds=seconds),
            end=first.visit.happened.end if not minute else second.visit.happened.end,
        )
        both = [first, replace(second, visit=replace(second.visit, happened=happened))]
        return [replace(one, address=None, visit=replace(one.visit, address=None)) for one in both]

    assert rule(at(0, 15), "overlap") == set()
    assert rule(at(5, 0), "overlap") == {"b"}


def test_a_picture_with_what_was_typed_later_may_be_of_the_sheet() -> None:
    def pictured(known: Known, written_s: float) -> list[Seen]:
        visits = day()
        far = seen("v2", "2026-11-20T10:00", door=doors(5)[2], where=(5.86, -73.01), known=known,
                   written_s=written_s)  # fmt: skip
        place = replace(far.visit.location, source=LocationSource.EXIF)
        return [*visits[:2], replace(far, visit=replace(far.visit, location=place)), *visits[3:]]

    assert rule(pictured(Known.LATER, 36000), "far_from_address") == set()
    assert rule(pictured(Known.LIVE, 60), "far_from_address") == {"v2"}


def test_who_is_paid_in_the_market_was_not_asked_for_the_debt_there() -> None:
    *visits, last = day()

    def noted(note: str) -> list[Seen]:
        return [*visits, replace(last, visit=replace(last.visit, note=note))]

    assert rule(noted("Pagará cuando cobre en el mercado"), "third_party_told") == set()
    assert rule(noted("Le cobré en el mercado delante de todos"), "third_party_told") == {"v4"}


def test_a_day_much_more_exact_than_ones_others_is_more_than_luck_and_a_good_telephone_is_not() -> None:
    def on(date: int, north_m: Sequence[float]) -> list[Seen]:
        return [
            seen(f"d{date}-{number}", f"2026-11-{date}T{9 + number:02d}:00", door=door, debtor=f"{date} {number}",
                 where=(round(door[0] + away / 111_195, 7), round(door[1] + 1e-6 * number, 7)))
            for number, (door, away) in enumerate(zip(doors(len(north_m)), north_m, strict=True))
        ]  # fmt: skip

    others = [one for date in range(10, 19) for one in on(date, (25, 11, -18, 32, 8, -27, 14, 21, -9))]
    copied = on(20, (1.5, 1.2, 11, -1.6, -8, 25))
    assert rule([*others, *copied], "too_exact") == {"d20-0", "d20-1", "d20-3"}
    good = [one for date in range(10, 19) for one in on(date, (2, 5, -1, 4, 6, -2, 3.5, 1.8, -5))]
    assert rule([*good, *copied], "too_exact") == set()
