"""What a laptop lets go of, when, and what it keeps until a verified backup of the office holds it."""

from __future__ import annotations

from datetime import date, timedelta

from field_client import syncing
from field_client.store import journal, receipts, records, retention
from field_client.store.side import StoredLaptop
from server import publishing
from server.store import backups, events
from server.store import tables as t
from server.store.engine import writing
from sync.ids import new_id
from sync.ledger import listed_withheld, verify
from tests.laptop.pairs import Pair
from tests.office.builders import NOW


def give(pair: Pair, name: str, agent: str, day: int) -> None:
    """The debtor passes to another collector, or back."""
    pair.world.assign(name, agent, since=date(2026, 11, day))
    with writing(pair.world.engine) as connection:
        publishing.refresh_agents(connection, list(pair.world.agents.values()), NOW)


def backed_up(pair: Pair, copy: str) -> None:
    """A backup of the office, verified: the office knows how far it holds each chain."""
    made = pair.clock.now + timedelta(seconds=len(pair.world.rows(t.backups)))
    pair.office_copied(copy)
    with writing(pair.world.engine) as connection:
        heads = events.heads(connection)
        backups.add(
            connection,
            id=new_id(),
            made_at=made,
            verified_at=made,
            epoch="e",
            place=copy,
            sha256="0" * 64,
            events=sum(head.n for head in heads),
            heads=heads,
        )


def bodies(pair: Pair) -> list[bool]:
    with pair.store.reading() as db:
        return [entry.body is not None for entry in journal.chains(db)]


def test_bodies_about_a_debtor_no_longer_ours_go_once_a_verified_backup_holds_them(pair: Pair) -> None:
    pair.exchange()
    pair.visit("Rosa")
    pair.visit("Luis")
    pair.exchange()
    give(pair, "Rosa", "Benito", 20)
    pair.exchange()
    assert bodies(pair) == [True, True]  # acknowledged and out of scope, but in no backup
    pair.office_copied("unverified")
    pair.exchange()
    assert bodies(pair) == [True, True]
    backed_up(pair, "verified")
    pair.exchange()
    assert bodies(pair) == [False, True]
    with pair.store.reading() as db:
        entries, signed = journal.chains(db), receipts.all_of(db)
        assert records.get(db, "debtor", pair.world.debtors["Rosa"]) is None
    assert [(one.n, one.until, one.what) for one in listed_withheld(entries, set())] == [(1, 1, "body")]
    assert [problem.kind for problem in verify(entries, receipts=signed).problems] == ["body_missing"]
    assert pair.visits_here("Rosa") == []
    assert pair.counts() == {"unsent": 0, "acknowledged": 2, "visits_unsent": 0, "quarantined": 0}


def test_what_came_after_the_backup_is_kept(pair: Pair) -> None:
    pair.exchange()
    pair.visit("Rosa")
    pair.exchange()
    backed_up(pair, "verified")
    pair.visit("Rosa")
    pair.exchange()
    give(pair, "Rosa", "Benito", 20)
    pair.exchange()
    pair.exchange()
    assert bodies(pair) == [False, True]


def test_what_was_not_applied_or_not_sent_is_kept_whatever_a_backup_holds(pair: Pair) -> None:
    pair.exchange()
    rosa = pair.world.debtors["Rosa"]
    amendment = {"visit": new_id(), "why": "error", "replaces": {"note": "otra"}}
    pair.say("visit.amended", amendment, rosa)
    pair.exchange()
    backed_up(pair, "verified")
    give(pair, "Rosa", "Benito", 20)
    pair.visit("Rosa")
    pair.peer.stopped = True
    assert pair.counts()["visits_unsent"] == 1
    pair.peer.stopped = False
    pair.exchange()
    assert bodies(pair) == [True, True]


