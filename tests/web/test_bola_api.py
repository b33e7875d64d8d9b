"""The laptops' door × who knocks: every operation of the published OpenAPI, each with its one right answer.

Who knocks: nobody, a person of the office with his session, another laptop's token cut short, the laptop of
another collector, and a laptop that was shut out. An operation of the document that this table does not
name fails the test, so none is added without saying who may ask it what.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from server import enrolling, publishing, receiving
from server.config import Config
from server.office import Office
from server.shelf import Shelf
from server.store import tables as t
from server.store.engine import writing
from server.web import api
from sync.wire.attachments import digest_of
from tests.office.builders import NOW, Laptop, World, enrolled, quick_engine, small_world
from tests.office.test_attaching import file_paper, photo

Operation = tuple[str, str]

# operation → the status for: nobody, a session of the office, a token cut short, another collector's
# laptop, a laptop that was shut out. Enrolling needs no token: without a code that holds it opens nothing.
EXPECTED: dict[Operation, tuple[int, int, int, int, int]] = {
    ("POST", "/v1/enrol"): (403, 403, 403, 403, 403),
    ("POST", "/v1/seal"): (401, 401, 401, 200, 403),
    ("POST", "/v1/sync"): (401, 401, 401, 200, 403),
    ("GET", "/v1/attachments/{sha256}"): (401, 401, 401, 404, 200),
    ("PUT", "/v1/attachments/{sha256}"): (401, 401, 401, 404, 200),
    ("GET", "/v1/documents/{sha256}"): (401, 401, 401, 404, 403),
}
WHO = ("nobody", "a session", "a short token", "another collector", "shut out")


@dataclass
class Door:
    """The door, Ana's laptop with a picture announced and a paper to read, and Benito's."""

    world: World
    client: FlaskClient
    shelf: Shelf
    ana: Laptop
    benito: Laptop
    picture: bytes
    paper: str

    def ask(self, operation: Operation, headers: dict[str, str]) -> int:
        method, path = operation
        given: dict[str, Any] = {"headers": dict(headers)}
        if path == "/v1/enrol":
            given["json"] = {
                "code": "AAAA-BBBB-CCCC",
                "device_name": "x",
                "public_key": "ab" * 32,
                "incarnation": self.ana.incarnation,
                "client": "test",
            }
        elif path == "/v1/seal":
            given["json"] = {"sealed_key": "ab" * 80}
        elif path == "/v1/sync":
            knocks = self.benito if headers.get("Authorization") == self.benito.authorization else self.ana
            given["json"] = knocks.request()
        elif method == "PUT":
            given |= {
                "data": self.picture,
                "query_string": {"offset": 0, "digest": digest_of(self.picture)},
                "content_type": "application/octet-stream",
            }
        sha256 = self.paper if "documents" in path else digest_of(self.picture)
        return self.client.open(path.replace("{sha256}", sha256), method=method, **given).status_code


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    world = small_world(quick_engine(tmp_path))
    config = Config(tmp_path, str(world.engine.url))
    office = Office(config, world.engine, world.signer, world.recovery_public, "secret")
    client = api.create(office, clock=lambda: NOW, testing=True, limited=False).test_client()
    ana, benito, shelf = enrolled(world), enrolled(world, "Benito"), Shelf(config.shelf)
    picture = photo()
    said = {
        "visit": ana.visit().id,
        "sha256": digest_of(picture),
        "media_type": "image/jpeg",
        "size": len(picture),
    }
    ana.write("attachment.added", said)
    receiving.receive(world.engine, world.signer, ana.device, ana.request(None), NOW)
    yield Door(world, client, shelf, ana, benito, picture, file_paper(world, shelf).sha256)
    world.engine.dispose()


def knocking(door: Door) -> dict[str, Callable[[], dict[str, str]]]:
    def shut_out() -> dict[str, str]:
        enrolling.revoke(door.world.engine, door.ana.device.id, actor="nora", now=NOW)
        return {"Authorization": door.ana.authorization}

    return {
        "nobody": dict,
        "a session": lambda: {"Cookie": "session=eyJfdXNlcl9pZCI6InJvb3QifQ.x.y"},
        "a short token": lambda: {"Authorization": door.ana.authorization[:-1]},
        "another collector": lambda: {"Authorization": door.benito.authorization},
        "shut out": shut_out,
    }


def operations(client: FlaskClient) -> set[Operation]:
    document = client.get("/v1/openapi.json").get_json()
    return {
        (method.upper(), path)
        for path, item in document["paths"].items()
        for method in item
        if method in ("get", "put", "post", "delete", "patch", "head", "options")
    }


def test_every_operation_of_the_document_is_in_this_table(door: Door) -> None:
    assert operations(door.client) == EXPECTED.keys()


def test_its_own_laptop_is_let_in(door: Door) -> None:
    """The control: what is refused to the others is there."""
    own = {"Authorization": door.ana.authorization}
    for operation in EXPECTED:
        assert door.ask(operation, own) == (403 if operation[1] == "/v1/enrol" else 200), operation


def test_nobody_else_is_answered_otherwise_than_the_table_says(door: Door) -> None:
    told: dict[Operation, tuple[int, ...]] = {}
    headers = knocking(door)
    for who in WHO[:-1]:
        for operation in EXPECTED:
            told[operation] = (*told.get(operation, ()), door.ask(operation, headers[who]()))
    shut = headers["shut out"]()
    for operation in EXPECTED:
        told[operation] = (*told[operation], door.ask(operation, shut))
    assert told == EXPECTED


def test_another_collectors_page_of_the_feed_holds_nothing_of_ours(door: Door) -> None:
    with writing(door.world.engine) as connection:
        publishing.refresh_agents(connection, list(door.world.agents.values()), NOW)
    reply = door.client.post(
        "/v1/sync", json=door.benito.request(), headers={"Authorization": door.benito.authorization}
    )
    assert door.world.debtors["Rosa"] not in reply.text
    own = door.client.post(
        "/v1/sync", json=door.ana.request(), headers={"Authorization": door.ana.authorization}
    )
    assert door.world.debtors["Rosa"] in own.text, "or the page looked at holds nothing at all"


def test_a_laptop_cannot_write_on_anothers_chain(door: Door) -> None:
    """Benito's token with Ana's chain: refused, and her chain is as it was."""
    before = door.world.rows(t.events)
    stolen = door.ana.request(None)
    stolen["push"] = door.ana.push([door.ana.visit()])
    answer = door.client.post("/v1/sync", json=stolen, headers={"Authorization": door.benito.authorization})
    assert answer.status_code in (403, 409)
    assert door.world.rows(t.events) == before
