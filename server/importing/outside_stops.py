"""Brings in what stops collection, from the lender's side: disputes, requests to cease, deaths, attorneys.

A row that lifts lifts only what the same lender's files had set, and never a death: what a debtor told a
collector at his door is for the office's compliance officer to resolve.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from sync.ids import new_id
from sync.rules.cease import closed_channels
from sync.rules.clauses import StopKind
from sync.words import N_, Phrase

from .. import publishing
from ..repairing import repair
from ..stopping import freeze_co_held
from ..store import bonds, facts, imports, known, lenders, resolutions, stop_states
from ..store.bonds import Bonds
from . import outside, remembering, stop_rows
from .answers import WARNED, ImportReport
from .stop_rows import SiftedStops, StopRow
from .whose import NotFound, Person, person_of

KIND = "stops"

About = tuple[str, str | None, StopKind]  # debtor, account (None: the person), kind


@dataclass(frozen=True)
class Asked:
    """A row as it would be kept: one stop, of a person or of one account of his."""

    row: StopRow
    person: Person
    account: str | None
    identity: str
    id: str = field(default_factory=new_id)

    @property
    def about(self) -> About:
        return self.person.debtor, self.account, self.row.kind

    def at(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, self.person.where).astimezone(UTC)


@dataclass
class Told:
    """What the rows came to."""

    new: list[Asked] = field(default_factory=list)
    lifted: dict[str, StopRow] = field(default_factory=dict)  # stop → the row that lifts it
    unchanged: int = 0


def import_stops(engine: Engine, path: Path | str, **given: Any) -> ImportReport:
    """Import `path` as the lender's word on whom not to collect from. `given`: see `outside.bring`."""
    return outside.bring(engine, path, outside.Kind(KIND, stop_rows.sift, _keep), **given)


def _keep(
    connection: Connection,
    made: ImportReport,
    sifted: SiftedStops,
    now: datetime,
    tell: Callable[[str], None],
) -> None:
    """Match, set and lift, freeze, tell the laptops, mend the routes; fills the report."""
    lender_id = lenders.named(connection, made.lender)
    tell(f"matching {len(sifted.rows)} stops with their debtors")
    asked = _asked(connection, sifted, lender_id)
    known.lock_debtors(connection, {one.person.debtor for one in asked})
    told = _told(connection, sifted, asked, lender_id, now)
    made.import_id = new_id()
    made.counts = {
        "rows": sifted.total,
        "accepted": len(sifted.rows),
        "warned": len(sifted.warned),
        "rejected": len(sifted.rejected),
        "unchanged": told.unchanged,
        "absent": 0,
        "new": len(told.new),
        "released": len(told.lifted),
    }
    made.remarks = sorted(sifted.remarks, key=lambda remark: remark.line)
    remembering.open_import(connection, made, lender_id, now)
    touched = _set(connection, told.new, made, lender_id, now) | _lift(connection, told.lifted, made, now)
    frozen = freeze_co_held(connection, now, touched)
    touched |= {row["debtor_id"] for row in frozen}
    tell("publishing to the laptops")
    publishing.refresh_debtors(connection, touched, now)
    mended = repair(connection, touched, now=now, actor=made.actor)
    made.counts |= {"frozen": len(frozen), "left_out": mended.left_out, "flagged": mended.flagged}
    imports.count(connection, made.import_id, made.counts)


def _asked(connection: Connection, sifted: SiftedStops, lender_id: str) -> list[Asked]:
    bound = bonds.of_lender(connection, lender_id)
    rejected = imports.rejected_accounts(connection, lender_id)
    country = lenders.country_of(connection, lender_id)
    found: list[Asked] = []
    for row in list(sifted.rows):
        try:
            person = person_of(row, bound, country, rejected)
        except NotFound as wrong:
            sifted.take_back(row, wrong.because, wrong.field)
            continue
        found += [
            Asked(row, person, account, _identity(row, person, account, lender_id))
            for account in _accounts(row, person, bound)
        ]
    return found


def _accounts(row: StopRow, person: Person, bound: Bonds) -> Sequence[str | None]:
    """A dispute is about a debt: of an account, or of every one of his with this lender. The rest is his."""
    if row.kind is not StopKind.DISPUTE:
        return (None,)
    if person.account is not None:
        return (person.account,)
    return bound.accounts_of(person.debtor) or (None,)


