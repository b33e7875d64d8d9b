"""Installs a release beside the one that runs, starts it once to see that it works, switches or goes back.

An installation is a folder: `install.json` (release key, source of releases, an id drawn at installing),
`versions/<version>/` with a program each, and `current.txt`, which the launcher reads. The version before
stays where it is: going back is one small file. Knows no collector's data and touches none.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from . import releases
from .carrying import write_durably
from .releases import BadList, Release

SETTINGS, CURRENT, PREVIOUS, STATE = "install.json", "current.txt", "previous.txt", "updates.json"
VERSIONS = "versions"
PROGRAM = "ronda.exe" if os.name == "nt" else "ronda"
# A first start of a program on a slow disk, with a virus scanner reading every file of it.
PATIENCE_S = 180
PIECE = 1 << 20
MOST_FILES, LARGEST_UNPACKED = 20_000, 2 << 30

# Gives what stands at a name of the source, at most so many bytes of it.
Fetch = Callable[[str, int], bytes]


class NotUpdated(RuntimeError):
    """Nothing was changed, or it was changed back; the message says why and what to do."""


@dataclass(frozen=True)
class Installation:
    """A folder that Ronda's installer made."""

    folder: Path
    release_key: bytes
    source: str
    device: str
    proxy: str = ""
    failed: tuple[str, ...] = field(default=())
    newest_list: str = ""

    @property
    def current(self) -> str:
        return _word(self.folder / CURRENT)

    @property
    def previous(self) -> str:
        return _word(self.folder / PREVIOUS)

    def program(self, version: str) -> Path:
        return self.folder / VERSIONS / version / PROGRAM


def installation(folder: Path | None = None) -> Installation | None:
    """The installation this program runs from, or the one in `folder`; None where there is none."""
    where = folder or _around_this_program()
    if where is None:
        return None
    try:
        said = json.loads((where / SETTINGS).read_text(encoding="utf-8-sig"))
        key = bytes.fromhex(said["release_key"])
        state = _state(where)
        return Installation(
            where,
            key,
            str(said["source"]),
            str(said["device"]),
            str(said.get("proxy", "")),
            tuple(str(one) for one in state.get("failed", [])),
            str(state.get("list", "")),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def look(held: Installation, fetch: Fetch, now: datetime) -> Release | None:
    """The release this laptop should take now, or None. Raises NotUpdated or BadList.

    A list older than the newest one seen is not believed: an old list, signed as it is, could bring back a
    release that was withdrawn.
    """
    data = fetch(releases.LIST, releases.LARGEST_LIST)
    made, known = releases.read(data, fetch(releases.SIGNATURE, 64), held.release_key)
    stamp = made.isoformat()
    if held.newest_list and stamp < held.newest_list:
        raise BadList("the list of releases is older than the last one this laptop saw")
    _keep(held.folder, list=stamp)
    return releases.wanted(known, running=held.current, device=held.device, now=now, failed=held.failed)


def take(
    held: Installation, release: Release, fetch: Fetch, check: Callable[[Path], str] | None = None
) -> None:
    """Unpack the release, start it once, and switch to it. Raises NotUpdated; what runs goes on running."""
    place = held.folder / VERSIONS / release.version
    part = place.with_name(f"{release.version}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        _unpack(_checked(release, fetch(release.file, release.size)), part)
        shutil.rmtree(place, ignore_errors=True)
        part.replace(place)
    except (OSError, zipfile.BadZipFile, EOFError) as wrong:
        raise NotUpdated(f"the release {release.version} could not be unpacked: {wrong}") from wrong
    finally:
        shutil.rmtree(part, ignore_errors=True)
    if os.name == "posix":
        held.program(release.version).chmod(0o755)
    told = (check or version_told)(held.program(release.version))
    if told != release.version:
        _keep(held.folder, failed=[*held.failed, release.version])
        shutil.rmtree(place, ignore_errors=True)
        raise NotUpdated(
            f"the release {release.version} does not start here; {held.current} goes on. Tell the office."
        )
    switch(held, release.version)
    _drop_others(held.folder, (release.version, held.current, held.previous))


def switch(held: Installation, version: str) -> None:
    """From the next start on, run this version."""
    before = held.current
    if before and before != version:
        write_durably(held.folder / PREVIOUS, f"{before}\n".encode("ascii"))
    write_durably(held.folder / CURRENT, f"{version}\n".encode("ascii"))


def go_back(held: Installation) -> str:
    """Run the version before from the next start on; the one left is not taken again by itself."""
    before, left = held.previous, held.current
    if not before or not held.program(before).is_file():
        raise NotUpdated("there is no version before this one on this laptop; reinstall it")
    switch(held, before)
    _keep(held.folder, failed=[*(one for one in held.failed if one != left), left])
    return before


def version_told(program: Path) -> str:
    """The version the program says when it is started; empty when it does not start or says nonsense."""
    command = [str(program), "field", "diagnose", "--locked", "--data", str(program.parent / "no-data")]
    with suppress(OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError):
        done = subprocess.run(
            command, capture_output=True, check=True, timeout=PATIENCE_S, stdin=subprocess.DEVNULL
        )
        return str(json.loads(done.stdout)["ronda"])
    return ""


def from_folder(folder: Path) -> Fetch:
    """Releases on a stick or a shared folder."""

    def fetch(name: str, most: int) -> bytes:
        try:
            path = folder / name
            if path.stat().st_size > most:
                raise NotUpdated(f"{path} is larger than it should be")
            return path.read_bytes()
        except OSError as wrong:
            raise NotUpdated(f"{folder / name} cannot be read: {wrong.strerror or wrong}") from wrong

    return fetch


def _checked(release: Release, data: bytes) -> bytes:
    if len(data) != release.size or hashlib.sha256(data).hexdigest() != release.sha256:
        raise NotUpdated(f"{release.file} is not the file the list speaks of; it was not used")
    return data


def _unpack(data: bytes, to: Path) -> None:
    """The files of the archive under `to`, and nowhere else."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        listed = packed.infolist()
        if len(listed) > MOST_FILES or sum(one.file_size for one in listed) > LARGEST_UNPACKED:
            raise NotUpdated("the release holds more than a program should")
        for one in listed:
            parts = one.filename.replace("\\", "/").split("/")
            if one.filename.startswith("/") or ".." in parts or ":" in parts[0]:
                raise NotUpdated(f"the release holds a name that leaves its folder: {one.filename!r}")
        to.mkdir(parents=True)
        packed.extractall(to)


def _drop_others(folder: Path, kept: Sequence[str]) -> None:
    for place in (folder / VERSIONS).iterdir():
        if place.is_dir() and place.name not in kept:
            shutil.rmtree(place, ignore_errors=True)


def _around_this_program() -> Path | None:
    """Only a built program is in an installation: …/versions/<version>/ronda."""
    if not getattr(sys, "frozen", False):
        return None
    parents = Path(sys.executable).resolve().parents
    return parents[2] if len(parents) > 2 and parents[1].name == VERSIONS else None


def _word(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _state(folder: Path) -> dict[str, Any]:
    with suppress(OSError, ValueError):
        said = json.loads((folder / STATE).read_text(encoding="utf-8"))
        return said if isinstance(said, dict) else {}
    return {}


def _keep(folder: Path, **said: Any) -> None:
    write_durably(folder / STATE, json.dumps(_state(folder) | said).encode("utf-8"))
