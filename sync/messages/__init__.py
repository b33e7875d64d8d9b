"""The message templates that come with Ronda, and what each pack's disclosures demand. Judges nothing."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

from ..rules.messages import Audience, Medium, Template


@lru_cache(maxsize=1)
def shipped() -> Mapping[str, Template]:
    """By key, the templates of `templates.toml`; an office lays its own versions over them."""
    said = tomllib.loads((files(__package__) / "templates.toml").read_text(encoding="utf-8"))
    made = [
        Template(
            key=one["key"],
            title=one["title"],
            medium=Medium(one["medium"]),
            audience=Audience(one.get("audience", "debtor")),
            text=one["text"].strip(),
            subject=one.get("subject", ""),
            language=one.get("language", "es"),
            packs=tuple(one.get("packs", ())),
        )
        for one in said["templates"]
    ]
    return {one.key: one for one in made}


@lru_cache(maxsize=1)
def clauses() -> Mapping[str, str]:
    """Clauses that every text says in the same words: the place they fill, and the words."""
    said = tomllib.loads((files(__package__) / "templates.toml").read_text(encoding="utf-8"))
    return dict(said["clauses"])


@lru_cache(maxsize=1)
def disclosures() -> Mapping[str, tuple[str, ...]]:
    """By rule id of a pack, the places that a text under it must have."""
    said = tomllib.loads((files(__package__) / "disclosures.toml").read_text(encoding="utf-8"))
    return {rule: tuple(places) for rule, places in said["demands"].items()}
