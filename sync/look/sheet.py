"""A line of the paper route sheet, the same on both sides; `templates/sheet.html` draws it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from ..words import Phrase


@dataclass(frozen=True)
class SheetAccount:
    """What is overdue of one account, as of the lender's cut-off."""

    number: str
    overdue: Decimal | None
    currency: str
    dpd: int | None
    as_of: date | None


@dataclass(frozen=True)
class SheetLine:
    """One numbered line. `window` is an appointment's; an empty `name`: nobody the reader may see."""

    sequence: int | None
    zone: str
    hour: datetime | None
    window: tuple[datetime, datetime] | None
    name: str
    where: str
    phones: tuple[str, ...]
    stopped: Phrase | None
    accounts: tuple[SheetAccount, ...]
