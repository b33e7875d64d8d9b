"""Backups that are proved before they count, and the office brought back from one."""

from __future__ import annotations

import json
import os
import random
import shutil
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from click.testing import CliRunner
from sqlalchemy import text

from server import backing_up, receiving
from server import backup_folder as folders
from server.backing_up import NotWhole, back_up, prune, verify
from server.backup_folder import BrokenBackup
from server.cli import office as office_cli
from server.config import Config
from server.office import RESTORING, NoOffice, Office, open_office
from server.restoring import NotEmpty, restore
from server.store import backups, copies, facts, offices, schema
from server.store import tables as t
from server.store.engine import open_engine, reading, writing
from sync.ids import new_id
from sync.keys import new_recovery_key, recovery_pem
from sync.ledger import Head
from sync.wire.fields import instant

from .builders import NOW, Laptop, World

SEED = 20261122
PHOTO = b"\xff\xd8 a picture of a door"


def later(**by: float) -> Callable[[], datetime]:
    return lambda: NOW + timedelta(**by)


def office_in(folder: Path, world: World) -> Office:
    """The world's office with its keys in a folder, as `ronda office init` leaves it."""
    config = Config(folder, str(world.engine.url))
    recovery = new_recovery_key()
    config.keys.mkdir(exist_ok=True)
    (config.keys / "recovery.pem").write_bytes(recovery_pem(recovery))
    (config.keys / "recovery.pub").write_bytes(recovery.public_key().public_bytes_raw())
    (config.keys / "session.secret").write_text("secret")
    (config.keys / "signing.pem").write_bytes(world.signer.pem())
    return Office(config, world.engine, world.signer, world.recovery_public, "secret")


@pytest.fixture
def office(world: World, tmp_path: Path) -> Office:
    made = office_in(tmp_path, world)
    name = sha256(PHOTO).hexdigest()
    shelf = Path(made.config.attachments) / name[:2]
    shelf.mkdir(parents=True)
    (shelf / name).write_bytes(PHOTO)
    (shelf / ".half.part").write_bytes(b"half")
    return made


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "elsewhere"


def send(laptop: Laptop, *, visits: int = 1, now: datetime = NOW) -> Head:
    """The laptop says so many visits more and pushes them; its head then."""
    fresh = [laptop.visit(results=[]) for _ in range(visits)]
    world = laptop.world
    receiving.receive(world.engine, world.signer, laptop.device, laptop.request(fresh), now)
    return laptop.entries[-1].head


def marked(office: Office, laptop: Laptop) -> Head | None:
    with reading(office.engine) as connection:
        return backups.verified_mark(connection, laptop.incarnation)


def test_the_office_says_how_far_its_last_verified_backup_holds_a_chain(
    office: Office, laptop: Laptop, place: Path
) -> None:
    first = send(laptop, visits=2)
    assert marked(office, laptop) is None
    made = back_up(office, place, later(hours=1))
    assert marked(office, laptop) == first
    second = send(laptop)
    assert marked(office, laptop) == first, "what came after the backup is not covered by it"
    back_up(office, place, later(hours=2))
    assert marked(office, laptop) == second
    assert made.manifest.said["events"] == 2
    assert made.folder.parent == place


def test_a_backup_names_every_table_with_its_rows(office: Office, laptop: Laptop, place: Path) -> None:
    send(laptop, visits=3)
    said = back_up(office, place, later()).manifest.said
    with reading(office.engine) as connection:
        held = {
            name: len(connection.execute(table.select()).all()) for name, table in t.metadata.tables.items()
        }
    found = {name: table["rows"] for name, table in said["tables"].items()}
    grown = {"backups", "backup_heads", "facts"}  # the record of the backup itself comes after it
    assert {name: rows for name, rows in found.items() if name not in grown} == {
        name: rows for name, rows in held.items() if name not in grown
    }
    assert said["attachments"] == {"count": 1, "bytes": len(PHOTO), "damaged": []}


