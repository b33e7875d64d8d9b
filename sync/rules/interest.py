"""Decides whether an agent may be too close to a debtor to collect from him. Knows no store.

A shared surname or a door near the agent's own is a warning; only a conflict that a person declared is
a refusal.
"""

from __future__ import annotations

from functools import lru_cache

from .policy import fold_text

NEXT_DOOR_M = 150

_PARTICLES = {"de", "del", "la", "las", "los", "y", "da", "do", "dos", "san", "santa", "van", "von"}


def surnames(name: str) -> list[str]:
    """What of a name may be a surname: its last two words, never the first."""
    return [word for word in words(name)[1:][-2:] if len(word) > 2]


def shared_surname(agent: str, debtor: str) -> str:
    """The surname of the agent that the debtor's name holds too, folded; "" when there is none.

    Lenders write names both ways round, so the debtor's is looked at whole.
    """
    theirs = set(words(debtor))
    return next((word for word in surnames(agent) if word in theirs), "")


def next_door(metres: float | None) -> bool:
    """True when the debtor's door is so near the agent's home that they may be neighbours."""
    return metres is not None and metres <= NEXT_DOOR_M


@lru_cache(maxsize=65_536)
def words(name: str) -> tuple[str, ...]:
    """The words of a name, folded, without the particles that tie them together."""
    return tuple(word for word in fold_text(name).split("_") if word and word not in _PARTICLES)