def test_a_backup_of_another_history_covers_nothing_of_ours(pair: Pair) -> None:
    pair.exchange()
    pair.visit("Rosa")
    pair.exchange()
    give(pair, "Rosa", "Benito", 20)
    backed_up(pair, "verified")
    with writing(pair.world.engine) as connection:
        connection.execute(t.backup_heads.update().values(h=bytes(32)))
    pair.exchange()
    assert bodies(pair) == [True]
    with pair.store.reading() as db:
        assert retention.uncovered_chains(db) == []


def test_whatever_is_withheld_is_in_the_verified_backup_and_comes_back_with_it(pair: Pair) -> None:
    pair.exchange()
    first = pair.visit("Rosa")
    pair.exchange()
    backed_up(pair, "verified")
    second = pair.visit("Luis")
    pair.exchange()
    give(pair, "Rosa", "Benito", 20)
    pair.exchange()
    assert bodies(pair) == [False, True]
    pair.office_restored(pair.folder.parent / "verified")
    done = pair.exchange()
    assert done.unsent == 0
    assert pair.held() == {first.visit, second.visit}
    assert all(row["body"] is not None for row in pair.world.rows(t.events))
    with pair.store.reading() as db:
        assert retention.missing_bodies(db) == 0


def test_a_restore_from_an_older_backup_than_the_verified_one_is_told_on_both_sides(pair: Pair) -> None:
    pair.exchange()
    older = pair.office_copied("older")
    pair.visit("Rosa")
    pair.exchange()
    backed_up(pair, "verified")
    kept = pair.visit("Luis")
    pair.exchange()
    give(pair, "Rosa", "Benito", 20)
    pair.exchange()
    assert bodies(pair) == [False, True]
    pair.office_restored(older)
    done = pair.exchange()
    assert done.unsent == 0  # nothing is stuck: what can be sent again was
    assert pair.held() == {kept.visit}
    [told] = [row for row in pair.world.rows(t.events) if row["quarantine"] is not None]
    assert (told["n"], told["quarantine"]) == (1, "erased")
    [fact] = pair.world.rows(t.facts, t.facts.c.kind == "ledger.body_missing")
    assert fact["payload"]["n"] == [1]
    told_here = syncing.missing(pair.store)
    assert told_here is not None
    assert str(told_here).startswith("1 eventos no se pueden reenviar")
    with pair.store.reading() as db:
        assert retention.missing_bodies(db) == 1
        assert verify([*journal.chains(db)][1:], (1, journal.chains(db)[0].h)).ok
    # The right backup put back, all is well again.
    pair.office_restored(pair.folder.parent / "verified")
    pair.exchange()
    assert len(pair.held()) == 2
    with pair.store.reading() as db:
        assert retention.missing_bodies(db) == 0


def test_an_older_chain_lets_go_too_once_it_is_covered(pair: Pair) -> None:
    pair.exchange()
    pair.visit("Rosa")
    pair.exchange()
    copy = pair.copied("copy")
    pair.visit("Luis")
    pair.exchange()
    pair.put_back(copy)
    pair.visit("Luis")
    assert pair.exchange().outcome.reopened == 1
    give(pair, "Rosa", "Benito", 20)
    pair.exchange()
    assert len(pair.chains()) == 2
    assert bodies(pair)[0]
    backed_up(pair, "verified")
    pair.exchange()
    assert not bodies(pair)[0]
    before = len(pair.peer.requests)
    pair.exchange()
    assert len(pair.peer.requests) - before == 2  # and then it costs nothing any more


def test_a_debtor_who_comes_back_is_seen_with_what_was_let_go_of(pair: Pair) -> None:
    """Ana → Benito → Ana: the body is gone here, and the feed brings the visit."""
    pair.exchange()
    visit = pair.visit("Rosa")
    pair.exchange()
    backed_up(pair, "verified")
    give(pair, "Rosa", "Benito", 19)
    pair.exchange()
    assert bodies(pair) == [False]
    give(pair, "Rosa", "Ana", 20)
    pair.exchange()
    assert pair.visits_here("Rosa") == [(visit.visit, True)]
    assert StoredLaptop(pair.store).identity().unsent == 0
