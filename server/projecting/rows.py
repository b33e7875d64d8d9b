"""What each kind of event becomes: its rows, or why it cannot be applied yet. Writes nothing itself.

Whatever an event names must be known here, or it waits in quarantine; scope rejects nothing, it is noted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any, NamedTuple

from marshmallow import ValidationError

from sync.ids import new_id
from sync.money import to_minor
from sync.records import EventKind, LocationSource, Precision
from sync.rules import typed
from sync.rules.cease import closed_channels
from sync.rules.clauses import StopKind
from sync.rules.policy import zone_of
from sync.rules.results import RESULTS
from sync.wire.events import load_body
from sync.words import N_, Phrase

from ..publishing.records import AMENDABLE, visit_told
from ..store.devices import Device
from . import agreed
from .said import LATEST, Said, Unfit, check_body
from .surroundings import Surroundings
from .verdicts import judged

Row = dict[str, Any]

DOOR_M, BLOCK_M = 30.0, 150.0
LANDLINE_DIGITS = 9  # fewer digits than a mobile has in any country served


@dataclass(frozen=True)
class Sender:
    """Whose laptop speaks, when its request came, and the clock it carried (a hello's; None: not known)."""

    device: Device
    now: datetime
    heard: Mapping[str, Any] | None = None


class Made(NamedTuple):
    """One row for one table."""

    table: str
    row: Row


def rows_of(said: Said, around: Surroundings, sender: Sender) -> list[Made]:
    """The rows of one event. Raises Unfit."""
    return ROWS[EventKind(said.entry.kind)](said, around, sender)


def _visit(said: Said, around: Surroundings, sender: Sender) -> list[Made]:
    body = said.body
    _known_debtor(body["debtor"], around)
    _known_accounts([result["account"] for result in body["results"]], around)
    row, told = judged(said, around, sender.device, sender.now, sender.heard)
    around.add_visit(row, told)
    results = [
        {
            "visit_id": said.entry.id,
            "account_id": result["account"],
            "result": result["result"],
            "reason": result["reason"],
            "detail": result["detail"],
        }
        for result in body["results"]
    ]
    return [
        Made("visits", row),
        *(Made("visit_results", result) for result in results),
        *_stops(said, body["debtor"], body["results"], body["happened"]["start"], around),
    ]


_STOPS = {result.value: rule.stops for result, rule in RESULTS.items()}


def _stops(
    said: Said, debtor: str, results: Iterable[Mapping[str, Any]], since: datetime, around: Surroundings
) -> list[Made]:
    """What these results stop until somebody of the office has looked. A dispute stops its account, the
    rest stops the person."""
    made = []
    for result in results:
        kind = _STOPS[result["result"]]
        if kind is None:
            continue
        account = result["account"] if kind is StopKind.DISPUTE else None
        until = _held_until(result["detail"], around.zones[debtor]) if kind is StopKind.HELD else None
        channels = closed_channels(kind, result["detail"])
        if not around.set_stop(debtor, kind, account, since, until, channels):
            continue
        row = {
            "id": new_id(),
            "debtor_id": debtor,
            "account_id": account,
            "state": kind.value,
            "since": since,
            "until": until,
            "source": said.entry.id,
            "detail": {"result": result["result"], "account": result["account"], **result["detail"]},
        }
        made.append(Made("stop_states", row))
    return made


def _held_until(detail: Mapping[str, str], zone: str) -> datetime | None:
    """The end of the day, where the debtor lives, until which he is held or in hospital, if it was told."""
    last = typed.day(detail.get("hold_until", ""))
    if last is None or last > LATEST.date():
        return None
    return datetime.combine(last, time.max, zone_of(zone) or UTC)


def _amendment(said: Said, around: Surroundings, sender: Sender) -> list[Made]:
    """The original stays; what is laid over it must make a visit that could have been recorded."""
    body = said.body
    original = _known_visit(body["visit"], around)
    if original["agent_id"] != sender.device.agent_id:
        raise Unfit("not_allowed", Phrase(N_("Solo quien hizo la visita la puede corregir")))
    fixed = sorted(set(body["replaces"]) - set(AMENDABLE))
    if fixed:
        text = N_("Esto no se puede corregir en una visita: {names}")
        raise Unfit("validation_failed", Phrase(text, {"names": ", ".join(fixed)[:200]}))
    told = visit_told(original, around.results.get(body["visit"], []))
    try:
        merged = load_body(EventKind.VISIT_RECORDED, 1, told | dict(said.raw["replaces"]))
    except ValidationError as wrong:
        because = Phrase(N_("Con esta corrección la visita tiene datos que no cumplen lo esperado"))
        raise Unfit("validation_failed", because, {"replaces": wrong.messages}) from wrong
    check_body(EventKind.VISIT_RECORDED, merged)
    _known_accounts([result["account"] for result in merged["results"]], around)
    row = {
        "id": said.entry.id,
        "visit_id": body["visit"],
        "agent_id": sender.device.agent_id,
        "why": body["why"],
        "replaces": said.raw["replaces"],
        "recorded_at": said.recorded,
        "received_at": sender.now,
    }
    results = merged["results"] if "results" in body["replaces"] else []
    since = merged["happened"]["start"]
    return [Made("amendments", row), *_stops(said, original["debtor_id"], results, since, around)]


def _promise(said: Said, around: Surroundings, sender: Sender) -> list[Made]:
    body = said.body
    visit = _known_visit(body["visit"], around)
    _known_debtor(body["debtor"], around)
    _known_accounts([body["account"]], around)
    row = {
        "id": said.entry.id,
        "visit_id": body["visit"],
        "account_id": body["account"],
        "debtor_id": body["debtor"],
        "agent_id": sender.device.agent_id,
        "amount_minor": to_minor(body["amount"], body["currency"]),
        "currency": body["currency"],
        "due": body["due"],
        "channel": body["channel"],
        "place": body["place"],
        "window_start": body["window_start"],
        "window_end": body["window_end"],
        # Made at the door, however late it was typed.
        "made_at": visit["ended"],
        "review_on": body["review"],
        "agreement_id": body["agreement"],
        "cancelled_at": None,
        "cancelled_by": "",
        "cancelled_because": "",
    }
    return [Made("promises", row)]


def _contact(said: Said, around: Surroundings, sender: Sender) -> list[Made]:
    body = said.body
    _known_debtor(body["debtor"], around)
    row = {
        "id": said.entry.id,
        "debtor_id": body["debtor"],
        "agent_id": sender.device.agent_id,
        "channel": body["channel"],
        "started": body["happened"]["start"],
        "ended": body["happened"]["end"],
        "effective": body["effective"],
        "source": "ronda",
        "note": body["note"],
    }
    around.add_contact(row)
    return [Made("contacts", row)]


def _address(said: Said, around: Surroundings, sender: Sender) -> list[Made]:
    """A proposal under the event's own id: two that differ are both kept, and the office chooses."""
    body = said.body
    zone = _known_debtor(body["debtor"], around)
    found = body["location"] or {"source": LocationSource.NONE.value, "lat": None, "lon": None}
    row = {
        "id": said.entry.id,
        "debtor_id": body["debtor"],
        "lender_id": None,
        "kind": body["kind"],
        "text": body["text"],
        "district": body["district"],
        "city": body["city"],
        "lat": found["lat"],
        "lon": found["lon"],
        "precision": _precision(found).value,
        "source": "field",
        "origin": "field",
        "state": "proposed",
        "event_id": said.entry.id,
        "since": said.recorded.astimezone(zone_of(zone) or UTC).date(),
        "until": None,
    }
    around.address_states[said.entry.id] = "proposed"
    return [Made("addresses", row)]


def _precision(found: Mapping[str, Any]) -> Precision:
    if found["lat"] is None or found["lon"] is None:
        return Precision.NONE
    if found["source"] == LocationSource.PIN:
        return Precision.BLOCK
    accuracy = found.get("accuracy_m")
    if accuracy is None or accuracy > BLOCK_M:
        return Precision.STREET
    return Precision.DOOR if accuracy <= DOOR_M else Precision.BLOCK


def _phone(said: Said, around: Surroundings, sender: Sender) -> list[Made]:
    body = said.body
    zone = _known_debtor(body["debtor"], around)
    digits = sum(letter.isdigit() for letter in body["value"])
    kind = "email" if "@" in body["value"] else "landline" if digits < LANDLINE_DIGITS else "mobile"
    row = {
        "id": said.entry.id,
        "debtor_id": body["debtor"],
        "lender_id": None,
        "kind": kind,
        "value": body["value"],
        "e164": "",
        "holder": body["holder"],
        "relation": body["relation"],
        "origin": "field",
        "state": "proposed",
        "event_id": said.entry.id,
        "since": said.recorded.astimezone(zone_of(zone) or UTC).date(),
        "until": None,
    }
    return [Made("contact_points", row)]


def _attachment(said: Said, around: Surroundings, sender: Sender) -> list[Made]:
    body = said.body
    _known_visit(body["visit"], around)
    names = ("sha256", "media_type", "size", "role")
    row = {name: body[name] for name in names} | {
        "id": said.entry.id,
        "visit_id": body["visit"],
        "stored_at": None,
    }
    return [Made("attachments", row)]


def _reported_payment(said: Said, around: Surroundings, sender: Sender) -> list[Made]:
    body = said.body
    _known_debtor(body["debtor"], around)
    _known_accounts([body["account"]], around)
    row = {
        "id": said.entry.id,
        "account_id": body["account"],
        "debtor_id": body["debtor"],
        "agent_id": sender.device.agent_id,
        "visit_id": body["visit"],
        "amount_minor": to_minor(body["amount"], body["currency"]),
        "currency": body["currency"],
        "paid_on": body["paid_on"],
        "channel": body["channel"],
        "receipt": body["receipt"],
    }
    return [Made("reported_payments", row)]


def _skip(said: Said, around: Surroundings, sender: Sender) -> list[Made]:
    body = said.body
    _known_debtor(body["debtor"], around)
    row = {
        "id": said.entry.id,
        "debtor_id": body["debtor"],
        "agent_id": sender.device.agent_id,
        "stop_id": body["stop"],
        "happened": body["happened"]["start"],
        "cause": body["cause"],
    }
    return [Made("skips", row)]


def _delivered(said: Said, around: Surroundings, sender: Sender) -> list[Made]:
    """A paper handed over. Its visit may be told after it, or never: it is no parent."""
    body = said.body
    _known_debtor(body["debtor"], around)
    _known_accounts([body["account"]] if body["account"] is not None else [], around)
    names = ("paper", "code", "token", "how", "party", "sealed", "photo", "note")
    row = {name: body[name] for name in names} | {
        "id": said.entry.id,
        "debtor_id": body["debtor"],
        "account_id": body["account"],
        "agent_id": sender.device.agent_id,
        "visit_id": body["visit"],
        "started": body["happened"]["start"],
        "ended": body["happened"]["end"],
        "actor": "",
    }
    return [Made("deliveries", row)]


def _offer(said: Said, around: Surroundings, sender: Sender) -> list[Made]:
    _of_account(said.body, around)
    made = _said_at(said, around)
    return [Made("offers", agreed.offer_row(said, sender.device.agent_id, made))]


def _agreement(said: Said, around: Surroundings, sender: Sender) -> list[Made]:
    _of_account(said.body, around)
    made = _known_visit(said.body["visit"], around)["ended"]
    return [Made("agreements", agreed.agreement_row(said, sender.device.agent_id, made))]


def _suggestion(said: Said, around: Surroundings, sender: Sender) -> list[Made]:
    _of_account(said.body, around)
    made = _said_at(said, around)
    return [Made("suggestions", agreed.suggestion_row(said, sender.device.agent_id, made))]


def _of_account(body: Mapping[str, Any], around: Surroundings) -> None:
    _known_debtor(body["debtor"], around)
    _known_accounts([body["account"]], around)


def _said_at(said: Said, around: Surroundings) -> datetime:
    """At the door, however late it was typed; when it was written where it is of no visit."""
    visit = said.body["visit"]
    made: datetime = said.recorded if visit is None else _known_visit(visit, around)["ended"]
    return made


def _nothing(said: Said, around: Surroundings, sender: Sender) -> list[Made]:
    """A new incarnation is a matter of the ledger, not of a debtor."""
    return []


ROWS: Mapping[EventKind, Callable[[Said, Surroundings, Sender], list[Made]]] = {
    EventKind.VISIT_RECORDED: _visit,
    EventKind.CONTACT_RECORDED: _contact,
    EventKind.PROMISE_MADE: _promise,
    EventKind.ADDRESS_PROPOSED: _address,
    EventKind.PHONE_PROPOSED: _phone,
    EventKind.ATTACHMENT_ADDED: _attachment,
    EventKind.PAYMENT_REPORTED: _reported_payment,
    EventKind.VISIT_AMENDED: _amendment,
    EventKind.STOP_SKIPPED: _skip,
    EventKind.NOTICE_DELIVERED: _delivered,
    EventKind.OFFER_REQUESTED: _offer,
    EventKind.AGREEMENT_MADE: _agreement,
    EventKind.SUGGESTION_MADE: _suggestion,
    EventKind.INCARNATION_OPENED: _nothing,
}


def _known_debtor(debtor: str, around: Surroundings) -> str:
    """His time zone."""
    if debtor not in around.zones:
        raise _unknown(Phrase(N_("La oficina no conoce al deudor {id}"), {"id": debtor}))
    return around.zones[debtor]


def _known_accounts(accounts: Iterable[str], around: Surroundings) -> None:
    for account in accounts:
        if account not in around.accounts:
            raise _unknown(Phrase(N_("La oficina no conoce la cuenta {id}"), {"id": account}))


def _known_visit(visit: str, around: Surroundings) -> Mapping[str, Any]:
    if visit not in around.visits:
        raise _unknown(Phrase(N_("La oficina no tiene la visita {id}"), {"id": visit}))
    return around.visits[visit]


def _unknown(because: Phrase) -> Unfit:
    return Unfit("unknown_record", because)
