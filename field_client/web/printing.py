"""Slips to print, what was handed over, and texts for others: a debtor's papers on the laptop's pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from sync import marks, slips
from sync.papers import ALREADY_PAID, PAYMENT_TITLE, SLIP_TITLE, PaymentPaper, VisitSlip
from sync.records import Handing, Paper, Party, Refused
from sync.words import N_

from .. import printing
from ..casefile import Case
from ..store import attachments, printed, records
from ..store.printed import Printed
from ..visiting import NotSaved
from .guard import clock, store

blueprint = Blueprint("printing", __name__)

PAPERS = {
    Paper.NOTICE: N_("Carta con el estado del crédito"),
    Paper.SLIP: N_("Aviso de visita"),
    Paper.PAYMENT: N_("Volante de pago"),
    Paper.AGREEMENT: N_("Acuerdo de pago"),
    Paper.SETTLEMENT: N_("Paz y salvo"),
}
HOW = {Handing.HAND: N_("En la mano"), Handing.DOOR: N_("En la puerta")}
TO = {
    Party.HOLDER: N_("Titular"),
    Party.GUARANTOR: N_("Aval"),
    Party.RELATIVE: N_("Familiar"),
    Party.THIRD: N_("Otra persona"),
    Party.NOBODY: N_("Nadie"),
}
# Papers of the office by the kind under which they travel.
OF_KIND = {"aviso": Paper.NOTICE, "acuerdo": Paper.AGREEMENT, "paz_y_salvo": Paper.SETTLEMENT}


def of_case(case: Case) -> dict[str, Any]:
    """What the case page shows of papers: to print, printed, handed over, and texts for others."""
    with store().reading() as db:
        documents = list(records.about(db, "document", [case.state.id]))
        held = attachments.of_visits(db, [one.visit.id for one in case.state.visits])
        return {
            "printed": printed.of_debtor(db, case.state.id)[:6],
            "carried": [_carried(id, said) for id, _number, said in documents if said["kind"] in OF_KIND],
            "delivered": case.state.deliveries,
            "messages": printing.messages_for_others(db, case),
            "photos": _photos(case, held),
            "kinds": {paper.value: _(word) for paper, word in PAPERS.items()},
            "how": [(how.value, _(word)) for how, word in HOW.items()],
            "to": [(party.value, _(word)) for party, word in TO.items()],
            "shown": slips.shown,
        }


def _carried(id: str, said: Mapping[str, Any]) -> dict[str, str]:
    """A paper that the office made and this laptop may hand over."""
    return {"id": id, "paper": OF_KIND[said["kind"]].value, "code": _code(said["name"])}


def _photos(case: Case, held: Mapping[str, Sequence[attachments.Kept]]) -> list[tuple[str, str]]:
    """The pictures of his last visits, by when: one of them may show the envelope."""
    return [
        (one.sha256, _("Foto %(n)s del %(day)s", n=at, day=f"{known.visit.happened.end:%d/%m}"))
        for known in case.state.visits[-3:]
        for at, one in enumerate(held.get(known.visit.id, []), 1)
    ]


@blueprint.post("/caso/<debtor>/papel")
def make(debtor: str) -> Response:
    """Print a slip: its code is new each time, and named again when it is handed over."""
    found = _case(debtor)
    form = {name: request.form.get(name, "") for name in ("paper", "account", "amount", "due", "day")}
    if form["paper"] == Paper.SLIP:
        done = printing.print_slip(store(), found, clock().read(), form["day"])
    elif form["paper"] == Paper.PAYMENT:
        account = next((one for one in found.accounts if one.id == form["account"]), None)
        if account is None:
            abort(404)
        done = printing.print_payment(store(), found, account, form["amount"], form["due"], clock().read())
    else:
        abort(400)
    if isinstance(done, Refused):
        flash(f"{done.reason.said(_)} ({done.rule})", "error")
        return redirect(url_for("case.show", debtor=debtor, _anchor="papeles"))
    return redirect(url_for("printing.sheet", code=done.printed.code))


@blueprint.get("/papel/<code>")
def sheet(code: str) -> str | Response:
    """The page to be put on paper."""
    made = _printed(code)
    found = _case(made.debtor)
    with store().reading() as db:
        words = printing.words_of(db, found, made)
    if isinstance(words, Refused):
        flash(words.reason.said(_), "error")
        return redirect(url_for("case.show", debtor=made.debtor, _anchor="papeles"))
    return render_template(
        "field/paper.html",
        made=made,
        words=words,
        is_slip=isinstance(words, VisitSlip),
        codes=_drawn(words),
        title=SLIP_TITLE if isinstance(words, VisitSlip) else PAYMENT_TITLE,
        already_paid=ALREADY_PAID,
        papers=of_case(found),
    )


@blueprint.post("/caso/<debtor>/entregado")
def delivered(debtor: str) -> Response:
    """It was left or handed over, now."""
    form = {
        name: request.form.get(name, "") for name in ("code", "document", "how", "party", "note", "photo")
    }
    found = _case(debtor)
    with store().reading() as db:
        made = printed.get(db, form["code"])
        document = records.get(db, "document", form["document"]) if form["document"] else None
    if document is not None and document["debtor"] == debtor and document["kind"] in OF_KIND:
        what = {
            "paper": OF_KIND[document["kind"]].value,
            "code": _code(document["name"]),
            "token": "",
            "account": document["account"],
            "document": document["id"],
        }
    elif made is not None and made.debtor == debtor:
        what = {"paper": made.paper, "code": made.code, "token": made.token, "account": made.account}
    else:
        abort(404)
    photos = [name for name, _word in of_case(found)["photos"]]
    visits = [one.visit.id for one in found.state.visits if one.visit.happened.end.date() == found.now.date()]
    result = printing.say_delivered(
        store(),
        debtor,
        **what,
        how=form["how"],
        party=form["party"],
        sealed="sealed" in request.form,
        note=form["note"],
        photo=form["photo"] if form["photo"] in photos else None,
        visit=visits[-1] if visits else None,
        reading=clock().read(),
    )
    _tell(result, _("Anotado: el papel quedó entregado."))
    return redirect(url_for("case.show", debtor=debtor, _anchor="papeles"))


@blueprint.post("/caso/<debtor>/mensaje")
def sent(debtor: str) -> Response:
    """He says that he sent the text: it counts as a contact."""
    _case(debtor)
    _tell(
        printing.say_sent(store(), debtor, request.form.get("template", "")[:60], clock().read()),
        _("Anotado: cuenta como un contacto."),
    )
    return redirect(url_for("case.show", debtor=debtor, _anchor="papeles"))


def _case(debtor: str) -> Case:
    from .case import load  # the case page shows what this module says of it

    return load(debtor)


def _printed(code: str) -> Printed:
    with store().reading() as db:
        made = printed.get(db, code)
    if made is None:
        abort(404)
    return made


def _drawn(words: VisitSlip | PaymentPaper) -> dict[str, Markup]:
    """The codes as inline SVG: made by our own library from our own text, and escaped there."""
    if isinstance(words, VisitSlip):
        said = words.address or words.code
        return {"qr": Markup(marks.svg_qr(said, _("Código para comprobar quién vino")))}  # noqa: S704
    drawn = {"qr": Markup(marks.svg_qr(words.slip.qr, _("Código QR del pago")))}  # noqa: S704
    if words.slip.bars:
        drawn["bars"] = Markup(marks.svg_bars(words.slip.bars, _("Código de barras del pago")))  # noqa: S704
    return drawn


def _code(name: str) -> str:
    """The code in the name under which the office filed its paper; "" for another name."""
    code = name.removesuffix(".pdf")
    return code if slips.CODE.match(code) else ""


def _tell(result: Any, done: str) -> None:
    if not isinstance(result, NotSaved):
        flash(done, "success")
        return
    for problem in result.problems:
        because = problem.because if hasattr(problem, "because") else problem.reason
        flash(because.said(_), "error")
