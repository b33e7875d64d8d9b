"""Agreements on paper and what became of them, settlement letters owed, and the office's own simulator."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from sync.agreement_paper import paper_of
from sync.money import rounded
from sync.records import Refused
from sync.rules import typed
from sync.rules.authority import beyond
from sync.rules.debt import debt_on
from sync.rules.offer import EVERY, KINDS, Quote, Terms, simulate
from sync.rules.offer_rules import OfferSegment, range_of
from sync.rules.segment import Traits

from .. import agreed_today, offering
from ..agreeing import cancel_promise, deliver_letter, issue_letter, name_payment, unauthorised
from ..recovering import Person
from ..standing import AccountToday, accounts_today
from ..store import terms
from ..store.engine import reading
from . import here
from .paging import cut, paged

blueprint = Blueprint("agreements", __name__)
LETTERS = ("owed", "issued", "delivered", "all")
USUAL = {"kind": "plan", "count": "3", "every": "month", "first": "", "discount": ""}


@blueprint.get("/agreements")
def index() -> str:
    """Every agreement in scope; `letter` narrows them to the settlement letters owed, issued or delivered."""
    letter = request.args.get("letter", "all")
    letter = letter if letter in LETTERS else "all"
    asked, scope, today = request.args.get("page"), here.scope(), here.today()
    with reading(here.engine()) as connection:
        owed = agreed_today.owed(connection, scope, today)
        if letter == "owed":
            page = paged(owed, asked)
        else:
            some = partial(agreed_today.agreements, connection, scope, today, letter)
            page = cut(asked, terms.count_agreed(connection, scope, letter), some)
    return render_template(
        "agreements/index.html",
        page=page,
        owed=len(owed),
        letter=letter,
        day=today,
        offer_kinds=KINDS,
    )


@blueprint.get("/agreements/<agreement_id>")
def paper(agreement_id: str) -> str:
    """The written agreement with its required parts, to be printed and signed."""
    with reading(here.engine()) as connection:
        held = agreed_today.agreement(connection, here.scope(), agreement_id, here.today())
        rules = offering.rules(connection)
        beyond_him = unauthorised(connection, held.row) if held is not None else ()
    if held is None:
        abort(404)
    row = held.row
    made = paper_of(
        held.deal,
        debtor=row["debtor_name"],
        document=f"{row['document_type']} {row['document'] or ''}".strip(),
        lender=row["lender"],
        number=row["number"],
        pay_to=rules.pay_to.get(row["lender"], ""),
        zone=row["timezone"],
    )
    return render_template("agreements/paper.html", held=held, paper=made, beyond_him=beyond_him)


@blueprint.post("/agreements/<agreement_id>/letter")
def issue(agreement_id: str) -> Response:
    with reading(here.engine()) as connection:
        held = agreed_today.agreement(connection, here.scope(), agreement_id, here.today())
    if held is None:
        abort(404)
    if held.due is None:
        flash(_("No se debe carta: el convenio no está pagado del todo o no liquida la deuda."), "error")
        return redirect(url_for("agreements.paper", agreement_id=agreement_id))
    reference = request.form.get("reference", "")
    _tell(
        issue_letter(here.engine(), agreement_id, held.due, reference, **_by()),
        _("Carta emitida: falta entregarla."),
    )
    return redirect(url_for("agreements.index", letter="issued"))


@blueprint.post("/agreements/<agreement_id>/delivered")
def deliver(agreement_id: str) -> Response:
    try:
        refused = deliver_letter(here.engine(), agreement_id, **_by())
    except LookupError:
        abort(404)
    _tell(refused, _("Anotada la entrega de la carta."))
    return redirect(url_for("agreements.index", letter="delivered"))


@blueprint.post("/promises/<promise_id>/cancel")
def cancel(promise_id: str) -> Response:
    try:
        answer = cancel_promise(here.engine(), promise_id, why=request.form.get("why", ""), **_by())
    except LookupError:
        abort(404)
    _tell(answer, _("Cancelada: deja de contarse y el portátil lo sabrá al sincronizar."))
    return redirect(url_for("debtors.case", debtor_id=_debtor(answer), _anchor="promesas"))


@blueprint.post("/payments/<payment_id>/promise")
def name(payment_id: str) -> Response:
    """Say what promise a payment is for; nothing chosen leaves it to the order of the rules."""
    try:
        promise = request.form.get("promise", "").strip() or None
        answer = name_payment(here.engine(), payment_id, promise, **_by())
    except LookupError:
        abort(404)
    _tell(answer, _("Anotado: los estados de las promesas se calculan así desde ahora."))
    return redirect(url_for("debtors.case", debtor_id=_debtor(answer), _anchor="pagos"))


@blueprint.get("/offers/<account_id>")
def simulator(account_id: str) -> str:
    """What may be offered for an account, reckoned out; nothing is saved."""
    with reading(here.engine()) as connection:
        account = _account(connection, account_id)
        rules = offering.rules(connection)
    if account is None or account.balance is None or account.standing is None:
        abort(404)
    day, by = here.today(), Person(here.actor(), here.roles())
    debt = debt_on(account.balance, account.standing, rules.late, day)
    traits = Traits(account.standing.dpd, account.standing.overdue, account.credit_type)
    held, bounds = rules.segment_of(traits), range_of(rules, traits, debt, account.currency)
    said = USUAL | {"first_due": (day + timedelta(days=7)).isoformat()} | request.args.to_dict()
    errors: dict[str, str] = {}
    quote: Quote | Refused | None = None
    if "kind" in request.args:
        made = _terms(said, held, debt.total, account.currency, errors)
        quote = None if made is None else simulate(debt, made, account.currency, day)
    if isinstance(quote, Refused):
        errors[""] = here.sentence(quote.reason)
        quote = None
    limit = offering.limit_of_person(rules, by.username, by.roles)
    needed = beyond(quote, held, bounds, limit) if quote and held and bounds else ()
    return render_template(
        "agreements/simulator.html",
        account=account,
        debt=debt,
        bounds=bounds,
        said=said,
        errors=errors,
        quote=quote,
        needed=needed,
        kinds=[(code, _(text)) for code, text in KINDS.items()],
        every=[(code, _(text)) for code, text in EVERY.items() if held is None or code in held.every],
    )


def of_debtor(connection: Connection, held: list[AccountToday]) -> dict[str, Any]:
    """What the debtor's page shows of offers, agreements and his own suggestions, newest first."""
    told = terms.of_accounts(connection, [account.id for account in held])
    numbers = {account.id: account.number for account in held}

    def rows(kind: str) -> list[Any]:
        every = [row for group in told[kind].values() for row in group]
        return sorted(every, key=lambda row: (row["made_at"], row["id"]), reverse=True)

    return {
        "numbers": numbers,
        "agreements": [terms.as_agreement(row) for row in rows("agreement")],
        "offers": [(row, terms.as_agreement(row)) for row in rows("offer")],
        "suggestions": [terms.as_suggestion(row) for row in rows("suggestion")],
        "kinds": KINDS,
    }


