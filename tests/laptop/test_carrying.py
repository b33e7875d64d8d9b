"""What waits, carried on a stick: the same guarantees as the network, and nobody else can read it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from field_client import carrying
from field_client.store import journal, queues
from field_client.store.side import StoredLaptop
from server import enrolling
from server.store import tables as t
from sync.exchange import Untrusted
from sync.exchange.carrying import QUEUE, Chain, NotCarried, pack, unpack
from sync.ids import new_id
from sync.keys import new_signing_key
from sync.sealing import new_recovery_key, seal
from sync.wire.fields import instant
from tests.laptop.keyed import Keyed


def test_two_visits_go_by_stick_are_confirmed_by_the_reply_and_are_not_doubled(keyed: Keyed) -> None:
    pair = keyed.pair
    visits = {pair.visit("Rosa").visit, pair.visit("Luis").visit}
    data = keyed.carried()
    assert pair.counts()["unsent"] == 2  # a file on a stick confirms nothing
    taken = keyed.taken(data)
    assert (taken.carried, taken.new, taken.quarantined, taken.refused) == (2, 2, 0, ())
    assert pair.held() == visits

    done = carrying.take_reply(pair.store, taken.reply, pair.clock.read())
    assert (done.confirmed, done.unsent) == (2, 0)
    again = keyed.taken(data)
    assert (again.carried, again.new) == (2, 0)
    assert carrying.take_reply(pair.store, again.reply, pair.clock.read()).confirmed == 0
    pair.exchange()
    assert len(pair.world.rows(t.events)) == 2
    assert pair.held() == visits


def test_what_went_by_stick_first_is_not_doubled_by_the_network(keyed: Keyed) -> None:
    pair = keyed.pair
    pair.visit("Rosa")
    keyed.taken(keyed.carried())
    pair.visit("Luis")
    pair.exchange()
    assert pair.counts()["unsent"] == 0
    assert len(pair.world.rows(t.events)) == 2
    old = keyed.taken((keyed.folder / "cola.ronda").read_bytes())
    assert old.new == 0
    # The reply to an old file takes nothing back: three are confirmed, and stay so.
    pair.visit("Rosa")
    pair.exchange()
    assert carrying.take_reply(pair.store, old.reply, pair.clock.read()).unsent == 0


def test_only_the_office_reads_the_file_and_a_changed_byte_is_refused(keyed: Keyed) -> None:
    keyed.pair.visit("Rosa")
    data = keyed.carried()
    assert b"visit.recorded" not in data
    assert len(unpack(keyed.private, data).requests) == 1
    with pytest.raises(NotCarried, match="otra oficina"):
        unpack(new_recovery_key(), data)
    for place in range(0, len(data), 37):
        spoiled = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        with pytest.raises(NotCarried):
            unpack(keyed.private, spoiled)
    for said in (b"", b"hola", QUEUE, QUEUE + seal(keyed.private.public_key().public_bytes_raw(), b"PK")):
        with pytest.raises(NotCarried):
            unpack(keyed.private, said)


def test_a_file_signed_with_another_key_is_not_taken_as_the_laptops(keyed: Keyed) -> None:
    pair = keyed.pair
    pair.visit("Rosa")
    thief = replace(StoredLaptop(pair.store).identity(), key=new_signing_key())
    with pair.store.reading() as db:
        chains = [Chain(*chain) for chain in queues.unconfirmed(db)]
    forged = pack(thief, chains, pair.clock.read(), pair.world.recovery_public)
    taken = keyed.taken(forged)
    assert (taken.refused, taken.new, pair.held()) == (("bad_signature",), 0, set())
    assert keyed.taken(keyed.carried()).new == 1  # the control: its own file is taken


def test_a_reply_that_the_office_did_not_sign_confirms_nothing(keyed: Keyed) -> None:
    pair = keyed.pair
    pair.visit("Rosa")
    reply = keyed.taken(keyed.carried()).reply
    assert reply.count(b'"n": 1') >= 1
    with pytest.raises(Untrusted):
        carrying.take_reply(pair.store, reply.replace(b'"n": 1', b'"n": 9'), pair.clock.read())
    with pytest.raises(NotCarried):
        carrying.take_reply(pair.store, b"{}", pair.clock.read())
    assert pair.counts()["unsent"] == 1
    assert carrying.take_reply(pair.store, reply, pair.clock.read()).confirmed == 1


def test_days_on_the_road_do_not_move_when_the_visit_happened(keyed: Keyed) -> None:
    pair = keyed.pair
    visit = pair.visit("Rosa").visit
    data = keyed.carried()
    pair.clock.forward(days=4)
    keyed.taken(data)
    [row] = pair.world.rows(t.visits, t.visits.c.id == visit)
    assert row["ended"] < pair.clock.now - timedelta(days=3)
    assert abs(row["offset_ms"] or 0) < 60_000


def test_the_work_of_a_revoked_laptop_is_kept_sealed(keyed: Keyed) -> None:
    pair = keyed.pair
    pair.visit("Rosa")
    enrolling.revoke(pair.world.engine, keyed.device, actor="nora", now=pair.clock.now)
    taken = keyed.taken(keyed.carried())
    assert taken.refused == ("revoked",)
    assert pair.held() == set()
    [row] = pair.world.rows(t.events)
    assert (row["sealed"], row["quarantine"]) == (True, "revoked")


def test_six_hundred_events_go_in_several_batches(keyed: Keyed) -> None:
    pair = keyed.pair
    moment = instant(pair.clock.now)
    happened = {"start": moment, "end": moment, "known": "live", "line": None}
    body = {"debtor": pair.world.debtors["Rosa"], "stop": new_id(), "route": None, "happened": happened}
    with pair.store.writing() as db:
        for number in range(620):
            said = body | {"cause": f"motivo {number}"}
            known = {"policy_version": "", "debtor": body["debtor"], "accounts": ()}
            clock = pair.clock.read().at_event(0, 0)
            journal.append(db, id=new_id(), kind="stop.skipped", body=said, clock=clock, **known)
    queue = unpack(keyed.private, keyed.carried())
    assert len(queue.requests) == 2
    assert keyed.taken((keyed.folder / "cola.ronda").read_bytes()).new == 620
