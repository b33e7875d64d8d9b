"""The records of a feed: what an agent's laptop holds, a row per (kind, id), facts only.

Nothing in a feed record depends on today: ageing, promise state and next action are computed by the
rules where they are shown. Amounts are decimal strings, times instants in UTC, dates ISO dates.
"""

from __future__ import annotations

from marshmallow import INCLUDE, Schema, fields, validate

from ..records import Known
from .events import (
    CaseAnswerBody,
    HappenedBody,
    InstalmentBody,
    LocationBody,
    PartsBody,
    ResultBody,
    StepBody,
    UsedObjectionBody,
    one_of,
)
from .fields import Amount, Currency, Id, Instant


class Record(Schema):
    class Meta:
        unknown = INCLUDE


class AgentRecord(Record):
    """Kind `agent`: the collector this laptop belongs to. Shift and home bound his day."""

    id = Id(required=True)
    name = fields.String(required=True)
    branch = fields.String(required=True)
    team = fields.String(required=True)
    zone = fields.String(required=True)
    timezone = fields.String(required=True)
    shift_start = fields.String(required=True)
    shift_end = fields.String(required=True)
    home_lat = fields.Float(allow_none=True)
    home_lon = fields.Float(allow_none=True)
    vehicle = fields.String()


class OutsideSourceRecord(Record):
    """A system that contacts a lender's debtors too, inside the lender's record."""

    name = fields.String(required=True)
    through = fields.Date(allow_none=True, required=True)
    channels = fields.List(fields.String(), required=True)
    stale_after_days = fields.Integer(required=True)


class LenderRecord(Record):
    """Kind `lender`: how far the contacts made elsewhere are known, for a lender who declared any source."""

    id = Id(required=True)
    name = fields.String(required=True)
    sources = fields.List(fields.Nested(OutsideSourceRecord), required=True)


class PolicyRecord(Record):
    """Kind `policy`, id = pack name: the pack as `sync.rules.policy.to_wire` writes it."""

    name = fields.String(required=True)
    version = fields.String(required=True)
    pack = fields.Dict(required=True)


class PlaceRecord(Record):
    """One address of a debtor, inside his record."""

    id = Id(required=True)
    kind = fields.String(required=True)
    text = fields.String(required=True)
    district = fields.String(required=True)
    city = fields.String(required=True)
    lat = fields.Float(allow_none=True)
    lon = fields.Float(allow_none=True)
    precision = fields.String(required=True)
    source = fields.String()
    origin = fields.String(required=True)
    state = fields.String(required=True)


class ContactPointRecord(Record):
    id = Id(required=True)
    kind = fields.String(required=True)
    value = fields.String(required=True)
    holder = fields.String(required=True)
    relation = fields.String(required=True)
    origin = fields.String(required=True)
    state = fields.String(required=True)


class PersonRecord(Record):
    """Someone bound to an account: his role, name and, for a guarantor, how to reach him."""

    debtor = Id(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True)


class DebtorRecord(Record):
    """Kind `debtor`: the person, his addresses and his contact points."""

    id = Id(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(["person", "company"]))
    name = fields.String(required=True)
    document_type = fields.String(required=True)
    document = fields.String(required=True)
    timezone = fields.String(required=True)
    language = fields.String(required=True)
    addresses = fields.List(fields.Nested(PlaceRecord), required=True)
    contact_points = fields.List(fields.Nested(ContactPointRecord), required=True)


class BalanceRecord(Record):
    as_of = fields.Date(required=True)
    principal = Amount(required=True)
    interest = Amount(required=True)
    late_interest = Amount(required=True)
    fees = Amount(required=True)
    overdue = Amount(required=True)
    oldest_due = fields.Date(allow_none=True, required=True)
    instalments_overdue = fields.Integer(allow_none=True, required=True)


class OfficeAnswerRecord(Record):
    """What somebody of the office answered to one of the account's five questions; the latest of each."""

    question = fields.String(required=True)
    text = fields.String(required=True)
    by = fields.String(required=True)
    at = Instant(required=True)


