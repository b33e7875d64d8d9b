"""Reads the tables of a parsed pack into clauses, saying what is wrong. Opens no file, judges nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar

from ..records import Party, Place
from .clauses import (
    CHANNELS,
    LONGEST_CAP_DAYS,
    LONGEST_LAG_DAYS,
    AuditLimits,
    Cap,
    Cite,
    Hours,
    NoticeRule,
    PartyRule,
    PlaceRule,
    PolicyError,
    PromiseRule,
    Retention,
    StopKind,
    StopRule,
    Switch,
)

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CONFIDENCES = ("V", "S", "C", "U", "own", "fictitious")
DECISIONS = ("allow", "warn", "block")
PERIODS = ("day", "week", "rolling")
ALLOCATIONS = ("oldest_due", "newest_due", "named")

_RULE_ID = re.compile(r"^[a-z][a-z0-9_.@-]{1,60}$")
_SPAN = re.compile(r"^([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])$")
_Word = TypeVar("_Word", bound=Enum)


class Table:
    """One table of a pack: typed reads that name the table and key when something is wrong.

    `strict` (a file somebody wrote) refuses unknown keys; a pack from the wire ignores them, so that a
    newer office may say more than an older laptop knows.
    """

    def __init__(self, data: Any, where: str, *, strict: bool) -> None:
        if not isinstance(data, Mapping):
            raise PolicyError(f"{where}: a table is expected, not {_kind(data)}")
        self.data: Mapping[str, Any] = data
        self.where = where
        self.strict = strict
        self._read: set[str] = set()

    def fail(self, key: str, needed: str) -> PolicyError:
        return PolicyError(f"{self.where}: {key} must be {needed}, not {self.data.get(key)!r}")

    def get(self, key: str, default: Any = None) -> Any:
        self._read.add(key)
        return self.data.get(key, default)

    def text(self, key: str, default: str | None = None) -> str:
        value = self.get(key, default)
        if value is None:
            raise PolicyError(f"{self.where}: {key} is missing (a text)")
        if not isinstance(value, str):
            raise self.fail(key, "a text")
        return value

    def word(self, key: str, among: Sequence[str], default: str | None = None) -> str:
        value = self.text(key, default)
        if value not in among:
            raise self.fail(key, "one of " + ", ".join(among))
        return value

    def words(self, key: str, default: Sequence[str] | None = None) -> tuple[str, ...]:
        value = self.get(key, default)
        if not isinstance(value, (list, tuple)) or not all(isinstance(item, str) for item in value):
            raise self.fail(key, "a list of texts")
        return tuple(value)

    def codes(self, key: str, kind: type[_Word], default: Sequence[str] | None = None) -> tuple[_Word, ...]:
        try:
            return tuple(kind(word) for word in self.words(key, default))
        except ValueError:
            known = ", ".join(str(member.value) for member in kind)
            raise self.fail(key, f"a list of {known}") from None

    def number(self, key: str, default: int | None = None, least: int = 0, most: int | None = None) -> int:
        value = self.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise self.fail(key, f"a whole number of at least {least}")
        if self.strict and most is not None and value > most:
            raise self.fail(key, f"a whole number of at most {most}")
        return value

    def flag(self, key: str, default: bool | None = None) -> bool:
        value = self.get(key, default)
        if not isinstance(value, bool):
            raise self.fail(key, "true or false")
        return value

    def day(self, key: str) -> date | None:
        value = self.get(key)
        return None if value is None else as_date(value, f"{self.where}: {key}")

    def table(self, key: str) -> Table:
        if key not in self.data:
            raise PolicyError(f"{self.where}: the table [{key}] is missing")
        return Table(self.get(key), f"{self.where} [{key}]", strict=self.strict)

    def tables(self, key: str) -> tuple[Table, ...]:
        value = self.get(key, [])
        if not isinstance(value, (list, tuple)):
            raise self.fail(key, "a list of tables")
        return tuple(
            Table(item, f"{self.where} [[{key}]] {place}", strict=self.strict)
            for place, item in enumerate(value, 1)
        )

    def done(self) -> None:
        """Refuse keys that nobody read: a misspelt rule must never be a rule left out."""
        unknown = sorted(set(self.data) - self._read)
        if unknown and self.strict:
            raise PolicyError(
                f"{self.where}: unknown key {', '.join(unknown)}; known here: {', '.join(sorted(self._read))}"
            )


def as_date(value: Any, where: str) -> date:
    """A date from TOML's own date or an ISO text."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise PolicyError(f"{where} must be a date such as 2026-01-31, not {value!r}")


