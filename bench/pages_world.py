"""An office of a size, filled in bulk: accounts, agents, weeks of visits and the rest. Measures nothing.

Every row stands in a real table and agrees with the others: a debtor's visits are his agent's, their events
are in the agent's chain, promises follow their visits, payments their balances. What Ronda keeps as a cache
it makes itself. The visits are those of the last weekdays, as many a day whatever the size: an office with
ten times the visits has ten times the days.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Table, text
from sqlalchemy.dialects import postgresql

from server.store import agents as workforce
from server.store import offices, people
from server.store import tables as t
from server.store.chunks import append
from server.store.debtors import folded
from server.store.engine import writing
from server.store.scopes import Share
from sync.ids import new_id
from sync.records import UserRole
from sync.words import Phrase

TODAY = date(2026, 11, 20)  # a Friday
NOW = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)  # 15:00 in Duitama
CUT_OFF = date(2026, 11, 18)
SEED = 8
A_DAY = 20  # visits of an agent on a weekday
PIECE = 20_000
PASSWORD = "una frase larga y propia"
BRANCHES, TEAMS, ZONES, LENDERS = 8, 5, 20, 3
FIRST = "Rosa Saúl Tito Úrsula Vicente Inés Óscar Marta Elías Nubia Álvaro Sofía Jesús Belén Raúl Lucía"
LAST = (
    "Núñez Peña Barrera Gómez Ávila Ñáñez Cárdenas Muñoz Rincón Pérez Güiza Becerra León Torres Suárez "
    "Díaz Patiño Vargas Niño Cely Chaparro Fonseca Acuña Orduz Siachoque Mesa Parra Rojas Tibaduiza"
)
FIRST_NAMES, LAST_NAMES = FIRST.split(), LAST.split()
RESULTS = ("NAD", "NAD", "CER", "PTP", "TEM", "REC", "CIT", "NEG")

# Who comes to the pages: role and what he sees.
STAFF: dict[str, tuple[UserRole, Share]] = {
    "root": (UserRole.ADMINISTRATOR, Share()),
    "nora": (UserRole.COORDINATOR, Share()),
    "carla": (UserRole.SUPERVISOR, Share(branch="Sede 1", team="Equipo 1-1")),
    "dora": (UserRole.COMPLIANCE, Share()),
    "elena": (UserRole.MANAGER, Share()),
    "fabio": (UserRole.TELEPHONE, Share(branch="Sede 1")),
}
COLLECTOR = "gustavo"


@dataclass(frozen=True)
class Size:
    accounts: int = 100_000
    agents: int = 1_000
    visits: int = 1_000_000


Rows = Iterable[dict[str, Any]]
Write = Callable[[Connection, Table, list[dict[str, Any]]], None]


@dataclass
class Debtor:
    id: str
    branch: int
    team: int
    zone: int
    lat: float
    lon: float
    address: str
    accounts: list[str]
    late: int = 0  # days, of his oldest account


@dataclass
class Agent:
    id: str
    branch: int
    team: int
    device: str
    debtors: list[Debtor]
    n: int = 0


def fill(engine: Engine, size: Size, password_hash: str, say: Callable[[str], None]) -> None:
    """Everything, in transactions of a table or two; the office is initialised and empty."""
    _World(engine, size, password_hash, say).make()


class _World:
    def __init__(self, engine: Engine, size: Size, password_hash: str, say: Callable[[str], None]) -> None:
        self.engine, self.size, self.password_hash, self.say = engine, size, password_hash, say
        self.draw = random.Random(SEED)
        self.lenders = [new_id() for _ in range(LENDERS)]
        self.imports: dict[str, str] = {}
        self.debtors: list[Debtor] = []
        self.agents: list[Agent] = []
        self.stops: dict[tuple[date, str], tuple[str, str]] = {}  # day and debtor: his route and stop

    def make(self) -> None:
        with writing(self.engine) as connection:
            self._people(connection)
        for name, rows in (
            ("the lenders", self._lenders),
            ("the debtors", self._debtors),
            ("the accounts", self._accounts),
            ("who has whom", self._assigned),
            ("the laptops", self._laptops),
            ("the routes", self._routes),
            ("the visits", self._visits),
            ("the calls", self._calls),
            ("what waits", self._waiting),
            ("the log", self._log),
        ):
            with writing(self.engine) as connection:
                put(connection, rows())
            self.say(name)

    def _lenders(self) -> Iterator[tuple[Table, dict[str, Any]]]:
        for place, lender in enumerate(self.lenders):
            yield (
                t.lenders,
                {"id": lender, "name": ("Crediboyacá", "Banco del Sol", "Cooperativa Nevado")[place]},
            )
        for lender in self.lenders:
            for month in range(12):
                for kind in ("portfolio", "payments"):
                    day = CUT_OFF - timedelta(days=30 * month)
                    made = new_id()
                    self.imports.setdefault(f"{lender} {kind}", made)
                    yield (
                        t.imports,
                        {
                            "id": made,
                            "kind": kind,
                            "lender_id": lender,
                            "as_of": day,
                            "pack": "demo",
                            "mode": "full",
                            "file_name": f"{kind}-{day}.csv",
                            "file_sha256": "0" * 64,
                            "reading": {
                                "encoding": "cp1252",
                                "delimiter": ";",
                                "header_line": 1,
                                "columns": {},
                            },
                            "counts": {
                                "rows": 8,
                                "accepted": 7,
                                "warned": 1,
                                "rejected": 40,
                                "unchanged": 0,
                                "absent": 0,
                            },
                            "imported_at": datetime.combine(day, time(12), tzinfo=UTC),
                            "actor": "nora",
                        },
                    )
                    for line in range(40 if month == 0 else 0):
                        yield (
                            t.import_remarks,
                            {
                                "id": new_id(),
                                "import_id": made,
                                "line": line + 2,
                                "column": "saldo",
                                "level": "rejected",
                                "because": _WRONG,
                                "raw": {"number": f"C-{line}", "balance": "mil"},
                            },
                        )

    def _people(self, connection: Connection) -> None:
        offices.put(connection, "timezone", "America/Bogota")
        people.ensure_roles(connection)
        for username, (role, share) in STAFF.items():
            self._person(connection, username, role, share)
        for number in range(self.size.agents):
            branch, team = number % BRANCHES, number // BRANCHES % TEAMS
            username = COLLECTOR if number == 0 else f"gestor{number}"
            share = Share(branch=_branch(branch))
            user = self._person(connection, username, UserRole.COLLECTOR, share)
            lat, lon = _centre(branch)
            made = workforce.add(
                connection,
                name=self._name(),
                user_id=user,
                branch=_branch(branch),
                team=_team(branch, team),
                zone=_zone(number % ZONES),
                home_lat=lat + self.draw.uniform(-0.05, 0.05),
                home_lon=lon + self.draw.uniform(-0.05, 0.05),
            )
            self.agents.append(Agent(made, branch, team, new_id(), []))

    def _person(self, connection: Connection, username: str, role: UserRole, share: Share) -> str:
        return people.add(
            connection,
            username=username,
            name=self._name(),
            role=role,
            password_hash=self.password_hash,
            shares=[share],
            must_change=False,
            now=NOW - timedelta(days=400),
        )

    def _name(self) -> str:
        chosen = self.draw.choice
        return f"{chosen(FIRST_NAMES)} {chosen(FIRST_NAMES)} {chosen(LAST_NAMES)} {chosen(LAST_NAMES)}"

    def _debtors(self) -> Iterator[tuple[Table, dict[str, Any]]]:
        draw = self.draw
        for number in range(max(1, round(self.size.accounts * 0.85))):
            branch, team = number % BRANCHES, number // BRANCHES % TEAMS
            lat, lon = _centre(branch)
            one = Debtor(
                new_id(),
                branch,
                team,
                draw.randrange(ZONES),
                lat + draw.uniform(-0.05, 0.05),
                lon + draw.uniform(-0.05, 0.05),
                new_id(),
                [],
            )
            self.debtors.append(one)
            name = self._name()
            yield (
                t.debtors,
                {
                    "id": one.id,
                    "kind": "person",
                    "name": name,
                    "search_name": folded(name),
                    "document_type": "CC",
                    "document": str(1_000_000_000 + number),
                    "created_at": NOW - timedelta(days=300),
                },
            )
            located = number % 12 != 0
            yield (
                t.addresses,
                {
                    "id": one.address,
                    "debtor_id": one.id,
                    "lender_id": self.lenders[number % LENDERS],
                    "kind": "home",
                    "text": f"Calle {draw.randrange(90)} # {draw.randrange(70)}-{draw.randrange(99)}",
                    "district": "Centro",
                    "city": _branch(branch),
                    "lat": round(one.lat, 6) if located else None,
                    "lon": round(one.lon, 6) if located else None,
                    "precision": draw.choice(("door", "door", "block", "street", "zone"))
                    if located
                    else "none",
                    "source": "file",
                    "state": "accepted",
                    "event_id": None,
                    "since": date(2025, 6, 1),
                },
            )
            yield (
                t.contact_points,
                {
                    "id": new_id(),
                    "debtor_id": one.id,
                    "lender_id": self.lenders[number % LENDERS],
                    "kind": "mobile",
                    "value": f"31{draw.randrange(10**8):08}",
                    "e164": "",
                    "holder": "debtor",
                    "since": date(2025, 6, 1),
                },
            )

    def _accounts(self) -> Iterator[tuple[Table, dict[str, Any]]]:
        draw = self.draw
        for number in range(self.size.accounts):
            own = self.debtors[number] if number < len(self.debtors) else draw.choice(self.debtors)
            account, lender = new_id(), self.lenders[number % LENDERS]
            own.accounts.append(account)
            late = draw.choice((0, 0, 12, 25, 45, 70, 95, 120, 160, 200, 260, 340))
            late = late and late + draw.randrange(12)
            own.late = max(own.late, late)
            source = self.imports[f"{lender} portfolio"]
            yield (
                t.accounts,
                {
                    "id": account,
                    "lender_id": lender,
                    "number": f"C-{number:06}",
                    "debtor_id": own.id,
                    "currency": "COP",
                    "branch": _branch(own.branch),
                    "team": _team(own.branch, own.team),
                    "zone": _zone(own.zone),
                    "credit_type": "microcredito",
                    "product": ("Microcrédito", "Consumo", "Vivienda")[number % 3],
                    "pack": "demo",
                    "state": "open" if number % 40 else "recalled",
                    "first_import": source,
                    "last_import": source,
                },
            )
            yield (
                t.account_roles,
                {
                    "id": new_id(),
                    "account_id": account,
                    "debtor_id": own.id,
                    "role": "holder",
                    "since": date(2025, 6, 1),
                    "until": None,
                },
            )
            owed = draw.randrange(20, 900) * 1_000_00
            for month in (1, 0):
                cut = CUT_OFF - timedelta(days=30 * month)
                behind = late - 30 * month - (TODAY - CUT_OFF).days
                yield (
                    t.balances,
                    {
                        "id": new_id(),
                        "account_id": account,
                        "import_id": source,
                        "as_of": cut,
                        "currency": "COP",
                        "principal_minor": owed * 4,
                        "interest_minor": owed // 20,
                        "late_interest_minor": owed // 40,
                        "overdue_minor": owed if behind > 0 else 0,
                        "oldest_due": cut - timedelta(days=behind) if behind > 0 else None,
                        "recorded_at": datetime.combine(cut, time(12), tzinfo=UTC),
                    },
                )
            for _each in range(draw.choice((0, 0, 0, 0, 1, 2))):
                made = new_id()
                day = TODAY - timedelta(days=draw.randrange(60))
                yield (
                    t.payments,
                    {
                        "id": made,
                        "account_id": account,
                        "import_id": self.imports[f"{lender} payments"],
                        "identity": made,
                        "amount_minor": draw.randrange(5, 60) * 10_000_00,
                        "currency": "COP",
                        "value_date": day,
                        "imported_at": datetime.combine(day, time(20), tzinfo=UTC),
                        "channel": "bank",
                    },
                )

    def _assigned(self) -> Iterator[tuple[Table, dict[str, Any]]]:
        crews: dict[tuple[int, int], list[Agent]] = {}
        for agent in self.agents:
            crews.setdefault((agent.branch, agent.team), []).append(agent)
        turn = dict.fromkeys(crews, 0)
        zone = Phrase("Zona {zone}", {"zone": "Centro"}).to_json()
        for own in self.debtors:
            crew = crews.get((own.branch, own.team))
            if own.late < 90 or crew is None:
                continue
            place = (own.branch, own.team)
            agent = crew[turn[place] % len(crew)]
            turn[place] += 1
            for until in (TODAY - timedelta(days=60), None):
                outcome = "barred" if turn[place] % 25 == 0 else "assigned"
                made = new_id()
                yield (
                    t.assignments,
                    {
                        "id": made,
                        "debtor_id": own.id,
                        "agent_id": agent.id,
                        "since": TODAY - timedelta(days=90 if until else 60),
                        "until": until,
                        "because": zone,
                        "decided_at": NOW - timedelta(days=60),
                        "actor": "nora",
                    },
                )
                for account in own.accounts:
                    yield (
                        t.assignment_accounts,
                        {
                            "assignment_id": made,
                            "account_id": account,
                            "outcome": outcome,
                            "because": zone,
                            "rule": "demo.field" if outcome == "barred" else "",
                            "rule_source": "",
                        },
                    )
            agent.debtors.append(own)

    def _laptops(self) -> Iterator[tuple[Table, dict[str, Any]]]:
        for number, agent in enumerate(self.agents):
            yield (
                t.devices,
                {
                    "id": agent.device,
                    "agent_id": agent.id,
                    "name": f"Portátil {number}",
                    "token_sha256": agent.device.replace("-", "").ljust(64, "0"),
                    "public_key": b"k" * 32,
                    "enrolled_at": NOW - timedelta(days=400),
                    "last_seen": NOW - timedelta(hours=number % 90),
                    "client": "ronda 0.8.0",
                    "pending": number % 7,
                    "offset_ms": number % 900,
                    "last_sent": NOW - timedelta(hours=number % 90),
                    "lease_until": NOW + timedelta(days=5),
                },
            )
            yield (
                t.incarnations,
                {
                    "id": agent.device,
                    "device_id": agent.device,
                    "opened_at": NOW - timedelta(days=400),
                    "n": self._each,
                    "h": b"\xab" * 32,
                },
            )

    @property
    def _each(self) -> int:
        return self.size.visits // self.size.agents

    def _days(self) -> list[date]:
        """The weekdays with visits, oldest first; today's come first."""
        days: list[date] = []
        day = TODAY
        while len(days) * A_DAY < self._each:
            if day.weekday() < 5:
                days.append(day)
            day -= timedelta(days=1)
        return days[::-1]

    def _routes(self) -> Iterator[tuple[Table, dict[str, Any]]]:
        coming = TODAY + timedelta(days=3)
        days = [*self._days()[-5:], coming]
        for day in days:
            for agent in self.agents:
                yield from self._route(agent, day, "draft" if day == coming else "published")

    def _route(self, agent: Agent, day: date, state: str) -> Iterator[tuple[Table, dict[str, Any]]]:
        route = new_id()
        starts = datetime.combine(day, time(13), tzinfo=UTC)
        first = day.toordinal() * A_DAY
        mine = (
            [agent.debtors[(first + one) % len(agent.debtors)] for one in range(A_DAY)]
            if agent.debtors
            else []
        )
        mine = list({own.id: own for own in mine}.values())
        stops = [new_id() for _ in mine]
        recent = day >= TODAY - timedelta(days=1)
        row = [self.draw.randrange(60, 1_800) for _ in range(len(stops) + 1)]
        table = [row for _ in row] if recent else []
        lat, lon = _centre(agent.branch)
        yield (
            t.routes,
            {
                "id": route,
                "agent_id": agent.id,
                "date": day,
                "version": 1,
                "state": state,
                "planned_at": starts,
                "published_at": starts if state == "published" else None,
                "actor": "nora",
                "approximate": True,
                "depot_lat": lat,
                "depot_lon": lon,
                "starts": starts,
                "ends": starts + timedelta(hours=9),
                "matrix": {"points": ["", *stops] if recent else [], "seconds": table, "metres": table},
                "certificate": {"seed": 1, "iterations": 100, "objective": 700, "bound": 720, "gap": 0.03},
            },
        )
        for place, (stop, own) in enumerate(zip(stops, mine, strict=True), 1):
            eta = starts + timedelta(minutes=22 * place)
            self.stops[day, own.id] = (route, stop)
            yield (
                t.stops,
                {
                    "id": stop,
                    "route_id": route,
                    "sequence": place,
                    "debtor_id": own.id,
                    "address_id": own.address,
                    "accounts": own.accounts,
                    "lat": own.lat,
                    "lon": own.lon,
                    "eta": eta,
                    "window_start": starts,
                    "window_end": starts + timedelta(hours=9),
                    "appointment": False,
                    "service_s": 720,
                    "value": 80,
                    "why": Phrase("Antigüedad de la mora: {dpd} días", {"dpd": own.late}).to_json(),
                    "locked": False,
                },
            )

    def _visits(self) -> Iterator[tuple[Table, dict[str, Any]]]:
        arrival, days = 0, self._days()
        for day in days:
            opens = datetime.combine(day, time(13), tzinfo=UTC)
            first = day.toordinal() * A_DAY
            for turn in range(A_DAY):
                started = opens + timedelta(minutes=22 * turn)
                for agent in self.agents:
                    if not agent.debtors or agent.n >= self._each:
                        continue
                    arrival += 1
                    own = agent.debtors[(first + turn) % len(agent.debtors)]
                    yield from self._visit(agent, own, started, arrival)

    def _visit(
        self, agent: Agent, own: Debtor, opens: datetime, arrival: int
    ) -> Iterator[tuple[Table, dict[str, Any]]]:
        draw = self.draw
        agent.n += 1
        visit, started = new_id(), opens + timedelta(seconds=draw.randrange(600))
        ended = started + timedelta(seconds=draw.randrange(120, 900))
        result = draw.choice(RESULTS)
        route, stop = self.stops.get((opens.date(), own.id), (None, None))
        account = own.accounts[0]
        yield (
            t.events,
            {
                "incarnation": agent.device,
                "n": agent.n,
                "id": visit,
                "kind": "visit.recorded",
                "version": 1,
                "header": _HEADER,
                "salt": b"s" * 16,
                "body": _BODY,
                "body_digest": b"d" * 32,
                "h": b"h" * 32,
                "received_at": ended + timedelta(minutes=5),
                "arrival": arrival,
                "quarantine": "unknown_kind" if arrival % 20_000 == 0 else None,
            },
        )
        yield (
            t.visits,
            {
                "id": visit,
                "debtor_id": own.id,
                "agent_id": agent.id,
                "device_id": agent.device,
                "incarnation": agent.device,
                "n": agent.n,
                "address_id": own.address,
                "route_id": route,
                "stop_id": stop,
                "place": "DOM",
                "party": "TIT" if result in ("PTP", "REC", "NEG") else "NAD",
                "started": started,
                "ended": ended,
                "known": "live",
                "recorded_at": ended,
                "received_at": ended + timedelta(minutes=5),
                "offset_ms": 120,
                "uncertainty_ms": 40,
                "timezone": "America/Bogota",
                "location_source": "gnss",
                "lat": round(own.lat + draw.uniform(-1, 1) * 2e-4, 6),
                "lon": round(own.lon + draw.uniform(-1, 1) * 2e-4, 6),
                "accuracy_m": round(draw.uniform(4, 40), 1),
                "note": "Casa verde, segundo piso" if arrival % 3 else "",
                "evidence": draw.choice("AABBCD"),
                "verdict": _VERDICT,
                "out_of_scope": False,
            },
        )
        yield (
            t.visit_results,
            {
                "visit_id": visit,
                "account_id": account,
                "result": result,
                "reason": "desempleo" if result == "PTP" else None,
                "detail": {},
            },
        )
        if result == "PTP":
            yield (
                t.promises,
                {
                    "id": new_id(),
                    "visit_id": visit,
                    "account_id": account,
                    "debtor_id": own.id,
                    "agent_id": agent.id,
                    "amount_minor": draw.randrange(5, 60) * 10_000_00,
                    "currency": "COP",
                    "due": started.date() + timedelta(days=draw.randrange(1, 15)),
                    "channel": "bank",
                    "place": "Sucursal Centro",
                    "made_at": ended,
                },
            )
        if arrival % 50 == 0:
            resolved = opens.date() < TODAY - timedelta(days=7)
            yield (
                t.findings,
                {
                    "id": new_id(),
                    "visit_id": visit,
                    "agent_id": agent.id,
                    "debtor_id": own.id,
                    "rule": draw.choice(("audit.too_short", "audit.far", "audit.burst", "audit.overlap")),
                    "severity": "review",
                    "because": _BECAUSE,
                    "found_at": ended + timedelta(minutes=6),
                    "state": "resolved" if resolved else "open",
                    "resolution": "justified" if resolved else None,
                },
            )
        found = arrival % 50 == 0
        if found or arrival % 20 == 7:
            waits = opens.date() >= TODAY - timedelta(days=7)
            yield (
                t.reviews,
                {
                    "visit_id": visit,
                    "agent_id": agent.id,
                    "debtor_id": own.id,
                    "started": started,
                    "evidence": "B",
                    "findings": int(found),
                    "severity": 2 if found and waits else 0,
                    "lifted": False,
                    "late": False,
                    "draw": arrival % 50_000,
                    "sampled": not found,
                    "state": "waiting" if waits else "approved",
                    "queued_at": ended + timedelta(minutes=6),
                },
            )
        if arrival % 33 == 0:
            yield (
                t.attachments,
                {
                    "id": new_id(),
                    "visit_id": visit,
                    "sha256": f"{arrival:064x}",
                    "media_type": "image/jpeg",
                    "size": 184_320,
                    "role": "photo",
                    "stored_at": ended if arrival % 99 else None,
                },
            )
        if agent.n % 25 == 0:
            yield (
                t.receipts,
                {
                    "id": new_id(),
                    "device_id": agent.device,
                    "incarnation": agent.device,
                    "n": agent.n,
                    "h": b"h" * 32,
                    "feed_number": agent.n,
                    "epoch": self.lenders[0],
                    "server_time": ended + timedelta(minutes=5),
                    "key_id": "0" * 16,
                    "signature": b"s" * 64,
                    "head_signature": b"s" * 64,
                },
            )

    def _calls(self) -> Iterator[tuple[Table, dict[str, Any]]]:
        for own in self.debtors:
            for number in range(1 + (0 < own.late < 90)):
                started = NOW - timedelta(days=self.draw.randrange(30), hours=2 + number)
                yield (
                    t.contacts,
                    {
                        "id": new_id(),
                        "debtor_id": own.id,
                        "agent_id": None,
                        "channel": "call",
                        "started": started,
                        "ended": started + timedelta(minutes=3),
                        "effective": number == 0,
                    },
                )

    def _waiting(self) -> Iterator[tuple[Table, dict[str, Any]]]:
        """What people of the office have to decide: proposals, stops, offers, requests of erasure."""
        for number, own in enumerate(self.debtors[:: max(1, len(self.debtors) // 1_000)]):
            agent = self.agents[number % len(self.agents)]
            yield (
                t.addresses,
                {
                    "id": new_id(),
                    "debtor_id": own.id,
                    "lender_id": None,
                    "kind": "work",
                    "text": "Plaza de mercado",
                    "district": "",
                    "city": "",
                    "lat": own.lat,
                    "lon": own.lon,
                    "precision": "door",
                    "source": "field",
                    "state": "proposed",
                    "event_id": new_id(),
                    "since": TODAY,
                },
            )
            yield (
                t.offers,
                {
                    "id": new_id(),
                    "account_id": own.accounts[0],
                    "debtor_id": own.id,
                    "agent_id": agent.id,
                    "terms": _TERMS,
                    "total_minor": 800_000_00,
                    "currency": "COP",
                    "why": "Paga hoy con la prima",
                    "beyond": ["offer.discount"],
                    "made_at": NOW - timedelta(hours=number % 200),
                    "state": "pending" if number % 3 else "approved",
                },
            )
            yield (
                t.stop_states,
                {
                    "id": new_id(),
                    "debtor_id": own.id,
                    "account_id": None,
                    "state": "dispute",
                    "since": NOW - timedelta(days=number % 40),
                    "until": None if number % 2 else NOW,
                    "source": "",
                    "detail": {},
                },
            )
            yield (
                t.notices,
                {
                    "id": new_id(),
                    "debtor_id": own.id,
                    "account_id": own.accounts[0],
                    "paper": "notice",
                    "code": f"N{number:07}",
                    "token": "",
                    "sha256": "0" * 64,
                    "size": 9_000,
                    "said": {},
                    "made_at": NOW - timedelta(days=number % 60),
                    "actor": "nora",
                },
            )

    def _log(self) -> Iterator[tuple[Table, dict[str, Any]]]:
        kinds = ("assignment.decided", "import.finished", "route.published", "user.login", "export.made")
        for number in range(self.size.visits // 10):
            day = TODAY - timedelta(days=number % 60)
            yield (
                t.facts,
                {
                    "id": new_id(),
                    "kind": kinds[number % 5],
                    "as_of": day,
                    "actor": ("nora", "carla")[number % 2],
                    "recorded_at": datetime.combine(day, time(14, number % 60), tzinfo=UTC),
                    "subject": self.debtors[number % len(self.debtors)].id,
                    "payload": {"count": number},
                },
            )


_HEADER = json.dumps({"v": 1, "kind": "visit.recorded", "clock": {"wall": "2026-11-20T15:00:00Z"}}).encode()
_BODY = json.dumps({"place": "DOM", "party": "TIT", "note": "Casa verde", "results": [{"r": "PTP"}]}).encode()
_VERDICT: dict[str, Any] = {"rulings": []}
_WRONG = Phrase("«{value}» no es un número entero", {"value": "mil"}).to_json()
_BECAUSE = Phrase(
    "Duró {seconds} s con alguien presente (mínimo {limit} s).", {"seconds": 40, "limit": 60}
).to_json()
_NOTHING = {"principal": "0.00", "interest": "0.00", "late_interest": "0.00", "fees": "0.00"}
_TERMS = {
    "kind": "discount",
    "as_of": "2026-11-20",
    "debt": _NOTHING | {"principal": "1000000.00"},
    "discount": _NOTHING | {"principal": "200000.00"},
    "charge": "0.00",
    "interest": "0.00",
    "instalments": [{"due": "2026-11-27", "amount": "800000.00"}],
}


def _branch(number: int) -> str:
    return f"Sede {number + 1}"


def _team(branch: int, team: int) -> str:
    return f"Equipo {branch + 1}-{team + 1}"


def _zone(number: int) -> str:
    return f"Zona {number + 1}"


def _centre(branch: int) -> tuple[float, float]:
    return 5.5 + branch * 0.15, -73.4 + branch * 0.12


def put(connection: Connection, rows: Iterable[tuple[Table, dict[str, Any]]]) -> None:
    """Each table's rows in pieces, tables in the order in which they first came."""
    waiting: dict[Table, list[dict[str, Any]]] = {}
    for count, (table, row) in enumerate(rows, 1):
        waiting.setdefault(table, []).append(row)
        if count % PIECE == 0:
            _flush(connection, waiting)
    _flush(connection, waiting)


def _flush(connection: Connection, waiting: dict[Table, list[dict[str, Any]]]) -> None:
    for table, rows in waiting.items():
        if connection.dialect.name == "postgresql":
            _copy(connection, table, rows)
        else:
            append(connection, table, rows)
        rows.clear()


_DIALECT: Any = postgresql.dialect()  # type: ignore[no-untyped-call]


def _copy(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    names = list(rows[0])
    binders = [table.c[name].type.dialect_impl(_DIALECT).bind_processor(_DIALECT) for name in names]
    said = ", ".join(f'"{name}"' for name in names)
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({said}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row(
                [
                    row[name] if bind is None else bind(row[name])
                    for name, bind in zip(names, binders, strict=True)
                ]
            )


def weigh(engine: Engine) -> None:
    """Let the database learn how its tables are filled, as it does by itself in time."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE" if engine.dialect.name == "postgresql" else "ANALYZE"))


def counted(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        names = ("accounts", "agents", "visits", "events", "promises", "stops", "payments", "facts")
        asked = {name: text(f"SELECT count(*) FROM {name}") for name in names}
        return {name: int(connection.execute(query).scalar_one()) for name, query in asked.items()}
