"""Routes that no longer hold: stops still ahead, drafts mended, published stops flagged. Judges nothing."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Date, bindparam, exists, insert, or_, select, update

from sync.ids import new_id
from sync.records import RouteState, Ruling

from .chunks import among, fetch, found, write
from .scopes import Scope
from .tables import agents, debtors, routes, skips, stop_flags, stops, visits


@dataclass(frozen=True)
class Ahead:
    """A stop of a draft or a published route that was not made yet."""

    id: str
    route: str
    day: date
    state: RouteState
    agent: str
    debtor: str
    address: str | None
    accounts: tuple[str, ...]
    eta: datetime
    service_s: int


def ahead(connection: Connection, debtor_ids: Iterable[str], since: date) -> list[Ahead]:
    """What routes from `since` on still mean to do with these debtors, by day and time."""
    rows = found(connection, _AHEAD, debtor_ids, since=since)
    live = [row for row in rows if row["withdrawn"] is None]  # SQL NULL and JSON null alike
    return sorted(
        (
            Ahead(
                row["id"],
                row["route_id"],
                row["date"],
                RouteState(row["state"]),
                row["agent_id"],
                row["debtor_id"],
                row["address_id"],
                tuple(row["accounts"]),
                row["eta"],
                row["service_s"],
            )
            for row in live
        ),
        key=lambda one: (one.day, one.eta, one.id),
    )


_AHEAD = (
    select(
        stops.c.id,
        stops.c.route_id,
        stops.c.debtor_id,
        stops.c.address_id,
        stops.c.accounts,
        stops.c.eta,
        stops.c.service_s,
        stops.c.withdrawn,
        routes.c.date,
        routes.c.state,
        routes.c.agent_id,
    )
    .join(routes, routes.c.id == stops.c.route_id)
    .where(
        among(stops.c.debtor_id),
        or_(routes.c.state == RouteState.DRAFT.value, routes.c.state == RouteState.PUBLISHED.value),
        routes.c.date >= bindparam("since", type_=Date()),
        stops.c.sequence.is_not(None),
        stops.c.eta.is_not(None),
        ~exists().where(visits.c.stop_id == stops.c.id),
        ~exists().where(skips.c.stop_id == stops.c.id),
    )
)


def leave_out(connection: Connection, route_id: str, because: Mapping[str, Ruling]) -> None:
    """Take these stops out of a draft: the others keep their times, and the day is worth so much less."""
    route = connection.execute(select(routes).where(routes.c.id == route_id)).mappings().one()
    held = list(
        connection.execute(
            select(stops)
            .where(stops.c.route_id == route_id, stops.c.sequence.is_not(None))
            .order_by(stops.c.sequence)
        ).mappings()
    )
    gone = [row for row in held if row["id"] in because]
    for row in gone:
        connection.execute(
            update(stops)
            .where(stops.c.id == row["id"])
            .values(sequence=None, eta=None, why=_why(because[row["id"]]))
        )
    _renumber(connection, [row for row in held if row["id"] not in because])
    connection.execute(update(routes).where(routes.c.id == route_id).values(**_without(route, gone)))


def take_accounts(connection: Connection, stop_id: str, left: Collection[str]) -> None:
    """Some of a stop's accounts may not be worked any more; it is made for the others."""
    connection.execute(update(stops).where(stops.c.id == stop_id).values(accounts=list(left)))


def flag(connection: Connection, barred: Mapping[str, Ruling], now: datetime, actor: str) -> list[str]:
    """Flag these published stops, each once for a rule until somebody saw it; the stops newly flagged."""
    known = {
        (row["stop_id"], row["rule"])
        for row in fetch(
            connection,
            barred,
            lambda ids: select(stop_flags.c.stop_id, stop_flags.c.rule).where(
                stop_flags.c.stop_id.in_(ids), stop_flags.c.seen_at.is_(None)
            ),
        )
    }
    new = {stop: ruling for stop, ruling in sorted(barred.items()) if (stop, ruling.rule) not in known}
    write(
        connection,
        insert(stop_flags),
        [
            {
                "id": new_id(),
                "stop_id": stop,
                "rule": ruling.rule,
                "rule_source": ruling.source,
                "because": json.loads(ruling.because.to_json()),
                "flagged_at": now,
                "actor": actor,
            }
            for stop, ruling in new.items()
        ],
    )
    return list(new)