class AccountRecord(Record):
    """Kind `account`: one debt with its latest balance, the people bound to it, the documents held."""

    id = Id(required=True)
    lender = fields.String(required=True)
    number = fields.String(required=True)
    debtor = Id(required=True)
    currency = Currency(required=True)
    credit_type = fields.String(required=True)
    product = fields.String(required=True)
    branch = fields.String(required=True)
    pack = fields.String(required=True)
    pack_reason = fields.String(required=True)
    exception_evidence = fields.String(required=True)
    state = fields.String(required=True)
    lender_days_past_due = fields.Integer(allow_none=True)
    opened = fields.Date(allow_none=True)
    payday = fields.String()
    last_payment = fields.Date(allow_none=True)
    balance = fields.Nested(BalanceRecord, required=True, allow_none=True)
    people = fields.List(fields.Nested(PersonRecord), required=True)
    documents = fields.List(fields.String(), required=True)
    payments_through = fields.Date(allow_none=True, required=True)
    answers = fields.List(fields.Nested(OfficeAnswerRecord))


class DocumentRecord(Record):
    """Kind `document`: a paper of an account, whose bytes are fetched apart by their SHA-256."""

    id = Id(required=True)
    debtor = Id(required=True)
    account = Id(required=True)
    kind = fields.String(required=True)
    name = fields.String(required=True)
    sha256 = fields.String(required=True, validate=validate.Regexp(r"^[0-9a-f]{64}\Z"))
    size = fields.Integer(required=True)
    media_type = fields.String(required=True)


class PaymentRecord(Record):
    """Kind `payment`."""

    id = Id(required=True)
    account = Id(required=True)
    amount = Amount(required=True)
    currency = Currency(required=True)
    value_date = fields.Date(required=True)
    posted_date = fields.Date(allow_none=True)
    imported_at = Instant(required=True)
    channel = fields.String(required=True)
    receipt = fields.String(required=True)
    reverses = Id(allow_none=True, required=True)
    promise = Id(allow_none=True)  # what the office said it is for


class VisitRecord(Record):
    """Kind `visit`, id = event id: a visit as the office projected it, whoever made it.

    `amended_at` says when each of `amended_by` was written, by its laptop's clock and in the same order.
    """

    id = Id(required=True)
    debtor = Id(required=True)
    agent = Id(required=True)
    agent_name = fields.String(required=True)
    address = Id(allow_none=True, required=True)
    stop = Id(allow_none=True, required=True)
    place = fields.String(required=True)
    party = fields.String(required=True)
    happened = fields.Nested(HappenedBody, required=True)
    recorded = Instant(required=True)
    zone = fields.String(required=True)
    location = fields.Nested(LocationBody, required=True)
    results = fields.List(fields.Nested(ResultBody), required=True)
    note = fields.String(required=True)
    steps = fields.List(fields.Nested(StepBody))
    objections = fields.List(fields.Nested(UsedObjectionBody))
    alarms = fields.List(fields.String())
    answers = fields.List(fields.Nested(CaseAnswerBody))
    reviewed = Instant(allow_none=True)
    amended_by = fields.List(Id(), required=True)
    amended_at = fields.List(Instant(), required=True)


class PromiseRecord(Record):
    """Kind `promise`, id = event id."""

    id = Id(required=True)
    visit = Id(required=True)
    debtor = Id(required=True)
    account = Id(required=True)
    amount = Amount(required=True)
    currency = Currency(required=True)
    due = fields.Date(required=True)
    channel = fields.String(required=True)
    place = fields.String(required=True)
    window_start = fields.String(allow_none=True, required=True)
    window_end = fields.String(allow_none=True, required=True)
    made = Instant(required=True)
    review = fields.Date(allow_none=True)
    agreement = Id(allow_none=True)
    cancelled = fields.Date(allow_none=True)  # the debtor's day on which the office cancelled it
    cancelled_because = fields.String()


class OffersRecord(Record):
    """Kind `offers`, id = the agent: the company's rules of offers and how far he may go alone."""

    id = Id(required=True)
    rules = fields.Dict(required=True)
    limit = fields.Dict(required=True)


class TermsRecord(Record):
    """What an offer or an agreement comes to, as its event said it."""

    id = Id(required=True)
    debtor = Id(required=True)
    account = Id(required=True)
    visit = Id(allow_none=True, required=True)
    kind = fields.String(required=True)
    currency = Currency(required=True)
    as_of = fields.Date(required=True)
    debt = fields.Nested(PartsBody, required=True)
    discount = fields.Nested(PartsBody, required=True)
    charge = Amount(required=True)
    interest = Amount(required=True)
    instalments = fields.List(fields.Nested(InstalmentBody), required=True)
    made = Instant(required=True)


