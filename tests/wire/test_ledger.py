"""The chain: its exact bytes, and that nothing done to it goes unnamed."""

from __future__ import annotations

import json
import re
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.keys import DEVICE, Keyring, PublicKey, new_signing_key
from sync.ledger import (
    ZERO,
    ChainReport,
    Checkpoint,
    Entry,
    Erasure,
    Head,
    Receipt,
    as_received,
    body_digest,
    chain,
    check,
    erased,
    heads_digest,
    push_bytes,
    reopen,
    sign_erasure,
    verify,
    write_entry,
)

from .ledgers import (
    ANA,
    BETO,
    NOON,
    OFFICE_KEY,
    World,
    a_chain,
    a_world,
    checkpoint,
    clock,
    office_ring,
    receipt,
)

QUICK = settings(derandomize=True, deadline=None, max_examples=150)
PROTOCOL = Path(__file__).parents[2] / "docs" / "protocol.md"


def judged(world: World, entries: list[Entry] | None = None) -> ChainReport:
    return verify(
        world.entries if entries is None else entries,
        receipts=world.receipts,
        checkpoints=world.checkpoints,
        keys=world.keys,
    )


def named(report: ChainReport) -> set[tuple[str, str, int]]:
    return {(problem.kind, problem.incarnation, problem.n) for problem in report.problems}


def vectors() -> dict[str, dict[str, object]]:
    """Every fenced block of docs/protocol.md opened by ```json vector:NAME."""
    text = PROTOCOL.read_text(encoding="utf-8")
    blocks = re.findall(r"^```json vector:(\w+)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return {name: json.loads(block) for name, block in blocks}


def test_the_documented_chain_vector_is_what_the_code_computes() -> None:
    said = vectors()["chain"]
    previous = ZERO
    for event in said["events"]:
        salt = bytes.fromhex(event["salt"])
        digest = body_digest(salt, event["body"].encode())
        h = chain(said["incarnation"], event["n"], previous, event["header"].encode(), digest)
        assert digest.hex() == event["body_digest"]
        assert h.hex() == event["h"]
        previous = h


def test_the_documented_events_are_written_that_way_by_the_code() -> None:
    said = vectors()["chain"]
    previous = ZERO
    for event in said["events"]:
        header = json.loads(event["header"])
        entry = write_entry(
            incarnation=header["incarnation"],
            n=header["n"],
            previous=previous,
            id=header["id"],
            kind=header["kind"],
            version=header["version"],
            clock=header["clock"],
            policy_version=header["policy_version"],
            debtor=header["debtor"],
            accounts=header["accounts"],
            body=json.loads(event["body"]),
            salt=bytes.fromhex(event["salt"]),
        )
        assert entry.header.decode() == event["header"]
        assert entry.body is not None
        assert entry.body.decode() == event["body"]
        assert check(entry, previous) == []
        previous = entry.h


def test_the_documented_statements_have_the_bytes_and_signatures_of_the_code() -> None:
    said = vectors()["statements"]
    assert said["secret"] == OFFICE_KEY.raw().hex()
    assert said["public"] == OFFICE_KEY.public.hex()
    for name, kind in (("receipt", Receipt), ("checkpoint", Checkpoint), ("erasure", Erasure)):
        example = said[name]
        statement = kind.from_json(example["json"])
        assert statement.signed_bytes().decode() == example["signed"]
        assert OFFICE_KEY.sign(statement.signed_bytes()).hex() == example["json"]["signature"]
        assert statement.to_json() == example["json"]
    push = said["push"]
    assert push_bytes(push["incarnation"], push["n"], bytes.fromhex(push["h"])).hex() == push["signed"]


def test_an_honest_ledger_has_no_problem_and_says_what_nobody_vouches_for_yet() -> None:
    report = judged(a_world())
    assert report.ok
    assert [(note.kind, note.incarnation, note.n, note.until) for note in report.notes] == [
        ("unanchored", ANA, 7, 8)
    ]
    assert report.to_json()["events"] == 12
    assert {head.incarnation: head.n for head in report.heads} == {ANA: 8, BETO: 4}


@QUICK
@given(
    which=st.integers(0, 11),
    part=st.sampled_from(["header", "salt", "body", "body_digest", "h"]),
    where=st.integers(0, 10_000),
    flip=st.integers(1, 255),
)
def test_any_changed_byte_is_named_at_its_event(which: int, part: str, where: int, flip: int) -> None:
    world = a_world()
    entry = world.entries[which]
    data = bytearray(getattr(entry, part))
    data[where % len(data)] ^= flip
    world.entries[which] = replace(entry, **{part: bytes(data)})
    assert named(judged(world)) == {("changed", entry.incarnation, entry.n)}


def test_every_byte_of_one_event_is_guarded() -> None:
    world = a_world()
    entry = world.entries[4]
    for part in ("header", "salt", "body", "body_digest", "h"):
        for where in range(len(getattr(entry, part))):
            data = bytearray(getattr(entry, part))
            data[where] ^= 0x01
            changed = replace(entry, **{part: bytes(data)})
            rows = [*world.entries[:4], changed, *world.entries[5:]]
            assert named(judged(world, rows)) == {("changed", ANA, 5)}, (part, where)


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("body", "its body or its salt"),
        ("salt", "its body or its salt"),
        ("body_digest", "its body digest"),
        ("h", "its hash"),
        ("header", "its header"),
    ],
)
def test_the_changed_part_is_told(part: str, said: str) -> None:
    rows = a_chain()
    data = getattr(rows[3], part)
    rows[3] = replace(rows[3], **{part: data[:5] + bytes([data[5] ^ 1]) + data[6:]})
    (problem,) = verify(rows).problems
    assert problem.detail.startswith(said)


