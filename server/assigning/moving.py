"""Moves debtors by hand within a draft: their effect before they are made, undone and done again.

Nothing here reaches a laptop: `changing.take` does that. Knows no page.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine

from sync.records import Refused
from sync.words import N_, Phrase

from ..doors import Packs
from ..packs import at_office, pack_of
from ..roads import Roads
from ..roads.picking import without_roads
from ..store import agents as workforce
from ..store import assignments, change_rows, change_sets
from ..store.agents import Agent
from ..store.change_rows import Row
from ..store.change_sets import ChangeSet
from ..store.engine import reading, writing
from ..store.scopes import Scope
from .checking import Checker, Refusal, checker
from .deciding import ways
from .drafting import found_open, measure, moved_loads, outcomes_of
from .judging import Fieldwork
from .weighing import weight, works_of

# More debtors at once than a person has looked at.
MOST = 2000


@dataclass(frozen=True)
class Asked:
    """Give these debtors to an agent in a draft, and why. What is not in `scope` does not exist."""

    set_id: str
    debtors: tuple[str, ...]
    agent: str
    why: str = ""
    scope: Scope = field(default_factory=Scope.everything)


@dataclass
class Effect:
    """What a move would do: rows by debtor (None: as before the draft), loads before and after, refusals."""

    agent: Agent
    rows: dict[str, Row | None] = field(default_factory=dict)
    was: dict[str, Row | None] = field(default_factory=dict)
    refused: dict[str, Refusal] = field(default_factory=dict)
    already: int = 0
    before: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    after: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def warned(self) -> list[tuple[str, str | Mapping[str, object]]]:
        """(debtor, warning) of what would move."""
        return [(debtor, said) for debtor, row in self.rows.items() if row for said in row["warnings"]]


@without_roads("assign.no_roads")
def look(
    engine: Engine,
    asked: Asked,
    *,
    actor: str,
    now: datetime,
    roads: Roads | None = None,
    packs: Packs = pack_of,
) -> Effect | Refused:
    """What the move would do; writes nothing."""
    with reading(engine) as connection:
        return _effect(connection, asked, actor=actor, now=now, roads=roads, packs=packs)


@without_roads("assign.no_roads")
def move(
    engine: Engine,
    asked: Asked,
    *,
    actor: str,
    now: datetime,
    roads: Roads | None = None,
    packs: Packs = pack_of,
) -> Effect | Refused:
    """Make the move in the draft; those refused stay where they were."""
    if not asked.why.strip():
        return Refused(Phrase(N_("Escriba por qué los mueve: queda en la historia")), "assign.no_reason")
    with writing(engine) as connection:
        change_sets.by_id(connection, asked.set_id, lock=True)
        found = _effect(connection, asked, actor=actor, now=now, roads=roads, packs=packs)
        if isinstance(found, Effect) and found.rows:
            _put(connection, asked.set_id, found.rows, found.after)
            change_rows.add_move(
                connection,
                asked.set_id,
                to_agent=asked.agent,
                why=asked.why.strip(),
                before=found.was,
                after=found.rows,
                actor=actor,
                now=now,
            )
        return found


def undo(engine: Engine, set_id: str) -> Refused | None:
    """Take the last move back: every row and load is again what it was."""
    return _again(engine, set_id, undone=True)


def redo(engine: Engine, set_id: str) -> Refused | None:
    """Do the first move that was taken back again."""
    return _again(engine, set_id, undone=False)


def _again(engine: Engine, set_id: str, *, undone: bool) -> Refused | None:
    with writing(engine) as connection:
        draft = found_open(connection, set_id)
        if isinstance(draft, Refused):
            return draft
        told = [one for one in change_rows.moves(connection, set_id) if one.undone is not undone]
        if not told:
            nothing = N_("No hay nada que deshacer") if undone else N_("No hay nada que rehacer")
            return Refused(Phrase(nothing), "assign.nothing_to_undo")
        chosen = change_rows.move(connection, (told[-1] if undone else told[0]).id)
        here, there = (chosen.after, chosen.before) if undone else (chosen.before, chosen.after)
        loads = moved_loads(connection, set_id, here, there)
        _put(connection, set_id, there, {agent: load for agent, (_, load) in loads.items()})
        change_rows.set_undone(connection, chosen.id, undone)
    return None


def _put(
    connection: Connection,
    set_id: str,
    rows: Mapping[str, Row | None],
    after: Mapping[str, Mapping[str, Any]],
) -> None:
    change_rows.put(connection, set_id, rows)
    change_rows.set_loads(connection, set_id, after)


def _effect(
    connection: Connection, asked: Asked, *, actor: str, now: datetime, roads: Roads | None, packs: Packs
) -> Effect | Refused:
    draft = found_open(connection, asked.set_id)
    if isinstance(draft, Refused):
        return draft
    agent = workforce.one_of(connection, asked.agent, asked.scope.agents())
    if agent is None:
        return Refused(Phrase(N_("Elija el gestor que los recibe")), "assign.unknown_agent")
    if not asked.debtors:
        return Refused(Phrase(N_("Elija al menos un deudor")), "assign.nobody_chosen")
    if len(asked.debtors) > MOST:
        text = N_("Son {count} deudores: mueva a lo sumo {most} de una vez")
        return Refused(Phrase(text, {"count": len(asked.debtors), "most": MOST}), "assign.too_many")
    mover = _Mover(connection, draft, agent, roads, actor, asked.why)
    return mover.effect(asked.debtors, now, at_office(connection, packs))


class _Mover:
    """One move of one draft, worked out."""

    def __init__(
        self,
        connection: Connection,
        draft: ChangeSet,
        agent: Agent,
        roads: Roads | None,
        actor: str,
        why: str,
    ) -> None:
        self.connection, self.draft, self.agent = connection, draft, agent
        self.everybody = workforce.all_active(connection)
        self.roads = ways(roads, self.everybody)
        self.because = Phrase(N_("movido a mano por {actor}: {why}"), {"actor": actor, "why": why.strip()})
        self.found = Effect(agent)

    def effect(self, debtors: Collection[str], now: datetime, packs: Packs) -> Effect:
        day = self.draft.as_of
        held = assignments.of_debtors(self.connection, debtors)
        rows = change_rows.of(self.connection, self.draft.id, debtors)
        wanted = []
        for debtor in dict.fromkeys(debtors):
            owner = rows[debtor]["to_agent"] if debtor in rows else getattr(held.get(debtor), "agent", None)
            if owner == self.agent.id:
                self.found.already += 1
            else:
                wanted.append(debtor)
        works = works_of(self.connection, wanted, as_of=day, now=now, packs=packs)
        checks = checker(
            self.connection, self.agent, works, held, day=day, roads=self.roads, everybody=self.everybody
        )
        for debtor in wanted:
            self._judge(debtor, works.get(debtor), checks, rows.get(debtor))
        self._measure(works)
        self._keep_room()
        loads = moved_loads(self.connection, self.draft.id, self.found.was, self.found.rows)
        self.found.before = {agent: load for agent, (load, _) in loads.items()}
        self.found.after = {agent: load for agent, (_, load) in loads.items()}
        return self.found

    def _judge(self, debtor: str, work: Fieldwork | None, checks: Checker, row: Row | None) -> None:
        had = checks.held.get(debtor)
        back = had is not None and had.agent == self.agent.id  # where he is anyhow: only the row goes
        refusal = checks.refusal(work, debtor)
        if refusal is not None and not (back and refusal.rule == "assign.absent"):
            self.found.refused[debtor] = refusal
            return
        if work is None:
            return
        checks.take(debtor)
        self.found.was[debtor] = row
        self.found.rows[debtor] = (
            None
            if back
            else change_rows.row(
                self.draft.id,
                debtor,
                from_agent=had.agent if had is not None else None,
                to_agent=self.agent.id,
                replaces=had.id if had is not None else None,
                because=self.because.to_json(),
                outcomes=outcomes_of(work, self.because),
                by_hand=True,
                warnings=[said.to_json() for said in checks.warnings(work, debtor)],
                measure=weight(work),
            )
        )

    def _measure(self, works: Mapping[str, Fieldwork]) -> None:
        """Travel on both sides, one table for each agent concerned."""
        moving = {debtor: row for debtor, row in self.found.rows.items() if row is not None}
        measure(self.connection, self.draft.id, moving, works, self.roads)

    def _keep_room(self) -> None:
        """Those beyond the agent's most accounts are refused, the last ones first."""
        most = self.agent.max_accounts
        if most is None:
            return
        mine = change_rows.loads(self.connection, self.draft.id, [self.agent.id]).get(self.agent.id)
        held = int(mine.after["accounts"]) if mine is not None else 0
        for debtor, row in list(self.found.rows.items()):
            accounts = 0 if row is None else int(row["measure"]["accounts"])
            if held + accounts > most:
                text = N_("{name} no tiene cupo: lleva {held} de {most} cuentas")
                said = Phrase(text, {"name": self.agent.name, "held": held, "most": most})
                self.found.refused[debtor] = Refusal("assign.room", said)
                del self.found.rows[debtor], self.found.was[debtor]
            else:
                held += accounts
