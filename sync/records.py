"""The nouns of the trade, as both sides hold them. Knows nothing of storage, network or screens.

Money is `Decimal` with an ISO 4217 currency; times are aware and in UTC unless a name says local;
dates are civil dates in the debtor's zone; ids are UUIDv7 strings (lower-case, hyphenated).
Codes follow the trade's Spanish abbreviations, four axes: place × party × result × reason.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from .words import Phrase

Record = TypeVar("Record")


def changed(record: Record, **values: Any) -> Record:
    """The same record with some fields changed, as `dataclasses.replace` gives it at ten times the cost.

    What a record checks when it is made is not checked again.
    """
    made = object.__new__(type(record))
    vars(made).update(vars(record), **values)
    return made


class Place(StrEnum):
    """Where the collector stood."""

    HOME = "DOM"
    WORK = "TRA"
    BUSINESS = "NEG"
    GUARANTOR_HOME = "AVA"
    OTHER = "OTR"


class Party(StrEnum):
    """Who answered. A minor is never spoken to about a debt."""

    HOLDER = "TIT"
    GUARANTOR = "AVA"
    RELATIVE = "FAM"
    THIRD = "TER"
    MINOR = "MEN"
    NOBODY = "NAD"


class ResultClass(StrEnum):
    """What a result means for contact rates and for what comes next."""

    RIGHT_PARTY = "RPC"
    GUARANTOR = "GPC"
    THIRD_PARTY = "TPC"
    NO_CONTACT = "NC"
    SKIP = "SKIP"
    STOP = "STOP"
    VOID = "VOID"


class Result(StrEnum):
    """What came of it, for one account."""

    PROMISE = "PTP"
    PLAN = "PPL"
    REPORTED_PAID = "PAG"
    PAID_IN_FIELD = "PGR"
    PART_PAYMENT = "ABO"
    ACKNOWLEDGES = "REC"
    REFUSES = "NEG"
    DISPUTES = "DIS"
    ASKS_RELIEF = "QUI"
    CANNOT_PAY = "INC"
    CEASE = "CES"
    ATTORNEY = "ABG"
    GUARANTOR_REACHED = "AVC"
    COME_BACK = "TEM"
    NOTICE_LEFT = "CIT"
    NOBODY_HOME = "NAD"
    CLOSED = "CER"
    MOVED = "CAM"
    UNKNOWN_HERE = "DES"
    NO_SUCH_ADDRESS = "INX"
    VACANT = "DSH"
    DECEASED = "FAL"
    HELD = "PRI"
    AWAY = "VIA"
    UNSAFE = "RIE"
    NOT_MADE = "NOR"


class Reason(StrEnum):
    """Why the debtor fell behind; asked only where the policy allows it."""

    UNEMPLOYMENT = "desempleo"
    ILLNESS = "enfermedad"
    INCOME_DROP = "baja_ingresos"
    OVERINDEBTED = "sobreendeudamiento"
    PRODUCT = "inconformidad"
    WRONG_BALANCE = "saldo_incorrecto"
    FORGOT = "olvido"
    FAMILY = "disputa_familiar"
    OTHER = "otro"
    NOT_ASKED = "no_preguntado"


class Role(StrEnum):
    """How a debtor is bound to an account."""

    HOLDER = "holder"
    CO_HOLDER = "co_holder"
    CO_DEBTOR = "co_debtor"
    GUARANTOR = "guarantor"
    HEIR = "heir"


class AddressKind(StrEnum):
    HOME = "home"
    WORK = "work"
    BUSINESS = "business"
    GUARANTOR_HOME = "guarantor_home"
    OTHER = "other"


class Precision(StrEnum):
    """How well a coordinate is known; the weaker it is the less a route may lean on it."""

    DOOR = "door"
    BLOCK = "block"
    STREET = "street"
    ZONE = "zone"
    NONE = "none"


class AccountState(StrEnum):
    """The lender's word on an account. Nothing is ever deleted."""

    OPEN = "open"
    RECALLED = "recalled"
    ABSENT = "absent"
    CLOSED = "closed"


class Known(StrEnum):
    """How the time of a happening is known: written live, typed later, or from the paper route sheet."""

    LIVE = "live"
    LATER = "later"
    PAPER = "paper"


class LocationSource(StrEnum):
    GNSS = "gnss"
    BROWSER = "browser"
    EXIF = "exif"
    PIN = "pin"
    NONE = "none"


