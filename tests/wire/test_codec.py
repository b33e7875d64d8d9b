"""Messages come back as they went, and nothing hostile gets in or takes much memory."""

from __future__ import annotations

import gzip
import json
import tracemalloc
import zlib
from typing import Any

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.wire import codec
from sync.wire.codec import DEPTH, ENCODINGS, LIMIT, SMALL, accepted, decode, decompress, encode, loads
from sync.wire.errors import Problem

from .test_digest import JSON

QUICK = settings(derandomize=True, deadline=None, max_examples=100)
LONG = {"nota": "Pagará el viernes, señora Núñez. " * 40}


def refusal(data: bytes, encoding: str | None = None, limit: int = LIMIT) -> str:
    with pytest.raises(Problem) as caught:
        decode(data, encoding, limit)
    assert str(caught.value.detail)
    return caught.value.code


@QUICK
@given(JSON.filter(lambda value: "\\u0000" not in json.dumps(value)), st.sampled_from(ENCODINGS))
def test_every_message_comes_back_as_it_went(value: object, name: str) -> None:
    data, used = encode(value, [name, "identity"])
    assert decode(data, used) == value


@pytest.mark.parametrize(
    ("accept", "used"),
    [
        (["identity"], "identity"),
        (["gzip", "identity"], "gzip"),
        (["gzip", "zstd"], "zstd"),
        (["br"], "identity"),
        (["ronda-zstd-1", "zstd"], "zstd"),
    ],
)
def test_the_best_encoding_both_sides_speak_is_used(accept: list[str], used: str) -> None:
    data, name = encode(LONG, accept)
    assert name == used
    assert decode(data, name) == LONG
    assert name == "identity" or len(data) < SMALL


def test_a_small_message_is_not_compressed() -> None:
    assert encode({"ok": True}, ["zstd"]) == (b'{"ok":true}', "identity")


@pytest.mark.parametrize(
    ("header", "names"),
    [
        (None, ("identity",)),
        ("", ("identity",)),
        ("gzip, zstd", ("zstd", "gzip", "identity")),
        ("ronda-zstd-9, gzip;q=0.5, br", ("gzip", "identity")),
        ("*", ("zstd", "gzip", "identity")),
        ("*, zstd;q=0", ("gzip", "identity")),
        ("zstd;q=0, GZIP; q=1.0", ("gzip", "identity")),
        ("gzip;level=9", ("identity",)),
    ],
)
def test_what_a_request_accepts_is_read(header: str | None, names: tuple[str, ...]) -> None:
    assert accepted(header) == names


def test_an_encoding_nobody_knows_is_named_with_those_that_are() -> None:
    with pytest.raises(Problem) as caught:
        decode(b"{}", "ronda-zstd-7")
    assert caught.value.code == "unknown_encoding"
    assert "zstd, gzip, identity" in str(caught.value.detail)


@pytest.mark.parametrize("name", ["gzip", "zstd"])
def test_a_cut_or_changed_message_is_refused(name: str) -> None:
    data, _ = encode(LONG, [name])
    assert refusal(data[:-3], name) == "bad_encoding"
    assert refusal(b"", name) == "bad_encoding"
    assert refusal(b"{}", name) == "bad_encoding"
    assert refusal(data[:10] + bytes([data[10] ^ 0xFF]) + data[11:], name) in {"bad_encoding", "bad_json"}


def test_something_after_a_gzip_message_is_refused() -> None:
    assert refusal(gzip.compress(b"{}") + b"more", "gzip") == "bad_encoding"


@pytest.mark.parametrize("name", ["identity", "gzip", "zstd", "zstd of unsaid size"])
def test_a_bomb_is_refused_without_unpacking_it(name: str) -> None:
    plain = b"[" + b" " * (64 * 1024 * 1024)
    bombs = {
        "identity": lambda: plain,
        "gzip": lambda: gzip.compress(plain, 1),
        "zstd": lambda: zstandard.ZstdCompressor().compress(plain),
        "zstd of unsaid size": lambda: zstandard.ZstdCompressor(write_content_size=False).compress(plain),
    }
    data = bombs[name]()
    limit = 1024 * 1024
    tracemalloc.start()
    try:
        assert refusal(data, name.split()[0], limit) == "too_large"
        assert tracemalloc.get_traced_memory()[1] < 8 * limit
    finally:
        tracemalloc.stop()


def test_a_message_of_exactly_the_limit_passes() -> None:
    data = b'"' + b"a" * 998 + b'"'
    for packed, name in (
        (data, "identity"),
        (gzip.compress(data), "gzip"),
        (zstandard.compress(data), "zstd"),
    ):
        assert len(decompress(packed, name, 1000)) == 1000
        assert refusal(packed, name, 999) == "too_large"


