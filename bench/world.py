"""An office in use and laptops with their work done: every event written beforehand by the real ledger.

A laptop is one agent with 300 debtors of one account each (Colombia's pack, microcredit with its
exception documented), who makes 25 visits a weekday. One visit in five ends in a promise, an event more.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert

from field_client import bodies
from field_client.drafting import Draft
from field_client.store.attachments import Picture
from server import enrolling, publishing
from server.config import Config
from server.office import Office, initialise, open_office
from server.store import counters, feeds, offices
from server.store import tables as t
from server.store.engine import writing
from sync import __version__
from sync.digest import canonical
from sync.exchange import hello, push
from sync.exchange.sides import Reading
from sync.ids import new_id, new_incarnation
from sync.keys import SigningKey, new_signing_key
from sync.ledger import ZERO, Entry, new_salt, push_bytes, write_entry
from sync.records import (
    EventKind,
    Known,
    Location,
    LocationSource,
    Party,
    Place,
    Reason,
    Result,
    Verdict,
    VisitResult,
)
from sync.wire import codec
from sync.wire.attachments import digest_of
from sync.wire.packing import Context, context_text

SEED = 20261122
A_DAY = 25
DEBTORS = 300
ZONE = "America/Bogota"
OPENS = timedelta(hours=13)  # 08:00 in Bogotá
BETWEEN = timedelta(minutes=22)
STARTED = date(2024, 1, 1)
# Before the first visit: no event is older than its laptop.
ENROLLED = datetime(2024, 1, 1, tzinfo=UTC)
BOOTED = 1_700_000_000_000  # one boot for all of the story, so that both clocks tell the same
# (weight, party, result, reason, detail): what a collector brings home.
OUTCOMES: tuple[tuple[int, Party, Result, Reason | None, dict[str, str]], ...] = (
    (32, Party.NOBODY, Result.NOBODY_HOME, None, {}),
    (20, Party.HOLDER, Result.PROMISE, None, {"channel": "bank", "place": "Oficina centro"}),
    (14, Party.RELATIVE, Result.COME_BACK, None, {"time_hint": "después de las 5"}),
    (10, Party.HOLDER, Result.ACKNOWLEDGES, None, {"next_date": "2026-12-15"}),
    (10, Party.NOBODY, Result.NOTICE_LEFT, None, {}),
    (7, Party.HOLDER, Result.REFUSES, None, {"reason": "no_preguntado"}),
    (6, Party.NOBODY, Result.CLOSED, None, {}),
    (1, Party.HOLDER, Result.DISPUTES, None, {"text": "Dice que ya pagó la cuota de marzo"}),
)
NOTES = (
    "",
    "",
    "Casa verde, segundo piso",
    "Timbre dañado, llamar a la puerta",
    "Vecina dice que llega tarde",
)


@dataclass
class Laptop:
    """An enrolled laptop with its whole chain in memory, and who it is to `sync.exchange.hello`."""

    device: str
    token: str
    agent: str
    incarnation: str
    key: SigningKey
    debtors: list[tuple[str, str, str, float, float]]  # debtor, account, address, lat, lon
    entries: list[Entry] = field(default_factory=list)
    sent: int = 0
    route: str | None = None
    route_number: int = 0
    stops: dict[str, dict[str, Any]] = field(default_factory=dict)  # of the route, by debtor
    receipt_wanted: bool = False
    client: str = f"ronda/{__version__}"
    policy_versions: dict[str, str] = field(default_factory=lambda: {"co": "1"})
    receipt: dict[str, Any] | None = None
    offset_ms: int = 120
    uncertainty_ms: int = 40

    @property
    def unsent(self) -> int:
        return len(self.entries) - self.sent

    @property
    def headers(self) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {self.device}.{self.token}",
            "Content-Type": "application/json",
            "Accept-Encoding": "zstd, gzip",
        }


def make_office(folder: Path) -> Office:
    config = Config(data=folder, database_url=f"sqlite:///{folder / 'office.db'}")
    initialise(config, datetime.now(UTC))
    return open_office(config)


def add_laptops(office: Office, count: int, debtors: int = DEBTORS, seed: int = SEED) -> list[Laptop]:
    """Agents with their debtors and an enrolled laptop each, feeds published."""
    draw = random.Random(seed)
    now = datetime.now(UTC)
    people = []
    with writing(office.engine) as connection:
        lender, imported = _lender(connection, now)
        for number in range(count):
            agent = new_id()
            row = {"id": agent, "name": f"Gestor {number + 1}", "shift_start": "08:00", "shift_end": "18:00"}
            connection.execute(insert(t.agents).values(**row))
            people.append((agent, _debtors(connection, draw, agent, lender, imported, debtors, now)))
    made = []
    for agent, mine in people:
        key, incarnation = new_signing_key(), new_incarnation()
        asked = {
            "code": enrolling.issue_code(office.engine, agent, actor="bench", now=ENROLLED),
            "device_name": "bench",
            "public_key": key.public.hex(),
            "incarnation": incarnation,
            "client": "ronda/bench",
        }
        told = enrolling.enrol(office.engine, office.signer, office.recovery_public, asked, ENROLLED)
        made.append(Laptop(told["device"], told["token"], agent, incarnation, key, mine))
    return made


def _lender(connection: Connection, now: datetime) -> tuple[str, str]:
    lender, imported = new_id(), new_id()
    connection.execute(insert(t.lenders).values(id=lender, name=f"Cooperativa {lender[-6:]}"))
    row = {"id": imported, "kind": "portfolio", "lender_id": lender, "as_of": now.date(), "mode": "full"}
    connection.execute(
        insert(t.imports).values(**row, file_sha256="0" * 64, reading={}, counts={}, imported_at=now)
    )
    return lender, imported


def _debtors(
    connection: Connection,
    draw: random.Random,
    agent: str,
    lender: str,
    imported: str,
    count: int,
    now: datetime,
) -> list[tuple[str, str, str, float, float]]:
    rows: dict[Any, list[dict[str, Any]]] = {}
    mine = []
    for number in range(count):
        debtor, account, address, assignment = (new_id() for _ in range(4))
        lat, lon = 4.60 + draw.random() * 0.05, -74.10 + draw.random() * 0.05
        mine.append((debtor, account, address, round(lat, 6), round(lon, 6)))
        held: dict[Any, dict[str, Any]] = {
            t.debtors: {
                "id": debtor,
                "kind": "person",
                "name": f"Deudor {number} de {agent[-4:]}",
                "document_type": "CC",
                "document": debtor[-12:],
                "created_at": now,
            },
            t.addresses: {
                "id": address,
                "debtor_id": debtor,
                "lender_id": lender,
                "kind": "home",
                "text": f"Calle {number % 90} # {number % 70}-15",
                "lat": lat,
                "lon": lon,
                "precision": "door",
                "since": STARTED,
            },
            t.accounts: {
                "id": account,
                "lender_id": lender,
                "number": f"{agent[-6:]}-{number}",
                "debtor_id": debtor,
                "currency": "COP",
                "credit_type": "microcredito",
                "pack": "co",
                "pack_reason": "import",
                "exception_evidence": "acta 12",
                "first_import": imported,
                "last_import": imported,
            },
            t.account_roles: {
                "id": new_id(),
                "account_id": account,
                "debtor_id": debtor,
                "role": "holder",
                "since": STARTED,
            },
            t.balances: {
                "id": new_id(),
                "account_id": account,
                "import_id": imported,
                "as_of": now.date(),
                "currency": "COP",
                "principal_minor": 150_000_000 + number,
                "overdue_minor": 30_000_000,
                "oldest_due": now.date() - timedelta(days=100),
                "recorded_at": now,
            },
            t.assignments: {
                "id": assignment,
                "debtor_id": debtor,
                "agent_id": agent,
                "since": STARTED,
                "because": {"msgid": "zona", "values": {}},
                "decided_at": now,
            },
            t.assignment_accounts: {
                "assignment_id": assignment,
                "account_id": account,
                "outcome": "assigned",
                "because": {"msgid": "zona", "values": {}},
            },
        }
        for table, row in held.items():
            rows.setdefault(table, []).append(row)
    for table, made in rows.items():
        connection.execute(insert(table), made)
    return mine


def plan(office: Office, laptop: Laptop, stops: int = A_DAY) -> None:
    """A day's route in the laptop's feed: of its record, what both sides take as context of a message."""
    laptop.route = new_id()
    laptop.stops = {
        who: {"id": new_id(), "debtor": who, "address": address, "accounts": [account]}
        for who, account, address, _, _ in laptop.debtors[:stops]
    }
    told = canonical({"id": laptop.route, "stops": list(laptop.stops.values())}).decode()
    with writing(office.engine) as connection:
        feeds.write(connection, laptop.agent, [feeds.Row("route", laptop.route, told, None)])
        laptop.route_number = counters.current(connection, counters.feed(laptop.agent))


def work(laptop: Laptop, visits: int, draw: random.Random) -> int:
    """Write so many visits at the end of the laptop's chain, their promises after them; answers how many
    events that made. The last of them happened yesterday."""
    first = len(laptop.entries)
    for start, debtor in zip(_times(visits), _order(laptop, visits), strict=True):
        _visit(laptop, start, debtor, draw)
    return len(laptop.entries) - first


def _times(visits: int) -> list[datetime]:
    """25 a weekday, ending yesterday."""
    days: list[date] = []
    day = datetime.now(UTC).date() - timedelta(days=1)
    while len(days) * A_DAY < visits:
        if day.weekday() < 5:
            days.append(day)
        day -= timedelta(days=1)
    opens = [datetime(day.year, day.month, day.day, tzinfo=UTC) + OPENS for day in reversed(days)]
    return [opens[place // A_DAY] + BETWEEN * (place % A_DAY) for place in range(visits)]


def _order(laptop: Laptop, visits: int) -> list[tuple[str, str, str, float, float]]:
    return [laptop.debtors[place % len(laptop.debtors)] for place in range(visits)]


def _visit(
    laptop: Laptop, start: datetime, debtor: tuple[str, str, str, float, float], draw: random.Random
) -> None:
    who, account, address, lat, lon = debtor
    _, party, result, reason, told = draw.choices(OUTCOMES, [outcome[0] for outcome in OUTCOMES])[0]
    detail = dict(told)
    if result is Result.PROMISE:
        due = (start + timedelta(days=draw.randrange(3, 15))).date()
        detail |= {"amount": f"{draw.randrange(5, 60) * 10_000}", "due": due.isoformat()}
    visit, ended = new_id(), start + timedelta(minutes=draw.randrange(4, 15), seconds=draw.randrange(60))
    draft = Draft(
        id=visit,
        debtor=who,
        accounts=(account,),
        place=Place.HOME,
        party=party,
        start=start + timedelta(milliseconds=draw.randrange(60_000)),
        end=ended,
        results=(VisitResult(account, result, reason, detail),),
        known=Known.LIVE,
        location=Location(
            LocationSource.GNSS,
            round(lat + draw.uniform(-1, 1) * 1e-4, 6),
            round(lon + draw.uniform(-1, 1) * 1e-4, 6),
            round(draw.uniform(4, 25), 1),
        ),
        note=draw.choice(NOTES),
        address=address,
        route=laptop.route if who in laptop.stops else None,
        stop=laptop.stops[who]["id"] if who in laptop.stops else None,
    )
    recorded = ended + timedelta(seconds=draw.randrange(20, 90))
    body = bodies.visit_body(draft, ZONE, Verdict(()), recorded)
    _write(laptop, EventKind.VISIT_RECORDED, body, who, account, recorded, visit)
    if result is Result.PROMISE:
        promise = bodies.promise_body(visit, who, draft.results[0], "COP")
        _write(laptop, EventKind.PROMISE_MADE, promise, who, account, recorded, new_id())


def _write(
    laptop: Laptop,
    kind: EventKind,
    body: dict[str, Any],
    debtor: str,
    account: str,
    wall: datetime,
    name: str,
) -> None:
    entries = laptop.entries
    reading = Reading(wall, int(wall.timestamp() * 1000) - BOOTED, "6a2f4c8e-77aa-4f0e-9d41-0c7a3c1b2d10")
    entries.append(
        write_entry(
            incarnation=laptop.incarnation,
            n=len(entries) + 1,
            previous=entries[-1].h if entries else ZERO,
            id=name,
            kind=kind,
            version=1,
            clock=reading.at_event(120, 40),
            policy_version="co@1",
            debtor=debtor,
            accounts=[account],
            body=body,
            salt=new_salt(),
        )
    )


def photograph(laptop: Laptop, data: bytes) -> None:
    """Announce a picture of the visit written last."""
    visit = laptop.entries[-1]
    picture = Picture(digest_of(data), "image/jpeg", "photo", data)
    body = bodies.attachment_body(visit.id, picture)
    debtor = json.loads(visit.body or b"{}")["debtor"]
    wall = datetime.now(UTC) - timedelta(hours=1)
    _write(laptop, EventKind.ATTACHMENT_ADDED, body, debtor, "", wall, new_id())


def request(
    laptop: Laptop,
    said: dict[str, Any] | None = None,
    pull: dict[str, Any] | None = None,
    moment: datetime | None = None,
) -> Any:
    """A whole SyncRequest as the laptop's own code writes it, now or at `moment`."""
    moment = moment or datetime.now(UTC)
    reading = Reading(moment, int(moment.timestamp() * 1000) - BOOTED, "6a2f4c8e-77aa-4f0e-9d41-0c7a3c1b2d10")
    # The push is counted as sent already, so all that is unsent is held back.
    greeting = hello.say(laptop, reading)  # type: ignore[arg-type]  # as much of an Identity as it asks
    return {"hello": greeting, "push": said, "pull": pull, "compare": None}


