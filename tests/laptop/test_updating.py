"""A new program reaches laptops in waves, signed, is tried before it is used, and can be gone back from.

The programs here are small scripts that answer as a built Ronda answers; lists, signatures, archives,
folders and processes are real. A Ronda built with PyInstaller is tried in tests/e2e/test_packaging.py.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
import json
import os
import subprocess
import sys
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from field_client import releases, updating
from field_client.cli import field
from field_client.inviting import NotInvited, of_machine, waiting
from field_client.releases import LIST, SIGNATURE, BadList, Release, place, this_platform, wanted
from field_client.updating import Installation, NotUpdated, from_folder, installation

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DEVICE = "3f2504e04f8911d39a0c0305e82c3301"


def _release_tool() -> Any:
    spec = importlib.util.spec_from_file_location("ronda_release", ROOT / "packaging" / "release.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tool = _release_tool()


def program(version: str, *, starts: bool = True) -> bytes:
    """An archive with a program that says its version, or dies."""
    said = json.dumps({"ronda": version})
    body = f"#!{sys.executable}\nprint({said!r})\n" if starts else "#!/bin/sh\nexit 3\n"
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        packed.writestr(updating.PROGRAM, body)
    return made.getvalue()


class Shelf:
    """A folder of releases with its key, as the office keeps one."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.key = Ed25519PrivateKey.generate()
        self.held: list[dict[str, Any]] = []
        self.made = NOW

    @property
    def public(self) -> bytes:
        return self.key.public_key().public_bytes_raw()

    def put(self, version: str, data: bytes, *, percent: int = 100, **more: Any) -> dict[str, Any]:
        name = f"ronda-{version}-{this_platform()}.zip"
        (self.folder / name).write_bytes(data)
        said = {
            "version": version,
            "platform": this_platform(),
            "file": name,
            "size": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
            "percent": percent,
            "since": "2026-11-01T00:00:00.000Z",
        }
        self.held.append(said | more)
        self.publish()
        return self.held[-1]

    def publish(self) -> None:
        self.made += timedelta(minutes=1)
        tool.publish(self.folder, self.held, self.key, self.made)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "releases")


@pytest.fixture
def installed(tmp_path: Path, shelf: Shelf) -> Path:
    """A laptop on which 0.2.0 was installed."""
    folder = tmp_path / "installed"
    first = folder / "versions" / "0.2.0"
    first.mkdir(parents=True)
    with zipfile.ZipFile(io.BytesIO(program("0.2.0"))) as packed:
        packed.extractall(first)
    (first / updating.PROGRAM).chmod(0o755)
    (folder / "current.txt").write_text("0.2.0\n")
    said = {"release_key": shelf.public.hex(), "source": str(shelf.folder), "device": DEVICE}
    (folder / "install.json").write_text(json.dumps(said))
    return folder


def held(folder: Path) -> Installation:
    found = installation(folder)
    assert found is not None
    return found


def update(folder: Path) -> str | None:
    now = held(folder)
    fetch = from_folder(Path(now.source))
    found = updating.look(now, fetch, NOW)
    if found is not None:
        updating.take(held(folder), found, fetch)
    return None if found is None else found.version


def test_a_laptop_takes_a_newer_program_and_can_go_back(shelf: Shelf, installed: Path) -> None:
    shelf.put("0.3.0", program("0.3.0"))
    assert update(installed) == "0.3.0"
    now = held(installed)
    assert (now.current, now.previous) == ("0.3.0", "0.2.0")
    assert updating.version_told(now.program("0.3.0")) == "0.3.0"
    assert updating.version_told(now.program("0.2.0")) == "0.2.0", "the one before is still there"
    assert updating.go_back(now) == "0.2.0"
    assert held(installed).current == "0.2.0"
    assert update(installed) is None, "what was gone back from is not taken again by itself"


def test_a_program_that_does_not_start_is_never_switched_to(shelf: Shelf, installed: Path) -> None:
    shelf.put("0.3.0", program("0.3.0", starts=False))
    with pytest.raises(NotUpdated, match=r"does not start here; 0\.2\.0 goes on"):
        update(installed)
    assert held(installed).current == "0.2.0"
    assert not held(installed).program("0.3.0").exists()
    assert update(installed) is None, "it is not tried again and again"
    shelf.put("0.3.1", program("0.3.1"))
    assert update(installed) == "0.3.1"


def test_a_program_that_says_another_version_than_the_list_is_not_used(shelf: Shelf, installed: Path) -> None:
    shelf.put("0.3.0", program("0.2.9"))
    with pytest.raises(NotUpdated):
        update(installed)
    assert held(installed).current == "0.2.0"


