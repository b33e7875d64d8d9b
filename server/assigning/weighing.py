"""What debtors weigh on who has them: accounts, minutes at the door, travel, what is overdue.

Travel is that of the assignment itself: from the middle of an agent's ground to the door, one way, by the
roads the office uses. Amounts are minor units by currency, never added across. Decides nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
from sqlalchemy import Connection

from sync.money import to_minor

from ..doors import Packs
from ..roads import MatrixProvider, Point
from ..store import assignments, cases
from ..store.agents import Agent
from ..store.change_rows import Load
from ..store.chunks import batches
from .balancing import FAR_S, middle
from .choosing import place_of
from .deciding import Progress, silent
from .judging import Fieldwork, judge

NOBODY = ""
PIECE = 2000
COUNTS = ("debtors", "accounts", "service_s", "travel_s", "unlocated")
EMPTY: Mapping[str, Any] = {**dict.fromkeys(COUNTS, 0), "overdue": {}}


def weight(work: Fieldwork) -> dict[str, Any]:
    """What a debtor weighs wherever he is: without the travel."""
    answers = work.door.allowed or work.in_field
    overdue: dict[str, int] = {}
    for answer in answers:
        currency = answer.debt.account.currency
        overdue[currency] = overdue.get(currency, 0) + to_minor(answer.debt.standing.overdue, currency)
    kind = "company" if work.case.debtor.kind == "company" else "visit"
    return {
        "accounts": len(answers),
        "service_s": work.door.service_s(kind),
        "overdue": dict(sorted(overdue.items())),
        "located": place_of(work) is not None,
        "from_s": 0,
        "to_s": 0,
    }


def travels(centre: Point | None, places: Sequence[Point | None], roads: MatrixProvider) -> list[int]:
    """Seconds from the centre to each place; 0 for a place not known, FAR_S where no road is."""
    known = [place for place in places if place is not None]
    if centre is None or not known:
        return [0 if place is None else FAR_S for place in places]
    row = np.minimum(roads.table([centre], known)[0][0], FAR_S).tolist()
    seconds = iter(row)
    return [0 if place is None else int(next(seconds)) for place in places]


def changed(load: Mapping[str, Any], measure: Mapping[str, Any], side: str, times: int) -> dict[str, Any]:
    """The load with the debtor of this measure added (1) or taken away (-1), on the `from` or `to` side."""
    if not measure:
        return dict(load)
    overdue = dict(load["overdue"])
    for currency, minor in measure["overdue"].items():
        overdue[currency] = overdue.get(currency, 0) + times * minor
    return {
        "debtors": load["debtors"] + times,
        "accounts": load["accounts"] + times * measure["accounts"],
        "service_s": load["service_s"] + times * measure["service_s"],
        "travel_s": load["travel_s"] + times * measure[f"{side}_s"],
        "unlocated": load["unlocated"] + times * (not measure["located"]),
        "overdue": {currency: minor for currency, minor in sorted(overdue.items()) if minor},
    }


def base(
    connection: Connection,
    agents: Sequence[Agent],
    roads: MatrixProvider,
    *,
    as_of: date,
    now: datetime,
    packs: Packs,
    say: Progress = silent,
) -> dict[str, Load]:
    """What each of these agents has now, by agent, with "" for who has nobody."""
    held = assignments.holders(connection, {agent.id for agent in agents})
    theirs: dict[str, list[tuple[dict[str, Any], Point | None]]] = {agent.id: [] for agent in agents}
    done = 0
    for piece in batches(sorted(held), PIECE):
        for debtor, work in works_of(connection, piece, as_of=as_of, now=now, packs=packs).items():
            theirs[held[debtor]].append((weight(work), place_of(work)))
        done += len(piece)
        say(f"{done}/{len(held)}")
    found = {NOBODY: Load(NOBODY, dict(EMPTY), dict(EMPTY), None)}
    for agent in agents:
        found[agent.id] = _load(agent, theirs[agent.id], roads)
    return found


def works_of(
    connection: Connection, debtor_ids: Collection[str], *, as_of: date, now: datetime, packs: Packs
) -> dict[str, Fieldwork]:
    """The debtors judged as an assignment judges them; who owes nothing is not in it."""
    judged = {
        debtor: judge(case, as_of, packs)
        for debtor, case in cases.of(connection, debtor_ids, as_of, now).items()
    }
    return {debtor: work for debtor, work in judged.items() if work is not None}


def _load(agent: Agent, held: Iterable[tuple[dict[str, Any], Point | None]], roads: MatrixProvider) -> Load:
    told = list(held)
    points = [point for _, point in told]
    centre = middle([point for point in points if point is not None], roads) or agent.home
    load: Mapping[str, Any] = dict(EMPTY)
    for (measure, _), seconds in zip(told, travels(centre, points, roads), strict=True):
        load = changed(load, measure | {"to_s": seconds}, "to", 1)
    return Load(agent.id, load, load, centre)


def spread(loads: Iterable[Mapping[str, Any]]) -> float | None:
    """How far the heaviest agent is above the even share of debtors, as a share of it; None without any."""
    counts = [load["debtors"] for load in loads]
    even = sum(counts) / len(counts) if counts else 0
    return (max(counts) - even) / even if even else None
