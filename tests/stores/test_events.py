"""The ledger's tables and a whole exchange, on both engines."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from server import enrolling, receiving
from server.store import chunks, devices, events, receipts
from server.store import tables as t
from server.store.engine import reading, writing
from server.store.trouble import Unstorable, attempt
from sync.ids import new_id
from sync.ledger import ZERO, Head
from sync.wire.errors import Problem
from tests.office.builders import NOW, Laptop, World, enrolled, small_world


@pytest.fixture
def world(office_engine: Engine) -> World:
    return small_world(office_engine)


@pytest.fixture
def laptop(world: World) -> Laptop:
    return enrolled(world)


def ask(laptop: Laptop, entries: Any = (), **given: Any) -> dict[str, Any]:
    world = laptop.world
    request = laptop.request(entries, **given)
    return receiving.receive(world.engine, world.signer, laptop.device, request, NOW)


def test_an_exchange_keeps_applies_and_answers(laptop: Laptop) -> None:
    """Every kind of event, a bad one among them; a replay changes nothing."""
    world = laptop.world
    rosa, account = world.debtors["Rosa"], world.accounts["Rosa"][0]
    happened = {"start": "2026-11-19T15:00:00Z", "end": "2026-11-19T15:05:00Z", "known": "paper", "line": 3}
    visit = laptop.visit("Rosa", "DIS")
    laptop.promise(visit)
    laptop.write("visit.amended", {"visit": visit.id, "why": "error", "replaces": {"note": "otra"}})
    call = {"debtor": rosa, "channel": "call", "happened": happened, "effective": True}
    laptop.write("contact.recorded", call)
    laptop.write("stop.skipped", {"debtor": rosa, "stop": new_id(), "happened": happened, "cause": "lluvia"})
    paid = {"debtor": rosa, "account": account, "amount": "99999999999999.25", "currency": "COP"}
    laptop.write("payment.reported", paid | {"paid_on": "2026-11-19", "channel": "banco"})
    laptop.write("address.proposed", {"debtor": rosa, "kind": "home", "text": "otra calle"})
    laptop.write("phone.proposed", {"debtor": rosa, "value": "311 222 3344"})
    photo = {"visit": visit.id, "sha256": "ab" * 32, "media_type": "image/jpeg", "size": 2**40}
    laptop.write("attachment.added", photo)
    laptop.write("visit.dreamt", {"año": "ñandú"})
    reply = ask(laptop, None)
    assert reply["have"]["n"] == 10
    assert [(one["n"], one["code"]) for one in reply["quarantined"]] == [(10, "unknown_kind")]
    assert reply["page"]["reflects"] == reply["have"]
    before = [world.rows(table) for table in (t.events, t.applied, t.visits, t.promises, t.feeds, t.findings)]
    assert ask(laptop, None)["have"] == reply["have"]
    assert before == [
        world.rows(table) for table in (t.events, t.applied, t.visits, t.promises, t.feeds, t.findings)
    ]


def test_every_page_size_reads_the_same_feed(laptop: Laptop) -> None:
    laptop.promise(laptop.visit())
    whole = ask(laptop, None)["page"]["rows"]
    cursor, more, rows = None, True, []
    while more:
        page = ask(laptop, cursor=cursor, limit=3)["page"]
        cursor, more = page["cursor"], page["more"]
        rows += page["rows"]
    assert rows == whole


def test_the_same_push_from_many_threads_is_applied_once(laptop: Laptop) -> None:
    laptop.promise(laptop.visit())
    with ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(lambda _: ask(laptop, None), range(6)))
    assert {reply["have"]["n"] for reply in replies} == {2}
    assert len(laptop.world.rows(t.visits)) == 1
    assert sorted(row["arrival"] for row in laptop.world.rows(t.events)) == [1, 2]


def test_two_agents_at_one_debtor_at_once_both_land(world: World) -> None:
    laptops = [enrolled(world, "Ana"), enrolled(world, "Benito")]
    for one in laptops:
        for debtor in ("Rosa", "Marta", "Luis"):
            one.visit(debtor)
    with ThreadPoolExecutor(2) as pool:
        replies = list(pool.map(lambda one: ask(one, None), laptops))
    assert [reply["have"]["n"] for reply in replies] == [3, 3]
    assert sum(kind == "visit" for kind, _ in world.kinds("Ana")) == 4
    assert sum(kind == "visit" for kind, _ in world.kinds("Benito")) == 2
    arrivals = sorted(row["arrival"] for row in world.rows(t.events))
    assert arrivals == list(range(1, 7))


def test_a_chain_that_is_open_has_a_head_and_its_places(laptop: Laptop) -> None:
    laptop.visit()
    laptop.visit()
    ask(laptop, None)
    with reading(laptop.world.engine) as connection:
        chain = events.incarnation(connection, laptop.incarnation)
        assert chain is not None
        assert chain.head == laptop.entries[1].head
        assert events.heads(connection) == [chain.head]
        assert events.mark_at(connection, chain.id, 0) == Head(chain.id, 0, ZERO)
        assert events.mark_at(connection, chain.id, 1) == laptop.entries[0].head
        assert events.hashes(connection, chain.id, 2, 9) == {2: laptop.entries[1].h}
        assert set(events.applied_digests(connection, [entry.id for entry in laptop.entries])) == {
            entry.id for entry in laptop.entries
        }
        assert events.incarnation(connection, new_id()) is None


def test_receipts_and_checkpoints_come_back_as_they_were_signed(laptop: Laptop) -> None:
    laptop.visit()
    reply = ask(laptop, None)
    with reading(laptop.world.engine) as connection:
        [receipt] = receipts.of_incarnation(connection, laptop.incarnation)
        checkpoint = receipts.last_checkpoint(connection)
    assert receipt["signature"].hex() == reply["receipt"]["signature"]
    assert checkpoint is not None
    assert checkpoint.to_json(with_heads=False) == reply["checkpoint"]
    with writing(laptop.world.engine) as connection:
        assert receipts.add_checkpoint(connection, checkpoint) is False


def test_a_failed_attempt_leaves_the_transaction_usable(world: World) -> None:
    with writing(world.engine) as connection:
        with pytest.raises(Unstorable), attempt(connection):
            events.open_incarnation(connection, new_id(), new_id(), NOW)
        connection.execute(t.lenders.insert().values(id=new_id(), name="Otra"))
    assert "Otra" in {row["name"] for row in world.rows(t.lenders)}


def test_long_lists_are_read_in_pieces() -> None:
    ids = [new_id() for _ in range(1001)]
    pieces = list(chunks.chunks([*ids, *ids]))
    assert sorted(one for piece in pieces for one in piece) == sorted(ids)
    assert max(map(len, pieces)) <= chunks.SIZE


def test_a_code_is_used_once_and_devices_are_listed_without_secrets(world: World, laptop: Laptop) -> None:
    code = enrolling.issue_code(world.engine, world.agents["Ana"], actor="cli", now=NOW)
    request = {
        "code": code,
        "device_name": "dos",
        "public_key": laptop.key.public.hex(),
        "incarnation": new_id(),
        "client": "test",
    }
    enrolling.enrol(world.engine, world.signer, world.recovery_public, request, NOW + timedelta(minutes=1))
    with pytest.raises(Problem) as refused:
        enrolling.enrol(world.engine, world.signer, world.recovery_public, request, NOW)
    assert refused.value.code == "code_used"
    with reading(world.engine) as connection:
        rows = devices.listed(connection)
    assert [row["name"] for row in rows] == ["dos", "portátil de Ana"]
    assert not {"token_sha256", "public_key", "sealed_key"} & set(rows[0])
