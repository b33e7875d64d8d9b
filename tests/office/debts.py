"""A small office to assign and plan in: one lender, named debtors, agents with a home. Uses the tables only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, insert, update

from server.store import agents, tables
from server.store.assignments import Outcome
from server.store.engine import writing
from sync.ids import new_id
from sync.words import Phrase

AS_OF = date(2026, 11, 20)  # a Friday
DAY = date(2026, 11, 23)  # the Monday after
NOW = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
CENTRE = (5.826, -73.033)  # Duitama


@dataclass
class World:
    """Writes rows into an office; every method returns ids."""

    engine: Engine
    lender: str = field(default_factory=new_id)
    imported: str = field(default_factory=new_id)

    def __post_init__(self) -> None:
        with writing(self.engine) as connection:
            connection.execute(
                insert(tables.lenders).values(id=self.lender, name="Crediboyacá", country="CO")
            )
            connection.execute(
                insert(tables.imports).values(
                    id=self.imported,
                    kind="portfolio",
                    lender_id=self.lender,
                    as_of=AS_OF,
                    mode="full",
                    file_sha256="0" * 64,
                    reading={},
                    counts={},
                    imported_at=NOW,
                )
            )

    def agent(self, name: str, **given: Any) -> str:
        home = given.pop("home", CENTRE)
        lat, lon = home or (None, None)
        with writing(self.engine) as connection:
            return agents.add(connection, name=name, home_lat=lat, home_lon=lon, **given)

    def debtor(self, name: str, **given: Any) -> str:
        """A debtor with one home address and one account; `accounts` takes a list of their fields."""
        with writing(self.engine) as connection:
            return self.add_debtor(connection, name, **given)

    def add_debtor(
        self,
        connection: Connection,
        name: str,
        *,
        at: tuple[float, float] | None = CENTRE,
        precision: str = "door",
        kind: str = "home",
        district: str = "",
        accounts: list[dict[str, Any]] | None = None,
        **account: Any,
    ) -> str:
        debtor = new_id()
        connection.execute(insert(tables.debtors).values(id=debtor, kind="person", name=name, created_at=NOW))
        connection.execute(
            insert(tables.addresses).values(
                id=new_id(),
                debtor_id=debtor,
                kind=kind,
                text="Calle 15 # 17-93",
                district=district,
                lat=at[0] if at else None,
                lon=at[1] if at else None,
                precision=precision if at else "none",
                since=AS_OF,
            )
        )
        for one in accounts if accounts is not None else [account]:
            self.add_account(connection, debtor, **one)
        return debtor

    def account(self, debtor: str, **given: Any) -> str:
        with writing(self.engine) as connection:
            return self.add_account(connection, debtor, **given)

    def add_account(
        self,
        connection: Connection,
        debtor: str,
        *,
        dpd: int = 95,
        overdue: int = 500_000,
        pack: str = "demo",
        credit_type: str = "consumo",
        **columns: Any,
    ) -> str:
        account = new_id()
        connection.execute(
            insert(tables.accounts).values(
                id=account,
                lender_id=self.lender,
                number=account[-12:],
                debtor_id=debtor,
                currency="COP",
                credit_type=credit_type,
                pack=pack,
                first_import=self.imported,
                last_import=self.imported,
                **columns,
            )
        )
        connection.execute(
            insert(tables.balances).values(
                id=new_id(),
                account_id=account,
                import_id=self.imported,
                as_of=AS_OF,
                currency="COP",
                principal_minor=overdue * 300,
                overdue_minor=overdue * 100,
                oldest_due=AS_OF - timedelta(days=dpd) if overdue else None,
                recorded_at=NOW,
            )
        )
        return account

    def pays(self, account: str, amount: int, on: date = AS_OF + timedelta(days=1)) -> None:
        with writing(self.engine) as connection:
            connection.execute(
                insert(tables.payments).values(
                    id=new_id(),
                    account_id=account,
                    import_id=self.imported,
                    identity=new_id(),
                    amount_minor=amount * 100,
                    currency="COP",
                    value_date=on,
                    imported_at=NOW,
                )
            )

    def promises(
        self,
        debtor: str,
        account: str,
        agent: str,
        *,
        due: date,
        window: tuple[str, str],
        amount: int = 100_000,
    ) -> None:
        """A promise made at a visit ten days before it falls due, with an appointment."""
        made = datetime(due.year, due.month, due.day, 15, tzinfo=UTC) - timedelta(days=10)
        visit = self.visit(debtor, agent, made)
        with writing(self.engine) as connection:
            connection.execute(
                insert(tables.promises).values(
                    id=new_id(),
                    visit_id=visit,
                    account_id=account,
                    debtor_id=debtor,
                    agent_id=agent,
                    amount_minor=amount * 100,
                    currency="COP",
                    due=due,
                    channel="efectivo",
                    place="DOM",
                    window_start=window[0],
                    window_end=window[1],
                    made_at=made,
                )
            )

    def visit(self, debtor: str, agent: str, at: datetime) -> str:
        visit = new_id()
        with writing(self.engine) as connection:
            device = new_id()
            connection.execute(
                insert(tables.devices).values(
                    id=device,
                    agent_id=agent,
                    token_sha256=new_id(),
                    public_key=b"",
                    enrolled_at=NOW,
                )
            )
            connection.execute(
                insert(tables.visits).values(
                    id=visit,
                    debtor_id=debtor,
                    agent_id=agent,
                    device_id=device,
                    incarnation=new_id(),
                    n=1,
                    place="DOM",
                    party="TIT",
                    started=at,
                    ended=at + timedelta(minutes=10),
                    known="live",
                    recorded_at=at,
                    received_at=at,
                    location_source="none",
                    evidence="D",
                    verdict=[],
                    out_of_scope=False,
                )
            )
        return visit

    def stop(self, debtor: str, kind: str, account: str | None = None) -> None:
        with writing(self.engine) as connection:
            connection.execute(
                insert(tables.stop_states).values(
                    id=new_id(), debtor_id=debtor, account_id=account, state=kind, since=NOW, detail={}
                )
            )

    def set_account(self, account: str, **values: Any) -> None:
        with writing(self.engine) as connection:
            connection.execute(
                update(tables.accounts).where(tables.accounts.c.id == account).values(**values)
            )

    def accounts_of(self, debtor: str) -> list[str]:
        with self.engine.connect() as connection:
            query = tables.accounts.select().where(tables.accounts.c.debtor_id == debtor)
            return sorted(row.id for row in connection.execute(query))

    def rows(self, table: Any, *where: Any) -> list[dict[str, Any]]:
        with self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(table.select().where(*where)).mappings()]

    def outcomes_of(self, debtor: str) -> list[Outcome]:
        """Each of his accounts as assigned."""
        return [Outcome(account, "assigned", Phrase("cerca")) for account in self.accounts_of(debtor)]


def around(index: int, step: float = 0.004) -> tuple[float, float]:
    """Points on a small grid about the centre of town, each another one."""
    return CENTRE[0] + step * (index % 7 - 3), CENTRE[1] + step * (index // 7 % 7 - 3)
