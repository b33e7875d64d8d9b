"""How an export goes wrong, and what only looks wrong. Knows a row as cells under headers, nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Spoiling:
    """A cell's text replaced under `column` ("-" before it when `text` is "-"), or the row cut before it."""

    why: str
    column: str
    text: str = ""
    cut: bool = False


SPOILED = (
    Spoiling("amount is not a number", "Valor vencido", "N/A"),
    Spoiling("amount is not a number", "Saldo capital", "pendiente"),
    Spoiling("amount is not a number", "Saldo capital", "#¡VALOR!"),
    Spoiling("impossible date", "Vencimiento más antiguo", "31/02/2026"),
    Spoiling("impossible date", "Vencimiento más antiguo", "00/00/0000"),
    Spoiling("impossible date", "Vencimiento más antiguo", "15/13/2025"),
    Spoiling("negative balance", "Saldo capital", "-"),
    Spoiling("negative balance", "Saldo capital", "-"),
    Spoiling("negative balance", "Saldo capital", "-"),
    Spoiling("missing account number", "No. Crédito", ""),
    Spoiling("missing account number", "No. Crédito", ""),
    Spoiling("missing account number", "No. Crédito", ""),
    Spoiling("short row", "Interés de mora", cut=True),
    Spoiling("short row", "Producto", cut=True),
)

# (field, pattern around the debtor's own text, what it is)
ACCEPTED_TEXT = (
    ("name", '=HYPERLINK("http://x.invalid","{}")', "formula in a name"),
    ("name", "=1+1 {}", "formula in a name"),
    ("name", "@SUM(A1:A9) {}", "formula in a name"),
    ("name", "+57 {}", "formula in a name"),
    ("address", "{} <script>alert('ronda')</script>", "markup in an address"),
    ("address", '{} <img src=x onerror="alert(1)"> & tienda', "markup in an address"),
)


def spoiled(cells: Sequence[str], header: Sequence[str], spoiling: Spoiling) -> list[str]:
    place = header.index(spoiling.column)
    if spoiling.cut:
        return list(cells[:place])
    text = f"-{cells[place]}" if spoiling.text == "-" else spoiling.text
    return [*cells[:place], text, *cells[place + 1 :]]
