"""A debtor's timeline on his page: which kinds this reader may see, a page of them, each with its source."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from sqlalchemy import Connection

from sync.money import from_minor

from ..consulting import Consulted
from ..standing import AccountToday
from ..store.boards import timeline
from . import here
from .labels import LABELS, said
from .paging import Page, paged

SIZE = 25


def of_debtor(connection: Connection, person: dict[str, Any], held: list[AccountToday]) -> dict[str, Any]:
    """What `debtors/timeline.html` shows: a page of happenings, and how many there are of each kind."""
    numbers = {account.id: account.number for account in held}
    subject = timeline.subject_of(connection, person["id"], person["timezone"], numbers)
    kinds = [kind for kind in timeline.KINDS if not kind.page or here.may(kind.page)]
    asked = request.args.get("kind", "")
    only = {asked} & {kind.code for kind in kinds}
    rows, counts = timeline.told(connection, subject, kinds, only)
    page = paged(rows, request.args.get("page"), SIZE)
    return {
        "page": Page([_shown(one) for one in page.rows], page.number, page.pages, page.total),
        "kinds": [(kind.code, _(kind.title), counts[kind.code]) for kind in kinds if counts[kind.code]],
        "kind": asked if only else "",
        "titles": {kind.code: _(kind.title) for kind in kinds},
        "every": sum(counts.values()),
        "most": timeline.MOST if max(counts.values(), default=0) >= timeline.MOST else 0,
    }


def _shown(one: timeline.Happening) -> dict[str, Any]:
    endpoint = one.opens[0] if one.opens else ""
    values: dict[str, Any] = dict(one.opens[1]) if one.opens else {}
    words = [said(code, family) if family in LABELS else code for family, code in one.words if code]
    return {
        "kind": one.kind,
        "id": one.id,
        "at": one.at,
        "day": one.day,
        "what": one.what,
        "words": words,
        "because": one.because,
        "note": one.note,
        "who": one.who,
        "number": one.number,
        "amount": from_minor(one.minor, one.currency) if one.minor is not None else None,
        "currency": one.currency,
        "href": url_for(endpoint, **values) if endpoint and here.may(endpoint) else "",
    }


def caps_used(answers: list[Consulted]) -> list[dict[str, Any]]:
    """Of each account what the caps of its pack count today: the rulings that name them, kept or reached."""
    used = []
    for one in answers:
        policy = one.said.policy
        if policy is None:
            continue
        capped = {cap.cite.id for cap in policy.caps}
        rulings = [ruling for ruling in one.said.verdict.rulings if ruling.rule in capped]
        if rulings:
            used.append({"number": one.account.number, "rulings": rulings})
    return used
