"""Spoiled bytes at the laptops' door: never an answer in the 500s, and nothing kept of what was refused.

RONDA_BYTE_CASES asks for another number of cases.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections import Counter
from typing import Any

import pytest

from server.web import api
from sync.ids import new_id
from sync.ledger import ZERO, Entry, as_received, body_digest, chain, new_salt
from sync.ledger import reopen as moved_to
from sync.wire import codec
from tests.office.builders import NOW, visit_body

from .offices import Door

SEED = 20261122
CASES = int(os.environ.get("RONDA_BYTE_CASES", "3000"))
POISONS = CASES // 6
ENCODINGS = codec.ENCODINGS
# What a field is replaced by: every one can be written as JSON, none is what was meant.
ODD: tuple[str, ...] = (
    "null",
    "true",
    "-1",
    "0",
    "9223372036854775807",
    "9223372036854775808",
    "1" + "0" * 400,
    "1e400",
    "1.5",
    "NaN",
    "-Infinity",
    '""',
    '"\\ud800"',
    '"\\u0000"',
    '"' + "ñ" * 5_000 + '"',
    '"2026-02-30T25:61:61Z"',
    '"9999-12-31T23:59:59.999Z"',
    '"0001-01-01T00:00:00Z"',
    '"00000000-0000-0000-0000-000000000000"',
    "[]",
    "{}",
    '{"a":1,"a":2}',
    "[" * 63 + "]" * 63,
    "[" * 2_000 + "]" * 2_000,
    '{"a":' * 500 + "1" + "}" * 500,
)


BACKSLASH = ord("\\")


def flipped(data: bytes, luck: random.Random) -> bytes:
    spoiled = bytearray(data)
    for _ in range(luck.randrange(1, 4)):
        spoiled[luck.randrange(len(spoiled))] ^= 1 << luck.randrange(8)
    return bytes(spoiled)


def cut(data: bytes, luck: random.Random) -> bytes:
    return data[: luck.randrange(len(data))]


def spliced(data: bytes, luck: random.Random) -> bytes:
    a, b, at = (luck.randrange(len(data)) for _ in range(3))
    return data[:at] + data[min(a, b) : max(a, b)] + data[at + luck.randrange(20) :]


def stuffed(data: bytes, luck: random.Random) -> bytes:
    at = luck.randrange(len(data))
    return data[:at] + luck.randbytes(luck.randrange(1, 60)) + data[at:]


def emptied(data: bytes, luck: random.Random) -> bytes:
    at = luck.randrange(len(data))
    return data[:at] + bytes(luck.randrange(1, 200)) + data[at + 50 :]


SPOILERS = (flipped, cut, spliced, stuffed, emptied)


def spoiled_text(text: bytes, luck: random.Random) -> bytes:
    """One value of the message, wherever it stands, replaced by something odd; or a key said twice."""
    marks = [
        at + 1 for at in range(1, len(text) - 1) if text[at : at + 2] == b'":' and text[at - 1] != BACKSLASH
    ]
    at = luck.choice(marks)
    if luck.random() < 0.1:
        start = text.rindex(b'"', 0, at - 1)
        return text[:start] + text[start:at] + b":0," + text[start:]
    end = at + 1
    depth, quoted = 0, False
    while end < len(text):
        letter = text[end]
        if quoted:
            quoted = letter != ord('"') or text[end - 1] == BACKSLASH
        elif letter in b'"':
            quoted = True
        elif letter in b"[{":
            depth += 1
        elif letter in b"]},":
            if depth == 0:
                break
            depth -= letter in b"]}"
        end += 1
    return text[: at + 1] + luck.choice(ODD).encode() + text[end:]


def a_case(door: Door, request: bytes, luck: random.Random) -> tuple[bytes, str]:
    """A spoiled body and the encoding it is said to be in."""
    encoding = luck.choice(ENCODINGS)
    if luck.random() < 0.5:
        text = spoiled_text(request, luck)
        return packed(text, encoding), encoding
    spoiled = luck.choice(SPOILERS)(packed(request, encoding), luck)
    said = encoding if luck.random() < 0.95 else luck.choice((*ENCODINGS, "br", "zstd, gzip", ""))
    return spoiled, said


def packed(text: bytes, encoding: str) -> bytes:
    if encoding == codec.PACK:
        try:
            return codec.packing.pack(text)
        except codec.packing.Unpackable:
            encoding = "zstd"
    return codec._compress(text, encoding)


def throw(door: Door, cases: int) -> Counter[int]:
    """Spoil one honest push in this many ways; answers how often each status came."""
    laptop = door.laptop
    for note in ("uno", "dos", "tres"):
        laptop.promise(laptop.visit(note=note))
    request = codec.plain(laptop.request(None))
    honest = {entry.h for entry in laptop.entries}
    luck, came = random.Random(SEED), Counter[int]()
    before = door.kept()
    for number in range(cases):
        data, encoding = a_case(door, request, luck)
        answer = door.post("/v1/sync", data, Content_Encoding=encoding)
        came[answer.status_code] += 1
        assert answer.status_code < 500, f"seed {SEED}, case {number}: {answer.data[:300]!r}"
        kept = door.kept()
        if answer.status_code == 200:  # what was spoiled did not matter, or there was no push left
            assert {bytes(row["h"]) for row in door.events_of()} <= honest
            before = kept
        assert kept == before, f"seed {SEED}, case {number}: {answer.status_code} left something behind"
    return came


def test_no_spoiled_body_breaks_the_office_or_leaves_something_behind(door: Door) -> None:
    began = time.monotonic()
    came = throw(door, CASES)
    print(f"seed {SEED}: {dict(sorted(came.items()))} in {time.monotonic() - began:.1f} s")
    assert {200, 400, 403, 422} <= set(came), "the spoiling hardly varied"
    # The honest push itself goes through afterwards.
    laptop = door.laptop
    answer = door.post("/v1/sync", codec.plain(laptop.request(None)))
    assert answer.get_json()["have"]["n"] == len(laptop.entries)
    assert len(door.events_of()) == len(laptop.entries)


def test_a_naive_reader_in_its_place_breaks(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the same bodies with a plain json.loads behind the door."""

    def naive(data: bytes, content_encoding: str | None, *_: Any, **__: Any) -> Any:
        return json.loads(codec.decompress(data, content_encoding))

    monkeypatch.setattr(api.codec, "loads", json.loads)
    monkeypatch.setattr(api.codec, "decode", naive)
    with pytest.raises(AssertionError, match=f"seed {SEED}, case"):
        throw(door, CASES)


