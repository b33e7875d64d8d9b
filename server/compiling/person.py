"""Reads what is known of a debtor, account by account, for a folder; and says what stays out of it, and why.

Others' telephones, other lenders' accounts and what was said of them never go in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from sync.money import from_minor, written
from sync.rules import results

from .. import conducting
from ..store import claims, notices, resolutions
from ..store.boards import cases, compiled
from ..store.scopes import Scope
from .folder import Folder

# table → its columns, in the order of the file.
COLUMNS: dict[str, Sequence[str]] = {
    "cuentas": ("lender", "number", "product", "credit_type", "currency", "branch", "state", "pack"),
    "saldos": (
        "number", "as_of", "currency", "principal", "interest", "late_interest", "fees", "overdue",
        "oldest_due", "instalments_overdue", "recorded_at",
    ),
    "pagos": ("number", "value_date", "posted_date", "amount", "currency", "channel", "receipt"),
    "visitas": (
        "id", "started", "ended", "agent_name", "place", "party", "results", "note", "evidence", "lat", "lon",
        "accuracy_m", "recorded_at", "received_at",
    ),
    "promesas": ("number", "amount", "currency", "due", "made_at", "agent_name", "cancelled_at"),
    "acuerdos": ("number", "total", "currency", "settles", "made_at", "terms"),
    "contactos": ("started", "channel", "effective", "who", "party", "source", "note"),
    "direcciones": ("kind", "text", "district", "city", "state", "since", "until"),
    "telefonos": ("kind", "value", "state", "since"),
    "obligados": ("number", "role", "name"),
    "papeles": ("paper", "code", "made_at", "sha256", "actor"),
    "entregas": ("started", "paper", "code", "how", "party", "sealed", "agent_name"),
    "suspensiones": ("state", "since", "until", "outcome", "resolved_because", "resolved_by"),
    "casos": ("number", "kind", "source", "received_on", "due", "state", "outcome", "text", "resolution"),
    "asignaciones": ("agent_name", "since", "until"),
    "hallazgos": ("visit_id", "rule", "severity", "because", "state", "resolution", "resolved_why"),
}  # fmt: skip


@dataclass(frozen=True)
class Known:
    """A debtor's rows by table, and what is left out: (what, how many, why)."""

    person: dict[str, Any]
    accounts: list[dict[str, Any]]
    rows: dict[str, list[dict[str, Any]]]
    left_out: list[tuple[str, int, str]] = field(default_factory=list)
    shared: frozenset[str] = frozenset()  # visits that speak of an account that is left out too

    @property
    def ids(self) -> list[str]:
        return [row["id"] for row in self.accounts]

    @property
    def visits(self) -> list[dict[str, Any]]:
        return self.rows["visitas"]

    def write(self, folder: Folder) -> None:
        """A CSV of each table that has rows, and all of them as JSON."""
        for name, columns in COLUMNS.items():
            folder.table(f"datos/{name}.csv", self.rows.get(name, []), f"Datos: {name}", columns)
        said = {
            "person": self.person,
            "left_out": [{"what": what, "count": count, "why": why} for what, count, why in self.left_out],
            **{
                name: [{column: row.get(column) for column in columns} for row in self.rows.get(name, [])]
                for name, columns in COLUMNS.items()
            },
        }
        folder.json("datos/caso.json", said, "Todo lo anterior, para programas")
        left = [{"what": what, "count": count, "why": why} for what, count, why in self.left_out]
        folder.table("no-incluido.csv", left, "Lo que no va y por qué", ("what", "count", "why"))


