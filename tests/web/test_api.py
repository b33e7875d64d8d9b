"""The laptops' door over HTTP: bodies, answers and errors, in process."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from server import enrolling
from server.config import Config
from server.office import Office
from server.store import tables as t
from server.store.engine import open_engine
from server.web import api
from sync.ids import new_incarnation
from sync.keys import new_signing_key
from sync.wire import codec
from sync.wire.errors import CATALOGUE, MEDIA_TYPE, told
from sync.wire.messages import EnrolReply, SyncReply
from tests.office.builders import NOW, Laptop, World, enrolled, quick_engine, small_world


@pytest.fixture(scope="module")
def empty_office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("empty")
    quick_engine(folder).dispose()
    return folder


@pytest.fixture
def world(tmp_path: Path, empty_office: Path) -> Iterator[World]:
    shutil.copytree(empty_office, tmp_path, dirs_exist_ok=True)
    engine = open_engine(f"sqlite:///{tmp_path / 'office.db'}")
    yield small_world(engine)
    engine.dispose()


@pytest.fixture
def office(world: World, tmp_path: Path) -> Office:
    config = Config(tmp_path, str(world.engine.url))
    return Office(config, world.engine, world.signer, world.recovery_public, "secret")


@pytest.fixture
def client(office: Office) -> FlaskClient:
    """Behind a site of its own, as the office's pages are."""
    site = Flask("site")
    site.config.update(TESTING=True, RATELIMIT_ENABLED=False)
    site.extensions[api.here.CLOCK] = lambda: NOW
    site.add_url_rule("/", view_func=lambda: "la cartera")
    api.register(site, office)
    return site.test_client()


@pytest.fixture
def laptop(world: World) -> Laptop:
    return enrolled(world)


def post(
    client: FlaskClient, path: str, body: Any, laptop: Laptop | None = None, **headers: str
) -> TestResponse:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    given = {"Content-Type": "application/json"} | {name.replace("_", "-"): v for name, v in headers.items()}
    if laptop is not None:
        given["Authorization"] = laptop.authorization
    return client.post(path, data=data, headers=given)


def problem(response: TestResponse, code: str) -> dict[str, Any]:
    """The problem document, which must be of this code, whole and not cached."""
    assert response.mimetype == MEDIA_TYPE, response.data
    document: dict[str, Any] = json.loads(response.data)
    assert document["code"] == code
    assert response.status_code == document["status"] == CATALOGUE[code].status
    known = told(document)
    assert known is not None
    assert str(known.detail)
    assert response.headers["Cache-Control"] == "no-store"
    return document


def test_a_laptop_enrols_seals_its_key_and_syncs(client: FlaskClient, world: World) -> None:
    code = enrolling.issue_code(world.engine, world.agents["Ana"], actor="cli", now=NOW)
    key, incarnation = new_signing_key(), new_incarnation()
    request = {
        "code": code,
        "device_name": "portátil",
        "public_key": key.public.hex(),
        "incarnation": incarnation,
        "client": "test",
    }
    reply = post(client, "/v1/enrol", request).get_json()
    EnrolReply().load(reply)
    device = enrolling.authenticate(world.engine, f"Bearer {reply['device']}.{reply['token']}")
    laptop = Laptop(world, device, reply["token"], key, incarnation)
    assert post(client, "/v1/seal", {"sealed_key": "ab" * 80}, laptop).get_json() == {"sealed": True}
    visit = laptop.visit()
    said = post(client, "/v1/sync", laptop.request(None), laptop).get_json()
    SyncReply().load(said)
    assert said["have"] == {"incarnation": incarnation, "n": 1, "h": visit.h.hex()}
    assert ("visit", visit.id) in {(row["kind"], row["id"]) for row in said["page"]["rows"]}


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_bodies_are_compressed_both_ways(client: FlaskClient, laptop: Laptop, encoding: str) -> None:
    laptop.visit()
    body, named = codec.encode(laptop.request(None), (encoding,))
    assert named == encoding
    response = post(
        client, "/v1/sync", body, laptop, Content_Encoding=encoding, Accept_Encoding=f"{encoding};q=1"
    )
    assert response.headers["Content-Encoding"] == encoding
    reply = codec.decode(response.data, encoding)
    assert reply["have"]["n"] == 1


