"""What an amount written by a lender is worth: `1.234.567,50`, `1234567.50`, `$ 1,234` … Knows no column.

One mark before exactly three digits (`1.234`) can be thousands or decimals. The file decides: the mark
that its other cells use for decimals; where no cell tells, the country's habit. Where a file's cells
contradict each other, such a cell is refused rather than guessed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

from sync.money import rounded
from sync.words import N_, Phrase

from .cells import Cell, Unreadable, shown, text, whole_or_plain

COMMA, DOT, MIXED = ",", ".", "mixed"

_NUMBER = re.compile(r"^\d{1,18}$", re.ASCII)
_ONE_MARK = re.compile(r"^(\d+)([.,])(\d+)$", re.ASCII)
_GROUPED = re.compile(r"^\d{1,3}(?:(?P<mark>[.,])\d{3})(?:(?P=mark)\d{3})+$", re.ASCII)
_BOTH = re.compile(r"^\d{1,3}(?:(?P<group>[.,])\d{3})+(?!(?P=group))(?P<decimal>[.,])\d+$", re.ASCII)
_NOISE = re.compile(r"[\s$€]")
_MILLIONS = re.compile(r"(?<=\d)['’](?=\d{3}(?P<mark>[.,])?)")  # 1'234.567,50 as it is written by hand
_CURRENCY = re.compile(r"^[A-Z]{3}(?=[\d$(-])|(?<=[\d)])[A-Z]{3}$")
_OTHER = {COMMA: DOT, DOT: COMMA}
# Below this share, cells of the other habit are slips of a file that has one habit.
_SLIPS = 0.01


def habit_of(written: str) -> str | None:
    """The decimal mark this amount shows, or None when it shows none."""
    plain, _ = _bare(written)
    both = _BOTH.match(plain)
    if both is not None:
        return both["decimal"]
    grouped = _GROUPED.match(plain)
    if grouped is not None:
        return _OTHER[grouped["mark"]]
    one = _ONE_MARK.match(plain)
    return one[2] if one is not None and not _ambiguous(one) else None


def decided(cells: Iterable[Cell], fallback: str) -> str:
    """The decimal mark of a file whose amounts these are: `,`, `.` or `mixed`."""
    seen: Counter[str] = Counter()
    for cell in cells:
        if isinstance(cell, str):
            habit = habit_of(cell)
            if habit is not None:
                seen[habit] += 1
    return settled(seen, fallback)


def settled(seen: Counter[str], fallback: str) -> str:
    """The mark that rules, from how often each was seen."""
    if not seen:
        return fallback
    (most, count), *rest = seen.most_common()
    return MIXED if rest and rest[0][1] > count * _SLIPS else most


def read(cell: Cell, decimal: str, currency: str) -> Decimal | None:
    """The amount, never negative, rounded to the currency; None for an empty cell. Raises Unreadable."""
    if isinstance(cell, Decimal):
        amount, negative = cell.copy_abs(), cell < 0
        written = whole_or_plain(cell)
    else:
        written = text(cell)
        if not written:
            return None
        plain, negative = _bare(written)
        amount = _worth(plain, decimal, written)
    if negative and amount:
        raise Unreadable(Phrase(N_("el importe {value} es negativo"), {"value": shown(written)}))
    if amount >= Decimal(10) ** 15:
        raise Unreadable(Phrase(N_("el importe {value} es demasiado grande"), {"value": shown(written)}))
    return rounded(amount, currency)


def signed(cell: Cell, decimal: str, currency: str) -> Decimal | None:
    """The same, with its sign: a payments file writes reversals as negative amounts."""
    if isinstance(cell, Decimal):
        size = read(cell.copy_abs(), decimal, currency)
        return -size if size is not None and cell < 0 else size
    plain, negative = _bare(text(cell))
    size = read(plain, decimal, currency)
    return -size if size is not None and negative else size


def _worth(plain: str, decimal: str, written: str) -> Decimal:
    if _NUMBER.match(plain):
        return Decimal(plain)
    habit = habit_of(plain)
    if habit is not None:
        return _as(plain, habit)
    one = _ONE_MARK.match(plain)
    if one is None:
        text_ = N_("«{value}» no es un importe: escriba solo números, por ejemplo 1.234.567,50")
        raise Unreadable(Phrase(text_, {"value": shown(written)}))
    if decimal == MIXED:
        text_ = N_("«{value}» puede ser miles o decimales y el archivo usa ambos: escríbalo con decimales")
        raise Unreadable(Phrase(text_, {"value": shown(written)}))
    return _as(plain, decimal)


def _as(plain: str, decimal: str) -> Decimal:
    return Decimal(plain.replace(_OTHER[decimal], "").replace(decimal, "."))


def _ambiguous(one: re.Match[str]) -> bool:
    """True for `1.234`; not for `0.123` or `1234.567`, where the mark cannot part thousands."""
    return len(one[3]) == 3 and len(one[1]) <= 3 and not one[1].startswith("0")


def _bare(written: str) -> tuple[str, bool]:
    """Digits and marks only, and whether it is negative: a sign before or after, or parentheses."""
    plain = _NOISE.sub("", written)
    plain = _MILLIONS.sub(lambda found: found["mark"] or "", _CURRENCY.sub("", plain))
    negative = plain.startswith(("-", "−")) or plain.endswith("-") or (plain[:1] == "(" and plain[-1:] == ")")
    return plain.strip("()").strip("+-−"), negative
