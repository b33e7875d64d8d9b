"""Both sides compare what they hold in a few bytes, and find exactly what differs."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.digest import _WRITER as canonical_writer
from sync.digest import BUCKETS, bucket_of, canonical, differing, overall, scope_digest

from .test_ledger import vectors

QUICK = settings(derandomize=True, deadline=None, max_examples=100)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
JSON = st.recursive(
    SCALARS | TEXT, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=20
)
SCOPE = st.dictionaries(
    st.tuples(st.sampled_from(["account", "debtor"]), st.text("abc0", min_size=1, max_size=3)),
    st.binary(max_size=4),
)


def records(scope: dict[tuple[str, str], bytes]) -> list[tuple[str, str, bytes]]:
    return [(kind, name, payload) for (kind, name), payload in scope.items()]


@QUICK
@given(JSON)
def test_canonical_json_is_a_fixed_point_of_reading_and_writing(value: object) -> None:
    written = canonical(value)
    assert canonical(json.loads(written)) == written


@QUICK
@given(JSON | st.floats(allow_nan=False, allow_infinity=False) | st.integers())
def test_canonical_json_is_what_the_standard_library_writes(value: object) -> None:
    assert canonical(value) == canonical_writer.encode(value).encode()


@pytest.mark.parametrize("value", [1e16, 1e-5, 5e-324, 1e22, -0.0, 0, True, 2**63, (1, 2), 1e15, 123456.789])
def test_canonical_json_of_unusual_numbers_is_the_same_whoever_writes_it(value: object) -> None:
    assert canonical({"a": [value]}) == canonical_writer.encode({"a": [value]}).encode()


def test_canonical_json_has_sorted_keys_no_spaces_and_its_own_letters() -> None:
    assert canonical({"ñ": [1, 2.0, None], "a": {"z": True, "b": "Núñez\n"}}) == (
        '{"a":{"b":"Núñez\\n","z":true},"ñ":[1,2.0,null]}'.encode()
    )


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800", [float("-inf")]])
def test_canonical_json_refuses_what_json_cannot_say(value: object) -> None:
    with pytest.raises(ValueError):
        canonical(value)


def test_canonical_json_refuses_keys_that_would_fall_together() -> None:
    with pytest.raises(TypeError, match="a key"):
        canonical([{"a": {1: "x", "1": "y"}}])


@QUICK
@given(SCOPE, st.randoms(use_true_random=False))
def test_the_order_in_which_records_come_changes_nothing(scope: dict[tuple[str, str], bytes], random) -> None:  # type: ignore[no-untyped-def]
    shuffled = records(scope)
    random.shuffle(shuffled)
    assert scope_digest(shuffled) == scope_digest(records(scope))


@QUICK
@given(SCOPE, SCOPE)
def test_exactly_the_buckets_that_hold_a_difference_differ(
    ours: dict[tuple[str, str], bytes], theirs: dict[tuple[str, str], bytes]
) -> None:
    changed = {key for key in {*ours, *theirs} if ours.get(key) != theirs.get(key)}
    a, b = scope_digest(records(ours)), scope_digest(records(theirs))
    assert differing(a, b) == sorted({(kind, bucket_of(name)) for kind, name in changed})
    assert (overall(a) == overall(b)) == (not changed)


def test_where_an_id_ends_and_a_hash_begins_cannot_be_confused() -> None:
    payload = b"x"
    longer = "a" + sha256(payload).digest()[:1].decode("latin-1")
    assert overall(scope_digest([("k", "a", payload)])) != overall(scope_digest([("k", longer, payload)]))


def test_an_id_held_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        scope_digest([("account", "a", b"1"), ("account", "a", b"2")])


def test_sides_with_other_buckets_are_not_compared() -> None:
    digest = scope_digest([("account", "a", b"1")])
    with pytest.raises(ValueError, match="buckets"):
        differing(digest, {"account": {"count": 1, "buckets": ["00"]}})


def test_the_documented_digest_is_what_the_code_computes() -> None:
    said = vectors()["digest"]
    digest = scope_digest([(kind, name, payload.encode()) for kind, name, payload in said["records"]])
    empty = sha256(b"").hexdigest()
    for kind, filled in said["filled"].items():
        assert digest[kind]["buckets"] == [filled.get(str(bucket), empty) for bucket in range(BUCKETS)]
    assert overall(digest) == said["overall"]
