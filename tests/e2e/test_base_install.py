"""A laptop's install, without the extra `office`: `ronda field` runs, the rest says which extra is missing."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
import venv
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from .villages import PASSPHRASE, Portable, Village

ROOT = Path(__file__).parents[2]
OFFICE_COMMANDS = ("init", "import", "assign", "plan", "serve", "user", "device", "audit", "export")
# What pip and urllib3 say of an index that is not there or breaks off: nothing of our package.
NO_INDEX = (
    "NewConnectionError",
    "NameResolutionError",
    "ConnectTimeoutError",
    "ReadTimeoutError",
    "ProtocolError",
    "IncompleteRead",
    "ProxyError",
    "Connection reset by peer",
    "Read timed out",
)
# Makes an import fail as it does where the package was never installed. Python runs it before all else.
HIDE = """
import sys

HIDDEN = frozenset({hidden!r})


class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in HIDDEN:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
        return None


sys.meta_path.insert(0, Absent())
"""


def named(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def base_closure() -> set[str]:
    """The distributions that `pip install ronda` brings, and what those need."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found, waiting = {"ronda"}, [Requirement(text) for text in project["dependencies"]]
    while waiting:
        asked = waiting.pop()
        extras = asked.extras or {""}
        if asked.marker is not None and not any(asked.marker.evaluate({"extra": extra}) for extra in extras):
            continue
        if (name := named(asked.name)) in found:
            continue
        found.add(name)
        try:
            waiting += [Requirement(text) for text in requires(asked.name) or []]
        except PackageNotFoundError:  # for another system or an older Python
            continue
    return found


def only_elsewhere() -> set[str]:
    """What can be imported here and could not on a laptop: what no distribution of the base install holds."""
    base = base_closure()
    return {
        module
        for module, owners in packages_distributions().items()
        if not {named(owner) for owner in owners} & base and module != "__editable___ronda"
    }


@pytest.fixture(scope="module")
def laptops_python(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a Python in which only the base install can be imported."""
    folder = tmp_path_factory.mktemp("base")
    (folder / "sitecustomize.py").write_text(HIDE.format(hidden=sorted(only_elsewhere())), encoding="utf-8")
    return dict(os.environ) | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}


def ronda(environ: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sync", *arguments],
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_office_needs_packages_that_a_laptop_does_not_have() -> None:
    hidden = only_elsewhere()
    assert {"sqlalchemy", "alembic", "folium", "ortools", "pyvrp", "numpy", "pandas", "pytest"} <= hidden
    assert not {"flask", "sqlite_utils", "sqlcipher3", "requests", "marshmallow", "waitress"} & hidden


def test_every_command_of_the_laptop_can_be_asked_for_help(laptops_python: dict[str, str]) -> None:
    done = ronda(laptops_python, "field", "--help")
    assert done.returncode == 0, done.stderr
    assert "enrol" in done.stdout
    for command in ("enrol", "serve", "today", "visit", "sync", "status", "export"):
        helped = ronda(laptops_python, "field", command, "--help")
        assert helped.returncode == 0, helped.stderr


def test_an_enrolled_laptop_shows_its_day(
    received: Portable, published: Village, laptops_python: dict[str, str]
) -> None:
    environ = laptops_python | received.environ
    done = ronda(environ, "field", "today", "--day", published.day.isoformat(), "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert len(told["stops"]) > 10
    assert ronda(environ, "field", "status", "--json").returncode == 0


def test_an_enrolled_laptop_serves_its_pages(received: Portable, laptops_python: dict[str, str]) -> None:
    script = (
        "import sys; from pathlib import Path; from field_client.app import create_app;"
        "from field_client.clock import SystemClock;"
        "client = create_app(Path(sys.argv[1]), SystemClock()).test_client();"
        "print(client.get('/desbloquear').status_code, client.get('/').status_code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(received.folder)],
        env=laptops_python,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["200", "302"], done.stderr


@pytest.mark.parametrize("command", OFFICE_COMMANDS)
def test_an_office_command_says_which_extra_brings_it(
    laptops_python: dict[str, str], tmp_path: Path, command: str
) -> None:
    done = ronda(laptops_python, "office", command, "--data", str(tmp_path / "office"))
    assert done.returncode == 1
    assert "pip install 'ronda[office]'" in done.stderr
    assert f"`ronda office {command}` needs the extra 'office'" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "office").exists()


@pytest.mark.parametrize("command", ["demo", "kpi"])
def test_what_stands_on_the_office_says_so_or_runs(laptops_python: dict[str, str], command: str) -> None:
    done = ronda(laptops_python, command, *(["--once"] if command == "demo" else ["--help"]))
    assert "Traceback" not in done.stderr
    assert done.returncode == 0 or "pip install 'ronda[office]'" in done.stderr


def test_the_list_of_commands_is_whole_without_the_office(laptops_python: dict[str, str]) -> None:
    done = ronda(laptops_python, "--help")
    assert done.returncode == 0, done.stderr
    assert all(name in done.stdout for name in ("office", "demo", "field", "verify"))


def install(python: Path) -> None:
    """The base install from a package index; where there is none, the reason and no more."""
    done = subprocess.run(
        [python, "-m", "pip", "install", "-q", str(ROOT)], capture_output=True, text=True, check=False
    )
    if done.returncode and any(sign in done.stderr for sign in NO_INDEX):
        pytest.skip("no package index can be reached; a fresh venv cannot be filled")
    assert done.returncode == 0, done.stderr[-3000:]


def test_a_fresh_venv_with_the_base_install_runs_the_laptop(
    received: Portable, published: Village, tmp_path: Path
) -> None:
    """The same for real: a wheel and its base dependencies alone, from the package index."""
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    install(python)
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    program = [str(python.with_name("ronda"))]

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*program, *arguments],
            env=environ | {"RONDA_FIELD_PASSPHRASE": PASSPHRASE, "RONDA_FIELD_DATA": str(received.folder)},
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    missing = subprocess.run([python, "-c", "import sqlalchemy"], capture_output=True, check=False)
    assert missing.returncode != 0
    assert run("field", "--help").returncode == 0
    today = run("field", "today", "--day", published.day.isoformat(), "--json")
    assert today.returncode == 0, today.stderr
    refused = run("office", "init", "--data", str(tmp_path / "office"))
    assert refused.returncode == 1
    assert "pip install 'ronda[office]'" in refused.stderr
