"""What is true of one debtor, from facts in any order: `fold(state, fact) → state`, on both sides.

Pure: no I/O, no clock. A fact is what the office said in a feed record or what a laptop said in an
event. Facts of different devices commute, and the same fact twice changes nothing: a state holds one
fact per (topic, id), the office's word before a laptop's, a later word of the office before an earlier.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, time
from functools import cache, cached_property
from types import MappingProxyType
from typing import Any, TypeVar

from marshmallow import Schema

from . import agreed
from .money import written
from .records import (
    Account,
    AccountState,
    Address,
    AddressKind,
    Balance,
    CaseAnswer,
    Conduct,
    Contact,
    ContactPoint,
    Debtor,
    EventKind,
    Interval,
    Known,
    Location,
    LocationSource,
    Party,
    Payment,
    Place,
    Precision,
    Promise,
    Reason,
    Result,
    StepAnswer,
    UsedObjection,
    Visit,
    VisitResult,
)
from .rules.agreement import Agreement, still_promised
from .rules.cease import closed_channels, closes
from .rules.circumstances import Circumstances, Override, dates_of, municipality_of
from .rules.clauses import StopKind
from .rules.freshness import OutsideSource
from .rules.freshness import from_wire as source_from_wire
from .rules.policy import zone_of
from .rules.results import RESULTS
from .rules.stops import open_stops
from .wire.events import VisitBody, load_body
from .wire.feed import RECORDS
from .wire.fields import parse_instant

TOPICS: Mapping[str, str] = {
    "debtor": "debtor",
    "account": "account",
    "payment": "payment",
    "visit": "visit",
    "promise": "promise",
    "contact": "contact",
    "override": "override",
    "skip": "skip",
    "reported": "reported",
    "delivery": "delivery",
    "agreement": "agreement",
    "offer": "offer",
    "suggestion": "suggestion",
    "attachment": "attachment",
    "lender": "lender",
    EventKind.VISIT_RECORDED: "visit",
    EventKind.PROMISE_MADE: "promise",
    EventKind.CONTACT_RECORDED: "contact",
    EventKind.ADDRESS_PROPOSED: "address",
    EventKind.PHONE_PROPOSED: "phone",
    EventKind.PAYMENT_REPORTED: "reported",
    EventKind.VISIT_AMENDED: "amendment",
    EventKind.STOP_SKIPPED: "skip",
    EventKind.NOTICE_DELIVERED: "delivery",
    EventKind.ATTACHMENT_ADDED: "attachment",
    EventKind.AGREEMENT_MADE: "agreement",
    EventKind.OFFER_REQUESTED: "offer",
    EventKind.SUGGESTION_MADE: "suggestion",
}
"""What a fact's kind is about. A kind that is not here (agent, route, policy …) is of no debtor."""

NO_CONDUCT = Conduct()
Told = TypeVar("Told")
Reader = Callable[[str, Mapping[str, Any], datetime], Told]

AMENDABLE = (
    *("address", "place", "party", "happened", "location", "results", "note"),
    *("steps", "objections", "alarms", "answers"),
)


@dataclass(frozen=True)
class Fact:
    """One thing said, its body already typed. `number` is the feed's; None for a laptop's own word."""

    kind: str
    id: str
    body: Mapping[str, Any]
    number: int | None = None
    at: datetime | None = None
    agent: str = ""
    agent_name: str = ""
    digest: bytes = b""

    @property
    def from_office(self) -> bool:
        return self.number is not None

    @property
    def weight(self) -> tuple[bool, int, bytes]:
        """Which of two facts of one id is held. Two bodies under one id never get here from an office
        that quarantines them; the digest only makes the choice the same in every order."""
        return (self.from_office, self.number or 0, self.digest)


def office_said(kind: str, id: str, payload: Mapping[str, Any], number: int = 0) -> Fact:
    """A feed record as a fact. Raises marshmallow's ValidationError when it is not such a record."""
    return Fact(kind, id, _schema(kind).load(dict(payload)), number)


@cache
def _schema(kind: str) -> Schema:
    """Made once: making it takes longer than reading a record with it."""
    return RECORDS[kind]()


def laptop_said(
    kind: str,
    id: str,
    version: int,
    body: Mapping[str, Any],
    *,
    at: datetime,
    agent: str,
    agent_name: str = "",
    digest: bytes = b"",
) -> Fact:
    """An event as a fact; `at` is its header's wall clock. Raises KeyError or ValidationError like
    `load_body`."""
    loaded = load_body(kind, version, dict(body))
    if kind == EventKind.VISIT_AMENDED:
        named = {key: value for key, value in loaded["replaces"].items() if key in AMENDABLE}
        loaded = loaded | {"replaces": VisitBody(partial=True).load(named)}
    return Fact(kind, id, loaded, None, at, agent, agent_name, digest)


