"""One row of a debtor's timeline and whom it is asked about. Reads nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sync.words import Phrase

MOST = 1000  # rows of one kind that a timeline reads


@dataclass(frozen=True)
class Subject:
    """A debtor as somebody may see him: `accounts` (id → number) and `lenders` are those of his scope."""

    debtor: str
    timezone: str
    accounts: Mapping[str, str]
    lenders: frozenset[str]

    def sees(self, account_id: str | None) -> bool:
        """True for a row about no account, or about one within the scope."""
        return account_id is None or account_id in self.accounts

    def number(self, account_id: str | None) -> str:
        return self.accounts.get(account_id or "", "")


@dataclass(frozen=True)
class Happening:
    """What happened: `at` the moment, or the civil `day` where no more is known.

    `what` is the sentence; `words` are (family, code) pairs shown as the page's own labels after it; `note`
    is what a person typed; `opens` names the page of its source as (endpoint, values).
    """

    id: str
    what: Phrase
    at: datetime | None = None
    day: date | None = None
    words: tuple[tuple[str, str], ...] = ()
    because: Phrase | None = None
    note: str = ""
    who: str = ""
    number: str = ""
    minor: int | None = None
    currency: str = ""
    opens: tuple[str, Mapping[str, str]] | None = None
    kind: str = field(default="", kw_only=True)

    def of(self, kind: str) -> Happening:
        return replace(self, kind=kind)

    def place(self, zone: str) -> tuple[date, time]:
        """Where it stands among the others; what is known only by its day is the last of that day."""
        if self.at is not None:
            local = self.at.astimezone(ZoneInfo(zone))
            return local.date(), local.time()
        return self.day or date.min, time.max
