"""Brings in a lender's payments: matches them to accounts, links reversals, keeps each payment once.

A payment inside a balance's as-of date is kept like any other; that it does not reduce that balance again is
`sync.rules.ageing.standing`'s to say. One transaction; nothing is changed or deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from sync.ids import new_id
from sync.money import rounded, to_minor
from sync.words import N_, Phrase

from ..publishing import refresh_debtors
from ..store import accounts, balances, counters, imports, lenders, payments
from ..store.engine import reading, writing
from . import asked, outside, remembering
from .answers import ImportReport, Recognised
from .payment_rows import PaymentRow, SiftedPayments, sift
from .reading import Terms
from .sifting import decimal_of
from .source import opened
from .told import Told

KIND = "payments"
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Taken:
    """A payment a reversal may take back, held before or in this very file."""

    id: str
    receipt: str
    amount_minor: int
    value_date: date


def import_payments(
    engine: Engine,
    path: Path | str,
    *,
    lender: str,
    as_of: date,
    actor: str,
    now: datetime,
    mapping: str | None = None,
    save_mapping: str | None = None,
    agreed: bool = False,
    report: Path | str | None = None,
    progress: Progress | None = None,
    show: Callable[[Recognised], None] | None = None,
    dry_run: bool = False,
    told: Told | None = None,
    watch: Callable[[int], None] | None = None,
) -> ImportReport:
    """Import `path` as payments to `lender`, complete up to `as_of`. Raises WrongImport with a sentence."""
    tell, path = progress or (lambda _: None), Path(path)
    asked.cut_off(as_of, now, agreed)
    asked.report(path, report)
    with reading(engine) as connection:
        saved = asked.mapping(connection, mapping, KIND)
        country = asked.country(connection, lender)
        if lenders.id_of(connection, lender) is None:
            raise outside.no_lender(connection, lender)
    tell("reading the file")
    with opened(path, KIND, saved, told, watch) as source:
        decimal = decimal_of(source, ("amount",), asked.decimal(country))
        terms = Terms(as_of, asked.currency(country), "es", country, decimal, dates=source.dates)
        sifted = sift(source, terms)
        made = ImportReport(
            kind=KIND,
            lender=lender.strip(),
            as_of=as_of,
            pack="",
            mode="delta",
            recognised=sifted.recognised,
            counts={},
            sha256=source.sha256,
            mapping=mapping or save_mapping or "",
            actor=actor,
            dry_run=dry_run,
        )
    if show is not None:
        show(sifted.recognised)
    with (reading if dry_run else writing)(engine) as connection:
        if not dry_run:
            counters.lock(connection, "import")  # one at a time: each compares with what is held
        tell(f"matching {len(sifted.rows)} payments with their accounts")
        _keep(connection, made, sifted, now)
        if save_mapping:
            asked.keep_mapping(connection, save_mapping, KIND, sifted.recognised.columns)
        if not dry_run:
            made.rejects_path = remembering.write_rejects(path, report, sifted, made.recognised)
        remembering.remember(connection, made, sifted, now)
    return made


def _keep(connection: Connection, made: ImportReport, sifted: SiftedPayments, now: datetime) -> None:
    """Match, link and write; fills the report."""
    lender_id = lenders.named(connection, made.lender)
    owners = accounts.ids_by_number(connection, lender_id)
    _reject_unknown(connection, sifted, lender_id, owners)
    identities = {
        row.line: row.identity(lender_id, row.currency or owners[row.number][2]) for row in sifted.rows
    }
    held = payments.known(connection, identities.values())
    fresh = [row for row in sifted.rows if identities[row.line] not in held]
    made.import_id = new_id()
    plain, reversals = _rows(connection, made, sifted, fresh, owners, identities, now)
    made.counts = {
        "rows": sifted.total,
        "accepted": len(sifted.rows),
        "warned": len(sifted.warned),
        "rejected": len(sifted.rejected),
        "unchanged": len(sifted.rows) - len(plain) - len(reversals),
        "absent": 0,
        "new": len(plain) + len(reversals),
        "reversals": len(reversals),
        "inside_balance": _inside(connection, plain),
    }
    made.remarks = sorted(sifted.remarks, key=lambda remark: remark.line)
    remembering.open_import(connection, made, lender_id, now)
    payments.add(connection, plain)
    payments.add(connection, reversals)
    touched = {row["account_id"] for row in (*plain, *reversals)}
    refresh_debtors(connection, {debtor for own, debtor, _ in owners.values() if own in touched}, now)


def _rows(
    connection: Connection,
    made: ImportReport,
    sifted: SiftedPayments,
    fresh: Sequence[PaymentRow],
    owners: Mapping[str, tuple[str, str, str]],
    identities: Mapping[int, str],
    now: datetime,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The payments to write and, apart, the reversals among them, each linked to what it takes back."""

    def stored(row: PaymentRow, reverses: str | None) -> dict[str, Any]:
        account, _, own_currency = owners[row.number]
        currency = row.currency or own_currency
        return {
            "id": new_id(),
            "account_id": account,
            "import_id": made.import_id,
            "identity": identities[row.line],
            "amount_minor": to_minor(rounded(row.amount, currency), currency),
            "currency": currency,
            "value_date": row.value_date,
            "posted_date": row.posted_date,
            "imported_at": now,
            "channel": row.channel,
            "receipt": row.receipt,
            "reverses": reverses,
        }

    plain = [stored(row, None) for row in fresh if not row.reversal]
    undoing = [row for row in fresh if row.reversal]
    open_to = _open_to_reversal(connection, {owners[row.number][0] for row in undoing}, plain)
    reversals = []
    for row in undoing:
        account, _, own_currency = owners[row.number]
        currency = row.currency or own_currency
        minor = to_minor(rounded(row.amount, currency), currency)
        taken = _taken_back(row, minor, open_to.get(account, []))
        if taken is None:
            text = N_("no se encuentra el pago que esta fila reversa, o ya está reversado")
            sifted.take_back(row, Phrase(text), "receipt")
            continue
        open_to[account].remove(taken)
        reversals.append(stored(row, taken.id))
    return plain, reversals


