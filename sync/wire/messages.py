"""The messages of the protocol: enrol, hello, push, pull, compare. Exact events travel as strings.

One `POST /v1/sync` carries hello, a batch of events and a cursor up, and the mark, the quarantined
list, a page of the feed and the receipt down. `docs/protocol.md` tells the whole of it.
"""

from __future__ import annotations

from marshmallow import INCLUDE, fields, validate

from .fields import Hex, Id, Instant
from .swift import Swift

PROTOCOL = 1
PAGE_LIMIT = 500
BATCH_LIMIT = 500


class Message(Swift):
    class Meta:
        unknown = INCLUDE


class Mark(Message):
    """How far a chain is held: (incarnation, n, h(n)); n = 0 and 32 zero bytes when nothing is."""

    incarnation = Id(required=True)
    n = fields.Integer(strict=True, required=True, validate=validate.Range(min=0))
    h = Hex(size=32, required=True)


class Cursor(Message):
    """How far a feed was read: the server epoch and the number of its last row applied."""

    epoch = Id(required=True)
    number = fields.Integer(strict=True, required=True, validate=validate.Range(min=0))


class Clock(Message):
    """The laptop's clocks: wall, monotonic since boot, the boot, and the last measured offset."""

    wall = Instant(required=True)
    mono_ms = fields.Integer(strict=True, required=True)
    boot = fields.String(required=True, validate=validate.Length(max=64))
    offset_ms = fields.Integer(strict=True, load_default=None, allow_none=True)
    uncertainty_ms = fields.Integer(strict=True, load_default=None, allow_none=True)


class ReceiptMessage(Message):
    """The office's countersigned word that it holds a chain up to n."""

    device = Id(required=True)
    incarnation = Id(required=True)
    n = fields.Integer(strict=True, required=True)
    h = Hex(size=32, required=True)
    feed_number = fields.Integer(strict=True, required=True)
    epoch = Id(required=True)
    server_time = Instant(required=True)
    key_id = fields.String(required=True)
    signature = Hex(size=64, required=True)


class Claim(Message):
    """What the laptop's last receipt says. The office asks for the receipt itself where it knows of less."""

    incarnation = Id(required=True)
    n = fields.Integer(strict=True, required=True, validate=validate.Range(min=0))
    feed_number = fields.Integer(strict=True, required=True, validate=validate.Range(min=0))
    epoch = Id(required=True)


class PushHead(Message):
    """Where the chain stands after a push. Without `h` the office computes it; it is what was signed."""

    incarnation = Id(required=True)
    n = fields.Integer(strict=True, required=True, validate=validate.Range(min=0))
    h = Hex(size=32, load_default=None, allow_none=True)


class EventMessage(Message):
    """One entry of the chain: its exact header and body bytes as text. `salt` and `body` null = erased.

    `body_digest` is needed only for an erased body; otherwise the office computes it, and `h` too: both
    are bound by the signed head of the push. Where they are sent they must agree.
    """

    n = fields.Integer(strict=True, required=True, validate=validate.Range(min=1))
    header = fields.String(required=True, validate=validate.Length(min=2, max=20_000))
    salt = Hex(size=16, required=True, allow_none=True)
    body = fields.String(required=True, allow_none=True, validate=validate.Length(max=200_000))
    body_digest = Hex(size=32, load_default=None, allow_none=True)
    h = Hex(size=32, load_default=None, allow_none=True)


class Hello(Message):
    """Who speaks, in which versions, at what time by his clocks, with his last receipt or what it says.

    `pending` is how many events he still holds back after this request's push; null when he does not say.
    `keys`, beside a receipt that is shown, are the office's public keys as he knows them, with endorsements.
    """

    protocol = fields.Integer(strict=True, required=True)
    client = fields.String(required=True, validate=validate.Length(max=60))
    clock = fields.Nested(Clock, required=True)
    incarnation = Id(required=True)
    policy_versions = fields.Dict(keys=fields.String(), values=fields.String(), load_default=dict)
    receipt = fields.Nested(ReceiptMessage, load_default=None, allow_none=True)
    claim = fields.Nested(Claim, load_default=None, allow_none=True)
    keys = fields.Dict(load_default=None, allow_none=True)
    pending = fields.Integer(
        strict=True, load_default=None, allow_none=True, validate=validate.Range(min=0, max=2**31 - 1)
    )


