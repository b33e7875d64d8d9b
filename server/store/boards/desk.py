"""What the assignment desk reads: debtors as a draft would leave them, on the map, and who had them when.

Every query takes the reader's scope. Writes and decides nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shapely import geometry
from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    Text,
    and_,
    case,
    cast,
    func,
    or_,
    select,
)

from ..chunks import fetch
from ..scopes import Scope
from ..standings import remembered
from ..tables import addresses, agents, assignments, change_rows, debtors, standings

NOBODY = "-"
# Corners of a lasso and points in its frame: more is no work of a hand.
CORNERS = 400
# So fine is the net into which a map gathers more debtors than it draws one by one: about a kilometre.
NET = 100

Ring = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Filter:
    """Which debtors of a draft: who would have them, of which zone, with which words, or only its own."""

    agent: str = ""  # an id, "-" for nobody, "" for any
    zone: str = ""
    words: tuple[str, ...] = ()
    only: str = ""  # "" | changed | hand | warned

    @property
    def whole(self) -> bool:
        return not (self.agent or self.zone or self.words or self.only)


def listed(
    connection: Connection, scope: Scope, set_id: str, asked: Filter, *, limit: int, offset: int = 0
) -> list[dict[str, Any]]:
    """A page of debtors by name, each with who has him now, who would, and the `total` there are."""
    s, row = standings.c, change_rows.c
    query = (
        _seen(scope, set_id, asked, s.debtor_id, func.max(s.agent_id).label("agent"))
        .add_columns(
            func.min(s.search_name).label("search_name"),
            func.count().label("accounts"),
            func.max(s.zone).label("zone"),
            func.count().over().label("total"),
        )
        .group_by(s.debtor_id)
        .order_by(func.min(s.search_name), s.debtor_id)
        .limit(limit)
        .offset(offset)
    )
    found = [dict(one) for one in connection.execute(query).mappings()]
    ids = [one["debtor_id"] for one in found]
    known = _names(connection, ids)
    mine = fetch(
        connection,
        ids,
        lambda some: select(change_rows).where(row.set_id == set_id, row.debtor_id.in_(some)),
    )
    changed = {one["debtor_id"]: dict(one) for one in mine}
    owed = _owed(connection, scope, ids)
    return [
        one
        | {
            "name": known.get(one["debtor_id"], ""),
            "row": changed.get(one["debtor_id"]),
            "overdue": owed.get(one["debtor_id"], {}),
            "holder": changed[one["debtor_id"]]["to_agent"] if one["debtor_id"] in changed else one["agent"],
        }
        for one in found
    ]


def counted(connection: Connection, scope: Scope, set_id: str, asked: Filter) -> int:
    query = _seen(scope, set_id, asked, standings.c.debtor_id).distinct().subquery()
    return int(connection.execute(select(func.count()).select_from(query)).scalar_one())


def ids(
    connection: Connection,
    scope: Scope,
    set_id: str,
    asked: Filter,
    *,
    limit: int,
    among: Collection[str] | None = None,
) -> list[str]:
    """At most so many of the debtors asked for, in a steady order; with `among`, only of these."""
    query = _seen(scope, set_id, asked, standings.c.debtor_id).distinct().order_by(standings.c.debtor_id)
    if among is None:
        return list(connection.execute(query.limit(limit)).scalars())
    rows = fetch(connection, among, lambda some: query.where(standings.c.debtor_id.in_(some)))
    return [row["debtor_id"] for row in rows][:limit]


def within(
    connection: Connection, scope: Scope, set_id: str, asked: Filter, ring: Ring, *, limit: int
) -> list[str]:
    """Those of the filter whose place on the map lies inside the ring."""
    area = geometry.Polygon([(lon, lat) for lat, lon in ring]).buffer(0)
    if area.is_empty:
        return []
    west, south, east, north = area.bounds
    s = standings.c
    query = (
        _seen(scope, set_id, asked, s.debtor_id, s.lat, s.lon)
        .where(s.lat.between(south, north), s.lon.between(west, east))
        .distinct()
        .order_by(s.debtor_id)
    )
    framed = connection.execute(query).mappings()
    inside = [one["debtor_id"] for one in framed if area.covers(geometry.Point(one["lon"], one["lat"]))]
    return inside[:limit]


def located(
    connection: Connection, scope: Scope, set_id: str, asked: Filter, *, limit: int
) -> list[dict[str, Any]]:
    """Debtors of the filter with their place, name and who would have them, for a map."""
    s, row = standings.c, change_rows.c
    query = (
        _seen(scope, set_id, asked, s.debtor_id, s.lat, s.lon, func.max(s.agent_id).label("agent"))
        .where(s.lat.is_not(None))
        .group_by(s.debtor_id, s.lat, s.lon)
        .order_by(s.debtor_id)
        .limit(limit)
    )
    found = [dict(one) for one in connection.execute(query).mappings()]
    mine = [one["debtor_id"] for one in found]
    rows = fetch(
        connection,
        mine,
        lambda some: select(row.debtor_id, row.to_agent).where(row.set_id == set_id, row.debtor_id.in_(some)),
    )
    changed = {one["debtor_id"]: one["to_agent"] for one in rows}
    names = _names(connection, mine)
    return [
        one
        | {
            "agent": changed.get(one["debtor_id"], one["agent"]),
            "name": names.get(one["debtor_id"], ""),
        }
        for one in found
    ]


def gathered(connection: Connection, scope: Scope, set_id: str, asked: Filter) -> list[dict[str, Any]]:
    """How many debtors of the filter live where, in squares of the net."""
    s = standings.c
    row, column = cast(s.lat * NET, Integer), cast(s.lon * NET, Integer)
    query = (
        _seen(
            scope,
            set_id,
            asked,
            func.avg(s.lat).label("lat"),
            func.avg(s.lon).label("lon"),
            func.count(s.debtor_id.distinct()).label("debtors"),
        )
        .where(s.lat.is_not(None))
        .group_by(row, column)
    )
    return [dict(one) for one in connection.execute(query).mappings()]


def zones(connection: Connection, scope: Scope) -> list[str]:
    """The lenders' zones of what is for the field."""
    query = (
        select(standings.c.zone)
        .where(scope.rows(standings), standings.c.zone != "", standings.c.outcome.is_not(None))
        .distinct()
        .order_by(standings.c.zone)
    )
    return remembered(connection, ("desk.zones", scope), lambda: list(connection.execute(query).scalars()))


