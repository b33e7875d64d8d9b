"""A slip's token: what it says, that nothing of it can be changed, its short code, and the command that checks it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from sync import marks, slips
from sync.keys import DEVICE, Keyring, PublicKey, new_signing_key, signing_key
from sync.marks import NoMark
from sync.slips import NotASlip, Standing
from sync.verifying import verify

MADE = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
DAY = date(2026, 11, 23)
AGENT = "019366aa-0000-7000-8000-000000000001"
KEY = signing_key(bytes(range(32)))
RING = Keyring((PublicKey(KEY.public, DEVICE, "laptop", MADE - timedelta(days=1)),))


def token() -> str:
    return slips.new_token(KEY, MADE, DAY, agent=AGENT, nonce=b"0123456789")


def test_a_token_says_who_and_when_and_names_no_debtor() -> None:
    standing, slip = slips.judge_token(token(), RING, DEVICE, MADE)
    assert standing is Standing.GENUINE
    assert (slip.agent, slip.made, slip.day, slip.key_id) == (AGENT, MADE, DAY, KEY.id)
    assert len(token()) == slips.LENGTH
    assert slips.new_token(KEY, MADE, DAY) != slips.new_token(KEY, MADE, DAY)


@given(place=st.integers(0, slips.LENGTH - 1), other=st.sampled_from("AZaz09-_"))
def test_no_letter_of_a_token_can_be_changed(place: int, other: str) -> None:
    told = token()
    changed = told[:place] + other + told[place + 1 :]
    try:
        standing, _ = slips.judge_token(changed, RING, DEVICE, MADE)
    except NotASlip:
        assert changed != told
        return
    assert (standing is Standing.GENUINE) == (changed == told)


def test_a_token_dies_after_ninety_days_and_with_the_key_that_signed_it() -> None:
    last = datetime(2026, 11, 23, tzinfo=UTC) + slips.LIFE
    assert slips.judge_token(token(), RING, DEVICE, last - timedelta(seconds=1))[0] is Standing.GENUINE
    assert slips.judge_token(token(), RING, DEVICE, last)[0] is Standing.EXPIRED
    key = RING.keys[0]
    retired = Keyring((PublicKey(key.public, DEVICE, key.owner, key.valid_from, MADE - timedelta(hours=1)),))
    assert slips.judge_token(token(), retired, DEVICE, MADE)[0] is Standing.FORGED
    assert slips.judge_token(token(), Keyring(), DEVICE, MADE)[0] is Standing.FORGED


@given(st.integers(0, 2**64))
def test_a_code_is_read_however_it_is_typed_and_one_wrong_letter_shows(seed: int) -> None:
    code = slips.code_of(f"{seed}")
    assert slips.typed_code(slips.shown(code).lower().replace("0", "o").replace("1", "l")) == code
    assert slips.typed_code(f" {code[:6]} {code[6:]} ") == code
    place = seed % (slips.CODE_LENGTH - 1)
    for other in slips.ALPHABET:
        if other != code[place]:
            assert slips.typed_code(code[:place] + other + code[place + 1 :]) is None


def test_the_command_checks_a_slip_with_no_office(tmp_path: Path) -> None:
    key = new_signing_key()
    now = datetime.now(UTC)
    said = slips.new_token(key, now, now.date(), agent=AGENT)
    keys = tmp_path / "keys.json"
    ring = Keyring((PublicKey(key.public, DEVICE, "laptop", now - timedelta(days=1)),))
    keys.write_text(json.dumps(ring.to_json()), encoding="utf-8")
    run = CliRunner().invoke
    good = run(verify, ["--slip", f"https://casanorte.example/v/{said}", "--keys", str(keys), "--json"])
    assert (good.exit_code, json.loads(good.output)["standing"]) == (0, "genuine")
    other = run(verify, ["--slip", token(), "--keys", str(keys)])
    assert other.exit_code == 1
    assert "forged" in other.output
    for wrong, words in (
        (["--slip", "hola", "--keys", str(keys)], "140 letters"),
        (["--slip", said], "--keys"),
    ):
        answer = run(verify, wrong)
        assert answer.exit_code == 1
        assert words in answer.output


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("415123", "identifiers in brackets"),
        ("(415)123", "needs 13 digits"),
        ("(415)7709998000019", "is not a GLN"),
        ("(8020)", "letters, digits and signs are needed"),
        ("(8020)" + "1" * 70, "holds 60 characters"),
        ("(8020)ñ", "letters, digits and signs are needed"),
    ],
)
def test_a_barcode_that_no_counter_could_read_is_refused_with_why(text: str, words: str) -> None:
    with pytest.raises(NoMark, match=words):
        marks.gs1_128(text)


def test_only_parts_of_open_length_are_followed_by_a_separator() -> None:
    data = marks.gs1_data("(415)7709998000018(8020)123(3900)50000(96)20261130")
    assert data.replace(marks.FNC1, "|") == "4157709998000018802" + "0123|390050000|9620261130"
    assert marks.gln_check("770999800001") == "8"