def test_a_withdrawn_program_is_left_for_the_newest_good_one(shelf: Shelf, installed: Path) -> None:
    shelf.put("0.2.0", program("0.2.0"))
    bad = shelf.put("0.3.0", program("0.3.0"))
    assert update(installed) == "0.3.0"
    bad["withdrawn"] = True
    shelf.publish()
    assert update(installed) == "0.2.0"


def test_only_the_release_keys_list_is_believed_and_never_an_older_one(shelf: Shelf, installed: Path) -> None:
    shelf.put("0.3.0", program("0.3.0"))
    data, signature = ((shelf.folder / name).read_bytes() for name in (LIST, SIGNATURE))
    for wrong in (data.replace(b"0.3.0", b"0.4.0"), data + b" ", b"{}"):
        (shelf.folder / LIST).write_bytes(wrong)
        with pytest.raises(BadList):
            update(installed)
    other = Ed25519PrivateKey.generate()
    (shelf.folder / LIST).write_bytes(data)
    (shelf.folder / SIGNATURE).write_bytes(other.sign(releases.PREFIX + data))
    with pytest.raises(BadList):
        update(installed)
    assert held(installed).current == "0.2.0"
    (shelf.folder / SIGNATURE).write_bytes(signature)
    assert update(installed) == "0.3.0"  # the control: untouched it is taken
    shelf.put("0.3.1", program("0.3.1"))
    assert update(installed) == "0.3.1"
    (shelf.folder / LIST).write_bytes(data)  # an old list, rightly signed, from before 0.3.1
    (shelf.folder / SIGNATURE).write_bytes(signature)
    with pytest.raises(BadList, match="older than the last"):
        update(installed)


def test_an_archive_other_than_the_listed_one_is_not_unpacked(shelf: Shelf, installed: Path) -> None:
    said = shelf.put("0.3.0", program("0.3.0"))
    (shelf.folder / said["file"]).write_bytes(program("0.3.0", starts=False))
    with pytest.raises(NotUpdated):
        update(installed)
    assert sorted(one.name for one in (installed / "versions").iterdir()) == ["0.2.0"]


@pytest.mark.parametrize("name", ["../../evil", "/etc/evil", "C:\\evil", "a\\..\\..\\evil"])
def test_an_archive_leaves_nothing_outside_its_folder(shelf: Shelf, installed: Path, name: str) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        packed.writestr(name, "x")
    shelf.put("0.3.0", made.getvalue())
    with pytest.raises(NotUpdated, match="leaves its folder"):
        update(installed)
    assert not list(installed.parent.rglob("evil"))


def release(version: str, percent: int, **more: Any) -> Release:
    said: dict[str, Any] = {"platform": this_platform(), "file": "r.zip", "size": 1, "sha256": "0" * 64}
    return Release(version=version, percent=percent, since=NOW, **(said | more))


