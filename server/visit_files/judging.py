"""Judges a file of visits and writes what is found. Needs no office and keeps nothing."""

from __future__ import annotations

import csv
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from sync import policies
from sync.cells import safe
from sync.records import Finding
from sync.rules.audit import CHECKS, FLAGS, Check, findings_of_all
from sync.rules.policy import Policy, PolicyError

from ..holidays_of import expand
from .making import visits_of
from .reading import BadRow, Row, Sheet, Visits, WrongVisits, sheet_of

# Judged by where neither a row nor the command names one: its hours are wide, and it is no country's law.
USUAL_PACK = "demo"
COLUMNS = (
    "line",
    "id",
    "agent",
    "account",
    "check",
    "severity",
    "flag",
    "other_line",
    "value",
    "limit",
    "reason_es",
    "reason_en",
)
LONGEST_SENTENCE = 400
Translate = Callable[[str], str]


@dataclass(frozen=True)
class Judged:
    """What a file's visits show, by their lines; the rows that are none; what was not asked."""

    rows: int
    visits: int
    findings: tuple[Finding, ...]
    lines: Mapping[str, Row]
    bad: tuple[BadRow, ...]
    off: Mapping[str, str]
    notices: tuple[str, ...]
    packs: tuple[str, ...]
    limits: Mapping[str, int]

    @property
    def flagged(self) -> set[int]:
        """The lines of the visits that somebody should look at."""
        return {self.lines[one.visit].line for one in self.findings if one.severity in FLAGS}

    def to_json(self) -> dict[str, Any]:
        return {
            "rows": self.rows,
            "visits": self.visits,
            "findings": len(self.findings),
            "flagged": len(self.flagged),
            "flags": list(FLAGS),
            "packs": list(self.packs),
            "checks": [self._check(check) for check in CHECKS.values() if not check.office],
            "bad_rows": [bad.to_json() for bad in self.bad],
            "notices": list(self.notices),
        }

    def _check(self, check: Check) -> dict[str, Any]:
        own = [one for one in self.findings if one.rule == check.code]
        return {
            "check": check.code,
            "title": str(check.title),
            "findings": len(own),
            "flags": sum(1 for one in own if one.severity in FLAGS),
            "severities": dict(sorted(Counter(one.severity for one in own).items())),
            "limits": {name: self.limits[name] for name in check.limits},
            "off": self.off.get(check.code),
        }


def audit_file(path: Path, pack: str | None = None, zone: str | None = None) -> Judged:
    """Every check over a file of visits. Raises WrongVisits where nothing in it can be judged."""
    sheet = sheet_of(path)
    packs = _packs(pack)
    try:
        usual = packs("")
    except PolicyError as wrong:
        raise WrongVisits(str(wrong)) from None
    made = visits_of(sheet, packs, zone)
    if not made.seen:
        first = made.bad[0]
        raise WrongVisits(
            f"none of the {len(sheet.rows)} rows of {path.name} is a visit; line {first.line}: {first.why}"
        )
    used = tuple(sorted({seen.policy.name for seen in made.seen}))
    return Judged(
        rows=len(sheet.rows) + len(sheet.torn),
        visits=len(made.seen),
        findings=findings_of_all(made.seen, made.unread),
        lines=made.lines,
        bad=tuple(made.bad),
        off=_off(sheet),
        notices=(
            *_supposed(sheet, pack),
            *_told(made),
        ),
        packs=used,
        limits={name: value for name, value in vars(usual.audit).items() if name != "cite"},
    )


def _packs(usual: str | None) -> Callable[[str], Policy]:
    @cache
    def load(name: str) -> Policy:
        # A cell of somebody's file names a pack that is shipped, never a file of this machine.
        if name and name not in policies.available():
            there = ", ".join(policies.available())
            raise PolicyError(f"unknown policy pack {name[:40]!r}; there are: {there}")
        policy = policies.load(name or usual or USUAL_PACK, expand)
        return policy if name or usual else _any_day(policy)

    return load


def _any_day(policy: Policy) -> Policy:
    """A pack that nobody named says at which hours, and of no day that it is closed."""
    hours = tuple(replace(each, week=(each.week[0],) * len(each.week)) for each in policy.hours)
    return replace(policy, hours=hours)


def _off(sheet: Sheet) -> dict[str, str]:
    """The checks that the file says nothing for, and which column would."""
    found = {}
    for check in CHECKS.values():
        lacking = [group for group in check.needs if not any(sheet.filled[name] for name in group)]
        if lacking and not check.office:
            found[check.code] = "no " + " and no ".join(" or ".join(group) for group in lacking)
    return found


def _told(made: Visits) -> list[str]:
    return [f"{text} ({many})" for text, many in sorted(made.notices.items())]


def _supposed(sheet: Sheet, pack: str | None) -> list[str]:
    said = []
    if pack is None and not sheet.filled["pack"]:
        said.append(f"hours and limits of the fictitious pack {USUAL_PACK}, any day: name yours with --pack")
    if sheet.unknown:
        said.append(f"columns that nothing is asked of: {', '.join(sheet.unknown)}")
    if sheet.twice:
        said.append(f"columns that another already stands for, not read: {', '.join(sheet.twice)}")
    if sheet.longer:
        said.append(
            f"rows with more cells than the first line names, what is beyond not read ({sheet.longer})"
        )
    return said


def write_findings(judged: Judged, out: Path, english: Translate) -> None:
    """One row for each finding, by the lines of the file; whole or not at all."""
    rows = sorted(judged.findings, key=lambda one: (judged.lines[one.visit].line, one.rule))
    beside = out.with_name(out.name + ".part")
    try:
        with beside.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(COLUMNS)
            writer.writerows(_cells(judged, finding, english) for finding in rows)
        os.replace(beside, out)
    except OSError as wrong:
        raise WrongVisits(f"{out} cannot be written: {wrong.strerror or wrong}") from wrong


def _cells(judged: Judged, finding: Finding, english: Translate) -> list[str]:
    row = judged.lines[finding.visit]
    other = judged.lines.get(finding.other_visit or "")
    value, limit = _measures(finding.because.values)
    return [
        safe(text)
        for text in (
            str(row.line),
            row.get("id"),
            row.get("agent"),
            row.get("account"),
            finding.rule,
            finding.severity,
            "yes" if finding.severity in FLAGS else "no",
            "" if other is None else str(other.line),
            value,
            limit,
            str(finding.because)[:LONGEST_SENTENCE],
            finding.because.said(english)[:LONGEST_SENTENCE],
        )
    ]


def _measures(values: Mapping[str, Any]) -> tuple[str, str]:
    """What was measured, and what it may be at most or least."""
    value = next((v for name, v in values.items() if name != "limit" and not isinstance(v, str)), "")
    return str(value), str(values.get("limit", ""))


def summary(judged: Judged) -> list[str]:
    """For a person: a line for each check, then the rows that are no visits."""
    by_check: dict[str, set[str]] = defaultdict(set)
    for one in judged.findings:
        if one.severity in FLAGS:
            by_check[one.rule].add(one.visit)
    lines = [f"{judged.visits} visits, {len(judged.flagged)} to look at, {len(judged.findings)} findings"]
    for check in CHECKS.values():
        if not check.office:
            why = judged.off.get(check.code)
            said = str(len(by_check[check.code])) if why is None else f"off: {why}"
            lines.append(f"{check.code:<26} {said}")
    lines += [f"line {bad.line}: {bad.why}" for bad in judged.bad[:20]]
    if len(judged.bad) > 20:
        lines.append(f"and {len(judged.bad) - 20} more rows that are no visits; see them with --json")
    return [*lines, *judged.notices]
