"""The rest of the day planned again on the laptop, with no network: shown, taken, undone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from field_client.app import create_app
from field_client.rerouting import Proposal, called_in, propose, take, undo
from field_client.store import settings
from field_client.today import Day, day_of
from sync.records import Refused
from sync.routing.rest import Happened

from .builders import (
    ALMACEN_STOP,
    DAY,
    JOSE_STOP,
    MARIA_STOP,
    ROUTE,
    Laptop,
    local,
    route,
)
from .test_pages import post, unlock, words

MORNING = local(8, 30)


def with_matrix(**more: Any) -> dict[str, Any]:
    """The builders' route as the office sends it, ten minutes between any two doors."""
    points = ["", *sorted([MARIA_STOP, JOSE_STOP, ALMACEN_STOP])]
    table = [[0 if a == b else 600 for b in points] for a in points]
    made = route(DAY, matrix={"points": points, "seconds": table, "metres": table}, **more)
    for place, stop in enumerate(made["stops"]):
        stop["value"] = 10 - place
    return made


@pytest.fixture
def routed(laptop: Laptop) -> Laptop:
    laptop.receive([("route", ROUTE, with_matrix())], start=100)
    laptop.clock.now = MORNING
    return laptop


@pytest.fixture
def browser(routed: Laptop) -> Iterator[FlaskClient]:
    app: Flask = create_app(routed.folder, routed.clock)
    browser = app.test_client()
    assert unlock(browser).status_code == 302
    yield browser
    app.extensions["ronda_vault"].lock()


def today(laptop: Laptop) -> Day:
    found = day_of(laptop.store, laptop.clock.now)
    assert found is not None
    return found


def order(laptop: Laptop) -> list[str]:
    return [stop.id for stop in today(laptop).stops]


def proposed(laptop: Laptop, **said: Any) -> Proposal:
    found = propose(laptop.store, laptop.clock.now, Happened(**said))
    assert isinstance(found, Proposal), found
    return found


def test_nothing_changes_until_the_collector_takes_it(routed: Laptop) -> None:
    before = order(routed)
    made = proposed(routed, given_up=frozenset({MARIA_STOP}))
    assert MARIA_STOP not in [one.id for one in made.rest.stops]
    assert order(routed) == before
    assert take(routed.store)
    assert MARIA_STOP not in order(routed)
    assert today(routed).changed


def test_a_change_is_undone_and_so_is_the_one_before_it(routed: Laptop) -> None:
    before = order(routed)
    proposed(routed, given_up=frozenset({MARIA_STOP}))
    take(routed.store)
    proposed(routed, given_up=frozenset({ALMACEN_STOP}))
    take(routed.store)
    assert undo(routed.store)
    assert undo(routed.store)
    assert order(routed) == before
    assert not today(routed).changed
    assert not undo(routed.store)


def test_one_left_out_in_the_morning_takes_the_place_of_one_given_up(routed: Laptop) -> None:
    assert ALMACEN_STOP not in order(routed)
    proposed(routed, given_up=frozenset({MARIA_STOP}))
    take(routed.store)
    assert ALMACEN_STOP in order(routed)
    out = {stop.id: str(stop.why) for stop in today(routed).left_out}
    assert out[MARIA_STOP] == "no se visita hoy: usted lo dejó"


def test_an_appointment_stays_when_he_runs_late(routed: Laptop) -> None:
    made = proposed(routed, late_s=3600)
    served = {one.id: one.eta for one in made.rest.stops}
    assert local(11, 0) <= served[JOSE_STOP] <= local(11, 15)


def test_who_called_is_visited_when_he_said(routed: Laptop) -> None:
    day = today(routed)
    stop = next(one for one in day.left_out if one.id == ALMACEN_STOP)
    called = called_in(stop, day, local(15, 0), local(15, 20))
    assert not isinstance(called, Refused)
    made = proposed(routed, called=called)
    served = {one.id: one.eta for one in made.rest.stops}
    assert local(15, 0) <= served[ALMACEN_STOP] <= local(15, 20)


def test_a_newer_route_of_the_office_puts_the_change_away(routed: Laptop) -> None:
    proposed(routed, given_up=frozenset({MARIA_STOP}))
    take(routed.store)
    proposed(routed, given_up=frozenset({ALMACEN_STOP}))
    routed.receive([("route", ROUTE, with_matrix(version=2))], start=200)
    assert MARIA_STOP in order(routed)
    assert not take(routed.store)


def test_after_the_shift_and_without_a_matrix_it_says_why_it_cannot(routed: Laptop) -> None:
    late = propose(routed.store, local(18, 0), Happened())
    assert isinstance(late, Refused)
    assert late.rule == "reroute.over"
    routed.receive([("route", ROUTE, route(DAY, version=3))], start=300)
    bare = propose(routed.store, MORNING, Happened())
    assert isinstance(bare, Refused)
    assert bare.rule == "reroute.bare"


