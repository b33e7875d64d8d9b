"""Who comes into an office, with which role and scope, and who is refused in words."""

from __future__ import annotations

import json
import shutil
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from click.testing import CliRunner, Result

from server.cli import office as office_command
from server.config import Config, WrongConfig, config_from
from server.hiring import NewPerson, change_password, dismiss, hire, new_password
from server.office import NoOffice, initialise, open_office
from server.store import agents, people
from server.store import tables as t
from server.store.engine import reading
from sync.records import Refused, UserRole

from .builders import NOW, World

ROSA = NewPerson("rosa", "Rosa Díaz", UserRole.COLLECTOR, branch="Centro", home=(5.826, -73.033))


@pytest.fixture
def office(world: World) -> World:
    from server.store.engine import writing

    with writing(world.engine) as connection:
        people.ensure_roles(connection)
    return world


def ronda(*words: str, data: Path) -> Result:
    return CliRunner().invoke(office_command, [*words, "--data", str(data)])


def test_a_collector_becomes_an_agent_with_his_shift_and_home(office: World) -> None:
    hired = hire(office.engine, ROSA, actor="sonia", now=NOW)
    assert not isinstance(hired, Refused)
    with reading(office.engine) as connection:
        agent = agents.by_username(connection, "rosa")
        user = people.by_username(connection, "rosa")
    assert agent is not None
    assert agent.id == hired.agent_id
    assert agent.home == (5.826, -73.033)
    assert user is not None
    assert user["must_change_password"]
    assert PasswordHasher().verify(user["password"], hired.password)
    assert [row["subject"] for row in office.rows(t.facts) if row["kind"] == "user.added"] == ["rosa"]


