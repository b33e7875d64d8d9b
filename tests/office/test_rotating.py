"""The signing key changes: what either key signed holds, laptops follow, and a kill in between is mended."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from field_client import enrolling as field_enrolling
from field_client.store import receipts, settings
from server import certifying, enrolling, rotating
from server.backing_up import back_up
from server.backup_folder import BrokenBackup
from server.cli import office as office_cli
from server.config import Config
from server.exporting import export
from server.office import NEXT_SIGNING, Office, open_office
from server.restoring import restore
from server.rotating import LaptopsBehind, rotate
from server.store import devices
from server.store import tables as t
from server.store.engine import reading, writing
from sync.keys import OFFICE, Keyring, new_signing_key
from sync.ledger_folder import read_export, read_keys
from sync.verifying import verdict_on
from tests.laptop.builders import CHEAP, PASSPHRASE

from .builders import NOW, TODAY, Laptop, World, visit_body
from .test_backups import office_in, send
from .test_two_sides import Carried, InProcess, carried

__all__ = ["carried"]


@pytest.fixture
def office(world: World, tmp_path: Path) -> Office:
    return office_in(tmp_path, world)


def key_ids(world: World) -> list[str]:
    rows = sorted(world.rows(t.receipts), key=lambda row: str(row["server_time"]))
    return [row["key_id"] for row in rows]


def test_receipts_are_signed_by_the_new_key_and_the_export_verifies_across(
    office: Office, world: World, laptop: Laptop, tmp_path: Path
) -> None:
    old = office.signer
    send(laptop)
    before = export(office.engine, old, tmp_path / "before", as_of=TODAY, actor="cli", now=NOW)
    done = rotate(office, NOW + timedelta(minutes=1), actor="cli", even_so=True)
    assert office.signer.id == done.new.id != old.id, "an office that is open signs with it at once"
    world.signer = office.signer
    send(laptop, now=NOW + timedelta(minutes=1))
    assert set(key_ids(world)) == {old.id, done.new.id}
    after = export(
        office.engine,
        office.signer,
        tmp_path / "after",
        as_of=TODAY,
        actor="cli",
        now=NOW + timedelta(days=3),
    )
    assert verdict_on(read_export(after.folder)).ok
    # Whoever holds only the old key, from outside, is led to the new one by its word.
    held = read_keys(before.folder / "ledger" / "keys.json")
    assert [key.id for key in held.keys] == [old.id]
    assert verdict_on(read_export(after.folder), keys=held).ok
    strange = Keyring((done.new,)) if done.new.endorsed_by is None else Keyring(())
    assert not verdict_on(read_export(after.folder), keys=strange).ok, "the control: no key, no trust"


def test_the_old_key_signs_nothing_after_its_grace(office: Office, laptop: Laptop) -> None:
    old = office.signer
    hour = timedelta(hours=1)
    done = rotate(office, NOW + hour, actor="cli", grace=hour, even_so=True)
    with reading(office.engine) as connection:
        keys = enrolling.keyring_of(connection)
    found = keys.find(old.id, OFFICE)
    assert found is not None
    assert found.active(NOW + hour)
    assert not found.active(NOW + 2 * hour)
    assert done.new.active(NOW + hour - timedelta(seconds=1)), (
        "a request under way may be answered with either"
    )
    assert laptop.device


def test_a_real_laptop_follows_the_office_to_its_new_key(
    office: Office, world: World, tmp_path: Path
) -> None:
    peer = InProcess(world)
    code = enrolling.issue_code(world.engine, world.agents["Ana"], actor="cli", now=NOW)
    carried = Carried(tmp_path / "laptop", peer)
    field_enrolling.enrol_with(
        carried.folder,
        peer,
        server="http://x",
        code=code,
        passphrase=PASSPHRASE,
        clock=carried.clock,
        cost=CHEAP,
    )
    for _ in range(3):
        carried.say("visit.recorded", visit_body(world, "Rosa"))
        carried.exchange()
        world.signer = (rotate(office, NOW, actor="cli", even_so=True), office.signer)[1]
    carried.say("visit.recorded", visit_body(world, "Rosa"))
    carried.exchange()
    with carried.open().reading() as db:
        assert receipts.all_of(db)[-1].key_id == office.signer.id
        ring = Keyring.from_json(settings.get(db, "office_keys"))
    assert ring.find(office.signer.id, OFFICE) is not None
    carried.close()


def test_a_key_nobody_trusted_vouches_for_is_not_learnt(world: World) -> None:
    with reading(world.engine) as connection:
        held = enrolling.keyring_of(connection)
    stranger = new_signing_key()
    with writing(world.engine) as connection:
        connection.execute(
            t.signing_keys.insert().values(key_id=stranger.id, public_key=stranger.public, valid_from=NOW)
        )
    with reading(world.engine) as connection:
        offered = enrolling.keyring_of(connection)
    assert len(offered.keys) == 2
    assert held.trusting(offered) == held


def test_laptops_too_old_to_follow_hold_the_rotation_up(office: Office, world: World, laptop: Laptop) -> None:
    for client, held_up in (("ronda/0.1.0", True), ("ronda/0.2.0", False), ("ronda/1.10.3", False)):
        with writing(world.engine) as connection:
            devices.touch(connection, laptop.device.id, now=NOW, client=client, seen={})
        assert bool(rotating.laptops_behind(world.engine)) is held_up, client
    with writing(world.engine) as connection:
        devices.touch(connection, laptop.device.id, now=NOW, client="ronda/0.1.9", seen={})
    with pytest.raises(LaptopsBehind, match=r"Ana \(ronda/0.1.9\)"):
        rotate(office, NOW, actor="cli")
    assert office.signer.id == world.signer.id
    enrolling.revoke(world.engine, laptop.device.id, actor="cli", now=NOW)
    assert rotate(office, NOW, actor="cli").old == world.signer.id


@pytest.mark.parametrize("known", [True, False])
def test_a_rotation_killed_half_way_is_finished_or_undone(office: Office, world: World, known: bool) -> None:
    """Killed after the database knows the new key, or before: the office opens with the right one."""
    made = new_signing_key()
    (office.config.keys / NEXT_SIGNING).write_bytes(made.pem())
    if known:
        with writing(world.engine) as connection:
            connection.execute(
                t.signing_keys.insert().values(key_id=made.id, public_key=made.public, valid_from=NOW)
            )
    again = open_office(Config(office.config.data, str(world.engine.url)))
    assert again.signer.id == (made.id if known else world.signer.id)
    assert not (office.config.keys / NEXT_SIGNING).exists()
    again.engine.dispose()


def test_the_pins_are_said_again_under_the_new_key(office: Office) -> None:
    certifying.ensure(office, ["127.0.0.1"], NOW)
    following = certifying.announce(office, [], NOW)
    rotate(office, NOW + timedelta(minutes=2), actor="cli", even_so=True)
    said = certifying.announced(office.engine)
    assert said is not None
    assert said.key_id == office.signer.id
    assert following.pin in said.pins


def test_the_commands_list_and_rotate(office: Office, laptop: Laptop) -> None:
    runner = CliRunner()
    data = ["--data", str(office.config.data)]

    def run(*arguments: str) -> Any:
        return runner.invoke(office_cli, ["keys", *arguments, *data])

    held = run("rotate")
    assert held.exit_code == 1
    assert "cannot learn a new key" in held.output
    assert run("rotate", "--even-so", "--json").exit_code == 0
    rows = json.loads(run("list", "--json").output)["signing_keys"]
    assert [row["signs"] for row in rows] == [False, True]
    assert rows[1]["endorsed_by"] == rows[0]["key_id"]
    assert "no TLS key" in run("tls").output
    assert run("tls").exit_code == 1
    assert laptop.device


def test_a_backup_from_before_a_rotation_is_restored_with_the_keys_of_after_it(
    office: Office, carried: Carried, tmp_path: Path
) -> None:
    """Kept apart from the backup, as it is advised; a laptop that followed the rotation goes on with them."""
    world = carried.peer.world
    place = tmp_path / "copies"
    carried.exchange()
    before = back_up(office, place, lambda: NOW, keys="none").folder
    rotate(office, NOW, actor="cli", even_so=True)
    world.signer = office.signer
    carried.say("visit.recorded", visit_body(world, "Rosa"))
    carried.exchange()
    carried.exchange()
    config = Config(tmp_path / "again", f"sqlite:///{tmp_path / 'again' / 'office.db'}")
    with pytest.raises(BrokenBackup, match="--newer-keys"):
        restore(before, config, lambda: NOW, keys=office.config.keys)
    restore(before, config, lambda: NOW, keys=office.config.keys, newer_keys=True)
    put_back = open_office(config)
    world.engine, world.signer = put_back.engine, put_back.signer
    done = carried.exchange()
    assert done.unsent == 0
    assert len(world.rows(t.visits)) == 1, "and its receipt of the new key is believed"
    put_back.engine.dispose()
