"""The filled office's complaints, requests about data, rules set aside and zones of risk."""

from __future__ import annotations

from datetime import timedelta

from server.hearing.kinds import KINDS
from server.store import tables as t
from sync.ids import new_id

from .base import BRANCHES, NOW, TODAY, Debtor, Row, Rows, Visit, World, branch_name, centre
from .staffing import COORDINATORS

WHO = ("dora", "carla", "elena", "")
SOURCES = ("phone", "letter", "email", "counter", "regulator")
TEXT = "Dice que le hablaron delante de los vecinos y que ya había pagado la cuota de septiembre"


def claims(world: World) -> Rows:
    """One of 500 visits ends in a case; three of four are closed."""
    codes = sorted(KINDS)
    each = max(1, len(world.seen) // max(20, world.size.visits // 500))
    for number, visit in enumerate(world.seen[::each], 1):
        kind = codes[number % len(codes)]
        closed = number % 4 != 0
        made = new_id()
        yield t.claims, _claim(visit, made, number, kind, closed)
        yield from _log(visit, made, closed)
        if kind == "correction":
            yield t.corrections, _correction(made, closed)


def _claim(visit: Visit, made: str, number: int, code: str, closed: bool) -> Row:
    kind, received = KINDS[code], visit.started.date() + timedelta(days=1)
    conduct = code in ("conduct", "complaint")
    return {
        "id": made,
        "number": number,
        "desk": kind.desk,
        "kind": code,
        "source": SOURCES[number % len(SOURCES)],
        "reference": f"R-{number}" if number % 5 == 4 else "",
        "told_by": "holder",
        "department": kind.department,
        "owner": WHO[number % len(WHO)],
        "debtor_id": visit.debtor.id,
        "account_id": visit.account,
        "visit_id": visit.id if conduct else None,
        "agent_id": visit.agent.id if conduct else None,
        "finding_id": None,
        "stop_id": None,
        "text": TEXT,
        "received_on": received,
        "due": received + timedelta(days=21),
        "due_days": 15,
        "due_source": "ficticia",
        "state": "closed" if closed else ("open", "answered")[number // 4 % 2],
        "outcome": "unfounded" if closed else None,
        "resolution": "Se revisaron la visita y sus fotos" if closed else "",
        "recorded_at": visit.ended + timedelta(days=1),
        "recorded_by": "fabio",
        "resolved_at": visit.ended + timedelta(days=9) if closed else None,
        "resolved_by": "dora" if closed else "",
    }


def _log(visit: Visit, claim: str, closed: bool) -> Rows:
    steps = ["opened", "note", "moved", "reply", *(["resolved"] if closed else [])]
    for place, kind in enumerate(steps):
        yield (
            t.claim_log,
            {
                "id": new_id(),
                "claim_id": claim,
                "at": visit.ended + timedelta(days=1 + place),
                "actor": "fabio" if place == 0 else "dora",
                "kind": kind,
                "text": "Recibimos su reclamo y lo estamos revisando con quien la visitó."
                if kind in ("reply", "note")
                else "",
                "detail": _DETAIL.get(kind, {}),
            },
        )


_DETAIL: dict[str, Row] = {
    "opened": {"stop": ""},
    "moved": {"department": "compliance", "owner": "dora"},
    "reply": {"by": "letter"},
    "resolved": {"outcome": "unfounded"},
}


def _correction(claim: str, closed: bool) -> Row:
    return {
        "id": new_id(),
        "claim_id": claim,
        "what": "name",
        "was": "Rosa Nuñes",
        "asked": "Rosa Núñez",
        "proposal_id": None,
        "state": "accepted" if closed else "proposed",
        "asked_at": NOW - timedelta(days=9),
        "decided_at": NOW - timedelta(days=5) if closed else None,
        "decided_by": "dora" if closed else "",
        "decided_why": "",
    }


def erasures(world: World) -> Rows:
    """Requests to be erased, half of them refused, and orders to keep what there is."""
    for number, own in enumerate(world.some_debtors(200), 1):
        refused = number % 2 == 0
        yield t.erasure_requests, _request(own, number, refused)
        if number % 3 == 0:
            yield (
                t.legal_holds,
                {
                    "id": new_id(),
                    "debtor_id": own.id,
                    "why": f"Proceso 2026-{number}",
                    "since": NOW - timedelta(days=number),
                    "until": None,
                    "placed_by": "dora",
                },
            )


def _request(own: Debtor, number: int, refused: bool) -> Row:
    received = TODAY - timedelta(days=number % 60)
    return {
        "id": new_id(),
        "number": number,
        "debtor_id": own.id,
        "asked_by": "holder",
        "channel": "letter",
        "basis": "Ley 1581 de 2012, art. 8",
        "received_on": received,
        "due": received + timedelta(days=21),
        "due_source": "ficticia",
        "state": "refused" if refused else "received",
        "recorded_at": NOW - timedelta(days=number % 60),
        "recorded_by": "dora",
        "decided_at": NOW - timedelta(days=number % 60) if refused else None,
        "decided_by": "carla" if refused else "",
        "decided_why": "La deuda sigue abierta" if refused else "",
        "decided_rule": "co.data.debt" if refused else "",
    }


def overrides(world: World) -> Rows:
    """Rules set aside for a debtor on a day, and the office's own holidays."""
    for number, own in enumerate(world.some_debtors(400)):
        asked = NOW - timedelta(days=number % 30)
        approved = number % 3 != 0
        yield (
            t.policy_overrides,
            {
                "id": new_id(),
                "debtor_id": own.id,
                "pack": "demo",
                "rule": "demo.hours.week",
                "day": asked.date(),
                "channel": "visit",
                "why": "Pidió por escrito que se le visite de noche",
                "two": True,
                "asked_at": asked,
                "asked_by": "nora",
                "asked_name": "Nora",
                "asked_role": "coordinator",
                "approved_at": asked + timedelta(hours=1) if approved else None,
                "approved_by": "dora" if approved else "",
                "approved_name": "Dora" if approved else "",
            },
        )
    for number in range(12):
        yield (
            t.office_holidays,
            {
                "id": new_id(),
                "day": TODAY + timedelta(days=30 * number),
                "municipality": "" if number % 2 else branch_name(number % BRANCHES),
                "pack": "",
                "reason": "Fiesta del pueblo",
                "recorded_at": NOW - timedelta(days=90),
                "actor": "dora",
            },
        )


def zones(world: World) -> Rows:
    """Where collectors are at risk, in every branch; visits broken off there that nobody made a zone of."""
    for number in range(1, 121):
        yield t.risk_zones, _zone(world, number)
    for visit in world.seen[:: max(1, len(world.seen) // 100)]:
        yield (
            t.risk_dismissals,
            {
                "id": new_id(),
                "visit_id": visit.id,
                "why": "Fue un perro",
                "at": visit.ended + timedelta(days=1),
                "actor": "carla",
            },
        )


def _zone(world: World, number: int) -> Row:
    branch, ended = number % BRANCHES, number % 4 == 0
    since, (lat, lon) = TODAY - timedelta(days=number % 80), centre(branch)
    return {
        "id": new_id(),
        "number": number,
        "name": f"El Recreo {number}",
        "level": ("caution", "pair", "avoid")[number % 3],
        "polygon": None,
        "lat": lat + world.draw.uniform(-0.05, 0.05),
        "lon": lon + world.draw.uniform(-0.05, 0.05),
        "radius_m": 200 + number,
        "reason": "Robos a motociclistas desde las cinco",
        "visit_id": None,
        "branch": branch_name(branch),
        "state": "ended" if ended else "active",
        "since": since,
        "expires_on": since + timedelta(days=90),
        "review_on": since + timedelta(days=60),
        "made_at": NOW - timedelta(days=number % 80),
        "made_by": COORDINATORS[branch],
        "ended_at": NOW if ended else None,
        "ended_by": "nora" if ended else "",
        "ended_why": "Ya no pasa" if ended else "",
    }
