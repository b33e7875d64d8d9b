"""What came of each promise once its last good day was over: the same for a board and an export. No SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sync.money import to_minor
from sync.records import Payment
from sync.rules.figures_reading import Ended, civil_day
from sync.rules.policy import Policy
from sync.rules.promise import deadline, standings

from ..packs import pack_of
from ..store import as_records

Rows = Sequence[Mapping[str, Any]]


def ended_before(
    told: Rows,
    paid: Sequence[Payment],
    through: Mapping[str, date],
    gone: Mapping[str, datetime],
    day: date,
    packs: Callable[[str], Policy | None] = pack_of,
    *,
    since: date = date.min,
) -> list[Ended]:
    """The promises of one account whose last good day was before `day`, each as it stood on the day after.

    `told` are all of its promises in order; `gone` are those cancelled, with when. What was paid, made or
    cancelled later changes none of them, so each has one end however late somebody looks. `since`: those
    alone whose last good day was that day or later.
    """
    policy = packs(told[0]["pack"]) if told else None
    if policy is None:
        return []
    zone = told[0]["timezone"]
    held = [as_records.promise(row) for row in told]
    over = {row["id"]: civil_day(gone[row["id"]], zone) for row in told if row["id"] in gone}
    imported = through.get(told[0]["lender_id"])
    made = []
    for row, promise in zip(told, held, strict=True):
        last = deadline(promise, policy)
        if not since <= last < day:
            continue
        after = last + timedelta(days=1)
        found = standings(held, paid, policy, after, imported, cancelled=over, zone=zone)
        if promise.id not in found:
            continue
        standing, currency = found[promise.id], promise.currency
        amounts = (to_minor(promise.amount, currency), to_minor(standing.paid, currency), currency)
        made.append(Ended(promise.id, promise.account, row["agent_id"], last, standing.state, *amounts))
    return made
