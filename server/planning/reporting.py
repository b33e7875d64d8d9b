"""The figures of a plan and of its publication, as commands and pages show them. Decides nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sync.records import Refused
from sync.routing.checker import Violation
from sync.words import Phrase


@dataclass(frozen=True)
class AgentPlan:
    """One agent's draft: how full it is, what it is worth, and how far it goes."""

    agent: str
    name: str
    route: str
    version: int
    stops: int
    accounts: int
    left_out: int
    appointments: int
    missed_appointments: int
    value: int
    travel_s: int
    travel_m: int
    back: datetime
    approximate: bool
    roads: str = ""  # the fingerprint of who computed travel
    home_off_roads: bool = False  # his home is on no road: no way to it or from it is counted
    pressing: int = 0  # debtors whose two months are over
    missed_pressing: int = 0
    lunch: datetime | None = None  # when it begins
    certificate: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {
            "agent": self.agent,
            "name": self.name,
            "route": self.route,
            "version": self.version,
            "stops": self.stops,
            "accounts": self.accounts,
            "left_out": self.left_out,
            "appointments": self.appointments,
            "missed_appointments": self.missed_appointments,
            "value": self.value,
            "travel_s": self.travel_s,
            "travel_m": self.travel_m,
            "back": self.back.isoformat(),
            "approximate": self.approximate,
            "roads": self.roads,
            "home_off_roads": self.home_off_roads,
            "two_months_over": self.pressing,
            "missed_two_months_over": self.missed_pressing,
            "lunch": self.lunch.isoformat() if self.lunch else None,
            "certificate": self.certificate,
        }


@dataclass(frozen=True)
class NotPlanned:
    """An agent without a route on a day, and why."""

    agent: str
    name: str
    because: Phrase

    def to_json(self) -> dict[str, Any]:
        return {"agent": self.agent, "name": self.name, "because": str(self.because)}


@dataclass(frozen=True)
class PlanReport:
    """The drafts of a day. `reasons` counts the debtors left out by the msgid of their reason."""

    day: date
    seed: int
    routes: tuple[AgentPlan, ...]
    reasons: dict[str, int]
    without: tuple[NotPlanned, ...] = ()

    @property
    def stops(self) -> int:
        return sum(route.stops for route in self.routes)

    @property
    def left_out(self) -> int:
        return sum(route.left_out for route in self.routes)

    def to_json(self) -> dict[str, Any]:
        return {
            "date": self.day.isoformat(),
            "seed": self.seed,
            "agents": len(self.routes),
            "stops": self.stops,
            "accounts": sum(route.accounts for route in self.routes),
            "left_out": self.left_out,
            "appointments": sum(route.appointments for route in self.routes),
            "missed_appointments": sum(route.missed_appointments for route in self.routes),
            "approximate": any(route.approximate for route in self.routes),
            "two_months_over": sum(route.pressing for route in self.routes),
            "missed_two_months_over": sum(route.missed_pressing for route in self.routes),
            "reasons": dict(sorted(self.reasons.items())),
            "routes": [route.to_json() for route in self.routes],
            "without_route": [one.to_json() for one in self.without],
        }


@dataclass(frozen=True)
class WeekReport:
    """The drafts of some days in a row. `skipped` are days on which nobody may be visited at all.

    `debtors` were thought of, `visited` have a visit in the week.
    """

    first: date
    last: date
    seed: int
    days: tuple[PlanReport, ...]
    skipped: tuple[date, ...]
    debtors: int
    visited: int

    def to_json(self) -> dict[str, Any]:
        return {
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "seed": self.seed,
            "debtors": self.debtors,
            "visited_debtors": self.visited,
            "stops": sum(day.stops for day in self.days),
            "skipped": [day.isoformat() for day in self.skipped],
            "days": [day.to_json() for day in self.days],
        }


@dataclass(frozen=True)
class PublishReport:
    """What was published now; `already` counts agents whose newest version was published before."""

    day: date
    routes: tuple[str, ...]
    agents: tuple[str, ...]
    stops: int
    already: int

    @property
    def published(self) -> int:
        return len(self.routes)

    def to_json(self) -> dict[str, Any]:
        return {
            "date": self.day.isoformat(),
            "published": self.published,
            "already_published": self.already,
            "stops": self.stops,
            "routes": list(self.routes),
        }


@dataclass(frozen=True)
class NotPublished(Refused):
    """No route was published, because this agent's does not pass the checker."""

    agent: str = ""
    agent_name: str = ""
    violations: tuple[Violation, ...] = ()
