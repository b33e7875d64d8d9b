"""Answers "where am I" on the visit form: by the receiver, by what was pasted, on the map. Saves nothing."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from flask_babel import gettext as _

from sync.rules.pasted import UNREAD, pasted

from ..casefile import Case
from ..receivers import NoReceiver, fix
from ..store import settings
from . import city
from .guard import store

blueprint = Blueprint("locating", __name__, url_prefix="/ubicacion")
WAIT_S = 10.0


@blueprint.post("/receptor")
def receiver() -> dict[str, Any]:
    """`{lat, lon, accuracy}` of the receiver, or `{why}`: a visit is saved without it just as well."""
    with store().reading() as db:
        chosen = str(settings.get(db, settings.RECEIVER, ""))
    try:
        found = fix(chosen, WAIT_S)
    except NoReceiver as none:
        return {"why": none.because.said(_)}
    accuracy = None if found.accuracy_m is None else round(found.accuracy_m, 1)
    return {"lat": round(found.lat, 6), "lon": round(found.lon, 6), "accuracy": accuracy}


@blueprint.post("/pegada")
def pasted_text() -> dict[str, Any]:
    """The same of `text` as it was pasted; `near` ("lat,lon") completes a short Plus Code."""
    store()
    near = pasted(request.form.get("near", ""))
    found = pasted(request.form.get("text", ""), (near.lat, near.lon) if near else None)
    if found is None:
        return {"why": _(UNREAD)}
    return {"lat": found.lat, "lon": found.lon, "accuracy": found.error_m}


@blueprint.app_context_processor
def picking() -> dict[str, Any]:
    """`map_to_pick(case)` for a form's template: the address, and the ground it lies on."""
    return {"map_to_pick": map_to_pick}


def map_to_pick(case: Case) -> dict[str, Any]:
    """What the map on which the collector says where he stands is drawn from."""
    address = case.address
    here = address is not None and address.lat is not None and address.lon is not None
    points = (
        [{"lat": address.lat, "lon": address.lon, "state": "pendiente", "label": address.text}]
        if address is not None and here
        else []
    )
    with store().reading() as db:
        return city.map_data(points, [], city.ground(db))
