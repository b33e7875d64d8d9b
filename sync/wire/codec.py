"""Turns a message into compressed bytes and back, strictly and within bounds. Knows no message.

What decodes is plain JSON without duplicate keys, NaN, lone surrogates or NUL characters, at most
`DEPTH` levels deep and no larger than its limit once decompressed; anything else is a `Problem`.
"""

from __future__ import annotations

import io
import json
import re
import secrets
import zlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import orjson
import zstandard

from ..words import N_, Phrase
from . import packing
from .errors import Problem

LIMIT = 16 * 1024 * 1024
# Below this, compression costs more than it saves.
SMALL = 200
# Best first. What `packing` makes with its first dictionary; another would have another name
# (`ronda-pack-2` …), so that a side without that very dictionary never meets its bytes.
PACK = "ronda-pack-1"
ENCODINGS = (PACK, "zstd", "gzip", "identity")
# Packing takes about 0.1 ms per event on either side: worth it where bytes are few and links are slow.
PACKED = 128 * 1024
# RFC 8878 asks decoders to hold 8 MiB windows; larger ones would let a small message ask for much memory.
WINDOW = 8 * 1024 * 1024
CHUNK = 256 * 1024
INTEGER_BOUND = 2**63
# Far above any message and far below where writing the same thing back would exhaust the stack.
DEPTH = 64

_SUSPECT = re.compile(rb"\\u(0000|[dD][89a-fA-F])")
_QUALITY = re.compile(r"^q=(0(\.\d{0,3})?|1(\.0{0,3})?)$")


def encode(
    obj: Any, accept: Collection[str] = ("identity",), context: packing.Context | None = None
) -> tuple[bytes, str]:
    """The message as bytes, in the best encoding of `accept` (names, see `accepted`), and its name.

    `context` is what the reader is known to hold; only packing makes use of it. Raises ValueError or
    TypeError for what JSON cannot hold: that is our own mistake, not the sender's.
    """
    data = plain(obj)
    if len(data) >= SMALL:
        for name in ENCODINGS:
            if name in accept and not (name == PACK and len(data) > PACKED):
                return packing.pack(data, context) if name == PACK else _compress(data, name), name
    return data, "identity"


@dataclass(frozen=True)
class Written:
    """JSON that is written already: it goes into a message as it is, neither read nor written again."""

    text: str


def plain(obj: Any) -> bytes:
    """The message as the shortest JSON text, uncompressed."""
    written: dict[str, str] = {}

    def stand_in(part: Any) -> str:
        if not isinstance(part, Written):
            raise TypeError(f"{type(part).__name__} cannot be written as JSON")
        name = secrets.token_hex(16)
        written[f'"{name}"'] = part.text
        return name

    text = json.dumps(obj, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=stand_in)
    for name, part in written.items():
        text = text.replace(name, part, 1)
    return text.encode("utf-8")


def _compress(data: bytes, name: str) -> bytes:
    if name == "zstd":
        return zstandard.ZstdCompressor(level=3, write_content_size=True).compress(data)
    if name == "gzip":
        packer = zlib.compressobj(6, zlib.DEFLATED, 31)
        return packer.compress(data) + packer.flush()
    return data


def accepted(header: str | None) -> tuple[str, ...]:
    """The encodings we speak that an HTTP `Accept-Encoding` allows. `identity` is always among them."""
    refused, named = {"identity"}, set()
    for part in (header or "").split(","):
        name, _, parameter = part.strip().lower().partition(";")
        quality = _QUALITY.match(parameter.strip().replace(" ", ""))
        if parameter.strip() and (quality is None or float(quality[1]) == 0):
            refused.add(name.strip())
        else:
            named.add(name.strip())
    # "Anything" means anything that is known everywhere.
    wanted = named | (set(ENCODINGS) - {PACK}) if "*" in named else named
    return (*(name for name in ENCODINGS if name in wanted - refused), "identity")


def decode(
    data: bytes, content_encoding: str | None, limit: int = LIMIT, find: packing.Finder = packing.no_context
) -> Any:
    """The message in `data`; `find` gives the text of the context it was packed against.

    Raises Problem: unknown_encoding, bad_encoding, other_context, too_large or bad_json.
    """
    return loads(decompress(data, content_encoding, limit, find))


def decompress(
    data: bytes, content_encoding: str | None, limit: int = LIMIT, find: packing.Finder = packing.no_context
) -> bytes:
    """The bytes a message was made of, never more than `limit` and never holding much more in memory."""
    name = (content_encoding or "identity").strip().lower()
    if name == "identity":
        text = data
    elif name == "gzip":
        text = _gunzip(data, limit)
    elif name == "zstd":
        text = _unzstd(data, limit)
    elif name == PACK:
        text = _unpacked(data, min(limit, PACKED), find)
    else:
        raise Problem(
            "unknown_encoding",
            Phrase(
                N_("La compresión «{name}» no se conoce; use una de estas: {known}"),
                {"name": name[:40], "known": ", ".join(ENCODINGS)},
            ),
        )
    if len(text) > limit:
        raise _too_large(limit)
    return text


def _too_large(limit: int) -> Problem:
    return Problem(
        "too_large",
        Phrase(N_("El mensaje pasa de {limit} bytes; envíe menos de una vez"), {"limit": limit}),
    )


