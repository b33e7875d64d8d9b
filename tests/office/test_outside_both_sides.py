"""A call, a death, a silent dialler: told to the office from outside, and the same word at the door."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast

from field_client import asking as laptop_asking
from field_client.today import day_of
from server import publishing
from server.consulting import Consulted, Question, consult
from server.importing import declare_source, import_contacts, import_stops
from server.resolving import resolve
from server.store import tables as t
from server.store.engine import writing
from server.store.scopes import Scope
from sync.ids import new_id
from sync.rules.asking import Said

from .builders import NOW, TODAY, World
from .test_publishing import add_route
from .test_two_sides import Carried, carried  # noqa: F401 - a fixture

SOON = NOW + timedelta(minutes=20)


def brings(world: World, folder: Path, kind: Any, text: str, **given: Any) -> Any:
    path = folder / "archivo.csv"
    path.write_text(text)
    asked = {"lender": "Coopsol", "as_of": TODAY, "actor": "ana", "now": NOW} | given
    return kind(world.engine, path, **asked)


def at_the_door(laptop: Carried, debtor: str, at: Any = SOON, **asked: Any) -> Said:
    world = laptop.peer.world
    with laptop.open().reading() as db:
        return laptop_asking.why(db, world.debtors[debtor], world.accounts[debtor][0], at, **asked)


def at_the_office(world: World, debtor: str, at: Any = SOON, **asked: Any) -> Said:
    (found,) = cast(
        list[Consulted], consult(world.engine, f"{debtor}-1", Question(at, **asked), lender="Coopsol", now=at)
    )
    return found.said


def both(laptop: Carried, debtor: str, **asked: Any) -> tuple[str, str, str]:
    """Verdict, rule and words; the same on both sides or the test fails."""
    there, here = at_the_door(laptop, debtor, **asked), at_the_office(laptop.peer.world, debtor, **asked)
    said = [
        (one.verdict.decision, one.ruling.rule, str(one.ruling.because), one.ruling.source)
        for one in (there, here)
    ]
    assert said[0] == said[1]
    return said[0][:3]


def test_calls_made_elsewhere_fill_the_cap_at_the_door(carried: Carried, tmp_path: Path) -> None:  # noqa: F811
    world = carried.peer.world
    carried.exchange()
    assert both(carried, "Rosa")[0] == "allow"
    rows = "".join(f"Rosa-{number},llamada,20/11/2026 {hour}:00\n" for number, hour in ((1, 9), (2, 10)))
    brings(world, tmp_path, import_contacts, "Crédito,Canal,Fecha y hora\n" + rows)
    assert at_the_door(carried, "Rosa").verdict.decision == "allow", "the laptop has not heard of it yet"
    carried.exchange()
    assert both(carried, "Rosa")[:2] == ("block", "demo.frequency.daily")
    assert both(carried, "Luis")[0] == "allow"


def test_a_stop_of_today_whose_caps_were_filled_elsewhere_shows_it(
    carried: Carried,  # noqa: F811
    tmp_path: Path,
) -> None:
    world = carried.peer.world
    add_route(world, "Ana", ["Rosa", "Luis"])
    with writing(world.engine) as connection:
        connection.execute(t.stops.update().values(eta=SOON))
        publishing.refresh_agents(connection, [world.agents["Ana"]], NOW)
    rows = "".join(f"Rosa-1,llamada,20/11/2026 {hour}:00\n" for hour in (9, 10))
    brings(world, tmp_path, import_contacts, "Crédito,Canal,Fecha y hora\n" + rows)
    carried.exchange()
    day = day_of(carried.open(), NOW)
    assert day is not None
    assert {stop.name: str(stop.stopped) for stop in day.stops} == {
        "Rosa": "Ya hay 2 contactos ese día (límite 2).",
        "Luis": "None",
    }
    assert day.next is not None
    assert day.next.name == "Luis"


def test_a_silent_dialler_is_a_warning_that_names_it_on_both_sides(carried: Carried, tmp_path: Path) -> None:  # noqa: F811
    world = carried.peer.world
    carried.exchange()
    given: dict[str, Any] = {
        "lender": "Coopsol",
        "source": "MARCADOR",
        "channels": ["call"],
        "actor": "ana",
        "now": NOW,
    }
    declare_source(world.engine, **given)
    carried.exchange()
    never = ("warn", "contacts.unknown", "No se conocen las llamadas de MARCADOR: nunca han llegado.")
    assert both(carried, "Luis") == never
    late = "Crédito,Canal,Fecha y hora\nLuis-1,llamada,11/11/2026 09:00\n"
    brings(world, tmp_path, import_contacts, late, source="MARCADOR", as_of=date(2026, 11, 11))
    carried.exchange()
    said = ("warn", "contacts.unknown", "No se conocen las llamadas de MARCADOR desde el 12/11/2026.")
    assert both(carried, "Rosa") == both(carried, "Luis") == said
    fresh = late + "Luis-1,llamada,19/11/2026 09:00\n"
    brings(world, tmp_path, import_contacts, fresh, source="MARCADOR", as_of=date(2026, 11, 19))
    carried.exchange()
    assert both(carried, "Rosa")[0] == "allow", "Rosa has no call in the file, and now that is known"


def test_a_death_shows_on_the_laptop_s_day_until_it_is_resolved(carried: Carried, tmp_path: Path) -> None:  # noqa: F811
    world = carried.peer.world
    add_route(world, "Ana", ["Rosa", "Luis"])
    with writing(world.engine) as connection:
        connection.execute(t.stops.update().values(eta=SOON))
        publishing.refresh_agents(connection, [world.agents["Ana"]], NOW)
    carried.exchange()
    report = brings(world, tmp_path, import_stops, "Crédito,Tipo,Prueba\nRosa-1,Fallecido,acta 9\n")
    assert report.counts["flagged"] == 1
    carried.exchange()
    assert both(carried, "Rosa")[:2] == ("block", "demo.stop")
    day = day_of(carried.open(), NOW)
    assert day is not None
    assert {stop.name: stop.stopped is not None for stop in day.stops} == {"Rosa": True, "Luis": False}
    (death,) = world.rows(t.stop_states)
    why = {
        "outcome": "mistaken",
        "because": "era un homónimo",
        "actor": "ruth",
        "now": NOW + timedelta(minutes=1),
    }
    assert isinstance(resolve(world.engine, death["id"], scope=Scope.everything(), **why), str)
    carried.exchange()
    assert both(carried, "Rosa")[0] == "allow"


def test_a_request_not_to_be_called_closes_calls_and_leaves_the_door(
    carried: Carried,  # noqa: F811
    tmp_path: Path,
) -> None:
    world = carried.peer.world
    brings(world, tmp_path, import_stops, "Crédito,Tipo\nRosa-1,no llamar\n")
    carried.exchange()
    assert both(carried, "Rosa")[0] == "allow"
    assert both(carried, "Rosa", channel="call")[:2] == ("block", "demo.stop")


def test_a_death_told_at_the_door_freezes_what_was_held_together(carried: Carried) -> None:  # noqa: F811
    from .builders import visit_body

    world = carried.peer.world
    with writing(world.engine) as connection:
        connection.execute(
            t.account_roles.insert().values(
                id=new_id(),
                account_id=world.accounts["Luis"][0],
                debtor_id=world.debtors["Rosa"],
                role="co_holder",
                since=TODAY,
            )
        )
    carried.exchange()
    body = visit_body(world, "Rosa", "FAL")
    carried.say("visit.recorded", body)
    carried.exchange()
    assert {row["account_id"] for row in world.rows(t.stop_states)} == {None, world.accounts["Luis"][0]}
    carried.exchange()
    assert at_the_door(carried, "Luis").verdict.decision == "block"
