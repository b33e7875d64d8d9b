"""Safety: zones on routes and sheets, visits broken off that are nobody's fault, and whoever is not heard of."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import insert, select, update

from server import guarding
from server.guarding import corners_of
from server.store import risk
from server.store import tables as t
from server.store.engine import reading, writing
from server.store.scopes import Scope
from sync.ids import new_id
from sync.records import Refused, Result, ResultClass
from sync.rules.results import RESULTS

from .worlds import NOW, TODAY, World, csrf_of, log_in

EVERYTHING = Scope.everything()


def posted(client: FlaskClient, path: str, **data: str) -> Any:
    token = csrf_of(client.get("/safety/").text)
    return client.post(path, data=data | {"csrf_token": token}, follow_redirects=True)


def broken_off(world: World, name: str = "Rosa") -> str:
    """The visit to somebody was broken off for risk, as a laptop's event leaves it."""
    visit = world.visits[name]
    with writing(world.office.engine) as connection:
        connection.execute(
            update(t.visit_results).where(t.visit_results.c.visit_id == visit).values(result="RIE")
        )
        connection.execute(
            insert(t.stop_states).values(
                id=new_id(),
                debtor_id=world.debtors[name],
                account_id=None,
                state="unsafe",
                since=NOW - timedelta(hours=1),
                source=visit,
                detail={},
            )
        )
    return visit


def test_a_zone_warns_on_the_route_and_on_its_sheet_until_it_ends(world: World) -> None:
    client = log_in(world.app(), "nora")
    route = world.routes["gustavo"]
    for path in (f"/routes/{route}", f"/routes/{route}/sheet"):
        page = client.get(path).text
        assert "Paradas en zonas de riesgo" in page, path
        assert "Ir de a dos" in page
    assert "map-area-pair" in client.get(f"/routes/{route}/map").text
    posted(client, "/safety/zones/1/end", why="Volvió la policía al barrio")
    for path in (f"/routes/{route}", f"/routes/{route}/sheet"):
        assert "Paradas en zonas de riesgo" not in client.get(path).text
    assert "map-area-pair" not in client.get(f"/routes/{route}/map").text


def test_a_zone_is_marked_by_corners_or_by_a_point_and_what_is_wrong_is_said(world: World) -> None:
    client = log_in(world.app(), "carla")
    whole = {"name": "La Milagrosa", "level": "avoid", "reason": "Cobran vacuna en la entrada", "days": "30"}
    for changed, said in (
        ({"name": ""}, "de 2 a 80 letras"),
        ({"reason": "mal"}, "de 10 a 400"),
        ({"level": "run"}, "Elija qué hacer"),
        ({"days": "900"}, "de 1 a 365"),
        ({}, "un punto y un radio"),
        ({"lat": "5.8", "lon": "-73.0", "radius_m": "9"}, "de 30 a 5000"),
        ({"lat": "cinco", "lon": "-73.0", "radius_m": "90"}, "Escriba números"),
        ({"lat": "95", "lon": "-73.0", "radius_m": "90"}, "no está en la Tierra"),
        ({"corners": "5.1 -73\n5.2"}, "latitud y una longitud por línea"),
    ):
        answer = posted(client, "/safety/zones/new", **(whole | changed))
        assert answer.status_code == 422, changed
        assert said in answer.text, changed
    page = posted(client, "/safety/zones/new", **whole, corners="5.1, -73.1\n5.1, -73.0\n5.2, -73.0").text
    assert "La Milagrosa" in page
    with reading(world.office.engine) as connection:
        zone = next(one for one in risk.standing(connection, TODAY) if one.name == "La Milagrosa")
    assert zone.holds(5.12, -73.02)
    assert zone.expires_on == TODAY + timedelta(days=30)


def test_a_visit_broken_off_is_proposed_as_a_zone_and_marking_it_takes_it_off_the_desk(world: World) -> None:
    visit = broken_off(world)
    client = log_in(world.app(), "alicia")
    assert f"visit={visit}" in client.get("/safety/").text
    form = client.get(f"/safety/zones/new?visit={visit}").text
    assert f'value="{visit}"' in form
    posted(
        client,
        "/safety/zones/new",
        name="Calle 10",
        level="pair",
        reason="Lo siguieron dos hombres en moto",
        days="60",
        lat="5.83",
        lon="-73.03",
        radius_m="150",
        visit=visit,
    )
    assert f"visit={visit}" not in client.get("/safety/").text


