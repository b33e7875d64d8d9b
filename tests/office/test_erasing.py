"""A debtor is erased: his words are gone from every file, the figures stay, and the ledger verifies.

Rosa asks; Luis is the control, of whom every planted word must still be found.
"""

from __future__ import annotations

import json
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import insert, update

from server import erasing, exporting, publishing, receiving
from server.deadlines import after, deadline, rights
from server.erasing import CarriedOut
from server.store import erasures as store
from server.store import tables as t
from server.store.engine import open_engine, reading, writing
from server.store.ledgers import all_erasures
from server.store.scopes import Scope, Share
from sync.ids import new_id
from sync.ledger import Erasure, body_digest, sign_erasure
from sync.ledger_folder import read_export
from sync.records import Refused
from sync.verifying import verdict_on, verify
from sync.wire.fields import instant, parse_instant

from .builders import NOW, TODAY, Laptop, World, enrolled, message, visit_body

WORDS = ("SECRETO-nombre", "SECRETO-nota", "SECRETO-detalle", "SECRETO-motivo", "SECRETO-calle")
WORDS += ("SECRETO-telefono", "SECRETO-lugar", "SECRETO-recibo", "SECRETO-causa", "SECRETO-llamada")
WORDS += ("SECRETO-propuesta", "SECRETO-ubicacion", "SECRETO-fila", "SECRETO-documento", "SECRETO-resuelto")


def words(name: str) -> list[str]:
    """What is planted about a debtor, one word a place."""
    return [f"{word}-{name}" for word in WORDS]


def plant(world: World, laptop: Laptop, name: str) -> list[str]:
    """Everything that can be said of a debtor, each with a word of its own; answers the event ids."""
    w = {word.removeprefix("SECRETO-"): f"{word}-{name}" for word in WORDS}
    debtor, account = world.debtors[name], world.accounts[name][0]
    results = [
        {"account": one, "result": "DIS", "reason": "enfermedad", "detail": {"text": w["detalle"]}}
        for one in world.accounts[name]
    ]
    body = visit_body(world, name, note=w["nota"], results=results)
    body["location"] |= {"reason": w["ubicacion"]}
    body["verdict"] = {"override_reason": w["motivo"]}
    visit = laptop.write("visit.recorded", body)
    events = [visit.id]

    def write(event: str, **said: Any) -> None:
        events.append(laptop.write(event, said).id)

    happened = {
        "start": instant(NOW - timedelta(hours=5)),
        "end": instant(NOW - timedelta(hours=5)),
        "known": "live",
    }
    write("visit.amended", visit=visit.id, why=w["motivo"], replaces={"note": w["nota"] + " otra vez"})
    write(
        "promise.made",
        visit=visit.id,
        debtor=debtor,
        account=account,
        amount="100000.00",
        currency="COP",
        due="2026-11-27",
        channel="banco",
        place=w["lugar"],
    )
    write(
        "contact.recorded",
        debtor=debtor,
        channel="call",
        happened=happened,
        effective=True,
        note=w["llamada"],
    )
    write("address.proposed", debtor=debtor, kind="work", text=w["propuesta"], city="Duitama")
    write("phone.proposed", debtor=debtor, value=w["telefono"], holder="debtor")
    write("stop.skipped", debtor=debtor, stop=new_id(), happened=happened, cause=w["causa"])
    write(
        "payment.reported",
        debtor=debtor,
        account=account,
        amount="5000.50",
        currency="COP",
        paid_on="2026-11-19",
        channel="banco",
        receipt=w["recibo"],
    )
    with writing(world.engine) as connection:
        connection.execute(update(t.debtors).where(t.debtors.c.id == debtor).values(name=w["nombre"]))
        connection.execute(
            update(t.addresses).where(t.addresses.c.id == world.addresses[name]).values(text=w["calle"])
        )
        connection.execute(
            insert(t.documents).values(id=new_id(), account_id=account, name=w["documento"], since=TODAY)
        )
        connection.execute(
            insert(t.import_remarks).values(
                id=new_id(),
                import_id=world.imported,
                line=7,
                level="warned",
                because={"msgid": "x", "values": {}},
                raw={"Cuenta": f"{name}-1", "Nombre": w["fila"]},
            )
        )
    return events


