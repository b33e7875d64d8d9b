"""Plans a day for each agent: which of his debtors, in which order, and why not the others.

Drafts are kept with every debtor of the agent in them, planned or left out with a reason; publishing
checks them again. Knows no page and no command line.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import Engine

from sync.records import Refused
from sync.routing.day import ITERATIONS
from sync.words import N_, Phrase

from ..doors import UNSURE_M, Packs
from ..packs import pack_of
from ..roads import Roads
from ..roads.great_circle import GreatCircle
from ..store import agent_days
from ..store import hands as by_hand
from ..store.agent_days import AgentDays
from ..store.agents import Agent
from ..store.engine import reading
from .gathering import gather
from .making import Effort, Progress, planned
from .posing import NO_HANDS, Day, pose
from .publishing import publish
from .reporting import AgentPlan, NotPlanned, NotPublished, PlanReport, PublishReport

__all__ = ["AgentPlan", "NotPublished", "PlanReport", "PublishReport", "plan", "publish"]

NOBODY_HIS = N_("no tiene deudores asignados")


def plan(
    engine: Engine,
    *,
    day: date,
    agents: Sequence[str] | None = None,
    seed: int = 1,
    actor: str,
    now: datetime,
    progress: Progress | None = None,
    roads: Roads | None = None,
    packs: Packs = pack_of,
    iterations: int = ITERATIONS,
    unsure_m: float = UNSURE_M,
    workers: int | None = None,
    executor: Executor | None = None,
) -> PlanReport | Refused:
    """Plan the day of these agents (ids; every active one by default) and keep a draft for each.

    The solver works outside any transaction: what changes meanwhile is caught when publishing. `roads`
    gives the provider for each agent's means of travel; without it times are straight-line estimates.
    Who may be further than `unsure_m` metres from his point is left out and told so. Stops that a person
    locked stay in the day, and his order is kept.
    """
    ways = roads or straight
    with reading(engine) as connection:
        workforce = agent_days.on(connection, day)
        chosen = those(workforce.present, agents)
        away = [(one, days) for one, days in workforce.away if agents is None or one.id in agents]
        subjects = gather(connection, chosen, day, now, packs)
        fixed = by_hand.of_day(connection, day, [agent.id for agent in chosen])
    busy = [agent for agent in chosen if subjects[agent.id]]
    if not busy:
        return nobody([*chosen, *(one for one, _ in away)], bool(away))

    def posed() -> list[Day]:
        return [
            pose(
                agent,
                day,
                subjects[agent.id],
                ways(agent.vehicle),
                unsure_m=unsure_m,
                hands=fixed.get(agent.id, NO_HANDS),
            )
            for agent in busy
        ]

    effort = Effort(seed, iterations, workers, executor, progress)
    made = planned(engine, day, posed, ways, effort, actor=actor, now=now)
    if isinstance(made, Refused):
        return made
    idle = [NotPlanned(one.id, one.name, Phrase(NOBODY_HIS)) for one in chosen if not subjects[one.id]]
    idle += [NotPlanned(one.id, one.name, absent(days)) for one, days in away]
    return replace(made.report, without=tuple(idle))


def straight(_profile: str) -> GreatCircle:
    """Straight-line estimates for any means of travel: plans made with them say so."""
    return GreatCircle()


def those(agents: Sequence[Agent], ids: Collection[str] | None) -> list[Agent]:
    """All of these agents, or those of them that were asked for."""
    return [agent for agent in agents if ids is None or agent.id in set(ids)]


def absent(days: AgentDays) -> Phrase:
    """Why an agent has no route on a day on which he is away."""
    if days.because:
        return Phrase(N_("está ausente ese día: {because}"), {"because": days.because})
    return Phrase(N_("está ausente ese día"))


def nobody(chosen: Sequence[Agent], away: bool = False) -> Refused:
    """Why there is nothing to plan."""
    if not chosen:
        text = N_("No hay gestores activos que planificar: agregue uno con «ronda office user add»")
        return Refused(Phrase(text), "plan.no_agents")
    if away:
        return Refused(Phrase(N_("Nadie que tenga deudores trabaja ese día")), "plan.nobody_works")
    text = N_("Ningún gestor tiene deudores asignados: asigne la cartera antes de planificar")
    return Refused(Phrase(text), "plan.nothing_assigned")