class PromiseState(StrEnum):
    """Computed for a day from facts, never stored."""

    OPEN = "vigente"
    REMINDED = "recordada"
    UNCONFIRMED = "por_confirmar"
    KEPT = "cumplida"
    PARTIAL = "parcial"
    BROKEN = "incumplida"
    RESCHEDULED = "reprogramada"
    CANCELLED = "cancelada"


class RouteState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"


class EventKind(StrEnum):
    """What a laptop may say. The office stores kinds it does not know as quarantined."""

    VISIT_RECORDED = "visit.recorded"
    CONTACT_RECORDED = "contact.recorded"
    PROMISE_MADE = "promise.made"
    ADDRESS_PROPOSED = "address.proposed"
    PHONE_PROPOSED = "phone.proposed"
    ATTACHMENT_ADDED = "attachment.added"
    PAYMENT_REPORTED = "payment.reported"
    VISIT_AMENDED = "visit.amended"
    STOP_SKIPPED = "stop.skipped"
    NOTICE_DELIVERED = "notice.delivered"
    INCARNATION_OPENED = "incarnation.opened"
    SUGGESTION_MADE = "suggestion.made"
    OFFER_REQUESTED = "offer.requested"
    AGREEMENT_MADE = "agreement.made"


class Paper(StrEnum):
    """What was handed over. A visit slip is about no account and says nothing of a debt."""

    NOTICE = "notice"
    SLIP = "slip"
    PAYMENT = "payment"
    AGREEMENT = "agreement"
    SETTLEMENT = "settlement"


class Handing(StrEnum):
    """How a paper got there."""

    HAND = "hand"
    DOOR = "door"
    POST = "post"


class UserRole(StrEnum):
    COLLECTOR = "collector"
    TELEPHONE = "telephone"
    COORDINATOR = "coordinator"
    SUPERVISOR = "supervisor"
    COMPLIANCE = "compliance"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True)
