"""Two people open a laptop, never one; what comes out opens it once, or gives the office its unsent work."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from field_client import folder as folders
from field_client import recovering as laptop_side
from field_client.cli import field
from field_client.enrolling import enrol_with
from server import enrolling, recovering
from server.cli import office as office_command
from server.config import config_from
from server.hiring import Hired, NewPerson, hire
from server.office import initialise, open_office
from server.recovering import Person
from server.store import recoveries
from server.store import tables as t
from server.store.engine import reading
from sync import recovery_file
from sync.exchange.carrying import unpack
from sync.keys import new_signing_key
from sync.records import Refused, UserRole
from sync.sealing import BrokenKey, WrongPassphrase, new_recovery_key, recovery_key_from_pem, recovery_pem
from tests.laptop.builders import CHEAP, PASSPHRASE, StandingClock
from tests.laptop.keyed import Keyed, new_keyed
from tests.laptop.pairs import InProcessPeer
from tests.office.builders import NOW, World, quick_engine

NORA = Person("nora", frozenset({UserRole.COORDINATOR}))
CARLA = Person("carla", frozenset({UserRole.SUPERVISOR}))
HUGO = Person("hugo", frozenset({UserRole.COLLECTOR}))
NEW = "otra contraseña larga"
WHY = "Ana olvidó su contraseña"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("office")
    quick_engine(folder).dispose()
    return folder


@pytest.fixture
def keyed(tmp_path: Path, template: Path) -> Iterator[Keyed]:
    made = new_keyed(tmp_path, template)
    yield made
    made.pair.store.close()
    made.pair.world.engine.dispose()


def approved(keyed: Keyed) -> str:
    engine, now = keyed.pair.world.engine, keyed.pair.clock.now
    asked = recovering.start(engine, keyed.device, WHY, by=NORA, now=now)
    assert isinstance(asked, str)
    assert not isinstance(recovering.approve(engine, asked, by=CARLA, now=now), Refused)
    return asked


def packaged(keyed: Keyed, recovery: str) -> recovering.Packaged | Refused:
    world = keyed.pair.world
    return recovering.package(
        world.engine, world.signer, keyed.private, recovery, by=NORA, now=keyed.pair.clock.now, cost=CHEAP
    )


def test_a_forgotten_passphrase_is_replaced_and_nothing_is_lost(keyed: Keyed) -> None:
    pair = keyed.pair
    visit = pair.visit("Rosa").visit
    pair.store.close()
    made = packaged(keyed, approved(keyed))
    assert isinstance(made, recovering.Packaged)
    assert made.code.encode() not in made.file
    reading_now = pair.clock.read()
    laptop_side.recover(pair.folder, made.file, made.code.lower(), NEW, reading_now, CHEAP)
    with pytest.raises(WrongPassphrase):
        folders.open_laptop(pair.folder, PASSPHRASE)
    pair.store = folders.open_laptop(pair.folder, NEW)
    assert pair.counts()["visits_unsent"] == 1
    pair.exchange()
    assert pair.held() == {visit}
    with pytest.raises(laptop_side.NotRecovered, match="ya se usó"):
        laptop_side.recover(pair.folder, made.file, made.code, PASSPHRASE, reading_now, CHEAP)
    kinds = [row["kind"] for row in pair.world.rows(t.facts) if row["subject"] == keyed.device]
    assert kinds[-3:] == ["recovery.started", "recovery.approved", "recovery.packaged"]


def test_one_person_alone_opens_nothing(keyed: Keyed) -> None:
    engine, now = keyed.pair.world.engine, keyed.pair.clock.now
    asked = recovering.start(engine, keyed.device, WHY, by=CARLA, now=now)
    assert isinstance(asked, str)
    own = recovering.approve(engine, asked, by=CARLA, now=now)
    assert isinstance(own, Refused)
    assert own.rule == "recovery.two"
    assert isinstance(packaged(keyed, asked), Refused)
    assert isinstance(recovering.approve(engine, asked, by=NORA, now=now), Refused)  # asks, agrees not
    assert isinstance(recovering.start(engine, keyed.device, WHY, by=HUGO, now=now), Refused)
    assert isinstance(recovering.start(engine, keyed.device, "ya", by=NORA, now=now), Refused)
    assert isinstance(recovering.start(engine, "nadie", WHY, by=NORA, now=now), Refused)
    root = Person("root", frozenset({UserRole.ADMINISTRATOR}))
    assert not isinstance(recovering.approve(engine, asked, by=root, now=now), Refused)
    assert isinstance(packaged(keyed, asked), recovering.Packaged)
    assert isinstance(packaged(keyed, asked), Refused)  # once


def test_an_approval_expires_and_can_be_withdrawn(keyed: Keyed) -> None:
    engine = keyed.pair.world.engine
    late, closed = approved(keyed), approved(keyed)
    assert not isinstance(recovering.close(engine, closed, by=CARLA, now=keyed.pair.clock.now), Refused)
    keyed.pair.clock.forward(days=2, minutes=1)
    for recovery, rule in ((late, "recovery.expired"), (closed, "recovery.closed")):
        refused = packaged(keyed, recovery)
        assert isinstance(refused, Refused)
        assert refused.rule == rule


def test_a_package_for_another_laptop_forged_or_late_changes_nothing(keyed: Keyed, tmp_path: Path) -> None:
    pair = keyed.pair
    made = packaged(keyed, approved(keyed))
    assert isinstance(made, recovering.Packaged)
    pair.store.close()
    good = pair.clock.read()
    key = recovery_file.read(made.file).key(made.code)
    forged = recovery_file.make(
        new_signing_key(),
        recovery="x",
        device=keyed.device,
        expires=good.wall + timedelta(days=1),
        key=key,
        code=made.code,
        cost=CHEAP,
    )
    other = made.file.replace(keyed.device.encode(), b"00000000-0000-7000-8000-000000000001")
    pair.clock.forward(days=3)
    late = pair.clock.read()
    for file, code, when, wrong in (
        (forged, made.code, good, laptop_side.NotRecovered),
        (other, made.code, good, laptop_side.NotRecovered),
        (made.file, made.code, late, laptop_side.NotRecovered),
        (made.file, "AAAAA-BBBBB-CCCCC-DDDDD", good, WrongPassphrase),
        (b"{}", made.code, good, BrokenKey),
        (made.file[:-40], made.code, good, BrokenKey),
    ):
        with pytest.raises(wrong):
            laptop_side.recover(pair.folder, file, code, NEW, when, CHEAP)
    with pytest.raises(folders.WeakPassphrase):
        laptop_side.recover(pair.folder, made.file, made.code, "corta", good, CHEAP)
    pair.store = folders.open_laptop(pair.folder, PASSPHRASE)


def test_a_dismissed_collectors_copied_folder_gives_the_office_all_he_had_not_sent(keyed: Keyed) -> None:
    pair = keyed.pair
    sent = pair.visit("Rosa").visit
    pair.exchange()
    unsent = pair.visit("Luis").visit
    enrolling.revoke(pair.world.engine, keyed.device, actor="nora", now=pair.clock.now)
    copy = pair.copied("copia")
    before = {path.name: path.read_bytes() for path in copy.iterdir()}
    recovery = approved(keyed)
    made = recovering.read(pair.world.engine, keyed.private, recovery, copy, by=NORA, now=pair.clock.now)
    assert isinstance(made, recovering.Read)
    assert made.events == 2
    assert {path.name: path.read_bytes() for path in copy.iterdir()} == before
    assert keyed.taken(made.file).refused == ("revoked",)
    assert pair.held() == {sent}  # sealed, until the opening is named
    taken = keyed.taken(made.file, opening=recovery)
    assert taken.refused == ()
    assert pair.held() == {sent, unsent}
    keyed.taken(made.file, opening=recovery)
    assert pair.held() == {sent, unsent}


def test_another_laptops_folder_and_another_offices_key_are_refused(keyed: Keyed, tmp_path: Path) -> None:
    pair = keyed.pair
    recovery = approved(keyed)
    (tmp_path / "vacío").mkdir()
    shutil.copytree(pair.folder, tmp_path / "dañado")
    (tmp_path / "dañado" / "laptop.db").write_bytes(b"\x00" * 8192)
    for folder in ("vacío", "dañado"):
        made = recovering.read(
            pair.world.engine, keyed.private, recovery, tmp_path / folder, by=NORA, now=pair.clock.now
        )
        assert isinstance(made, Refused)
        assert made.rule == "recovery.folder"
    stranger = new_recovery_key()
    made = recovering.read(pair.world.engine, stranger, recovery, pair.folder, by=NORA, now=pair.clock.now)
    assert isinstance(made, Refused)
    assert made.rule == "recovery.key"


# As typed


@dataclass
class Typed:
    """An office in a folder, Ana's laptop enrolled in it, and two people with passwords."""

    data: Path
    folder: Path
    device: str

    def run(self, *words: str, user: str = "") -> Result:
        environ = {"RONDA_OFFICE_PASSWORD": f"clave de {user}"}
        more = ["--user", user] if user else []
        return CliRunner().invoke(office_command, [*words, *more, "--data", str(self.data)], env=environ)

    def told(self, *words: str, user: str = "") -> Any:
        result = self.run(*words, "--json", user=user)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)


