"""An office full of debtors under every pack, with all that may bear on a contact, and a laptop for each agent.

Everything is drawn from one seed. What happened in the field was recorded on the laptops and sent; what the
office knows came into its tables and was pulled.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert

from field_client.store import cases
from field_client.store.db import Store
from server import overriding, publishing
from server.closing_days import close_day
from server.consulting import Question
from server.recovering import Person
from server.store import contact_sources
from server.store import tables as t
from server.store.engine import writing
from sync import policies
from sync.ids import new_id
from sync.records import Party, Place, Refused, Result, UserRole
from sync.rules.policy import zone_of
from tests.laptop.builders import StandingClock
from tests.laptop.pairs import Pair, enrolled_pair

from .builders import NOW, TODAY, World

SEED = 20261122
PACKS = [*policies.available(), "atlantis"]
ZONES = {
    "ar": "America/Argentina/Buenos_Aires",
    "br": "America/Sao_Paulo",
    "cl": "America/Santiago",
    "us": "America/Chicago",
    "mx": "America/Tijuana",
}
CITIES = {
    "br": ("São Paulo", "RIO DE JANEIRO", "Manaus"),
    "cl": ("Arica", "chillan", "Santiago"),
    "sv": ("San Salvador", "Santa Ana"),
}
USUAL_CITIES = ("Duitama", "Sogamoso", "")
KINDS = ("home", "home", "home", "work", "business", "guarantor_home", "other")
CREDITS = ("microcrédito", "consumo", "Tarjeta", "")
CHANNELS = ("visit", "visit", "visit", "visit", "call", "message", "letter", "email")
STOPS = ("dispute", "cease", "attorney", "deceased", "held", "unsafe")
HOURS = ((6, 22), (0, 24), (9, 17), (9, 17), (9, 17))
DETAILS = {Result.ATTORNEY: {"attorney": "Dra. Peña, 310 000 0000"}}
BOSS = Person("oscar", frozenset({UserRole.SUPERVISOR}))
SECOND = Person("ruth", frozenset({UserRole.COMPLIANCE}))


@dataclass
class Someone:
    """A debtor of the puzzle: his accounts and addresses by id, his pack's zone."""

    id: str
    accounts: list[str]
    addresses: list[str]
    zone: str


