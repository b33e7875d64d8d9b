"""Whether a person may give a debtor to an agent, by which rule not, and what to look at before.

What an assignment never does, a hand may not do either; what it only avoids is a warning. Knows no draft.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection

from sync.rules.geo import haversine_m
from sync.rules.interest import next_door, shared_surname
from sync.rules.policy import fold_text
from sync.words import N_, Phrase

from ..roads import MatrixProvider
from ..store import agent_conflicts, agent_days, assignments, encounters, seats
from ..store.agents import Agent
from ..store.assignments import Assignment
from .appointments import Appointment, agreed, clashing
from .choosing import place_of
from .judging import Fieldwork, barred, why_barred

# Who has been visited by the same person for so long notices when another one comes.
KNOWN_DAYS = 30


@dataclass(frozen=True)
class Refusal:
    """Why a debtor does not go to the agent, and by which rule; `source` is the law's, where it is law."""

    rule: str
    because: Phrase
    source: str = ""


@dataclass
class Checker:
    """What bears on giving these debtors to one agent on a day."""

    agent: Agent
    day: date
    roads: MatrixProvider
    away: Phrase | None = None
    conflicts: frozenset[str] = frozenset()
    branches: frozenset[str] = frozenset()  # those that some active agent has
    held: Mapping[str, Assignment] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)  # of agents, by id
    stays: Mapping[str, int] = field(default_factory=dict)
    published: Mapping[str, date] = field(default_factory=dict)
    appointments: Mapping[str, list[Appointment]] = field(default_factory=dict)
    busy: list[Appointment] = field(default_factory=list)  # the agent's own

    def refusal(self, work: Fieldwork | None, debtor: str) -> Refusal | None:
        """The first rule against it; None where there is none."""
        if self.away is not None:
            return Refusal("assign.absent", self.away)
        if work is None:
            return Refusal("assign.nothing_owed", Phrase(N_("no debe nada vencido")))
        row = self.held.get(debtor)
        if row is not None and row.agent is not None:
            if not work.may_stay:
                return _of_policy(work)
        elif not work.in_field:
            return Refusal("assign.not_late", Phrase(N_("su mora todavía no es de campo")))
        elif not work.goes:
            return _of_policy(work)
        return self._unfit(work, debtor)

    def _unfit(self, work: Fieldwork, debtor: str) -> Refusal | None:
        agent, language = self.agent, work.case.debtor.language
        if debtor in self.conflicts:
            text = N_("{name} tiene un conflicto de interés declarado con él")
            return Refusal("assign.conflict", Phrase(text, {"name": agent.name}))
        if agent.languages and language not in agent.languages:
            text = N_("{name} no habla su idioma ({language})")
            return Refusal("assign.language", Phrase(text, {"name": agent.name, "language": language}))
        theirs = {answer.debt.account.branch for answer in work.door.allowed} - {""}
        if agent.branch and theirs and agent.branch not in theirs and theirs & self.branches:
            text = N_("es de la sucursal {branch}, y {name} es de {other}")
            values = {"branch": sorted(theirs)[0], "name": agent.name, "other": agent.branch}
            return Refusal("assign.branch", Phrase(text, values))
        clash = clashing(self.appointments.get(debtor, ()), self.busy, self.roads)
        if clash is not None:
            text = N_("su cita choca con otra de {name}, el {day} a las {clock}")
            values = {"name": agent.name, "day": clash.day.isoformat(), "clock": f"{clash.since:%H:%M}"}
            return Refusal("assign.clash", Phrase(text, values))
        return None

    def take(self, debtor: str) -> None:
        """The debtor is given: his appointments are the agent's from here on."""
        self.busy += self.appointments.get(debtor, [])

    def warnings(self, work: Fieldwork, debtor: str) -> list[Phrase]:
        return [*self._of_time(debtor), *self._of_people(work)]

    def _of_time(self, debtor: str) -> list[Phrase]:
        found = []
        row = self.held.get(debtor)
        if row is not None and row.agent is not None and row.agent != self.agent.id:
            days = (self.day - row.since).days
            if days >= KNOWN_DAYS:
                text = N_("rompe la continuidad: lleva {days} días con {name}")
                found.append(Phrase(text, {"days": days, "name": self.names.get(row.agent, "")}))
        longest, stayed = self.agent.longest_stay_days, self.stays.get(debtor, 0)
        if longest is not None and stayed >= longest:
            text = N_("{name} ya lo tuvo {days} días; lo más que puede son {longest}")
            found.append(Phrase(text, {"name": self.agent.name, "days": stayed, "longest": longest}))
        if debtor in self.published:
            text = N_("su visita del {day} ya está publicada: replanifique y publique ese día")
            found.append(Phrase(text, {"day": self.published[debtor].isoformat()}))
        for one in self.appointments.get(debtor, [])[:1]:
            text = N_("tiene cita el {day} a las {clock}: la cumple el nuevo gestor")
            found.append(Phrase(text, {"day": one.day.isoformat(), "clock": f"{one.since:%H:%M}"}))
        return found

    def _of_people(self, work: Fieldwork) -> list[Phrase]:
        """Without the debtor's own words: what a draft keeps of him outlives him."""
        found = []
        zones = {answer.debt.account.zone for answer in work.door.allowed} - {""}
        mine = self.agent.zone
        if mine and zones and fold_text(mine) not in {fold_text(zone) for zone in zones}:
            found.append(
                Phrase(
                    N_("es de la zona {zone}, y el gestor de {other}"), {"zone": min(zones), "other": mine}
                )
            )
        if shared_surname(self.agent.name, work.case.debtor.name):
            found.append(Phrase(N_("posible parentesco: el gestor y el deudor comparten apellido")))
        place, home = place_of(work), self.agent.home
        if place is not None and home is not None:
            metres = haversine_m(*home, *place)
            if next_door(metres):
                text = N_("posible vecino: su puerta está a {metres} m de la casa del gestor")
                found.append(Phrase(text, {"metres": round(metres)}))
        return found