@dataclass(frozen=True)
class KnownAccount:
    """An account with what the file says around it."""

    account: Account
    debtor: str
    people: tuple[Mapping[str, str], ...]
    documents: tuple[str, ...]
    payments_through: date | None
    last_payment: date | None
    opened: date | None
    payday: str
    lender_days_past_due: int | None
    answers: tuple[Mapping[str, Any], ...] = ()  # the office's, to the five questions


@dataclass(frozen=True)
class Amendment:
    """A correction of a visit: who said what instead, when and why. The original stays."""

    id: str
    visit: str
    why: str
    at: datetime | None
    agent: str
    replaces: Mapping[str, Any]


@dataclass(frozen=True)
class KnownVisit:
    """A visit as it stands after its amendments, the last of them written at `amended_at`.

    `in_office` tells whether the office holds it.
    """

    visit: Visit
    agent_name: str
    zone: str
    in_office: bool
    amendments: tuple[str, ...]
    amended_at: datetime | None = None


@dataclass(frozen=True)
class ReportedPayment:
    """What the debtor or the collector says was paid; not yet a payment."""

    id: str
    account: str
    visit: str | None
    amount: str
    currency: str
    paid_on: date
    channel: str
    receipt: str


@dataclass(frozen=True)
class Delivered:
    """A paper that was handed over. `agent` "" where the office sent it."""

    id: str
    account: str | None
    visit: str | None
    paper: str
    code: str
    how: str
    party: Party
    sealed: bool
    photo: str | None
    happened: Interval
    note: str
    agent: str
    in_office: bool


