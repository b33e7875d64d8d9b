"""A city package on the disk: its manifest, its files, and which packages there are. Makes none.

A folder of this name that has no readable manifest, or lacks a file that its manifest names, is no package.
"""

from __future__ import annotations

import json
import shutil
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

Progress = Callable[[str, float], None]
Bounds = tuple[float, float, float, float]

VERSION = 1
MANIFEST = "city.json"
ROADS, GAZETTEER, TILES = "roads.npz", "gazetteer.db", "tiles.pmtiles"
ATTRIBUTION = "© OpenStreetMap contributors (ODbL 1.0)"
# A package under way, and one that a newer one takes the place of.
ADDING, REPLACED = ".adding-", ".replaced-"
LOCK = ".cities.lock"


class WrongExtract(ValueError):
    """The city cannot be made or found; the message says why and what to do."""


@dataclass(frozen=True)
class City:
    """One package. `bounds` are west, south, east, north in degrees; `facts` is the whole manifest."""

    name: str
    path: Path
    bounds: Bounds
    attribution: str
    fingerprint: str
    facts: dict[str, Any]

    @property
    def slug(self) -> str:
        return self.path.name

    @property
    def roads_file(self) -> Path:
        return self.path / ROADS

    @property
    def gazetteer_file(self) -> Path:
        return self.path / GAZETTEER

    @property
    def tiles_file(self) -> Path:
        return self.path / TILES

    @property
    def bytes(self) -> int:
        return sum(int(file["bytes"]) for file in self.facts["files"].values())

    def covers(self, lat: float, lon: float) -> bool:
        west, south, east, north = self.bounds
        return south <= lat <= north and west <= lon <= east


def slug_of(name: str) -> str:
    """The folder's name: plain letters and digits. Raises WrongExtract for a name that has none."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = "-".join("".join(c if c.isalnum() else " " for c in plain).split())[:60]
    if not slug:
        raise WrongExtract(f"'{name[:40]}' cannot name a city; use letters or digits, e.g. --name Duitama")
    return slug


def fingerprint_of(files: dict[str, dict[str, Any]]) -> str:
    """One name for the content of all files of a package."""
    said = "".join(f"{name} {about['sha256']}\n" for name, about in sorted(files.items()))
    return sha256(said.encode()).hexdigest()


def read(path: Path) -> City:
    """The package in a folder. Raises WrongExtract where it is not whole."""
    broken = WrongExtract(f"the city package in {path.name} is not whole; remove it and add the city again")
    try:
        facts = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
        bounds = tuple(float(side) for side in facts["bounds"])
        whole = all((path / name).stat().st_size == about["bytes"] for name, about in facts["files"].items())
        if facts["version"] != VERSION or len(bounds) != 4 or not whole or ROADS not in facts["files"]:
            raise broken
        west, south, east, north = bounds
        return City(
            str(facts["name"]),
            path,
            (west, south, east, north),
            str(facts["attribution"]),
            str(facts["fingerprint"]),
            facts,
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as wrong:
        raise broken from wrong


def listed(folder: Path) -> list[City]:
    """Every whole package, by name. `folder` is the data folder's `cities`."""
    if not folder.is_dir():
        return []
    found = []
    _put_back(folder)
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or not path.is_dir():
            continue
        try:
            found.append(read(path))
        except WrongExtract:
            continue
    return sorted(found, key=lambda city: city.name.casefold())


def find(folder: Path, name: str) -> City:
    """The package of this name or slug. Raises WrongExtract with the names there are."""
    cities = listed(folder)
    for city in cities:
        if name == city.name or slug_of(name) == city.slug:
            return city
    known = ", ".join(city.name for city in cities) or "none yet"
    raise WrongExtract(
        f"there is no city called '{name}'; there are: {known}. "
        "Add one with `ronda office city add EXTRACT.osm.pbf --name NAME`"
    )


def remove(folder: Path, name: str) -> City:
    """Delete a package from the disk and answer with what it was. Raises WrongExtract."""
    with lock(folder):
        city = find(folder, name)
        gone = folder / f"{ADDING}removed-{city.slug}"
        shutil.rmtree(gone, ignore_errors=True)
        city.path.rename(gone)
        shutil.rmtree(gone)
    return city


def lock(folder: Path) -> FileLock:
    """One program at a time changes the packages of a folder."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as wrong:
        raise WrongExtract(f"{folder} cannot be made ({wrong.strerror}); check the data folder") from wrong
    return FileLock(folder / LOCK, timeout=600)


def _put_back(folder: Path) -> None:
    """Of a replacement that was cut short between its two renames the old package still stands."""
    for path in folder.glob(f"{REPLACED}*"):
        try:
            with FileLock(folder / LOCK, timeout=0):  # whoever holds it is between those renames, or before
                place = folder / path.name.removeprefix(REPLACED)
                if path.exists() and not place.exists():
                    path.rename(place)
        except (Timeout, OSError):
            continue