def figures(connection: Connection, scope: Scope, set_id: str) -> dict[str, int]:
    """The draft in numbers: debtors that move, newcomers, by hand, closed, with a warning, not possible."""
    row = change_rows.c

    def sum_of(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    both = and_(row.from_agent.is_not(None), row.to_agent.is_not(None))
    query = select(
        func.count().label("rows"),
        sum_of(and_(both, row.from_agent != row.to_agent)).label("moved"),
        sum_of(and_(row.from_agent.is_(None), row.to_agent.is_not(None))).label("new"),
        sum_of(and_(row.from_agent.is_not(None), row.to_agent.is_(None))).label("left"),
        sum_of(row.by_hand).label("hand"),
        sum_of(func.length(cast_text(row.warnings)) > 2).label("warned"),
        sum_of(row.state == "overtaken").label("overtaken"),
        sum_of(row.state == "taken").label("taken"),
    ).where(row.set_id == set_id, *_of_scope(scope, row.debtor_id))
    return {name: int(value) for name, value in connection.execute(query).mappings().one().items()}


def overtaken(connection: Connection, scope: Scope, set_id: str, limit: int) -> list[dict[str, Any]]:
    """Those of the set that could not be, with the reason."""
    row = change_rows.c
    query = (
        select(row.debtor_id, row.said, row.to_agent, debtors.c.name)
        .join(debtors, debtors.c.id == row.debtor_id)
        .where(row.set_id == set_id, row.state == "overtaken", *_of_scope(scope, row.debtor_id))
        .order_by(debtors.c.search_name, row.debtor_id)
        .limit(limit)
    )
    return [dict(one) for one in connection.execute(query).mappings()]


def decisions(
    connection: Connection, scope: Scope, *, agent: str = "", debtor: str = "", limit: int, offset: int = 0
) -> list[dict[str, Any]]:
    """Who has had a debtor, or whom an agent has had, the newest first, each with who decided it and why."""
    a = assignments.c
    query = (
        select(
            a.id,
            a.debtor_id,
            a.agent_id,
            a.since,
            a.until,
            a.because,
            a.decided_at,
            a.actor,
            debtors.c.name.label("debtor_name"),
            agents.c.name.label("agent_name"),
        )
        .join(debtors, debtors.c.id == a.debtor_id)
        .outerjoin(agents, agents.c.id == a.agent_id)
        .where(*_told_of(scope, agent, debtor))
        .order_by(a.decided_at.desc(), a.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [dict(one) for one in connection.execute(query).mappings()]


def decided(connection: Connection, scope: Scope, *, agent: str = "", debtor: str = "") -> int:
    query = select(func.count()).select_from(assignments).where(*_told_of(scope, agent, debtor))
    return int(connection.execute(query).scalar_one())


def doubled(connection: Connection, scope: Scope, *, limit: int, offset: int = 0) -> list[dict[str, Any]]:
    """Doors at which two agents would knock: one place, debtors of several agents."""
    return remembered(
        connection, ("desk.doubled", scope, limit, offset), lambda: _doubled(connection, scope, limit, offset)
    )


def _doubled(connection: Connection, scope: Scope, limit: int, offset: int) -> list[dict[str, Any]]:
    spot = _spots(scope).subquery()
    query = select(spot).order_by(spot.c.agents.desc(), spot.c.debtors.desc(), spot.c.lat, spot.c.lon)
    found = [dict(one) for one in connection.execute(query.limit(limit).offset(offset)).mappings()]
    return [one | {"people": _people_at(connection, scope, one)} for one in found]


def doubles(connection: Connection, scope: Scope) -> int:
    """How many such doors there are."""
    query = select(func.count()).select_from(_spots(scope).subquery())
    return remembered(
        connection, ("desk.doubles", scope), lambda: int(connection.execute(query).scalar_one())
    )


def cast_text(column: ColumnElement[Any]) -> ColumnElement[str]:
    """A JSON column as its text: "[]" is two characters long."""

    return cast(column, Text)


def _names(connection: Connection, debtor_ids: Collection[str]) -> dict[str, str]:
    query = select(debtors.c.id, debtors.c.name)
    rows = fetch(connection, debtor_ids, lambda some: query.where(debtors.c.id.in_(some)))
    return {row["id"]: row["name"] for row in rows}


def _spots(scope: Scope) -> Select[Any]:
    seen = _of_scope(scope, addresses.c.debtor_id)
    return (
        select(
            addresses.c.lat,
            addresses.c.lon,
            func.count(assignments.c.agent_id.distinct()).label("agents"),
            func.count(addresses.c.debtor_id.distinct()).label("debtors"),
        )
        .join(assignments, assignments.c.debtor_id == addresses.c.debtor_id)
        .where(
            *_doors(),
            assignments.c.until.is_(None),
            assignments.c.agent_id.is_not(None),
            *seen,
        )
        .group_by(addresses.c.lat, addresses.c.lon)
        .having(func.count(assignments.c.agent_id.distinct()) > 1)
    )


def _doors() -> tuple[ColumnElement[bool], ...]:
    return (
        addresses.c.kind == "home",
        addresses.c.state == "accepted",
        addresses.c.until.is_(None),
        addresses.c.lat.is_not(None),
        addresses.c.precision == "door",
    )


def _people_at(connection: Connection, scope: Scope, spot: Mapping[str, Any]) -> list[dict[str, Any]]:
    query = (
        select(
            addresses.c.text,
            debtors.c.id.label("debtor_id"),
            debtors.c.name,
            agents.c.id.label("agent_id"),
            agents.c.name.label("agent_name"),
        )
        .join(assignments, assignments.c.debtor_id == addresses.c.debtor_id)
        .join(agents, agents.c.id == assignments.c.agent_id)
        .join(debtors, debtors.c.id == addresses.c.debtor_id)
        .where(
            *_doors(),
            addresses.c.lat == spot["lat"],
            addresses.c.lon == spot["lon"],
            assignments.c.until.is_(None),
            scope.sees(addresses.c.debtor_id),
        )
        .order_by(agents.c.name, debtors.c.name)
        .limit(12)
    )
    return [dict(one) for one in connection.execute(query).mappings()]


def _told_of(scope: Scope, agent: str, debtor: str) -> list[ColumnElement[bool]]:
    a = assignments.c
    parts = _of_scope(scope, a.debtor_id)
    if agent:
        parts.append(a.agent_id == agent)
    if debtor:
        parts.append(a.debtor_id == debtor)
    return parts


def _of_scope(scope: Scope, debtor: ColumnElement[str]) -> list[ColumnElement[bool]]:
    """Nothing to ask of who sees everything: listing all debtors would take longer than the answer."""
    return [] if scope == Scope.everything() else [scope.sees(debtor)]


def _owed(connection: Connection, scope: Scope, debtor_ids: Collection[str]) -> dict[str, dict[str, int]]:
    """Debtor → what is overdue, in minor units by currency."""
    s = standings.c
    rows = fetch(
        connection,
        debtor_ids,
        lambda some: (
            select(s.debtor_id, s.currency, func.sum(s.overdue_minor).label("minor"))
            .where(s.debtor_id.in_(some), scope.rows(standings), s.overdue_minor > 0, s.state == "open")
            .group_by(s.debtor_id, s.currency)
        ),
    )
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        found.setdefault(row["debtor_id"], {})[row["currency"]] = int(row["minor"])
    return found


def _seen(scope: Scope, set_id: str, asked: Filter, *columns: Any) -> Select[Any]:
    """Of the debtors in scope that the field has or could have, those asked for."""
    s, row = standings.c, change_rows.c
    mine = row.set_id == set_id
    drafted = select(row.debtor_id).where(mine)
    query = select(*columns).where(scope.rows(standings))
    if asked.only:
        narrowed = {
            "changed": drafted,
            "hand": drafted.where(row.by_hand),
            "warned": drafted.where(func.length(cast_text(row.warnings)) > 2),
        }
        query = query.where(s.debtor_id.in_(narrowed.get(asked.only, drafted)))
    else:
        query = query.where(or_(s.outcome.in_(("assigned", "unassigned")), s.debtor_id.in_(drafted)))
    if asked.agent:
        holder = None if asked.agent == NOBODY else asked.agent
        query = query.where(
            or_(
                s.debtor_id.in_(drafted.where(row.to_agent == holder)),
                and_(s.agent_id == holder, s.debtor_id.not_in(drafted)),
            )
        )
    if asked.zone:
        query = query.where(s.zone == asked.zone)
    for word in asked.words:
        query = query.where(s.search_text.contains(word, autoescape=True))
    return query
