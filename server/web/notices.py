"""Papers of an account on its debtor's page: make one, record that it was handed over. Decides nothing."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Connection
from werkzeug.wrappers import Response as Answer

from sync.records import Handing, Paper, Party, Refused
from sync.rules.typed import money, plain_amount
from sync.slips import shown
from sync.words import N_

from ..noticing.delivering import deliver
from ..noticing.making import DRAWERS, NOTICE, Asked, make
from ..noticing.terms_letters import make_terms
from ..shelf import Shelf
from ..store import notices, papers
from ..store.engine import reading
from . import here

blueprint = Blueprint("notices", __name__, url_prefix="/notices")

PAPERS = {
    Paper.NOTICE: N_("Carta con el estado del crédito"),
    Paper.SLIP: N_("Aviso de visita"),
    Paper.PAYMENT: N_("Volante de pago"),
    Paper.AGREEMENT: N_("Acuerdo de pago"),
    Paper.SETTLEMENT: N_("Paz y salvo"),
}
HOW = {
    Handing.HAND: N_("En la mano"),
    Handing.DOOR: N_("En la puerta, en sobre cerrado"),
    Handing.POST: N_("Por correo"),
}


@blueprint.post("/of/<account_id>")
def make_one(account_id: str) -> Answer:
    """A letter is filed and travels; a slip is handed to the browser to be printed."""
    with reading(here.engine()) as connection:
        account = papers.account(connection, here.scope(), account_id)
    if account is None:
        abort(404)
    back = redirect(url_for("debtors.case", debtor_id=account["debtor_id"], _anchor="papeles"))
    asked = _asked(account_id)
    if asked is None:
        flash(_("Revise el valor y la fecha del volante: un valor como 1.500,00 y una fecha."), "error")
        return back
    shelf = Shelf(here.office().config.shelf)
    done = make(
        here.engine(), shelf, here.office().signer, here.scope(), asked, actor=here.actor(), now=here.now()
    )
    if isinstance(done, Refused):
        flash(f"{here.sentence(done.reason)} ({done.rule})", "error")
        return back
    if done.paper is not Paper.NOTICE:
        return _pdf(done.data, f"{done.paper.value}-{done.code}.pdf")
    flash(
        _("Carta hecha con el código %(code)s; queda entre los documentos.", code=shown(done.code)), "success"
    )
    return back


@blueprint.post("/of-agreement/<agreement_id>/<paper>")
def make_terms_paper(agreement_id: str, paper: str) -> Answer:
    """The written agreement or its settlement letter, filed and handed to the browser."""
    if paper not in (Paper.AGREEMENT, Paper.SETTLEMENT):
        abort(404)
    try:
        done = make_terms(
            here.engine(),
            Shelf(here.office().config.shelf),
            here.office().signer,
            here.scope(),
            agreement_id,
            Paper(paper),
            actor=here.actor(),
            now=here.now(),
        )
    except LookupError:
        abort(404)
    if isinstance(done, Refused):
        flash(f"{here.sentence(done.reason)} ({done.rule})", "error")
        return redirect(url_for("agreements.paper", agreement_id=agreement_id))
    return _pdf(done.data, f"{done.paper.value}-{done.code}.pdf")


@blueprint.post("/<notice_id>/delivered")
def delivered(notice_id: str) -> Answer:
    how, party = request.form.get("how", ""), request.form.get("party", Party.HOLDER.value)
    if how not in set(Handing) or party not in set(Party):
        abort(400)
    try:
        done = deliver(
            here.engine(),
            here.scope(),
            notice_id,
            how=Handing(how),
            party=Party(party),
            happened=here.now(),
            note=request.form.get("note", "").strip(),
            actor=here.actor(),
            now=here.now(),
            user=here.me().id,
        )
    except LookupError:
        abort(404)
    if isinstance(done, Refused):
        flash(here.sentence(done.reason), "error")
        return redirect(request.referrer or url_for("home.index"))
    if done.verdict.blocked:
        worst = next(one for one in done.verdict.rulings if one.decision == "block")
        text = _("Anotado. La norma %(rule)s no lo permitía: ", rule=worst.rule)
        flash(text + here.sentence(worst.because), "warning")
    else:
        flash(_("Anotado: cuenta como un contacto."), "success")
    return redirect(url_for("debtors.case", debtor_id=done.debtor, _anchor="papeles"))


def of_debtor(connection: Connection, debtor_id: str, accounts: Collection[str]) -> dict[str, Any]:
    """What the debtor's page shows of papers: those made, those handed over, and their words."""
    filed = papers.of_accounts(connection, accounts)
    return {
        "made": notices.made_for(connection, debtor_id, accounts),
        "delivered": notices.delivered_to(connection, debtor_id, accounts),
        "filed": {row["sha256"]: row["id"] for rows in filed.values() for row in rows},
        "kinds": {paper.value: _(word) for paper, word in PAPERS.items()},
        "makeable": [(paper.value, _(PAPERS[paper])) for paper in DRAWERS],
        "how": {how.value: _(word) for how, word in HOW.items()},
        "shown": shown,
    }


def _asked(account_id: str) -> Asked | None:
    paper, amount, due = (request.form.get(name, "").strip() for name in ("paper", "amount", "due"))
    if paper not in {one.value for one in DRAWERS}:
        abort(400)
    try:
        value: Decimal | None = money(plain_amount(amount)) if amount else None
        day = date.fromisoformat(due) if due else None
    except (ValueError, InvalidOperation):
        return None
    if amount and value is None:
        return None
    template = request.form.get("template", "").strip() or NOTICE
    return Asked(account_id, Paper(paper), template, value, day)


def _pdf(data: bytes, name: str) -> Response:
    response = Response(data, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
