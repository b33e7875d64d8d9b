"""What a collector's own work came to: his promises by what became of them, and what was paid for them.

Only what this laptop holds: promises of debtors that are assigned to him now. Judged by the rules that both
sides share; no store is written and no screen known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sync.records import Promise, PromiseState
from sync.rules.policy import zone_of
from sync.rules.promise import PromiseStanding

from .casefile import promises_of
from .store import cases, policies, records, settings
from .store.db import Database, Store

DECIDED = (PromiseState.KEPT, PromiseState.PARTIAL, PromiseState.BROKEN)


@dataclass(frozen=True)
class Mine:
    """A promise of his, how it stands, and whose it is."""

    debtor: str
    name: str
    promise: Promise
    standing: PromiseStanding


@dataclass(frozen=True)
class Results:
    """`recovered` is what was paid in time for his promises, `late` after; by currency, never added up."""

    mine: tuple[Mine, ...]
    states: dict[PromiseState, int]
    recovered: dict[str, Decimal]
    late: dict[str, Decimal]
    visits: int
    debtors: int

    @property
    def kept(self) -> int:
        return self.states.get(PromiseState.KEPT, 0)

    @property
    def decided(self) -> int:
        """Kept, kept in part, or not kept by their last day: those of which something can be said."""
        return sum(self.states.get(state, 0) for state in DECIDED)

    @property
    def kept_percent(self) -> int | None:
        return round(100 * self.kept / self.decided) if self.decided else None


def results_of(store: Store, now: datetime) -> Results:
    """Everything on the page of his results, as it stands at `now`."""
    with store.reading() as db:
        agent = str(settings.get(db, "agent"))
        packs = policies.all_of(db)
        visits = {
            said["id"]: said["debtor"] for said in records.all_of(db, "visit") if said["agent"] == agent
        }
        states = [cases.state_of(db, debtor) for debtor in _who_promised(db, visits)]
    mine: list[Mine] = []
    for state in states:
        own = {known.visit.id for known in state.visits if known.visit.agent == agent}
        today = now.astimezone(zone_of(state.zone) or UTC).date()
        for known in state.accounts.values():
            mine += [
                Mine(state.id, state.debtor.name if state.debtor else "", promise, standing)
                for promise, standing in promises_of(state, known, packs.get(known.account.pack), today)
                if promise.visit in own and standing is not None
            ]
    return Results(
        tuple(sorted(mine, key=lambda one: (one.promise.due, one.promise.id), reverse=True)),
        dict(Counter(one.standing.state for one in mine)),
        _added((one.promise.currency, one.standing.paid) for one in mine),
        _added((one.promise.currency, one.standing.late) for one in mine),
        len(visits),
        len(set(visits.values())),
    )


def _who_promised(db: Database, visits: dict[str, Any]) -> list[str]:
    """The debtors to read: those of a promise of one of his visits, and of what he said and was not sent."""
    told = {said["debtor"] for said in records.all_of(db, "promise") if said["visit"] in visits}
    waiting = db.query("SELECT DISTINCT debtor FROM said WHERE kind = 'promise.made' AND debtor IS NOT NULL")
    return sorted(told | {str(row["debtor"]) for row in waiting})


def _added(amounts: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for currency, amount in amounts:
        if amount:
            found[currency] = found.get(currency, Decimal(0)) + amount
    return dict(sorted(found.items()))
