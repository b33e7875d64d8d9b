"""A laptop as the office would have filled it: a small named world in feed records, on real SQLCipher."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from field_client import folder as folders
from field_client.store import journal, settings
from field_client.store.db import Store
from field_client.store.side import StoredLaptop
from sync.exchange import Reading
from sync.ids import new_id, new_incarnation
from sync.keys import OFFICE, Keyring, PublicKey, SigningKey, new_signing_key
from sync.policies import load
from sync.rules.policy import to_wire
from sync.sealing import Cost
from sync.wire.fields import instant

PASSPHRASE = "una contraseña larga"
# Argon2 at its real cost takes a third of a second; the tests that measure nothing use the least.
CHEAP = Cost(memory_kib=32, passes=1, lanes=1)
ZONE = ZoneInfo("America/Bogota")
DAY = date(2026, 11, 23)  # a Monday
NOON = datetime(2026, 11, 23, 10, 40, tzinfo=ZONE).astimezone(UTC)


def uid(number: int) -> str:
    """A readable id for a thing of the small world."""
    return f"00000000-0000-7000-8000-{number:012d}"


AGENT = uid(1)
MARIA, JOSE, ALMACEN, ROSA = uid(11), uid(12), uid(13), uid(14)
MARIA_LOAN, MARIA_CARD, JOSE_LOAN, ALMACEN_LOAN = uid(21), uid(22), uid(23), uid(24)
MARIA_HOME, JOSE_HOME, ALMACEN_SHOP = uid(31), uid(32), uid(33)
ROUTE, MARIA_STOP, JOSE_STOP, ALMACEN_STOP = uid(41), uid(42), uid(43), uid(44)
OLD_VISIT, OLD_PROMISE, PAYMENT = uid(51), uid(52), uid(53)


@dataclass
class StandingClock:
    """A clock that stands until it is moved."""

    now: datetime = NOON
    mono_ms: int = 5_000_000
    boot: str = "boot-1"

    def read(self) -> Reading:
        return Reading(self.now, self.mono_ms, self.boot)

    def forward(self, **by: float) -> None:
        step = timedelta(**by)
        self.now += step
        self.mono_ms += round(step.total_seconds() * 1000)


def local(hour: int, minute: int = 0, day: date = DAY) -> datetime:
    """A moment of the collector's own clock, in UTC."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE).astimezone(UTC)


def agent() -> dict[str, Any]:
    return {
        "id": AGENT,
        "name": "Carlos Pérez",
        "branch": "Duitama",
        "team": "Norte",
        "zone": "Centro",
        "timezone": "America/Bogota",
        "shift_start": "08:00",
        "shift_end": "17:00",
        "home_lat": 5.83,
        "home_lon": -73.03,
        "vehicle": "moto",
    }


def policy(name: str = "demo", holidays: Any = None) -> dict[str, Any]:
    return {"name": name, **to_wire(load(name, holidays))}


def address(id: str, text: str, lat: float, lon: float, kind: str = "home") -> dict[str, Any]:
    return {
        "id": id,
        "kind": kind,
        "text": text,
        "district": "Centro",
        "city": "Duitama",
        "lat": lat,
        "lon": lon,
        "precision": "door",
        "source": "lender",
        "origin": "lender",
        "state": "accepted",
    }


def debtor(
    id: str, name: str, addresses: list[dict[str, Any]], *, kind: str = "person", **more: Any
) -> dict[str, Any]:
    return {
        "id": id,
        "kind": kind,
        "name": name,
        "document_type": "CC",
        "document": f"10{id[-8:]}",
        "timezone": "America/Bogota",
        "language": "es",
        "addresses": addresses,
        "contact_points": [
            {
                "id": uid(900 + int(id[-2:])),
                "kind": "mobile",
                "value": "+573001234567",
                "holder": "debtor",
                "relation": "",
                "origin": "lender",
                "state": "accepted",
            }
        ],
        "stops": [],
    } | more


def account(id: str, owner: str, number: str, overdue: str, **more: Any) -> dict[str, Any]:
    return {
        "id": id,
        "lender": "Banco Andino",
        "number": number,
        "debtor": owner,
        "currency": "COP",
        "credit_type": "consumo",
        "product": "Libre inversión",
        "branch": "Duitama",
        "pack": "demo",
        "pack_reason": "elegido al importar",
        "exception_evidence": "",
        "state": "open",
        "lender_days_past_due": 110,
        "opened": "2024-02-01",
        "payday": "15",
        "last_payment": "2026-07-20",
        "balance": {
            "as_of": "2026-11-20",
            "principal": "3000000.00",
            "interest": "210000.00",
            "late_interest": "95000.50",
            "fees": "12000.00",
            "overdue": overdue,
            "oldest_due": "2026-08-05",
            "instalments_overdue": 4,
        },
        "people": [{"debtor": owner, "name": "", "role": "holder"}],
        "documents": ["Pagaré", "Carta de instrucciones"],
        "payments_through": "2026-11-20",
    } | more


