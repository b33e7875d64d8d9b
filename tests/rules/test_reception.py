"""Companies' review days and counter hours, as lenders write them, become hours; what cannot be read none."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.rules.reception import Slot, read, windows

MONDAY = date(2026, 11, 23)
BOGOTA = "America/Bogota"


def open_on(written: str, day: date) -> list[tuple[str, str]]:
    reception = read(written)
    assert reception is not None, written
    zone = timedelta(hours=-5)
    return [
        (f"{one.start + zone:%H:%M}", f"{one.end + zone:%H:%M}") for one in windows([reception], day, BOGOTA)
    ]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("martes y jueves 9-12", {1: [("09:00", "12:00")], 3: [("09:00", "12:00")]}),
        ("Lunes a viernes de 8:00 a.m. a 12:00 m. y de 2 p.m. a 5 p.m.; sábado 8-11",
         {day: [("08:00", "12:00"), ("14:00", "17:00")] for day in range(5)} | {5: [("08:00", "11:00")]}),
        ("L-V 8 a 12 y 2 a 5", {day: [("08:00", "12:00"), ("14:00", "17:00")] for day in range(5)}),
        ("viernes a lunes 7:30–10", {day: [("07:30", "10:00")] for day in (4, 5, 6, 0)}),
        ("Día de revisión: miércoles", {2: [("00:00", "23:59")]}),
    ],
)  # fmt: skip
def test_the_words_of_a_lender_become_the_hours_of_each_weekday(
    written: str, expected: dict[int, list[tuple[str, str]]]
) -> None:
    week = {number: open_on(written, MONDAY + timedelta(days=number)) for number in range(7)}
    assert {number: hours for number, hours in week.items() if hours} == expected


def test_days_of_the_month_hold_and_the_31st_of_a_short_month_is_its_last_day() -> None:
    assert read("15 y 31") == (Slot(month_days=frozenset({15, 31})),)
    assert open_on("15 y 31", date(2026, 11, 15))
    assert open_on("15 y 31", date(2026, 11, 30))
    assert not open_on("15 y 31", date(2026, 11, 29))
    assert not open_on("15 y 31", date(2026, 10, 30))


def test_hours_alone_hold_every_day_and_nothing_written_restricts_nothing() -> None:
    assert open_on("8:00 - 16:00", MONDAY) == [("08:00", "16:00")]
    assert read("  ") == ()
    assert open_on("", MONDAY) == [("00:00", "00:00")]


@pytest.mark.parametrize(
    "written", ["cuando esté el contador", "12-9", "25:00 a 26:00", "mañana 8", "40", "8-"]
)
def test_what_cannot_be_understood_is_not_guessed_at(written: str) -> None:
    assert read(written) is None


def test_review_days_and_counter_hours_hold_together() -> None:
    both = [read("lunes 8-11") or (), read("10 a 17") or ()]
    (span,) = windows(both, MONDAY, BOGOTA)
    assert (span.start, span.end) == (
        datetime(2026, 11, 23, 15, tzinfo=UTC),
        datetime(2026, 11, 23, 16, tzinfo=UTC),
    )


@settings(derandomize=True, deadline=None, max_examples=200)
@given(st.text(alphabet="lunesmarijvdoábc 0123456789:-.,;apy", max_size=30))
def test_no_text_breaks_the_reader(written: str) -> None:
    reception = read(written)
    if reception:
        for number in range(7):
            spans = windows([reception], MONDAY + timedelta(days=number), BOGOTA)
            assert all(span.start < span.end for span in spans)
        assert all(opens < closes for slot in reception for opens, closes in slot.spans)
        assert all(isinstance(opens, time) for slot in reception for opens, _ in slot.spans)
