"""A laptop of the version before, against today's office: what it pushes is always taken.

`tests/wire/recordings/laptop-0.1.0.json` holds an office of that version as rows, and the very messages
its laptops then sent: a day of visits, a repeat, an enrolment. Today's office takes the rows over by its
migrations and answers the messages through its own door.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import text

from server import enrolling
from server.app import create_app
from server.config import Config
from server.demo.processes import Server
from server.office import Office
from server.store import schema
from server.store import tables as t
from server.store.engine import open_engine, reading, writing
from sync.keys import OFFICE, Keyring, signing_key
from sync.ledger import Receipt
from sync.wire import codec
from tests.office.builders import World, quick_engine, small_world
from tests.office.test_backups import office_in

RECORDED = Path(__file__).parents[1] / "wire" / "recordings" / "laptop-0.1.0.json"
BEFORE = "305a312"  # the commit that version was published from
PASSPHRASE = "una contraseña larga"
# What that version took from the network; a body in any other encoding would be noise to it.
ITS_ENCODINGS = ("zstd", "gzip", None)


@pytest.fixture(scope="module")
def recorded() -> dict[str, Any]:
    said: dict[str, Any] = json.loads(RECORDED.read_text(encoding="utf-8"))
    return said


@pytest.fixture
def taken_over(recorded: dict[str, Any], tmp_path: Path) -> Iterator[Office]:
    """The recorded office, filled under its own schema and then migrated to ours."""
    url = f"sqlite:///{tmp_path / 'office.db'}"
    engine = open_engine(url)
    with writing(engine) as connection:
        config = schema.alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, recorded["schema"])
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        for table, rows in recorded["office"].items():
            for row in rows:
                names = ", ".join(f'"{name}"' for name in row)
                places = ", ".join(f":{name}" for name in row)
                connection.execute(
                    text(f'INSERT INTO "{table}" ({names}) VALUES ({places})'),  # our own file
                    {name: _cell(value) for name, value in row.items()},
                )
    schema.upgrade(engine)
    signer = signing_key(bytes.fromhex(recorded["signer"]))
    yield Office(Config(tmp_path, url), engine, signer, bytes.fromhex(recorded["recovery_public"]), "secret")
    engine.dispose()


def _cell(value: Any) -> Any:
    return bytes.fromhex(value["hex"]) if isinstance(value, dict) else value


def replay(office: Office, recorded: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Every message through the office's door as that laptop sent it: (what was said, today's answer)."""
    now = datetime.fromisoformat(recorded["now"])
    client = create_app(office, testing=True, clock=lambda: now).test_client()
    answers: list[tuple[dict[str, Any], dict[str, Any]]] = []
    renamed: dict[str, str] = {}
    for said in recorded["said"]:
        body, encoding = codec.encode(said["request"], ("zstd",))
        headers = {"Content-Type": "application/json", "Accept-Encoding": "zstd, gzip"}
        if encoding != "identity":
            headers["Content-Encoding"] = encoding
        if said["authorization"]:
            headers["Authorization"] = renamed.get(said["authorization"], said["authorization"])
        response = client.post(said["path"], data=body, headers=headers)
        assert response.status_code == 200, (said["path"], response.data[:500])
        assert response.headers.get("Content-Encoding") in ITS_ENCODINGS
        answer = codec.decode(response.data, response.headers.get("Content-Encoding"))
        if said["path"] == "/v1/enrol":
            # The new laptop's name and token are today's; its later messages carry them.
            theirs = said["reply"]
            renamed[f"Bearer {theirs['device']}.{theirs['token']}"] = (
                f"Bearer {answer['device']}.{answer['token']}"
            )
        answers.append((said, answer))
    return answers


def test_every_push_of_the_version_before_is_taken_and_applied(
    taken_over: Office, recorded: dict[str, Any]
) -> None:
    pushes = 0
    for said, answer in replay(taken_over, recorded):
        push = said["request"].get("push")
        if push is not None:
            pushes += 1
            assert answer["have"] == push["head"] == said["reply"]["have"]
            assert answer["quarantined"] == said["reply"]["quarantined"] == []
    assert pushes == 2
    with reading(taken_over.engine) as connection:
        held = connection.execute(t.events.select()).mappings().all()
        visits = connection.execute(t.visits.select()).all()
        promises = connection.execute(t.promises.select()).all()
    sent = sum(len((said["request"].get("push") or {"events": []})["events"]) for said in recorded["said"])
    assert len(held) == sent + 1  # one was there when the office was taken over
    assert (len(visits), len(promises)) == (4, 1)
    assert all(row["quarantine"] is None for row in held)