def test_waves_grow_and_are_other_laptops_each_time() -> None:
    fleet = [hashlib.sha256(bytes([n // 256, n % 256])).hexdigest() for n in range(1000)]

    def reached(version: str, percent: int) -> set[str]:
        out = [release(version, percent)]
        return {one for one in fleet if wanted(out, running="0.2.0", device=one, now=NOW)}

    five, half, all_ = (reached("0.3.0", percent) for percent in (5, 50, 100))
    assert reached("0.3.0", 0) == set()
    assert five < half < all_ == set(fleet)
    assert 20 <= len(five) <= 90
    assert 430 <= len(half) <= 570
    assert five != reached("0.3.1", 5)
    assert {place(one, "0.3.0") for one in fleet} == set(range(100))


def test_what_is_not_for_this_laptop_or_not_yet_is_left() -> None:
    asked: dict[str, Any] = {"running": "0.2.0", "device": DEVICE, "now": NOW}
    assert wanted([release("0.3.0", 100, platform="solaris-sparc")], **asked) is None
    assert wanted([release("0.1.9", 100)], **asked) is None
    assert wanted([release("0.3.0", 100, withdrawn=True)], **asked) is None
    later = release("0.3.0", 100)
    assert wanted([later], running="0.2.0", device=DEVICE, now=NOW - timedelta(seconds=1)) is None
    found = wanted([release("0.9.0", 100), release("0.10.0", 100)], **asked)
    assert found is not None
    assert found.version == "0.10.0", "versions are numbers, not text"


def test_the_command_says_what_it_did_and_where_it_cannot(shelf: Shelf, installed: Path) -> None:
    shelf.put("0.3.0", program("0.3.0"))
    at = ["--install", str(installed), "--json"]
    said = json.loads(CliRunner().invoke(field, ["update", "--check", *at]).stdout)
    assert said == {"current": "0.2.0", "found": "0.3.0", "changed": False}
    assert json.loads(CliRunner().invoke(field, ["update", *at]).stdout)["current"] == "0.3.0"
    assert json.loads(CliRunner().invoke(field, ["update", "--back", *at]).stdout)["current"] == "0.2.0"
    (shelf.folder / LIST).write_text("{}")
    broken = CliRunner().invoke(field, ["update", *at])
    assert broken.exit_code == 1
    assert "Nothing was changed" in broken.output
    nowhere = CliRunner().invoke(field, ["update"])
    assert nowhere.exit_code == 1
    assert "uv tool install" in nowhere.output


@pytest.mark.skipif(os.name != "posix", reason="the launcher of the other system is tried there")
def test_the_launcher_gives_way_to_the_version_before_where_the_new_one_does_not_start(
    installed: Path,
) -> None:
    launcher = installed / "ronda"
    launcher.write_bytes((ROOT / "packaging" / "linux" / "ronda").read_bytes())
    launcher.chmod(0o755)
    assert json.loads(subprocess.run([launcher], capture_output=True, check=True).stdout)["ronda"] == "0.2.0"
    broken = installed / "versions" / "0.3.0"
    broken.mkdir()
    (broken / "ronda").write_text("#!/bin/sh\nexit 3\n")
    (broken / "ronda").chmod(0o755)
    updating.switch(held(installed), "0.3.0")
    done = subprocess.run([launcher], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["ronda"] == "0.2.0"
    assert "does not start" in done.stderr
    assert held(installed).current == "0.2.0"


def test_the_releases_tool_makes_what_laptops_believe(
    tmp_path: Path, installed: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*said: object) -> str:
        monkeypatch.setattr(sys, "argv", ["release.py", *map(str, said)])
        tool.main()
        return capsys.readouterr().out.strip()

    public = run("key", tmp_path / "key.pem")
    archive = tmp_path / f"ronda-0.3.0-{this_platform()}.zip"
    archive.write_bytes(program("0.3.0"))
    shelf, key = tmp_path / "shelf", ("--key", tmp_path / "key.pem", "--version", "0.3.0")
    run("add", shelf, archive, *key, "--platform", this_platform(), "--percent", 0)
    said = json.loads((installed / "install.json").read_text())
    (installed / "install.json").write_text(json.dumps(said | {"release_key": public, "source": str(shelf)}))
    assert update(installed) is None
    run("wave", shelf, *key, "--percent", 100)
    found = updating.look(held(installed), from_folder(shelf), datetime.now(UTC))
    assert found is not None
    run("withdraw", shelf, *key)
    assert updating.look(held(installed), from_folder(shelf), datetime.now(UTC)) is None


# Enrolling many from one file

CODES = "machine,server,code,label\nPC-07,https://office.example#pin,ABCD-EFGH,Rosa\nPC-08,https://office.example,,\n"


def test_each_machine_takes_its_own_line_of_the_file_of_codes(tmp_path: Path) -> None:
    file = tmp_path / "codes.csv"
    file.write_text("\ufeff" + CODES, "utf-8")
    found = of_machine(file, "pc-07 ")
    assert (found.server, found.code, found.label) == ("https://office.example#pin", "ABCD-EFGH", "Rosa")
    data = tmp_path / "laptop"
    prepared = [
        "enrol",
        "--codes",
        str(file),
        "--machine",
        "PC-07",
        "--prepare",
        "--data",
        str(data),
        "--json",
    ]
    said = CliRunner().invoke(field, prepared)
    assert json.loads(said.stdout) == {"prepared": True, "server": "https://office.example#pin"}
    assert waiting(data) == found
    for machine, why in (("PC-99", "does not name"), ("PC-08", "lacks its server or its code")):
        wrong = CliRunner().invoke(field, ["enrol", "--codes", str(file), "--machine", machine])
        assert wrong.exit_code == 1
        assert why in wrong.output


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("name,code\nPC-07,x\n", "lacks the column"),
        (CODES + "PC-07,https://office.example,ZZZZ,\n", "names 2 times"),
        ("", "lacks the column"),
        ("machine,server,code\nPC-07\n", "lacks its server"),
    ],
)
def test_a_file_of_codes_that_is_wrong_says_why(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "codes.csv"
    file.write_text(text, "utf-8")
    with pytest.raises(NotInvited, match=why):
        of_machine(file, "PC-07")
    file.write_bytes(b"\xff\xfe\x00machine")
    with pytest.raises(NotInvited, match="UTF-8"):
        of_machine(file, "PC-07")
