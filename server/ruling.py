"""Answers "may I, why not, and when may I?" for situations in a file or one account. Stores nothing.

The verdict is the rules' own (`sync.rules.contact`), the one the laptop gives at the door.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sync.records import Contact, Interval, Party, Place, Verdict
from sync.rules.circumstances import NONE, Circumstances, DebtDates
from sync.rules.clauses import CHANNELS
from sync.rules.contact import deciding, judge_contact, judge_visit, next_allowed
from sync.rules.policy import Policy, zone_of

from .doors import Packs
from .lists import Row, read_list, write_list
from .packs import pack_of

NEEDED = ("pack", "channel", "at")
ADDED = ("verdict", "rule", "source", "next_allowed")
PLACES = {
    "": Place.HOME,
    "home": Place.HOME,
    "work": Place.WORK,
    "business": Place.BUSINESS,
    "guarantor_home": Place.GUARANTOR_HOME,
    "other": Place.OTHER,
}
PARTIES = {
    "": None,
    "debtor": Party.HOLDER,
    "guarantor": Party.GUARANTOR,
    "family": Party.RELATIVE,
    "reference": Party.THIRD,
    "third": Party.THIRD,
    "minor": Party.MINOR,
    "none": Party.NOBODY,
}
ORIGINS = {"": "accepted", "creditor": "accepted", "found_in_field": "proposed"}
ANSWERS = {"": False, "no": False, "yes": True}


class WrongSituation(ValueError):
    """A row that cannot be read; the sentence names the column and what it may say."""


@dataclass(frozen=True)
class Situation:
    """One contact that somebody thinks of making; `day` and `week` count what was done on its channel."""

    pack: str
    channel: str
    place: Place
    party: Party | None
    at: datetime
    minutes: int
    zone: str
    credit_type: str
    evidence: str
    address_state: str
    day: int
    week: int
    cash: bool
    about: Circumstances = NONE

    @property
    def happened(self) -> Interval:
        return Interval(self.at, self.at + timedelta(minutes=self.minutes))

    def history(self, where: ZoneInfo) -> list[Contact]:
        """Effective contacts, as counted: those of the day, the rest on the week's day furthest from it."""
        day = self.at.astimezone(where).date()
        other = _furthest(day)
        days = [day] * self.day + [other] * max(0, self.week - self.day)
        return [
            Contact(f"counted-{place}", "", self.channel, _noon(on, where), effective=True)
            for place, on in enumerate(days)
        ]


@dataclass(frozen=True)
class Decided:
    """The answer: allow, warn or block, the rule that decides, its source, when next (None: never)."""

    verdict: str
    rule: str
    source: str
    next_allowed: datetime | None


def decide(situation: Situation, packs: Packs = pack_of) -> Decided:
    """The pack's verdict on the situation. An unknown pack or zone blocks."""
    policy, where = packs(situation.pack), zone_of(situation.zone)
    history = situation.history(where) if where is not None else []
    verdict = _verdict(situation, policy, history)
    ruling = deciding(verdict)
    if ruling is None:
        raise ValueError("every verdict has a ruling")
    return Decided(
        verdict.decision, ruling.rule, ruling.source, _next(situation, policy, verdict, history, where)
    )


def decide_list(source: Path, out: Path, packs: Packs = pack_of) -> dict[str, int]:
    """Write `source` again with `verdict, rule, source, next_allowed`; the count of each verdict.

    A row that cannot be read gets the verdict `invalid` and the sentence under `source`. Raises
    `lists.WrongList` where the file itself cannot be used.
    """
    header, rows = read_list(source, NEEDED)
    counts = {"allow": 0, "warn": 0, "block": 0, "invalid": 0}
    write_list(out, header, ADDED, _answered(rows, counts, packs))
    return counts


def situation_of(row: Mapping[str, str], packs: Packs = pack_of) -> Situation:
    """A row as a situation. Raises WrongSituation. A zone left out is the pack's own.

    Without a column `exception_evidence` the row's credit type counts as documented.
    """
    policy = packs(row.get("pack", "").strip())
    zone = row.get("zone", "").strip() or (policy.timezone if policy is not None else "UTC")
    credit_type = row.get("credit_type", "").strip()
    return Situation(
        pack=row.get("pack", "").strip(),
        channel=_word(row, "channel", dict(zip(CHANNELS, CHANNELS, strict=True))),
        place=_word(row, "place", PLACES),
        party=_word(row, "party", PARTIES),
        at=_moment(row.get("at", "").strip(), zone),
        minutes=_count(row, "minutes"),
        zone=zone,
        credit_type=credit_type,
        evidence=row.get("exception_evidence", credit_type).strip(),
        address_state=_word(row, "address_origin", ORIGINS),
        day=_count(row, "contacts_today"),
        week=_count(row, "contacts_this_week"),
        cash=_word(row, "pays_cash", ANSWERS),
        about=_about(row),
    )