def receive(world: World, laptop: Laptop, entries: list[Any] | None = None) -> dict[str, Any]:
    reply: dict[str, Any] = receiving.receive(
        world.engine, world.signer, laptop.device, laptop.request(entries), NOW
    )
    return reply


@pytest.fixture
def asked(world: World, laptop: Laptop) -> World:
    """Rosa and Luis were visited, the office decided a finding about each; Rosa has asked to be erased."""
    plant(world, laptop, "Rosa")
    plant(world, laptop, "Luis")
    assert receive(world, laptop)["quarantined"] == []
    with writing(world.engine) as connection:
        for row in connection.execute(t.visits.select()).mappings().all():
            name = next(name for name, one in world.debtors.items() if one == row["debtor_id"])
            connection.execute(
                insert(t.findings).values(
                    id=new_id(),
                    visit_id=row["id"],
                    agent_id=row["agent_id"],
                    debtor_id=row["debtor_id"],
                    rule="planted",
                    severity="info",
                    because={"msgid": "x", "values": {}},
                    found_at=NOW,
                    state="resolved",
                    resolved_why=f"SECRETO-resuelto-{name}",
                )
            )
        publishing.refresh_agents(connection, world.agents.values(), NOW)
    request(world)
    return world


def request(world: World, name: str = "Rosa", **given: Any) -> int | Refused:
    asked = {"asked_by": "holder", "channel": "letter", "basis": "Ley 1581, art. 8", "received_on": None}
    return erasing.receive_request(
        world.engine, world.debtors[name], actor="carla", now=NOW, **(asked | given)
    )


def carry_out(world: World, number: str = "1", **given: Any) -> CarriedOut | Refused:
    settings: dict[str, Any] = {"why": "Procede", "actor": "carla", "now": NOW, "despite_open": True}
    return erasing.carry_out(world.engine, world.signer, number, **(settings | given))


def files_of(world: World) -> bytes:
    """The database's own bytes, its write-ahead log and everything beside it."""
    folder = Path(str(world.engine.url.database)).parent
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file())


def found_in(data: bytes, name: str) -> set[str]:
    return {word for word in words(name) if word.encode() in data}


def test_every_word_about_a_debtor_leaves_the_files_and_his_neighbours_stay(asked: World) -> None:
    before = files_of(asked)
    assert found_in(before, "Rosa") == set(words("Rosa"))
    done = carry_out(asked)
    assert isinstance(done, CarriedOut)
    assert (done.events, done.scrubbed, done.open_accounts) == (8, True, 2)
    after_it = files_of(asked)
    assert found_in(after_it, "Rosa") == set()
    assert found_in(after_it, "Luis") == set(words("Luis"))


def test_the_figures_of_the_accounts_stay(asked: World) -> None:
    def figures() -> list[Any]:
        keep: list[tuple[Any, tuple[str, ...]]] = [
            (t.visits, ("id", "debtor_id", "started", "ended", "place", "party")),
            (t.visit_results, ("visit_id", "account_id", "result")),
            (t.promises, ("id", "amount_minor", "currency", "due", "made_at")),
            (t.reported_payments, ("id", "amount_minor", "paid_on")),
            (t.contacts, ("id", "started", "channel", "effective")),
            (t.accounts, ("id", "number", "state")),
            (t.balances, ("account_id", "overdue_minor")),
        ]
        return [[tuple(row[name] for name in names) for row in asked.rows(table)] for table, names in keep]

    before = figures()
    carry_out(asked)
    assert figures() == before


