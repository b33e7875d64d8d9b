"""The strategies that come with Ronda, and how a strategy file is read. Decides nothing; fetches nothing."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from ..rules.strategy import Strategy, StrategyError, strategy_from

USUAL = "ronda"


def available() -> list[str]:
    return sorted(
        entry.name.removesuffix(".toml")
        for entry in files(__package__).iterdir()
        if entry.name.endswith(".toml")
    )


@lru_cache(maxsize=8)
def load(name: str = USUAL) -> Strategy:
    """A strategy of Ronda's by its name. Raises StrategyError for an unknown one."""
    return strategy_from(parsed(text_of(name), name))


def text_of(name: str = USUAL) -> str:
    entry = {one.name: one for one in files(__package__).iterdir()}.get(f"{name}.toml")
    if entry is None:
        raise StrategyError(f"unknown strategy {name!r}; there are: {', '.join(available())}")
    return entry.read_text(encoding="utf-8")


def read(path: Path) -> str:
    """The text of a company's own file. Raises StrategyError when it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as broken:
        raise StrategyError(f"the strategy file {path} cannot be read: {broken}") from None


def parsed(text: str, name: str = "file") -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        raise StrategyError(f"strategy {name}: not valid TOML ({broken})") from None


def vectors(data: dict[str, Any]) -> list[dict[str, Any]]:
    """The test vectors written in a strategy."""
    found = data.get("vectors", [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise StrategyError("strategy: [[vectors]] must be a list of tables")
    return [dict(one) for one in found]
