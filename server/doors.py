"""Decides which of a debtor's debts may be visited, and at which of his addresses. Knows no agent, no store.

It asks the rules of each account's own pack; it keeps the refusals, because every account that is
not visited must be able to say why.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from sync.records import Account, AccountState, Address, AddressKind, Place, Precision, Ruling, Verdict
from sync.rules.ageing import Standing, standing
from sync.rules.asking import PLACE_OF
from sync.rules.circumstances import dates_of
from sync.rules.eligibility import may_be_visited
from sync.rules.policy import Policy, edges_of

from .store.cases import Case

Packs = Callable[[str], Policy | None]

_NEAREST_FIRST = list(Precision)
_KINDS = (
    AddressKind.HOME,
    AddressKind.BUSINESS,
    AddressKind.WORK,
    AddressKind.OTHER,
    AddressKind.GUARANTOR_HOME,
)
# Where no pack says from when a debt goes to the field: only to list the account, which is barred anyway.
FIELD_FROM_DPD = 90
# Seconds at a door where no pack says how long.
SERVICE_S = 900


@dataclass(frozen=True)
class Debt:
    """An open account that is overdue on a day, under its pack (None: the pack is not known)."""

    account: Account
    standing: Standing
    policy: Policy | None

    @property
    def in_field(self) -> bool:
        """True when it is late enough for the field."""
        return self.standing.dpd >= (self.policy.field_from_dpd if self.policy else FIELD_FROM_DPD)


@dataclass(frozen=True)
class Answer:
    """The pack's answer for one debt at one door."""

    debt: Debt
    verdict: Verdict

    @property
    def ruling(self) -> Ruling:
        """The ruling that decides."""
        decision = self.verdict.decision
        return next(ruling for ruling in self.verdict.rulings if ruling.decision == decision)


@dataclass(frozen=True)
class Door:
    """One address of the debtor (None: he has no accepted one) with the answer for each debt."""

    address: Address | None
    place: Place
    answers: tuple[Answer, ...]

    @property
    def allowed(self) -> tuple[Answer, ...]:
        return tuple(answer for answer in self.answers if not answer.verdict.blocked)

    def service_s(self, kind: str) -> int:
        """Seconds at this door for a kind of stop: the longest of the packs of what may be visited here."""
        packs = [answer.debt.policy for answer in self.allowed or self.answers]
        return max((pack.service_s(kind) for pack in packs if pack is not None), default=SERVICE_S)

    @property
    def located(self) -> bool:
        return self.address is not None and located(self.address)


def located(address: Address) -> bool:
    """True when a route may lean on the coordinates: the middle of a zone is no door."""
    return (
        address.lat is not None
        and address.lon is not None
        and address.precision not in (Precision.ZONE, Precision.NONE)
    )


# How far off a place may be whose error nobody reckoned, by how well it is said to be known.
ERROR_M = {
    Precision.DOOR: 15.0,
    Precision.BLOCK: 50.0,
    Precision.STREET: 120.0,
    Precision.ZONE: 1000.0,
    Precision.NONE: 5000.0,
}
# A place that may be further off than this is no place to send anyone unasked.
UNSURE_M = 150.0


def error_m(address: Address) -> float:
    """How far off the address's coordinates may be."""
    return ERROR_M[address.precision] if address.error_m is None else address.error_m


def debts(case: Case, day: date, packs: Packs) -> list[Debt]:
    """The open accounts with something overdue on the day, payments counted."""
    found = []
    for account in case.accounts:
        if account.state is not AccountState.OPEN or account.balance is None:
            continue
        policy = packs(account.pack)
        edges = edges_of(policy)
        stands = standing(account.balance, case.payments_of(account.id), day, edges)
        if stands.overdue > 0:
            found.append(Debt(account, stands, policy))
    return found


def best_door(case: Case, owed: Sequence[Debt], day: date, prefer: Place | None = None) -> Door:
    """The first address, in the order of preference, at which some debt may be visited.

    Where no address allows any, the first one with its refusals; without addresses, the home that is
    not known, so that the refusal is the pack's and not the map's.
    """
    doors = [_door(case, owed, address, day) for address in in_order(case.addresses, prefer)]
    if not doors:
        return _door(case, owed, None, day)
    return next((door for door in doors if door.allowed), doors[0])


def in_order(addresses: Sequence[Address], prefer: Place | None = None) -> list[Address]:
    """The accepted ones: located first, the place agreed on, home before the others, then the most exact."""

    def rank(address: Address) -> tuple[bool, bool, int, int, str]:
        return (
            not located(address),
            prefer is not None and PLACE_OF[address.kind] is not prefer,
            _KINDS.index(address.kind),
            _NEAREST_FIRST.index(address.precision),
            address.id,
        )

    return sorted((address for address in addresses if address.state == "accepted"), key=rank)


def _door(case: Case, owed: Sequence[Debt], address: Address | None, day: date) -> Door:
    place = PLACE_OF[address.kind] if address is not None else Place.HOME
    answers = tuple(
        Answer(
            debt,
            may_be_visited(
                debt.account,
                debt.policy,
                day,
                stops=case.stops_of(debt.account.id),
                place=place,
                dates=dates_of(debt.account, case.payments),
            ),
        )
        for debt in owed
    )
    return Door(address, place, answers)
