"""`ronda office policy lint` as a person types it, and what the audit says of a received note's words."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from server import receiving
from server.commands.policy import policy
from server.store import findings
from server.store.engine import reading
from server.store.scopes import Scope

from .builders import NOW, Laptop, World, promise_body, visit_body

TEXTS = (
    "text;kind;mine\n"
    "Le vamos a embargar la casa.;;a\n"
    "No puede pagar la demanda de su mamá.;nota;b\n"
    "Le dije que era un sinvergüenza.;nota;c\n"
    "=1+1;message;d\n"
)


def run(tmp_path: Path, content: bytes, *words: str) -> tuple[int, str, list[dict[str, str]]]:
    source, out = tmp_path / "texts.csv", tmp_path / "out.csv"
    source.write_bytes(content)
    done = CliRunner().invoke(policy, ["lint", str(source), "--out", str(out), *words])
    written = out.read_text(encoding="utf-8") if out.exists() else ""
    rows = list(csv.DictReader(written.splitlines()))
    return done.exit_code, done.output, rows


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_each_text_comes_back_with_verdict_rule_and_words(tmp_path: Path, encoding: str) -> None:
    code, said, rows = run(tmp_path, TEXTS.encode(encoding), "--pack", "mx-agency", "--json")
    assert code == 0
    assert json.loads(said) == {"allow": 2, "warn": 1, "block": 1, "out": str(tmp_path / "out.csv")}
    assert list(rows[0]) == ["text", "kind", "mine", "verdict", "rule", "words"]
    assert [row["verdict"] for row in rows] == ["block", "allow", "warn", "allow"]
    assert rows[0]["rule"] == "mx-agency.wording.threat"
    assert "embargar" in rows[0]["words"]
    assert [row["mine"] for row in rows] == list("abcd")
    assert not rows[3]["text"].startswith("=")


def test_a_column_kind_that_means_something_else_changes_nothing(tmp_path: Path) -> None:
    code, _, rows = run(tmp_path, b"text,kind\nPague, sinverguenza,insult\n", "--pack", "co")
    assert code == 0
    code, _, rows = run(tmp_path, b'text,kind\n"Pague, sinverguenza",insult\n', "--pack", "co")
    assert (code, rows[0]["verdict"]) == (0, "block")


@pytest.mark.parametrize(
    ("content", "pack", "sentence"),
    [
        (b"words\nhola\n", "co", "no column 'text'"),
        (b"text\nhola\n", "atlantis", "unknown policy pack"),
    ],
)
def test_what_cannot_be_read_says_so_in_a_sentence(
    tmp_path: Path, content: bytes, pack: str, sentence: str
) -> None:
    code, said, rows = run(tmp_path, content, "--pack", pack)
    assert code == 1
    assert sentence in said
    assert "Traceback" not in said
    assert rows == []


def found(world: World, laptop: Laptop) -> dict[str, str]:
    receiving.receive(world.engine, world.signer, laptop.device, laptop.request(None), NOW)
    with reading(world.engine) as connection:
        rows = findings.listed(connection, Scope.everything())
    return {row["rule"]: row["severity"] for row in rows}


def test_a_received_note_that_threatens_is_kept_and_found(world: World, laptop: Laptop) -> None:
    laptop.write("visit.recorded", visit_body(world) | {"note": "Le dije que lo vamos a meter preso."})
    assert found(world, laptop)["audit.wording"] == "review"


def test_a_received_note_of_what_the_debtor_said_is_not_found(world: World, laptop: Laptop) -> None:
    note = "Me amenazó con un perro. Dice que otro banco lo va a embargar."
    laptop.write("visit.recorded", visit_body(world) | {"note": note})
    assert "audit.wording" not in found(world, laptop)


def test_words_in_the_place_of_a_promise_are_found_too(world: World, laptop: Laptop) -> None:
    visit = laptop.visit(result="PTP", party="TIT")
    said = promise_body(world, visit.id) | {"place": "Donde el sinvergüenza de su hermano"}
    laptop.write("promise.made", said)
    assert found(world, laptop)["audit.wording"] == "review"
