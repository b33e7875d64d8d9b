"""A small office with named people: who sees whom on its pages. Knows no page.

Two branches of one lender, Duitama and Tunja, and a second lender in dollars. Alicia coordinates
Duitama and Bruno Tunja; Carla supervises Duitama; Dora (compliance), Elena (manager), Nora
(coordinator) and the administrator see everything; Gustavo and Hilda collect in Duitama and Tunja;
Fabio telephones for Duitama; Ismael has just been hired and must change his password.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import Connection, insert, select

from server import erasing, queueing
from server.app import create_app
from server.assigning.drafting import open_draft
from server.config import config_from
from server.office import Office, initialise, open_office
from server.returning.handing import Handed, hand
from server.shelf import Shelf
from server.store import agents, assignments, attachments, offices, papers, people, routes
from server.store import tables as t
from server.store.assignments import Decision, Outcome
from server.store.debtors import folded
from server.store.engine import reading, writing
from server.store.scopes import Scope, Share
from server.strategy import listing
from sync.ids import new_id
from sync.records import Interval, UserRole
from sync.wire.attachments import digest_of
from sync.words import Phrase

from .agreed_world import add_agreed
from .claims_world import add_claims
from .month_world import closed_months

# A Friday, 15:00 in Duitama.
NOW = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)
PASSWORD = "una frase larga y propia"
CHEAP_ARGON2 = {"time_cost": 1, "memory_cost": 8, "parallelism": 1}
DUITAMA, TUNJA = (5.8265, -73.0331), (5.5353, -73.3678)

R = UserRole
STAFF: dict[str, tuple[UserRole, str | None]] = {
    "root": (R.ADMINISTRATOR, None),
    "nora": (R.COORDINATOR, None),
    "alicia": (R.COORDINATOR, "Duitama"),
    "bruno": (R.COORDINATOR, "Tunja"),
    "carla": (R.SUPERVISOR, "Duitama"),
    "dora": (R.COMPLIANCE, None),
    "elena": (R.MANAGER, None),
    "fabio": (R.TELEPHONE, "Duitama"),
    "gustavo": (R.COLLECTOR, "Duitama"),
    "hilda": (R.COLLECTOR, "Tunja"),
}


@lru_cache(maxsize=1)
def password_hash() -> str:
    return PasswordHasher(**CHEAP_ARGON2).hash(PASSWORD)


@dataclass
class World:
    """The office by name: `debtors["Rosa"]`, `accounts["Rosa"]`, `visits["Rosa"]`, `agents["gustavo"]`."""

    office: Office
    typed: Callable[[str], str]
    lenders: dict[str, str] = field(default_factory=dict)
    imports: dict[str, str] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)
    agents: dict[str, str] = field(default_factory=dict)
    debtors: dict[str, str] = field(default_factory=dict)
    accounts: dict[str, list[str]] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    proposals: dict[str, str] = field(default_factory=dict)
    visits: dict[str, str] = field(default_factory=dict)
    findings: dict[str, str] = field(default_factory=dict)
    erasures: dict[str, str] = field(default_factory=dict)
    routes: dict[str, str] = field(default_factory=dict)
    devices: dict[str, str] = field(default_factory=dict)
    pictures: dict[str, str] = field(default_factory=dict)
    papers: dict[str, str] = field(default_factory=dict)
    writeoffs: dict[str, str] = field(default_factory=dict)
    offers: dict[str, str] = field(default_factory=dict)
    agreements: dict[str, str] = field(default_factory=dict)
    returned: dict[str, str] = field(default_factory=dict)
    closes: dict[str, str] = field(default_factory=dict)
    claims: dict[str, str] = field(default_factory=dict)
    drafts: dict[str, str] = field(default_factory=dict)
    replies: dict[str, str] = field(default_factory=dict)

    def app(self, **options: Any) -> Flask:
        settings: dict[str, Any] = {"testing": True, "clock": lambda: NOW}
        return create_app(self.office, **(settings | options))


def make_world(folder: Path, typed: Callable[[str], str] = str, url: str = "") -> World:
    """The office of this module's first lines; `typed` spoils whatever people type. `url`: its database."""
    config = config_from({"RONDA_DATABASE_URL": url}, folder)
    initialise(config, NOW)
    world = World(open_office(config), typed)
    with writing(world.office.engine) as connection:
        offices.put(connection, "timezone", "America/Bogota")
        _lenders(connection, world)
        _staff(connection, world)
        _debtors(connection, world)
        _assignments(connection, world)
        _routes(connection, world)
        _laptops(connection, world)
        _visits(connection, world)
        _pictures(connection, world)
        add_agreed(connection, world, NOW)
        queueing.bring(connection, world.visits.values(), NOW)
    _erasure(world)
    _worklists(world)
    _month(world)
    add_claims(world, NOW)
    _draft(world)
    return world


