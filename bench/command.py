"""Runs the measures one after another and prints the figures. Measures nothing itself."""

from __future__ import annotations

import argparse
import json
import platform
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from . import crowd, growth, lines, moving
from .figures import Figure

CACHE = Path(__file__).resolve().parent.parent / ".bench"


@dataclass(frozen=True)
class Size:
    """How much a run measures."""

    visits: int
    repeats: int
    laptops: int
    rounds: int
    ledgers: tuple[int, ...]


PARTS = ("moving", "lines", "crowd", "growth")
SIZES = {
    "quick": Size(1_000, 3, 40, 2, (10_000, 30_000)),
    "usual": Size(10_000, 5, 200, 5, (10_000, 100_000)),
    "full": Size(10_000, 5, 200, 5, (10_000, 100_000, 1_000_000)),
}


# What of the time is for the pushes and pulls; the rest takes as long as its lines are slow.
MOVING = 0.5


def main() -> None:
    asked = _arguments()
    size = SIZES["quick" if asked.quick else "full" if asked.full else "usual"]
    found: list[Figure] = []
    notes: list[str] = []
    parts = asked.only.split(",") if asked.only else list(PARTS)
    with moving.prepared(asked.cache, peers=not asked.no_peers) as ground:
        if "moving" in parts:
            found += moving.measure(ground, size.visits, size.repeats, _say, asked.within * 60 * MOVING)
        if "lines" in parts:
            found += lines.measure(ground, size.repeats, _say)
        if "crowd" in parts:
            found.append(crowd.measure(ground, size.laptops, size.rounds))
            _say("the crowd measured")
        notes += ground.notes
    if "growth" in parts:
        with moving.prepared(asked.cache, peers=False) as ground:
            found += growth.measure(ground, list(size.ledgers), _say)
    _print(found, notes, asked.json)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench/sync.py", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--quick", action="store_true", help="1,000 visits, 3 rounds: about five minutes")
    parser.add_argument("--full", action="store_true", help="also the ledger of a million events")
    parser.add_argument(
        "--within",
        type=float,
        default=float("inf"),
        metavar="MINUTES",
        help="fewer rounds where it takes longer",
    )
    parser.add_argument("--only", default="", metavar="PART,PART", help="only these measures")
    parser.add_argument("--no-peers", action="store_true", help="without Kinto and PouchDB")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where the peers are installed")
    return parser.parse_args()


STARTED = time.monotonic()


def _say(line: str) -> None:
    print(f"{time.monotonic() - STARTED:4.0f} s  {line}", file=sys.stderr, flush=True)


def _print(found: list[Figure], notes: list[str], as_json: bool) -> None:
    if as_json:
        said = {
            "machine": {"python": platform.python_version(), "system": platform.platform(terse=True)},
            "figures": [figure.to_json() for figure in found],
            "notes": notes,
        }
        print(json.dumps(said, indent=1))
        return
    for line in [*(figure.line() for figure in found), *notes]:
        print(line)
