"""The strategy at work in an office: segments that come out the same, rows recorded, the score tried on the past."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, update

from server.consulting import Question, answered
from server.doors import best_door
from server.packs import pack_of
from server.planning import gathering
from server.planning.valuing import worth_of
from server.store import (
    agents,
    assignments,
    known_debtors,
    overwriting,
    strategies,
    tables,
    worklists,
    writeoffs,
)
from server.store.assignments import Decision
from server.store.chunks import append
from server.store.engine import reading, writing
from server.store.scopes import Scope, Share
from server.strategy import calibrating, grounds, listing, recording, segmenting, showing, using, writing_off
from server.strategy.appraising import Appraised
from sync import strategies as shipped
from sync.ids import new_id
from sync.records import Contact, Refused
from sync.rules.score import USUAL_SCALE
from sync.words import Phrase
from tests.office.builders import quick_engine
from tests.office.debts import AS_OF, NOW, World
from tests.office.lenders_files import ANA, BETO, CARLA, Lender

EVERYTHING = Scope.everything()
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    engine = quick_engine(tmp_path)
    yield World(engine)
    engine.dispose()


@pytest.fixture
def lender(tmp_path: Path) -> Iterator[Lender]:
    engine = quick_engine(tmp_path)
    yield Lender(engine, tmp_path)
    engine.dispose()


def appraised(world: World, day: date = AS_OF, now: datetime = LATER) -> dict[str, Appraised]:
    """Every account of the office, by id."""
    asked = grounds.asked_of(day, now)
    with reading(world.engine) as connection:
        standing = grounds.ground(connection, asked)
        found = grounds.everybody(connection, asked, standing)
        return {one.account: one for _, each in found for one in each}


def only(world: World, debtor: str) -> str:
    (account,) = world.accounts_of(debtor)
    return account


def a_run(world: World, now: datetime = LATER) -> dict[str, Any]:
    listing.make(world.engine, AS_OF, now=now, actor="ana")
    with reading(world.engine) as connection:
        run = worklists.run(connection)
    assert run is not None
    return run


# Saved segments


def late(row: dict[str, str], days: int, day: date = AS_OF) -> dict[str, str]:
    due = day - timedelta(days=days)
    return row | {"Vencimiento más antiguo": f"{due:%d/%m/%Y}"}


def test_a_segment_asked_again_a_week_later_is_the_same_list_whatever_was_imported_since(
    lender: Lender, tmp_path: Path
) -> None:
    carla, beto = late(CARLA, 100), late(BETO, 40)
    lender.sends(late(ANA, 120), beto, carla, now=NOW)
    first, again, fresh = (tmp_path / f"{name}.csv" for name in ("first", "again", "fresh"))

    def run(day: date, now: datetime, out: Path) -> segmenting.SegmentRun:
        made = segmenting.run(lender.engine, "campo-mayor", day, now=now, actor="ana", out=out)
        assert isinstance(made, segmenting.SegmentRun)
        return made

    before = run(AS_OF, LATER, first)
    assert (before.accounts, before.repeated, before.same) == (2, False, True)
    week = timedelta(days=7)
    # Ana is gone from the file, Carla's capital grew and her type changed, Beto is late enough by now, Dario
    # is new, and a payment of Carla's of long ago comes in.
    dario = late(CARLA, 200) | {"No. Crédito": "D-1", "Cédula": "52333999"}
    grown = late(CARLA, 107, AS_OF + week) | {"Saldo capital": "90000000,00"}
    lender.sends(late(BETO, 140, AS_OF + week), grown, dario, as_of=AS_OF + week, now=NOW + week, agreed=True)
    lender.pays(("C-1", "10/11/2026", "199000", "caja", "R1"), as_of=AS_OF + week, now=NOW + week)
    after = run(AS_OF, LATER + week, again)
    assert (after.repeated, after.same, after.known_at) == (True, True, LATER)
    assert first.read_text() == again.read_text()
    # The control: of the later day the list is another one.
    other = run(AS_OF + week, LATER + week, fresh)
    assert other.repeated is False
    assert fresh.read_text() != first.read_text()


def test_a_segment_is_told_apart_by_the_version_of_its_strategy(lender: Lender, tmp_path: Path) -> None:
    lender.sends(late(ANA, 95), late(BETO, 40), now=NOW)
    shown = shipped.load()
    own = tmp_path / "own.toml"
    text = shipped.text_of().replace('capital_from = "1000000"', 'capital_from = "9000000"')
    own.write_text(text.replace('segment = "campo-mayor"', 'segment = "campo"'), encoding="utf-8")
    used = using.use(lender.engine, own, now=NOW, actor="ana")
    assert isinstance(used, using.Checked)

    def run(version: str = "") -> Any:
        return segmenting.run(lender.engine, "campo-mayor", AS_OF, now=LATER, actor="ana", version=version)

    assert (run().accounts, run(shown.version).accounts) == (0, 1)
    assert run(used.strategy.version).repeated
    refused = run("no such version")
    assert isinstance(refused, Refused)
    unknown = segmenting.run(lender.engine, "nadie", AS_OF, now=LATER, actor="ana")
    assert isinstance(unknown, Refused)
    assert "campo-mayor" in str(unknown.reason)


def test_a_strategy_that_fails_its_own_vectors_is_not_used(lender: Lender, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(shipped.text_of().replace("dpd_to = 89", "dpd_to = 79"), encoding="utf-8")
    refused = using.use(lender.engine, own, now=NOW, actor="ana")
    assert isinstance(refused, Refused)
    assert "Al día 89" in str(refused.reason)
    with reading(lender.engine) as connection:
        assert strategies.in_force(connection) is None
        assert using.in_force(connection) is shipped.load()


# What is appraised


def test_each_account_gets_its_stage_action_segment_risk_and_lists(world: World) -> None:
    early = only(world, world.debtor("Ana", dpd=10))
    middle = only(world, world.debtor("Beto", dpd=45))
    field = only(world, world.debtor("Carla", dpd=95))
    court = only(world, world.debtor("Dora", dpd=400))
    found = appraised(world)
    assert {key: (one.segment, one.next.stage, one.next.do) for key, one in found.items()} == {
        early: ("temprana", "administrative", "message"),
        middle: ("media", "administrative", "message"),
        field: ("campo-mayor", "home-visit", "bureau_notice"),
        court: ("campo-mayor", "judicial", "legal_referral"),
    }
    places = {key: [place.name for place in one.places] for key, one in found.items()}
    assert places == {
        early: [],
        middle: ["llamada"],
        field: ["aviso-central", "campo"],
        court: ["aviso-central", "campo"],
    }
    assert found[court].risk == "alto"


def test_a_stop_a_barred_visit_and_an_accepted_write_off_say_so(world: World) -> None:
    dead = world.debtor("Ana", dpd=120)
    world.stop(dead, "deceased")
    barred = world.debtor("Beto", dpd=95, pack="co")
    found = appraised(world)
    assert (found[only(world, dead)].next.do, found[only(world, dead)].next.rule) == (
        "review",
        "stop.deceased",
    )
    with writing(world.engine) as connection:
        row = {"account_id": only(world, barred), "debtor_id": barred, "list": "aviso-central"}
        sent = {"channel": "letter", "result": "noticed", "happened": NOW, "recorded_at": NOW}
        worklists.add_result(
            connection, {**row, **sent, "contact_id": None, "next_on": None, "note": "", "actor": "ana"}
        )
    one = appraised(world)[only(world, barred)]
    assert (one.next.do, one.next.rule) == ("remote", "co.visit.home")
    assert [place.name for place in one.places] == ["campo"]


def test_two_broken_promises_raise_an_account_and_name_its_profile(world: World) -> None:
    rosa, ana = world.agent("Rosa"), world.debtor("Ana", dpd=45)
    account = only(world, ana)
    for due in (AS_OF - timedelta(days=30), AS_OF - timedelta(days=15)):
        world.promises(ana, account, rosa, due=due, window=("09:00", "10:00"))
    with writing(world.engine) as connection:  # payments are known through today
        connection.execute(
            update(tables.imports).where(tables.imports.c.id == world.imported).values(kind="payments")
        )
    one = appraised(world)[account]
    assert (one.facts.streak, one.traits.profile, one.risk) == (2, "breaker", "alto")
    assert one.next.stage == "home-visit"
    # Forty-five days are too few for the street by the pack: what was a visit is done from afar.
    assert (one.next.do, one.next.rule) == ("remote", "demo.field_threshold")


def test_a_plan_and_a_worklist_reckon_the_same_score_of_the_same_debtor(world: World) -> None:
    """The value of a stop and the order of a list are one function of the same things known."""
    rosa = world.agent("Rosa")
    debtors = [world.debtor(f"D{number}", dpd=90 + 40 * number) for number in range(6)]
    for number, debtor in enumerate(debtors):
        account = only(world, debtor)
        if number % 2:
            world.visit(debtor, rosa, NOW - timedelta(days=10 * number))
        if number % 3 == 0:
            world.promises(debtor, account, rosa, due=AS_OF - timedelta(days=20), window=("09:00", "10:00"))
        if number == 4:
            world.pays(account, 50_000, on=AS_OF - timedelta(days=5))
        decision = Decision(debtor, rosa, Phrase("cerca"), tuple(world.outcomes_of(debtor)))
        with writing(world.engine) as connection:
            assignments.decide(connection, [decision], since=AS_OF - timedelta(days=40), now=NOW, actor="ana")
    mine = {one.debtor: one for one in appraised(world).values()}
    with reading(world.engine) as connection:
        workers = agents.all_active(connection)
        subjects = gathering.gather(connection, workers, AS_OF, LATER, pack_of)[rosa]
    assert len(subjects) == 6
    seen = set()
    for subject in subjects:
        door = best_door(subject.case, subject.owed, AS_OF)
        worth = worth_of(
            subject,
            subject.owed,
            AS_OF,
            door.address.precision if door.address else mine[subject.id].score.precision,  # type: ignore[union-attr]  # every debtor here has an address
            False,
            door.place,
            [],
        )
        planned, listed = worth, mine[subject.id].score
        assert listed is not None
        assert planned.pays == listed.pays
        own = [part for part in planned.parts if "encuentra" not in str(part.because)]
        assert own == [part for part in listed.parts if "encuentra" not in str(part.because)]
        seen.add(listed.pays)
    assert len(seen) > 3  # they do differ


# Rows of a list


def called(account: str, **given: Any) -> recording.Typed:
    usual = {"listed": "llamada", "channel": "call", "result": "spoke", "happened": LATER}
    return recording.Typed(account, **{**usual, **given})


def test_a_call_written_down_is_a_contact_that_counts_and_the_next_moment_is_shown(world: World) -> None:
    ana = world.debtor("Ana", dpd=45, pack="cl")
    account = only(world, ana)
    run = a_run(world)

    def permission() -> showing.Permission:
        with reading(world.engine) as connection:
            rows = worklists.page(
                connection, EVERYTHING, run, worklists.Wanted(undone=False), listed="llamada"
            )
            return showing.permissions(connection, rows, "call", now=LATER + timedelta(minutes=5))[account]

    assert permission().decision != "block"
    done = recording.record(world.engine, EVERYTHING, called(account, note="pagará"), actor="ana", now=LATER)
    assert isinstance(done, recording.Recorded)
    (contact,) = world.rows(tables.contacts)
    assert (contact["id"], contact["channel"], contact["effective"]) == (done.contact, "call", True)
    # Chile allows one call a week: the row stays, with the next moment, instead of going away.
    after = permission()
    assert after.decision == "block"
    assert after.ruling.rule.startswith("cl.")
    assert after.next_allowed is not None
    assert after.next_allowed.date() >= AS_OF + timedelta(days=2)
    with reading(world.engine) as connection:
        said = answered(connection, {account: ana}, Question(after.next_allowed, "call"), now=LATER)
        assert not said[0].said.verdict.blocked
        assert worklists.total(connection, EVERYTHING, run, worklists.Wanted(), listed="llamada") == 0
        shown_too = worklists.Wanted(undone=False)
        assert worklists.total(connection, EVERYTHING, run, shown_too, listed="llamada") == 1
    facts = [row["kind"] for row in world.rows(tables.facts)]
    assert facts.count("worklist.result") == 1


def test_a_contact_against_the_rules_is_kept_with_their_verdict(world: World) -> None:
    account = only(world, world.debtor("Ana", dpd=45, pack="cl"))
    a_run(world)
    first = recording.record(world.engine, EVERYTHING, called(account), actor="ana", now=LATER)
    again = recording.record(
        world.engine,
        EVERYTHING,
        called(account, happened=LATER + timedelta(minutes=9)),
        actor="ana",
        now=LATER + timedelta(minutes=10),
    )
    assert isinstance(first, recording.Recorded)
    assert isinstance(again, recording.Recorded)
    assert again.verdict is not None
    assert again.verdict.blocked
    assert len(world.rows(tables.contacts)) == 2


def test_a_row_not_done_stays_and_one_put_off_comes_back_on_its_day(world: World) -> None:
    account = only(world, world.debtor("Ana", dpd=45))
    run = a_run(world)
    recording.record(world.engine, EVERYTHING, called(account, result="not_done"), actor="ana", now=LATER)
    assert world.rows(tables.contacts) == []
    with reading(world.engine) as connection:
        assert worklists.total(connection, EVERYTHING, run, worklists.Wanted(), listed="llamada") == 1
    put_off = called(account, result="not_done", next_on=AS_OF + timedelta(days=4))
    recording.record(world.engine, EVERYTHING, put_off, actor="ana", now=LATER)
    later = LATER + timedelta(minutes=1)
    by_day = {
        days: [place.name for place in appraised(world, AS_OF + timedelta(days=days), later)[account].places]
        for days in (0, 3, 4)
    }
    assert by_day == {0: [], 3: [], 4: ["llamada"]}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"result": "noticed"}, "Elija qué resultó"),
        ({"listed": "otra"}, "la lista otra no está"),
        ({"channel": "pigeon"}, "El canal debe ser uno de"),
        ({"happened": LATER + timedelta(minutes=1)}, "aún no ha ocurrido"),
        ({"note": "x" * 1001}, "menos de 1000"),
        ({"next_on": AS_OF - timedelta(days=1)}, "ya pasó"),
    ],
)
def test_what_cannot_be_written_down_is_answered_with_one_sentence(
    world: World, change: dict[str, Any], sentence: str
) -> None:
    account = only(world, world.debtor("Ana", dpd=45))
    a_run(world)
    answer = recording.record(world.engine, EVERYTHING, called(account, **change), actor="ana", now=LATER)
    assert isinstance(answer, Refused)
    assert sentence in str(answer.reason)
    assert world.rows(tables.contacts) == []


def test_nobody_records_for_an_account_outside_his_scope(world: World) -> None:
    account = only(world, world.debtor("Ana", dpd=45, branch="Norte"))
    a_run(world)
    with pytest.raises(LookupError):
        recording.record(world.engine, Scope((Share(branch="Sur"),)), called(account), actor="ana", now=LATER)


def test_a_promise_to_be_looked_at_is_on_the_reminder_list_until_he_was_reminded(world: World) -> None:
    rosa, ana = world.agent("Rosa"), world.debtor("Ana", dpd=95)
    account = only(world, ana)
    world.promises(ana, account, rosa, due=AS_OF + timedelta(days=1), window=("09:00", "10:00"))

    def lists(now: datetime) -> list[str]:
        return [place.name for place in appraised(world, now=now)[account].places]

    assert lists(LATER) == ["recordatorio"]
    with writing(world.engine) as connection:
        append(connection, tables.contacts, [_contact(ana, LATER + timedelta(minutes=1))])
    assert lists(LATER + timedelta(minutes=2)) == []


def _contact(debtor: str, at: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "debtor_id": debtor,
        "agent_id": None,
        "channel": "call",
        "started": at,
        "ended": at,
        "effective": True,
        "source": "ronda",
        "note": "",
    }


def test_who_was_not_visited_for_two_months_is_listed_with_the_days_over(world: World) -> None:
    rosa = world.agent("Rosa")
    seen, unseen, nobodys = (world.debtor(name, dpd=200) for name in ("Ana", "Beto", "Carla"))
    for debtor in (seen, unseen):
        decision = Decision(debtor, rosa, Phrase("cerca"), tuple(world.outcomes_of(debtor)))
        with writing(world.engine) as connection:
            since = AS_OF - timedelta(days=100)
            assignments.decide(connection, [decision], since=since, now=NOW, actor="ana")
    world.visit(seen, rosa, NOW - timedelta(days=59))
    found = appraised(world)
    assert found[only(world, seen)].unvisited is None
    assert found[only(world, unseen)].unvisited == 40
    assert found[only(world, nobodys)].unvisited is None
    run = a_run(world)
    with reading(world.engine) as connection:
        rows = worklists.page(connection, EVERYTHING, run, worklists.Wanted(), unvisited=True)
    assert [row["debtor_name"] for row in rows] == ["Beto"]


# Write-offs


def test_a_write_off_is_proposed_with_its_reckoning_and_a_person_decides_with_a_reason(world: World) -> None:
    poor, rich = world.debtor("Ana", dpd=900, overdue=50), world.debtor("Beto", dpd=900, overdue=9_000_000)
    made = writing_off.propose(world.engine, AS_OF, now=LATER, actor="ana")
    assert (made.looked_at, made.fresh) == (2, 1)
    with reading(world.engine) as connection:
        (row,) = writeoffs.listed(connection, EVERYTHING)
    assert row["debtor_id"] == poor != rich
    again = writing_off.propose(world.engine, AS_OF, now=LATER, actor="ana")
    assert (again.fresh, again.again) == (0, 1)

    def decide(accept: bool, why: str, scope: Scope = EVERYTHING) -> Any:
        return writing_off.decide(
            world.engine, scope, row["id"], accept=accept, why=why, actor="elena", now=LATER
        )

    silent = decide(True, "   ")
    assert isinstance(silent, Refused)
    with pytest.raises(LookupError):
        decide(True, "sí", Scope((Share(branch="Sur"),)))
    assert decide(True, "no hay a quién cobrar") == poor
    twice = decide(False, "cambié de idea")
    assert isinstance(twice, Refused)
    after = appraised(world)[only(world, poor)]
    assert (after.next.do, after.places) == ("none", ())
    (fact,) = [row for row in world.rows(tables.facts) if row["kind"] == "writeoff.accepted"]
    assert fact["payload"]["why"] == "no hay a quién cobrar"


def test_a_rejected_write_off_is_not_proposed_again_and_one_that_pays_is_withdrawn(world: World) -> None:
    rejected, pays = world.debtor("Ana", dpd=900, overdue=50), world.debtor("Beto", dpd=900, overdue=60)
    writing_off.propose(world.engine, AS_OF, now=LATER, actor="ana")
    with reading(world.engine) as connection:
        rows = {row["debtor_id"]: row["id"] for row in writeoffs.listed(connection, EVERYTHING)}
    writing_off.decide(
        world.engine, EVERYTHING, rows[rejected], accept=False, why="tiene casa", actor="elena", now=LATER
    )
    world.pays(only(world, pays), 60, on=AS_OF)  # inside the balance: changes nothing
    with writing(world.engine) as connection:
        connection.execute(
            update(tables.accounts).where(tables.accounts.c.id == only(world, pays)).values(state="closed")
        )
    made = writing_off.propose(world.engine, AS_OF, now=LATER, actor="ana")
    assert (made.fresh, made.again, made.withdrawn) == (0, 0, 1)


def test_what_was_written_of_somebody_goes_when_he_is_erased(world: World) -> None:
    poor = world.debtor("Ana", dpd=900, overdue=50)
    a_run(world)
    note = called(only(world, poor), listed="campo", note="SECRETO: trabaja en la plaza")
    recording.record(world.engine, EVERYTHING, note, actor="ana", now=LATER)
    writing_off.propose(world.engine, AS_OF, now=LATER, actor="ana")
    (row,) = world.rows(tables.writeoffs)
    why = "SECRETO: está enfermo"
    writing_off.decide(world.engine, EVERYTHING, row["id"], accept=True, why=why, actor="ana", now=LATER)

    def written() -> list[str]:
        held = [str(row) for table in tables.metadata.sorted_tables for row in world.rows(table)]
        return [row for row in held if "SECRETO" in row]

    assert len(written()) == 4  # the result, its contact, the decision and its fact
    with writing(world.engine) as connection:
        overwriting.overwrite_person(connection, poor, new_id(), LATER, AS_OF)
    assert written() == []
    assert [row["state"] for row in world.rows(tables.writeoffs)] == ["accepted"]


# The score tried on the past


def a_past(world: World, count: int, seed: int) -> list[str]:
    """Debtors whose last payment was some days before a visit, and who pay after it as the scale really says.

    Everything came to the office when it happened. Answers with the accounts.
    """
    draw = random.Random(seed)
    rosa, device = world.agent("Rosa"), new_id()
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in ("debtors", "accounts", "balances")}
    rows |= {"visits": [], "visit_results": [], "payments": [], "account_traits": []}
    known = datetime(2026, 1, 5, 15, tzinfo=UTC)
    for number in range(count):
        debtor, account, visit = new_id(), new_id(), new_id()
        late, paid_ago = draw.choice((90, 150, 300)), draw.choice((10, 45, 80, None))
        at = datetime(2026, 3, 1, 15, tzinfo=UTC) + timedelta(days=draw.randint(0, 150), minutes=number)
        rows["debtors"].append(_debtor(debtor, number))
        rows["accounts"].append(_account(world, account, debtor, number))
        rows["account_traits"].append(_traits(account, known))
        rows["balances"].append(_balance(world, account, at.date() - timedelta(days=late), known))
        rows["visits"].append(_visit(visit, debtor, (rosa, device, number), at))
        rows["visit_results"].append(
            {"visit_id": visit, "account_id": account, "result": "TEM", "reason": None, "detail": {}}
        )
        points = max(0, 40 - 2 * ((late - 90) // 15)) + {10: 20, 45: 10, 80: 5, None: 0}[paid_ago]
        if paid_ago is not None:
            before = at - timedelta(days=paid_ago)
            rows["payments"].append(_payment(world, account, before, 1_000))
        if draw.random() < USUAL_SCALE.chance(points):
            after = at + timedelta(days=draw.randint(1, 29))
            rows["payments"].append(_payment(world, account, after, 2_000))
    with writing(world.engine) as connection:
        connection.execute(
            insert(tables.devices).values(
                id=device, agent_id=rosa, token_sha256="1" * 64, public_key=b"k", enrolled_at=known
            )
        )
        for name in ("debtors", "accounts", "balances", "account_traits", "visits", "visit_results"):
            append(connection, tables.metadata.tables[name], rows[name])
        append(connection, tables.payments, rows["payments"])
        _payments_known(connection, world, date(2026, 11, 20))
    return [row["id"] for row in rows["accounts"]]


def _payments_known(connection: Connection, world: World, through: date) -> None:
    connection.execute(
        insert(tables.imports).values(
            id=new_id(),
            kind="payments",
            lender_id=world.lender,
            as_of=through,
            mode="full",
            file_sha256="1" * 64,
            reading={},
            counts={},
            imported_at=NOW,
        )
    )


def _debtor(debtor: str, number: int) -> dict[str, Any]:
    return {"id": debtor, "kind": "person", "name": f"D{number}", "created_at": NOW, "document": None}


def _account(world: World, account: str, debtor: str, number: int) -> dict[str, Any]:
    return {
        "id": account,
        "lender_id": world.lender,
        "number": f"P-{number}",
        "debtor_id": debtor,
        "currency": "COP",
        "pack": "demo",
        "first_import": world.imported,
        "last_import": world.imported,
    }


def _traits(account: str, known: datetime) -> dict[str, Any]:
    return {"account_id": account, "recorded_at": known, "state": "open", "pack": "demo"}


def _balance(world: World, account: str, due: date, known: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "account_id": account,
        "import_id": world.imported,
        "as_of": known.date(),
        "currency": "COP",
        "principal_minor": 900_000_00,
        "overdue_minor": 300_000_00,
        "oldest_due": due,
        "recorded_at": known,
    }


def _visit(visit: str, debtor: str, whose: tuple[str, str, int], at: datetime) -> dict[str, Any]:
    rosa, device, number = whose
    return {
        "id": visit,
        "debtor_id": debtor,
        "agent_id": rosa,
        "device_id": device,
        "incarnation": device,
        "n": number + 1,
        "place": "DOM",
        "party": "TIT",
        "started": at,
        "ended": at + timedelta(minutes=10),
        "known": "live",
        "recorded_at": at,
        "received_at": at + timedelta(hours=3),
        "location_source": "none",
        "evidence": "C",
        "verdict": {},
        "out_of_scope": False,
    }


def _payment(world: World, account: str, at: datetime, amount: int) -> dict[str, Any]:
    return {
        "id": new_id(),
        "account_id": account,
        "import_id": world.imported,
        "identity": new_id(),
        "amount_minor": amount * 100,
        "currency": "COP",
        "value_date": at.date(),
        "imported_at": at,
    }


def calibrated(world: World, **given: Any) -> calibrating.Report:
    return calibrating.run(world.engine, now=NOW + timedelta(minutes=1), actor="ana", **given)


def test_the_calibration_finds_the_truth_of_a_history_that_was_made_with_one(world: World) -> None:
    a_past(world, 700, seed=5)
    found = calibrated(world).calibration
    assert found.visits == 700
    assert found.brier is not None
    assert found.base is not None
    assert found.brier < found.base
    assert max(abs(one.foretold - one.paid) for one in found.tenths) < 0.12
    foretold = sum(one.foretold * one.visits for one in found.tenths) / found.visits
    assert abs(foretold - found.paid / found.visits) < 0.03
    assert found.fitted is not None
    assert abs(found.fitted.even - USUAL_SCALE.even) <= 12
    with reading(world.engine) as connection:
        last = calibrating.latest(connection)
    assert last is not None
    assert last["payload"]["visits"] == 700


def test_nothing_that_came_in_after_a_visit_changes_what_was_foretold_of_it(world: World) -> None:
    accounts = a_past(world, 60, seed=6)
    before = calibrated(world).calibration
    with writing(world.engine) as connection:
        late = datetime(2026, 11, 19, 15, tzinfo=UTC)
        for account in accounts:
            # A payment of before the visit that nobody knew of then, and a balance that says all is well.
            early = _payment(world, account, datetime(2026, 2, 20, 15, tzinfo=UTC), 3_000)
            append(connection, tables.payments, [early | {"imported_at": late}])
            well = _balance(world, account, date(2026, 2, 20), late)
            append(connection, tables.balances, [well | {"overdue_minor": 0, "id": new_id()}])
        connection.execute(
            update(tables.accounts).where(tables.accounts.c.id.in_(accounts)).values(state="closed")
        )
        strategies.remember_traits(connection, late)
    after = calibrated(world).calibration
    assert [one.foretold for one in after.tenths] == [one.foretold for one in before.tenths]
    assert after.visits == before.visits == 60
    # The control: had it been known in time, it would have changed what was foretold.
    with writing(world.engine) as connection:
        connection.execute(update(tables.payments).values(imported_at=datetime(2026, 2, 1, tzinfo=UTC)))
    leaked = calibrated(world).calibration
    assert [one.foretold for one in leaked.tenths] != [one.foretold for one in before.tenths]


def test_a_visit_whose_payments_are_not_known_yet_is_left_aside_with_its_reason(world: World) -> None:
    a_past(world, 20, seed=7)
    with writing(world.engine) as connection:
        connection.execute(
            update(tables.imports).where(tables.imports.c.kind == "payments").values(as_of=date(2026, 2, 1))
        )
    report = calibrated(world)
    assert report.calibration.visits == 0
    assert report.left_aside == {"payments are not known long enough after the visit": 20}
    assert report.to_json()["brier"] is None


def test_only_the_newest_visits_since_a_day_are_tried(world: World) -> None:
    a_past(world, 40, seed=8)
    assert calibrated(world, most=10).calibration.visits == 10
    assert calibrated(world, since=date(2026, 11, 1)).calibration.visits == 0


def test_a_calls_history_is_a_contact_like_any(world: World) -> None:
    ana = world.debtor("Ana", dpd=45)
    with writing(world.engine) as connection:
        append(connection, tables.contacts, [_contact(ana, NOW - timedelta(days=2))])
    with reading(world.engine) as connection:
        asked = grounds.asked_of(AS_OF, LATER)
        (known,) = known_debtors.named(connection, asked, [ana])
    assert [type(one) for one in known.history] == [Contact]
    assert appraised(world)[only(world, ana)].places == ()


def test_amounts_of_a_row_are_exact(world: World) -> None:
    ana = world.debtor("Ana", dpd=45, overdue=123_456)
    world.pays(only(world, ana), 3_456, on=AS_OF + timedelta(days=1))
    one = appraised(world, AS_OF + timedelta(days=1))[only(world, ana)]
    assert one.facts.overdue == Decimal(120_000)
    assert one.overdue_minor == 12_000_000
