"""The assignment desk of the filled office: drafts that wait or were taken, with rows and loads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from server.store import tables as t
from server.store.change_rows import row
from sync.ids import new_id
from sync.words import Phrase

from .base import BRANCHES, NOW, TODAY, Agent, Debtor, Row, Rows, World
from .staffing import COORDINATORS

DRAFTS = 300
EACH = 200  # debtors whom a draft moves
_ZONE = Phrase("Zona {zone}", {"zone": "Centro"}).to_json()
_FULL = Phrase("Tendría {count} cuentas", {"count": 140}).to_json()
WHY = "Se repartió lo de quien está de vacaciones"


def drafts(world: World) -> Rows:
    """Coordinators of a branch made most; Nora made one in six, of all. The newest eight wait."""
    loads = {agent.id: _load(agent) for agent in world.agents}
    for number in range(DRAFTS):
        branch = number % BRANCHES
        whole = number % 6 == 5 or number >= DRAFTS - 2
        agents = world.agents if whole else [one for one in world.agents if one.branch == branch]
        actor = "nora" if whole else COORDINATORS[branch]
        if agents:
            yield from _draft(world, number, actor, agents, loads)


def _draft(world: World, number: int, actor: str, agents: Sequence[Agent], loads: dict[str, Row]) -> Rows:
    made, age = new_id(), timedelta(days=(DRAFTS - number) // 3)
    state = "open" if number >= DRAFTS - 8 else ("taken", "taken", "rejected")[number % 3]
    decided = state != "open"
    yield (
        t.change_sets,
        {
            "id": made,
            "as_of": TODAY - age,
            "state": state,
            "changes": [],
            "made_at": NOW - age - timedelta(minutes=number),
            "actor": actor,
            "decided_at": NOW - age if decided else None,
            "decided_by": actor if decided else "",
            "kind": "hand",
            "why": WHY if decided else "",
            "undoes": None,
        },
    )
    for agent in agents:
        yield t.change_loads, _before_and_after(made, agent, loads[agent.id])
    empty = {"debtors": 0, "accounts": 0, "service_s": 0, "travel_s": 0, "unlocated": 0, "overdue": {}}
    nobody = {"set_id": made, "agent_id": "", "before": empty, "after": empty}
    yield t.change_loads, nobody | {"centre_lat": None, "centre_lon": None}
    moved = _moved(world, number, agents)
    rows = [_row(made, own, to, state, place) for place, (own, to) in enumerate(moved)]
    yield from ((t.change_rows, one) for one in rows)
    yield t.change_moves, _move(made, actor, rows, NOW - age)


def _moved(world: World, number: int, agents: Sequence[Agent]) -> list[tuple[Debtor, Agent]]:
    """Debtors of one agent of the draft after another, each for a neighbour."""
    found: list[tuple[Debtor, Agent]] = []
    for turn in range(len(agents)):
        at = (number + turn) % len(agents)
        to = agents[(at + 1) % len(agents)]
        found += [(own, to) for own in agents[at].debtors[:20]]
        if len(found) >= EACH:
            break
    return found[:EACH]


def _row(made: str, own: Debtor, to: Agent, state: str, place: int) -> Row:
    assert own.agent is not None
    outcome = {
        "account": own.accounts[0],
        "outcome": "assigned",
        "because": _ZONE,
        "rule": "",
        "source": "",
    }
    measure = {
        "accounts": len(own.accounts),
        "service_s": 720,
        "overdue": {"COP": own.overdue},
        "located": own.located,
        "from_s": 600,
        "to_s": 900,
    }
    return row(
        made,
        own.id,
        from_agent=own.agent.id,
        to_agent=to.id,
        replaces=own.assignment,
        because=_ZONE,
        outcomes=[outcome],
        by_hand=True,
        warnings=[_FULL] if place % 9 == 0 else [],
        measure=measure,
        state={"taken": "taken"}.get(state, ""),
    )


def _move(made: str, actor: str, rows: list[Row], when: datetime) -> Row:
    return {
        "id": new_id(),
        "set_id": made,
        "number": 1,
        "undone": False,
        "to_agent": rows[0]["to_agent"] if rows else None,
        "why": WHY,
        "actor": actor,
        "at": when,
        "before": {one["debtor_id"]: None for one in rows[:50]},
        "after": {one["debtor_id"]: one for one in rows[:50]},
    }


def _load(agent: Agent) -> Row:
    many = len(agent.debtors)
    return {
        "debtors": many,
        "accounts": sum(len(own.accounts) for own in agent.debtors),
        "service_s": 720 * many,
        "travel_s": 700 * many,
        "unlocated": sum(not own.located for own in agent.debtors),
        "overdue": {"COP": sum(own.overdue for own in agent.debtors)},
    }


def _before_and_after(made: str, agent: Agent, load: Row) -> Row:
    first = agent.debtors[0] if agent.debtors else None
    return {
        "set_id": made,
        "agent_id": agent.id,
        "before": load,
        "after": load,
        "centre_lat": first.lat if first else None,
        "centre_lon": first.lon if first else None,
    }
