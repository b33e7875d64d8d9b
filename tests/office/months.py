"""An office with payments, reversals and visits of named months, to reckon and to close. Uses the tables only."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import insert, update

from server.store import tables as t
from server.store.engine import writing
from sync.ids import new_id

from .debts import NOW, World


def at(day: date, hour: int = 15) -> datetime:
    """An hour of a civil day in UTC; 15 is ten in the morning in Bogotá."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


class Month(World):
    """Adds what commissions are made of; every method answers with an id."""

    def owes(self, name: str, day: date, *, dpd: int = 120, **account: Any) -> str:
        """An account of a new debtor, so late on a day before its payments."""
        debtor = self.debtor(name, accounts=[])
        made = self.account(debtor, dpd=dpd, **account)
        with writing(self.engine) as connection:
            connection.execute(
                insert(t.balances).values(
                    id=new_id(),
                    account_id=made,
                    import_id=self.imported,
                    as_of=day,
                    currency="COP",
                    principal_minor=900_000_00,
                    overdue_minor=500_000_00,
                    oldest_due=date.fromordinal(day.toordinal() - dpd),
                    recorded_at=NOW,
                )
            )
        return made

    def calls(self, account: str, agent: str, day: date, result: str = "PTP", hour: int = 15) -> str:
        """A visit to an account, with its result."""
        debtor = self.rows(t.accounts, t.accounts.c.id == account)[0]["debtor_id"]
        made = self.visit(debtor, agent, at(day, hour))
        with writing(self.engine) as connection:
            connection.execute(
                update(t.visits).where(t.visits.c.id == made).values(timezone="America/Bogota")
            )
            connection.execute(
                insert(t.visit_results).values(visit_id=made, account_id=account, result=result, detail={})
            )
        return made

    def paid(self, account: str, pesos: int, on: date, reverses: str | None = None) -> str:
        made = new_id()
        with writing(self.engine) as connection:
            connection.execute(
                insert(t.payments).values(
                    id=made,
                    account_id=account,
                    import_id=self.imported,
                    identity=made,
                    amount_minor=pesos * 100,
                    currency="COP",
                    value_date=on,
                    imported_at=NOW,
                    reverses=reverses,
                )
            )
        return made

    def promised(self, account: str, agent: str, visit: str, pesos: int, made: date, due: date) -> str:
        debtor = self.rows(t.accounts, t.accounts.c.id == account)[0]["debtor_id"]
        promise = new_id()
        with writing(self.engine) as connection:
            connection.execute(
                insert(t.promises).values(
                    id=promise,
                    visit_id=visit,
                    account_id=account,
                    debtor_id=debtor,
                    agent_id=agent,
                    amount_minor=pesos * 100,
                    currency="COP",
                    due=due,
                    made_at=at(made),
                )
            )
        return promise