@dataclass(frozen=True)
class DebtorState:
    """One debtor: everything said of him, and what follows from it. Equal states hold equal facts."""

    id: str
    facts: Mapping[tuple[str, str], Fact] = field(default_factory=lambda: MappingProxyType({}))

    def of(self, topic: str) -> list[Fact]:
        """The facts of a topic in order of id, which for our own ids is about the order of making."""
        return [self.facts[key] for key in sorted(self.facts) if key[0] == topic]

    @cached_property
    def debtor(self) -> Debtor | None:
        fact = self.facts.get(("debtor", self.id))
        if fact is None:
            return None
        said = fact.body
        return Debtor(
            self.id,
            said["name"],
            said["kind"],
            said["document_type"],
            said["document"],
            said["timezone"],
            said["language"],
        )

    @property
    def zone(self) -> str:
        """The IANA zone in which the debtor's hours are judged."""
        return self.debtor.zone if self.debtor else Debtor.zone

    @cached_property
    def addresses(self) -> tuple[Address, ...]:
        """The office's addresses, then those proposed from the field that it has not taken in yet."""
        fact = self.facts.get(("debtor", self.id))
        held = [_address(self.id, place) for place in fact.body["addresses"]] if fact else []
        known = {address.id for address in held}
        return (*held, *(_proposed_address(said) for said in self.of("address") if said.id not in known))

    @cached_property
    def contact_points(self) -> tuple[ContactPoint, ...]:
        fact = self.facts.get(("debtor", self.id))
        held = [ContactPoint(debtor=self.id, **_only(ContactPoint, point)) for point in _points(fact)]
        known = {point.id for point in held}
        return (*held, *(_proposed_phone(said) for said in self.of("phone") if said.id not in known))

    @cached_property
    def accounts(self) -> Mapping[str, KnownAccount]:
        return {fact.id: _account(fact) for fact in self.of("account")}

    @cached_property
    def payments(self) -> tuple[Payment, ...]:
        """By value date; only of this debtor's accounts."""
        paid = [_payment(fact) for fact in self.of("payment") if fact.body["account"] in self.accounts]
        return tuple(sorted(paid, key=lambda payment: (payment.value_date, payment.id)))

    @cached_property
    def promises(self) -> tuple[Promise, ...]:
        """On this debtor's accounts, by whomever, in the order they were made."""
        made = [
            _promise(fact, self.facts.get(("visit", fact.body["visit"])))
            for fact in self.of("promise")
            if fact.body["account"] in self.accounts
        ]
        return tuple(sorted(made, key=lambda promise: (promise.made_at, promise.id)))

    @cached_property
    def amendments(self) -> tuple[Amendment, ...]:
        made = [
            Amendment(
                fact.id, fact.body["visit"], fact.body["why"], fact.at, fact.agent, fact.body["replaces"]
            )
            for fact in self.of("amendment")
        ]
        return tuple(sorted(made, key=lambda one: (one.at.isoformat() if one.at else "", one.id)))

    @cached_property
    def visits(self) -> tuple[KnownVisit, ...]:
        """His visits, by when they happened."""
        known = [
            _visit(fact, [one for one in self.amendments if one.visit == fact.id])
            for fact in self.of("visit")
            if fact.body["debtor"] == self.id
        ]
        return tuple(sorted(known, key=lambda one: (one.visit.happened.start, one.visit.id)))

    @cached_property
    def contacts(self) -> tuple[Contact, ...]:
        """Contacts that are not visits, by when they happened."""
        known = [_contact(fact) for fact in self.of("contact") if fact.body["debtor"] == self.id]
        return tuple(sorted(known, key=lambda one: (one.happened.start, one.id)))

    @cached_property
    def overrides(self) -> tuple[Override, ...]:
        """What somebody of the office set aside for him, by id."""
        return tuple(
            Override(**_only(Override, fact.body) | {"debtor": self.id})
            for fact in self.of("override")
            if fact.body["debtor"] == self.id
        )

    def circumstances(self, account: str, address: Address | None) -> Circumstances:
        """What bears on a contact about this account at this address, besides hour, place and party."""
        known = self.accounts[account]
        return Circumstances(
            municipality_of(self.addresses, address),
            dates_of(known.account, self.payments),
            self.overrides,
            self.outside(account),
        )

    @property
    def history(self) -> tuple[Contact | Visit, ...]:
        """Everything that counts in the caps, on every channel."""
        return (*self.contacts, *(known.visit for known in self.visits))

    @cached_property
    def reported(self) -> tuple[ReportedPayment, ...]:
        return tuple(
            ReportedPayment(
                fact.id,
                fact.body["account"],
                fact.body["visit"],
                written(fact.body["amount"], fact.body["currency"]),
                fact.body["currency"],
                fact.body["paid_on"],
                fact.body["channel"],
                fact.body["receipt"],
            )
            for fact in self.of("reported")
        )

    @cached_property
    def deliveries(self) -> tuple[Delivered, ...]:
        """Papers handed over, by when."""
        known = [_delivered(fact) for fact in self.of("delivery") if fact.body["debtor"] == self.id]
        return tuple(sorted(known, key=lambda one: (one.happened.start, one.id)))

    @cached_property
    def agreements(self) -> tuple[Agreement, ...]:
        """On this debtor's accounts, in the order they were made."""
        return self._terms("agreement", agreed.agreement)

    @cached_property
    def offers(self) -> tuple[agreed.Offer, ...]:
        """Requests for approval, with the office's word once it has come."""
        return self._terms("offer", agreed.offer)

    @cached_property
    def suggestions(self) -> tuple[agreed.Suggestion, ...]:
        return self._terms("suggestion", agreed.suggestion)

    def _terms(self, topic: str, read: Reader[Told]) -> tuple[Told, ...]:
        """The facts of a topic on his accounts, each when it was made: its visit's end, else as written."""
        found = []
        for fact in self.of(topic):
            if fact.body["account"] in self.accounts:
                visit = self.facts.get(("visit", fact.body.get("visit") or ""))
                found.append((_made(fact, visit), fact.id, read(fact.id, fact.body, _made(fact, visit))))
        return tuple(told for _, _, told in sorted(found, key=lambda one: one[:2]))

    @cached_property
    def cancelled(self) -> Mapping[str, date]:
        """Promises that the office cancelled or an amendment of their visit took back, and on which of his
        days; by whichever came first."""
        found: dict[str, date] = {
            fact.id: fact.body["cancelled"]
            for fact in self.of("promise")
            if fact.body.get("cancelled") is not None
        }
        for known in self.visits:
            if not known.amendments:
                continue
            said = {result.account: result for result in known.visit.results}
            for promise in self.promises:
                kept = promise.account in said and still_promised(said[promise.account], promise)
                if promise.visit == known.visit.id and not kept:
                    day = self._day(known.amended_at or promise.made_at)
                    found[promise.id] = min(day, found.get(promise.id, day))
        return found

    def _day(self, moment: datetime) -> date:
        """The debtor's own day of an instant, so that it is the same before and after a sync."""
        zone = zone_of(self.zone)
        return (moment.astimezone(zone) if zone else moment).date()

    def stops(self, account: str, today: date, channel: str = "visit") -> frozenset[StopKind]:
        """What stops collection by a channel: the office's open stops, and those of visits it has not yet
        looked at."""
        fact = self.facts.get(("debtor", self.id))
        told = fact.body.get("stops", []) if fact else []
        known = {
            StopKind(stop["state"])
            for stop in told
            if stop.get("account") in (None, account)
            and stop.get("state") in set(StopKind)
            and closes(stop.get("channels", ()), channel)
            and not self._over(stop.get("until"), today)
        }
        fresh = set(open_stops(self._unread, today, account=account))
        if not any(closes(channels, channel) for channels in self._asked_to_cease):
            fresh.discard(StopKind.CEASE)
        return frozenset(known | fresh)

    @cached_property
    def _unread(self) -> tuple[Visit, ...]:
        """The visits the office does not hold yet."""
        return tuple(one.visit for one in self.visits if not one.in_office)

    @cached_property
    def _asked_to_cease(self) -> tuple[tuple[str, ...], ...]:
        """Of each such request in those visits, the channels it closes."""
        return tuple(
            closed_channels(StopKind.CEASE, result.detail)
            for visit in self._unread
            for result in visit.results
            if RESULTS[result.result].stops is StopKind.CEASE
        )

    def _over(self, until: str | None, today: date) -> bool:
        return until is not None and self._day(parse_instant(until)) < today

    def outside(self, account: str) -> tuple[OutsideSource, ...]:
        """The declared sources of contacts made elsewhere, of the lender of that account."""
        known = self.accounts.get(account)
        lender = known.account.lender if known else ""
        return tuple(
            source_from_wire(source)
            for fact in self.of("lender")
            if fact.body["name"] == lender
            for source in fact.body["sources"]
        )