@pytest.fixture
def typed(tmp_path: Path) -> Typed:
    data = tmp_path / "office"
    config = config_from({}, data)
    initialise(config, NOW)
    office = open_office(config)
    for name, role in (("nora", UserRole.COORDINATOR), ("carla", UserRole.SUPERVISOR)):
        person = NewPerson(name, name.title(), role, f"clave de {name}")
        assert isinstance(hire(office.engine, person, actor="cli", now=NOW), Hired)
    hired = hire(
        office.engine, NewPerson("ana", "Ana", UserRole.COLLECTOR, "clave de ana"), actor="cli", now=NOW
    )
    assert isinstance(hired, Hired)
    assert hired.agent_id is not None
    world = World(office.engine, office.signer, office.recovery_public, agents={"Ana": hired.agent_id})
    code = enrolling.issue_code(office.engine, hired.agent_id, actor="cli", now=NOW)
    clock = StandingClock(now=NOW)
    done = enrol_with(
        tmp_path / "laptop",
        InProcessPeer(world, clock),
        server="http://127.0.0.1:9",
        code=code,
        passphrase=PASSPHRASE,
        clock=clock,
        cost=CHEAP,
    )
    office.engine.dispose()
    return Typed(data, tmp_path / "laptop", done.device)


def test_two_people_type_it_with_the_key_kept_elsewhere(typed: Typed, tmp_path: Path) -> None:
    asked = typed.told("recover", "start", typed.device, "--reason", WHY, user="nora")["recovery"]
    assert typed.run("recover", "approve", asked, user="nora").exit_code == 1
    wrong = CliRunner().invoke(
        office_command,
        ["recover", "approve", asked, "--user", "carla", "--data", str(typed.data)],
        env={"RONDA_OFFICE_PASSWORD": "clave de nora"},
    )
    assert wrong.exit_code == 1
    typed.told("recover", "approve", asked, user="carla")
    safe = tmp_path / "caja fuerte.pem"
    (typed.data / "keys" / "recovery.pem").rename(safe)
    out = tmp_path / "recuperar.json"
    missing = typed.run("recover", "package", asked, "--out", str(out), user="nora")
    assert missing.exit_code == 1
    # An office whose key is off this machine works as ever; only opening a laptop asks for it.
    assert "--recovery-key" in missing.output
    assert typed.told("device", "list")["devices"][0]["id"] == typed.device
    (tmp_path / "ajena.pem").write_bytes(recovery_pem(new_recovery_key()))
    stranger = ("--recovery-key", str(tmp_path / "ajena.pem"))
    assert typed.run("recover", "package", asked, "--out", str(out), *stranger, user="nora").exit_code == 1
    assert not out.exists()
    made = typed.told(
        "recover", "package", asked, "--out", str(out), "--recovery-key", str(safe), user="nora"
    )
    [row] = typed.told("recover", "list")["recoveries"]
    assert row["state"] == "packaged"
    result = CliRunner().invoke(
        field,
        ["recover", "--file", str(out), "--data", str(typed.folder)],
        env={"RONDA_FIELD_RECOVERY_CODE": made["code"], "RONDA_FIELD_PASSPHRASE": NEW},
    )
    # Made at the office's own time: the approval is still good on a laptop whose clock is right.
    assert result.exit_code == 0, result.output
    folders.open_laptop(typed.folder, NEW).close()


