"""Which strategy the office works by, and taking a company's own once it agrees with its vectors."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from pathlib import Path

from sqlalchemy import Connection, Engine

from sync import strategies
from sync.records import Refused
from sync.rules import strategy_vectors
from sync.rules.strategy import Strategy, StrategyError, strategy_from
from sync.words import N_, Phrase

from ..store import facts
from ..store import strategies as store
from ..store.engine import writing


class Checked:
    """A file that could be read: its strategy, its text, and how it disagrees with its own vectors."""

    def __init__(self, text: str) -> None:
        data = strategies.parsed(text)
        self.text = text
        self.strategy = strategy_from(data)
        self.vectors = strategies.vectors(data)
        said = (strategy_vectors.failure(self.strategy, vector) for vector in self.vectors)
        self.failures = [one for one in said if one is not None]
        if not self.vectors:
            self.failures.append(
                f"strategy {self.strategy.name} has no [[vectors]]: nothing shows that it says what was meant"
            )
        self.unproved = strategy_vectors.unproved(self.strategy, self.vectors)


def check(path: Path) -> Checked:
    """Raises StrategyError, with a sentence, for a file that cannot be read."""
    return Checked(strategies.read(path))


def in_force(connection: Connection) -> Strategy:
    """The office's own, else the one that comes with Ronda."""
    held = store.in_force(connection)
    return _made(held["text"]) if held is not None else strategies.load()


def text_in_force(connection: Connection) -> str:
    held = store.in_force(connection)
    return str(held["text"]) if held is not None else strategies.text_of()


def version(connection: Connection, wanted: str) -> Strategy | None:
    """An exact version that was used once, or the one that comes with Ronda."""
    shipped = strategies.load()
    if wanted == shipped.version:
        return shipped
    text = store.text_of_version(connection, wanted)
    return _made(text) if text is not None else None


def use(engine: Engine, path: Path, *, now: datetime, actor: str) -> Checked | Refused:
    """Work by this file from now on. Refused when it disagrees with its own vectors. Raises StrategyError."""
    checked = check(path)
    if checked.failures:
        text = N_("la estrategia {name} no cumple sus propios casos: {why}")
        values = {"name": checked.strategy.name, "why": checked.failures[0]}
        return Refused(Phrase(text, values), "strategy.vectors")
    made = checked.strategy
    with writing(engine) as connection:
        store.use(connection, name=made.name, version=made.version, text=checked.text, now=now, actor=actor)
        facts.append(
            connection,
            "strategy.used",
            as_of=now.date(),
            now=now,
            actor=actor,
            subject=made.name,
            payload={"version": made.version, "vectors": len(checked.vectors)},
        )
    return checked


@lru_cache(maxsize=8)
def _made(text: str) -> Strategy:
    return strategy_from(strategies.parsed(text))


__all__ = ["Checked", "StrategyError", "check", "in_force", "text_in_force", "use", "version"]
