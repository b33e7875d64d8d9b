"""When a company receives who collects: reads a lender's words for it, and says the hours. Knows no store.

Companies have days on which they review what they owe ("martes y jueves 9-12") and a counter with hours
of its own. What cannot be read is never guessed at: `read` answers None.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from ..records import Interval
from .policy import zone_of

Span = tuple[time, time]

_DAYS = (
    ("lunes", "lun", "lu", "l", "monday", "mon"),
    ("martes", "mar", "ma", "tuesday", "tue"),
    ("miercoles", "mie", "mi", "x", "wednesday", "wed"),
    ("jueves", "jue", "ju", "j", "thursday", "thu"),
    ("viernes", "vie", "vi", "v", "friday", "fri"),
    ("sabado", "sabados", "sab", "sa", "s", "saturday", "sat"),
    ("domingo", "domingos", "dom", "do", "sunday", "sun"),
)
_DAY_OF = {name: number for number, names in enumerate(_DAYS) for name in names}
_TO = {"a", "al", "-", "hasta", "to"}
_SILENT = frozenset(
    {"de", "del", "desde", "las", "los", "la", "el", "y", "e", "and", "dia", "dias", "cada", "todos"}
    | {"revision", "revisa", "recibe", "pago", "pagos", "caja", "ventanilla", "horario", "hora", "horas"}
    | {"atencion", "h", "hs", "hrs", "entre", "en", "solo"}
)
_TOKEN = re.compile(r"(?P<clock>\d{1,2}(?:[:.h]\d{2})?)\s*(?P<half>am|pm|m\b)?|(?P<word>[a-z]+|-)")
# An hour before this one with no "a. m." is in the afternoon: no counter opens at two in the morning.
_EARLIEST = 6
_MIDNIGHT = time(23, 59, 59)


@dataclass(frozen=True)
class Slot:
    """Some days (none named: every day) and the hours of them (none: all day)."""

    weekdays: frozenset[int] = frozenset()
    month_days: frozenset[int] = frozenset()
    spans: tuple[Span, ...] = ()

    def holds(self, day: date) -> bool:
        if not self.weekdays and not self.month_days:
            return True
        # The 31st of a shorter month is its last day.
        last = calendar.monthrange(day.year, day.month)[1]
        return day.weekday() in self.weekdays or day.day in {min(one, last) for one in self.month_days}


Reception = tuple[Slot, ...]


def read(written: str) -> Reception | None:
    """What a lender wrote, as slots; empty where he wrote nothing, None where it cannot be understood."""
    tokens = _tokens(written)
    if tokens is None:
        return None
    found, place = _Slots(), 0
    while place < len(tokens):
        ranged = place + 2 < len(tokens) and tokens[place + 1] == "-"
        if not found.take(tokens[place], tokens[place + 2] if ranged else None):
            return None
        place += 3 if ranged else 1
    return found.all()


def windows(receptions: Sequence[Reception], day: date, zone: str) -> tuple[Interval, ...]:
    """The stretches of a local day in which all of these receive, in UTC; no restriction is the whole day."""
    where = zone_of(zone) or UTC
    midnight = datetime.combine(day, time(), where).astimezone(UTC)
    next_one = datetime.combine(day + timedelta(days=1), time(), where).astimezone(UTC)
    found = [Interval(midnight, next_one)]
    for reception in (one for one in receptions if one):
        slots = [slot for slot in reception if slot.holds(day)]
        hours = sorted({span for slot in slots for span in (slot.spans or ((time(), _MIDNIGHT),))})
        theirs = [_at(day, span, where) for span in hours]
        pairs = ((max(a.start, b.start), min(a.end, b.end)) for a in found for b in theirs)
        found = sorted((Interval(a, b) for a, b in pairs if a < b), key=lambda one: one.start)
    return tuple(found)


@dataclass(frozen=True)
class _Clock:
    hour: int
    minute: int
    half: str
    plain: bool  # a bare number, which may be a day of the month


class _Slots:
    """The slots read so far, and the one being read."""

    def __init__(self) -> None:
        self.done: list[Slot] = []
        self.weekdays: set[int] = set()
        self.month_days: set[int] = set()
        self.spans: list[Span] = []

    def all(self) -> Reception:
        self._close()
        return tuple(self.done)

    def take(self, first: int | _Clock | str, last: int | _Clock | str | None) -> bool:
        """A day, a range of days or a stretch of hours; False for what is none of them."""
        if isinstance(first, int) and isinstance(last, int | None):
            self._begin_days()
            last = first if last is None else last
            self.weekdays |= {one % 7 for one in range(first, last + (8 if last < first else 1))}
            return True
        if isinstance(first, _Clock) and isinstance(last, _Clock):
            span = _span(first, last)
            self.spans += [span] if span else []
            return span is not None
        if isinstance(first, _Clock) and last is None and first.plain and 1 <= first.hour <= 31:
            self._begin_days()
            self.month_days.add(first.hour)
            return True
        return False

    def _begin_days(self) -> None:
        if self.spans:  # a day after hours begins another slot
            self._close()

    def _close(self) -> None:
        if self.weekdays or self.month_days or self.spans:
            days = frozenset(self.weekdays), frozenset(self.month_days)
            self.done.append(Slot(*days, tuple(sorted(self.spans))))
        self.weekdays, self.month_days, self.spans = set(), set(), []


def _tokens(written: str) -> list[int | _Clock | str] | None:
    """Weekdays as numbers, clocks, and "-" for every word that makes a range."""
    plain = unicodedata.normalize("NFKD", written.casefold())
    plain = "".join(mark for mark in plain if not unicodedata.combining(mark))
    plain = re.sub(r"\b([ap])\s?\.?\s?m\b\.?", r"\1m", plain).replace("–", "-").replace("—", "-")
    found: list[int | _Clock | str] = []
    rest = plain
    while rest := rest.lstrip(" ,;/.|()\t:"):
        token = _TOKEN.match(rest)
        if token is None:
            return None
        rest = rest[token.end() :]
        word = token["word"]
        if word is None:
            hour, _, minute = re.sub(r"[.h]", ":", token["clock"]).partition(":")
            plain_number = not minute and not token["half"]
            found.append(_Clock(int(hour), int(minute or 0), token["half"] or "", plain_number))
        elif word in _TO:
            found.append("-")
        elif word in _DAY_OF:
            found.append(_DAY_OF[word])
        elif word not in _SILENT:
            return None
    return found


def _span(opens: _Clock, closes: _Clock) -> Span | None:
    """Two clocks as a stretch of the day; None when they make none."""
    first, last = _clock(opens), _clock(closes)
    if first is None or last is None or first >= last:
        return None
    return first, last


def _clock(clock: _Clock) -> time | None:
    hour = clock.hour
    if clock.half == "pm" and hour < 12:
        hour += 12
    elif clock.half == "am" and hour == 12:
        hour = 0
    elif not clock.half and hour < _EARLIEST:
        hour += 12
    if (hour, clock.minute) == (24, 0):
        return _MIDNIGHT
    return time(hour, clock.minute) if hour < 24 and clock.minute < 60 else None


def _at(day: date, span: Span, where: tzinfo) -> Interval:
    opens, closes = (datetime.combine(day, clock, where).astimezone(UTC) for clock in span)
    return Interval(opens, closes)
