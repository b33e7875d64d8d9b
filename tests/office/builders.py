"""Small named worlds: an office with a lender, two collectors and debtors, and a laptop that can speak."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, insert

from server import enrolling
from server.store import offices, schema
from server.store import tables as t
from server.store.devices import Device
from server.store.engine import open_engine, reading, writing
from sync.ids import new_id, new_incarnation
from sync.keys import SigningKey, new_recovery_key, new_signing_key
from sync.ledger import ZERO, Entry, new_salt, push_bytes, write_entry
from sync.ledger import Clock as EventClock
from sync.wire.fields import instant

# A Friday, 15:00 in Duitama.
NOW = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)


def quick_engine(folder: Path) -> Engine:
    engine = open_engine(f"sqlite:///{folder / 'office.db'}")
    schema.upgrade(engine)
    return engine


@dataclass
class World:
    """An office by name: `debtors["Rosa"]`, `accounts["Rosa"][0]`, `agents["Ana"]`."""

    engine: Engine
    signer: SigningKey
    recovery_public: bytes
    lender: str = ""
    imported: str = ""
    agents: dict[str, str] = field(default_factory=dict)
    debtors: dict[str, str] = field(default_factory=dict)
    accounts: dict[str, list[str]] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    assignments: dict[str, str] = field(default_factory=dict)

    def add_agent(self, name: str, zone: str = "centro") -> str:
        self.agents[name] = new_id()
        with writing(self.engine) as connection:
            connection.execute(
                insert(t.agents).values(
                    id=self.agents[name], name=name, zone=zone, shift_start="08:00", shift_end="17:00"
                )
            )
        return self.agents[name]

    def add_debtor(self, name: str, accounts: int = 1, pack: str = "demo") -> str:
        debtor = self.debtors[name] = new_id()
        self.addresses[name] = new_id()
        with writing(self.engine) as connection:
            add_debtor(connection, debtor, name)
            connection.execute(
                insert(t.addresses).values(
                    id=self.addresses[name],
                    debtor_id=debtor,
                    lender_id=self.lender,
                    kind="home",
                    text=f"Calle 1 # 2-3, {name}",
                    lat=5.82,
                    lon=-73.03,
                    precision="door",
                    since=TODAY,
                )
            )
            self.accounts[name] = [
                add_account(connection, self, debtor, f"{name}-{number}", pack)
                for number in range(1, accounts + 1)
            ]
        return debtor

    def assign(self, debtor: str, agent: str | None, since: date = date(2026, 11, 1)) -> None:
        """Give a debtor with all his accounts to an agent, closing what stood."""
        with writing(self.engine) as connection:
            open_row = (t.assignments.c.debtor_id == self.debtors[debtor]) & t.assignments.c.until.is_(None)
            connection.execute(t.assignments.update().where(open_row).values(until=since))
            assignment = self.assignments[debtor] = new_id()
            connection.execute(
                insert(t.assignments).values(
                    id=assignment,
                    debtor_id=self.debtors[debtor],
                    agent_id=None if agent is None else self.agents[agent],
                    since=since,
                    because={"msgid": "zona", "values": {}},
                    decided_at=NOW,
                )
            )
            for account in self.accounts[debtor]:
                connection.execute(
                    insert(t.assignment_accounts).values(
                        assignment_id=assignment,
                        account_id=account,
                        outcome="assigned",
                        because={"msgid": "zona", "values": {}},
                    )
                )

    def rows(self, table: Any, *where: Any) -> list[dict[str, Any]]:
        with reading(self.engine) as connection:
            return [dict(row) for row in connection.execute(table.select().where(*where)).mappings()]

    def feed(self, agent: str) -> list[dict[str, Any]]:
        """The live rows of an agent's feed, in order."""
        rows = self.rows(t.feeds, t.feeds.c.agent_id == self.agents[agent], t.feeds.c.gone.is_(False))
        return sorted(rows, key=lambda row: row["number"])

    def kinds(self, agent: str) -> list[tuple[str, str]]:
        return [(row["kind"], row["record_id"]) for row in self.feed(agent)]


