"""A copy of the office moves from one engine to the other and is the same office there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, insert, select

from server import receiving, restoring
from server.backing_up import back_up
from server.config import Config
from server.office import Office, open_office
from server.store import copies, offices
from server.store import tables as t
from server.store.engine import reading, writing
from sync.ids import new_id
from tests.office.builders import NOW, Laptop, World, add_payment, enrolled, small_world
from tests.office.test_backups import office_in

from .conftest import Postgres

# What the restore itself says; every other table comes back with the same digest.
OWN = {"office", "facts", "backups"}


@pytest.fixture
def filled(office_engine: Engine) -> tuple[World, Laptop]:
    """A small world with visits, promises, an amended one, a payment and rows that name later rows."""
    world = small_world(office_engine)
    laptop = enrolled(world)
    visit = laptop.visit(note="Salió; «vuelve» mañana\t☂")
    laptop.promise(visit)
    laptop.write("visit.amended", {"visit": visit.id, "why": "x", "replaces": {"note": "otra"}})
    laptop.write("never.heard", {"debtor": world.debtors["Rosa"], "n": 1.5e-7})
    receiving.receive(office_engine, world.signer, laptop.device, laptop.request(None), NOW)
    add_payment(world, "Rosa")
    with writing(office_engine) as connection:
        # The first names the second, whose id sorts after it.
        first, second = world.accounts["Rosa"]
        connection.execute(t.accounts.update().where(t.accounts.c.id == first).values(predecessor_id=second))
        connection.execute(
            insert(t.import_remarks).values(
                id=new_id(),
                import_id=world.imported,
                line=2,
                level="warned",
                because={"msgid": "ñandú", "values": {"b": 1, "a": [None, 0.1]}},
                raw=["1", None],
            )
        )
    return world, laptop


@pytest.fixture(params=["sqlite", "postgresql"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Config]:
    """An empty place for an office of each kind."""
    folder = tmp_path / "restored"
    if request.param == "sqlite":
        yield Config(folder, f"sqlite:///{folder / 'office.db'}")
        return
    running: Postgres = request.getfixturevalue("postgres")
    running.made += 1
    name = f"moved_{running.made}"
    running.run(f"CREATE DATABASE {name}")
    yield Config(folder, running.url(name))
    running.run(f"DROP DATABASE {name} WITH (FORCE)")


def sums(engine: Engine) -> dict[str, Any]:
    """Money and moments added up by the engine itself, not by our own digest."""
    with reading(engine) as connection:
        return {
            "owed": int(connection.execute(select(func.sum(t.balances.c.principal_minor))).scalar_one()),
            "paid": int(connection.execute(select(func.sum(t.payments.c.amount_minor))).scalar_one()),
            "promised": int(connection.execute(select(func.sum(t.promises.c.amount_minor))).scalar_one()),
            "due": connection.execute(select(func.max(t.balances.c.oldest_due))).scalar_one(),
            "received": connection.execute(select(func.max(t.events.c.received_at))).scalar_one(),
            "remarks": connection.execute(select(t.import_remarks.c.because)).scalars().all(),
            "no detail": connection.execute(
                select(func.count()).where(t.events.c.quarantine_detail.is_(None))
            ).scalar_one(),
        }


def test_an_office_moves_between_engines_with_equal_rows_sums_and_digests(
    filled: tuple[World, Laptop], target: Config, tmp_path: Path
) -> None:
    world, laptop = filled
    office = office_in(tmp_path, world)
    made = back_up(office, tmp_path / "backups", lambda: NOW)
    assert made.manifest.said["engine"] == world.engine.dialect.name
    restoring.restore(made.folder, target, lambda: NOW + timedelta(hours=1))
    moved = open_office(target)
    with reading(world.engine) as connection:
        before, held = copies.figures(connection), copies.heads(connection)
    with reading(moved.engine) as connection:
        after = copies.figures(connection)
        assert copies.heads(connection) == held
    assert {name for name in after if after[name] != before[name]} == OWN
    assert sums(moved.engine) == sums(world.engine)

    with writing(moved.engine) as connection:
        connection.execute(t.balances.update().values(fees_minor=t.balances.c.fees_minor + 1))
    with reading(moved.engine) as connection:
        assert copies.figures(connection)["balances"] != before["balances"], "the digest sees a centavo"

    goes_on(moved, laptop)
    moved.engine.dispose()


def goes_on(moved: Office, laptop: Laptop) -> None:
    """The laptop pushes its next visit to the office where it is now; facts go on counting."""
    entry = laptop.visit("Luis")
    reply = receiving.receive(moved.engine, moved.signer, laptop.device, laptop.request([entry]), NOW)
    assert reply["have"]["n"] == entry.n
    with reading(moved.engine) as connection:
        numbers = connection.execute(select(t.facts.c.number).order_by(t.facts.c.number)).scalars().all()
    assert len(set(numbers)) == len(numbers)


def test_a_second_restore_into_a_database_in_use_is_refused(
    filled: tuple[World, Laptop], target: Config, tmp_path: Path
) -> None:
    made = back_up(office_in(tmp_path, filled[0]), tmp_path / "backups", lambda: NOW)
    restoring.restore(made.folder, target, lambda: NOW)
    with pytest.raises(restoring.NotEmpty):
        restoring.restore(made.folder, target, lambda: NOW)
    other = Config(tmp_path / "third", target.database_url)
    with pytest.raises(restoring.NotEmpty, match="the database is not empty"):
        restoring.restore(made.folder, other, lambda: NOW)
    office = open_office(target)
    with reading(office.engine) as connection:
        assert json.dumps(offices.get(connection, "restored_from")) == f'"{made.manifest.id}"'
    office.engine.dispose()
