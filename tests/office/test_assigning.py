"""Assignment: one agent per debtor, a reason per account, the barred ones with their rule."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from server.assigning import AssignmentReport, assign
from server.store import agents, assignments, facts, schema, tables
from server.store.assignments import Assignment
from server.store.engine import open_engine, reading, writing
from sync.records import Refused

from .debts import AS_OF, CENTRE, NOW, World, around


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    engine = open_engine(f"sqlite:///{tmp_path}/office.db")
    schema.upgrade(engine)
    yield World(engine)
    engine.dispose()


def run(world: World, days: int = 0) -> AssignmentReport:
    report = assign(world.engine, as_of=AS_OF + timedelta(days=days), actor="cli", now=NOW)
    assert isinstance(report, AssignmentReport), report
    return report


def row_of(world: World, debtor: str) -> Assignment:
    with reading(world.engine) as connection:
        return assignments.every_open(connection)[debtor]


def count(engine: Engine, table: str) -> int:
    with reading(engine) as connection:
        return (
            connection.execute(select(func.count()).select_from(tables.metadata.tables[table])).scalar() or 0
        )


def test_an_office_without_agents_says_how_to_add_one(world: World) -> None:
    world.debtor("Ana")
    refused = assign(world.engine, as_of=AS_OF, actor="cli", now=NOW)
    assert isinstance(refused, Refused)
    assert "ronda office user add" in str(refused.reason)


def test_every_account_of_a_debtor_goes_to_one_agent_with_a_reason_each(world: World) -> None:
    world.agent("Rosa")
    world.agent("Luis")
    ana = world.debtor("Ana", accounts=[{"dpd": 95}, {"dpd": 120}, {"dpd": 40}])
    report = run(world)
    row = row_of(world, ana)
    assert row.agent is not None
    assert sorted(row.accounts()) == world.accounts_of(ana)
    assert all(str(outcome.because) for outcome in row.outcomes)
    assert (report.accounts_at_field, report.assigned_accounts, report.travelling_accounts) == (2, 2, 1)


def test_the_field_begins_at_ninety_days_and_not_at_eighty_nine(world: World) -> None:
    world.agent("Rosa")
    early, late = world.debtor("Early", dpd=89), world.debtor("Late", dpd=90)
    report = run(world)
    with reading(world.engine) as connection:
        assert set(assignments.every_open(connection)) == {late}
    assert report.accounts_at_field == 1
    assert early != late


def test_a_payment_that_settles_what_was_overdue_keeps_the_debtor_off_the_street(world: World) -> None:
    world.agent("Rosa")
    ana = world.debtor("Ana", overdue=300_000)
    world.pays(world.accounts_of(ana)[0], 300_000)
    report = run(world, days=1)
    assert report.accounts_at_field == 0


def test_an_account_barred_by_its_pack_is_listed_with_the_rule_and_not_sent_to_the_street(
    world: World,
) -> None:
    world.agent("Rosa")
    ana = world.debtor("Ana", pack="co", credit_type="consumo")
    report = run(world)
    row = row_of(world, ana)
    (outcome,) = row.outcomes
    assert row.agent is None
    assert outcome.outcome == "barred"
    assert outcome.rule == "co.visit.home"
    assert outcome.source
    assert report.barred == {"co.visit.home": 1}
    assert (report.assigned_debtors, report.barred_debtors) == (0, 1)


def test_under_the_demo_pack_the_same_debtor_is_assigned(world: World) -> None:
    rosa = world.agent("Rosa")
    ana = world.debtor("Ana", pack="demo", credit_type="consumo")
    run(world)
    assert row_of(world, ana).agent == rosa


def test_a_documented_microcredit_goes_and_the_consumer_loan_of_the_same_debtor_stays_barred(
    world: World,
) -> None:
    rosa = world.agent("Rosa")
    ana = world.debtor(
        "Ana",
        accounts=[
            {"pack": "co", "credit_type": "microcrédito", "exception_evidence": "contrato 17"},
            {"pack": "co", "credit_type": "consumo"},
        ],
    )
    report = run(world)
    row = row_of(world, ana)
    assert row.agent == rosa
    assert sorted(outcome.outcome for outcome in row.outcomes) == ["assigned", "barred"]
    assert (report.assigned_accounts, report.barred_accounts, report.accounts_at_field) == (1, 1, 2)


def test_an_unknown_pack_bars_the_account_instead_of_allowing_it(world: World) -> None:
    world.agent("Rosa")
    ana = world.debtor("Ana", pack="nowhere")
    run(world)
    assert row_of(world, ana).agent is None
    assert row_of(world, ana).outcomes[0].rule == "policy.unknown"


def test_running_again_on_the_same_day_changes_nothing(world: World) -> None:
    for name in ("Rosa", "Luis", "Marta"):
        world.agent(name)
    for index in range(30):
        world.debtor(f"debtor {index}", at=around(index))
    first = run(world)
    before = count(world.engine, "assignments"), count(world.engine, "facts"), count(world.engine, "feeds")
    second = run(world)
    after = count(world.engine, "assignments"), count(world.engine, "facts"), count(world.engine, "feeds")
    assert before == after
    assert (second.decided, second.kept, second.closed) == (0, first.decided, 0)


def test_a_dry_run_writes_nothing_and_says_the_same(world: World) -> None:
    world.agent("Rosa")
    world.debtor("Ana")
    dry = assign(world.engine, as_of=AS_OF, actor="cli", now=NOW, dry_run=True)
    assert isinstance(dry, AssignmentReport)
    assert count(world.engine, "assignments") == 0
    assert {**dry.to_json(), "dry_run": False} == run(world).to_json()


def test_loads_are_even_and_ground_is_near(world: World) -> None:
    north, south = (CENTRE[0] + 0.02, CENTRE[1]), (CENTRE[0] - 0.02, CENTRE[1])
    rosa, luis = world.agent("Rosa", home=north), world.agent("Luis", home=south)
    near_rosa = [world.debtor(f"n{i}", at=(north[0], north[1] + i / 5000)) for i in range(10)]
    near_luis = [world.debtor(f"s{i}", at=(south[0], south[1] + i / 5000)) for i in range(10)]
    report = run(world)
    assert [load.debtors for load in report.loads] == [10, 10]
    assert all(row_of(world, debtor).agent == rosa for debtor in near_rosa)
    assert all(row_of(world, debtor).agent == luis for debtor in near_luis)
    assert "km" in str(row_of(world, near_rosa[0]).because)


def test_a_crowd_on_one_agents_ground_is_shared_evenly(world: World) -> None:
    world.agent("Rosa", home=CENTRE)
    luis = world.agent("Luis", home=(CENTRE[0] + 0.2, CENTRE[1]))
    crowd = [world.debtor(f"d{i}", at=(CENTRE[0], CENTRE[1] + i / 5000)) for i in range(20)]
    report = run(world)
    assert sorted(load.debtors for load in report.loads) == [10, 10]
    moved = [debtor for debtor in crowd if row_of(world, debtor).agent == luis]
    assert len(moved) == 10


def test_who_has_an_agent_keeps_him_when_newcomers_arrive(world: World) -> None:
    world.agent("Rosa")
    world.agent("Luis")
    old = [world.debtor(f"old {i}", at=around(i)) for i in range(10)]
    run(world)
    had = {debtor: row_of(world, debtor).agent for debtor in old}
    for i in range(10):
        world.debtor(f"new {i}", at=around(i + 20))
    report = run(world, days=1)
    assert {debtor: row_of(world, debtor).agent for debtor in old} == had
    assert (report.decided, report.kept) == (10, 10)
    assert [load.debtors for load in report.loads] == [10, 10]


def test_the_debtors_of_an_agent_who_left_go_to_another_and_the_past_is_kept(world: World) -> None:
    rosa = world.agent("Rosa")
    ana = world.debtor("Ana")
    run(world)
    luis = world.agent("Luis")
    with writing(world.engine) as connection:
        agents.set_active(connection, rosa, False)
    run(world, days=3)
    with reading(world.engine) as connection:
        past = assignments.history(connection, ana)
    assert [(row.agent, row.since, row.until) for row in past] == [
        (rosa, AS_OF, AS_OF + timedelta(days=3)),
        (luis, AS_OF + timedelta(days=3), None),
    ]


def test_the_feeds_of_the_old_and_of_the_new_agent_are_refreshed(world: World) -> None:
    rosa = world.agent("Rosa")
    ana = world.debtor("Ana")
    run(world)
    luis = world.agent("Luis")
    with writing(world.engine) as connection:
        agents.set_active(connection, rosa, False)
    run(world, days=1)
    with reading(world.engine) as connection:
        feeds = tables.feeds
        query = select(feeds.c.agent_id, feeds.c.gone).where(
            feeds.c.kind == "debtor", feeds.c.record_id == ana
        )
        seen = {row.agent_id: row.gone for row in connection.execute(query)}
    assert seen == {rosa: True, luis: False}


def test_a_debtor_who_is_current_again_is_let_go(world: World) -> None:
    world.agent("Rosa")
    ana = world.debtor("Ana", overdue=300_000)
    run(world)
    world.pays(world.accounts_of(ana)[0], 300_000)
    report = run(world, days=2)
    with reading(world.engine) as connection:
        assert ana not in assignments.every_open(connection)
        kinds = [fact["kind"] for fact in facts.listed(connection, subject=ana)]
    assert report.closed == 1
    assert kinds == ["assignment.closed", "assignment.decided"]


def test_a_dispute_takes_the_debtor_off_the_street_with_the_rule(world: World) -> None:
    world.agent("Rosa")
    ana = world.debtor("Ana")
    run(world)
    world.stop(ana, "dispute")
    run(world, days=1)
    row = row_of(world, ana)
    assert row.agent is None
    assert row.outcomes[0].rule == "demo.stop"


def test_a_recalled_account_is_no_longer_assigned(world: World) -> None:
    world.agent("Rosa")
    ana = world.debtor("Ana")
    run(world)
    world.set_account(world.accounts_of(ana)[0], state="recalled")
    run(world, days=1)
    with reading(world.engine) as connection:
        assert ana not in assignments.every_open(connection)


def test_a_debtor_without_coordinates_goes_by_zone_and_the_reason_says_so(world: World) -> None:
    world.agent("Rosa", zone="Norte")
    luis = world.agent("Luis", zone="San José")
    ana = world.debtor("Ana", at=None, zone="SAN JOSE")
    report = run(world)
    row = row_of(world, ana)
    assert row.agent == luis
    assert "sin coordenadas" in str(row.because)
    assert "San José" in str(row.because)
    assert report.unlocated_debtors == 1


def test_coordinates_of_a_whole_zone_are_not_a_place_on_the_map(world: World) -> None:
    world.agent("Rosa")
    ana = world.debtor("Ana", at=CENTRE, precision="zone")
    report = run(world)
    assert report.unlocated_debtors == 1
    assert "sin coordenadas" in str(row_of(world, ana).because)


def test_an_account_of_a_branch_goes_to_an_agent_of_that_branch(world: World) -> None:
    world.agent("Rosa", branch="Duitama Centro")
    far = world.agent("Luis", branch="Sogamoso", home=(CENTRE[0] + 0.3, CENTRE[1]))
    ana = world.debtor("Ana", branch="Sogamoso")
    anyone = world.debtor("Beto", branch="Tunja")
    run(world)
    assert row_of(world, ana).agent == far
    assert row_of(world, anyone).agent is not None


def test_nobody_gets_more_accounts_than_his_limit_and_the_rest_say_there_is_no_room(world: World) -> None:
    world.agent("Rosa", max_accounts=5)
    for index in range(4):
        world.debtor(f"d{index}", at=around(index), accounts=[{}, {}])
    report = run(world)
    assert report.loads[0].accounts == 4
    assert (report.assigned_accounts, report.unassigned_accounts) == (4, 4)
    again = run(world)
    assert (again.decided, again.closed) == (0, 0)


def test_an_assignment_does_not_go_back_before_one_already_made(world: World) -> None:
    world.agent("Rosa")
    world.debtor("Ana")
    run(world, days=2)
    refused = assign(world.engine, as_of=AS_OF, actor="cli", now=NOW)
    assert isinstance(refused, Refused)
    assert refused.rule == "assign.past"