@QUICK
@given(which=st.integers(0, 11), n=st.integers(1, 20))
def test_a_number_changed_beside_an_event_is_named_at_its_true_place(which: int, n: int) -> None:
    world = a_world()
    entry = world.entries[which]
    if n == entry.n:
        return
    world.entries[which] = replace(entry, n=n)
    assert named(judged(world)) == {("changed", entry.incarnation, entry.n)}


def test_an_event_put_down_to_another_installation_is_named_at_its_true_place() -> None:
    world = a_world()
    world.entries[2] = replace(world.entries[2], incarnation=BETO)
    assert named(judged(world)) == {("changed", ANA, 3)}


@QUICK
@given(first=st.integers(0, 7), count=st.integers(1, 3))
def test_every_deletion_is_named_as_missing_cut_or_was_never_vouched_for(first: int, count: int) -> None:
    world = a_world()
    gone = range(first + 1, min(first + count, 8) + 1)
    report = judged(world, [row for row in world.entries if row.incarnation == BETO or row.n not in gone])
    if gone[-1] < 8:
        assert named(report) == {("missing", ANA, gone[0])}
        assert report.problems[0].until == gone[-1]
    elif gone[0] <= 6:
        assert named(report) == {("cut", ANA, gone[0])}
        assert report.problems[0].until == 6
    else:
        assert report.ok  # after the last receipt nothing outside can know


def test_a_whole_installation_taken_out_is_named() -> None:
    world = a_world()
    report = judged(world, [row for row in world.entries if row.incarnation == ANA])
    assert named(report) == {("cut", BETO, 1)}


@QUICK
@given(first=st.integers(0, 7), second=st.integers(0, 7))
def test_any_two_events_swapped_are_named_as_moved(first: int, second: int) -> None:
    world = a_world()
    rows = world.entries
    rows[first], rows[second] = rows[second], rows[first]
    report = judged(world, rows)
    if first == second:
        assert report.ok
        return
    assert named(report) == {("moved", ANA, first + 1), ("moved", ANA, second + 1)}


@QUICK
@given(at=st.integers(0, 7), to=st.integers(0, 7))
def test_one_event_carried_elsewhere_is_the_one_named(at: int, to: int) -> None:
    rows = a_chain()
    rows.insert(to, rows.pop(at))
    places = {n for kind, _, n in named(verify(rows)) if kind == "moved"}
    if abs(at - to) > 1:
        assert places == {at + 1}
    else:
        assert places == ({at + 1, to + 1} if at != to else set())