def add_debtor(connection: Connection, debtor: str, name: str) -> None:
    connection.execute(
        insert(t.debtors).values(
            id=debtor, kind="person", name=name, document_type="CC", document=debtor[-12:], created_at=NOW
        )
    )


def add_account(connection: Connection, world: World, debtor: str, number: str, pack: str) -> str:
    account = new_id()
    connection.execute(
        insert(t.accounts).values(
            id=account,
            lender_id=world.lender,
            number=number,
            debtor_id=debtor,
            currency="COP",
            credit_type="microcredito",
            pack=pack,
            pack_reason="import",
            exception_evidence="acta",
            first_import=world.imported,
            last_import=world.imported,
        )
    )
    connection.execute(
        insert(t.account_roles).values(
            id=new_id(), account_id=account, debtor_id=debtor, role="holder", since=TODAY
        )
    )
    connection.execute(
        insert(t.balances).values(
            id=new_id(),
            account_id=account,
            import_id=world.imported,
            as_of=TODAY,
            currency="COP",
            principal_minor=1_500_000_00,
            overdue_minor=300_000_00,
            oldest_due=date(2026, 8, 1),
            recorded_at=NOW,
        )
    )
    return account


def add_payment(world: World, debtor: str, amount_minor: int = 50_000_00) -> str:
    """A payment on the debtor's first account, as an import would add it."""
    payment = new_id()
    with writing(world.engine) as connection:
        connection.execute(
            insert(t.payments).values(
                id=payment,
                account_id=world.accounts[debtor][0],
                import_id=world.imported,
                identity=payment,
                amount_minor=amount_minor,
                currency="COP",
                value_date=TODAY,
                imported_at=NOW,
            )
        )
    return payment


def small_world(engine: Engine) -> World:
    """Ana and Benito; Rosa with two accounts and Luis with one are Ana's, Marta is Benito's."""
    world = World(engine, new_signing_key(), new_recovery_key().public_key().public_bytes_raw())
    world.lender, world.imported = new_id(), new_id()
    with writing(engine) as connection:
        for name, value in (("id", new_id()), ("epoch", new_id()), ("name", "Oficina de prueba")):
            offices.put(connection, name, value)
        offices.add_signing_key(connection, world.signer.id, world.signer.public, NOW)
        connection.execute(insert(t.lenders).values(id=world.lender, name="Coopsol"))
        connection.execute(
            insert(t.imports).values(
                id=world.imported,
                kind="portfolio",
                lender_id=world.lender,
                as_of=TODAY,
                mode="full",
                file_sha256="0" * 64,
                reading={},
                counts={},
                imported_at=NOW,
            )
        )
    for agent in ("Ana", "Benito"):
        world.add_agent(agent)
    for debtor, accounts, agent in (("Rosa", 2, "Ana"), ("Luis", 1, "Ana"), ("Marta", 1, "Benito")):
        world.add_debtor(debtor, accounts)
        world.assign(debtor, agent)
    return world


