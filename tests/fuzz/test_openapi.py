"""Schemathesis against the published OpenAPI: no answer in the 500s, none that the document does not say.

RONDA_FUZZ_CASES asks the slow run for another number of cases; RONDA_FUZZ_SEED for another seed.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as some
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from .offices import Door

SEED = int(os.environ.get("RONDA_FUZZ_SEED", "20261122"))
CASES = 1_200
MANY = int(os.environ.get("RONDA_FUZZ_CASES", "100000"))
# Cases of one operation in one mode before the next one's turn: hypothesis keeps a tree of what it tried.
ROUND = 60
# A well-formed message can still be refused for what no schema says: a code nobody issued, a signature.
LEFT_OUT = ("positive_data_acceptance",)
# How a message that breaks the document may be answered; schemathesis' own list knows no 410 and no 413.
REFUSED = (400, 401, 403, 404, 405, 406, 409, 410, 413, 415, 422, 429)
DOCUMENT = "/v1/openapi.json"

WSGI = Callable[[dict[str, Any], Any], Iterable[bytes]]

# The pattern says UTC; without this most instants would be drawn with an offset and thrown away.
schemathesis.openapi.format(
    "date-time",
    some.datetimes(timezones=some.just(UTC)).map(lambda moment: moment.isoformat().replace("+00:00", "Z")),
)


def operations(door: Door) -> list[APIOperation[Any, Any, Any]]:
    """Every operation of the document that the door itself publishes."""
    headers = {"Authorization": door.laptop.authorization, "Accept-Encoding": "identity"}
    config = schemathesis.Config.from_dict(
        {"headers": headers, "checks": {"negative_data_rejection": {"expected-statuses": list(REFUSED)}}}
    )
    schema = schemathesis.openapi.from_wsgi(DOCUMENT, door.app, config=config)
    return [found.ok() for found in schema.get_all_operations()]


def turns(door: Door, cases: int) -> Iterator[tuple[APIOperation[Any, Any, Any], GenerationMode, int]]:
    """Each operation in each mode, a round at a time, as often as the cases last."""
    wanted = [
        (operation, mode)
        for operation in operations(door)
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    ]
    turn = 0
    while turn * ROUND < cases:
        operation, mode = wanted[turn % len(wanted)]
        yield operation, mode, SEED + turn
        turn += 1


def made_true(door: Door, case: Case, number: int) -> None:
    """Every third well-formed message gets what only a real laptop has: a code, a signed push."""
    if number % 3 or not isinstance(case.body, dict):
        return
    if case.path.endswith("/enrol"):
        case.body["code"] = door.new_code()
    elif case.path.endswith("/sync") and isinstance(case.body.get("hello"), dict):
        laptop = door.laptop
        if number % 2:
            laptop.visit(note=str(case.body["hello"].get("client")))
        if laptop.entries:
            case.body["hello"] |= {"incarnation": laptop.incarnation, "protocol": 1}
            case.body["push"] = laptop.push(laptop.entries[-5:])


def throw(
    door: Door,
    operation: APIOperation[Any, Any, Any],
    mode: GenerationMode,
    seeded: int,
    came: Counter[str],
    left_out: list[Any],
) -> None:
    """One round of one operation in one mode."""

    @seed(seeded)
    @settings(max_examples=ROUND, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def each(case: Case) -> None:
        came["cases"] += 1
        if mode is GenerationMode.POSITIVE:
            made_true(door, case, came["cases"])
        response = case.call()
        came[f"{case.path} {response.status_code}"] += 1
        case.validate_response(response, excluded_checks=left_out)

    each()


def fuzz(door: Door, cases: int) -> Counter[str]:
    """Throw this many cases; answers how often each status came. Raises schemathesis' failure."""
    came: Counter[str] = Counter()
    load_all_checks()
    left_out = [CHECKS.get_one(name) for name in LEFT_OUT]
    began = time.monotonic()
    for operation, mode, seeded in turns(door, cases):
        throw(door, operation, mode, seeded, came, left_out)
        if cases > CASES:
            print(f"{came['cases']} cases in {time.monotonic() - began:.0f} s", flush=True)
    print(f"seed {SEED}: {dict(sorted(came.items()))} in {time.monotonic() - began:.1f} s")
    return came


