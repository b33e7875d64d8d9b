"""The portfolio: its ageing board and what is under each number, its accounts, lists kept under a name."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Connection, Engine
from werkzeug.wrappers import Response

from sync.money import from_minor

from ..standing import AccountToday, board_of, choices, figures, on_day, page_of
from ..store import facts, saved_lists, standings
from ..store.boards import narrowed
from ..store.engine import reading, writing
from ..strategy import using
from ..tabulating import Column
from . import asking, here, sheets
from .asking import Sought
from .labels import said
from .paging import Page, cut

blueprint = Blueprint("portfolio", __name__, url_prefix="/portfolio")
# What the board can be opened by: the address's word → the column of the standings, the list's filter.
DRILLS = {
    "lender": ("lender_id", "lender"),
    "product": ("product", "product"),
    "branch": ("branch", "branch"),
    "zone": ("zone", "zone"),
}
AT_A_TIME = 500  # accounts of a file, each time it is asked for more
LONGEST_NAME = 60


@blueprint.get("/")
def index() -> str:
    """The ageing board: accounts, debtors and amounts by bucket, a table for each currency."""
    by = request.args.get("by", "")
    with reading(here.engine()) as connection:
        lines = board_of(connection, here.scope(), here.today())
        counted = figures(connection, here.scope(), here.today())
        drilled = _drilled(connection, by) if by in DRILLS else {}
    currencies = {line.currency: [one for one in lines if one.currency == line.currency] for line in lines}
    return render_template(
        "portfolio/index.html",
        currencies=currencies,
        resting=counted["total"] - counted["open"],
        unaged=counted["unaged"],
        total=counted["total"],
        day=here.today(),
        corte=counted["as_of"],
        by=by if by in DRILLS else "",
        drilled=drilled,
        filter=DRILLS[by][1] if by in DRILLS else "",
    )


@blueprint.get("/accounts")
def accounts() -> str | Response:
    """The accounts that match what was asked, a page of them, or all as a file."""
    kept, args = _kept_list()
    sought = asking.read(args)
    with reading(here.engine()) as connection:
        offered = choices(connection, here.scope(), here.today())
        if kind := sheets.sheet_asked():
            return _file(connection, sought, kind, kept, several=len(offered.lenders) > 1)
        page = _page(connection, sought)
        strategy = using.in_force(connection)
        lists = saved_lists.seen(connection, here.me().id)
        filters = asking.offered(connection)
    return render_template(
        "portfolio/accounts.html",
        page=page,
        asked={name: sought.given.get(name, args.get(name, "")) for name in asking.FILTERS},
        given=sought.given,
        errors=sought.errors,
        sought=sought,
        buckets=offered.buckets,
        currencies=offered.currencies,
        lenders=offered.lenders,
        zones=offered.zones,
        day=sought.day,
        today=here.today(),
        lists=lists,
        kept=kept,
        segments=[(one.name, one.title or one.name) for one in strategy.segments],
        risks=[(one.name, one.title or one.name) for one in strategy.risks],
        stages=[(one.name, one.title or one.name) for one in strategy.ladder.stages],
        mine=here.me().id,
        **filters,
    )


@blueprint.post("/lists")
def keep() -> Response:
    """Keep what the list is narrowed to under a name. Its rows are found again each time it is opened."""
    sought = asking.read(request.form)
    name = " ".join(request.form.get("name", "").split())[:LONGEST_NAME]
    filters: dict[str, Any] = dict(sought.given)
    back = url_for("portfolio.accounts", **filters)
    if not name or not sought.given:
        flash(_("Filtre la lista y póngale un nombre para guardarla."), "error")
        return redirect(back)
    shared = request.form.get("shared") == "1"
    with writing(here.engine()) as connection:
        if any(row["name"] == name and row["owner"] == here.me().id for row in _lists(connection)):
            flash(_("Ya guardó una lista con ese nombre: elija otro."), "error")
            return redirect(back)
        made = saved_lists.add(
            connection,
            name=name,
            owner=here.me().id,
            shared=shared,
            asked=sought.given,
            now=here.now(),
            actor=here.actor(),
        )
        _told(connection, "list.saved", made, {"name": name, "shared": shared, "asked": sought.given})
    flash(_("Lista guardada: «%(name)s».", name=name), "success")
    return redirect(url_for("portfolio.accounts", list=made))


@blueprint.post("/lists/<list_id>/forget")
def forget(list_id: str) -> Response:
    """A list is taken away by who made it; what was decided with it stays."""
    with writing(here.engine()) as connection:
        row = saved_lists.one(connection, list_id, here.me().id)
        if row is None or row["owner"] != here.me().id:
            abort(404)
        saved_lists.withdraw(connection, list_id, here.now())
        _told(connection, "list.withdrawn", list_id, {"name": row["name"]})
    flash(_("Lista quitada: «%(name)s».", name=row["name"]), "success")
    return redirect(url_for("portfolio.accounts"))


def _lists(connection: Connection) -> list[dict[str, Any]]:
    return saved_lists.seen(connection, here.me().id)


def _kept_list() -> tuple[dict[str, Any] | None, dict[str, str]]:
    """The saved list that the address names, with its filters; 404 for another person's own."""
    args = dict(request.args.items())
    if not args.get("list"):
        return None, args
    with reading(here.engine()) as connection:
        row = saved_lists.one(connection, args["list"], here.me().id)
    if row is None:
        abort(404)
    return row, {**row["asked"], **{name: args[name] for name in ("day", "page") if name in args}}


