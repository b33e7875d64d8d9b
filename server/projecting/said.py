"""Reads what an event says and whether it can be applied. Pure; knows no store.

What cannot be applied is kept verbatim all the same: an event never blocks those after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Any

from marshmallow import INCLUDE, ValidationError, fields, validate

from sync.ledger import Entry, as_received, body_digest
from sync.ledger.entries import odd_header, said_by
from sync.money import to_minor
from sync.records import AddressKind, changed
from sync.wire.codec import loads
from sync.wire.errors import Problem
from sync.wire.events import BODIES, declared, load_body
from sync.wire.fields import Id
from sync.wire.messages import Clock
from sync.wire.swift import Swift
from sync.words import N_, Phrase

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
# A laptop's clock may be far off, but beyond this its offset says nothing.
LARGEST_OFFSET_MS = 10 * 366 * 86_400_000
LARGEST_LINE = 100_000


class Header(Swift):
    """An event's header, as far as the office reads it."""

    class Meta:
        unknown = INCLUDE

    id = Id(required=True)
    incarnation = Id(required=True)
    n = fields.Integer(strict=True, required=True)
    kind = fields.String(required=True, validate=validate.Length(min=1, max=100))
    version = fields.Integer(strict=True, required=True, validate=validate.Range(0, 1_000_000))
    clock = fields.Nested(Clock, required=True)


_HEADER = Header()


@dataclass(frozen=True)
class Said:
    """One event as read: with `code` it is quarantined, and `detail` says why."""

    entry: Entry
    clock: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    raw: Mapping[str, Any] = field(default_factory=dict)
    code: str | None = None
    detail: Mapping[str, Any] | None = None

    @property
    def recorded(self) -> datetime:
        """When it was written, by the laptop's clock."""
        moment: datetime = self.clock["wall"]
        return moment


