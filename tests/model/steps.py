"""What can happen in a run: each step acts on the model, draws only from its own chance and says in words
what it did, or None where it cannot be done now. `STEPS` gives each its weight."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import insert, select, update

from field_client import correcting
from field_client.drafting import Draft, ProposedAddress, ProposedPhone
from field_client.store import attachments, cases, journal
from field_client.store.attachments import Picture
from field_client.visiting import Saved, record_visit
from server import enrolling
from server.store import tables as t
from server.store.engine import reading, writing
from sync.ids import new_id
from sync.ledger import Entry, new_salt, write_entry
from sync.records import Location, LocationSource, Party, Place, Result, VisitResult
from sync.wire.attachments import digest_of
from sync.wire.fields import instant
from tests.office.builders import add_payment

from .laptop import Laptop
from .model import Exchange, Model
from .network import FAULTS
from .upkeep import UPKEEP

Step = Callable[[Model, Random], str | None]
MOST_LAPTOPS = 5


def a_laptop(model: Model, chance: Random) -> Laptop:
    return model.laptops[chance.randrange(720_720) % len(model.laptops)]


def a_debtor(laptop: Laptop, chance: Random) -> str | None:
    known = laptop.debtors()
    return known[chance.randrange(720_720) % len(known)] if known else None


def named(model: Model, debtor: str) -> str:
    return next((name for name, id in model.office.world.debtors.items() if id == debtor), debtor[-4:])


# In the field


def visit(model: Model, chance: Random) -> str | None:
    laptop = a_laptop(model, chance)
    return visit_with(model, laptop, chance)


def visit_with(model: Model, laptop: Laptop, chance: Random) -> str | None:
    debtor = a_debtor(laptop, chance)
    if debtor is None:
        return None
    model.pass_time(minutes=chance.randrange(1, 20))
    with laptop.reading() as db:
        state = cases.state_of(db, debtor)
    if not state.accounts:
        return None
    now = laptop.clock.read().wall
    promises = chance.random() < 0.4
    due = {"amount": "50000", "due": (now + timedelta(days=4)).date().isoformat()}
    due |= {"channel": "bank", "place": "Banco"}
    result = Result.PROMISE if promises else Result.NOBODY_HOME
    accounts = tuple(state.accounts)
    draft = Draft(
        id=laptop.drawn.pop() if laptop.drawn and chance.random() < 0.5 else new_id(),
        debtor=debtor,
        accounts=accounts,
        place=Place.HOME,
        party=Party.HOLDER if promises else Party.NOBODY,
        start=now - timedelta(minutes=8),
        end=now,
        results=tuple(VisitResult(account, result, None, due if promises else {}) for account in accounts),
        location=Location(LocationSource.NONE, reason="sin GPS"),
        address=state.addresses[0].id if state.addresses else None,
        note=f"nota {chance.randrange(1000)}",
        override_reason="lo pidió el deudor",
    )
    said = record_visit(laptop.open(), draft, laptop.clock.read())
    who = f"{laptop.name}: visit to {named(model, debtor)}"
    if not isinstance(said, Saved):
        model.touch(laptop)
        return f"{who} not saved: {said.problems[0]}"
    if not said.again:
        model.tell_saved(laptop, list(said.events), debtor)
    return f"{who} saved, {len(said.events)} events, id …{draft.id[-4:]}"


def append(
    laptop: Laptop, kind: str, body: Mapping[str, Any], debtor: str, picture: Picture | None = None
) -> Entry:
    with laptop.open().writing() as db:
        entry = journal.append(
            db,
            id=new_id(),
            kind=kind,
            body=body,
            clock=laptop.clock.read().at_event(0, 100),
            policy_version="",
            debtor=debtor,
            accounts=(),
        )
        if picture is not None:
            attachments.keep(db, entry.id, body["visit"], debtor, picture, laptop.clock.read().wall)
        return entry


def contact(model: Model, chance: Random) -> str | None:
    laptop = a_laptop(model, chance)
    debtor = a_debtor(laptop, chance)
    if debtor is None:
        return None
    model.pass_time(minutes=chance.randrange(1, 10))
    now = laptop.clock.read().wall
    happened = {"start": instant(now - timedelta(minutes=3)), "end": instant(now), "known": "live"}
    body = {"debtor": debtor, "channel": "call", "happened": happened, "effective": chance.random() < 0.5}
    entry = append(laptop, "contact.recorded", body, debtor)
    model.tell_saved(laptop, [entry.id], debtor)
    return f"{laptop.name}: call to {named(model, debtor)} saved, id …{entry.id[-4:]}"


def proposal(model: Model, chance: Random) -> str | None:
    laptop = a_laptop(model, chance)
    debtor = a_debtor(laptop, chance)
    if debtor is None:
        return None
    reading = laptop.clock.read()
    if chance.random() < 0.5:
        phone = ProposedPhone(f"30{chance.randrange(10_000_000, 99_999_999)}")
        said = correcting.propose_phone(laptop.open(), debtor, phone, reading)
    else:
        address = ProposedAddress("home", f"Calle {chance.randrange(1, 99)} # 4-20")
        said = correcting.propose_address(laptop.open(), debtor, address, reading)
    assert isinstance(said, Saved), said
    model.tell_saved(laptop, list(said.events))
    return f"{laptop.name}: proposal for {named(model, debtor)} saved"


def amendment(model: Model, chance: Random) -> str | None:
    laptop = a_laptop(model, chance)
    debtor = a_debtor(laptop, chance)
    if debtor is None:
        return None
    with laptop.reading() as db:
        state = cases.state_of(db, debtor)
    if not state.visits:
        return None
    known = chance.choice(state.visits).visit
    draft = replace(correcting.draft_of(known), note=f"corregida {chance.randrange(1000)}")
    said = correcting.amend_visit(laptop.open(), known.id, draft, "estaba mal", laptop.clock.read())
    who = f"{laptop.name}: amendment of …{known.id[-4:]}"
    if not isinstance(said, Saved):
        return f"{who} not saved: {said.problems[0]}"
    model.tell_saved(laptop, list(said.events))
    return f"{who} saved"


def report(model: Model, chance: Random) -> str | None:
    """A payment the debtor told of, or a photo of a visit."""
    laptop = a_laptop(model, chance)
    debtor = a_debtor(laptop, chance)
    if debtor is None:
        return None
    with laptop.reading() as db:
        state = cases.state_of(db, debtor)
    if state.visits and chance.random() < 0.5:
        return picture(model, laptop, chance.choice(state.visits).visit.id, debtor, chance)
    if state.accounts:
        body = {"debtor": debtor, "account": min(state.accounts), "amount": "5000.50", "currency": "COP"}
        body |= {"paid_on": "2026-11-19", "channel": "banco", "receipt": "T-9"}
        kind = "payment.reported"
    else:
        return None
    entry = append(laptop, kind, body, debtor)
    model.tell_saved(laptop, [entry.id])
    return f"{laptop.name}: {kind} for {named(model, debtor)} saved"


def picture(model: Model, laptop: Laptop, visit: str, debtor: str, chance: Random) -> str:
    data = chance.randbytes(chance.choice((10, 3000, 20_000)))
    kept = Picture(digest_of(data), "image/jpeg", "photo", data)
    body = {"visit": visit, "sha256": kept.sha256, "media_type": kept.media_type}
    body |= {"size": kept.size, "role": kept.role}
    entry = append(laptop, "attachment.added", body, debtor, kept)
    model.tell_saved(laptop, [entry.id])
    model.pictures[entry.id] = kept.sha256
    return f"{laptop.name}: a picture of visit …{visit[-4:]}, {kept.size} bytes, saved"


POISONS: tuple[tuple[str, int, Any], ...] = (
    ("visit.foretold", 1, {"debtor": "x"}),
    ("visit.recorded", 9, {"debtor": "x"}),
    ("visit.recorded", 1, {"debtor": "x", "results": []}),
    ("contact.recorded", 1, {"happened": None}),
    ("promise.made", 1, {"visit": None, "amount": "-1"}),
)


def poison(model: Model, chance: Random) -> str | None:
    """An event that no rule of this version lets through: a newer program, or a fault in an older one."""
    laptop = a_laptop(model, chance)
    kind, version, body = chance.choice(POISONS)
    with laptop.open().writing() as db:
        last = journal.head(db, journal.current(db))
        entry = write_entry(
            incarnation=last.incarnation,
            n=last.n + 1,
            previous=last.h,
            id=new_id(),
            kind=kind,
            version=version,
            clock=laptop.clock.read().at_event(0, 100),
            policy_version="",
            debtor=None,
            accounts=(),
            body=body,
            salt=new_salt(),
        )
        journal.add(db, entry, None, laptop.clock.read().wall)
    model.tell_saved(laptop, [entry.id])
    model.poisons.add(entry.id)
    return f"{laptop.name}: poison {kind} {version} written"


# Exchanges


def told(laptop: Laptop, done: Exchange) -> str:
    happened = f" ({', '.join(done.happened)})" if done.happened else ""
    if done.outcome is None:
        return f"{laptop.name}: exchange broke off: {done.why}{happened}"
    out = done.outcome
    words = f"sent {out.sent}, received {out.received}, reopened {out.reopened}, differed {out.differed}"
    return f"{laptop.name}: exchange in {done.requests} requests, {words}{happened}"


def exchange(model: Model, chance: Random) -> str | None:
    laptop = a_laptop(model, chance)
    return told(laptop, model.exchange(laptop, chance))


def rough_exchange(model: Model, chance: Random) -> str | None:
    """An exchange over a bad network, on a laptop that may lose its power in the middle."""
    laptop = a_laptop(model, chance)
    faults = [chance.choice(FAULTS) if chance.random() < 0.45 else None for _ in range(6)]
    cut = chance.randrange(25) if chance.random() < 0.35 else None
    said: list[str] = []

    def meanwhile() -> None:
        act = chance.choice(MEANWHILE)
        if act is visit_with:
            said.append(visit_with(model, laptop, chance) or "")
        else:
            said.append(act(model, chance) or "")

    done = model.exchange(laptop, chance, faults, cut, meanwhile)
    return " | meanwhile ".join([told(laptop, done), *filter(None, said)])


def late_arrival(model: Model, chance: Random) -> str | None:
    """A request that was given up long ago arrives after all."""
    if not model.network.flying:
        return None
    sent = model.network.flying.pop(chance.randrange(len(model.network.flying)))
    status, _, _ = model.network.deliver(sent)
    return f"a late request arrives: {status}"


# Disks and clocks


def copy_laptop(model: Model, chance: Random) -> str | None:
    laptop = a_laptop(model, chance)
    if chance.random() < 0.3:
        laptop.drawn.append(new_id())
    laptop.keep_copy(model.new_folder("disk"))
    return f"{laptop.name}: its disk is copied"


def put_back_laptop(model: Model, chance: Random) -> str | None:
    laptop = a_laptop(model, chance)
    if not laptop.copies:
        return None
    laptop.put_back(chance.choice(laptop.copies))
    laptop.clock.boot += "+"
    model.touch(laptop)
    model.count_losses()
    return f"{laptop.name}: an older copy of its disk is put back, {len(model.lost)} events are lost"


def clone_laptop(model: Model, chance: Random) -> str | None:
    laptop = a_laptop(model, chance)
    if len(model.laptops) >= MOST_LAPTOPS:
        return None
    if chance.random() < 0.5:
        laptop.drawn.append(new_id())
    twin = laptop.cloned(f"{laptop.name} clone", model.new_folder("clone"))
    twin.clock.boot += "-clone"
    if laptop.name in model.doubtful:
        model.doubtful.add(twin.name)
    model.laptops.append(twin)
    return f"{laptop.name}: cloned whole"


def copy_office(model: Model, chance: Random) -> str | None:
    model.office.keep_copy(model.new_folder("backup"))
    return "the office's disk is copied"


def put_back_office(model: Model, chance: Random) -> str | None:
    office = model.office
    if not office.copies:
        return None
    office.put_back(chance.choice(office.copies))
    model.network.delivered.clear()
    model.count_losses()
    return f"the office is put back from a copy, {len(model.lost)} events are lost"


def other_office(model: Model, chance: Random) -> str | None:
    """A copy of the office takes its place, and this one may take it again."""
    office = model.office
    if not office.copies:
        return None
    other = chance.choice(office.copies)
    office.keep_copy(model.new_folder("office"))
    office.put_back(other)
    model.network.delivered.clear()
    model.count_losses()
    return f"another copy of the office answers now, {len(model.lost)} events are lost to it"


def clock_jump(model: Model, chance: Random) -> str | None:
    laptop = a_laptop(model, chance)
    days = chance.choice((-3653, -400, -1, 0, 1, 400, 3653))
    laptop.clock.off = timedelta(days=days, seconds=chance.randrange(-3000, 3000))
    if chance.random() < 0.5:
        laptop.clock.boot += "+"
        laptop.clock.mono_ms = chance.randrange(1_000_000)
    return f"{laptop.name}: its clock is {laptop.clock.off} off, boot {laptop.clock.boot}"


def time_passes(model: Model, chance: Random) -> str | None:
    model.pass_time(hours=chance.choice((1, 5, 24, 24 * 3)))
    return f"it is {model.office.now:%Y-%m-%d %H:%M}"


def habits(model: Model, chance: Random) -> str | None:
    """Another version of the program, small pages or small batches."""
    laptop = a_laptop(model, chance)
    laptop.old = chance.random() < 0.3
    laptop.page = chance.choice((1, 2, 5, 500))
    laptop.batch = chance.choice((1, 3, 500))
    return (
        f"{laptop.name}: {'old' if laptop.old else 'new'}, pages of {laptop.page}, batches of {laptop.batch}"
    )


# In the office


def reassign(model: Model, chance: Random) -> str | None:
    world = model.office.world
    debtor = chance.choice(sorted(world.debtors))
    agent = chance.choice((*sorted(world.agents), *sorted(world.agents), None))
    world.assign(debtor, agent, since=model.office.now.date())
    model.office.refresh(debtor)
    return f"{debtor} is given to {agent}"


def dismiss(model: Model, chance: Random) -> str | None:
    world = model.office.world
    agent = chance.choice(sorted(world.agents))
    id = world.agents[agent]
    with reading(world.engine) as connection:
        query = select(t.assignments.c.debtor_id).where(
            t.assignments.c.agent_id == id, t.assignments.c.until.is_(None)
        )
        his = set(connection.execute(query).scalars())
    with writing(world.engine) as connection:
        connection.execute(update(t.agents).where(t.agents.c.id == id).values(active=False))
    for debtor in sorted(name for name, one in world.debtors.items() if one in his):
        world.assign(debtor, None, since=model.office.now.date())
        model.office.refresh(debtor)
    return f"{agent} is dismissed"


def revoke(model: Model, chance: Random) -> str | None:
    laptop = a_laptop(model, chance)
    enrolling.revoke(model.office.engine, laptop.device, actor="clara", now=model.office.now)
    return f"{laptop.name}: revoked"


def balance(model: Model, chance: Random) -> str | None:
    world = model.office.world
    debtor = chance.choice(sorted(world.debtors))
    with writing(world.engine) as connection:
        for account in world.accounts[debtor]:
            connection.execute(
                insert(t.balances).values(
                    id=new_id(),
                    account_id=account,
                    import_id=world.imported,
                    as_of=model.office.now.date(),
                    currency="COP",
                    principal_minor=chance.randrange(1, 900_000_00),
                    overdue_minor=100_00,
                    oldest_due=date(2026, 8, 1),
                    recorded_at=model.office.now,
                )
            )
    model.office.refresh(debtor)
    return f"a new balance of {debtor}"


def payment(model: Model, chance: Random) -> str | None:
    debtor = chance.choice(sorted(model.office.world.debtors))
    add_payment(model.office.world, debtor, chance.randrange(1, 50_000_00))
    model.office.refresh(debtor)
    return f"a payment of {debtor}"


def new_debtor(model: Model, chance: Random) -> str | None:
    world = model.office.world
    name = f"Nuevo {len(world.debtors)}"
    agent = chance.choice(sorted(world.agents))
    world.add_debtor(name)
    world.assign(name, agent, since=model.office.now.date())
    model.office.refresh(name)
    return f"{name} comes in and is given to {agent}"


def accept(model: Model, chance: Random) -> str | None:
    """The office takes in an address that was proposed."""
    world = model.office.world
    with reading(world.engine) as connection:
        query = select(t.addresses.c.id, t.addresses.c.debtor_id).where(t.addresses.c.state == "proposed")
        waiting = sorted(map(tuple, connection.execute(query)))
    if not waiting:
        return None
    id, debtor = chance.choice(waiting)
    with writing(world.engine) as connection:
        connection.execute(update(t.addresses).where(t.addresses.c.id == id).values(state="accepted"))
    model.office.refresh(named(model, debtor))
    return f"an address of {named(model, debtor)} is accepted"


MEANWHILE: tuple[Any, ...] = (visit_with, visit_with, contact, exchange, reassign, payment)

STEPS: Mapping[str, tuple[float, Step]] = {
    "visit": (16, visit),
    "contact": (5, contact),
    "proposal": (4, proposal),
    "amendment": (4, amendment),
    "report": (3, report),
    "poison": (2, poison),
    "exchange": (14, exchange),
    "rough_exchange": (16, rough_exchange),
    "late_arrival": (4, late_arrival),
    "copy_laptop": (4, copy_laptop),
    "put_back_laptop": (3, put_back_laptop),
    "clone_laptop": (1.5, clone_laptop),
    "copy_office": (3, copy_office),
    "put_back_office": (1.5, put_back_office),
    "other_office": (0.7, other_office),
    "clock_jump": (2, clock_jump),
    "time_passes": (3, time_passes),
    "habits": (2.5, habits),
    "reassign": (5, reassign),
    "dismiss": (0.6, dismiss),
    "revoke": (0.6, revoke),
    "balance": (2, balance),
    "payment": (2, payment),
    "new_debtor": (1.5, new_debtor),
    "accept": (2, accept),
    **UPKEEP,
}

__all__ = ["STEPS", "Step"]
