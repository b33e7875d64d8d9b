"""A laptop whose clock is off is told so by the office, in hours, and the person sees what to do."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from field_client import advice
from field_client.app import create_app
from field_client.store import settings
from tests.laptop.keyed import Keyed
from tests.laptop.pairs import Pair
from tests.laptop.test_pages import unlock, words


class Wrong:
    """The laptop's clocks, the wall clock off by so much."""

    def __init__(self, clock: Any, off: timedelta) -> None:
        self.clock, self.off = clock, off

    def read(self) -> Any:
        seen = self.clock.read()
        return type(seen)(seen.wall + self.off, seen.mono_ms, seen.boot)


def notices(pair: Pair) -> list[advice.Notice]:
    with pair.store.reading() as db:
        return advice.heard(settings.get(db, "notices", []))


def exchanged(pair: Pair, off: timedelta) -> list[advice.Notice]:
    true = pair.clock
    pair.clock = Wrong(true, off)  # type: ignore[assignment]
    try:
        pair.exchange()
    finally:
        pair.clock = true
    return notices(pair)


@pytest.mark.parametrize(
    ("off", "said"),
    [
        (timedelta(hours=3), "adelantado 3 h."),
        (timedelta(hours=-3, minutes=-5), "atrasado 3 h 5 min."),
        (timedelta(days=3652, hours=7), "adelantado 3652 d 7 h."),
        (timedelta(minutes=-3), "atrasado 3 min."),
    ],
)
def test_a_clock_that_is_off_is_told_and_what_to_do(pair: Pair, off: timedelta, said: str) -> None:
    [notice] = exchanged(pair, off)
    assert notice.code == advice.CLOCK_SKEW
    assert said in str(notice.because)
    assert "fecha y la hora" in notice.todo


def test_a_clock_that_is_near_is_told_nothing_and_one_put_right_no_longer(pair: Pair) -> None:
    assert exchanged(pair, timedelta(seconds=100)) == []
    assert exchanged(pair, timedelta(hours=3)) != []
    assert exchanged(pair, timedelta(0)) == []


def test_a_queue_that_came_on_a_stick_says_nothing_of_todays_clock(keyed: Keyed) -> None:
    keyed.pair.visit()
    carried = keyed.carried()
    keyed.pair.clock.forward(days=2)
    [reply] = json.loads(keyed.taken(carried).reply)["replies"]
    assert reply["notices"] == []


def test_the_day_and_the_page_of_sendings_show_it(pair: Pair) -> None:
    exchanged(pair, timedelta(hours=3))
    app = create_app(pair.folder, pair.clock)
    browser = app.test_client()
    assert unlock(browser).status_code == 302
    for path in ("/", "/enviar"):
        page = words(browser.get(path))
        assert "El reloj de este equipo está adelantado 3 h" in page
        assert "Revise la fecha y la hora" in page
    app.extensions["ronda_vault"].lock()


def test_the_offices_other_notices_are_sentences_too() -> None:
    said = advice.heard(
        [{"code": "gap", "n": 3, "said": {"msgid": "Faltan eventos anteriores", "values": {}}}]
    )
    assert [(one.code, str(one.because)) for one in said] == [("gap", "Faltan eventos anteriores")]
    assert advice.heard([{}, {"code": "of_next_year", "detail": "algo nuevo"}])[0].todo == advice.COORDINATOR
