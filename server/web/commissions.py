"""Commissions of a month: each collector's statement line by line, all of them, and what the agency bills."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from babel.dates import format_skeleton
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import Connection
from werkzeug.wrappers import Response as BaseResponse

from sync.money import from_minor
from sync.records import UserRole
from sync.rules.commission import part

from .. import commissioning
from ..closing_months import LOOKS_BACK, changed
from ..commissioning import first_of, month_before, row_of
from ..store import agents as workforce
from ..store import commissions, months
from ..store.commissions import Which
from ..store.engine import reading
from ..store.said import phrase_of
from ..tabulating import Column
from . import here, job_pages, jobs, sheets
from .paging import paged

blueprint = Blueprint("commissions", __name__, url_prefix="/commissions")
Row = dict[str, Any]
SHOWN = 400
BACK = 12


@blueprint.get("/")
def index() -> BaseResponse | str:
    """Every collector's total of a month, as it was last reckoned or as it was closed."""
    if here.roles() <= {UserRole.COLLECTOR}:
        return agent(here.scope().agent_id or "")
    month = asked_month()
    with reading(here.engine()) as connection:
        runs, draft, closed = _runs(connection, month)
        mine = {one.id for one in workforce.every(connection, here.scope().agents())}
        totals = [row for row in commissions.totals(connection, runs) if row["agent_id"] in mine]
        weighed = commissions.weighed(connection, runs)
        bills = commissions.fees(connection, runs) if here.may("months.index") and _bills() else []
        seen = here.whole_lenders(connection)
        held = commissioning.rules(connection)
        adjusted = [
            row
            for close in closed
            for row in months.adjustments(connection, close_id=close["id"])
            if row["agent_id"] in mine
        ]
    bills = [row for row in bills if row["lender_id"] in seen]
    rows = [_total(row, weighed) for row in totals]
    if wanted := sheets.sheet_asked():
        return sheets.answer(wanted, f"comisiones-{month:%Y-%m}", _("Comisiones"), _of_totals(), rows)
    return render_template(
        "commissions/index.html",
        month=month,
        choices=_choices(),
        page=paged(rows, request.args.get("page")),
        bills=[_bill(row, held.tax_percent) for row in bills],
        sums=_sums(rows),
        draft=draft,
        closed=closed,
        adjusted=[adjustment(row) for row in adjusted],
        rules=held,
        sentence=here.sentence,
    )


@blueprint.get("/agents/<agent_id>")
def agent(agent_id: str) -> BaseResponse | str:
    """One collector's statement: each line with its payment, its visit and its reason."""
    month = asked_month()
    with reading(here.engine()) as connection:
        found = workforce.every(connection, here.scope().agents())
        worker = next((one for one in found if one.id == agent_id), None)
        if worker is None:
            abort(404)
        lines = _lines(connection, agent_id, month)
        pending = _pending(connection, agent_id, month)
        closed = months.closed_runs(connection, month)
        taken = [
            row
            for close in closed
            for row in months.adjustments(connection, close_id=close["id"])
            if row["agent_id"] == agent_id
        ]
        rows = _with_accounts(connection, lines)
        held = commissioning.rules(connection)
    if wanted := sheets.sheet_asked():
        name = f"comision-{month:%Y-%m}-{agent_id[:8]}"
        return sheets.answer(wanted, name, worker.name, _of_lines(), rows)
    return render_template(
        "commissions/agent.html",
        agent=worker,
        month=month,
        choices=_choices(),
        rows=rows[:SHOWN],
        more=max(0, len(rows) - SHOWN),
        sums=_sums_of(rows, taken),
        closed=closed,
        taken=[adjustment(row) for row in taken],
        pending=[adjustment(row) for row in pending],
        rules=held,
        own=here.roles() <= {UserRole.COLLECTOR},
        sentence=here.sentence,
    )


