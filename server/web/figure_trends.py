"""Figures over time and how debts rolled from bucket to bucket: drawn, and each drawing with its table."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from flask import Response, render_template, request
from flask_babel import gettext as _

from sync.money import from_minor
from sync.rules.figures import Figure, buckets_of
from sync.rules.figures_list import BY_CODE, KPIS
from sync.rules.figures_tally import Tally

from ..figuring import showing
from ..store.engine import reading
from ..tabulating import Column
from . import here, sheets
from .figure_words import unit_of
from .figures import Span, asked_by, asked_span, blueprint, common, group_name, refreshed
from .labels import bucket

# Figures of balances need how accounts stood at both ends of every step: they have the page of roll rates.
OF_BALANCES = ("recovery_rate", "effectiveness", "coverage", "roll_rate", "cure_rate", "arrears")
STEPS = 12
WEEK, MONTH = "week", "month"


@blueprint.get("/trends")
def trends() -> Response | str:
    """One figure, step by step up to the period's last day."""
    step = MONTH if request.args.get("step") == MONTH else WEEK
    span, by, value = asked_span(), asked_by(), request.args.get("value", "")
    offered = [kpi for kpi in KPIS if kpi.code not in OF_BALANCES]
    kpi = BY_CODE.get(request.args.get("code", ""), BY_CODE["kept_rate"])
    if kpi not in offered:
        kpi = BY_CODE["kept_rate"]
    steps = _steps(span[1], step)
    working = refreshed(here.engine(), [], steps)
    with reading(here.engine()) as connection:
        made = showing.trend(connection, here.scope(), steps, here.today(), by, value)
    lines = _lines({at: [one for one in made[at] if one.base == kpi.code] for at in steps})
    if kind := sheets.sheet_asked():
        return _trend_file(kind, kpi.code, steps, lines)
    return render_template(
        "figures/trends.html",
        kpi=kpi,
        offered=[(one.code, _(one.title)) for one in offered],
        step=step,
        steps=steps,
        lines=lines,
        value=value,
        group=group_name(by, value) if by != "all" else "",
        working=working,
        **common(span, by),
    )


@blueprint.get("/rolls")
def rolls() -> Response | str:
    """From which bucket into which: by account, and by balance as the books have it."""
    span, by, value = asked_span(), asked_by(), request.args.get("value", "")
    working = refreshed(here.engine(), [span])
    with reading(here.engine()) as connection:
        held = showing.standing(connection, here.scope(), span, by, value)
    names = buckets_of(held)
    matrix = [
        {
            "bucket": before,
            "accounts": held.counts[f"open|{before}"],
            "cells": [_cell(held, before, after) for after in names],
        }
        for before in names
    ]
    money = {currency: _balances(held, names, currency) for currency in held.currencies("open_total")}
    if kind := sheets.sheet_asked():
        return _roll_file(kind, span, names, matrix, money)
    return render_template(
        "figures/rolls.html",
        names=names,
        matrix=matrix,
        money=money,
        value=value,
        group=group_name(by, value) if by != "all" else "",
        eve=span[0] - timedelta(days=1),
        working=working,
        **common(span, by),
    )


def _cell(held: Tally, before: str, after: str) -> dict[str, Any]:
    """The accounts that went from one bucket to the other, and what part of the first they are."""
    moved, opened = held.counts[f"roll|{before}|{after}"], held.counts[f"open|{before}"]
    share = Decimal(moved) / opened if opened else None
    return {"bucket": after, "accounts": moved, "share": share}


def _balances(held: Tally, names: list[str], currency: str) -> list[dict[str, Any]]:
    """Each bucket's balance on the eve and at the end, and the rate at which it rolled on to the next."""
    made = []
    for at, before in enumerate(names):
        after = names[at + 1] if at + 1 < len(names) else ""
        opened = held.money[f"open|{before}", currency]
        rolled = held.money[f"close|{after}", currency]
        made.append(
            {
                "bucket": before,
                "opened": from_minor(opened, currency),
                "closed": from_minor(held.money[f"close|{before}", currency], currency),
                "rate": Decimal(rolled) / opened if after and opened else None,
                "next": after,
            }
        )
    return made


def _steps(last: date, step: str) -> list[Span]:
    """The weeks (from Monday) or months that end with the one of `last`, cut at that day."""
    made: list[Span] = []
    start = last.replace(day=1) if step == MONTH else last - timedelta(days=last.weekday())
    end = last
    for _step in range(STEPS):
        made.append((start, end))
        end = start - timedelta(days=1)
        start = end.replace(day=1) if step == MONTH else end - timedelta(days=6)
    return made[::-1]


def _lines(made: dict[Span, list[Figure]]) -> dict[str, dict[Span, Figure]]:
    """Code (with its currency) → step → the figure of that step."""
    found: dict[str, dict[Span, Figure]] = {}
    for at, figures in made.items():
        for figure in figures:
            if not figure.missing:
                found.setdefault(figure.code, {})[at] = figure
    return found


def _trend_file(kind: str, code: str, steps: list[Span], lines: dict[str, dict[Span, Figure]]) -> Response:
    columns = [
        Column("first", _("Desde"), "date"),
        Column("last", _("Hasta"), "date"),
        Column("code", _("Código")),
        Column("value", _("Valor"), "number", decimals=4),
        Column("unit", _("Unidad")),
        Column("over", _("Arriba"), "number"),
        Column("under", _("Abajo"), "number"),
    ]
    rows = [
        {
            "first": at[0],
            "last": at[1],
            "code": line,
            "value": held[at].value,
            "unit": unit_of(held[at]),
            "over": held[at].over,
            "under": held[at].under,
        }
        for line, held in lines.items()
        for at in steps
        if at in held
    ]
    return sheets.answer(kind, f"tendencia-{code}", _("Tendencia"), columns, rows)


def _roll_file(
    kind: str,
    span: Span,
    names: list[str],
    matrix: list[dict[str, Any]],
    money: dict[str, list[dict[str, Any]]],
) -> Response:
    columns = [
        Column("before", _("Tramo la víspera")),
        Column("after", _("Tramo al final")),
        Column("accounts", _("Cuentas"), "integer"),
        Column("share", _("Parte de las cuentas de la víspera"), "percent"),
        Column("currency", _("Moneda")),
        Column("opened", _("Saldo la víspera"), "money", currency_from="currency"),
        Column("closed", _("Saldo al final"), "money", currency_from="currency"),
        Column("rate", _("Rodamiento por saldo"), "percent"),
    ]
    rows: list[dict[str, Any]] = [
        {
            "before": bucket(line["bucket"]),
            "after": bucket(cell["bucket"]),
            "accounts": cell["accounts"],
            "share": cell["share"],
        }
        for line in matrix
        for cell in line["cells"]
    ]
    rows += [
        {
            "before": bucket(line["bucket"]),
            "after": bucket(line["next"]) if line["next"] else "",
            "currency": currency,
            "opened": line["opened"],
            "closed": line["closed"],
            "rate": line["rate"],
        }
        for currency, lines in money.items()
        for line in lines
    ]
    return sheets.answer(kind, f"rodamiento-{span[0]}-{span[1]}", _("Rodamiento"), columns, rows)


__all__ = ["blueprint"]
