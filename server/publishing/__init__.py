"""Brings the agents' feeds up to date with the office's tables. Knows no laptop and no request.

Only what changed gets a new number, so a feed's size is its agent's scope and not its history. The
counter of a feed is locked before anything is read and held to commit, so that a reader can never step
over a slower transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from ..store import counters, feeds, known, scope_records
from ..store.feeds import Row
from . import adding
from .gathering import Wanted, wanted

# What a laptop can use only after what it leans on. Tombstones come first.
ORDER = (
    "agent",
    "policy",
    "offers",
    "lender",
    "stationery",
    "debtor",
    "account",
    "document",
    "payment",
    "visit",
    "agreement",
    "promise",
    "offer",
    "suggestion",
    "contact",
    "override",
    "skip",
    "reported",
    "delivery",
    "attachment",
    "route",
    "city",
    "basemap",
    "objection",
    "erasure",
)
PLACES = {kind: place for place, kind in enumerate(ORDER)}


def refresh_agents(connection: Connection, agent_ids: Iterable[str], now: datetime) -> int:
    """Bring these agents' whole feeds up to date; answers how many rows changed."""
    ids = sorted(set(agent_ids))
    _lock(connection, ids)
    return _refresh(connection, ids, None, now)


def refresh_debtors(connection: Connection, debtor_ids: Iterable[str], now: datetime) -> int:
    """The same for what concerns these debtors, in the feed of everyone who has or had them."""
    ids = sorted(set(debtor_ids))
    known.lock_debtors(connection, ids)
    agents = sorted(feeds.agents_concerned(connection, ids))
    _lock(connection, agents)
    return _refresh(connection, agents, ids, now)


def refresh_lender(connection: Connection, lender_id: str, now: datetime) -> int:
    """The same for what is said of a lender, in the feed of everyone who works an account of his."""
    agents = sorted(feeds.agents_of_lender(connection, lender_id))
    _lock(connection, agents)
    return _refresh(connection, agents, (), now)


def add(
    connection: Connection,
    made: adding.Rows,
    debtor_ids: Iterable[str],
    visits: Mapping[str, Mapping[Any, Any]],
    results: Mapping[str, Sequence[Mapping[Any, Any]]],
    account_debtors: Mapping[str, str],
    now: datetime,
) -> int:
    """What `refresh_debtors` would do for these rows just stored of these debtors, at the cost of the new
    records alone; a debtor whose other records changed is gone over as a whole.

    The debtors' rows must be locked. `visits`, `results`, `account_debtors`: see `adding.added`.
    """
    whole = sorted(adding.changed(made, {name: row["debtor_id"] for name, row in visits.items()}))
    holders = scope_records.holders(connection, debtor_ids)
    concerned = sorted(feeds.agents_concerned(connection, whole))
    _lock(connection, sorted({*concerned, *(holder.agent for holder in holders.values())}))
    for debtor in whole:
        holders.pop(debtor, None)
    count = 0
    new = adding.added(connection, made, holders, visits, results, account_debtors)
    for agent_id, rows in sorted(new.items()):
        feeds.write(connection, agent_id, sorted(rows, key=_place))
        count += len(rows)
    if whole:
        count += _refresh(connection, concerned, whole, now, of_agent=False)
    return count


def _place(row: Row) -> tuple[int, str]:
    return PLACES[row.kind], row.record_id


def _lock(connection: Connection, agent_ids: Sequence[str]) -> None:
    for agent_id in agent_ids:
        counters.lock(connection, counters.feed(agent_id))


def _refresh(
    connection: Connection,
    agent_ids: Sequence[str],
    debtor_ids: Sequence[str] | None,
    now: datetime,
    *,
    of_agent: bool = True,
) -> int:
    changed = 0
    for agent_id, records in wanted(connection, agent_ids, debtor_ids, now, of_agent=of_agent).items():
        rows = _changes(feeds.held(connection, agent_id, debtor_ids, of_agent=of_agent), records)
        feeds.write(connection, agent_id, rows)
        changed += len(rows)
    return changed


def _changes(held: dict[feeds.Key, tuple[str | None, str | None]], records: Wanted) -> list[Row]:
    gone = [Row(*key, None, debtor) for key, (_, debtor) in sorted(held.items()) if key not in records]
    new = [
        Row(*key, payload, debtor)
        for key, (payload, debtor) in records.items()
        if held.get(key) != (payload, debtor)
    ]
    new.sort(key=_place)
    return [*gone, *new]
