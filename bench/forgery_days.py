"""Honest days of collectors, as rows of a file of visits: noise, odd habits and bad luck. Plants nothing.

Everything that a fair audit must leave alone happens here on purpose: see `docs/auditing.md`.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

M_PER_DEGREE = 111_195.0
# Spring comes to Santiago on 6 September 2026: clocks go forward that night.
FIRST_DAY = date(2026, 9, 3)
TOWNS = (
    ("America/Bogota", 4.6486, -74.0810),
    ("America/Guatemala", 14.6349, -90.5069),
    ("America/Santiago", -33.4489, -70.6693),
    ("America/Mexico_City", 19.4326, -99.1332),
)
STOCK = (
    "nadie en casa",
    "Nadie en casa.",
    "volver mañana",
    "ausente",
    "cerrado",
    "no se encuentra",
    "se dejó aviso",
    "dejé aviso con la vecina",
    "no abrió la puerta nadie",
    "se dejó aviso debajo de la puerta",
    "titular no se encontraba, se dejó aviso con familiar",
    "no hay nadie en el domicilio, se vuelve mañana por la tarde",
    "se visita domicilio, no se encontró a nadie, se deja aviso",
    "promete pagar el viernes",
    "promete pago",
    "paga mañana",
)
WHO = ("La señora", "Don Jaime", "El titular", "Su hermana", "La hija", "El señor", "La dueña", "Un empleado")
DID = (
    "dice que cobra el día {n} y que abona {m}",
    "pide que se le llame antes de las {n} porque trabaja de noche",
    "explica que perdió el empleo en la fábrica de {p}",
    "muestra un recibo por {m} de la agencia de {p}",
    "se va a mudar con su cuñado a {p}",
    "reconoce la deuda y ofrece {m} cada {n} días",
    "está enfermo desde hace {n} semanas y vende {p}",
    "reclama que le cargaron {m} de más en el seguro",
)
PLACES = ("arepas", "zapatos", "Tunja", "la plaza", "El Carmen", "celulares", "la terminal", "flores", "Suba")


@dataclass
class Person:
    """A debtor at his door: where it is, and where the file believes it to be."""

    account: str
    door: tuple[float, float]
    address: tuple[float, float]
    precision: str


@dataclass
class Agent:
    """A collector with his own telephone, clock, zone and habits."""

    name: str
    zone: str
    town: tuple[float, float]
    noise_m: float
    decimals: int
    drift_s: float
    country: bool
    phrase: str
    people: list[Person] = field(default_factory=list)

    @property
    def home(self) -> tuple[float, float]:
        return moved(self.town, 3_700.0, 2_900.0)


@dataclass
class Told:
    """A row with what is true of it: `kind` of the forgery, "" for an honest one. Times are true ones."""

    cells: dict[str, str]
    agent: Agent
    person: Person
    start: datetime
    end: datetime
    kind: str = ""
    day: date = FIRST_DAY


def moved(point: tuple[float, float], north_m: float, east_m: float) -> tuple[float, float]:
    lat = point[0] + north_m / M_PER_DEGREE
    return lat, point[1] + east_m / (M_PER_DEGREE * math.cos(math.radians(point[0])))


def hexed(rng: random.Random, bits: int) -> str:
    return f"{rng.getrandbits(bits):0{bits // 4}x}"


def agent(rng: random.Random, number: int, people: int) -> Agent:
    zone, lat, lon = TOWNS[number % len(TOWNS)]
    own = Agent(
        name=f"agent-{number:02d}",
        zone=zone,
        town=moved((lat, lon), rng.uniform(-4000, 4000), rng.uniform(-4000, 4000)),
        noise_m=rng.uniform(10, 80) / 1.5,
        decimals=rng.choice((4, 5, 5, 6, 6, 7)),
        drift_s=rng.gauss(0, 100),
        country=rng.random() < 0.15,
        phrase=f"se realiza visita de rutina al domicilio sin novedad, gestor {number}"
        if number % 3 == 0
        else "",
    )
    while len(own.people) < people:
        spread = 9_000 if own.country else 1_500
        door = moved(own.town, rng.gauss(0, spread), rng.gauss(0, spread))
        beside = rng.choice((1, 1, 1, 1, 1, 2, 2, 3, 4)) if rng.random() < 0.4 else 1
        precision, error = rng.choices((("door", 8.0), ("block", 40.0), ("street", 110.0)), (7, 2, 1))[0]
        address = moved(door, rng.gauss(0, error), rng.gauss(0, error))
        for flat in range(beside):
            near = moved(address, flat * 2.0, 0) if rng.random() < 0.5 else address
            own.people.append(Person(f"{own.name}-{len(own.people):03d}", door, near, precision))
    return own


def note(rng: random.Random, own: Agent, talked: bool) -> str:
    chance = rng.random()
    if chance < 0.1:
        return ""
    if not talked:
        return own.phrase if own.phrase and chance < 0.45 else rng.choice(STOCK[:13])
    if chance < 0.3:
        return rng.choice(STOCK[13:])
    said = " y ".join(rng.sample(DID, rng.choice((1, 1, 2))))
    words = said.format(n=rng.randint(1, 30), m=rng.randint(3, 90) * 10, p=rng.choice(PLACES))
    return f"{rng.choice(WHO)} {words}"


def located(rng: random.Random, own: Agent, door: tuple[float, float]) -> dict[str, str]:
    """A measured position as telephones give it: noise with heavy tails, accuracy too good or missing."""
    chance = rng.random()
    if chance < 0.1:
        return {"source": "none"}
    if chance < 0.13:
        far = moved(own.town, rng.gauss(0, 3000), rng.gauss(0, 3000))
        return {"source": "ip", **place(own.town if rng.random() < 0.7 else far, 4), "accuracy_m": "5000"}
    if chance < 0.18:
        error = rng.uniform(60, 400)
        spot = moved(door, rng.gauss(0, error / 2), rng.gauss(0, error / 2))
        return {"source": "wifi", **place(spot, own.decimals), "accuracy_m": f"{error:.0f}"}
    # Student's t with five degrees: now and then a wall throws a fix three times as far.
    tail = math.sqrt(5 / rng.gammavariate(2.5, 2))
    spot = moved(door, rng.gauss(0, own.noise_m) * tail, rng.gauss(0, own.noise_m) * tail)
    accuracy = "" if rng.random() < 0.08 else f"{max(3.0, own.noise_m * rng.uniform(0.4, 1.6)):.1f}"
    return {"source": "gnss", **place(spot, own.decimals), "accuracy_m": accuracy}


def place(point: tuple[float, float], decimals: int) -> dict[str, str]:
    return {"lat": f"{point[0]:.{decimals}f}", "lon": f"{point[1]:.{decimals}f}"}


def honest_days(rng: random.Random, own: Agent, days: int) -> list[Told]:
    """So many working days of one collector, in the order in which he wrote them."""
    found: list[Told] = []
    day = FIRST_DAY
    while days > 0:
        if day.weekday() != 6:
            found += one_day(rng, own, day)
            days -= 1
        day += timedelta(days=1)
    return found


def one_day(rng: random.Random, own: Agent, day: date) -> list[Told]:
    clock = datetime.combine(day, datetime.min.time(), ZoneInfo(own.zone)) + timedelta(
        hours=8, minutes=rng.uniform(0, 60)
    )
    clock = clock.astimezone(UTC)
    paper = rng.random() < 0.15
    stops = rng.sample(range(len(own.people)), rng.randint(5, 9))
    told: list[Told] = []
    here = own.town
    for at in stops:
        group = [one for one in own.people if one.door == own.people[at].door]
        if any(row.person.door == group[0].door for row in told):
            continue
        away = math.dist(here, group[0].door) * M_PER_DEGREE
        clock += timedelta(minutes=rng.uniform(1.5, 6), seconds=away / (rng.uniform(15, 45) / 3.6))
        here = group[0].door
        told_here = visits_at(rng, own, group, clock, paper)
        told += told_here
        clock = max(row.end for row in told_here)
    write_down(rng, own, told, paper)
    return told


def visits_at(
    rng: random.Random, own: Agent, group: list[Person], clock: datetime, paper: bool
) -> list[Told]:
    """One door, a couple at once, or a building's doors one after another with the last fix again."""
    found: list[Told] = []
    couple = len(group) == 2 and rng.random() < 0.4
    cached = rng.random() < 0.5
    fix = located(rng, own, group[0].door)
    for number, person in enumerate(group):
        talked = rng.random() < 0.45
        lasted = rng.uniform(2.5, 22) if talked else rng.uniform(0.2, 3.5)
        if number and not cached:
            fix = located(rng, own, person.door)
        if couple and number:
            start = found[0].start + timedelta(seconds=rng.uniform(0, 10))
            end = max(start, found[0].end)
            talked = found[0].cells["party"] == "TIT"
        else:
            start = clock + timedelta(seconds=rng.uniform(15, 90))
            end = start + timedelta(minutes=lasted)
        cells = {"account": person.account, "agent": own.name, "zone": own.zone, **place_of(person), **fix}
        cells |= outcome(rng, talked)
        cells["note"] = note(rng, own, talked)
        if rng.random() < 0.3:
            picture = hexed(rng, 256), hexed(rng, 64)
            if couple and number and found[0].cells.get("photo_hash"):
                picture = (
                    found[0].cells["photo_hash"].split(";")[0],
                    found[0].cells["photo_phash"].split(";")[0],
                )
            twice = rng.random() < 0.05
            cells["photo_hash"], cells["photo_phash"] = (f"{one};{one}" if twice else one for one in picture)
        if paper:
            cells |= {"source": rng.choice(("none", "pin")), "accuracy_m": ""}
        found.append(Told(cells, own, person, start, end, day=start.date()))
        clock = end
    return found