def test_a_zstd_frame_that_asks_for_a_huge_window_is_refused() -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=27, write_content_size=False)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    assert refusal(packer.compress(b"{}") + packer.flush(), "zstd") == "bad_encoding"


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"{'a': 1}",
        b"\xff\xfe",
        b"\xef\xbb\xbf{}",
        b'{"a": 1, "a": 1}',
        b'{"b": [{"a": 1, "a": 2}]}',
        b"NaN",
        b"[Infinity]",
        b"-Infinity",
        b"1e999",
        b"9223372036854775808",
        b"9" * 5000,
        b'"\\ud800"',
        b'{"\\udfff": 1}',
        b'["a\\u0000b"]',
        b'"a\x00b"',
        b"[" * (DEPTH + 1) + b"]" * (DEPTH + 1),
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"{} {}",
    ],
    ids=lambda text: repr(text[:20]),
)
def test_text_that_is_not_strict_json_is_refused_with_a_sentence(text: bytes) -> None:
    assert refusal(text) == "bad_json"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b'"\\ud83d\\ude00"', "😀"),
        (b'"\\\\u0000"', "\\u0000"),
        (b"-9223372036854775808", -(2**63)),
        (b"[" * DEPTH + b"]" * DEPTH, None),
        (b"1E3", 1000.0),
    ],
)
def test_unusual_but_right_json_is_read(text: bytes, value: object) -> None:
    assert value is None or loads(text) == value
    loads(text)


@QUICK
@given(st.binary(max_size=200), st.sampled_from([*ENCODINGS, None, "br"]))
def test_any_bytes_are_read_or_refused_never_a_crash(data: bytes, name: str | None) -> None:
    try:
        decode(data, name, 10_000)
    except Problem as problem:
        assert problem.status < 500  # noqa: PT017 - most bytes are refused, some are read


@QUICK
@given(st.integers(0, 200), st.integers(0, 255), st.sampled_from(["gzip", "zstd"]))
def test_any_damage_to_a_packed_message_is_read_or_refused(where: int, byte: int, name: str) -> None:
    data = bytearray(encode(LONG, [name])[0])
    data[where % len(data)] = byte
    try:
        decode(bytes(data), name)
    except Problem as problem:
        assert problem.status < 500  # noqa: PT017


def test_gzip_is_the_same_bytes_every_time() -> None:
    assert encode(LONG, ["gzip"])[0] == encode(LONG, ["gzip"])[0]
    assert zlib.decompress(encode(LONG, ["gzip"])[0], 31).startswith(b'{"nota"')


def read(reader: Any, text: bytes) -> tuple[object, str]:
    """The value with its types, or the sentence of the refusal."""
    try:
        return repr(reader(text)), ""
    except Problem as wrong:
        return None, str(wrong.detail)


# What two readers of JSON could read differently.
ODD = (
    b'{"a":1,"a":2}',
    b'{"a":[{"b":1,"b":1}]}',
    b"[1e400]",
    b"[-0]",
    b"[-0.0]",
    b"[1.0]",
    b"[1.50]",
    b"[1E3]",
    b"[1e-7]",
    b"[9223372036854775807]",
    b"[9223372036854775808]",
    b"[-9223372036854775809]",
    b"18446744073709551615",
    b'{"a":123456789012345678901}',
    b"[NaN]",
    b'["\\ud800"]',
    b'["\\u0000"]',
    b'["\\u00e1"]',
    b'["\xc3\xa1"]',
    b'["\xff"]',
    b'["\\/"]',
    b"[ 1]",
    b"\xef\xbb\xbf[]",
    b"[" * 70 + b"]" * 70,
    b"[" * 3000 + b"]" * 3000,
)


@pytest.mark.parametrize("text", ODD)
def test_the_swift_reader_never_differs_from_the_strict_one(text: bytes) -> None:
    assert read(loads, text) == read(codec._strictly, text)


@given(JSON, st.integers(0, 2**32), st.binary(min_size=1, max_size=2))
@settings(max_examples=300, deadline=None)
def test_whatever_is_written_or_damaged_is_read_the_same_by_both(
    value: object, where: int, byte: bytes
) -> None:
    text = codec.plain(value)
    assert read(loads, text) == read(codec._strictly, text)
    place = where % (len(text) + 1)
    for other in (text[:place] + byte + text[place:], text[:place] + byte + text[place + 1 :]):
        assert read(loads, other) == read(codec._strictly, other)