@blueprint.post("/make")
def make() -> BaseResponse:
    """Start reckoning the month of every collector; the page that follows says how far it is."""
    engine, actor, now, month, today = here.engine(), here.actor(), here.now(), asked_month(), here.today()

    def work(say: jobs.Say) -> object:
        return commissioning.make_draft(engine, month, actor=actor, now=now, as_of=today, say=say)

    job = jobs.start(work, actor=actor, subject=f"commissions {month}", now=now)
    return redirect(url_for("commissions.progress", job_id=job.id, month=f"{month:%Y-%m}"))


@blueprint.get("/jobs/<job_id>")
def progress(job_id: str) -> BaseResponse | str:
    job = job_pages.asked(job_id)
    month = asked_month()
    page = job_pages.waiting(job, "commissions/progress.html", month=month, endpoint="commissions.progress")
    if page is not None:
        return page
    if job.result is None:
        flash(_("El cálculo no terminó. No se guardó nada: intente de nuevo."), "error")
    else:
        flash(_("El mes quedó calculado con lo que se sabe ahora."), "success")
    return redirect(url_for("commissions.index", month=f"{month:%Y-%m}"))


@blueprint.app_template_filter("month_name")
def month_name(first: date) -> str:
    """A month as a person says it: "octubre de 2026"."""
    return str(format_skeleton("yMMMM", first, locale=get_locale()))


def asked_month() -> date:
    """The first day of the month that the address names as YYYY-MM; this month for anything else."""
    try:
        return date.fromisoformat(request.values.get("month", "") + "-01")
    except ValueError:
        return first_of(here.today())


def _choices() -> list[tuple[str, date]]:
    month, found = first_of(here.today()), []
    for _number in range(BACK):
        found.append((f"{month:%Y-%m}", month))
        month = month_before(month)
    return found


def _bills() -> bool:
    """What the agency bills is not for every role that sees commissions."""
    return bool(here.roles() & {UserRole.MANAGER, UserRole.ADMINISTRATOR, UserRole.COORDINATOR})


def _runs(connection: Connection, month: date) -> tuple[Which, Row | None, list[Row]]:
    """What says what the month is: what was closed, and the last draft for the lenders that are open."""
    closed = months.closed_runs(connection, month)
    draft = commissions.draft(connection, month)
    if any(row["lender_id"] is None for row in closed):
        draft = None
    which = Which(
        tuple(row["run_id"] for row in closed),
        draft["id"] if draft is not None else None,
        frozenset(row["lender_id"] for row in closed if row["lender_id"] is not None),
    )
    return which, draft, closed


def _lines(connection: Connection, agent_id: str, month: date) -> list[Row]:
    """What was closed, and for the lenders whose month is open what is reckoned now."""
    closed = months.closed_runs(connection, month)
    rows = (
        commissions.lines_of(connection, [row["run_id"] for row in closed], agent_id=agent_id)
        if closed
        else []
    )
    if any(row["lender_id"] is None for row in closed):
        return rows
    done = {row["lender_id"] for row in closed}
    held = commissioning.rules(connection)
    live = commissioning.statement(connection, agent_id, month, held, here.today())
    return rows + [row_of("", one) for one in live if one.account["lender_id"] not in done]


def _pending(connection: Connection, agent_id: str, month: date) -> list[Row]:
    """What came late to his closed months and no later month took yet: only on the page of this month."""
    if month != first_of(here.today()):
        return []
    found, earlier = [], month
    for _back in range(min(2, LOOKS_BACK)):
        earlier = month_before(earlier)
        for close in months.closed_runs(connection, earlier):
            own = commissions.lines_of(connection, [close["run_id"]], agent_id=agent_id)
            seen = sorted({row["account_id"] for row in own})
            if seen:
                late = changed(connection, close, None, here.today(), account_ids=seen)
                found += [
                    row | {"original_month": earlier, "taken_month": None}
                    for row in late
                    if row["agent_id"] == agent_id
                ]
    return found


