"""Puts facts into cells: what each adds to which group of which day. Knows no formula and no store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from ..records import Party, Precision, PromiseState, Result, ResultClass
from .figures_facts import (
    EVERYTHING,
    MATURED,
    ContactFact,
    CureFact,
    Doer,
    Fact,
    Of,
    PaymentFact,
    PromiseFact,
    RouteFact,
    StandingFact,
    StopFact,
    VisitFact,
    groups,
    slices,
)
from .figures_tally import Tally, named
from .results import RESULTS

PLACED = (Precision.DOOR, Precision.BLOCK)
PROMISES = (Result.PROMISE, Result.PLAN)
GRADES = ("A", "B")
CURRENT = "current"
Key = tuple[str, str, str]  # dimension, value, the shares that may see it


@dataclass
class Cells:
    """The tallies of one day, or of one period where days do not matter, by group."""

    held: defaultdict[Key, Tally] = field(default_factory=lambda: defaultdict(Tally))

    def add(self, fact: Fact) -> None:
        """Take one fact in."""
        if isinstance(fact, VisitFact):
            self._visit(fact)
        elif isinstance(fact, ContactFact):
            self._contact(fact)
        elif isinstance(fact, StopFact):
            self._stop(fact)
        elif isinstance(fact, RouteFact):
            self._route(fact)
        elif isinstance(fact, PromiseFact):
            self._promise(fact)
        elif isinstance(fact, PaymentFact):
            self._payment(fact)
        else:
            self._cure(fact)

    def _tallies(self, doer: Doer, accounts: Iterable[Of]) -> Iterable[tuple[Tally, tuple[Of, ...]]]:
        for dimension, value, mine in groups(doer, tuple(accounts)):
            yield self.held[(dimension, value, slices(mine))], mine

    def _visit(self, fact: VisitFact) -> None:
        said = dict(fact.results)
        for tally, mine in self._tallies(fact.doer, said):
            classes = {RESULTS[said[of]].cls for of in mine}
            if classes <= {ResultClass.VOID}:
                tally.counts["void"] += 1
                continue
            _count_visit(tally, fact, classes, {said[of] for of in mine})
            _count_accounts(tally, fact, [(named(of.account), said[of]) for of in mine])

    def _contact(self, fact: ContactFact) -> None:
        for tally, _mine in self._tallies(fact.doer, fact.accounts):
            tally.counts["contacts"] += 1
            tally.counts["contacts_effective"] += fact.effective

    def _stop(self, fact: StopFact) -> None:
        for tally, _mine in self._tallies(fact.doer, fact.accounts):
            tally.counts["planned"] += 1
            tally.counts["planned_done"] += fact.done
            tally.counts["stops_placed"] += fact.precision in PLACED

    def _route(self, fact: RouteFact) -> None:
        """A route is an agent's: it is not shared out among accounts."""
        grouped = (("all", EVERYTHING), ("agent", fact.doer.agent), ("team", fact.doer.team))
        for dimension, value in grouped:
            counts = self.held[(dimension, value, fact.slice)].counts
            counts["routes"] += 1
            counts["road_m"] += fact.road_m
            if fact.ridden_m is not None:
                counts["line_m"] += fact.line_m
                counts["ridden_m"] += fact.ridden_m
            if fact.value is not None and fact.bound is not None:
                counts["bound"] += fact.bound
                counts["gap"] += fact.bound - fact.value

    def _promise(self, fact: PromiseFact) -> None:
        for tally, _mine in self._tallies(fact.doer, (fact.of,)):
            if fact.state not in MATURED:
                tally.counts[f"promises:{fact.state.value}"] += 1
                continue
            tally.counts["matured"] += 1
            tally.counts["kept"] += fact.state is PromiseState.KEPT
            tally.counts["partial"] += fact.state is PromiseState.PARTIAL
            tally.money["promised", fact.currency] += fact.promised
            tally.money["promise_paid", fact.currency] += min(fact.paid, fact.promised)
            if fact.before is not None:
                tally.sets["matured_again"].add(named(fact.of.account))
                if PromiseState.BROKEN is fact.before is fact.state:
                    tally.sets["broken_again"].add(named(fact.of.account))

    def _payment(self, fact: PaymentFact) -> None:
        for tally, _mine in self._tallies(fact.keeper, (fact.of,)):
            tally.money["collected", fact.currency] += fact.minor
        if fact.visitor is not None:
            for tally, _mine in self._tallies(fact.visitor, (fact.of,)):
                tally.money["attributed", fact.currency] += fact.minor

    def _cure(self, fact: CureFact) -> None:
        if fact.after_days is not None:
            for tally, _mine in self._tallies(fact.keeper, (fact.of,)):
                tally.counts["cured"] += 1
                tally.counts["cure_days"] += fact.after_days

    def stand(self, fact: StandingFact) -> None:
        """How an account stood at both ends: what it was at the start counts for whose it was then."""
        (before, owed, owing), (after, late, left) = fact.opened, fact.closed
        if before:
            for tally, _mine in self._tallies(fact.keeper_before, (_in(fact.of, before),)):
                tally.money["open_overdue", fact.currency] += owed
                tally.money["open_total", fact.currency] += owing
                tally.money[f"open|{before}", fact.currency] += owing
                tally.counts[f"open|{before}"] += 1
                tally.counts["open_late"] += before != CURRENT
                if after:
                    tally.counts[f"roll|{before}|{after}"] += 1
                    tally.money[f"roll|{before}|{after}", fact.currency] += left
                    tally.counts["cured_by_end"] += before != CURRENT and after == CURRENT
        if after:
            for tally, _mine in self._tallies(fact.keeper, (_in(fact.of, after),)):
                tally.money["close_overdue", fact.currency] += late
                tally.money["close_total", fact.currency] += left
                tally.money[f"close|{after}", fact.currency] += left
                tally.money[f"late|{after}", fact.currency] += late
                tally.counts[f"close|{after}"] += 1
                if fact.assigned:
                    tally.sets["assigned"].add(named(fact.of.account))