class Money:
    """An amount of one currency. Adding two currencies is an error, never a conversion."""

    amount: Decimal
    currency: str

    def __add__(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return Money(self.amount + other.amount, self.currency)


@dataclass(frozen=True)
class Interval:
    """A stretch of aware time, `start` <= `end`; rules judge a happening on it."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("an interval needs aware times")
        if self.end < self.start:
            raise ValueError("an interval ends before it starts")


@dataclass(frozen=True)
class Balance:
    """What is owed as of a date, in its parts. `overdue` is the part past due, `oldest_due` since when."""

    as_of: date
    currency: str
    principal: Decimal
    interest: Decimal = Decimal(0)
    late_interest: Decimal = Decimal(0)
    fees: Decimal = Decimal(0)
    overdue: Decimal = Decimal(0)
    oldest_due: date | None = None
    instalments_overdue: int | None = None

    @property
    def total(self) -> Decimal:
        return self.principal + self.interest + self.late_interest + self.fees


@dataclass(frozen=True)
class Payment:
    """Money received by the lender. A reversal carries the id of what it reverses and a positive amount.

    `promise`: what the office said this payment is for; "" where the allocation's own order decides.
    """

    id: str
    account: str
    amount: Decimal
    currency: str
    value_date: date
    posted_date: date | None = None
    imported_at: datetime | None = None
    channel: str = ""
    receipt: str = ""
    reverses: str | None = None
    promise: str = ""


@dataclass(frozen=True)
class Address:
    id: str
    debtor: str
    kind: AddressKind
    text: str
    district: str = ""
    city: str = ""
    lat: float | None = None
    lon: float | None = None
    precision: Precision = Precision.NONE
    source: str = ""
    origin: str = "lender"
    state: str = "accepted"  # accepted | proposed | rejected
    error_m: float | None = None  # how far off the coordinates may be, where somebody reckoned it


@dataclass(frozen=True)
class ContactPoint:
    """A phone or e-mail, whose it is, and where it came from."""

    id: str
    debtor: str
    kind: str  # mobile | landline | email
    value: str
    holder: str = "debtor"  # debtor | relative | guarantor | other
    relation: str = ""
    origin: str = "lender"
    state: str = "accepted"


@dataclass(frozen=True)
class Account:
    """A debt of one lender, keyed (lender, number)."""

    id: str
    lender: str
    number: str
    currency: str
    credit_type: str = ""
    product: str = ""
    branch: str = ""
    team: str = ""
    zone: str = ""
    language: str = "es"
    pack: str = ""
    pack_reason: str = ""
    exception_evidence: str = ""
    state: AccountState = AccountState.OPEN
    balance: Balance | None = None
    last_payment: date | None = None  # as the lender's file says; payments known may be later
    review_days: str = ""  # as written: when the company receives who collects
    counter_hours: str = ""  # as written: when its counter is open


@dataclass(frozen=True)
class Debtor:
    """A person or a company: the unit of assignment, of frequency caps and of a stop."""

    id: str
    name: str
    kind: str = "person"
    document_type: str = ""
    document: str = ""
    zone: str = "America/Bogota"  # IANA zone of his home: contact hours are judged there
    language: str = "es"


@dataclass(frozen=True)
class Promise:
    """When, where, how, how much; with an optional appointment window (local times at the debtor's).

    `review`: the day before due on which he is to be reminded, where one was agreed; `agreement`: the
    agreement of which this is an instalment, "" for a promise of its own.
    """

    id: str
    visit: str
    account: str
    debtor: str
    amount: Decimal
    currency: str
    due: date
    channel: str
    place: str
    made_at: datetime
    window_start: time | None = None
    window_end: time | None = None
    review: date | None = None
    agreement: str = ""


@dataclass(frozen=True)
class Location:
    source: LocationSource
    lat: float | None = None
    lon: float | None = None
    accuracy_m: float | None = None
    reason: str = ""


@dataclass(frozen=True)
class VisitResult:
    """What came of a visit for one account."""

    account: str
    result: Result
    reason: Reason | None = None
    detail: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class StepAnswer:
    """What became of one step of the talk. `implied`: a result says it, nobody answered it by itself."""

    step: str
    answer: str
    value: str = ""
    implied: bool = False


@dataclass(frozen=True)
class UsedObjection:
    """An objection that came up, in the version whose answers were shown; whether they helped, if told."""

    code: str
    version: int
    helped: bool | None = None


@dataclass(frozen=True)
class CaseAnswer:
    """What the collector answered to one of an account's five questions."""

    account: str
    question: str
    text: str


@dataclass(frozen=True)
class Conduct:
    """How a visit was conducted, beside what came of it. `reviewed`: when its file was last looked at."""

    steps: tuple[StepAnswer, ...] = ()
    objections: tuple[UsedObjection, ...] = ()
    alarms: tuple[str, ...] = ()
    answers: tuple[CaseAnswer, ...] = ()
    reviewed: datetime | None = None


@dataclass(frozen=True)
class Visit:
    """One knock: one debtor, one address, a result per account. `happened` is judged; `recorded` is not."""

    id: str
    debtor: str
    agent: str
    place: Place
    party: Party
    happened: Interval
    known: Known
    recorded: datetime
    results: tuple[VisitResult, ...]
    address: str | None = None
    stop: str | None = None
    location: Location = Location(LocationSource.NONE)
    note: str = ""
    received: datetime | None = None
    conduct: Conduct = Conduct()


@dataclass(frozen=True)
class Contact:
    """Any contact of a debtor on any channel, ours or imported; every one counts in the caps."""

    id: str
    debtor: str
    channel: str  # visit | call | message | letter | email
    happened: Interval
    effective: bool = True
    source: str = "ronda"


@dataclass(frozen=True)
class Stop:
    """One debtor at one address on one day, listing his accounts."""

    id: str
    debtor: str
    address: str
    accounts: tuple[str, ...]
    lat: float
    lon: float
    value: int = 0
    service_s: int = 720
    window: Interval | None = None
    appointment: bool = False
    sequence: int | None = None
    eta: datetime | None = None


@dataclass(frozen=True)
class Ruling:
    """One rule's word: which rule, what it decides, why in words, and its source."""

    rule: str
    decision: str  # allow | warn | block
    because: Phrase
    source: str = ""


@dataclass(frozen=True)
class Verdict:
    """The policy's answer to a question; the strictest ruling decides."""

    rulings: tuple[Ruling, ...] = ()

    @property
    def decision(self) -> str:
        words = {ruling.decision for ruling in self.rulings}
        return "block" if "block" in words else "warn" if "warn" in words else "allow"

    @property
    def blocked(self) -> bool:
        return self.decision == "block"


@dataclass(frozen=True)
class Refused:
    """A business "no": a value, not an exception."""

    reason: Phrase
    rule: str
    source: str = ""


@dataclass(frozen=True)
class Finding:
    """What the audit noticed about a visit, for a person to look at; never a conviction."""

    rule: str
    visit: str
    severity: str  # info | review | serious
    because: Phrase
    other_visit: str | None = None
