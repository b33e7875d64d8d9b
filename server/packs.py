"""The contact policies this office works under, read once a process with their holidays expanded.

A pack as it is shipped is the same for every office; what an office adds is its own holidays, laid over it
so that laptops judge by the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection

from sync import policies
from sync.rules.policy import Policy, fold_text, policy_from

from .holidays_of import expand
from .store import holidays

Packs = Callable[[str], Policy | None]
Day = tuple[date, str, str]  # the day, the municipality ("" everywhere), the reason


@lru_cache(maxsize=64)
def pack_of(name: str) -> Policy | None:
    """The pack of that name, or None when there is none: rules then block, never allow."""
    if name not in policies.available():
        return None
    return policies.load(name, expand)


@dataclass(frozen=True)
class OfficePacks:
    """Packs with the office's own holidays laid over; by name, like `pack_of`."""

    shipped: Packs
    days: tuple[tuple[str, Day], ...]  # the pack concerned ("" each) and the day

    def __call__(self, name: str) -> Policy | None:
        policy = self.shipped(name)
        mine = tuple(day for pack, day in self.days if pack in ("", name))
        return policy if policy is None or not mine else _laid(_Held(policy), mine)


def at_office(connection: Connection, packs: Packs = pack_of) -> Packs:
    """The packs as they hold in this office today. What is an office's already stays as it is."""
    if isinstance(packs, OfficePacks):
        return packs
    rows = holidays.standing(connection)
    if not rows:
        return packs
    days = tuple((row["pack"], (row["day"], row["municipality"], row["reason"])) for row in rows)
    return OfficePacks(packs, days)


@dataclass(frozen=True)
class _Held:
    """A policy that is compared by its version: what `lru_cache` keeps it under."""

    policy: Policy

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and other.policy.version == self.policy.version

    def __hash__(self) -> int:
        return hash(self.policy.version)


@lru_cache(maxsize=128)
def _laid(held: _Held, days: tuple[Day, ...]) -> Policy:
    content: dict[str, Any] = json.loads(held.policy.canonical)
    years: Mapping[str, list[str]] = content.pop("holidays")
    content["local_holidays"] = [*content.get("local_holidays", ()), *(_table(*day) for day in days)]
    known = {int(year): [date.fromisoformat(day) for day in listed] for year, listed in years.items()}
    return policy_from(content, known, strict=False)


def _table(day: date, municipality: str, reason: str) -> dict[str, Any]:
    """One day as a pack writes it: a rule of its own, whose quote is the reason somebody gave."""
    where = fold_text(municipality)
    plain = "".join(mark if mark.isascii() and mark.isalnum() else "_" for mark in where) or "company"
    return {
        "id": f"holiday.{day:%Y%m%d}.{plain}"[:61],
        "quote": reason,
        "confidence": "own",
        "municipalities": [municipality] if municipality else [],
        "dates": [day.isoformat()],
        "always": True,
    }