def test_the_ledger_still_verifies_and_says_what_was_erased(
    asked: World, laptop: Laptop, tmp_path: Path
) -> None:
    carry_out(asked)
    exporting.export(asked.engine, asked.signer, tmp_path, as_of=TODAY, actor="carla", now=NOW)
    report = verdict_on(read_export(tmp_path))
    assert report.ok, report.problems
    assert (report.erased, report.withheld, report.manifest and report.manifest.kind) == (8, 0, "office")
    assert {note.n for note in report.notes if note.kind == "erased"} == set(range(1, 9))
    said = CliRunner().invoke(verify, [str(tmp_path), "--kind", "office"])
    assert said.exit_code == 0
    assert "8 erased, 0 withheld." in said.output
    assert found_in(b"".join(path.read_bytes() for path in tmp_path.rglob("*.*")), "Rosa") == set()


def test_a_body_taken_out_without_a_signed_word_does_not_verify(asked: World, tmp_path: Path) -> None:
    """The control: what an erasure does, done by hand."""
    with writing(asked.engine) as connection:
        connection.execute(update(t.events).where(t.events.c.n == 2).values(body=None, salt=None))
    exporting.export(asked.engine, asked.signer, tmp_path, as_of=TODAY, actor="carla", now=NOW)
    report = verdict_on(read_export(tmp_path))
    assert [(one.kind, one.n) for one in report.problems] == [("body_missing", 2)]


def test_the_laptop_that_wrote_the_events_is_told_and_his_debtor_leaves_it(
    asked: World, laptop: Laptop
) -> None:
    ids = {entry.id for entry in laptop.entries[:8]}
    carry_out(asked)
    told = {row["record_id"] for row in asked.feed("Ana") if row["kind"] == "erasure"}
    assert told == ids | {asked.debtors["Rosa"]}, "and that she is, so that no draft of hers stays"
    assert ("debtor", asked.debtors["Rosa"]) not in asked.kinds("Ana")
    assert not any("Rosa" in (row["payload"] or "") for row in asked.rows(t.feeds))
    with writing(asked.engine) as connection:
        assert publishing.refresh_agents(connection, asked.agents.values(), NOW) == 0
    assert [row for row in asked.feed("Benito") if row["kind"] == "erasure"] == []


def test_the_facts_name_the_request_and_never_the_person(asked: World) -> None:
    erasing.hold(asked.engine, "1", why="Proceso 2026-33", until=None, actor="dora", now=NOW)
    erasing.release(asked.engine, "1", why="Terminó el proceso", actor="dora", now=NOW)
    carry_out(asked)
    told = [row for row in asked.rows(t.facts) if row["kind"].startswith("erasure.")]
    kinds = [row["kind"] for row in sorted(told, key=lambda row: row["number"])]
    assert kinds == ["erasure.requested", "erasure.held", "erasure.released", "erasure.carried_out"]
    assert {row["actor"] for row in told} == {"carla", "dora"}
    assert not any("SECRETO" in str(row["payload"]) for row in told)


def test_a_legal_hold_keeps_everything_until_it_is_lifted_or_over(asked: World) -> None:
    until = TODAY + timedelta(days=3)
    assert erasing.hold(asked.engine, "1", why="Orden judicial", until=until, actor="dora", now=NOW) is None
    refused = carry_out(asked)
    assert isinstance(refused, Refused)
    assert refused.rule == "erasure.hold"
    assert found_in(files_of(asked), "Rosa") == set(words("Rosa"))
    (row,) = erasing.listed(asked.engine, NOW)
    assert [hold["why"] for hold in row["holds"]] == ["Orden judicial"]
    assert isinstance(carry_out(asked, now=NOW + timedelta(days=4)), CarriedOut)


def test_a_debtor_who_still_owes_is_erased_only_when_that_is_confirmed(asked: World) -> None:
    refused = carry_out(asked, despite_open=False)
    assert isinstance(refused, Refused)
    assert refused.rule == "erasure.contract"
    assert "Decreto 1377" in refused.source