@QUICK
@given(first=st.integers(0, 7), second=st.integers(0, 7))
def test_two_events_swapped_and_renumbered_are_named(first: int, second: int) -> None:
    world = a_world()
    if first == second:
        return
    one, other = world.entries[first], world.entries[second]
    world.entries[first], world.entries[second] = replace(other, n=one.n), replace(one, n=other.n)
    report = judged(world)
    places = {n for _, incarnation, n in named(report) if incarnation == ANA}
    assert not report.ok
    assert places & {first + 1, second + 1}


def test_the_same_event_twice_is_named_as_inserted() -> None:
    world = a_world()
    world.entries.insert(4, world.entries[3])
    assert named(judged(world)) == {("inserted", ANA, 4)}


@QUICK
@given(at=st.integers(1, 8), linked=st.booleans())
def test_an_event_put_in_is_named(at: int, linked: bool) -> None:
    world = a_world()
    ana = [row for row in world.entries if row.incarnation == ANA]
    forged = a_forgery(at, ana[at - 2].h if at > 1 and linked else ZERO if linked else bytes(range(32)))
    rows = [*world.entries[: at - 1], forged, *world.entries[at - 1 :]]
    assert named(judged(world, rows)) == {("fork" if linked else "inserted", ANA, at)}


def a_forgery(n: int, previous: bytes, incarnation: str = ANA) -> Entry:
    return write_entry(
        incarnation=incarnation,
        n=n,
        previous=previous,
        id="01970000-0000-7000-8000-0000000f0f0f",
        kind="visit.recorded",
        version=1,
        clock=clock(n),
        policy_version="demo-1",
        debtor=None,
        accounts=[],
        body={"note": "nadie en casa"},
        salt=bytes(16),
    )


@QUICK
@given(changed_at=st.integers(1, 6))
def test_history_rewritten_whole_from_some_point_on_is_a_fork_against_the_receipts(changed_at: int) -> None:
    world = a_world()
    ana = [row for row in world.entries if row.incarnation == ANA]
    rows = ana[: changed_at - 1]
    rows.append(a_forgery(changed_at, rows[-1].h if rows else ZERO))
    for old in ana[changed_at:]:
        rows.append(reopen(old, incarnation=ANA, n=old.n, previous=rows[-1].h))
    report = judged(world, [*rows, *world.entries[8:]])
    first = min(n for n in (2, 3, 6) if n >= changed_at)
    assert named(report) == {("fork", ANA, first)}
    assert verify(rows).ok  # without anything held outside, nobody could tell


@QUICK
@given(kept=st.integers(0, 8))
def test_a_cut_is_named_up_to_the_last_receipt(kept: int) -> None:
    world = a_world()
    rows = [row for row in world.entries if row.incarnation == BETO or row.n <= kept]
    expected = {("cut", ANA, kept + 1)} if kept < 6 else set()
    assert named(judged(world, rows)) == expected


def test_two_receipts_for_different_events_at_one_place_are_a_fork() -> None:
    world = a_world()
    other = a_forgery(6, world.entries[4].h)
    world.receipts.append(receipt(other.head, 7))
    assert named(judged(world)) == {("fork", ANA, 6)}


def test_a_statement_signed_by_anyone_but_the_office_is_named_and_anchors_nothing() -> None:
    world = a_world()
    laptop = new_signing_key()
    ring = Keyring((*world.keys.keys, PublicKey(laptop.public, DEVICE, "laptop", NOON - timedelta(days=9))))
    false = receipt(Head(ANA, 20, bytes(32)), key=laptop)
    broken = replace(world.receipts[0], n=2)
    report = verify(world.entries, receipts=[false, broken], keys=ring)
    assert named(report) == {("bad_receipt", ANA, 20), ("bad_receipt", ANA, 2)}
    assert [(note.kind, note.incarnation, note.n) for note in report.notes] == [
        ("unanchored", ANA, 1),
        ("unanchored", BETO, 1),
    ]


