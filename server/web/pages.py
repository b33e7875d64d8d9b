"""Registers the office's pages and what every template may use. Knows no page's content."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_security import current_user

from . import (
    acts,
    agreements,
    approvals,
    assignments,
    attachments,
    case_files,
    cash,
    chains,
    claims,
    commissions,
    debtors,
    desk,
    devices,
    erasures,
    fiction,
    figure_exports,
    findings,
    geocoding,
    hands,
    here,
    home,
    imports,
    labels,
    letters,
    locating,
    messages,
    mine,
    months,
    notices,
    objections,
    orders,
    oversight,
    people,
    places,
    policy,
    portfolio,
    proposals,
    quarantine,
    questions,
    remote,
    replays,
    retention,
    returns,
    reviews,
    route_files,
    routes,
    safety,
    search,
    sections,
    slips,
    stops,
    strategy,
    tiles,
    visits,
    weeks,
    wording,
    worklists,
)

PAGES = (
    agreements,
    approvals,
    home,
    portfolio,
    search,
    imports,
    returns,
    commissions,
    months,
    cash,
    debtors,
    questions,
    objections,
    geocoding,
    locating,
    assignments,
    desk,
    routes,
    orders,
    route_files,
    hands,
    weeks,
    visits,
    remote,
    stops,
    proposals,
    attachments,
    notices,
    messages,
    slips,
    figure_exports,  # and with it figures, their rows, trends and roll rates
    findings,
    reviews,
    replays,
    chains,
    mine,
    retention,
    letters,
    oversight,
    safety,
    case_files,
    claims,
    erasures,
    devices,
    people,
    places,
    tiles,
    worklists,
    strategy,
    policy,
    wording,
    acts,
    quarantine,
)


def install(app: Flask) -> None:
    for module in PAGES:
        app.register_blueprint(module.blueprint)
    slips.install(app.extensions["ronda.limiter"])
    fiction.install(app)
    app.jinja_env.filters.update(labels.FILTERS)
    app.context_processor(_shared)


def _shared() -> dict[str, Any]:
    return {
        "nav_sections": sections.first_line,
        "nav_pages": sections.second_line,
        "may": here.may,
        "me": _me,
        "choices": labels.choices,
        "bucket_choices": labels.bucket_choices,
        "zone": here.zone,
        "unsigned_packs": policy.unsigned,
    }


def _me() -> Any:
    return here.me() if current_user.is_authenticated else None
