"""Decides whether one agent can be at two appointments of a day. Knows no store and plans nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sync.records import Promise

from ..doors import SERVICE_S
from ..roads import MatrixProvider, Point


@dataclass(frozen=True)
class Appointment:
    """When somebody agreed to be visited, local to him, where, and how many seconds it takes at the door."""

    debtor: str
    day: date
    since: time
    until: time
    point: Point | None
    service_s: int = SERVICE_S


def agreed(
    debtor: str, promises: Iterable[Promise], since: date, point: Point | None, service_s: int = SERVICE_S
) -> list[Appointment]:
    """The debtor's appointments from a day on, the earliest first."""
    found = [
        Appointment(debtor, one.due, one.window_start, one.window_end, point, service_s)
        for one in promises
        if one.due >= since and one.window_start is not None and one.window_end is not None
    ]
    return sorted(found, key=lambda one: (one.day, one.since))


def clashing(
    new: Sequence[Appointment], held: Sequence[Appointment], roads: MatrixProvider
) -> Appointment | None:
    """The first held appointment that nobody can keep together with one of `new`; None when all fit."""
    return next((other for one in new for other in held if not _both(one, other, roads)), None)


def _both(one: Appointment, other: Appointment, roads: MatrixProvider) -> bool:
    """Whether one agent can begin both within their windows, in one order or the other."""
    if one.day != other.day:
        return True
    there, back = timedelta(0), timedelta(0)
    if one.point is not None and other.point is not None:
        seconds = roads.table([one.point, other.point], [one.point, other.point])[0]
        there, back = timedelta(seconds=int(seconds[0, 1])), timedelta(seconds=int(seconds[1, 0]))
    first = _done(one) + there <= _at(other, other.until)
    second = _done(other) + back <= _at(one, one.until)
    return first or second


def _done(one: Appointment) -> datetime:
    """When it is over, begun as early as it can be."""
    return _at(one, one.since) + timedelta(seconds=one.service_s)


def _at(one: Appointment, clock: time) -> datetime:
    return datetime.combine(one.day, clock)
