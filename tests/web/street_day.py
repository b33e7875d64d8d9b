"""A real day of Gustavo's in the named office: what his laptop sent, with a signed chain under it. No page.

Monday 23 November, his hours 08:00 to 17:00: six planned stops; four visited, one skipped with its reason,
one of which nothing is told; one visit nobody planned, at the supper table, outside his hours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, update

from server import queueing, receiving
from server.store import routes
from server.store import tables as t
from server.store.debtors import folded
from server.store.engine import reading, writing
from sync.ids import new_id
from sync.ledger import Entry
from sync.records import Interval
from sync.words import Phrase
from tests.office import builders

from .worlds import DUITAMA, World

DAY = date(2026, 11, 23)

PEOPLE = (
    "Ana Lucía Pérez",
    "Bernardo Cely",
    "Clara Inés Rojas",
    "Darío Fonseca",
    "Elvira Suárez",
    "Fermín Wilches",
    "Gloria Tibaduiza",
)


def at(hour: int, minute: int = 0) -> datetime:
    """That moment of the day in Duitama."""
    return datetime(2026, 11, 23, hour, minute, tzinfo=UTC) + timedelta(hours=5)


@dataclass
class StreetDay:
    """What happened: `visits["Ana"]` are ids, `laptop` wrote them."""

    world: World
    laptop: builders.Laptop
    visits: dict[str, str] = field(default_factory=dict)
    debtors: dict[str, str] = field(default_factory=dict)

    def receive(self, entries: list[Entry], now: datetime) -> None:
        office = self.world.office
        request = self.laptop.request(entries, now=now)
        receiving.receive(office.engine, office.signer, self.laptop.device, request, now)


def live(world: World) -> StreetDay:
    """The day lived, and sent to the office at noon and in the evening."""
    small = builders.World(
        world.office.engine,
        world.office.signer,
        world.office.recovery_public,
        lender=world.lenders["Crediboyacá"],
        imported=world.imports["Crediboyacá"],
        agents={"Gustavo": world.agents["gustavo"]},
    )
    # Nothing is drawn: what is in the queue is there for a reason of its own.
    queueing.draw_by(world.office.engine, share=0, late_hours=48, actor="dora", now=at(6))
    with writing(world.office.engine) as connection:
        # The named office's own events were put there by hand and took the first numbers of arrival.
        connection.execute(insert(t.counters).values(name="arrival", value=100))
    for place, name in enumerate(PEOPLE):
        _debtor(world, small, name, place)
    laptop = builders.enrolled(small, "Gustavo")
    day = StreetDay(world, laptop, debtors=dict(small.debtors))
    _plan(world, small)
    morning = (
        ("Ana", "PTP", at(8, 20), 14, 0),
        ("Bernardo", "NAD", at(9, 5), 4, 1),
        ("Darío", "INC", at(11, 40), 9, 3),
    )
    for name, result, start, minutes, place in morning:
        _visit(day, name, result, start, minutes, place)
    skip = {"debtor": small.debtors["Clara"], "stop": _stop_of(world, small, "Clara")}
    laptop.write(
        "stop.skipped",
        skip
        | {
            "happened": {"start": _text(at(10, 15)), "end": _text(at(10, 18)), "known": "live"},
            "cause": "El puente está cerrado por la creciente",
        },
        now=at(10, 20),
    )
    day.receive(laptop.entries, at(12, 5))
    sent = len(laptop.entries)
    # The same place to the last figure, at another door: a check looks at it.
    _visit(day, "Elvira", "PTP", at(14, 10), 1, 3)
    _visit(day, "Gloria", "INC", at(19, 30), 12, 6)
    day.receive(laptop.entries[sent:], at(19, 50))
    return day


def _debtor(world: World, small: builders.World, full: str, place: int) -> None:
    name = full.partition(" ")[0]
    small.add_debtor(name)
    with writing(world.office.engine) as connection:
        connection.execute(
            update(t.debtors)
            .where(t.debtors.c.id == small.debtors[name])
            .values(name=full, search_name=folded(full), timezone="America/Bogota")
        )
        connection.execute(
            update(t.accounts)
            .where(t.accounts.c.debtor_id == small.debtors[name])
            .values(branch="Duitama", number=f"{name[:2].upper()}-{place}")
        )
        lat, lon = _place(place)
        connection.execute(
            update(t.addresses).where(t.addresses.c.debtor_id == small.debtors[name]).values(lat=lat, lon=lon)
        )
    small.assign(name, "Gustavo")


def _place(place: int) -> tuple[float, float]:
    return DUITAMA[0] + (place % 3) * 0.004 - 0.003, DUITAMA[1] + (place // 3) * 0.006 - 0.004


def _plan(world: World, small: builders.World) -> None:
    stops = []
    for sequence, full in enumerate(PEOPLE[:6], 1):
        name = full.partition(" ")[0]
        lat, lon = _place(sequence - 1)
        eta = at(8, 15) + timedelta(minutes=50 * (sequence - 1))
        stops.append(
            routes.Stop(
                id=new_id(),
                debtor=small.debtors[name],
                address=small.addresses[name],
                accounts=tuple(small.accounts[name]),
                service_s=720,
                value=80,
                why=Phrase("zona"),
                sequence=sequence,
                lat=lat,
                lon=lon,
                eta=eta,
                window=Interval(eta, eta + timedelta(hours=2)),
            )
        )
    with writing(world.office.engine) as connection:
        made, _version = routes.add(
            connection,
            routes.Draft(
                agent=world.agents["gustavo"],
                day=DAY,
                starts=at(8),
                ends=at(17),
                depot=DUITAMA,
                approximate=True,
                matrix={"points": [""], "seconds": [[0]], "metres": [[0]]},
                certificate={"seed": 1, "iterations": 10},
                stops=tuple(stops),
            ),
            now=at(6),
            actor="nora",
        )
        route = routes.by_id(connection, made)
        assert route is not None
        routes.publish(connection, route, now=at(7))


def _stop_of(world: World, small: builders.World, name: str) -> str:
    with reading(world.office.engine) as connection:
        route = routes.sent(connection, world.agents["gustavo"], DAY)
    assert route is not None
    return next(stop.id for stop in route.planned if stop.debtor == small.debtors[name])


def _visit(day: StreetDay, name: str, result: str, start: datetime, minutes: int, place: int) -> None:
    body = builders.visit_body(day.laptop.world, name, result, start=start, minutes=minutes)
    lat, lon = _place(place)
    near = {"source": "gnss", "lat": lat + 0.0001, "lon": lon - 0.0001, "accuracy_m": 18.0 + 9 * place}
    told: dict[str, Any] = body | {"location": near, "recorded": _text(start + timedelta(minutes=minutes))}
    if result == "NAD":
        told |= {
            "location": {"source": "none", "reason": "El receptor no encontró satélites"},
            "party": "NAD",
        }
    entry = day.laptop.write(
        "visit.recorded", told, now=start + timedelta(minutes=minutes), clock=_clock(day, start, minutes)
    )
    day.visits[name] = entry.id


def _clock(day: StreetDay, start: datetime, minutes: int) -> Any:
    return day.laptop.clock(start + timedelta(minutes=minutes))


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def rule_set_aside(world: World, visit: str, *, asked_by: str, approved_by: str) -> None:
    """An exception for the visit's debtor on that day, and the visit told under it."""
    with writing(world.office.engine) as connection:
        row = connection.execute(t.visits.select().where(t.visits.c.id == visit)).mappings().one()
        connection.execute(
            insert(t.policy_overrides).values(
                id=new_id(),
                debtor_id=row["debtor_id"],
                pack="demo",
                rule="demo.hours.week",
                day=row["started"].astimezone(ZoneInfo("America/Bogota")).date(),
                channel="visit",
                why="Lo pidió el deudor por carta",
                two=True,
                asked_at=at(7),
                asked_by=asked_by,
                asked_name=asked_by,
                asked_role="coordinator",
                approved_at=at(7),
                approved_by=approved_by,
                approved_name=approved_by,
            )
        )
        verdict = dict(row["verdict"]) | {"told": {"override_reason": "Lo pidió por carta"}}
        connection.execute(update(t.visits).where(t.visits.c.id == visit).values(verdict=verdict))