def test_a_request_is_decided_once(asked: World) -> None:
    again = request(asked)
    assert isinstance(again, Refused)
    assert again.rule == "erasure.once"
    given: dict[str, Any] = {
        "why": "La deuda sigue vigente",
        "rule": "erasure.contract",
        "actor": "carla",
        "now": NOW,
    }
    assert erasing.refuse(asked.engine, "1", **given) is None
    for late in (erasing.refuse(asked.engine, "1", **given), carry_out(asked)):
        assert isinstance(late, Refused)
        assert late.rule == "erasure.decided"
    assert found_in(files_of(asked), "Rosa") == set(words("Rosa"))
    assert request(asked) == 2


def test_who_does_not_see_all_his_accounts_does_not_erase_him(asked: World) -> None:
    elsewhere = Scope((Share(branch="Tunja"),))
    with pytest.raises(LookupError):
        carry_out(asked, scope=elsewhere)
    with writing(asked.engine) as connection:
        one = asked.accounts["Rosa"][0]
        connection.execute(update(t.accounts).where(t.accounts.c.id == one).values(branch="Tunja"))
    refused = carry_out(asked, scope=elsewhere)
    assert isinstance(refused, Refused)
    assert refused.rule == "erasure.scope"


def test_an_event_still_on_a_laptop_is_kept_and_erased_when_it_comes(asked: World, laptop: Laptop) -> None:
    late = laptop.visit("Rosa", note="SECRETO-tarde", start=NOW - timedelta(hours=3))
    amended = laptop.write("visit.amended", {"visit": late.id, "why": "SECRETO-tarde otra", "replaces": {}})
    carry_out(asked, now=NOW + timedelta(minutes=5))
    reply = receive(asked, laptop)
    assert (reply["have"]["n"], reply["quarantined"]) == (18, [])
    [row] = asked.rows(t.visits, t.visits.c.id == late.id)
    assert (row["note"], row["lat"]) == ("", None)
    held = {one["id"]: one["body"] for one in asked.rows(t.events)}
    assert (held[late.id], held[amended.id]) == (None, None)
    assert b"SECRETO-tarde" not in b"".join(held_bytes(asked))
    told = {one["record_id"] for one in asked.feed("Ana") if one["kind"] == "erasure"}
    assert {late.id, amended.id} <= told


def held_bytes(world: World) -> list[bytes]:
    with reading(world.engine) as connection:
        return [
            str(tuple(row)).encode()
            for table in t.metadata.sorted_tables
            for row in connection.execute(table.select())
        ]


def test_what_is_written_after_the_erasure_is_kept(asked: World, laptop: Laptop) -> None:
    carry_out(asked, now=NOW - timedelta(minutes=1))
    new = laptop.visit("Rosa", note="Nuevo crédito", start=NOW - timedelta(hours=3))
    receive(asked, laptop, laptop.entries)
    [row] = asked.rows(t.visits, t.visits.c.id == new.id)
    assert row["note"] == "Nuevo crédito"


@pytest.mark.parametrize(
    ("off", "written", "kept"),
    [
        # Three hours ahead: by its wall clock written after the erasure, in truth ten minutes before.
        (timedelta(hours=3), -timedelta(minutes=10), False),
        # Three hours behind: by its wall clock before, in truth ten minutes after it.
        (-timedelta(hours=3), timedelta(minutes=10), True),
    ],
)
def test_before_or_after_the_erasure_is_told_by_the_corrected_time(
    asked: World, laptop: Laptop, off: timedelta, written: timedelta, kept: bool
) -> None:
    erased_at = NOW + timedelta(hours=1)
    carry_out(asked, now=erased_at)
    laptop.offset_ms = round(off.total_seconds() * 1000)
    body = visit_body(asked, "Rosa", note="a su hora", known="later")
    late = laptop.write("visit.recorded", body, now=erased_at + written)
    clock = parse_instant(json.loads(late.header)["clock"]["wall"])
    assert (clock > erased_at) is not kept, "the wall clock alone would say the contrary"
    came = erased_at + timedelta(minutes=30)
    said = laptop.request([late], now=came)
    reply = receiving.receive(asked.engine, asked.signer, laptop.device, said, came)
    assert reply["quarantined"] == []
    [row] = asked.rows(t.events, t.events.c.id == late.id)
    assert (row["body"] is not None) is kept


