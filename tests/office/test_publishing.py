"""Each agent's feed holds his scope, numbered so that no reader misses a row."""

from __future__ import annotations

import json
import time
from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert

from server import publishing, receiving
from server.store import contact_sources, counters, feeds, offices, overrides
from server.store import tables as t
from server.store.engine import reading, writing
from sync.digest import canonical
from sync.ids import new_id
from sync.rules.policy import from_wire
from sync.wire.feed import RECORDS
from sync.wire.fields import instant

from .builders import NOW, TODAY, Laptop, World, add_payment, enrolled


def refresh(world: World, *agents: str) -> int:
    with writing(world.engine) as connection:
        return publishing.refresh_agents(connection, [world.agents[name] for name in agents], NOW)


def touched(world: World, *debtors: str) -> int:
    with writing(world.engine) as connection:
        return publishing.refresh_debtors(connection, [world.debtors[name] for name in debtors], NOW)


def payload(world: World, agent: str, kind: str, record: str) -> dict[str, Any]:
    [row] = [r for r in world.feed(agent) if (r["kind"], r["record_id"]) == (kind, record)]
    said: dict[str, Any] = json.loads(row["payload"])
    return said


def add_route(world: World, agent: str, debtors: list[str], day: date = TODAY, version: int = 1) -> str:
    route = new_id()
    with writing(world.engine) as connection:
        connection.execute(
            insert(t.routes).values(
                id=route,
                agent_id=world.agents[agent],
                date=day,
                version=version,
                state="published",
                planned_at=NOW,
                published_at=NOW,
                approximate=True,
                starts=NOW,
                ends=NOW + timedelta(hours=8),
                matrix={"points": [{"id": ""}], "seconds": [[0]], "metres": [[0]]},
                certificate={"objective": 1},
            )
        )
        for place, debtor in enumerate(debtors):
            connection.execute(
                insert(t.stops).values(
                    id=new_id(),
                    route_id=route,
                    sequence=place,
                    debtor_id=world.debtors[debtor],
                    address_id=world.addresses[debtor],
                    accounts=world.accounts[debtor],
                    appointment=False,
                    service_s=600,
                    value=1,
                    why={"msgid": "primero", "values": {}},
                )
            )
    return route


def receive(laptop: Laptop) -> None:
    """All that the laptop has written."""
    world = laptop.world
    reply = receiving.receive(world.engine, world.signer, laptop.device, laptop.request(None), NOW)
    assert reply["quarantined"] == []


def full_world(world: World) -> Laptop:
    """Every kind of record once."""
    with writing(world.engine) as connection:
        streets = {"type": "FeatureCollection", "features": []}
        basemap = {"id": new_id(), "name": "Duitama", "attribution": "OSM", "geojson": streets}
        offices.put(connection, "basemap", basemap)
        connection.execute(
            insert(t.documents).values(
                id=new_id(), account_id=world.accounts["Rosa"][0], name="pagaré", since=TODAY
            )
        )
        connection.execute(
            insert(t.contact_points).values(
                id=new_id(), debtor_id=world.debtors["Rosa"], kind="mobile", value="310 000 0000", since=TODAY
            )
        )
        overrides.add(
            connection,
            debtor_id=world.debtors["Rosa"],
            pack="demo",
            rule="demo.hours",
            day=TODAY,
            channel="visit",
            why="lo pidió por carta",
            two=False,
            asked_at=NOW,
            asked_by="oscar",
            asked_name="Óscar Leguizamón",
            asked_role="supervisor",
        )
    add_payment(world, "Rosa")
    add_route(world, "Ana", ["Rosa", "Luis"])
    laptop = enrolled(world)
    visit = laptop.visit("Rosa", "PTP", note="volverá")
    laptop.promise(visit)
    happened = {"start": "2026-11-19T15:00:00Z", "end": "2026-11-19T15:05:00Z", "known": "live"}
    laptop.write(
        "contact.recorded",
        {"debtor": world.debtors["Rosa"], "channel": "call", "happened": happened, "effective": True},
    )
    reply = receiving.receive(world.engine, world.signer, laptop.device, laptop.request(None), NOW)
    stop = {"debtor": world.debtors["Rosa"], "stop": new_id(), "happened": happened, "cause": "lluvia"}
    laptop.write("stop.skipped", stop)
    paid = {"debtor": world.debtors["Rosa"], "account": world.accounts["Rosa"][0], "amount": "5000.50"}
    paid |= {"currency": "COP", "paid_on": "2026-11-19", "channel": "banco"}
    laptop.write("payment.reported", paid)
    photo = {"visit": visit.id, "sha256": "ab" * 32, "media_type": "image/jpeg", "size": 10}
    laptop.write("attachment.added", photo)
    reply = receiving.receive(world.engine, world.signer, laptop.device, laptop.request(None), NOW)
    assert reply["quarantined"] == []
    return laptop


