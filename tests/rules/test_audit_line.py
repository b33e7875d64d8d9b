"""What an agent's line of visits shows: legs between doors, one spot, coordinates that are themselves wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sync.records import Known
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