def _month(world: World) -> None:
    """The day's file of each lender."""
    for name, lender in world.lenders.items():
        made = hand(world.office.engine, lender, TODAY, actor="nora", now=NOW)
        assert isinstance(made, Handed)
        world.returned[name] = made.id
    world.closes["closed"], world.closes["asked"] = closed_months(
        world.office, world.lenders["Crediboyacá"], NOW
    )


def _draft(world: World) -> None:
    """What Alicia has on her assignment desk: her part as it stands, with nothing moved yet."""
    made = open_draft(
        world.office.engine, as_of=TODAY, actor="alicia", now=NOW, scope=Scope((Share(branch="Duitama"),))
    )
    world.drafts["alicia"] = str(made)


def _worklists(world: World) -> None:
    """The lists of the day, and a write-off of Rosa's first account for a person to decide."""
    engine, account = world.office.engine, world.accounts["Rosa"][0]
    made = world.writeoffs["Rosa"] = new_id()
    because = Phrase(
        "Visitas: {count}, cada una {each} {currency}", {"count": 3, "each": "9", "currency": "COP"}
    )
    with writing(engine) as connection:
        connection.execute(
            insert(t.writeoffs).values(
                id=made,
                account_id=account,
                debtor_id=world.debtors["Rosa"],
                as_of=TODAY,
                strategy="ronda",
                version="0" * 64,
                currency="COP",
                dpd=900,
                total_minor=50_000_00,
                net_minor=-27_00,
                lines=[{"minor": -27_00, "because": json.loads(because.to_json())}],
                made_at=NOW,
                actor="nora",
            )
        )
    listing.make(engine, TODAY, now=NOW, actor="nora")


def _erasure(world: World) -> None:
    """Rosa asks that her data be erased, and an authority's order keeps them for now."""
    engine = world.office.engine
    number = erasing.receive_request(
        engine,
        world.debtors["Rosa"],
        asked_by="holder",
        channel="letter",
        basis=world.typed("Ley 1581 de 2012, art. 8"),
        received_on=TODAY - timedelta(days=3),
        actor="dora",
        now=NOW,
    )
    why = world.typed("Proceso 2026-33")
    erasing.hold(engine, str(number), why=why, until=None, actor="dora", now=NOW)
    world.erasures["Rosa"] = str(erasing.told(engine, str(number), NOW)["id"])


def _lenders(connection: Connection, world: World) -> None:
    for name in ("Crediboyacá", "Banco del Sol"):
        lender = world.lenders[name] = new_id()
        connection.execute(insert(t.lenders).values(id=lender, name=world.typed(name)))
        made = world.imports[name] = new_id()
        connection.execute(
            insert(t.imports).values(
                id=made,
                kind="portfolio",
                lender_id=lender,
                as_of=TODAY,
                pack="demo",
                mode="full",
                file_name=world.typed("cartera.csv"),
                file_sha256="0" * 64,
                reading={"encoding": "cp1252", "delimiter": ";", "header_line": 1, "columns": {}},
                counts={"rows": 8, "accepted": 7, "warned": 1, "rejected": 1, "unchanged": 0, "absent": 0},
                imported_at=NOW - timedelta(hours=6),
                actor="nora",
            )
        )
    connection.execute(
        insert(t.import_remarks).values(
            id=new_id(),
            import_id=world.imports["Crediboyacá"],
            line=9,
            column=world.typed("saldo"),
            level="rejected",
            because=Phrase("«{value}» no es un número entero", {"value": world.typed("mil")}).to_json(),
            raw={"number": world.typed("C-9"), "balance": world.typed("mil")},
        )
    )


