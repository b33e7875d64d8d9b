"""Gives the office's rows the shape of the feed's records. Knows no table, no agent and no day.

Each function answers a JSON-ready object that its schema in `sync/wire/feed.py` loads.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sync.money import from_minor
from sync.rules.cease import closed_channels
from sync.rules.clauses import StopKind
from sync.rules.freshness import OutsideSource
from sync.rules.freshness import to_wire as source_to_wire
from sync.rules.policy import Policy, to_wire, zone_of
from sync.rules.questions import CAUSE, may_know_cause
from sync.wire.fields import instant
from sync.words import Phrase

from ..store.agents import Agent

Row = Mapping[Any, Any]
Payload = dict[str, Any]

# What an amendment may change of a visit: what was told. Who, whose and when it was typed stay.
AMENDABLE = (
    *("place", "party", "happened", "results", "note", "address", "location"),
    *("steps", "objections", "alarms", "answers"),
)
# What tells of the talk itself, and so only to whom some account of it is his.
TALK = ("steps", "objections", "alarms", "answers")


def agent(held: Agent) -> Payload:
    return {
        "id": held.id,
        "name": held.name,
        "branch": held.branch,
        "team": held.team,
        "zone": held.zone,
        "timezone": held.timezone,
        "shift_start": held.shift_start,
        "shift_end": held.shift_end,
        "home_lat": held.home_lat,
        "home_lon": held.home_lon,
        "vehicle": held.vehicle,
    }


def policy(pack: Policy) -> Payload:
    return {"name": pack.name, **to_wire(pack)}


def lender(lender_id: str, name: str, sources: Sequence[OutsideSource]) -> Payload:
    return {"id": lender_id, "name": name, "sources": [source_to_wire(source) for source in sources]}


def address(row: Row) -> Payload:
    names = (
        "id",
        "kind",
        "text",
        "district",
        "city",
        "lat",
        "lon",
        "precision",
        "source",
        "origin",
        "state",
    )
    return {name: row[name] for name in names}


def contact_point(row: Row) -> Payload:
    names = ("id", "kind", "value", "holder", "relation", "origin", "state")
    return {name: row[name] for name in names}


def debtor(row: Row, addresses: Sequence[Row], points: Sequence[Row], stops: Sequence[Row]) -> Payload:
    """`stops`: what stops collection until the office looks at it (dispute, cease, deceased …)."""
    return {
        "id": row["id"],
        "kind": row["kind"],
        "name": row["name"],
        "document_type": row["document_type"],
        "document": row["document"] or "",
        "timezone": row["timezone"],
        "language": row["language"],
        "addresses": [address(held) for held in addresses],
        "contact_points": [contact_point(held) for held in points],
        "stops": [_stopped(held) for held in stops],
    }


def _stopped(row: Row) -> Payload:
    """`channels` is there only where the stop closes some and not all."""
    closed = closed_channels(StopKind(row["state"]), row["detail"] or {})
    return {
        "state": row["state"],
        "account": row["account_id"],
        "since": instant(row["since"]),
        "until": _moment(row["until"]),
        **({"channels": list(closed)} if closed else {}),
    }


def balance(row: Row) -> Payload:
    currency = row["currency"]
    parts = ("principal", "interest", "late_interest", "fees", "overdue")
    return {
        "as_of": row["as_of"].isoformat(),
        **{part: _amount(row[f"{part}_minor"], currency) for part in parts},
        "oldest_due": _day(row["oldest_due"]),
        "instalments_overdue": row["instalments_overdue"],
    }


def person(row: Row, addresses: Sequence[Row], points: Sequence[Row]) -> Payload:
    """Someone bound to an account; with how to reach him when he is not the debtor it is filed under."""
    return {
        "debtor": row["debtor_id"],
        "name": row["name_as_given"] or row["debtor_name"],
        "role": row["role"],
        "addresses": [address(held) for held in addresses],
        "contact_points": [contact_point(held) for held in points],
    }


def account(
    row: Row,
    latest: Row | None,
    people: Sequence[Payload],
    documents: Sequence[Row],
    payments_through: date | None,
) -> Payload:
    return {
        "id": row["id"],
        "lender": row["lender"],
        "number": row["number"],
        "debtor": row["debtor_id"],
        "currency": row["currency"],
        "credit_type": row["credit_type"],
        "product": row["product"],
        "branch": row["branch"],
        "pack": row["pack"],
        "pack_reason": row["pack_reason"],
        "exception_evidence": row["exception_evidence"],
        "state": row["state"],
        "lender_days_past_due": row["lender_days_past_due"],
        "opened": _day(row["opened_on"]),
        "payday": row["payday"],
        "last_payment": _day(row["last_payment_on"]),
        "balance": None if latest is None else balance(latest),
        "people": list(people),
        "documents": [held["name"] for held in documents],
        "payments_through": _day(payments_through),
    }


def answers(rows: Sequence[Row], pack: Policy | None) -> Payload:
    """`answers` of an account: the latest to each of its questions. No cause where it may not be known."""
    latest: dict[str, Payload] = {}
    for row in reversed(rows):
        if row["question"] != CAUSE or may_know_cause(pack):
            latest[row["question"]] = {
                "question": row["question"],
                "text": row["text"],
                "by": row["actor"],
                "at": instant(row["at"]),
            }
    return {"answers": list(latest.values())} if latest else {}


def document(row: Row, debtor_id: str) -> Payload:
    """A paper of an account: its bytes come apart, by their hash."""
    names = ("id", "kind", "name", "sha256", "size", "media_type")
    return {name: row[name] for name in names} | {"debtor": debtor_id, "account": row["account_id"]}


def payment(row: Row) -> Payload:
    return {
        "id": row["id"],
        "account": row["account_id"],
        "amount": _amount(row["amount_minor"], row["currency"]),
        "currency": row["currency"],
        "value_date": row["value_date"].isoformat(),
        "posted_date": _day(row["posted_date"]),
        "imported_at": instant(row["imported_at"]),
        "channel": row["channel"],
        "receipt": row["receipt"],
        "reverses": row["reverses"],
        **({"promise": row["promise_id"]} if row["promise_id"] is not None else {}),
    }


def visit_told(row: Row, results: Sequence[Row]) -> Payload:
    """A visit as it was told, in the words of the event's own body."""
    return {
        "debtor": row["debtor_id"],
        "address": row["address_id"],
        "route": row["route_id"],
        "stop": row["stop_id"],
        "place": row["place"],
        "party": row["party"],
        "happened": {
            "start": instant(row["started"]),
            "end": instant(row["ended"]),
            "known": row["known"],
            "line": row["line"],
        },
        "recorded": instant(row["recorded_at"]),
        "zone": row["timezone"],
        "location": {
            "source": row["location_source"],
            "lat": row["lat"],
            "lon": row["lon"],
            "accuracy_m": row["accuracy_m"],
            "reason": row["location_reason"],
        },
        "results": [
            {
                "account": held["account_id"],
                "result": held["result"],
                "reason": held["reason"],
                "detail": dict(held["detail"]),
            }
            for held in results
        ],
        "note": row["note"],
        **(row["conduct"] or {}),
    }


