"""One debtor's case on a day: each account aged, its promises judged, what the rules say. Reads no store.

Everything here is computed for `now` and never kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from zoneinfo import ZoneInfo

from sync.fold import DebtorState, KnownAccount
from sync.records import Address, Contact, Payment, Promise, Verdict
from sync.rules import asking as questions
from sync.rules.ageing import Standing, standing
from sync.rules.answers import strictest
from sync.rules.asking import PLACE_OF, VISIT, Asked, Said, place_at
from sync.rules.contact import next_allowed
from sync.rules.debt import Breakdown, breakdown
from sync.rules.policy import Policy, zone_of
from sync.rules.promise import PromiseStanding, made_again, reminders, standings

from .asking import asked

__all__ = ["PLACE_OF", "VISIT", "AccountCase", "Case", "address_of", "case_of", "place_at", "when_next"]


@dataclass(frozen=True)
class AccountCase:
    """One account on the day. `policy` None: its pack is not known here, so nothing is allowed."""

    known: KnownAccount
    policy: Policy | None
    standing: Standing | None
    payments: tuple[Payment, ...]
    promises: tuple[tuple[Promise, PromiseStanding | None], ...]
    verdict: Verdict
    asked: Asked

    @cached_property
    def said(self) -> Said:
        """Why, and when: reckoned only for a page that shows it."""
        return questions.answer(self.asked)

    @property
    def objections(self) -> tuple[object, ...]:
        """What the rules have against it, and until when."""
        against = (ruling for ruling in self.said.verdict.rulings if ruling.decision != "allow")
        return (*against, self.said.next_allowed)

    @property
    def id(self) -> str:
        return self.known.account.id

    def made_again(self, visit: str, before: datetime | None) -> int:
        """How often in a row it was promised before this visit and not kept."""
        earlier = [
            (one, stands)
            for one, stands in self.promises
            if one.visit != visit and (before is None or one.made_at < before)
        ]
        return made_again([one for one, _ in earlier], {one.id: held for one, held in earlier if held})

    @property
    def breakdown(self) -> Breakdown | None:
        """The lines of its balance today, which add up; None where no balance was told."""
        held = self.known.account.balance
        return breakdown(held, self.standing) if held is not None and self.standing is not None else None

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

    @staticmethod
    def told_alike(accounts: Sequence[AccountCase]) -> list[list[AccountCase]]:
        """The accounts to which the same rules object, and until the same moment: it is said once."""
        groups: list[list[AccountCase]] = []
        for one in accounts:
            alike = (
                group
                for group in groups
                if group[0].policy == one.policy and group[0].objections == one.objections
            )
            group = next(alike, None)
            if group is None:
                groups.append([one])
            else:
                group.append(one)
        return groups

    @property
    def totals(self) -> dict[str, Decimal]:
        return {case.id: case.total for case in self.accounts if case.total is not None}

    @property
    def currencies(self) -> dict[str, str]:
        return {case.id: case.known.account.currency for case in self.accounts}


def case_of(
    state: DebtorState,
    policies: Mapping[str, Policy],
    now: datetime,
    address: str | None = None,
    places: Sequence[Contact] = (),
) -> Case:
    """The case as it stands at `now`; `address` is the one to be visited, else his first accepted one.

    `places` are the stops that routes hold for him, which count in his caps.
    """
    today = now.astimezone(zone_of(state.zone) or ZoneInfo("UTC")).date()
    where = address_of(state, address)
    accounts = tuple(
        _account(state, known, policies, now, today, where, places) for known in state.accounts.values()
    )
    verdict = strictest(case.verdict for case in accounts)
    return Case(state, now, today, where, accounts, verdict, when_next(state, accounts, now))


def address_of(state: DebtorState, id: str | None) -> Address | None:
    """The address named, else the first accepted one, else any."""
    return questions.address_of(state.addresses, id)


def _account(
    state: DebtorState,
    known: KnownAccount,
    policies: Mapping[str, Policy],
    now: datetime,
    today: date,
    address: Address | None,
    places: Sequence[Contact],
) -> AccountCase:
    account, policy = known.account, policies.get(known.account.pack)
    payments = tuple(payment for payment in state.payments if payment.account == account.id)
    aged = None
    if account.balance is not None:
        edges = (policy.ageing_edges,) if policy else ()
        aged = standing(account.balance, payments, today, *edges)
    question = asked(state, known, policies, now, address, places)
    promises = promises_of(state, known, policy, today)
    return AccountCase(known, policy, aged, payments, promises, questions.judge(question), question)


def promises_of(
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
            reminded=reminders(made, state.history, policy, state.zone),
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
                moment = next_allowed(
                    case.policy,
                    moment,
                    state.zone,
                    duration=VISIT,
                    history=case.asked.history,
                    about=case.asked.about,
                )
        if moment is None or moment == asked:
            return moment
    return None
