"""`ronda verify` on real folders: what it says, and that it says it for everything done to them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.digest import canonical
from sync.keys import Keyring, endorse, new_signing_key
from sync.ledger import (
    LAPTOP_EXPORT,
    OFFICE_EXPORT,
    ZERO,
    Manifest,
    body_digest,
    chain,
    erased,
    reopen,
    sign_erasure,
    sign_manifest,
    withheld,
)
from sync.ledger.manifest import BODY, EVENT, Withheld
from sync.ledger_folder import CHECKPOINTS, KEYS, LEDGER, MANIFEST, RECEIPTS, read_export
from sync.verifying import verify, write_export

from .ledgers import ANA, BETO, NOON, OFFICE_KEY, World, a_chain, a_world, checkpoint, office_ring, receipt

QUICK = settings(derandomize=True, deadline=None, max_examples=120)


def exported(folder: Path, world: World | None = None) -> Path:
    world = world or a_world()
    write_export(folder, world.entries, world.receipts, world.checkpoints, world.keys)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return exported(tmp_path / "ledger")


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(verify, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def kinds(*arguments: object) -> set[tuple[str, int]]:
    result = run(*arguments, "--json")
    said = json.loads(result.stdout)
    assert result.exit_code == (0 if said["ok"] else 1)
    assert said["ok"] == (not said["problems"])
    return {(problem["kind"], problem["n"]) for problem in said["problems"]}


def test_an_honest_export_holds_and_says_how_much_it_is(folder: Path) -> None:
    result = run(folder)
    assert result.exit_code == 0
    assert "12 events in 2 installations, 2 receipts, 2 checkpoints." in result.stdout
    assert "Everything holds." in result.stdout
    assert f"note: unanchored: {ANA} event 7-8" in result.stdout
    said = json.loads(run(folder, "--json").stdout)
    assert (said["ok"], said["events"], said["problems"]) == (True, 12, [])


def test_the_folder_above_and_the_file_alone_are_understood(folder: Path) -> None:
    assert kinds(folder.parent) == set()
    assert kinds(folder / LEDGER) == set()


def test_what_was_written_is_what_is_read(folder: Path) -> None:
    world, read = a_world(), read_export(folder)
    assert read.entries == world.entries
    assert read.receipts == world.receipts
    assert read.checkpoints == world.checkpoints
    assert read.keys == world.keys
    assert not list(folder.glob("*.part"))


@pytest.fixture(scope="module")
def shared() -> Iterator[Path]:
    with TemporaryDirectory() as place:
        yield exported(Path(place))


@QUICK
@given(where=st.integers(0, 1_000_000), flip=st.integers(1, 255))
def test_no_byte_of_the_ledger_file_can_change_unnoticed(shared: Path, where: int, flip: int) -> None:
    path = shared / LEDGER
    honest = path.read_bytes()
    changed = bytearray(honest)
    changed[where % len(honest)] ^= flip
    line = honest[: where % len(honest)].count(b"\n")
    n = line + 1 if line < 8 else line - 7
    path.write_bytes(bytes(changed))
    try:
        found = kinds(shared)
    finally:
        path.write_bytes(honest)
    assert found
    after_the_receipts = line in (6, 7)
    assert after_the_receipts or n in {at for _, at in found} or n + 1 in {at for _, at in found}


@pytest.mark.parametrize("gone", [LEDGER, RECEIPTS, CHECKPOINTS, KEYS])
def test_a_missing_file_is_named_with_what_to_do(folder: Path, gone: str) -> None:
    (folder / gone).unlink()
    result = run(folder)
    assert result.exit_code == 1
    assert gone in result.stderr
    assert "Traceback" not in result.output


def test_an_empty_folder_and_a_path_that_is_not_there_are_refused(tmp_path: Path) -> None:
    assert "is not an exported ledger" in run(tmp_path).stderr
    result = run(tmp_path / "nowhere")
    assert result.exit_code == 2
    assert "does not exist" in result.stderr


def test_an_export_without_events_does_not_hold(folder: Path, tmp_path: Path) -> None:
    empty = exported(tmp_path / "none", World([], [], [], office_ring()))
    alone = tmp_path / "alone.jsonl"
    alone.write_bytes(b"")
    for path in (empty, alone):
        result = run(path)
        assert result.exit_code == 1
        assert "there are no events here" in result.stdout
        assert "Everything holds" not in result.stdout
        assert kinds(path) == {("empty", 0)}
    (folder / LEDGER).write_bytes(b"")
    assert "empty" not in {kind for kind, _ in kinds(folder)}


def test_lines_that_are_not_entries_are_told_by_file_and_line(folder: Path) -> None:
    with (folder / LEDGER).open("ab") as file:
        file.write(b"{}\nnot json\n\xff\xff\n" + b"[" * 5000 + b"\n\n")
    with (folder / RECEIPTS).open("ab") as file:
        file.write(b'{"n":1}\n')
    result = run(folder)
    assert result.exit_code == 1
    for line in range(13, 18):
        assert f"unreadable: {LEDGER}, line {line}: " in result.stdout
    assert f"unreadable: {RECEIPTS}, line 3: a receipt needs" in result.stdout


def test_a_line_written_in_another_way_is_told_even_where_it_says_the_same(folder: Path) -> None:
    lines = (folder / LEDGER).read_bytes().splitlines()
    lines[2] = lines[2].replace(b'"n":3', b'"n": 3', 1)
    (folder / LEDGER).write_bytes(b"\n".join(lines) + b"\n")
    assert kinds(folder) == {("unreadable", 3), ("missing", 3)}


@pytest.mark.parametrize("text", [b"", b"{}", b"[1]", b"\xff", b'{"keys":[{"public":"00"}]}'])
def test_a_keys_file_that_holds_no_keys_is_refused(folder: Path, text: bytes) -> None:
    (folder / KEYS).write_bytes(text)
    result = run(folder)
    assert result.exit_code == 1
    assert "does not hold public keys" in result.stderr


def test_a_history_rewritten_whole_is_caught_by_receipts_or_keys_held_outside(tmp_path: Path) -> None:
    world, thief = a_world(), new_signing_key()
    rewritten = []
    for old in world.entries[1:6]:
        last = rewritten[-1].h if rewritten else ZERO
        rewritten.append(reopen(old, incarnation=ANA, n=len(rewritten) + 1, previous=last))
    false = World(rewritten, [receipt(rewritten[4].head, key=thief)], [], office_ring(thief))
    folder = exported(tmp_path / "false", false)
    assert kinds(folder) == set()  # a whole forgery holds within itself, and the note says whose keys it uses
    assert "own_keys" in run(folder).stdout
    keys = tmp_path / "office.json"
    keys.write_text(json.dumps(world.keys.to_json(), indent=2))
    assert kinds(folder, "--keys", keys) == {("bad_receipt", 5)}
    held = tmp_path / "held.jsonl"
    held.write_bytes(b"".join(canonical(one.to_json()) + b"\n" for one in world.receipts))
    assert kinds(folder, "--keys", keys, "--receipts", held) == {("bad_receipt", 5), ("fork", 3), ("cut", 6)}


def test_a_checkpoint_held_by_someone_else_finds_the_cut(tmp_path: Path) -> None:
    world = a_world()
    first, second = world.checkpoints
    world.entries = [row for row in world.entries if row.incarnation != ANA or row.n <= 2]
    world.receipts, world.checkpoints = [], [first]
    folder = exported(tmp_path / "cut", world)
    assert kinds(folder) == set()
    held = tmp_path / "checkpoint.json"
    held.write_text(json.dumps(second.to_json(), indent=1))
    assert kinds(folder, "--checkpoint", held) == {("cut", 3)}
    held.write_text("[3]")
    assert "a checkpoint is a JSON object" in run(folder, "--checkpoint", held).stderr
    held.write_text('{"a":\n')
    assert "line 1: it is not valid JSON" in run(folder, "--checkpoint", held).stderr


def test_an_export_signed_with_the_next_key_holds_for_who_knows_only_the_first(tmp_path: Path) -> None:
    world, newer = a_world(), new_signing_key()
    (old,) = world.keys.keys
    next_key = replace(old, public=newer.public, valid_from=NOON)
    world.receipts.append(receipt(world.entries[7].head, 9, newer))
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps(world.keys.to_json()))
    world.keys = Keyring((old, next_key))
    assert kinds(exported(tmp_path / "bare", world), "--keys", keys) == {("bad_receipt", 8)}
    world.keys = Keyring((old, endorse(OFFICE_KEY, next_key)))
    assert kinds(exported(tmp_path / "endorsed", world), "--keys", keys) == set()


def test_an_erased_body_is_told_and_the_export_holds(tmp_path: Path) -> None:
    world = a_world()
    gone = world.entries[2]
    world.entries[2] = erased(gone)
    folder = exported(tmp_path / "x", world)
    assert kinds(folder) == {("body_missing", 3)}
    erasure = sign_erasure(
        OFFICE_KEY, id=gone.id, body_digest=gone.body_digest, reason="solicitud 2026-014", erased_at=NOON
    )
    write_export(folder, world.entries, world.receipts, world.checkpoints, world.keys, erasures=[erasure])
    result = run(folder)
    assert result.exit_code == 0
    assert f"note: erased: {ANA} event 3" in result.stdout
    assert (folder / LEDGER).read_text(encoding="utf-8").count("Pagará el día 3,") == 1  # the other laptop's


def test_what_a_checkpoint_held_by_someone_else_adds_is_told(tmp_path: Path) -> None:
    world = a_world()
    first, second = world.checkpoints
    held = tmp_path / "held.json"
    held.write_text(json.dumps(second.to_json()))
    whole = json.loads(run(exported(tmp_path / "whole", world), "--checkpoint", held, "--json").stdout)
    (outside,) = whole["outside"]
    told = {"heads": 2, "held": 2, "absent": 0, "other": 0, "in_export": True, "newer_than_export": False}
    assert outside.items() >= told.items()
    world.entries = world.entries[:2]
    world.receipts, world.checkpoints = [], [first]
    older = run(exported(tmp_path / "older", world), "--checkpoint", held)
    assert (
        "0 of 2 heads are in the export as signed, 2 are not there; the export is older than it"
        in older.stdout
    )
    assert older.exit_code == 1


def test_another_history_under_the_same_day_is_told(tmp_path: Path) -> None:
    """The office signed twice for one day: one copy is held outside, the export shows the other."""
    world = a_world()
    first, second = world.checkpoints
    other = checkpoint([world.entries[5].head, a_chain(BETO, 3)[2].head], day=21, previous=first)
    world.checkpoints = [first, other]
    folder = exported(tmp_path / "x", world)
    held = tmp_path / "held.json"
    held.write_text(json.dumps(replace(second, heads=None).to_json()))
    assert kinds(folder, "--checkpoint", held) == {("checkpoint_missing", 0)}
    assert "the export has another of that day" in run(folder, "--checkpoint", held).stdout
    rewritten = a_chain(BETO, 4)
    false = replace(rewritten[3], salt=bytes(16))
    assert false.salt is not None
    assert false.body is not None
    digest = body_digest(false.salt, false.body)
    false = replace(false, body_digest=digest, h=chain(BETO, 4, rewritten[2].h, false.header, digest))
    world.entries = [*world.entries[:8], *rewritten[:3], false]
    forked = exported(tmp_path / "y", world)
    held.write_text(json.dumps(second.to_json()))
    said = json.loads(run(forked, "--checkpoint", held, "--json").stdout)
    assert {(one["kind"], one["incarnation"], one["n"]) for one in said["problems"]} == {("fork", BETO, 4)}
    assert (said["outside"][0]["held"], said["outside"][0]["other"]) == (1, 1)


def laptops_export(folder: Path, manifest: Manifest) -> Path:
    """Ana's own export from event 3 on, with the body of 5 and the whole of 7 withheld."""
    world = a_world()
    rows = world.entries[2:8]
    rows[2], rows[4] = erased(rows[2]), withheld(rows[4])
    write_export(folder, rows, [world.receipts[1]], [], world.keys, manifest=manifest)
    return folder


