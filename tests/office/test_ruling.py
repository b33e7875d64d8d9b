"""Situations judged from a file: the golden table of DOMAIN, and what is said of rows that cannot be read."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from server.commands.policy import policy
from server.packs import pack_of
from server.ruling import decide, situation_of

GOLDEN = Path(__file__).with_name("golden_situations.csv")


def golden() -> list[dict[str, str]]:
    """The situations and verdicts, typed from the law's tables and not from the packs."""
    with GOLDEN.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_golden_table_has_over_three_hundred_situations_and_all_packs() -> None:
    packs = {row["pack"] for row in golden()}
    assert len(golden()) >= 300
    assert packs >= {"mx-agency", "mx-bank", "co", "pe", "cl", "ec", "sv", "gt", "ar", "ar-caba", "br", "us"}


@pytest.mark.parametrize("name", sorted({row["pack"] for row in golden()}))
def test_every_golden_situation_of_a_pack_is_judged_as_its_law_says(name: str) -> None:
    wrong = []
    for line, row in enumerate(golden(), 2):
        if row["pack"] != name:
            continue
        found = decide(situation_of(row))
        if found.verdict != row["verdict"] or row["rule"] not in ("", found.rule):
            wrong.append((line, row["verdict"], row["rule"], found.verdict, found.rule))
    assert wrong == []


def written(tmp_path: Path, text: str, *options: str) -> tuple[int, str, list[dict[str, str]]]:
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text(text, encoding="utf-8")
    ran = CliRunner().invoke(policy, ["decide", str(source), "--out", str(out), *options])
    rows = list(csv.DictReader(out.read_text(encoding="utf-8").splitlines())) if out.exists() else []
    return ran.exit_code, ran.output, rows


def test_a_file_of_situations_comes_back_with_verdict_rule_source_and_when(tmp_path: Path) -> None:
    code, said, rows = written(
        tmp_path,
        "pack,channel,place,party,at,pays_cash,note\npe,visit,home,debtor,2026-11-21T11:00,yes,mine\n",
        "--json",
    )
    assert code == 0
    assert json.loads(said)["block"] == 1
    assert rows[0]["note"] == "mine"
    assert (rows[0]["verdict"], rows[0]["rule"]) == ("block", "pe.hours")
    assert rows[0]["source"].startswith("https://")
    assert rows[0]["next_allowed"] == "2026-11-23T07:00-05:00"


def test_no_waiting_helps_where_place_party_or_money_is_what_is_wrong(tmp_path: Path) -> None:
    _, _, rows = written(
        tmp_path,
        "pack,channel,place,party,at,credit_type,pays_cash\n"
        "co,visit,home,debtor,2026-11-26T11:00,consumer,no\n"
        "mx-agency,visit,home,debtor,2026-11-26T11:00,,yes\n"
        "pe,visit,home,minor,2026-11-26T11:00,,no\n",
    )
    assert [row["verdict"] for row in rows] == ["block"] * 3
    assert [row["next_allowed"] for row in rows] == [""] * 3


def test_an_unknown_pack_blocks_and_a_row_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    code, _, rows = written(
        tmp_path,
        "pack,channel,place,at,contacts_today\n"
        "atlantis,visit,home,2026-11-26T11:00,0\n"
        "pe,pigeon,home,2026-11-26T11:00,0\n"
        "pe,visit,moon,2026-11-26T11:00,0\n"
        "pe,visit,home,tomorrow,0\n"
        "pe,visit,home,2026-11-26T11:00,many\n",
    )
    assert code == 1
    assert (rows[0]["verdict"], rows[0]["rule"]) == ("block", "policy.unknown")
    assert [row["verdict"] for row in rows[1:]] == ["invalid"] * 4
    assert "one of visit, call" in rows[1]["source"]
    assert "guarantor_home" in rows[2]["source"]
    assert "2026-11-21T11:00" in rows[3]["source"]
    assert "whole number" in rows[4]["source"]


def test_a_row_may_name_the_municipality_and_since_when_he_owes(tmp_path: Path) -> None:
    code, _said, rows = written(
        tmp_path,
        "pack,channel,place,at,municipality,oldest_due\n"
        "br,visit,home,2026-07-09T11:00,são paulo,\n"
        "br,visit,home,2026-07-09T11:00,Manaus,\n"
        "br,visit,home,2026-07-08T11:00,Manaus,2021-01-10\n"
        "br,visit,home,2026-07-08T11:00,Manaus,ayer\n",
    )
    assert code == 1
    assert [row["verdict"] for row in rows] == ["block", "allow", "warn", "invalid"]
    assert [row["rule"] for row in rows[:3]] == ["br.holiday.sp", "policy.in_force", "br.limitation"]
    assert "2026-07-10" in rows[0]["next_allowed"]
    assert "must be a date" in rows[3]["source"]


def test_a_file_without_the_columns_is_a_sentence_and_writes_nothing(tmp_path: Path) -> None:
    code, said, rows = written(tmp_path, "colour,at\nred,2026-11-26T11:00\n")
    assert code == 1
    assert "no column 'pack'" in said
    assert rows == []


def test_a_documented_exception_is_asked_for_where_its_column_is_there() -> None:
    row = {"pack": "co", "channel": "visit", "at": "2026-11-26T11:00", "credit_type": "microcredit"}
    assert decide(situation_of(row)).verdict == "allow"
    assert decide(situation_of(row | {"exception_evidence": ""})).rule == "co.visit.home"


def test_a_companys_pack_is_checked_by_its_own_vectors(tmp_path: Path) -> None:
    own = tmp_path / "acme.toml"
    vector = '[[vectors]]\nsay = "late"\nat = "2026-11-26T18:30"\nplace = "DOM"\nverdict = "{}"\n'
    own.write_text('extends = "pe"\nname = "acme"\n' + vector.format("allow"), encoding="utf-8")
    fine = CliRunner().invoke(policy, ["check", str(own), "--json"])
    assert fine.exit_code == 0
    assert json.loads(fine.output)["ok"] is True
    own.write_text('extends = "pe"\nname = "acme"\n' + vector.format("block"), encoding="utf-8")
    wrong = CliRunner().invoke(policy, ["check", str(own)])
    assert wrong.exit_code == 1
    assert "block expected, allow decided" in wrong.output
    own.write_text('extends = "atlantis"\nname = "acme"\n', encoding="utf-8")
    broken = CliRunner().invoke(policy, ["check", str(own)])
    assert broken.exit_code == 1
    assert "extends must be one of" in broken.output
    own.write_text('extends = "pe"\nname = "acme"\n', encoding="utf-8")
    bare = CliRunner().invoke(policy, ["check", str(own)])
    assert bare.exit_code == 1
    assert "no [[vectors]]" in bare.output


def test_the_packs_that_come_with_ronda_are_listed_with_their_warning() -> None:
    ran = CliRunner().invoke(policy, ["list"])
    assert ran.exit_code == 0
    assert "ar-caba" in ran.output
    assert "lawyer" in ran.output
    assert pack_of("ar-caba") is not None
