"""Goes over visits with the audit's rules and keeps what they notice; lets a supervisor resolve it.

Knows no web page. Every read of a visit comes from `store/visits`; every rule from `sync/rules/audit`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine

from sync.records import Address, Finding, Interval, Known, Refused, Visit
from sync.rules import audit as rules
from sync.words import N_, Phrase

from .packs import pack_of
from .store import facts, findings, histories
from .store.engine import writing
from .store.scopes import Scope

RESOLUTIONS = ("justified", "corrected", "misconduct")
SHORTEST_REASON = 5


@dataclass(frozen=True)
class AuditReport:
    """How many visits were gone over and how many findings are new, by rule."""

    visits: int
    new: int
    by_rule: dict[str, int]

    def to_json(self) -> dict[str, Any]:
        return {"visits": self.visits, "new": self.new, "findings": self.by_rule}


def audit(connection: Connection, visit_ids: Iterable[str], now: datetime) -> AuditReport:
    """Judge these visits and keep what is found; a visit judged twice gives the same findings."""
    counted: dict[str, set[str]] = {}
    new = seen = 0
    for agent_id, asked in _by_agent(histories.for_audit(connection, list(visit_ids))).items():
        seen += len(asked)
        days = histories.around(
            connection, agent_id, asked[0].visit.happened.start, asked[-1].visit.happened.start
        )
        known = {held.visit.id: corrected(held) for held in days}
        places = histories.addresses_of(connection, asked)
        found = [finding for held in asked for finding in _judge(held, known, places)]
        new += findings.add(connection, [(known[one.visit], one) for one in found], now)
        for one in found:
            counted.setdefault(one.rule, set()).add(one.visit)
    return AuditReport(seen, new, {rule: len(visits) for rule, visits in sorted(counted.items())})


def _by_agent(visits: Iterable[histories.HeldVisit]) -> dict[str, list[histories.HeldVisit]]:
    """The visits of each agent, oldest first as they come."""
    found: dict[str, list[histories.HeldVisit]] = {}
    for held in visits:
        found.setdefault(held.visit.agent, []).append(held)
    return found


def _judge(
    held: histories.HeldVisit, known: Mapping[str, Visit], places: Mapping[str, Address]
) -> list[Finding]:
    visit = known[held.visit.id]
    policy = pack_of(held.pack)
    found = list(rules.findings_from(held.verdict, visit.id, policy))
    if policy is not None:
        others = [other for other in known.values() if _near(visit, other)]
        found += rules.findings_of(
            visit,
            places.get(visit.address or ""),
            others,
            policy,
            zone=held.zone,
            skew_s=None if held.offset_ms is None else held.offset_ms / 1000,
            uncertainty_s=(held.uncertainty_ms or 0) / 1000,
        )
    if held.out_of_scope:
        found.append(_out_of_scope(visit))
    return found


def _near(visit: Visit, other: Visit) -> bool:
    return abs(other.happened.start - visit.happened.start) <= histories.AROUND


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
    visit = held.visit
    if visit.known is not Known.LIVE or not held.offset_ms:
        return visit
    shift = timedelta(milliseconds=held.offset_ms)
    return replace(visit, happened=Interval(visit.happened.start - shift, visit.happened.end - shift))


def _out_of_scope(visit: Visit) -> Finding:
    return Finding(
        rule="audit.out_of_scope",
        visit=visit.id,
        severity="review",
        because=Phrase(N_("La visita llegó después de que el deudor pasó a otro gestor; se aceptó")),
    )
