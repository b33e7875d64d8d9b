"""The feed of each agent: the latest version of every record in his scope, numbered by his own counter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from sync.records import EventKind

from . import chunks, counters, prepared
from .tables import (
    accounts,
    addresses,
    agreements,
    amendments,
    assignment_accounts,
    assignments,
    contact_points,
    contacts,
    deliveries,
    events,
    feeds,
    offers,
    promises,
    reported_payments,
    skips,
    suggestions,
    visits,
)

Key = tuple[str, str]  # kind, record id
# Kinds that belong to the agent himself and not to one debtor, yet change with his debtors.
OF_THE_AGENT = ("policy", "lender", "stationery", "route")
# Kinds whose record bears the id of the event that it is the effect of.
OF_AN_EVENT = (
    *("visit", "promise", "contact", "skip", "reported", "delivery", "attachment"),
    *("agreement", "offer", "suggestion"),
)


@dataclass(frozen=True)
class Row:
    """One row to write: `payload` None is a tombstone."""

    kind: str
    record_id: str
    payload: str | None
    debtor_id: str | None


def agents_concerned(connection: Connection, debtor_ids: Iterable[str]) -> set[str]:
    """Who has one of these debtors, or still has one of their records in his feed."""
    debtors = set(debtor_ids)
    rows = [*chunks.found(connection, _HAVE, debtors), *chunks.found(connection, _SHOWN, debtors)]
    return {row["agent_id"] for row in rows}


_HAVE = select(assignments.c.agent_id).where(
    chunks.among(assignments.c.debtor_id), assignments.c.until.is_(None), assignments.c.agent_id.is_not(None)
)
_SHOWN = select(feeds.c.agent_id).where(chunks.among(feeds.c.debtor_id), feeds.c.gone.is_(False)).distinct()


def agents_of_lender(connection: Connection, lender_id: str) -> set[str]:
    """Who works an account of his today."""
    return {row["agent_id"] for row in prepared.rows(connection, _OF_LENDER, {"lender": lender_id})}


_OF_LENDER = (
    select(assignments.c.agent_id)
    .join(assignment_accounts, assignment_accounts.c.assignment_id == assignments.c.id)
    .join(accounts, accounts.c.id == assignment_accounts.c.account_id)
    .where(
        accounts.c.lender_id == bindparam("lender"),
        assignment_accounts.c.outcome == "assigned",
        assignments.c.until.is_(None),
        assignments.c.agent_id.is_not(None),
    )
    .distinct()
)


def held(
    connection: Connection, agent_id: str, debtor_ids: Sequence[str] | None, *, of_agent: bool = True
) -> dict[Key, tuple[str | None, str | None]]:
    """The live records of a feed with their payload and debtor; only those of `debtor_ids` when given, and
    with `of_agent` the agent's own."""
    asked = {"agent": agent_id}
    rows: Sequence[Mapping[Any, Any]]
    if debtor_ids is None:
        rows = prepared.rows(connection, _HELD, asked)
    else:
        own = prepared.rows(connection, _HELD_OF_AGENT, asked) if of_agent else []
        rows = [*own, *chunks.found(connection, _HELD_OF_DEBTORS, debtor_ids, agent=agent_id)]
    return {(row["kind"], row["record_id"]): (row["payload"], row["debtor_id"]) for row in rows}


_HELD = select(feeds.c.kind, feeds.c.record_id, feeds.c.payload, feeds.c.debtor_id).where(
    feeds.c.agent_id == bindparam("agent"), feeds.c.gone.is_(False)
)
_HELD_OF_AGENT = _HELD.where(or_(*(feeds.c.kind == kind for kind in OF_THE_AGENT)))
_HELD_OF_DEBTORS = _HELD.where(chunks.among(feeds.c.debtor_id))


def write(connection: Connection, agent_id: str, rows: Sequence[Row]) -> None:
    """Give each row the next number of the feed, in order. The counter must be locked already."""
    if not rows:
        return
    first = counters.take(connection, counters.feed(agent_id), len(rows))
    values = [
        {
            "agent_id": agent_id,
            "kind": row.kind,
            "record_id": row.record_id,
            "number": first + place,
            "gone": row.payload is None,
            "payload": row.payload,
            "debtor_id": row.debtor_id,
        }
        for place, row in enumerate(rows)
    ]
    chunks.append(connection, _UPSERT[connection.dialect.name], values)


