"""A small office with real people and a laptop, ready to work in processes of their own. Knows no test.

Villa Ronda, 200 accounts, two collectors (Rosalba and Wilson), Patricia who coordinates and Óscar who
supervises. Everything is made by the functions that the commands and the pages call.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from field_client.store import keyring
from server.config import Config
from server.demo import stations
from server.demo.manifest import PaymentsManifest, PortfolioManifest
from server.demo.people import demo_people
from server.demo.portfolio import write_payments, write_portfolio
from server.demo.processes import Server, run
from server.demo.town import make_town
from server.enrolling import issue_code
from server.hiring import NewPerson, hire
from server.importing import import_portfolio
from server.office import Office, open_office
from server.store import agents, offices
from server.store.engine import reading, writing
from sync.ids import new_id
from sync.records import Refused, UserRole
from sync.sealing import Cost

ACCOUNTS = 200
STAFF = ("rosalba", "wilson", "patricia", "oscar")
PASSWORD = "una frase larga y propia"
PASSPHRASE = "la contraseña del portátil"
ZONE = ZoneInfo(stations.ZONE)
# Argon2 at its real cost takes a third of a second of both processors; not what these tests measure.
CHEAP = Cost(memory_kib=32, passes=1, lanes=1)
# Visits are told with hours up to 18:00; four hours later the day itself can be told as past.
TOLD_FROM = 22


def visiting_day(now: datetime) -> date:
    """The last day on which the pack allows visits and whose hours are all past: never a faked clock."""
    local = now.astimezone(ZONE)
    newest = local.date() if local.hour >= TOLD_FROM else local.date() - timedelta(days=1)
    return stations.working_day("demo", newest, -1)


def at(day: date, clock: str) -> datetime:
    """A moment of that day on the collector's watch."""
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=ZONE)


@dataclass
class Village:
    """An office's folder and what its files say."""

    folder: Path
    day: date
    portfolio: PortfolioManifest
    payments: PaymentsManifest
    agents: dict[str, str] = field(default_factory=dict)

    @property
    def config(self) -> Config:
        data = self.folder / "office"
        return Config(data=data, database_url=f"sqlite:///{data / 'office.db'}")

    @property
    def environ(self) -> dict[str, str]:
        return {"RONDA_DATA": str(self.config.data), "RONDA_DATABASE_URL": self.config.database_url}

    def server(self, port: int = 0) -> Server:
        """The office's process, not started; where a laptop knows it, on the same port as before."""
        return Server(["office", "serve", "--port", str(port)], self.environ, self.folder / "office.log")

    def open(self) -> Office:
        return open_office(self.config)

    def copied(self, folder: Path) -> Village:
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return Village(folder, self.day, self.portfolio, self.payments, dict(self.agents))


@dataclass
class Portable:
    """A laptop's folder and the environment its commands read."""

    folder: Path

    @property
    def environ(self) -> dict[str, str]:
        return {"RONDA_FIELD_DATA": str(self.folder), "RONDA_FIELD_PASSPHRASE": PASSPHRASE}

    def server(self, log: Path, *, by_hand: bool = False) -> Server:
        """The pages' process, not started. It must ask for the passphrase: it gets none from outside.

        `by_hand`: it speaks with the office when a button is pressed and never by itself.
        """
        arguments = ["field", "serve", "--port", "0", *(["--by-hand"] if by_hand else [])]
        return Server(arguments, {"RONDA_FIELD_DATA": str(self.folder)}, log)

    def office_port(self) -> int:
        """Where this laptop looks for its office."""
        return int(self.run("status")["server"].rsplit(":", 1)[1])

    def cheaper(self) -> Portable:
        """The same laptop under the same passphrase, quicker to unlock."""
        keyring.save(self.folder, keyring.load(self.folder, PASSPHRASE), PASSPHRASE, CHEAP)
        return self

    def run(self, *arguments: str) -> dict[str, Any]:
        """A `ronda field` command; its JSON."""
        return run(["field", *arguments], self.environ)


def make_village(folder: Path, now: datetime, accounts: int = ACCOUNTS) -> Village:
    """Init, import the portfolio and hire; assigning, planning and the payments are left to the test."""
    folder.mkdir(parents=True, exist_ok=True)
    day, town = visiting_day(now), make_town()
    portfolio = write_portfolio(folder / "cartera.csv", town, day, accounts=accounts)
    payments = write_payments(folder / "pagos.csv", portfolio, day, until=day)
    village = Village(folder, day, portfolio, payments)
    office = stations.make_office(village.config, now)
    basemap = {"id": new_id(), "name": town.name, "attribution": "Villa Ronda (ficticia)"}
    with writing(office.engine) as connection:
        offices.put(connection, "basemap", basemap | {"geojson": town.geojson()})
    import_portfolio(
        office.engine,
        portfolio.path,
        lender=stations.LENDER,
        as_of=day,
        pack="demo",
        mode="full",
        actor="cli",
        now=now,
        agreed=True,
        report=folder / "cartera.rechazos.csv",
    )
    for person in demo_people(town):
        if person["username"] in STAFF:
            _hire(office, person, now)
    with reading(office.engine) as connection:
        village.agents = {agent.username: agent.id for agent in agents.all_active(connection)}
    office.engine.dispose()
    return village


def _hire(office: Office, person: Mapping[str, Any], now: datetime) -> None:
    role = UserRole(person["role"])
    street: dict[str, Any] = {}
    if role is UserRole.COLLECTOR:
        street = {
            "zone": person["zone"],
            "branch": person["branch"],
            "home": (person["home_lat"], person["home_lon"]),
            "shift": (person["shift_start"], person["shift_end"]),
        }
    new = NewPerson(person["username"], person["name"], role, PASSWORD, **street)
    hired = hire(office.engine, new, actor="cli", now=now)
    assert not isinstance(hired, Refused), hired


def lay_out(village: Village, now: datetime) -> None:
    """Assign, plan and publish, as the coordinator would."""
    office = village.open()
    stations.give_out(office, village.day, now)
    stations.lay_out(office, village.day, now, say=lambda _text: None)
    office.engine.dispose()


def enrol(village: Village, folder: Path, agent: str, now: datetime) -> Portable:
    """A laptop with the day received, the office's process stopped again."""
    office = village.open()
    code = issue_code(office.engine, village.agents[agent], actor="cli", now=now)
    office.engine.dispose()
    portable, server = Portable(folder), village.server()
    try:
        address = server.start()
        portable.run("enrol", "--server", address, "--code", code, "--name", f"Portátil de {agent}")
        portable.run("sync")
    finally:
        server.stop()
    return portable


def typed(portable: Portable, visits: list[dict[str, Any]], sheet: Path) -> None:
    """Type a paper sheet into the laptop, as the collector does at night."""
    sheet.write_text("".join(json.dumps(visit, ensure_ascii=False) + "\n" for visit in visits), "utf-8")
    assert portable.run("visit", "--from", str(sheet))["refused"] == []


def ronda(
    arguments: Sequence[str], environ: Mapping[str, str] | None = None, **more: Any
) -> subprocess.CompletedProcess[str]:
    """`ronda …` in a process of its own, whatever its exit code."""
    return subprocess.run(
        [sys.executable, "-m", "sync", *arguments],
        env=None if environ is None else dict(environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        **more,
    )


def last_object(said: str) -> dict[str, Any]:
    """The JSON object on the last line printed."""
    found = json.loads(said.strip().splitlines()[-1])
    assert isinstance(found, dict)
    return found
