"""What the office erases and which keys it signs with, as a real encrypted laptop comes to know it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from field_client import syncing
from field_client.handing_over import hand_over
from field_client.store import attachments, drafts, journal, records, settings
from field_client.store import erasing as laptop_erasing
from field_client.store.attachments import Picture
from server import erasing
from server.store import offices
from server.store import tables as t
from server.store.engine import writing
from sync.ids import new_id
from sync.keys import OFFICE, Keyring, PublicKey, SigningKey, endorse, new_signing_key
from sync.ledger import sign_erasure
from sync.ledger_folder import read_export
from sync.verifying import verdict_on

from .builders import NOW, World, visit_body
from .test_two_sides import Carried, carried

__all__ = ["carried"]


def bodies(carried: Carried) -> dict[str, bytes | None]:
    with carried.open().reading() as db:
        return {entry.id: entry.body for entry in journal.chains(db)}


def whole_visit(world: World, name: str) -> dict[str, Any]:
    """As the laptop's form writes it, with nothing left to a default."""
    body = visit_body(world, name, note=f"SECRETO de {name}")
    results = [one | {"reason": None} for one in body["results"]]
    location = body["location"] | {"reason": ""}
    return body | {"location": location, "results": results, "verdict": {}}


def ask_and_carry_out(world: World) -> None:
    number = erasing.receive_request(
        world.engine,
        world.debtors["Rosa"],
        asked_by="holder",
        channel="letter",
        basis="Ley 1581",
        received_on=None,
        actor="carla",
        now=NOW,
    )
    assert number == 1
    done = erasing.carry_out(
        world.engine, world.signer, "1", why="Procede", actor="carla", now=NOW, despite_open=True
    )
    assert isinstance(done, erasing.CarriedOut)


def test_the_laptop_lets_go_of_what_it_said_of_an_erased_debtor_and_of_nothing_else(
    carried: Carried, tmp_path: Path
) -> None:
    world = carried.peer.world
    rosa, luis = (carried.say("visit.recorded", whole_visit(world, name)) for name in ("Rosa", "Luis"))
    carried.exchange()
    ask_and_carry_out(world)
    assert carried.exchange().outcome.differed == 0
    held = bodies(carried)
    assert held[rosa.id] is None
    assert held[luis.id] == luis.body
    with carried.open().reading() as db:
        assert records.get(db, "debtor", world.debtors["Rosa"]) is None
        assert not any("SECRETO de Rosa" in str(row) for row in db.query("SELECT * FROM records"))
    hand_over(carried.open(), tmp_path / "out", NOW)
    report = verdict_on(read_export(tmp_path / "out"))
    assert report.ok, report.problems
    assert (report.erased, report.withheld) == (1, 0)
    assert report.manifest is not None
    assert report.manifest.kind == "laptop"


def test_a_laptop_obeys_only_its_offices_signature(carried: Carried) -> None:
    world = carried.peer.world
    visit = carried.say("visit.recorded", visit_body(world, "Rosa"))
    word = {"id": visit.id, "body_digest": visit.body_digest, "reason": "solicitud 1", "erased_at": NOW}
    thief = sign_erasure(new_signing_key(), **word)
    office = sign_erasure(world.signer, **word)
    with carried.open().writing() as db:
        assert not laptop_erasing.obey(db, thief.to_json())
        assert not laptop_erasing.obey(db, office.to_json() | {"id": "another"})
        assert not laptop_erasing.obey(db, {"id": visit.id})
    assert bodies(carried)[visit.id] == visit.body
    with carried.open().writing() as db:
        assert laptop_erasing.obey(db, office.to_json())
        assert not laptop_erasing.obey(db, office.to_json())
    assert bodies(carried)[visit.id] is None


def test_a_visit_still_offline_when_its_debtor_was_erased_ends_erased_on_both_sides(carried: Carried) -> None:
    world = carried.peer.world
    carried.exchange()
    late = carried.say("visit.recorded", visit_body(world, "Rosa", note="SECRETO de Rosa"))
    ask_and_carry_out(world)
    done = carried.exchange()
    assert (done.outcome.sent, done.outcome.quarantined) == (1, 0)
    [row] = world.rows(t.visits, t.visits.c.id == late.id)
    assert row["note"] == ""
    carried.exchange()
    assert bodies(carried)[late.id] is None


def draft(carried: Carried, name: str, said: str, *, after: timedelta) -> None:
    debtor = carried.peer.world.debtors[name]
    with carried.open().writing() as db:
        drafts.save(db, debtor, {"note": said}, NOW + after)
        data = said.encode()
        picture = Picture(hashlib.sha256(data).hexdigest(), "image/jpeg", "photo", data)
        attachments.add_to_draft(db, debtor, picture)


def drafted(carried: Carried) -> set[str]:
    """What is written in drafts and in the pictures beside them."""
    with carried.open().reading() as db:
        found = {json.loads(row["answers"])["note"] for row in db.query("SELECT answers FROM drafts")}
        return found | {bytes(row["bytes"]).decode() for row in db.query("SELECT bytes FROM draft_pictures")}