def test_hours_that_end_before_they_begin_are_refused(routed: Laptop) -> None:
    day = today(routed)
    assert isinstance(called_in(day.stops[0], day, local(15, 0), local(14, 0)), Refused)
    assert isinstance(called_in(day.stops[0], day, local(19, 0), local(20, 0)), Refused)


def test_the_page_shows_before_and_after_and_takes_nothing_by_itself(
    browser: FlaskClient, routed: Laptop
) -> None:
    assert "¿Qué pasó?" in words(browser.get("/ruta/cambiar"))
    shown = words(post(browser, "/ruta/cambiar", {"given_up": MARIA_STOP, "late": "10"}))
    assert "Así quedaría" in shown
    assert "usted lo dejó" in shown
    assert MARIA_STOP in order(routed)
    assert post(browser, "/ruta/tomar").status_code == 302
    page = words(browser.get("/"))
    assert "Se tomó el cambio" in page
    assert "Usted cambió el orden de hoy" in page
    assert post(browser, "/ruta/deshacer").status_code == 302
    assert "Se deshizo" in words(browser.get("/"))
    assert MARIA_STOP in order(routed)


def test_what_is_left_alone_stays_as_it_was(browser: FlaskClient, routed: Laptop) -> None:
    before = order(routed)
    post(browser, "/ruta/cambiar", {"given_up": MARIA_STOP})
    assert post(browser, "/ruta/dejar").status_code == 302
    assert order(routed) == before
    with routed.store.reading() as db:
        assert settings.get(db, "reroute.proposed") is None
    assert post(browser, "/ruta/tomar").status_code == 302
    assert "no se cambió nada" in words(browser.get("/"))


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"late": "mucho"}, "en cifras, hasta 600"),
        ({"late": "9999"}, "en cifras, hasta 600"),
        ({"called": ALMACEN_STOP, "called_since": "15:00"}, "desde y hasta qué hora"),
        ({"called": ALMACEN_STOP, "called_since": "15:00", "called_until": "14:00"}, "termina antes"),
    ],
)
def test_what_cannot_be_read_is_told_and_what_was_written_stays(
    browser: FlaskClient, form: dict[str, str], said: str
) -> None:
    reply = post(browser, "/ruta/cambiar", form)
    assert reply.status_code == 422
    assert said in words(reply)
    for value in form.values():
        assert value in reply.text


def test_a_stranger_must_give_the_passphrase_first(routed: Laptop) -> None:
    app = create_app(routed.folder, routed.clock)
    reply = app.test_client().get("/ruta/cambiar")
    assert reply.status_code == 302
    assert reply.location.startswith("/desbloquear")


def test_the_collector_moves_a_stop_by_hand_and_the_hours_follow(
    browser: FlaskClient, routed: Laptop
) -> None:
    routed.receive([("route", ROUTE, with_matrix(version=2))], start=200)
    before = today(routed)
    first, second = order(routed)[:2]
    said = post(browser, "/ruta/mover", {"parada": first, "hacia": "despues"})
    assert said.status_code == 302
    assert order(routed)[:2] == [second, first]
    etas = [stop.eta for stop in today(routed).stops if stop.eta]
    assert etas == sorted(etas)
    assert undo(routed.store)
    assert order(routed) == [stop.id for stop in before.stops]


def test_an_order_that_loses_an_appointment_is_shown_before_it_is_taken(
    browser: FlaskClient, routed: Laptop
) -> None:
    routed.clock.now = local(10, 40)
    post(browser, "/ruta/mover", {"parada": MARIA_STOP, "hacia": "despues"})
    assert order(routed) == [JOSE_STOP, MARIA_STOP]
    routed.clock.now = local(
        11, 4
    )  # ten minutes to each door: after María, José's quarter of an hour is over
    shown = post(browser, "/ruta/mover", {"parada": MARIA_STOP, "hacia": "antes"})
    assert shown.status_code == 422
    assert "no se llega a todas las paradas" in words(shown)
    assert order(routed) == [JOSE_STOP, MARIA_STOP]


def test_a_stop_at_the_edge_stays_there_with_a_word(browser: FlaskClient, routed: Laptop) -> None:
    before = order(routed)
    said = post(browser, "/ruta/mover", {"parada": before[0], "hacia": "antes"}, follow_redirects=True)
    assert "ya está en ese extremo" in words(said)
    gone = post(browser, "/ruta/mover", {"parada": "nobody", "hacia": "antes"}, follow_redirects=True)
    assert "ya no está por hacer" in words(gone)
    assert order(routed) == before