class Unfit(Exception):
    """Why one event cannot be applied."""

    def __init__(self, code: str, because: Phrase, fields: Mapping[str, Any] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail_of(because, fields)


def detail_of(because: Phrase, fields: Mapping[str, Any] | None = None) -> dict[str, Any]:
    said: dict[str, Any] = because.stored()
    return said | {"fields": dict(fields)} if fields else said


def quarantined(said: Said, unfit: Unfit) -> Said:
    return changed(said, code=unfit.code, detail=unfit.detail)


def entry_of(incarnation: str, message: Mapping[str, Any]) -> Entry:
    """The entry an EventMessage carries, as it came; its hash is empty when it was not sent.

    Raises ValueError when neither the body nor its digest was sent.
    """
    body = message["body"]
    digest = message["body_digest"]
    if digest is None:
        if message["salt"] is None or body is None:
            raise ValueError("an erased body needs its digest")
        digest = body_digest(message["salt"], body.encode())
    return as_received(
        incarnation=incarnation,
        n=message["n"],
        header=message["header"].encode(),
        salt=message["salt"],
        body=None if body is None else body.encode(),
        body_digest=digest,
        h=message["h"] or b"",
    )


def judge(entry: Entry) -> Said:
    """Read header and body; whatever is wrong with them is said in the answer."""
    clock: Mapping[str, Any] = {}
    try:
        clock = _clock(entry)
        raw = _body(entry)
        return Said(entry, clock, _loaded(entry, raw), raw)
    except Unfit as unfit:
        return quarantined(Said(entry, clock), unfit)


def _clock(entry: Entry) -> Mapping[str, Any]:
    odd = odd_header(entry)
    if odd is not None:
        raise Unfit(
            "validation_failed", Phrase(N_("El encabezado del evento no se entiende")), {"header": odd}
        )
    try:
        header = _HEADER.load(said_by(entry.header))
    except ValidationError as wrong:
        raise Unfit(
            "validation_failed",
            Phrase(N_("El encabezado del evento no se entiende")),
            {"header": wrong.messages},
        ) from wrong
    clock: dict[str, Any] = header["clock"]
    _sane("clock.wall", clock["wall"])
    if clock["offset_ms"] is not None and abs(clock["offset_ms"]) > LARGEST_OFFSET_MS:
        raise _wrong("clock.offset_ms", "more than ten years off")
    if not 0 <= (clock["uncertainty_ms"] or 0) <= LARGEST_OFFSET_MS:
        raise _wrong("clock.uncertainty_ms", "not between zero and ten years")
    return clock


def _body(entry: Entry) -> dict[str, Any]:
    if entry.body is None:
        raise Unfit("erased", Phrase(N_("El contenido del evento fue suprimido antes de llegar")))
    try:
        raw = loads(entry.body)
    except Problem as wrong:
        raise Unfit("bad_json", wrong.detail) from wrong
    if not isinstance(raw, dict):
        raise _wrong("", "an object is expected")
    return raw


def _loaded(entry: Entry, raw: dict[str, Any]) -> dict[str, Any]:
    if (entry.kind, entry.version) not in BODIES:
        known = any(kind == entry.kind for kind, _ in BODIES)
        raise Unfit(
            "unknown_version" if known else "unknown_kind",
            Phrase(
                N_("La oficina no conoce aún «{kind}» versión {version}; se guardó para aplicarlo después"),
                {"kind": entry.kind, "version": entry.version},
            ),
        )
    try:
        body = load_body(entry.kind, entry.version, raw)
    except ValidationError as wrong:
        raise Unfit(
            "validation_failed",
            Phrase(N_("El evento tiene datos que no cumplen lo esperado")),
            {"body": wrong.messages},
        ) from wrong
    # What a kind does not have may be of any type: it stays in the ledger as it came, and nobody reads it.
    own = declared(entry.kind, entry.version)
    body = {name: value for name, value in body.items() if name in own}
    check_body(entry.kind, body)
    return body


def check_body(kind: str, body: Mapping[str, Any]) -> None:
    """What the schemas cannot say: intervals in order, dates of this age, one result per account, cents."""
    if (happened := body.get("happened")) is not None:
        _sane("happened.start", happened["start"])
        _sane("happened.end", happened["end"])
        if happened["end"] < happened["start"]:
            raise _wrong("happened", "it ends before it starts")
        if not 0 <= (happened["line"] or 0) <= LARGEST_LINE:
            raise _wrong("happened.line", "not a line of a route sheet")
    if (recorded := body.get("recorded")) is not None:
        _sane("recorded", recorded)
    if (results := body.get("results")) is not None:
        accounts = [result["account"] for result in results]
        if len(set(accounts)) != len(accounts):
            raise _wrong("results", "an account has two results")
    if body.get("amount") is not None:
        if body["amount"] <= 0:
            raise _wrong("amount", "not more than zero")
        try:
            to_minor(body["amount"], body["currency"])
        except ValueError as wrong:
            raise _wrong("amount", str(wrong)) from wrong
    for name in ("due", "paid_on", "review", "pay_on"):
        if body.get(name) is not None and not EARLIEST.date() <= body[name] <= LATEST.date():
            raise _wrong(name, "not a date between 2000 and 2100")
    for name in ("window_start", "window_end"):
        _clock_time(name, body.get(name))
    if kind == "address.proposed" and body["kind"] not in {kind.value for kind in AddressKind}:
        raise _wrong("kind", "not a kind of address")


def _clock_time(name: str, text: str | None) -> None:
    if text is None:
        return
    try:
        time.fromisoformat(text)
    except ValueError as wrong:
        raise _wrong(name, "not a time such as 09:30") from wrong
    if not text.isascii():
        raise _wrong(name, "not a time such as 09:30")


def _sane(name: str, moment: datetime) -> None:
    if not EARLIEST <= moment <= LATEST:
        raise _wrong(name, "not a time between 2000 and 2100")


def _wrong(name: str, why: str) -> Unfit:
    because = Phrase(N_("El evento tiene datos que no cumplen lo esperado"))
    return Unfit("validation_failed", because, {name: [why]})