def test_a_draft_about_an_erased_debtor_goes_with_its_pictures_and_no_other(carried: Carried) -> None:
    world = carried.peer.world
    carried.exchange()
    draft(carried, "Rosa", "SECRETO de Rosa", after=timedelta(minutes=-5))
    draft(carried, "Luis", "de Luis", after=timedelta(minutes=-5))
    ask_and_carry_out(world)
    carried.exchange()
    assert drafted(carried) == {"de Luis"}
    # A feed read anew brings the word again: what was begun since the erasure is not touched.
    draft(carried, "Rosa", "crédito nuevo", after=timedelta(minutes=5))
    with writing(world.engine) as connection:
        offices.put(connection, "epoch", new_id())
    carried.exchange()
    assert drafted(carried) == {"de Luis", "crédito nuevo"}
    with carried.open().reading() as db:
        assert records.get(db, "erasure", world.debtors["Rosa"]) is not None


def test_a_draft_is_dated_by_the_offices_clock(carried: Carried) -> None:
    """The laptop is three hours ahead: what it dates after the erasure was begun before."""
    world = carried.peer.world
    carried.exchange()
    with carried.open().writing() as db:
        settings.put(db, "offset_ms", 3 * 3600 * 1000)
    ask_and_carry_out(world)
    for minutes in (-10, 10):
        draft(carried, "Rosa", "SECRETO de Rosa", after=timedelta(hours=3, minutes=minutes))
        [word] = [one for one in erasure_words(world) if one["id"] == world.debtors["Rosa"]]
        with carried.open().writing() as db:
            assert laptop_erasing.obey(db, word) is (minutes < 0)


def erasure_words(world: World) -> list[dict[str, Any]]:
    return [json.loads(row["payload"]) for row in world.feed("Ana") if row["kind"] == "erasure"]


def rotated(world: World, *, endorsed: bool = True) -> tuple[SigningKey, PublicKey]:
    """The office signs with another key from now on; the one before is retired in a day."""
    old, newer = world.signer, new_signing_key()
    with writing(world.engine) as connection:
        owner = str(offices.get(connection, "id"))
        made = PublicKey(newer.public, OFFICE, owner, NOW)
        if endorsed:
            made = endorse(old, made)
        offices.add_signing_key(
            connection,
            made.id,
            made.public,
            made.valid_from,
            endorsed_by=made.endorsed_by,
            endorsement=made.endorsement,
        )
        offices.retire_signing_key(connection, old.id, NOW + timedelta(days=1))
    world.signer = newer
    return newer, made


@pytest.fixture
def told(carried: Carried, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bool]]:
    """For each reply: did it carry keys?"""
    seen: list[bool] = []
    whole = carried.peer.sync

    def sync(request: dict[str, object]) -> dict[str, object]:
        reply = whole(request)
        seen.append(reply.get("signing_keys") is not None)
        return reply

    monkeypatch.setattr(carried.peer, "sync", sync, raising=False)
    return seen


def test_a_laptop_that_knows_only_the_old_key_learns_the_new_one_that_it_endorses(
    carried: Carried, told: list[bool]
) -> None:
    world = carried.peer.world
    carried.say("visit.recorded", visit_body(world, "Rosa"))
    carried.exchange()
    assert not any(told)
    newer, _ = rotated(world)
    carried.say("visit.recorded", visit_body(world, "Luis"))
    carried.exchange()
    assert told[-1] or any(told)
    with carried.open().reading() as db:
        ring = Keyring.from_json(settings.get(db, "office_keys"))
    assert {key.id for key in ring.keys} == {newer.id, ring.keys[0].id}
    assert ring.find(ring.keys[0].id, OFFICE) != ring.find(newer.id, OFFICE)
    told.clear()
    carried.say("visit.recorded", visit_body(world, "Marta"))
    carried.exchange()
    assert not any(told), "who has shown that he knows the key in use is not told again"


def test_a_key_that_no_trusted_key_endorses_is_not_believed(carried: Carried) -> None:
    """The control: the same rotation without its endorsement leaves the receipt without a known key."""
    world = carried.peer.world
    carried.exchange()
    rotated(world, endorsed=False)
    carried.say("visit.recorded", visit_body(world, "Rosa"))
    failed = syncing.exchange(carried.open(), carried.clock, carried.peer)
    assert isinstance(failed, syncing.NotExchanged)
    assert failed.code == "untrusted"


def test_an_endorsement_counts_only_while_the_endorsing_key_was_valid() -> None:
    first, second, third = new_signing_key(), new_signing_key(), new_signing_key()
    born = NOW - timedelta(days=90)
    one = PublicKey(first.public, OFFICE, "office", born, retired_at=NOW)
    two = endorse(first, PublicKey(second.public, OFFICE, "office", NOW - timedelta(days=1)))
    three = endorse(second, PublicKey(third.public, OFFICE, "office", NOW + timedelta(days=30)))
    held = Keyring((one,))
    assert held.trusting(Keyring((three, two))).find(third.id, OFFICE) == three
    late = endorse(first, PublicKey(third.public, OFFICE, "office", NOW + timedelta(days=30)))
    assert held.trusting(Keyring((late,))).find(third.id, OFFICE) is None
    other = endorse(first, PublicKey(second.public, OFFICE, "another office", NOW - timedelta(days=1)))
    assert held.trusting(Keyring((other,))).find(second.id, OFFICE) is None
    backdated = replace(two, valid_from=born)
    assert held.trusting(Keyring((backdated,))).find(second.id, OFFICE) is None
