"""Cash where a pack lets it be taken: receipts with their numbers, the count, the deposit, and what lacks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from server import handling_cash
from server.handling_cash import Book
from server.store import cash, facts, schema
from server.store import tables as t
from server.store.engine import open_engine, reading, writing
from sync import policies
from sync.ids import new_id
from sync.records import Party, Refused, Result
from sync.rules.visit import results_for

from .months import Month

DAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
PAID = {Result.PAID_IN_FIELD, Result.PART_PAYMENT}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Month]:
    engine = open_engine(f"sqlite:///{tmp_path}/office.db")
    schema.upgrade(engine)
    yield Month(engine)
    engine.dispose()


@pytest.fixture
def ana(world: Month) -> str:
    return world.agent("Ana")


@pytest.fixture
def account(world: Month) -> str:
    return world.owes("Rosa", date(2026, 11, 1))


def took(world: Month, agent: str, account: str, receipt: str, pesos: int = 50_000) -> str:
    """A receipt written at a visit, as its laptop told it."""
    visit, made = world.calls(account, agent, DAY, "PGR"), new_id()
    debtor = world.rows(t.accounts, t.accounts.c.id == account)[0]["debtor_id"]
    with writing(world.engine) as connection:
        connection.execute(
            insert(t.reported_payments).values(
                id=made,
                account_id=account,
                debtor_id=debtor,
                agent_id=agent,
                visit_id=visit,
                amount_minor=pesos * 100,
                currency="COP",
                paid_on=DAY,
                channel="field",
                receipt=receipt,
            )
        )
    return made


def give(world: Month, agent: str, first: int = 1, last: int = 50, prefix: str = "A-") -> str | Refused:
    return handling_cash.give_book(world.engine, agent, prefix, first, last, actor="nora", now=NOW)


def books(world: Month, agent: str) -> list[Book]:
    with reading(world.engine) as connection:
        return handling_cash.books_of(connection, agent)


def wrong(world: Month, agent: str) -> list[list[str]]:
    with reading(world.engine) as connection:
        receipts = cash.receipts(connection, agent)
        found = handling_cash.alarms(connection, receipts, handling_cash.books_of(connection, agent))
    return [found.get(row["id"], []) for row in sorted(receipts, key=lambda row: row["receipt"])]


def held(world: Month, agent: str) -> int:
    with reading(world.engine) as connection:
        return handling_cash.holding(connection).get((agent, "COP"), 0)


def count(world: Month, agent: str, pesos: int, because: str = "") -> int | Refused:
    return handling_cash.count(world.engine, agent, DAY, "COP", pesos * 100, because, actor="nora", now=NOW)


def deposit(world: Month, agent: str, pesos: int, slip: str = "777") -> str | Refused:
    return handling_cash.deposit(
        world.engine, agent, DAY, "COP", pesos * 100, "Banco Uno", slip, actor="nora", now=NOW
    )


def rule(answer: Any) -> str:
    assert isinstance(answer, Refused), answer
    return answer.rule


def test_numbers_passed_over_are_missing_until_somebody_says_why(
    world: Month, ana: str, account: str
) -> None:
    give(world, ana)
    took(world, ana, account, "A-1")
    took(world, ana, account, "a-0004")
    (book,) = books(world, ana)
    assert (book.used, book.missing, book.left) == ((1, 4), (2, 3), 48)
    assert rule(handling_cash.explain(world.engine, book, 2, "no", actor="nora", now=NOW)) == "cash.reason"
    assert rule(handling_cash.explain(world.engine, book, 9, "anulado", actor="nora", now=NOW)) == "cash.gap"
    assert handling_cash.explain(world.engine, book, 2, "se mojó", actor="nora", now=NOW) is None
    (after,) = books(world, ana)
    assert (after.missing, after.explained) == ((3,), {2: "se mojó"})


def test_a_number_is_in_one_book_only(world: Month, ana: str, account: str) -> None:
    beto = world.agent("Beto")
    assert isinstance(give(world, ana, 1, 50), str)
    assert rule(give(world, beto, 50, 99)) == "cash.book_twice"
    assert isinstance(give(world, beto, 50, 99, "B-"), str)
    assert rule(give(world, beto, 9, 3)) == "cash.book"


def test_a_receipt_twice_without_number_or_of_no_book_is_an_alarm(
    world: Month, ana: str, account: str
) -> None:
    give(world, ana)
    for receipt in ("", "A-2", "A-3", " a-0003", "Z-9"):  # the same number, written in another way
        took(world, ana, account, receipt)
    assert wrong(world, ana) == [["unnumbered"], ["twice"], [], ["twice"], ["no_book"]]


def test_a_receipt_is_provisional_until_it_gets_the_offices_own_number(
    world: Month, ana: str, account: str
) -> None:
    first, second = took(world, ana, account, "A-1"), took(world, ana, account, "A-2")
    said = [
        handling_cash.decide_receipt(world.engine, one, accept=True, because="", actor="carla", now=NOW)
        for one in (first, second)
    ]
    assert said == ["RO-000001", "RO-000002"]
    again = handling_cash.decide_receipt(world.engine, first, accept=True, because="", actor="carla", now=NOW)
    assert rule(again) == "cash.once"
    with reading(world.engine) as connection:
        assert [one["actor"] for one in facts.listed(connection, kind="cash.receipt")] == ["carla", "carla"]


def test_a_number_used_twice_is_made_official_only_with_a_reason(
    world: Month, ana: str, account: str
) -> None:
    first = took(world, ana, account, "A-1")
    took(world, ana, account, "A-1")
    bare = handling_cash.decide_receipt(world.engine, first, accept=True, because="", actor="carla", now=NOW)
    assert rule(bare) == "cash.twice"
    said = handling_cash.decide_receipt(
        world.engine, first, accept=True, because="el otro es la copia", actor="carla", now=NOW
    )
    assert said == "RO-000001"


def test_what_he_holds_is_what_he_took_less_what_was_agreed(world: Month, ana: str, account: str) -> None:
    refused = took(world, ana, account, "A-1", 30_000)
    took(world, ana, account, "A-2", 70_000)
    assert held(world, ana) == 100_000_00
    handling_cash.decide_receipt(
        world.engine, refused, accept=False, because="recibo falso", actor="carla", now=NOW
    )
    assert held(world, ana) == 70_000_00
    slip = deposit(world, ana, 70_000)
    assert isinstance(slip, str)
    assert held(world, ana) == 70_000_00
    mine = handling_cash.decide_deposit(world.engine, slip, agree=True, because="", actor="nora", now=NOW)
    assert rule(mine) == "cash.two"
    assert (
        handling_cash.decide_deposit(world.engine, slip, agree=True, because="", actor="elena", now=NOW)
        is None
    )
    assert held(world, ana) == 0


def test_a_slip_is_registered_once_and_more_than_he_holds_needs_a_reason(
    world: Month, ana: str, account: str
) -> None:
    took(world, ana, account, "A-1", 10_000)
    slip = deposit(world, ana, 90_000)
    assert isinstance(slip, str)
    assert rule(deposit(world, ana, 90_000)) == "cash.slip_twice"
    assert rule(deposit(world, ana, 0, "778")) == "cash.slip"
    much = handling_cash.decide_deposit(world.engine, slip, agree=True, because="", actor="elena", now=NOW)
    assert rule(much) == "cash.more"


def test_a_shortage_is_counted_explained_and_found(world: Month, ana: str, account: str) -> None:
    took(world, ana, account, "A-1", 50_000)
    assert count(world, ana, 50_000) == 0
    assert world.rows(t.findings) == []
    assert rule(count(world, ana, 45_000)) == "cash.difference"
    assert count(world, ana, 45_000, "dice que dio vueltas de más") == -5_000_00
    (finding,) = world.rows(t.findings)
    assert (finding["rule"], finding["severity"], finding["agent_id"]) == ("cash.shortage", "serious", ana)


def test_where_no_pack_lets_money_be_taken_there_is_no_cash(world: Month, ana: str, account: str) -> None:
    world.set_account(account, pack="mx-agency")
    with reading(world.engine) as connection:
        assert not handling_cash.is_taken(connection)
    assert rule(give(world, ana)) == "cash.none"
    assert rule(deposit(world, ana, 1_000)) == "cash.none"
    assert rule(count(world, ana, 0)) == "cash.none"
    world.set_account(account, pack="demo")
    with reading(world.engine) as connection:
        assert handling_cash.is_taken(connection)


def test_the_results_of_cash_are_offered_under_a_pack_that_allows_it_and_under_no_other() -> None:
    assert set(results_for(Party.HOLDER, policies.load("demo"))) >= PAID
    assert not set(results_for(Party.HOLDER, policies.load("mx-agency"))) & PAID
    assert not set(results_for(Party.HOLDER, None)) & PAID