class OfferRecord(TermsRecord):
    """Kind `offer`, id = event id: a request for approval, and the office's word on it once it is there."""

    why = fields.String(required=True)
    beyond = fields.List(fields.String(), required=True)
    state = fields.String(required=True, validate=validate.OneOf(["pending", "approved", "rejected"]))
    because = fields.String(required=True)
    decided = Instant(allow_none=True, required=True)
    decided_by = fields.String(required=True)
    valid_until = fields.Date(allow_none=True, required=True)


class AgreementRecord(TermsRecord):
    """Kind `agreement`, id = event id."""

    settles = fields.Boolean(required=True)
    agreed_by = fields.String(required=True)
    approver = fields.String(required=True)
    offer = Id(allow_none=True, required=True)


class SuggestionRecord(Record):
    """Kind `suggestion`, id = event id: what the debtor himself proposed; not an agreement."""

    id = Id(required=True)
    debtor = Id(required=True)
    account = Id(required=True)
    visit = Id(allow_none=True, required=True)
    amount = Amount(allow_none=True, required=True)
    currency = Currency(required=True)
    pay_on = fields.Date(allow_none=True, required=True)
    text = fields.String(required=True)
    said_by = fields.String(required=True)
    signed = fields.Boolean(required=True)
    made = Instant(required=True)


class ContactRecord(Record):
    """Kind `contact`: any other contact of the debtor, ours or imported; it counts in the caps."""

    id = Id(required=True)
    debtor = Id(required=True)
    channel = fields.String(required=True)
    start = Instant(required=True)
    end = Instant(required=True)
    effective = fields.Boolean(required=True)
    source = fields.String(required=True)


class OverrideRecord(Record):
    """Kind `override`: a rule set aside for the debtor, on one day of his and one channel. Ended: gone."""

    id = Id(required=True)
    debtor = Id(required=True)
    rule = fields.String(required=True)
    day = fields.Date(required=True)
    channel = fields.String(required=True)
    why = fields.String(required=True)
    by = fields.String(required=True)
    role = fields.String(required=True)
    approved_by = fields.String(required=True)


class SkipHappened(Record):
    """When a stop was passed over. `end` and `known` are null where the office keeps only the start."""

    start = Instant(required=True)
    end = Instant(allow_none=True, required=True)
    known = fields.String(allow_none=True, required=True, validate=one_of(Known))


class SkipRecord(Record):
    """Kind `skip`, id = event id: a planned stop that was not attempted, and why."""

    id = Id(required=True)
    debtor = Id(required=True)
    agent = Id(required=True)
    stop = Id(required=True)
    happened = fields.Nested(SkipHappened, required=True)
    cause = fields.String(required=True)


class DeliveryRecord(Record):
    """Kind `delivery`, id = event id: a paper handed over, by a laptop or (no agent) sent by the office."""

    id = Id(required=True)
    debtor = Id(required=True)
    account = Id(allow_none=True, required=True)
    agent = Id(allow_none=True, required=True)
    visit = Id(allow_none=True, required=True)
    paper = fields.String(required=True)
    code = fields.String(required=True)
    how = fields.String(required=True)
    party = fields.String(required=True)
    sealed = fields.Boolean(required=True)
    photo = fields.String(allow_none=True, required=True)
    start = Instant(required=True)
    end = Instant(required=True)
    note = fields.String(required=True)


class StationeryRecord(Record):
    """Kind `stationery`, id = lender id: what is printed on papers about this lender's accounts, as
    `sync.stationery` reads it, the lender's tables already laid over the office's."""

    id = Id(required=True)
    name = fields.String(required=True)
    tables = fields.Dict(required=True)
    texts = fields.List(fields.Dict(), load_default=list)  # for third parties: nothing of a debt


class ReportedRecord(Record):
    """Kind `reported`, id = event id: what the debtor or a collector says was paid; not yet a payment."""

    id = Id(required=True)
    debtor = Id(required=True)
    account = Id(required=True)
    visit = Id(allow_none=True, required=True)
    amount = Amount(required=True)
    currency = Currency(required=True)
    paid_on = fields.Date(required=True)
    channel = fields.String(required=True)
    receipt = fields.String(required=True)


class AttachmentRecord(Record):
    """Kind `attachment`, id = event id. `stored` is null while its bytes are not at the office."""

    id = Id(required=True)
    debtor = Id(required=True)
    visit = Id(required=True)
    sha256 = fields.String(required=True)
    media_type = fields.String(required=True)
    size = fields.Integer(required=True)
    role = fields.String(required=True)
    stored = Instant(allow_none=True, required=True)


