"""What people typed beside a visit's own note, for the audit of its words. Judges nothing."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from .tables import promises

CHUNK = 500


def beside(connection: Connection, visit_ids: Sequence[str]) -> dict[str, list[str]]:
    """By visit the places of its promises, as their collector wrote them."""
    found: dict[str, list[str]] = {}
    for start in range(0, len(visit_ids), CHUNK):
        query = select(promises.c.visit_id, promises.c.place).where(
            promises.c.visit_id.in_(visit_ids[start : start + CHUNK]), promises.c.place != ""
        )
        for visit_id, place in connection.execute(query):
            found.setdefault(visit_id, []).append(place)
    return found
