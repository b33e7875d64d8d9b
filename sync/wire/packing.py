"""Packs a message tighter than general compression: values apart from the words around them.

A message repeats its words and hardly repeats its values. The text of the JSON goes one way, with one
control character for each value taken out; identifiers, hashes, times and numbers go another, each as the
difference from what was last seen under the same key. The words are compressed by zstd with a trained
dictionary; what is random by nature is stored as it is. `docs/protocol.md` fixes the bytes.

A *context* is a text both sides already hold, such as the last event the office acknowledged. It is read
before the message, so that what the message repeats of it costs a byte or two.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import zstandard

VERSION = 1
WITH_CONTEXT = 0x80
# Small messages are worth the effort; large ones are not packed (see `codec`).
LEVEL = 12
WINDOW = 8 * 1024 * 1024
CHUNK = 256 * 1024
# Read before every message: what hardly ever differs.
PROLOGUE = (
    b'"protocol":1,"client":"ronda/0.2.0","limit":500,"version":1,"pending":0,"more":0,"accuracy_m":10.0,'
    b'"salt":"00000000000000000000000000000000","signature":"' + b"0" * 128 + b'",'
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
_TOKEN = re.compile(
    rb'(?<=")(?P<key>[a-z_]{1,24})\\?":'
    rb"|(?P<uuid>" + _HEX + rb"{8}-" + (_HEX + rb"{4}-") * 3 + _HEX + rb"{12})"
    rb"|(?P<instant>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)"
    rb"|(?P<day>\d{4}-\d\d-\d\d)"
    rb"|(?P<hex>(?:[0-9a-f]{2}){8,})"
    rb"|(?P<number>-?(?:0|[1-9]\d{0,17})(?:\.\d{1,9})?)"
)
_MARK = re.compile(rb'(?<=")(?P<key>[a-z_]{1,24})\\?":|(?P<mark>[\x01-\x0a])')
_CONTROL = re.compile(rb"[\x00-\x1f]")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
_SECOND = 1000
_MAGICLESS = zstandard.FORMAT_ZSTD1_MAGICLESS


class Unpackable(ValueError):
    """The text has control characters, so it is not JSON as we write it."""


class Damaged(ValueError):
    """The bytes are not a packed message."""


class OtherContext(ValueError):
    """The message was packed against a context that this side does not hold."""


class TooLarge(ValueError):
    """The message would be larger than allowed."""


class Number(NamedTuple):
    """A number as it is written: its digits as a whole number, and how many are decimals."""

    digits: int
    decimals: int


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


class _Writer:
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
        self.small += _varint(value)

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
        self.put(_folded(made - self.seen.made.get(place, 0)))
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
        now = _milliseconds(text)
        if now is None:
            return b""
        if self.again(text):
            return AGAIN
        moved, self.seen.instant = now - self.seen.instant, now
        self.put(_folded(moved) << 1 if moved % _SECOND else _folded(moved // _SECOND) << 1 | 1)
        return INSTANT

    def date(self, text: bytes) -> bytes:
        try:
            day = date.fromisoformat(text.decode("ascii")).toordinal()
        except ValueError:
            return b""
        moved, self.seen.day = day - self.seen.day, day
        self.put(_folded(moved))
        return DAY

    def count(self, text: bytes) -> bytes:
        whole, _, fraction = text.partition(b".")
        said, place = Number(int(whole + fraction), len(fraction)), self.seen.place
        if _written(said) != text:  # minus nothing
            return b""
        last, self.seen.number[place] = self.seen.number.get(place, Number(0, 0)), said
        if last.decimals == said.decimals:
            self.put(_folded(said.digits - last.digits))
            return NUMBER
        self.put(said.decimals)
        self.put(_folded(said.digits))
        return DECIMAL


_WRITE: dict[str, Callable[[_Writer, bytes], bytes]] = {
    "uuid": _Writer.identifier,
    "hex": _Writer.hexadecimal,
    "instant": _Writer.time,
    "day": _Writer.date,
    "number": _Writer.count,
}


class _Reader:
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
        value, self.at = _read_varint(self.small, self.at)
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
        made = self.seen.made.get(place, 0) + _unfolded(self.take())
        if not 0 <= made < 1 << 48:
            raise Damaged
        self.seen.made[place] = made
        return self.kept(_uuid(made.to_bytes(6, "big") + self.rest(10)))

    def other(self) -> bytes:
        return self.kept(_uuid(self.rest(16)))

    def hash(self) -> bytes:
        return self.kept(self.rest(self.seen.length.get(self.seen.place, 0)).hex().encode("ascii"))

    def long(self) -> bytes:
        self.seen.length[self.seen.place] = length = self.take()
        return self.kept(self.rest(length).hex().encode("ascii"))

    def instant(self) -> bytes:
        moved = self.take()
        self.seen.instant += _unfolded(moved >> 1) * (_SECOND if moved & 1 else 1)
        try:
            return self.kept(_instant(self.seen.instant))
        except OverflowError as wrong:
            raise Damaged from wrong

    def day(self) -> bytes:
        self.seen.day += _unfolded(self.take())
        try:
            return date.fromordinal(self.seen.day).isoformat().encode("ascii")
        except (ValueError, OverflowError) as wrong:
            raise Damaged from wrong

    def count(self) -> bytes:
        last = self.seen.number.get(self.seen.place, Number(0, 0))
        return self.counted(Number(last.digits + _unfolded(self.take()), last.decimals))

    def decimal(self) -> bytes:
        decimals = self.take()
        return self.counted(Number(_unfolded(self.take()), decimals))

    def counted(self, said: Number) -> bytes:
        if said.decimals > DECIMALS or abs(said.digits) >= DIGITS:
            raise Damaged
        self.seen.number[self.seen.place] = said
        return _written(said)


_READ: dict[bytes, Callable[[_Reader], bytes]] = {
    SAME: _Reader.same,
    AGAIN: _Reader.again,
    MADE: _Reader.made,
    OTHER: _Reader.other,
    HASH: _Reader.hash,
    LONG: _Reader.long,
    INSTANT: _Reader.instant,
    DAY: _Reader.day,
    NUMBER: _Reader.count,
    DECIMAL: _Reader.decimal,
}


@dataclass(frozen=True)
class Context:
    """What both sides hold: event `n` of the laptop's chain, and row `number` of its feed, which is a route.

    `number` is 0 when there is no route; `text` is what `context_text` makes of both.
    """

    n: int
    number: int
    text: bytes


def context_text(header: bytes, body: bytes, epoch: str, stops: Iterable[Mapping[str, Any]]) -> bytes:
    """The text to read before a message: the stops of a route, then an event, then the feed's epoch."""
    parts = [
        f'"stop":"{stop["id"]}","debtor":"{stop["debtor"]}","address":"{stop["address"]}","accounts":'
        + ",".join(f'"{account}"' for account in stop["accounts"])
        for stop in stops
    ]
    return ",".join(parts).encode() + header + body + f',"epoch":"{epoch}"'.encode()