def _staff(connection: Connection, world: World) -> None:
    for username, (role, branch) in STAFF.items():
        world.users[username] = people.add(
            connection,
            username=username,
            name=world.typed(username.capitalize()),
            role=role,
            password_hash=password_hash(),
            shares=[Share(branch=branch)],
            must_change=False,
            now=NOW,
        )
        if role is R.COLLECTOR:
            lat, lon = DUITAMA if branch == "Duitama" else TUNJA
            world.agents[username] = agents.add(
                connection,
                name=world.typed(username.capitalize()),
                user_id=world.users[username],
                branch=branch or "",
                zone="Centro",
                home_lat=lat,
                home_lon=lon,
            )
    world.users["ismael"] = people.add(
        connection,
        username="ismael",
        name=world.typed("Ismael"),
        role=R.COORDINATOR,
        password_hash=password_hash(),
        shares=[Share()],
        must_change=True,
        now=NOW,
    )


# name → (branch, days overdue of each account, overdue in minor units, currency, lender)
DEBTORS: dict[str, tuple[str, tuple[int, ...], int, str, str]] = {
    "Rosa Núñez": ("Duitama", (120, 95), 1_234_567_00, "COP", "Crediboyacá"),
    "Saúl Peña": ("Tunja", (91,), 800_000_00, "COP", "Crediboyacá"),
    "Tito Barrera": ("Duitama", (200,), 50_000_00, "COP", "Crediboyacá"),
    "Úrsula Gómez": ("Duitama", (0,), 0, "COP", "Crediboyacá"),
    "Vicente Ávila": ("Duitama", (90,), 345_50, "USD", "Banco del Sol"),
}


def _debtors(connection: Connection, world: World) -> None:
    for place, (full, (branch, late, overdue, currency, lender)) in enumerate(DEBTORS.items()):
        name = full.partition(" ")[0]
        debtor = world.debtors[name] = new_id()
        connection.execute(
            insert(t.debtors).values(
                id=debtor,
                kind="person",
                name=world.typed(full),
                search_name=folded(world.typed(full)),
                document_type="CC",
                document=f"4000{place}",
                created_at=NOW,
            )
        )
        near = DUITAMA if branch == "Duitama" else TUNJA
        world.addresses[name] = _address(connection, world, debtor, lender, near, place)
        world.accounts[name] = [
            _account(
                connection, world, (debtor, f"{name[:1]}-{number}", days), branch, lender, overdue, currency
            )
            for number, days in enumerate(late, 1)
        ]
        connection.execute(
            insert(t.contact_points).values(
                id=new_id(),
                debtor_id=debtor,
                lender_id=world.lenders[lender],
                kind="mobile",
                value=world.typed("310 555 0101"),
                e164="",
                holder="relative",
                relation=world.typed("hermana"),
                since=TODAY,
            )
        )
    world.proposals["Rosa"] = new_id()
    connection.execute(
        insert(t.addresses).values(
            id=world.proposals["Rosa"],
            debtor_id=world.debtors["Rosa"],
            kind="work",
            text=world.typed("Plaza de mercado, puesto 14"),
            district=world.typed("Centro"),
            origin="field",
            source="field",
            state="proposed",
            event_id=new_id(),
            since=TODAY,
        )
    )


def _address(
    connection: Connection, world: World, debtor: str, lender: str, near: tuple[float, float], place: int
) -> str:
    made = new_id()
    located = place != 3  # Úrsula's house has no coordinate
    connection.execute(
        insert(t.addresses).values(
            id=made,
            debtor_id=debtor,
            lender_id=world.lenders[lender],
            kind="home",
            text=world.typed(f"Calle 1{place} # 2-3"),
            district=world.typed("Centro"),
            city=world.typed("Duitama"),
            lat=near[0] + place / 500 if located else None,
            lon=near[1] + place / 700 if located else None,
            precision="door" if located else "none",
            since=TODAY,
        )
    )
    return made


