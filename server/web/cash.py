"""Cash by collector, where a pack lets it be taken: receipts, books, the day's count, deposits.

Where none does, these pages do not exist.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sync.money import digits, from_minor, to_minor
from sync.records import Refused
from sync.words import N_

from .. import handling_cash
from ..store import agents as workforce
from ..store import cash
from ..store.agents import Agent
from ..store.engine import reading
from ..tabulating import Column
from . import days, here, sheets
from .paging import paged

blueprint = Blueprint("cash", __name__, url_prefix="/cash")

Row = dict[str, Any]
Key = tuple[str, str]  # an agent and a currency
ALARMS = {
    "unnumbered": N_("Sin número"),
    "twice": N_("Número repetido"),
    "no_book": N_("De ningún talonario suyo"),
}


@blueprint.before_request
def _only_where_allowed() -> None:
    if not here.cash_is_taken():
        abort(404)


@blueprint.get("/")
def index() -> Response | str:
    """Who carries how much, against what he may carry; and whose numbers do not add up."""
    with reading(here.engine()) as connection:
        staff = [one for one in workforce.every(connection, here.scope().agents()) if one.active]
        held = handling_cash.holding(connection)
        waiting = cash.paid_in(connection, "proposed")
        most = handling_cash.limits(connection)
        counted = cash.last_counts(connection)
    heavy = {agent for (agent, currency), minor in held.items() if minor > most.get(currency, minor)}
    carrying: dict[str, set[str]] = {}
    for agent, currency in (*held, *waiting):
        carrying.setdefault(agent, set()).add(currency)
    staff.sort(key=lambda one: (one.id not in heavy, one.id not in carrying, one.name, one.id))

    def rows_of(some: Sequence[Agent]) -> list[Row]:
        return [
            _carried(one, currency, held, waiting, most, counted)
            for one in some
            for currency in sorted(carrying.get(one.id, ()))
        ]

    if wanted := sheets.sheet_asked():
        return sheets.answer(wanted, f"efectivo-{here.today()}", _("Efectivo"), _columns(), rows_of(staff))
    page = paged(staff, request.args.get("page"))
    return render_template("cash/index.html", page=page, rows=rows_of(page.rows), today=here.today())


def _carried(
    one: Agent,
    currency: str,
    held: Mapping[Key, int],
    waiting: Mapping[Key, int],
    most: Mapping[str, int],
    counted: Mapping[Key, Mapping[str, Any]],
) -> Row:
    """What a collector carries in a currency, against what he may, and how his last count ended."""
    key = (one.id, currency)
    minor, last = held.get(key, 0), counted.get(key)
    lacked = last["counted_minor"] - last["expected_minor"] if last else None
    return {
        "agent_id": one.id,
        "agent_name": one.name,
        "currency": currency,
        "held": from_minor(minor, currency),
        "waiting": from_minor(waiting.get(key, 0), currency),
        "limit": from_minor(most[currency], currency) if currency in most else None,
        "over": currency in most and minor > most[currency],
        "counted_on": last["day"] if last else None,
        "lacked": from_minor(lacked, currency) if lacked is not None else None,
    }


@blueprint.get("/agents/<agent_id>")
def agent(agent_id: str) -> str:
    """One collector's receipts with their alarms, books with their gaps, counts and deposits."""
    worker = _agent(agent_id)
    with reading(here.engine()) as connection:
        receipts = cash.receipts(connection, agent_id)
        books = handling_cash.books_of(connection, agent_id)
        wrong = handling_cash.alarms(connection, receipts, books)
        held = handling_cash.holding(connection, agent_id=agent_id)
        counts, deposits = cash.counts(connection, agent_id), cash.deposits(connection, agent_id)
        currencies = cash.currencies(connection, agent_id) or ["COP"]
    return render_template(
        "cash/agent.html",
        agent=worker,
        receipts=[{**row, "amount": from_minor(row["amount_minor"], row["currency"])} for row in receipts],
        wrong={key: [_(ALARMS[one]) for one in each] for key, each in wrong.items()},
        books=books,
        held=[
            (currency, from_minor(minor, currency))
            for (who, currency), minor in sorted(held.items())
            if who == agent_id
        ],
        counts=[_counted(row) for row in counts],
        deposits=[{**row, "amount": from_minor(row["amount_minor"], row["currency"])} for row in deposits],
        currencies=[(code, code) for code in currencies],
        today=here.today(),
        me_named=here.actor(),
    )


@blueprint.post("/agents/<agent_id>/books")
def give_book(agent_id: str) -> Response:
    _agent(agent_id)
    first, last = _whole("first"), _whole("last")
    made = handling_cash.give_book(
        here.engine(),
        agent_id,
        request.form.get("prefix", ""),
        first,
        last,
        actor=here.actor(),
        now=here.now(),
    )
    return _back(agent_id, made, _("Talonario entregado."))


@blueprint.post("/agents/<agent_id>/books/<book_id>/gaps")
def explain(agent_id: str, book_id: str) -> Response:
    _agent(agent_id)
    with reading(here.engine()) as connection:
        books = handling_cash.books_of(connection, agent_id)
    book = next((one for one in books if one.row["id"] == book_id), None)
    if book is None:
        abort(404)
    done = handling_cash.explain(
        here.engine(),
        book,
        _whole("number"),
        request.form.get("because", ""),
        actor=here.actor(),
        now=here.now(),
    )
    return _back(agent_id, done, _("Quedó explicado por qué falta ese recibo."))


