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
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import zstandard

from .spelling import Damaged, read_varint, sized, varint
from .values import CONTROL, MARK, TOKEN, Reader, Seen, TooLarge, Writer

__all__ = [
    "Context",
    "Damaged",
    "OtherContext",
    "TooLarge",
    "Unpackable",
    "context_text",
    "pack",
    "unpack",
    "words",
]

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
_MAGICLESS = zstandard.FORMAT_ZSTD1_MAGICLESS


class Unpackable(ValueError):
    """The text has control characters, so it is not JSON as we write it."""


class OtherContext(ValueError):
    """The message was packed against a context that this side does not hold."""


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
    if CONTROL.search(text):
        raise Unpackable("a JSON text as Ronda writes it holds no control character")
    said, raw = words(text, b"" if context is None else context.text)
    head = bytes([VERSION])
    if context is not None:
        named = varint(context.n) + varint(context.number)
        head = bytes([VERSION | WITH_CONTEXT]) + named + _check(context.text)
    return head + sized(raw) + _compressor().compress(said)


def words(text: bytes, before: bytes = b"") -> tuple[bytes, bytes]:
    """What is compressed of a message, and what is stored beside it as it is."""
    writer = Writer(_read_before(before))
    skeleton = TOKEN.sub(writer.token, text)
    return sized(skeleton) + bytes(writer.small), bytes(writer.raw)


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
        n, at = read_varint(data, at)
        number, at = read_varint(data, at)
        check, at = data[at : at + 4], at + 4
        found = find(n, number)
        if found is None or check != _check(found):
            raise OtherContext
        before = found
    size, at = read_varint(data, at)
    raw, said = data[at : at + size], data[at + size :]
    if len(raw) != size or size > limit:
        raise Damaged
    plain = _decompressed(said, limit)
    size, at = read_varint(plain, 0)
    skeleton, small = plain[at : at + size], plain[at + size :]
    if len(skeleton) > limit:
        raise TooLarge
    reader = Reader(_read_before(before), small, raw, limit - len(skeleton))
    text = MARK.sub(reader.token, skeleton)
    if len(skeleton) != size or reader.at != len(small) or reader.raw_at != len(raw):
        raise Damaged
    return text


def _read_before(before: bytes) -> Seen:
    seen = Seen()
    TOKEN.sub(Writer(seen).token, PROLOGUE + before)
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