def fold(state: DebtorState, fact: Fact) -> DebtorState:
    """The state with one more fact. The caller gives each debtor his own facts; of no debtor, no change."""
    topic = TOPICS.get(fact.kind)
    if topic is None:
        return state
    held = state.facts.get((topic, fact.id))
    if held is not None and held.weight >= fact.weight:
        return state
    return replace(state, facts=MappingProxyType({**state.facts, (topic, fact.id): fact}))


def fold_all(debtor: str, facts: Iterable[Fact]) -> DebtorState:
    """All facts of one debtor at once; the same as folding them one by one, in any order."""
    held: dict[tuple[str, str], Fact] = {}
    for fact in facts:
        topic = TOPICS.get(fact.kind)
        if topic is None:
            continue
        other = held.get((topic, fact.id))
        if other is None or other.weight < fact.weight:
            held[(topic, fact.id)] = fact
    return DebtorState(debtor, MappingProxyType(held))


# From bodies to the trade's records


def _only(record: Any, said: Mapping[str, Any]) -> dict[str, Any]:
    """What of a body a record of the trade holds; the debtor is given apart."""
    return {one.name: said[one.name] for one in fields(record) if one.name in said and one.name != "debtor"}


def _points(fact: Fact | None) -> list[Mapping[str, Any]]:
    return list(fact.body["contact_points"]) if fact else []


def _address(debtor: str, said: Mapping[str, Any]) -> Address:
    known = _only(Address, said) | {
        "kind": _address_kind(said["kind"]),
        "precision": Precision(said["precision"]),
    }
    return Address(debtor=debtor, **known)


def _address_kind(text: str) -> AddressKind:
    return AddressKind(text) if text in set(AddressKind) else AddressKind.OTHER


def _proposed_address(fact: Fact) -> Address:
    said, at = fact.body, fact.body["location"] or {}
    lat, lon = at.get("lat"), at.get("lon")
    return Address(
        fact.id,
        said["debtor"],
        _address_kind(said["kind"]),
        said["text"],
        said["district"],
        said["city"],
        lat,
        lon,
        Precision.NONE if lat is None else Precision.STREET,
        source=str(at.get("source", "")),
        origin="field",
        state="proposed",
    )


def _proposed_phone(fact: Fact) -> ContactPoint:
    said = fact.body
    return ContactPoint(
        fact.id, said["debtor"], "phone", said["value"], said["holder"], said["relation"], "field", "proposed"
    )


def _account(fact: Fact) -> KnownAccount:
    said = fact.body
    balance = None
    if said["balance"] is not None:
        balance = Balance(currency=said["currency"], **_only(Balance, said["balance"]))
    account = Account(**_only(Account, said) | {"state": AccountState(said["state"]), "balance": balance})
    return KnownAccount(
        account,
        said["debtor"],
        tuple(said["people"]),
        tuple(said["documents"]),
        said["payments_through"],
        said.get("last_payment"),
        said.get("opened"),
        said.get("payday", ""),
        said.get("lender_days_past_due"),
        tuple(said.get("answers") or ()),
    )