def gather(
    connection: Connection,
    scope: Scope,
    debtor_id: str,
    lender_id: str | None,
    now: datetime,
    *,
    audit: bool,
) -> Known:
    """LookupError when he is not in the scope. `audit`: with what the office found about visits."""
    person = cases.debtor(connection, scope, debtor_id)
    held = compiled.accounts_of(connection, scope, debtor_id, lender_id)
    if person is None or not held:
        raise LookupError(debtor_id)
    ids = [row["id"] for row in held]
    numbers = {row["id"]: row["number"] for row in held}
    left: list[tuple[str, int, str]] = []
    seen = conducting.as_amended(connection, cases.visits_to(connection, debtor_id, ids))
    visits = [row | {"results": _results(row["results"])} for row in seen if row["results"]]
    shared = compiled.results_elsewhere(connection, [row["id"] for row in visits], ids)
    contacts = compiled.contacts_of(connection, debtor_id)
    lenders = {row["lender_id"] for row in held}
    own = [row for row in contacts if row["account_id"] in numbers or row["lender_id"] in {None, *lenders}]
    phones = cases.contact_points_of(connection, scope, debtor_id)
    mine = [row for row in phones if row["holder"] == "debtor"]
    for what, count, why in (
        (
            "Cuentas de otros acreedores o fuera de alcance",
            compiled.other_accounts(connection, debtor_id, ids),
            "Son de otra obligación: no forman parte de este caso",
        ),
        ("Visitas que no hablan de estas cuentas", len(seen) - len(visits), "Se hicieron por otras cuentas"),
        ("Contactos de otros acreedores", len(contacts) - len(own), "Los hizo otro por otra deuda"),
        (
            "Teléfonos y correos de otras personas",
            len(phones) - len(mine),
            "Son datos de terceros: la norma no permite contactarlos por esta deuda",
        ),
        (
            "Notas sobre bienes",
            compiled.asset_notes_of(connection, debtor_id),
            "Solo las ve quien lleva el caso a juicio, en la oficina",
        ),
    ):
        _leave(left, what, count, why)
    rows = {
        "cuentas": held,
        "saldos": [row | _money(row) for row in compiled.balances_of(connection, ids)],
        "pagos": [row | amount_of(row, "amount") for row in compiled.payments_of(connection, ids)],
        "visitas": visits,
        "promesas": [row | amount_of(row, "amount") for row in cases.promises_of(connection, ids)],
        "acuerdos": [row | amount_of(row, "total") for row in compiled.agreements_of(connection, ids)],
        "contactos": own,
        "direcciones": cases.addresses_of(connection, scope, debtor_id),
        "telefonos": mine,
        "obligados": [
            row | {"number": numbers[row["account_id"]], "name": row["name"] or row["name_as_given"]}
            for row in cases.bonds_of(connection, ids)
        ],
        "papeles": compiled.notices_of(connection, debtor_id, ids),
        "entregas": notices.delivered_to(connection, debtor_id, ids),
        "suspensiones": [
            row
            for row in resolutions.history(connection, scope, debtor_id)
            if row["account_id"] is None or row["account_id"] in numbers
        ],
        "casos": compiled.claims_of(connection, debtor_id, ids),
        "asignaciones": cases.assignments_of(connection, debtor_id),
    }
    found = compiled.findings_of(connection, [row["id"] for row in visits])
    if audit:
        rows["hallazgos"] = found
    else:
        _leave(left, "Hallazgos de la auditoría", len(found), "Son control interno de la oficina")
        logged = sum(len(claims.log_of(connection, row["id"])) for row in rows["casos"])
        _leave(left, "Notas internas de los casos", logged, "Son control interno de la oficina")
    return Known(person, held, rows, left, frozenset(shared))


def _leave(left: list[tuple[str, int, str]], what: str, count: int, why: str) -> None:
    if count:
        left.append((what, count, why))


def _results(rows: list[dict[str, Any]]) -> str:
    words = {code.value: rule.label for code, rule in results.RESULTS.items()}
    return "; ".join(f"{row['number']}: {words.get(row['result'], row['result'])}" for row in rows)


def _money(row: dict[str, Any]) -> dict[str, str]:
    names = ("principal", "interest", "late_interest", "fees", "overdue")
    return {name: _written(row[f"{name}_minor"], row["currency"]) for name in names}


def amount_of(row: dict[str, Any], name: str) -> dict[str, str]:
    return {name: _written(row[f"{name}_minor"], row["currency"])}


def _written(minor: int, currency: str) -> str:
    return written(from_minor(minor, currency), currency)