def test_without_accept_encoding_the_answer_is_plain(client: FlaskClient, laptop: Laptop) -> None:
    response = post(client, "/v1/sync", laptop.request(), laptop)
    assert "Content-Encoding" not in response.headers
    assert json.loads(response.data)["protocol"] == 1


@pytest.mark.parametrize(
    ("body", "headers", "code"),
    [
        (b"{", {}, "bad_json"),
        (b"\xff\xfe", {}, "bad_json"),
        (b"[" * 80_000, {}, "bad_json"),
        (b'{"a":' * 40_000, {}, "bad_json"),
        (b'{"a": NaN}', {}, "bad_json"),
        (b'{"a": 1, "a": 2}', {}, "bad_json"),
        (b"", {}, "bad_json"),
        (b"[]", {}, "validation_failed"),
        (b"{}", {}, "validation_failed"),
        (b"null", {}, "validation_failed"),
        (b"{}", {"Content-Type": "text/plain"}, "bad_content_type"),
        (b"{}", {"Content-Encoding": "br"}, "unknown_encoding"),
        (b"{}", {"Content-Encoding": "gzip"}, "bad_encoding"),
        (b"{}", {"Content-Encoding": "zstd"}, "bad_encoding"),
        (gzip.compress(b" " * (codec.LIMIT + 1)), {"Content-Encoding": "gzip"}, "too_large"),
        (zstandard.compress(b" " * (codec.LIMIT + 1)), {"Content-Encoding": "zstd"}, "too_large"),
        (b" " * (codec.LIMIT + 1), {}, "too_large"),
    ],
)  # fmt: skip
def test_a_body_that_is_no_message_is_told_what_is_wrong(
    client: FlaskClient, laptop: Laptop, body: bytes, headers: dict[str, str], code: str
) -> None:
    for path in ("/v1/sync", "/v1/enrol", "/v1/seal"):
        given = {"Content-Type": "application/json", "Authorization": laptop.authorization} | headers
        problem(client.post(path, data=body, headers=given), code)


def test_a_validation_error_names_the_fields(client: FlaskClient, laptop: Laptop) -> None:
    request = laptop.request()
    request["hello"]["clock"]["wall"] = "mañana"
    document = problem(post(client, "/v1/sync", request, laptop), "validation_failed")
    assert "wall" in json.dumps(document["fields"])


@pytest.mark.parametrize("path", ["/v1/sync", "/v1/seal"])
def test_without_a_token_nothing_is_read(client: FlaskClient, laptop: Laptop, path: str) -> None:
    response = post(client, path, b"{")
    problem(response, "not_enrolled")
    assert response.headers["WWW-Authenticate"] == "Bearer"
    wrong = {"Authorization": laptop.authorization + "x", "Content-Type": "application/json"}
    problem(client.post(path, data=b"{}", headers=wrong), "not_enrolled")


def test_a_revoked_laptop_is_told_so_and_its_events_are_kept(client: FlaskClient, laptop: Laptop) -> None:
    enrolling.revoke(laptop.world.engine, laptop.device.id, actor="cli", now=NOW)
    laptop.visit()
    problem(post(client, "/v1/sync", laptop.request(None), laptop), "revoked")
    problem(post(client, "/v1/seal", {"sealed_key": "ab"}, laptop), "revoked")
    assert [row["sealed"] for row in laptop.world.rows(t.events)] == [True]


@pytest.mark.parametrize("path", ["/v1/sync", "/v1/enrol", "/v1/seal"])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_another_method_is_told_which_are_allowed(client: FlaskClient, path: str, method: str) -> None:
    response = client.open(path, method=method)
    problem(response, "wrong_method")
    assert "POST" in response.headers["Allow"]


