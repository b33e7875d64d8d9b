"""Brings in a file of what was done outside Ronda: read, compare, write, remember. Knows no row's meaning.

One transaction, as for payments. What a kind of file has of its own is its `Kind`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Engine

from sync.words import N_, Phrase

from ..store import counters, lenders
from ..store.engine import reading, writing
from . import asked, remembering
from .answers import ImportReport, Recognised, WrongImport
from .reading import Terms
from .sieve import Sieve
from .source import Source, opened
from .told import Told

Progress = Callable[[str], None]
Sifted = TypeVar("Sifted", bound=Sieve)


@dataclass(frozen=True)
class Kind(Generic[Sifted]):
    """`keep` writes what the rows say and fills the report; it is told how to say what it does."""

    name: str
    sift: Callable[[Source, Terms], Sifted]
    keep: Callable[[Connection, ImportReport, Sifted, datetime, Progress], None]


def bring(
    engine: Engine,
    path: Path | str,
    kind: Kind[Any],
    *,
    lender: str,
    as_of: date,
    actor: str,
    now: datetime,
    mapping: str | None = None,
    save_mapping: str | None = None,
    agreed: bool = False,
    report: Path | str | None = None,
    progress: Progress | None = None,
    show: Callable[[Recognised], None] | None = None,
    dry_run: bool = False,
    told: Told | None = None,
    watch: Callable[[int], None] | None = None,
) -> ImportReport:
    """Import `path` as the lender's, complete up to `as_of`. Raises WrongImport with a sentence."""
    tell, path = progress or (lambda _: None), Path(path)
    asked.cut_off(as_of, now, agreed)
    asked.report(path, report)
    with reading(engine) as connection:
        saved = asked.mapping(connection, mapping, kind.name)
        country = asked.country(connection, lender)
        if lenders.id_of(connection, lender) is None:
            raise no_lender(connection, lender)
    tell("reading the file")
    with opened(path, kind.name, saved, told, watch) as source:
        terms = Terms(as_of, asked.currency(country), "es", country, ",", dates=source.dates)
        sifted = kind.sift(source, terms)
        made = ImportReport(
            kind=kind.name,
            lender=lender.strip(),
            as_of=as_of,
            pack="",
            mode="delta",
            recognised=sifted.recognised,
            counts={},
            sha256=source.sha256,
            mapping=mapping or save_mapping or "",
            actor=actor,
            dry_run=dry_run,
        )
    if show is not None:
        show(sifted.recognised)
    with (reading if dry_run else writing)(engine) as connection:
        if not dry_run:
            counters.lock(connection, "import")  # one at a time: each compares with what is held
        kind.keep(connection, made, sifted, now, tell)
        if save_mapping:
            asked.keep_mapping(connection, save_mapping, kind.name, sifted.recognised.columns)
        if not dry_run:
            made.rejects_path = remembering.write_rejects(path, report, sifted, made.recognised)
        remembering.remember(connection, made, sifted, now)
    return made


def no_lender(connection: Connection, name: str) -> WrongImport:
    """What is said of a lender whose portfolio the office never had."""
    known = ", ".join(row["name"] for row in lenders.listed(connection)) or str(Phrase(N_("ninguno")))
    text = N_("no hay un acreedor «{lender}»: importe antes su cartera; los que hay: {known}")
    return WrongImport(Phrase(text, {"lender": name, "known": known}))
