"""Brings in contacts made elsewhere: calls, messages, e-mails, letters, visits. Each counts in the caps once.

The person is the unit: what a dialler logs once for each of his accounts is one contact. With `source` the
lender's system is declared, and from then on its silence is a warning wherever its caps are judged.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from sync.ids import new_id
from sync.rules.clauses import CHANNELS
from sync.words import N_, Phrase

from .. import publishing
from ..repairing import repair
from ..store import bonds, contact_sources, contacts, imports, lenders
from ..store.bonds import Bonds
from . import contact_rows, moments, outside, remembering
from .answers import WARNED, ImportReport, WrongImport
from .cells import Unreadable
from .contact_rows import ContactRow, SiftedContacts
from .declaring import LONGEST_SOURCE, Declared, source_name
from .whose import NotFound, Person, person_of

KIND = "contacts"
OWN = "ronda"  # contacts that Ronda itself recorded: the dialler's word on the same call adds nothing
SAME_CALL = timedelta(minutes=5)


@dataclass(frozen=True)
class Found:
    """A row with whose it is, when it began, and what makes two rows the same contact."""

    row: ContactRow
    person: Person
    started: datetime
    source: str
    identity: str
    id: str = field(default_factory=new_id)

    @property
    def ended(self) -> datetime:
        return self.started + self.row.lasted


@dataclass
class Told:
    """What the rows came to: new contacts, and how many were known already, here or there."""

    new: list[Found] = field(default_factory=list)
    unchanged: int = 0


def import_contacts(
    engine: Engine,
    path: Path | str,
    *,
    lender: str,
    source: str | None = None,
    channels: Sequence[str] = (),
    stale_after_days: int | None = None,
    zone: str = "",
    **given: Any,
) -> ImportReport:
    """Import `path` as contacts of the lender's debtors. `given`: see `outside.bring`.

    `source` declares the system they come from, which contacts by `channels` (any, when none is named); a row
    without a channel takes the one named. `zone` is of rows that name none; else the debtor's own.
    """
    named = source_name(source)
    wrong = sorted(set(channels) - set(CHANNELS))
    if wrong:
        text = N_("«{value}» no es un canal; los que hay: {known}")
        raise WrongImport(Phrase(text, {"value": wrong[0], "known": ", ".join(CHANNELS)}))
    try:
        where = moments.zone(zone)
    except Unreadable as unreadable:
        raise WrongImport(unreadable.because) from None
    sift = partial(contact_rows.sift, channel=channels[0] if len(channels) == 1 else "", zone=where)
    declare = Declared(named, tuple(channels), stale_after_days)
    kind = outside.Kind(KIND, sift, partial(_keep, declare=declare))
    return outside.bring(engine, path, kind, lender=lender, **given)


def _keep(
    connection: Connection,
    made: ImportReport,
    sifted: SiftedContacts,
    now: datetime,
    tell: Callable[[str], None],
    *,
    declare: Declared,
) -> None:
    """Match, write what is new, tell the laptops, mend the routes; fills the report."""
    lender_id = lenders.named(connection, made.lender)
    tell(f"matching {len(sifted.rows)} contacts with their debtors")
    found = _found(connection, made, sifted, lender_id, declare.name, now)
    told = _told(connection, sifted, found)
    made.import_id = new_id()
    touched = {one.person.debtor for one in told.new}
    made.counts = {
        "rows": sifted.total,
        "accepted": len(sifted.rows),
        "warned": len(sifted.warned),
        "rejected": len(sifted.rejected),
        "unchanged": told.unchanged,
        "absent": 0,
        "new": len(told.new),
        "effective": sum(one.row.effective for one in told.new),
        "debtors": len(touched),
    }
    made.remarks = sorted(sifted.remarks, key=lambda remark: remark.line)
    remembering.open_import(connection, made, lender_id, now)
    contacts.add(connection, [_contact(one) for one in told.new])
    contacts.add_origins(connection, [_origin(one, made, lender_id, now) for one in told.new])
    if declare.name:
        source_id, _ = declare.put(connection, lender_id, now, made.actor)
        contact_sources.told(connection, made.import_id, source_id)
        publishing.refresh_lender(connection, lender_id, now)
    tell("publishing to the laptops")
    publishing.refresh_debtors(connection, touched, now)
    mended = repair(connection, touched, now=now, actor=made.actor)
    made.counts |= {"left_out": mended.left_out, "flagged": mended.flagged}
    imports.count(connection, made.import_id, made.counts)


def _found(
    connection: Connection,
    made: ImportReport,
    sifted: SiftedContacts,
    lender_id: str,
    source: str,
    now: datetime,
) -> list[Found]:
    """The rows whose debtor is known; the others, and those of a time that has not come, are rejected."""
    bound = bonds.of_lender(connection, lender_id)
    rejected = imports.rejected_accounts(connection, lender_id)
    country = lenders.country_of(connection, lender_id)
    found = []
    for row in list(sifted.rows):
        try:
            found.append(_one(row, bound, country, rejected, source or row.source or made.lender, lender_id))
        except NotFound as wrong:
            sifted.take_back(row, wrong.because, wrong.field)
            continue
        if found[-1].started > now + timedelta(days=1):
            found.pop()
            text = N_("el contacto es de un día que no ha llegado: revise la fecha")
            sifted.take_back(row, Phrase(text), "at")
    return found


def _one(
    row: ContactRow,
    bound: Bonds,
    country: str,
    rejected: Mapping[str, tuple[int, str]],
    source: str,
    lender_id: str,
) -> Found:
    person = person_of(row, bound, country, rejected)
    started = row.started(person.where)
    if row.reference:
        parts = (lender_id, source, row.reference, person.debtor)
    else:
        parts = (source, person.debtor, row.channel, started.astimezone(UTC).isoformat())
    identity = hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
    return Found(row, person, started, source[:LONGEST_SOURCE], identity)


def _told(connection: Connection, sifted: SiftedContacts, found: Sequence[Found]) -> Told:
    """Which are new: not in an earlier file, not twice in this one, not what Ronda itself recorded."""
    held = contacts.known(connection, (one.identity for one in found))
    own = _own(connection, found)
    first: dict[str, int] = {}
    told = Told()
    for one in found:
        line = first.setdefault(one.identity, one.row.line)
        if line != one.row.line:
            text = N_("es el mismo contacto de la línea {line}: cuenta una vez")
            sifted.remark(one.row.line, one.row.number, WARNED, Phrase(text, {"line": line}), "reference")
            told.unchanged += 1
        elif one.identity in held:
            told.unchanged += 1
            _doubt_changed(sifted, one, held[one.identity])
        elif any(abs(one.started - begun) <= SAME_CALL for begun in own.get(_key(one), ())):
            text = N_("Ronda ya tiene este contacto: cuenta una vez")
            sifted.remark(one.row.line, one.row.number, WARNED, Phrase(text), "at")
            told.unchanged += 1
        else:
            told.new.append(one)
    return told


def _key(one: Found) -> tuple[str, str]:
    return one.person.debtor, one.row.channel


def _own(connection: Connection, found: Iterable[Found]) -> dict[tuple[str, str], list[datetime]]:
    """When Ronda itself recorded contacts of these debtors, by debtor and channel."""
    begun: dict[tuple[str, str], list[datetime]] = {}
    for row in contacts.of_debtors(connection, {one.person.debtor for one in found}):
        if row["source"] == OWN:
            begun.setdefault((row["debtor_id"], row["channel"]), []).append(row["started"])
    return begun


def _doubt_changed(sifted: SiftedContacts, one: Found, held: Mapping[Any, Any]) -> None:
    """The same number of the source with another time or channel: the first word stands."""
    if (held["channel"], held["started"]) == (one.row.channel, one.started):
        return
    text = N_("la referencia {reference} ya se importó con otros datos: lo importado no se cambia")
    because = Phrase(text, {"reference": one.row.reference})
    sifted.remark(one.row.line, one.row.number, WARNED, because, "reference")


def _contact(one: Found) -> dict[str, Any]:
    return {
        "id": one.id,
        "debtor_id": one.person.debtor,
        "agent_id": None,
        "channel": one.row.channel,
        "started": one.started,
        "ended": one.ended,
        "effective": one.row.effective,
        "source": one.source,
        "note": one.row.note,
    }


def _origin(one: Found, made: ImportReport, lender_id: str, now: datetime) -> dict[str, Any]:
    return {
        "contact_id": one.id,
        "identity": one.identity,
        "import_id": made.import_id,
        "lender_id": lender_id,
        "account_id": one.person.account,
        "user_id": None,
        "reference": one.row.reference,
        "who": one.row.who,
        "party": "",
        "told": {},
        "verdict": None,
        "recorded_at": now,
    }
