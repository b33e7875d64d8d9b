"""What may be offered for an account, simulated offline; requests to the office, suggestions, agreements."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sync.agreement_paper import paper_of
from sync.records import Refused, Result
from sync.rules.agreement import Agreement, standing_of, written_schedule
from sync.rules.answers import FieldError
from sync.rules.offer import EVERY, KINDS, Instalment, Quote
from sync.rules.typed import plain_amount

from ..bargaining import Bargain, bargain_of, debtor_of, quote_of, remember, rules_of, terms_of, usual_terms
from ..casefile import Case, place_at
from ..offering import request_offer, suggest
from ..store import drafts, settings
from ..visiting import NotSaved, Problem, Saved
from . import answers as forms
from . import visit
from .case import load, stop_of
from .guard import clock, store

blueprint = Blueprint("offers", __name__)
MONEY = ("first", "discount", "amount")


@blueprint.get("/ofertas/<account>")
def show(account: str) -> str:
    case, bargain = _found(account)
    said = _said(request.args.to_dict(), usual_terms(bargain))
    problems: list[Problem] = []
    quote = None
    if "kind" in request.args:
        quote = _reckon(bargain, said, problems)
    return _page(case, bargain, said, quote, problems, {})


@blueprint.post("/ofertas/<account>/pedir")
def ask(account: str) -> Response | tuple[str, int]:
    """Ask the office to approve what goes beyond one's authority."""
    case, bargain = _found(account)
    given = request.form.to_dict()
    said = _said(given, usual_terms(bargain))
    result = request_offer(store(), account, said, given.get("why", ""), clock().read())
    if isinstance(result, Saved):
        flash(_("Pedida: la oficina la verá cuando el portátil envíe."), "success")
        return redirect(url_for("offers.show", account=account))
    problems = list(result.problems)
    return _page(case, bargain, said, _reckon(bargain, said, []), problems, given), 422


@blueprint.post("/ofertas/<account>/propuesta")
def add_suggestion(account: str) -> Response | tuple[str, int]:
    case, bargain = _found(account)
    given = _said(request.form.to_dict(), {})
    result = suggest(store(), account, given, clock().read())
    if isinstance(result, NotSaved):
        return _page(case, bargain, usual_terms(bargain), None, list(result.problems), given), 422
    flash(_("Anotada como propuesta del deudor: no es una promesa ni un convenio."), "success")
    return redirect(url_for("offers.show", account=account))


@blueprint.post("/ofertas/<account>/usar")
def use(account: str) -> Response | tuple[str, int]:
    """Put these instalments into the visit's draft as the plan agreed; the visit is what records it."""
    case, bargain = _found(account)
    if bargain.frozen is not None:
        return _page(case, bargain, usual_terms(bargain), None, [], {}), 422
    approved = next((one for one in case.state.offers if one.id == request.form.get("offer")), None)
    if approved is not None and approved.stands(case.today):
        schedule = approved.terms.schedule
    else:
        said = _said(request.form.to_dict(), usual_terms(bargain))
        problems: list[Problem] = []
        quote = _reckon(bargain, said, problems)
        if quote is None or bargain.beyond(quote):
            return _page(case, bargain, said, quote, problems, {}), 422
        schedule = tuple(Instalment(row.due, row.amount) for row in quote.rows)
        with store().writing() as db:
            remember(db, account, said)
    with store().reading() as db:
        mine = str(settings.get(db, "agent_name", ""))
    return _into_draft(case, account, schedule, approved.decided_by if approved is not None else mine)


@blueprint.get("/convenio/<agreement>")
def paper(agreement: str) -> str:
    """An agreement, to be printed and signed."""
    account = request.args.get("cuenta", "")
    case, _bargain = _found(account, balance=False)
    deal = next((one for one in case.state.agreements if one.id == agreement), None)
    if deal is None or case.state.debtor is None:
        abort(404)
    with store().reading() as db:
        rules, _limit = rules_of(db)
    held, debtor = case.state.accounts[deal.account].account, case.state.debtor
    made = paper_of(
        deal,
        debtor=debtor.name,
        document=f"{debtor.document_type} {debtor.document}".strip(),
        lender=held.lender,
        number=held.number,
        pay_to=rules.pay_to.get(held.lender, ""),
        zone=case.zone,
    )
    return render_template("field/agreement.html", case=case, paper=made)


