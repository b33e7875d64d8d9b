"""What has to be known around a batch of events to apply it: read in bulk, kept current while applying."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from sync.records import Address, Contact, EventKind, Interval, Verdict, Visit
from sync.rules.caps import LOOKS_BACK
from sync.rules.cease import closed_channels, closes
from sync.rules.circumstances import Circumstances, DebtDates, Override
from sync.rules.clauses import StopKind

from ..doors import Packs
from ..packs import at_office, pack_of
from ..store import debt_dates, encounters, known, overrides, stop_states, visits
from ..store.known import Holding
from .said import Said


@dataclass
class Stop:
    """Something that stops collection from a debtor, or for one account of his."""

    kind: StopKind
    account: str | None
    since: datetime
    until: datetime | None
    channels: tuple[str, ...] = ()  # those it closes; empty: every one

    def held(self, account: str, moment: datetime) -> bool:
        concerned = (self.account is None or self.account == account) and closes(self.channels, "visit")
        return concerned and self.since < moment and (self.until is None or moment < self.until)


@dataclass
class Surroundings:
    """Debtors' zones, accounts, visits and the rest that events name; what is not here is not known."""

    zones: dict[str, str]
    accounts: Mapping[str, Mapping[Any, Any]]
    visits: dict[str, Mapping[Any, Any]]
    results: dict[str, Sequence[Mapping[Any, Any]]]
    address_states: dict[str, str]
    holdings: Mapping[str, Sequence[Holding]]
    history: dict[str, list[Contact | Visit]]
    addresses: dict[str, Address] = field(default_factory=dict)
    stops: dict[str, list[Stop]] = field(default_factory=lambda: defaultdict(list))
    packs: Packs = pack_of
    cities: dict[str, str] = field(default_factory=dict)  # by debtor, where some pack keeps local holidays
    dates: dict[str, DebtDates] = field(default_factory=dict)  # by account, where its pack has periods
    overrides: dict[str, tuple[Override, ...]] = field(default_factory=dict)
    # The visits of this very batch as they were told, and what was said of them.
    judged: dict[str, tuple[Visit, Verdict]] = field(default_factory=dict)

    @classmethod
    def nothing(cls) -> Surroundings:
        return cls({}, {}, {}, {}, {}, {}, {})

    @classmethod
    def of(cls, connection: Connection, agent_id: str, events: Sequence[Said]) -> Surroundings:
        held = visits.by_id(connection, _named(events, "visit"))
        debtors = {*_named(events, "debtor"), *(row["debtor_id"] for row in held.values())}
        known.lock_debtors(connection, debtors)
        zones = known.debtor_zones(connection, debtors)
        results = visits.results_of(connection, held)
        addresses = known.addresses_named(connection, _named(events, "address"))
        told = {row["account_id"] for rows in results.values() for row in rows}
        around = cls(
            zones=zones,
            accounts=known.accounts_named(connection, _accounts(events) | told),
            visits=dict(held),
            results=dict(results),
            address_states={name: address.state for name, address in addresses.items()},
            addresses=addresses,
            holdings=known.holdings(connection, agent_id, zones),
            history=_history(connection, zones, events),
        )
        around._circumstances(connection)
        for row in stop_states.of_debtors(connection, zones):
            kind = StopKind(row["state"])
            closed = closed_channels(kind, row["detail"] or {})
            stop = Stop(kind, row["account_id"], row["since"], row["until"], closed)
            around.stops[row["debtor_id"]].append(stop)
        return around

    def _circumstances(self, connection: Connection) -> None:
        """What else bears on a visit, read only where a pack concerned has a rule on it."""
        self.packs = at_office(connection)
        held = {name: self.packs(row["pack"]) for name, row in self.accounts.items()}
        packs = [policy for policy in held.values() if policy is not None]
        if any(policy.local_holidays for policy in packs):
            self.cities = known.cities(connection, self.zones)
        if any(policy.overrides is not None for policy in packs):
            self.overrides = overrides.in_force(connection, self.zones)
        aged = [name for name, policy in held.items() if policy is not None and policy.periods]
        self.dates = debt_dates.of(connection, {name: self.accounts[name] for name in aged})

    def circumstances(self, debtor: str, account: str, address: str | None) -> Circumstances:
        """What bears on a visit to the debtor about this account, besides hour, place and party."""
        named = self.addresses.get(address or "")
        city = named.city.strip() if named is not None else ""
        return Circumstances(
            city or self.cities.get(debtor, ""), self.dates.get(account), self.overrides.get(debtor, ())
        )

    def add_visit(self, row: Mapping[str, Any], visit: Visit) -> None:
        """A visit of this very batch, for the events after it."""
        self.visits[visit.id] = row
        self.results[visit.id] = [
            {
                "account_id": result.account,
                "result": result.result.value,
                "reason": None if result.reason is None else result.reason.value,
                "detail": result.detail,
            }
            for result in visit.results
        ]
        self.history.setdefault(visit.debtor, []).append(visit)

    def add_contact(self, row: Mapping[str, Any]) -> None:
        happened = Interval(row["started"], row["ended"])
        contact = Contact(row["id"], row["debtor_id"], row["channel"], happened, row["effective"])
        self.history.setdefault(contact.debtor, []).append(contact)

    def set_stop(
        self,
        debtor: str,
        kind: StopKind,
        account: str | None,
        since: datetime,
        until: datetime | None,
        channels: tuple[str, ...] = (),
    ) -> bool:
        """False when the same stop stands already for as long: a second word on it adds nothing."""
        for stop in self.stops[debtor]:
            longer = stop.until is None or (until is not None and until <= stop.until)
            wider = not stop.channels or (bool(channels) and set(channels) <= set(stop.channels))
            if stop.kind is kind and stop.account == account and longer and wider:
                return False
        self.stops[debtor].append(Stop(kind, account, since, until, channels))
        return True

    def stopped(self, debtor: str, account: str, moment: datetime) -> set[StopKind]:
        """What stopped collection of this account at that moment, before it."""
        return {stop.kind for stop in self.stops[debtor] if stop.held(account, moment)}


def _history(
    connection: Connection, debtors: Iterable[str], events: Sequence[Said]
) -> dict[str, list[Contact | Visit]]:
    began = [said.body["happened"]["start"] for said in events if "happened" in said.body]
    if not began:
        return {}
    return encounters.met(connection, debtors, min(began) - LOOKS_BACK)


def _named(events: Iterable[Said], name: str) -> set[str]:
    return {said.body[name] for said in events if said.body.get(name) is not None}


def _accounts(events: Iterable[Said]) -> set[str]:
    found = _named(events, "account")
    for said in events:
        told = said.body.get("results", [])
        if said.entry.kind == EventKind.VISIT_AMENDED:
            told = said.body["replaces"].get("results", [])
        if isinstance(told, list):
            found |= {
                result["account"]
                for result in told
                if isinstance(result, dict) and isinstance(result.get("account"), str)
            }
    return found
