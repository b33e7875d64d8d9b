"""What the laptop says of the field, as the bodies of its events. Checks nothing and saves nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sync.money import to_minor, written
from sync.records import Conduct, Location, Result, Verdict, VisitResult
from sync.rules import steps
from sync.rules.typed import money
from sync.rules.visit import RESULTS
from sync.wire.fields import instant

from .drafting import Draft, ProposedAddress, ProposedPhone
from .store.attachments import Picture


def visit_body(draft: Draft, zone: str, verdict: Verdict, recorded: datetime) -> dict[str, Any]:
    """`visit.recorded`, version 1."""
    reviewed = draft.conduct.reviewed
    return told_body(draft) | {
        **({} if reviewed is None else {"reviewed": instant(reviewed)}),
        "debtor": draft.debtor,
        "route": draft.route,
        "stop": draft.stop,
        "recorded": instant(recorded),
        "zone": zone,
        "verdict": verdict_body(verdict, draft.override_reason),
    }


def told_body(draft: Draft) -> dict[str, Any]:
    """What of a visit was told and may be put right later; who, whose and when it was typed may not."""
    return {
        "address": draft.address,
        "place": draft.place,
        "party": draft.party,
        "happened": happened_body(draft),
        "location": location_body(draft),
        "results": [result_body(result) for result in draft.results],
        "note": draft.note,
    } | conduct_body(draft.conduct, draft.results)


def conduct_body(told: Conduct, results: Sequence[VisitResult]) -> dict[str, Any]:
    """How the visit was conducted; what there is nothing to say of is left out.

    The steps are whole: those nobody answered stand as the results imply them.
    """
    said: dict[str, list[Any]] = {
        "steps": [
            {"step": one.step, "answer": one.answer}
            | ({"value": one.value} if one.value else {})
            | ({"implied": True} if one.implied else {})
            for one in steps.whole(told.steps, results)
        ],
        "objections": [
            {"code": one.code, "version": one.version}
            | ({} if one.helped is None else {"helped": one.helped})
            for one in told.objections
        ],
        "alarms": list(told.alarms),
        "answers": [
            {"account": one.account, "question": one.question, "text": one.text} for one in told.answers
        ],
    }
    return {name: value for name, value in said.items() if value}


def happened_body(draft: Draft) -> dict[str, Any]:
    if draft.start is None or draft.end is None:
        raise ValueError("a visit without its times is never written")
    return {
        "start": instant(draft.start),
        "end": instant(draft.end),
        "known": draft.known,
        "line": draft.line,
    }


def location_body(draft: Draft) -> dict[str, Any]:
    return place_body(draft.location)


def place_body(where: Location) -> dict[str, Any]:
    return {
        "source": where.source,
        "lat": where.lat,
        "lon": where.lon,
        "accuracy_m": where.accuracy_m,
        "reason": where.reason,
    }


def result_body(result: VisitResult) -> dict[str, Any]:
    return {
        "account": result.account,
        "result": result.result,
        "reason": result.reason,
        "detail": dict(result.detail),
    }


def verdict_body(verdict: Verdict, override_reason: str = "") -> dict[str, Any]:
    """The rules' word as the laptop showed it, kept with the visit."""
    rulings = [
        {
            "rule": one.rule,
            "decision": one.decision,
            "because": one.because.stored(),
            "source": one.source,
        }
        for one in verdict.rulings
        if one.decision != "allow"
    ]
    said: dict[str, Any] = {"decision": verdict.decision, "rulings": rulings}
    return said | ({"override_reason": override_reason} if override_reason else {})


def _exactly(amount: Decimal, currency: str) -> str:
    """What was said, never rounded: the check of the visit has refused an amount that is finer."""
    to_minor(amount, currency)
    return written(amount, currency)


def promise_body(visit: str, debtor: str, result: VisitResult, currency: str) -> dict[str, Any]:
    """`promise.made`, version 1: when, where, how, how much, from the result's checked details."""
    said = result.detail
    amount = money(said["amount"])
    if amount is None:
        raise ValueError("a promise without an amount is never written")
    return {
        "visit": visit,
        "debtor": debtor,
        "account": result.account,
        "amount": _exactly(amount, currency),
        "currency": currency,
        "due": said["due"],
        "channel": said["channel"],
        "place": said["place"],
        "window_start": said.get("window_start"),
        "window_end": said.get("window_end"),
        **({"review": said["review"]} if said.get("review") else {}),
    }


def payment_body(
    visit: str, debtor: str, result: VisitResult, currency: str, paid_on: date
) -> dict[str, Any] | None:
    """`payment.reported`, version 1, when the result speaks of money paid and says how much."""
    amount = money(result.detail.get("amount", ""))
    paid = RESULTS[result.result].payment
    if amount is None or not (paid or result.result is Result.REPORTED_PAID):
        return None
    return {
        "visit": visit,
        "debtor": debtor,
        "account": result.account,
        "amount": _exactly(amount, currency),
        "currency": currency,
        "paid_on": paid_on.isoformat(),
        "channel": "field" if paid else "reported",
        "receipt": (result.detail.get("receipt") or result.detail.get("reference") or "")[:120],
    }


def attachment_body(visit: str, picture: Picture) -> dict[str, Any]:
    """`attachment.added`, version 1; what the camera said of place and time, the bytes no longer say."""
    where = picture.location
    return {
        "visit": visit,
        "sha256": picture.sha256,
        "media_type": picture.media_type,
        "size": picture.size,
        "role": picture.role,
        "location": None if where is None else place_body(where),
        "taken": None if picture.taken is None else instant(picture.taken),
    }


def address_body(debtor: str, visit: str | None, address: ProposedAddress) -> dict[str, Any]:
    return {
        "debtor": debtor,
        "visit": visit,
        "kind": address.kind,
        "text": address.text,
        "district": address.district,
        "city": address.city,
        "location": None,
        "informant": address.informant,
    }


def phone_body(debtor: str, visit: str | None, phone: ProposedPhone) -> dict[str, Any]:
    return {
        "debtor": debtor,
        "visit": visit,
        "value": phone.value,
        "holder": phone.holder,
        "relation": phone.relation,
    }
