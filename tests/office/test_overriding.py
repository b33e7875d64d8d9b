"""A person with authority sets one rule aside: who may, what it changes on both sides, what the audit says."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from server import auditing_all, overriding, receiving
from server.packs import pack_of
from server.planning.gathering import gather
from server.planning.weighing import NotToday, Visitable, weigh
from server.recovering import Person
from server.store import agents, facts, findings
from server.store import tables as t
from server.store.engine import reading, writing
from server.store.scopes import Scope, Share
from sync.fold import fold_all, office_said
from sync.ids import new_id
from sync.records import Place, Refused, UserRole
from sync.rules.asking import Asked, answer

from .builders import NOW, TODAY, Laptop, World, visit_body

SUNDAY = date(2026, 11, 22)
SUNDAY_NOON = datetime.fromisoformat("2026-11-22T12:00:00-05:00")
WHY = "el deudor pidió el domingo por escrito, carta del 12"
BOSS = Person("oscar", frozenset({UserRole.SUPERVISOR}))
SECOND = Person("ruth", frozenset({UserRole.COMPLIANCE}))


@pytest.fixture(autouse=True)
def people(world: World) -> None:
    for username, name in (("oscar", "Óscar Leguizamón"), ("ruth", "Ruth Barrera"), ("ana", "Ana")):
        user(world, username, name)


def user(world: World, username: str, name: str) -> str:
    made = new_id()
    with writing(world.engine) as connection:
        connection.execute(
            insert(t.users).values(
                id=made, username=username, name=name, active=True, fs_uniquifier=made, created_at=NOW
            )
        )
    return made


def colombian(world: World, name: str = "Rosa") -> None:
    """Her accounts under the pack that asks for two people."""
    with writing(world.engine) as connection:
        connection.execute(
            t.accounts.update()
            .where(t.accounts.c.debtor_id == world.debtors[name])
            .values(pack="co", credit_type="microcrédito", exception_evidence="acta")
        )


def ask(world: World, name: str = "Rosa", *, by: Person = BOSS, **given: Any) -> Any:
    asked: dict[str, Any] = {"rule": "demo.hours", "day": SUNDAY, "channel": "visit", "why": WHY, **given}
    rule, day, channel = asked.pop("rule"), asked.pop("day"), asked.pop("channel")
    return overriding.ask(world.engine, world.debtors[name], rule, day, channel, by=by, now=NOW, **asked)


def weighed(world: World, name: str, day: date = SUNDAY) -> Visitable | NotToday:
    with reading(world.engine) as connection:
        [ana] = [one for one in agents.all_active(connection) if one.name == "Ana"]
        found = gather(connection, [ana], day, NOW, pack_of)[ana.id]
    return weigh(next(one for one in found if one.id == world.debtors[name]), day)


def told_to(world: World, agent: str = "Ana") -> list[dict[str, Any]]:
    return [json.loads(row["payload"]) for row in world.feed(agent) if row["kind"] == "override"]


def test_the_rule_holds_no_more_for_that_debtor_on_that_day_and_channel(world: World) -> None:
    assert isinstance(weighed(world, "Rosa"), NotToday)
    made = ask(world)
    visitable = weighed(world, "Rosa")
    assert isinstance(visitable, Visitable)
    assert visitable.lawful[0].start == datetime.fromisoformat("2026-11-22T05:00:00+00:00")  # all of Sunday
    assert isinstance(weighed(world, "Luis"), NotToday)
    assert isinstance(weighed(world, "Rosa", SUNDAY + timedelta(days=7)), NotToday)
    [said] = told_to(world)
    assert (said["id"], said["rule"], said["day"], said["channel"]) == (
        made,
        "demo.hours",
        "2026-11-22",
        "visit",
    )
    assert (said["by"], said["role"], said["why"]) == ("Óscar Leguizamón", "supervisor", WHY)
    assert told_to(world, "Benito") == []
    [fact] = [row for row in world.rows(t.facts) if row["kind"] == "override.asked"]
    assert (fact["actor"], fact["subject"]) == ("oscar", made)


def test_a_laptop_says_who_allowed_it_and_why(world: World) -> None:
    ask(world)
    state = fold_all(
        world.debtors["Rosa"],
        [
            office_said(row["kind"], row["record_id"], json.loads(row["payload"]), row["number"])
            for row in world.feed("Ana")
            if row["kind"] in ("debtor", "account", "override")
            and world.debtors["Rosa"] in (row["debtor_id"], row["record_id"])
        ],
    )
    account = world.accounts["Rosa"][0]

    def of(channel: str) -> Any:
        return answer(
            Asked(
                account=state.accounts[account].account,
                policy=pack_of("demo"),
                zone=state.zone,
                at=SUNDAY_NOON,
                channel=channel,
                place=Place.HOME,
                about=state.circumstances(account, None),
            )
        )

    visit = of("visit")
    assert (visit.verdict.decision, visit.ruling.rule) == ("warn", "policy.override")
    said = str(visit.ruling.because)
    assert all(word in said for word in ("demo.hours", "Óscar Leguizamón", "supervisión", WHY))
    assert visit.next_allowed == SUNDAY_NOON
    assert of("call").verdict.blocked


def test_the_audit_finds_what_was_done_under_an_override_and_counts_it(world: World, laptop: Laptop) -> None:
    ask(world)
    body = visit_body(world, "Rosa", start=SUNDAY_NOON)
    moment = SUNDAY_NOON + timedelta(minutes=12)
    laptop.write("visit.recorded", body, now=moment)
    receiving.receive(world.engine, world.signer, laptop.device, laptop.request(None, now=moment), moment)
    with reading(world.engine) as connection:
        rows = findings.listed(connection, Scope(shares=(Share(),)))
    rules = {row["rule"]: row["severity"] for row in rows}
    assert rules["policy.override"] == "review"
    assert "audit.outside_hours" not in rules
    report = auditing_all.audit_all(world.engine, actor="carla", now=moment)
    assert report.by_rule["policy.override"] == 1


def test_without_the_override_the_same_visit_is_a_breach(world: World, laptop: Laptop) -> None:
    """The control."""
    moment = SUNDAY_NOON + timedelta(minutes=12)
    laptop.write("visit.recorded", visit_body(world, "Rosa", start=SUNDAY_NOON), now=moment)
    receiving.receive(world.engine, world.signer, laptop.device, laptop.request(None, now=moment), moment)
    found = {row["rule"]: row["severity"] for row in world.rows(t.findings)}
    assert found["audit.outside_hours"] == "serious"
    assert "policy.override" not in found


def test_where_the_pack_asks_for_two_one_lifts_nothing(world: World) -> None:
    colombian(world)
    made = ask(world, rule="co.hours")
    assert isinstance(weighed(world, "Rosa"), NotToday)
    assert told_to(world) == []
    again = overriding.approve(world.engine, made, by=BOSS, now=NOW)
    assert isinstance(again, Refused)
    assert again.rule == "override.two"
    assert overriding.approve(world.engine, made, by=SECOND, now=NOW) == world.debtors["Rosa"]
    assert isinstance(weighed(world, "Rosa"), Visitable)
    [said] = told_to(world)
    assert said["approved_by"] == "Ruth Barrera"
    assert "waits" in str(overriding.approve(world.engine, made, by=SECOND, now=NOW))


def test_ended_the_rule_holds_again_everywhere(world: World) -> None:
    made = ask(world)
    assert len(told_to(world)) == 1
    assert overriding.end(world.engine, made, why="se retractó", by=BOSS, now=NOW) == world.debtors["Rosa"]
    assert told_to(world) == []
    assert isinstance(weighed(world, "Rosa"), NotToday)
    twice = overriding.end(world.engine, made, why="otra vez", by=BOSS, now=NOW)
    assert isinstance(twice, Refused)
    with reading(world.engine) as connection:
        kinds = [row["kind"] for row in facts.listed(connection, subject=made)]
    assert kinds == ["override.ended", "override.asked"]


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"rule": "demo.stop"}, "override.rule"),
        ({"rule": "demo.minor"}, "override.rule"),
        ({"rule": "demo.party"}, "override.rule"),
        ({"rule": "demo.limitation"}, "override.rule"),
        ({"rule": "policy.unknown"}, "override.rule"),
        ({"rule": "co.hours"}, "override.rule"),  # the pack of somebody else's account
        ({"why": "porque sí"}, "override.reason"),
        ({"day": TODAY - timedelta(days=1)}, "override.past"),
        ({"channel": "pigeon"}, "override.channel"),
    ],
)
def test_what_no_pack_lets_people_decide_is_refused(world: World, given: dict[str, Any], rule: str) -> None:
    refused = ask(world, **given)
    assert isinstance(refused, Refused)
    assert refused.rule == rule
    assert world.rows(t.policy_overrides) == []


def test_the_same_rule_is_set_aside_once(world: World) -> None:
    ask(world)
    again = ask(world, by=SECOND)
    assert isinstance(again, Refused)
    assert again.rule == "override.once"


@pytest.mark.parametrize("role", sorted(set(UserRole) - {"coordinator", "supervisor", "compliance"}))
def test_no_other_role_decides_it(world: World, role: str) -> None:
    refused = ask(world, by=Person("ana", frozenset({UserRole(role)})))
    assert isinstance(refused, Refused)
    assert refused.rule == "override.role"


def test_nobody_who_earns_on_the_debt_decides_it(world: World) -> None:
    """His agent of today or before, who walks the street at all, and who is declared to earn on the branch."""
    user_id = user(world, "benito", "Benito")
    with writing(world.engine) as connection:
        connection.execute(
            t.agents.update()
            .where(t.agents.c.id == world.agents["Ana"])
            .values(user_id=user_id, branch="Norte")
        )
    his = Person("benito", frozenset({UserRole.COORDINATOR}))
    both = Person("ruth", frozenset({UserRole.COMPLIANCE, UserRole.COLLECTOR}))
    for by in (his, both):
        refused = ask(world, by=by)
        assert isinstance(refused, Refused)
        assert refused.rule == "override.commission"
    world.assign("Rosa", "Benito", TODAY)
    refused = ask(world, by=his)  # she is another's now: he still earns on what he began
    assert isinstance(refused, Refused)
    world.assign("Rosa", "Ana", TODAY)
    declared = overriding.declare_earner(
        world.engine, "oscar", "Norte", because="bono de sucursal", actor="cli", now=NOW
    )
    assert declared is None
    refused = ask(world, by=BOSS)
    assert isinstance(refused, Refused)
    assert refused.rule == "override.commission"
    assert overriding.withdraw_earner(world.engine, "oscar", "Norte", actor="cli", now=NOW) is None
    assert isinstance(ask(world, by=BOSS), str)


def test_the_second_person_may_not_earn_on_it_either(world: World) -> None:
    colombian(world)
    made = ask(world, rule="co.hours")
    overriding.declare_earner(world.engine, "ruth", None, because="bono de la casa", actor="cli", now=NOW)
    refused = overriding.approve(world.engine, made, by=SECOND, now=NOW)
    assert isinstance(refused, Refused)
    assert refused.rule == "override.commission"


def test_death_stops_collection_whatever_was_set_aside(world: World) -> None:
    ask(world)
    with writing(world.engine) as connection:
        connection.execute(
            insert(t.stop_states).values(
                id=new_id(),
                debtor_id=world.debtors["Rosa"],
                state="deceased",
                since=NOW,
                source="",
                detail={},
            )
        )
    refused = weighed(world, "Rosa")
    assert isinstance(refused, NotToday)
    assert refused.rule == "demo.stop"


def test_out_of_ones_scope_there_is_no_such_debtor(world: World) -> None:
    nothing = Scope(shares=(Share(branch="Sur"),))
    with pytest.raises(LookupError):
        ask(world, scope=nothing)
    made = ask(world)
    with pytest.raises(LookupError):
        overriding.end(world.engine, made, why="no es mío", by=BOSS, now=NOW, scope=nothing)