def test_a_visit_broken_off_may_be_no_zone_with_a_reason(world: World) -> None:
    visit = broken_off(world)
    client = log_in(world.app(), "alicia")
    refused = posted(client, f"/safety/visits/{visit}/dismiss", why="")
    assert "de 3 a 300 letras" in refused.text
    assert f"visit={visit}" in refused.text
    assert (
        f"visit={visit}"
        not in posted(client, f"/safety/visits/{visit}/dismiss", why="Fue un perro suelto").text
    )
    bruno = log_in(world.app(), "bruno")
    data = {"csrf_token": csrf_of(bruno.get("/safety/").text), "why": "no es mío"}
    assert bruno.post(f"/safety/visits/{visit}/dismiss", data=data).status_code == 404


def test_breaking_a_visit_off_is_no_attempt_that_counts_against_anyone() -> None:
    rule = RESULTS[Result.UNSAFE]
    assert rule.cls is ResultClass.STOP


def test_who_is_not_heard_of_is_listed_until_his_laptop_speaks(world: World) -> None:
    engine = world.office.engine
    late = NOW + timedelta(days=1)
    with writing(engine) as connection:
        connection.execute(update(t.routes).values(state="published", date=TODAY))
        connection.execute(update(t.stops).values(eta=NOW - timedelta(hours=2)))
        connection.execute(update(t.devices).values(last_seen=NOW - timedelta(hours=5)))
    client = log_in(world.app(), "carla")
    page = client.get("/safety/").text
    assert "nadie lo ha buscado" in page
    assert "Gustavo" in page
    assert "Hilda" not in page, "Hilda is of Tunja"
    agent = world.agents["gustavo"]
    assert (
        "Elija qué se supo"
        in posted(client, f"/safety/agents/{agent}/silence", outcome="", note="hablé").text
    )
    page = posted(client, f"/safety/agents/{agent}/silence", outcome="safe", note="Contestó el celular").text
    assert "Contestó el celular" in page
    assert "nadie lo ha buscado" not in page
    with writing(engine) as connection:
        connection.execute(update(t.devices).values(last_seen=NOW - timedelta(minutes=1)))
    assert "Gustavo" not in client.get("/safety/").text
    assert late > NOW


def test_how_long_is_waited_is_the_offices_setting(world: World) -> None:
    from server.store import offices

    assert guarding.silent_after(world.office.engine) == timedelta(minutes=45)
    with writing(world.office.engine) as connection:
        offices.put(connection, "silent_after_minutes", 20)
    assert guarding.silent_after(world.office.engine) == timedelta(minutes=20)


def test_a_zone_is_renewed_and_every_decision_is_a_fact(world: World) -> None:
    engine = world.office.engine
    given: dict[str, Any] = {"actor": "nora", "now": NOW}
    assert isinstance(guarding.renew(engine, "1", days=0, today=TODAY, **given), Refused)
    assert guarding.renew(engine, "1", days=10, today=TODAY, **given) is None
    assert guarding.end(engine, "1", why="ya pasó", **given) is None
    with reading(engine) as connection:
        kinds = connection.execute(
            select(t.facts.c.kind).where(t.facts.c.kind.like("risk.%")).order_by(t.facts.c.number)
        ).scalars()
        assert list(kinds) == ["risk.marked", "risk.renewed", "risk.ended"]
        held = risk.one(connection, "1")
    assert held is not None
    assert held["ended_why"] == "ya pasó"
    assert isinstance(held["made_at"], datetime)


def test_corners_are_read_as_people_type_them() -> None:
    assert corners_of("5.8, -73.0\n\n 5.9;-73.1") == ((5.8, -73.0), (5.9, -73.1))
    for wrong in ("5.8", "hola", "95, 0", "1 2 3", "\n".join(["1, 1"] * 101)):
        assert corners_of(wrong) is None, wrong


def test_compliance_sees_what_waits_and_the_manager_reads(world: World) -> None:
    app = world.app()
    dora, elena = log_in(app, "dora"), log_in(app, "elena")
    page = dora.get("/oversight/compliance").text
    for words in (
        "Reclamos por 1.000 visitas",
        "Casos cerca de su plazo",
        "Firma de un abogado",
        "Quién sacó qué",
    ):
        assert words in page
    page = elena.get("/oversight/manager").text
    for words in ("Rutas publicadas", "Portátiles en uso", "Ofertas por aprobar"):
        assert words in page
