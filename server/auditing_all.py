"""Goes over all visits by all the audit's checks, one agent at a time, and keeps what is new.

What comes in is judged at once by itself and beside its neighbours (`auditing.audit`, within the push).
What only many visits show together (copied notes, reused pictures, one position at several doors, bursts,
forks) is looked for here: every night, or when somebody asks. Knows no web page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine

from sync.records import Address, Finding, Visit
from sync.rules import audit as rules
from sync.rules.overriding import lifted_rules
from sync.words import N_, Phrase

from . import auditing, queueing
from .auditing import AuditReport
from .packs import pack_of
from .picturing import reckon_looks
from .shelf import Shelf
from .store import audited, facts, findings, histories, written
from .store.engine import reading, writing

Progress = Callable[[int, int], None]
# Of a difference in looks that any pack may ask for: nearer ones are told apart by the rule itself.
WIDEST_BITS = 16


def audit_all(
    engine: Engine,
    *,
    actor: str,
    now: datetime,
    shelf: Shelf | None = None,
    progress: Progress | None = None,
) -> AuditReport:
    """Go over every visit again: new rules, new thresholds or late visits may show what was not seen.

    One agent's visits are in memory at a time, and each agent's findings are a transaction of their own:
    what comes in meanwhile waits for nobody.
    """
    if shelf is not None:
        reckon_looks(engine, shelf, now)
    with reading(engine) as connection:
        elsewhere = _elsewhere(connection)
        agents = audited.agents(connection)
        broken = _broken(connection)
    visits = new = 0
    counted: dict[str, set[str]] = defaultdict(set)
    for place, agent_id in enumerate(agents, start=1):
        with reading(engine) as connection:
            held, found = _agent(connection, agent_id, elsewhere)
        found += [one for one in broken if one.visit in held]
        with writing(engine) as connection:
            new += findings.add(connection, [(held[one.visit], one) for one in found], now)
            queueing.bring(connection, held, now)
        visits += len(held)
        for one in found:
            counted[one.rule].add(one.visit)
        if progress is not None:
            progress(place, len(agents))
    report = AuditReport(visits, new, {rule: len(ids) for rule, ids in sorted(counted.items())})
    with writing(engine) as connection:
        facts.append(
            connection, "audit.run", as_of=now.date(), now=now, actor=actor, payload=report.to_json()
        )
    return report


def _agent(
    connection: Connection, agent_id: str, elsewhere: rules.Elsewhere
) -> tuple[dict[str, Visit], list[Finding]]:
    """An agent's visits, and everything that is found of them."""
    held = list(histories.for_audit(connection, audited.ids_of(connection, agent_id)))
    ids = [one.visit.id for one in held]
    places = histories.addresses_of(connection, held)
    beside = written.beside(connection, ids)
    amended, pictures = audited.amended(connection, ids), audited.pictures_of(connection, ids)
    found: list[Finding] = []
    seen: list[rules.Seen] = []
    for one in held:
        found += auditing.said_of(one, beside.get(one.visit.id, ()))
        made = _seen(one, places, amended, pictures)
        if made is not None:
            seen.append(made)
    found += rules.findings_of_agent(seen, elsewhere)
    found += rules.clocks_set_back(seen)
    return {one.visit.id: one.visit for one in held}, list(rules.strongest(found))


def _seen(
    held: histories.HeldVisit,
    places: Mapping[str, Address],
    amended: Mapping[str, datetime],
    pictures: Mapping[str, list[audited.Bearing]],
) -> rules.Seen | None:
    policy = pack_of(held.pack)
    if policy is None:
        return None
    skew_s, uncertainty_s = auditing.clock_of(held.offset_ms, held.uncertainty_ms)
    return rules.Seen(
        auditing.corrected(held),
        policy,
        held.zone,
        places.get(held.visit.address or ""),
        clock=held.visit.recorded,
        skew_s=skew_s,
        uncertainty_s=uncertainty_s,
        overridden=lifted_rules(held.verdict),
        photos=tuple(rules.Photo(one.sha256, one.looks) for one in pictures.get(held.visit.id, ())),
        link=rules.Link(held.incarnation, held.n) if held.incarnation else None,
        amended=amended.get(held.visit.id),
        laptop=held.incarnation or "",
    )


def _elsewhere(connection: Connection) -> rules.Elsewhere:
    """Notes that are written again and again, and the pictures that resemble another visit's."""
    texts = rules.TextUse()
    for agent_id, note, count, when, debtor in audited.repeated_notes(connection):
        first = rules.FirstUse(when, debtor)
        texts.add(agent_id, rules.key_of(rules.plain(note)), count, first)
    for agent_id, count in audited.notes_written(connection).items():
        texts.wrote(agent_id, count)
    shared = audited.shared_pictures(connection) | rules.lookalikes(audited.looks(connection), WIDEST_BITS)
    album = rules.Album()
    for one in audited.bearing(connection, shared):
        album.add(_taken(one))
    return rules.Elsewhere(texts, album)


def _taken(one: audited.Bearing) -> rules.Taken:
    row = one.visit
    ahead = timedelta(milliseconds=row["offset_ms"] or 0) if row["known"] == "live" else timedelta(0)
    started = row["started"] - ahead
    lat, lon = row["lat"], row["lon"]
    return rules.Taken(
        photo=rules.Photo(one.sha256, one.looks),
        visit=row["id"],
        agent=row["agent_id"],
        debtor=row["debtor_id"],
        order=(started, row["id"]),
        started=started,
        place=None if lat is None or lon is None else (lat, lon),
        address=row["address_id"],
    )


_BROKEN = {
    "ledger.fork": (
        "audit.chain_fork",
        N_("Después de esta visita el portátil envió otra cosa para el lugar {n} de su cadena."),
    ),
    "ledger.chain_broken": (
        "audit.chain_gap",
        N_("Después de esta visita, en el lugar {n}, lo que envió el portátil no seguía a lo anterior."),
    ),
}


def _broken(connection: Connection) -> list[Finding]:
    """Forks and broken links are refused when they come; they are found of the visit they came after."""
    found: Iterable[tuple[str, str, int]] = audited.broken_chains(connection)
    told = []
    for kind, incarnation, n in found:
        visit = audited.visit_at(connection, incarnation, n)
        if visit is not None:
            rule, text = _BROKEN[kind]
            told.append(Finding(rule, visit["id"], "serious", Phrase(text, {"n": n})))
    return told