def partial(kind: str) -> Manifest:
    listed = (Withheld(ANA, 5, 5, BODY), Withheld(ANA, 7, 7, EVENT))
    return Manifest(kind, NOON, (a_world().entries[1].head,), listed)


def test_a_laptop_may_begin_late_and_withhold_what_its_manifest_lists(tmp_path: Path) -> None:
    folder = laptops_export(tmp_path / "x", partial(LAPTOP_EXPORT))
    said = json.loads(run(folder, "--kind", "laptop", "--json").stdout)
    assert (said["ok"], said["kind"], said["withheld"], said["erased"]) == (True, "laptop", 2, 0)
    assert {(note["kind"], note["n"]) for note in said["notes"]} >= {
        ("partial", 2),
        ("withheld", 5),
        ("withheld", 7),
    }
    assert "A laptop's own export" in run(folder).stdout
    assert kinds(folder, "--kind", "office") == {("other_kind", 0)}


def test_an_offices_full_export_may_do_neither(tmp_path: Path) -> None:
    folder = laptops_export(tmp_path / "x", partial(OFFICE_EXPORT))
    assert kinds(folder) == {("partial", 2), ("withheld", 5), ("withheld", 7)}


def test_nothing_may_be_withheld_that_the_manifest_does_not_list(tmp_path: Path) -> None:
    bare = replace(partial(LAPTOP_EXPORT), withheld=())
    assert kinds(laptops_export(tmp_path / "x", bare)) == {("body_missing", 5), ("withheld", 7)}
    late = replace(partial(LAPTOP_EXPORT), starts=())
    assert kinds(laptops_export(tmp_path / "y", late)) == {("missing", 1)}


