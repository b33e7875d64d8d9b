"""What a list of accounts is narrowed to, as its address says it: read, checked, and turned into conditions.

The words are those of a segment (`sync.rules.segment`), so that a saved list and a strategy say the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Connection, Select

from sync.rules.segment import Segment

from ..standing import choices, on_day
from ..store import lenders, saved_lists, standings
from ..store.boards import narrowed
from ..store.boards import visits as agents_board
from ..store.debtors import folded
from ..store.standings import Asked, OnDay
from . import here

FILTERS = (
    "q",
    "bucket",
    "currency",
    "zone",
    "outcome",
    "state",
    "field",
    "unlocated",
    "lender",
    "product",
    "branch",
    "credit_type",
    "kind",
    "agent",
    "rule",
    "dpd_from",
    "dpd_to",
    "overdue_from",
    "overdue_to",
    "capital_from",
    "capital_to",
    "segment",
    "risk",
    "stage",
)
AMOUNTS = ("overdue_from", "overdue_to", "capital_from", "capital_to")
DAYS = ("dpd_from", "dpd_to")
LONGEST = 120


@dataclass(frozen=True)
class Sought:
    """The filters as they were given, what is wrong with them, and the day they are asked of."""

    given: dict[str, str]
    errors: dict[str, str]
    day: date

    @property
    def folded_away(self) -> bool:
        """True when one of the filters that the page keeps folded is used."""
        always = ("q", "bucket", "currency", "zone", "outcome", "state", "field", "unlocated")
        return any(name not in always for name in self.given)


def read(args: Mapping[str, str]) -> Sought:
    """What the address asks; what cannot be understood asks nothing and is told."""
    given = {name: value for name in FILTERS if (value := args.get(name, "").strip()[:LONGEST])}
    errors: dict[str, str] = {}
    for name in DAYS:
        if name in given and not (given[name].isascii() and given[name].isdigit() and len(given[name]) < 6):
            errors[name] = _("Escriba los días con cifras, por ejemplo 90.")
    for name in AMOUNTS:
        if name in given and _amount(given[name]) is None:
            errors[name] = _("Escriba el valor con cifras, por ejemplo 1500000.")
    day = here.today()
    if asked := args.get("day", ""):
        try:
            day = date.fromisoformat(asked)
        except ValueError:
            errors["day"] = _("Escriba el día.")
        if day > here.today():
            errors["day"], day = _("Ese día no ha llegado."), here.today()
    return Sought({name: value for name, value in given.items() if name not in errors}, errors, day)


def wanted(connection: Connection, sought: Sought) -> tuple[OnDay, Asked]:
    """The standings to ask, and all that narrows them."""
    given = sought.given
    standing = on_day(connection, here.scope(), sought.day)
    run = narrowed.latest_run(connection)
    found = narrowed.Found(run, *(given.get(name, "") for name in ("segment", "risk", "stage")))
    offered = choices(connection, here.scope(), here.today())
    also = narrowed.conditions(standing, segment_of(given), found, offered.currencies)
    asked = Asked(
        words=tuple(folded(given.get("q", "")).split()),
        bucket=given.get("bucket", ""),
        outcome=given.get("outcome", ""),
        state=given.get("state", ""),
        agent=given.get("agent", ""),
        rule=given.get("rule", ""),
        field=bool(given.get("field")),
        unlocated=bool(given.get("unlocated")),
    )
    return standing, replace(asked, also=also)


def among(connection: Connection, list_id: str) -> Select[tuple[str]] | None:
    """The accounts of a saved list today, as a query to ask within; None where no such list is his to use."""
    row = saved_lists.one(connection, list_id, here.me().id) if list_id else None
    if row is None:
        return None
    return standings.accounts_seen(*wanted(connection, read(row["asked"] | {"day": ""})))


def segment_of(given: Mapping[str, str]) -> Segment:
    """The filters in the words of a segment."""

    def one(name: str) -> tuple[str, ...]:
        return (given[name],) if name in given else ()

    return Segment(
        name="",
        dpd_from=int(given.get("dpd_from", 0)),
        dpd_to=int(given["dpd_to"]) if "dpd_to" in given else None,
        overdue_from=_amount(given.get("overdue_from", "")) or Decimal(0),
        overdue_to=_amount(given.get("overdue_to", "")),
        capital_from=_amount(given.get("capital_from", "")) or Decimal(0),
        capital_to=_amount(given.get("capital_to", "")),
        credit_types=one("credit_type"),
        zones=one("zone"),
        branches=one("branch"),
        products=one("product"),
        kinds=one("kind"),
        lenders=one("lender"),
        currency=given.get("currency", ""),
    )


def offered(connection: Connection) -> dict[str, Any]:
    """What each filter can be, as the scope has it."""
    scope, today = here.scope(), here.today()
    standing = on_day(connection, scope, today)

    def counted() -> dict[str, Any]:
        words = {
            name: [row[0] for row in standings.tallied(connection, standing, name) if row[0]]
            for name in ("product", "branch", "lender_id", "rule")
        }
        return {
            "products": words["product"],
            "branches": words["branch"],
            "rules": words["rule"],
            "lender_pairs": sorted(
                lenders.names_of(connection, words["lender_id"]).items(), key=lambda pair: pair[1]
            ),
            "credit_types": narrowed.credit_types(connection, standing),
            "agents": [(row["id"], row["name"]) for row in agents_board.agents_seen(connection, scope)],
        }

    found: dict[str, Any] = standings.remembered(connection, ("filters", scope, today), counted)
    return found


def lender_names(connection: Connection, lender_ids: set[str]) -> dict[str, str]:
    return lenders.names_of(connection, lender_ids)


def _amount(text: str) -> Decimal | None:
    """A bound as people type it: 1500000, 1.500.000 or 1500000,50."""
    plain = text.replace(" ", "").replace("$", "")
    if "," in plain:
        plain = plain.replace(".", "").replace(",", ".")
    elif plain.count(".") > 1 or (plain.count(".") == 1 and len(plain.partition(".")[2]) == 3):
        plain = plain.replace(".", "")
    try:
        amount = Decimal(plain)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and 0 <= amount < Decimal(10) ** 15 else None
