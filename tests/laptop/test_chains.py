"""Several installations of one laptop, an office put back from a backup: nothing is lost, twice or hidden."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from field_client import syncing
from field_client.store import journal, receipts
from field_client.store.side import StoredLaptop
from server.store import tables as t
from sync.exchange import Unreachable
from sync.ledger import verify
from tests.laptop.pairs import Pair, laptop_digest, office_digest


def forked(pair: Pair) -> list[str]:
    """Ana's laptop after it was put back from a copy: two visits in its first chain, one in its second."""
    pair.exchange()
    first = pair.visit("Rosa")
    pair.exchange()
    copy = pair.copied("copy")
    pair.clock.forward(hours=1)
    second = pair.visit("Luis")
    pair.exchange()
    pair.put_back(copy)
    pair.clock.forward(hours=1)
    third = pair.visit("Rosa")
    assert pair.exchange().outcome.reopened == 1
    assert [len(places) for places in pair.chains().values()] == [1 + 1, 2]
    return [first.visit, second.visit, third.visit]


def watch(pair: Pair, monkeypatch: pytest.MonkeyPatch, own: list[str]) -> list[int]:
    """After every request, the screen shows each of our visits exactly once; answers the unsent counts."""
    unsent: list[int] = []
    answer = pair.peer.sync

    def seen() -> None:
        shown = Counter(id for name in ("Rosa", "Luis") for id, _ in pair.visits_here(name))
        assert {id: shown[id] for id in own} == dict.fromkeys(own, 1)
        unsent.append(pair.counts()["unsent"])

    def listen(request: dict[str, Any]) -> dict[str, Any]:
        seen()
        return answer(request)

    monkeypatch.setattr(pair.peer, "sync", listen)
    return unsent


