"""The office's stations of the demo: portfolio, people, assignment, route. Each answers with its figures.

Every station calls the gerund that the commands and the pages call; nothing here is the demo's own.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sync.ids import new_id
from sync.records import Refused, UserRole
from sync.rules.contact import windows

from .. import cities
from ..assigning import assign
from ..config import Config
from ..geocoding.placing import place_imported
from ..hiring import NewPerson, hire
from ..importing import import_payments, import_portfolio
from ..office import Office, initialise, open_office
from ..packs import pack_of
from ..planning import plan, publish
from ..roads.picking import roads_of
from ..store import agents, offices, tallies
from ..store.engine import reading, writing
from .mapping import write_extract
from .people import COLLECTORS, OFFICE, demo_people
from .portfolio import write_payments, write_portfolio
from .processes import DemoFailed
from .town import Town, make_town

ZONE = "America/Bogota"
ACTOR = "demo"
LENDER = "Crediboyacá (ficticia)"
# Of the made town's debtors only so many come with coordinates; the others are found by their addresses.
LOCATED = 0.1
Say = Callable[[str], None]


@dataclass(frozen=True)
class Given:
    """What the person gave: real files, or None for the made town and portfolio."""

    portfolio: Path | None
    payments: Path | None
    pack: str
    lender: str
    as_of: date
    city: Path | None = None


@dataclass(frozen=True)
class Login:
    """One of the demo's people, as printed."""

    role: str
    username: str
    name: str


def local_today(now: datetime) -> date:
    return now.astimezone(ZoneInfo(ZONE)).date()


def working_day(pack: str, start: date, step: int) -> date:
    """The first day from `start`, going by `step` days, on which the pack lets anyone visit."""
    policy = pack_of(pack)
    if policy is None:
        raise DemoFailed(f"there is no policy pack named '{pack}'")
    day = start
    for _ in range(30):
        if windows(policy, day, ZONE):
            return day
        day += timedelta(days=step)
    raise DemoFailed(f"the pack '{pack}' allows no visit within 30 days of {start}")


def make_office(config: Config, now: datetime) -> Office:
    initialise(config, now, "Ronda de demostración")
    return open_office(config)


def build_city(office: Office, given: Given, folder: Path, now: datetime) -> dict[str, Any] | None:
    """The city's roads, addresses and map: of the extract that was given, or of the made town.

    None for a real portfolio without an extract: nothing is known of where it lies.
    """
    extract, name = given.city, given.city.name.split(".")[0] if given.city else ""
    if extract is None and given.portfolio is None:
        town = make_town()
        extract, name = write_extract(town, folder / "villa-ronda.osm.pbf"), town.name
    if extract is None:
        return None
    try:
        made = cities.add(office.config.cities, extract, name)
        cities.use(office.engine, office.config.cities, made.name, ACTOR, now)
    except cities.WrongExtract as wrong:
        raise DemoFailed(str(wrong)) from wrong
    return {"name": made.name, "bounds": made.bounds, "fingerprint": made.fingerprint, "bytes": made.bytes}


def bring_in(office: Office, given: Given, folder: Path, now: datetime) -> tuple[dict[str, Any], Town | None]:
    """Import the portfolio and its payments; make both first when no file was given."""
    town = None
    portfolio, payments = given.portfolio, given.payments
    if portfolio is None:
        town = make_town()
        portfolio, payments = folder / "cartera.csv", folder / "pagos.csv"
        manifest = write_portfolio(portfolio, town, given.as_of, located=LOCATED)
        write_payments(payments, manifest, given.as_of, until=given.as_of)
        with writing(office.engine) as connection:
            offices.put(
                connection,
                "basemap",
                {
                    "id": new_id(),
                    "name": town.name,
                    "attribution": "Villa Ronda (ficticia)",
                    "geojson": town.geojson(),
                },
            )
    report = import_portfolio(
        office.engine,
        portfolio,
        lender=given.lender,
        as_of=given.as_of,
        pack=given.pack,
        mode="full",
        actor=ACTOR,
        now=now,
        agreed=True,
        report=folder / "cartera.rechazos.csv",
    )
    figures = {"portfolio": report.to_json()}
    placed = place_imported(office.engine, office.config.cities, actor=ACTOR, now=now)
    if placed is not None:
        figures["geocoding"] = placed.to_json()
    if payments is not None:
        paid = import_payments(
            office.engine,
            payments,
            lender=given.lender,
            as_of=given.as_of,
            actor=ACTOR,
            now=now,
            report=folder / "pagos.rechazos.csv",
        )
        figures["payments"] = paid.to_json()
    return figures, town


