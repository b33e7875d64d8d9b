"""Takes the values of a JSON text out of it, and puts them back as the difference from the last like them.

Writer and reader remember the same at every point of the text. Knows no compression and no context.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from .spelling import (
    Damaged,
    Number,
    folded,
    instant_text,
    milliseconds_of,
    number_text,
    read_varint,
    unfolded,
    uuid_text,
    varint,
)

DECIMALS = 9
DIGITS = 10**27

# The control characters that stand for a value, and what else is written of it.
SAME = b"\x01"  # what stood last in this place: nothing
AGAIN = b"\x02"  # what was written before: how far back
MADE = b"\x03"  # a UUIDv7: how much later it was made than the last in this place; its 10 random bytes
OTHER = b"\x04"  # another UUID: its 16 bytes
HASH = b"\x05"  # hexadecimal as long as the last in this place: its bytes
LONG = b"\x06"  # hexadecimal: its length and bytes
INSTANT = b"\x07"  # how much later than the last
DAY = b"\x08"
NUMBER = b"\x09"  # how much more than the last in this place, with as many decimals
DECIMAL = b"\x0a"  # how many decimals, and the digits

_HEX = rb"[0-9a-f]"
TOKEN = re.compile(
    rb'(?<=")(?P<key>[a-z_]{1,24})\\?":'
    rb"|(?P<uuid>" + _HEX + rb"{8}-" + (_HEX + rb"{4}-") * 3 + _HEX + rb"{12})"
    rb"|(?P<instant>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)"
    rb"|(?P<day>\d{4}-\d\d-\d\d)"
    rb"|(?P<hex>(?:[0-9a-f]{2}){8,})"
    rb"|(?P<number>-?(?:0|[1-9]\d{0,17})(?:\.\d{1,9})?)"
)
MARK = re.compile(rb'(?<=")(?P<key>[a-z_]{1,24})\\?":|(?P<mark>[\x01-\x0a])')
CONTROL = re.compile(rb"[\x00-\x1f]")
_SECOND = 1000


class TooLarge(ValueError):
    """The message would be larger than allowed."""


Place = tuple[bytes, int]


class Seen:
    """What has been read so far: the same on both sides at every point of the text.

    A place is a key and how many values stand after it: the first and second of a list are two places.
    """

    def __init__(self) -> None:
        self.place: Place = (b"", 0)
        self.last: dict[Place, bytes] = {}
        self.texts: list[bytes] = []
        self.at: dict[bytes, int] = {}
        self.made: dict[Place, int] = {}  # milliseconds since 1970
        self.length: dict[Place, int] = {}
        self.number: dict[Place, Number] = {}
        self.instant = 0  # milliseconds since 1970
        self.day = 0  # 0001-01-01 is 1

    def begin(self, key: bytes) -> None:
        self.place = (key, 0)

    def end(self, text: bytes) -> None:
        """A value was read: the next one stands in the next place."""
        self.last[self.place] = text
        self.place = (self.place[0], self.place[1] + 1)

    def keep(self, text: bytes) -> None:
        self.at[text] = len(self.texts)
        self.texts.append(text)


class Writer:
    def __init__(self, seen: Seen) -> None:
        self.seen = seen
        self.small = bytearray()
        self.raw = bytearray()

    def token(self, match: re.Match[bytes]) -> bytes:
        kind, text = match.lastgroup, match[0]
        if kind == "key":
            self.seen.begin(match["key"])
            return text
        mark = SAME if self.seen.last.get(self.seen.place) == text else _WRITE[kind or ""](self, text)
        if mark:
            self.seen.end(text)
        return mark or text

    def put(self, value: int) -> None:
        self.small += varint(value)

    def again(self, text: bytes) -> bool:
        """Refer back to a text written before, and keep it either way."""
        at = self.seen.at.get(text)
        if at is not None:
            self.put(len(self.seen.texts) - at)
        self.seen.keep(text)
        return at is not None

    def identifier(self, text: bytes) -> bytes:
        if self.again(text):
            return AGAIN
        value = bytes.fromhex(text.replace(b"-", b"").decode("ascii"))
        if value[6] >> 4 != 7:
            self.raw += value
            return OTHER
        made, place = int.from_bytes(value[:6], "big"), self.seen.place
        self.put(folded(made - self.seen.made.get(place, 0)))
        self.seen.made[place] = made
        self.raw += value[6:]
        return MADE

    def hexadecimal(self, text: bytes) -> bytes:
        if self.again(text):
            return AGAIN
        value, place = bytes.fromhex(text.decode("ascii")), self.seen.place
        self.raw += value
        if self.seen.length.get(place) == len(value):
            return HASH
        self.seen.length[place] = len(value)
        self.put(len(value))
        return LONG

    def time(self, text: bytes) -> bytes:
        now = milliseconds_of(text)
        if now is None:
            return b""
        if self.again(text):
            return AGAIN
        moved, self.seen.instant = now - self.seen.instant, now
        self.put(folded(moved) << 1 if moved % _SECOND else folded(moved // _SECOND) << 1 | 1)
        return INSTANT

    def date(self, text: bytes) -> bytes:
        try:
            day = date.fromisoformat(text.decode("ascii")).toordinal()
        except ValueError:
            return b""
        moved, self.seen.day = day - self.seen.day, day
        self.put(folded(moved))
        return DAY

    def count(self, text: bytes) -> bytes:
        whole, _, fraction = text.partition(b".")
        said, place = Number(int(whole + fraction), len(fraction)), self.seen.place
        if number_text(said) != text:  # minus nothing
            return b""
        last, self.seen.number[place] = self.seen.number.get(place, Number(0, 0)), said
        if last.decimals == said.decimals:
            self.put(folded(said.digits - last.digits))
            return NUMBER
        self.put(said.decimals)
        self.put(folded(said.digits))
        return DECIMAL


_WRITE: dict[str, Callable[[Writer, bytes], bytes]] = {
    "uuid": Writer.identifier,
    "hex": Writer.hexadecimal,
    "instant": Writer.time,
    "day": Writer.date,
    "number": Writer.count,
}


class Reader:
    def __init__(self, seen: Seen, small: bytes, raw: bytes, limit: int) -> None:
        self.seen = seen
        self.small, self.at = small, 0
        self.raw, self.raw_at = raw, 0
        self.left = limit

    def token(self, match: re.Match[bytes]) -> bytes:
        if match.lastgroup == "key":
            self.seen.begin(match["key"])
            return match[0]
        text = _READ[match[0]](self)
        self.left -= len(text)
        if self.left < 0:
            raise TooLarge
        self.seen.end(text)
        return text

    def take(self) -> int:
        value, self.at = read_varint(self.small, self.at)
        return value

    def rest(self, count: int) -> bytes:
        taken = self.raw[self.raw_at : self.raw_at + count]
        if len(taken) != count:
            raise Damaged
        self.raw_at += count
        return taken

    def kept(self, text: bytes) -> bytes:
        self.seen.keep(text)
        return text

    def same(self) -> bytes:
        try:
            return self.seen.last[self.seen.place]
        except KeyError as wrong:
            raise Damaged from wrong

    def again(self) -> bytes:
        back = self.take()
        if not 1 <= back <= len(self.seen.texts):
            raise Damaged
        return self.kept(self.seen.texts[-back])

    def made(self) -> bytes:
        place = self.seen.place
        made = self.seen.made.get(place, 0) + unfolded(self.take())
        if not 0 <= made < 1 << 48:
            raise Damaged
        self.seen.made[place] = made
        return self.kept(uuid_text(made.to_bytes(6, "big") + self.rest(10)))

    def other(self) -> bytes:
        return self.kept(uuid_text(self.rest(16)))

    def hash(self) -> bytes:
        return self.kept(self.rest(self.seen.length.get(self.seen.place, 0)).hex().encode("ascii"))

    def long(self) -> bytes:
        self.seen.length[self.seen.place] = length = self.take()
        return self.kept(self.rest(length).hex().encode("ascii"))

    def instant(self) -> bytes:
        moved = self.take()
        self.seen.instant += unfolded(moved >> 1) * (_SECOND if moved & 1 else 1)
        try:
            return self.kept(instant_text(self.seen.instant))
        except OverflowError as wrong:
            raise Damaged from wrong

    def day(self) -> bytes:
        self.seen.day += unfolded(self.take())
        try:
            return date.fromordinal(self.seen.day).isoformat().encode("ascii")
        except (ValueError, OverflowError) as wrong:
            raise Damaged from wrong

    def count(self) -> bytes:
        last = self.seen.number.get(self.seen.place, Number(0, 0))
        return self.counted(Number(last.digits + unfolded(self.take()), last.decimals))

    def decimal(self) -> bytes:
        decimals = self.take()
        return self.counted(Number(unfolded(self.take()), decimals))

    def counted(self, said: Number) -> bytes:
        if said.decimals > DECIMALS or abs(said.digits) >= DIGITS:
            raise Damaged
        self.seen.number[self.seen.place] = said
        return number_text(said)


_READ: dict[bytes, Callable[[Reader], bytes]] = {
    SAME: Reader.same,
    AGAIN: Reader.again,
    MADE: Reader.made,
    OTHER: Reader.other,
    HASH: Reader.hash,
    LONG: Reader.long,
    INSTANT: Reader.instant,
    DAY: Reader.day,
    NUMBER: Reader.count,
    DECIMAL: Reader.decimal,
}
