"""What every part of the filled office stands on: its size, people, debtors and days. Writes no row."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Engine, Table

from server.office import Office
from sync.ids import new_id

TODAY = date(2026, 11, 20)  # a Friday
NOW = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)  # 15:00 in Duitama
CUT_OFF = date(2026, 11, 18)
SEED = 8
A_DAY = 20  # visits of an agent on a weekday
PASSWORD = "una frase larga y propia"
BRANCHES, TEAMS, ZONES, LENDERS = 8, 5, 20, 3
FIRST = "Rosa Saúl Tito Úrsula Vicente Inés Óscar Marta Elías Nubia Álvaro Sofía Jesús Belén Raúl Lucía"
LAST = (
    "Núñez Peña Barrera Gómez Ávila Ñáñez Cárdenas Muñoz Rincón Pérez Güiza Becerra León Torres Suárez "
    "Díaz Patiño Vargas Niño Cely Chaparro Fonseca Acuña Orduz Siachoque Mesa Parra Rojas Tibaduiza"
)
FIRST_NAMES, LAST_NAMES = FIRST.split(), LAST.split()

Row = dict[str, Any]
Rows = Iterator[tuple[Table, Row]]
Say = Callable[[str], None]


@dataclass(frozen=True)
class Size:
    accounts: int = 100_000
    agents: int = 1_000
    visits: int = 1_000_000


@dataclass(slots=True)
class Debtor:
    id: str
    number: int
    branch: int
    team: int
    zone: int
    lat: float
    lon: float
    located: bool
    address: str
    accounts: list[str]
    phone: str
    late: int = 0  # days, of his oldest account
    overdue: int = 0  # minor units, of all of them
    agent: Agent | None = None
    assignment: str | None = None

    @property
    def lender(self) -> int:
        """Whose his first account is."""
        return self.number % LENDERS


@dataclass(slots=True)
class Agent:
    id: str
    user: str
    username: str
    branch: int
    team: int
    device: str
    debtors: list[Debtor]
    n: int = 0
    receipts: int = 0
    cash: int = 0  # minor units that he took and did not pay in


@dataclass(frozen=True, slots=True)
class Visit:
    """One that was made, for what follows from it."""

    id: str
    agent: Agent
    debtor: Debtor
    account: str
    started: datetime
    ended: datetime
    result: str
    arrival: int


@dataclass
class World:
    """What was made so far. `seen` is a share of the visits, the oldest first."""

    office: Office
    size: Size
    password_hash: str
    say: Say
    draw: random.Random = field(default_factory=lambda: random.Random(SEED))
    lenders: list[str] = field(default_factory=lambda: [new_id() for _ in range(LENDERS)])
    users: dict[str, str] = field(default_factory=dict)
    imports: dict[str, str] = field(default_factory=dict)
    debtors: list[Debtor] = field(default_factory=list)
    agents: list[Agent] = field(default_factory=list)
    stops: dict[tuple[date, str], tuple[str, str]] = field(default_factory=dict)  # his route and stop
    files: dict[tuple[date, int], list[str | int]] = field(default_factory=dict)  # returned; its last place
    seen: list[Visit] = field(default_factory=list)
    agreed: list[str] = field(default_factory=list)

    @property
    def engine(self) -> Engine:
        return self.office.engine

    @property
    def each(self) -> int:
        """The visits of one agent."""
        return self.size.visits // self.size.agents

    def days(self) -> list[date]:
        """The weekdays with visits, oldest first; today's come first."""
        return weekdays(-(-self.each // A_DAY))

    def name(self) -> str:
        chosen = self.draw.choice
        return f"{chosen(FIRST_NAMES)} {chosen(FIRST_NAMES)} {chosen(LAST_NAMES)} {chosen(LAST_NAMES)}"

    def one_in(self, many: int, least: int = 20) -> int:
        """Of the visits, every so many: `least` of them also where there are few."""
        return max(1, min(many, self.size.visits // least))

    def some_debtors(self, many: int) -> Iterable[Debtor]:
        """So many, spread over all; a tenth at most."""
        return self.debtors[:: max(10, len(self.debtors) // many)]


def weekdays(many: int) -> list[date]:
    """The last ones up to today, oldest first."""
    days: list[date] = []
    day = TODAY
    while len(days) < many:
        if day.weekday() < 5:
            days.append(day)
        day -= timedelta(days=1)
    return days[::-1]


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=UTC)


def branch_name(number: int) -> str:
    return f"Sede {number + 1}"


def team_name(branch: int, team: int) -> str:
    return f"Equipo {branch + 1}-{team + 1}"


def zone_name(number: int) -> str:
    return f"Zona {number + 1}"


def centre(branch: int) -> tuple[float, float]:
    return 5.5 + branch * 0.15, -73.4 + branch * 0.12


def rows_of(table: Table, rows: Iterable[Row]) -> Rows:
    for row in rows:
        yield table, row