def test_every_chain_is_asked_about_again_once_the_office_was_restored(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = pair.office_copied("empty")
    first, second, third = forked(pair)
    assert pair.held() == {first, second, third}
    pair.office_restored(empty)
    unsent = watch(pair, monkeypatch, [first, third])
    done = pair.exchange()
    assert done.unsent == 0
    # The second visit is not on this disk: the copy was made before it. The other laptop would bring it.
    assert pair.held() == {first, third}
    assert max(unsent) > 0  # while the office did not say again what it holds, it counts as not sent
    assert all(all(places) for places in list(pair.chains().values())[1:])
    assert laptop_digest(pair) == office_digest(pair.world)
    with pair.store.reading() as db:
        assert verify(journal.chains(db), receipts=receipts.all_of(db)).ok


def test_an_older_chain_that_forks_now_is_said_again_in_the_current_one(
    pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a restore the twin speaks first under the common chain: our part of it moves to ours."""
    empty = pair.office_copied("empty")
    first, second, third = forked(pair)
    pair.office_restored(empty)
    mine = pair.folder
    pair.put_back(tmp_path / "laptop")  # the twin, which holds the first two visits
    pair.clock.forward(hours=1)
    fourth = pair.visit("Luis")
    pair.exchange()
    assert pair.held() == {first, second, fourth.visit}
    pair.put_back(mine)
    watch(pair, monkeypatch, [first, third])
    done = pair.exchange()
    assert done.unsent == 0
    assert pair.held() == {first, second, third, fourth.visit}
    assert laptop_digest(pair) == office_digest(pair.world)
    assert len(pair.world.rows(t.visits)) == 4
    assert pair.exchange().outcome.sent == 0


def test_with_the_office_restored_and_gone_in_between_the_next_exchange_goes_on(pair: Pair) -> None:
    empty = pair.office_copied("empty")
    own = forked(pair)
    pair.office_restored(empty)
    for answered in range(1, 20):
        pair.peer.lose_answers = 0
        before, fail = len(pair.peer.requests), pair.peer.sync

        def cut(
            request: dict[str, Any], many: int = answered, start: int = before, ask: Any = fail
        ) -> dict[str, Any]:
            if len(pair.peer.requests) - start >= many:
                raise Unreachable("cut")
            return dict(ask(request))

        pair.peer.sync = cut  # type: ignore[method-assign]
        result = syncing.exchange(pair.store, pair.clock, pair.peer)
        pair.peer.sync = fail  # type: ignore[method-assign]
        shown = [id for name in ("Rosa", "Luis") for id, _ in pair.visits_here(name)]
        assert sorted(shown) == sorted(id for id in shown if id in own)
        assert {own[0], own[2]} <= set(shown)
        if isinstance(result, syncing.Exchanged):
            break
    assert pair.held() == {own[0], own[2]}
    assert pair.counts()["unsent"] == 0


def test_an_office_restored_twice_is_found_out_by_a_receipt_of_an_epoch_it_does_not_know(
    pair: Pair,
) -> None:
    pair.exchange()
    first = pair.visit("Rosa")
    pair.exchange()
    backup = pair.office_copied("backup")
    second = pair.visit("Luis")
    pair.exchange()
    epochs = []
    for _ in range(2):
        pair.office_restored(backup)
        assert pair.held() == {first.visit}
        pair.exchange()
        assert pair.held() == {first.visit, second.visit}
        epochs.append(StoredLaptop(pair.store).identity().epoch)
        assert len(pair.world.rows(t.facts, t.facts.c.kind == "office.restored")) == 1
        assert laptop_digest(pair) == office_digest(pair.world)
    assert len(set(epochs)) == 2


def test_chains_that_are_settled_cost_nothing(pair: Pair) -> None:
    forked(pair)
    before = len(pair.peer.requests)
    pair.exchange()
    current = StoredLaptop(pair.store).identity().incarnation
    asked = pair.peer.requests[before:]
    assert [request["hello"]["incarnation"] for request in asked] == [current] * 2
    assert [request["compare"] is not None for request in asked] == [False, True]


def test_what_a_twin_put_under_our_chain_is_never_taken_for_ours(pair: Pair, tmp_path: Path) -> None:
    """The office's `reflects` speaks of the twin's events: with another hash it hides nothing of ours."""
    pair.exchange()
    copy = pair.copied("copy")
    pair.visit("Luis")
    pair.exchange()
    pair.put_back(copy)
    mine = pair.visit("Rosa")
    laptop = StoredLaptop(pair.store)
    cursor, chain = laptop.cursor(), laptop.identity().incarnation
    assert cursor is not None
    page = {"cursor": cursor, "rows": [], "more": False, "reset": False}
    twin = {"incarnation": chain, "n": 1, "h": bytes(range(32))}
    assert laptop.take_page(cursor, page | {"reflects": twin})
    assert pair.visits_here("Rosa") == [(mine.visit, False)]
    held = {"incarnation": chain, "n": 1, "h": laptop.hash_at(chain, 1)}
    assert laptop.take_page(cursor, page | {"reflects": held})
    assert pair.visits_here("Rosa") == []  # the control: with our own hash it is believed


def test_what_goes_on_from_a_place_that_a_twin_wrote_is_said_again_in_a_chain_of_its_own(pair: Pair) -> None:
    """The office was put back, and a twin filled the place the laptop's receipt speaks of: it sends no hash
    of that place, so that its signature fits nothing the office can compute."""
    pair.exchange()
    empty, young = pair.office_copied("empty"), pair.copied("young")
    own = pair.visit("Rosa")
    pair.exchange()
    grown = pair.copied("grown")
    pair.office_restored(empty)
    pair.put_back(young)
    twins = pair.visit("Luis")
    pair.exchange()
    assert pair.held() == {twins.visit}
    pair.put_back(grown)
    pair.clock.forward(hours=1)
    later = pair.visit("Rosa")
    assert pair.exchange().outcome.reopened == 1
    assert pair.held() == {own.visit, twins.visit, later.visit}
    assert pair.counts()["unsent"] == 0
    assert len(pair.world.rows(t.facts, t.facts.c.kind == "ledger.chain_broken")) == 1


def test_what_waits_in_two_chains_counts_once(pair: Pair) -> None:
    """A fork is found, and before the new chain could be sent the link fails."""
    pair.exchange()
    copy = pair.copied("copy")
    pair.visit("Luis")
    pair.exchange()
    pair.put_back(copy)
    pair.visit("Rosa")
    answer, asked = pair.peer.sync, []

    def first_only(request: dict[str, Any]) -> dict[str, Any]:
        asked.append(request)
        if len(asked) > 1:
            raise Unreachable("cut")
        return answer(request)

    pair.peer.sync = first_only  # type: ignore[method-assign]
    result = syncing.exchange(pair.store, pair.clock, pair.peer)
    assert isinstance(result, syncing.NotExchanged)
    assert [len(places) for places in pair.chains().values()] == [1, 2]
    # The visit is in both chains, and the new one begins with its opening.
    assert (result.unsent, result.visits_unsent) == (2, 1)
    pair.peer.sync = answer  # type: ignore[method-assign]
    assert pair.exchange().unsent == 0
    assert pair.counts()["acknowledged"] == 2
