"""The packs that come with Ronda, and how a pack file is read. Judges nothing; fetches nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from ..rules.policy import Policy

Expand = Callable[[str, str, Sequence[int]], Sequence[date]]


def available() -> list[str]:
    """The names that `load` knows, readings included (`mx-agency@seven-days`)."""
    raise NotImplementedError


def load(name: str | Path, expand: Expand | None = None, years: Sequence[int] = ()) -> Policy:
    """The policy of a pack's name or file. `expand(country, subdivision, years)` gives its holidays.

    Raises PolicyError for an unknown pack (naming those there are) and for one that cannot be read. A
    pack that closes on holidays and is loaded without `expand` blocks every day: never a silent allow.
    """
    raise NotImplementedError


def vectors(name: str | Path) -> list[dict[str, Any]]:
    """The test vectors written in a pack."""
    raise NotImplementedError