def test_a_backup_taken_while_laptops_push_is_one_moment_of_the_office(
    office: Office, laptop: Laptop, place: Path
) -> None:
    send(laptop)
    stop, more, pushed = threading.Event(), threading.Event(), [laptop.entries[-1].head]

    def go_on() -> None:
        while not stop.is_set():
            pushed.append(send(laptop))
            more.set()

    pushing = threading.Thread(target=go_on)
    pushing.start()
    made = []
    try:
        for minute in range(3):
            made.append(back_up(office, place, later(minutes=minute)))
            more.clear()
            assert more.wait(60), "the laptop does not push any more"
    finally:
        stop.set()
        pushing.join()
    heads = [backup.manifest.heads[0] for backup in made]
    assert all(head in pushed for head in heads)
    assert heads[0].n < heads[-1].n < len(laptop.entries) + 1
    assert marked(office, laptop) == heads[-1]


def flip_a_byte(folder: Path) -> None:
    path = folder / folders.DATABASE
    data = bytearray(path.read_bytes())
    place = random.Random(SEED).randrange(len(data))
    print(f"seed {SEED}, byte {place}")
    data[place] ^= 0x01
    path.write_bytes(data)


def cut_the_end(folder: Path) -> None:
    path = folder / folders.DATABASE
    path.write_bytes(path.read_bytes()[:-4096])


def lose_a_picture(folder: Path) -> None:
    next(path for path in (folder / folders.ATTACHMENTS).rglob("*") if path.is_file()).unlink()


def change_a_picture(folder: Path) -> None:
    path = next(path for path in (folder / folders.ATTACHMENTS).rglob("*") if path.is_file())
    path.write_bytes(PHOTO[:-1] + b"!")


def rewrite(folder: Path, **said: Any) -> None:
    path = folder / folders.MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text()) | said))


def forget_a_head(folder: Path) -> None:
    rewrite(folder, heads=[])


def swap_rows_and_say_so(folder: Path) -> None:
    """A row changed by somebody who also mends the sums in the manifest, but cannot sign it."""
    engine = open_engine(f"sqlite:///{folder / folders.DATABASE}")
    with writing(engine) as connection:
        connection.execute(t.balances.update().values(overdue_minor=1))
    engine.dispose()
    copies.settle_file(folder / folders.DATABASE)
    said = json.loads((folder / folders.MANIFEST).read_text())
    with copies.open_copy(folder / folders.DATABASE) as connection:
        said["tables"] = copies.figures(connection)
    said["files"][folders.DATABASE] = folders.described(folder / folders.DATABASE)
    rewrite(folder, **said)


def nothing(_folder: Path) -> None:
    """The control: this one must be found whole."""


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (flip_a_byte, "office.db is not the file that was backed up"),
        (cut_the_end, "office.db is not the file that was backed up"),
        (lose_a_picture, "is missing"),
        (change_a_picture, "is not the file that was backed up"),
        (forget_a_head, "the heads are not those of the manifest"),
        (swap_rows_and_say_so, "its manifest is not signed by this office"),
        (nothing, None),
    ],
)
def test_a_spoiled_backup_is_found_and_covers_nothing_more(
    office: Office, laptop: Laptop, place: Path, spoil: Callable[[Path], None], said: str | None
) -> None:
    old = send(laptop)
    back_up(office, place, later(hours=1))
    newer = send(laptop)
    made = back_up(office, place, later(hours=2))
    # A hard-linked picture is shared with the older backup: spoil a copy of it.
    aside = place / "aside"
    shutil.copytree(made.folder, aside)
    shutil.rmtree(made.folder)
    aside.rename(made.folder)
    spoil(made.folder)
    if said is None:
        assert verify(office, made.folder, later(hours=3)).verified_at == NOW + timedelta(hours=3)
        assert marked(office, laptop) == newer
        return
    with pytest.raises(NotWhole, match=said) as found:
        verify(office, made.folder, later(hours=3))
    assert found.value.folder.name.startswith("broken-")
    assert not made.folder.exists()
    assert marked(office, laptop) == old, "the backup before it is what counts now"