def pack(text: bytes, context: Context | None = None) -> bytes:
    """The message, packed; against a context when the reader is known to hold it. Raises Unpackable."""
    if _CONTROL.search(text):
        raise Unpackable("a JSON text as Ronda writes it holds no control character")
    said, raw = words(text, b"" if context is None else context.text)
    head = bytes([VERSION])
    if context is not None:
        named = _varint(context.n) + _varint(context.number)
        head = bytes([VERSION | WITH_CONTEXT]) + named + _check(context.text)
    return head + _sized(raw) + _compressor().compress(said)


def words(text: bytes, before: bytes = b"") -> tuple[bytes, bytes]:
    """What is compressed of a message, and what is stored beside it as it is."""
    writer = _Writer(_read_before(before))
    skeleton = _TOKEN.sub(writer.token, text)
    return _sized(skeleton) + bytes(writer.small), bytes(writer.raw)


Finder = Callable[[int, int], bytes | None]


def no_context(_n: int, _number: int) -> None:
    """For a reader who holds nothing of the writer."""


def unpack(data: bytes, limit: int, find: Finder = no_context) -> bytes:
    """What `pack` packed, at most `limit` bytes. `find(n, number)` gives the text of a context.

    Raises Damaged, OtherContext or TooLarge.
    """
    if not data or data[0] & ~WITH_CONTEXT != VERSION:
        raise Damaged
    at, before = 1, b""
    if data[0] & WITH_CONTEXT:
        n, at = _read_varint(data, at)
        number, at = _read_varint(data, at)
        check, at = data[at : at + 4], at + 4
        found = find(n, number)
        if found is None or check != _check(found):
            raise OtherContext
        before = found
    size, at = _read_varint(data, at)
    raw, said = data[at : at + size], data[at + size :]
    if len(raw) != size or size > limit:
        raise Damaged
    plain = _decompressed(said, limit)
    size, at = _read_varint(plain, 0)
    skeleton, small = plain[at : at + size], plain[at + size :]
    if len(skeleton) > limit:
        raise TooLarge
    reader = _Reader(_read_before(before), small, raw, limit - len(skeleton))
    text = _MARK.sub(reader.token, skeleton)
    if len(skeleton) != size or reader.at != len(small) or reader.raw_at != len(raw):
        raise Damaged
    return text


