"""The trade's figures, each with its formula in words. Pure arithmetic over rows of an export; reads no file.

Formulas are numbered as in the trade's list (docs/kpis.md). A ratio over nothing is None, never zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from ..records import Party, PromiseState, Result, ResultClass
from .results import RESULTS

RIGHT_PARTY = ResultClass.RIGHT_PARTY
MATURED = (PromiseState.KEPT, PromiseState.PARTIAL, PromiseState.BROKEN, PromiseState.RESCHEDULED)


@dataclass(frozen=True)
class VisitFact:
    """One visit with its results: what the figures need of it."""

    id: str
    agent: str
    party: Party
    results: tuple[Result, ...]
    accounts: tuple[str, ...]
    evidence: str


@dataclass(frozen=True)
class PromiseFact:
    """One promise on the day of the export; `account` and `due` (an ISO date) put an account's in order."""

    agent: str
    state: PromiseState
    amount: Decimal
    paid: Decimal
    currency: str
    account: str = ""
    due: str = ""


@dataclass(frozen=True)
class Figure:
    """A figure with what it was divided from. `value` is None when there was nothing to divide by."""

    code: str
    formula: str
    over: Decimal
    under: Decimal

    @property
    def value(self) -> Decimal | None:
        return (self.over / self.under).quantize(Decimal("0.0001")) if self.under else None


def valid(visit: VisitFact) -> bool:
    """A visit counts unless every result says that it was not made."""
    return any(RESULTS[result].cls is not ResultClass.VOID for result in visit.results)


def visit_figures(visits: Sequence[VisitFact]) -> list[Figure]:
    """5, 6, 7, 11, 12 and 23 of the list, over these visits."""
    good = [visit for visit in visits if valid(visit)]
    holder = [visit for visit in good if visit.party is Party.HOLDER]
    reached = [visit for visit in good if visit.party is not Party.NOBODY]
    third = [visit for visit in good if visit.party in (Party.RELATIVE, Party.THIRD)]
    contacted = [visit for visit in good if _any_class(visit, RIGHT_PARTY)]
    promised = [visit for visit in contacted if {Result.PROMISE, Result.PLAN} & set(visit.results)]
    located = [visit for visit in good if visit.evidence in ("A", "B")]
    seen = {account for visit in good for account in visit.accounts}
    knocks = sum(len(visit.accounts) for visit in good)
    return [
        _figure("rpc_per_attempt", "visits with the holder / valid visits", len(holder), len(good)),
        _figure("rpc_per_reached", "visits with the holder / visits with anyone", len(holder), len(reached)),
        _figure("third_party_share", "visits with relatives or others / valid visits", len(third), len(good)),
        _figure("intensity", "accounts visited, each time / distinct accounts visited", knocks, len(seen)),
        _figure(
            "promise_rate",
            "visits with a promise / visits with the right party",
            len(promised),
            len(contacted),
        ),
        _figure("evidence_rate", "visits of grade A or B / valid visits", len(located), len(good)),
    ]


def promise_figures(promises: Sequence[PromiseFact]) -> list[Figure]:
    """13 to 16 of the list, over the promises that have matured; amounts never mix currencies."""
    matured = [promise for promise in promises if promise.state in MATURED]
    kept = [promise for promise in matured if promise.state is PromiseState.KEPT]
    partial = [promise for promise in matured if promise.state is PromiseState.PARTIAL]
    figures = [
        _figure("kept_rate", "promises kept / promises matured", len(kept), len(matured)),
        _figure("partial_rate", "promises kept in part / promises matured", len(partial), len(matured)),
    ]
    for currency in sorted({promise.currency for promise in matured}):
        same = [promise for promise in matured if promise.currency == currency]
        paid = sum((min(promise.paid, promise.amount) for promise in same), Decimal(0))
        promised = sum((promise.amount for promise in same), Decimal(0))
        formula = "sum of min(paid, promised) / sum of promised"
        figures.append(Figure(f"kept_amount_rate.{currency}", formula, paid, promised))
    return [*figures, _streaks(matured)]


def _streaks(matured: Sequence[PromiseFact]) -> Figure:
    """Accounts that broke two in a row, among those with two matured promises or more."""
    by_account: dict[str, list[PromiseState]] = {}
    for promise in sorted(matured, key=lambda one: one.due):
        by_account.setdefault(promise.account, []).append(promise.state)
    several = [states for account, states in by_account.items() if account and len(states) > 1]
    broken = (PromiseState.BROKEN, PromiseState.BROKEN)
    twice = [states for states in several if broken in pairwise(states)]
    formula = "accounts with two broken in a row / accounts with two matured promises or more"
    return _figure("broken_streak", formula, len(twice), len(several))


def _any_class(visit: VisitFact, cls: ResultClass) -> bool:
    return any(RESULTS[result].cls is cls for result in visit.results)


def _figure(code: str, formula: str, over: int, under: int) -> Figure:
    return Figure(code, formula, Decimal(over), Decimal(under))
