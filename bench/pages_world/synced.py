"""What the filled office keeps of its laptops: feeds, codes, uploads, recoveries; and its own wordings."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

from server.noticing import wording
from server.store import message_templates
from server.store import tables as t
from server.store.engine import writing
from sync.ids import new_id

from .base import NOW, Agent, Row, Rows, World


def feeds(world: World) -> Rows:
    """Of each laptop the routes and the debtors that it holds, and how far it has asked."""
    routes: dict[str, set[str]] = {}
    for (_day, whose), (route, _stop) in world.stops.items():
        routes.setdefault(whose, set()).add(route)
    for agent in world.agents:
        mine = sorted({route for own in agent.debtors for route in routes.get(own.id, ())})
        records: list[tuple[str, str, str | None]] = [("route", route, None) for route in mine]
        records += [("debtor", own.id, own.id) for own in agent.debtors]
        for number, (kind, record, debtor) in enumerate(records, 1):
            yield t.feeds, _record(agent, number, kind, record, debtor)
        yield t.counters, {"name": f"feed:{agent.id}", "value": len(records)}
        yield t.enrolment_codes, _code(agent)


def _record(agent: Agent, number: int, kind: str, record: str, debtor: str | None) -> Row:
    return {
        "agent_id": agent.id,
        "kind": kind,
        "record_id": record,
        "number": number,
        "gone": False,
        "payload": json.dumps({"id": record, "name": "Rosa Núñez", "document": "1000000000"}),
        "debtor_id": debtor,
    }


def _code(agent: Agent) -> Row:
    return {
        "id": new_id(),
        "agent_id": agent.id,
        "code_sha256": hashlib.sha256(agent.id.encode()).hexdigest(),
        "expires_at": NOW - timedelta(days=399),
        "used_at": NOW - timedelta(days=400),
        "issued_at": NOW - timedelta(days=400),
        "actor": "nora",
    }


def troubles(world: World) -> Rows:
    """Pictures half way, sealed keys that were opened, who earns on a branch, mappings of lenders' files."""
    for number, agent in enumerate(world.agents[::4]):
        yield (
            t.uploads,
            {
                "device_id": agent.device,
                "sha256": f"{number:064x}",
                "size": 184_320,
                "received": 65_536,
                "touched_at": NOW - timedelta(hours=number % 50),
            },
        )
    for number, agent in enumerate(world.agents[::20]):
        yield t.recoveries, _recovery(agent, number)
    for number in range(12):
        columns = {"number": "CUENTA", "balance": "SALDO"}
        yield (
            t.mappings,
            {"id": new_id(), "name": f"Formato {number}", "kind": "portfolio", "columns": columns},
        )
    for username in ("carla", "nora"):
        yield (
            t.commission_earners,
            {
                "id": new_id(),
                "user_id": world.users[username],
                "branch": None,
                "because": "Coordina el recaudo",
                "declared_at": NOW - timedelta(days=200),
                "actor": "elena",
            },
        )


def _recovery(agent: Agent, number: int) -> Row:
    started = NOW - timedelta(days=number % 30 + 2)
    return {
        "id": new_id(),
        "device_id": agent.device,
        "reason": "Olvidó su clave",
        "started_by": "nora",
        "started_at": started,
        "expires_at": started + timedelta(days=1),
        "approved_by": "dora",
        "approved_at": started + timedelta(hours=1),
        "packaged_at": started + timedelta(hours=2),
        "closed_at": started + timedelta(hours=3),
        "closed_by": "nora",
    }


def wordings(world: World) -> None:
    """The office put its own text in the place of every shipped one, three times."""
    with writing(world.engine) as connection:
        shipped = sorted(wording.templates(connection).items())
        for back in (60, 30, 7):
            for _key, template in shipped:
                message_templates.add(connection, template, "dora", NOW - timedelta(days=back))