@pytest.mark.parametrize("path", ["/v1", "/v1/", "/v1/nothing", "/v1/sync/", "/v1/../v1/x"])
def test_what_is_not_there_is_a_problem_too(client: FlaskClient, path: str) -> None:
    problem(client.get(path), "not_found")


def test_the_pages_beside_it_are_untouched(client: FlaskClient) -> None:
    assert client.get("/").text == "la cartera"
    assert client.get("/v1x").status_code == 404
    assert client.get("/v1x").mimetype == "text/html"


def test_no_cookie_is_set_and_none_is_needed(client: FlaskClient, laptop: Laptop) -> None:
    response = post(client, "/v1/sync", laptop.request(), laptop)
    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers
    assert response.headers["Cache-Control"] == "no-store"


def test_an_answer_that_is_no_exchange_is_never_taken_for_a_page(client: FlaskClient, laptop: Laptop) -> None:
    for response in (client.get("/v1/openapi.json"), client.get("/v1/nothing"), post(client, "/v1/sync", {})):
        assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_what_a_slow_line_carries_of_an_exchange_is_only_what_the_laptop_reads(
    client: FlaskClient, laptop: Laptop
) -> None:
    names = {name for name, _ in post(client, "/v1/sync", laptop.request(), laptop).headers}
    assert names == {"Content-Type", "Content-Length", "Cache-Control"}


def test_guessing_codes_is_slowed_down(office: Office) -> None:
    client = api.create(office, clock=lambda: NOW).test_client()
    request = {
        "code": "AAAAA-BBBBB-CCCCC",
        "device_name": "x",
        "public_key": "ab" * 32,
        "incarnation": new_incarnation(),
        "client": "test",
    }
    answers = [post(client, "/v1/enrol", request) for _ in range(21)]
    assert {answer.status_code for answer in answers[:20]} == {403}
    problem(answers[20], "rate_limited")
    assert answers[20].headers["Retry-After"]


@pytest.mark.parametrize(
    ("said", "code"), [("database is locked", "busy"), ("database or disk is full", "storage_full")]
)
def test_a_database_in_trouble_asks_to_come_again(
    client: FlaskClient, laptop: Laptop, monkeypatch: pytest.MonkeyPatch, said: str, code: str
) -> None:
    def trouble(*_: Any, **__: Any) -> Any:
        raise OperationalError("INSERT", {}, Exception(said))

    monkeypatch.setattr("server.receiving.exchange", trouble)
    problem(post(client, "/v1/sync", laptop.request(), laptop), code)


def test_a_fault_of_ours_is_a_problem_without_its_secrets(
    client: FlaskClient, laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fault(*_: Any, **__: Any) -> Any:
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr("server.receiving.exchange", fault)
    response = post(client, "/v1/sync", laptop.request(), laptop)
    problem(response, "internal")
    assert b"hunter2" not in response.data


def test_the_openapi_document_tells_every_door_and_its_errors(client: FlaskClient) -> None:
    said = client.get("/v1/openapi.json").get_json()
    assert said["openapi"].startswith("3.1")
    assert set(said["paths"]) == {
        "/v1/enrol",
        "/v1/seal",
        "/v1/sync",
        "/v1/attachments/{sha256}",
        "/v1/documents/{sha256}",
    }
    assert said["paths"]["/v1/sync"]["post"]["security"] == [{"device": []}]
    assert "security" not in said["paths"]["/v1/enrol"]["post"]
    receipt = said["components"]["schemas"]["ReceiptMessage"]["properties"]
    assert receipt["signature"]["pattern"] == "^([0-9a-f]{2}){64}$"
    assert receipt["server_time"]["format"] == "date-time"
    error = said["components"]["schemas"]["Problem"]["properties"]
    assert {"type", "title", "status", "detail", "code"} <= set(error)