def test_what_the_version_before_reads_is_all_there(taken_over: Office, recorded: dict[str, Any]) -> None:
    """Nothing it needs is gone or has become something else; what it does not know it ignores."""
    for said, answer in replay(taken_over, recorded):
        assert _lacking(said["reply"], answer) == [], said["path"]


def _lacking(old: Any, new: Any, path: str = "") -> list[str]:
    """Where today's answer has lost a field, or holds another kind of thing."""
    if isinstance(old, dict) and isinstance(new, dict):
        found = []
        for name, value in old.items():
            if name not in new:
                found.append(f"{path}.{name} is gone")
            elif value is not None and new[name] is not None:
                found += _lacking(value, new[name], f"{path}.{name}")
        return found
    if isinstance(old, list) and isinstance(new, list):
        pairs = [(one, other) for one in old for other in new if _named(one) == _named(other)]
        return [wrong for one, other in pairs for wrong in _lacking(one, other, path)]
    same = type(old) is type(new) or (isinstance(old, int | float) and isinstance(new, int | float))
    return [] if same else [f"{path} was {type(old).__name__}, is {type(new).__name__}"]


def _named(row: Any) -> Any:
    """Rows of a page are paired by what they are of, not by their place."""
    return (row.get("kind"), row.get("id")) if isinstance(row, dict) else row


def test_a_reply_that_lost_a_field_would_be_noticed() -> None:
    old = {"have": {"n": 1}, "page": {"rows": [{"id": "x", "number": 2}]}}
    assert _lacking(old, old | {"more": 1}) == []
    assert _lacking(old, {"have": {"n": "1"}, "page": {"rows": [{"id": "y"}, {"id": "x"}]}}) == [
        ".have.n was int, is str",
        ".page.rows.number is gone",
    ]


def test_receipts_for_the_version_before_hold_with_the_keys_it_has(
    taken_over: Office, recorded: dict[str, Any]
) -> None:
    with reading(taken_over.engine) as connection:
        keys: Keyring = enrolling.keyring_of(connection)
    receipts = [answer["receipt"] for _, answer in replay(taken_over, recorded) if answer.get("receipt")]
    assert len(receipts) == 2
    for said in receipts:
        receipt = Receipt.from_json(said)
        wrong = keys.check(
            receipt.key_id, receipt.signature, receipt.signed_bytes(), purpose=OFFICE, at=receipt.at
        )
        assert wrong is None


@pytest.fixture
def old_tree(tmp_path: Path) -> Path:
    """The program of that version, out of the history where there is one."""
    root = Path(__file__).parents[2]
    git = shutil.which("git")
    known = git and subprocess.run([git, "-C", root, "cat-file", "-e", f"{BEFORE}^{{commit}}"], check=False)
    if not known or known.returncode != 0:
        pytest.skip(
            f"the history with {BEFORE} is not here: there is no program of the version before to run"
        )
    tree = tmp_path / "before"
    tree.mkdir()
    packed = subprocess.run(
        [str(git), "-C", root, "archive", BEFORE, "sync", "field_client"], check=True, capture_output=True
    )
    subprocess.run(["tar", "x", "-C", tree], input=packed.stdout, check=True)
    return tree


@pytest.mark.slow
def test_the_program_of_the_version_before_enrols_and_exchanges_with_todays_office(
    old_tree: Path, tmp_path: Path
) -> None:
    place = tmp_path / "office"
    place.mkdir()
    world: World = small_world(quick_engine(place))
    office = office_in(place, world)
    code = enrolling.issue_code(world.engine, world.agents["Ana"], actor="cli", now=datetime.now(UTC))
    environ = os.environ | {
        "PYTHONPATH": str(old_tree),
        "RONDA_FIELD_DATA": str(tmp_path / "laptop"),
        "RONDA_FIELD_PASSPHRASE": PASSPHRASE,
    }

    def old(*arguments: str) -> dict[str, Any]:
        done = subprocess.run(
            [sys.executable, "-m", "sync", "field", *arguments, "--json"],
            cwd=old_tree,
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
        return found

    server = Server(
        ["office", "serve", "--port", "0"], {"RONDA_DATA": str(office.config.data)}, tmp_path / "log"
    )
    try:
        old("enrol", "--server", server.start(), "--code", code)
        assert old("sync")["received"] > 0
        again = old("sync")
    finally:
        server.stop()
    assert (again["ok"], again["unsent"], again["differed"]) == (True, 0, 0)
    with reading(world.engine) as connection:
        clients = [row.client for row in connection.execute(t.devices.select())]
    assert clients == ["ronda/0.1.0"]
    world.engine.dispose()
