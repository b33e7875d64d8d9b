"""Accounts that may not be visited get an agent who works from afar, and a lawful moment for each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from server.assigning import AssignmentReport, assign
from server.hiring import NewPerson, dismiss, hire
from server.store import remote, schema, tables
from server.store.engine import open_engine, reading, writing
from sync.records import Refused, UserRole

from .debts import AS_OF, NOW, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    engine = open_engine(f"sqlite:///{tmp_path}/office.db")
    schema.upgrade(engine)
    from server.store import people

    with writing(engine) as connection:
        people.ensure_roles(connection)
    yield World(engine)
    engine.dispose()


def telephone(world: World, username: str, **given: Any) -> str:
    made = hire(
        world.engine,
        NewPerson(username, username.capitalize(), UserRole.TELEPHONE, **given),
        actor="cli",
        now=NOW,
    )
    assert not isinstance(made, Refused), made
    return made.user_id


def give(world: World, **given: Any) -> AssignmentReport:
    report = assign(world.engine, **{"as_of": AS_OF, "actor": "cli", "now": NOW} | given)
    assert isinstance(report, AssignmentReport), report
    return report


def held(world: World) -> dict[str, remote.Held]:
    with reading(world.engine) as connection:
        return remote.every_open(connection)


def test_every_barred_account_gets_a_remote_agent_with_the_rule_that_bars_it(world: World) -> None:
    world.agent("Rosa")
    camilo = telephone(world, "camilo")
    ana = world.debtor("Ana", pack="co", credit_type="consumo")
    beto = world.debtor("Beto", pack="co", credit_type="")
    free = world.debtor("Ciro", pack="co", credit_type="microcrédito", exception_evidence="acta")
    young = world.debtor("Eva", pack="co", credit_type="consumo", dpd=40)
    report = give(world)
    found = held(world)
    assert found.keys() == {ana, beto}
    assert {row.worker for row in found.values()} == {camilo}
    assert [one.rule for one in found[ana].accounts] == ["co.visit.home"]
    assert [one.lacks_evidence for one in (*found[ana].accounts, *found[beto].accounts)] == [False, True]
    assert report.remote is not None
    said = report.remote.to_json()
    assert (said["accounts"], said["debtors"], said["unassigned_accounts"], said["missing_evidence"]) == (
        2,
        2,
        0,
        1,
    )
    assert report.to_json()["remote"]["loads"] == [
        {"worker": camilo, "name": "Camilo", "debtors": 2, "accounts": 2}
    ]
    assert free not in found
    assert young not in found


def test_running_it_again_moves_nobody_and_a_dry_run_writes_nothing(world: World) -> None:
    world.agent("Rosa")
    telephone(world, "camilo")
    world.debtor("Ana", pack="co")
    assert give(world, dry_run=True).remote is not None
    assert held(world) == {}
    give(world)
    before = held(world)
    telephone(world, "berta")
    again = give(world)
    assert again.remote is not None
    assert (again.remote.decided, again.remote.kept) == (0, 1)
    assert held(world) == before


def test_a_debtor_s_barred_accounts_stay_together_and_loads_are_even(world: World) -> None:
    world.agent("Rosa")
    workers = {telephone(world, name) for name in ("camilo", "berta")}
    for number in range(6):
        world.debtor(f"D{number}", accounts=[{"pack": "co"}, {"pack": "co"}])
    give(world)
    found = held(world)
    assert all(len(row.accounts) == 2 for row in found.values())
    counts = [sum(row.worker == worker for row in found.values()) for worker in workers]
    assert counts == [3, 3]


def test_who_leaves_hands_over_and_the_others_keep_theirs(world: World) -> None:
    world.agent("Rosa")
    camilo, berta = telephone(world, "camilo"), telephone(world, "berta")
    for number in range(4):
        world.debtor(f"D{number}", pack="co")
    give(world)
    hers = {debtor for debtor, row in held(world).items() if row.worker == berta}
    assert dismiss(world.engine, "camilo", actor="cli", now=NOW) is None
    give(world)
    found = held(world)
    assert {row.worker for row in found.values()} == {berta}
    closed = [row for row in world.rows(tables.remote_assignments) if row["until"] is not None]
    assert {row["user_id"] for row in closed} == {camilo}
    assert hers.isdisjoint({row["debtor_id"] for row in closed})


def test_nobody_works_what_he_may_not_see_and_without_anybody_it_is_said(world: World) -> None:
    world.agent("Rosa")
    telephone(world, "camilo", branch="Tunja")
    ana = world.debtor("Ana", pack="co", branch="Duitama")
    report = give(world).remote
    assert report is not None
    assert report.unassigned == 1
    assert held(world)[ana].worker is None
    assert "no hay un gestor telefónico" in str(held(world)[ana].because)
    dora = telephone(world, "dora", branch="Duitama")
    give(world)
    assert held(world)[ana].worker == dora


def test_a_field_agent_marked_remote_calls_the_debtor_he_visits_for_other_accounts(world: World) -> None:
    rosa = world.agent("Rosa")
    telephone(world, "aaron")
    ana = world.debtor("Ana", accounts=[{"pack": "demo"}, {"pack": "co"}])
    with writing(world.engine) as connection:
        assert remote.mark(connection, rosa, now=NOW, actor="cli")
        assert not remote.mark(connection, rosa, now=NOW, actor="cli")
    give(world)
    row = held(world)[ana]
    assert (row.worker, len(row.accounts)) == (rosa, 1)
    with writing(world.engine) as connection:
        assert remote.unmark(connection, rosa, NOW)
    give(world)
    assert held(world)[ana].worker != rosa


def test_what_may_be_visited_again_leaves_the_remote_list(world: World) -> None:
    world.agent("Rosa")
    telephone(world, "camilo")
    ana = world.debtor("Ana", pack="co", credit_type="microcrédito")
    give(world)
    assert ana in held(world)
    (account,) = world.accounts_of(ana)
    world.set_account(account, exception_evidence="acta 7")
    report = give(world, as_of=AS_OF + timedelta(days=1)).remote
    assert report is not None
    assert report.closed == 1
    assert held(world) == {}