def _in(of: Of, bucket: str) -> Of:
    return Of(of.account, of.lender, of.product, bucket, of.slice)


def _count_visit(tally: Tally, fact: VisitFact, classes: set[ResultClass], results: set[Result]) -> None:
    right = ResultClass.RIGHT_PARTY in classes
    counts = tally.counts
    counts["valid"] += 1
    counts["holder"] += fact.party is Party.HOLDER
    counts["anyone"] += fact.party is not Party.NOBODY
    counts["third"] += fact.party in (Party.RELATIVE, Party.THIRD)
    counts["effective"] += fact.party in (Party.HOLDER, Party.GUARANTOR)
    counts["right_party"] += right
    counts["promised"] += right and not results.isdisjoint(PROMISES)
    counts["located"] += fact.evidence in GRADES
    counts["clean"] += not fact.ruled
    counts["reworked"] += fact.amended
    counts["complaints"] += fact.complaints
    tally.spreads["latency_min"][fact.latency_min] += 1
    if fact.on_site_s is not None:
        tally.spreads["on_site_s"][fact.on_site_s] += 1
    tally.sets["worked"].add(named(fact.doer.agent, fact.day))


def _count_accounts(tally: Tally, fact: VisitFact, accounts: list[tuple[int, Result]]) -> None:
    tally.counts["knocks"] += len(accounts)
    for account, result in accounts:
        tally.sets["visited"].add(account)
        if RESULTS[result].cls is ResultClass.SKIP:
            tally.dated["skipped"][fact.day].add(account)
        if fact.party is Party.HOLDER:
            tally.dated["reached"][fact.day].add(account)


def by_day(facts: Iterable[Fact]) -> dict[date, Cells]:
    made: defaultdict[date, Cells] = defaultdict(Cells)
    for fact in facts:
        made[fact.day].add(fact)
    return dict(made)