def test_every_kind_of_wrong_row_is_named_without_the_files_own_sum(
    office: Office, laptop: Laptop, place: Path
) -> None:
    """The sum of the whole file finds all of it; what it would say if the sum were right must hold too."""
    send(laptop, visits=3)
    made = back_up(office, place, later())
    statements = {
        "DELETE FROM payments": None,  # there is none: the control
        "DELETE FROM addresses WHERE id IN (SELECT id FROM addresses LIMIT 1)": "table addresses has 2 rows of 3",
        "UPDATE balances SET overdue_minor = overdue_minor + 1": "table balances has",
        "UPDATE events SET body = x'7b7d' WHERE n = 2": "changed at event 2",
        "DELETE FROM events WHERE n = 3": "does not reach event 3 of its head",
        "UPDATE incarnations SET n = 2": "the heads are not those of the manifest",
    }
    for statement, said in statements.items():
        copy = place / "copy.db"
        shutil.copyfile(made.folder / folders.DATABASE, copy)
        engine = open_engine(f"sqlite:///{copy}")
        with writing(engine) as connection:
            connection.execute(text(statement))
        engine.dispose()
        copies.settle_file(copy)
        with copies.open_copy(copy) as connection:
            wrong = backing_up._wrong_rows(connection, made.manifest)
            wrong += backing_up._wrong_chains(connection, made.manifest)
        assert bool(wrong) == (said is not None), (statement, wrong)
        if said is not None:
            assert any(said in one for one in wrong), (statement, wrong)


def test_an_office_whose_own_ledger_is_broken_gets_no_verified_backup(
    office: Office, laptop: Laptop, place: Path
) -> None:
    send(laptop, visits=2)
    with writing(office.engine) as connection:
        connection.execute(t.events.update().where(t.events.c.n == 1).values(body=b"{}"))
    with pytest.raises(NotWhole, match="changed at event 1") as found:
        back_up(office, place, later())
    assert found.value.folder.name.startswith("broken-")
    assert found.value.folder.is_dir()
    assert marked(office, laptop) is None
    assert [path.name for path in place.iterdir()] == [found.value.folder.name]


def test_old_backups_are_pruned_but_never_the_last(office: Office, laptop: Laptop, place: Path) -> None:
    send(laptop)
    made = [back_up(office, place, later(hours=hour)) for hour in range(4)]
    assert prune(office, place, 2, NOW) == [made[1].folder, made[0].folder]
    assert prune(office, place, 0, NOW) == [made[2].folder]
    assert made[3].folder.is_dir()
    assert marked(office, laptop) == laptop.entries[-1].head
    assert verify(office, made[3].folder, later()).manifest.id == made[3].manifest.id


def test_pictures_are_stored_once_for_all_backups(office: Office, place: Path) -> None:
    made = [back_up(office, place, later(hours=hour)) for hour in range(2)]
    name = sha256(PHOTO).hexdigest()
    held = [one.folder / folders.ATTACHMENTS / name[:2] / name for one in made]
    assert [path.read_bytes() for path in held] == [PHOTO, PHOTO]
    if os.stat(held[0]).st_nlink > 1:
        assert os.stat(held[0]).st_ino == os.stat(held[1]).st_ino
    prune(office, place, 1, NOW)
    assert held[1].read_bytes() == PHOTO
    assert not list(place.rglob("*.part"))


def test_a_backup_that_was_killed_half_way_is_no_backup(office: Office, laptop: Laptop, place: Path) -> None:
    send(laptop)
    left = place / "making-20261120T000000Z-00000000"
    left.mkdir(parents=True)
    (left / "office.db").write_bytes(b"half")
    assert backing_up.newest(place) is None
    with pytest.raises(BrokenBackup, match="is not a backup"):
        restore(left, Config(place / "new", f"sqlite:///{place / 'new' / 'office.db'}"), later())
    back_up(office, place, lambda: datetime.now(UTC))
    assert left.is_dir(), "it may still be under way"
    back_up(office, place, lambda: datetime.now(UTC) + timedelta(days=2))
    assert not left.exists()


def new_config(folder: Path) -> Config:
    return Config(folder, f"sqlite:///{folder / 'office.db'}")


