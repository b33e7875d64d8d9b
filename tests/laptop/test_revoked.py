"""What a laptop that was shut out still holds reaches the office, sealed, to the last event."""

from __future__ import annotations

import shutil
from pathlib import Path

from field_client import folder as folders
from field_client import syncing
from field_client.store.side import StoredLaptop
from server import enrolling
from server.store import tables as t
from sync.exchange.sizes import Sizes
from tests.laptop.builders import PASSPHRASE
from tests.laptop.pairs import Pair
from tests.office.builders import NOW


def refused(pair: Pair) -> syncing.NotExchanged:
    done = syncing.exchange(pair.store, pair.clock, pair.peer)
    assert isinstance(done, syncing.NotExchanged)
    assert done.code == "revoked"
    return done


def sealed(pair: Pair) -> set[str]:
    return {row["id"] for row in pair.world.rows(t.events, t.events.c.sealed)}


def revoke(pair: Pair) -> None:
    device = StoredLaptop(pair.store).identity().device
    enrolling.revoke(pair.world.engine, device, actor="cli", now=NOW)


def test_a_revoked_laptop_hands_over_more_than_one_batch_and_counts_all_of_it_as_unsent(pair: Pair) -> None:
    pair.exchange()
    saved = {pair.visit().visit for _ in range(5)}
    revoke(pair)
    StoredLaptop(pair.store).resize(Sizes(push=2))
    assert refused(pair).unsent == 5
    assert sealed(pair) == saved
    before = len(pair.peer.requests)
    assert refused(pair).unsent == 5
    assert len(pair.peer.requests) - before <= 3
    assert sealed(pair) == saved


def test_a_copied_laptop_that_was_revoked_hands_over_what_only_the_copy_holds(
    pair: Pair, tmp_path: Path
) -> None:
    pair.exchange()
    pair.visit("Rosa")
    copy = pair.copied("copy")
    own = pair.visit("Luis").visit
    pair.exchange()
    revoke(pair)
    pair.store.close()
    shutil.rmtree(pair.folder)
    pair.store = folders.open_laptop(copy, PASSPHRASE)
    pair.clock.forward(hours=1)
    copied = pair.visit("Luis").visit
    refused(pair)
    assert own not in sealed(pair)
    assert copied in sealed(pair)


def test_a_revoked_laptop_says_again_what_a_restored_office_lost(pair: Pair, tmp_path: Path) -> None:
    pair.exchange()
    pair.world.engine.dispose()
    shutil.copytree(tmp_path / "office", tmp_path / "backup")
    saved = pair.visit("Luis").visit
    pair.exchange()
    pair.world.engine.dispose()
    shutil.copyfile(tmp_path / "backup" / "office.db", tmp_path / "office" / "office.db")
    revoke(pair)
    refused(pair)
    assert saved in sealed(pair)
