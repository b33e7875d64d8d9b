"""Copies of a laptop: closed like it, few, and put back so that nothing said is lost or said twice."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from field_client import backing_up, restoring
from field_client import folder as folders
from field_client.backing_up import BACKUPS, KEEP
from field_client.folder import AlreadyEnrolled
from field_client.restoring import NotRestored, restore
from field_client.store import journal, settings
from field_client.wiping import wipe
from server.store import tables as t
from sync.ledger import verify
from sync.sealing import WrongPassphrase

from .builders import MARIA, NOON, PASSPHRASE, Laptop
from .pairs import Pair, laptop_digest, office_digest


def copy_of(pair: Pair) -> Path:
    [file] = backing_up.back_up(pair.store, pair.clock.read()).files
    return file


def put_back(pair: Pair, file: Path, name: str = "otro-disco") -> restoring.Restored:
    """The laptop's disk died: a new one gets the copy."""
    pair.store.close()
    pair.folder = pair.folder.parent / name
    done = restore(pair.folder, file, PASSPHRASE, pair.clock.read())
    pair.store = folders.open_laptop(pair.folder, PASSPHRASE)
    return done


def test_a_laptop_put_back_lost_nothing_the_office_confirmed_and_says_nothing_twice(pair: Pair) -> None:
    pair.exchange()
    before = pair.visit("Rosa")
    pair.exchange()
    unsent = pair.visit("Luis")
    file = copy_of(pair)
    pair.clock.forward(hours=1)
    after = pair.visit("Rosa")  # after the copy, and confirmed: only the office has it now
    pair.exchange()
    assert pair.held() == {before.visit, unsent.visit, after.visit}
    put_back(pair, file)
    assert after.visit not in [id for id, _ in pair.visits_here("Rosa")]
    done = pair.exchange()
    assert done.unsent == 0
    assert [id for id, _ in pair.visits_here("Rosa")].count(after.visit) == 1
    assert pair.held() == {before.visit, unsent.visit, after.visit}
    assert len(pair.world.rows(t.visits)) == 3
    pair.clock.forward(hours=1)
    last = pair.visit("Luis")
    assert pair.exchange().unsent == 0
    assert pair.held() == {before.visit, unsent.visit, after.visit, last.visit}
    assert laptop_digest(pair) == office_digest(pair.world)
    with pair.store.reading() as db:
        assert verify(journal.chains(db)).ok


def test_a_laptop_put_back_goes_on_in_a_chain_that_names_where_the_copy_ends(pair: Pair) -> None:
    pair.exchange()
    pair.visit("Rosa")
    pair.exchange()
    with pair.store.reading() as db:
        old = journal.head(db, journal.current(db))
    put_back(pair, copy_of(pair))
    with pair.store.reading() as db:
        chain = journal.current(db)
        first = journal.head(db, chain)
        assert chain != old.incarnation
        assert journal.parent(db, chain) == old
        assert first.n == 1
    assert pair.exchange().unsent == 0


def test_the_old_disk_and_the_one_put_back_may_both_go_on(pair: Pair) -> None:
    """Somebody repairs the old laptop after all: both speak, and both keep all they said."""
    pair.exchange()
    file = copy_of(pair)
    old = pair.folder
    put_back(pair, file)
    new = pair.folder
    mine = pair.visit("Rosa")
    pair.exchange()
    pair.put_back(old)
    pair.clock.forward(hours=1)
    theirs = pair.visit("Luis")
    assert pair.exchange().unsent == 0
    pair.put_back(new)
    assert pair.exchange().unsent == 0
    assert pair.held() == {mine.visit, theirs.visit}


def test_only_the_newest_copies_are_kept_and_other_laptops_copies_are_left_alone(
    laptop: Laptop, tmp_path: Path
) -> None:
    stick = tmp_path / "usb"
    stick.mkdir()
    foreign = stick / f"{backing_up.PREFIX}ffffffff-20260101T000000{backing_up.SUFFIX}"
    foreign.write_bytes(b"of another laptop")
    with laptop.store.writing() as db:
        settings.put(db, backing_up.SECOND, str(stick))
    made = []
    for _ in range(KEEP + 2):
        made.append(backing_up.back_up(laptop.store, laptop.clock.read()))
        laptop.clock.forward(minutes=40)
    assert len(backing_up.copies_in(laptop.folder / BACKUPS)) == KEEP
    assert len(backing_up.copies_in(stick, laptop.device)) == KEEP
    assert foreign.exists()
    assert made[-1].files[0].exists()
    assert not made[0].files[0].exists()
    assert not list(laptop.folder.glob("*.copy"))


