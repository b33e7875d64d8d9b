"""The rules of offers that come with Ronda, and how a company's own file is read. Judges nothing.

`default.toml` is cautious and names no lender: a company writes its own and checks it with
`ronda office offers check FILE`.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path

from ..rules.clauses import PolicyError
from ..rules.offer_rules import OfferRules, offer_rules_from


@cache
def default() -> OfferRules:
    return read((files(__package__) / "default.toml").read_text(encoding="utf-8"))


def read(text: str) -> OfferRules:
    """The rules of a TOML text. Raises PolicyError with a sentence."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        raise PolicyError(f"offers: not valid TOML ({broken})") from None
    return offer_rules_from(data)


def load(path: Path) -> OfferRules:
    try:
        return read(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as broken:
        raise PolicyError(f"the rules of offers {path} cannot be read: {broken}") from None
