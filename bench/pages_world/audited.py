"""What the audit of the filled office found of a visit, what was answered and decided, and who looked."""

from __future__ import annotations

from datetime import datetime, timedelta

from server.store import tables as t
from sync.ids import new_id
from sync.words import Phrase

from .base import TODAY, Row, Rows, Visit, World

RULES = ("audit.too_short", "audit.far", "audit.burst", "audit.overlap")
WAITING = timedelta(days=7)
_BECAUSE = Phrase(
    "Duró {seconds} s con alguien presente (mínimo {limit} s).", {"seconds": 40, "limit": 60}
).to_json()


def found(world: World, visit: Visit) -> Rows:
    """Of 50 visits one has a finding, and as many are drawn; those older than a week were decided."""
    guilty, drawn = visit.arrival % 50 == 0, visit.arrival % 20 == 7
    waits = visit.started.date() >= TODAY - WAITING
    if guilty:
        finding = new_id()
        yield t.findings, _finding(world, visit, finding, waits)
        if visit.arrival % 100 == 0:
            yield t.finding_answers, _answer(visit, finding)
    if guilty or drawn:
        yield t.reviews, _review(visit, guilty, waits)
        yield from _looked(visit, guilty, waits)
    if visit.arrival % 60 == 11:
        yield t.amendments, _amendment(visit)
    if visit.agent.n % 25 == 0:
        yield t.receipts, _receipt(world, visit)


def _finding(world: World, visit: Visit, finding: str, waits: bool) -> Row:
    return {
        "id": finding,
        "visit_id": visit.id,
        "agent_id": visit.agent.id,
        "debtor_id": visit.debtor.id,
        "rule": world.draw.choice(RULES),
        "severity": ("review", "review", "serious", "info")[visit.arrival // 50 % 4],
        "because": _BECAUSE,
        "found_at": visit.ended + timedelta(minutes=6),
        "state": "open" if waits else "resolved",
        "resolution": None if waits else "justified",
        "resolved_at": None if waits else _decided(visit),
        "resolved_by": "" if waits else "carla",
        "resolved_why": "" if waits else "La foto muestra la puerta y la hora",
    }


def _decided(visit: Visit) -> datetime:
    return visit.ended + timedelta(days=2)


def _answer(visit: Visit, finding: str) -> Row:
    return {
        "id": new_id(),
        "finding_id": finding,
        "visit_id": visit.id,
        "agent_id": visit.agent.id,
        "disputes": visit.arrival % 200 == 0,
        "text": "Me abrió y cerró enseguida: no alcancé a decir más",
        "answered_at": visit.ended + timedelta(hours=20),
        "answered_by": visit.agent.username,
    }


def _review(visit: Visit, guilty: bool, waits: bool) -> Row:
    state = "waiting" if waits else ("approved", "approved", "returned", "held")[visit.arrival % 4]
    return {
        "visit_id": visit.id,
        "agent_id": visit.agent.id,
        "debtor_id": visit.debtor.id,
        "started": visit.started,
        "evidence": "B",
        "findings": int(guilty),
        "severity": 2 if guilty and waits else 0,
        "lifted": False,
        "late": False,
        "draw": visit.arrival % 50_000,
        "sampled": not guilty,
        "state": state,
        "queued_at": visit.ended + timedelta(minutes=6),
        "decided_at": None if waits else _decided(visit),
        "decided_by": "" if waits else "carla",
    }


def _looked(visit: Visit, guilty: bool, waits: bool) -> Rows:
    if waits:
        return
    state = ("approve", "approve", "return", "hold")[visit.arrival % 4]
    yield (
        t.review_decisions,
        {
            "id": new_id(),
            "visit_id": visit.id,
            "agent_id": visit.agent.id,
            "debtor_id": visit.debtor.id,
            "decision": state,
            "why": "" if state == "approve" else "Falta la foto de la puerta",
            "findings": int(guilty),
            "decided_at": _decided(visit),
            "decided_by": "carla",
            "decided_name": "Carla",
            "batch": None,
        },
    )
    if guilty:
        yield (
            t.looks,
            {
                "agent_id": visit.agent.id,
                "day": _decided(visit).date(),
                "username": "carla",
                "what": "visit",
                "subject": visit.id,
                "looked_at": _decided(visit),
            },
        )


def _amendment(visit: Visit) -> Row:
    return {
        "id": new_id(),
        "visit_id": visit.id,
        "agent_id": visit.agent.id,
        "why": "La hora estaba mal",
        "replaces": {"note": "Casa azul, primer piso"},
        "recorded_at": visit.ended + timedelta(hours=2),
        "received_at": visit.ended + timedelta(hours=3),
    }


def _receipt(world: World, visit: Visit) -> Row:
    return {
        "id": new_id(),
        "device_id": visit.agent.device,
        "incarnation": visit.agent.device,
        "n": visit.agent.n,
        "h": b"h" * 32,
        "feed_number": visit.agent.n,
        "epoch": world.lenders[0],
        "server_time": visit.ended + timedelta(minutes=5),
        "key_id": "0" * 16,
        "signature": b"s" * 64,
        "head_signature": b"s" * 64,
    }
