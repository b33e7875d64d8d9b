"""What a person fixed on a route by hand: stops that stay in the day, and the order of the visits.

It is kept by debtor, because stops are made anew with every version of a route. Decides nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, func, select, update

from sync.records import RouteState

from .chunks import fetch
from .tables import routes, stops


@dataclass(frozen=True)
class Hands:
    """Debtors that stay in an agent's day, and the order set for it; empty where nobody set one."""

    locked: frozenset[str] = frozenset()
    order: tuple[str, ...] = ()


def of_day(connection: Connection, day: date, agent_ids: Collection[str]) -> dict[str, Hands]:
    """What was fixed on the newest version of these agents' day, by agent; only where something was."""
    newest = (
        select(routes.c.agent_id, func.max(routes.c.version).label("version"))
        .where(routes.c.date == day, routes.c.state != RouteState.SUPERSEDED.value)
        .group_by(routes.c.agent_id)
        .subquery()
    )
    rows = fetch(
        connection,
        agent_ids,
        lambda ids: (
            select(routes.c.id, routes.c.agent_id, routes.c.hand_order)
            .join(
                newest,
                (newest.c.agent_id == routes.c.agent_id) & (newest.c.version == routes.c.version),
            )
            .where(routes.c.date == day, routes.c.agent_id.in_(ids))
        ),
    )
    told = fetch(
        connection,
        [row["id"] for row in rows],
        lambda ids: select(stops.c.route_id, stops.c.debtor_id).where(
            stops.c.route_id.in_(ids), stops.c.locked.is_(True)
        ),
    )
    found = {}
    for row in rows:
        locked = frozenset(one["debtor_id"] for one in told if one["route_id"] == row["id"])
        order = tuple(row["hand_order"] or ())
        if locked or order:
            found[row["agent_id"]] = Hands(locked, order)
    return found


def lock(connection: Connection, stop_id: str, locked: bool) -> None:
    connection.execute(update(stops).where(stops.c.id == stop_id).values(locked=locked))


def set_order(connection: Connection, route_id: str, debtors: Sequence[str] | None) -> None:
    """None forgets the order: the next plan is free again."""
    order = None if debtors is None else list(debtors)
    connection.execute(update(routes).where(routes.c.id == route_id).values(hand_order=order))