class StopRecord(Record):
    """One stop of a route; `sequence` is null for a stop left out, and `left_out` says why."""

    id = Id(required=True)
    sequence = fields.Integer(allow_none=True, required=True)
    debtor = Id(required=True)
    address = Id(allow_none=True, required=True)
    accounts = fields.List(Id(), required=True)
    lat = fields.Float(allow_none=True, required=True)
    lon = fields.Float(allow_none=True, required=True)
    eta = Instant(allow_none=True, required=True)
    window_start = Instant(allow_none=True, required=True)
    window_end = Instant(allow_none=True, required=True)
    appointment = fields.Boolean(required=True)
    service_s = fields.Integer(required=True)
    why = fields.Dict(required=True)
    value = fields.Integer()  # what the visit is worth beside the others of the day; a replan needs it


class RouteRecord(Record):
    """Kind `route`: a published day of this agent, with the matrix its laptop may replan on.

    `matrix.seconds` and `matrix.metres` are square, row-major, in the order of `matrix.points`:
    the depot first (id ""), then the stops by id. `lunch` (after so many stops, starts, ends) is there where
    the agent has one. `line` (`sync.wire.lines`) is the way along the roads,
    absent where the office knows none.
    """

    id = Id(required=True)
    date = fields.Date(required=True)
    version = fields.Integer(required=True)
    published = Instant(required=True)
    approximate = fields.Boolean(required=True)
    depot_lat = fields.Float(allow_none=True, required=True)
    depot_lon = fields.Float(allow_none=True, required=True)
    start = Instant(required=True)
    end = Instant(required=True)
    stops = fields.List(fields.Nested(StopRecord), required=True)
    matrix = fields.Dict(required=True)
    certificate = fields.Dict(required=True)
    line = fields.String()
    lunch = fields.Dict()


class CityRecord(Record):
    """Kind `city`, id = fingerprint of its package: the vector tiles (PMTiles) that maps are drawn on.

    `bounds` are west, south, east, north. The bytes come by `GET /v1/documents/<sha256>`, after all papers.
    """

    id = fields.String(required=True)
    name = fields.String(required=True)
    bounds = fields.List(fields.Float(), required=True, validate=validate.Length(equal=4))
    attribution = fields.String(required=True)
    size = fields.Integer(required=True)
    sha256 = fields.String(required=True, validate=validate.Regexp(r"^[0-9a-f]{64}\Z"))


class BasemapRecord(Record):
    """Kind `basemap`: a GeoJSON FeatureCollection of streets, for an office that uses no city package."""

    id = Id(required=True)
    name = fields.String(required=True)
    attribution = fields.String(required=True)
    geojson = fields.Dict(required=True)


class ObjectionRecord(Record):
    """Kind `objection`, id = code: an objection as the office last worded it, or withdrew it (`active`)."""

    code = fields.String(required=True)
    version = fields.Integer(required=True)
    title = fields.String(required=True)
    say = fields.List(fields.String(), required=True)
    avoid = fields.List(fields.String(), required=True)
    parties = fields.List(fields.String(), required=True)
    needs = fields.String(required=True)
    active = fields.Boolean(required=True)


class ErasureRecord(Record):
    """Kind `erasure`, id = event id: the office's signed word that the body of this laptop's own event is
    erased. The laptop checks the signature and lets go of its copy."""

    id = fields.String(required=True)
    body_digest = fields.String(required=True)
    reason = fields.String(required=True)
    erased_at = Instant(required=True)
    key_id = fields.String(required=True)
    signature = fields.String(required=True)


RECORDS: dict[str, type[Record]] = {
    "agent": AgentRecord,
    "policy": PolicyRecord,
    "lender": LenderRecord,
    "stationery": StationeryRecord,
    "debtor": DebtorRecord,
    "account": AccountRecord,
    "document": DocumentRecord,
    "payment": PaymentRecord,
    "visit": VisitRecord,
    "offers": OffersRecord,
    "agreement": AgreementRecord,
    "promise": PromiseRecord,
    "offer": OfferRecord,
    "suggestion": SuggestionRecord,
    "contact": ContactRecord,
    "override": OverrideRecord,
    "skip": SkipRecord,
    "reported": ReportedRecord,
    "delivery": DeliveryRecord,
    "attachment": AttachmentRecord,
    "route": RouteRecord,
    "city": CityRecord,
    "basemap": BasemapRecord,
    "objection": ObjectionRecord,
    "erasure": ErasureRecord,
}
