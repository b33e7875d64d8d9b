"""The bodies of what a laptop says, by kind and version. Knows no chain: that is the ledger's.

A body is loaded strictly for the fields it names; fields it does not know are kept (a newer laptop
may say more than this office understands). Dates are ISO dates in the debtor's zone.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from marshmallow import INCLUDE, fields, validate

from ..records import (
    EventKind,
    Handing,
    Known,
    LocationSource,
    Paper,
    Party,
    Place,
    Reason,
    Result,
)
from .fields import Amount, Currency, Id, Instant
from .swift import Swift

LOCAL_CLOCK = validate.Regexp(r"^\d\d:\d\d\Z")


def one_of(enum: Any) -> validate.OneOf:
    return validate.OneOf([member.value for member in enum])


class Body(Swift):
    class Meta:
        unknown = INCLUDE


class LocationBody(Body):
    """Where the laptop was. `reason` says why there is no fix when `source` is none."""

    source = fields.String(required=True, validate=one_of(LocationSource))
    lat = fields.Float(load_default=None, allow_none=True, validate=validate.Range(-90, 90))
    lon = fields.Float(load_default=None, allow_none=True, validate=validate.Range(-180, 180))
    accuracy_m = fields.Float(load_default=None, allow_none=True, validate=validate.Range(0, 1_000_000))
    reason = fields.String(load_default="", validate=validate.Length(max=500))


class HappenedBody(Body):
    """When it happened and how that is known; `line` is the number on the paper route sheet."""

    start = Instant(required=True)
    end = Instant(required=True)
    known = fields.String(required=True, validate=one_of(Known))
    line = fields.Integer(strict=True, load_default=None, allow_none=True)


class ResultBody(Body):
    """What came of a visit for one account; `detail` holds the fields the result demands, as text."""

    account = Id(required=True)
    result = fields.String(required=True, validate=one_of(Result))
    reason = fields.String(load_default=None, allow_none=True, validate=one_of(Reason))
    detail = fields.Dict(
        keys=fields.String(validate=validate.Length(max=60)),
        values=fields.String(validate=validate.Length(max=2000)),
        load_default=dict,
    )


class StepBody(Body):
    """One step of the talk; `implied` when a result says it and nobody answered it by itself."""

    step = fields.String(required=True, validate=validate.Length(min=1, max=20))
    answer = fields.String(required=True, validate=validate.Length(min=1, max=20))
    value = fields.String(load_default="", validate=validate.Length(max=200))
    implied = fields.Boolean(load_default=False)


class UsedObjectionBody(Body):
    """An objection that came up, in the version of the library that was shown."""

    code = fields.String(required=True, validate=validate.Length(min=1, max=60))
    version = fields.Integer(strict=True, required=True, validate=validate.Range(min=0))
    helped = fields.Boolean(load_default=None, allow_none=True)


class CaseAnswerBody(Body):
    """An answer to one of an account's five questions."""

    account = Id(required=True)
    question = fields.String(required=True, validate=validate.Length(min=1, max=20))
    text = fields.String(required=True, validate=validate.Length(min=1, max=500))


class VisitBody(Body):
    """`visit.recorded`, version 1. From `steps` on: what older laptops do not say."""

    debtor = Id(required=True)
    address = Id(load_default=None, allow_none=True)
    route = Id(load_default=None, allow_none=True)
    stop = Id(load_default=None, allow_none=True)
    place = fields.String(required=True, validate=one_of(Place))
    party = fields.String(required=True, validate=one_of(Party))
    happened = fields.Nested(HappenedBody, required=True)
    recorded = Instant(required=True)
    zone = fields.String(required=True, validate=validate.Length(min=1, max=64))
    location = fields.Nested(LocationBody, required=True)
    results = fields.List(fields.Nested(ResultBody), required=True, validate=validate.Length(min=1, max=50))
    note = fields.String(load_default="", validate=validate.Length(max=4000))
    verdict = fields.Dict(load_default=dict)
    steps = fields.List(fields.Nested(StepBody), load_default=list, validate=validate.Length(max=10))
    objections = fields.List(
        fields.Nested(UsedObjectionBody), load_default=list, validate=validate.Length(max=30)
    )
    alarms = fields.List(
        fields.String(validate=validate.Length(min=1, max=30)),
        load_default=list,
        validate=validate.Length(max=20),
    )
    answers = fields.List(fields.Nested(CaseAnswerBody), load_default=list, validate=validate.Length(max=250))
    reviewed = Instant(load_default=None, allow_none=True)