def _terms(
    said: dict[str, str], held: OfferSegment | None, total: Decimal, currency: str, errors: dict[str, str]
) -> Terms | None:
    """What was typed as terms; with `errors` filled it is None."""
    first_due = typed.day(said["first_due"])
    if not said["count"].isascii() or not said["count"].isdigit() or len(said["count"]) > 3:
        errors["count"] = _("Escriba cuántas cuotas, por ejemplo 3.")
    if first_due is None:
        errors["first_due"] = _("Escriba una fecha que exista.")
    amounts = {}
    for part in ("first", "discount"):
        amount = typed.money(said[part].strip()) if said[part].strip() else Decimal(0)
        if amount is None:
            errors[part] = _("Escriba un monto con punto decimal, por ejemplo 150000.00.")
        amounts[part] = amount or Decimal(0)
    if errors or first_due is None:
        return None
    new = said["kind"] == "restructuring" and held is not None
    return Terms(
        said["kind"],
        int(said["count"]),
        first_due,
        said["every"],
        amounts["discount"] if said["kind"] == "discount" else Decimal(0),
        amounts["first"],
        held.restructure_percent if new and held is not None else Decimal(0),
        held.restructure_method if held is not None else "30/360",
        rounded(total * held.fee_percent / 100, currency) if new and held is not None else Decimal(0),
    )


def _account(connection: Connection, account_id: str) -> AccountToday | None:
    """The account when it is in scope."""
    owner = terms.debtor_of(connection, account_id, here.scope())
    if owner is None:
        return None
    held = accounts_today(connection, here.scope(), here.today(), debtor_id=owner)
    return next((one for one in held if one.id == account_id), None)


def _by() -> dict[str, Any]:
    return {"by": Person(here.actor(), here.roles()), "now": here.now(), "scope": here.scope()}


def _tell(answer: str | Refused | None, done: str) -> None:
    if isinstance(answer, Refused):
        flash(here.sentence(answer.reason), "error")
    else:
        flash(done, "success")


def _debtor(answer: str | Refused) -> str:
    return request.form.get("debtor", "") if isinstance(answer, Refused) else answer