def amended(told: Payload, amendments: Sequence[Row]) -> Payload:
    """What is said of the visit today: the original with each amendment laid over it, in order."""
    now = dict(told)
    for held in amendments:
        now |= {name: value for name, value in held["replaces"].items() if name in AMENDABLE}
    return now


def visit(row: Row, results: Sequence[Row], amendments: Sequence[Row]) -> Payload:
    return {
        "id": row["id"],
        "agent": row["agent_id"],
        "agent_name": row["agent_name"],
        **amended(visit_told(row, results), amendments),
        "amended_by": [held["id"] for held in amendments],
        "amended_at": [instant(held["recorded_at"]) for held in amendments],
    }


def within(record: Payload, accounts: Collection[str]) -> Payload:
    """A colleague's visit as an agent may read it: it counts in the caps, but of accounts that are not
    his he sees neither the result nor, when none is his, the note."""
    mine = [held for held in record["results"] if held["account"] in accounts]
    if not mine:
        return _without(record, TALK) | {"results": mine, "note": ""}
    told = record | {"results": mine}
    if "answers" in record:
        answers = [held for held in record["answers"] if held["account"] in accounts]
        told = _without(record, ("answers",)) | {"results": mine} | ({"answers": answers} if answers else {})
    return told


def _without(record: Payload, names: Collection[str]) -> Payload:
    return {name: value for name, value in record.items() if name not in names}


def promise(row: Row) -> Payload:
    return {
        "id": row["id"],
        "visit": row["visit_id"],
        "debtor": row["debtor_id"],
        "account": row["account_id"],
        "amount": _amount(row["amount_minor"], row["currency"]),
        "currency": row["currency"],
        "due": row["due"].isoformat(),
        "channel": row["channel"],
        "place": row["place"],
        "window_start": row["window_start"],
        "window_end": row["window_end"],
        "made": instant(row["made_at"]),
        **_word_on(row),
    }


