"""Goes over visits with the audit's rules and keeps what they notice; lets a supervisor resolve it.

Knows no web page. Every read of a visit comes from `store/visits`; every rule from `sync/rules/audit`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine

from sync.records import Address, Finding, Interval, Known, Refused, Visit, changed
from sync.rules import audit as rules
from sync.rules.overriding import lifted_rules
from sync.rules.wording.noticing import wording
from sync.words import N_, Phrase

from . import queueing
from .packs import pack_of
from .store import facts, findings, histories, written
from .store.engine import writing
from .store.scopes import Scope

RESOLUTIONS = ("justified", "corrected", "misconduct")
SHORTEST_REASON = 5
SMALLEST = timedelta(microseconds=1)


@dataclass(frozen=True)
class AuditReport:
    """How many visits were gone over and how many findings are new, by rule."""

    visits: int
    new: int
    by_rule: dict[str, int]

    def to_json(self) -> dict[str, Any]:
        return {"visits": self.visits, "new": self.new, "findings": self.by_rule}


def audit(
    connection: Connection,
    visit_ids: Iterable[str],
    now: datetime,
    fresh: Mapping[str, histories.HeldVisit] | None = None,
    places: Mapping[str, Address] | None = None,
) -> AuditReport:
    """Judge these visits and keep what is found; a visit judged twice gives the same findings.

    `fresh` are those just stored, with the addresses they name in `places`: they are not read again.
    """
    counted: dict[str, set[str]] = {}
    new = seen = 0
    fresh = fresh or {}
    read = list(histories.for_audit(connection, [name for name in visit_ids if name not in fresh]))
    known_places = {**(places or {}), **histories.addresses_of(connection, read)}
    asked_for = sorted([*read, *fresh.values()], key=lambda held: _began(held.visit))
    beside = written.beside(connection, [held.visit.id for held in asked_for])
    for agent_id, asked in _by_agent(asked_for).items():
        seen += len(asked)
        line = _line(connection, agent_id, asked)
        found = [finding for held in asked for finding in _judge(held, line, known_places, beside)]
        new += findings.add(connection, [(line.visits[one.visit], one) for one in found], now)
        for one in found:
            counted.setdefault(one.rule, set()).add(one.visit)
    told_of = {visit for visits in counted.values() for visit in visits}
    queueing.bring(connection, told_of.union(held.visit.id for held in asked_for), now)
    return AuditReport(seen, new, {rule: len(visits) for rule, visits in sorted(counted.items())})


def _by_agent(visits: Iterable[histories.HeldVisit]) -> dict[str, list[histories.HeldVisit]]:
    """The visits of each agent, oldest first as they come."""
    found: dict[str, list[histories.HeldVisit]] = {}
    for held in visits:
        found.setdefault(held.visit.agent, []).append(held)
    return found


class Line:
    """An agent's visits, at their corrected times, in the order in which they began."""

    def __init__(self, visits: Iterable[Visit]) -> None:
        self.ordered = sorted(visits, key=_began)
        self.visits = {visit.id: visit for visit in self.ordered}
        self.began = [_began(visit) for visit in self.ordered]
        self.made = [not rules.void(visit) for visit in self.ordered]
        lasted = (visit.happened.end - visit.happened.start for visit in self.ordered)
        self.longest = max(lasted, default=timedelta(0))

    def beside(self, visit: Visit) -> list[Visit]:
        """The visits that can matter to this one: those that cross it, the last made before it and the
        first made after it, within a day. A rule that looks at all the others finds nothing more."""
        start, end = visit.happened.start, visit.happened.end
        place = bisect_left(self.began, _began(visit))
        first = bisect_left(self.began, (start - self.longest, ""))
        past = bisect_left(self.began, (end + SMALLEST, ""))
        found = [self._next(place, -1), self._next(place, 1), *range(first, past)]
        others = (self.ordered[at] for at in sorted({at for at in found if at is not None and at != place}))
        return [other for other in others if abs(other.happened.start - start) <= histories.AROUND]

    def _next(self, place: int, step: int) -> int | None:
        place += step
        while 0 <= place < len(self.made):
            if self.made[place]:
                return place
            place += step
        return None