def test_a_copied_folder_is_read_and_taken_in_as_typed(typed: Typed, tmp_path: Path) -> None:
    asked = typed.told("recover", "start", typed.device, "--reason", WHY, user="nora")["recovery"]
    typed.told("recover", "approve", asked, user="carla")
    out = tmp_path / "cola.ronda"
    made = typed.told(
        "recover", "read", str(typed.folder), "--recovery", asked, "--out", str(out), user="nora"
    )
    assert made["events"] == 0
    taken = typed.told("import", "queue", str(out), "--recovery", asked)
    assert (taken["new"], taken["refused"]) == (0, [])
    assert Path(taken["reply"]).is_file()
    again = typed.run(
        "recover", "read", str(typed.folder), "--recovery", asked, "--out", str(out), user="nora"
    )
    assert "there already" in again.output
    (tmp_path / "nada.ronda").write_bytes(b"nada")
    bad = typed.run("import", "queue", str(tmp_path / "nada.ronda"))
    assert bad.exit_code == 1
    assert "Traceback" not in bad.output
    office = open_office(config_from({}, typed.data))
    with reading(office.engine) as connection:
        found = recoveries.by_id(connection, asked)
    office.engine.dispose()
    assert found is not None
    assert (found.started_by, found.approved_by) == ("nora", "carla")
    private = recovery_key_from_pem((typed.data / "keys" / "recovery.pem").read_bytes())
    assert unpack(private, out.read_bytes()).device == typed.device
