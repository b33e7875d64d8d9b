"""A seeded office with months of work behind it, written straight into its tables: what figures are made of.

Two lenders, pesos and dollars; three agents of two teams; debtors with one to three accounts. Visits come in
late, some laptops' clocks are off, promises are kept, broken, replaced and cancelled, payments are taken
back, debtors pass to other agents, accounts are recalled, one debtor is erased, visits are amended and
complained of, routes are published with stops, and others call.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, insert

from server.store import tables as t
from server.store.engine import writing
from sync.ids import new_id

from .builders import Laptop, World, enrolled, small_world

ZONE = "America/Bogota"
FIRST, LAST = date(2026, 7, 1), date(2026, 9, 30)
OUTCOMES = (
    ("TIT", "PTP"),
    ("TIT", "PTP"),
    ("TIT", "REC"),
    ("TIT", "NEG"),
    ("AVA", "AVC"),
    ("FAM", "TEM"),
    ("TER", "CAM"),
    ("NAD", "NAD"),
    ("NAD", "DES"),
    ("NAD", "NOR"),
)


@dataclass
class Town:
    """What was written, to ask of it. `accounts`: (account, debtor, lender, currency)."""

    world: World
    draw: random.Random
    devices: dict[str, Laptop] = field(default_factory=dict)
    lenders: dict[str, str] = field(default_factory=dict)
    imports: dict[str, str] = field(default_factory=dict)
    debtors: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    keepers: dict[str, str] = field(default_factory=dict)
    visits: list[str] = field(default_factory=list)
    rows: dict[Any, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def engine(self) -> Engine:
        return self.world.engine

    def put(self, table: Any, **values: Any) -> str:
        values.setdefault("id", new_id())
        self.rows.setdefault(table, []).append(values)
        return str(values["id"])

    def write(self) -> None:
        with writing(self.engine) as connection:
            for table, rows in self.rows.items():
                _insert(connection, table, rows)
        self.rows.clear()


def _insert(connection: Connection, table: Any, rows: list[dict[str, Any]]) -> None:
    shapes: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in rows:
        shapes.setdefault(tuple(sorted(row)), []).append(row)
    for alike in shapes.values():
        connection.execute(insert(table), alike)


def figured(engine: Engine, *, seed: int = 20261122, debtors: int = 24, visits_a_day: int = 4) -> Town:
    world = small_world(engine)
    town = Town(world, random.Random(seed))
    _people(town)
    _portfolio(town, debtors)
    town.write()
    day = FIRST
    while day <= LAST:
        if day.weekday() < 6:
            _day(town, day, visits_a_day)
        if day.day in (1, 16):
            _balances(town, day)
        if day.day == 20:
            _reassign(town, day)
        day += timedelta(days=1)
    _erased_and_recalled(town)
    town.write()
    return town


def at(day: date, hour: float) -> datetime:
    """An hour in Bogotá as a moment."""
    return datetime.combine(day, time(), tzinfo=UTC) + timedelta(hours=5 + hour)


def _people(town: Town) -> None:
    world = town.world
    world.add_agent("Celia")
    with writing(world.engine) as connection:
        for name, team, branch in (
            ("Ana", "Norte", "Duitama"),
            ("Benito", "Norte", "Tunja"),
            ("Celia", "Sur", "Tunja"),
        ):
            connection.execute(
                t.agents.update().where(t.agents.c.id == world.agents[name]).values(team=team, branch=branch)
            )
    for name in ("Ana", "Benito", "Celia"):
        town.devices[name] = enrolled(world, name)
    for lender, currency in (("Coopsol", "COP"), ("Fondo Andes", "USD")):
        town.lenders[currency] = world.lender if lender == "Coopsol" else town.put(t.lenders, name=lender)
    town.write()
    for currency, lender in town.lenders.items():
        for kind in ("portfolio", "payments"):
            through = LAST if (kind, currency) != ("payments", "USD") else date(2026, 9, 10)
            town.imports[f"{kind} {currency}"] = town.put(
                t.imports,
                kind=kind,
                lender_id=lender,
                as_of=through if kind == "payments" else FIRST - timedelta(days=40),
                mode="delta",
                file_sha256="0" * 64,
                reading={},
                counts={},
                imported_at=at(FIRST, 8),
            )
    town.write()


def _portfolio(town: Town, debtors: int) -> None:
    names = list(town.world.agents)
    for number in range(debtors):
        debtor = town.put(
            t.debtors,
            kind="person",
            name=f"Deudor {number}",
            document_type="CC",
            document=f"9{number:07}",
            created_at=at(FIRST, 6),
        )
        town.debtors[debtor] = []
        address = town.put(
            t.addresses,
            debtor_id=debtor,
            lender_id=None,
            kind="home",
            text=f"Calle {number}",
            lat=5.8 + number / 1000,
            lon=-73.0 - number / 900,
            precision=("door", "block", "street")[number % 3],
            since=FIRST,
        )
        town.world.addresses[debtor] = address
        for place in range(1 + number % 3):
            currency = "USD" if (number + place) % 4 == 3 else "COP"
            account = town.put(
                t.accounts,
                lender_id=town.lenders[currency],
                number=f"{number}-{place}",
                debtor_id=debtor,
                currency=currency,
                product=("consumo", "vivienda", "")[number % 3],
                branch=("Duitama", "Tunja")[number % 2],
                team=("Norte", "Sur")[number % 2],
                credit_type="microcredito",
                pack="demo",
                pack_reason="import",
                first_import=town.imports[f"portfolio {currency}"],
                last_import=town.imports[f"portfolio {currency}"],
            )
            town.debtors[debtor].append((account, currency))
    town.write()
    for number, debtor in enumerate(town.debtors):
        _give(town, debtor, names[number % len(names)], FIRST - timedelta(days=12))
    _balances(town, FIRST - timedelta(days=16))


def _give(town: Town, debtor: str, agent: str, since: date) -> None:
    assignment = town.put(
        t.assignments,
        debtor_id=debtor,
        agent_id=town.world.agents[agent],
        since=since,
        because={"msgid": "zona", "values": {}},
        decided_at=at(since, 7),
    )
    for number, (account, _currency) in enumerate(town.debtors[debtor]):
        barred = number == 2
        town.put(
            t.assignment_accounts,
            id=None,
            assignment_id=assignment,
            account_id=account,
            outcome="barred" if barred else "assigned",
            because={"msgid": "zona", "values": {}},
        )
    town.rows[t.assignment_accounts] = [
        {name: value for name, value in row.items() if name != "id"}
        for row in town.rows[t.assignment_accounts]
    ]
    town.keepers[debtor] = agent


def _balances(town: Town, day: date) -> None:
    for accounts in town.debtors.values():
        for account, currency in accounts:
            if town.draw.random() < 0.7:
                late = town.draw.choice((0, 5, 20, 40, 70, 120, 200))
                overdue = town.draw.randrange(50_00, 900_000_00) if late else 0
                town.put(
                    t.balances,
                    account_id=account,
                    import_id=town.imports[f"portfolio {currency}"],
                    as_of=day,
                    currency=currency,
                    principal_minor=overdue + town.draw.randrange(1_000_000_00),
                    interest_minor=town.draw.randrange(10_000_00),
                    overdue_minor=overdue,
                    oldest_due=day - timedelta(days=late) if late else None,
                    recorded_at=at(day, 6),
                )


def _reassign(town: Town, day: date) -> None:
    moved = [debtor for debtor in town.debtors if town.draw.random() < 0.3]
    town.write()
    with writing(town.engine) as connection:
        for debtor in moved:
            open_row = (t.assignments.c.debtor_id == debtor) & t.assignments.c.until.is_(None)
            connection.execute(t.assignments.update().where(open_row).values(until=day))
    for debtor in moved:
        agent = town.draw.choice([name for name in town.devices if name != town.keepers[debtor]])
        _give(town, debtor, agent, day)


def _day(town: Town, day: date, visits_a_day: int) -> None:
    draw = town.draw
    for agent in town.devices:
        mine = [debtor for debtor, keeper in town.keepers.items() if keeper == agent]
        going = draw.sample(mine, min(visits_a_day, len(mine)))
        stops = _route(town, day, agent, going) if draw.random() < 0.8 else {}
        for number, debtor in enumerate(going):
            if draw.random() < 0.85:
                _visit(town, day, agent, debtor, 8 + number * 1.3, stops.get(debtor))
    for debtor in draw.sample(list(town.debtors), 3):
        _pay(town, day, debtor)
    if draw.random() < 0.5:
        debtor = draw.choice(list(town.debtors))
        town.put(
            t.contacts,
            debtor_id=debtor,
            agent_id=None,
            channel="call",
            started=at(day, 20.5),
            ended=at(day, 20.6),
            effective=draw.random() < 0.5,
            source="dialler",
        )


def _visit(town: Town, day: date, agent: str, debtor: str, hour: float, stop: str | None) -> None:
    draw, device = town.draw, town.devices[agent].device
    party, result = draw.choice(OUTCOMES)
    offset = draw.choice((0, 0, 0, 90_000, -7_200_000, None, 3 * 86_400_000))
    known = draw.choice(("live", "live", "live", "later"))
    began = at(day, hour) + timedelta(milliseconds=offset or 0)
    ended = began + timedelta(seconds=draw.randrange(20, 1500))
    visit = town.put(
        t.visits,
        debtor_id=debtor,
        agent_id=town.world.agents[agent],
        device_id=device.id,
        incarnation=town.devices[agent].incarnation,
        n=len(town.visits) + 1,
        stop_id=stop,
        place="DOM",
        party=party,
        started=began,
        ended=ended,
        known=known,
        recorded_at=ended,
        received_at=at(day, hour) + timedelta(minutes=draw.choice((3, 12, 600, 4 * 1440))),
        offset_ms=offset,
        uncertainty_ms=100,
        timezone=ZONE,
        location_source="gnss",
        lat=5.8 + draw.random() / 50 if draw.random() < 0.9 else None,
        lon=-73.0 - draw.random() / 50,
        evidence=draw.choice("AABCD"),
        verdict={"rulings": [{"rule": "x", "decision": draw.choice(("allow", "allow", "warn", "block"))}]},
        out_of_scope=False,
    )
    town.visits.append(visit)
    for account, _currency in town.debtors[debtor]:
        row = {"visit_id": visit, "account_id": account, "result": result, "detail": {}}
        town.rows.setdefault(t.visit_results, []).append(row)
    if result == "PTP":
        _promise(town, day, agent, debtor, visit, began)
    if draw.random() < 0.05:
        town.put(
            t.amendments,
            visit_id=visit,
            agent_id=town.world.agents[agent],
            why="Me equivoqué",
            replaces={"party": "FAM"},
            recorded_at=ended,
            received_at=ended + timedelta(days=1),
        )


def _promise(town: Town, day: date, agent: str, debtor: str, visit: str, made: datetime) -> None:
    account, currency = town.draw.choice(town.debtors[debtor])
    cancelled = at(day + timedelta(days=2), 9) if town.draw.random() < 0.1 else None
    town.put(
        t.promises,
        visit_id=visit,
        account_id=account,
        debtor_id=debtor,
        agent_id=town.world.agents[agent],
        amount_minor=town.draw.randrange(10_000_00, 200_000_00),
        currency=currency,
        due=day + timedelta(days=town.draw.randrange(2, 15)),
        made_at=made,
        cancelled_at=cancelled,
    )


def _pay(town: Town, day: date, debtor: str) -> None:
    account, currency = town.draw.choice(town.debtors[debtor])
    amount = town.draw.randrange(5_000_00, 600_000_00)
    payment = new_id()
    paid = {
        "account_id": account,
        "import_id": town.imports[f"payments {currency}"],
        "currency": currency,
        "imported_at": at(day, 22),
    }
    town.put(t.payments, id=payment, identity=payment, amount_minor=amount, value_date=day, **paid)
    if town.draw.random() < 0.15:
        back = new_id()
        later = day + timedelta(days=town.draw.randrange(1, 9))
        town.put(
            t.payments,
            id=back,
            identity=back,
            amount_minor=amount,
            value_date=later,
            reverses=payment,
            **paid,
        )


def _route(town: Town, day: date, agent: str, debtors: list[str]) -> dict[str, str]:
    ids = [new_id() for _ in debtors]
    size = range(len(ids) + 1)
    value, over = town.draw.randrange(1_000, 9_000), town.draw.randrange(0, 900)
    bounded = town.draw.random() < 0.7
    route = town.put(
        t.routes,
        agent_id=town.world.agents[agent],
        date=day,
        version=1,
        state="published",
        planned_at=at(day, 5),
        published_at=at(day, 6),
        approximate=False,
        starts=at(day, 8),
        ends=at(day, 17),
        matrix={
            "points": ["", *ids],
            "seconds": [],
            "metres": [[abs(a - b) * 731 for b in size] for a in size],
        },
        certificate={"value": value, "bound": value + over if bounded else None},
    )
    town.write()
    for number, (stop, debtor) in enumerate(zip(ids, debtors, strict=True), start=1):
        town.put(
            t.stops,
            id=stop,
            route_id=route,
            sequence=number,
            debtor_id=debtor,
            address_id=town.world.addresses[debtor],
            accounts=[account for account, _currency in town.debtors[debtor]],
            lat=5.8 + number / 400,
            lon=-73.0 - number / 300,
            appointment=False,
            service_s=600,
            value=100,
            why={"msgid": "mora", "values": {}},
        )
    return dict(zip(debtors, ids, strict=True))


def _erased_and_recalled(town: Town) -> None:
    """One account taken back by its lender in August; complaints of some visits."""
    town.write()
    debtor = list(town.debtors)[3]
    account, currency = town.debtors[debtor][0]
    back = town.put(
        t.imports,
        kind="portfolio",
        lender_id=town.lenders[currency],
        as_of=date(2026, 8, 20),
        mode="full",
        file_sha256="1" * 64,
        reading={},
        counts={},
        imported_at=at(date(2026, 8, 20), 8),
    )
    town.write()
    with writing(town.engine) as connection:
        connection.execute(
            t.accounts.update().where(t.accounts.c.id == account).values(state="recalled", last_import=back)
        )
        seen = connection.execute(t.visits.select().order_by(t.visits.c.n)).mappings().all()
    for number, visit in enumerate(seen[10::23], start=1):
        town.put(
            t.claims,
            number=number,
            desk="claims",
            kind="conduct",
            source="phone",
            debtor_id=visit["debtor_id"],
            visit_id=visit["id"],
            text="Dice que gritó",
            received_on=LAST,
            due=LAST,
            due_days=15,
            recorded_at=at(LAST, 9),
        )