def _account(
    connection: Connection,
    world: World,
    owed: tuple[str, str, int],
    branch: str,
    lender: str,
    overdue: int,
    currency: str,
) -> str:
    debtor, number, days = owed
    made = new_id()
    connection.execute(
        insert(t.accounts).values(
            id=made,
            lender_id=world.lenders[lender],
            number=world.typed(number),
            debtor_id=debtor,
            currency=currency,
            branch=branch,
            zone=world.typed("Centro"),
            credit_type="microcredit",
            product=world.typed("Microcrédito"),
            pack="demo",
            first_import=world.imports[lender],
            last_import=world.imports[lender],
        )
    )
    connection.execute(
        insert(t.account_roles).values(
            id=new_id(),
            account_id=made,
            debtor_id=debtor,
            role="guarantor",
            name_as_given=world.typed("Aval"),
            since=TODAY,
        )
    )
    connection.execute(
        insert(t.documents).values(id=new_id(), account_id=made, name=world.typed("Pagaré"), since=TODAY)
    )
    connection.execute(
        insert(t.balances).values(
            id=new_id(),
            account_id=made,
            import_id=world.imports[lender],
            as_of=TODAY,
            currency=currency,
            principal_minor=5_000_000_00,
            interest_minor=100_000_00,
            overdue_minor=overdue,
            oldest_due=TODAY - timedelta(days=days) if days else None,
            recorded_at=NOW,
        )
    )
    connection.execute(
        insert(t.payments).values(
            id=new_id(),
            account_id=made,
            import_id=world.imports[lender],
            identity=made.replace("-", "").ljust(64, "0"),
            amount_minor=10_000_00,
            currency=currency,
            value_date=TODAY - timedelta(days=10),
            imported_at=NOW,
            channel=world.typed("caja"),
            receipt=world.typed("R-1"),
        )
    )
    return made


def _assignments(connection: Connection, world: World) -> None:
    given = {"Rosa": "gustavo", "Saúl": "hilda", "Vicente": "gustavo"}
    reason = Phrase(
        "zona {zone}, a {km} km del centro del gestor; carga de {load} deudores",
        {"zone": world.typed("Centro"), "km": 2, "load": 3},
    )
    barred = Phrase("No se permite visitar en este lugar para este tipo de crédito.")
    decisions = [
        Decision(
            world.debtors[name],
            world.agents[agent],
            reason,
            tuple(Outcome(account, "assigned", reason) for account in world.accounts[name]),
        )
        for name, agent in given.items()
    ]
    decisions.append(
        Decision(
            world.debtors["Tito"],
            None,
            barred,
            (Outcome(world.accounts["Tito"][0], "barred", barred, "co.place.home", "Ley 2300, art. 3"),),
        )
    )
    assignments.decide(connection, decisions, since=TODAY, now=NOW, actor="nora")


def _routes(connection: Connection, world: World) -> None:
    for agent, visited, left in (("gustavo", "Rosa", "Vicente"), ("hilda", "Saúl", None)):
        near = DUITAMA if agent == "gustavo" else TUNJA
        stops = [_stop(world, visited, near, 1)]
        if left is not None:
            stops.append(_stop(world, left, near, None))
        made, _version = routes.add(
            connection,
            routes.Draft(
                agent=world.agents[agent],
                day=TODAY,
                starts=NOW.replace(hour=13),
                ends=NOW.replace(hour=22),
                depot=near,
                approximate=True,
                matrix={
                    "points": ["", stops[0].id],
                    "seconds": [[0, 60], [60, 0]],
                    "metres": [[0, 900], [900, 0]],
                },
                certificate={"seed": 1, "iterations": 100},
                stops=tuple(stops),
            ),
            now=NOW,
            actor="nora",
        )
        world.routes[agent] = made
        route = routes.by_id(connection, made)
        assert route is not None
        routes.publish(connection, route, now=NOW)


