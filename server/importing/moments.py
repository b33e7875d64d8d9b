"""What a cell says of a moment: a day with a time, a time alone, a zone, a length. Knows no column."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal

from sync.rules.policy import zone_of
from sync.words import N_, Phrase

from . import cells
from .cells import Cell, Unreadable, shown
from .told import DAY_FIRST

_CLOCK = re.compile(
    r"^(?P<hour>\d{1,2})[:hH.](?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?"
    r"\s*(?P<half>[aApP]\.?\s?[mM]\.?)?$",
    re.ASCII,
)
_ISO = re.compile(
    r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?\s?(Z|[+-]\d{2}:?\d{2})?$", re.ASCII | re.IGNORECASE
)
_SPLIT = re.compile(r"^(\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4})(?:\s+|\s*,\s*|T)(\S.*)$", re.ASCII)
_OFFSET = re.compile(r"^(?:UTC|GMT)?\s*([+-])(\d{1,2})(?::?([0-5]\d))?$", re.ASCII | re.IGNORECASE)
_LENGTH = re.compile(r"^(?:(\d{1,2}):)?(\d{1,3}):([0-5]\d)$", re.ASCII)
LONGEST = timedelta(hours=12)  # a contact that lasted longer is a mistyped cell


class When:
    """A day, the time on it where it was told, and the zone where the cell itself names one."""

    def __init__(self, day: date, clock: time | None = None, zone: tzinfo | None = None) -> None:
        self.day = day
        self.clock = clock
        self.zone = zone

    def at(self, where: tzinfo, otherwise: time) -> datetime:
        """The instant, in UTC; of a day without a time, `otherwise`."""
        moment = datetime.combine(self.day, self.clock or otherwise, self.zone or where)
        return moment.astimezone(UTC)


def moment(cell: Cell, dates: str = DAY_FIRST) -> When | None:
    """`12/11/2026 3:05 p. m.`, `2026-11-12T15:05-05:00`, a sheet's own moment, or a day alone."""
    if isinstance(cell, datetime):
        return When(cell.date(), cell.time().replace(microsecond=0))
    if isinstance(cell, date):
        return When(_possible(cell))
    written = cells.text(cell)
    if not written:
        return None
    if _ISO.match(written):
        try:
            found = datetime.fromisoformat(written.replace("z", "Z"))
        except ValueError:
            raise _unreadable(written) from None
        return When(_possible(found.date()), found.time().replace(microsecond=0), found.tzinfo)
    parts = _SPLIT.match(written)
    if parts is None:
        day = cells.day(written, dates)
        return None if day is None else When(day)
    day = cells.day(parts[1], dates)
    return None if day is None else When(day, clock(parts[2]))


def clock(cell: Cell) -> time | None:
    """`15:05`, `3:05 p. m.`, `15h05`, or the part of a day by which sheets write times."""
    if isinstance(cell, Decimal):
        if not 0 <= cell < 1:
            raise _not_a_clock(cells.text(cell))
        seconds = round(cell * 24 * 3600) % (24 * 3600)
        minutes, second = divmod(int(seconds), 60)
        return time(*divmod(minutes, 60), second)
    if isinstance(cell, datetime):
        return cell.time().replace(microsecond=0)
    written = cells.text(cell)
    if not written:
        return None
    found = _CLOCK.match(written)
    if found is None:
        raise _not_a_clock(written)
    hour, half = int(found["hour"]), (found["half"] or "")[:1].lower()
    if half:
        if not 1 <= hour <= 12:
            raise _not_a_clock(written)
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return time(hour, int(found["minute"]), int(found["second"] or 0))
    except ValueError:
        raise _not_a_clock(written) from None


def zone(cell: Cell) -> tzinfo | None:
    """`America/Bogota`, `-05:00`, `UTC-5`; None for an empty cell."""
    written = cells.text(cell)
    if not written:
        return None
    offset = _OFFSET.match(written)
    if offset is not None:
        away = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
        if away <= timedelta(hours=14):
            return timezone(away if offset[1] == "+" else -away)
    found = UTC if written.upper() in ("UTC", "GMT", "Z") else zone_of(written)
    if found is None:
        text = N_("«{value}» no es una zona horaria: escriba por ejemplo America/Bogota o -05:00")
        raise Unreadable(Phrase(text, {"value": shown(written)}))
    return found


def seconds(cell: Cell) -> timedelta:
    """How long it lasted: seconds, or `mm:ss`, or `h:mm:ss`."""
    written = cells.text(cell)
    if not written:
        return timedelta(0)
    found = _LENGTH.match(written)
    if found is not None:
        length = timedelta(hours=int(found[1] or 0), minutes=int(found[2]), seconds=int(found[3]))
    elif re.fullmatch(r"\d{1,6}([.,]\d+)?", written, re.ASCII):
        length = timedelta(seconds=int(re.split(r"[.,]", written)[0]))
    else:
        text = N_("«{value}» no es una duración: escriba los segundos, o mm:ss")
        raise Unreadable(Phrase(text, {"value": shown(written)}))
    if length > LONGEST:
        raise Unreadable(Phrase(N_("{value} es demasiado para un contacto"), {"value": shown(written)}))
    return length


def _possible(day: date) -> date:
    return cells.day(day) or day


def _unreadable(written: str) -> Unreadable:
    text = N_("«{value}» no es una fecha con hora: escríbala dd/mm/aaaa hh:mm")
    return Unreadable(Phrase(text, {"value": shown(written)}))


def _not_a_clock(written: str) -> Unreadable:
    return Unreadable(Phrase(N_("«{value}» no es una hora: escríbala hh:mm"), {"value": shown(written)}))
