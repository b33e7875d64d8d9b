"""Visits as the office projected them, their results and what was said of them later. Nothing is edited."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, select

from . import attachments as files
from . import chunks
from .tables import (
    agents,
    amendments,
    attachments,
    reported_payments,
    skips,
    visit_results,
    visits,
)

Grouped = dict[str, list[Mapping[Any, Any]]]


def add(connection: Connection, rows: list[dict[str, Any]]) -> None:
    chunks.append(connection, visits, rows)


def add_results(connection: Connection, rows: list[dict[str, Any]]) -> None:
    chunks.append(connection, visit_results, rows)


def add_amendments(connection: Connection, rows: list[dict[str, Any]]) -> None:
    chunks.append(connection, amendments, rows)


def add_skips(connection: Connection, rows: list[dict[str, Any]]) -> None:
    chunks.append(connection, skips, rows)


def add_reported_payments(connection: Connection, rows: list[dict[str, Any]]) -> None:
    chunks.append(connection, reported_payments, rows)


def add_attachments(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Announced: their bytes come apart, or are here already by another visit."""
    chunks.append(connection, attachments, rows)
    files.mark_stored(connection, {row["sha256"] for row in rows})


_BY_ID = select(visits).where(chunks.among(visits.c.id))
_RESULTS = (
    select(visit_results).where(chunks.among(visit_results.c.visit_id)).order_by(visit_results.c.account_id)
)


def by_id(connection: Connection, ids: Iterable[str]) -> dict[str, Mapping[Any, Any]]:
    return {row["id"]: row for row in chunks.found(connection, _BY_ID, ids)}


def of_debtors(connection: Connection, debtor_ids: Iterable[str]) -> Grouped:
    """By debtor: every agent's visits with the agent's name."""
    return _grouped(chunks.found(connection, _OF_DEBTORS, debtor_ids), "debtor_id")


_OF_DEBTORS = (
    select(visits, agents.c.name.label("agent_name"))
    .join(agents, agents.c.id == visits.c.agent_id)
    .where(chunks.among(visits.c.debtor_id))
)


def results_of(connection: Connection, ids: Iterable[str]) -> Grouped:
    """By visit, in order of account."""
    rows = chunks.found(connection, _RESULTS, ids)
    return _grouped(rows, "visit_id")


def amendments_of(connection: Connection, ids: Iterable[str]) -> Grouped:
    """By visit, in the order they reached the office."""
    return _grouped(chunks.found(connection, _AMENDMENTS, ids), "visit_id")


_AMENDMENTS = (
    select(amendments)
    .where(chunks.among(amendments.c.visit_id))
    .order_by(amendments.c.received_at, amendments.c.recorded_at, amendments.c.id)
)


def _grouped(rows: Iterable[Mapping[Any, Any]], by: str) -> Grouped:
    groups: Grouped = defaultdict(list)
    for row in rows:
        groups[row[by]].append(row)
    return groups
