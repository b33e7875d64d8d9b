"""Where visits to an address took place, measured and not pointed at. Judges none of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, RowMapping, exists, or_, select

from sync.records import LocationSource, Result

from .chunks import fetch
from .tables import addresses, amendments, findings, placings, visit_results, visits

MEASURED = (LocationSource.GNSS.value, LocationSource.BROWSER.value, LocationSource.EXIF.value)
# Who found no such address, or never went, stood somewhere else.
ELSEWHERE = (Result.NO_SUCH_ADDRESS.value, Result.NOT_MADE.value)
# Findings that speak against the place or the time that was told; being far from the address does not.
AGAINST = ("audit.impossible_speed", "audit.overlap", "audit.clock_skew")


def seen(connection: Connection) -> dict[str, list[RowMapping]]:
    """By address in force, the measured visits that went there, the oldest first; `suspect` of each."""
    found = (
        exists()
        .where(findings.c.visit_id == visits.c.id)
        .where(
            or_(
                findings.c.rule.in_(AGAINST)
                & (findings.c.resolution.is_(None) | (findings.c.resolution != "justified")),
                findings.c.resolution == "misconduct",
            )
        )
    )
    corrected = exists().where(amendments.c.visit_id == visits.c.id)
    elsewhere = exists().where(visit_results.c.visit_id == visits.c.id, visit_results.c.result.in_(ELSEWHERE))
    query = (
        select(
            visits.c.address_id,
            visits.c.lat,
            visits.c.lon,
            visits.c.accuracy_m,
            visits.c.agent_id,
            visits.c.started,
            visits.c.timezone,
            or_(found, corrected, visits.c.out_of_scope).label("suspect"),
        )
        .join(addresses, addresses.c.id == visits.c.address_id)
        .where(
            addresses.c.until.is_(None),
            addresses.c.state == "accepted",
            visits.c.location_source.in_(MEASURED),
            visits.c.lat.is_not(None),
            visits.c.lon.is_not(None),
            visits.c.accuracy_m.is_not(None),
            ~elsewhere,
        )
        .order_by(visits.c.started, visits.c.id)
    )
    by_address: dict[str, list[RowMapping]] = defaultdict(list)
    for row in connection.execute(query).mappings():
        by_address[row["address_id"]].append(row)
    return dict(by_address)


def before_visits(connection: Connection, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """By address, the latest place that visits did not teach."""
    rows = fetch(
        connection,
        ids,
        lambda piece: (
            select(placings)
            .where(
                placings.c.address_id.in_(piece), placings.c.source != "visits", placings.c.state != "doubt"
            )
            .order_by(placings.c.recorded_at, placings.c.id)
        ),
    )
    return {row["address_id"]: dict(row) for row in rows}