def test_what_was_kept_under_a_hold_is_judged_by_what_its_own_clock_had_measured(
    asked: World, laptop: Laptop
) -> None:
    erased_at = NOW + timedelta(hours=1)
    carry_out(asked, now=erased_at)
    erasing.hold(asked.engine, "1", why="Orden judicial posterior", until=None, actor="dora", now=erased_at)
    laptop.offset_ms = 3 * 3600 * 1000
    body = visit_body(asked, "Rosa", note="a su hora", known="later")
    late = laptop.write("visit.recorded", body, now=erased_at - timedelta(minutes=10))
    for entry, came in ((late, 10), (laptop.visit("Luis"), 20)):
        at = erased_at + timedelta(minutes=came)
        said = laptop.request([entry], now=at)
        receiving.receive(asked.engine, asked.signer, laptop.device, said, at)
        erasing.release(asked.engine, "1", why="Terminó el proceso", actor="dora", now=at)
    another = laptop.write("contact.recorded", call(asked, "Rosa"), now=erased_at + timedelta(minutes=25))
    at = erased_at + timedelta(minutes=30)
    said = laptop.request([another], now=at)
    receiving.receive(asked.engine, asked.signer, laptop.device, said, at)
    held = {row["id"]: row["body"] for row in asked.rows(t.events)}
    assert held[late.id] is None
    assert held[another.id] is not None


def call(world: World, name: str) -> dict[str, object]:
    told = {"start": "2026-11-20T15:00:00Z", "end": "2026-11-20T15:05:00Z", "known": "later"}
    return {"debtor": world.debtors[name], "channel": "call", "happened": told, "effective": True}


def test_under_a_legal_hold_what_arrives_late_is_kept(asked: World, laptop: Laptop) -> None:
    late = laptop.visit("Rosa", note="SECRETO-tarde", start=NOW - timedelta(hours=3))
    carry_out(asked, now=NOW + timedelta(minutes=5))
    erasing.hold(asked.engine, "1", why="Orden judicial posterior", until=None, actor="dora", now=NOW)
    receive(asked, laptop)
    [row] = asked.rows(t.visits, t.visits.c.id == late.id)
    assert row["note"] == "SECRETO-tarde"


def test_the_same_event_with_two_bodies_is_erased_under_both(asked: World, laptop: Laptop) -> None:
    other = enrolled(asked, "Benito")
    copied = laptop.entries[0]
    body = visit_body(asked, "Rosa", note="SECRETO-gemelo")
    other.write("visit.recorded", body, id=copied.id)
    reply = receiving.receive(asked.engine, asked.signer, other.device, other.request(None), NOW)
    assert [one["code"] for one in reply["quarantined"]] == ["id_conflict"]
    carry_out(asked)
    assert b"SECRETO-gemelo" not in files_of(asked)
    with reading(asked.engine) as connection:
        signed = store.held(connection, [copied.id])
    assert len(signed) == 2


