"""Turns the office's rows into those of the open export, one at a time. Knows no file and no SQL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from itertools import groupby, islice
from typing import Any

from sqlalchemy import Connection

from sync.money import from_minor, written
from sync.records import Payment, Precision
from sync.rules import ageing
from sync.rules.figures_reading import road_metres
from sync.rules.policy import edges_of, local_day
from sync.rules.promise import deadline, standings

from .doors import in_order
from .figuring.outcomes import ended_before
from .packs import pack_of
from .store import as_records, encounters, extracts, payments
from .store.said import phrase_of

Row = dict[str, Any]
AT_A_TIME = 500
WORST = ("block", "warn")


def accounts(connection: Connection, as_of: date) -> Iterator[Row]:
    for piece in _pieces(extracts.accounts_as_of(connection, as_of)):
        known = extracts.addresses_of(connection, {row["debtor_id"] for row in piece})
        places = {debtor: in_order(held)[0] for debtor, held in known.items()}
        paid = payments.of_accounts(connection, [row["id"] for row in piece])
        for row in piece:
            place = places.get(row["debtor_id"])
            yield {
                **row,
                **_standing(row, paid.get(row["id"], []), as_of),
                "account": row["number"],
                "person": row["document"] or row["debtor_id"],
                "name": row["debtor_name"],
                "assignment_reason": str(phrase_of(row["because"])) if row["because"] else "",
                "balance_as_of": row["as_of"],
                "lat": place.lat if place is not None else None,
                "lon": place.lon if place is not None else None,
                "precision": (place.precision if place is not None else Precision.NONE).value,
                "edges": " ".join(map(str, edges_of(pack_of(row["pack"])))),
                "gone_on": None if row["state"] == "open" else row["last_file"],
            }


def _standing(row: Row, paid: list[Payment], as_of: date) -> Row:
    """The account's age and debt on the day, by the same rule every page uses."""
    if row["as_of"] is None:
        return {}
    currency = row["currency"]
    today = ageing.standing(as_records.balance(row), paid, as_of, edges_of(pack_of(row["pack"])))
    return {
        "days_past_due": today.dpd,
        "bucket": today.bucket,
        "overdue": written(today.overdue, currency),
        "total": written(today.total, currency),
    }


def visits(connection: Connection) -> Iterator[Row]:
    for row in extracts.visits_told(connection):
        yield {
            **row,
            "visit": row["id"],
            "account": row["account_number"],
            "person": row["document"] or row["debtor_id"],
            "name": row["debtor_name"],
            "recorded": row["recorded_at"],
            "received": row["received_at"],
            "stop": row["stop_id"],
            "verdict": _worst(row["verdict"]),
            "amended": bool(row["amended"]),
            **_conduct(row),
        }


def _worst(verdict: Mapping[str, Any] | None) -> str:
    said = {ruling["decision"] for ruling in (verdict or {}).get("rulings", ())}
    return next((decision for decision in WORST if decision in said), "allow")


def _conduct(row: Row) -> Row:
    """How the visit was conducted, in codes: step:answer:value, objection@version:helped, question:text."""
    told = row["conduct"] or {}
    helped = {True: ":yes", False: ":no"}
    return {
        "reviewed": told.get("reviewed", ""),
        "steps": " ".join(
            ":".join([one["step"], one["answer"], *([one["value"]] if one.get("value") else [])])
            for one in told.get("steps", ())
        ),
        "alarms": " ".join(told.get("alarms", ())),
        "objections": " ".join(
            f"{one['code']}@{one['version']}{helped.get(one.get('helped'), '')}"
            for one in told.get("objections", ())
        ),
        "answers": "; ".join(
            f"{one['question']}:{one['text']}"
            for one in told.get("answers", ())
            if one["account"] == row["account_id"]
        ),
    }


def promises(connection: Connection, as_of: date) -> Iterator[Row]:
    """Those of an account together, with what is true of each on the day and once its last day was over."""
    through = encounters.payments_through(connection)
    by_account = groupby(extracts.promises_told(connection), key=lambda row: row["account_id"])
    for piece in _pieces([*rows] for _account, rows in by_account):
        paid = payments.of_accounts(connection, [rows[0]["account_id"] for rows in piece])
        gone = encounters.cancelled(connection, {row["debtor_id"] for rows in piece for row in rows})
        for rows in piece:
            yield from _promised(rows, paid.get(rows[0]["account_id"], []), through, gone, as_of)


