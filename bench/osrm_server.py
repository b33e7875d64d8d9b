"""A real `osrm-routed` from PyPI's wheel, for measures and tests. Measures nothing.

The wheel needs a newer Python than ours, its programs do not: they are taken out of it and kept in `.bench`.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CACHE = Path(__file__).resolve().parent.parent / ".bench" / "osrm"
WHEEL = "osrm-bindings==26.10.0"
PROGRAMS = ("osrm-extract", "osrm-contract", "osrm-routed")
LISTENING = re.compile(r"Listening on: [\w.]+:(\d+)")


class NoOsrm(RuntimeError):
    """OSRM's programs cannot be had here; the message says why."""


def programs(cache: Path = CACHE, *, download: bool = True) -> Path:
    """The folder `osrm` of the wheel, fetched once. Raises NoOsrm."""
    home = cache / "wheel" / "osrm"
    if not all((home / "bin" / name).exists() for name in PROGRAMS):
        if not download:
            raise NoOsrm(f"OSRM is not in {cache.name}; `python -m bench.city --only osrm` fetches it")
        _fetch(cache)
    try:
        subprocess.run(
            [home / "bin" / "osrm-routed", "--version"], check=True, capture_output=True, timeout=60
        )
    except (OSError, subprocess.SubprocessError) as wrong:
        raise NoOsrm(f"OSRM's programs do not run on this machine ({wrong})") from wrong
    return home


def _fetch(cache: Path) -> None:
    cache.mkdir(parents=True, exist_ok=True)
    asked = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:"]
    try:
        subprocess.run(
            [*asked, "--python-version", "3.12", "-d", str(cache), WHEEL],
            check=True,
            capture_output=True,
            timeout=300,
        )
        wheel = next(cache.glob("osrm_bindings-*.whl"))
    except (OSError, subprocess.SubprocessError, StopIteration) as wrong:
        raise NoOsrm(f"{WHEEL} cannot be downloaded for this machine") from wrong
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(cache / "wheel")
    for program in (cache / "wheel" / "osrm" / "bin").iterdir():
        program.chmod(0o755)


def prepare(extract: Path, folder: Path, profile: str = "car", *, home: Path | None = None) -> Path:
    """Contract an extract for a profile; the base path that `osrm-routed` is given. Made once a folder."""
    home = home or programs()
    base = folder / "map.osrm"
    if (folder / "made").exists():
        return base
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(extract, folder / "map.osm.pbf")
    lua = home / "share" / "profiles" / f"{profile}.lua"
    for command in (
        [
            "osrm-extract",
            "-t",
            "1",
            "--data_version",
            "measured",
            "-p",
            str(lua),
            str(folder / "map.osm.pbf"),
        ],
        ["osrm-contract", "-t", "1", str(base)],
    ):
        done = subprocess.run([home / "bin" / command[0], *command[1:]], capture_output=True, check=False)
        if done.returncode != 0:
            raise NoOsrm(f"{command[0]} failed: {done.stdout.decode()[-300:]}{done.stderr.decode()[-300:]}")
    (folder / "made").touch()
    return base


@contextmanager
def served(base: Path, *, home: Path | None = None, most: int = 100) -> Iterator[str]:
    """The address of a server on this data, for as long as the block lasts."""
    home = home or programs()
    command = [
        str(home / "bin" / "osrm-routed"),
        *("-a", "ch", "-t", "2", "-i", "127.0.0.1", "-p", "0"),
        *("--max-table-size", str(most), str(base)),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
        port = _Port(server)
        try:
            yield port.wait()
        finally:
            server.terminate()
            port.end()


class _Port:
    """Reads what the server prints, to its end: a full pipe would stop it."""

    def __init__(self, server: subprocess.Popen[str]) -> None:
        self._found = threading.Event()
        self._address = ""
        self._said: list[str] = []
        self._reading = threading.Thread(target=self._read, args=(server,), daemon=True)
        self._reading.start()

    def _read(self, server: subprocess.Popen[str]) -> None:
        for line in server.stdout or ():
            self._said = [*self._said[-9:], line]
            match = LISTENING.search(line)
            if match:
                self._address = f"http://127.0.0.1:{match[1]}"
                self._found.set()
        self._found.set()

    def end(self) -> None:
        self._reading.join(20)

    def wait(self) -> str:
        if not self._found.wait(60) or not self._address:
            raise NoOsrm(f"osrm-routed did not start: {''.join(self._said)}")
        for _ in range(100):
            try:
                urllib.request.urlopen(f"{self._address}/", timeout=1)
            except urllib.error.HTTPError:
                break  # it answers: it only knows no such path
            except OSError:
                time.sleep(0.1)
        return self._address
