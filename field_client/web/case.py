"""A debtor's case on one page, and what may be said from it: a stop not made, an address, a phone."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sync.look import wording
from sync.records import AddressKind
from sync.rules.questions import QUESTIONS
from sync.rules.visit import PARTIES, PLACES, REASONS, RESULTS

from ..casefile import Case, case_of
from ..correcting import propose_address, propose_phone, skip_stop
from ..drafting import ProposedAddress, ProposedPhone
from ..store import attachments, cases, drafts, papers, policies, records, reserved, reviews
from ..store.db import Busy, NotWritten
from ..today import badge_of
from ..visiting import NotSaved, Saved
from . import city, method, printing
from .guard import clock, store

blueprint = Blueprint("case", __name__)
WORDS = {"results": RESULTS, "places": PLACES, "parties": PARTIES, "reasons": REASONS}


def load(debtor: str, address: str | None = None) -> Case:
    """The case of a debtor on this laptop; 404 for one who is not, or is no longer."""
    with store().reading() as db:
        state = cases.state_of(db, debtor)
        packs, places = policies.all_of(db), reserved.by_debtor(db)
    if state.debtor is None:
        abort(404)
    return case_of(state, packs, clock().read().wall, address, places.get(debtor, ()))


def stop_of(debtor: str, stop: str | None) -> dict[str, object] | None:
    """A stop of this debtor on a route, with its route's id."""
    with store().reading() as db:
        routes = sorted(records.all_of(db, "route"), key=lambda one: (one["date"], one["version"]))
    for route in reversed(routes):
        for said in route["stops"]:
            if said["debtor"] == debtor and said["id"] == stop:
                return {**said, "route": route["id"], "date": route["date"]}
    return None


@blueprint.get("/caso/<debtor>")
def show(debtor: str) -> str:
    stop = stop_of(debtor, request.args.get("parada"))
    found = load(debtor, str(stop["address"]) if stop and stop["address"] else None)
    _looked(debtor, found.now)
    with store().reading() as db:
        draft = drafts.get(db, debtor)
        held = attachments.of_visits(db, [one.visit.id for one in found.state.visits])
        filed = papers.of_debtor(db, debtor)
        ground = city.ground(db)
    points = _points(found, stop)
    return render_template(
        "field/case.html",
        pictures=held,
        papers=filed,
        case=found,
        stop=stop,
        draft=draft is not None,
        badge_of=badge_of,
        words=WORDS,
        kinds=address_kinds(),
        map_data=city.map_data(points, [], ground) if points else None,
        attribution=ground["attribution"],
        printing=printing.of_case(found),
        questions=QUESTIONS,
        five={account.id: method.of_account(found, account) for account in found.accounts},
        flags=method.alarms_of(found),
        likely={account.id: method.likely(found, account) for account in found.accounts},
    )


def _looked(debtor: str, now: datetime) -> None:
    """Review before acting: the next visit says so. A full disk hides no case."""
    with suppress(Busy, NotWritten), store().writing() as db:
        reviews.looked(db, debtor, now)


def _points(case: Case, stop: dict[str, object] | None) -> list[dict[str, object]]:
    """Where his addresses are, with the number of the stop that goes to one of them."""
    return [
        {
            "lat": one.lat,
            "lon": one.lon,
            "state": "agendada" if one.state == "proposed" else "pendiente",
            "label": one.text,
            "detail": _("Propuesta") if one.state == "proposed" else one.district,
            "seq": stop["sequence"] if stop and stop["address"] == one.id else None,
        }
        for one in case.state.addresses
        if one.lat is not None and one.lon is not None and one.state != "rejected"
    ]


def address_kinds() -> list[tuple[str, str]]:
    return [
        (AddressKind.HOME, _("Domicilio")),
        (AddressKind.WORK, _("Trabajo")),
        (AddressKind.BUSINESS, _("Negocio")),
        (AddressKind.GUARANTOR_HOME, _("Domicilio del aval")),
        (AddressKind.OTHER, _("Otra")),
    ]


@blueprint.post("/caso/<debtor>/omitir/<stop>")
def skip(debtor: str, stop: str) -> Response:
    result = skip_stop(store(), stop, request.form.get("cause", ""), clock().read())
    _tell(result, _("Anotado: la parada no se hizo."))
    return redirect(url_for("today.show") if isinstance(result, Saved) else _back(debtor, stop))


@blueprint.post("/caso/<debtor>/direccion")
def add_address(debtor: str) -> Response:
    said = {
        key: request.form.get(key, "").strip() for key in ("kind", "text", "district", "city", "informant")
    }
    wording.tell(said["informant"])
    if said["kind"] not in set(AddressKind):
        said["kind"] = AddressKind.OTHER
    _tell(
        propose_address(store(), debtor, ProposedAddress(**said), clock().read()),
        _("Dirección anotada. Queda como propuesta hasta que la oficina la acepte."),
    )
    return redirect(_back(debtor))


@blueprint.post("/caso/<debtor>/telefono")
def add_phone(debtor: str) -> Response:
    holder = request.form.get("holder", "debtor")
    phone = ProposedPhone(
        request.form.get("value", "").strip(),
        holder if holder in ("debtor", "relative", "guarantor", "other") else "other",
        request.form.get("relation", "").strip()[:60],
    )
    _tell(
        propose_phone(store(), debtor, phone, clock().read()),
        _("Teléfono anotado. Queda como propuesto hasta que la oficina lo acepte."),
    )
    return redirect(_back(debtor))


def _back(debtor: str, stop: str | None = None) -> str:
    return url_for("case.show", debtor=debtor, parada=stop or request.form.get("parada") or None)


def _tell(result: Saved | NotSaved, done: str) -> None:
    if isinstance(result, Saved):
        flash(done, "success")
        return
    for problem in result.problems:
        because = problem.because if hasattr(problem, "because") else problem.reason
        flash(because.said(_), "error")