def _line(connection: Connection, agent_id: str, asked: Sequence[histories.HeldVisit]) -> Line:
    """The agent's visits around those asked for, and these."""
    first, last = asked[0].visit.happened.start, asked[-1].visit.happened.start
    others = histories.around(connection, agent_id, first, last, [held.visit.id for held in asked])
    return Line(
        [*(corrected(held) for held in asked), *(_corrected(visit, offset) for visit, offset in others)]
    )


def _began(visit: Visit) -> tuple[datetime, str]:
    return visit.happened.start, visit.id


def _judge(
    held: histories.HeldVisit,
    line: Line,
    places: Mapping[str, Address],
    beside: Mapping[str, Sequence[str]],
) -> list[Finding]:
    visit = line.visits[held.visit.id]
    policy = pack_of(held.pack)
    found = list(rules.findings_from(held.verdict, visit.id, policy))
    if policy is not None:
        found += rules.findings_of(
            visit,
            places.get(visit.address or ""),
            line.beside(visit),
            policy,
            zone=held.zone,
            skew_s=None if held.offset_ms is None else held.offset_ms / 1000,
            uncertainty_s=(held.uncertainty_ms or 0) / 1000,
            overridden=lifted_rules(held.verdict),
        )
    if (said := wording(visit, policy, beside.get(visit.id, ()))) is not None:
        found.append(said)
    if held.out_of_scope:
        found.append(_out_of_scope(visit))
    return found


def audit_all(engine: Engine, *, actor: str, now: datetime) -> AuditReport:
    """Go over every visit again: new rules, new thresholds or late visits may show what was not seen."""
    with writing(engine) as connection:
        report = audit(connection, histories.all_ids(connection), now)
        facts.append(
            connection,
            "audit.run",
            as_of=now.date(),
            now=now,
            actor=actor,
            payload=report.to_json(),
        )
    return report


def resolve(
    engine: Engine,
    finding_id: str,
    *,
    resolution: str,
    why: str,
    actor: str,
    now: datetime,
    scope: Scope,
) -> Refused | None:
    """A supervisor's word on a finding. LookupError when it is not in his scope."""
    if resolution not in RESOLUTIONS:
        return Refused(Phrase(N_("Elija cómo se resuelve el hallazgo")), "audit.resolution")
    if len(why.strip()) < SHORTEST_REASON:
        return Refused(Phrase(N_("Escriba por qué: quien lea esto después debe entenderlo")), "audit.reason")
    with writing(engine) as connection:
        held = findings.by_id(connection, finding_id, scope)
        if held is None:
            raise LookupError(finding_id)
        if held["state"] == "resolved":
            return Refused(
                Phrase(
                    N_("Este hallazgo ya fue resuelto por {who}; lo escrito no se cambia"),
                    {"who": held["resolved_by"]},
                ),
                "audit.once",
            )
        findings.resolve(connection, finding_id, resolution=resolution, why=why.strip(), actor=actor, now=now)
        facts.append(
            connection,
            "finding.resolved",
            as_of=now.date(),
            now=now,
            actor=actor,
            subject=finding_id,
            payload={"resolution": resolution, "why": why.strip(), "rule": held["rule"]},
        )
    return None


def corrected(held: histories.HeldVisit) -> Visit:
    """The visit with its interval moved by the laptop's measured offset, when it was written live.

    What was typed later was told by a person looking at a watch, so only the laptop's own clock
    is corrected. Offset = laptop minus server.
    """
    return _corrected(held.visit, held.offset_ms)


def _corrected(visit: Visit, offset_ms: int | None) -> Visit:
    if visit.known is not Known.LIVE or not offset_ms:
        return visit
    shift = timedelta(milliseconds=offset_ms)
    return changed(visit, happened=Interval(visit.happened.start - shift, visit.happened.end - shift))


def _out_of_scope(visit: Visit) -> Finding:
    return Finding(
        rule="audit.out_of_scope",
        visit=visit.id,
        severity="review",
        because=Phrase(N_("La visita llegó después de que el deudor pasó a otro gestor; se aceptó")),
    )
