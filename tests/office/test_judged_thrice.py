"""The rules are asked when a day is planned, at the door and when a visit comes in: each time all of them."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from server import closing_days, publishing, receiving
from server.packs import at_office, pack_of
from server.planning.gathering import gather
from server.planning.weighing import NotToday, weigh
from server.store import agents
from server.store import tables as t
from server.store.engine import reading, writing
from sync.fold import fold_all, office_said
from sync.records import Refused
from sync.rules.asking import Asked, Said, answer
from sync.rules.policy import Policy, from_wire

from .builders import NOW, Laptop, World, add_payment, visit_body

MONDAY = date(2026, 11, 23)
NINE = datetime.fromisoformat("2026-11-23T09:00:00-05:00")
REASON = "Fiestas de la ciudad, decreto 41"


def live_in(world: World, name: str, city: str) -> None:
    with writing(world.engine) as connection:
        connection.execute(
            t.addresses.update().where(t.addresses.c.id == world.addresses[name]).values(city=city)
        )


def set_account(world: World, name: str, **values: Any) -> None:
    with writing(world.engine) as connection:
        connection.execute(
            t.accounts.update().where(t.accounts.c.debtor_id == world.debtors[name]).values(**values)
        )


def overdue_since(world: World, name: str, day: date) -> None:
    with writing(world.engine) as connection:
        connection.execute(
            t.balances.update()
            .where(t.balances.c.account_id.in_(world.accounts[name]))
            .values(oldest_due=day)
        )


def close(world: World, city: str = "", day: date = MONDAY, **given: Any) -> closing_days.Closed:
    asked: dict[str, Any] = {"reason": REASON, "actor": "oscar", "now": NOW, **given}
    made = closing_days.close_day(world.engine, day, municipality=city, **asked)
    assert not isinstance(made, Refused), made
    return made


def when_planning(world: World, name: str, day: date = MONDAY) -> tuple[str, str]:
    """(verdict, rule) of thinking of him on that day."""
    with reading(world.engine) as connection:
        [ana] = [one for one in agents.all_active(connection) if one.name == "Ana"]
        found = gather(connection, [ana], day, NOW, pack_of)[ana.id]
    weighed = weigh(next(one for one in found if one.id == world.debtors[name]), day)
    return ("block", weighed.rule) if isinstance(weighed, NotToday) else ("allow", "")


def at_the_door(world: World, name: str, at: datetime = NINE) -> Said:
    """What his page says on a laptop that read the feed."""
    debtor = world.debtors[name]
    rows = [row for row in world.feed("Ana") if debtor in (row["debtor_id"], row["record_id"])]
    facts = [
        office_said(row["kind"], row["record_id"], json.loads(row["payload"]), row["number"])
        for row in rows
        if row["kind"] in ("debtor", "account", "contact", "override")
    ]
    state = fold_all(debtor, facts)
    known = state.accounts[world.accounts[name][0]]
    return answer(
        Asked(
            account=known.account,
            policy=received(world).get(known.account.pack),
            zone=state.zone,
            at=at,
            stops=state.stops(known.account.id, at.date()),
            about=state.circumstances(known.account.id, state.addresses[0]),
        )
    )


def received(world: World) -> dict[str, Policy]:
    said = [json.loads(row["payload"]) for row in world.feed("Ana") if row["kind"] == "policy"]
    return {one["name"]: from_wire(one) for one in said}


def at_receipt(world: World, laptop: Laptop, name: str, at: datetime = NINE) -> dict[str, str]:
    """What the office says of a visit that comes in: its rules that do not allow, by id."""
    moment = at + timedelta(minutes=12)
    laptop.write("visit.recorded", visit_body(world, name, start=at), now=moment)
    receiving.receive(world.engine, world.signer, laptop.device, laptop.request(None, now=moment), moment)
    row = world.rows(t.visits, t.visits.c.debtor_id == world.debtors[name])[-1]
    rulings = row["verdict"]["rulings"]
    return {one["rule"]: one["decision"] for one in rulings if one["decision"] != "allow"}


def refresh(world: World) -> None:
    with writing(world.engine) as connection:
        publishing.refresh_agents(connection, list(world.agents.values()), NOW)


def test_a_day_the_company_closes_is_closed_everywhere(world: World, laptop: Laptop) -> None:
    assert when_planning(world, "Rosa")[0] == "allow"
    made = close(world)
    rule = "holiday.20261123.company"
    assert when_planning(world, "Rosa") == ("block", rule)
    said = at_the_door(world, "Rosa")
    assert (said.verdict.decision, said.ruling.rule) == ("block", rule)
    assert REASON in str(said.ruling.because)
    assert said.next_allowed == datetime.fromisoformat("2026-11-24T07:00:00-05:00")
    cite = said.cite(said.ruling)
    assert cite is not None
    assert cite.quote == REASON
    assert at_receipt(world, laptop, "Rosa")[rule] == "block"
    assert any(row["rule"] == rule for row in world.rows(t.findings))
    assert made.laptops == 2


def test_a_holiday_of_the_debtors_municipality_closes_there_and_nowhere_else(
    world: World, laptop: Laptop
) -> None:
    live_in(world, "Rosa", "  TUNJA ")
    live_in(world, "Luis", "Duitama")
    refresh(world)
    close(world, "Tunja")
    rule = "holiday.20261123.tunja"
    assert when_planning(world, "Rosa") == ("block", rule)
    assert when_planning(world, "Luis")[0] == "allow"
    assert at_the_door(world, "Rosa").ruling.rule == rule
    assert at_the_door(world, "Luis").verdict.decision == "allow"
    assert at_receipt(world, laptop, "Rosa").get(rule) == "block"
    assert rule not in at_receipt(world, laptop, "Luis")


def test_the_packs_get_a_new_version_that_reaches_the_laptops_and_goes_when_the_day_is_opened_again(
    world: World,
) -> None:
    refresh(world)
    before = received(world)["demo"].version
    made = close(world)
    assert received(world)["demo"].version == made.versions["demo"] != before
    taken = closing_days.open_day(world.engine, made.id, why="se aplazó la fiesta", actor="oscar", now=NOW)
    assert not isinstance(taken, Refused)
    assert received(world)["demo"].version == before
    assert at_the_door(world, "Rosa").verdict.decision == "allow"
    kinds = [row["kind"] for row in world.rows(t.facts)]
    assert {"holiday.added", "holiday.removed"} <= set(kinds)
    gone = closing_days.open_day(world.engine, made.id, why="otra vez", actor="oscar", now=NOW)
    assert isinstance(gone, Refused)


def test_a_day_under_one_pack_only_leaves_the_others_as_they_were(world: World) -> None:
    set_account(world, "Luis", pack="pe")
    refresh(world)
    close(world, pack="pe")
    assert at_the_door(world, "Luis").ruling.rule == "holiday.20261123.company"
    assert at_the_door(world, "Rosa").verdict.decision == "allow"
    with reading(world.engine) as connection:
        laid = at_office(connection)
        assert at_office(connection, laid) is laid
        assert laid("demo") is pack_of("demo")


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"reason": "no"}, "holiday.reason"),
        ({"city": "---"}, "holiday.place"),
        ({"pack": "atlantis"}, "holiday.pack"),
        ({}, "holiday.once"),
    ],
)
def test_a_day_that_cannot_be_closed_says_why(world: World, given: dict[str, Any], rule: str) -> None:
    close(world)
    asked: dict[str, Any] = {"reason": REASON, "actor": "oscar", "now": NOW, **given}
    refused = closing_days.close_day(world.engine, MONDAY, municipality=asked.pop("city", ""), **asked)
    assert isinstance(refused, Refused)
    assert refused.rule == rule


def test_a_debt_past_its_limitation_is_barred_at_each(world: World, laptop: Laptop) -> None:
    """The demo's pack blocks after five years; the law's packs warn."""
    overdue_since(world, "Rosa", date(2021, 1, 10))
    refresh(world)
    assert when_planning(world, "Rosa") == ("block", "demo.limitation")
    said = at_the_door(world, "Rosa")
    assert (said.ruling.rule, said.next_allowed) == ("demo.limitation", None)
    assert at_receipt(world, laptop, "Rosa") == {"demo.limitation": "block", "demo.bureau": "warn"}


def test_a_payment_begins_the_limitation_again_and_a_reversal_undoes_that(world: World) -> None:
    overdue_since(world, "Luis", date(2021, 1, 10))
    paid = add_payment(world, "Luis")
    refresh(world)
    assert when_planning(world, "Luis")[0] == "allow"
    with writing(world.engine) as connection:
        row = dict(world.rows(t.payments, t.payments.c.id == paid)[0])
        row |= {"id": "reversal", "identity": "reversal", "reverses": paid}
        connection.execute(t.payments.insert().values(**row))
    assert when_planning(world, "Luis") == ("block", "demo.limitation")


def test_where_the_law_is_not_known_to_bar_it_the_office_is_warned(world: World, laptop: Laptop) -> None:
    set_account(world, "Rosa", pack="pe")
    overdue_since(world, "Rosa", date(2021, 1, 10))
    refresh(world)
    assert when_planning(world, "Rosa")[0] == "allow"
    said = at_the_door(world, "Rosa")
    assert (said.verdict.decision, said.ruling.rule) == ("warn", "pe.limitation")
    assert at_receipt(world, laptop, "Rosa") == {"pe.limitation": "warn", "pe.bureau": "warn"}


@pytest.mark.parametrize(
    ("pack", "day", "rule"),
    [("atlantis", MONDAY, "policy.unknown"), ("pe", date(2029, 1, 8), "policy.expired")],
)
def test_an_unknown_or_expired_pack_blocks_at_each(
    world: World, laptop: Laptop, pack: str, day: date, rule: str
) -> None:
    set_account(world, "Rosa", pack=pack)
    refresh(world)
    at = NINE + (day - MONDAY)
    assert when_planning(world, "Rosa", day) == ("block", rule)
    said = at_the_door(world, "Rosa", at)
    assert (said.verdict.decision, said.ruling.rule, said.next_allowed) == ("block", rule, None)
    assert at_receipt(world, laptop, "Rosa", at).get(rule) == "block"


@pytest.mark.parametrize(
    ("off_s", "uncertain_s", "decision"),
    [(0, 60, None), (0, 600, "warn"), (-3600, 60, "block"), (3600, 60, None)],
)
def test_at_receipt_the_corrected_interval_decides(
    world: World, laptop: Laptop, off_s: int, uncertain_s: int, decision: str | None
) -> None:
    """Ends five minutes before closing by the laptop's clock: certainly inside, perhaps, or certainly not."""
    body = visit_body(world, "Rosa", start=datetime.fromisoformat("2026-11-23T19:45:00-05:00"))
    moment = datetime.fromisoformat("2026-11-23T21:30:00-05:00")
    laptop.offset_ms = off_s * 1000
    clock = laptop.clock(moment)
    clock["uncertainty_ms"] = uncertain_s * 1000
    laptop.write("visit.recorded", body, clock=clock)
    receiving.receive(world.engine, world.signer, laptop.device, laptop.request(None, now=moment), moment)
    [row] = world.rows(t.visits)
    told = {one["rule"]: one["decision"] for one in row["verdict"]["rulings"]}
    assert told["demo.hours"] == (decision or "allow")
