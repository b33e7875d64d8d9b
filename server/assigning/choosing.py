"""Chooses an agent for each debtor who needs one, and says why in words. Knows no rule and no store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sync.rules.policy import fold_text
from sync.words import N_, Phrase

from ..roads import MatrixProvider, Point
from ..store.agents import Agent
from ..store.assignments import Decision, Weighed
from .appointments import Appointment, clashing
from .balancing import share_out
from .burdens import Bearer, Load, Share
from .fitting import Fitting, warnings_of
from .judging import Fieldwork, assigned, unassigned

Kept = Mapping[str, Sequence[Fieldwork]]


@dataclass(frozen=True)
class Ties:
    """What binds debtors and agents: declared conflicts by agent, who has a debtor or must leave him now.

    `current` is offered the debtor first; `leaving` has been with him for as long as he may. `handed`
    is away that day, and the debtor has an appointment. `appointments` are those from the day on.
    """

    conflicts: Mapping[str, frozenset[str]] = field(default_factory=dict)
    current: Mapping[str, str] = field(default_factory=dict)
    leaving: Mapping[str, str] = field(default_factory=dict)
    handed: Mapping[str, Phrase] = field(default_factory=dict)
    appointments: Mapping[str, Sequence[Appointment]] = field(default_factory=dict)


NO_TIES = Ties()


def choose(
    works: Sequence[Fieldwork],
    agents: Sequence[Agent],
    kept: Kept,
    roads: MatrixProvider,
    ties: Ties = NO_TIES,
) -> list[Decision]:
    """A decision for each of `works`; `kept` is what each agent (by id) goes on having."""
    known = _on_roads([*works, *(work for held in kept.values() for work in held)], agents, roads)
    fitting = Fitting(agents, ties.conflicts)
    loads = [_load(work, fitting, known, ties) for work in works]
    shares = share_out(loads, [_bearer(agent, kept.get(agent.id, ()), known) for agent in agents], roads)
    shares = _unclashed(works, shares, agents, kept, ties.appointments, roads)
    carried = {agent.id: len(kept.get(agent.id, ())) for agent in agents}
    for share in shares:
        if share.bearer is not None:
            carried[agents[share.bearer].id] += 1
    return [
        _decision(work, load, share, fitting, carried, ties)
        for work, load, share in zip(works, loads, shares, strict=True)
    ]


def _unclashed(
    works: Sequence[Fieldwork],
    shares: Sequence[Share],
    agents: Sequence[Agent],
    kept: Kept,
    appointments: Mapping[str, Sequence[Appointment]],
    roads: MatrixProvider,
) -> list[Share]:
    """Nobody gets two appointments that one person cannot keep, where another can take one of them."""
    held: dict[int, list[Appointment]] = {
        column: [one for work in kept.get(agent.id, ()) for one in appointments.get(work.id, ())]
        for column, agent in enumerate(agents)
    }
    after = list(shares)
    for row, (work, share) in enumerate(zip(works, shares, strict=True)):
        mine = appointments.get(work.id, ())
        if not mine or share.bearer is None:
            continue
        others = [column for column, _ in share.ranking if column != share.bearer]
        free = [one for one in (share.bearer, *others) if clashing(mine, held[one], roads) is None]
        if free and free[0] != share.bearer:
            after[row] = replace(share, bearer=free[0], metres=None, nearest=False)
        held[free[0] if free else share.bearer] += mine
    return after


def _decision(
    work: Fieldwork,
    load: Load,
    share: Share,
    fitting: Fitting,
    carried: Mapping[str, int],
    ties: Ties,
) -> Decision:
    if share.bearer is None:
        outcomes = unassigned(work, None if load.allowed else fitting.why_nobody(work))
        return Decision(work.id, None, outcomes[0].because, outcomes)
    agents = fitting.agents
    agent = agents[share.bearer]
    because = ties.handed.get(work.id) or _why(work, load, share, agent, carried[agent.id])
    return Decision(work.id, agent.id, because, assigned(work, because), _weighed(work, share, agents))


def _weighed(work: Fieldwork, share: Share, agents: Sequence[Agent]) -> Weighed:
    """The next best agent, by how many minutes he is further, and what to beware of in the chosen one."""
    costs = dict(share.ranking)
    chosen = agents[share.bearer or 0]
    best = next((column for column, _ in share.ranking if column != share.bearer), None)
    warnings = tuple(warnings_of(work, chosen))
    if best is None:
        return Weighed(None, Phrase(N_("ningún otro gestor puede tenerlo")), warnings)
    minutes = round((costs[best] - costs.get(share.bearer or 0, costs[best])) / 60)
    text = N_("{name}, a {minutes} min más") if minutes > 0 else N_("{name}, igual de cerca o más")
    return Weighed(agents[best].id, Phrase(text, {"name": agents[best].name, "minutes": minutes}), warnings)


def _why(work: Fieldwork, load: Load, share: Share, agent: Agent, carried: int) -> Phrase:
    zone = agent.zone if share.bearer in load.same_zone else ""
    values: dict[str, str | int | float] = {"zone": zone, "load": carried, "branch": agent.branch}
    if load.point is None and place_of(work) is not None:
        return Phrase(
            N_("su dirección está fuera de la red vial: por reparto; carga de {load} deudores"), values
        )
    if load.point is None:
        if zone:
            return Phrase(N_("sin coordenadas: por la zona {zone}; carga de {load} deudores"), values)
        if agent.branch and agent.branch in _branches(work):
            return Phrase(N_("sin coordenadas: por la sucursal {branch}; carga de {load} deudores"), values)
        return Phrase(N_("sin coordenadas ni zona: por reparto; carga de {load} deudores"), values)
    if share.metres is None:
        return Phrase(N_("por reparto de la carga: {load} deudores"), values)
    values["km"] = round(share.metres / 1000, 1)
    if zone:
        return Phrase(N_("zona {zone}, a {km} km del centro del gestor; carga de {load} deudores"), values)
    if share.nearest:
        return Phrase(N_("el gestor más cercano, a {km} km de su centro; carga de {load} deudores"), values)
    return Phrase(
        N_("por equilibrio de la carga: otros más cercanos la tienen completa; a {km} km, {load} deudores"),
        values,
    )


def _on_roads(
    works: Sequence[Fieldwork], agents: Sequence[Agent], roads: MatrixProvider
) -> Mapping[Point, Point | None]:
    """Every place of debtors and agents, moved onto the roads; None for one that no road leads to."""
    places = {point for work in works if (point := place_of(work)) is not None}
    places |= {agent.home for agent in agents if agent.home is not None}
    ordered = sorted(places)
    return {place: found.point for place, found in zip(ordered, roads.snap(ordered), strict=True)}


def _load(work: Fieldwork, fitting: Fitting, known: Mapping[Point, Point | None], ties: Ties) -> Load:
    place = place_of(work)
    allowed = fitting.may_have(work, _branches(work), ties.leaving.get(work.id))
    current = ties.current.get(work.id)
    return Load(
        accounts=len(work.door.allowed),
        allowed=allowed,
        point=_known(place, known),
        same_zone=fitting.on_his_ground(place, _zones(work), allowed),
        wary=fitting.wary(work, place, allowed),
        current=None if current is None else fitting.column(current, allowed),
    )


def _known(point: Point | None, known: Mapping[Point, Point | None]) -> Point | None:
    return None if point is None else known[point]


def _bearer(agent: Agent, kept: Sequence[Fieldwork], known: Mapping[Point, Point | None]) -> Bearer:
    points = (_known(place_of(work), known) for work in kept)
    return Bearer(
        home=_known(agent.home, known),
        kept=len(kept),
        kept_accounts=sum(len(work.door.allowed) for work in kept),
        kept_points=tuple(point for point in points if point is not None),
        max_accounts=agent.max_accounts,
    )


def _branches(work: Fieldwork) -> set[str]:
    return {answer.debt.account.branch for answer in work.door.allowed} - {""}


def _zones(work: Fieldwork) -> set[str]:
    """The lender's zones of his accounts, and the district of his door."""
    named = {answer.debt.account.zone for answer in work.door.allowed}
    if work.door.address is not None:
        named.add(work.door.address.district)
    return {fold_text(name) for name in named if name}


def place_of(work: Fieldwork) -> Point | None:
    """Where he is visited; None when that is not on the map."""
    address = work.door.address
    if address is None or not work.door.located or address.lat is None or address.lon is None:
        return None
    return address.lat, address.lon
