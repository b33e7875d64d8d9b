"""Until when a case must be answered, by its kind and the country. Reads no clock and no case."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from ..deadlines import after
from ..store import holidays, offices

TERMS = Path(__file__).parents[1] / "claims.toml"
DEFAULT = "default"


@dataclass(frozen=True)
class Due:
    """The last day, how many days that is, and the rule it comes from with how sure it is."""

    day: date
    days: int
    business: bool
    source: str
    confidence: str


@lru_cache(maxsize=1)
def terms() -> Mapping[str, Any]:
    return tomllib.loads(TERMS.read_text(encoding="utf-8"))


def due_of(
    term: str,
    received: date,
    country: str,
    *,
    own: Mapping[str, Any] | None = None,
    closed: Collection[date] = (),
) -> Due:
    """`own`: the office's own figures, by term and country. `closed`: days on which this office is closed."""
    table = {**terms()[term], **(own or {}).get(term, {})}
    said = table.get(country, table[DEFAULT])
    source, confidence = str(said["source"]), str(said.get("confidence", "own"))
    if "business_days" in said:
        days = int(said["business_days"])
        return Due(after(received, days, country, closed), days, True, source, confidence)
    days = int(said["days"])
    return Due(received + timedelta(days=days), days, False, source, confidence)


def due_here(connection: Connection, term: str, received: date, country: str) -> Due:
    """The same with this office's own figures and its own closed days."""
    closed = {row["day"] for row in holidays.standing(connection) if not row["municipality"]}
    own = offices.get(connection, "claim_deadlines")
    return due_of(term, received, country, own=own, closed=closed)
