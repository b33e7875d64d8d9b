"""The morning's numbers, lenders' files, commissions, the close and the cash: the same on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, insert

from server import closing_months, commissioning, handling_cash
from server.closing_months import Closed
from server.returning.handing import Handed, again, hand, late
from server.store import agent_days, cash, months, returns
from server.store import tables as t
from server.store.boards import morning
from server.store.boards.morning import Morning
from server.store.engine import reading, writing
from server.store.scopes import Scope, Share
from sync.ids import new_id
from sync.keys import SigningKey, new_signing_key
from sync.records import Refused
from tests.office.months import Month

DAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
TODAY = Morning(DAY, NOW - timedelta(days=2), NOW - timedelta(days=1))
EVERYTHING = Scope.everything()


@pytest.fixture
def world(office_engine: Engine) -> Month:
    return Month(office_engine)


def test_each_number_of_the_morning_counts_its_rows(world: Month) -> None:
    ana = world.agent("Ana", branch="Duitama")
    account = world.owes("Rosa", date(2026, 11, 1), branch="Duitama")
    world.promised(account, ana, world.calls(account, ana, DAY), 50_000, DAY, DAY)
    with writing(world.engine) as connection:
        agent_days.add(connection, ana, DAY, DAY, away=True, actor="nora", now=NOW)
    for scope in (EVERYTHING, Scope((Share(branch="Duitama"),)), Scope((Share(branch="Tunja"),))):
        with reading(world.engine) as connection:
            counted = {kind: morning.counted(connection, scope, kind, TODAY) for kind in morning.KINDS}
            rows = {
                kind: len(morning.listed(connection, scope, kind, TODAY, limit=50, offset=0))
                for kind in morning.KINDS
            }
        assert counted == rows
        mine = 0 if scope.shares[0].branch == "Tunja" else 1
        assert (counted["promises"], counted["absent"], counted["new"]) == (mine, mine, mine)
        assert counted["laptops"] == mine


def test_a_file_is_written_again_as_it_was(world: Month) -> None:
    ana = world.agent("Ana")
    account = world.owes("Rosa", date(2026, 11, 1))
    world.calls(account, ana, DAY)
    made = hand(world.engine, world.lender, DAY, actor="nora", now=NOW)
    assert isinstance(made, Handed)
    assert (made.rows, made.rejected) == (1, 0)
    assert isinstance(hand(world.engine, world.lender, DAY, actor="nora", now=NOW), Refused)
    assert late(world.engine, world.lender, DAY) == {}
    with reading(world.engine) as connection:
        row = returns.file(connection, made.id)
        assert row is not None
        assert again(connection, row)[1]


def test_a_month_is_closed_and_adjusted(world: Month) -> None:
    signer = new_signing_key()
    ana = world.agent("Ana")
    account = world.owes("Rosa", date(2026, 10, 1))
    world.calls(account, ana, date(2026, 10, 5))
    payment = world.paid(account, 100_000, date(2026, 10, 9))
    commissioning.make_draft(world.engine, date(2026, 10, 1), actor="x", now=NOW, as_of=DAY)
    done = closed(world, date(2026, 10, 1), signer)
    assert done.lines == 2
    world.paid(account, 100_000, date(2026, 11, 2), reverses=payment)
    with reading(world.engine) as connection:
        row = months.one(connection, done.id)
        assert row is not None
        late_lines = closing_months.changed(connection, row, None, DAY)
    assert sorted(one["after_minor"] - one["before_minor"] for one in late_lines) == [-12_000_00, -4_000_00]


def test_a_close_that_is_taken_back_while_it_is_reckoned_keeps_nothing(world: Month) -> None:
    signer, month = new_signing_key(), date(2026, 10, 1)
    ana = world.agent("Ana")
    account = world.owes("Rosa", month)
    world.calls(account, ana, date(2026, 10, 5))
    world.paid(account, 100_000, date(2026, 10, 9))
    asked = closing_months.ask(world.engine, month, None, actor="carla", now=NOW, today=DAY)
    assert isinstance(asked, str)

    def takes_back(step: str) -> None:
        if step == "ajustes":
            assert closing_months.withdraw(world.engine, asked, actor="carla", now=NOW)

    done = closing_months.close(
        world.engine, asked, signer, actor="elena", now=NOW, today=DAY, say=takes_back
    )
    assert isinstance(done, Refused)
    assert done.rule == "month.once"
    assert (world.rows(t.commission_runs), world.rows(t.commission_lines)) == ([], [])
    closed(world, month, signer)
    assert (len(world.rows(t.commission_runs)), len(world.rows(t.commission_lines))) == (1, 2)


def test_of_many_lenders_closed_one_by_one_none_is_closed_twice(world: Month) -> None:
    signer, month = new_signing_key(), date(2026, 10, 1)
    with writing(world.engine) as connection:
        lender = dict(world.rows(t.lenders)[0])
        others = [lender | {"id": new_id(), "name": f"Banco {number}"} for number in range(70)]
        connection.execute(insert(t.lenders), others)
    asked = closing_months.ask(world.engine, month, world.lender, actor="carla", now=NOW, today=DAY)
    assert isinstance(asked, str)
    done = closing_months.close(world.engine, asked, signer, actor="elena", now=NOW, today=DAY)
    assert isinstance(done, Closed)
    with writing(world.engine) as connection:
        first = months.one(connection, done.id)
        assert first is not None
        first.pop("lender")
        for other in others:
            later = {"id": new_id(), "lender_id": other["id"], "asked_at": NOW + timedelta(minutes=1)}
            months.add(connection, first | later)
    again = closing_months.ask(world.engine, month, world.lender, actor="carla", now=NOW, today=DAY)
    assert isinstance(again, Refused)
    assert again.rule == "month.closed"


def test_what_one_close_adjusted_another_lenders_close_leaves_alone(world: Month) -> None:
    signer, october, november = new_signing_key(), date(2026, 10, 1), date(2026, 11, 1)
    december = date(2026, 12, 2)
    with writing(world.engine) as connection:
        other = dict(world.rows(t.lenders)[0]) | {"id": new_id(), "name": "Banco Otro"}
        connection.execute(insert(t.lenders), [other])
    ana = world.agent("Ana")
    rosa, luis = world.owes("Rosa", october), world.owes("Luis", october)
    world.set_account(luis, lender_id=other["id"])
    for account in (rosa, luis):
        world.calls(account, ana, date(2026, 10, 5))
    world.paid(rosa, 100_000, date(2026, 10, 9))
    whole = closed(world, october, signer)
    world.paid(luis, 100_000, date(2026, 10, 10))  # known only after October was closed
    taken = {}
    for lender in (other["id"], world.lender):
        asked = closing_months.ask(world.engine, november, lender, actor="carla", now=NOW, today=december)
        assert isinstance(asked, str)
        done = closing_months.close(world.engine, asked, signer, actor="elena", now=NOW, today=december)
        assert isinstance(done, Closed)
        taken[lender] = done.adjustments
    assert taken == {other["id"]: 2, world.lender: 0}, "his payment is adjusted once, by his lender's close"
    with reading(world.engine) as connection:
        row = months.one(connection, whole.id)
        assert row is not None
        assert closing_months.changed(connection, row, None, december) == []
        assert closing_months.changed(connection, row, None, december, account_ids=[rosa]) == []
        assert closing_months.changed(connection, row, None, december, account_ids=[luis]) == []


def closed(world: Month, month: date, signer: SigningKey) -> Closed:
    asked = closing_months.ask(world.engine, month, None, actor="carla", now=NOW, today=DAY)
    assert isinstance(asked, str)
    done = closing_months.close(world.engine, asked, signer, actor="elena", now=NOW, today=DAY)
    assert isinstance(done, Closed)
    return done


def test_cash_is_counted_and_paid_in(world: Month) -> None:
    ana = world.agent("Ana")
    account = world.owes("Rosa", date(2026, 11, 1))
    visit = world.calls(account, ana, DAY, "PGR")
    debtor = world.rows(t.accounts)[0]["debtor_id"]
    with writing(world.engine) as connection:
        connection.execute(
            insert(t.reported_payments).values(
                id=new_id(),
                account_id=account,
                debtor_id=debtor,
                agent_id=ana,
                visit_id=visit,
                amount_minor=50_000_00,
                currency="COP",
                paid_on=DAY,
                channel="field",
                receipt="A-1",
            )
        )
    slip = handling_cash.deposit(
        world.engine, ana, DAY, "COP", 20_000_00, "Banco", "1", actor="nora", now=NOW
    )
    assert isinstance(slip, str)
    assert (
        handling_cash.decide_deposit(world.engine, slip, agree=True, because="", actor="e", now=NOW) is None
    )
    with reading(world.engine) as connection:
        assert handling_cash.holding(connection) == {(ana, "COP"): 30_000_00}
        assert [row["told_by_lender"] for row in cash.receipts(connection, ana)] == [False]
    lacked = handling_cash.count(
        world.engine, ana, DAY, "COP", 29_000_00, "vueltas de más", actor="nora", now=NOW
    )
    assert lacked == -1_000_00
