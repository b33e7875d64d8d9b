"""Imports a waiting file, at once or as work that goes on: how far it is, what it came to. Knows no page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from sync.words import N_

from ..geocoding.placing import place_imported
from ..importing import (
    ImportReport,
    NotAgreed,
    WrongImport,
    import_contacts,
    import_payments,
    import_portfolio,
    import_stops,
)
from ..importing.looking import Look
from ..store import mappings
from ..store.engine import writing
from .import_reading import mapping_name
from .jobs import Say
from .uploads import Upload

Outcome = ImportReport | NotAgreed | WrongImport

# What an import says it does → the step a page shows, and how much of the whole is behind it by then.
STEPS: tuple[tuple[str, str, int], ...] = (
    ("reading", N_("Leyendo el archivo"), 2),
    ("comparing", N_("Comparando con lo que hay"), 45),
    ("matching", N_("Comparando con lo que hay"), 45),
    ("writing", N_("Guardando lo que cambia"), 50),
    ("publishing", N_("Preparando los portátiles"), 75),
    ("placing", N_("Ubicando direcciones"), 92),
)
READ = 43  # of a hundred: reading the rows


@dataclass(frozen=True)
class Work:
    """All that an import needs besides its request."""

    engine: Engine
    cities: Path
    upload: Upload
    seen: Look
    actor: str
    now: datetime
    agreed: bool = False

    def __call__(self, say: Say) -> Outcome:
        """Import it. `say` hears the step and its share; it may raise, and then nothing was written."""
        asked = self.upload.asked
        try:
            made = self.run(say)
        except (NotAgreed, WrongImport) as answer:
            return answer
        _keep_habits(self)
        if asked.kind == "portfolio":
            place_imported(self.engine, self.cities, actor=self.actor, now=self.now)
        self.upload.forget()
        return made

    def check(self) -> ImportReport | NotAgreed | WrongImport:
        """What an import would do, with nothing written."""
        try:
            return self.run(lambda step: None, dry_run=True)
        except (NotAgreed, WrongImport) as answer:
            return answer

    def run(self, say: Say, *, dry_run: bool = False) -> ImportReport:
        asked = self.upload.asked
        shared: dict[str, Any] = {
            "lender": asked.lender,
            "as_of": asked.day,
            "actor": self.actor,
            "now": self.now,
            "report": self.upload.folder / "rechazos.csv",
            "dry_run": dry_run,
            "told": self.seen.settled(),
            "progress": _steps(say),
            "watch": _rows(say, self.seen.total),
        }
        if asked.kind == "payments":
            return import_payments(self.engine, self.upload.path, **shared)
        if asked.kind == "stops":
            return import_stops(self.engine, self.upload.path, **shared)
        if asked.kind == "contacts":
            about: dict[str, Any] = {"source": asked.source or None}
            about["channels"] = [asked.channel] if asked.channel else []
            return import_contacts(self.engine, self.upload.path, **about, **shared)
        return import_portfolio(
            self.engine,
            self.upload.path,
            pack=asked.pack,
            mode=asked.mode,
            agreed=self.agreed,
            count_only=dry_run,
            **shared,
        )

    def agreeing(self, agreed: bool) -> Work:
        return replace(self, agreed=agreed)


def share_of(step: str) -> int:
    """How much of a hundred is behind a step that was said."""
    name, _space, read = step.partition(" ")
    behind = next((share for code, _words, share in STEPS if code == name), 0)
    return behind + (int(read) if read.isdigit() else 0)


def words_of(step: str) -> str:
    """What a step is called: a Spanish msgid."""
    name = step.partition(" ")[0]
    return next((words for code, words, _share in STEPS if code == name), "")


def _steps(say: Say) -> Callable[[str], None]:
    return lambda told: say(told.partition(" ")[0])


def _rows(say: Say, total: int) -> Callable[[int], None]:
    """The rows are read several times over: what is shown never goes back."""
    furthest = 0

    def hear(read: int) -> None:
        nonlocal furthest
        furthest = max(furthest, min(READ, READ * read // max(total, 1)))
        say(f"reading {furthest}")

    return hear


def _keep_habits(work: Work) -> None:
    """How this file was read is how the lender's next one is, where a person said so."""
    asked, told = work.upload.asked, work.seen.told
    if work.seen.own:
        return  # rows of ours, mended: they say nothing of how the lender writes
    with writing(work.engine) as connection:
        name = mapping_name(asked.lender, asked.kind)
        mappings.keep(connection, name, asked.kind, told.columns, told.habits())