def _stop(world: World, name: str, near: tuple[float, float], sequence: int | None) -> routes.Stop:
    return routes.Stop(
        id=new_id(),
        debtor=world.debtors[name],
        address=world.addresses[name],
        accounts=tuple(world.accounts[name]),
        service_s=720,
        value=80,
        why=Phrase("Antigüedad de la mora: {dpd} días", {"dpd": world.typed("80")}),
        sequence=sequence,
        lat=near[0] + 0.002,
        lon=near[1] + 0.001,
        eta=NOW.replace(hour=14) if sequence else None,
        window=Interval(NOW.replace(hour=14), NOW.replace(hour=16)) if sequence else None,
        appointment=bool(sequence),
    )


def _laptops(connection: Connection, world: World) -> None:
    for agent in ("gustavo", "hilda"):
        device = world.devices[agent] = new_id()
        connection.execute(
            insert(t.devices).values(
                id=device,
                agent_id=world.agents[agent],
                name=world.typed("Portátil"),
                token_sha256=device.replace("-", "").ljust(64, "0"),
                public_key=b"k" * 32,
                enrolled_at=NOW - timedelta(days=3),
                last_seen=NOW - timedelta(hours=1),
                client=world.typed("ronda 0.1.0"),
                pending=2,
            )
        )
        connection.execute(
            insert(t.incarnations).values(
                id=device, device_id=device, opened_at=NOW - timedelta(days=3), n=3, h=b"\xab" * 32
            )
        )
        for n, kind, quarantine in ((2, "visit.recorded", None), (3, world.typed("guess"), "unknown_kind")):
            connection.execute(
                insert(t.events).values(
                    incarnation=device,
                    n=n,
                    id=new_id(),
                    kind=kind,
                    version=1,
                    header=b"{}",
                    salt=b"s" * 16,
                    body=b"{}",
                    body_digest=b"d" * 32,
                    h=bytes([n]) * 32,
                    received_at=NOW,
                    arrival=n if agent == "gustavo" else n + 10,
                    quarantine=quarantine,
                )
            )


def _visits(connection: Connection, world: World) -> None:
    for place, (name, agent) in enumerate((("Rosa", "gustavo"), ("Saúl", "hilda"))):
        visit = world.visits[name] = new_id()
        started = NOW - timedelta(hours=3)
        connection.execute(
            insert(t.visits).values(
                id=visit,
                debtor_id=world.debtors[name],
                agent_id=world.agents[agent],
                device_id=world.devices[agent],
                incarnation=world.devices[agent],
                n=2,
                address_id=world.addresses[name],
                route_id=world.routes[agent],
                place="DOM",
                party="TIT",
                started=started,
                ended=started + timedelta(minutes=12),
                known="later",
                recorded_at=NOW - timedelta(hours=1),
                received_at=NOW - timedelta(minutes=30),
                offset_ms=4_000,
                uncertainty_ms=500,
                timezone="America/Bogota",
                location_source="gnss",
                lat=DUITAMA[0] + place / 100,
                lon=DUITAMA[1],
                accuracy_m=12.0,
                note=world.typed("Atendió en la puerta"),
                evidence="B",
                verdict={
                    "rulings": [
                        {
                            "rule": "demo.hours.week",
                            "decision": "allow",
                            "because": {
                                "msgid": "Dentro del horario permitido ({hours}).",
                                "values": {"hours": "07:00–20:00"},
                            },
                            "source": world.typed("ficticia"),
                        }
                    ]
                },
                out_of_scope=False,
            )
        )
        _told(connection, world, name, visit, agent)


