"""Every pack defends itself: whatever is changed in it, one of its own vectors fails."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

import pytest

from sync.policies import available, vectors
from sync.rules.policy import Policy, PolicyError, policy_from
from sync.rules.reading import WEEKDAYS
from sync.rules.vectors import failure
from tests.rules.world import pack

PLAIN = [name for name in available() if "@" not in name]
HALF_HOUR = 30
PARTIES = ("TIT", "FAM", "TER", "AVA")
Mutant = tuple[str, dict[str, Any]]


@cache
def written(name: str) -> str:
    return pack(name).canonical


def mutated(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(written(name))
    return content


def made(data: dict[str, Any]) -> Policy:
    holidays = {
        int(year): [date.fromisoformat(day) for day in days] for year, days in data["holidays"].items()
    }
    return policy_from({key: value for key, value in data.items() if key != "holidays"}, holidays)


def defends(name: str, data: dict[str, Any]) -> bool:
    """Some vector of the pack fails under the changed content, or it is no pack any more."""
    try:
        policy = made(data)
    except PolicyError:
        return True
    return any(failure(policy, vector) is not None for vector in vectors_of(name))


@cache
def vectors_of(name: str) -> tuple[dict[str, Any], ...]:
    return tuple(vectors(name))


def moved(span: str, edge: int, minutes: int) -> str:
    clocks = span.split("-")
    hour, minute = map(int, clocks[edge].split(":"))
    total = min(max(hour * 60 + minute + minutes, 0), 23 * 60 + 59)
    clocks[edge] = f"{total // 60:02d}:{total % 60:02d}"
    return "-".join(clocks)


def hour_mutants(name: str) -> Iterator[Mutant]:
    """Every edge of every day half an hour earlier and later; open days closed and closed days open."""
    for place, hours in enumerate(mutated(name)["hours"]):
        for day in WEEKDAYS:
            spans = hours.get(day, [])
            for which, span in enumerate(spans):
                for edge, word in ((0, "opens"), (1, "closes")):
                    for minutes in (-HALF_HOUR, HALF_HOUR):
                        data = mutated(name)
                        data["hours"][place][day][which] = moved(span, edge, minutes)
                        yield f"{hours['id']} {day} {word} {minutes:+d} minutes", data
            data = mutated(name)
            data["hours"][place][day] = [] if spans else ["09:00-17:00"]
            yield f"{hours['id']} {day} {'closed' if spans else 'open'}", data
        data = mutated(name)
        data["hours"][place]["on_holidays"] = not hours["on_holidays"]
        if data["holidays"]:
            yield f"{hours['id']} on holidays flipped", data


def switch_mutants(name: str) -> Iterator[Mutant]:
    for key in ("proposed_addresses", "receive_payment", "ask_reason", "one_channel_per_week"):
        if key in mutated(name):
            data = mutated(name)
            data[key]["allowed"] = not data[key]["allowed"]
            yield f"{key} flipped", data
    for party in PARTIES:
        data = mutated(name)
        allowed = data["parties"]["allowed"]
        data["parties"]["allowed"] = (
            [one for one in allowed if one != party] if party in allowed else [*allowed, party]
        )
        yield f"party {party} flipped", data
    data = mutated(name)
    data["parties"]["third_party_disclosure"] = not data["parties"].get("third_party_disclosure", False)
    yield "third_party_disclosure flipped", data
    for place, rule in enumerate(mutated(name)["places"]):
        data = mutated(name)
        data["places"][place]["decision"] = "allow" if rule["decision"] == "block" else "block"
        yield f"{rule['id']} flipped", data
        if rule.get("exception_credit_types"):
            data = mutated(name)
            data["places"][place]["exception_credit_types"] = []
            yield f"{rule['id']} without its exception", data
    for state in mutated(name)["stops"]["states"]:
        data = mutated(name)
        data["stops"]["states"].remove(state)
        if state != "deceased":  # death stops collection whatever a pack says
            yield f"stop {state} left out", data


def cap_mutants(name: str) -> Iterator[Mutant]:
    for place, cap in enumerate(mutated(name)["caps"]):
        for more in (-1, 1):
            data = mutated(name)
            data["caps"][place]["maximum"] = cap["maximum"] + more
            yield f"{cap['id']} {more:+d}", data
        data = mutated(name)
        del data["caps"][place]
        yield f"{cap['id']} left out", data
        if cap.get("min_gap_days"):
            data = mutated(name)
            data["caps"][place]["min_gap_days"] = 0
            yield f"{cap['id']} without its gap", data
        if cap.get("effective_only"):
            data = mutated(name)
            data["caps"][place]["effective_only"] = False
            yield f"{cap['id']} counts attempts", data


def limit_mutants(name: str) -> Iterator[Mutant]:
    for place, period in enumerate(mutated(name).get("periods", [])):
        for more in (-1, 1):
            data = mutated(name)
            data["periods"][place]["months"] = period["months"] + more
            yield f"{period['id']} {more:+d} months", data
        data = mutated(name)
        data["periods"][place]["since"] = "default" if period["since"] == "activity" else "activity"
        yield f"{period['id']} since the other", data
        data = mutated(name)
        data["periods"][place]["decision"] = "warn" if period["decision"] == "block" else "block"
        yield f"{period['id']} decides otherwise", data
    for place, local in enumerate(mutated(name).get("local_holidays", [])):
        data = mutated(name)
        del data["local_holidays"][place]
        yield f"{local['id']} left out", data
    rule = mutated(name).get("overrides")
    if rule is not None:
        data = mutated(name)
        data["overrides"]["four_eyes"] = not rule["four_eyes"]
        yield "overrides asking for the other count of people", data
        for one in rule["rules"]:
            data = mutated(name)
            data["overrides"]["rules"].remove(one)
            yield f"{one} no longer to be set aside", data


FAMILIES = (hour_mutants, switch_mutants, cap_mutants, limit_mutants)


@pytest.mark.parametrize("name", PLAIN)
def test_whatever_is_changed_in_a_pack_one_of_its_own_vectors_fails(name: str) -> None:
    mutants = [mutant for family in FAMILIES for mutant in family(name)]
    assert len(mutants) > 40
    assert [said for said, data in mutants if not defends(name, data)] == []


@pytest.mark.parametrize("name", PLAIN)
def test_a_pack_unchanged_agrees_with_all_its_vectors(name: str) -> None:
    """The control: it is the change that makes a vector fail."""
    assert not defends(name, mutated(name))