def test_a_restored_office_erases_again_what_it_had_erased(
    asked: World, laptop: Laptop, tmp_path: Path
) -> None:
    backup = tmp_path / "backup.db"
    with closing(asked.engine.raw_connection()) as connection:
        connection.cursor().execute(f"VACUUM INTO '{backup}'")
    carry_out(asked)
    with reading(asked.engine) as connection:
        kept = list(all_erasures(connection))
    engine = open_engine(f"sqlite:///{backup}")
    restored = World(**{**vars(asked), "engine": engine})
    assert len(held_words(restored, "Rosa")) > 10
    with writing(engine) as connection:
        done = [erasing.reapply(connection, one, NOW) for one in kept]
        again = [erasing.reapply(connection, one, NOW) for one in kept]
    assert (sum(done), sum(again)) == (9, 0)
    assert held_words(restored, "Rosa") == set()
    assert restored.rows(t.erasure_requests)[0]["state"] == "carried_out"
    # The laptop sends again what the backup does not hold: it is erased as it comes.
    laptop.world = restored
    with writing(engine) as connection:
        connection.execute(t.applied.delete())
        connection.execute(t.events.delete())
        for table in (t.reviews, t.visit_results, t.promises, t.amendments, t.findings, t.visits):
            connection.execute(table.delete())
        for table in (t.contacts, t.skips, t.reported_payments):
            connection.execute(table.delete())
        proposed = t.addresses.c.event_id.is_not(None)
        connection.execute(t.addresses.delete().where(proposed))
        connection.execute(t.contact_points.delete())
        connection.execute(update(t.incarnations).values(n=0, h=bytes(32)))
    reply = receiving.receive(engine, asked.signer, laptop.device, laptop.request(None), NOW)
    assert reply["quarantined"] == []
    assert held_words(restored, "Rosa") == set()
    engine.dispose()


def held_words(world: World, name: str) -> set[str]:
    data = b"\n".join(held_bytes(world))
    return found_in(data, name)


def test_a_word_that_the_office_did_not_sign_erases_nothing(asked: World, laptop: Laptop) -> None:
    entry = laptop.entries[0]
    false = Erasure(entry.id, entry.body_digest, "solicitud 1", NOW, asked.signer.id, bytes(64))
    with writing(asked.engine) as connection:
        assert not erasing.reapply(connection, false, NOW)
    assert asked.rows(t.erasures) == []


def test_a_laptop_that_let_go_of_a_body_is_not_told_that_it_waits(asked: World, laptop: Laptop) -> None:
    """After a restore the laptop may send the bare link: the signed word explains it."""
    carry_out(asked)
    late = laptop.visit("Rosa", note="SECRETO-tarde", start=NOW - timedelta(hours=3))
    assert late.salt is not None
    assert late.body is not None
    assert body_digest(late.salt, late.body) == late.body_digest
    bare = message(late) | {"salt": None, "body": None}
    asked_for = laptop.request([late])
    asked_for["push"]["events"] = [bare]
    with writing(asked.engine) as connection:
        signed = store.held(connection, [laptop.entries[0].id])
        one = next(iter(signed.values()))
        word = sign_erasure(
            asked.signer, id=late.id, body_digest=late.body_digest, reason=one.reason, erased_at=NOW
        )
        store.add(connection, [word])
    reply = receiving.receive(asked.engine, asked.signer, laptop.device, asked_for, NOW)
    assert (reply["have"]["n"], reply["quarantined"]) == (17, [])


def test_the_deadline_is_counted_in_business_days_of_the_country() -> None:
    # From Friday 20 November 2026; 8 December is a holiday in Colombia and not in Mexico.
    assert after(date(2026, 11, 20), 1, "CO") == date(2026, 11, 23)
    assert deadline(date(2026, 11, 20), "CO").day == date(2026, 12, 14)
    assert deadline(date(2026, 11, 20), "MX").day == date(2026, 12, 18)
    assert deadline(date(2026, 11, 20), "XX").source == rights()["default"]["source"]
    own = {"CO": {"business_days": 3, "source": "Política interna"}}
    assert deadline(date(2026, 11, 20), "CO", own).day == date(2026, 11, 25)


def test_a_request_without_its_words_or_from_tomorrow_is_refused(world: World) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"asked_by": "Pedro Pérez"}, "erasure.choice"),
        ({"basis": " x "}, "erasure.reason"),
        ({"received_on": TODAY + timedelta(days=1)}, "erasure.received"),
    ]
    for given, rule in wrong:
        refused = request(world, **given)
        assert isinstance(refused, Refused)
        assert refused.rule == rule
    with pytest.raises(LookupError):
        erasing.refuse(world.engine, "9", why="no procede", rule="erasure.other", actor="x", now=NOW)
