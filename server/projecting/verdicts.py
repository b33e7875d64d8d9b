"""Judges a visit as it comes in: on the corrected time, by every pack of its accounts. Knows no store.

What is stored is what was told; the verdict and the grade of evidence stand beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sync.fold import conduct_of
from sync.records import (
    Interval,
    Known,
    Location,
    LocationSource,
    Party,
    Place,
    Reason,
    Result,
    Ruling,
    Verdict,
    Visit,
    VisitResult,
    changed,
)
from sync.rules import visit as visits
from sync.rules.answers import strictest
from sync.rules.clock import correction
from sync.rules.contact import judge_visit
from sync.rules.policy import zone_of

from ..store.devices import Device
from .said import LARGEST_OFFSET_MS, Said
from .surroundings import Surroundings

# Looked up: making a member of an enumeration from its word is a call of several.
PLACES = {member.value: member for member in Place}
PARTIES = {member.value: member for member in Party}
KNOWN = {member.value: member for member in Known}
RESULTS = {member.value: member for member in Result}
REASONS = {member.value: member for member in Reason}
SOURCES = {member.value: member for member in LocationSource}
CONDUCT = ("steps", "objections", "alarms", "answers", "reviewed")


def judged(
    said: Said,
    around: Surroundings,
    device: Device,
    now: datetime,
    heard: Mapping[str, Any] | None,
) -> tuple[dict[str, Any], Visit]:
    """The row of `visits`, as told; and the visit at its corrected time for those judged after it.

    `heard` is the laptop's clock in the request that came at `now`.
    """
    body = said.body
    offset_ms, uncertainty_ms = _clock_of(said, heard, device, now)
    visit = _visit(said, device, now)
    zone = around.zones[visit.debtor]
    corrected = _corrected(visit, offset_ms or 0)
    uncertainty_s = (uncertainty_ms or 0) / 1000
    verdict = _verdict(visit, corrected, around, zone, uncertainty_s)
    row = {
        "id": visit.id,
        "debtor_id": visit.debtor,
        "agent_id": visit.agent,
        "device_id": device.id,
        "incarnation": said.entry.incarnation,
        "n": said.entry.n,
        "address_id": visit.address,
        "route_id": body["route"],
        "stop_id": visit.stop,
        "place": visit.place.value,
        "party": visit.party.value,
        "started": visit.happened.start,
        "ended": visit.happened.end,
        "known": visit.known.value,
        "line": body["happened"]["line"],
        "recorded_at": visit.recorded,
        "received_at": now,
        "offset_ms": offset_ms,
        "uncertainty_ms": uncertainty_ms,
        "timezone": zone,
        "location_source": visit.location.source.value,
        "lat": visit.location.lat,
        "lon": visit.location.lon,
        "accuracy_m": visit.location.accuracy_m,
        "location_reason": visit.location.reason,
        "note": visit.note,
        "evidence": _grade(visit, around).value,
        # With what the laptop was told at the door: an override and its reason must show.
        "verdict": stored(verdict) | {"told": said.raw.get("verdict", {})},
        "out_of_scope": _out_of_scope(visit, corrected, around, zone),
        "conduct": conduct_told(said.raw),
    }
    around.judged[visit.id] = (visit, verdict)
    return row, changed(visit, happened=corrected)


def conduct_told(raw: Mapping[str, Any]) -> dict[str, Any] | None:
    """How the visit was conducted, in the event's own words; None from who said nothing of it."""
    told = {name: raw[name] for name in CONDUCT if raw.get(name)}
    return told or None


def _clock_of(
    said: Said, heard: Mapping[str, Any] | None, device: Device, now: datetime
) -> tuple[int | None, int | None]:
    """(offset, uncertainty) of the laptop's clock when it wrote this. What a person typed later was read
    off a watch: the laptop's clock says nothing of it, and what it had measured is only noted."""
    if said.body["happened"]["known"] == Known.LIVE:
        found = correction(said.clock, heard, now, device.enrolled_at)
    else:
        found = correction(said.clock, None, None)
    if found is not None and max(abs(found.offset_ms), found.uncertainty_ms) > LARGEST_OFFSET_MS:
        # No clock is a lifetime wrong: what the request showed is no evidence, and would leave the calendar.
        found = correction(said.clock, None, now)
    return (None, None) if found is None else (found.offset_ms, found.uncertainty_ms)


