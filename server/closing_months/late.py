"""What came late to a closed month: how its lines would be today, against what it froze, named line by line.

Closes and writes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection

from sync.rules.commission_rules import rules_from
from sync.words import N_, Phrase

from ..commissioning import Earned, last_of, month_before, reckon, row_of, terms_of
from ..store import commissions, lenders, months

# How many months back something that comes late is still taken as an adjustment.
LOOKS_BACK = 6
Row = dict[str, Any]

LATE_PAYMENT = N_("Un pago que se conoció después de cerrar el mes")
REVERSED = N_("La entidad reversó un pago después de cerrar el mes")
LATE_VISIT = N_("Una visita que llegó tarde cambió a quién le corresponde el pago")
LATE_PROMISE = N_("Una promesa que se supo cumplida después de cerrar el mes")
GONE = N_("Dejó de contar después de cerrar el mes: la visita se anuló o la promesa se rompió")


def adjustments(connection: Connection, close_id: str, month: date, mine: set[str], today: date) -> list[Row]:
    """What came late to the months closed before this one, of the lenders that this close covers."""
    found: list[Row] = []
    earlier = month
    for _back in range(LOOKS_BACK):
        earlier = month_before(earlier)
        for row in months.closed_runs(connection, earlier):
            found += changed(connection, row, mine, today)
    return [{**one, "close_id": close_id} for one in found]


def changed(
    connection: Connection,
    closed: Mapping[str, Any],
    lender_ids: set[str] | None,
    today: date,
    *,
    account_ids: list[str] | None = None,
) -> list[Row]:
    """How the lines of a closed month would be today, against what it froze and what was adjusted since."""
    run = commissions.run(connection, closed["run_id"])
    if run is None:
        return []
    frozen = [
        row
        for row in commissions.lines_of(connection, [run["id"]], account_ids=account_ids)
        if lender_ids is None or row["lender_id"] in lender_ids
    ]
    held, own = rules_from(run["rules"]), closed["lender_id"]
    every = account_ids
    if every is None:
        paid = commissions.paid_accounts(connection, run["month"], last_of(run["month"]), own)
        every = sorted({*paid, *(row["account_id"] for row in frozen)})
    others = _elsewhere(connection, closed)
    now_: list[Earned] = []
    for piece in reckon(connection, run["month"], held, today, every, fixed=terms_of(frozen)):
        now_ += [
            one
            for one in piece
            if one.account["lender_id"] not in others
            and (lender_ids is None or one.account["lender_id"] in lender_ids)
        ]
    return _against(frozen, now_, _taken(connection, closed, lender_ids, account_ids), closed["id"])


def _taken(
    connection: Connection,
    closed: Mapping[str, Any],
    lender_ids: set[str] | None,
    account_ids: list[str] | None,
) -> list[Row]:
    """What was adjusted of these lenders and accounts: what was of others would look as if it were lost."""
    return [
        row
        for row in months.adjustments(connection, original_id=closed["id"])
        if (lender_ids is None or row["lender_id"] in lender_ids)
        and (account_ids is None or row["account_id"] in account_ids)
    ]


def _elsewhere(connection: Connection, closed: Mapping[str, Any]) -> set[str]:
    """The lenders that another close of the same month froze."""
    if closed["lender_id"] is not None:
        return {row["id"] for row in lenders.listed(connection)} - {closed["lender_id"]}
    return {row["lender_id"] for row in months.closed_runs(connection, closed["month"]) if row["lender_id"]}


def _against(frozen: list[Row], now_: list[Earned], taken: list[Row], original: str) -> list[Row]:
    before: dict[str, int] = {}
    about: dict[str, Row] = {}
    for row in frozen:
        key = f"{row['key']}|{row['agent_id'] or ''}"
        before[key] = row["amount_minor"]
        about[key] = row
    for row in taken:
        before[row["key"]] = before.get(row["key"], 0) + row["after_minor"] - row["before_minor"]
        about.setdefault(row["key"], row)
    after: dict[str, int] = {}
    for one in now_:
        key = f"{one.line.key}|{one.line.agent or ''}"
        after[key] = one.line.amount_minor
        about.setdefault(key, row_of("", one))
    known = {row["key"] for row in frozen} | {row["key"].partition("|")[0] for row in taken}
    found = []
    for key in sorted(before.keys() | after.keys()):
        was, is_ = before.get(key, 0), after.get(key, 0)
        if was == is_:
            continue
        row = about[key]
        found.append(
            {
                "key": key,
                "original_id": original,
                "agent_id": row["agent_id"],
                "account_id": row["account_id"],
                "currency": row["currency"],
                "before_minor": was,
                "after_minor": is_,
                "because": Phrase(_name(key, str(row.get("kind", "")), key in after, known)).stored(),
            }
        )
    return found


def _name(key: str, kind: str, counts: bool, known: set[str]) -> str:
    """What happened to a line, by whether it counts now and what the month knew when it was closed."""
    key = key.partition("|")[0]
    bare = key.removeprefix("fee:").removeprefix("promise:")
    if not counts:
        return LATE_VISIT if f"fee:{bare}" in known and key == bare else GONE
    if kind in ("reversal", "feeback"):
        return REVERSED
    if key.startswith("promise:"):
        return LATE_PROMISE
    if key in known or f"fee:{bare}" in known:
        return LATE_VISIT
    return LATE_PAYMENT