def test_a_supervisor_is_no_agent(office: World) -> None:
    hired = hire(office.engine, NewPerson("carla", "Carla", UserRole.SUPERVISOR), actor="sonia", now=NOW)
    assert not isinstance(hired, Refused)
    assert hired.agent_id is None


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        (replace(ROSA, username="Rosa Díaz"), "people.username"),
        (replace(ROSA, username="../rosa"), "people.username"),
        (replace(ROSA, name="  "), "people.name"),
        (replace(ROSA, password="corta"), "people.password"),
        (replace(ROSA, shift=("17:00", "08:00")), "people.shift"),
        (replace(ROSA, shift=("8", "17")), "people.shift"),
        (replace(ROSA, home=(95.0, 0.0)), "people.home"),
        (replace(ROSA, timezone="Bogotá"), "people.timezone"),
        (replace(ROSA, timezone="../etc/passwd"), "people.timezone"),
        (replace(ROSA, lender="Nadie"), "people.lender"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_wrong_with_a_new_person_is_said_and_nobody_is_added(
    office: World, wrong: NewPerson, rule: str
) -> None:
    refused = hire(office.engine, wrong, actor="sonia", now=NOW)
    assert isinstance(refused, Refused)
    assert refused.rule == rule
    assert str(refused.reason)
    assert office.rows(t.users) == []


def test_a_username_is_taken_once(office: World) -> None:
    hire(office.engine, ROSA, actor="sonia", now=NOW)
    assert isinstance(hire(office.engine, ROSA, actor="sonia", now=NOW), Refused)
    assert len(office.rows(t.users)) == 1


def test_a_new_password_or_a_dismissal_ends_the_open_sessions(office: World) -> None:
    hire(office.engine, ROSA, actor="sonia", now=NOW)
    [first] = office.rows(t.users)
    assert isinstance(new_password(office.engine, "rosa", actor="sonia", now=NOW), str)
    [second] = office.rows(t.users)
    assert change_password(office.engine, "rosa", "una-buena-clave", now=NOW) is None
    [third] = office.rows(t.users)
    assert dismiss(office.engine, "rosa", actor="sonia", now=NOW) is None
    [last] = office.rows(t.users)
    assert len({row["fs_uniquifier"] for row in (first, second, third, last)}) == 4
    assert (second["must_change_password"], third["must_change_password"]) == (True, False)
    assert not last["active"]


def test_init_makes_an_office_once_and_asks_nothing(tmp_path: Path) -> None:
    data = tmp_path / "data"
    made = ronda("init", "--json", data=data)
    assert made.exit_code == 0
    said = json.loads(made.output)
    again = ronda("init", "--json", data=data)
    assert json.loads(again.output)["password"] is None, "a second run gives no second password"
    with reading(open_office(config_from({}, data)).engine) as connection:
        admin = people.by_username(connection, said["username"])
    assert admin is not None
    assert PasswordHasher().verify(admin["password"], said["password"])


def test_an_office_that_lost_its_keys_gets_no_new_ones(tmp_path: Path) -> None:
    data = tmp_path / "data"
    ronda("init", data=data)
    recovery = (data / "keys" / "recovery.pub").read_bytes()
    (data / "keys" / "signing.pem").unlink()
    for words in (("init",), ("user", "list")):
        refused = ronda(*words, data=data)
        assert refused.exit_code == 1
        assert "signing.pem" in refused.output
        assert "backup" in refused.output
    assert (data / "keys" / "recovery.pub").read_bytes() == recovery
    shutil.rmtree(data / "keys")
    assert ronda("init", data=data).exit_code == 1
    assert not (data / "keys").exists()


def test_a_folder_that_cannot_be_made_and_a_file_that_is_no_database_are_sentences(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    nowhere = ronda("init", data=tmp_path / "file" / "data")
    assert (nowhere.exit_code, "Traceback" in nowhere.output) == (1, False)
    data = tmp_path / "data"
    ronda("init", data=data)
    (data / "office.db").write_bytes(b"not a database at all" * 100)
    broken = ronda("user", "list", data=data)
    assert broken.exit_code == 1
    assert "could not be used" in broken.output


def test_a_port_that_is_none_is_refused(tmp_path: Path) -> None:
    ronda("init", data=tmp_path / "data")
    assert ronda("serve", "--port", "70000", data=tmp_path / "data").exit_code == 2


def test_private_keys_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    config = Config(tmp_path / "data", f"sqlite:///{tmp_path / 'data' / 'office.db'}")
    initialise(config, NOW)
    for path in config.keys.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name
    assert stat.S_IMODE(config.keys.stat().st_mode) == 0o700


def test_what_is_wrong_with_the_folder_or_the_database_is_a_sentence(tmp_path: Path) -> None:
    nothing = ronda("user", "list", data=tmp_path / "nothing")
    assert nothing.exit_code == 1
    assert "ronda office init" in nothing.output
    a_file = tmp_path / "file"
    a_file.write_text("x")
    refused = ronda("init", data=a_file)
    assert refused.exit_code == 1
    assert "is a file" in refused.output
    with pytest.raises(WrongConfig):
        config_from({"RONDA_DATA": str(a_file)})
    with pytest.raises(NoOffice):
        open_office(config_from({}, tmp_path / "nothing"))


def test_a_database_of_another_kind_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RONDA_DATABASE_URL", "mysql://localhost/ronda")
    refused = ronda("init", data=tmp_path / "data")
    assert refused.exit_code == 1
    assert "postgresql://" in refused.output
    assert "Traceback" not in refused.output


def test_the_commands_add_list_and_close_people(tmp_path: Path) -> None:
    data = tmp_path / "data"
    ronda("init", data=data)
    added = ronda(
        "user",
        "add",
        "rosa",
        "--name",
        "Rosa Díaz",
        "--role",
        "collector",
        "--home",
        "5.8,-73.0",
        "--json",
        data=data,
    )
    assert added.exit_code == 0
    assert json.loads(added.output)["agent"]
    listed = json.loads(ronda("user", "list", "--json", data=data).output)["users"]
    assert [(row["username"], row["roles"]) for row in listed] == [
        ("admin", ["administrator"]),
        ("rosa", ["collector"]),
    ]
    assert ronda("user", "disable", "rosa", data=data).exit_code == 0
    unknown = ronda("user", "disable", "nadie", data=data)
    assert unknown.exit_code == 1
    wrong_home = ronda("user", "add", "x1", "--name", "X", "--role", "collector", "--home", "aquí", data=data)
    assert wrong_home.exit_code == 2
    assert "LAT,LON" in wrong_home.output
