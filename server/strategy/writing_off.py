"""Proposes to write debts off, with what going on would bring and cost; a person decides. Closes nothing.

The lender closes an account, not the office: accepting takes it off the worklists and says so in a fact.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Engine

from sync.ids import new_id
from sync.records import Refused
from sync.rules import writeoff
from sync.rules.strategy import Strategy
from sync.words import N_, Phrase

from ..packs import Packs, pack_of
from ..store import facts
from ..store import writeoffs as store
from ..store.engine import reading, writing
from ..store.scopes import Scope
from . import grounds
from .appraising import Appraised

ACCEPT, REJECT = "accepted", "rejected"


@dataclass(frozen=True)
class Proposed:
    """What one look at the portfolio proposed: new ones, those reckoned again, those it takes back."""

    as_of: date
    strategy: str
    looked_at: int
    fresh: int
    again: int
    withdrawn: int
    no_costs: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {**vars(self), "as_of": self.as_of.isoformat(), "no_costs": list(self.no_costs)}


def reckon(one: Appraised, strategy: Strategy) -> writeoff.Reckoned | None:
    """Cost and benefit of going on with an account; None where it is too early or nothing says the costs."""
    if one.score is None or not one.facts.open or one.facts.stops:
        return None
    return writeoff.reckon(
        strategy.writeoff,
        dpd=one.dpd,
        total_minor=one.total_minor,
        currency=one.currency,
        pays=one.pays,
        reach=one.score.reach,
    )


def propose(engine: Engine, day: date, *, now: datetime, actor: str, packs: Packs = pack_of) -> Proposed:
    """Look at every account and keep a proposal for each of which going on costs more than it brings.

    One that was rejected is not proposed again by the same version of the strategy.
    """
    asked = grounds.asked_of(day, now)
    rows: list[dict[str, Any]] = []
    looked, lacking = 0, set()
    with reading(engine) as connection:
        standing = grounds.ground(connection, asked, packs=packs)
        strategy = standing.strategy
        for one in _accounts(grounds.everybody(connection, asked, standing)):
            if one.dpd >= strategy.writeoff.from_dpd and one.currency not in strategy.writeoff.costs:
                lacking.add(one.currency)
            found = reckon(one, strategy)
            looked += found is not None
            if found is not None and not found.worth_it:
                rows.append(_row(one, found, strategy, day, actor, now))
        known = store.decided(connection, [str(row["account_id"]) for row in rows])
        waiting = store.waiting(connection)
    fresh, again = _told_apart(rows, known, waiting, strategy.version)
    gone = set(waiting) - {str(row["account_id"]) for row in rows}
    made = Proposed(day, strategy.label, looked, len(fresh), len(again), len(gone), tuple(sorted(lacking)))
    with writing(engine) as connection:
        store.add(connection, fresh)
        for proposal, row in again:
            store.replace(connection, proposal, {**row, "id": proposal})
        for account in sorted(gone):
            why = "reckoned again: going on is worth it, or the debt changed"
            store.put(connection, waiting[account], "withdrawn", why=why, actor=actor, now=now)
        facts.append(
            connection,
            "writeoffs.proposed",
            as_of=day,
            now=now,
            actor=actor,
            subject=strategy.name,
            payload=made.to_json(),
        )
    return made


def decide(
    engine: Engine, scope: Scope, proposal_id: str, *, accept: bool, why: str, actor: str, now: datetime
) -> str | Refused:
    """A person's word on a proposal, with its reason, given once. LookupError outside the scope.

    Answers with the debtor's id.
    """
    if not why.strip():
        return Refused(Phrase(N_("Escriba por qué: lo leerá quien revise esto después.")), "writeoff.reason")
    with writing(engine) as connection:
        held = store.one(connection, scope, proposal_id)
        if held is None:
            raise LookupError(proposal_id)
        state = ACCEPT if accept else REJECT
        if not store.put(connection, proposal_id, state, why=why.strip(), actor=actor, now=now):
            return Refused(Phrase(N_("Ya se había decidido sobre esta propuesta.")), "writeoff.decided")
        facts.append(
            connection,
            f"writeoff.{state}",
            as_of=now.date(),
            now=now,
            actor=actor,
            subject=str(held["debtor_id"]),
            payload={
                "account": held["account_id"],
                "proposal": proposal_id,
                "why": why.strip(),
                "net_minor": held["net_minor"],
                "currency": held["currency"],
                "version": held["version"],
            },
        )
    return str(held["debtor_id"])


def _accounts(found: Iterable[tuple[Any, list[Appraised]]]) -> Iterator[Appraised]:
    for _, each in found:
        yield from each


def _told_apart(
    rows: list[dict[str, Any]],
    known: dict[str, dict[str, Any]],
    waiting: dict[str, str],
    version: str,
) -> tuple[list[dict[str, Any]], list[tuple[str, dict[str, Any]]]]:
    """New proposals, and those that wait already and get these figures."""
    fresh, again = [], []
    for row in rows:
        account = str(row["account_id"])
        if account in waiting:
            again.append((waiting[account], row))
            continue
        last = known.get(account)
        refused = last is not None and last["state"] in (REJECT, ACCEPT) and last["version"] == version
        if not refused:
            fresh.append(row)
    return fresh, again


def _row(
    one: Appraised, found: writeoff.Reckoned, strategy: Strategy, day: date, actor: str, now: datetime
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "account_id": one.account,
        "debtor_id": one.debtor,
        "as_of": day,
        "strategy": strategy.name,
        "version": strategy.version,
        "currency": one.currency,
        "dpd": one.dpd,
        "total_minor": one.total_minor,
        "net_minor": found.net_minor,
        "lines": [
            {"minor": line.minor, "because": json.loads(line.because.to_json())} for line in found.lines
        ],
        "state": "open",
        "made_at": now,
        "actor": actor,
    }
