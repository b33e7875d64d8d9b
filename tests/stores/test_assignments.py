"""Assignments on both engines: one open row per debtor, the past closed and kept."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine, insert
from sqlalchemy.exc import IntegrityError

from server.assigning import AssignmentReport, assign
from server.store import agents, assignments, cases, encounters, tables
from server.store.assignments import Decision, Outcome
from server.store.engine import reading, writing
from sync.ids import new_id
from sync.records import AccountState, Precision, Visit
from sync.rules.policy import StopKind
from sync.words import Phrase
from tests.office.debts import AS_OF, CENTRE, NOW, World, around

NEAR = Phrase("a {km} km", {"km": "1.2"})


def decided(world: World, debtor: str, agent: str | None, *, days: int = 0) -> None:
    outcomes = tuple(
        Outcome(
            account, "assigned" if agent else "barred", NEAR, "" if agent else "co.visit.home", "Ley 2300"
        )
        for account in world.accounts_of(debtor)
    )
    with writing(world.engine) as connection:
        assignments.decide(
            connection,
            [Decision(debtor, agent, NEAR, outcomes)],
            since=AS_OF + timedelta(days=days),
            now=NOW,
            actor="cli",
        )


def test_a_decision_is_read_back_with_its_reasons_and_rules(office_engine: Engine) -> None:
    world = World(office_engine)
    ana = world.debtor("Ana", accounts=[{}, {}])
    decided(world, ana, None)
    with reading(office_engine) as connection:
        row = assignments.every_open(connection)[ana]
    assert (row.agent, row.since, row.until, row.because, row.actor) == (None, AS_OF, None, NEAR, "cli")
    assert row.decided_at == NOW
    assert {(one.outcome, one.rule, one.source) for one in row.outcomes} == {
        ("barred", "co.visit.home", "Ley 2300")
    }
    assert sorted(row.accounts("barred")) == world.accounts_of(ana)
    assert row.accounts() == []


def test_a_new_decision_closes_the_one_before_and_keeps_it(office_engine: Engine) -> None:
    world = World(office_engine)
    rosa, luis, ana = world.agent("Rosa"), world.agent("Luis"), world.debtor("Ana")
    decided(world, ana, rosa)
    decided(world, ana, luis, days=5)
    with reading(office_engine) as connection:
        past = assignments.history(connection, ana)
        assert assignments.owners(connection, [ana, new_id()]) == {ana: luis}
        assert assignments.of_agents(connection, [rosa]) == {}
        assert list(assignments.of_agents(connection, [rosa, luis])) == [ana]
        assert assignments.last_since(connection) == AS_OF + timedelta(days=5)
    assert [(row.agent, row.until) for row in past] == [(rosa, AS_OF + timedelta(days=5)), (luis, None)]


def test_the_database_itself_refuses_two_open_rows_for_one_debtor(office_engine: Engine) -> None:
    world = World(office_engine)
    ana = world.debtor("Ana")
    decided(world, ana, None)
    with pytest.raises(IntegrityError), writing(office_engine) as connection:
        connection.execute(
            insert(tables.assignments).values(
                id=new_id(), debtor_id=ana, since=AS_OF, because=NEAR.to_json(), decided_at=NOW
            )
        )


def test_closing_ends_the_row_and_only_that_one(office_engine: Engine) -> None:
    world = World(office_engine)
    ana, beto = world.debtor("Ana"), world.debtor("Beto")
    decided(world, ana, None)
    decided(world, beto, None)
    with writing(office_engine) as connection:
        assignments.close(connection, [ana], until=AS_OF + timedelta(days=1))
    with reading(office_engine) as connection:
        assert list(assignments.every_open(connection)) == [beto]


def test_many_decisions_are_kept_in_one_go(office_engine: Engine) -> None:
    world = World(office_engine)
    rosa = world.agent("Rosa")
    with writing(office_engine) as connection:
        people = [world.add_debtor(connection, f"d{i}") for i in range(450)]
        decisions = [Decision(debtor, rosa, NEAR, ()) for debtor in people]
        assignments.decide(connection, decisions, since=AS_OF, now=NOW, actor="cli")
    with reading(office_engine) as connection:
        assert len(assignments.of_agents(connection, [rosa])) == 450


def test_an_agent_is_found_by_name_whatever_its_capitals_and_by_id(office_engine: Engine) -> None:
    world = World(office_engine)
    rosa = world.agent("Rosa Niño", branch="Centro", shift_start="07:30", shift_end="16:00")
    world.agent("Luis", home=None)
    with writing(office_engine) as connection:
        (found,) = agents.named(connection, " rosa niño ")
        assert found == agents.by_id(connection, rosa)
        assert agents.named(connection, "Nadie") == []
        assert (found.home, found.branch, found.active) == (CENTRE, "Centro", True)
        start, end = found.shift(AS_OF)
        assert (start.hour, start.minute, end.hour) == (12, 30, 21)  # UTC
        agents.set_active(connection, rosa, False)
        assert [agent.name for agent in agents.all_active(connection)] == ["Luis"]
        assert agents.all_active(connection)[0].home is None


@pytest.mark.parametrize(
    "wrong",
    [{"shift_start": "17:00", "shift_end": "08:00"}, {"home_lat": 5.8}, {"timezone": "Duitama"}],
)
def test_an_agent_that_cannot_be_is_not_added(office_engine: Engine, wrong: dict[str, str]) -> None:
    with writing(office_engine) as connection, pytest.raises((ValueError, KeyError)):
        agents.add(connection, name="Rosa", **wrong)  # type: ignore[arg-type]  # the point of the test


def test_a_case_holds_the_latest_balance_up_to_the_day(office_engine: Engine) -> None:
    world = World(office_engine)
    ana = world.debtor("Ana", overdue=500_000, dpd=95)
    (account,) = world.accounts_of(ana)
    world.pays(account, 20_000)
    world.stop(ana, "cease")
    with writing(office_engine) as connection:
        connection.execute(
            insert(tables.balances).values(
                id=new_id(),
                account_id=account,
                import_id=world.imported,
                as_of=AS_OF + timedelta(days=7),
                currency="COP",
                overdue_minor=0,
                recorded_at=NOW,
            )
        )
    with reading(office_engine) as connection:
        then = cases.of(connection, [ana], AS_OF + timedelta(days=6), NOW)[ana]
        later = cases.of(connection, [ana], AS_OF + timedelta(days=7), NOW)[ana]
        assert cases.overdue_debtors(connection, AS_OF) == [ana]
        assert cases.overdue_debtors(connection, AS_OF + timedelta(days=7)) == []
        assert cases.overdue_debtors(connection, AS_OF - timedelta(days=1)) == []
    (held,) = then.accounts
    assert held.balance is not None
    assert (held.state, held.balance.overdue) == (AccountState.OPEN, Decimal(500_000))
    assert held.balance.oldest_due == AS_OF - timedelta(days=95)
    assert [payment.amount for payment in then.payments_of(account)] == [Decimal(20_000)]
    assert then.stops_of(account) == {StopKind.CEASE}
    assert [(place.lat, place.precision) for place in then.addresses] == [(CENTRE[0], Precision.DOOR)]
    assert later.accounts[0].balance is not None
    assert later.accounts[0].balance.overdue == Decimal(0)


def test_visits_and_promises_of_a_debtor_are_read_back(office_engine: Engine) -> None:
    world = World(office_engine)
    rosa, ana = world.agent("Rosa"), world.debtor("Ana")
    world.promises(ana, world.accounts_of(ana)[0], rosa, due=AS_OF, window=("11:00", "11:15"), amount=50_000)
    with reading(office_engine) as connection:
        (said,) = encounters.promises_of(connection, [ana])[ana]
        (met,) = encounters.history(connection, [ana], NOW - timedelta(days=30))[ana]
        assert encounters.history(connection, [ana], NOW) == {}
        assert encounters.payments_through(connection) == {}
    assert isinstance(met, Visit)
    assert (said.visit, said.amount, said.due) == (met.id, Decimal(50_000), AS_OF)
    assert said.window_start is not None
    assert said.window_start.isoformat() == "11:00:00"


def test_a_whole_run_gives_the_same_on_both_engines(office_engine: Engine) -> None:
    world = World(office_engine)
    for name in ("Rosa", "Luis"):
        world.agent(name)
    for i in range(10):
        world.debtor(f"d{i}", at=around(i))
    first = assign(office_engine, as_of=AS_OF, actor="cli", now=NOW)
    again = assign(office_engine, as_of=AS_OF, actor="cli", now=NOW)
    assert isinstance(first, AssignmentReport)
    assert isinstance(again, AssignmentReport)
    assert [load.debtors for load in first.loads] == [5, 5]
    assert (first.decided, again.decided, again.kept) == (10, 0, 10)