@dataclass
class Puzzle:
    world: World
    pairs: dict[str, Pair]
    draw: random.Random
    people: dict[str, list[Someone]] = field(default_factory=dict)

    @property
    def stores(self) -> dict[str, Store]:
        return {agent: pair.store for agent, pair in self.pairs.items()}

    def situation(self) -> tuple[str, Someone, str, Question]:
        """Whose laptop, the debtor, one of his accounts, and a contact thought of."""
        draw = self.draw
        agent = draw.choice(sorted(self.people))
        one = draw.choice(self.people[agent])
        first, last = draw.choice(HOURS)
        # Weeks ahead, and now and then beyond what any pack or calendar says.
        day = TODAY + timedelta(days=draw.choice([*range(1, 25)] * 4 + [200, 800]))
        minute = draw.randrange(first * 60, last * 60)
        clock = datetime(day.year, day.month, day.day, minute // 60, minute % 60)  # noqa: DTZ001  # his own
        at = clock.replace(tzinfo=zone_of(one.zone)).astimezone(UTC)
        question = Question(
            at=at,
            channel=draw.choice(CHANNELS),
            address=draw.choice([None, None, *one.addresses]),
            place=draw.choice([None] * 6 + [*Place]),
            party=draw.choice([None] * 6 + [*Party]),
            pays=draw.random() < 0.2,
        )
        return agent, one, draw.choice(one.accounts), question


def puzzle(world: World, folder: Path, each: int = 24, seed: int = SEED) -> Puzzle:
    """Two agents, each with `each` debtors; the agents' laptops have exchanged."""
    draw = random.Random(seed)  # a seed makes the same puzzle again
    clock = StandingClock(NOW)
    pairs = {agent: enrolled_pair(folder / agent, world, clock, agent) for agent in ("Ana", "Benito")}
    made = Puzzle(world, pairs, draw)
    quiet = new_id()  # a lender who declared no other system that contacts his debtors
    with writing(world.engine) as connection:
        connection.execute(insert(t.lenders).values(id=quiet, name="Andina"))
    for agent in pairs:
        with writing(world.engine) as connection:
            made.people[agent] = [
                _someone(connection, world, agent, draw, n, draw.choice((quiet, quiet, world.lender)))
                for n in range(each)
            ]
    everyone = [one for people in made.people.values() for one in people]
    with writing(world.engine) as connection:
        for person in (("oscar", "Óscar Leguizamón"), ("ruth", "Ruth Barrera")):
            _user(connection, *person)
        contact_sources.declare(
            connection,
            world.lender,
            "marcador",
            channels=["call"],
            stale_after_days=3,
            now=NOW,
            actor="cli",
        )
        for one in everyone:
            _happened(connection, one, draw)
        for agent, people in made.people.items():
            _routes(connection, world.agents[agent], people, draw)
    for day, city in ((date(2026, 11, 27), ""), (date(2026, 12, 2), "duitama"), (date(2026, 12, 3), "Arica")):
        closed = close_day(
            world.engine, day, municipality=city, reason="fiesta del lugar", actor="cli", now=NOW
        )
        assert not isinstance(closed, Refused), closed
    for one in everyone:
        _set_aside(world, one, draw)
    with writing(world.engine) as connection:
        publishing.refresh_agents(connection, list(world.agents.values()), NOW)
    for pair in pairs.values():
        pair.exchange()
    for agent, people in made.people.items():
        _visited(pairs[agent], people, draw)
    for _twice in range(2):  # the second brings back what the office made of what the first sent
        for pair in pairs.values():
            pair.exchange()
    return made


def _someone(
    connection: Connection, world: World, agent: str, draw: random.Random, n: int, lender: str
) -> Someone:
    pack = PACKS[n % len(PACKS)]
    country = pack[:2]
    policy = policies.load(pack) if pack in policies.available() else None
    zone = draw.choice([ZONES.get(country, "America/Bogota"), policy.timezone if policy else ""])
    zone = {0: "Mars/Olympus"}.get(n, zone or "America/Bogota")
    one = Someone(new_id(), [], [], zone)
    named = f"{agent} {n}"
    connection.execute(
        insert(t.debtors).values(
            id=one.id,
            kind="person",
            name=named,
            document_type="CC",
            document=f"{agent}{n}",
            timezone=zone,
            created_at=NOW,
        )
    )
    for place in range(draw.randint(0, 3)):
        one.addresses.append(new_id())
        connection.execute(
            insert(t.addresses).values(
                id=one.addresses[-1],
                debtor_id=one.id,
                kind=draw.choice(KINDS),
                text=f"Calle {n} # {place}",
                city=draw.choice(CITIES.get(country, USUAL_CITIES)),
                lat=5.8,
                lon=-73.0,
                precision="door",
                state=draw.choice((*["accepted"] * 6, "proposed", "rejected")),
                since=TODAY - timedelta(days=place),
            )
        )
    for number in range(draw.randint(1, 2)):
        one.accounts.append(_account(connection, world, one, f"{named}-{number}", pack, lender, draw))
    world.debtors[named], world.accounts[named] = one.id, one.accounts
    world.addresses[named] = one.addresses[0] if one.addresses else ""
    assignment = new_id()
    connection.execute(
        insert(t.assignments).values(
            id=assignment,
            debtor_id=one.id,
            agent_id=world.agents[agent],
            since=date(2026, 11, 1),
            because={"msgid": "zona", "values": {}},
            decided_at=NOW,
        )
    )
    for account in one.accounts:
        connection.execute(
            insert(t.assignment_accounts).values(
                assignment_id=assignment,
                account_id=account,
                outcome="assigned",
                because={"msgid": "zona", "values": {}},
            )
        )
    return one


def _account(
    connection: Connection,
    world: World,
    one: Someone,
    number: str,
    pack: str,
    lender: str,
    draw: random.Random,
) -> str:
    account = new_id()
    connection.execute(
        insert(t.accounts).values(
            id=account,
            lender_id=lender,
            number=number,
            debtor_id=one.id,
            currency="COP",
            credit_type=draw.choice(CREDITS),
            pack=pack,
            pack_reason="import",
            exception_evidence=draw.choice(("", "acta")),
            last_payment_on=draw.choice((None, date(2021, 12, 1), date(2026, 1, 10))),
            first_import=world.imported,
            last_import=world.imported,
        )
    )
    if draw.random() < 0.9:
        connection.execute(
            insert(t.balances).values(
                id=new_id(),
                account_id=account,
                import_id=world.imported,
                as_of=TODAY,
                currency="COP",
                principal_minor=1_500_000_00,
                overdue_minor=300_000_00,
                oldest_due=draw.choice((date(2020, 5, 1), date(2022, 1, 15), *[date(2026, 8, 1)] * 6)),
                recorded_at=NOW,
            )
        )
    for value_date in draw.sample([date(2021, 11, 30), date(2025, 3, 1), TODAY], draw.randint(0, 2)):
        _payment(connection, world, account, value_date, reversed_too=draw.random() < 0.4)
    return account


def _payment(
    connection: Connection, world: World, account: str, value_date: date, *, reversed_too: bool
) -> None:
    paid = new_id()
    for id, reverses in ((paid, None), (new_id(), paid))[: 1 + reversed_too]:
        connection.execute(
            insert(t.payments).values(
                id=id,
                account_id=account,
                import_id=world.imported,
                identity=id,
                amount_minor=100_00,
                currency="COP",
                value_date=value_date,
                imported_at=NOW,
                reverses=reverses,
            )
        )


def _happened(connection: Connection, one: Someone, draw: random.Random) -> None:
    """Calls, messages and visits of others, before today and up to yesterday week; what stops collection."""
    for _ in range(draw.choice((0, 0, 0, 1, 2, 6))):
        started = NOW - timedelta(hours=draw.randint(1, 24 * 9))
        connection.execute(
            insert(t.contacts).values(
                id=new_id(),
                debtor_id=one.id,
                channel=draw.choice(("call", "message", "email", "visit")),
                started=started,
                ended=started + timedelta(minutes=3),
                effective=draw.random() < 0.6,
                source="marcador",
            )
        )
    if draw.random() < 0.15:
        state = draw.choice(STOPS)
        channels = {"channels": draw.sample(("visit", "call", "message"), 2)} if state == "cease" else {}
        connection.execute(
            insert(t.stop_states).values(
                id=new_id(),
                debtor_id=one.id,
                account_id=draw.choice((None, one.accounts[0])) if state == "dispute" else None,
                state=state,
                since=NOW - timedelta(days=3),
                until=None,
                source="",
                detail=channels,
            )
        )


def _routes(connection: Connection, agent: str, people: list[Someone], draw: random.Random) -> None:
    """Three published days, each with the places of a few debtors."""
    for day in (date(2026, 11, 23), date(2026, 11, 26), date(2026, 12, 1)):
        route = new_id()
        start = datetime(day.year, day.month, day.day, 13, tzinfo=UTC)
        connection.execute(
            insert(t.routes).values(
                id=route,
                agent_id=agent,
                date=day,
                version=1,
                state="published",
                planned_at=NOW,
                published_at=NOW,
                approximate=True,
                starts=start,
                ends=start + timedelta(hours=9),
                matrix={"points": [{"id": ""}], "seconds": [[0]], "metres": [[0]]},
                certificate={},
            )
        )
        for place, one in enumerate(draw.sample(people, min(9, len(people)))):
            connection.execute(insert(t.stops).values(**_stop(route, one, place, start, draw)))


def _stop(route: str, one: Someone, place: int, start: datetime, draw: random.Random) -> dict[str, Any]:
    left_out = draw.random() < 0.2
    return {
        "id": new_id(),
        "route_id": route,
        "sequence": None if left_out else place,
        "debtor_id": one.id,
        "address_id": one.addresses[0] if one.addresses else None,
        "accounts": one.accounts,
        "eta": None if left_out else start + timedelta(minutes=30 * place),
        "appointment": False,
        "service_s": 720,
        "value": 1,
        "why": {"msgid": "primero", "values": {}},
        **({"withdrawn": {"msgid": "pagó", "values": {}}} if draw.random() < 0.2 else {}),
    }


def _set_aside(world: World, one: Someone, draw: random.Random) -> None:
    """On some days, for some of his rules: by one person, by two, and taken back."""
    with writing(world.engine) as connection:
        may = overriding.overridable(connection, one.id)
    for policy, rule in may:
        for _ in range(2):
            day = TODAY + timedelta(days=draw.randint(1, 24))
            asked = overriding.ask(
                world.engine,
                one.id,
                rule,
                day,
                draw.choice(("visit", "visit", "call")),
                why="el deudor lo pidió por escrito",
                by=BOSS,
                now=NOW,
            )
            assert policy.overrides is not None
            if isinstance(asked, Refused):
                assert asked.rule == "override.once"
            elif policy.overrides.four_eyes and draw.random() < 0.7:
                assert overriding.approve(world.engine, asked, by=SECOND, now=NOW) == one.id
            elif draw.random() < 0.2:
                assert overriding.end(world.engine, asked, why="ya no", by=BOSS, now=NOW) == one.id


def _user(connection: Connection, username: str, name: str) -> None:
    connection.execute(
        insert(t.users).values(
            id=new_id(),
            username=username,
            name=name,
            active=True,
            fs_uniquifier=username,
            created_at=NOW,
        )
    )


def _visited(pair: Pair, people: list[Someone], draw: random.Random) -> None:
    """Visits told on the laptop itself, some of which stop collection."""
    names = {debtor: name for name, debtor in pair.world.debtors.items()}
    outcomes = (Result.NOBODY_HOME, Result.NOBODY_HOME, Result.ATTORNEY)
    for one in draw.sample([one for one in people if one.addresses], 8):
        if _known_here(pair, one.id, pair.world.addresses[names[one.id]]):
            result = draw.choice(outcomes)
            pair.visit(names[one.id], result, **DETAILS.get(result, {}))


def _known_here(pair: Pair, debtor: str, address: str) -> bool:
    with pair.store.reading() as db:
        return address in {one.id for one in cases.state_of(db, debtor).addresses}
