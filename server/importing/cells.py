"""What one cell says: text, whole number, day. Knows no column and no file.

A cell is text (from a CSV, or typed as text in a sheet), a number, a day or a yes/no of a sheet.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal

from sync.cells import unsafe
from sync.words import N_, Phrase

from .told import DAY_FIRST, MONTH_FIRST

Cell = str | Decimal | date | bool

LONGEST = 1000  # characters of one cell: an address with all its landmarks is far shorter
_DAY_FIRST = re.compile(r"^(\d{1,2})([/.-])(\d{1,2})\2(\d{4})$", re.ASCII)
_ISO = re.compile(r"^(\d{4})([/-])(\d{1,2})\2(\d{1,2})$", re.ASCII)
_CLOCK = re.compile(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(\s?[ap]\.?\s?m\.?)?$", re.ASCII | re.IGNORECASE)
_EARLIEST, _LATEST = date(1950, 1, 1), date(2100, 1, 1)


class Unreadable(ValueError):
    """A cell does not say what its column needs; `because` is for the person who mends it."""

    def __init__(self, because: Phrase) -> None:
        super().__init__(str(because))
        self.because = because


def text(cell: Cell) -> str:
    """The cell as text: one line, single spaces, no control characters, NFC. Formulas stay text."""
    if isinstance(cell, bool):
        return "sí" if cell else "no"
    if isinstance(cell, Decimal):
        return whole_or_plain(cell)
    if isinstance(cell, datetime):
        return f"{cell:%d/%m/%Y %H:%M:%S}"
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    written = unsafe(cell)
    if not written.isascii() or not written.isprintable():
        written = unicodedata.normalize("NFC", written)
        written = "".join(mark if mark.isprintable() else " " for mark in written)
    found = " ".join(written.split())
    if len(found) > LONGEST:
        raise Unreadable(
            Phrase(
                N_("el texto tiene {n} caracteres y se admiten {most}"), {"n": len(found), "most": LONGEST}
            )
        )
    return found


def raw(cell: Cell) -> str:
    """The cell for the file of rejected rows: as it was typed, or a sheet's value written to be read back."""
    if not isinstance(cell, Decimal):
        return cell if isinstance(cell, str) else text(cell)
    written = whole_or_plain(cell)
    whole, dot, decimals = written.partition(".")
    # Three decimals would be read as thousands.
    return f"{whole},{decimals}{'0' if len(decimals) == 3 else ''}" if dot else whole


def whole_or_plain(number: Decimal) -> str:
    """A sheet's number without exponent and without the zeros after the point."""
    if number == number.to_integral_value():
        return f"{number.to_integral_value():f}"
    return f"{number.normalize():f}"


def whole(cell: Cell) -> int | None:
    """A count such as overdue instalments; None for an empty cell."""
    written = text(cell)
    if not written:
        return None
    if re.fullmatch(r"\d{1,6}([.,]0+)?", written, re.ASCII) is None:
        raise Unreadable(Phrase(N_("«{value}» no es un número entero"), {"value": shown(written)}))
    return int(re.split(r"[.,]", written)[0])


def day(cell: Cell, dates: str = DAY_FIRST) -> date | None:
    """A date written dd/mm/yyyy or yyyy-mm-dd, or a sheet's own date; None for an empty cell.

    Only a person may say that a file writes the month first.
    """
    if isinstance(cell, datetime):
        cell = cell.date()
    found = cell if isinstance(cell, date) else _written_day(text(cell), dates)
    if found is not None and not _EARLIEST <= found < _LATEST:
        raise Unreadable(
            Phrase(N_("la fecha {value} está fuera de todo plazo posible"), {"value": f"{found:%d/%m/%Y}"})
        )
    return found


def _written_day(written: str, dates: str) -> date | None:
    if not written:
        return None
    plain = _CLOCK.sub("", written)
    found = _DAY_FIRST.match(plain)
    if found is not None:
        first, second = int(found[1]), int(found[3])
        month, day_ = (first, second) if dates == MONTH_FIRST else (second, first)
        parts = (int(found[4]), month, day_)
    else:
        found = _ISO.match(plain)
        if found is None:
            raise Unreadable(
                Phrase(N_("«{value}» no es una fecha: escríbala dd/mm/aaaa"), {"value": shown(written)})
            )
        parts = (int(found[1]), int(found[3]), int(found[4]))
    try:
        return date(*parts)
    except ValueError:
        raise Unreadable(
            Phrase(N_("la fecha {value} no existe: escríbala dd/mm/aaaa"), {"value": shown(written)})
        ) from None


def shown(written: str) -> str:
    """A cell quoted in a sentence, cut where it grows too long."""
    return written if len(written) <= 60 else f"{written[:57]}…"
