"""Declares the systems that contact a lender's debtors too, so that their silence shows. Reads no file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Engine

from sync.words import N_, Phrase

from .. import publishing
from ..store import contact_sources, facts, lenders
from ..store.engine import writing
from . import outside
from .answers import WrongImport

LONGEST_SOURCE = 60


@dataclass(frozen=True)
class Declared:
    """A source as somebody declares it. No channels: any; no days: as the office says."""

    name: str
    channels: tuple[str, ...]
    stale_after_days: int | None

    def put(self, connection: Connection, lender_id: str, now: datetime, actor: str) -> tuple[str, bool]:
        return contact_sources.declare(
            connection,
            lender_id,
            self.name,
            channels=self.channels,
            stale_after_days=self.stale_after_days,
            now=now,
            actor=actor,
        )


def declare_source(
    engine: Engine,
    *,
    lender: str,
    source: str,
    channels: Sequence[str] = (),
    stale_after_days: int | None = None,
    retire: bool = False,
    actor: str,
    now: datetime,
) -> date | None:
    """Expect this system's contacts from now on, or no more with `retire`; how far it is known."""
    named = source_name(source)
    with writing(engine) as connection:
        lender_id = lenders.id_of(connection, lender)
        if lender_id is None:
            raise outside.no_lender(connection, lender)
        if retire:
            held = contact_sources.named(connection, lender_id, named)
            if held is None:
                text = N_("{lender} no ha declarado el sistema «{source}»")
                raise WrongImport(Phrase(text, {"lender": lender, "source": named}))
            contact_sources.withdraw(connection, held["id"], now)
            source_id, changed = str(held["id"]), held["withdrawn_at"] is None
        else:
            source_id, changed = Declared(named, tuple(channels), stale_after_days).put(
                connection, lender_id, now, actor
            )
        if changed:
            kind = "contacts.source_retired" if retire else "contacts.source_declared"
            payload = {"lender": lender.strip(), "source": named, "channels": list(channels)}
            facts.append(
                connection, kind, as_of=now.date(), now=now, actor=actor, subject=source_id, payload=payload
            )
            publishing.refresh_lender(connection, lender_id, now)
        return contact_sources.through_of(connection, source_id)


def source_name(name: str | None) -> str:
    """The name as it is kept; "" for none."""
    written = " ".join((name or "").split())
    if name is not None and not 0 < len(written) <= LONGEST_SOURCE:
        text = N_("el nombre de un sistema tiene de 1 a {most} letras")
        raise WrongImport(Phrase(text, {"most": LONGEST_SOURCE}))
    return written
