"""Writes what the office knows as files others can read: four tables as CSV. Knows no SQL and no page.

UTF-8, comma, CRLF, one header row; docs/export.md documents every column. Text that a spreadsheet
would run as a formula is written as text.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from sync.cells import safe
from sync.keys import SigningKey
from sync.ledger import OFFICE_EXPORT, Entry, Manifest, sign_manifest
from sync.ledger_folder import write_export
from sync.money import from_minor, written
from sync.records import Payment
from sync.rules import ageing
from sync.rules.policy import local_day
from sync.rules.promise import standings
from sync.wire.fields import instant

from .enrolling import keyring
from .packs import pack_of
from .store import as_records, encounters, extracts, facts, ledgers
from .store.engine import writing
from .store.said import phrase_of

ACCOUNT_COLUMNS = [
    "lender",
    "account",
    "person",
    "name",
    "days_past_due",
    "bucket",
    "overdue",
    "total",
    "currency",
    "credit_type",
    "state",
    "pack",
    "agent",
    "outcome",
    "assignment_reason",
    "rule",
    "balance_as_of",
    "oldest_due",
    "lat",
    "lon",
    "precision",
]
VISIT_COLUMNS = [
    "visit",
    "lender",
    "account",
    "person",
    "name",
    "agent",
    "started",
    "ended",
    "known",
    "recorded",
    "received",
    "place",
    "party",
    "result",
    "reason",
    "location_source",
    "lat",
    "lon",
    "accuracy_m",
    "evidence",
    "out_of_scope",
    "note",
    "reviewed",
    "steps",
    "alarms",
    "objections",
    "answers",
]
PROMISE_COLUMNS = [
    "promise",
    "visit",
    "lender",
    "account",
    "person",
    "name",
    "agent",
    "made",
    "amount",
    "currency",
    "due",
    "channel",
    "place",
    "window_start",
    "window_end",
    "state",
    "paid",
    "missing",
    "late",
    "late_on",
    "agreement",
]
PAYMENT_COLUMNS = [
    "payment",
    "lender",
    "account",
    "value_date",
    "posted_date",
    "imported",
    "amount",
    "currency",
    "channel",
    "receipt",
    "reverses",
]


@dataclass(frozen=True)
class ExportReport:
    """Where the files are and how many rows each holds, without its header."""

    folder: Path
    rows: dict[str, int]


def export(
    engine: Engine, signer: SigningKey, folder: Path, *, as_of: date, actor: str, now: datetime
) -> ExportReport:
    """Write the files into `folder`, made when missing. The export itself is a fact of the office."""
    folder.mkdir(parents=True, exist_ok=True)
    with writing(engine) as connection:
        paid = {
            account: [as_records.payment(row) for row in rows]
            for account, rows in extracts.payments_by_account(connection).items()
        }
        counts = {
            "accounts.csv": _write(
                folder / "accounts.csv", ACCOUNT_COLUMNS, _accounts(connection, paid, as_of)
            ),
            "visits.csv": _write(
                folder / "visits.csv", VISIT_COLUMNS, map(_visit, extracts.visits_told(connection))
            ),
            "promises.csv": _write(
                folder / "promises.csv", PROMISE_COLUMNS, _promises(connection, paid, as_of)
            ),
            "payments.csv": _write(
                folder / "payments.csv", PAYMENT_COLUMNS, map(_paid, extracts.payments_told(connection))
            ),
        }
        write_export(
            folder / "ledger",
            _counted(ledgers.entries(connection), counts),
            ledgers.all_receipts(connection),
            ledgers.all_checkpoints(connection),
            keyring(connection, signer, now),
            erasures=ledgers.all_erasures(connection),
            manifest=sign_manifest(signer, Manifest(OFFICE_EXPORT, now)),
        )
        facts.append(
            connection,
            "export.written",
            as_of=as_of,
            now=now,
            actor=actor,
            subject=folder.name,
            payload={"rows": counts},
        )
    return ExportReport(folder, counts)


def _counted(entries: Iterable[Entry], counts: dict[str, int]) -> Iterator[Entry]:
    counts["ledger/ledger.jsonl"] = 0
    for entry in entries:
        counts["ledger/ledger.jsonl"] += 1
        yield entry


def _accounts(
    connection: Connection, paid: dict[str, list[Payment]], as_of: date
) -> Iterable[dict[str, Any]]:
    places = extracts.best_places(connection)
    for row in extracts.accounts_as_of(connection, as_of):
        place = places.get(row["debtor_id"], {})
        yield {
            **_standing(row, paid.get(row["id"], []), as_of),
            "lender": row["lender"],
            "account": row["number"],
            "person": row["document"] or row["debtor_id"],
            "name": row["debtor_name"],
            "currency": row["currency"],
            "credit_type": row["credit_type"],
            "state": row["state"],
            "pack": row["pack"],
            "agent": row["agent"],
            "outcome": row["outcome"],
            "assignment_reason": str(phrase_of(row["because"])) if row["because"] else "",
            "rule": row["rule"],
            "balance_as_of": row["as_of"],
            "oldest_due": row["oldest_due"],
            "lat": place.get("lat"),
            "lon": place.get("lon"),
            "precision": place.get("precision", "none"),
        }


def _standing(row: dict[str, Any], paid: list[Payment], as_of: date) -> dict[str, Any]:
    """The account's age and debt on the day, by the same rule every page uses."""
    if row["as_of"] is None:
        return {}
    currency = row["currency"]
    policy = pack_of(row["pack"])
    edges = policy.ageing_edges if policy is not None else ageing.DEFAULT_EDGES
    today = ageing.standing(as_records.balance(row), paid, as_of, edges)
    return {
        "days_past_due": today.dpd,
        "bucket": today.bucket,
        "overdue": written(today.overdue, currency),
        "total": written(today.total, currency),
    }


def _visit(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "visit": row["id"],
        "account": row["account_number"],
        "person": row["document"] or row["debtor_id"],
        "name": row["debtor_name"],
        "recorded": row["recorded_at"],
        "received": row["received_at"],
        **_conduct(row),
    }


def _conduct(row: dict[str, Any]) -> dict[str, Any]:
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


def _promises(
    connection: Connection, paid: dict[str, list[Payment]], as_of: date
) -> Iterable[dict[str, Any]]:
    rows = extracts.promises_told(connection)
    by_account: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_account.setdefault(row["account_id"], []).append(row)
    through = encounters.payments_through(connection)
    gone = encounters.cancelled(connection, {row["debtor_id"] for row in rows})
    for account, made in by_account.items():
        policy = pack_of(made[0]["pack"])
        held = [as_records.promise(row) for row in made]
        zone = made[0]["timezone"]
        known = {}
        if policy is not None:
            known = standings(
                held,
                paid.get(account, []),
                policy,
                as_of,
                through.get(made[0]["lender_id"]),
                cancelled={id: local_day(gone[id], zone) for id in (row["id"] for row in made) if id in gone},
                zone=zone,
            )
        for row, promise in zip(made, held, strict=True):
            standing = known.get(promise.id)
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
            }


def _paid(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "payment": row["id"],
        "account": row["account_number"],
        "imported": row["imported_at"],
        "amount": written(from_minor(row["amount_minor"], row["currency"]), row["currency"]),
    }


def _write(path: Path, columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> int:
    """The whole file or none: written beside and renamed into place."""
    temporary = path.with_suffix(".part")
    count = 0
    with temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for row in rows:
            writer.writerow([_cell(row.get(column)) for column in columns])
            count += 1
    temporary.replace(path)
    return count


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return safe(str(value))
