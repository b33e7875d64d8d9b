"""Makes a city package from an extract: whole and under its name, or not at all.

The extract is read by a process of its own with bounded memory and time, for it may come from anybody.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from . import package
from .package import ADDING, ATTRIBUTION, MANIFEST, REPLACED, City, Progress, WrongExtract

# A megabyte of extract took 3 s and 60 MB above a floor of 150 MB (measured); this allows many times that.
LEAST_SECONDS, SECONDS_PER_MB = 300, 60
LEAST_MEMORY_MB, MEMORY_PER_MB = 2048, 100
MOST_MB = 4096
MADE_WITH = ("ronda", "osmium", "numpy", "shapely", "scipy", "routingkit-cch", "pmtiles")


def add(
    folder: Path,
    extract: Path,
    name: str,
    progress: Progress = lambda step, share: None,
    *,
    replace: bool = False,
) -> City:
    """Make the package of an extract (.osm.pbf) and put it into place. Raises WrongExtract.

    `folder` is the data folder's `cities`. A package of the same name stays until the new one is whole.
    """
    slug = package.slug_of(name)
    _check(extract)
    with package.lock(folder):
        there = any(city.slug == slug for city in package.listed(folder))
        if there and not replace:
            raise WrongExtract(
                f"there is a city called '{name}' already; replace it with --replace, or use another name"
            )
        for left in folder.glob(f"{ADDING}*"):  # of runs that were killed: the lock says nobody works on it
            shutil.rmtree(left, ignore_errors=True)
        made = Path(tempfile.mkdtemp(prefix=f"{ADDING}{slug}-", dir=folder))
        try:
            _make(made, extract, name.strip(), progress)
            return _into_place(made, folder / slug)
        except OSError as wrong:
            raise WrongExtract(
                f"the package could not be written ({wrong.strerror or wrong}); "
                f"check that {folder} may be written and that the disk is not full"
            ) from wrong
        finally:
            shutil.rmtree(made, ignore_errors=True)


def _check(extract: Path) -> None:
    """Say what can be said of a file before anything reads it."""
    if extract.is_dir():
        raise WrongExtract(f"{extract} is a folder; name the extract itself, a file that ends in .osm.pbf")
    if not extract.exists():
        raise WrongExtract(f"there is no file {extract}; download the extract of the city as .osm.pbf first")
    try:
        with extract.open("rb") as file:
            start = file.read(64)
    except OSError as wrong:
        raise WrongExtract(f"{extract} cannot be read ({wrong.strerror}); check its permissions") from wrong
    if not start:
        raise WrongExtract(f"{extract.name} is empty; download the extract again")
    if start.lstrip().startswith((b"<?xml", b"<osm")):
        raise WrongExtract(f"{extract.name} is OpenStreetMap XML; take the same extract as .osm.pbf")
    if start[6:15] != b"OSMHeader":
        raise WrongExtract(f"{extract.name} is not an .osm.pbf; take an OpenStreetMap extract in that format")
    if extract.stat().st_size > MOST_MB * 2**20:
        raise WrongExtract(f"{extract.name} is larger than {MOST_MB} MB; take the extract of the city alone")


def _make(made: Path, extract: Path, name: str, progress: Progress) -> None:
    began = time.monotonic()
    # Builders tell a format by its ending, whatever the file is called.
    link = made / "extract.osm.pbf"
    _stand_in(extract, link)
    said = _build(link, extract.name, made, progress)
    link.unlink()
    progress("settling on the disk", 0.98)
    files = {path.name: _about(path) for path in sorted(made.iterdir())}
    facts = {
        "version": package.VERSION,
        "name": name,
        "bounds": said.pop("bounds"),
        "attribution": ATTRIBUTION,
        "fingerprint": package.fingerprint_of(files),
        "files": files,
        "source": {"name": extract.name, **_about(extract)},
        **said,
        "seconds": round(time.monotonic() - began, 2),
        "made_with": _versions(),
    }
    (made / MANIFEST).write_text(json.dumps(facts, ensure_ascii=False, indent=1), encoding="utf-8")
    for path in made.iterdir():
        _settle(path)
    _settle(made)
    progress("done", 1.0)


def _stand_in(extract: Path, link: Path) -> None:
    try:
        link.symlink_to(extract.resolve())
    except OSError:  # Windows lets few people make one
        shutil.copyfile(extract, link)


def _build(link: Path, called: str, made: Path, progress: Progress) -> dict[str, Any]:
    """Let the child read the extract, and hand on its progress. What it says last are the figures."""
    size = link.stat().st_size / 2**20
    seconds = int(LEAST_SECONDS + SECONDS_PER_MB * size)
    memory = int(LEAST_MEMORY_MB + MEMORY_PER_MB * size)
    command = [sys.executable, "-m", "server.cities.child", str(link), str(made), str(memory), str(seconds)]
    # Threads of linear algebra would reserve memory that nothing here uses. One order of sets: the same
    # extract gives the same files.
    environ = dict(os.environ) | {
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",
    }
    last: dict[str, Any] = {}
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, env=environ
        ) as child,
    ):
        timer = threading.Timer(seconds, child.kill)
        timer.start()
        try:
            for line in child.stdout or ():
                last = json.loads(line)
                if "step" in last:
                    progress(str(last["step"]), float(last["share"]))
        except ValueError:
            child.kill()
        finally:
            timer.cancel()
            if child.poll() is None and "done" not in last and "wrong" not in last:
                child.kill()
    if "wrong" in last:
        raise WrongExtract(str(last["wrong"]).format(name=called))
    if child.returncode != 0 or "done" not in last:
        raise WrongExtract(
            f"{called} could not be read within {memory} MB and {seconds} s (the reader ended with "
            f"{child.returncode}); take a smaller extract, of the city alone"
        )
    done: dict[str, Any] = last["done"]
    return done


def _into_place(made: Path, place: Path) -> City:
    old = place.with_name(REPLACED + place.name)
    shutil.rmtree(old, ignore_errors=True)
    if place.exists():
        place.rename(old)
    made.rename(place)
    _settle(place.parent)
    shutil.rmtree(old, ignore_errors=True)
    return package.read(place)


def _about(path: Path) -> dict[str, Any]:
    digest = sha256()
    with path.open("rb") as file:
        while piece := file.read(2**20):
            digest.update(piece)
    return {"bytes": path.stat().st_size, "sha256": digest.hexdigest()}


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for name in MADE_WITH:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _settle(path: Path) -> None:
    """Make sure a file, or the names in a folder, are on the disk. Windows keeps names by itself."""
    if path.is_dir() and os.name != "posix":
        return
    descriptor = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