def visit(**more: Any) -> dict[str, Any]:
    """A colleague's visit of a week ago."""
    return {
        "id": OLD_VISIT,
        "debtor": MARIA,
        "agent": uid(2),
        "agent_name": "Ana Ruiz",
        "address": MARIA_HOME,
        "stop": None,
        "place": "DOM",
        "party": "TIT",
        "happened": {
            "start": "2026-11-12T15:00:00.000Z",
            "end": "2026-11-12T15:10:00.000Z",
            "known": "live",
            "line": None,
        },
        "recorded": "2026-11-12T15:10:30.000Z",
        "zone": "America/Bogota",
        "location": {"source": "none", "lat": None, "lon": None, "accuracy_m": None, "reason": "sin señal"},
        "results": [
            {
                "account": MARIA_LOAN,
                "result": "PTP",
                "reason": None,
                "detail": {"amount": "300000", "due": "2026-11-17", "channel": "bank", "place": "Banco"},
            }
        ],
        "note": "Pidió plazo hasta la quincena",
        "amended_by": [],
        "amended_at": [],
    } | more


def promise(**more: Any) -> dict[str, Any]:
    return {
        "id": OLD_PROMISE,
        "visit": OLD_VISIT,
        "debtor": MARIA,
        "account": MARIA_LOAN,
        "amount": "300000.00",
        "currency": "COP",
        "due": "2026-11-17",
        "channel": "bank",
        "place": "Banco",
        "window_start": None,
        "window_end": None,
        "made": "2026-11-12T15:10:30.000Z",
    } | more


def payment(**more: Any) -> dict[str, Any]:
    return {
        "id": PAYMENT,
        "account": MARIA_LOAN,
        "amount": "100000.00",
        "currency": "COP",
        "value_date": "2026-11-16",
        "posted_date": "2026-11-17",
        "imported_at": "2026-11-18T12:00:00.000Z",
        "channel": "corresponsal",
        "receipt": "R-778",
        "reverses": None,
    } | more


def stop(
    id: str, sequence: int | None, owner: str, where: str, accounts: list[str], **more: Any
) -> dict[str, Any]:
    said = {
        "id": id,
        "sequence": sequence,
        "debtor": owner,
        "address": where,
        "accounts": accounts,
        "lat": 5.82,
        "lon": -73.03,
        "eta": None,
        "window_start": None,
        "window_end": None,
        "appointment": False,
        "service_s": 720,
        "why": {"msgid": "", "values": {}},
        "withdrawn": None,
    }
    return said | more


def route(day: date = DAY, **more: Any) -> dict[str, Any]:
    stops = [
        stop(
            MARIA_STOP,
            1,
            MARIA,
            MARIA_HOME,
            [MARIA_LOAN, MARIA_CARD],
            lat=5.826,
            lon=-73.034,
            eta=instant(local(9, 10, day)),
        ),
        stop(
            JOSE_STOP,
            2,
            JOSE,
            JOSE_HOME,
            [JOSE_LOAN],
            lat=5.829,
            lon=-73.028,
            eta=instant(local(11, 0, day)),
            window_start=instant(local(11, 0, day)),
            window_end=instant(local(11, 15, day)),
            appointment=True,
        ),
        stop(
            ALMACEN_STOP,
            None,
            ALMACEN,
            ALMACEN_SHOP,
            [ALMACEN_LOAN],
            why={
                "msgid": "no cabe: desplazaría la parada {stop} hasta las {clock}, {minutes} min tarde",
                "values": {"stop": 2, "clock": "11:40", "minutes": 25},
            },
        ),
    ]
    return {
        "id": ROUTE,
        "date": day.isoformat(),
        "version": 1,
        "published": instant(local(6, 0, day)),
        "approximate": True,
        "depot_lat": 5.83,
        "depot_lon": -73.03,
        "start": instant(local(8, 0, day)),
        "end": instant(local(17, 0, day)),
        "stops": stops,
        "matrix": {"points": [], "seconds": [], "metres": []},
        "certificate": {},
    } | more


