"""A feed stays as small as its agent's scope: tombstones go once all his laptops are past them, and a laptop
put back behind them reads its feed anew."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, delete

from field_client.store import records
from field_client.store.side import StoredLaptop
from server import publishing
from server.publishing.pruning import prune
from server.store import backups, counters, events, tombstones
from server.store import tables as t
from server.store.engine import reading, writing
from sync.exchange.sizes import Sizes
from sync.ids import new_id
from tests.laptop.pairs import Pair, enrolled_pair, laptop_digest, office_digest
from tests.office.builders import NOW, World, enrolled, small_world
from tests.stores.conftest import empty_sqlite, office_engine, postgres

__all__ = ["empty_sqlite", "office_engine", "postgres"]


def give(world: World, name: str, agent: str, day: int) -> None:
    world.assign(name, agent, since=date(2026, 11, day))
    with writing(world.engine) as connection:
        publishing.refresh_agents(connection, list(world.agents.values()), NOW)


def backed_up(engine: Engine) -> str:
    """A verified backup that holds what the office holds now."""
    name = new_id()
    with writing(engine) as connection:
        heads = events.heads(connection)
        many = sum(head.n for head in heads)
        known: dict[str, Any] = {
            "made_at": NOW,
            "verified_at": NOW,
            "epoch": "e",
            "place": name,
            "sha256": "0" * 64,
        }
        backups.add(connection, id=name, events=many, heads=heads, **known)
    return name


def pruned(world: World) -> int:
    return prune(world.engine, backed_up(world.engine))


def gone(world: World, agent: str = "Ana") -> int:
    rows = world.rows(t.feeds, t.feeds.c.agent_id == world.agents[agent])
    return sum(row["gone"] for row in rows)


def has(pair: Pair, name: str) -> bool:
    with pair.store.reading() as db:
        return records.get(db, "debtor", pair.world.debtors[name]) is not None


def test_tombstones_go_when_the_laptop_has_read_them_and_a_backup_holds_what_it_said(pair: Pair) -> None:
    pair.exchange()
    pair.visit("Rosa")
    pair.exchange()
    give(pair.world, "Rosa", "Benito", 20)
    before = gone(pair.world)
    assert before >= 3, "the debtor, her accounts and her visit"
    assert pruned(pair.world) == 0, "the laptop has not read them"
    pair.exchange()
    pair.exchange()  # only now it says that it has
    pair.visit("Luis")
    old = backed_up(pair.world.engine)
    pair.exchange()
    assert prune(pair.world.engine, old) == 0, "that backup does not hold the visit to Luis"
    assert pruned(pair.world) == before
    assert gone(pair.world) == 0
    done = pair.exchange()
    assert done.outcome.differed == 0
    assert laptop_digest(pair) == office_digest(pair.world)
    assert not has(pair, "Rosa")


def test_a_laptop_put_back_behind_them_reads_its_feed_anew(pair: Pair) -> None:
    pair.exchange()
    copy = pair.copied("copy")
    again = pair.copied("again")
    give(pair.world, "Rosa", "Benito", 20)
    pair.exchange()
    pair.exchange()
    assert pruned(pair.world) > 0
    pair.put_back(copy)
    assert has(pair, "Rosa")
    pair.exchange()
    assert not has(pair, "Rosa")
    assert laptop_digest(pair) == office_digest(pair.world)
    # And it would not, if the office did not remember what it took away: only comparing finds it then.
    floor = tombstones.floor(pair.world.agents["Ana"])
    with writing(pair.world.engine) as connection:
        connection.execute(delete(t.counters).where(t.counters.c.name == floor))
    pair.exchange()
    pair.put_back(again)
    told = pair.exchange()
    assert told.outcome.differed


def test_a_new_laptop_reads_a_long_feed_in_small_pages_to_its_end(pair: Pair, tmp_path: Path) -> None:
    """Its pages lie below what was taken away, and it need not begin again."""
    pair.exchange()
    for day, agent in enumerate(("Benito", "Ana", "Benito", "Ana"), 10):
        give(pair.world, "Rosa", agent, day)
    give(pair.world, "Luis", "Benito", 20)
    pair.exchange()
    pair.exchange()
    assert pruned(pair.world) > 0
    with reading(pair.world.engine) as connection:
        low = counters.current(connection, tombstones.floor(pair.world.agents["Ana"]))
    new = enrolled_pair(tmp_path / "new", pair.world, pair.clock, "Ana")
    StoredLaptop(new.store).resize(Sizes(push=25, pull=1))
    done = new.exchange()
    assert done.outcome.differed == 0
    assert laptop_digest(new) == office_digest(pair.world)
    asked = [request["pull"]["cursor"] for request in new.peer.requests if request["pull"]]
    numbers = [0 if cursor is None else cursor["number"] for cursor in asked]
    assert numbers == sorted(set(numbers)), "no page was asked for twice"
    assert any(0 < number < low for number in numbers)
    new.store.close()


def test_on_both_engines_who_has_no_laptop_needs_no_tombstone(office_engine: Engine) -> None:
    world = small_world(office_engine)
    ana = enrolled(world)
    give(world, "Rosa", "Benito", 20)
    give(world, "Marta", "Ana", 20)
    many, his = gone(world), gone(world, "Benito")
    assert many > 0
    assert his > 0
    assert pruned(world) == his, "Ana's laptop has not read hers"
    with writing(office_engine) as connection:
        connection.execute(t.devices.update().where(t.devices.c.id == ana.device.id).values(revoked_at=NOW))
    assert pruned(world) == many
    assert gone(world) == 0
    assert pruned(world) == 0
