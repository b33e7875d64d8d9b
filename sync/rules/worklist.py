"""Decides on which worklist an account stands on a day, and for when. Knows no hour, no law and no store."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from ..words import N_, Phrase
from .ladder import Facts
from .policy import fold_text

KINDS = ("before_due", "arrears", "once")


@dataclass(frozen=True)
class Worklist:
    """One list: `before_due` asks for a debt about to fall due and promises to be looked at, `arrears` for
    days of arrears, again every so many days, `once` for a notice that is given a single time."""

    name: str
    title: str
    kind: str
    channel: str
    template: str
    say: str = ""
    days_before: tuple[int, int] = (1, 2)
    dpd_from: int = 1
    dpd_to: int | None = None
    every_days: int = 7
    in_field: bool = False  # only who goes to the street by his own pack


@dataclass(frozen=True, slots=True)
class Listed:
    """An account's place on a list: since which day it waits there, and why."""

    name: str
    due: date
    because: Phrase


def listed(facts: Facts, lists: tuple[Worklist, ...]) -> tuple[Listed, ...]:
    """The lists on which an open account stands on the day. A promise that stands keeps it off all others."""
    if not facts.open:
        return ()
    found = []
    for one in lists:
        if one.name in facts.again and facts.again[one.name] > facts.day:
            continue
        place = _before_due(facts, one) if one.kind == "before_due" else _in_arrears(facts, one)
        if place is not None:
            found.append(place)
    return tuple(found)


def _before_due(facts: Facts, one: Worklist) -> Listed | None:
    review, due = facts.promise_review, facts.promise_due
    if review is not None and due is not None and review <= facts.day <= due:
        text = N_("Revisar la promesa antes de su fecha: {due}")
        return Listed(one.name, review, Phrase(text, {"due": f"{due:%d/%m/%Y}"}))
    if facts.overdue > 0 or facts.due_on is None or facts.total <= 0:
        return None
    near, far = one.days_before
    days = (facts.due_on - facts.day).days
    if not near <= days <= far:
        return None
    last = facts.last.get(one.channel)
    if last is not None and (facts.due_on - last).days <= far:
        return None
    text = N_("Su cuota vence en {days} días, el {due}")
    values: dict[str, str | int] = {"days": days, "due": f"{facts.due_on:%d/%m/%Y}"}
    return Listed(one.name, facts.due_on - timedelta(days=near), Phrase(text, values))


def _in_arrears(facts: Facts, one: Worklist) -> Listed | None:
    late = facts.overdue > 0 and one.dpd_from <= facts.dpd
    if not late or (one.dpd_to is not None and facts.dpd > one.dpd_to):
        return None
    if (facts.promise_due is not None and facts.promise_due >= facts.day) or facts.unconfirmed:
        return None
    if one.in_field and not facts.in_field:
        return None
    due = facts.reached_day(one.dpd_from)
    last = facts.noticed if one.kind == "once" else facts.last.get(one.channel)
    if one.kind == "once":
        if last is not None and last >= due:
            return None
    elif last is not None and not facts.broken_since(last):
        due = max(due, last + timedelta(days=one.every_days))
    if due > facts.day:
        return None
    if facts.broken_on is not None and facts.streak:
        text = N_("{dpd} días de mora; incumplió {streak} promesas seguidas")
        return Listed(one.name, due, Phrase(text, {"dpd": facts.dpd, "streak": facts.streak}))
    if last is None:
        return Listed(one.name, due, Phrase(N_("{dpd} días de mora"), {"dpd": facts.dpd}))
    text = N_("{dpd} días de mora; lo último fue hace {days} días")
    return Listed(one.name, due, Phrase(text, {"dpd": facts.dpd, "days": (facts.day - last).days}))


_WEEKDAYS = {
    "lunes": 0, "martes": 1, "miercoles": 2, "jueves": 3, "viernes": 4, "sabado": 5, "domingo": 6,
    "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6,
}  # fmt: skip
_NUMBER = re.compile(r"(?<![0-9])[0-9]{1,2}(?![0-9])")


def next_due(payday: str, day: date) -> date | None:
    """The first day not before `day` on which he pays, as his lender wrote it ("15 y 30", "viernes", "5").

    The 30th and 31st are a shorter month's last day. None where the text names no day.
    """
    weekdays, numbers = _paydays(payday)
    near = [day + timedelta(days=(weekday - day.weekday()) % 7) for weekday in weekdays]
    for number in numbers:
        near.append(_on(day.year, day.month, number, day))
    return min(near, default=None)


def _on(year: int, month: int, number: int, after: date) -> date:
    found = date(year, month, min(number, monthrange(year, month)[1]))
    if found >= after:
        return found
    year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return date(year, month, min(number, monthrange(year, month)[1]))


@lru_cache(maxsize=4096)
def _paydays(text: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    words = fold_text(text).split("_")
    weekdays = {_WEEKDAYS[word] for word in words if word in _WEEKDAYS}
    numbers = {int(found) for found in _NUMBER.findall(text) if 1 <= int(found) <= 31}
    return tuple(sorted(weekdays)), tuple(sorted(numbers))