def streets() -> dict[str, Any]:
    lines = [[[-73.04 + 0.002 * i, 5.82], [-73.04 + 0.002 * i, 5.835]] for i in range(9)]
    lines += [[[-73.042, 5.82 + 0.002 * i], [-73.022, 5.82 + 0.002 * i]] for i in range(8)]
    features = [
        {"type": "Feature", "properties": {}, "geometry": {"type": "LineString", "coordinates": line}}
        for line in lines
    ]
    return {
        "id": uid(99),
        "name": "Duitama",
        "attribution": "plano de prueba",
        "geojson": {"type": "FeatureCollection", "features": features},
    }


def world() -> list[tuple[str, str, dict[str, Any]]]:
    """Everything Carlos's laptop was given for Monday."""
    people = [
        debtor(MARIA, "María Núñez Peña", [address(MARIA_HOME, "Calle 15 # 14-32", 5.826, -73.034)]),
        debtor(JOSE, "José Ibáñez", [address(JOSE_HOME, "Carrera 18 # 20-05", 5.829, -73.028)]),
        debtor(
            ALMACEN,
            "Almacén El Roble SAS",
            [address(ALMACEN_SHOP, "Calle 16 # 11-80", 5.824, -73.031, "business")],
            kind="company",
            document_type="NIT",
        ),
    ]
    accounts = [
        account(MARIA_LOAN, MARIA, "000451", "1250000.00"),
        account(MARIA_CARD, MARIA, "TC-88", "420000.00", product="Tarjeta de crédito"),
        account(JOSE_LOAN, JOSE, "000452", "800000.00"),
        account(ALMACEN_LOAN, ALMACEN, "000453", "9100000.00"),
    ]
    made: list[tuple[str, dict[str, Any]]] = [("agent", agent())]
    made += [("debtor", one) for one in people] + [("account", one) for one in accounts]
    made += [("payment", payment()), ("visit", visit()), ("promise", promise())]
    made += [("route", route()), ("basemap", streets())]
    return [("policy", "demo", policy()), *((kind, said["id"], said) for kind, said in made)]


CROWD = 60


def crowd() -> list[tuple[str, str, dict[str, Any]]]:
    """Sixty debtors with two accounts each: nobody has to promise more often than his pack lets him."""
    made: list[tuple[str, str, dict[str, Any]]] = []
    for number in range(CROWD):
        who = uid(5000 + number)
        made.append(("debtor", who, debtor(who, f"Persona {number}", [])))
        for base in (6000, 7000):
            own = uid(base + number)
            made.append(("account", own, account(own, who, f"{base}-{number}", "900000.00")))
    return made


@dataclass
class Laptop:
    """An enrolled laptop in a folder, with the office's keys at hand."""

    folder: Path
    store: Store
    clock: StandingClock
    office: SigningKey
    incarnation: str
    device: str = field(default_factory=new_id)

    @property
    def side(self) -> StoredLaptop:
        return StoredLaptop(self.store)

    def receive(self, records: list[tuple[str, str, dict[str, Any]]], start: int = 1) -> None:
        """A whole feed in one page, as an exchange would apply it."""
        rows = [
            {"number": number, "kind": kind, "id": id, "gone": False, "payload": said}
            for number, (kind, id, said) in enumerate(records, start)
        ]
        page = {
            "cursor": {"epoch": uid(7), "number": start + len(rows) - 1},
            "rows": rows,
            "more": False,
            "reset": False,
            "reflects": {"incarnation": self.incarnation, "n": 0, "h": bytes(32)},
        }
        assert self.side.take_page(self.side.cursor(), page)


def build(folder: Path, records: list[tuple[str, str, dict[str, Any]]] | None = None) -> Laptop:
    """A laptop enrolled without an office, holding `records` (the small world when None)."""
    clock, office = StandingClock(), new_signing_key()
    store, _ = folders.begin(folder, PASSPHRASE, CHEAP)
    incarnation, device = new_incarnation(), new_id()
    ring = Keyring((PublicKey(office.public, OFFICE, uid(8), NOON - timedelta(days=1)),))
    with store.writing() as db:
        settings.put_all(
            db,
            {
                "server": "http://127.0.0.1:9",
                "device": device,
                "token": "t" * 43,
                "agent": AGENT,
                "agent_name": "Carlos Pérez",
                "enrolled_at": instant(NOON),
                "office": uid(8),
                "office_name": "Oficina de prueba",
                "epoch": uid(7),
                "office_keys": ring.to_json(),
                "recovery_key": "00" * 32,
                "sealed": True,
                "signing_key": new_signing_key().raw().hex(),
            },
        )
        journal.open_incarnation(db, incarnation, clock.now)
    folders.finish(folder, store)
    laptop = Laptop(folder, folders.open_laptop(folder, PASSPHRASE), clock, office, incarnation, device)
    laptop.receive(world() if records is None else records)
    return laptop
