"""Makes a kept route's plan again from its certificate, and says whether it is the same to the last bit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine

from sync.records import Refused
from sync.routing import solver
from sync.routing.certifying import solved, versions
from sync.routing.records import Plan
from sync.words import N_, Phrase

from ..store import plan_runs, routes
from ..store.engine import reading
from ..store.plan_runs import SolvedDay
from ..store.routes import Route
from .running import unpacked


@dataclass(frozen=True)
class Replayed:
    """What came out: `differs` names each thing that is not the same; `programs` those of another version."""

    route: str
    differs: tuple[str, ...]
    programs: Mapping[str, tuple[str, str]]

    @property
    def same(self) -> bool:
        return not self.differs

    def to_json(self) -> dict[str, Any]:
        return {
            "route": self.route,
            "same": self.same,
            "differs": list(self.differs),
            "other_versions": {name: list(pair) for name, pair in self.programs.items()},
        }


def replay(engine: Engine, *, route: str) -> Replayed | Refused:
    """Solve the route's problem again with its seed and iterations, and compare everything.

    The same programs give the same plan; where others are installed now, they are named.
    """
    with reading(engine) as connection:
        found = routes.by_id(connection, route)
        if found is None:
            return Refused(Phrase(N_("no hay una ruta con ese número")), "plan.no_route")
        key = str(found.certificate.get("problem") or "")
        held = plan_runs.solved(connection, [key]).get(key) if key else None
    if held is None:
        text = N_("el problema de esa ruta ya no se guarda: no se puede repetir su plan")
        return Refused(Phrase(text), "plan.not_kept")
    certificate = held.made["certificate"]
    again = solved(
        unpacked(held.problem),
        seed=certificate["seed"],
        iterations=certificate["iterations"],
        certified=certificate["bound"] is not None,
    )
    return Replayed(found.id, tuple(_differences(found, held, again)), _other_programs(certificate))


def _differences(route: Route, held: SolvedDay, again: Plan) -> list[str]:
    differs = []
    if list(again.order) != held.made["order"]:
        differs.append("order")
    planned = [(stop.eta, stop.service_s, stop.value) for stop in route.planned]
    candidates = unpacked(held.problem).candidates
    made = [
        (
            route.starts + timedelta(seconds=stop.start_s),
            candidates[stop.candidate].service_s,
            candidates[stop.candidate].value,
        )
        for stop in again.stops
    ]
    if planned != made:
        differs.append("stops")
    told = again.certificate.to_dict() | {"problem": held.key}
    differs += [name for name, value in told.items() if route.certificate.get(name) != value]
    return differs


def _other_programs(certificate: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """By name: the version that made the plan and the one that is here."""
    then = dict(certificate["versions"]) | {"solver": certificate["solver"]}
    now = versions() | {"solver": solver.name()}
    return {
        name: (then.get(name, ""), now.get(name, ""))
        for name in sorted({*then, *now})
        if then.get(name) != now.get(name)
    }