def place_of(person: Person) -> dict[str, str]:
    lat, lon = person.address
    return {"address_lat": f"{lat:.6f}", "address_lon": f"{lon:.6f}", "address_precision": person.precision}


def outcome(rng: random.Random, talked: bool) -> dict[str, str]:
    if talked:
        return {"party": "TIT", "result": rng.choice(("PTP", "REC", "NEG", "INC", "PAG"))}
    if rng.random() < 0.25:
        return {"party": "FAM", "result": "TEM"}
    return {"party": "NAD", "result": rng.choice(("NAD", "CER", "CIT"))}


def write_down(rng: random.Random, own: Agent, told: list[Told], paper: bool) -> None:
    """When each was written and came in: at once, in the evening from the sheet, days later from afar."""
    evening = max(row.end for row in told) + timedelta(minutes=rng.uniform(20, 90))
    slow = timedelta(days=rng.uniform(1, 6)) if own.country else timedelta(hours=rng.uniform(0.2, 8))
    online = rng.random() < 0.7 and not own.country
    for row in told:
        if paper:
            evening += timedelta(seconds=rng.uniform(30, 150))
            recorded, known = evening, rng.choice(("paper", "paper", "later"))
            row.start = row.start.replace(second=0, microsecond=0)
            row.end = max(row.start, row.end.replace(second=0, microsecond=0))
        else:
            recorded, known = row.end + timedelta(seconds=rng.uniform(2, 240)), "live"
        received = recorded + (timedelta(seconds=rng.uniform(1, 900)) if online else slow)
        stamp(row, recorded, received, known, own.drift_s + rng.gauss(0, 1.5))
        if rng.random() < 0.2:
            row.cells["clock_offset_s"] = row.cells["clock_uncertainty_s"] = ""
        if rng.random() < 0.03:
            row.cells["amended_at"] = (row.end + timedelta(hours=rng.uniform(0.1, 7))).isoformat()


def stamp(row: Told, recorded: datetime, received: datetime, known: str, ahead_s: float) -> None:
    """Its times as the laptop's clock told them; a time read off the paper sheet is no laptop's."""
    ahead = timedelta(seconds=ahead_s)
    own = ahead if known == "live" else timedelta(0)
    zone = ZoneInfo(row.agent.zone)
    row.cells |= {
        "happened_from": (row.start + own).astimezone(zone).isoformat(),
        "happened_to": (row.end + own).astimezone(zone).isoformat(),
        "recorded": (recorded + ahead).astimezone(zone).isoformat(),
        "received": received.isoformat(),
        "known": known,
        "clock_offset_s": f"{ahead_s:.1f}",
        "clock_uncertainty_s": "2",
    }
