"""The portfolio: its ageing board and its accounts, searched and paged. Reads only."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from sqlalchemy import Connection

from ..standing import AccountToday, board_of, choices, figures, on_day, page_of
from ..store import standings
from ..store.debtors import folded
from ..store.engine import reading
from ..store.standings import Asked
from . import here
from .paging import Page, cut

blueprint = Blueprint("portfolio", __name__, url_prefix="/portfolio")


@blueprint.get("/")
def index() -> str:
    """The ageing board: accounts, debtors and amounts by bucket, a table for each currency."""
    with reading(here.engine()) as connection:
        lines = board_of(connection, here.scope(), here.today())
        counted = figures(connection, here.scope(), here.today())
    currencies = {line.currency: [one for one in lines if one.currency == line.currency] for line in lines}
    return render_template(
        "portfolio/index.html",
        currencies=currencies,
        resting=counted["total"] - counted["open"],
        unaged=counted["unaged"],
        total=counted["total"],
        day=here.today(),
        corte=counted["as_of"],
    )


@blueprint.get("/accounts")
def accounts() -> str:
    """The accounts that match what was asked, a page of them."""
    asked = {name: request.args.get(name, "").strip() for name in FILTERS}
    with reading(here.engine()) as connection:
        offered = choices(connection, here.scope(), here.today())
        page = _page(connection, asked)
    return render_template(
        "portfolio/accounts.html",
        page=page,
        asked=asked,
        given={name: value for name, value in asked.items() if value},
        buckets=offered.buckets,
        currencies=offered.currencies,
        lenders=offered.lenders,
        zones=offered.zones,
        day=here.today(),
    )


FILTERS = ("q", "bucket", "currency", "zone", "outcome", "state", "field", "unlocated")


def _page(connection: Connection, asked: dict[str, str]) -> Page[AccountToday]:
    """The longest overdue first. Every word is part of the name, the account number or the document; accents
    and case do not count."""
    scope, day = here.scope(), here.today()
    standing = on_day(connection, scope, day)
    wanted = Asked(
        words=tuple(folded(asked["q"]).split()),
        bucket=asked["bucket"],
        currency=asked["currency"],
        zone=asked["zone"],
        outcome=asked["outcome"],
        state=asked["state"],
        field=bool(asked["field"]),
        unlocated=bool(asked["unlocated"]),
    )

    def rows(limit: int, offset: int) -> list[AccountToday]:
        ids = standings.listed(connection, standing, wanted, limit=limit, offset=offset)
        return page_of(connection, scope, day, ids)

    return cut(request.args.get("page"), standings.count(connection, standing, wanted), rows)