def _told(connection: Connection, world: World, name: str, visit: str, agent: str) -> None:
    """A result per account, a promise, an amendment and a finding."""
    for account in world.accounts[name]:
        connection.execute(
            insert(t.visit_results).values(
                visit_id=visit,
                account_id=account,
                result="PTP",
                reason="desempleo",
                detail={"place": world.typed("Sucursal Centro")},
            )
        )
    connection.execute(
        insert(t.promises).values(
            id=new_id(),
            visit_id=visit,
            account_id=world.accounts[name][0],
            debtor_id=world.debtors[name],
            agent_id=world.agents[agent],
            amount_minor=200_000_00,
            currency="COP",
            due=TODAY + timedelta(days=5),
            channel="office",
            place=world.typed("Sucursal Centro"),
            made_at=NOW - timedelta(hours=3),
        )
    )
    connection.execute(
        insert(t.amendments).values(
            id=new_id(),
            visit_id=visit,
            agent_id=world.agents[agent],
            why=world.typed("La hora estaba mal"),
            replaces={"note": world.typed("Otra nota")},
            recorded_at=NOW,
            received_at=NOW,
        )
    )
    made = world.findings[name] = new_id()
    connection.execute(
        insert(t.findings).values(
            id=made,
            visit_id=visit,
            agent_id=world.agents[agent],
            debtor_id=world.debtors[name],
            rule="audit.too_short",
            severity="review",
            because=Phrase(
                "Duró {seconds} s con alguien presente (mínimo {limit} s).",
                {"seconds": world.typed("40"), "limit": 60},
            ).to_json(),
            found_at=NOW,
        )
    )


PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"


def doorway(colour: tuple[int, int, int] = (120, 90, 60)) -> bytes:
    """A real JPEG, of a door."""
    out = BytesIO()
    image = Image.new("RGB", (320, 240), (200, 190, 170))
    image.paste(colour, (120, 60, 200, 240))
    image.save(out, "JPEG")
    return out.getvalue()


def _pictures(connection: Connection, world: World) -> None:
    """Rosa's visit with a photo that is here and one that lacks; a paper on her first account."""
    shelf, data = Shelf(world.office.config.shelf), doorway()
    for name, digest in (("Rosa", digest_of(data)), ("Rosa, falta", "ab" * 32)):
        world.pictures[name] = new_id()
        connection.execute(
            insert(t.attachments).values(
                id=world.pictures[name],
                visit_id=world.visits["Rosa"],
                sha256=digest,
                media_type="image/jpeg",
                size=184_320,
                role="photo",
            )
        )
    shelf.put(digest_of(data), data)
    shelf.put(digest_of(PDF), PDF)
    attachments.store(connection, digest_of(data), len(data), NOW)
    attachments.mark_stored(connection, [digest_of(data)])
    world.papers["Rosa"] = new_id()
    papers.add(
        connection,
        id=world.papers["Rosa"],
        account_id=world.accounts["Rosa"][0],
        kind="pagare",
        name=world.typed("pagaré 001.pdf"),
        sha256=digest_of(PDF),
        media_type="application/pdf",
        size=len(PDF),
        added_at=NOW,
        added_by="nora",
    )


def log_in(app: Flask, username: str, password: str = PASSWORD) -> FlaskClient:
    """A client of this person, through the login page."""
    client = app.test_client()
    answer = client.post(
        "/login",
        data={"csrf_token": csrf_of(client.get("/login").text), "username": username, "password": password},
    )
    assert answer.status_code == 302, answer.status_code
    return client


def csrf_of(page: str) -> str:
    found = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert found is not None, "the page carries no CSRF token"
    return found.group(1)


def post(client: FlaskClient, path: str, data: dict[str, Any] | None = None, **options: Any) -> Any:
    """A form sent by hand, with the token of the person's own page."""
    token = csrf_of(client.get("/").text)
    return client.post(path, data={"csrf_token": token, **(data or {})}, **options)


def facts_of(world: World) -> list[dict[str, Any]]:
    """The office's log, oldest first."""
    with reading(world.office.engine) as connection:
        rows = connection.execute(select(t.facts).order_by(t.facts.c.number)).mappings()
        return [dict(row) for row in rows]


def json_of(text: str) -> Any:
    return json.loads(text)
