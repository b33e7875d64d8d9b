"""A laptop comes in by a one-time code, shows its token, and can be shut out."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest

from server import enrolling
from server.store import tables as t
from sync.ids import new_id, new_incarnation
from sync.keys import Keyring, new_signing_key
from sync.wire.errors import Problem
from sync.wire.messages import EnrolReply

from .builders import NOW, Laptop, World

Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def ask(world: World) -> Ask:
    def enrol(code: str, **given: Any) -> dict[str, Any]:
        request = {
            "code": code,
            "device_name": "portátil",
            "public_key": new_signing_key().public.hex(),
            "incarnation": new_incarnation(),
            "client": "test",
        }
        now = given.pop("now", NOW)
        return enrolling.enrol(world.engine, world.signer, world.recovery_public, request | given, now)

    return enrol


def code_for(world: World, agent: str = "Ana", **given: Any) -> str:
    return enrolling.issue_code(world.engine, world.agents[agent], actor="cli", now=NOW, **given)


def test_a_code_lets_one_laptop_in_and_only_hashes_are_kept(world: World, ask: Ask) -> None:
    code = code_for(world)
    reply = ask(code)
    EnrolReply().load(reply)
    assert reply["agent"] == world.agents["Ana"]
    device = enrolling.authenticate(world.engine, f"Bearer {reply['device']}.{reply['token']}")
    assert device.agent_id == world.agents["Ana"]
    assert device.token_sha256 == sha256(reply["token"].encode()).hexdigest()
    letters = code.replace("-", "")
    assert len(letters) * 5 >= 80
    [row] = world.rows(t.enrolment_codes)
    assert letters not in row["code_sha256"]
    assert len(bytes.fromhex(reply["token"])) == 32


def test_the_reply_names_the_office_and_its_keys(world: World, ask: Ask) -> None:
    reply = ask(code_for(world))
    ring = Keyring.from_json(reply["signing_keys"])
    assert [key.id for key in ring.keys] == [world.signer.id]
    assert bytes.fromhex(reply["recovery_key"]) == world.recovery_public


def test_a_code_written_in_small_letters_with_spaces_and_o_for_zero_is_the_same(
    world: World, ask: Ask
) -> None:
    code = code_for(world)
    assert ask(code.lower().replace("-", " ").replace("0", "o").replace("1", "l"))["token"]


def test_a_second_use_of_a_code_is_refused(world: World, ask: Ask) -> None:
    code = code_for(world)
    ask(code)
    with pytest.raises(Problem) as refused:
        ask(code)
    assert refused.value.code == "code_used"
    assert len(world.rows(t.devices)) == 1


def test_of_many_laptops_at_once_with_one_code_exactly_one_comes_in(world: World, ask: Ask) -> None:
    code = code_for(world)

    def attempt(_: int) -> str:
        try:
            ask(code)
        except Problem as problem:
            return problem.code
        return "in"

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(attempt, range(6)))
    assert sorted(answers) == ["code_used"] * 5 + ["in"]
    assert len(world.rows(t.devices)) == 1


def test_a_code_expires(world: World, ask: Ask) -> None:
    code = code_for(world, valid=timedelta(hours=1))
    with pytest.raises(Problem) as refused:
        ask(code, now=NOW + timedelta(hours=1))
    assert refused.value.code == "code_expired"


def test_a_code_nobody_issued_is_refused(world: World, ask: Ask) -> None:
    with pytest.raises(Problem) as refused:
        ask("AAAAA-BBBBB-CCCCC-DDDDD")
    assert refused.value.code == "bad_code"


def test_an_enrolment_that_fails_leaves_the_code_usable(world: World, ask: Ask, laptop: Laptop) -> None:
    code = code_for(world)
    with pytest.raises(Problem) as refused:
        ask(code, incarnation=laptop.incarnation)
    assert refused.value.code == "conflict"
    assert ask(code)["token"]


def test_a_request_with_a_broken_field_is_told_which(world: World, ask: Ask) -> None:
    with pytest.raises(Problem) as refused:
        ask(code_for(world), public_key="zz")
    assert refused.value.code == "validation_failed"
    assert "public_key" in refused.value.fields


def test_no_code_for_an_unknown_or_retired_agent(world: World) -> None:
    with pytest.raises(Problem) as refused:
        enrolling.issue_code(world.engine, new_id(), actor="cli", now=NOW)
    assert refused.value.code == "not_found"
    with world.engine.begin() as connection:
        connection.execute(t.agents.update().values(active=False))
    with pytest.raises(Problem) as refused:
        code_for(world)
    assert refused.value.code == "not_allowed"


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer x.y", "Basic abc", "Bearer {id}.", "Bearer {id}.wrong", "Bearer .{token}"],
)
def test_whoever_shows_no_right_token_is_not_enrolled(laptop: Laptop, authorization: str | None) -> None:
    shown = authorization and authorization.format(id=laptop.device.id, token=laptop.token)
    with pytest.raises(Problem) as refused:
        enrolling.authenticate(laptop.world.engine, shown)
    assert refused.value.code == "not_enrolled"


def test_a_laptops_token_does_not_open_another_laptops_name(world: World, laptop: Laptop, ask: Ask) -> None:
    other = ask(code_for(world, "Benito"))
    with pytest.raises(Problem):
        enrolling.authenticate(world.engine, f"Bearer {other['device']}.{laptop.token}")


def test_the_sealed_key_is_kept_and_its_hash_is_a_fact(world: World, laptop: Laptop) -> None:
    assert enrolling.seal(world.engine, laptop.device, {"sealed_key": "ab" * 80}, NOW) == {"sealed": True}
    [row] = world.rows(t.devices)
    assert row["sealed_key"] == b"\xab" * 80
    [fact] = world.rows(t.facts, t.facts.c.kind == "device.sealed")
    assert fact["payload"]["sealed_sha256"] == sha256(b"\xab" * 80).hexdigest()


@pytest.mark.parametrize("sealed", ["", "ab" * 5000, "AB", None])
def test_a_sealed_key_that_cannot_be_one_is_refused(laptop: Laptop, sealed: Any) -> None:
    with pytest.raises(Problem) as refused:
        enrolling.seal(laptop.world.engine, laptop.device, {"sealed_key": sealed}, NOW)
    assert refused.value.code == "validation_failed"


def test_revoking_is_a_fact_and_the_first_moment_stays(world: World, laptop: Laptop) -> None:
    enrolling.revoke(world.engine, laptop.device.id, actor="clara", now=NOW)
    enrolling.revoke(world.engine, laptop.device.id, actor="clara", now=NOW + timedelta(days=1))
    [row] = world.rows(t.devices)
    assert row["revoked_at"] == NOW
    assert len(world.rows(t.facts, t.facts.c.kind == "device.revoked")) == 1
    with pytest.raises(Problem) as refused:
        enrolling.revoke(world.engine, new_id(), actor="clara", now=NOW)
    assert refused.value.code == "not_found"


def test_enrolling_fills_the_agents_feed(world: World, laptop: Laptop) -> None:
    assert ("agent", world.agents["Ana"]) in world.kinds("Ana")
