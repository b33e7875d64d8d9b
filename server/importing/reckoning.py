"""Counts an imported file by bucket, and how many of its old accounts the pack lets visit. Knows no store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from sync.records import Account, AccountState, Place
from sync.rules import ageing, eligibility
from sync.rules.circumstances import DebtDates
from sync.rules.policy import Policy, StopKind

from .rows import PortfolioRow


@dataclass
class Reckoning:
    """`visitable` + the barred = `at_field`: the accounts old enough for the field, each counted once.

    `lacking`: of the barred, those whose credit type has an exception that only lacks its document.
    """

    buckets: dict[str, int]
    at_field: int = 0
    visitable: int = 0
    lacking: int = 0
    barred: dict[str, int] = field(default_factory=dict)


def reckoned(
    rows: Iterable[PortfolioRow],
    states: Mapping[str, AccountState],
    evidence: Mapping[str, str],
    stops: Mapping[str, Collection[StopKind]],
    policy: Policy,
    as_of: date,
) -> Reckoning:
    """The open accounts of the file on its as-of day. `stops`: number → what stops its collection."""
    counted: Counter[str] = Counter()
    found = Reckoning({})
    barred: Counter[str] = Counter()
    for row in rows:
        if row.balance is None or states[row.number] is not AccountState.OPEN:
            continue
        dpd = ageing.days_past_due(row.balance, as_of)
        counted[ageing.bucket(dpd, policy.ageing_edges)] += 1
        if dpd < policy.field_from_dpd:
            continue
        found.at_field += 1
        account = _account(row, evidence.get(row.number, ""))
        verdict = eligibility.may_be_visited(
            account,
            policy,
            as_of,
            stops=stops.get(row.number, ()),
            dpd=dpd,
            dates=DebtDates(row.balance.oldest_due, row.last_payment_on),
        )
        if not verdict.blocked:
            found.visitable += 1
            continue
        found.lacking += eligibility.lacks_evidence(
            policy, Place.HOME, account.credit_type, account.exception_evidence
        )
        barred[next(ruling.rule for ruling in verdict.rulings if ruling.decision == "block")] += 1
    found.buckets = {name: counted[name] for name in ageing.buckets(policy.ageing_edges)}
    found.barred = dict(sorted(barred.items()))
    return found


def _account(row: PortfolioRow, evidence: str) -> Account:
    return Account(
        id="",
        lender="",
        number=row.number,
        currency=row.currency,
        credit_type=row.word("credit_type"),
        exception_evidence=evidence,
    )