def test_no_case_drawn_from_the_document_is_answered_otherwise_than_it_says(door: Door) -> None:
    came = fuzz(door, CASES)
    assert came["cases"] >= 1_000
    assert not [status for status in came if status.rsplit(" ", 1)[-1].startswith("5")]
    # The cases get past the first check: some of each were good enough to be answered.
    assert all(came[f"/v1/{name} 200"] >= 10 for name in ("enrol", "seal", "sync")), came


@pytest.mark.slow
def test_a_hundred_thousand_cases_find_nothing_either(door: Door) -> None:
    came = fuzz(door, MANY)
    assert came["cases"] >= 0.9 * MANY


def crashing(inner: WSGI) -> WSGI:
    """The door as it would be with an error that nobody caught."""

    def answer(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] == DOCUMENT:
            return inner(environ, start)
        start("500 Internal Server Error", [("Content-Type", "application/problem+json")])
        return [b"{}"]

    return answer


def drifting(inner: WSGI) -> WSGI:
    """The door with an answer that its document does not describe."""

    def answer(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] == DOCUMENT:
            return inner(environ, start)
        start("200 OK", [("Content-Type", "application/json")])
        return [b'{"protocol": "1"}']

    return answer


def open_to_all(door: Door) -> Callable[[WSGI], WSGI]:
    """The door with the token of a laptop lent to whoever shows none."""

    def wrap(inner: WSGI) -> WSGI:
        def answer(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
            return inner(environ | {"HTTP_AUTHORIZATION": door.laptop.authorization}, start)

        return answer

    return wrap


@pytest.mark.parametrize("defect", ["crashing", "drifting", "open to all"])
def test_a_door_with_a_planted_defect_is_caught_by_the_same_run(door: Door, defect: str) -> None:
    wrap = {"crashing": crashing, "drifting": drifting, "open to all": open_to_all(door)}[defect]
    door.app.wsgi_app = wrap(door.app.wsgi_app)  # type: ignore[method-assign]
    says = {
        "crashing": "Server error",
        "drifting": "Response violates schema",
        "open to all": "API accepts",
    }[defect]
    with pytest.raises(schemathesis.core.failures.FailureGroup, match=says):
        fuzz(door, CASES)


def test_the_document_names_every_route_and_no_other(door: Door) -> None:
    spec = door.app.test_client().get(DOCUMENT).get_json()
    documented = {
        (method.upper(), path)
        for path, item in spec["paths"].items()
        for method in item
        if method != "parameters"
    }
    served = {
        (method, str(rule.rule).replace("<", "{").replace(">", "}"))
        for rule in door.app.url_map.iter_rules()
        if rule.rule != DOCUMENT
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert documented == served


@pytest.mark.parametrize("shown", ["nothing", "rubbish", "another's id", "a cut token"])
def test_every_route_but_enrolment_asks_for_the_laptops_token(door: Door, shown: str) -> None:
    device, _, token = door.laptop.authorization.removeprefix("Bearer ").partition(".")
    said = {
        "nothing": "",
        "rubbish": "Bearer x",
        "another's id": f"Bearer {door.laptop.incarnation}.{token}",
        "a cut token": f"Bearer {device}.{token[:-1]}",
    }[shown]
    before = door.kept()
    asked = [operation for operation in operations(door) if not operation.path.endswith("/enrol")]
    assert len(asked) >= 2
    for operation in asked:
        headers = {"Content-Type": "application/json", "Authorization": said}
        path = operation.path.replace("{", "").replace("}", "")
        answer = door.app.test_client().open(path, method=operation.method, data=b"{}", headers=headers)
        assert answer.status_code == 401, (operation.label, answer.status_code)
    assert door.kept() == before
