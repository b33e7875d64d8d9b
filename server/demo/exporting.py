"""How a lender's export writes cells: cp1252, `;`, CRLF, dd/mm/yyyy, decimal comma. Knows no row."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

PORTFOLIO_HEADER = (
    "No. Crédito", "Cédula", "Nombre del titular", "Dirección", "Barrio", "Ciudad", "Teléfono fijo",
    "Celular", "Correo", "Tel. familiar", "Parentesco", "Nombre codeudor", "Tel. codeudor",
    "Dir. codeudor", "Producto", "Tipo de crédito", "Fecha desembolso", "Valor desembolsado",
    "Saldo capital", "Interés corriente", "Interés de mora", "Otros cargos", "Cuotas vencidas",
    "Valor vencido", "Vencimiento más antiguo", "Último pago", "Valor último pago", "Día de pago",
    "Sucursal", "Documentos", "Cédula codeudor", "Segundo titular", "Cédula segundo titular",
    "Latitud", "Longitud", "Zona",
)  # fmt: skip
PAYMENTS_HEADER = (
    "No. Crédito",
    "Fecha de pago",
    "Fecha de registro",
    "Valor",
    "Canal",
    "Recibo",
    "Reversa de",
)


def written_day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""


def written_money(rng: random.Random, amount: Decimal) -> str:
    """With a decimal comma always, and with dots between the thousands as often as not."""
    text = f"{amount:,.2f}" if rng.random() < 0.5 else f"{amount:.2f}"
    return text.translate(str.maketrans(",.", ".,"))


def written_degrees(degrees: float) -> str:
    return f"{degrees:.7f}".replace(".", ",")


def encoded(lines: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(lines)
    return text.getvalue().encode("cp1252")