def _with_accounts(connection: Connection, rows: list[Row]) -> list[Row]:
    """The lines as they are shown: another's accounts are not named to who may not see them."""
    known = commissions.numbers_of(connection, {row["account_id"] for row in rows})
    seen = commissions.seen(connection, here.scope(), list(known))
    found = []
    for row in rows:
        account = known.get(row["account_id"], {})
        open_ = row["account_id"] in seen
        found.append(
            {
                **row,
                "number": account.get("number", ""),
                "debtor_id": account.get("debtor_id", "") if open_ else "",
                "debtor_name": account.get("debtor_name", "") if open_ else "",
                "base": from_minor(row["base_minor"], row["currency"]),
                "amount": from_minor(row["amount_minor"], row["currency"]),
                "why": here.sentence(phrase_of(row["because"])),
            }
        )
    return found


def _total(row: Mapping[str, Any], weighed: Mapping[tuple[str, str], int]) -> Row:
    currency = row["currency"]
    return {
        **row,
        "base": from_minor(int(row["base_minor"]), currency),
        "amount": from_minor(int(row["amount_minor"]), currency),
        "weighed": from_minor(weighed.get((row["agent_id"], currency), 0), currency),
    }


def _bill(row: Mapping[str, Any], tax: Decimal) -> Row:
    currency, minor = row["currency"], int(row["amount_minor"])
    taxed = part(minor, tax, Decimal(1))
    return {
        **row,
        "base": from_minor(int(row["base_minor"]), currency),
        "amount": from_minor(minor, currency),
        "tax": from_minor(taxed, currency),
        "total": from_minor(minor + taxed, currency),
    }


def adjustment(row: Mapping[str, Any]) -> Row:
    currency = row["currency"]
    return {
        **row,
        "before": from_minor(row["before_minor"], currency),
        "after": from_minor(row["after_minor"], currency),
        "change": from_minor(row["after_minor"] - row["before_minor"], currency),
        "why": here.sentence(phrase_of(row["because"])),
    }


def _sums(rows: Iterable[Mapping[str, Any]]) -> list[tuple[str, Decimal, Decimal]]:
    """(currency, recovered, earned)."""
    found: defaultdict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for row in rows:
        found[row["currency"]][0] += row["base"]
        found[row["currency"]][1] += row["amount"]
    return [(currency, base, amount) for currency, (base, amount) in sorted(found.items())]


def _sums_of(rows: Iterable[Mapping[str, Any]], taken: Iterable[Mapping[str, Any]]) -> list[Row]:
    """By currency: recovered, earned, adjusted, to be paid."""
    adjusted: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in taken:
        adjusted[row["currency"]] += from_minor(row["after_minor"] - row["before_minor"], row["currency"])
    known = {currency: (base, amount) for currency, base, amount in _sums(rows)}
    found = []
    for currency in sorted(known.keys() | adjusted.keys()):
        base, amount = known.get(currency, (Decimal(0), Decimal(0)))
        change = adjusted[currency]
        found.append(
            {"currency": currency, "base": base, "amount": amount, "adjusted": change, "pay": amount + change}
        )
    return found


def _of_totals() -> list[Column]:
    return [
        Column("agent_name", _("Gestor")),
        Column("branch", _("Sucursal")),
        Column("team", _("Equipo")),
        Column("lines", _("Líneas"), "integer"),
        Column("currency", _("Moneda")),
        Column("base", _("Recuperado"), "money", currency_from="currency"),
        Column("weighed", _("Recuperado × dificultad"), "money", currency_from="currency"),
        Column("amount", _("Comisión"), "money", currency_from="currency"),
    ]


def _of_lines() -> list[Column]:
    return [
        Column("on", _("Fecha"), "date"),
        Column("kind", _("Tipo")),
        Column("number", _("Cuenta")),
        Column("debtor_name", _("Deudor")),
        Column("bucket", _("Tramo")),
        Column("currency", _("Moneda")),
        Column("base", _("Recuperado"), "money", currency_from="currency"),
        Column("percent", _("Porcentaje")),
        Column("factor", _("Dificultad")),
        Column("amount", _("Comisión"), "money", currency_from="currency"),
        Column("why", _("Por qué")),
        Column("visit_id", _("Visita")),
        Column("payment_id", _("Pago")),
    ]
