"""The laptop as it is handed out: from a folder of wheels with no index, and as a built folder with its installer.

Slow: each makes what it tries. The resolution for Windows is checked here; its installer is not run here.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from server.demo.processes import ADDRESS

from .villages import PASSPHRASE, Portable

ROOT = Path(__file__).parents[2]
PACKAGING = ROOT / "packaging"
pytestmark = pytest.mark.slow
NEEDED = ("flask", "sqlcipher3", "cryptography", "tzdata", "waitress", "pillow")


def tool(name: str, *said: object) -> str:
    command = [sys.executable, str(PACKAGING / name), *map(str, said)]
    environ = dict(os.environ) | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(command, capture_output=True, text=True, check=True, env=environ).stdout


@contextmanager
def serving(program: Path, environ: dict[str, str]) -> Iterator[str]:
    """The pages of this program in a process of its own; gives their address."""
    command = [str(program), "field", "serve", "--by-hand"]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            found = ADDRESS.search(process.stdout.readline())
            assert found is not None
            yield found[0]
        finally:
            process.terminate()


def read(address: str) -> str:
    with urllib.request.urlopen(address) as reply:
        return str(reply.read().decode("utf-8"))


def answers(program: Path, folder: Path) -> str:
    """The first page of a laptop that this program serves, with its styles."""
    environ = {"PATH": os.environ["PATH"], "HOME": str(folder.parent), "RONDA_FIELD_DATA": str(folder)}
    with serving(program, environ) as site:
        assert ".stop" in read(f"{site}/field/field.css")
        return read(f"{site}/desbloquear")


def test_a_folder_of_wheels_installs_with_no_index(received: Portable, tmp_path: Path) -> None:
    pytest.importorskip("uv")
    said = json.loads(tool("wheelhouse.py", tmp_path / "wheels", "--json"))
    assert said["wheels"] > 30
    environ = dict(os.environ) | {
        "UV_TOOL_DIR": str(tmp_path / "tools"),
        "UV_TOOL_BIN_DIR": str(tmp_path / "bin"),
    }
    install = [sys.executable, "-m", "uv", "tool", "install", "--offline", "--no-index"]
    subprocess.run([*install, "--find-links", str(tmp_path / "wheels"), "ronda"], check=True, env=environ)
    assert "Desbloquear" in answers(tmp_path / "bin" / "ronda", received.folder)


def test_every_package_of_the_laptop_has_a_wheel_for_windows(tmp_path: Path) -> None:
    pytest.importorskip("uv")
    said = json.loads(tool("wheelhouse.py", tmp_path / "wheels", "--platform", "windows", "--json"))
    assert said["platform"] == "windows"
    names = [one.name for one in (tmp_path / "wheels").glob("*.whl")]
    held = {name.split("-")[0].lower() for name in names}
    assert {one.replace("-", "_") for one in NEEDED} <= held
    assert all(name.endswith(("-none-any.whl", "-win_amd64.whl")) for name in names), names
    assert sum(name.endswith("-win_amd64.whl") for name in names) >= 5


def test_a_built_folder_installs_itself_serves_a_laptop_and_updates(
    received: Portable, tmp_path: Path
) -> None:
    pytest.importorskip("PyInstaller")
    built = json.loads(tool("bundle.py", tmp_path / "built", "--json"))
    key = tool("release.py", "key", tmp_path / "key.pem").strip()
    shelf = tmp_path / "releases"
    signed = ["--key", tmp_path / "key.pem", "--version", built["version"], "--platform", built["platform"]]
    tool("release.py", "add", shelf, tmp_path / "built" / built["file"], *signed, "--percent", 100)
    codes = tmp_path / "codes.csv"
    codes.write_text("machine,server,code,label\npc-07,http://127.0.0.1:9,ABCD-EFGH,Rosa\n", "utf-8")
    home = tmp_path / "home"
    home.mkdir()
    environ = {"PATH": os.environ["PATH"], "HOME": str(home)}
    installer = [
        str(PACKAGING / "linux" / "install.sh"),
        str(shelf),
        built["version"],
        key,
        str(codes),
        "PC-07",
    ]
    done = subprocess.run(installer, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    program = home / ".local" / "bin" / "ronda"
    prepared = home / ".local" / "share" / "ronda" / "invitation.json"
    assert json.loads(prepared.read_text("utf-8"))["label"] == "Rosa"
    with serving(program, environ) as site:
        assert "ABCD-EFGH" in read(f"{site}/bienvenida/"), "the collector has only his passphrase to choose"
    laptop = tmp_path / "laptop"
    shutil.copytree(received.folder, laptop)
    assert "Desbloquear" in answers(program, laptop)
    told = subprocess.run(
        [str(program), "field", "status", "--json"],
        env=environ | {"RONDA_FIELD_DATA": str(laptop), "RONDA_FIELD_PASSPHRASE": PASSPHRASE},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(told.stdout)["complete"] is True
    update = [str(program), "field", "update", "--json"]
    said = subprocess.run(update, env=environ, capture_output=True, text=True, check=True)
    assert json.loads(said.stdout) == {"current": built["version"], "found": None, "changed": False}
