"""What only several visits show together, and what must not be shown: honest days with all their oddities."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.forgery import world as planted
from bench.forgery import write
from server.visit_files import audit_file
from server.visit_files.making import visits_of
from server.visit_files.reading import sheet_of
from sync.records import Finding, Known, Party, Result, Visit
from sync.rules import audit
from sync.rules.audit import Link, Photo, Seen
from tests.rules.world import BOGOTA, address, pack, span, visited

DEMO = pack("demo")
DOOR = (5.820123, -73.030456)
LONG = "La señora pide que se le llame después de la cosecha de café"


def seen(
    key: str,
    text: str,
    *,
    note: str = "",
    debtor: str | None = None,
    where: tuple[float, float] | None = (5.820211, -73.030402),
    door: tuple[float, float] = DOOR,
    photos: Sequence[Photo] = (),
    written_s: float = 60,
    link: Link | None = None,
    **told: object,
) -> Seen:
    visit = visited(key, text, where=where, **told)  # type: ignore[arg-type]
    visit = replace(
        visit,
        debtor=debtor or f"debtor-{key}",
        note=note,
        recorded=visit.happened.end + timedelta(seconds=written_s),
        address=f"{door[0]:.4f} {door[1]:.4f}",
    )
    return Seen(visit, DEMO, BOGOTA, address(*door), photos=tuple(photos), link=link)


def flags(visits: Sequence[Seen]) -> set[tuple[str, str]]:
    return {
        (one.visit, one.rule.removeprefix("audit."))
        for one in audit.findings_of_all(visits)
        if one.severity in audit.FLAGS
    }


def doors(count: int) -> list[tuple[float, float]]:
    """Doors half a kilometre apart."""
    return [(5.82 + number * 0.0045 + 0.000123, -73.030456) for number in range(count)]


def near(door: tuple[float, float], number: int) -> tuple[float, float]:
    """A fix some tens of metres off, never twice the same."""
    return round(door[0] + 0.0002 + number * 1e-6, 6), round(door[1] - 0.00013 - number * 3e-6, 6)


def day(count: int = 5, **told: object) -> list[Seen]:
    """An honest day: half an hour from door to door."""
    return [
        seen(f"v{number}", f"2026-11-20T{9 + number // 2:02d}:{number % 2 * 30:02d}", door=door,
             where=near(door, number), **told)  # type: ignore[arg-type]
        for number, door in enumerate(doors(count))
    ]  # fmt: skip


def test_an_honest_day_has_no_flag() -> None:
    assert flags(day()) == set()


def test_a_note_of_ones_own_on_another_debtor_is_a_copy_and_the_first_is_not() -> None:
    first, second, *rest = day()
    copied = [
        replace(first, visit=replace(first.visit, note=LONG)),
        replace(second, visit=replace(second.visit, note=LONG.upper() + "…")),
        *rest,
    ]
    assert flags(copied) == {("v1", "copied_text")}


@pytest.mark.parametrize(
    "note",
    ["nadie en casa", "Volver mañana", "Se dejó aviso debajo de la puerta con la vecina", "titular ausente"],
)
def test_what_everybody_writes_of_a_shut_door_is_nobodys_own(note: str) -> None:
    assert flags(day(note=note)) == set()


def test_one_debtors_own_note_and_a_couples_are_no_copies() -> None:
    again = [
        seen("a", "2026-11-18T09:00", note=LONG, debtor="rosa"),
        seen("b", "2026-11-20T09:00", note=LONG, debtor="rosa", where=(5.82031, -73.03031)),
    ]
    assert flags(again) == set()
    couple = [
        seen("a", "2026-11-18T09:00", note=LONG, debtor="rosa"),
        seen("b", "2026-11-18T09:00", note=LONG, debtor="luis"),
    ]
    assert flags(couple) == set()


def test_a_text_that_many_agents_write_is_a_stock_phrase_unless_one_bunches_it() -> None:
    crew = []
    for number in range(6):
        for one in day():
            visit = replace(
                one.visit, id=f"{number}{one.id}", agent=f"agent-{number}", debtor=f"{number}{one.id}"
            )
            crew.append(replace(one, visit=visit))
    everybody = [
        replace(one, visit=replace(one.visit, note=LONG)) if one.id.endswith("v3") else one for one in crew
    ]
    assert flags(everybody) == set()


def test_the_same_picture_elsewhere_is_found_on_the_later_visit() -> None:
    first, second, *rest = day()
    taken = Photo("aa" * 32, 0x0F0F_3C3C_55AA_00FF)
    alike = [replace(first, photos=(taken, taken)), replace(second, photos=(taken,)), *rest]
    assert flags(alike) == {("v1", "reused_photo")}
    twice = [replace(first, photos=(taken, taken)), second, *rest]
    assert flags(twice) == set()


def test_a_picture_saved_again_is_known_by_its_looks_and_another_is_not() -> None:
    first, second, *rest = day()
    looks = 0x0F0F_3C3C_55AA_00FF
    for flipped, found in ((0b111, {("v1", "reused_photo")}), (0xFFFF_FFFF, set())):
        pair = [
            replace(first, photos=(Photo("aa" * 32, looks),)),
            replace(second, photos=(Photo("bb" * 32, looks ^ flipped),)),
            *rest,
        ]
        assert flags(pair) == found


def test_a_picture_of_one_door_serves_the_couple_behind_it() -> None:
    taken = Photo("aa" * 32, 0x0F0F_3C3C_55AA_00FF)
    couple = [seen("a", "2026-11-18T09:00", photos=[taken]), seen("b", "2026-11-18T09:01", photos=[taken])]
    assert flags(couple) == set()


def test_one_position_at_several_doors_is_found_and_the_door_it_was_measured_at_is_spared() -> None:
    honest = day()
    copied = [
        honest[0],
        *(replace(one, visit=replace(one.visit, location=honest[0].visit.location)) for one in honest[1:4]),
        honest[4],
    ]
    found = {key for key, rule in flags(copied) if rule == "same_fix"}
    assert found == {"v1", "v2", "v3"}


def test_neighbours_of_one_building_share_a_position() -> None:
    building = [
        seen(f"n{number}", f"2026-11-20T10:{number * 4:02d}", minutes=3, where=(5.82021, -73.03041))
        for number in range(4)
    ]
    assert flags(building) == set()


def test_visits_from_one_table_near_by_are_found_though_none_is_far() -> None:
    ring = [(5.8200 + 0.0016 * north, -73.0300 + 0.0016 * east) for north, east in ((1, 0), (-1, 0), (0, 1))]
    table = [
        seen(f"t{number}", f"2026-11-20T{9 + number:02d}:00", door=door,
             where=(5.820001 + number * 1e-5, -73.030001))
        for number, door in enumerate(ring)
    ]  # fmt: skip
    assert flags(table) == {(f"t{number}", "same_spot") for number in range(3)}


def test_a_position_that_is_the_addresss_own_coordinate_was_copied() -> None:
    first, *rest = day()
    exact = replace(
        first.visit, location=replace(first.visit.location, lat=doors(1)[0][0], lon=doors(1)[0][1])
    )
    assert flags([replace(first, visit=exact), *rest]) == {("v0", "too_exact")}
    field = replace(first, visit=exact, address=replace(address(*doors(1)[0]), origin="field"))
    assert flags([field, *rest]) == set(), "an address that was itself found in the field"


def test_several_fixes_a_step_from_their_doors_are_more_than_luck() -> None:
    lucky = [
        replace(
            one,
            visit=replace(one.visit, location=replace(one.visit.location, lat=door[0] + 1.5e-5, lon=door[1])),
        )
        for one, door in zip(day(4), doors(4), strict=True)
    ]
    assert flags(lucky) == {(one.id, "too_exact") for one in lucky}
    assert flags([*lucky[:2], *day(5)[2:]]) == set(), "two may be luck"


def test_a_day_written_at_night_as_if_at_the_doors_is_a_burst_and_one_typed_honestly_is_not() -> None:
    late = [replace(one, visit=replace(one.visit, recorded=span(f"2026-11-20T19:0{at}").start))
            for at, one in enumerate(day())]  # fmt: skip
    assert {rule for _, rule in flags(late)} == {"burst_entry"}
    assert len(flags(late)) == 5
    for known in (Known.LATER, Known.PAPER):
        honest = [replace(one, visit=replace(one.visit, known=known)) for one in late]
        assert flags(honest) == set()


def test_two_late_ones_are_no_burst() -> None:
    visits = day()
    late = [
        replace(one, visit=replace(one.visit, recorded=span("2026-11-20T19:00").start)) for one in visits[:2]
    ]
    assert flags([*late, *visits[2:]]) == set()


def test_visits_at_equal_intervals_only_inform() -> None:
    found = [one for one in audit.findings_of_all(day(7)) if one.rule == "audit.regular_cadence"]
    assert {one.severity for one in found} == {"info"}


def test_the_odd_one_of_a_days_legs_is_the_one_far_from_all_others() -> None:
    visits = day()
    far = seen("v2", "2026-11-20T09:47", minutes=5, door=(6.2, -73.2), where=(6.2003, -73.2002))
    found = flags([visits[0], visits[1], far, visits[3], visits[4]])
    assert {key for key, rule in found if rule == "impossible_speed"} == {"v2"}


def test_a_clock_set_back_shows_in_the_chains_order() -> None:
    visits = [
        replace(one, link=Link("c", n), clock=one.visit.recorded) for n, one in enumerate(day(), start=1)
    ]
    assert flags(visits) == set()
    back = timedelta(hours=2)
    cheat = visits[3]
    told = replace(
        cheat.visit,
        happened=replace(cheat.visit.happened, start=cheat.visit.happened.start - back,
                         end=cheat.visit.happened.end - back),
        recorded=cheat.visit.recorded - back,
    )  # fmt: skip
    moved = [*visits[:3], replace(cheat, visit=told, clock=told.recorded), visits[4]]
    assert ("v3", "clock_moved") in flags(moved)
    assert {key for key, rule in flags(moved) if rule == "clock_moved"} == {"v3"}


PHRASE = "Dice que paga la cuota apenas le consignen el sueldo"


def noted(notes: Sequence[tuple[str, str]]) -> list[Seen]:
    """Of each day, by its date, a note of a debtor of its own."""
    held = []
    for number, (date, note) in enumerate(notes):
        door = doors(len(notes))[number]
        held.append(
            seen(f"v{number}", f"{date}T09:30", door=door, where=near(door, number), note=note,
                 debtor=f"Rosa Peña {chr(65 + number)}ría")
        )  # fmt: skip
    return held


def test_ones_own_set_phrase_of_many_days_only_informs() -> None:
    days = ["2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20"]
    assert flags(noted([(day, PHRASE) for day in days])) == set()
    found = audit.findings_of_all(noted([(day, PHRASE) for day in days]))
    assert {one.severity for one in found if one.rule == "audit.copied_text"} == {"info"}
    # What is of one visit is no phrase: a figure, or somebody's name.
    for told in (PHRASE + " el 15", PHRASE + " y firma doña Rosa"):
        assert len(flags(noted([(day, told) for day in days]))) == 4
    assert flags(noted([(day, PHRASE) for day in days[:2]])) == {("v1", "copied_text")}


def test_a_copy_with_the_debtors_name_put_in_is_a_copy() -> None:
    note = "Atiende {}, ofrece 250 mil el 15 cuando venda la moto"
    names = ("Rosa Peña Aría", "Rosa Peña Bría")
    days = ("2026-11-18", "2026-11-19")
    swapped = noted([(day, note.format(name)) for day, name in zip(days, names, strict=True)])
    assert flags(swapped) == {("v1", "copied_text")}
    # Without an amount and a date two such notes are alike by themselves.
    plainer = "Se deja citación con la hermana de {}, volver el lunes"
    alike = noted([(day, plainer.format(name)) for day, name in zip(days, names, strict=True)])
    assert flags(alike) == set()


def test_times_told_roughly_cross_by_a_quarter_of_an_hour() -> None:
    def told(minutes: int) -> list[Seen]:
        return [
            seen("a", "2026-11-20T09:00", minutes=40, known=Known.LATER, where=None, written_s=36000),
            seen("b", f"2026-11-20T09:{minutes}", minutes=30, known=Known.LATER, where=None, written_s=36000,
                 door=(5.84, -73.03)),
        ]  # fmt: skip

    assert flags(told(26)) == set()
    assert {rule for _, rule in flags(told(20))} == {"overlap"}


def test_a_clock_set_back_is_filed_on_the_row_whose_offset_jumps() -> None:
    honest = [replace(one, link=Link("c", n), clock=one.visit.recorded, skew_s=0.0, uncertainty_s=2.0)
              for n, one in enumerate(day(3), start=1)]  # fmt: skip
    # Last of its chain, as the honest one before it might be.
    cheat = replace(honest[2], link=Link("c", 3), clock=honest[1].visit.recorded - timedelta(hours=1),
                    skew_s=-3600.0 * 1.5)  # fmt: skip
    found = flags([honest[0], honest[1], cheat])
    assert {key for key, rule in found if rule == "clock_moved"} == {"v2"}
    boots = [replace(one, boot="b", ticks=number * 1800.0) for number, one in enumerate(honest[:2])]
    boots[1] = replace(boots[1], clock=honest[1].visit.recorded - timedelta(hours=1), skew_s=-3600.0)
    assert {key for key, rule in flags(boots) if rule == "clock_moved"} == {"v1"}


def test_the_machines_counter_shows_a_moved_clock() -> None:
    visits = [
        replace(one, boot="b", ticks=number * 1800.0, clock=one.visit.recorded)
        for number, one in enumerate(day())
    ]
    assert flags(visits) == set()
    visits[2] = replace(visits[2], ticks=2 * 1800.0 + 7200)
    assert flags(visits) == {("v2", "clock_moved")}


def chained(visits: Sequence[Seen]) -> list[Seen]:
    return [
        replace(one, link=Link("c", n, f"h{n - 1}", f"h{n}"), clock=one.visit.recorded)
        for n, one in enumerate(visits, start=1)
    ]


def test_a_missing_link_and_a_fork_are_found_where_chains_are_whole() -> None:
    chain = chained(day(6) + [replace(one, visit=replace(one.visit, id=f"w{one.id}", debtor=f"w{one.id}",
        happened=replace(one.visit.happened, start=one.visit.happened.start + timedelta(days=1),
                         end=one.visit.happened.end + timedelta(days=1)),
        recorded=one.visit.recorded + timedelta(days=1))) for one in day(12)])  # fmt: skip
    chain = [one for one in chain if one.id not in ("wv10", "wv11")]
    assert {rule for _, rule in flags(chain)} & {"chain_gap", "chain_fork"} == set()
    holed = [one for one in chain if one.id != "v3"]
    assert ("v4", "chain_gap") in flags(holed)
    again = replace(chain[3], visit=replace(chain[3].visit, id="x", known=Known.LATER, debtor="x"),
                    link=Link("c", 4, "h3", "other"))  # fmt: skip
    assert {key for key, rule in flags([*chain, again]) if rule == "chain_fork"} == {"x"}


def test_a_file_of_every_third_event_shows_holes_everywhere_and_none_is_found() -> None:
    assert flags(chained(day(12))[::3]) == set()


def test_late_amended_and_overridden_are_shown_and_slow_is_not() -> None:
    one, *rest = day()
    end = one.visit.happened.end
    assert flags([replace(one, amended=end + timedelta(days=3)), *rest]) == {("v0", "amended_late")}
    assert flags([replace(one, amended=end + timedelta(hours=5)), *rest]) == set()
    slow = replace(one.visit, received=end + timedelta(days=6))
    assert flags([replace(one, visit=slow), *rest]) == set()
    buried = replace(one.visit, received=end + timedelta(days=20))
    assert flags([replace(one, visit=buried), *rest]) == {("v0", "late_sync")}
    assert flags([replace(one, override="lo pidió el deudor"), *rest]) == {("v0", "policy.override")}


def test_a_promise_of_a_relative_is_a_third_party_told() -> None:
    rest = day()[1:]
    told = seen("v0", "2026-11-20T09:00", party=Party.RELATIVE, result=Result.PROMISE, door=doors(1)[0],
                where=near(doors(1)[0], 0))  # fmt: skip
    assert flags([told, *rest]) == {("v0", "third_party_told")}
    asked = seen("v0", "2026-11-20T09:00", party=Party.RELATIVE, result=Result.COME_BACK, door=doors(1)[0],
                 where=near(doors(1)[0], 0))  # fmt: skip
    assert flags([asked, *rest]) == set()


# What may be asked of any file: a small one with every kind of forgery in it.


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> list[Seen]:
    rows = planted(3, "fixing", agents=3, days=6, each=2)
    path = tmp_path_factory.mktemp("visits") / "visits.csv"
    write(rows, path)
    assert audit_file(path).findings, "there is something to find"
    return visits_of(sheet_of(path), lambda name: DEMO, None).seen


def pairs_of(found: Sequence[Finding]) -> set[tuple[str, frozenset[str]]]:
    return {(one.rule, frozenset({one.visit, one.other_visit or one.visit})) for one in found}


def test_the_order_of_the_visits_does_not_matter_and_twice_is_as_once(file: list[Seen]) -> None:
    once = audit.findings_of_all(file)
    assert audit.findings_of_all(file) == once
    shuffled = list(file)
    random.Random(5).shuffle(shuffled)
    assert audit.findings_of_all(shuffled) == once


RELAXED = {
    "far_m": (250, 2000),
    "too_short_s": (60, 5),
    "max_speed_kmh": (90, 400),
    "clock_moved_s": (900, 30_000),
    "overlap_s": (60, 1200),
    "burst_visits": (3, 9),
    "burst_minutes": (15, 2),
    "burst_spread_minutes": (30, 300),
    "burst_lag_minutes": (30, 400),
    "copied_words": (6, 18),
    "photo_bits": (10, 1),
    "same_fix_m": (60, 5000),
    "same_spot_m": (30, 2),
    "same_spot_visits": (3, 9),
    "exact_cm": (50, 1),
    "late_sync_hours": (240, 900),
    "amended_hours": (24, 900),
}


@settings(max_examples=12, deadline=None)
@given(st.sampled_from(sorted(RELAXED)), st.floats(0, 1))
def test_relaxing_a_threshold_never_adds_a_finding(file: list[Seen], name: str, share: float) -> None:
    strict, loose = RELAXED[name]
    value = round(strict + (loose - strict) * share)
    policy = file[0].policy
    relaxed = replace(policy, audit=replace(policy.audit, **{name: value}))  # type: ignore[arg-type]
    before = {(one.visit, one.rule) for one in audit.findings_of_all(file)}
    after = {
        (one.visit, one.rule) for one in audit.findings_of_all([replace(one, policy=relaxed) for one in file])
    }
    assert after <= before


def test_a_visit_that_was_not_made_counts_for_nothing() -> None:
    visits = day()
    for one in visits:
        assert isinstance(one.visit, Visit)
    void = [
        replace(one, visit=replace(one.visit, note=LONG,
                results=(replace(one.visit.results[0], result=Result.NOT_MADE),)))
        for one in visits
    ]  # fmt: skip
    assert flags(void) == set()


def test_every_check_says_itself_in_words() -> None:
    for code, check in audit.CHECKS.items():
        assert audit.check_of(code) is check
        assert len(str(check.title)) > 3
        assert str(check.explanation).endswith(".")
        for name in check.limits:
            assert isinstance(getattr(DEMO.audit, name), int), name