def odd_value(value: Any, luck: random.Random) -> Any:
    """The value with one part of it replaced, as far as JSON can say it."""
    if isinstance(value, dict) and value and luck.random() < 0.85:
        key = luck.choice(sorted(value))
        return value | {key: odd_value(value[key], luck)}
    if isinstance(value, list) and value and luck.random() < 0.85:
        return [odd_value(value[0], luck), *value[1:]]
    return luck.choice(
        [
            None,
            True,
            -1,
            2**62,
            1.5,
            "",
            "ñ" * 3_000,
            [],
            {},
            [[]],
            {"a": None},
            "9999-12-31T23:59:59.999Z",
            new_id(),
        ]
    )


def poison(door: Door, n: int, previous: bytes, luck: random.Random) -> Entry:
    """An event that follows and is signed for, with a header or a body that makes no sense."""
    laptop = door.laptop
    body: Any = visit_body(door.world, luck.choice(("Rosa", "Luis", "Marta")))
    header: Any = {
        "accounts": [],
        "clock": dict(laptop.clock(NOW)),
        "debtor": body["debtor"],
        "id": new_id(),
        "incarnation": laptop.incarnation,
        "kind": luck.choice(KINDS),
        "n": n,
        "policy_version": "",
        "version": 1,
    }
    if luck.random() < 0.4:
        header = odd_value(header, luck)
    body = odd_value(body, luck) if luck.random() < 0.8 else body
    head, said = json.dumps(header).encode(), json.dumps(body, ensure_ascii=False).encode()
    if luck.random() < 0.2:
        said = flipped(said, luck).decode("utf-8", "replace").replace("\x00", "").encode()
    head = head if len(head) >= 2 else b"{}"
    salt = new_salt()
    digest = body_digest(salt, said)
    h = chain(laptop.incarnation, n, previous, head, digest)
    return as_received(
        incarnation=laptop.incarnation, n=n, header=head, salt=salt, body=said, body_digest=digest, h=h
    )


KINDS = (
    "visit.recorded",
    "visit.recorded",
    "visit.amended",
    "promise.made",
    "contact.recorded",
    "stop.skipped",
    "payment.reported",
    "attachment.added",
    "address.proposed",
    "phone.proposed",
    "incarnation.opened",
    "nothing.known",
)


def test_signed_nonsense_is_kept_as_it_came_and_blocks_nothing(door: Door) -> None:
    """What follows in its chain is stored whatever it says; the honest event after it is applied."""
    laptop, luck = door.laptop, random.Random(SEED)
    previous, n = ZERO, 0
    for _ in range(POISONS // 5):
        some = []
        for _ in range(5):
            entry = poison(door, n + 1, previous, luck)
            previous, n = entry.h, entry.n
            some.append(entry)
        answer = door.post("/v1/sync", codec.plain(laptop.request(some)))
        assert answer.status_code == 200, (SEED, n, answer.data[:400])
        assert answer.get_json()["have"]["n"] == n, (SEED, n)
    rows = door.events_of()
    set_aside = Counter(row["quarantine"] for row in rows)
    print(f"seed {SEED}: {n} events, {dict(set_aside)}")
    assert len(rows) == n
    assert set_aside[None] < n, "nothing was set aside: it was no nonsense"
    honest = moved_to(laptop.visit(), incarnation=laptop.incarnation, n=n + 1, previous=previous)
    answer = door.post("/v1/sync", codec.plain(laptop.request([honest])))
    assert answer.get_json()["have"]["n"] == n + 1
    (kept,) = [row for row in door.events_of() if row["n"] == n + 1]
    assert kept["quarantine"] is None


@pytest.mark.parametrize("wall", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2226-11-20T20:00:00Z"])
@pytest.mark.parametrize("mono_ms", [-(2**63), 0, 1, 2**63 - 1])
def test_a_request_under_an_impossible_clock_brings_its_visits_all_the_same(
    door: Door, wall: str, mono_ms: int
) -> None:
    """The clock of the request corrects the visit's; one that no laptop has must not hold up the queue."""
    laptop = door.laptop
    laptop.offset_ms = None
    visit = laptop.visit()
    request = laptop.request(None)
    request["hello"]["clock"] |= {"wall": wall, "mono_ms": mono_ms}
    answer = door.post("/v1/sync", codec.plain(request))
    assert answer.status_code == 200, answer.data
    assert answer.get_json()["have"]["n"] == visit.n
    assert [row["quarantine"] for row in door.events_of()] == [None]