def _payment(fact: Fact) -> Payment:
    return Payment(**_only(Payment, fact.body) | {"promise": fact.body.get("promise") or ""})


def _time(text: str | None) -> time | None:
    return None if text is None else time.fromisoformat(text)


def _made(fact: Fact, visit: Fact | None) -> datetime:
    """When its visit ended, however late it was typed; as written where it is of no visit."""
    told = visit.body["happened"]["end"] if visit is not None else fact.at
    made: datetime | None = fact.body["made"] if fact.from_office else told
    if made is None:
        raise ValueError(f"{fact.kind} {fact.id} does not say when it was made")
    return made


def _promise(fact: Fact, visit: Fact | None) -> Promise:
    said = fact.body
    return Promise(
        fact.id,
        said["visit"],
        said["account"],
        said["debtor"],
        said["amount"],
        said["currency"],
        said["due"],
        said["channel"],
        said["place"],
        _made(fact, visit),
        _time(said["window_start"]),
        _time(said["window_end"]),
        said.get("review"),
        said.get("agreement") or "",
    )


def _contact(fact: Fact) -> Contact:
    said = fact.body
    if fact.from_office:
        return Contact(
            fact.id,
            said["debtor"],
            said["channel"],
            Interval(said["start"], said["end"]),
            said["effective"],
            said["source"],
        )
    happened = Interval(said["happened"]["start"], said["happened"]["end"])
    return Contact(fact.id, said["debtor"], said["channel"], happened, said["effective"])


def _delivered(fact: Fact) -> Delivered:
    said = fact.body
    when = said if fact.from_office else said["happened"]
    return Delivered(
        id=fact.id,
        party=Party(said["party"]),
        happened=Interval(when["start"], when["end"]),
        agent=(said["agent"] or "") if fact.from_office else fact.agent,
        in_office=fact.from_office,
        **{
            name: said[name]
            for name in ("account", "visit", "paper", "code", "how", "sealed", "photo", "note")
        },
    )


def _visit(fact: Fact, amendments: list[Amendment]) -> KnownVisit:
    """The visit with the amendments that the office's word of it does not already hold."""
    said = dict(fact.body)
    told = set(said.get("amended_by", ()))
    for one in amendments:
        if one.id not in told:
            said.update(one.replaces)
    visit = Visit(
        id=fact.id,
        debtor=said["debtor"],
        agent=said["agent"] if fact.from_office else fact.agent,
        place=Place(said["place"]),
        party=Party(said["party"]),
        happened=Interval(said["happened"]["start"], said["happened"]["end"]),
        known=Known(said["happened"]["known"]),
        recorded=said["recorded"],
        results=tuple(_result(one) for one in said["results"]),
        address=said["address"],
        stop=said["stop"],
        location=_location(said["location"]),
        note=said["note"],
        conduct=conduct_of(said),
    )
    names = (*said.get("amended_by", ()), *(one.id for one in amendments if one.id not in told))
    at = [*said.get("amended_at", ()), *(one.at for one in amendments if one.at is not None)]
    name = said["agent_name"] if fact.from_office else fact.agent_name
    return KnownVisit(visit, name, said["zone"], fact.from_office, names, max(at, default=None))


def _result(said: Mapping[str, Any]) -> VisitResult:
    """An amendment's result may leave out what has a default: a partial body is loaded without any."""
    reason = None if said.get("reason") is None else Reason(said["reason"])
    return VisitResult(said["account"], Result(said["result"]), reason, dict(said.get("detail", {})))


def conduct_of(said: Mapping[str, Any]) -> Conduct:
    """How a visit was conducted, from its body as loaded; older laptops said nothing of it."""
    if not any(said.get(name) for name in ("steps", "objections", "alarms", "answers", "reviewed")):
        return NO_CONDUCT
    reviewed = said.get("reviewed")
    return Conduct(
        tuple(
            StepAnswer(one["step"], one["answer"], one.get("value", ""), bool(one.get("implied")))
            for one in said.get("steps") or ()
        ),
        tuple(
            UsedObjection(one["code"], one["version"], one.get("helped"))
            for one in said.get("objections") or ()
        ),
        tuple(said.get("alarms") or ()),
        tuple(CaseAnswer(one["account"], one["question"], one["text"]) for one in said.get("answers") or ()),
        parse_instant(reviewed) if isinstance(reviewed, str) else reviewed,
    )


def _location(said: Mapping[str, Any]) -> Location:
    return Location(
        LocationSource(said["source"]), said["lat"], said["lon"], said["accuracy_m"], said["reason"]
    )