def _about(row: Mapping[str, str]) -> Circumstances:
    """Where the debtor would be met and since when he owes, where the row says so."""
    dates = DebtDates(_day(row, "oldest_due"), _day(row, "last_payment"))
    return Circumstances((row.get("municipality") or "").strip(), dates if dates != DebtDates() else None)


def _day(row: Mapping[str, str], column: str) -> date | None:
    written = (row.get(column) or "").strip()
    if not written:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise WrongSituation(f"{column} is '{written[:40]}'; it must be a date such as 2026-11-21") from None


def _answered(rows: Iterable[Row], counts: dict[str, int], packs: Packs) -> Iterator[dict[str, Any]]:
    for row in rows:
        try:
            found = decide(situation_of(row, packs), packs)
        except WrongSituation as wrong:
            counts["invalid"] += 1
            yield row | {"verdict": "invalid", "rule": "", "source": str(wrong), "next_allowed": ""}
            continue
        counts[found.verdict] += 1
        when = found.next_allowed.isoformat(timespec="minutes") if found.next_allowed else ""
        yield row | {
            "verdict": found.verdict,
            "rule": found.rule,
            "source": found.source,
            "next_allowed": when,
        }


def _verdict(situation: Situation, policy: Policy | None, history: list[Contact]) -> Verdict:
    if situation.channel != "visit":
        return judge_contact(
            policy,
            situation.happened,
            situation.zone,
            situation.channel,
            party=situation.party,
            history=history,
            debt_discussed=situation.party is not Party.NOBODY,
            place=situation.place,
            credit_type=situation.credit_type,
            exception_evidence=situation.evidence,
            about=situation.about,
        )
    return judge_visit(
        policy,
        situation.happened,
        situation.zone,
        place=situation.place,
        party=situation.party,
        credit_type=situation.credit_type,
        exception_evidence=situation.evidence,
        history=history,
        payment_taken=situation.cash,
        address_state=situation.address_state,
        debt_discussed=situation.party is not Party.NOBODY,
        about=situation.about,
    )


def _next(
    situation: Situation,
    policy: Policy | None,
    verdict: Verdict,
    history: list[Contact],
    where: ZoneInfo | None,
) -> datetime | None:
    """In the situation's own zone. None when no waiting helps: place, party, money, address."""
    if where is None or policy is None:
        return None
    when = next_allowed(
        policy,
        situation.at,
        situation.zone,
        channel=situation.channel,
        duration=timedelta(minutes=situation.minutes),
        history=history,
        about=situation.about,
    )
    if when is None or not verdict.blocked:
        return when.astimezone(where) if when else None
    later = Situation(**{**vars(situation), "at": when})
    return None if _verdict(later, policy, history).blocked else when.astimezone(where)


def _furthest(day: date) -> date:
    """The day of the same week, Monday to Sunday, that is furthest from this one."""
    monday = day - timedelta(days=day.weekday())
    return monday if day.weekday() > 3 else monday + timedelta(days=6)


def _noon(day: date, where: ZoneInfo) -> Interval:
    moment = datetime(day.year, day.month, day.day, 0, 1, tzinfo=where)
    return Interval(moment, moment)


def _word(row: Mapping[str, str], column: str, among: Mapping[str, Any]) -> Any:
    written = (row.get(column) or "").strip().lower()
    if written not in among:
        known = ", ".join(word for word in among if word)
        raise WrongSituation(f"{column} is '{written[:40]}'; it must be one of {known}")
    return among[written]


def _count(row: Mapping[str, str], column: str) -> int:
    written = (row.get(column) or "").strip()
    if not written:
        return 0
    if not (written.isascii() and written.isdigit() and len(written) <= 4):
        raise WrongSituation(f"{column} is '{written[:40]}'; it must be a whole number")
    return int(written)


def _moment(written: str, zone: str) -> datetime:
    where = zone_of(zone)
    if where is None:
        raise WrongSituation(f"zone is '{zone[:40]}'; it must be an IANA zone such as America/Bogota")
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise WrongSituation(
            f"at is '{written[:40]}'; it must be a local time such as 2026-11-21T11:00"
        ) from None
    return moment.replace(tzinfo=where) if moment.tzinfo is None else moment
