"""A wipe hands over first and forgets then, whatever cuts it off; and only the office can order it."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlcipher3

from field_client import folder as folders
from field_client import leaving, noting, syncing, wiping
from field_client.store import drafts, journal, keyring, settings
from field_client.store.db import WrongDatabase
from server import wiping as orders
from server.store import tables as t
from sync.exchange.carrying import NotCarried, unpack
from sync.keys import new_signing_key
from sync.orders import is_wipe_order, wipe_order
from sync.sealing import BrokenKey, WrongPassphrase
from tests.laptop.builders import NOON, PASSPHRASE, StandingClock
from tests.laptop.keyed import Keyed


def test_a_wiped_laptop_leaves_a_file_from_which_the_office_has_every_visit(keyed: Keyed) -> None:
    pair = keyed.pair
    sent, unsent = pair.visit("Rosa").visit, pair.visit("Luis").visit
    pair.exchange()
    unsent_too = pair.visit("Rosa").visit
    done = wiping.wipe(pair.store, pair.clock.read())
    assert done.handed is not None
    left = sorted(path.name for path in pair.folder.iterdir())
    assert left == [done.handed.name]
    keyed.taken(done.handed.read_bytes())
    assert pair.held() == {sent, unsent, unsent_too}


def test_a_laptop_with_nothing_to_hand_over_is_only_emptied(keyed: Keyed) -> None:
    done = wiping.wipe(keyed.pair.store, keyed.pair.clock.read())
    assert (done.handed, done.events) == (None, 0)
    assert list(keyed.pair.folder.iterdir()) == []
    folders.check_free(keyed.pair.folder)  # another collector may be enrolled here


def test_the_office_orders_it_under_its_signature_and_the_laptop_obeys(keyed: Keyed) -> None:
    pair = keyed.pair
    visit = pair.visit("Rosa").visit
    orders.order(pair.world.engine, keyed.device, actor="nora", now=pair.clock.now)
    orders.order(pair.world.engine, keyed.device, actor="nora", now=pair.clock.now)
    result = syncing.exchange(pair.store, pair.clock, pair.peer)
    assert isinstance(result, syncing.NotExchanged)
    assert result.code == "revoked"
    assert noting.wipe_ordered(pair.store)
    done = wiping.wipe(pair.store, pair.clock.read())
    assert done.handed is not None
    taken = keyed.taken(done.handed.read_bytes())
    assert taken.refused == ("revoked",)
    [row] = pair.world.rows(t.events, t.events.c.id == visit)
    assert row["sealed"]
    [device] = pair.world.rows(t.devices)
    assert device["wiped_at"] is not None
    kinds = [row["kind"] for row in pair.world.rows(t.facts)]
    assert kinds.count("device.wipe_ordered") == 1


def test_an_order_that_our_office_did_not_sign_is_no_order(keyed: Keyed) -> None:
    pair = keyed.pair
    with pair.store.reading() as db:
        from sync.keys import Keyring

        keys = Keyring.from_json(settings.get(db, "office_keys"))
    own = wipe_order(pair.world.signer, keyed.device, NOON)
    assert is_wipe_order(keys, keyed.device, own)
    for told in (
        wipe_order(new_signing_key(), keyed.device, NOON),
        wipe_order(pair.world.signer, "00000000-0000-7000-8000-000000000001", NOON),
        own | {"ordered": "2030-01-01T00:00:00.000Z"},
        {"device": keyed.device},
        True,
    ):
        assert not is_wipe_order(keys, keyed.device, told)


def test_a_revoked_laptop_that_is_not_ordered_to_be_wiped_keeps_everything(keyed: Keyed) -> None:
    from server import enrolling

    pair = keyed.pair
    pair.visit("Rosa")
    enrolling.revoke(pair.world.engine, keyed.device, actor="nora", now=pair.clock.now)
    syncing.exchange(pair.store, pair.clock, pair.peer)
    assert not noting.wipe_ordered(pair.store)
    assert pair.counts()["unsent"] == 1


def test_a_full_disk_wipes_nothing(keyed: Keyed, monkeypatch: pytest.MonkeyPatch) -> None:
    pair = keyed.pair
    pair.visit("Rosa")

    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device", str(path))

    with monkeypatch.context() as patched:
        patched.setattr(wiping, "write_durably", full)
        with pytest.raises(OSError, match="No space"):
            wiping.wipe(pair.store, pair.clock.read())
    assert not wiping.begun(pair.store)
    pair.visit("Luis")
    assert pair.counts()["unsent"] == 2


def test_nothing_is_saved_in_a_laptop_once_its_hand_over_file_is_written(keyed: Keyed) -> None:
    pair = keyed.pair
    pair.visit("Rosa")
    wiping._hand_over(pair.store, pair.clock.read(), pair.folder)
    assert wiping.begun(pair.store)
    with pytest.raises(sqlcipher3.IntegrityError, match="being wiped"):
        pair.visit("Luis")


# Cut off at any moment


def wiped_right(folder: Path) -> None:
    wiping.wipe(folders.open_laptop(folder, PASSPHRASE), StandingClock().read())


def wiped_wrong(folder: Path) -> None:
    """The control: the key goes before the file is there."""
    store = folders.open_laptop(folder, PASSPHRASE)
    wiping._overwrite(folder / keyring.NAME)
    wiping.wipe(store, StandingClock().read())


def killed_at(step: int, act: Callable[[Path], None], folder: Path) -> bool:
    """Run `act` in a process of its own that dies at its step-th touch of a file. True when it did."""
    child = os.fork()
    if child == 0:
        left = step

        def count(event: str, arguments: tuple[Any, ...]) -> None:
            nonlocal left
            if event in ("open", "os.rename", "os.remove") and str(folder) in str(arguments[0]):
                left -= 1
                if left < 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sync = os.fsync

        def counted(handle: int) -> None:
            count("open", (str(folder),))
            sync(handle)
            count("open", (str(folder),))

        os.fsync = counted
        sys.addaudithook(count)
        try:
            act(folder)
        finally:
            os._exit(0)
    return os.waitpid(child, 0)[1] != 0


def whole(folder: Path, visits: set[str], private: Any) -> str:
    """Which of the two is whole: the laptop or the hand-over file; "" for neither."""
    wiping.finish(folder)
    try:
        store = folders.open_laptop(folder, PASSPHRASE)
    except (folders.NotEnrolled, WrongPassphrase, BrokenKey, WrongDatabase):
        pass
    else:
        with store.reading() as db:
            held = {row.entry.id for row in journal.rows(db)}
        store.close()
        if visits <= held:
            return "laptop"
    for path in wiping.handed_over(folder):
        try:
            queue = unpack(private, path.read_bytes())
        except NotCarried:
            continue
        said = str([one["header"] for push in queue.requests for one in push["push"]["events"]])
        if all(visit in said for visit in visits):
            return "file"
    return ""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills a copy of this process; needs fork")
def test_a_kill_at_any_step_leaves_the_laptop_or_the_file_whole(keyed: Keyed, tmp_path: Path) -> None:
    pair = keyed.pair
    visits = {pair.visit("Rosa").visit, pair.visit("Luis").visit}
    pair.store.close()
    pair.world.engine.dispose()
    found: dict[str, list[str]] = {"right": [], "wrong": []}
    for name, act in (("right", wiped_right), ("wrong", wiped_wrong)):
        for step in range(60):
            folder = tmp_path / f"{name}-{step}"
            shutil.copytree(pair.folder, folder)
            killed = killed_at(step, act, folder)
            found[name].append(whole(folder, visits, keyed.private))
            if killed and found[name][-1] == "laptop":  # and it can be wiped again, to the end
                wiped_right(folder)
                assert whole(folder, visits, keyed.private) == "file"
            if not killed:
                break
    pair.store = folders.open_laptop(pair.folder, PASSPHRASE)
    assert len(found["right"]) > 10
    assert set(found["right"]) == {"laptop", "file"}
    assert found["right"][-1] == "file"
    assert "" in found["wrong"], "the control loses both and must be caught"


# Leaving


def test_a_laptop_with_unsent_work_or_a_draft_cannot_be_left(keyed: Keyed) -> None:
    pair = keyed.pair
    pair.visit("Rosa")
    with pair.store.writing() as db:
        drafts.save(db, pair.world.debtors["Luis"], {"note": "a medias"}, pair.clock.now)
    kept = leaving.leave(pair.store, pair.clock.read())
    assert isinstance(kept, leaving.Waits)
    assert (kept.unsent, kept.drafts) == (1, 1)
    assert "archivo de envíos" in str(kept.because)
    pair.exchange()
    with pair.store.writing() as db:
        drafts.drop(db, pair.world.debtors["Luis"])
    done = leaving.leave(pair.store, pair.clock.read())
    assert isinstance(done, wiping.Wiped)
    # The office confirmed it and no verified backup holds it yet: it is handed over all the same.
    assert done.events == 1
    folders.check_free(pair.folder)