def test_a_signed_manifest_cannot_be_changed(tmp_path: Path) -> None:
    signed = sign_manifest(OFFICE_KEY, partial(LAPTOP_EXPORT))
    assert kinds(laptops_export(tmp_path / "x", signed)) == set()
    more = replace(signed, withheld=(*signed.withheld, Withheld(ANA, 8, 8, BODY)))
    assert kinds(laptops_export(tmp_path / "y", more)) == {("bad_manifest", 0)}
    by_thief = sign_manifest(new_signing_key(), partial(LAPTOP_EXPORT))
    assert kinds(laptops_export(tmp_path / "z", by_thief)) == {("bad_manifest", 0)}


@pytest.mark.parametrize("name", ["../office.db", "/etc/passwd", "a\\b", "c:x", ""])
def test_a_manifest_names_no_file_outside_its_folder(tmp_path: Path, name: str) -> None:
    reaching = replace(partial(LAPTOP_EXPORT), files=((name, "0" * 64),))
    assert kinds(laptops_export(tmp_path / "x", reaching)) == {("bad_manifest", 0)}


@pytest.mark.parametrize(
    "said", ["[]", '{"kind":"mine"}', '{"about":"","files":{},"kind":"laptop","made_at":"x"}', "{"]
)
def test_a_manifest_that_cannot_be_read_is_told(tmp_path: Path, said: str) -> None:
    folder = exported(tmp_path / "x")
    (folder / MANIFEST).write_text(said + "\n")
    assert kinds(folder) == {("unreadable", 0)}
    assert MANIFEST in run(folder).stdout
