"""The facts that figures are reckoned from, each small and of one day. Knows no formula and reads no store.

The day of a fact is the civil day where the debtor lives. A bucket is the one in which the account stood on
the eve of that day: what is paid that day does not move it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from ..records import Party, Precision, PromiseState, Result

DIMENSIONS = ("all", "agent", "team", "bucket", "product", "lender")
EVERYTHING = ""  # the one value of the dimension "all"


@dataclass(frozen=True)
class Doer:
    """Who did it: an agent's id and his team. Both empty: nobody of the street."""

    agent: str = ""
    team: str = ""


@dataclass(frozen=True)
class Of:
    """Of which account a fact is. `slice` is the share of the portfolio that may see it."""

    account: str
    lender: str
    product: str
    bucket: str
    slice: str = ""


@dataclass(frozen=True)
class VisitFact:
    """One visit with a result per account. `on_site_s` is None unless it was written in the moment."""

    id: str
    day: date
    doer: Doer
    party: Party
    results: tuple[tuple[Of, Result], ...]
    evidence: str = ""
    on_site_s: int | None = None
    latency_min: int = 0
    ruled: bool = False  # a rule warned of it or barred it
    amended: bool = False
    complaints: int = 0


@dataclass(frozen=True)
class ContactFact:
    """A contact on another channel than a visit, with the debtor's accounts."""

    day: date
    doer: Doer
    accounts: tuple[Of, ...]
    effective: bool


@dataclass(frozen=True)
class StopFact:
    """A stop of a published route, and whether a valid visit was made to it."""

    day: date
    doer: Doer
    accounts: tuple[Of, ...]
    done: bool
    precision: Precision = Precision.NONE


@dataclass(frozen=True)
class RouteFact:
    """A published route: metres on the road, in a straight line from stop to stop, and as it was ridden.

    `ridden_m` is the straight line between the places where visits of that day were made; None where fewer
    than two of them are known. `bound`: what no plan could be worth more than, where that was worked out.
    """

    day: date
    doer: Doer
    road_m: int
    line_m: int
    ridden_m: int | None
    value: int | None = None
    bound: int | None = None
    slice: str = ""


@dataclass(frozen=True)
class PromiseFact:
    """A promise whose last good day (due and grace) is `day`, with what came of it once that day was over.

    `before`: what came of the account's promise that matured last before it; None when it is the first.
    """

    day: date
    doer: Doer
    of: Of
    state: PromiseState
    promised: int
    paid: int
    currency: str
    before: PromiseState | None = None


@dataclass(frozen=True)
class PaymentFact:
    """Money received on `day`, less than zero when a payment was taken back.

    `keeper` has the account that day. `visitor` made its last valid visit within the days of attribution
    before it, that day included; None: nobody did.
    """

    day: date
    keeper: Doer
    of: Of
    minor: int
    currency: str
    visitor: Doer | None = None


@dataclass(frozen=True)
class CureFact:
    """An account that was late on the eve and is current on `day`; `after_days` since it was assigned."""

    day: date
    keeper: Doer
    of: Of
    after_days: int | None


@dataclass(frozen=True)
class StandingFact:
    """How an account stood at the two ends of a period; a bucket is empty where no balance was known."""

    of: Of
    currency: str
    opened: tuple[str, int, int]  # bucket, overdue, total: in minor units
    closed: tuple[str, int, int]
    keeper_before: Doer = Doer()
    keeper: Doer = Doer()
    assigned: bool = False  # at the period's end


Fact = VisitFact | ContactFact | StopFact | RouteFact | PromiseFact | PaymentFact | CureFact
MATURED = (PromiseState.KEPT, PromiseState.PARTIAL, PromiseState.BROKEN, PromiseState.RESCHEDULED)


def groups(doer: Doer, accounts: Sequence[Of]) -> Iterator[tuple[str, str, tuple[Of, ...]]]:
    """(dimension, value, the accounts that make it so): once for each value that one of them has.

    A visit to two accounts of two lenders counts once in all, and once for each lender.
    """
    mine = tuple(accounts)
    yield "all", EVERYTHING, mine
    yield "agent", doer.agent, mine
    yield "team", doer.team, mine
    for dimension in ("bucket", "product", "lender"):
        for value in dict.fromkeys(getattr(of, dimension) for of in mine):
            yield dimension, value, tuple(of for of in mine if getattr(of, dimension) == value)


def slices(accounts: Iterable[Of]) -> str:
    """The shares of the portfolio that may see a fact of these accounts, as one text."""
    seen = {of.slice for of in accounts}
    return next(iter(seen)) if len(seen) == 1 else ";".join(sorted(seen))