def _identity(row: StopRow, person: Person, account: str | None, lender_id: str) -> str:
    parts = (
        lender_id,
        person.debtor,
        account or "",
        row.kind.value,
        row.since.isoformat(),
        ",".join(row.channels),
        row.reference,
    )
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _told(
    connection: Connection, sifted: SiftedStops, asked: Sequence[Asked], lender_id: str, now: datetime
) -> Told:
    """Which rows set something new and which lift; the same word twice adds nothing."""
    held = resolutions.known(connection, (one.identity for one in asked))
    books = _Books.of(connection, {one.person.debtor for one in asked}, lender_id, now)
    told = Told()
    for one in asked:
        if one.row.releases:
            stops = books.standing.pop(one.about, [])
            told.lifted |= {stop: one.row for stop, _ in stops}
            if not stops:
                told.unchanged += 1
                books.doubt(sifted, one)
        elif one.identity in held or books.covers(one):
            told.unchanged += 1
        else:
            held.add(one.identity)
            books.standing[one.about].append((one.id, one.row.channels))
            told.new.append(one)
    return told


@dataclass
class _Books:
    """What stands of this lender's, what others set, and what this lender had set and is over."""

    standing: dict[About, list[tuple[str, tuple[str, ...]]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    others: set[About] = field(default_factory=set)
    before: set[About] = field(default_factory=set)

    @classmethod
    def of(cls, connection: Connection, debtors: Iterable[str], lender_id: str, now: datetime) -> _Books:
        books = cls()
        for row in resolutions.of_debtors(connection, debtors):
            kind = StopKind(row["state"])
            about = (row["debtor_id"], row["account_id"], kind)
            stands = row["until"] is None or row["until"] > now
            if row["lender_id"] != lender_id:
                books.others |= {about} if stands else set()
            elif stands:
                books.standing[about].append((row["id"], closed_channels(kind, row["detail"] or {})))
            else:
                books.before.add(about)
        return books

    def covers(self, one: Asked) -> bool:
        """True when what stands closes at least what the row would."""
        wanted = set(one.row.channels)
        return any(
            not closed or (bool(wanted) and wanted <= set(closed)) for _, closed in self.standing[one.about]
        )

    def doubt(self, sifted: SiftedStops, one: Asked) -> None:
        """Say why a row that lifts found nothing to lift, unless an earlier import lifted it."""
        if one.about in self.others:
            text = N_("no la fijó este acreedor: la levanta cumplimiento en la oficina")
        elif one.about in self.before:
            return
        else:
            text = N_("no hay nada que levantar: no constaba esta novedad")
        sifted.remark(one.row.line, one.row.number or one.row.document, WARNED, Phrase(text), "kind")


def _set(
    connection: Connection, new: Sequence[Asked], made: ImportReport, lender_id: str, now: datetime
) -> set[str]:
    """Write the stops with where they come from and a fact each; whose they are."""
    stop_states.add(connection, [_stop(one, made) for one in new])
    origins = [
        {
            "stop_id": one.id,
            "identity": one.identity,
            "import_id": made.import_id,
            "lender_id": lender_id,
            "follows": None,
            "reference": one.row.reference,
            "recorded_at": now,
        }
        for one in new
    ]
    resolutions.add_origins(connection, origins)
    for one in new:
        payload = {"stop": one.id, "state": one.row.kind.value, "account": one.account}
        _remember(connection, "stop.set", one.person.debtor, payload, made, now)
    return {one.person.debtor for one in new}


def _stop(one: Asked, made: ImportReport) -> dict[str, Any]:
    row = one.row
    detail: dict[str, Any] = {
        name: value
        for name, value in (("evidence", row.evidence), ("attorney", row.attorney), ("note", row.note))
        if value
    }
    if row.channels:
        detail["channels"] = list(row.channels)
    return {
        "id": one.id,
        "debtor_id": one.person.debtor,
        "account_id": one.account,
        "state": row.kind.value,
        "since": one.at(row.since, time()),
        "until": None if row.until is None else one.at(row.until, time.max),
        "source": made.import_id,
        "detail": detail,
    }


def _lift(
    connection: Connection, lifted: Mapping[str, StopRow], made: ImportReport, now: datetime
) -> set[str]:
    """End what the lender resolved, each with the words of its row as its resolution; whose they were."""
    done = set(resolutions.lift(connection, list(lifted), now)) & lifted.keys()
    for stop in sorted(done):
        row = lifted[stop]
        because = row.resolution or row.note
        resolutions.resolve(
            connection,
            [stop],
            outcome="settled",
            because=because,
            now=now,
            actor=made.actor,
            import_id=made.import_id,
        )
        (debtor,) = resolutions.debtors_of(connection, [stop])
        payload = {"stop": stop, "state": row.kind.value, "outcome": "settled", "why": because}
        _remember(connection, "stop.released", debtor, payload, made, now)
    return resolutions.debtors_of(connection, done)


def _remember(
    connection: Connection,
    kind: str,
    debtor: str,
    payload: Mapping[str, Any],
    made: ImportReport,
    now: datetime,
) -> None:
    facts.append(
        connection,
        kind,
        as_of=made.as_of,
        now=now,
        actor=made.actor,
        subject=debtor,
        payload=dict(payload) | {"import": made.import_id, "lender": made.lender},
    )
