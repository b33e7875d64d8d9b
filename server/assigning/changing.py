"""Proposes an assignment as a change set, and takes it whole or in part. Shares nothing out itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine

from sync.records import Refused
from sync.words import N_, Phrase

from ..doors import Packs
from ..packs import at_office, pack_of
from ..roads import Roads
from ..roads.picking import NO_ROADS, said_of
from ..store import assignments, change_sets, facts
from ..store.assignments import Decision, Outcome, weighed_of
from ..store.change_sets import OPEN, REJECTED, TAKEN, ChangeSet
from ..store.engine import writing
from ..store.said import phrase_of
from .deciding import Decided, Progress, decide
from .keeping import save
from .remote import barred_now, share_out


@dataclass(frozen=True)
class Proposed:
    """A change set as it was kept, with what it would change in figures."""

    id: str
    figures: Mapping[str, Any]
    changes: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Taken:
    """How many changes were taken, left by choice, and left because the debtor was assigned meanwhile."""

    taken: int
    left: int
    overtaken: tuple[str, ...]


def propose(
    engine: Engine,
    *,
    as_of: date,
    actor: str,
    now: datetime,
    rebalance: bool = False,
    roads: Roads | None = None,
    packs: Packs = pack_of,
    progress: Progress | None = None,
) -> Proposed | Refused:
    """Decide an assignment and keep it as a proposal; nothing changes until it is taken."""
    try:
        with writing(engine) as connection:
            found = decide(
                connection, as_of=as_of, now=now, rebalance=rebalance, roads=roads, packs=packs, say=progress
            )
            if isinstance(found, Refused):
                return found
            changes = _changes(found)
            set_id = change_sets.add(connection, as_of, changes, actor=actor, now=now)
            return Proposed(set_id, found.report.to_json(), tuple(changes))
    except NO_ROADS as wrong:
        return Refused(said_of(wrong), "assign.no_roads")


def take(
    engine: Engine, set_id: str, *, only: Collection[str] | None = None, actor: str, now: datetime
) -> Taken | Refused:
    """Take a proposal, whole or for the debtors of `only`. Who was assigned meanwhile is left as he is."""
    with writing(engine) as connection:
        proposed = _open(connection, set_id)
        if isinstance(proposed, Refused):
            return proposed
        held = assignments.every_open(connection)
        rows = {debtor: row.id for debtor, row in held.items()}
        wanted = [one for one in proposed.changes if only is None or one["debtor"] in only]
        live = [one for one in wanted if rows.get(one["debtor"]) == one["replaces"]]
        save(
            connection,
            [_decision(one) for one in live if not one["closes"]],
            [one["debtor"] for one in live if one["closes"]],
            held,
            proposed.as_of,
            actor,
            now,
        )
        change_sets.decide(connection, set_id, TAKEN, actor=actor, now=now)
        overtaken = tuple(one["debtor"] for one in wanted if one not in live)
        share_out(
            connection,
            barred_now(connection, proposed.as_of, now, at_office(connection)),
            as_of=proposed.as_of,
            now=now,
            actor=actor,
            write=True,
            field_agents={debtor: row.agent for debtor, row in assignments.every_open(connection).items()},
        )
        done = Taken(len(live), len(proposed.changes) - len(wanted), overtaken)
        _remember(connection, "assignment.taken", proposed, actor, now, taken=done.taken, left=done.left)
    return done


def reject(engine: Engine, set_id: str, *, actor: str, now: datetime) -> Refused | None:
    """Put a proposal away; nothing of it is taken."""
    with writing(engine) as connection:
        proposed = _open(connection, set_id)
        if isinstance(proposed, Refused):
            return proposed
        change_sets.decide(connection, set_id, REJECTED, actor=actor, now=now)
        _remember(connection, "assignment.rejected", proposed, actor, now)
    return None


def _open(connection: Connection, set_id: str) -> ChangeSet | Refused:
    proposed = change_sets.by_id(connection, set_id)
    if proposed is None:
        return Refused(Phrase(N_("No hay una propuesta con esa clave")), "assign.unknown_set")
    if proposed.state != OPEN:
        return Refused(Phrase(N_("Esa propuesta ya se decidió: haga otra")), "assign.decided_set")
    return proposed


def _remember(
    connection: Connection, kind: str, proposed: ChangeSet, actor: str, now: datetime, **payload: Any
) -> None:
    facts.append(
        connection, kind, as_of=proposed.as_of, now=now, actor=actor, subject=proposed.id, payload=payload
    )


def _changes(found: Decided) -> list[dict[str, Any]]:
    """One mapping per debtor; `replaces` is the row it stands on, so that a later decision is noticed."""
    changes = []
    for one in found.changed:
        row = found.held.get(one.debtor)
        changes.append(
            {
                "debtor": one.debtor,
                "closes": False,
                "replaces": row.id if row else None,
                "from": row.agent if row else None,
                "to": one.agent,
                "because": one.because.to_json(),
                "weighed": one.weighed.to_json() if one.weighed else None,
                "outcomes": [
                    {**vars(outcome), "because": outcome.because.to_json()} for outcome in one.outcomes
                ],
            }
        )
    for debtor in found.closed:
        row = found.held[debtor]
        changes.append({"debtor": debtor, "closes": True, "replaces": row.id, "from": row.agent, "to": None})
    return changes


def _decision(change: Mapping[str, Any]) -> Decision:
    return Decision(
        change["debtor"],
        change["to"],
        phrase_of(change["because"]),
        tuple(Outcome(**{**one, "because": phrase_of(one["because"])}) for one in change["outcomes"]),
        weighed_of(change["weighed"]),
    )
