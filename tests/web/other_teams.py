"""Everything of Rosa's case, and people of every role who belong to another team. Knows no page.

`ids(world)` names, by the parameter of a page's address, an object that is Duitama's alone; who belongs to
the team Norte must find none of them.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from server.store import agents, people
from server.store import tables as t
from server.store.engine import reading, writing
from server.store.scopes import Share
from sync.ids import new_id
from sync.records import UserRole
from sync.words import Phrase

from .worlds import NOW, TODAY, World, password_hash

# username → role: people of another team, and a collector of Duitama itself who has no debtor.
OTHERS = {
    "otra.coordinadora": UserRole.COORDINATOR,
    "otro.supervisor": UserRole.SUPERVISOR,
    "otra.oficial": UserRole.COMPLIANCE,
    "otra.gerente": UserRole.MANAGER,
    "otro.telefonista": UserRole.TELEPHONE,
    "otro.gestor": UserRole.COLLECTOR,
}
COLLEAGUE = "julia"


def add_people(world: World) -> None:
    with writing(world.office.engine) as connection:
        for username, role in OTHERS.items():
            _person(connection, world, username, role, Share(team="Norte"), team="Norte")
        _person(connection, world, COLLEAGUE, UserRole.COLLECTOR, Share(branch="Duitama"), branch="Duitama")


def _person(
    connection: Connection, world: World, username: str, role: UserRole, share: Share, **where: str
) -> None:
    world.users[username] = people.add(
        connection,
        username=username,
        name=username.title(),
        role=role,
        password_hash=password_hash(),
        shares=[share],
        must_change=False,
        now=NOW,
    )
    if role is UserRole.COLLECTOR:
        world.agents[username] = agents.add(
            connection, name=username.title(), user_id=world.users[username], zone="Norte", **where
        )


def add_objects(world: World) -> dict[str, str]:
    """What of Rosa's case the world does not have yet: parameter of an address → id."""
    rosa, account = world.debtors["Rosa"], world.accounts["Rosa"][0]
    made: dict[str, str] = {}

    def put(parameter: str, table: Table, **values: Any) -> str:
        made[parameter] = values.setdefault("id", new_id())
        connection.execute(insert(table).values(**values))
        return made[parameter]

    with writing(world.office.engine) as connection:
        put(
            "stop_id",
            t.stop_states,
            debtor_id=rosa,
            state="dispute",
            since=NOW,
            source="",
            detail={"note": "Por carta"},
        )
        stop = connection.execute(
            select(t.stops.c.id).where(t.stops.c.route_id == world.routes["gustavo"]).limit(1)
        ).scalar_one()
        because = Phrase("«{value}» no es un número entero", {"value": "la deuda"}).to_json()
        put("flag_id", t.stop_flags, stop_id=stop, because=because, flagged_at=NOW, rule="stop.dispute")
        put("note_id", t.asset_notes, debtor_id=rosa, text="Moto", seen_on=TODAY, noted_at=NOW)
        put(
            "notice_id",
            t.notices,
            debtor_id=rosa,
            account_id=account,
            paper="notice",
            code="ABCDEFGH2345",
            token="x",
            sha256="cd" * 32,
            size=1,
            said={},
            made_at=NOW,
        )
        put(
            "override_id",
            t.policy_overrides,
            debtor_id=rosa,
            pack="demo",
            rule="demo.hours.week",
            day=TODAY,
            channel="visit",
            why="lo pidió ella",
            two=True,
            asked_at=NOW,
            asked_by="nora",
            asked_name="Nora",
            asked_role="coordinator",
        )
        claim = connection.execute(
            select(t.claims.c.id).where(t.claims.c.number == int(world.claims["Rosa"]))
        ).scalar_one()
        put(
            "correction_id",
            t.corrections,
            claim_id=claim,
            what="name",
            was="Rosa",
            asked="Rosa María",
            asked_at=NOW,
        )
        put(
            "list_id",
            t.saved_lists,
            name="Las de Rosa",
            owner=world.users["nora"],
            asked={},
            made_at=NOW,
            actor="nora",
        )
        gustavo = world.agents["gustavo"]
        put("book_id", t.receipt_books, agent_id=gustavo, prefix="R", first=1, last=50, given_at=NOW)
        put(
            "deposit_id",
            t.cash_deposits,
            agent_id=gustavo,
            day=TODAY,
            currency="COP",
            amount_minor=100_00,
            bank="Banco",
            slip="1",
            state="proposed",
            recorded_at=NOW,
        )
        put(
            "recovery",
            t.recoveries,
            device_id=world.devices["gustavo"],
            reason="olvidó la contraseña",
            started_by="nora",
            started_at=NOW,
            expires_at=NOW + timedelta(days=2),
        )
    return made


def ids(world: World) -> dict[str, str]:
    """Parameter of an address → the id of an object of Duitama, all of which exist."""
    with reading(world.office.engine) as connection:
        promise = connection.execute(
            select(t.promises.c.id).where(t.promises.c.debtor_id == world.debtors["Rosa"]).limit(1)
        ).scalar_one()
        payment = connection.execute(
            select(t.payments.c.id).where(t.payments.c.account_id == world.accounts["Rosa"][0]).limit(1)
        ).scalar_one()
    return {
        "number": world.claims["Rosa"],
        "entry_id": world.replies["Rosa"],
        "set_id": world.drafts["alicia"],
        "close_id": world.closes["asked"],
        "lender_id": world.lenders["Crediboyacá"],
        "file_id": world.returned["Crediboyacá"],
        "worklists.row:name": "aviso-central",
        "worklists.record:name": "aviso-central",
        "debtor_id": world.debtors["Rosa"],
        "account_id": world.accounts["Rosa"][0],
        "address_id": world.addresses["Rosa"],
        "agent_id": world.agents["gustavo"],
        "agreement_id": world.agreements["Rosa"],
        "device_id": world.devices["gustavo"],
        "event_id": world.pictures["Rosa"],
        "finding_id": world.findings["Rosa"],
        "import_id": world.imports["Crediboyacá"],
        "incarnation": world.devices["gustavo"],
        "offer_id": world.offers["Rosa"],
        "paper_id": world.papers["Rosa"],
        "payment_id": payment,
        "promise_id": promise,
        "proposal_id": world.proposals["Rosa"],
        "strategy.decide:proposal_id": world.writeoffs["Rosa"],
        "request_id": world.erasures["Rosa"],
        "route_id": world.routes["gustavo"],
        "visit_id": world.visits["Rosa"],
    }
