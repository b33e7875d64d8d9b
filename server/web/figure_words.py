"""How figures and their rows are said on pages and in files: units, columns, values. Reckons nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask_babel import format_decimal, format_percent
from flask_babel import gettext as _
from markupsafe import Markup

from sync.look.filters import money
from sync.rules.figures import Figure
from sync.words import N_

from ..tabulating import Kind
from . import labels

UNITS = {
    "share": N_("parte de"),
    "number": N_("número"),
    "money": N_("dinero"),
    "days": N_("días"),
    "seconds": N_("segundos"),
    "minutes": N_("minutos"),
    "km": N_("km"),
}
# Of the rows behind a figure: the word of each column, and what kind of cell it is in a file.
COLUMNS: dict[str, tuple[str, Kind]] = {
    "when": (N_("Ocurrió"), "instant"),
    "debtor_name": (N_("Deudor"), "text"),
    "accounts": (N_("Cuentas"), "text"),
    "account": (N_("Cuenta"), "text"),
    "agent_name": (N_("Gestor"), "text"),
    "party": (N_("Atendió"), "text"),
    "results": (N_("Resultado"), "text"),
    "evidence": (N_("Evidencia"), "text"),
    "minutes": (N_("Minutos en el sitio"), "number"),
    "latency": (N_("Minutos en llegar"), "integer"),
    "ruled": (N_("Con advertencia"), "yes"),
    "amended": (N_("Corregida"), "yes"),
    "counts": (N_("Cuenta arriba"), "yes"),
    "deadline": (N_("Último día"), "date"),
    "promised": (N_("Prometido"), "money"),
    "paid": (N_("Pagado a tiempo"), "money"),
    "state": (N_("Estado"), "text"),
    "value_date": (N_("Fecha valor"), "date"),
    "amount": (N_("Monto"), "money"),
    "reversal": (N_("Reverso"), "yes"),
    "bucket": (N_("Tramo"), "text"),
    "before": (N_("Tramo la víspera"), "text"),
    "after": (N_("Tramo al final"), "text"),
    "overdue": (N_("Vencido"), "money"),
    "total": (N_("Total"), "money"),
    "date": (N_("Día"), "date"),
    "sequence": (N_("Parada"), "integer"),
    "version": (N_("Versión"), "integer"),
    "value": (N_("Valor del plan"), "integer"),
    "bound": (N_("Cota"), "integer"),
}


def share_said(value: Decimal) -> str:
    """A ratio as a percentage of one decimal."""
    return str(format_percent(value, "#,##0.0 %"))


def shown(figure: Figure) -> str | Markup:
    """The value as a person reads it; a dash where there is none."""
    value = figure.value
    if value is None:
        return "—"
    if figure.unit == "share":
        return share_said(value)
    if figure.unit == "money":
        return money(value.quantize(Decimal("0.01")), figure.currency)
    word = {"days": _("días"), "seconds": _("s"), "minutes": _("min"), "km": _("km")}.get(figure.unit, "")
    return f"{format_decimal(value.quantize(Decimal('0.01')).normalize(), '#,##0.##')} {word}".strip()


def counted(figure: Figure, amount: Decimal) -> str | Markup:
    """What is above or below the line: money where the figure is of it, whole counts otherwise."""
    of_money = figure.currency and figure.unit != "number"
    if of_money and not (figure.unit == "money" and amount is figure.under):
        return money(amount, figure.currency)
    return str(format_decimal(amount, "#,##0.##"))


def unit_of(figure: Figure) -> str:
    return figure.currency if figure.unit == "money" else _(UNITS[figure.unit])


def said_of(row: dict[str, Any]) -> dict[str, Any]:
    """A row behind a figure with its codes as words."""
    told = dict(row)
    if "codes" in row:
        told["results"] = ", ".join(labels.said(code, "result") for code in dict.fromkeys(row["codes"]))
        told["party"] = labels.said(row["party"], "party")
    if "state" in row:
        told["state"] = labels.said(row["state"], "promise")
    for key in ("bucket", "before", "after"):
        if row.get(key):
            told[key] = labels.bucket(row[key])
    return told
