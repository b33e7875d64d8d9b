"""Which agents may have a debtor, and what to beware of when one does. Knows no load and no store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from shapely import geometry

from sync.rules.geo import haversine_m
from sync.rules.interest import next_door, shared_surname, surnames, words
from sync.rules.policy import fold_text
from sync.words import N_, Phrase

from ..roads import Point
from ..store.agents import Agent
from .judging import Fieldwork

Conflicts = Mapping[str, frozenset[str]]
Columns = frozenset[int]

# A cell of the net in which homes are looked up: wider than a next door anywhere people live.
CELL_DEGREES = 0.004
NOBODY: Columns = frozenset()


class Fitting:
    """The agents by what makes them fit, so that many debtors are asked quickly. Agents by index."""

    def __init__(self, agents: Sequence[Agent], conflicts: Conflicts) -> None:
        self.agents = agents
        self.everyone: Columns = frozenset(range(len(agents)))
        self._branches = _by(agents, lambda agent: [agent.branch] if agent.branch else [])
        self._zones = _by(agents, lambda agent: [fold_text(agent.zone)] if agent.zone else [])
        self._surnames = _by(agents, lambda agent: surnames(agent.name))
        self._speakers = _by(agents, lambda agent: agent.languages)
        self._any_language = frozenset(i for i, agent in enumerate(agents) if not agent.languages)
        self._grounds = {
            i: geometry.Polygon(agent.territory) for i, agent in enumerate(agents) if len(agent.territory) > 2
        }
        self._homes: dict[tuple[int, int], set[int]] = defaultdict(set)
        for i, agent in enumerate(agents):
            if agent.home is not None:
                self._homes[_cell(agent.home)].add(i)
        self._barred: dict[str, set[int]] = defaultdict(set)
        for i, agent in enumerate(agents):
            for debtor in conflicts.get(agent.id, ()):
                self._barred[debtor].add(i)

    def may_have(self, work: Fieldwork, branches: Iterable[str], leaving: str | None) -> Columns:
        """No conflict declared, his language spoken, of his branch where somebody is; not who must leave."""
        able = self._speaking(work) - self._barred.get(work.id, NOBODY)
        staying = frozenset(i for i in able if self.agents[i].id != leaving) if leaving else able
        able = staying or able
        theirs = frozenset().union(*(self._branches.get(branch, NOBODY) for branch in branches)) & able
        return theirs or able

    def column(self, agent_id: str, allowed: Columns) -> int | None:
        """Where the agent stands among those of `allowed`."""
        return next((i for i in allowed if self.agents[i].id == agent_id), None)

    def why_nobody(self, work: Fieldwork) -> Phrase:
        """Which of the two it is, for a debtor whom no agent may have."""
        if self._speaking(work):
            return Phrase(N_("todos los gestores que podrían tienen un conflicto de interés declarado"))
        return Phrase(
            N_("ningún gestor habla su idioma ({language})"), {"language": work.case.debtor.language}
        )

    def on_his_ground(self, point: Point | None, zones: Iterable[str], allowed: Columns) -> Columns:
        """Those of `allowed` whose zone it is, or on whose drawn ground he lives."""
        named = frozenset().union(*(self._zones.get(zone, NOBODY) for zone in zones))
        drawn = (
            NOBODY
            if point is None
            else frozenset(i for i, ground in self._grounds.items() if ground.covers(geometry.Point(point)))
        )
        return (named | drawn) & allowed

    def wary(self, work: Fieldwork, point: Point | None, allowed: Columns) -> Columns:
        """Those of `allowed` who may be too close to him; see `warnings_of`."""
        names = set(words(work.case.debtor.name))
        kin = frozenset().union(*(self._surnames.get(name, NOBODY) for name in names))
        near = NOBODY if point is None else frozenset(i for i in self._around(point))
        return frozenset(i for i in (kin | near) & allowed if warnings_of(work, self.agents[i]))

    def _speaking(self, work: Fieldwork) -> Columns:
        if len(self._any_language) == len(self.agents):
            return self.everyone
        return self._any_language | self._speakers.get(work.case.debtor.language, NOBODY)

    def _around(self, point: Point) -> Iterable[int]:
        row, column = _cell(point)
        for lat in (row - 1, row, row + 1):
            for lon in (column - 1, column, column + 1):
                yield from self._homes.get((lat, lon), ())


def warnings_of(work: Fieldwork, agent: Agent) -> list[Phrase]:
    """What a coordinator should look at before this agent visits this debtor."""
    found = []
    surname = shared_surname(agent.name, work.case.debtor.name)
    if surname:
        text = N_("posible parentesco: el gestor y el deudor comparten el apellido {surname}")
        found.append(Phrase(text, {"surname": surname.capitalize()}))
    address = work.door.address
    if address is None or agent.home is None or not work.door.located:
        return found
    if address.lat is None or address.lon is None:
        return found
    metres = haversine_m(*agent.home, address.lat, address.lon)
    if next_door(metres):
        text = N_("posible vecino: su puerta está a {metres} m de la casa del gestor")
        found.append(Phrase(text, {"metres": round(metres)}))
    return found


def _by(agents: Sequence[Agent], names: Callable[[Agent], Iterable[str]]) -> dict[str, Columns]:
    found: dict[str, set[int]] = defaultdict(set)
    for i, agent in enumerate(agents):
        for name in names(agent):
            found[name].add(i)
    return {name: frozenset(columns) for name, columns in found.items()}


def _cell(point: Point) -> tuple[int, int]:
    return int(point[0] // CELL_DEGREES), int(point[1] // CELL_DEGREES)
