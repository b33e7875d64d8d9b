"""Which days a promise may name, and which are likely: a debtor's payday and habit. Judges no promise.

A suggestion always says where it comes from; nothing is promised by it.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ..records import Payment
from ..words import N_, Phrase
from .hours import windows
from .policy import Policy, fold_text

WEEKDAYS = ("lunes", "martes", "miercoles", "jueves", "viernes", "sabado", "domingo")
# Of fewer payments no habit can be told; of older ones it would be an old habit.
FEWEST, LATEST = 3, 12
NEAR = 2  # days of the month that count as the same
MOST = 3


@dataclass(frozen=True)
class PromiseDay:
    """A day of the calendar: whether a promise may name it, and whether a visit may be made on it."""

    day: date
    promise: bool
    visit: bool
    holiday: bool


@dataclass(frozen=True)
class Suggested:
    """A likely day and where the likelihood comes from."""

    day: date
    because: Phrase


def calendar(policy: Policy | None, today: date, zone: str) -> tuple[tuple[PromiseDay, ...], ...]:
    """Whole weeks, from Monday, from today's to that of the last day a promise may name; none without one."""
    if policy is None:
        return ()
    last = today + timedelta(days=policy.promise.max_promise_days)
    first = today - timedelta(days=today.weekday())
    weeks = []
    while first <= last:
        weeks.append(tuple(_day(policy, first + timedelta(days=n), today, last, zone) for n in range(7)))
        first += timedelta(days=7)
    return tuple(weeks)


def _day(policy: Policy, day: date, today: date, last: date, zone: str) -> PromiseDay:
    may = today <= day <= last
    return PromiseDay(day, may, may and bool(windows(policy, day, zone)), day in policy.holidays)


def suggested(
    payday: str, payments: Iterable[Payment], policy: Policy | None, today: date
) -> tuple[Suggested, ...]:
    """The next likely days within what a promise may name, nearest first, each day once."""
    if policy is None:
        return ()
    last = today + timedelta(days=policy.promise.max_promise_days)
    closed = frozenset(policy.holidays)
    told = Phrase(N_("Día de pago según la entidad: {payday}"), {"payday": payday.strip()[:60]})
    found = [Suggested(_open(day, closed), told) for day in paydays(payday, today, last)]
    habit = habit_of(payments, today)
    if habit is not None:
        usual, times, of = habit
        words = N_("Pagó hacia el día {day} del mes {times} de las últimas {of} veces")
        because = Phrase(words, {"day": usual, "times": times, "of": of})
        found += [Suggested(_open(day, closed), because) for day in paydays(str(usual), today, last)]
    near: dict[date, Suggested] = {}
    for one in sorted(found, key=lambda one: one.day):
        if one.day <= last:
            near.setdefault(one.day, one)
    return tuple(near.values())[:MOST]


def paydays(text: str, first: date, last: date) -> list[date]:
    """The paydays from `first` to `last` of a lender's words: "15", "15 y 30", "viernes", "fin de mes".

    Words that cannot be read name no day. A day that a month lacks is its last.
    """
    words = fold_text(text).replace("_", " ")
    days = [first + timedelta(days=count) for count in range((last - first).days + 1)]
    numbers = [int(found) for found in re.findall(r"\d+", words)]
    if numbers:
        named = all(1 <= number <= 31 for number in numbers) and len(numbers) <= 4
        return [day for day in days if named and any(day.day == _within(day, number) for number in numbers)]
    weekday = next((place for place, name in enumerate(WEEKDAYS) if name in words.split()), None)
    if weekday is not None:
        return [day for day in days if day.weekday() == weekday]
    if words in ("quincena", "quincenal", "quincenas"):
        return [day for day in days if day.day in (15, _within(day, 30))]
    if "fin de mes" in words or words in ("ultimo", "ultimo dia", "mensual"):
        return [day for day in days if day.day == _within(day, 31)]
    return []


def _within(day: date, number: int) -> int:
    return min(number, monthrange(day.year, day.month)[1])


def _open(day: date, closed: frozenset[date]) -> date:
    """The day itself, or the next on which banks are open."""
    while day.weekday() >= 5 or day in closed:
        day += timedelta(days=1)
    return day


def habit_of(payments: Iterable[Payment], today: date) -> tuple[int, int, int] | None:
    """The day of the month around which he mostly pays: (day, how often, of how many); None without one."""
    known = list(payments)
    undone = {one.reverses for one in known if one.reverses}
    paid: Sequence[date] = sorted(
        {one.value_date for one in known if one.reverses is None and one.id not in undone}
    )
    recent = [day for day in paid if day <= today][-LATEST:]
    if len(recent) < FEWEST:
        return None
    usual, _ = min(Counter(day.day for day in recent).items(), key=lambda one: (-one[1], one[0]))
    best = max(
        range(1, 32), key=lambda day: (sum(abs(one.day - day) <= NEAR for one in recent), day == usual, -day)
    )
    times = sum(abs(one.day - best) <= NEAR for one in recent)
    return (best, times, len(recent)) if times >= FEWEST and times * 3 >= len(recent) * 2 else None
