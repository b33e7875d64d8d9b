"""What a lender's file says, worked out here from its bytes. Shares no code with the importer it checks."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

AMOUNTS = ("Saldo capital", "Interés corriente", "Interés de mora", "Otros cargos", "Valor vencido")


@dataclass
class Reckoned:
    """Rows of the file, those that cannot be taken, and what is due on every account that can."""

    rows: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    days: dict[str, int] = field(default_factory=dict)
    holder: dict[str, str] = field(default_factory=dict)

    @property
    def buckets(self) -> dict[str, int]:
        counted = Counter(bucket(days) for days in self.days.values())
        return dict(counted)

    @property
    def late(self) -> set[str]:
        """The accounts at 90 days or more."""
        return {number for number, days in self.days.items() if days >= 90}

    @property
    def late_holders(self) -> set[str]:
        """Who holds them, by document."""
        return {self.holder[number] for number in self.late}

    @property
    def asked_for(self) -> set[str]:
        """The accounts a collector takes to the street: those, and whatever else their holders are behind on."""
        return {n for n, days in self.days.items() if days > 0 and self.holder[n] in self.late_holders}


def bucket(days: int) -> str:
    for least, name in ((90, "90+"), (61, "61-89"), (31, "31-60"), (1, "1-30")):
        if days >= least:
            return name
    return "current"


def reckon(path: Path, as_of: date) -> Reckoned:
    """Read `path` as the lender wrote it: cp1252, `;`, dd/mm/yyyy, decimal commas."""
    header, *lines = csv.reader(io.StringIO(path.read_bytes().decode("cp1252"), newline=""), delimiter=";")
    found, taken = Reckoned(), set()
    for cells in lines:
        found.rows += 1
        row = dict(zip(header, cells, strict=False))
        wrong = _wrong(row, len(cells) < len(header), tuple(cells) in taken)
        if wrong:
            found.rejected[wrong] += 1
            continue
        taken.add(tuple(cells))
        due = _day(row["Vencimiento más antiguo"])
        found.days[row["No. Crédito"]] = max(0, (as_of - due).days) if due else 0
        found.holder[row["No. Crédito"]] = row["Cédula"]
    return found


def _wrong(row: dict[str, str], short: bool, repeated: bool) -> str:
    if short:
        return "short"
    if repeated:
        return "repeated"
    if not row["No. Crédito"]:
        return "no number"
    if not _is_day(row["Vencimiento más antiguo"]):
        return "date"
    if not all(_is_amount(row[name]) for name in AMOUNTS):
        return "amount"
    return ""


def _is_amount(text: str) -> bool:
    """Digits, dots between thousands, a comma before the cents; never less than nothing."""
    return text.replace(".", "").replace(",", "", 1).isdigit()


def _day(text: str) -> date | None:
    if not text:
        return None
    day, month, year = map(int, text.split("/"))
    return date(year, month, day)


def _is_day(text: str) -> bool:
    try:
        _day(text)
    except ValueError:
        return False
    return True