def _word_on(row: Row) -> Payload:
    """What few promises have: a day of review, their agreement, the office's cancellation."""
    said: Payload = {}
    if row["review_on"] is not None:
        said["review"] = row["review_on"].isoformat()
    if row["agreement_id"] is not None:
        said["agreement"] = row["agreement_id"]
    if row["cancelled_at"] is not None:
        zone = zone_of(row.get("timezone") or "") or UTC
        said["cancelled"] = row["cancelled_at"].astimezone(zone).date().isoformat()
        said["cancelled_because"] = row["cancelled_because"]
    return said


def contact(row: Row) -> Payload:
    return {
        "id": row["id"],
        "debtor": row["debtor_id"],
        "channel": row["channel"],
        "start": instant(row["started"]),
        "end": instant(row["ended"]),
        "effective": row["effective"],
        "source": row["source"],
    }


def override(row: Row) -> Payload:
    """What somebody set aside for the debtor; only what is in force is told."""
    return {
        "id": row["id"],
        "debtor": row["debtor_id"],
        "rule": row["rule"],
        "day": row["day"].isoformat(),
        "channel": row["channel"],
        "why": row["why"],
        "by": row["asked_name"],
        "role": row["asked_role"],
        "approved_by": row["approved_name"],
    }


def skip(row: Row) -> Payload:
    """The office keeps when a stop was passed over as one instant."""
    return {
        "id": row["id"],
        "debtor": row["debtor_id"],
        "agent": row["agent_id"],
        "stop": row["stop_id"],
        "happened": {"start": instant(row["happened"]), "end": None, "known": None},
        "cause": row["cause"],
    }


def delivery(row: Row) -> Payload:
    names = ("id", "paper", "code", "how", "party", "sealed", "photo", "note")
    return {name: row[name] for name in names} | {
        "debtor": row["debtor_id"],
        "account": row["account_id"],
        "agent": row["agent_id"],
        "visit": row["visit_id"],
        "start": instant(row["started"]),
        "end": instant(row["ended"]),
    }


def reported(row: Row) -> Payload:
    return {
        "id": row["id"],
        "debtor": row["debtor_id"],
        "account": row["account_id"],
        "visit": row["visit_id"],
        "amount": _amount(row["amount_minor"], row["currency"]),
        "currency": row["currency"],
        "paid_on": row["paid_on"].isoformat(),
        "channel": row["channel"],
        "receipt": row["receipt"],
    }


def attachment(row: Row, debtor_id: str) -> Payload:
    names = ("id", "sha256", "media_type", "size", "role")
    return {
        **{name: row[name] for name in names},
        "debtor": debtor_id,
        "visit": row["visit_id"],
        "stored": _moment(row["stored_at"]),
    }


def route(row: Row, stops: Sequence[Row]) -> Payload:
    return {
        "id": row["id"],
        "date": row["date"].isoformat(),
        "version": row["version"],
        "published": instant(row["published_at"] or row["planned_at"]),
        "approximate": row["approximate"],
        "depot_lat": row["depot_lat"],
        "depot_lon": row["depot_lon"],
        "start": instant(row["starts"]),
        "end": instant(row["ends"]),
        "stops": [stop(held) for held in stops],
        "matrix": {name: value for name, value in row["matrix"].items() if name != "line"},
        "certificate": row["certificate"],
        **({"line": row["matrix"]["line"]} if "line" in row["matrix"] else {}),
        **({"lunch": _meal(row["lunch"])} if row["lunch"] else {}),
    }


def _meal(said: Mapping[str, Any]) -> Payload:
    """When and after how many stops the agent has lunch; where is his own affair."""
    starts, ends = (instant(datetime.fromisoformat(said[name])) for name in ("starts", "ends"))
    return {"after": said["after"], "starts": starts, "ends": ends}


def stop(row: Row) -> Payload:
    """`withdrawn` says why a stop no longer stands (paid, recalled …), null while it does."""
    return {
        "id": row["id"],
        "sequence": row["sequence"],
        "debtor": row["debtor_id"],
        "address": row["address_id"],
        "accounts": list(row["accounts"]),
        "lat": row["lat"],
        "lon": row["lon"],
        "eta": _moment(row["eta"]),
        "window_start": _moment(row["window_start"]),
        "window_end": _moment(row["window_end"]),
        "appointment": row["appointment"],
        "service_s": row["service_s"],
        "value": row["value"],
        "why": _said(row["why"]),
        "withdrawn": None if row["withdrawn"] is None else _said(row["withdrawn"]),
    }


def _amount(minor: int, currency: str) -> str:
    return f"{from_minor(minor, currency):f}"


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _moment(moment: Any) -> str | None:
    return None if moment is None else instant(moment)


def _said(stored: Any) -> Payload:
    """A phrase as the wire carries it, however its column holds it."""
    phrase = Phrase.from_json(stored) if isinstance(stored, str) else Phrase(**stored)
    return phrase.stored()
