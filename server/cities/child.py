"""The process that reads an extract, bounded in memory and time: progress and figures come out as JSON.

`python -m server.cities.child EXTRACT FOLDER MEMORY_MB SECONDS`. Puts nothing into its place.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .package import GAZETTEER, ROADS, TILES

Builder = Callable[[Path, Path, Callable[[str, float], None]], dict[str, Any]]

# What each takes of the whole: tiles are cut longest.
SHARES = {"roads": 0.15, "addresses": 0.2, "tiles": 0.65}
BROKEN = (
    "{{name}} is damaged or cut short ({why}); download the extract again and compare its size or checksum"
)


def limit(memory_mb: int, seconds: int) -> None:
    """Bound this process. Windows has no such limits: there the parent's clock is all."""
    try:
        import resource
    except ImportError:
        return
    for kind, value in (
        (resource.RLIMIT_AS, memory_mb * 2**20),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        resource.setrlimit(kind, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def peak_mb() -> int | None:
    """The most memory this process held."""
    try:
        import resource
    except ImportError:
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (2**20 if sys.platform == "darwin" else 1024)


def build(extract: Path, folder: Path) -> dict[str, Any]:
    """The three parts of the package, and where the city lies."""
    from ..geocoding import gazetteer
    from ..roads import building
    from . import tiling

    parts: dict[str, tuple[Builder, str]] = {
        "roads": (building.build, ROADS),
        "addresses": (gazetteer.build, GAZETTEER),
        "tiles": (tiling.build, TILES),
    }
    said: dict[str, Any] = {}
    before = 0.0
    for part, (builder, name) in parts.items():

        def tell(step: str, share: float, before: float = before, whole: float = SHARES[part]) -> None:
            say({"step": step, "share": round(0.97 * (before + whole * share), 3)})

        said[part] = builder(extract, folder / name, tell)
        before += SHARES[part]
    said["bounds"] = said["tiles"].get("bounds") or said["roads"]["bounds"]
    return said | {"peak_mb": peak_mb()}


def say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def main() -> None:
    extract, folder, memory_mb, seconds = sys.argv[1:]
    limit(int(memory_mb), int(seconds))
    from ..roads.building import NoRoads
    from .shapes import NothingToDraw

    try:
        say({"done": build(Path(extract), Path(folder))})
    except (NoRoads, NothingToDraw) as wrong:
        say({"wrong": "{name}: " + _plain(str(wrong))})
    except MemoryError:
        say({"wrong": f"{{name}} does not fit into {memory_mb} MB; take the extract of the city alone"})
    except OSError as wrong:
        say({"wrong": "{name}: " + _plain(f"the package could not be written ({wrong.strerror or wrong})")})
    except (RuntimeError, ValueError) as wrong:  # what osmium says of files that it cannot read
        say({"wrong": BROKEN.format(why=_plain(_plain(str(wrong)[:120])))})


def _plain(text: str) -> str:
    return text.replace("{", "(").replace("}", ")")


if __name__ == "__main__":
    main()