def _open_to_reversal(
    connection: Connection, account_ids: Iterable[str], plain: Iterable[Mapping[str, Any]]
) -> dict[str, list[Taken]]:
    """By account: its payments not yet reversed, those held and those of this file, oldest first."""
    found: dict[str, list[Taken]] = {}
    wanted = set(account_ids)
    for account, rows in payments.rows_of(connection, wanted).items():
        undone = {row["reverses"] for row in rows}
        found[account] = [_taken(row) for row in rows if row["reverses"] is None and row["id"] not in undone]
    for row in plain:
        if row["account_id"] in wanted:
            found.setdefault(row["account_id"], []).append(_taken(row))
    return {account: sorted(taken, key=lambda one: one.value_date) for account, taken in found.items()}


def _taken(row: Mapping[str, Any]) -> Taken:
    return Taken(row["id"], row["receipt"], row["amount_minor"], row["value_date"])


def _taken_back(row: PaymentRow, minor: int, open_to: list[Taken]) -> Taken | None:
    """What the row reverses: the payment of the receipt it names, else the latest of its exact amount."""
    named = row.undoes or row.receipt
    by_receipt = [one for one in open_to if named and one.receipt == named and one.amount_minor >= minor]
    if by_receipt or row.undoes:
        return by_receipt[-1] if by_receipt else None
    alike = [one for one in open_to if one.amount_minor == minor and one.value_date <= row.value_date]
    return alike[-1] if alike else None


def _reject_unknown(
    connection: Connection,
    sifted: SiftedPayments,
    lender_id: str,
    owners: Mapping[str, tuple[str, str, str]],
) -> None:
    """A payment to an account the office does not have; where its row was rejected, which one it was."""
    strangers = [row for row in sifted.rows if row.number not in owners]
    if not strangers:
        return
    rejected = imports.rejected_accounts(connection, lender_id)
    for row in strangers:
        line, file = rejected.get(row.number, (0, ""))
        if line:
            text = N_(
                "la cuenta {number} fue rechazada en la línea {line} de {file}: corríjala e impórtela antes"
            )
        else:
            text = N_("la cuenta {number} no existe en la cartera de este acreedor")
        values: dict[str, str | int | float] = {"number": row.number, "line": line, "file": file}
        sifted.take_back(row, Phrase(text, values))


def _inside(connection: Connection, plain: Iterable[Mapping[str, Any]]) -> int:
    """How many of the new payments the accounts' latest balances already hold."""
    rows = list(plain)
    latest = balances.latest(connection, {row["account_id"] for row in rows})
    return sum(
        row["account_id"] in latest and row["value_date"] <= latest[row["account_id"]].as_of for row in rows
    )
