"""What comes from outside mends the routes it touches: drafts lose a stop, published ones are flagged."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from server.importing import ImportReport, import_contacts, import_stops
from server.planning import PublishReport, publish
from server.store import repairs, schema, tables
from server.store.engine import open_engine, reading, writing
from server.store.scopes import Scope
from sync.records import RouteState

from .debts import DAY, NOW, World, around
from .test_planning import give, planned, published, route_of

MONDAY = datetime(2026, 11, 23, 12, 45, tzinfo=UTC)  # 07:45 in Duitama


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    engine = open_engine(f"sqlite:///{tmp_path}/office.db")
    schema.upgrade(engine)
    yield World(engine)
    engine.dispose()


def number_of(world: World, debtor: str) -> str:
    (account,) = world.accounts_of(debtor)
    return account[-12:]


def calls(world: World, folder: Path, debtor: str, at: str = "23/11/2026 07:30") -> ImportReport:
    path = folder / "llamadas.csv"
    path.write_text(f"Crédito;Canal;Fecha y hora;Efectivo\n{number_of(world, debtor)};llamada;{at};sí\n")
    given: dict[str, Any] = {"lender": "Crediboyacá", "as_of": DAY, "actor": "ana", "now": MONDAY}
    return import_contacts(world.engine, path, **given)


def stops(world: World, folder: Path, debtor: str, kind: str) -> ImportReport:
    path = folder / "novedades.csv"
    path.write_text(f"Crédito;Tipo;Desde\n{number_of(world, debtor)};{kind};20/11/2026\n")
    given: dict[str, Any] = {"lender": "Crediboyacá", "as_of": DAY, "actor": "ana", "now": MONDAY}
    return import_stops(world.engine, path, **given)


def three(world: World) -> tuple[str, str, str]:
    world.agent("Rosa")
    made = [
        world.debtor(name, at=around(place), pack="cl") for place, name in enumerate(("Ana", "Beto", "Ciro"))
    ]
    give(world)
    planned(world)
    return made[0], made[1], made[2]


def test_a_draft_loses_the_stop_that_a_call_made_elsewhere_bars_and_can_be_published(
    world: World, tmp_path: Path
) -> None:
    ana, beto, ciro = three(world)
    before = route_of(world)
    assert {stop.debtor for stop in before.planned} == {ana, beto, ciro}
    report = calls(world, tmp_path, ana)
    assert (report.counts["left_out"], report.counts["flagged"]) == (1, 0)
    route = route_of(world)
    assert [stop.sequence for stop in route.planned] == [1, 2]
    (gone,) = [stop for stop in route.left_out if stop.debtor == ana]
    assert gone.rule.startswith("cl.")
    assert gone.source
    kept = {stop.debtor: stop.eta for stop in before.planned if stop.debtor != ana}
    assert {stop.debtor: stop.eta for stop in route.planned} == kept
    done = publish(world.engine, day=DAY, actor="ana", now=MONDAY)
    assert isinstance(done, PublishReport), done
    assert done.stops == 2
    (fact,) = [row for row in world.rows(tables.facts) if row["kind"] == "route.repaired"]
    assert fact["payload"]["left_out"] == {gone.id: gone.rule}


def test_a_published_stop_that_became_barred_is_flagged_once_until_somebody_saw_it(
    world: World, tmp_path: Path
) -> None:
    ana, beto, _ = three(world)
    published(world)
    assert calls(world, tmp_path, beto).counts["flagged"] == 1
    assert stops(world, tmp_path, ana, "Fallecido").counts["flagged"] == 1
    assert stops(world, tmp_path, ana, "Fallecido").counts["flagged"] == 0
    route = route_of(world)
    assert route.state is RouteState.PUBLISHED
    assert len(route.planned) == 3, "the day is the coordinator's to plan again"
    with writing(world.engine) as connection:
        flags = repairs.flagged(connection, Scope.everything(), DAY)
        assert {(flag["debtor_id"], flag["agent_name"]) for flag in flags} == {(ana, "Rosa"), (beto, "Rosa")}
        assert repairs.flagged(connection, Scope(), DAY) == []
        first = flags[0]
        assert repairs.see(connection, Scope(), first["id"], MONDAY, "nadie") is None
        assert (
            repairs.see(connection, Scope.everything(), first["id"], MONDAY, "alicia") == first["debtor_id"]
        )
        assert repairs.see(connection, Scope.everything(), first["id"], MONDAY, "alicia") is None
    with reading(world.engine) as connection:
        assert len(repairs.flagged(connection, Scope.everything(), DAY)) == 1


def test_a_contact_that_leaves_the_caps_room_touches_no_route(world: World, tmp_path: Path) -> None:
    ana, *_ = three(world)
    report = calls(world, tmp_path, ana, at="13/11/2026 10:00")
    assert (report.counts["new"], report.counts["left_out"]) == (1, 0)
    assert len(route_of(world).planned) == 3


def test_a_disputed_account_leaves_its_stop_and_the_other_one_keeps_it(world: World, tmp_path: Path) -> None:
    world.agent("Rosa")
    ana = world.debtor("Ana", accounts=[{"dpd": 95}, {"dpd": 100}])
    give(world)
    planned(world)
    one, other = world.accounts_of(ana)
    path = tmp_path / "novedades.csv"
    path.write_text(f"Crédito;Tipo\n{one[-12:]};disputa\n")
    given: dict[str, Any] = {"lender": "Crediboyacá", "as_of": DAY, "actor": "ana", "now": MONDAY}
    assert import_stops(world.engine, path, **given).counts["left_out"] == 0
    (stop,) = route_of(world).planned
    assert stop.accounts == (other,)


def test_the_place_a_published_stop_takes_is_not_held_against_itself(world: World, tmp_path: Path) -> None:
    ana, beto, _ = three(world)
    published(world)
    assert stops(world, tmp_path, ana, "Disputa").counts["flagged"] == 1
    with reading(world.engine) as connection:
        assert {flag["debtor_id"] for flag in repairs.flagged(connection, Scope.everything(), DAY)} == {ana}
    assert NOW < MONDAY
    assert beto
