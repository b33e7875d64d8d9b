"""QR codes and barcodes as what is dark and what is not, and as SVG. Knows no paper and no debt.

The symbols are made by segno and python-barcode; here they are only drawn, the same on both sides.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from xml.sax.saxutils import quoteattr

import segno
from barcode.codex import Code128, Gs1_128
from barcode.ean import EAN13
from barcode.errors import BarcodeError

FNC1 = Gs1_128.FNC1_CHAR
SEGMENT = re.compile(r"\((\d{2,4})\)([^()]*)")
# Application identifiers whose length the first two digits fix (GS1 General Specifications, 7.8.5): no
# separator follows them. The number counts the identifier itself.
FIXED = {
    "00": 20,
    "01": 16,
    "02": 16,
    "03": 16,
    "04": 18,
    "20": 4,
    "41": 16,
    **{str(two): 8 for two in range(11, 20)},
    **{str(two): 10 for two in (31, 32, 33, 34, 35, 36)},
}
# GS1 asks for 48 at most; what a lender's own layout adds is drawn as long as it fits a letter's width.
LONGEST_GS1 = 60
QUIET = 4  # light modules around a QR code
QUIET_BARS = 10


class NoMark(ValueError):
    """The text cannot be drawn as that symbol; the sentence says why."""


@lru_cache(maxsize=256)
def qr(text: str) -> tuple[tuple[bool, ...], ...]:
    """The dark modules of a QR code (level M), row by row, without its quiet zone."""
    try:
        made = segno.make_qr(text, error="m", boost_error=False)
    except segno.DataOverflowError as wrong:
        raise NoMark(f"a QR code cannot hold {len(text)} characters") from wrong
    return tuple(tuple(bool(dark) for dark in row) for row in made.matrix)


@lru_cache(maxsize=256)
def code128(text: str) -> str:
    """The modules of a Code 128 symbol, "1" dark and "0" light, without its quiet zones."""
    if not text or not text.isascii() or not text.isprintable():
        raise NoMark("a Code 128 barcode holds ASCII letters, digits and signs only")
    return _built(Code128, text)


@lru_cache(maxsize=256)
def gs1_128(text: str) -> str:
    """The modules of a GS1-128 symbol for a text such as `(415)7709998000018(8020)123(3900)50000`."""
    return _built(Gs1_128, gs1_data(text))


def gs1_data(text: str) -> str:
    """What a GS1-128 symbol of that text holds: a separator after every part of open length but the last."""
    parts = SEGMENT.findall(text)
    if not parts or "".join(f"({ai}){value}" for ai, value in parts) != text:
        raise NoMark("a GS1-128 text is written as (415)7709998000018(8020)123: identifiers in brackets")
    joined = ""
    for place, (ai, value) in enumerate(parts):
        _part(ai, value)
        last = place == len(parts) - 1
        joined += ai + value + ("" if last or ai[:2] in FIXED else FNC1)
    if len(joined) > LONGEST_GS1:
        raise NoMark(f"a GS1-128 symbol holds {LONGEST_GS1} characters, not {len(joined)}")
    return joined


def gln_check(first_twelve: str) -> str:
    """The thirteenth digit of a GLN."""
    return str(EAN13(first_twelve).calculate_checksum())


def _part(ai: str, value: str) -> None:
    if not value or not value.isascii() or not value.isprintable() or FNC1 in value or " " in value:
        raise NoMark(f"the part ({ai}) of the barcode is '{value}': letters, digits and signs are needed")
    length = FIXED.get(ai[:2])
    if length is not None and len(ai) + len(value) != length:
        raise NoMark(f"the part ({ai}) of the barcode needs {length - len(ai)} digits, not {len(value)}")
    if ai[:2] == "41" and (not value.isdigit() or gln_check(value[:12]) != value[12]):
        raise NoMark(f"({ai}){value} is not a GLN: its last digit does not fit the others")


def _built(kind: type[Code128], data: str) -> str:
    try:
        made: list[str] = kind(data).build()
    except (BarcodeError, KeyError, ValueError) as wrong:
        raise NoMark(f"this cannot be a barcode: {wrong}") from wrong
    return made[0]


def svg_qr(text: str, label: str, *, css: str = "qr") -> str:
    """An inline SVG of the QR code; it is sized by the page's stylesheet."""
    rows = qr(text)
    side = len(rows) + 2 * QUIET
    path = "".join(
        f"M{x + QUIET} {y + QUIET}h{length}v1h-{length}z"
        for y, row in enumerate(rows)
        for x, length in runs(row)
    )
    return _svg(side, side, path, label, css)


def svg_bars(modules: str, label: str, *, height: int = 40, css: str = "bars") -> str:
    """An inline SVG of a barcode's modules."""
    path = "".join(
        f"M{x + QUIET_BARS} 0h{length}v{height}h-{length}z"
        for x, length in runs([mark == "1" for mark in modules])
    )
    return _svg(len(modules) + 2 * QUIET_BARS, height, path, label, css, stretch=True)


def runs(row: Sequence[bool]) -> list[tuple[int, int]]:
    """(from, length) of each stretch of dark modules: fewer and cleaner edges than one module each."""
    found: list[tuple[int, int]] = []
    for x, dark in enumerate(row):
        if not dark:
            continue
        if found and found[-1][0] + found[-1][1] == x:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((x, 1))
    return found


def _svg(width: int, height: int, path: str, label: str, css: str, *, stretch: bool = False) -> str:
    ratio = ' preserveAspectRatio="none"' if stretch else ""
    return (
        f'<svg class={quoteattr(css)} viewBox="0 0 {width} {height}"{ratio} shape-rendering="crispEdges" '
        f'role="img" aria-label={quoteattr(label)}><rect width="{width}" height="{height}" fill="#fff"/>'
        f'<path d="{path}" fill="#000"/></svg>'
    )
