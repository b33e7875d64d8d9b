"""Says in a few bytes what a side holds, so that both can compare. Knows no storage and no network.

`canonical` is the one way Ronda writes JSON that is hashed or signed. `scope_digest` sums up the
records of a scope per kind, in buckets, so that only the buckets that differ are fetched again.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any, TypedDict

import orjson

BUCKETS = 16
OVERALL_PREFIX = b"ronda1 scope\n"
INTEGER_BOUND = 2**63
# Between these a float is written with digits and a point alone; no NaN and no infinity is.
LEAST_PLAIN, LARGEST_PLAIN = 1e-4, 1e16


class KindDigest(TypedDict):
    """How many records of a kind there are, and the SHA-256 (hex) of each bucket, bucket 0 first."""

    count: int
    buckets: list[str]


def canonical(obj: Any) -> bytes:
    """JSON in UTF-8, keys in code-point order, no spaces, nothing escaped that need not be.

    Raises ValueError for NaN, infinities and lone surrogates, TypeError for what JSON cannot hold
    and for keys that are not text (json would quietly turn 1 and "1" into the same key).
    """
    if _is_plain(obj):
        try:
            return orjson.dumps(obj, option=orjson.OPT_SORT_KEYS)
        except orjson.JSONEncodeError:  # a lone surrogate: told below
            pass
    _refuse_odd_keys(obj)
    return _WRITER.encode(obj).encode("utf-8")


def _is_plain(obj: Any) -> bool:
    """True of what every writer of JSON writes alike: text, small whole numbers, floats without an exponent,
    and lists and objects of these."""
    kind = type(obj)
    if kind is str or kind is bool or obj is None:
        return True
    if kind is dict:
        for key, value in obj.items():
            if type(key) is not str:
                return False
            held = type(value)
            if held is not str and value is not None and held is not bool and not _is_plain(value):
                return False
        return True
    if kind is list:
        return all(map(_is_plain, obj))
    if kind is int:
        return bool(-INTEGER_BOUND < obj < INTEGER_BOUND)
    return kind is float and bool(obj == 0 or LEAST_PLAIN <= abs(obj) < LARGEST_PLAIN)


# Made once: json.dumps with options makes a writer each time.
_WRITER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
_HOLD_NOTHING = frozenset((str, int, float, bool, type(None)))


def _refuse_odd_keys(obj: Any) -> None:
    kind = type(obj)
    if kind is dict or (kind is not list and isinstance(obj, Mapping)):
        for key, value in obj.items():
            if not isinstance(key, str):
                raise TypeError(f"a key in canonical JSON is text, not {type(key).__name__}")
            if type(value) not in _HOLD_NOTHING:
                _refuse_odd_keys(value)
    elif isinstance(obj, list | tuple):
        for value in obj:
            if type(value) not in _HOLD_NOTHING:
                _refuse_odd_keys(value)


def bucket_of(record_id: str) -> int:
    """The bucket of a record: the first byte of SHA-256 of its id, modulo the number of buckets."""
    return sha256(record_id.encode("utf-8")).digest()[0] % BUCKETS


def scope_digest(records: Iterable[tuple[str, str, bytes]]) -> dict[str, KindDigest]:
    """Sum up (kind, id, canonical payload bytes) in any order. Tombstones are left out by the caller.

    A bucket's digest is SHA-256 over its records in order of id bytes, each as
    u32be(length of id) ‖ id ‖ SHA-256(payload). Raises ValueError when an id appears twice.
    """
    buckets: dict[str, list[dict[bytes, bytes]]] = defaultdict(lambda: [{} for _ in range(BUCKETS)])
    for kind, record_id, payload in records:
        name = record_id.encode("utf-8")
        bucket = buckets[kind][bucket_of(record_id)]
        if name in bucket:
            raise ValueError(f"record {kind} {record_id} appears twice in one scope")
        bucket[name] = sha256(payload).digest()
    return {
        kind: {"count": sum(map(len, held)), "buckets": [_bucket_digest(bucket) for bucket in held]}
        for kind, held in sorted(buckets.items())
    }


def _bucket_digest(bucket: Mapping[bytes, bytes]) -> str:
    digest = sha256()
    for name in sorted(bucket):
        digest.update(len(name).to_bytes(4, "big") + name + bucket[name])
    return digest.hexdigest()


EMPTY_BUCKET = _bucket_digest({})


def differing(ours: Mapping[str, KindDigest], theirs: Mapping[str, KindDigest]) -> list[tuple[str, int]]:
    """The (kind, bucket) pairs whose records are not the same on both sides, sorted.

    Raises ValueError when the sides cut a kind into different numbers of buckets.
    """
    found = []
    nothing: KindDigest = {"count": 0, "buckets": [EMPTY_BUCKET] * BUCKETS}
    for kind in sorted({*ours, *theirs}):
        mine, other = ours.get(kind, nothing)["buckets"], theirs.get(kind, nothing)["buckets"]
        if len(mine) != len(other):
            raise ValueError(f"{kind}: {len(mine)} buckets here, {len(other)} there")
        found += [(kind, bucket) for bucket in range(len(mine)) if mine[bucket] != other[bucket]]
    return found


def overall(digest: Mapping[str, KindDigest]) -> str:
    """One hex SHA-256 for the whole scope; equal exactly when `differing` finds nothing.

    Kinds with no record count as absent, so that an emptied kind equals one never held.
    """
    held = {kind: value for kind, value in digest.items() if value["count"]}
    return sha256(OVERALL_PREFIX + canonical(held)).hexdigest()