def next_push(laptop: Laptop, batch: int) -> dict[str, Any] | None:
    """The next push of at most `batch` events; the laptop then stands after it."""
    entries = laptop.entries[laptop.sent : laptop.sent + batch]
    if not entries:
        return None
    laptop.sent += len(entries)
    head = entries[-1].head
    return {
        "incarnation": laptop.incarnation,
        "parent": None,
        "events": [push._message(entry) for entry in entries],
        "head": {"incarnation": head.incarnation, "n": head.n},
        "signature": laptop.key.sign(push_bytes(*head)).hex(),
    }


def encoded(
    message: Any, *, packed: bool = False, context: Context | None = None
) -> tuple[bytes, dict[str, str]]:
    """The message as the laptop puts it on the line, and the headers that go with it: packed as it does by
    itself, or with zstd alone, which costs the office less time and the line more bytes."""
    names = (codec.PACK, "zstd", "gzip") if packed else ("zstd", "gzip")
    body, encoding = codec.encode(message, names, context)
    said = {"Accept-Encoding": ",".join(names)}
    return body, said if encoding == "identity" else said | {"Content-Encoding": encoding}


def context_of(laptop: Laptop, epoch: str, acknowledged: int) -> Context | None:
    """What the office holds of this laptop once `acknowledged` events are: the last of them, its route."""
    if not acknowledged:
        return None
    entry = laptop.entries[acknowledged - 1]
    text = context_text(entry.header, entry.body or b"", epoch, laptop.stops.values())
    return Context(entry.n, laptop.route_number, text)


def publish(office: Office, laptops: Sequence[Laptop]) -> None:
    with writing(office.engine) as connection:
        publishing.refresh_agents(connection, [laptop.agent for laptop in laptops], datetime.now(UTC))


def epoch_of(office: Office) -> str:
    with writing(office.engine) as connection:
        return str(offices.get(connection, "epoch"))
