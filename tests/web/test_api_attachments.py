"""Files at the laptops' door over HTTP: chunks up, pieces down, and what is neither."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server import receiving
from server.config import Config
from server.office import Office
from server.shelf import Shelf
from server.web import api
from sync.wire.attachments import LARGEST_CHUNK, digest_of
from sync.wire.feed import DocumentRecord
from tests.office.builders import NOW, Laptop, World, enrolled, quick_engine, small_world
from tests.office.test_attaching import PDF, file_paper, hostile_names, photo
from tests.wire.test_ledger import vectors

from .test_api import problem


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    engine = quick_engine(tmp_path)
    yield small_world(engine)
    engine.dispose()


@pytest.fixture
def client(world: World, tmp_path: Path) -> FlaskClient:
    config = Config(tmp_path, str(world.engine.url))
    office = Office(config, world.engine, world.signer, world.recovery_public, "secret")
    return api.create(office, clock=lambda: NOW, testing=True).test_client()


@pytest.fixture
def laptop(world: World) -> Laptop:
    return enrolled(world)


def put(
    client: FlaskClient, laptop: Laptop | None, name: str, chunk: bytes, offset: Any = 0, **given: Any
) -> TestResponse:
    headers = {"Content-Type": "application/octet-stream"} | given.pop("headers", {})
    if laptop is not None:
        headers["Authorization"] = laptop.authorization
    asked = {"offset": offset, "digest": digest_of(chunk)} | given
    return client.put(f"/v1/attachments/{name}", data=chunk, query_string=asked, headers=headers)


def get(client: FlaskClient, laptop: Laptop, path: str, **asked: Any) -> TestResponse:
    return client.get(path, query_string=asked, headers={"Authorization": laptop.authorization})


@pytest.fixture
def announced(world: World, laptop: Laptop) -> bytes:
    data = photo()
    body = {
        "visit": laptop.visit().id,
        "sha256": digest_of(data),
        "media_type": "image/jpeg",
        "size": len(data),
    }
    laptop.write("attachment.added", body)
    receiving.receive(world.engine, world.signer, laptop.device, laptop.request(None), NOW)
    return data


def test_a_picture_goes_up_over_http(
    client: FlaskClient,
    laptop: Laptop,
    announced: bytes,
    tmp_path: Path,
) -> None:
    name = digest_of(announced)
    assert get(client, laptop, f"/v1/attachments/{name}").get_json() == {
        "size": 40_000,
        "received": 0,
        "stored": False,
    }
    assert put(client, laptop, name, announced[:16_384]).get_json()["received"] == 16_384
    hole = problem(put(client, laptop, name, announced[20_000:], 20_000), "bad_offset")
    assert hole["fields"] == {"received": 16_384}
    done = put(client, laptop, name, announced[16_384:], 16_384)
    assert done.get_json() == {"size": 40_000, "received": 40_000, "stored": True}
    assert Shelf(str(tmp_path / "attachments")).get(name) == announced
    assert len(done.data) < 60, "the answer is short"


def test_what_is_no_chunk_is_refused_before_it_is_read(
    client: FlaskClient,
    laptop: Laptop,
    announced: bytes,
) -> None:
    name, chunk = digest_of(announced), announced[:100]
    problem(put(client, None, name, chunk), "not_enrolled")
    problem(put(client, laptop, name, bytes(LARGEST_CHUNK + 1)), "too_large")
    problem(put(client, laptop, name, chunk, headers={"Content-Type": "text/html"}), "bad_content_type")
    problem(put(client, laptop, name, chunk, headers={"Content-Encoding": "gzip"}), "unknown_encoding")
    problem(put(client, laptop, name, chunk, digest="0" * 64), "hash_mismatch")
    for lie in ("-1", "x", "9" * 30, "1e3", ""):
        problem(put(client, laptop, name, chunk, offset=lie), "validation_failed")
    problem(put(client, laptop, name, chunk, digest="A" * 64), "validation_failed")
    problem(put(client, laptop, "0" * 64, chunk), "not_found")


def test_two_hundred_hostile_names_write_nothing(
    client: FlaskClient,
    laptop: Laptop,
    announced: bytes,
    tmp_path: Path,
) -> None:
    before = sorted(path for path in tmp_path.rglob("*") if "office.db" not in path.name)
    for name in hostile_names():
        path = quote(name, safe="")
        answer = put(client, laptop, path, announced[:100])
        assert answer.status_code in (308, 400, 404, 405), (name, answer.status_code)
    assert sorted(path for path in tmp_path.rglob("*") if "office.db" not in path.name) == before
    assert put(client, laptop, digest_of(announced), announced[:100]).status_code == 200, "the control"


def test_a_paper_comes_down_in_pieces_to_its_own_agent_only(
    client: FlaskClient,
    world: World,
    laptop: Laptop,
    tmp_path: Path,
) -> None:
    filed = file_paper(world, Shelf(str(tmp_path / "attachments")))
    path = f"/v1/documents/{filed.sha256}"
    whole = b""
    while piece := get(client, laptop, path, offset=len(whole), limit=4_000).data:
        whole += piece
    assert whole == PDF
    problem(get(client, enrolled(world, "Benito"), path), "not_found")
    problem(get(client, laptop, path, limit=LARGEST_CHUNK + 1), "validation_failed")
    problem(client.get(path), "not_enrolled")


def test_the_documented_messages_are_what_the_office_answers(
    client: FlaskClient, world: World, laptop: Laptop, tmp_path: Path
) -> None:
    """Every step of docs/protocol.md, section 9, in its order."""
    told: Any = vectors()["files"]
    DocumentRecord().load(told["record"])
    laptop.write("attachment.added", told["event"] | {"visit": laptop.visit().id})
    receiving.receive(world.engine, world.signer, laptop.device, laptop.request(None), NOW)
    file_paper(world, Shelf(str(tmp_path / "attachments")), data=bytes.fromhex(told["paper"]))
    for step in told["steps"]:
        method, path = step["asks"].split(" ")
        headers = {"Authorization": laptop.authorization}
        if "body" in step:
            headers["Content-Type"] = "application/octet-stream"
        answer = client.open(path, method=method, data=bytes.fromhex(step.get("body", "")), headers=headers)
        assert answer.status_code == step["status"], step
        if "code" in step:
            assert problem(answer, step["code"])["fields"] == step["fields"]
        elif "bytes" in step:
            assert answer.data.hex() == step["bytes"]
        else:
            assert answer.get_json() == step["answer"]