def _promised(
    rows: list[Row],
    paid: list[Payment],
    through: Mapping[str, date],
    gone: Mapping[str, datetime],
    as_of: date,
) -> Iterator[Row]:
    policy, zone = pack_of(rows[0]["pack"]), rows[0]["timezone"]
    held = [as_records.promise(row) for row in rows]
    known = {}
    if policy is not None:
        over = {row["id"]: local_day(gone[row["id"]], zone) for row in rows if row["id"] in gone}
        imported = through.get(rows[0]["lender_id"])
        known = standings(held, paid, policy, as_of, imported, cancelled=over, zone=zone)
    ends = {one.promise: one for one in ended_before(rows, paid, through, gone, as_of)}
    for row, promise in zip(rows, held, strict=True):
        standing, end = known.get(promise.id), ends.get(promise.id)
        yield {
            **row,
            "promise": row["id"],
            "visit": row["visit_id"],
            "account": row["account_number"],
            "person": row["document"] or row["debtor_id"],
            "name": row["debtor_name"],
            "made": row["made_at"],
            "amount": written(promise.amount, promise.currency),
            "state": standing.state.value if standing else "",
            "paid": written(standing.paid, promise.currency) if standing else "",
            "missing": written(standing.missing, promise.currency) if standing else "",
            "late": written(standing.late, promise.currency) if standing else "",
            "late_on": standing.late_on if standing else None,
            "agreement": promise.agreement,
            "deadline": deadline(promise, policy) if policy is not None else None,
            "end": end.state.value if end else "",
            "end_paid": written(from_minor(end.paid, end.currency), end.currency) if end else "",
        }


def paid(connection: Connection) -> Iterator[Row]:
    for row in extracts.payments_told(connection):
        yield {
            **row,
            "payment": row["id"],
            "account": row["account_number"],
            "imported": row["imported_at"],
            "amount": _amount(row, "amount_minor"),
        }


def balances(connection: Connection) -> Iterator[Row]:
    for row in extracts.balances_told(connection):
        parts = ("principal", "interest", "late_interest", "fees", "overdue")
        amounts = {name: _amount(row, f"{name}_minor") for name in parts}
        yield {**row, **amounts, "account": row["account_number"], "recorded": row["recorded_at"]}


def assignments(connection: Connection) -> Iterator[Row]:
    for row in extracts.assignments_told(connection):
        yield {**row, "account": row["account_number"], "decided": row["decided_at"]}


def routes(connection: Connection) -> Iterator[Row]:
    """With the metres of its stops in their order, which are read beside it: both come by day and route."""
    ordered: dict[str, list[str]] = {}
    for stop in extracts.stops_told(connection):
        ordered.setdefault(stop["route_id"], []).append(stop["id"])
    for row in extracts.routes_told(connection):
        certificate = row["certificate"] or {}
        yield {
            **row,
            "route": row["id"],
            "road_m": road_metres(row["matrix"] or {}, ordered.get(row["id"], [])),
            "value": certificate.get("value"),
            "bound": certificate.get("bound"),
            "planned": row["planned_at"],
            "published": row["published_at"],
        }


def stops(connection: Connection) -> Iterator[Row]:
    for piece in _pieces(extracts.stops_told(connection)):
        keys = extracts.keys_of(connection, {account for row in piece for account in row["accounts"]})
        for row in piece:
            told = {
                **row,
                "stop": row["id"],
                "route": row["route_id"],
                "precision": row["precision"] or "none",
            }
            mine = [keys[account] for account in row["accounts"] if account in keys]
            for lender, account in mine or [("", "")]:
                yield {**told, "lender": lender, "account": account}


def contacts(connection: Connection) -> Iterator[Row]:
    for row in extracts.contacts_told(connection):
        person = row["document"] or row["debtor_id"]
        yield {**row, "contact": row["id"], "account": row["account_number"], "person": person}


def agents(connection: Connection) -> Iterator[Row]:
    for row in extracts.agents_told(connection):
        yield {**row, "agent_id": row["id"], "agent": row["name"]}


def lenders(connection: Connection) -> Iterator[Row]:
    for row in extracts.lenders_told(connection):
        yield {**row, "lender": row["name"], "payments_through": row["through"]}


def findings(connection: Connection) -> Iterator[Row]:
    for row in extracts.findings_told(connection):
        yield {
            **row,
            "finding": row["id"],
            "visit": row["visit_id"],
            "because": str(phrase_of(row["because"])),
            "found": row["found_at"],
            "resolved": row["resolved_at"],
        }


def decisions(connection: Connection) -> Iterator[Row]:
    for row in extracts.facts_told(connection):
        yield {**row, "recorded": row["recorded_at"]}


def events(connection: Connection) -> Iterator[Row]:
    for row in extracts.events_told(connection):
        told = {"event": row["id"], "received": row["received_at"], "h": bytes(row["h"]).hex()}
        yield {**row, **told, "erased": bool(row["erased"]), "quarantine": row["quarantine"] or ""}


def _amount(row: Row, name: str) -> str:
    return written(from_minor(row[name], row["currency"]), row["currency"])


def _pieces(rows: Iterable[Any]) -> Iterator[list[Any]]:
    each = iter(rows)
    while piece := list(islice(each, AT_A_TIME)):
        yield piece
