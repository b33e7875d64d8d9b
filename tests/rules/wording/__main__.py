"""`python -m tests.rules.wording`: recall and false alarms on both halves of the labelled sentences.

Of the half that nobody looks at while the rules are written, only the figures are said, never a row.
"""

from __future__ import annotations

import argparse
import csv
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from sync.rules.wording import lint

HERE = Path(__file__).parent
LOOKED_AT = "tuning"
HALVES = (LOOKED_AT, "unseen")


@dataclass(frozen=True)
class Figures:
    """What the rules did with a half: of those to block, how many; of those to allow, how many wrongly."""

    half: str
    to_block: int
    blocked: int
    to_allow: int
    alarms: int

    @property
    def recall(self) -> float:
        return self.blocked / self.to_block

    @property
    def false_alarms(self) -> float:
        return self.alarms / self.to_allow


def figures(half: str) -> tuple[Figures, list[str]]:
    """The figures of a half, and the sentences on which the rules and the label differ."""
    with (HERE / f"{half}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    differ: list[str] = []
    blocked = alarms = 0
    for row in rows:
        stopped = lint(row["text"]).blocked
        blocked += stopped and row["label"] == "block"
        alarms += stopped and row["label"] == "allow"
        if stopped != (row["label"] == "block"):
            differ.append(f"{row['label']} {row['kind']}: {row['text']}")
    to_block = sum(row["label"] == "block" for row in rows)
    return Figures(half, to_block, blocked, len(rows) - to_block, alarms), differ


def main() -> None:
    reader = argparse.ArgumentParser(prog="python -m tests.rules.wording", description=__doc__)
    reader.add_argument("--json", action="store_true", help="print the figures as JSON")
    reader.add_argument("--half", choices=HALVES, action="append", help="only this half")
    asked = reader.parse_args()
    began = time.perf_counter()
    found = {half: figures(half) for half in asked.half or HALVES}
    seconds = time.perf_counter() - began
    misses = found[LOOKED_AT][1] if LOOKED_AT in found else []
    said = [
        asdict(each) | {"recall": round(each.recall, 4), "false_alarms": round(each.false_alarms, 4)}
        for each, _ in found.values()
    ]
    if asked.json:
        print(
            json.dumps(
                {"halves": said, "differ_in_tuning": misses, "seconds": round(seconds, 3)}, ensure_ascii=False
            )
        )
        return
    for half in said:
        print(
            "{half}: recall {recall:.1%} ({blocked}/{to_block}), false alarms {false_alarms:.1%} ({alarms}/{to_allow})".format(
                **half
            )
        )
    for line in misses:
        print(f"  differs: {line}")


if __name__ == "__main__":
    main()
