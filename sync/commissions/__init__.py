"""The rules of commissions that come with Ronda, and how a company's own file is read. Reckons nothing.

`default.toml` names no lender and is an example: a company writes its own and puts it in force.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path

from ..rules.clauses import PolicyError
from ..rules.commission_rules import CommissionRules, rules_from


@cache
def default() -> CommissionRules:
    return read(default_text())


def default_text() -> str:
    return (files(__package__) / "default.toml").read_text(encoding="utf-8")


def read(text: str) -> CommissionRules:
    """The rules of a TOML text. Raises PolicyError with a sentence."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        raise PolicyError(f"commissions: not valid TOML ({broken})") from None
    return rules_from(data)


def load(path: Path) -> CommissionRules:
    try:
        return read(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as broken:
        raise PolicyError(f"the rules of commissions {path} cannot be read: {broken}") from None