class PromiseBody(Body):
    """`promise.made`, version 1: when, where, how, how much; the window is local time `HH:MM`."""

    visit = Id(required=True)
    debtor = Id(required=True)
    account = Id(required=True)
    amount = Amount(required=True)
    currency = Currency(required=True)
    due = fields.Date(required=True)
    channel = fields.String(required=True, validate=validate.Length(min=1, max=60))
    place = fields.String(required=True, validate=validate.Length(min=1, max=200))
    window_start = fields.String(load_default=None, allow_none=True, validate=LOCAL_CLOCK)
    window_end = fields.String(load_default=None, allow_none=True, validate=LOCAL_CLOCK)
    review = fields.Date(load_default=None, allow_none=True)  # the day on which he is to be reminded
    agreement = Id(load_default=None, allow_none=True)  # the agreement of which this is an instalment


class ContactBody(Body):
    """`contact.recorded`, version 1: any contact on any channel that is not a visit."""

    debtor = Id(required=True)
    channel = fields.String(required=True, validate=validate.OneOf(["call", "message", "letter", "email"]))
    happened = fields.Nested(HappenedBody, required=True)
    effective = fields.Boolean(required=True)
    note = fields.String(load_default="", validate=validate.Length(max=4000))


class AddressBody(Body):
    """`address.proposed`, version 1: found in the field; the office accepts or rejects it."""

    debtor = Id(required=True)
    visit = Id(load_default=None, allow_none=True)
    kind = fields.String(required=True)
    text = fields.String(required=True, validate=validate.Length(min=3, max=300))
    district = fields.String(load_default="", validate=validate.Length(max=120))
    city = fields.String(load_default="", validate=validate.Length(max=120))
    location = fields.Nested(LocationBody, load_default=None, allow_none=True)
    informant = fields.String(load_default="", validate=validate.Length(max=200))


class PhoneBody(Body):
    """`phone.proposed`, version 1."""

    debtor = Id(required=True)
    visit = Id(load_default=None, allow_none=True)
    value = fields.String(required=True, validate=validate.Length(min=5, max=40))
    holder = fields.String(load_default="debtor")
    relation = fields.String(load_default="", validate=validate.Length(max=60))


class AttachmentBody(Body):
    """`attachment.added`, version 1: the bytes travel apart, by their SHA-256."""

    visit = Id(required=True)
    sha256 = fields.String(required=True, validate=validate.Regexp(r"^[0-9a-f]{64}\Z"))
    media_type = fields.String(required=True, validate=validate.Length(max=100))
    size = fields.Integer(strict=True, required=True, validate=validate.Range(min=1))
    role = fields.String(load_default="photo")
    location = fields.Nested(LocationBody, load_default=None, allow_none=True)
    taken = Instant(load_default=None, allow_none=True)


class PaymentReportedBody(Body):
    """`payment.reported`, version 1: what the debtor or collector says was paid; not yet a payment."""

    visit = Id(load_default=None, allow_none=True)
    debtor = Id(required=True)
    account = Id(required=True)
    amount = Amount(required=True)
    currency = Currency(required=True)
    paid_on = fields.Date(required=True)
    channel = fields.String(required=True, validate=validate.Length(max=60))
    receipt = fields.String(load_default="", validate=validate.Length(max=120))


class AmendmentBody(Body):
    """`visit.amended`, version 1: the original stays; `replaces` holds only the fields that change."""

    visit = Id(required=True)
    why = fields.String(required=True, validate=validate.Length(min=3, max=1000))
    replaces = fields.Dict(required=True)


class SkippedBody(Body):
    """`stop.skipped`, version 1: a planned stop that was not attempted, and why."""

    debtor = Id(required=True)
    stop = Id(required=True)
    route = Id(load_default=None, allow_none=True)
    happened = fields.Nested(HappenedBody, required=True)
    cause = fields.String(required=True, validate=validate.Length(min=2, max=300))


class DeliveredBody(Body):
    """`notice.delivered`, version 1: a paper left or handed over. `code` and `token` are those printed on it
    (`sync.slips`), `document` the paper of the office that it was, `photo` the picture of the envelope."""

    debtor = Id(required=True)
    account = Id(load_default=None, allow_none=True)
    visit = Id(load_default=None, allow_none=True)
    paper = fields.String(required=True, validate=one_of(Paper))
    document = Id(load_default=None, allow_none=True)
    code = fields.String(load_default="", validate=validate.Regexp(r"^([0-9A-HJKMNP-TV-Z]{12})?\Z"))
    token = fields.String(load_default="", validate=validate.Length(max=200))
    how = fields.String(required=True, validate=one_of(Handing))
    party = fields.String(required=True, validate=one_of(Party))
    sealed = fields.Boolean(required=True)
    photo = fields.String(load_default=None, allow_none=True, validate=validate.Regexp(r"^[0-9a-f]{64}\Z"))
    happened = fields.Nested(HappenedBody, required=True)
    note = fields.String(load_default="", validate=validate.Length(max=1000))