def test_the_restored_office_is_the_one_backed_up_in_a_new_epoch(
    office: Office, laptop: Laptop, place: Path, tmp_path: Path
) -> None:
    head = send(laptop, visits=2)
    made = back_up(office, place, later())
    done = restore(made.folder, new_config(tmp_path / "new"), later(days=1))
    again = open_office(new_config(tmp_path / "new"))
    with reading(again.engine) as connection:
        found = copies.figures(connection)
        assert copies.heads(connection) == [head]
        assert offices.get(connection, "epoch") == done.epoch != made.manifest.epoch
        assert backups.verified_mark(connection, laptop.incarnation) == head
    said = made.manifest.said["tables"]
    assert {name for name in found if found[name] != said[name]} == {
        "backups",
        "backup_heads",
        "facts",
        "office",
    }
    assert again.signer.id == office.signer.id
    name = sha256(PHOTO).hexdigest()
    assert (Path(again.config.attachments) / name[:2] / name).read_bytes() == PHOTO
    assert (again.config.keys / "signing.pem").stat().st_mode & 0o077 == 0
    again.engine.dispose()


def test_a_restore_never_goes_over_what_is_there(office: Office, place: Path, tmp_path: Path) -> None:
    made = back_up(office, place, later())
    before = sorted(path.name for path in tmp_path.iterdir())
    for folder in (office.config.data, place):
        with pytest.raises(NotEmpty, match="is not empty"):
            restore(made.folder, new_config(folder), later())
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    other = open_engine(f"sqlite:///{tmp_path / 'used.db'}")
    schema.upgrade(other)
    other.dispose()
    with pytest.raises(NotEmpty, match="the database is not empty"):
        restore(made.folder, Config(tmp_path / "new", f"sqlite:///{tmp_path / 'used.db'}"), later())


class Killed(BaseException):
    """The process ends here."""