def test_an_attachment_alone_shows_in_the_feed_and_not_to_who_may_not_read_its_visit(world: World) -> None:
    laptop = enrolled(world)
    visit = laptop.visit("Rosa")
    receiving.receive(world.engine, world.signer, laptop.device, laptop.request(None), NOW)
    photo = {"visit": visit.id, "sha256": "ab" * 32, "media_type": "image/jpeg", "size": 10}
    added = laptop.write("attachment.added", photo)
    request = laptop.request([added])
    receiving.receive(world.engine, world.signer, laptop.device, request, NOW)
    said = payload(world, "Ana", "attachment", added.id)
    assert (said["visit"], said["sha256"], said["role"], said["stored"]) == (
        visit.id,
        "ab" * 32,
        "photo",
        None,
    )
    with writing(world.engine) as connection:
        connection.execute(t.visit_results.delete())
    world.assign("Rosa", "Benito")
    refresh(world, "Ana", "Benito")
    assert ("visit", visit.id) in world.kinds("Benito")
    assert ("attachment", added.id) not in world.kinds("Benito")


def test_every_record_loads_with_its_schema_and_is_canonical(world: World) -> None:
    full_world(world)
    with writing(world.engine) as connection:
        contact_sources.declare(
            connection,
            world.lender,
            "DIALLER",
            channels=["call"],
            stale_after_days=None,
            now=NOW,
            actor="ana",
        )
    refresh(world, "Ana", "Benito")
    seen = set()
    for row in world.feed("Ana"):
        said = json.loads(row["payload"])
        RECORDS[row["kind"]]().load(said)
        assert row["payload"].encode() == canonical(said)
        seen.add(row["kind"])
    # Papers, erasures and city packages have tests of their own: this world has none of them.
    agreed = {"offers", "offer", "agreement", "suggestion"}
    papers = {"delivery", "stationery"}  # tests/laptop/test_printing.py
    assert seen == set(RECORDS) - {"document", "erasure", "city", "objection"} - agreed - papers


def test_a_feed_holds_the_agents_own_debtors_and_nobody_elses(world: World) -> None:
    refresh(world, "Ana", "Benito")
    assert {record for kind, record in world.kinds("Ana") if kind == "debtor"} == {
        world.debtors["Rosa"],
        world.debtors["Luis"],
    }
    text = "".join(row["payload"] for row in world.feed("Ana"))
    assert "Marta" not in text
    assert world.accounts["Marta"][0] not in text


def test_the_policy_travels_with_the_accounts_it_governs(world: World) -> None:
    refresh(world, "Ana")
    assert from_wire(payload(world, "Ana", "policy", "demo")).name == "demo"
    assert len([kind for kind, _ in world.kinds("Ana") if kind == "policy"]) == 1


def test_an_account_carries_its_latest_balance_and_its_people(world: World) -> None:
    account = world.accounts["Rosa"][0]
    guarantor = world.add_debtor("Pedro", accounts=0)
    with writing(world.engine) as connection:
        connection.execute(
            insert(t.balances).values(
                id=new_id(),
                account_id=account,
                import_id=world.imported,
                as_of=TODAY + timedelta(days=1),
                currency="COP",
                principal_minor=1_200_000_50,
                recorded_at=NOW,
            )
        )
        connection.execute(
            insert(t.account_roles).values(
                id=new_id(), account_id=account, debtor_id=guarantor, role="guarantor", since=TODAY
            )
        )
    refresh(world, "Ana")
    said = payload(world, "Ana", "account", account)
    assert said["balance"]["principal"] == "1200000.50"
    assert said["lender"] == "Coopsol"
    people = {person["role"]: person for person in said["people"]}
    assert people["guarantor"]["addresses"][0]["text"] == "Calle 1 # 2-3, Pedro"
    assert people["holder"]["addresses"] == []