class PartsBody(Body):
    """What an amount is made of."""

    principal = Amount(required=True)
    interest = Amount(required=True)
    late_interest = Amount(required=True)
    fees = Amount(required=True)


class InstalmentBody(Body):
    due = fields.Date(required=True)
    amount = Amount(required=True)


class TermsBody(Body):
    """What an offer or an agreement comes to: debt - discount + charge + interest = the instalments' sum,
    but for an agreement that does not settle."""

    debtor = Id(required=True)
    account = Id(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(["plan", "discount", "restructuring"]))
    currency = Currency(required=True)
    as_of = fields.Date(required=True)
    debt = fields.Nested(PartsBody, required=True)
    discount = fields.Nested(PartsBody, required=True)
    charge = Amount(required=True)
    interest = Amount(required=True)
    instalments = fields.List(
        fields.Nested(InstalmentBody), required=True, validate=validate.Length(min=1, max=60)
    )


class OfferRequestedBody(TermsBody):
    """`offer.requested`, version 1: terms beyond the collector's authority; the office approves or rejects.

    `beyond` names the rules it goes beyond, as the laptop judged them.
    """

    visit = Id(load_default=None, allow_none=True)
    why = fields.String(required=True, validate=validate.Length(min=3, max=1000))
    beyond = fields.List(
        fields.String(validate=validate.Length(max=60)), load_default=list, validate=validate.Length(max=20)
    )


class AgreementBody(TermsBody):
    """`agreement.made`, version 1: what debtor and creditor agreed. Its instalments are `promise.made` too.

    `offer`: the approved request it carries out, where one was needed.
    """

    visit = Id(required=True)
    settles = fields.Boolean(required=True)
    agreed_by = fields.String(required=True, validate=validate.Length(min=1, max=200))
    approver = fields.String(load_default="", validate=validate.Length(max=2000))
    offer = Id(load_default=None, allow_none=True)


class SuggestionBody(Body):
    """`suggestion.made`, version 1: what the debtor himself proposed to pay. It binds nobody.

    `signed` tells whether he put his name to it; it may be unsigned.
    """

    debtor = Id(required=True)
    account = Id(required=True)
    visit = Id(load_default=None, allow_none=True)
    amount = Amount(load_default=None, allow_none=True)
    currency = Currency(required=True)
    pay_on = fields.Date(load_default=None, allow_none=True)
    text = fields.String(required=True, validate=validate.Length(min=3, max=1000))
    said_by = fields.String(load_default="", validate=validate.Length(max=200))
    signed = fields.Boolean(load_default=False)


class IncarnationBody(Body):
    """`incarnation.opened`, version 1: always n = 1 of an incarnation that continues another."""

    parent = Id(required=True)
    parent_n = fields.Integer(strict=True, required=True)
    parent_h = fields.String(required=True, validate=validate.Regexp(r"^[0-9a-f]{64}\Z"))
    why = fields.String(load_default="")


BODIES: dict[tuple[str, int], type[Body]] = {
    (EventKind.VISIT_RECORDED, 1): VisitBody,
    (EventKind.CONTACT_RECORDED, 1): ContactBody,
    (EventKind.PROMISE_MADE, 1): PromiseBody,
    (EventKind.ADDRESS_PROPOSED, 1): AddressBody,
    (EventKind.PHONE_PROPOSED, 1): PhoneBody,
    (EventKind.ATTACHMENT_ADDED, 1): AttachmentBody,
    (EventKind.PAYMENT_REPORTED, 1): PaymentReportedBody,
    (EventKind.VISIT_AMENDED, 1): AmendmentBody,
    (EventKind.STOP_SKIPPED, 1): SkippedBody,
    (EventKind.NOTICE_DELIVERED, 1): DeliveredBody,
    (EventKind.INCARNATION_OPENED, 1): IncarnationBody,
    (EventKind.SUGGESTION_MADE, 1): SuggestionBody,
    (EventKind.OFFER_REQUESTED, 1): OfferRequestedBody,
    (EventKind.AGREEMENT_MADE, 1): AgreementBody,
}


def load_body(kind: str, version: int, body: dict[str, Any]) -> dict[str, Any]:
    """A body with its types: Decimal, aware datetimes, dates.

    Raises KeyError for a kind and version nobody here knows, marshmallow's ValidationError for a
    body that does not hold what its kind demands.
    """
    loaded: dict[str, Any] = _schema(BODIES[(kind, version)]).load(body)
    return loaded


@lru_cache(maxsize=64)
def declared(kind: str, version: int) -> frozenset[str]:
    """The fields that a body of that kind is known to have: any other is kept as it came, of any type."""
    return frozenset(_schema(BODIES[(kind, version)]).fields)


@lru_cache(maxsize=64)
def _schema(body: type[Body]) -> Body:
    """Made once: making a schema costs more than loading with it."""
    return body()
