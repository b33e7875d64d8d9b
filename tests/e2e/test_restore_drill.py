"""The drill: laptops push, a backup is made, they push more, the office is lost and comes back from the
backup. Nothing may be lost and nothing be there twice."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from field_client import enrolling as field_enrolling
from field_client.store import journal, receipts
from server import enrolling
from server.backing_up import back_up
from server.config import Config
from server.exporting import export
from server.office import Office, open_office
from server.restoring import Restored, restore
from server.store import copies
from server.store import tables as t
from server.store.engine import reading
from sync.ledger_folder import read_export
from sync.verifying import verdict_on
from tests.laptop.builders import CHEAP, PASSPHRASE
from tests.office.builders import NOW, TODAY, World, promise_body, quick_engine, small_world, visit_body
from tests.office.test_backups import office_in
from tests.office.test_two_sides import Carried, InProcess


@dataclass
class Drill:
    """An office in a folder of its own, and two laptops."""

    folder: Path
    office: Office
    world: World
    laptops: dict[str, Carried]
    made: int = 0
    restored: int = 0

    def work(self, agent: str, debtor: str, visits: int) -> None:
        """So many visits to a debtor, each with a promise."""
        for _ in range(visits):
            visit = self.laptops[agent].say("visit.recorded", visit_body(self.world, debtor, "DIS"))
            self.laptops[agent].say("promise.made", promise_body(self.world, visit.id, debtor))
            self.made += 1

    def exchange(self) -> None:
        for laptop in self.laptops.values():
            laptop.exchange()

    def lose_and_restore(self, backup: Path) -> Restored:
        """The office's folder is gone; another one takes its place and its name."""
        self.world.engine.dispose()
        shutil.rmtree(self.office.config.data)
        self.restored += 1
        new = self.folder / f"restored-{self.restored}"
        done = restore(
            backup, Config(new, f"sqlite:///{new / 'office.db'}"), lambda: NOW + timedelta(hours=2)
        )
        self.office = open_office(Config(new, f"sqlite:///{new / 'office.db'}"))
        self.world.engine, self.world.signer = self.office.engine, self.office.signer
        return done

    def visits(self) -> list[str]:
        return sorted(row["id"] for row in self.world.rows(t.visits))


@pytest.fixture
def drill(tmp_path: Path) -> Iterator[Drill]:
    place = tmp_path / "office"
    place.mkdir()
    world = small_world(quick_engine(place))
    drill = Drill(tmp_path, office_in(place, world), world, {})
    for agent in ("Ana", "Benito"):
        peer = InProcess(world)
        code = enrolling.issue_code(world.engine, world.agents[agent], actor="cli", now=NOW)
        laptop = drill.laptops[agent] = Carried(tmp_path / agent, peer)
        field_enrolling.enrol_with(
            laptop.folder,
            peer,
            server="http://x",
            code=code,
            passphrase=PASSPHRASE,
            clock=laptop.clock,
            cost=CHEAP,
        )
    yield drill
    for laptop in drill.laptops.values():
        laptop.close()
    drill.world.engine.dispose()


def test_after_the_drill_nothing_is_lost_and_nothing_is_there_twice(drill: Drill, tmp_path: Path) -> None:
    drill.work("Ana", "Rosa", 3)
    drill.work("Benito", "Marta", 1)
    drill.exchange()
    backup = back_up(drill.office, tmp_path / "backups", lambda: NOW)
    drill.work("Ana", "Luis", 2)
    drill.exchange()
    drill.work("Benito", "Marta", 2)  # not sent yet when the office is lost
    before = drill.visits()
    assert len(before) == 6

    done = drill.lose_and_restore(backup.folder)
    assert len(drill.visits()) == 4, "the control: the backup alone lacks what came after it"
    drill.exchange()
    drill.exchange()

    assert len(drill.visits()) == drill.made == 8
    assert set(before) <= set(drill.visits())
    assert len({row["id"] for row in drill.world.rows(t.promises)}) == 8
    rows = drill.world.rows(t.events)
    assert len({(row["incarnation"], row["n"]) for row in rows}) == len(rows)
    assert all(row["quarantine"] is None for row in rows)
    for name, laptop in drill.laptops.items():
        with laptop.open().reading() as db:
            assert journal.counts(db)["unsent"] == 0, name
            kept = receipts.all_of(db)
        assert kept[-1].epoch == done.epoch
        # What the lost office signed after its backup holds for the office that came back.
        held = {(row["incarnation"], row["n"]): row["h"] for row in rows}
        assert all(held[one.incarnation, one.n] == one.h for one in kept)

    report = export(
        drill.office.engine, drill.office.signer, tmp_path / "export", as_of=TODAY, actor="cli", now=NOW
    )
    verdict = verdict_on(read_export(report.folder))
    assert verdict.ok, verdict.problems
    with reading(drill.office.engine) as connection:
        assert sorted(copies.heads(connection)) == sorted(verdict.heads)


def test_a_restored_office_can_be_backed_up_and_lost_again(drill: Drill, tmp_path: Path) -> None:
    for _ in range(2):
        drill.work("Ana", "Rosa", 1)
        drill.exchange()
        backup = back_up(drill.office, tmp_path / "backups", lambda: NOW)
        drill.work("Benito", "Marta", 1)
        drill.exchange()
        drill.lose_and_restore(backup.folder)
        drill.exchange()
    assert len(drill.visits()) == drill.made == 4
