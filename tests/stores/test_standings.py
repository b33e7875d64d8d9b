"""The cache of standings says what the facts say, on any day, whatever happened: on both engines."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, insert, select, text, update

from server.standing import AccountToday, accounts_today, board, board_of, figures, on_day, page_of
from server.store import settling, standings
from server.store import tables as t
from server.store.boards import stations
from server.store.debtors import folded
from server.store.engine import reading, writing
from server.store.scopes import Scope, Share
from server.store.standings import Asked
from sync.ids import new_id
from sync.money import digits

EVERY = Scope.everything()
NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
FIRST = date(2026, 8, 1)
DAYS = [FIRST + timedelta(days=number) for number in (-1, 0, 1, 9, 30, 31, 45, 60, 61, 62, 75, 90, 111, 140)]
NAMES = ("Rosa Núñez", "Saúl Peña", "Tito Barrera", "Úrsula Gómez", "Vicente Ávila")


@dataclass
class Office:
    """A small office to which things happen."""

    engine: Engine
    draw: random.Random
    lender: str = ""
    source: str = ""
    agents: list[str] = field(default_factory=list)
    debtors: list[str] = field(default_factory=list)
    accounts: list[tuple[str, str]] = field(default_factory=list)  # account, debtor
    payments: list[tuple[str, str, date]] = field(default_factory=list)  # payment, account, day
    addresses: list[str] = field(default_factory=list)

    def begin(self) -> None:
        self.lender, self.source = new_id(), new_id()
        with writing(self.engine) as connection:
            connection.execute(insert(t.lenders).values(id=self.lender, name="Crediboyacá"))
            connection.execute(
                insert(t.imports).values(
                    id=self.source,
                    kind="portfolio",
                    lender_id=self.lender,
                    as_of=FIRST,
                    mode="full",
                    file_sha256="0" * 64,
                    reading={},
                    counts={},
                    imported_at=NOW,
                )
            )
            for name in ("Gustavo", "Hilda"):
                self.agents.append(new_id())
                connection.execute(
                    insert(t.agents).values(
                        id=self.agents[-1], name=name, shift_start="08:00", shift_end="17:00"
                    )
                )
            for name in NAMES:
                self.add_debtor(connection, name)
                for _each in range(self.draw.randrange(1, 3)):
                    self.add_account(connection)

    def add_debtor(self, connection: Connection, name: str) -> None:
        self.debtors.append(new_id())
        connection.execute(
            insert(t.debtors).values(
                id=self.debtors[-1],
                kind="person",
                name=name,
                search_name=folded(name),
                document_type="CC",
                document=str(4_000 + len(self.debtors)),
                created_at=NOW,
            )
        )

    def add_account(self, connection: Connection) -> None:
        account, debtor = new_id(), self.debtors[-1]
        self.accounts.append((account, debtor))
        connection.execute(
            insert(t.accounts).values(
                id=account,
                lender_id=self.lender,
                number=f"C-{len(self.accounts)}",
                debtor_id=debtor,
                currency=self.draw.choice(("COP", "USD", "CLP")),
                pack=self.draw.choice(("demo", "co", "none such")),
                branch=self.draw.choice(("Duitama", "Tunja")),
                first_import=self.source,
                last_import=self.source,
            )
        )

    def day(self) -> date:
        return FIRST + timedelta(days=self.draw.randrange(120))

    def happen(self) -> None:
        """One thing, in a transaction of its own."""
        things: tuple[Callable[[Connection], None], ...] = (
            self.balance,
            self.balance,
            self.payment,
            self.payment,
            self.reversal,
            self.assignment,
            self.unassignment,
            self.address,
            self.address_changed,
            self.renaming,
            self.state,
            self.another,
        )
        with writing(self.engine) as connection:
            self.draw.choice(things)(connection)

    def balance(self, connection: Connection) -> None:
        account, _debtor = self.draw.choice(self.accounts)
        as_of = self.day()
        overdue = self.draw.choice((0, 0, 500, 10_000, -300))
        connection.execute(
            insert(t.balances).values(
                id=new_id(),
                account_id=account,
                import_id=self.source,
                as_of=as_of,
                currency="COP",
                principal_minor=self.draw.choice((0, 20_000)),
                fees_minor=self.draw.choice((0, 7)),
                overdue_minor=overdue,
                oldest_due=self.draw.choice((None, as_of - timedelta(days=self.draw.randrange(-5, 200)))),
                recorded_at=NOW + timedelta(seconds=self.draw.randrange(3)),
            )
        )

    def payment(self, connection: Connection, reverses: tuple[str, str, date] | None = None) -> None:
        account = reverses[1] if reverses else self.draw.choice(self.accounts)[0]
        currency = connection.execute(
            select(t.accounts.c.currency).where(t.accounts.c.id == account)
        ).scalar_one()
        row = (new_id(), account, self.day())
        connection.execute(
            insert(t.payments).values(
                id=row[0],
                account_id=account,
                import_id=self.source,
                identity=row[0],
                amount_minor=self.draw.choice((100, 500, 9_000, 40_000)),
                currency=self.draw.choice((currency, currency, currency, "MXN")),
                value_date=row[2],
                imported_at=NOW,
                reverses=reverses[0] if reverses else None,
            )
        )
        if reverses is None:
            self.payments.append(row)

    def reversal(self, connection: Connection) -> None:
        if self.payments:
            self.payment(connection, self.draw.choice(self.payments))

    def assignment(self, connection: Connection) -> None:
        account, debtor = self.draw.choice(self.accounts)
        self._close(connection, debtor)
        made = new_id()
        connection.execute(
            insert(t.assignments).values(
                id=made,
                debtor_id=debtor,
                agent_id=self.draw.choice((*self.agents, None)),
                since=FIRST,
                because={"msgid": "zona", "values": {}},
                decided_at=NOW,
            )
        )
        for mine, whose in self.accounts:
            if whose == debtor and (mine == account or self.draw.random() < 0.5):
                connection.execute(
                    insert(t.assignment_accounts).values(
                        assignment_id=made,
                        account_id=mine,
                        outcome=self.draw.choice(("assigned", "barred", "unassigned")),
                        because={"msgid": "zona", "values": {}},
                        rule=self.draw.choice(("", "co.field")),
                    )
                )

    def unassignment(self, connection: Connection) -> None:
        self._close(connection, self.draw.choice(self.debtors))

    def _close(self, connection: Connection, debtor: str) -> None:
        still = (t.assignments.c.debtor_id == debtor) & t.assignments.c.until.is_(None)
        connection.execute(update(t.assignments).where(still).values(until=FIRST))

    def address(self, connection: Connection) -> None:
        self.addresses.append(new_id())
        connection.execute(
            insert(t.addresses).values(
                id=self.addresses[-1],
                debtor_id=self.draw.choice(self.debtors),
                kind="home",
                text="Calle 1",
                lat=self.draw.choice((None, 5.8)),
                lon=-73.0,
                state=self.draw.choice(("accepted", "accepted", "proposed")),
                since=FIRST,
            )
        )

    def address_changed(self, connection: Connection) -> None:
        if self.addresses:
            change = self.draw.choice(({"lat": None}, {"lat": 5.9}, {"until": FIRST}, {"state": "accepted"}))
            wanted = t.addresses.c.id == self.draw.choice(self.addresses)
            connection.execute(update(t.addresses).where(wanted).values(**change))

    def renaming(self, connection: Connection) -> None:
        name = self.draw.choice(("Inés Ñáñez", "Óscar"))
        wanted = t.debtors.c.id == self.draw.choice(self.debtors)
        connection.execute(update(t.debtors).where(wanted).values(name=name, search_name=folded(name)))

    def state(self, connection: Connection) -> None:
        wanted = t.accounts.c.id == self.draw.choice(self.accounts)[0]
        change = self.draw.choice(({"state": "recalled"}, {"state": "open"}, {"zone": "Centro"}))
        connection.execute(update(t.accounts).where(wanted).values(**change))

    def another(self, connection: Connection) -> None:
        self.add_account(connection)


def said(account: AccountToday, located: set[str]) -> dict[str, Any]:
    """What the facts say of one account on the day, as the cache would."""
    return {
        "overdue": account.overdue,
        "total": account.total,
        "dpd": account.dpd,
        "bucket": account.bucket,
        "as_of": account.balance.as_of if account.balance else None,
        "outcome": account.outcome,
        "agent": account.agent,
        "rule": account.rule,
        "state": account.state,
        "name": account.search_name,
        "field": account.goes_to_the_field,
        "located": account.debtor in located,
    }


def differences(engine: Engine, days: list[date] = DAYS) -> list[str]:
    found = []
    with reading(engine) as connection:
        located = stations.located(connection, EVERY)
        for day in days:
            facts = {one.id: said(one, located) for one in accounts_today(connection, EVERY, day)}
            rows = standings.every(on_day(connection, EVERY, day), connection)
            cache = {row["account_id"]: cached(row, day) for row in rows}
            assert facts
            found += [
                f"{day} {id}: {facts[id]} {cache.get(id)}" for id in facts if facts[id] != cache.get(id)
            ]
            found += [f"{day} {id}: too many" for id in cache.keys() - facts.keys()]
    return found


@pytest.fixture(params=range(3))
def office(request: pytest.FixtureRequest, office_engine: Engine) -> Office:
    made = Office(office_engine, random.Random(request.param))
    made.begin()
    return made


def cached(row: dict[str, Any], day: date) -> dict[str, Any]:
    """A row of the cache, in the words of `said`."""
    aged, exponent = row["as_of"] is not None, digits(row["currency"])
    late = row["late_since"] <= day
    return {
        "overdue": Decimal(row["overdue_minor"]).scaleb(-exponent) if aged else None,
        "total": Decimal(row["total_minor"]).scaleb(-exponent) if aged else None,
        "dpd": ((day - row["late_since"]).days if late else 0) if aged else None,
        "bucket": row["bucket"],
        "as_of": row["as_of"],
        "outcome": row["outcome"],
        "agent": row["agent_id"] if row["outcome"] == "assigned" else None,
        "rule": row["rule"],
        "state": row["state"],
        "name": row["search_name"],
        "field": bool(row["field"]),
        "located": row["lat"] is not None,
    }


def test_after_any_history_the_cache_says_of_any_day_what_the_facts_say(office: Office) -> None:
    for _step in range(12):
        for _each in range(10):
            office.happen()
        assert differences(office.engine) == []


def test_made_again_from_the_facts_it_is_the_same(office: Office) -> None:
    for _each in range(80):
        office.happen()
    kept = whole(office.engine)
    with writing(office.engine) as connection:
        assert settling.rebuild(connection) == len(office.accounts)
    assert whole(office.engine) == kept


@pytest.mark.parametrize("table", ["balances", "payments", "assignments", "addresses"])
def test_a_cache_that_forgets_one_of_the_movements_is_found_out(office: Office, table: str) -> None:
    """The control: with the triggers of one table away the comparison must fail."""
    with writing(office.engine) as connection:
        blind(connection, table)
    found: list[str] = []
    for _step in range(20):
        for _each in range(10):
            office.happen()
        found += differences(office.engine, DAYS[::4])
    assert found != []


def whole(engine: Engine) -> list[tuple[Any, ...]]:
    with reading(engine) as connection:
        now = connection.execute(select(t.standings).order_by(t.standings.c.account_id)).all()
        order = (t.past_standings.c.account_id, t.past_standings.c.since)
        return [*map(tuple, now), *map(tuple, connection.execute(select(t.past_standings).order_by(*order)))]


def blind(connection: Connection, table: str) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"DROP TRIGGER standings_see_{table} ON {table}"))
        return
    for when in ("added", "changed", "gone"):
        connection.execute(text(f"DROP TRIGGER standings_see_{table}_{when}"))


def test_boards_counts_and_lists_are_those_of_the_facts(office: Office) -> None:
    for _each in range(60):
        office.happen()
    scopes = [EVERY, Scope((Share(branch="Duitama"),)), Scope((Share(),), agent_id=office.agents[0])]
    with reading(office.engine) as connection:
        located = stations.located(connection, EVERY)
        for scope in scopes:
            for day in DAYS[::3]:
                held = accounts_today(connection, scope, day)
                asked = on_day(connection, scope, day)
                assert board_of(connection, scope, day) == board(held)
                late = [one for one in held if one.goes_to_the_field]
                said = figures(connection, scope, day)
                assert said["total"] == len(held)
                assert said["field"] == len(late)
                assert said["debtors"] == len({one.debtor for one in held})
                assert said["unlocated"] == len({one.debtor for one in late} - located)
                assert said["unassigned"] == sum(one.outcome in (None, "unassigned") for one in late)
                for bucket in {one.bucket for one in held if one.bucket}:
                    wanted = {one.id for one in held if one.bucket == bucket}
                    ids = standings.listed(connection, asked, Asked(bucket=bucket), limit=99)
                    assert set(ids) == wanted
                    assert len(ids) == len(wanted)
                    assert [one.id for one in page_of(connection, scope, day, ids)] == ids
                words = Asked(words=("nun", "rosa"))
                assert set(standings.listed(connection, asked, words, limit=99)) == {
                    one.id for one in held if one.search_name == "rosa nunez"
                }
                assert [one.id for one in held] == standings.by_name(connection, asked, limit=99)
