"""Plants forgeries in honest days and tells which the audit's checks find, and which honest visits they flag.

    python -m bench.forgery --seed 7          the table of one seed, on the half not used to fix thresholds
    python -m bench.forgery --seed 7 --json   the same as one JSON object, both halves
    python -m bench.forgery --seed 7 --out DIR   also the files: visits, findings and what was planted

The visits are written to a file and judged as `ronda office audit VISITS.csv` judges them. A flag is a
finding to review or worse; what only informs is none.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.visit_files import audit_file
from server.visit_files.judging import Judged, write_findings
from sync.rules.audit import CHECKS, FLAGS

from .forgery_days import Told, agent, honest_days
from .forgery_kinds import KINDS, OF_CHAINS, chained

COLUMNS = (
    *("id", "agent", "account", "happened_from", "happened_to", "recorded", "received", "known"),
    *("lat", "lon", "accuracy_m", "source", "address_lat", "address_lon", "address_precision"),
    *("note", "photo_hash", "photo_phash", "party", "result", "zone"),
    *("clock_offset_s", "clock_uncertainty_s", "incarnation", "seq", "prev_hash", "hash", "amended_at"),
)
# Thresholds were fixed looking at the first half only; the second is what the figures are of.
HALVES = ("fixing", "measuring")
AGENTS, DAYS, PEOPLE, EACH = 16, 18, 60, 16


@dataclass(frozen=True)
class Tally:
    """What became of one half's visits."""

    half: str
    honest: int
    forged: int
    found: int
    false_flags: int
    kinds: dict[str, dict[str, Any]]
    checks: dict[str, dict[str, int]]

    @property
    def recall(self) -> float:
        return self.found / self.forged

    @property
    def false_rate(self) -> float:
        return self.false_flags / self.honest

    def to_json(self) -> dict[str, Any]:
        return {
            "half": self.half,
            "honest": self.honest,
            "forged": self.forged,
            "found": self.found,
            "recall": round(self.recall, 4),
            "false_flags": self.false_flags,
            "false_flag_rate": round(self.false_rate, 4),
            "kinds": self.kinds,
            "checks": self.checks,
        }


def world(seed: int, half: str, agents: int = AGENTS, days: int = DAYS, each: int = EACH) -> list[Told]:
    """The visits of one half of a seed: honest days with so many of each forgery, in the order written."""
    rng = random.Random(f"{seed}:{half}")
    rows = [row for number in range(agents) for row in honest_days(rng, agent(rng, number, PEOPLE), days)]
    for name, (plant, _) in KINDS.items():
        if name not in OF_CHAINS:
            plant(rng, rows, each)
    chained(rng, rows)
    for name in OF_CHAINS:
        KINDS[name][0](rng, rows, each)
    rng.shuffle(rows)
    for number, row in enumerate(rows, start=1):
        row.cells["id"] = f"v{number:05d}"
    return rows


def write(rows: list[Told], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(row.cells for row in rows)


def tally(rows: list[Told], judged: Judged, half: str) -> Tally:
    """Kind by kind what was found, and check by check what it flagged."""
    truth = {row.cells["id"]: row.kind for row in rows}
    name_of = {visit: row.get("id") for visit, row in judged.lines.items()}
    flags = {(name_of[one.visit], one.rule) for one in judged.findings if one.severity in FLAGS}
    flagged = {name for name, _ in flags}
    planted = Counter(kind for kind in truth.values() if kind)
    kinds = {
        kind: {
            "planted": planted[kind],
            "found": sum(1 for name in flagged if truth[name] == kind),
            "intended": check,
            "found_by_intended": sum(1 for name, rule in flags if rule == check and truth[name] == kind),
        }
        for kind, (_, check) in KINDS.items()
    }
    checks = {
        check: {
            "forged": sum(1 for name, rule in flags if rule == check and truth[name]),
            "honest": sum(1 for name, rule in flags if rule == check and not truth[name]),
        }
        for check in CHECKS
        if not CHECKS[check].office
    }
    honest = sum(1 for kind in truth.values() if not kind)
    found = sum(1 for name in flagged if truth[name])
    return Tally(half, honest, sum(planted.values()), found, len(flagged) - found, kinds, checks)


def measure(seed: int, half: str, folder: Path) -> Tally:
    rows = world(seed, half)
    visits = folder / f"visits-{seed}-{half}.csv"
    write(rows, visits)
    judged = audit_file(visits)
    write_findings(judged, folder / f"findings-{seed}-{half}.csv", lambda text: text)
    planted = "".join(f"{row.cells['id']},{row.kind}\n" for row in rows)
    (folder / f"planted-{seed}-{half}.csv").write_text("id,kind\n" + planted, encoding="utf-8")
    return tally(rows, judged, half)


def table(counted: Tally, seed: int) -> list[str]:
    """As docs/auditing.md shows it."""
    lines = [
        f"Seed {seed}, half `{counted.half}`: {counted.honest} honest visits, {counted.forged} forged.",
        "",
        "| planted | visits | found | by the check made for it |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {kind} | {one['planted']} | {one['found']} | {one['found_by_intended']} `{one['intended']}` |"
        for kind, one in counted.kinds.items()
    ]
    lines += [
        f"| **all** | {counted.forged} | {counted.found} ({counted.recall:.1%}) | |",
        "",
        "| check | forged visits flagged | honest visits flagged |",
        "|---|---|---|",
    ]
    lines += [f"| `{check}` | {one['forged']} | {one['honest']} |" for check, one in counted.checks.items()]
    lines.append(f"| **any** | {counted.found} | {counted.false_flags} ({counted.false_rate:.2%}) |")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.forgery", description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1, help="any whole number")
    parser.add_argument("--half", choices=HALVES, default="measuring", help="which half the table is of")
    parser.add_argument("--json", action="store_true", help="print one JSON object, with both halves")
    parser.add_argument("--out", type=Path, help="keep the files in this folder")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.out or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        halves = HALVES if asked.json else (asked.half,)
        counted = [measure(asked.seed, half, folder) for half in halves]
    if asked.json:
        print(json.dumps({"seed": asked.seed, "halves": [one.to_json() for one in counted]}, indent=1))
    else:
        print("\n".join(table(counted[0], asked.seed)))


if __name__ == "__main__":
    main()
