"""Names what is not known of contacts made elsewhere, for who plans a day. Decides no visit."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from sync.records import Ruling
from sync.rules.freshness import OutsideSource, unknown_rulings

from .store import contact_sources


@dataclass(frozen=True)
class Unknown:
    """A system whose contacts are not known up to the day, with the warning it gives."""

    lender: str
    source: OutsideSource
    ruling: Ruling

    def to_json(self) -> dict[str, Any]:
        through = self.source.through
        return {
            "lender": self.lender,
            "source": self.source.name,
            "known_through": through.isoformat() if through else None,
            "rule": self.ruling.rule,
            "because": str(self.ruling.because),
        }


def unknown(
    connection: Connection, day: date, lenders: Collection[str | None] | None = None
) -> list[Unknown]:
    """Of every lender, or of those with these ids (None among them: every one)."""
    return [
        Unknown(name, source, ruling)
        for lender, name, source in contact_sources.listed(connection)
        if lenders is None or None in lenders or lender in lenders
        for ruling in unknown_rulings([source], day)
    ]
