"""Answers "may I, why not, and when may I?" for one account at one moment. Knows no store and no clock.

Both sides ask through this: the office for its command and pages, the laptop behind its case and visit
pages. What they know of the account is theirs to bring.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ..records import Account, Address, AddressKind, Contact, Interval, Party, Place, Ruling, Verdict, Visit
from .caps import OWN_PLACE
from .circumstances import NONE, Circumstances
from .clauses import Cite, StopKind
from .contact import deciding, judge_contact, judge_visit, next_allowed
from .policy import Policy, local_day

# How long a visit is taken to last before anybody knows.
VISIT = timedelta(minutes=12)
PLACE_OF: Mapping[AddressKind, Place] = {
    AddressKind.HOME: Place.HOME,
    AddressKind.WORK: Place.WORK,
    AddressKind.BUSINESS: Place.BUSINESS,
    AddressKind.GUARANTOR_HOME: Place.GUARANTOR_HOME,
    AddressKind.OTHER: Place.OTHER,
}


@dataclass(frozen=True)
class Asked:
    """A contact thought of. `place` and `party` None: not known yet; a visit is then to a home."""

    account: Account
    policy: Policy | None
    zone: str
    at: datetime
    channel: str = "visit"
    place: Place | None = None
    party: Party | None = None
    address_state: str = "accepted"
    pays: bool = False
    reason_asked: bool = False
    lasts: timedelta = VISIT
    history: Sequence[Contact | Visit] = ()
    stops: Collection[StopKind] = ()
    about: Circumstances = NONE


@dataclass(frozen=True)
class Said:
    """The verdict, the ruling that decides it, and the first moment at which it may be done: None when no
    waiting helps, be it that a rule has nothing to do with time or that no day of two months is open."""

    verdict: Verdict
    ruling: Ruling
    next_allowed: datetime | None
    policy: Policy | None

    @property
    def decisive(self) -> tuple[Ruling, ...]:
        """Every ruling that decides: one would do."""
        decision = self.verdict.decision
        return tuple(one for one in self.verdict.rulings if one.decision == decision)

    def cite(self, ruling: Ruling) -> Cite | None:
        """The source of a ruling's rule as the pack has it, with its quote and how sure it is."""
        return self.policy.cite(ruling.rule) if self.policy is not None else None


def answer(asked: Asked) -> Said:
    """The pack's word on the contact as it is thought of, and when it may be done."""
    verdict = judge(asked)
    ruling = deciding(verdict)
    if ruling is None:
        raise ValueError("every verdict has a ruling")
    return Said(verdict, ruling, when_next(asked), asked.policy)


def judge(asked: Asked) -> Verdict:
    """The verdict at the moment asked about."""
    happens = Interval(asked.at, asked.at + asked.lasts)
    discussed = asked.party is not Party.NOBODY
    if asked.channel == "visit":
        return judge_visit(
            asked.policy,
            happens,
            asked.zone,
            place=asked.place or Place.HOME,
            party=asked.party,
            credit_type=asked.account.credit_type,
            exception_evidence=asked.account.exception_evidence,
            history=asked.history,
            payment_taken=asked.pays,
            reason_asked=asked.reason_asked,
            address_state=asked.address_state,
            debt_discussed=discussed,
            stops=asked.stops,
            about=asked.about,
        )
    return judge_contact(
        asked.policy,
        happens,
        asked.zone,
        asked.channel,
        party=asked.party,
        history=asked.history,
        stops=asked.stops,
        debt_discussed=discussed,
        place=asked.place,
        credit_type=asked.account.credit_type,
        exception_evidence=asked.account.exception_evidence,
        about=asked.about,
    )


def when_next(asked: Asked) -> datetime | None:
    """The first moment not before the one asked about at which all of the pack allows it."""
    when = next_allowed(
        asked.policy,
        asked.at,
        asked.zone,
        channel=asked.channel,
        duration=asked.lasts,
        history=asked.history,
        about=asked.about,
    )
    if when is None or judge(replace(asked, at=when)).blocked:
        return None
    return when


def own_places(reserved: Iterable[Contact], at: datetime, zone: str) -> list[Contact]:
    """Stops of the debtor that routes still hold a place for, on the day asked about or later: each takes
    its place in the caps of every day but its own, on which it is the very visit asked about."""
    today = local_day(at, zone)
    return [
        replace(contact, source=OWN_PLACE)
        for contact in reserved
        if local_day(contact.happened.start, zone) >= today
    ]


def address_of(addresses: Sequence[Address], id: str | None) -> Address | None:
    """The address named, else the first accepted one, else any."""
    named = next((one for one in addresses if one.id == id), None)
    accepted = next((one for one in addresses if one.state == "accepted"), None)
    return named or accepted or next(iter(addresses), None)


def place_at(address: Address | None) -> Place:
    return PLACE_OF[address.kind] if address else Place.HOME
