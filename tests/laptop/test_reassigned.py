"""Debtors that pass from one collector to another while both are out of reach: every visit counts once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from field_client import syncing
from field_client.store import journal, records
from field_client.visiting import Saved
from server import enrolling, publishing
from server.store import tables as t
from server.store.engine import writing
from tests.laptop.pairs import Pair, enrolled_pair, laptop_digest, office_digest
from tests.office.builders import NOW


@pytest.fixture
def benito(pair: Pair, tmp_path: Path) -> Iterator[Pair]:
    """A colleague's laptop, at the same office."""
    made = enrolled_pair(tmp_path / "benito", pair.world, pair.clock, "Benito")
    yield made
    made.store.close()


def give(pair: Pair, name: str, agent: str | None, day: int) -> None:
    pair.world.assign(name, agent, since=date(2026, 11, day))
    with writing(pair.world.engine) as connection:
        publishing.refresh_agents(connection, list(pair.world.agents.values()), NOW)


def people(pair: Pair) -> set[str]:
    with pair.store.reading() as db:
        return {one["name"] for one in records.all_of(db, "debtor")}


def test_given_away_and_back_with_visits_by_both_every_visit_counts_once(pair: Pair, benito: Pair) -> None:
    pair.exchange()
    benito.exchange()
    first = pair.visit("Rosa")  # Ana goes out of reach with this unsent
    give(pair, "Rosa", "Benito", 19)
    benito.exchange()
    assert people(benito) == {"Marta", "Rosa"}
    second = benito.visit("Rosa")
    benito.exchange()
    third = pair.visit("Rosa")  # she does not know yet
    done = pair.exchange()
    assert (done.unsent, done.outcome.quarantined) == (0, 0)
    assert people(pair) == {"Luis"}
    assert pair.visits_here("Rosa") == []
    give(pair, "Rosa", "Ana", 20)
    for side, agent in ((pair, "Ana"), (benito, "Benito")):
        side.exchange()
        assert laptop_digest(side) == office_digest(pair.world, agent)
    assert people(benito) == {"Marta"}
    shown = pair.visits_here("Rosa")
    assert sorted(id for id, _ in shown) == sorted([first.visit, second.visit, third.visit])
    assert all(in_office for _, in_office in shown)
    assert len(pair.world.rows(t.visits)) == 3


def test_a_visit_to_a_debtor_given_away_meanwhile_is_accepted_and_flagged(pair: Pair) -> None:
    pair.exchange()
    visit = pair.visit("Rosa")
    give(pair, "Rosa", "Benito", 15)
    done = pair.exchange()
    assert (done.unsent, done.outcome.quarantined) == (0, 0)
    [row] = pair.world.rows(t.visits)
    assert (row["id"], row["out_of_scope"]) == (visit.visit, True)
    assert "audit.out_of_scope" in {one["rule"] for one in pair.world.rows(t.findings)}


def test_a_tombstone_hides_at_once_and_goes_when_what_was_said_is_acknowledged(pair: Pair) -> None:
    """The office answers the pull and the link fails before a second visit can go up."""
    pair.exchange()
    give(pair, "Rosa", "Benito", 19)
    answer = pair.peer.sync
    saved: list[Saved] = []

    def meanwhile(request: dict[str, object]) -> dict[str, object]:
        reply = answer(request)
        if not saved:
            saved.append(pair.visit("Rosa"))  # typed while the answer was on its way
        else:
            pair.peer.sync = answer  # type: ignore[method-assign]
        return reply

    pair.peer.sync = meanwhile  # type: ignore[method-assign]
    pair.exchange()
    assert people(pair) == {"Luis"}
    assert pair.held() == {saved[0].visit}
    with pair.store.reading() as db:
        assert list(db.query("SELECT kind FROM records WHERE gone = 1")) == []
        assert journal.counts(db)["unsent"] == 0


def test_a_dismissed_collectors_work_still_comes_in_flagged_and_his_laptop_is_emptied(pair: Pair) -> None:
    pair.exchange()
    visit = pair.visit("Rosa")
    for name in ("Rosa", "Luis"):
        give(pair, name, None, 15)
    with writing(pair.world.engine) as connection:
        ana = t.agents.c.id == pair.world.agents["Ana"]
        connection.execute(t.agents.update().where(ana).values(active=False))
        publishing.refresh_agents(connection, [pair.world.agents["Ana"]], NOW)
    done = pair.exchange()
    assert (done.unsent, done.outcome.quarantined) == (0, 0)
    [row] = pair.world.rows(t.visits)
    assert (row["id"], row["out_of_scope"]) == (visit.visit, True)
    assert people(pair) == set()
    with pair.store.reading() as db:
        held = {row["kind"] for row in db.query("SELECT kind FROM records")}
    assert held <= {"agent", "policy", "basemap"}
    assert laptop_digest(pair) == office_digest(pair.world)


def test_a_revoked_laptop_sends_and_is_refused_and_what_it_sent_is_not_lost(pair: Pair) -> None:
    pair.exchange()
    visit = pair.visit("Rosa")
    with pair.store.reading() as db:
        [entry] = journal.chains(db)
    [device] = pair.world.rows(t.devices)
    enrolling.revoke(pair.world.engine, device["id"], actor="clara", now=NOW)
    for _ in range(2):
        result = syncing.exchange(pair.store, pair.clock, pair.peer)
        assert isinstance(result, syncing.NotExchanged)
        assert result.code == "revoked"
    [row] = pair.world.rows(t.events)
    assert (row["id"], row["sealed"], row["body"]) == (visit.visit, True, entry.body)
    assert pair.counts()["unsent"] == 1
