"""The visits of the filled office, each with its event in the ledger, its result and its promise."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from server.store import tables as t
from sync.ids import new_id

from . import audited, handled
from .base import A_DAY, Agent, Debtor, Row, Rows, Visit, World, at

RESULTS = ("NAD", "NAD", "CER", "PTP", "TEM", "REC", "CIT", "NEG")
MET = ("PTP", "REC", "NEG")
KEPT = 25  # one of so many visits is remembered, for what comes of it
_HEADER = json.dumps({"v": 1, "kind": "visit.recorded", "clock": {"wall": "2026-11-20T15:00:00Z"}}).encode()
_BODY = json.dumps({"place": "DOM", "party": "TIT", "note": "Casa verde", "results": [{"r": "PTP"}]}).encode()
_VERDICT: dict[str, Any] = {"rulings": []}
_RULED: dict[str, Any] = {
    "rulings": [
        {
            "rule": "demo.hours.week",
            "decision": "warn",
            "because": {
                "msgid": "Dentro del horario permitido ({hours}).",
                "values": {"hours": "07:00–20:00"},
            },
            "source": "ficticia",
        }
    ]
}


def visits(world: World) -> Rows:
    arrival, days, kept = 0, world.days(), world.one_in(KEPT)
    for day in days:
        opens, first = at(day, 13), day.toordinal() * A_DAY
        for turn in range(A_DAY):
            started = opens + timedelta(minutes=22 * turn)
            for agent in world.agents:
                if not agent.debtors or agent.n >= world.each:
                    continue
                arrival += 1
                own = agent.debtors[(first + turn) % len(agent.debtors)]
                visit = _made(world, agent, own, started, arrival)
                if arrival % kept == 0:
                    world.seen.append(visit)
                yield t.events, _event(world, visit)
                yield t.applied, _applied(visit)
                yield t.visits, _visit(world, visit)
                yield t.visit_results, _result(visit)
                if visit.result == "PTP":
                    yield t.promises, _promise(world, visit)
                yield from audited.found(world, visit)
                yield from handled.followed(world, visit)


def _made(world: World, agent: Agent, own: Debtor, opens: datetime, arrival: int) -> Visit:
    draw = world.draw
    agent.n += 1
    started = opens + timedelta(seconds=draw.randrange(600))
    ended = started + timedelta(seconds=draw.randrange(120, 900))
    return Visit(new_id(), agent, own, own.accounts[0], started, ended, draw.choice(RESULTS), arrival)


def _event(world: World, visit: Visit) -> Row:
    aside = visit.arrival % world.one_in(2_000) == 0
    return {
        "incarnation": visit.agent.device,
        "n": visit.agent.n,
        "id": visit.id,
        "kind": "visit.recorded",
        "version": 1,
        "header": _HEADER,
        "salt": b"s" * 16,
        "body": _BODY,
        "body_digest": b"d" * 32,
        "h": b"h" * 32,
        "received_at": visit.ended + timedelta(minutes=5),
        "arrival": visit.arrival,
        "quarantine": ("unknown_kind", "bad_body")[visit.arrival % 3 == 0] if aside else None,
    }


def _applied(visit: Visit) -> Row:
    return {
        "event_id": visit.id,
        "body_digest": b"d" * 32,
        "incarnation": visit.agent.device,
        "n": visit.agent.n,
        "applied_at": visit.ended + timedelta(minutes=5),
    }


def _visit(world: World, visit: Visit) -> Row:
    draw, own = world.draw, visit.debtor
    route, stop = world.stops.get((visit.started.date(), own.id), (None, None))
    return {
        "id": visit.id,
        "debtor_id": own.id,
        "agent_id": visit.agent.id,
        "device_id": visit.agent.device,
        "incarnation": visit.agent.device,
        "n": visit.agent.n,
        "address_id": own.address,
        "route_id": route,
        "stop_id": stop,
        "place": "DOM",
        "party": "TIT" if visit.result in MET else "NAD",
        "started": visit.started,
        "ended": visit.ended,
        "known": "live",
        "recorded_at": visit.ended,
        "received_at": visit.ended + timedelta(minutes=5),
        "offset_ms": 120,
        "uncertainty_ms": 40,
        "timezone": "America/Bogota",
        "location_source": "gnss",
        "lat": round(own.lat + draw.uniform(-1, 1) * 2e-4, 6),
        "lon": round(own.lon + draw.uniform(-1, 1) * 2e-4, 6),
        "accuracy_m": round(draw.uniform(4, 40), 1),
        "note": "Casa verde, segundo piso" if visit.arrival % 3 else "",
        "evidence": draw.choice("AABBCD"),
        "verdict": _VERDICT if visit.arrival % 40 else _RULED,
        "out_of_scope": False,
    }


def _result(visit: Visit) -> Row:
    return {
        "visit_id": visit.id,
        "account_id": visit.account,
        "result": visit.result,
        "reason": "desempleo" if visit.result == "PTP" else None,
        "detail": {},
    }


def _promise(world: World, visit: Visit) -> Row:
    draw = world.draw
    return {
        "id": new_id(),
        "visit_id": visit.id,
        "account_id": visit.account,
        "debtor_id": visit.debtor.id,
        "agent_id": visit.agent.id,
        "amount_minor": draw.randrange(5, 60) * 10_000_00,
        "currency": "COP",
        "due": visit.started.date() + timedelta(days=draw.randrange(1, 15)),
        "channel": "bank",
        "place": "Sucursal Centro",
        "made_at": visit.ended,
        "agreement_id": None,
    }