def test_a_receipt_dated_after_its_key_was_retired_is_named() -> None:
    world = a_world()
    retired = replace(world.keys.keys[0], retired_at=NOON + timedelta(minutes=3))
    report = verify(world.entries, receipts=world.receipts, keys=Keyring((retired,)))
    assert named(report) == {("bad_receipt", ANA, 6)}


def test_a_checkpoint_taken_out_or_given_other_heads_is_named() -> None:
    world = a_world()
    first, second = world.checkpoints
    taken = verify(world.entries, checkpoints=[second], keys=world.keys)
    assert named(taken) == {("checkpoint_missing", "", 0)}
    swapped = replace(second, heads=first.heads)
    assert named(verify(world.entries, checkpoints=[first, swapped], keys=world.keys)) == {
        ("bad_checkpoint", "", 0)
    }


def test_a_checkpoint_held_by_someone_else_shows_what_was_cut_with_its_receipts() -> None:
    world = a_world()
    first, second = world.checkpoints
    kept = [row for row in world.entries if row.incarnation == BETO or row.n <= 2]
    assert verify(kept, checkpoints=[first], keys=world.keys).ok
    whole = verify(kept, checkpoints=[first], outside=[second], keys=world.keys)
    assert named(whole) == {("cut", ANA, 3)}
    only_its_digest = replace(second, heads=None)
    bare = verify(kept, checkpoints=[first], outside=[only_its_digest], keys=world.keys)
    assert named(bare) == {("checkpoint_missing", "", 0)}
    found = verify(world.entries, checkpoints=[first, second], outside=[only_its_digest], keys=world.keys)
    assert found.ok


@QUICK
@given(gone=st.sets(st.integers(0, 11), min_size=1))
def test_erased_bodies_leave_a_chain_that_verifies_and_says_so(gone: set[int]) -> None:
    world = a_world()
    rows = [erased(row) if i in gone else row for i, row in enumerate(world.entries)]
    erasures = [
        sign_erasure(
            OFFICE_KEY,
            id=world.entries[i].id,
            body_digest=world.entries[i].body_digest,
            reason="solicitud 2026-014",
            erased_at=NOON,
        )
        for i in gone
    ]
    report = verify(rows, receipts=world.receipts, erasures=erasures, keys=world.keys)
    assert report.ok
    said = {(note.incarnation, note.n) for note in report.notes if note.kind == "erased"}
    assert said == {(world.entries[i].incarnation, world.entries[i].n) for i in gone}


def test_a_body_gone_with_no_signed_erasure_is_a_problem() -> None:
    world = a_world()
    world.entries[2] = erased(world.entries[2])
    assert named(judged(world)) == {("body_missing", ANA, 3)}


def test_a_salt_without_its_body_is_a_change() -> None:
    rows = a_chain()
    rows[2] = replace(rows[2], body=None)
    assert ("changed", ANA, 3) in named(verify(rows))


@QUICK
@given(already=st.integers(0, 5), gone=st.sets(st.integers(0, 7)))
def test_reopening_keeps_ids_salts_bodies_and_digests_in_a_chain_that_verifies(
    already: int, gone: set[int]
) -> None:
    old = [erased(row) if i in gone else row for i, row in enumerate(a_chain())]
    moved = a_chain(BETO, already)
    for row in old:
        previous = moved[-1].h if moved else ZERO
        moved.append(reopen(row, incarnation=BETO, n=len(moved) + 1, previous=previous))
    for before, after in zip(old, moved[already:], strict=True):
        same = ("id", "kind", "version", "salt", "body", "body_digest")
        assert [getattr(before, name) for name in same] == [getattr(after, name) for name in same]
        assert json.loads(after.header)["clock"] == json.loads(before.header)["clock"]
    for last, row in zip([ZERO, *(row.h for row in moved)], moved, strict=False):
        assert check(row, last) == []
    assert {kind for kind, _, _ in named(verify(moved))} <= {"body_missing"}