def test_a_stick_that_is_out_keeps_no_copy_from_being_made_and_is_made_up_for(
    laptop: Laptop, tmp_path: Path
) -> None:
    stick = tmp_path / "usb"
    with laptop.store.writing() as db:
        settings.put(db, backing_up.SECOND, str(stick))
    done = backing_up.back_up(laptop.store, laptop.clock.read())
    assert (len(done.files), done.failed) == (1, (stick,))
    assert not stick.exists(), "a folder made on the laptop's own disk would be no second copy"
    stick.mkdir()
    assert backing_up.back_up_if_due(laptop.store, laptop.clock.read()) is None  # it was just tried
    laptop.clock.forward(minutes=31)
    again = backing_up.back_up_if_due(laptop.store, laptop.clock.read())
    assert again is not None
    assert len(again.files) == 2


def test_a_copy_is_made_when_something_was_said_and_not_otherwise(pair: Pair) -> None:
    pair.exchange()
    assert backing_up.back_up_if_due(pair.store, pair.clock.read()) is not None
    pair.clock.forward(hours=5)
    assert backing_up.back_up_if_due(pair.store, pair.clock.read()) is None
    pair.visit("Rosa")
    pair.clock.forward(minutes=1)
    assert backing_up.back_up_if_due(pair.store, pair.clock.read()) is not None  # nowhere else yet


def test_a_copy_is_closed_like_the_laptop(laptop: Laptop) -> None:
    [file] = backing_up.back_up(laptop.store, laptop.clock.read()).files
    data = file.read_bytes()
    for secret in ("María", "Núñez", "1250000", "Calle 15"):
        assert secret.encode() not in data
    assert file.parent == laptop.folder / BACKUPS


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-2000])


def _flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(bytes(data))


def _other(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("../laptop.db", b"x")


def _text(file: Path) -> None:
    file.write_text("no es una copia", "utf-8")


@pytest.mark.parametrize("harm", [_cut, _flip, _other, _text])
def test_a_damaged_copy_changes_nothing(laptop: Laptop, tmp_path: Path, harm: Callable[[Path], None]) -> None:
    [file] = backing_up.back_up(laptop.store, laptop.clock.read()).files
    whole, broken = tmp_path / "whole.ronda", tmp_path / "broken.ronda"
    shutil.copy(file, whole)
    shutil.copy(file, broken)
    harm(broken)
    new = tmp_path / "new"
    with pytest.raises(NotRestored):
        restore(new, broken, PASSPHRASE, laptop.clock.read())
    assert not list(new.iterdir())
    assert restore(new, whole, PASSPHRASE, laptop.clock.read()).made == NOON  # the control


def test_a_copy_is_put_back_by_its_own_passphrase_and_over_no_other_laptop(
    laptop: Laptop, tmp_path: Path
) -> None:
    [file] = backing_up.back_up(laptop.store, laptop.clock.read()).files
    with pytest.raises(WrongPassphrase):
        restore(tmp_path / "new", file, "otra contraseña", laptop.clock.read())
    assert not list((tmp_path / "new").iterdir())
    laptop.store.close()
    with pytest.raises(AlreadyEnrolled):
        restore(laptop.folder, file, PASSPHRASE, laptop.clock.read())
    done = restore(laptop.folder, file, PASSPHRASE, laptop.clock.read(), aside=True)
    assert done.aside is not None
    for folder in (laptop.folder, done.aside):  # both open, both whole
        store = folders.open_laptop(folder, PASSPHRASE)
        with store.reading() as db:
            assert db.execute("SELECT count(*) FROM records WHERE id = ?", [MARIA]).fetchone()[0] == 1
        store.close()


def test_a_wipe_takes_the_copies_beside_the_laptop_with_it(laptop: Laptop) -> None:
    backing_up.back_up(laptop.store, laptop.clock.read())
    assert backing_up.copies_in(laptop.folder / BACKUPS)
    with laptop.store.writing() as db:
        settings.put(db, "recovery_key", "11" * 32)
    wipe(laptop.store, laptop.clock.read())
    assert not (laptop.folder / BACKUPS).exists()
    assert not list(laptop.folder.rglob("*copia*"))
