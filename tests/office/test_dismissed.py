"""A collector who no longer works here gets no more work, and nothing that his laptop still says is lost."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from server import enrolling, receiving
from server.hiring import NewPerson, dismiss, hire, take_back
from server.store import agents, people
from server.store import tables as t
from server.store.engine import reading, writing
from sync.records import Refused, UserRole
from sync.wire.errors import Problem

from .builders import NOW, TODAY, Laptop, World, enrolled
from .test_publishing import add_route, full_world, refresh

LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def office(world: World) -> World:
    """The small world, where Ana is also a person who can log in."""
    with writing(world.engine) as connection:
        people.ensure_roles(connection)
    ana = NewPerson("ana", "Ana Ruiz", UserRole.COLLECTOR, password="una-buena-clave")
    hired = hire(world.engine, ana, actor="sonia", now=NOW)
    assert not isinstance(hired, Refused)
    with writing(world.engine) as connection:
        connection.execute(update(t.agents).where(t.agents.c.id == hired.agent_id).values(user_id=None))
        named = update(t.agents).where(t.agents.c.id == world.agents["Ana"])
        connection.execute(named.values(user_id=hired.user_id))
    return world


def pushed(laptop: Laptop) -> dict[str, object]:
    world = laptop.world
    return receiving.receive(world.engine, world.signer, laptop.device, laptop.request(None), LATER)


def go(world: World) -> None:
    assert dismiss(world.engine, "ana", actor="sonia", now=LATER) is None


def test_his_feed_is_taken_back_and_what_his_laptop_still_says_is_applied(office: World) -> None:
    laptop = full_world(office)
    before = office.kinds("Ana")
    assert {"debtor", "account", "policy", "route", "basemap"} <= {kind for kind, _ in before}
    go(office)
    assert office.kinds("Ana") == [("agent", office.agents["Ana"])]
    late = laptop.visit("Luis", note="lo que faltaba por enviar")
    reply = pushed(laptop)
    assert reply["have"] == {"incarnation": laptop.incarnation, "n": late.n, "h": late.h.hex()}
    assert reply["quarantined"] == []
    assert late.id in {row["id"] for row in office.rows(t.visits)}
    assert office.kinds("Ana") == [("agent", office.agents["Ana"])], "and it brings nothing back"
    gone = [row for row in office.rows(t.feeds, t.feeds.c.agent_id == office.agents["Ana"]) if row["gone"]]
    assert all(row["payload"] is None for row in gone)
    page = reply["page"]
    assert isinstance(page, dict)
    assert page["reflects"]["n"] == late.n


def test_what_a_colleague_tells_of_his_debtors_does_not_reach_him(office: World) -> None:
    full_world(office)
    go(office)
    benito = enrolled(office, "Benito")
    benito.visit("Rosa", "NAD", note="pasé por allá")
    pushed(benito)
    assert office.kinds("Ana") == [("agent", office.agents["Ana"])]
    assert refresh(office, "Ana", "Benito") == 0


def test_his_routes_hold_nobodys_place_any_more(office: World) -> None:
    """Else whoever gets his debtors could not plan them: the cap of that day would count his stops."""
    today, tomorrow, before = TODAY, TODAY + timedelta(days=1), TODAY - timedelta(days=1)
    for day in (before, today, tomorrow):
        add_route(office, "Ana", ["Rosa", "Luis"], day)
    laptop = enrolled(office)
    with reading(office.engine) as connection:
        [done] = connection.execute(
            select(t.stops.c.id)
            .join(t.routes, t.routes.c.id == t.stops.c.route_id)
            .where(t.routes.c.date == today, t.stops.c.debtor_id == office.debtors["Rosa"])
        ).scalars()
    laptop.visit("Rosa")
    pushed(laptop)
    with writing(office.engine) as connection:
        connection.execute(update(t.visits).values(stop_id=done))
    go(office)
    days = {row["id"]: row["date"] for row in office.rows(t.routes)}
    withdrawn = [row for row in office.rows(t.stops) if row["withdrawn"]]
    # What was visited, and yesterday, is history.
    assert sorted((days[row["route_id"]] - TODAY).days for row in withdrawn) == [0, 1, 1]
    assert done not in {row["id"] for row in withdrawn}
    assert "ya no trabaja" in json.dumps(withdrawn[0]["withdrawn"], ensure_ascii=False)


def test_his_drafts_can_no_longer_be_published(office: World) -> None:
    add_route(office, "Ana", ["Rosa"], TODAY + timedelta(days=1))
    with writing(office.engine) as connection:
        connection.execute(update(t.routes).values(state="draft"))
    go(office)
    assert [row["state"] for row in office.rows(t.routes)] == ["superseded"]


def test_he_is_given_no_code_and_is_planned_no_more(office: World) -> None:
    go(office)
    with reading(office.engine) as connection:
        assert office.agents["Ana"] not in {agent.id for agent in agents.all_active(connection)}
    with pytest.raises(Problem) as refused:
        enrolling.issue_code(office.engine, office.agents["Ana"], actor="cli", now=LATER)
    assert refused.value.code == "not_allowed"
    facts = [row["kind"] for row in office.rows(t.facts)]
    assert facts.count("user.disabled") == 1


def test_who_comes_back_gets_what_was_not_given_to_others(office: World) -> None:
    full_world(office)
    before = {key for key in office.kinds("Ana") if key[0] in ("debtor", "account", "visit")}
    go(office)
    office.assign("Luis", "Benito")
    refresh(office, "Ana", "Benito")
    assert take_back(office.engine, "ana", actor="sonia", now=LATER) is None
    after = {key for key in office.kinds("Ana") if key[0] in ("debtor", "account", "visit")}
    gone = before - after
    assert after < before
    assert {record for kind, record in gone if kind == "debtor"} == {office.debtors["Luis"]}
    assert ("debtor", office.debtors["Luis"]) in office.kinds("Benito")
    assert isinstance(take_back(office.engine, "nadie", actor="sonia", now=LATER), Refused)
