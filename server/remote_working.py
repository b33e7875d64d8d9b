"""The worklist of those who may not be visited: by what channel and when each may lawfully be contacted.

Everything the office knows bears on it, as in `server.consulting`. Of debtors whom nobody contacted lately
the answer is the same, and is asked once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from sync.money import written
from sync.records import Account, Address, Contact, Visit
from sync.rules.asking import Asked, address_of, judge, own_places, when_next
from sync.rules.caps import LOOKS_BACK
from sync.rules.contact import deciding
from sync.rules.policy import zone_of
from sync.words import Phrase

from .doors import Debt, Packs, debts
from .packs import at_office, pack_of
from .store import cases, encounters, lenders, phones, remote, seats
from .store.cases import Case
from .store.remote import Barred, Held

CHANNELS = ("call", "message", "email", "letter")
LASTS = timedelta(minutes=5)


@dataclass(frozen=True)
class RowAccount:
    """An account of the row: what is owed, and why nobody visits it."""

    id: str
    number: str
    lender: str
    currency: str
    dpd: int | None
    overdue: str
    overdue_amount: Decimal | None
    barred: Barred


@dataclass(frozen=True)
class Next:
    """When and by what he may be contacted next; `warning` where the rules are not sure."""

    channel: str
    at: datetime
    warning: Phrase | None = None


@dataclass(frozen=True)
class Row:
    """One debtor. `next` None: by no channel while `stopped` stands. `now`: the channels open at once."""

    debtor: str
    name: str
    zone: str
    worker: str | None
    worker_name: str
    since: date
    because: Phrase
    accounts: tuple[RowAccount, ...]
    phones: tuple[Mapping[str, Any], ...]
    next: Next | None
    now: tuple[str, ...]
    stopped: Phrase | None

    @property
    def lacks_evidence(self) -> bool:
        return any(account.barred.lacks_evidence for account in self.accounts)

    def to_json(self) -> dict[str, Any]:
        where = zone_of(self.zone) or UTC
        return {
            "debtor": self.debtor,
            "name": self.name,
            "agent": self.worker_name or None,
            "since": self.since.isoformat(),
            "because": str(self.because),
            "accounts": [
                {
                    "number": one.number,
                    "lender": one.lender,
                    "days_past_due": one.dpd,
                    "overdue": one.overdue,
                    "currency": one.currency,
                    "no_visit_because": str(one.barred.because),
                    "rule": one.barred.rule,
                    "source": one.barred.source,
                    "missing_evidence": one.barred.lacks_evidence,
                }
                for one in self.accounts
            ],
            "channel": self.next.channel if self.next else None,
            "next_allowed": self.next.at.astimezone(where).isoformat(timespec="minutes")
            if self.next
            else None,
            "warning": str(self.next.warning) if self.next and self.next.warning else None,
            "open_now": list(self.now),
            "stopped": str(self.stopped) if self.stopped else None,
        }


def rows(
    connection: Connection,
    *,
    day: date,
    now: datetime,
    workers: Collection[str | None] | None = None,
    debtors: Collection[str] | None = None,
    packs: Packs = pack_of,
) -> list[Row]:
    """The worklist of these workers (None among them: what nobody has), or of all; of these debtors only.

    Those who may be contacted first come first; those who may not at all come last.
    """
    packs = at_office(connection, packs)
    held = remote.every_open(connection, debtors)
    held = {debtor: row for debtor, row in held.items() if workers is None or row.worker in workers}
    known = cases.of(connection, held, day, now)
    met = encounters.history(connection, held, now - LOOKS_BACK)
    booked = seats.reserved(connection, held, (now - timedelta(days=1)).date(), but=((), ()))
    reach = phones.accepted(connection, held)
    names = lenders.names_of(connection, {one.lender for case in known.values() for one in case.accounts})
    people = {one.id: one.name for one in remote.workers(connection)}
    asking = _Asking(now, packs)
    made = []
    for debtor, row in held.items():
        case = known[debtor]
        history = (*met.get(debtor, ()), *own_places(booked.get(debtor, ()), now, case.debtor.zone))
        accounts = _accounts(case, row, debts(case, day, packs), names)
        found = asking.of(case, [one for one in case.accounts if one.id in _ids(row)], history)
        made.append(
            Row(
                debtor=debtor,
                name=case.debtor.name,
                zone=case.debtor.zone,
                worker=row.worker,
                worker_name=people.get(row.worker or "", ""),
                since=row.since,
                because=row.because,
                accounts=accounts,
                phones=tuple(reach.get(debtor, ())),
                next=found.next,
                now=found.open,
                stopped=found.stopped,
            )
        )
    last = now + timedelta(days=3650)
    return sorted(made, key=lambda one: (one.next.at if one.next else last, one.name, one.debtor))


def _ids(row: Held) -> set[str]:
    return {one.account for one in row.accounts}


def _accounts(
    case: Case, row: Held, owed: Iterable[Debt], names: Mapping[str, str]
) -> tuple[RowAccount, ...]:
    stands = {debt.account.id: debt.standing for debt in owed}
    by_id = {account.id: account for account in case.accounts}
    found = []
    for barred in row.accounts:
        account = by_id.get(barred.account)
        if account is None:
            continue
        standing = stands.get(account.id)
        found.append(
            RowAccount(
                account.id,
                account.number,
                names.get(account.lender, ""),
                account.currency,
                standing.dpd if standing else None,
                written(standing.overdue, account.currency) if standing else "",
                standing.overdue if standing else None,
                barred,
            )
        )
    return tuple(found)


@dataclass(frozen=True)
class _Found:
    next: Next | None
    open: tuple[str, ...]
    stopped: Phrase | None


class _Asking:
    """Asks the rules, once for all debtors about whom nothing differs."""

    def __init__(self, now: datetime, packs: Packs) -> None:
        self.now, self.packs = now, packs
        self.known: dict[tuple[Any, ...], datetime | None] = {}

    def of(self, case: Case, accounts: Sequence[Account], history: Sequence[Contact | Visit]) -> _Found:
        where = address_of([one for one in case.addresses if one.state != "rejected"], None)
        best: Next | None = None
        open_now = []
        for channel in CHANNELS:
            asked = [self._asked(case, account, channel, where, history) for account in accounts]
            at = self._common(asked)
            if at is None:
                continue
            if at <= self.now:
                open_now.append(channel)
            if best is None or at < best.at:
                best = Next(channel, at, self._warning(asked, at))
        stopped = None
        if best is None and accounts:
            verdict = judge(self._asked(case, accounts[0], "call", where, history))
            ruling = deciding(verdict)
            stopped = ruling.because if ruling is not None else None
        return _Found(best, tuple(open_now), stopped)

    def _asked(
        self,
        case: Case,
        account: Account,
        channel: str,
        where: Address | None,
        history: Sequence[Contact | Visit],
    ) -> Asked:
        return Asked(
            account=account,
            policy=self.packs(account.pack),
            zone=case.debtor.zone,
            at=self.now,
            channel=channel,
            lasts=LASTS,
            history=history,
            stops=case.stops_of(account.id, channel),
            about=case.circumstances(account, where),
        )

    def _common(self, asked: Sequence[Asked]) -> datetime | None:
        """The first moment at which every account's pack allows it."""
        moment: datetime | None = self.now
        for _ in range(10):
            before = moment
            for one in asked:
                if moment is not None:
                    moment = self._next(one, moment)
            if moment is None or moment == before:
                return moment if asked else None
        return None

    def _next(self, asked: Asked, after: datetime) -> datetime | None:
        key = self._key(asked, after)
        if key is None:
            return when_next(_at(asked, after))
        if key not in self.known:
            self.known[key] = when_next(_at(asked, after))
        return self.known[key]

    def _key(self, asked: Asked, after: datetime) -> tuple[Any, ...] | None:
        """All that the answer depends on; None where it is this debtor's alone."""
        policy, about = asked.policy, asked.about
        if asked.history or asked.stops or about.overrides or policy is None or policy.periods:
            return None
        return policy.version, asked.channel, asked.zone, about.municipality, about.outside, after

    def _warning(self, asked: Sequence[Asked], at: datetime) -> Phrase | None:
        for one in asked:
            verdict = judge(_at(one, at))
            ruling = deciding(verdict)
            if verdict.decision == "warn" and ruling is not None:
                return ruling.because
        return None


def _at(asked: Asked, at: datetime) -> Asked:
    return Asked(**(vars(asked) | {"at": at}))
