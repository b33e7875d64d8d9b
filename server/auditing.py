"""Judges visits as they come in, keeps what is noticed; lets a supervisor resolve it.

Knows no web page. Every read of a visit comes from `store/visits`; every rule from `sync/rules/audit`.
"""

from __future__ import annotations

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
OF_TWO = ("audit.overlap", "audit.impossible_speed")


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
        if any(one.rule in OF_TWO for one in found):
            # Which of two is the odd one their addresses may tell: read where it is asked, which is seldom.
            known_places |= histories.addresses_named(connection, line.visits.values())
            line = line.with_addresses(known_places)
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


def _line(connection: Connection, agent_id: str, asked: Sequence[histories.HeldVisit]) -> rules.Line:
    """The agent's visits around those asked for, and these."""
    first, last = asked[0].visit.happened.start, asked[-1].visit.happened.start
    others = histories.around(connection, agent_id, first, last, [held.visit.id for held in asked])
    clocks = {held.visit.id: clock_of(held.offset_ms, held.uncertainty_ms) for held in asked}
    clocks |= {visit.id: clock_of(offset, give_or_take) for visit, offset, give_or_take in others}
    moved = [_corrected(visit, offset) for visit, offset, _ in others]
    return rules.Line([*(corrected(held) for held in asked), *moved], clocks)


def clock_of(offset_ms: int | None, uncertainty_ms: int | None) -> tuple[float | None, float]:
    """How far the laptop's clock was ahead, give or take, in seconds."""
    return None if offset_ms is None else offset_ms / 1000, (uncertainty_ms or 0) / 1000


def _began(visit: Visit) -> tuple[datetime, str]:
    return visit.happened.start, visit.id


def _judge(
    held: histories.HeldVisit,
    line: rules.Line,
    places: Mapping[str, Address],
    beside: Mapping[str, Sequence[str]],
) -> list[Finding]:
    visit = line.visits[held.visit.id]
    policy = pack_of(held.pack)
    found = said_of(held, beside.get(visit.id, ()))
    if policy is not None:
        skew_s, uncertainty_s = clock_of(held.offset_ms, held.uncertainty_ms)
        found += rules.findings_of(
            visit,
            places.get(visit.address or ""),
            (),
            policy,
            zone=held.zone,
            skew_s=skew_s,
            uncertainty_s=uncertainty_s,
            overridden=lifted_rules(held.verdict),
            line=line,
        )
    return found


def said_of(held: histories.HeldVisit, beside: Sequence[str]) -> list[Finding]:
    """What the policy, the wording's rules and the office's own books say of a visit."""
    policy = pack_of(held.pack)
    found = list(rules.findings_from(held.verdict, held.visit.id, policy))
    if (said := wording(held.visit, policy, beside)) is not None:
        found.append(said)
    if held.out_of_scope:
        found.append(_out_of_scope(held.visit))
    return found


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
        queueing.bring(connection, [held["visit_id"]], now)
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
    happened = Interval(visit.happened.start - shift, visit.happened.end - shift)
    return changed(visit, happened=happened, recorded=visit.recorded - shift)


def _out_of_scope(visit: Visit) -> Finding:
    return Finding(
        rule="audit.out_of_scope",
        visit=visit.id,
        severity="review",
        because=Phrase(N_("La visita llegó después de que el deudor pasó a otro gestor; se aceptó")),
    )