def checker(
    connection: Connection,
    agent: Agent,
    works: Mapping[str, Fieldwork],
    held: Mapping[str, Assignment],
    *,
    day: date,
    roads: MatrixProvider,
    everybody: Sequence[Agent],
) -> Checker:
    """Everything that the checks of one agent and these debtors ask for, read once."""
    reserved = seats.reserved(connection, list(works), day, but=((), ()))
    mine = [debtor for debtor in assignments.holders(connection, [agent.id]) if debtor not in works]
    return Checker(
        agent=agent,
        day=day,
        roads=roads,
        away=_away(connection, agent, day),
        conflicts=agent_conflicts.standing(connection).get(agent.id, frozenset()),
        branches=frozenset(one.branch for one in everybody if one.branch),
        held=held,
        names={one.id: one.name for one in everybody},
        stays=assignments.stays(connection, agent.id, list(works), day),
        published={
            debtor: min(one.happened.start.astimezone(agent.where).date() for one in contacts)
            for debtor, contacts in reserved.items()
        },
        appointments=_appointments(connection, works, day),
        busy=_busy(connection, mine, day),
    )


def _appointments(
    connection: Connection, works: Mapping[str, Fieldwork], day: date
) -> dict[str, list[Appointment]]:
    promised = encounters.promises_of(connection, list(works))
    return {
        debtor: found
        for debtor, promises in promised.items()
        if (
            found := agreed(
                debtor, promises, day, place_of(works[debtor]), works[debtor].door.service_s("appointment")
            )
        )
    }


def _busy(connection: Connection, debtors: Collection[str], day: date) -> list[Appointment]:
    """The agent's appointments. Where they are is left aside: two at one hour clash wherever they are."""
    promised = encounters.promises_of(connection, debtors)
    return [one for debtor, promises in promised.items() for one in agreed(debtor, promises, day, None)]


def _away(connection: Connection, agent: Agent, day: date) -> Phrase | None:
    if not agent.active:
        return Phrase(N_("{name} ya no trabaja"), {"name": agent.name})
    mine = [one for one in agent_days.between(connection, day, day) if one.agent == agent.id]
    if mine and mine[-1].away:
        text = N_("{name} está ausente hasta el {day}")
        return Phrase(text, {"name": agent.name, "day": mine[-1].last.isoformat()})
    return None


def _of_policy(work: Fieldwork) -> Refusal:
    first = barred(work)[0]
    return Refusal(first.rule or "assign.barred", why_barred(work), first.source)