def staff(office: Office, town: Town | None, password: str, now: datetime) -> list[Login]:
    """The demo's people: collectors where the town or the branches are, and one of each other role."""
    people = _townspeople(town) if town is not None else _branch_people(office)
    logins = []
    for person in people:
        hired = hire(office.engine, NewPerson(password=password, **person), actor=ACTOR, now=now)
        if isinstance(hired, Refused):
            raise DemoFailed(str(hired.reason))
        logins.append(Login(person["role"].value, person["username"], person["name"]))
    return logins


def _townspeople(town: Town) -> list[dict[str, Any]]:
    people = []
    for person in demo_people(town):
        made: dict[str, Any] = {
            "username": person["username"],
            "name": person["name"],
            "role": UserRole(person["role"]),
        }
        if person["role"] == UserRole.COLLECTOR:
            made |= {
                "zone": person["zone"],
                "branch": person["branch"],
                "home": (person["home_lat"], person["home_lon"]),
                "shift": (person["shift_start"], person["shift_end"]),
            }
        people.append(made)
    return people


def _branch_people(office: Office) -> list[dict[str, Any]]:
    """For a real file: the same names, spread over the branches it names, with no home known."""
    with reading(office.engine) as connection:
        branches = tallies.branches(connection) or [""]
    people: list[dict[str, Any]] = [
        {
            "username": username,
            "name": name,
            "role": UserRole.COLLECTOR,
            "branch": branches[place % len(branches)],
        }
        for place, (name, username) in enumerate(COLLECTORS)
    ]
    people += [
        {"username": username, "name": name, "role": UserRole(role)} for name, username, role in OFFICE
    ]
    return people


def give_out(office: Office, day: date, now: datetime) -> dict[str, Any]:
    """Assign the debtors at 90 days and over."""
    report = assign(
        office.engine, as_of=day, actor=ACTOR, now=now, roads=roads_of(office.config, office.engine)
    )
    if isinstance(report, Refused):
        raise DemoFailed(str(report.reason))
    return report.to_json()


def lay_out(office: Office, day: date, now: datetime, say: Say) -> dict[str, Any]:
    """Plan the day and publish it to the laptops."""
    planned = plan(
        office.engine,
        day=day,
        actor=ACTOR,
        now=now,
        progress=lambda done: say(f"  planned {done}"),
        roads=roads_of(office.config, office.engine),
    )
    if isinstance(planned, Refused):
        raise DemoFailed(str(planned.reason))
    published = publish(office.engine, day=day, actor=ACTOR, now=now)
    if isinstance(published, Refused):
        raise DemoFailed(f"{published.reason} ({published.rule})")
    return {"day": day.isoformat(), **planned.to_json(), "published": published.to_json()}


def busiest(office: Office) -> agents.Agent:
    """The agent with most debtors: the one who gets the laptop."""
    with reading(office.engine) as connection:
        ranked = tallies.debtors_by_agent(connection)
        found = agents.by_ids(connection, ranked)
    if not found:
        raise DemoFailed("no agent has a debtor: nothing was assigned")
    return max(found.values(), key=lambda agent: (ranked[agent.id], agent.id))


def new_password() -> str:
    """One password for every person of this demo, made for it and printed once."""
    return f"ronda-{secrets.token_hex(4)}"


def clock() -> datetime:
    return datetime.now(UTC)
