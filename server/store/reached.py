"""How often visits found whom they looked for, by kind of place and hour: counts only. Judges nothing."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import Connection, case, extract, func, or_, select

from sync.records import Place, Result
from sync.rules.caps import REACHED
from sync.rules.policy import zone_of
from sync.rules.reaching import Tally, band_of

from .chunks import fetch
from .tables import assignments, debtors, visit_results, visits


def tallies(connection: Connection, since: datetime) -> dict[tuple[Place, int], Tally]:
    """The visits made from `since` on, by place and band of the debtor's local hour.

    The clock of a zone is taken as it was on the day `since`: where clocks change, visits of the other
    half-year count in the hour beside theirs.
    """
    at = visits.c.started
    hour = extract("hour", func.timezone("UTC", at) if connection.dialect.name == "postgresql" else at)
    not_made = (
        select(visit_results.c.visit_id)
        .where(visit_results.c.visit_id == visits.c.id, visit_results.c.result == Result.NOT_MADE.value)
        .exists()
    )
    found_him = case((visits.c.party.in_([party.value for party in REACHED]), 1), else_=0)
    query = (
        select(
            visits.c.place,
            debtors.c.timezone,
            hour.label("hour"),
            func.count().label("tries"),
            func.sum(found_him),
        )
        .join(debtors, debtors.c.id == visits.c.debtor_id)
        .where(at >= since, ~not_made)
        .group_by(visits.c.place, debtors.c.timezone, hour)
    )
    counted: dict[tuple[Place, int], Tally] = {}
    for place, zone, hour_utc, tries, reached in connection.execute(query):
        moment = since.replace(hour=int(hour_utc))
        local = moment.astimezone(zone_of(zone) or since.tzinfo)
        key = Place(place), band_of(local.hour)
        counted[key] = counted.get(key, Tally()) + Tally(tries, int(reached))
    return counted


def in_field_since(connection: Connection, debtor_ids: Collection[str]) -> dict[str, date]:
    """Since when each of these debtors has been some agent's without a break, whoever the agent was."""
    rows = fetch(
        connection,
        debtor_ids,
        lambda ids: select(assignments.c.debtor_id, assignments.c.since, assignments.c.until).where(
            assignments.c.debtor_id.in_(ids),
            assignments.c.agent_id.is_not(None),
            # A row closed on the day it was opened never held.
            or_(assignments.c.until.is_(None), assignments.c.until > assignments.c.since),
        ),
    )
    found: dict[str, date] = {}
    last: dict[str, date | None] = {}
    for row in sorted(rows, key=lambda row: (row["debtor_id"], row["since"])):
        debtor = row["debtor_id"]
        if debtor not in found or last[debtor] != row["since"]:
            found[debtor] = row["since"]
        last[debtor] = row["until"]
    return found