def _page(connection: Connection, sought: Sought) -> Page[AccountToday]:
    """The longest overdue first. Every word is part of the name, the account number or the document; accents
    and case do not count."""
    standing, wanted = asking.wanted(connection, sought)

    def rows(limit: int, offset: int) -> list[AccountToday]:
        ids = standings.listed(connection, standing, wanted, limit=limit, offset=offset)
        return page_of(connection, here.scope(), sought.day, ids)

    return cut(request.args.get("page"), standings.count(connection, standing, wanted), rows)


def _drilled(connection: Connection, by: str) -> dict[str, list[dict[str, Any]]]:
    """By currency, a line for each value: its accounts by bucket, in order of what is overdue."""
    column, _filter = DRILLS[by]
    scope, today = here.scope(), here.today()
    standing = on_day(connection, scope, today)
    told = standings.remembered(
        connection, ("ageing", by, scope, today), lambda: narrowed.ageing_by(connection, standing, column)
    )
    names = asking.lender_names(connection, {row["value"] for row in told}) if by == "lender" else {}
    lines: dict[tuple[str, str], dict[str, Any]] = {}
    for row in told:
        line = lines.setdefault(
            (row["currency"], row["value"]),
            {
                "value": row["value"] or narrowed.NONE,
                "name": names.get(row["value"], row["value"]),
                "buckets": {},
                "accounts": 0,
                "minor": 0,
            },
        )
        line["buckets"][row["bucket"]] = line["buckets"].get(row["bucket"], 0) + row["accounts"]
        line["accounts"] += row["accounts"]
        line["minor"] += int(row["overdue_minor"] or 0)
    found: dict[str, list[dict[str, Any]]] = {}
    for (currency, _value), line in sorted(lines.items(), key=lambda pair: (-pair[1]["minor"], pair[0])):
        found.setdefault(currency, []).append(line | {"overdue": from_minor(line["minor"], currency)})
    return dict(sorted(found.items()))


def _file(
    connection: Connection, sought: Sought, kind: str, kept: dict[str, Any] | None, *, several: bool
) -> Response:
    """The whole list in the columns and the order of the page. Taking it is a fact of the office."""
    standing, wanted = asking.wanted(connection, sought)
    ids = standings.listed(connection, standing, wanted, limit=standings.count(connection, standing, wanted))
    digest = hashlib.sha256("\n".join(ids).encode()).hexdigest()
    payload = {"asked": sought.given, "day": sought.day.isoformat(), "accounts": len(ids), "sha256": digest}
    with writing(here.engine()) as other:
        _told(other, "accounts.exported", kept["id"] if kept else "", payload | {"as": kind})
    columns = [
        Column("debtor", _("Deudor")),
        Column("document", _("Documento")),
        Column("number", _("Cuenta")),
        Column("lender", _("Entidad")) if several else Column("product", _("Producto")),
        Column("zone", _("Zona")),
        Column("dpd", _("Días"), "integer"),
        Column("overdue", _("Vencido"), "money", currency_from="currency"),
        Column("total", _("Total"), "money", currency_from="currency"),
        Column("currency", _("Moneda")),
        Column("state", _("Estado")),
        Column("outcome", _("Asignación")),
    ]
    words = {code: said(code, "account") for code in ("open", "recalled", "absent", "closed")}
    outcomes = {code: said(code, "outcome") for code in ("assigned", "barred", "unassigned")}
    rows = _rows(here.engine(), here.scope(), sought, ids, (words, outcomes))
    name = f"cuentas-{sought.day.isoformat()}"
    return sheets.answer(kind, name, _("Cuentas"), columns, rows)


def _rows(
    engine: Engine, scope: Any, sought: Sought, ids: list[str], words: tuple[dict[str, str], ...]
) -> Iterator[dict[str, Any]]:
    """The accounts a few at a time, each with a connection of its own: the request may be over by then."""
    states, outcomes = words
    for start in range(0, len(ids), AT_A_TIME):
        with reading(engine) as connection:
            held = page_of(connection, scope, sought.day, ids[start : start + AT_A_TIME])
        for account in held:
            yield {
                "debtor": account.debtor_name,
                "document": account.document,
                "number": account.number,
                "lender": account.lender,
                "product": account.product or account.credit_type,
                "zone": account.zone,
                "dpd": account.dpd,
                "overdue": account.overdue,
                "total": account.total,
                "currency": account.currency,
                "state": states.get(account.state, account.state),
                "outcome": account.agent_name or outcomes.get(account.outcome or "", ""),
            }


def _told(connection: Connection, kind: str, subject: str, payload: dict[str, Any]) -> None:
    facts.append(
        connection,
        kind,
        as_of=here.today(),
        now=here.now(),
        actor=here.actor(),
        subject=subject,
        payload=payload,
    )
