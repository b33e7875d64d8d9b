"""Small portfolios and payments as lenders write them, and an office to import them into."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from server.importing import ImportReport, import_payments, import_portfolio
from server.store import tables as t
from server.store.engine import reading

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)
SHARED = Path(__file__).parents[3] / "shared" / "data" / "portfolio"

# Everything an import may write, but the facts of the imports themselves.
BUSINESS = (
    t.lenders,
    t.debtors,
    t.accounts,
    t.account_roles,
    t.balances,
    t.payments,
    t.addresses,
    t.contact_points,
    t.documents,
    t.feeds,
    t.assignments,
    t.assignment_accounts,
    t.stops,
)

HEADER = (
    "No. Crédito",
    "Cédula",
    "Nombre del titular",
    "Dirección",
    "Celular",
    "Saldo capital",
    "Valor vencido",
    "Vencimiento más antiguo",
    "Tipo de crédito",
)
ANA = {
    "No. Crédito": "A-1",
    "Cédula": "1053111222",
    "Nombre del titular": "Ana Núñez",
    "Dirección": "Calle 1 # 2-3",
    "Celular": "310 555 1234",
    "Saldo capital": "1.500.000,50",
    "Valor vencido": "200000,00",
    "Vencimiento más antiguo": "01/08/2026",
    "Tipo de crédito": "microcrédito",
}
BETO = ANA | {
    "No. Crédito": "B-1",
    "Cédula": "79111222",
    "Nombre del titular": "Beto Peña",
    "Dirección": "Carrera 9 # 8-7",
    "Celular": "311 555 9876",
    "Tipo de crédito": "consumo",
}
CARLA = BETO | {"No. Crédito": "C-1", "Cédula": "52333444", "Nombre del titular": "Carla Ríos"}


def csv_of(rows: Iterable[dict[str, str]], header: Sequence[str] | None = None, delimiter: str = ";") -> str:
    kept = list(rows)
    names = header or tuple(dict.fromkeys([*HEADER, *(name for row in kept for name in row)]))
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(names)
    writer.writerows([row.get(name, "") for name in names] for row in kept)
    return out.getvalue()


@dataclass
class Lender:
    """Somebody whose files the office imports."""

    engine: Engine
    folder: Path
    name: str = "Banco Andino"
    pack: str = "demo"

    def file(self, content: str | bytes, name: str = "cartera.csv") -> Path:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("cp1252"))
        return path

    def sends(self, *rows: dict[str, str], as_of: date = TODAY, **given: Any) -> ImportReport:
        return self.sends_file(self.file(csv_of(rows)), as_of=as_of, **given)

    def sends_file(self, path: Path, as_of: date = TODAY, **given: Any) -> ImportReport:
        asked = {"lender": self.name, "pack": self.pack, "actor": "ana", "now": NOW} | given
        return import_portfolio(self.engine, path, as_of=as_of, **asked)

    def pays(self, *rows: Sequence[str], as_of: date = TODAY, **given: Any) -> ImportReport:
        header = ("No. Crédito", "Fecha de pago", "Valor", "Canal", "Recibo", "Reversa de")
        out = io.StringIO(newline="")
        csv.writer(out, delimiter=";", lineterminator="\r\n").writerows([header, *rows])
        path = self.file(out.getvalue(), "pagos.csv")
        asked = {"lender": self.name, "actor": "ana", "now": NOW} | given
        return import_payments(self.engine, path, as_of=as_of, **asked)

    def rows(self, table: Any, *where: Any) -> list[dict[str, Any]]:
        with reading(self.engine) as connection:
            return [dict(row) for row in connection.execute(table.select().where(*where)).mappings()]

    def account(self, number: str) -> dict[str, Any]:
        return next(row for row in self.rows(t.accounts) if row["number"] == number)

    def states(self) -> dict[str, str]:
        return {row["number"]: row["state"] for row in self.rows(t.accounts)}

    def everything(self) -> dict[str, list[str]]:
        """Every business row as text: two equal dumps are two equal offices."""
        return dump(self.engine)


def dump(engine: Engine) -> dict[str, list[str]]:
    with reading(engine) as connection:
        return {
            table.name: sorted(repr(tuple(row)) for row in connection.execute(table.select()))
            for table in BUSINESS
        }


def why(report: ImportReport) -> list[tuple[int, str, str, str]]:
    return [(one.line, one.column, one.level, str(one.because)) for one in report.remarks]