class Push(Message):
    """Events of one incarnation, in order from n = first; `signature` is over the new head."""

    incarnation = Id(required=True)
    parent = fields.Nested(Mark, load_default=None, allow_none=True)
    events = fields.List(
        fields.Nested(EventMessage), required=True, validate=validate.Length(max=BATCH_LIMIT)
    )
    head = fields.Nested(PushHead, required=True)
    signature = Hex(size=64, required=True)


class Pull(Message):
    """Where the laptop stands in its feed; null before the first page."""

    cursor = fields.Nested(Cursor, load_default=None, allow_none=True)
    limit = fields.Integer(
        strict=True, load_default=PAGE_LIMIT, validate=validate.Range(min=1, max=PAGE_LIMIT)
    )


class SyncRequest(Message):
    """`POST /v1/sync` up. `push` is null when there is nothing to say, `compare` when not asked."""

    hello = fields.Nested(Hello, required=True)
    push = fields.Nested(Push, load_default=None, allow_none=True)
    pull = fields.Nested(Pull, load_default=None, allow_none=True)
    compare = fields.Dict(load_default=None, allow_none=True)


class Quarantined(Message):
    """An event stored verbatim but not applied: which, the stable error code, and why in words."""

    incarnation = Id(required=True)
    n = fields.Integer(strict=True, required=True)
    id = fields.String(required=True)
    code = fields.String(required=True)
    detail = fields.Dict(required=True)


class FeedRow(Message):
    """One row of the feed; `payload` null and `gone` true is a tombstone."""

    number = fields.Integer(strict=True, required=True)
    kind = fields.String(required=True)
    id = fields.String(required=True)
    gone = fields.Boolean(required=True)
    payload = fields.Dict(required=True, allow_none=True)


class Page(Message):
    """Rows after the cursor in number order; `more` when another page waits.

    `reset` true means the epoch is new: the laptop clears its pulled records and reads from zero.
    `reflects` is the n of this incarnation whose effects are in the feed up to `cursor`. `top`, told while
    more wait, is the number of the feed's last row: how far it is, for who waits for a long one.
    """

    cursor = fields.Nested(Cursor, required=True)
    rows = fields.List(fields.Nested(FeedRow), required=True)
    more = fields.Boolean(required=True)
    reset = fields.Boolean(required=True)
    reflects = fields.Nested(Mark, required=True)
    top = fields.Integer(strict=True, load_default=None, allow_none=True)


class SyncReply(Message):
    """`POST /v1/sync` down."""

    protocol = fields.Integer(strict=True, required=True)
    server = fields.String(required=True)
    server_time = Instant(required=True)
    epoch = Id(required=True)
    have = fields.Nested(Mark, required=True)
    quarantined = fields.List(fields.Nested(Quarantined), required=True)
    receipt = fields.Nested(ReceiptMessage, required=True, allow_none=True)
    checkpoint = fields.Dict(required=True, allow_none=True)
    verified_backup = fields.Nested(Mark, required=True, allow_none=True)
    page = fields.Nested(Page, required=True, allow_none=True)
    compare = fields.Dict(required=True, allow_none=True)
    notices = fields.List(fields.Dict(), required=True)
    # The office's public signing keys, while the laptop has not shown that it knows the one in use.
    signing_keys = fields.Dict(load_default=None, allow_none=True)
    lease_until = Instant(load_default=None, allow_none=True)
    # The TLS keys the office may show, signed; told while it is about to change its key (`sync.pinning`).
    tls_pins = fields.Dict(load_default=None, allow_none=True)


class EnrolRequest(Message):
    """`POST /v1/enrol` up: a one-time code, the laptop's public signing key, the chain it writes to.

    `agent` is whose laptop it was already, for one that an office put back from a backup knows no more.
    """

    code = fields.String(required=True, validate=validate.Length(min=8, max=200))
    device_name = fields.String(required=True, validate=validate.Length(min=1, max=80))
    public_key = Hex(size=32, required=True)
    incarnation = Id(required=True)
    client = fields.String(required=True)
    agent = Id(load_default=None, allow_none=True)


class EnrolReply(Message):
    """`POST /v1/enrol` down: the token (once), the office's public keys, and whom it serves."""

    device = Id(required=True)
    token = fields.String(required=True)
    agent = Id(required=True)
    agent_name = fields.String(required=True)
    office = Id(required=True)
    office_name = fields.String(required=True)
    epoch = Id(required=True)
    signing_keys = fields.Dict(required=True)
    recovery_key = Hex(size=32, required=True)
    server_time = Instant(required=True)


class SealRequest(Message):
    """`POST /v1/seal` up: the database key sealed to the office's recovery key, after enrolment."""

    sealed_key = Hex(required=True)
