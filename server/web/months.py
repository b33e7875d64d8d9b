"""The month's close: what it would not see, who asks, who closes, what was frozen and later adjusted."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sync.records import Refused
from sync.rules.figures_list import KPIS

from .. import closing_months
from ..closing_months import Closed
from ..commissioning import first_of, last_of, month_before
from ..store import commissions, lenders, months
from ..store.commissions import Which
from ..store.engine import reading
from ..store.said import phrase_of
from ..tabulating import Column
from . import here, job_pages, jobs, sheets
from .commissions import Row, adjustment, asked_month
from .figure_words import share_said
from .labels import decimal

blueprint = Blueprint("months", __name__, url_prefix="/months")
BACK = 12
SHOWN = 60


@blueprint.get("/")
def index() -> str:
    """The months of the last year, each with its state, and what waits to be closed."""
    with reading(here.engine()) as connection:
        mine = here.whole_lenders(connection)
        rows = [row for row in months.listed(connection) if _sees(row, mine)][:SHOWN]
        held = [row for row in lenders.listed(connection) if row["id"] in mine]
    return render_template(
        "months/index.html",
        rows=rows,
        lenders=held,
        last=month_before(first_of(here.today())),
        choices=_closable(),
        everything=here.sees_everything(),
    )


@blueprint.post("/")
def ask() -> Response:
    """Ask that a month be closed: of one lender, or of the whole office."""
    lender = request.form.get("lender", "")
    with reading(here.engine()) as connection:
        if lender and lender not in here.whole_lenders(connection):
            abort(404)
    if not lender and not here.sees_everything():
        abort(404)
    made = closing_months.ask(
        here.engine(), asked_month(), lender or None, actor=here.actor(), now=here.now(), today=here.today()
    )
    if isinstance(made, Refused):
        flash(here.sentence(made.reason), "error")
        return redirect(url_for("months.index"))
    flash(_("Pedido. Lo cierra otra persona, después de mirar los avisos."), "success")
    return redirect(url_for("months.month", close_id=made))


@blueprint.get("/<close_id>")
def month(close_id: str) -> Response | str:
    """One close: its warnings while it waits; once closed, what it froze and what came later."""
    row = _close(close_id)
    with reading(here.engine()) as connection:
        sound = row["state"] == "closed" and closing_months.holds(connection, row)
        taken = months.adjustments(connection, close_id=close_id)
        later = months.adjustments(connection, original_id=close_id)
        warned = closing_months.warnings(connection, row["month"], row["lender_id"])
        totals = commissions.totals(connection, Which((row["run_id"],))) if row["run_id"] else []
    if wanted := sheets.sheet_asked():
        shown = [adjustment(one) for one in taken]
        return sheets.answer(wanted, f"ajustes-{row['month']:%Y-%m}", _("Ajustes"), _columns(), shown)
    return render_template(
        "months/month.html",
        close=row,
        until=last_of(row["month"]),
        sound=sound,
        taken=[adjustment(one) for one in taken],
        later=[adjustment(one) for one in later],
        warned=warned if row["state"] == "asked" else [],
        then=[phrase_of(one) for one in row["warnings"]],
        totals=totals,
        mine=row["asked_by"] == here.actor(),
        figures=_figures(row),
        sentence=here.sentence,
    )


@blueprint.post("/<close_id>/close")
def close(close_id: str) -> Response:
    """Freeze it, on a thread: the page that follows says how far it is."""
    _close(close_id)
    engine, signer, actor = here.engine(), here.office().signer, here.actor()
    now, today = here.now(), here.today()

    def work(say: jobs.Say) -> object:
        return closing_months.close(engine, close_id, signer, actor=actor, now=now, today=today, say=say)

    job = jobs.start(work, actor=actor, subject=f"close {close_id}", now=now)
    return redirect(url_for("months.progress", job_id=job.id, close=close_id))


@blueprint.post("/<close_id>/withdraw")
def withdraw(close_id: str) -> Response:
    _close(close_id)
    if closing_months.withdraw(here.engine(), close_id, actor=here.actor(), now=here.now()):
        flash(_("El pedido se retiró: el mes sigue abierto."), "success")
    else:
        flash(_("Ese cierre ya no está pendiente"), "error")
    return redirect(url_for("months.index"))


@blueprint.get("/jobs/<job_id>")
def progress(job_id: str) -> Response | str:
    job = job_pages.asked(job_id)
    page = job_pages.waiting(job, "commissions/progress.html", month=None, endpoint="months.progress")
    if page is not None:
        return page
    if job.refused is not None:
        flash(here.sentence(job.refused.reason), "error")
    elif isinstance(job.result, Closed):
        flash(_("El mes quedó cerrado y firmado."), "success")
        return redirect(url_for("months.month", close_id=job.result.id))
    else:
        flash(_("El cierre no terminó. El mes sigue abierto: intente de nuevo."), "error")
    return redirect(url_for("months.index"))


def _figures(row: Row) -> list[dict[str, str]]:
    """What the board said when it was closed, in words; what could not be had that month is left out."""
    known = {one.code: one for one in KPIS}
    told = []
    for one in (row["snapshot"] or {}).get("figures", ()):
        kpi = known.get(one["code"].partition(".")[0])
        if one["value"] is None or kpi is None:
            continue
        part = one["code"].partition(".")[2]
        share = kpi.unit == "share"
        told.append(
            {
                "name": _(kpi.title) + (f" · {part}" if part else ""),
                "formula": _(kpi.formula),
                "value": share_said(Decimal(one["value"])) if share else decimal(float(one["value"])),
                "of": f"{one['over']} ÷ {one['under']}",
            }
        )
    return told


def _close(close_id: str) -> Row:
    """A close of lenders that this person sees whole; any other does not exist for him."""
    with reading(here.engine()) as connection:
        row = months.one(connection, close_id)
        if row is None or not _sees(row, here.whole_lenders(connection)):
            abort(404)
    return row


def _sees(row: Row, mine: set[str]) -> bool:
    return here.sees_everything() if row["lender_id"] is None else row["lender_id"] in mine


def _closable() -> list[tuple[str, date]]:
    month, found = first_of(here.today()), []
    for _number in range(BACK):
        month = month_before(month)
        found.append((f"{month:%Y-%m}", month))
    return found


def _columns() -> list[Column]:
    return [
        Column("original_month", _("Mes que cambia"), "date"),
        Column("agent_name", _("Gestor")),
        Column("number", _("Cuenta")),
        Column("currency", _("Moneda")),
        Column("before", _("Antes"), "money", currency_from="currency"),
        Column("after", _("Después"), "money", currency_from="currency"),
        Column("change", _("Cambio"), "money", currency_from="currency"),
        Column("why", _("Por qué")),
    ]