def _found(account: str, *, balance: bool = True) -> tuple[Case, Bargain]:
    """404 for an account that is not, or no longer, on this laptop."""
    with store().reading() as db:
        debtor = debtor_of(db, account)
    if debtor is None:
        abort(404)
    case = load(debtor)
    with store().reading() as db:
        bargain = bargain_of(db, case, account)
    if bargain is None and balance:
        abort(404)
    return case, bargain  # type: ignore[return-value]  # None only where no balance is asked for


def _said(given: dict[str, str], usual: dict[str, str]) -> dict[str, str]:
    """What was typed over what is usual, amounts as the wire has them."""
    typed = {name: text.strip() for name, text in given.items()}
    return {
        **usual,
        **{name: plain_amount(t) if name in MONEY and t else t for name, t in typed.items()},
    }


def _reckon(bargain: Bargain, said: dict[str, str], problems: list[Problem]) -> Quote | None:
    terms = terms_of(said, bargain)
    if isinstance(terms, list):
        problems += terms
        return None
    quote = quote_of(bargain, terms)
    if isinstance(quote, Refused):
        problems.append(quote)
        return None
    return quote


def _into_draft(case: Case, account: str, schedule: tuple[Instalment, ...], approver: str) -> Response:
    stop = stop_of(case.state.id, request.form.get("parada"))
    accounts = [one.id for one in visit.at_stake(case, stop)]
    if account not in accounts:
        stop, accounts = None, [one.id for one in case.accounts]
    place = accounts.index(account)
    with store().writing() as db:
        kept = drafts.get(db, case.state.id)
        address = case.address.id if case.address else None
        said = forms.flat(kept) if kept else forms.fresh(case.now, case.zone, place_at(case.address), address)
        said |= {
            f"result-{place}": Result.PLAN.value,
            f"schedule-{place}": written_schedule(schedule),
            f"approver-{place}": approver,
            "party": said.get("party") or "TIT",
        }
        drafts.save(db, case.state.id, said, case.now)
    return redirect(url_for("visit.form", debtor=case.state.id, parada=stop["id"] if stop else None))


def _page(
    case: Case,
    bargain: Bargain,
    said: dict[str, str],
    quote: Quote | None,
    problems: list[Problem],
    given: dict[str, str],
) -> str:
    errors = {one.field: one.because.said(_) for one in problems if isinstance(one, FieldError)}
    summary = [
        (one.field, one.because.said(_)) if isinstance(one, FieldError) else ("", one.reason.said(_))
        for one in problems
    ]
    account = bargain.account.id
    return render_template(
        "field/offers.html",
        case=case,
        bargain=bargain,
        stop=stop_of(case.state.id, request.values.get("parada")),
        said=said,
        given=given,
        quote=quote,
        needed=bargain.beyond(quote) if quote is not None else (),
        errors=errors,
        summary=summary,
        kinds=[(code, _(text)) for code, text in KINDS.items()],
        every=[
            (code, _(text))
            for code, text in EVERY.items()
            if bargain.held is None or code in bargain.held.every
        ],
        offer_kinds=KINDS,
        offers=[one for one in reversed(case.state.offers) if one.terms.account == account],
        suggestions=[one for one in reversed(case.state.suggestions) if one.account == account],
        agreements=[
            (one, _standing(bargain, one)) for one in case.state.agreements if one.account == account
        ],
    )


def _standing(bargain: Bargain, deal: Agreement) -> Any:
    held = bargain.account.promises
    found = {one.id: stands for one, stands in held if stands is not None}
    return standing_of(deal, [one for one, _stands in held], found)
