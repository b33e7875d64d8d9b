"""Tells laptops which of their own events were erased, so that they erase their copy. Knows no debtor.

The record bears the event's id and carries the office's signed word; it goes to the laptops that wrote
the event, whoever has the debtor today.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection

from sync.digest import canonical
from sync.ledger import Erasure

from ..store import counters, erasures, feeds
from ..store.feeds import Key, Row

KIND = "erasure"


def announce(connection: Connection, agent_ids: Iterable[str]) -> None:
    """Bring the erasures in these agents' feeds up to date."""
    ids = sorted(set(agent_ids))
    for agent_id in ids:
        counters.lock(connection, counters.feed(agent_id))
    for agent_id, signed in erasures.of_agents(connection, ids).items():
        held = feeds.of_kind(connection, agent_id, KIND)
        rows = [
            Row(kind, record, text, None)
            for (kind, record), text in sorted(records(signed).items())
            if held.get(record) != text
        ]
        feeds.write(connection, agent_id, rows)


def wanted(
    connection: Connection, agent_ids: Sequence[str]
) -> Mapping[str, dict[Key, tuple[str, str | None]]]:
    """By agent: the records his whole feed must have."""
    found = erasures.of_agents(connection, agent_ids)
    return {
        agent_id: {key: (text, None) for key, text in records(found.get(agent_id, [])).items()}
        for agent_id in agent_ids
    }


def records(signed: Iterable[Erasure]) -> dict[Key, str]:
    """One a signed erasure, under the event's id; a second body of the same id adds its digest."""
    found: dict[Key, str] = {}
    for one in sorted(signed, key=lambda erasure: (erasure.id, erasure.body_digest)):
        name = one.id if (KIND, one.id) not in found else f"{one.id}:{one.body_digest.hex()[:16]}"
        found[KIND, name[:64]] = canonical(one.to_json()).decode()
    return found