def _upsert(make: Any) -> Any:
    statement = make(feeds)
    return statement.on_conflict_do_update(
        index_elements=["agent_id", "kind", "record_id"],
        set_={name: statement.excluded[name] for name in ("number", "gone", "payload", "debtor_id")},
    )


_UPSERT = {"postgresql": _upsert(postgresql.insert), "sqlite": _upsert(sqlite.insert)}


def page(connection: Connection, agent_id: str, after: int, limit: int) -> tuple[list[dict[str, Any]], bool]:
    """Up to `limit` rows after a number, in order, and whether more wait behind them."""
    rows = prepared.rows(connection, _PAGE, {"agent": agent_id, "after": after, "most": limit + 1})
    return rows[:limit], len(rows) > limit


_PAGE = (
    select(feeds.c.number, feeds.c.kind, feeds.c.record_id, feeds.c.gone, feeds.c.payload)
    .where(feeds.c.agent_id == bindparam("agent"), feeds.c.number > bindparam("after"))
    .order_by(feeds.c.number)
    .limit(bindparam("most", type_=feeds.c.number.type))
)


def of_kind(connection: Connection, agent_id: str, kind: str) -> dict[str, str | None]:
    """By id, the payload of the live records of one kind."""
    query = select(feeds.c.record_id, feeds.c.payload).where(
        feeds.c.agent_id == agent_id, feeds.c.kind == kind, feeds.c.gone.is_(False)
    )
    return {row.record_id: row.payload for row in connection.execute(query)}


def live(connection: Connection, agent_id: str) -> list[dict[str, Any]]:
    """Every live record of a feed, to be summed up and compared."""
    query = select(feeds.c.number, feeds.c.kind, feeds.c.record_id, feeds.c.gone, feeds.c.payload).where(
        feeds.c.agent_id == agent_id, feeds.c.gone.is_(False)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def effects(connection: Connection, agent_id: str, incarnation: str) -> list[tuple[int, int]]:
    """For each record of a feed that is an effect of events of this chain: (its number, the lowest n of
    them), by number.

    An effect is the record of the event's own id, the visit it amends, or the debtor it proposed an
    address or a contact point for; or that the debtor it is about is gone.
    """
    asked = {"agent": agent_id, "incarnation": incarnation}
    lowest: dict[int, int] = {}
    for query in _EFFECTS:
        for number, n in connection.execute(query, asked):
            lowest[number] = min(n, lowest.get(number, n))
    return sorted(lowest.items())


def _effect(*joined: ColumnElement[bool]) -> Any:
    return (
        select(feeds.c.number, func.min(events.c.n))
        .where(
            events.c.incarnation == bindparam("incarnation"), feeds.c.agent_id == bindparam("agent"), *joined
        )
        .group_by(feeds.c.number)
    )


_EFFECTS = (
    _effect(feeds.c.record_id == events.c.id, feeds.c.kind.in_(OF_AN_EVENT)),
    _effect(
        events.c.kind == EventKind.VISIT_AMENDED,
        amendments.c.id == events.c.id,
        feeds.c.kind == "visit",
        feeds.c.record_id == amendments.c.visit_id,
    ),
    *(
        _effect(
            events.c.kind == kind,
            proposals.c.id == events.c.id,
            feeds.c.kind == "debtor",
            feeds.c.record_id == proposals.c.debtor_id,
        )
        for kind, proposals in (
            (EventKind.ADDRESS_PROPOSED, addresses),
            (EventKind.PHONE_PROPOSED, contact_points),
        )
    ),
    # Until he is hidden, what was just said of a debtor given away must stay beside him.
    *(
        _effect(
            made.c.id == events.c.id,
            feeds.c.kind == "debtor",
            feeds.c.gone,
            feeds.c.record_id == made.c.debtor_id,
        )
        for made in (
            *(visits, promises, contacts, skips, reported_payments),
            *(deliveries, agreements, offers, suggestions),
        )
    ),
)
