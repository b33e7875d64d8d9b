"""The portfolio: its ageing board and its accounts, searched and paged. Reads only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, render_template, request
from sqlalchemy import Connection

from ..standing import AccountToday, accounts_today, board, lateness
from ..store.boards import stations
from ..store.debtors import folded
from ..store.engine import reading
from . import here
from .paging import paged

blueprint = Blueprint("portfolio", __name__, url_prefix="/portfolio")


@blueprint.get("/")
def index() -> str:
    """The ageing board: accounts, debtors and amounts by bucket, a table for each currency."""
    with reading(here.engine()) as connection:
        held = accounts_today(connection, here.scope(), here.today())
    lines = board(held)
    currencies = {line.currency: [one for one in lines if one.currency == line.currency] for line in lines}
    resting = [account for account in held if account.state != "open"]
    unaged = [account for account in held if account.state == "open" and account.standing is None]
    corte = max((account.balance.as_of for account in held if account.balance), default=None)
    return render_template(
        "portfolio/index.html",
        currencies=currencies,
        resting=len(resting),
        unaged=len(unaged),
        total=len(held),
        day=here.today(),
        corte=corte,
    )


@blueprint.get("/accounts")
def accounts() -> str:
    """The accounts that match what was asked, a page of them."""
    asked = {name: request.args.get(name, "").strip() for name in FILTERS}
    with reading(here.engine()) as connection:
        held = accounts_today(connection, here.scope(), here.today())
        found = _found(connection, held, asked)
    found.sort(key=lambda account: (-(account.dpd or -1), account.search_name, account.number))
    page = paged(found, request.args.get("page"))
    return render_template(
        "portfolio/accounts.html",
        page=page,
        asked=asked,
        given={name: value for name, value in asked.items() if value},
        buckets=sorted({account.bucket for account in held if account.bucket}, key=lateness),
        currencies=sorted({account.currency for account in held}),
        lenders={account.lender for account in held},
        zones=sorted({account.zone for account in held if account.zone}),
        day=here.today(),
    )


FILTERS = ("q", "bucket", "currency", "zone", "outcome", "state", "field", "unlocated")


def _found(connection: Connection, held: Iterable[AccountToday], asked: dict[str, str]) -> list[AccountToday]:
    words = folded(asked["q"]).split()
    found = [account for account in held if _matches(account, words) and _is_asked(account, asked)]
    if asked["unlocated"]:
        located = stations.located(connection, here.scope())
        found = [account for account in found if account.goes_to_the_field and account.debtor not in located]
    return found


def _matches(account: AccountToday, words: list[str]) -> bool:
    """Every word is part of the name, the account number or the document; accents and case do not count."""
    text = " ".join((account.search_name, folded(account.number), folded(account.document)))
    return all(word in text for word in words)


def _is_asked(account: AccountToday, asked: dict[str, str]) -> bool:
    exact: dict[str, Any] = {
        "bucket": account.bucket,
        "currency": account.currency,
        "zone": account.zone,
        "state": account.state,
        "outcome": account.outcome or "unassigned",
    }
    if any(asked[name] and asked[name] != value for name, value in exact.items()):
        return False
    return not asked["field"] or account.goes_to_the_field