@blueprint.post("/agents/<agent_id>/receipts/<payment_id>")
def decide(agent_id: str, payment_id: str) -> Response:
    """Make a provisional receipt official, or refuse it."""
    _agent(agent_id)
    with reading(here.engine()) as connection:
        _his(cash.receipt(connection, payment_id), agent_id)
    accept = request.form.get("accept") == "1"
    done = handling_cash.decide_receipt(
        here.engine(),
        payment_id,
        accept=accept,
        because=request.form.get("because", ""),
        actor=here.actor(),
        now=here.now(),
    )
    said = _("Recibo oficial %(number)s.", number=done) if accept else _("El recibo no se aceptó.")
    return _back(agent_id, done, said)


@blueprint.post("/agents/<agent_id>/counts")
def count(agent_id: str) -> Response:
    _agent(agent_id)
    currency, minor = _money("counted")
    if minor is None:
        flash(_("Escriba cuánto contó, con números."), "error")
        return redirect(url_for("cash.agent", agent_id=agent_id))
    done = handling_cash.count(
        here.engine(),
        agent_id,
        days.asked_day("day") or here.today(),
        currency,
        minor,
        request.form.get("because", ""),
        actor=here.actor(),
        now=here.now(),
    )
    said = _("Arqueo guardado: cuadra.") if done == 0 else _("Arqueo guardado con su diferencia.")
    return _back(agent_id, done, said)


@blueprint.post("/agents/<agent_id>/deposits")
def deposit(agent_id: str) -> Response:
    _agent(agent_id)
    currency, minor = _money("amount")
    done = handling_cash.deposit(
        here.engine(),
        agent_id,
        days.asked_day("day") or here.today(),
        currency,
        minor or 0,
        request.form.get("bank", ""),
        request.form.get("slip", ""),
        actor=here.actor(),
        now=here.now(),
    )
    return _back(agent_id, done, _("Consignación registrada: la concilia otra persona."))


@blueprint.post("/agents/<agent_id>/deposits/<deposit_id>")
def reconcile(agent_id: str, deposit_id: str) -> Response:
    _agent(agent_id)
    with reading(here.engine()) as connection:
        _his(cash.deposit(connection, deposit_id), agent_id)
    agree = request.form.get("agree") == "1"
    said = _("Consignación conciliada.") if agree else _("La consignación no se aceptó.")
    done = handling_cash.decide_deposit(
        here.engine(),
        deposit_id,
        agree=agree,
        because=request.form.get("because", ""),
        actor=here.actor(),
        now=here.now(),
    )
    return _back(agent_id, done, said)


def _back(agent_id: str, done: object, said: str) -> Response:
    if isinstance(done, Refused):
        flash(here.sentence(done.reason), "error")
    else:
        flash(said, "success")
    return redirect(url_for("cash.agent", agent_id=agent_id))


def _agent(agent_id: str) -> Agent:
    with reading(here.engine()) as connection:
        found = workforce.every(connection, here.scope().agents())
    worker = next((one for one in found if one.id == agent_id), None)
    if worker is None:
        abort(404)
    return worker


def _his(row: Mapping[str, Any] | None, agent_id: str) -> None:
    """Another collector's receipt or deposit does not exist here."""
    if row is None or row["agent_id"] != agent_id:
        abort(404)


def _counted(row: dict[str, Any]) -> dict[str, Any]:
    currency = row["currency"]
    return {
        **row,
        "expected": from_minor(row["expected_minor"], currency),
        "counted": from_minor(row["counted_minor"], currency),
        "difference": from_minor(row["counted_minor"] - row["expected_minor"], currency),
    }


def _whole(name: str) -> int:
    text = request.form.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _money(name: str) -> tuple[str, int | None]:
    """The currency chosen, and the amount typed in it; None when it is no amount."""
    currency = request.form.get("currency", "COP").upper()[:3]
    text = request.form.get(name, "").strip().replace(" ", "").replace("$", "")
    text = text.replace(".", "").replace(",", ".") if "," in text or text.count(".") > 1 else text
    try:
        amount = Decimal(text)
        # A dot before three digits parts thousands, as people write them.
        if "." in text and len(text.rpartition(".")[2]) == 3 and digits(currency) != 3:
            amount = Decimal(text.replace(".", ""))
        return currency, to_minor(amount, currency) if amount >= 0 else None
    except (InvalidOperation, ValueError, KeyError):
        return currency, None


def _columns() -> list[Column]:
    return [
        Column("agent_name", _("Gestor")),
        Column("currency", _("Moneda")),
        Column("held", _("En su poder"), "money", currency_from="currency"),
        Column("limit", _("Límite"), "money", currency_from="currency"),
        Column("waiting", _("Por conciliar"), "money", currency_from="currency"),
        Column("counted_on", _("Último arqueo"), "date"),
        Column("lacked", _("Diferencia"), "money", currency_from="currency"),
    ]
