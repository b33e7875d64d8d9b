"""A month's commissions from payments and visits, and the month closed: what comes later is an adjustment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from server import closing_months, commissioning
from server.closing_months import Closed
from server.config import config_from
from server.office import Office, initialise, open_office
from server.store import commissions, facts, months
from server.store import tables as t
from server.store.commissions import Which
from server.store.engine import reading, writing
from sync.ids import new_id
from sync.records import Refused

from .months import Month

OCTOBER, NOVEMBER, DECEMBER = date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1)
TODAY = date(2026, 11, 3)
NOW = datetime(2026, 11, 3, 15, 0, tzinfo=UTC)
RULES = """
schema = 1
name = "prueba"
[attribution]
days = 10
[[rates]]
from_dpd = 90
percent = "4"
[[rates]]
percent = "1"
[promises]
kept = { COP = "2000" }
[agency]
tax_percent = "19"
[[agency.fees]]
percent = "10"
"""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    config = config_from({}, tmp_path / "office")
    initialise(config, NOW)
    made = open_office(config)
    commissioning.put_rules(made.engine, RULES, actor="elena", now=NOW)
    yield made
    made.engine.dispose()


@pytest.fixture
def world(office: Office) -> Month:
    return Month(office.engine)


def earned(world: Month, agent: str, month: date = OCTOBER, today: date = TODAY) -> list[tuple[str, int]]:
    with reading(world.engine) as connection:
        held = commissioning.rules(connection)
        found = commissioning.statement(connection, agent, month, held, today)
    return [(one.line.kind, one.line.amount_minor) for one in found]


def close(office: Office, month: date, today: date, now: datetime = NOW, lender: str | None = None) -> Closed:
    asked = closing_months.ask(office.engine, month, lender, actor="carla", now=now, today=today)
    assert isinstance(asked, str), asked
    done = closing_months.close(office.engine, asked, office.signer, actor="elena", now=now, today=today)
    assert isinstance(done, Closed), done
    return done


def adjusted(office: Office, close_id: str) -> list[dict[str, Any]]:
    with reading(office.engine) as connection:
        return months.adjustments(connection, close_id=close_id)


def delta(rows: list[dict[str, Any]], agent: str | None) -> int:
    return sum(row["after_minor"] - row["before_minor"] for row in rows if row["agent_id"] == agent)


def test_the_statement_follows_the_last_visit_and_names_it(world: Month) -> None:
    ana, beto = world.agent("Ana"), world.agent("Beto")
    account = world.owes("Rosa", date(2026, 10, 1))
    world.calls(account, beto, date(2026, 10, 3))
    visit = world.calls(account, ana, date(2026, 10, 5))
    world.paid(account, 100_000, date(2026, 10, 9))
    assert earned(world, ana) == [("payment", 4_000_00)]
    assert earned(world, beto) == []
    with reading(world.engine) as connection:
        (one,) = commissioning.statement(connection, ana, OCTOBER, commissioning.rules(connection), TODAY)
    assert (one.line.visit, one.account["id"]) == (visit, account)


def test_a_visit_that_was_not_made_or_was_misconduct_earns_nothing(world: Month) -> None:
    ana = world.agent("Ana")
    account = world.owes("Rosa", date(2026, 10, 1))
    world.calls(account, ana, date(2026, 10, 3), result="NOR")
    world.paid(account, 100_000, date(2026, 10, 9))
    assert earned(world, ana) == []


def test_the_draft_of_all_agents_says_the_same_as_each_ones_statement(office: Office, world: Month) -> None:
    agents = [world.agent(name) for name in ("Ana", "Beto", "Caro")]
    for number in range(12):
        account = world.owes(f"Deudor {number}", date(2026, 10, 1), dpd=60 + 10 * number)
        world.calls(account, agents[number % 3], date(2026, 10, 2 + number))
        payment = world.paid(account, 10_000 + 333 * number, date(2026, 10, 6 + number))
        if number % 4 == 0:
            world.paid(account, 5_000, date(2026, 10, 20), reverses=payment)
    commissioning.make_draft(office.engine, OCTOBER, actor="carla", now=NOW, as_of=TODAY)
    with reading(office.engine) as connection:
        draft = commissions.draft(connection, OCTOBER)
        assert draft is not None
        which = Which(draft=draft["id"])
        totals = {row["agent_id"]: row["amount_minor"] for row in commissions.totals(connection, which)}
        fees = commissions.fees(connection, which)
    assert totals == {agent: sum(amount for _kind, amount in earned(world, agent)) for agent in agents}
    assert (
        sum(row["base_minor"] for row in fees)
        == sum((10_000 + 333 * n) * 100 for n in range(12)) - 3 * 500_000
    )


def test_a_promise_kept_in_time_earns_and_one_that_was_taken_back_does_not(world: Month) -> None:
    ana = world.agent("Ana")
    account = world.owes("Rosa", date(2026, 10, 1))
    visit = world.calls(account, ana, date(2026, 10, 5))
    world.promised(account, ana, visit, 100_000, date(2026, 10, 5), date(2026, 10, 9))
    payment = world.paid(account, 100_000, date(2026, 10, 9))
    assert earned(world, ana) == [("payment", 4_000_00), ("promise", 2_000_00)]
    world.paid(account, 100_000, date(2026, 10, 12), reverses=payment)
    assert sum(amount for _kind, amount in earned(world, ana)) == 0


def test_one_asks_and_another_closes(office: Office, world: Month) -> None:
    asked = closing_months.ask(office.engine, OCTOBER, None, actor="elena", now=NOW, today=TODAY)
    assert isinstance(asked, str)
    same = closing_months.close(office.engine, asked, office.signer, actor="elena", now=NOW, today=TODAY)
    assert isinstance(same, Refused)
    assert same.rule == "month.two"
    twice = closing_months.ask(office.engine, OCTOBER, None, actor="carla", now=NOW, today=TODAY)
    assert isinstance(twice, Refused)
    assert closing_months.withdraw(office.engine, asked, actor="elena", now=NOW)
    gone = closing_months.close(office.engine, asked, office.signer, actor="carla", now=NOW, today=TODAY)
    assert isinstance(gone, Refused)


def test_a_month_that_runs_is_not_closed_and_a_closed_one_is_not_reopened(
    office: Office, world: Month
) -> None:
    early = closing_months.ask(office.engine, NOVEMBER, None, actor="carla", now=NOW, today=TODAY)
    assert isinstance(early, Refused)
    assert early.rule == "month.over"
    close(office, OCTOBER, TODAY)
    again = closing_months.ask(office.engine, OCTOBER, None, actor="carla", now=NOW, today=TODAY)
    of_one = closing_months.ask(office.engine, OCTOBER, world.lender, actor="carla", now=NOW, today=TODAY)
    assert [one.rule for one in (again, of_one) if isinstance(one, Refused)] == ["month.closed"] * 2


def test_what_is_frozen_is_signed_and_a_changed_figure_shows(office: Office, world: Month) -> None:
    ana = world.agent("Ana")
    account = world.owes("Rosa", date(2026, 10, 1))
    world.calls(account, ana, date(2026, 10, 5))
    world.paid(account, 100_000, date(2026, 10, 9))
    done = close(office, OCTOBER, TODAY)
    with reading(office.engine) as connection:
        row = months.one(connection, done.id)
        assert row is not None
        assert closing_months.holds(connection, row)
        assert row["snapshot"]["totals"] == {"COP": {"commissions": "4000.00", "fees": "10000.00"}}
        assert any(one["code"] for one in row["snapshot"]["figures"])
        forged = {**row, "snapshot": {**row["snapshot"], "lines": 3}}
        assert not closing_months.holds(connection, forged)
        assert facts.listed(connection, kind="month.closed")[0]["payload"]["digest"] == done.digest


def test_a_reversal_after_the_close_is_an_adjustment_of_the_next_month(office: Office, world: Month) -> None:
    ana = world.agent("Ana")
    account = world.owes("Rosa", date(2026, 10, 1))
    world.calls(account, ana, date(2026, 10, 5))
    payment = world.paid(account, 100_000, date(2026, 10, 9))
    october = close(office, OCTOBER, TODAY)
    world.paid(account, 100_000, date(2026, 11, 20), reverses=payment)
    world.set_account(account, team="otro", zone="Rural")
    later = datetime(2026, 12, 2, 15, 0, tzinfo=UTC)
    november = close(office, NOVEMBER, date(2026, 12, 2), later)
    rows = adjusted(office, november.id)
    assert delta(rows, ana) == -4_000_00
    assert delta(rows, None) == -10_000_00
    assert {row["because"]["msgid"] for row in rows} == {closing_months.REVERSED}
    assert {row["original_month"] for row in rows} == {OCTOBER}
    with reading(office.engine) as connection:
        kept = months.one(connection, october.id)
        assert kept is not None
        assert kept["snapshot"]["totals"]["COP"]["commissions"] == "4000.00"
    december = close(office, DECEMBER, date(2027, 1, 4), datetime(2027, 1, 4, 15, 0, tzinfo=UTC))
    assert adjusted(office, december.id) == []


def test_a_visit_that_comes_late_moves_the_commission_by_name(office: Office, world: Month) -> None:
    ana, beto = world.agent("Ana"), world.agent("Beto")
    account = world.owes("Rosa", date(2026, 10, 1))
    world.calls(account, ana, date(2026, 10, 5))
    world.paid(account, 100_000, date(2026, 10, 9))
    close(office, OCTOBER, TODAY)
    world.calls(account, beto, date(2026, 10, 8))
    done = close(office, NOVEMBER, date(2026, 12, 2), datetime(2026, 12, 2, 15, 0, tzinfo=UTC))
    rows = adjusted(office, done.id)
    assert (delta(rows, ana), delta(rows, beto), delta(rows, None)) == (-4_000_00, 4_000_00, 0)
    assert {row["because"]["msgid"] for row in rows} == {closing_months.LATE_VISIT}


def test_a_payment_known_late_is_an_adjustment_and_frozen_lines_plus_adjustments_are_the_truth(
    office: Office, world: Month
) -> None:
    ana = world.agent("Ana")
    account = world.owes("Rosa", date(2026, 10, 1))
    world.calls(account, ana, date(2026, 10, 5))
    first = world.paid(account, 100_000, date(2026, 10, 9))
    close(office, OCTOBER, TODAY)
    world.paid(account, 50_000, date(2026, 10, 12))
    world.paid(account, 30_000, date(2026, 11, 1), reverses=first)
    done = close(office, NOVEMBER, date(2026, 12, 2), datetime(2026, 12, 2, 15, 0, tzinfo=UTC))
    rows = adjusted(office, done.id)
    assert {row["because"]["msgid"] for row in rows} == {closing_months.LATE_PAYMENT, closing_months.REVERSED}
    assert 4_000_00 + delta(rows, ana) == sum(amount for _kind, amount in earned(world, ana))


def test_a_lenders_own_close_freezes_only_its_accounts(office: Office, world: Month) -> None:
    ana = world.agent("Ana")
    account = world.owes("Rosa", date(2026, 10, 1))
    world.calls(account, ana, date(2026, 10, 5))
    world.paid(account, 100_000, date(2026, 10, 9))
    other = new_id()
    with writing(office.engine) as connection:
        connection.execute(t.lenders.insert().values(id=other, name="Otra entidad", country="CO"))
    assert close(office, OCTOBER, TODAY, lender=world.lender).lines == 2
    with reading(office.engine) as connection:
        assert months.covered(connection, OCTOBER) == {world.lender}
    whole = close(office, OCTOBER, TODAY)
    assert whole.lines == 0
    with reading(office.engine) as connection:
        assert months.covered(connection, OCTOBER) == {world.lender, other}


def test_whoever_closes_is_told_what_the_month_would_not_see(office: Office, world: Month) -> None:
    ana = world.agent("Ana")
    account = world.owes("Rosa", date(2026, 10, 1))
    visit = world.calls(account, ana, date(2026, 10, 5))
    with writing(office.engine) as connection:
        connection.execute(
            t.findings.insert().values(
                id="f" * 36,
                visit_id=visit,
                agent_id=ana,
                debtor_id=world.rows(t.accounts)[0]["debtor_id"],
                rule="audit.too_short",
                severity="review",
                because={"msgid": "x", "values": {}},
                found_at=NOW,
            )
        )
        told = closing_months.warnings(connection, OCTOBER, None)
        assert [one.page for one in told] == ["findings.index", "imports.index"]
        connection.execute(update(t.findings).values(state="resolved", resolution="misconduct"))
        assert [one.page for one in closing_months.warnings(connection, OCTOBER, None)] == ["imports.index"]
    world.paid(account, 100_000, date(2026, 10, 9))
    assert earned(world, ana) == []
