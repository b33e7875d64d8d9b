"""Reads the files of an open export, each row once. Needs no office; what they tell is for `kpi_facts`."""

from __future__ import annotations

import csv
import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from sync.cells import unsafe
from sync.records import Balance, Payment
from sync.rules import ageing
from sync.rules.figures import Settings
from sync.rules.figures_facts import (
    Doer,
    Of,
)

LONGEST_CELL = 1_000_000
SETTINGS = "export.json"
# The columns that figures need of each file.
NEEDED: dict[str, tuple[str, ...]] = {
    "accounts": ("lender", "account", "product", "currency", "edges", "gone_on"),
    "agents": ("agent_id", "agent", "team"),
    "visits": (
        *(
            "visit",
            "lender",
            "account",
            "agent_id",
            "started",
            "ended",
            "known",
            "received",
            "party",
            "result",
        ),
        *("lat", "lon", "evidence", "timezone", "offset_ms", "stop", "verdict", "amended", "complaints"),
    ),
    "promises": (
        "promise",
        "lender",
        "account",
        "agent_id",
        "amount",
        "currency",
        "deadline",
        "end",
        "end_paid",
    ),
    "payments": ("payment", "lender", "account", "value_date", "amount", "currency", "reverses"),
    "balances": (
        *("lender", "account", "as_of", "currency", "principal", "interest", "late_interest", "fees"),
        *("overdue", "oldest_due"),
    ),
    "assignments": ("lender", "account", "agent_id", "outcome", "since", "until"),
    "routes": ("route", "date", "agent_id", "road_m", "value", "bound"),
    "stops": ("stop", "route", "date", "agent_id", "lender", "account", "lat", "lon", "precision"),
    "contacts": ("contact", "lender", "account", "agent_id", "started", "effective", "timezone"),
}
Cells = dict[str, str]
Key = tuple[str, str]


class NotAnExport(ValueError):
    """A file that `ronda office export` did not write; the message says what is wrong with it."""


@dataclass
class Export:
    """The files of one export. What many figures ask for is read once and kept."""

    folder: Path
    kept: dict[tuple[Key, date], ageing.Standing | None] = field(default_factory=dict)

    def rows(self, name: str) -> Iterator[Cells]:
        """The rows of one file. Raises NotAnExport when it cannot be one."""
        path = self.folder / f"{name}.csv"
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                csv.field_size_limit(LONGEST_CELL)  # the whole process's: another reader may have set it
                reader = csv.DictReader(file, restval="")
                absent = [column for column in NEEDED[name] if column not in (reader.fieldnames or ())]
                if absent:
                    raise NotAnExport(f"{path.name} has no column {', '.join(absent)}")
                for row in reader:
                    yield {column: unsafe(row[column]) for column in NEEDED[name]}
        except UnicodeDecodeError as wrong:
            raise NotAnExport(f"{path.name} is not written in UTF-8; export it again") from wrong
        except csv.Error as wrong:
            raise NotAnExport(f"{path.name} is not a CSV file: {wrong}") from wrong

    @cached_property
    def about(self) -> dict[str, Any]:
        """The day of the export and how its figures are reckoned."""
        try:
            told: dict[str, Any] = json.loads((self.folder / SETTINGS).read_text(encoding="utf-8"))
        except ValueError as wrong:
            raise NotAnExport(f"{SETTINGS} is not JSON; export it again") from wrong
        return told

    @property
    def as_of(self) -> date:
        return date.fromisoformat(self.about["as_of"])

    @property
    def settings(self) -> Settings:
        costs = {currency: int(minor) for currency, minor in self.about["day_costs"].items()}
        return Settings(int(self.about["attribution_days"]), costs)

    @cached_property
    def accounts(self) -> dict[Key, Cells]:
        return {key_of(row): row for row in self.rows("accounts")}

    @cached_property
    def agents(self) -> dict[str, Cells]:
        return {row["agent_id"]: row for row in self.rows("agents")}

    @cached_property
    def balances(self) -> dict[Key, list[Balance]]:
        """Of each account by day; of one day the last row counts."""
        found: defaultdict[Key, dict[date, Balance]] = defaultdict(dict)
        for row in self.rows("balances"):
            balance = _balance(row)
            found[key_of(row)][balance.as_of] = balance
        return {key: [days[day] for day in sorted(days)] for key, days in found.items()}

    @cached_property
    def payments(self) -> dict[Key, list[Payment]]:
        found: defaultdict[Key, list[Payment]] = defaultdict(list)
        for row in self.rows("payments"):
            found[key_of(row)].append(_payment(row))
        return dict(found)

    @cached_property
    def assigned(self) -> dict[Key, list[tuple[date, date, str]]]:
        """(since, until, agent) of each account that somebody had, in the order of the decisions."""
        found: defaultdict[Key, list[tuple[date, date, str]]] = defaultdict(list)
        for row in self.rows("assignments"):
            if row["outcome"] == "assigned" and row["agent_id"]:
                until = date.fromisoformat(row["until"]) if row["until"] else date.max
                found[key_of(row)].append((date.fromisoformat(row["since"]), until, row["agent_id"]))
        return dict(found)

    def edges(self, key: Key) -> tuple[int, ...]:
        return tuple(map(int, self.accounts[key]["edges"].split()))

    def standing(self, key: Key, day: date) -> ageing.Standing | None:
        """How an account stood on a day; None before its first balance."""
        if (key, day) not in self.kept:
            balances = self.balances.get(key, [])
            at = bisect_right(balances, day, key=lambda balance: balance.as_of)
            self.kept[key, day] = (
                ageing.standing(balances[at - 1], self.payments.get(key, []), day, self.edges(key))
                if at
                else None
            )
        return self.kept[key, day]

    def keeper(self, key: Key, day: date) -> tuple[Doer, date | None]:
        """Who had the account that day, and since when."""
        held = [one for one in self.assigned.get(key, ()) if one[0] <= day < one[1]]
        return (self.doer(held[-1][2]), held[-1][0]) if held else (Doer(), None)

    def doer(self, agent: str) -> Doer:
        return Doer(agent, self.agents[agent]["team"]) if agent in self.agents else Doer()

    def of(self, key: Key, eve: date) -> Of:
        standing = self.standing(key, eve)
        bucket = standing.bucket if standing is not None else ""
        return Of("/".join(key), key[0], self.accounts[key]["product"], bucket)


def missing(folder: Path) -> list[str]:
    """The files that a folder lacks to be an export."""
    return [name for name in (*(f"{one}.csv" for one in NEEDED), SETTINGS) if not (folder / name).is_file()]


def key_of(row: Mapping[str, str]) -> Key:
    return row["lender"], row["account"]


def _balance(row: Cells) -> Balance:
    return Balance(
        as_of=date.fromisoformat(row["as_of"]),
        currency=row["currency"],
        principal=Decimal(row["principal"]),
        interest=Decimal(row["interest"]),
        late_interest=Decimal(row["late_interest"]),
        fees=Decimal(row["fees"]),
        overdue=Decimal(row["overdue"]),
        oldest_due=date.fromisoformat(row["oldest_due"]) if row["oldest_due"] else None,
        instalments_overdue=None,
    )


def _payment(row: Cells) -> Payment:
    return Payment(
        id=row["payment"],
        account=row["account"],
        amount=Decimal(row["amount"]),
        currency=row["currency"],
        value_date=date.fromisoformat(row["value_date"]),
        posted_date=None,
        imported_at=None,
        channel="",
        receipt="",
        reverses=row["reverses"] or None,
    )