@dataclass
class Laptop:
    """An enrolled laptop that writes its own chain and speaks the wire by hand."""

    world: World
    device: Device
    token: str
    key: SigningKey
    incarnation: str
    entries: list[Entry] = field(default_factory=list)
    offset_ms: int | None = 0
    parent: dict[str, Any] | None = None

    @property
    def authorization(self) -> str:
        return f"Bearer {self.device.id}.{self.token}"

    def clock(self, now: datetime) -> EventClock:
        """Its clocks at a moment of the office's: the wall is `offset_ms` ahead, the monotonic never lies."""
        return EventClock(
            wall=instant(now + timedelta(milliseconds=self.offset_ms or 0)),
            mono_ms=10**9 + round((now - NOW).total_seconds() * 1000),
            boot="boot",
            offset_ms=self.offset_ms,
            uncertainty_ms=100,
        )

    def write(self, kind: str, body: dict[str, Any], *, id: str | None = None, **given: Any) -> Entry:
        """Append an event to this laptop's chain."""
        entry = write_entry(
            incarnation=self.incarnation,
            n=len(self.entries) + 1,
            previous=self.entries[-1].h if self.entries else ZERO,
            id=id or new_id(),
            kind=kind,
            version=given.get("version", 1),
            clock=given.get("clock") or self.clock(given.get("now", NOW)),
            policy_version="",
            debtor=body.get("debtor"),
            accounts=(),
            body=body,
            salt=given.get("salt") or new_salt(),
        )
        self.entries.append(entry)
        return entry

    def visit(self, debtor: str = "Rosa", result: str = "NAD", **given: Any) -> Entry:
        return self.write("visit.recorded", visit_body(self.world, debtor, result, **given))

    def promise(self, visit: Entry, debtor: str = "Rosa", amount: str = "100000.00") -> Entry:
        return self.write("promise.made", promise_body(self.world, visit.id, debtor, amount))

    def push(self, entries: Sequence[Entry] | None = None) -> dict[str, Any]:
        entries = self.entries if entries is None else list(entries)
        last = max(entries, key=lambda entry: entry.n)
        return {
            "incarnation": self.incarnation,
            "parent": self.parent,
            "events": [message(entry) for entry in entries],
            "head": {"incarnation": self.incarnation, "n": last.n, "h": last.h.hex()},
            "signature": self.key.sign(push_bytes(*last.head)).hex(),
        }

    def request(
        self,
        entries: Sequence[Entry] | None = (),
        *,
        cursor: dict[str, Any] | None = None,
        limit: int = 500,
        compare: dict[str, Any] | None = None,
        receipt: dict[str, Any] | None = None,
        now: datetime = NOW,
    ) -> dict[str, Any]:
        """A SyncRequest made at `now`; `entries` None pushes all, () nothing."""
        pushes = entries is None or len(entries) > 0
        return {
            "hello": {
                "protocol": 1,
                "client": "test",
                "clock": dict(self.clock(now)),
                "incarnation": self.incarnation,
                "policy_versions": {},
                "receipt": receipt,
            },
            "push": self.push(entries) if pushes else None,
            "pull": {"cursor": cursor, "limit": limit},
            "compare": compare,
        }


def enrolled(world: World, agent: str = "Ana") -> Laptop:
    """A laptop let in by a code."""
    key, incarnation = new_signing_key(), new_incarnation()
    code = enrolling.issue_code(world.engine, world.agents[agent], actor="cli", now=NOW)
    request = {
        "code": code,
        "device_name": f"portátil de {agent}",
        "public_key": key.public.hex(),
        "incarnation": incarnation,
        "client": "test",
    }
    reply = enrolling.enrol(world.engine, world.signer, world.recovery_public, request, NOW)
    device = enrolling.authenticate(world.engine, f"Bearer {reply['device']}.{reply['token']}")
    return Laptop(world, device, reply["token"], key, incarnation)


def message(entry: Entry) -> dict[str, Any]:
    assert entry.salt is not None
    assert entry.body is not None
    return {
        "n": entry.n,
        "header": entry.header.decode(),
        "salt": entry.salt.hex(),
        "body": entry.body.decode(),
        "body_digest": entry.body_digest.hex(),
        "h": entry.h.hex(),
    }


def visit_body(
    world: World,
    debtor: str = "Rosa",
    result: str = "NAD",
    *,
    start: datetime = NOW - timedelta(minutes=30),
    known: str = "live",
    minutes: int = 10,
    note: str = "",
    party: str = "TIT",
    results: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    told = [{"account": account, "result": result, "detail": {}} for account in world.accounts[debtor]]
    return {
        "debtor": world.debtors[debtor],
        "address": world.addresses[debtor],
        "place": "DOM",
        "party": party,
        "happened": {
            "start": instant(start),
            "end": instant(start + timedelta(minutes=minutes)),
            "known": known,
        },
        "recorded": instant(NOW),
        "zone": "America/Bogota",
        "location": {"source": "gnss", "lat": 5.82, "lon": -73.03, "accuracy_m": 8.0},
        "results": told if results is None else results,
        "note": note,
    }


def promise_body(world: World, visit: str, debtor: str = "Rosa", amount: str = "100000.00") -> dict[str, Any]:
    return {
        "visit": visit,
        "debtor": world.debtors[debtor],
        "account": world.accounts[debtor][0],
        "amount": amount,
        "currency": "COP",
        "due": "2026-11-27",
        "channel": "banco",
        "place": "oficina",
    }