def cite_of(table: Table) -> Cite:
    rule = table.text("id")
    if _RULE_ID.match(rule) is None:
        raise table.fail("id", "a rule id such as co.hours (small letters, digits, dots)")
    return Cite(
        rule,
        table.text("source", ""),
        table.text("quote", ""),
        table.word("confidence", CONFIDENCES, "own"),
    )


def hours_of(table: Table) -> Hours:
    hours = Hours(
        cite_of(table),
        _channels(table),
        tuple(_spans(table, day) for day in WEEKDAYS),
        table.flag("on_holidays"),
    )
    table.done()
    return hours


def _channels(table: Table, default: Sequence[str] = CHANNELS) -> tuple[str, ...]:
    channels = table.words("channels", default)
    for channel in channels:
        if channel not in CHANNELS:
            raise table.fail("channels", "a list of " + ", ".join(CHANNELS))
    return channels


def _spans(table: Table, day: str) -> tuple[tuple[time, time], ...]:
    spans: list[tuple[time, time]] = []
    for text in table.words(day, ()):
        match = _SPAN.match(text)
        if match is None:
            raise table.fail(day, 'a list of hours such as ["07:00-12:00", "14:00-19:00"]')
        opens = time(int(match[1]), int(match[2]))
        closes = time(int(match[3]), int(match[4]))
        if closes <= opens or (spans and opens <= spans[-1][1]):
            raise table.fail(day, "hours in order, apart, each ending after it starts")
        spans.append((opens, closes))
    return tuple(spans)


def place_of(table: Table, credit_types: Sequence[str]) -> PlaceRule:
    rule = PlaceRule(
        cite_of(table),
        table.codes("places", Place),
        table.word("decision", DECISIONS),
        table.words("exception_credit_types", ()),
        table.flag("exception_needs_evidence", True),
        _channels(table, ("visit",)),
    )
    for code in rule.exception_credit_types:
        if code not in credit_types:
            raise table.fail("exception_credit_types", "codes listed in [credit_types]")
    table.done()
    return rule


def cap_of(table: Table) -> Cap:
    cap = Cap(
        cite_of(table),
        _channels(table),
        table.number("maximum"),
        table.word("per", PERIODS),
        table.number("days", 1, least=1, most=LONGEST_CAP_DAYS),
        table.flag("effective_only", False),
        table.number("min_gap_days", 0, most=LONGEST_CAP_DAYS),
    )
    table.done()
    return cap


def switch_of(table: Table) -> Switch:
    switch = Switch(cite_of(table), table.flag("allowed"))
    table.done()
    return switch


def parties_of(table: Table) -> PartyRule:
    rule = PartyRule(
        cite_of(table), table.codes("allowed", Party), table.flag("third_party_disclosure", False)
    )
    if Party.MINOR in rule.allowed:
        raise table.fail("allowed", "without MEN: a minor is never spoken to about a debt")
    table.done()
    return rule


def stops_of(table: Table) -> StopRule:
    rule = StopRule(cite_of(table), table.codes("states", StopKind))
    table.done()
    return rule


def notice_of(table: Table) -> NoticeRule:
    rule = NoticeRule(
        cite_of(table),
        table.flag("sealed", True),
        table.flag("outside_marking", False),
        table.flag("judicial_look", False),
    )
    table.done()
    return rule


def promise_of(table: Table) -> PromiseRule:
    percent = table.number("minimum_percent", 100, least=1)
    if percent > 100:
        raise table.fail("minimum_percent", "between 1 and 100")
    rule = PromiseRule(
        cite_of(table),
        table.number("grace_days", 0),
        Decimal(percent),
        table.number("posting_lag_days", 2, most=LONGEST_LAG_DAYS),
        table.number("max_promise_days", 30, least=1),
        table.number("repromise_limit", 3),
        table.number("review_days", 2),
        table.word("allocation", ALLOCATIONS, "oldest_due"),
    )
    table.done()
    return rule


def audit_of(table: Table) -> AuditLimits:
    """The thresholds a pack names; those it does not are the usual ones."""
    usual = AuditLimits(Cite(""))
    limits = {
        limit.name: table.number(limit.name, getattr(usual, limit.name), least=1)
        for limit in fields(AuditLimits)
        if limit.name != "cite"
    }
    audit = AuditLimits(cite_of(table), **limits)
    table.done()
    return audit


def retention_of(table: Table) -> Retention:
    def months(key: str) -> int | None:
        return None if key not in table.data else table.number(key, least=1)

    retention = Retention(cite_of(table), months("min_months"), months("max_months"))
    table.done()
    return retention


def _kind(value: Any) -> str:
    return "nothing" if value is None else type(value).__name__
