"""What is packed comes out as it went in, byte by byte; what is no packed message is refused."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
import zstandard
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bench.dictionary import Person
from sync.wire import codec, packing
from sync.wire.errors import Problem
from sync.wire.packing import Context, Damaged, OtherContext, TooLarge, pack, unpack
from sync.wire.spelling import sized

LIMIT = 1 << 20
# 27 digits; without its sign its whole part would be packed as a hash.
LONGEST_NUMBER = f"-{'9' * 18}.{'9' * 9}"

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
    | st.uuids().map(str)
    | st.datetimes().map(lambda at: at.isoformat(timespec="milliseconds") + "Z")
    | st.dates().map(str)
    | st.binary(max_size=80).map(bytes.hex)
    | st.from_regex(r"-?[0-9]{1,30}(\.[0-9]{0,12})?", fullmatch=True)
    | st.sampled_from(
        ["-0", "-0.0", "007", "2026-02-30", "2026-02-30T25:00:00.000Z", "0000-01-01", '\\":', "a_b"]
    ),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text('abn_1"\\', max_size=30), inner, max_size=4)
    ),
    max_leaves=20,
)


@settings(derandomize=True, deadline=None, max_examples=400)
@given(VALUES, VALUES)
@example(LONGEST_NUMBER, None)  # could not be read back
@example("123456789012345.000000000", LONGEST_NUMBER)  # told as how far it is from the other
def test_any_message_comes_out_as_it_went_in_with_and_without_a_context(message: Any, before: Any) -> None:
    text, known = codec.plain(message), codec.plain(before)
    assert unpack(pack(text), LIMIT) == text
    context = Context(3, 9, known)
    assert unpack(pack(text, context), LIMIT, lambda n, number: known) == text


def messages(seed: int, visits: int) -> tuple[bytes, Context]:
    message, context = Person(random.Random(seed)).request(visits)
    return codec.plain(message), context


@pytest.mark.parametrize("visits", [0, 1, 25])
def test_a_days_push_comes_out_as_it_went_in_and_much_smaller_than_zstd_makes_it(visits: int) -> None:
    text, context = messages(visits, visits)
    asked: list[tuple[int, int]] = []

    def find(n: int, number: int) -> bytes:
        asked.append((n, number))
        return context.text

    packed = pack(text, context)
    assert unpack(packed, LIMIT, find) == text
    assert asked == [(context.n, context.number)]
    assert len(packed) < len(zstandard.compress(text)) / 2


def test_another_context_is_noticed_before_a_word_is_read() -> None:
    text, context = messages(1, 1)
    packed = pack(text, context)
    for other in (None, b"", context.text + b" ", context.text.replace(b"visit", b"Visit", 1)):
        with pytest.raises(OtherContext):
            unpack(packed, LIMIT, lambda n, number, other=other: other)
    with pytest.raises(Problem) as refused:
        codec.decode(packed, codec.PACK)
    assert refused.value.code == "other_context"


def test_spoilt_bytes_are_refused_or_give_other_text_never_another_error() -> None:
    chance = random.Random(20261122)
    text, context = messages(2, 2)
    packed = pack(text, context)
    refused = 0
    for _ in range(3000):
        spoilt = bytearray(packed)
        for _ in range(chance.choice((1, 1, 2, 5))):
            spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
        if chance.random() < 0.3:
            del spoilt[chance.randrange(len(spoilt)) :]
        try:
            unpack(bytes(spoilt), LIMIT, lambda n, number: context.text)
        except (Damaged, OtherContext, TooLarge):
            refused += 1
    assert refused > 2000, refused


def test_a_small_message_cannot_ask_for_much_memory() -> None:
    again = pack(codec.plain(["ab" * 400, *["ab" * 400] * 50]))
    assert len(again) < 600
    with pytest.raises(TooLarge):
        unpack(again, 10_000)
    words = packing._compressor().compress(sized(b"\x01" * 5_000_000))
    with pytest.raises((TooLarge, Damaged)):
        unpack(bytes([1, 0]) + words, LIMIT)
    with pytest.raises(Problem) as refused:
        codec.decode(pack(codec.plain(["x" * codec.PACKED])), codec.PACK)
    assert refused.value.code == "too_large"


def test_a_large_message_is_not_packed() -> None:
    body, name = codec.encode({"note": "é" * codec.PACKED}, (codec.PACK, "zstd"))
    assert name == "zstd"
    assert codec.decode(body, name) == {"note": "é" * codec.PACKED}


def test_a_message_is_packed_only_for_who_takes_it() -> None:
    message = json.loads(messages(3, 1)[0])
    assert codec.encode(message, codec.accepted("gzip, zstd"))[1] == "zstd"
    body, name = codec.encode(message, codec.accepted("gzip, zstd, ronda-pack-1"))
    assert (name, codec.decode(body, name)) == ("ronda-pack-1", message)
    assert codec.encode(message, codec.accepted("*"))[1] == "zstd"
