"""A row of a table as the record the rules hold: one place for each. Runs no statement."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from sync.fold import NO_CONDUCT, conduct_of
from sync.money import from_minor
from sync.records import (
    Address,
    AddressKind,
    Balance,
    Interval,
    Known,
    Location,
    LocationSource,
    Party,
    Payment,
    Place,
    Precision,
    Promise,
    Visit,
    VisitResult,
    changed,
)

# A mapping, a RowMapping or a dict: whatever is read by column name.
Row = Mapping[Any, Any]


def balance(row: Row, currency: str | None = None) -> Balance:
    """From the columns of `balances`; `currency` where the row names it otherwise."""
    currency = currency or row["currency"]

    def money(name: str) -> Any:
        return from_minor(row[f"{name}_minor"], currency)

    return Balance(
        as_of=row["as_of"],
        currency=currency,
        principal=money("principal"),
        interest=money("interest"),
        late_interest=money("late_interest"),
        fees=money("fees"),
        overdue=money("overdue"),
        oldest_due=row["oldest_due"],
        instalments_overdue=row["instalments_overdue"],
    )


def payment(row: Row) -> Payment:
    return Payment(
        id=row["id"],
        account=row["account_id"],
        amount=from_minor(row["amount_minor"], row["currency"]),
        currency=row["currency"],
        value_date=row["value_date"],
        posted_date=row["posted_date"],
        imported_at=row["imported_at"],
        channel=row["channel"],
        receipt=row["receipt"],
        reverses=row["reverses"],
        promise=row["promise_id"] or "",
    )


def promise(row: Row) -> Promise:
    return Promise(
        id=row["id"],
        visit=row["visit_id"],
        account=row["account_id"],
        debtor=row["debtor_id"],
        amount=from_minor(row["amount_minor"], row["currency"]),
        currency=row["currency"],
        due=row["due"],
        channel=row["channel"],
        place=row["place"],
        made_at=row["made_at"],
        window_start=_clock(row["window_start"]),
        window_end=_clock(row["window_end"]),
        review=row["review_on"],
        agreement=row["agreement_id"] or "",
    )


def address(row: Row) -> Address:
    return Address(
        id=row["id"],
        debtor=row["debtor_id"],
        kind=AddressKind(row["kind"]),
        text=row["text"],
        district=row["district"],
        city=row["city"],
        lat=row["lat"],
        lon=row["lon"],
        precision=Precision(row["precision"]),
        source=row["source"],
        origin=row["origin"],
        state=row["state"],
        error_m=row.get("error_m"),
    )


# Looked up: making a member of an enumeration from its word is a call of several.
_PLACES = {member.value: member for member in Place}
_PARTIES = {member.value: member for member in Party}
_KNOWN = {member.value: member for member in Known}
_SOURCES = {member.value: member for member in LocationSource}


def visit(row: Row, results: tuple[VisitResult, ...]) -> Visit:
    """The visit as it was told, before any amendment."""
    return Visit(
        id=row["id"],
        debtor=row["debtor_id"],
        agent=row["agent_id"],
        place=_PLACES[row["place"]],
        party=_PARTIES[row["party"]],
        happened=Interval(row["started"], row["ended"]),
        known=_KNOWN[row["known"]],
        recorded=row["recorded_at"],
        received=row["received_at"],
        results=results,
        address=row["address_id"],
        stop=row["stop_id"],
        location=Location(
            _SOURCES[row["location_source"]],
            row["lat"],
            row["lon"],
            row["accuracy_m"],
            row["location_reason"],
        ),
        note=row["note"],
        conduct=conduct_of(row["conduct"]) if row.get("conduct") else NO_CONDUCT,
    )


def corrected(row: Row, results: tuple[VisitResult, ...]) -> Visit:
    """The visit when it happened by the office's clock. What a person typed later was read off a watch:
    only what the laptop's own clock stamped is moved."""
    return changed(visit(row, results), happened=Interval(*corrected_times(row)))


def corrected_times(row: Row) -> tuple[datetime, datetime]:
    """When a visit began and ended by the office's clock."""
    if row["known"] != Known.LIVE or not row["offset_ms"]:
        return row["started"], row["ended"]
    shift = timedelta(milliseconds=row["offset_ms"])
    return row["started"] - shift, row["ended"] - shift


def _clock(text: str | None) -> time | None:
    return time.fromisoformat(text) if text else None