def flagged(connection: Connection, scope: Scope, since: date) -> list[dict[str, Any]]:
    """The flags nobody has seen, of routes from `since` on that stand, with whose stop it is."""
    query = (
        select(
            stop_flags,
            stops.c.debtor_id,
            stops.c.eta,
            stops.c.sequence,
            routes.c.id.label("route_id"),
            routes.c.date,
            agents.c.name.label("agent_name"),
            debtors.c.name.label("debtor_name"),
            debtors.c.timezone,
        )
        .join(stops, stops.c.id == stop_flags.c.stop_id)
        .join(routes, routes.c.id == stops.c.route_id)
        .join(agents, agents.c.id == routes.c.agent_id)
        .join(debtors, debtors.c.id == stops.c.debtor_id)
        .where(
            stop_flags.c.seen_at.is_(None),
            routes.c.state == RouteState.PUBLISHED.value,
            routes.c.date >= since,
            scope.sees(stops.c.debtor_id),
            ~exists().where(visits.c.stop_id == stops.c.id),
        )
        .order_by(routes.c.date, stops.c.eta, stop_flags.c.id)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def see(connection: Connection, scope: Scope, flag_id: str, now: datetime, by: str) -> str | None:
    """The debtor of a flag in scope that nobody had seen until now; None for any other."""
    mine = select(stops.c.id).where(scope.sees(stops.c.debtor_id))
    statement = (
        update(stop_flags)
        .where(stop_flags.c.id == flag_id, stop_flags.c.seen_at.is_(None), stop_flags.c.stop_id.in_(mine))
        .values(seen_at=now, seen_by=by)
        .returning(stop_flags.c.stop_id)
    )
    stop = connection.execute(statement).scalar()
    if stop is None:
        return None
    return str(connection.execute(select(stops.c.debtor_id).where(stops.c.id == stop)).scalar_one())


def _why(ruling: Ruling) -> str:
    """As `routes` keeps why a stop was left out."""
    said = json.loads(ruling.because.to_json()) | {"rule": ruling.rule, "source": ruling.source}
    return json.dumps(said, ensure_ascii=False, sort_keys=True)


def _renumber(connection: Connection, left: Iterable[Mapping[Any, Any]]) -> None:
    for place, row in enumerate(left, 1):
        if row["sequence"] != place:
            connection.execute(update(stops).where(stops.c.id == row["id"]).values(sequence=place))


def _without(route: Mapping[Any, Any], gone: Sequence[Mapping[Any, Any]]) -> dict[str, Any]:
    """What a draft says of itself once these stops are out of it. Its line went by their doors."""
    certificate = dict(route["certificate"])
    if isinstance(certificate.get("value"), int):
        certificate["value"] -= sum(row["value"] for row in gone)
    values: dict[str, Any] = {
        "certificate": certificate,
        "matrix": {name: value for name, value in route["matrix"].items() if name != "line"},
    }
    if route["lunch"]:
        before = sum(row["sequence"] <= route["lunch"]["after"] for row in gone)
        values["lunch"] = route["lunch"] | {"after": route["lunch"]["after"] - before}
    if route["hand_order"]:
        out = {row["debtor_id"] for row in gone}
        values["hand_order"] = [debtor for debtor in route["hand_order"] if debtor not in out]
    return values


def unsound(connection: Connection, agent_id: str, day: date) -> set[str]:
    """The debtors of an agent's published route whose stop was flagged or withdrawn and is not made yet."""
    unseen = exists().where(stop_flags.c.stop_id == stops.c.id, stop_flags.c.seen_at.is_(None))
    query = (
        select(stops.c.debtor_id, stops.c.withdrawn, unseen.label("flagged"))
        .join(routes, routes.c.id == stops.c.route_id)
        .where(
            routes.c.agent_id == agent_id,
            routes.c.date == day,
            routes.c.state == RouteState.PUBLISHED.value,
            stops.c.sequence.is_not(None),
            ~exists().where(visits.c.stop_id == stops.c.id),
        )
    )
    rows = connection.execute(query).all()
    return {row.debtor_id for row in rows if row.flagged or row.withdrawn is not None}
