"""The rows of a list as people read them: with their reason, and whether the contact may be made now.

What the law forbids now is shown with the next moment it allows, never hidden: a row that is not there looks
like a row that is done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection

from sync.money import from_minor
from sync.records import Ruling
from sync.rules.ladder import Next
from sync.rules.policy import zone_of
from sync.rules.score import Score
from sync.rules.strategy import Strategy
from sync.words import N_, Phrase

from ..consulting import Question, answered
from ..packs import Packs, pack_of
from ..store.known_debtors import Asked
from ..store.standings import remembered
from . import grounds, using
from .appraising import Appraised, Ground


@dataclass(frozen=True)
class Permission:
    """allow, warn or block, the ruling that decides, and when the contact may be made (None: never)."""

    decision: str
    ruling: Ruling
    next_allowed: datetime | None


@dataclass(frozen=True)
class Shown:
    """A row with everything its page says of it."""

    row: Mapping[str, Any]
    next: Next
    because: Phrase
    score: Score | None
    due: date | None
    permission: Permission | None


def shown(
    connection: Connection,
    run: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    *,
    listed: str = "",
    channel: str = "",
    now: datetime,
    packs: Packs = pack_of,
) -> list[Shown]:
    """These rows of a run. The reasons are worked out again from what was known at the run's moment."""
    appraised = _appraised(connection, run, {str(row["debtor_id"]) for row in rows}, packs)
    allowed = permissions(connection, rows, channel, now=now, packs=packs) if channel else {}
    found = []
    for row in rows:
        one = appraised.get(str(row["account_id"]))
        if one is None:
            continue
        place = next((place for place in one.places if place.name == listed), None)
        found.append(
            Shown(
                row,
                one.next,
                place.because if place is not None else one.next.because,
                one.score,
                place.due if place is not None else one.next.due,
                allowed.get(str(row["account_id"])),
            )
        )
    return found


COLUMNS = (
    "lender",
    "account",
    "debtor",
    "days_past_due",
    "overdue",
    "currency",
    "segment",
    "risk",
    "stage",
    "next_action",
    "since",
    "why",
    "value",
    "pays_of_100",
    "allowed",
    "rule",
    "next_allowed",
)


def cells(one: Shown, said: Callable[[str], str] = str) -> dict[str, Any]:
    """A row as a file holds it, by COLUMNS: what is on the screen, no more."""
    row, permission = one.row, one.permission
    when = permission.next_allowed if permission is not None else None
    where = zone_of(str(row["timezone"])) or UTC
    return {
        "lender": row["lender"],
        "account": row["number"],
        "debtor": row["debtor_name"],
        "days_past_due": row["dpd"],
        "overdue": f"{from_minor(row['overdue_minor'], row['currency']):f}",
        "currency": row["currency"],
        "segment": row["segment"],
        "risk": row["risk"],
        "stage": row["stage"],
        "next_action": row["action"],
        "since": one.due.isoformat() if one.due else "",
        "why": one.because.said(said),
        "value": row["value"],
        "pays_of_100": row["pays"],
        "allowed": permission.decision if permission is not None else "",
        "rule": permission.ruling.rule if permission is not None and permission.decision != "allow" else "",
        "next_allowed": when.astimezone(where).isoformat(timespec="minutes") if when else "",
    }


def permissions(
    connection: Connection,
    rows: Sequence[Mapping[str, Any]],
    channel: str,
    *,
    now: datetime,
    packs: Packs = pack_of,
) -> dict[str, Permission]:
    """By account, whether it may be contacted now by this channel."""
    owners = {str(row["account_id"]): str(row["debtor_id"]) for row in rows}
    said = answered(connection, owners, Question(now, channel), now=now, packs=packs)
    return {
        one.account.id: Permission(one.said.verdict.decision, one.said.ruling, one.said.next_allowed)
        for one in said
    }


def strategy_of(connection: Connection, run: Mapping[str, Any]) -> Strategy:
    """The very version by which a run was made; the one in force where it is not known any more."""
    return using.version(connection, str(run["version"])) or using.in_force(connection)


def _appraised(
    connection: Connection, run: Mapping[str, Any], debtors: set[str], packs: Packs
) -> dict[str, Appraised]:
    asked = Asked(run["as_of"], run["made_at"])
    standing = _ground(connection, asked, run, packs)
    found = grounds.some(connection, asked, standing, debtors)
    return {one.account: one for _, each in found.values() for one in each}


def _ground(connection: Connection, asked: Asked, run: Mapping[str, Any], packs: Packs) -> Ground:
    """As the run stood; its usual amounts are kept with it, so that no page goes through the portfolio."""
    usual = run["counts"].get("usual", {})
    reach = grounds.reach_of(run["counts"].get("reach")) or remembered(
        connection, ("reach", run["id"]), lambda: grounds.reach(connection, asked)
    )
    strategy = strategy_of(connection, run)
    return grounds.ground(connection, asked, strategy=strategy, packs=packs, usual=usual, reach_known=reach)


WORDS = {
    "allow": N_("Se puede ahora"),
    "warn": N_("Se puede, con cuidado"),
    "block": N_("Ahora no se puede"),
}