def test_a_restore_cut_off_anywhere_can_be_run_again(
    office: Office, laptop: Laptop, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = send(laptop)
    made = back_up(office, place, later())
    target = new_config(tmp_path / "new")
    real = Path.replace
    for steps in range(0, 40, 2):
        done = 0

        def replace(self: Path, to: Any, limit: int = steps) -> Path:
            nonlocal done
            if done == limit:
                raise Killed
            done += 1
            return real(self, to)

        shutil.rmtree(target.data, ignore_errors=True)
        with monkeypatch.context() as patched:
            patched.setattr(Path, "replace", replace)
            try:
                restore(made.folder, target, later())
            except Killed:
                with pytest.raises(NoOffice, match=r"cut off|no office"):
                    open_office(target)
            else:
                break
        restored = restore(made.folder, target, later())
        again = open_office(target)
        with reading(again.engine) as connection:
            assert copies.heads(connection) == [head]
            assert offices.get(connection, "epoch") == restored.epoch
            assert len(facts.listed(connection, kind="office.restored")) == 1
        again.engine.dispose()
    assert 6 <= steps < 38, "every second step of the restore was cut once"


def test_the_keys_can_be_closed_or_left_out(office: Office, place: Path, tmp_path: Path) -> None:
    closed = back_up(office, place, later(), keys=backing_up.KEYS_CLOSED, passphrase="una frase larga")
    assert office.signer.pem() not in b"".join(
        path.read_bytes() for path in closed.folder.rglob("*") if path.is_file()
    )
    for wrong, said in ((None, "closed by a passphrase"), ("otra frase larga", "does not open")):
        with pytest.raises(BrokenBackup, match=said):
            restore(closed.folder, new_config(tmp_path / "new"), later(), passphrase=wrong)
    restore(closed.folder, new_config(tmp_path / "new"), later(), passphrase="una frase larga")
    assert (tmp_path / "new" / "keys" / "signing.pem").read_bytes() == office.signer.pem()

    without = back_up(office, place, later(hours=1), keys=backing_up.KEYS_NONE)
    with pytest.raises(BrokenBackup, match=r"made without keys.*--keys"):
        restore(without.folder, new_config(tmp_path / "other"), later())
    restore(without.folder, new_config(tmp_path / "other"), later(), keys=office.config.keys)
    assert open_office(new_config(tmp_path / "other")).signer.id == office.signer.id


def test_keys_of_another_office_are_refused(office: Office, place: Path, tmp_path: Path) -> None:
    made = back_up(office, place, later(), keys=backing_up.KEYS_NONE)
    runner = CliRunner()
    assert runner.invoke(office_cli, ["init", "--data", str(tmp_path / "stranger")]).exit_code == 0
    with pytest.raises(BrokenBackup, match="not of the office in this backup"):
        restore(made.folder, new_config(tmp_path / "new"), later(), keys=tmp_path / "stranger" / "keys")
    assert not list((tmp_path / "new").iterdir())


def test_a_backup_of_an_earlier_version_is_verified_and_restored(
    office: Office, world: World, tmp_path: Path
) -> None:
    """The first schema's tables, filled and described by hand as that version would have."""
    folder = tmp_path / "ronda-old"
    folder.mkdir()
    engine = open_engine(f"sqlite:///{folder / 'office.db'}")
    ours = {}
    with reading(office.engine) as connection:
        ours = {name: offices.get(connection, name) for name in ("id", "epoch", "name")}
    with writing(engine) as connection:
        config = schema.alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for name, value in ours.items():
            offices.put(connection, name, value)
        offices.add_signing_key(connection, world.signer.id, world.signer.public, NOW)
    engine.dispose()
    copies.settle_file(folder / "office.db")
    folders.write_durably(folder / folders.ATTACHMENT_LIST, b"")
    names = folders.copy_keys(office.config.keys, folder, None)
    said = {
        "format": 1,
        "id": new_id(),
        "made_at": instant(NOW),
        "by": "ronda/0.1",
        "schema": "0001",
        "engine": "sqlite",
        "office": ours["id"],
        "name": ours["name"],
        "epoch": ours["epoch"],
        "heads": [],
        "events": 0,
        "keys": "plain",
        "attachments": {"count": 0, "bytes": 0, "damaged": []},
        "tables": {"office": {"rows": 3, "digest": ""}, "signing_keys": {"rows": 1, "digest": ""}},
        "files": {
            name: folders.described(folder / name)
            for name in (folders.DATABASE, folders.ATTACHMENT_LIST, *names)
        },
    }
    folders.write_manifest(folder, said, world.signer)
    assert verify(office, folder, later()).manifest.said["schema"] == "0001"
    restore(folder, new_config(tmp_path / "new"), later())
    again = open_office(new_config(tmp_path / "new"))
    assert schema.current(again.engine) == schema.newest()
    again.engine.dispose()


def test_the_commands_say_what_they_did_and_what_is_wrong(
    office: Office, place: Path, tmp_path: Path
) -> None:
    runner = CliRunner()
    data = ["--data", str(office.config.data)]

    def run(*arguments: str) -> Any:
        return runner.invoke(office_cli, list(arguments))

    made = run("backup", *data, str(place), "--json")
    said = json.loads(made.output)
    assert (made.exit_code, said["attachments"]["count"], said["pruned"]) == (0, 1, [])
    assert json.loads(run("backup", *data, "--list", "--json").output)["backups"][0]["there"] is True
    assert run("backup", *data, "--verify", said["folder"]).exit_code == 0
    again = run("restore", said["folder"], "--data", str(tmp_path / "new"), "--json")
    assert (again.exit_code, json.loads(again.output)["rows"]) == (0, said["rows"])

    flip_a_byte(Path(said["folder"]))
    for wrong, told in (
        (run("backup", *data, "--verify", said["folder"]), "is not whole"),
        (run("restore", str(place), "--data", str(tmp_path / "third")), "is not a backup"),
        (
            run("restore", said["folder"].replace("ronda-", "broken-"), "--data", str(tmp_path / "third")),
            "is not whole",
        ),
        (run("backup", *data, str(office.config.keys / "signing.pem")), "is a file"),
        (run("backup", *data, "--without-keys", "--close-keys"), "not both"),
    ):
        assert wrong.exit_code in (1, 2), wrong.output
        assert told in wrong.output, wrong.output
        assert "Traceback" not in wrong.output
    assert RESTORING not in [path.name for path in tmp_path.iterdir()]