def test_a_second_refresh_changes_nothing(world: World) -> None:
    full_world(world)
    refresh(world, "Ana")
    before = world.feed("Ana")
    assert refresh(world, "Ana") == 0
    assert touched(world, "Rosa", "Luis") == 0
    assert world.feed("Ana") == before


def test_only_what_changed_gets_a_new_number(world: World) -> None:
    refresh(world, "Ana")
    before = {(row["kind"], row["record_id"]): row["number"] for row in world.feed("Ana")}
    payment = add_payment(world, "Rosa")
    assert touched(world, "Rosa") == 1
    after = {(row["kind"], row["record_id"]): row["number"] for row in world.feed("Ana")}
    assert after.pop(("payment", payment)) > max(before.values())
    assert after == before


def test_a_debtor_given_to_another_leaves_a_tombstone_and_comes_back_with_a_new_number(world: World) -> None:
    refresh(world, "Ana", "Benito")
    first = {(row["kind"], row["record_id"]): row["number"] for row in world.feed("Ana")}
    key = ("debtor", world.debtors["Luis"])
    world.assign("Luis", "Benito", TODAY)
    touched(world, "Luis")
    assert key not in world.kinds("Ana")
    assert key in world.kinds("Benito")
    gone = world.rows(t.feeds, t.feeds.c.agent_id == world.agents["Ana"], t.feeds.c.gone.is_(True))
    assert {(row["kind"], row["payload"]) for row in gone} == {("debtor", None), ("account", None)}
    assert all(row["number"] > max(first.values()) for row in gone)
    world.assign("Luis", "Ana", TODAY)
    touched(world, "Luis")
    again = {(row["kind"], row["record_id"]): row["number"] for row in world.feed("Ana")}
    assert again[key] > max(row["number"] for row in gone)
    assert again[key] > first[key]
    assert key not in world.kinds("Benito")


def test_an_account_barred_from_visits_is_not_sent(world: World) -> None:
    barred = world.accounts["Rosa"][1]
    with writing(world.engine) as connection:
        connection.execute(
            t.assignment_accounts.update()
            .where(t.assignment_accounts.c.account_id == barred)
            .values(outcome="barred")
        )
    refresh(world, "Ana")
    assert ("account", barred) not in world.kinds("Ana")
    assert ("account", world.accounts["Rosa"][0]) in world.kinds("Ana")


def test_of_a_colleagues_visit_only_the_own_accounts_results_are_told(world: World) -> None:
    """It counts in the caps, so it is sent; what it says of an account that is not his, is not."""
    laptop = enrolled(world, "Benito")
    visit = laptop.visit("Rosa", "NAD", note="sobre el crédito vecino")
    receiving.receive(world.engine, world.signer, laptop.device, laptop.request(None), NOW)
    with writing(world.engine) as connection:
        connection.execute(
            t.assignment_accounts.update()
            .where(t.assignment_accounts.c.account_id == world.accounts["Rosa"][1])
            .values(outcome="barred")
        )
    refresh(world, "Ana")
    said = payload(world, "Ana", "visit", visit.id)
    assert [result["account"] for result in said["results"]] == [world.accounts["Rosa"][0]]
    assert said["agent_name"] == "Benito"
    assert said["note"] == "sobre el crédito vecino"


def test_the_newest_published_route_of_each_day_is_sent_without_strangers_stops(world: World) -> None:
    old = add_route(world, "Ana", ["Rosa"])
    with writing(world.engine) as connection:
        connection.execute(t.routes.update().values(state="superseded"))
    new = add_route(world, "Ana", ["Rosa", "Marta"], version=2)
    past = add_route(world, "Ana", ["Rosa"], TODAY - timedelta(days=8))
    refresh(world, "Ana")
    routes = [record for kind, record in world.kinds("Ana") if kind == "route"]
    assert routes == [new]
    assert old not in routes
    assert past not in routes
    stops = payload(world, "Ana", "route", new)["stops"]
    assert [stop["debtor"] for stop in stops] == [world.debtors["Rosa"]]


def test_a_withdrawn_stop_says_why(world: World) -> None:
    route = add_route(world, "Ana", ["Rosa"])
    refresh(world, "Ana")
    with writing(world.engine) as connection:
        connection.execute(t.stops.update().values(withdrawn={"msgid": "pagó", "values": {}}))
    assert touched(world, "Rosa") == 1
    [stop] = payload(world, "Ana", "route", route)["stops"]
    assert stop["withdrawn"] == {"msgid": "pagó", "values": {}}


