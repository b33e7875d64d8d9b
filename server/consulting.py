"""Consults the rules about one real account: may it be contacted then, why not, and when? Stores nothing.

Everything the office knows of the debtor bears on it: his zone and municipality, every contact on every
channel, what stops collection, the places that published routes hold for him, what somebody set aside. The
answer is the rules' own (`sync.rules.asking`), the one the laptop shows on its pages.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine

from sync.records import Account, Contact, Party, Place, Refused, Ruling, Visit
from sync.rules.asking import VISIT, Asked, Said, address_of, answer, own_places, place_at
from sync.rules.caps import LOOKS_BACK
from sync.rules.clauses import CHANNELS
from sync.rules.policy import local_day, zone_of
from sync.words import N_, Phrase

from .doors import Packs
from .packs import at_office, pack_of
from .store import accounts, cases, encounters, known, lenders, seats
from .store.cases import Case
from .store.engine import reading


@dataclass(frozen=True)
class Question:
    """A contact thought of, as a person asks. `at` without a zone is the debtor's own clock."""

    at: datetime
    channel: str = "visit"
    address: str | None = None
    place: Place | None = None
    party: Party | None = None
    pays: bool = False
    reason_asked: bool = False
    lasts: timedelta = VISIT


@dataclass(frozen=True)
class Consulted:
    """The answer for one account; `at` is the moment asked about, in the debtor's zone."""

    account: Account
    lender: str
    debtor: str
    zone: str
    at: datetime
    channel: str
    said: Said

    def to_json(self) -> dict[str, Any]:
        when = self.said.next_allowed
        where = zone_of(self.zone) or UTC
        return {
            "account": self.account.number,
            "lender": self.lender,
            "debtor": self.debtor,
            "at": self.at.astimezone(where).isoformat(timespec="minutes"),
            "zone": self.zone,
            "channel": self.channel,
            "pack": self._pack(),
            "verdict": self.said.verdict.decision,
            "rule": self.said.ruling.rule,
            "source": self.said.ruling.source,
            "because": str(self.said.ruling.because),
            "rulings": [self._ruling(one) for one in self.said.decisive],
            "next_allowed": when.astimezone(where).isoformat(timespec="minutes") if when else None,
        }

    def _pack(self) -> dict[str, Any]:
        policy = self.said.policy
        if policy is None:
            return {"name": self.account.pack, "known": False}
        return {
            "name": policy.name,
            "known": True,
            "title": policy.title,
            "version": policy.version,
            "confidence": policy.confidence,
            "needs_signoff": policy.needs_signoff,
            "signed_off_by": policy.reviewer,
        }

    def _ruling(self, ruling: Ruling) -> dict[str, Any]:
        cite = self.said.cite(ruling)
        return {
            "rule": ruling.rule,
            "decision": ruling.decision,
            "because": str(ruling.because),
            "source": ruling.source,
            "quote": cite.quote if cite else "",
            "confidence": cite.confidence if cite else "",
        }


def consult(
    engine: Engine,
    account: str,
    question: Question,
    *,
    lender: str | None = None,
    now: datetime,
    packs: Packs = pack_of,
) -> list[Consulted] | Refused:
    """The answer for each account with this number or id, of `lender` where it is named."""
    if question.channel not in CHANNELS:
        text = N_("El canal debe ser uno de: {channels}")
        return Refused(Phrase(text, {"channels": ", ".join(CHANNELS)}), "ask.channel")
    with reading(engine) as connection:
        found = accounts.named(connection, account)
        answers = answered(connection, found, question, now=now, packs=packs)
    if lender is not None:
        answers = [one for one in answers if one.lender == lender]
    if not answers:
        text = N_("ninguna cuenta tiene el número {number}")
        return Refused(Phrase(text, {"number": account}), "account.unknown")
    return answers


def answered(
    connection: Connection,
    owners: dict[str, str],
    question: Question,
    *,
    now: datetime,
    packs: Packs = pack_of,
) -> list[Consulted]:
    """An answer for each account; `owners` are account ids with their debtors'."""
    packs = at_office(connection, packs)
    zones = known.debtor_zones(connection, set(owners.values()))
    together: dict[datetime, list[str]] = {}
    for debtor, zone in sorted(zones.items()):
        together.setdefault(_aware(question.at, zone), []).append(debtor)
    return [
        one
        for at, debtors in together.items()
        for one in _of_debtors(connection, debtors, set(owners), replace(question, at=at), now, packs)
    ]


def _of_debtors(
    connection: Connection,
    debtors: list[str],
    wanted: Collection[str],
    question: Question,
    now: datetime,
    packs: Packs,
) -> list[Consulted]:
    """Those asked about at one moment, read together: a page asks of fifty at once."""
    at = question.at
    day = local_day(max(at, now), "UTC") + timedelta(days=1)
    found = cases.of(connection, debtors, day, at)
    met = encounters.history(connection, debtors, min(at, now) - LOOKS_BACK)
    # A day back in any zone: what lies before the day asked about is left out below.
    held = seats.reserved(connection, debtors, at.date() - timedelta(days=2), but=((), ()))
    mine = [account for case in found.values() for account in case.accounts if account.id in wanted]
    names = lenders.names_of(connection, {account.lender for account in mine})
    answers = []
    for debtor in debtors:
        case = found[debtor]
        zone = case.debtor.zone
        history = (*met.get(debtor, ()), *own_places(held.get(debtor, ()), at, zone))
        answers += [
            Consulted(
                account,
                names[account.lender],
                debtor,
                zone,
                at,
                question.channel,
                answer(_asked(case, account, question, history, packs)),
            )
            for account in case.accounts
            if account.id in wanted
        ]
    return answers


def _asked(
    case: Case, account: Account, question: Question, history: Sequence[Contact | Visit], packs: Packs
) -> Asked:
    where = address_of([one for one in case.addresses if one.state != "rejected"], question.address)
    place = question.place
    if place is None and question.channel == "visit":
        place = place_at(where)
    return Asked(
        account=account,
        policy=packs(account.pack),
        zone=case.debtor.zone,
        at=question.at,
        channel=question.channel,
        place=place,
        party=question.party,
        address_state=where.state if where else "accepted",
        pays=question.pays,
        reason_asked=question.reason_asked,
        lasts=question.lasts,
        history=history,
        stops=case.stops_of(account.id, question.channel),
        about=case.circumstances(account, where),
    )


def _aware(at: datetime, zone: str) -> datetime:
    """A local time on the debtor's own clock; in UTC where his zone is not known, which the rules refuse."""
    return at if at.tzinfo is not None else at.replace(tzinfo=zone_of(zone) or UTC).astimezone(UTC)
