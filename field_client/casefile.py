"""One debtor's case on a day: each account aged, its promises judged, what the rules say. Reads no store.

Everything here is computed for `now` and never kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from sync.fold import DebtorState, KnownAccount
from sync.records import Address, AddressKind, Interval, Payment, Place, Promise, Verdict
from sync.rules.ageing import Standing, standing
from sync.rules.answers import strictest
from sync.rules.contact import judge_visit, next_allowed
from sync.rules.policy import Policy, zone_of
from sync.rules.promise import PromiseStanding, standings

VISIT = timedelta(minutes=12)
PLACE_OF: Mapping[AddressKind, Place] = {
    AddressKind.HOME: Place.HOME,
    AddressKind.WORK: Place.WORK,
    AddressKind.BUSINESS: Place.BUSINESS,
    AddressKind.GUARANTOR_HOME: Place.GUARANTOR_HOME,
    AddressKind.OTHER: Place.OTHER,
}


@dataclass(frozen=True)
class AccountCase:
    """One account on the day. `policy` None: its pack is not known here, so nothing is allowed."""

    known: KnownAccount
    policy: Policy | None
    standing: Standing | None
    payments: tuple[Payment, ...]
    promises: tuple[tuple[Promise, PromiseStanding | None], ...]
    verdict: Verdict

    @property
    def id(self) -> str:
        return self.known.account.id

    @property
    def total(self) -> Decimal | None:
        return self.standing.total if self.standing else None


@dataclass(frozen=True)
class Case:
    """The debtor, his accounts and the rules' word on a visit now at `address`."""

    state: DebtorState
    now: datetime
    today: date
    address: Address | None
    accounts: tuple[AccountCase, ...]
    verdict: Verdict
    next_allowed: datetime | None

    @property
    def zone(self) -> str:
        return self.state.zone

    @property
    def policies(self) -> dict[str, Policy | None]:
        """The pack of each account, by account."""
        return {case.id: case.policy for case in self.accounts}

    @property
    def totals(self) -> dict[str, Decimal]:
        return {case.id: case.total for case in self.accounts if case.total is not None}

    @property
    def currencies(self) -> dict[str, str]:
        return {case.id: case.known.account.currency for case in self.accounts}


def case_of(
    state: DebtorState, policies: Mapping[str, Policy], now: datetime, address: str | None = None
) -> Case:
    """The case as it stands at `now`; `address` is the one to be visited, else his first accepted one."""
    today = now.astimezone(zone_of(state.zone) or ZoneInfo("UTC")).date()
    where = address_of(state, address)
    accounts = tuple(
        _account(state, known, policies.get(known.account.pack), now, today, where)
        for known in state.accounts.values()
    )
    verdict = strictest(case.verdict for case in accounts)
    return Case(state, now, today, where, accounts, verdict, when_next(state, accounts, now))


def address_of(state: DebtorState, id: str | None) -> Address | None:
    """The address named, else the first accepted one, else any."""
    named = next((one for one in state.addresses if one.id == id), None)
    accepted = next((one for one in state.addresses if one.state == "accepted"), None)
    return named or accepted or next(iter(state.addresses), None)


def place_at(address: Address | None) -> Place:
    return PLACE_OF[address.kind] if address else Place.HOME


def _account(
    state: DebtorState,
    known: KnownAccount,
    policy: Policy | None,
    now: datetime,
    today: date,
    address: Address | None,
) -> AccountCase:
    account = known.account
    payments = tuple(payment for payment in state.payments if payment.account == account.id)
    aged = None
    if account.balance is not None:
        edges = (policy.ageing_edges,) if policy else ()
        aged = standing(account.balance, payments, today, *edges)
    verdict = judge_visit(
        policy,
        Interval(now, now + VISIT),
        state.zone,
        place=place_at(address),
        credit_type=account.credit_type,
        exception_evidence=account.exception_evidence,
        history=state.history,
        address_state=address.state if address else "accepted",
        stops=state.stops(account.id, today),
    )
    return AccountCase(known, policy, aged, payments, _promises(state, known, policy, today), verdict)


def _promises(
    state: DebtorState, known: KnownAccount, policy: Policy | None, today: date
) -> tuple[tuple[Promise, PromiseStanding | None], ...]:
    """The account's promises, newest first, each with what became of it where the pack says how to tell."""
    made = [promise for promise in state.promises if promise.account == known.account.id]
    judged: Mapping[str, PromiseStanding] = {}
    if policy is not None:
        judged = standings(
            made,
            state.payments,
            policy,
            today,
            known.payments_through,
            cancelled=dict(state.cancelled),
            zone=state.zone,
        )
    return tuple((promise, judged.get(promise.id)) for promise in reversed(made))


def when_next(state: DebtorState, accounts: tuple[AccountCase, ...], now: datetime) -> datetime | None:
    """When may I? The first moment at which the hours and caps of every account's pack allow a visit."""
    moment: datetime | None = now
    for _ in range(10):
        asked = moment
        for case in accounts:
            if moment is not None:
                moment = next_allowed(case.policy, moment, state.zone, duration=VISIT, history=state.history)
        if moment is None or moment == asked:
            return moment
    return None