def test_pages_read_in_order_give_the_whole_feed_once(world: World) -> None:
    refresh(world, "Ana")
    read, after, more = [], 0, True
    while more:
        with reading(world.engine) as connection:
            rows, more = feeds.page(connection, world.agents["Ana"], after, 2)
        read += rows
        after = rows[-1]["number"]
    assert [(row["kind"], row["record_id"]) for row in read] == world.kinds("Ana")
    with reading(world.engine) as connection:
        assert counters.current(connection, counters.feed(world.agents["Ana"])) == after


def test_two_hundred_debtors_are_refreshed_in_a_second(world: World) -> None:
    rows: dict[str, list[dict[str, Any]]] = {"debtors": [], "roles": [], "accounts": [], "held": []}
    assignments, balances = [], []
    for number in range(200):
        debtor, account, assignment = new_id(), new_id(), new_id()
        rows["debtors"].append(
            {"id": debtor, "kind": "person", "name": f"D{number}", "document": str(number), "created_at": NOW}
        )
        rows["accounts"].append(
            {
                "id": account,
                "lender_id": world.lender,
                "number": str(number),
                "debtor_id": debtor,
                "currency": "COP",
                "pack": "demo",
                "first_import": world.imported,
                "last_import": world.imported,
            }
        )
        balances.append(
            {
                "id": new_id(),
                "account_id": account,
                "import_id": world.imported,
                "as_of": TODAY,
                "currency": "COP",
                "principal_minor": 100,
                "recorded_at": NOW,
            }
        )
        assignments.append(
            {
                "id": assignment,
                "debtor_id": debtor,
                "agent_id": world.agents["Ana"],
                "since": TODAY,
                "because": {},
                "decided_at": NOW,
            }
        )
        rows["held"].append(
            {"assignment_id": assignment, "account_id": account, "outcome": "assigned", "because": {}}
        )
    with writing(world.engine) as connection:
        connection.execute(insert(t.debtors), rows["debtors"])
        connection.execute(insert(t.accounts), rows["accounts"])
        connection.execute(insert(t.balances), balances)
        connection.execute(insert(t.assignments), assignments)
        connection.execute(insert(t.assignment_accounts), rows["held"])
    refresh(world, "Benito")  # the pack is read and the statements compiled once
    began = time.process_time()
    assert refresh(world, "Ana") > 400
    assert time.process_time() - began < 1.0


def test_what_a_push_adds_is_what_going_over_the_whole_feed_would_say(world: World) -> None:
    """Records are added one by one, and only where others change a debtor is gathered anew."""
    ana, benito = enrolled(world, "Ana"), enrolled(world, "Benito")
    visit = ana.visit("Rosa", "PTP", note="segundo piso")
    ana.promise(visit)
    told = {
        "start": instant(NOW - timedelta(hours=2)),
        "end": instant(NOW - timedelta(hours=2)),
        "known": "live",
    }
    rosa = world.debtors["Rosa"]
    ana.write("contact.recorded", {"debtor": rosa, "channel": "call", "happened": told, "effective": True})
    ana.write("stop.skipped", {"debtor": rosa, "stop": new_id(), "happened": told, "cause": "llovía"})
    money = {"amount": "5000.00", "currency": "COP", "paid_on": "2026-11-19", "channel": "bank"}
    ana.write("payment.reported", {"debtor": rosa, "account": world.accounts["Rosa"][1], **money})
    photo = {"sha256": "0a" * 32, "media_type": "image/jpeg", "size": 10}
    ana.write("attachment.added", {"visit": visit.id, **photo})
    ana.visit("Luis", "DIS")
    ana.write("address.proposed", {"debtor": world.debtors["Luis"], "kind": "home", "text": "Calle 9 # 9-9"})
    ana.write(
        "visit.amended", {"visit": visit.id, "why": "era el tercer piso", "replaces": {"note": "tercero"}}
    )
    ana.visit("Marta", "NAD", note="es de Benito")
    receive(ana)
    benito.visit("Marta", "NAD")
    receive(benito)
    assert {"visit", "promise", "contact", "skip", "reported", "attachment"} <= {
        kind for kind, _ in world.kinds("Ana")
    }
    assert refresh(world, "Ana", "Benito") == 0