def _read_before(before: bytes) -> Seen:
    seen = Seen()
    _TOKEN.sub(_Writer(seen).token, PROLOGUE + before)
    return seen


def _check(context: bytes) -> bytes:
    return zlib.crc32(context).to_bytes(4, "big")


@cache
def dictionary() -> zstandard.ZstdCompressionDict:
    """The words of Ronda's messages, as `bench/dictionary.py` trained them. Never changed, only numbered."""
    held = (files("sync.wire") / "words-1.zdict").read_bytes()
    return zstandard.ZstdCompressionDict(held, dict_type=zstandard.DICT_TYPE_FULLDICT)


def _compressor() -> zstandard.ZstdCompressor:
    settings = zstandard.ZstdCompressionParameters.from_level(
        LEVEL, format=_MAGICLESS, write_content_size=0, write_dict_id=0, write_checksum=0
    )
    return zstandard.ZstdCompressor(dict_data=dictionary(), compression_params=settings)


def _decompressed(said: bytes, limit: int) -> bytes:
    reader = zstandard.ZstdDecompressor(
        dict_data=dictionary(), max_window_size=WINDOW, format=_MAGICLESS
    ).stream_reader(io.BytesIO(said), read_across_frames=False)
    parts: list[bytes] = []
    size = 0
    try:
        while size <= 2 * limit and (part := reader.read(CHUNK)):
            parts.append(part)
            size += len(part)
    except zstandard.ZstdError as wrong:
        raise Damaged from wrong
    if size > 2 * limit:
        raise TooLarge
    return b"".join(parts)


def _sized(data: bytes | bytearray) -> bytes:
    return _varint(len(data)) + data


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    """(value, place after it): seven bits a byte, the least first, the last without the high bit."""
    value = shift = 0
    while at < len(data) and shift < 98:
        part = data[at]
        at += 1
        value |= (part & 0x7F) << shift
        if part < 0x80:
            return value, at
        shift += 7
    raise Damaged


def _folded(value: int) -> int:
    """0, -1, 1, -2, 2 … as 0, 1, 2, 3, 4 …"""
    return value << 1 if value >= 0 else (-value << 1) - 1


def _unfolded(value: int) -> int:
    return -(value + 1 >> 1) if value & 1 else value >> 1


def _written(number: Number) -> bytes:
    if number.decimals == 0:
        return b"%d" % number.digits
    digits = str(abs(number.digits)).zfill(number.decimals + 1)
    sign = "-" if number.digits < 0 else ""
    return f"{sign}{digits[: -number.decimals]}.{digits[-number.decimals :]}".encode("ascii")


def _uuid(value: bytes) -> bytes:
    text = value.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:])).encode("ascii")


def _milliseconds(text: bytes) -> int | None:
    """Milliseconds since 1970; None for a text that is no instant, or not written as we write it."""
    try:
        now = (datetime.fromisoformat(text.decode("ascii")) - _EPOCH) // _MS
    except ValueError:
        return None
    return now if _instant(now) == text else None


def _instant(milliseconds: int) -> bytes:
    moment = _EPOCH + milliseconds * _MS
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds").encode("ascii") + b"Z"