def _damaged(name: str) -> Problem:
    return Problem(
        "bad_encoding", Phrase(N_("El mensaje no es {name} válido; envíelo de nuevo"), {"name": name})
    )


def _unpacked(data: bytes, limit: int, find: packing.Finder) -> bytes:
    try:
        return packing.unpack(data, limit, find)
    except packing.OtherContext as wrong:
        raise Problem("other_context") from wrong
    except packing.TooLarge as wrong:
        raise _too_large(limit) from wrong
    except packing.Damaged as wrong:
        raise _damaged(PACK) from wrong


def _gunzip(data: bytes, limit: int) -> bytes:
    unpacker = zlib.decompressobj(31)
    try:
        plain = unpacker.decompress(data, limit + 1)
    except zlib.error as wrong:
        raise _damaged("gzip") from wrong
    if len(plain) <= limit and (not unpacker.eof or unpacker.unused_data):
        raise _damaged("gzip")
    return plain


def _unzstd(data: bytes, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    try:
        declared = zstandard.frame_content_size(data)
        if declared > limit:
            raise _too_large(limit)
        reader = zstandard.ZstdDecompressor(max_window_size=WINDOW).stream_reader(io.BytesIO(data))
        while size <= limit and (part := reader.read(CHUNK)):
            parts.append(part)
            size += len(part)
    except zstandard.ZstdError as wrong:
        raise _damaged("zstd") from wrong
    if size <= limit and declared not in (-1, size):
        raise _damaged("zstd")
    return b"".join(parts)


def refuse_crowd(data: bytes, most: int) -> None:
    """Raise Problem too_large for a text of more than `most` parts: a few million empty objects compress to
    nothing, stay within any size, and fill the memory once they are read."""
    if data.count(b",") + data.count(b"[") + data.count(b"{") > most:
        raise Problem("too_large")


def loads(data: bytes) -> Any:
    """Strict JSON. Used for messages and, one by one, for the headers and bodies of events.

    Raises Problem bad_json, with a sentence; never RecursionError, UnicodeDecodeError or ValueError.
    """
    found = _swiftly(data)
    return _strictly(data) if found is _UNSURE else found


_UNSURE = object()
# A number of so many digits may pass 64 bits.
_LONG_NUMBER = re.compile(rb"[\[:,]-?[0-9]{18}")


def _swiftly(data: bytes) -> Any:
    """What `_strictly` reads, at a fraction of its cost, of JSON as we write it ourselves; else _UNSURE.

    A text that comes out of its own value byte for byte has no key twice, no space and no number that is
    written otherwise than it is kept: nothing is left on which two readers could differ.
    """
    if _LONG_NUMBER.search(data) or data[:1].isdigit() or data[:1] == b"-" or _SUSPECT.search(data):
        return _UNSURE
    try:
        obj = orjson.loads(data)
        if orjson.dumps(obj) != data:
            return _UNSURE
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return _UNSURE
    if data.count(b"{") + data.count(b"[") > DEPTH:
        _refuse_depth(obj)
    return obj


def _strictly(data: bytes) -> Any:
    try:
        obj = _STRICT.decode(data.decode("utf-8"))
    except UnicodeDecodeError as wrong:
        raise _bad_json(Phrase(N_("El mensaje no está en UTF-8"))) from wrong
    except RecursionError as wrong:
        raise _too_deep() from wrong
    except json.JSONDecodeError as wrong:
        raise _bad_json(
            Phrase(
                N_("El mensaje no es JSON: línea {line}, columna {column}"),
                {"line": wrong.lineno, "column": wrong.colno},
            )
        ) from wrong
    # Fewer brackets than levels allowed: most headers and bodies need not be walked.
    if data.count(b"{") + data.count(b"[") > DEPTH:
        _refuse_depth(obj)
    if _SUSPECT.search(data):
        _refuse_odd_text(obj)
    return obj


def _bad_json(detail: Phrase) -> Problem:
    return Problem("bad_json", detail)


def _too_deep() -> Problem:
    return _bad_json(Phrase(N_("El mensaje tiene demasiados niveles")))


def _refuse_depth(obj: Any) -> None:
    level = [obj]
    for _ in range(DEPTH):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return
    raise _too_deep()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise _bad_json(Phrase(N_("La clave «{key}» aparece dos veces"), {"key": twice[:60]}))
    return made


def _constant(name: str) -> None:
    raise _bad_json(Phrase(N_("{name} no es un número en JSON"), {"name": name}))


def _integer(text: str) -> int:
    # No database column holds more; checked by length first, since reading a huge integer is slow.
    number = int(text) if len(text) <= 20 else INTEGER_BOUND
    if not -INTEGER_BOUND <= number < INTEGER_BOUND:
        raise _bad_json(Phrase(N_("Un número entero pasa de 64 bits")))
    return number


def _float(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise _bad_json(Phrase(N_("Un número es demasiado grande")))
    return number


def _refuse_odd_text(obj: Any) -> None:
    """No store keeps a NUL in text on every engine, and a lone surrogate cannot be written as UTF-8."""
    for text in _texts(obj):
        if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
            raise _bad_json(Phrase(N_("Un texto tiene caracteres que no se pueden guardar")))


def _texts(obj: Any) -> Iterable[str]:
    waiting = [obj]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            waiting.extend(item)
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)


# Made once: json.loads with hooks makes a decoder each time, which takes longer than reading a header.
_STRICT = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer, parse_float=_float
)
