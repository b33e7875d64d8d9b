"""What others build on: the JSON that `ronda verify` prints, and its exit code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from sync.verifying import verify

from .test_verifying import a_world, exported

PROMISED = {"ok": bool, "events": int, "problems": list}
OF_A_PROBLEM = {"kind": str, "incarnation": str, "n": int, "detail": str}


def said(*arguments: object) -> tuple[int, dict[str, Any]]:
    """One JSON object on one line of standard output, and nothing else there."""
    done = CliRunner().invoke(verify, [*map(str, arguments), "--json"])
    assert done.stdout.count("\n") == 1
    told: dict[str, Any] = json.loads(done.stdout)
    assert list(told)[:2] == ["ok", "events"]
    for name, kind in PROMISED.items():
        assert type(told[name]) is kind
    assert told["ok"] is (not told["problems"])
    for problem in told["problems"]:
        assert list(problem)[:4] == list(OF_A_PROBLEM)
        assert {name: type(problem[name]) for name in OF_A_PROBLEM} == OF_A_PROBLEM
        assert set(problem) - set(OF_A_PROBLEM) <= {"until"}, "a range of events is told by its end"
    return done.exit_code, told


def test_an_honest_export_with_a_checkpoint_held_outside_exits_with_0(tmp_path: Path) -> None:
    world = a_world()
    folder = exported(tmp_path / "ledger", world)
    held = tmp_path / "held.json"
    held.write_text(json.dumps(world.checkpoints[-1].to_json()))
    code, told = said(folder, "--checkpoint", held)
    assert (code, told["ok"], told["events"], told["problems"]) == (0, True, 12, [])


def test_an_event_taken_out_is_named_with_its_place_and_exits_with_1(tmp_path: Path) -> None:
    folder = exported(tmp_path / "ledger")
    lines = (folder / "ledger.jsonl").read_bytes().splitlines(keepends=True)
    gone = json.loads(lines[2])
    (folder / "ledger.jsonl").write_bytes(b"".join(lines[:2] + lines[3:]))
    code, told = said(folder)
    assert code == 1
    place = (gone["incarnation"], gone["n"])
    assert place in {(problem["incarnation"], problem["n"]) for problem in told["problems"]}


def test_a_cut_that_only_a_checkpoint_held_outside_shows_is_found(tmp_path: Path) -> None:
    """The control: without the checkpoint the same export holds."""
    world = a_world()
    folder = exported(tmp_path / "ledger", world)
    held = tmp_path / "held.json"
    held.write_text(json.dumps(world.checkpoints[-1].to_json()))
    last = {head.incarnation: head.n for head in world.checkpoints[-1].heads or ()}
    kept = []
    for line in (folder / "ledger.jsonl").read_bytes().splitlines(keepends=True):
        event = json.loads(line)
        if event["n"] < last.get(event["incarnation"], 0):
            kept.append(line)
    (folder / "ledger.jsonl").write_bytes(b"".join(kept))
    for name in ("receipts.jsonl", "checkpoints.jsonl"):
        (folder / name).write_bytes(b"")
    assert said(folder)[0] == 0
    code, told = said(folder, "--checkpoint", held)
    assert code == 1
    assert "cut" in {problem["kind"] for problem in told["problems"]}


def test_what_is_no_export_is_a_sentence_and_no_json(tmp_path: Path) -> None:
    done = CliRunner().invoke(verify, [str(tmp_path), "--json"])
    assert done.exit_code == 1
    assert done.stdout == ""
    assert "Error" in done.stderr
