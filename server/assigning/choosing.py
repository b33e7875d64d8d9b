"""Chooses an agent for each debtor who needs one, and says why in words. Knows no rule and no store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sync.rules.policy import fold_text
from sync.words import N_, Phrase

from ..roads import MatrixProvider, Point
from ..store.agents import Agent
from ..store.assignments import Decision
from .balancing import Bearer, Load, Share, share_out
from .judging import Fieldwork, assigned, unassigned

Kept = Mapping[str, Sequence[Fieldwork]]


def choose(
    works: Sequence[Fieldwork], agents: Sequence[Agent], kept: Kept, roads: MatrixProvider
) -> list[Decision]:
    """A decision for each of `works`; `kept` is what each agent (by id) goes on having."""
    known = _on_roads([*works, *(work for held in kept.values() for work in held)], agents, roads)
    loads = [_load(work, agents, known) for work in works]
    shares = share_out(loads, [_bearer(agent, kept.get(agent.id, ()), known) for agent in agents], roads)
    carried = {agent.id: len(kept.get(agent.id, ())) for agent in agents}
    for share in shares:
        if share.bearer is not None:
            carried[agents[share.bearer].id] += 1
    return [
        _decision(work, load, share, agents, carried)
        for work, load, share in zip(works, loads, shares, strict=True)
    ]


def _decision(
    work: Fieldwork, load: Load, share: Share, agents: Sequence[Agent], carried: Mapping[str, int]
) -> Decision:
    debtor = work.case.debtor.id
    if share.bearer is None:
        outcomes = unassigned(work)
        return Decision(debtor, None, outcomes[0].because, outcomes)
    agent = agents[share.bearer]
    because = _why(work, load, share, agent, carried[agent.id])
    return Decision(debtor, agent.id, because, assigned(work, because))


def _why(work: Fieldwork, load: Load, share: Share, agent: Agent, carried: int) -> Phrase:
    zone = agent.zone if share.bearer in load.same_zone else ""
    values: dict[str, str | int | float] = {"zone": zone, "load": carried, "branch": agent.branch}
    if load.point is None and _point(work) is not None:
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
    places = {point for work in works if (point := _point(work)) is not None}
    places |= {agent.home for agent in agents if agent.home is not None}
    ordered = sorted(places)
    return {place: found.point for place, found in zip(ordered, roads.snap(ordered), strict=True)}


def _load(work: Fieldwork, agents: Sequence[Agent], known: Mapping[Point, Point | None]) -> Load:
    branches = _branches(work)
    theirs = frozenset(i for i, agent in enumerate(agents) if agent.branch and agent.branch in branches)
    zones = _zones(work)
    allowed = theirs or frozenset(range(len(agents)))
    return Load(
        accounts=len(work.door.allowed),
        allowed=allowed,
        point=_known(_point(work), known),
        same_zone=frozenset(i for i in allowed if agents[i].zone and fold_text(agents[i].zone) in zones),
    )


def _known(point: Point | None, known: Mapping[Point, Point | None]) -> Point | None:
    return None if point is None else known[point]


def _bearer(agent: Agent, kept: Sequence[Fieldwork], known: Mapping[Point, Point | None]) -> Bearer:
    points = (_known(_point(work), known) for work in kept)
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


def _point(work: Fieldwork) -> Point | None:
    address = work.door.address
    if address is None or not work.door.located or address.lat is None or address.lon is None:
        return None
    return address.lat, address.lon