def stored(verdict: Verdict) -> dict[str, Any]:
    """As the `verdict` column holds it."""
    return {"rulings": [_stored(ruling) for ruling in verdict.rulings]}


_STORED: dict[int, tuple[Ruling, dict[str, Any]]] = {}
RULINGS_STORED = 4096


def _stored(ruling: Ruling) -> dict[str, Any]:
    """Made once for a ruling that the rules remember: it is kept beside, so that its number stays its own."""
    known = _STORED.get(id(ruling))
    if known is None:
        told = {
            "rule": ruling.rule,
            "decision": ruling.decision,
            "because": ruling.because.stored(),
            "source": ruling.source,
        }
        if len(_STORED) >= RULINGS_STORED:
            _STORED.clear()
        known = _STORED[id(ruling)] = (ruling, told)
    return known[1]


def _visit(said: Said, device: Device, now: datetime) -> Visit:
    body = said.body
    found = body["location"]
    return Visit(
        id=said.entry.id,
        debtor=body["debtor"],
        agent=device.agent_id,
        place=PLACES[body["place"]],
        party=PARTIES[body["party"]],
        happened=Interval(body["happened"]["start"], body["happened"]["end"]),
        known=KNOWN[body["happened"]["known"]],
        recorded=body["recorded"],
        results=tuple(
            VisitResult(
                result["account"],
                RESULTS[result["result"]],
                None if result["reason"] is None else REASONS[result["reason"]],
                result["detail"],
            )
            for result in body["results"]
        ),
        address=body["address"],
        stop=body["stop"],
        location=Location(
            SOURCES[found["source"]],
            found["lat"],
            found["lon"],
            found["accuracy_m"],
            found["reason"],
        ),
        note=body["note"],
        received=now,
        conduct=conduct_of(body),
    )


def _corrected(visit: Visit, offset_ms: int) -> Interval:
    """Only what the laptop's own clock stamped is moved; what was typed later a person read off a watch."""
    if visit.known is not Known.LIVE:
        return visit.happened
    shift = timedelta(milliseconds=offset_ms)
    return Interval(visit.happened.start - shift, visit.happened.end - shift)


def _verdict(
    visit: Visit, happened: Interval, around: Surroundings, zone: str, uncertainty_s: float
) -> Verdict:
    verdicts = []
    state = "accepted" if visit.address is None else around.address_states.get(visit.address, "proposed")
    for result in visit.results:
        account = around.accounts[result.account]
        verdicts.append(
            judge_visit(
                around.packs(account["pack"]),
                happened,
                zone,
                place=visit.place,
                party=visit.party,
                credit_type=account["credit_type"],
                exception_evidence=account["exception_evidence"],
                history=around.history.get(visit.debtor, []),
                payment_taken=visits.payment_taken([result]),
                reason_asked=visits.reason_asked(
                    [result], [one for one in visit.conduct.answers if one.account == result.account]
                ),
                address_state=state,
                debt_discussed=visits.debt_discussed([result]),
                stops=around.stopped(visit.debtor, result.account, happened.start),
                known=visit.known,
                uncertainty_s=uncertainty_s,
                after_the_fact=True,
                ignore={visit.id},
                about=around.circumstances(visit.debtor, result.account, visit.address),
            )
        )
    return strictest(verdicts)


def _grade(visit: Visit, around: Surroundings) -> visits.EvidenceGrade:
    """By the strictest limit of its accounts' packs for typing late."""
    packs = [around.packs(around.accounts[result.account]["pack"]) for result in visit.results]
    limits = [pack.audit.late_evidence_minutes for pack in packs if pack is not None]
    late = (visit.recorded - visit.happened.end).total_seconds() / 60
    if not limits:
        return visits.evidence_grade(visit.known, visit.location, late)
    return visits.evidence_grade(visit.known, visit.location, late, min(limits))


def _out_of_scope(visit: Visit, happened: Interval, around: Surroundings, zone: str) -> bool:
    """True when the debtor was not this agent's on the day of the visit, where the debtor lives."""
    day = happened.start.astimezone(zone_of(zone) or UTC).date()
    return not any(holding.covers(day) for holding in around.holdings.get(visit.debtor, ()))
