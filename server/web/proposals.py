"""Addresses and phones found in the field: who found them, how far to believe them, and the office's word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sync.records import AddressKind, Party, Precision, Refused, Ruling
from sync.rules.proposing import Confidence, Found, address_says, confidence, phone_says

from ..deciding import decide_proposal
from ..geocoding.placing import place_imported
from ..packs import at_office
from ..store.boards import proposals
from ..store.engine import reading
from . import here
from .paging import cut

blueprint = Blueprint("proposals", __name__, url_prefix="/proposals")
STATES = ("proposed", "accepted", "rejected")
SHORTEST = 5


@dataclass(frozen=True)
class Shown:
    """A proposal with what is thought of it; `says`: each pack's word, strictest first."""

    row: dict[str, Any]
    confidence: Confidence
    says: tuple[tuple[str, Ruling], ...]


@blueprint.get("/")
def index() -> str:
    return _page()


@blueprint.post("/<kind>/<proposal_id>")
def decide(kind: str, proposal_id: str) -> Response | tuple[str, int]:
    """Accept or reject, with a reason; what is accepted is placed on the map."""
    word, because = request.form.get("word", ""), request.form.get("because", "").strip()
    if kind not in ("address", "phone") or word not in ("accept", "reject"):
        abort(404)
    if word == "reject" and len(because) < SHORTEST:
        return _page(proposal_id, _("Diga por qué se rechaza.")), 422
    try:
        answer = decide_proposal(
            here.engine(),
            kind,
            proposal_id,
            accept=word == "accept",
            because=because[:1000],
            actor=here.actor(),
            now=here.now(),
            scope=here.scope(),
        )
    except LookupError:
        abort(404)
    if isinstance(answer, Refused):
        flash(here.sentence(answer.reason), "error")
        return redirect(url_for("proposals.index"))
    if word == "accept":
        flash(_accepted(kind, proposal_id), "success")
    else:
        flash(_("Rechazado: queda en la historia, sin usarse."), "success")
    return redirect(url_for("proposals.index"))


def _accepted(kind: str, proposal_id: str) -> str:
    if kind == "phone":
        return str(_("Aceptado: ya se puede usar, y los portátiles lo recibirán al sincronizar."))
    placed = place_imported(
        here.engine(), here.office().config.cities, actor=here.actor(), now=here.now(), only=[proposal_id]
    )
    if placed is not None and placed.not_found:
        return str(_("Aceptada: no se halló en el mapa de la ciudad; ubíquela en Direcciones."))
    return str(_("Aceptada: desde ahora se puede visitar si las reglas del crédito lo permiten."))


def _page(wrong: str = "", error: str = "") -> str:
    state = request.args.get("state", "proposed")
    state = state if state in STATES else "proposed"
    day = here.today()
    with reading(here.engine()) as connection:
        packs = at_office(connection)
        scope = here.scope()

        def rows(limit: int, offset: int) -> list[Shown]:
            found = proposals.listed(connection, scope, state, limit=limit, offset=offset)
            return [Shown(row, confidence(_found(row)), _says(row, packs, day)) for row in found]

        total = proposals.counted(connection, scope, state)
        page = cut(request.args.get("page"), total, rows)
    return render_template(
        "proposals/index.html",
        page=page,
        state=state,
        wrong=wrong,
        error=error,
    )


def _found(row: dict[str, Any]) -> Found:
    visit = row["visit"]
    return Found(
        informant=str(row["said"].get("informant", "")),
        party=Party(visit["party"]) if visit is not None else None,
        evidence=visit["evidence"] if visit is not None else "",
        precision=Precision(row.get("precision", "none")),
        same_as=max(0, row["same_as"]),
    )


def _says(row: dict[str, Any], packs: Any, day: date) -> tuple[tuple[str, Ruling], ...]:
    """By pack of his accounts; the rulings that allow say nothing worth reading and are left out."""
    found: dict[tuple[str, str, str], tuple[str, Ruling]] = {}
    for account in row["accounts"]:
        policy = packs(account["pack"])
        if row["proposal"] == "address":
            kind = AddressKind(row["kind"]) if row["kind"] in set(AddressKind) else AddressKind.OTHER
            rulings = address_says(policy, kind, day, account["credit_type"], account["exception_evidence"])
        else:
            rulings = phone_says(policy, day)
        for ruling in rulings:
            if ruling.decision != "allow":
                found.setdefault(
                    (account["pack"], ruling.rule, str(ruling.because)), (account["pack"], ruling)
                )
    return tuple(sorted(found.values(), key=lambda one: (one[1].decision != "block", one[0], one[1].rule)))
