"""The debtors of the filled office: where they live, how they are reached, who has them."""

from __future__ import annotations

from datetime import date, timedelta

from server.store import tables as t
from server.store.debtors import folded
from sync.ids import new_id
from sync.words import Phrase

from .base import (
    BRANCHES,
    NOW,
    TEAMS,
    TODAY,
    ZONES,
    Agent,
    Debtor,
    Row,
    Rows,
    World,
    branch_name,
    centre,
)
from .staffing import TELEPHONES

_ZONE = Phrase("Zona {zone}", {"zone": "Centro"}).to_json()
_MAPPED = {"msgid": "Calle y número en el mapa de la ciudad", "values": {}}
_LEAST = Phrase("el gestor remoto con menos cuentas: {accounts}", {"accounts": 212}).to_json()
_EARLY = Phrase("Todavía no tiene la mora que lo lleva a la calle").to_json()


def debtors(world: World) -> Rows:
    for number in range(max(1, round(world.size.accounts * 0.85))):
        own = _debtor(world, number)
        world.debtors.append(own)
        name = world.name()
        yield (
            t.debtors,
            {
                "id": own.id,
                "kind": "person",
                "name": name,
                "search_name": folded(name),
                "document_type": "CC",
                "document": str(1_000_000_000 + number),
                "created_at": NOW - timedelta(days=300),
            },
        )
        yield t.addresses, _address(world, own)
        yield (
            t.contact_points,
            {
                "id": new_id(),
                "debtor_id": own.id,
                "lender_id": world.lenders[own.lender],
                "kind": "mobile",
                "value": own.phone,
                "e164": "",
                "holder": "debtor",
                "origin": "lender",
                "state": "accepted",
                "event_id": None,
                "since": date(2025, 6, 1),
            },
        )
        if number % 10 == 0:
            yield from _placed(own, number)


def _debtor(world: World, number: int) -> Debtor:
    draw, branch = world.draw, number % BRANCHES
    lat, lon = centre(branch)
    return Debtor(
        id=new_id(),
        number=number,
        branch=branch,
        team=number // BRANCHES % TEAMS,
        zone=draw.randrange(ZONES),
        lat=lat + draw.uniform(-0.05, 0.05),
        lon=lon + draw.uniform(-0.05, 0.05),
        located=number % 12 != 0,
        address=new_id(),
        accounts=[],
        phone=f"31{draw.randrange(10**8):08}",
    )


def _address(world: World, own: Debtor) -> Row:
    draw = world.draw
    return {
        "id": own.address,
        "debtor_id": own.id,
        "lender_id": world.lenders[own.lender],
        "kind": "home",
        "text": f"Calle {draw.randrange(90)} # {draw.randrange(70)}-{draw.randrange(99)}",
        "district": "Centro",
        "city": branch_name(own.branch),
        "lat": round(own.lat, 6) if own.located else None,
        "lon": round(own.lon, 6) if own.located else None,
        "precision": draw.choice(("door", "door", "block", "street", "zone")) if own.located else "none",
        "source": "file",
        "state": "accepted",
        "event_id": None,
        "since": date(2025, 6, 1),
    }


def _placed(own: Debtor, number: int) -> Rows:
    """A tenth of the addresses was looked for on the map; of some two places are possible."""
    for state in ("past", "current", "doubt") if number % 50 == 0 else ("current",):
        yield (
            t.placings,
            {
                "id": new_id(),
                "address_id": own.address,
                "lat": round(own.lat, 6) if own.located else None,
                "lon": round(own.lon, 6) if own.located else None,
                "precision": "block" if own.located else "none",
                "error_m": 90.0 if own.located else None,
                "source": "grid",
                "why": _MAPPED,
                "state": state,
                "visits": 0,
                "as_of": TODAY - timedelta(days=30),
                "recorded_at": NOW - timedelta(days=30),
                "recorded_by": "nora",
            },
        )


def assigned(world: World) -> Rows:
    """Who is late enough is somebody's to visit; one of 25 may not be visited."""
    crews: dict[tuple[int, int], list[Agent]] = {}
    for agent in world.agents:
        crews.setdefault((agent.branch, agent.team), []).append(agent)
    turn = dict.fromkeys(crews, 0)
    for own in world.debtors:
        place = (own.branch, own.team)
        crew = crews.get(place)
        if own.late < 90 or crew is None:
            continue
        agent = crew[turn[place] % len(crew)]
        turn[place] += 1
        yield from _held(own, agent, "barred" if turn[place] % 25 == 0 else "assigned")
        own.agent = agent
        agent.debtors.append(own)


def _held(own: Debtor, agent: Agent, outcome: str) -> Rows:
    for until in (TODAY - timedelta(days=60), None):
        made = own.assignment = new_id()
        yield (
            t.assignments,
            {
                "id": made,
                "debtor_id": own.id,
                "agent_id": agent.id,
                "since": TODAY - timedelta(days=90 if until else 60),
                "until": until,
                "because": _ZONE,
                "decided_at": NOW - timedelta(days=60),
                "actor": "nora",
            },
        )
        for account in own.accounts:
            yield (
                t.assignment_accounts,
                {
                    "assignment_id": made,
                    "account_id": account,
                    "outcome": outcome,
                    "because": _ZONE,
                    "rule": "demo.field" if outcome == "barred" else "",
                    "rule_source": "",
                },
            )


def afar(world: World) -> Rows:
    """Who is late, and not so late as to be visited, is worked by telephone."""
    for own in world.debtors:
        if not 0 < own.late < 90:
            continue
        made = new_id()
        yield (
            t.remote_assignments,
            {
                "id": made,
                "debtor_id": own.id,
                "user_id": world.users[TELEPHONES[own.branch]],
                "agent_id": None,
                "since": TODAY - timedelta(days=30),
                "until": None,
                "because": _LEAST,
                "decided_at": NOW - timedelta(days=30),
                "actor": "nora",
            },
        )
        for account in own.accounts:
            yield (
                t.remote_accounts,
                {
                    "assignment_id": made,
                    "account_id": account,
                    "because": _EARLY,
                    "rule": "demo.field",
                    "rule_source": "ficticia",
                    "lacks_evidence": False,
                },
            )