def test_one_erasure_covers_the_event_in_every_installation_that_holds_it() -> None:
    old = a_chain(length=1)
    twice = [erased(old[0]), erased(reopen(old[0], incarnation=BETO, n=1, previous=ZERO))]
    erasure = sign_erasure(
        OFFICE_KEY, id=old[0].id, body_digest=old[0].body_digest, reason="retención", erased_at=NOON
    )
    assert verify(twice, erasures=[erasure], keys=office_ring()).ok


def test_a_poison_event_kept_verbatim_is_a_note_not_a_problem() -> None:
    rows = a_chain(length=2)
    header = b"not json"
    digest = body_digest(bytes(16), b"{}")
    h = chain(ANA, 3, rows[-1].h, header, digest)
    poison = as_received(
        incarnation=ANA, n=3, header=header, salt=bytes(16), body=b"{}", body_digest=digest, h=h
    )
    report = verify([*rows, poison])
    assert report.ok
    assert ("odd_header", 3) in {(note.kind, note.n) for note in report.notes}
    assert [problem.kind for problem in check(poison, rows[-1].h)] == ["odd_header"]
    with pytest.raises(ValueError, match="cannot be read"):
        reopen(poison, incarnation=BETO, n=1, previous=ZERO)


def test_check_tells_a_broken_link_from_a_header_that_names_another_event() -> None:
    first, second = a_chain(length=2)
    assert check(first, ZERO) == []
    assert check(second, first.h) == []
    assert [problem.kind for problem in check(second, ZERO)] == ["changed"]
    assert [problem.kind for problem in check(replace(first, id="x"), ZERO)] == ["odd_header"]
    assert "changed" in {problem.kind for problem in check(replace(first, n=0), ZERO)}


def test_a_later_stretch_verifies_from_where_it_starts() -> None:
    rows = a_chain()
    assert verify(rows[3:], (3, rows[2].h)).ok
    assert named(verify(rows[3:], (3, ZERO))) == {("changed", ANA, 4)}
    assert named(verify(rows[2:], (3, rows[2].h))) == {("inserted", ANA, 3)}


def test_an_entry_as_received_is_the_entry_that_was_written() -> None:
    (entry,) = a_chain(length=1)
    parts = {f.name: getattr(entry, f.name) for f in fields(entry)}
    for derived in ("id", "kind", "version"):
        parts.pop(derived)
    assert as_received(**parts) == entry


def test_a_link_refuses_places_and_hashes_of_the_wrong_size() -> None:
    for wrong in (
        {"incarnation": ANA.upper()},
        {"incarnation": ANA + "\n"},
        {"n": 0},
        {"n": 2**63},
        {"previous": bytes(31)},
        {"digest": bytes(33)},
    ):
        arguments = {"incarnation": ANA, "n": 1, "previous": ZERO, "header": b"{}", "digest": ZERO} | wrong
        with pytest.raises(ValueError):
            chain(**arguments)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="16 bytes"):
        body_digest(bytes(15), b"")


def test_heads_are_digested_in_one_order_and_every_part_of_them_counts() -> None:
    heads = [Head(BETO, 4, bytes(32)), Head(ANA, 8, bytes(32))]
    assert heads_digest(heads) == heads_digest(reversed(heads))
    assert heads_digest(heads) != heads_digest([heads[0], heads[1]._replace(n=7)])
    with pytest.raises(ValueError, match="two heads"):
        checkpoint([heads[0], heads[0]._replace(n=5)])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n", True),
        ("n", -1),
        ("n", "3"),
        ("h", "AB" * 32),
        ("h", "ab"),
        ("server_time", "2026-11-21"),
        ("device", None),
    ],
)
def test_a_malformed_receipt_says_which_field(name: str, value: object) -> None:
    said = a_world().receipts[0].to_json() | {name: value}
    with pytest.raises(ValueError, match=f"`{name}`"):
        Receipt.from_json(said)


def test_statements_survive_json() -> None:
    world = a_world()
    assert [Receipt.from_json(one.to_json()) for one in world.receipts] == world.receipts
    assert [Checkpoint.from_json(one.to_json()) for one in world.checkpoints] == world.checkpoints
    assert Checkpoint.from_json(world.checkpoints[0].to_json(with_heads=False)).heads is None
