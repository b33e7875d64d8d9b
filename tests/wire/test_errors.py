"""The catalogue of errors is a promise: codes and statuses are pinned here, and so is their one shape."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sync.wire.errors import CATALOGUE, TYPE_PREFIX, Problem, problem_document, told
from sync.words import Phrase

PROTOCOL = Path(__file__).parents[2] / "docs" / "protocol.md"
PINNED = {
    "bad_json": 400,
    "bad_encoding": 400,
    "other_context": 409,
    "receipt_wanted": 409,
    "unknown_encoding": 415,
    "bad_content_type": 415,
    "too_large": 413,
    "validation_failed": 422,
    "unsupported_version": 400,
    "update_required": 403,
    "not_enrolled": 401,
    "not_logged_in": 401,
    "revoked": 403,
    "lease_expired": 403,
    "bad_signature": 403,
    "unknown_key": 403,
    "bad_code": 403,
    "code_used": 410,
    "code_expired": 410,
    "not_allowed": 403,
    "csrf": 400,
    "not_found": 404,
    "scope": 404,
    "wrong_method": 405,
    "conflict": 409,
    "erased": 410,
    "gap": 409,
    "fork": 409,
    "chain_broken": 409,
    "unknown_incarnation": 409,
    "wrong_epoch": 409,
    "id_conflict": 409,
    "unknown_kind": 422,
    "unknown_version": 422,
    "unknown_record": 422,
    "hash_mismatch": 422,
    "bad_offset": 409,
    "rate_limited": 429,
    "busy": 503,
    "storage_full": 507,
    "internal": 500,
}


def test_no_code_or_status_changes_unnoticed() -> None:
    assert {code: kind.status for code, kind in CATALOGUE.items()} == PINNED


def test_the_documentation_lists_the_catalogue() -> None:
    text = PROTOCOL.read_text(encoding="utf-8")
    section = text[text.index("## 7. Errors") : text.index("## 8.")]
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \| (.+) \|$", section, re.MULTILINE)
    assert rows == [(code, str(kind.status), kind.title) for code, kind in CATALOGUE.items()]


def test_what_is_outside_ones_scope_looks_like_what_does_not_exist() -> None:
    assert CATALOGUE["scope"].status == CATALOGUE["not_found"].status == 404


def test_a_problem_has_one_shape() -> None:
    problem = Problem(
        "too_large", Phrase("El mensaje pasa de {limit} bytes", {"limit": 10}), {"push.events": ["501"]}
    )
    assert problem_document(problem) == {
        "type": "urn:ronda:error:too_large",
        "title": "El mensaje es demasiado grande",
        "status": 413,
        "detail": "El mensaje pasa de 10 bytes",
        "code": "too_large",
        "said": {"msgid": "El mensaje pasa de {limit} bytes", "values": {"limit": 10}},
        "fields": {"push.events": ["501"]},
    }


def test_a_problem_without_words_says_its_title() -> None:
    document = problem_document(
        Problem("gap"), {"Faltan eventos anteriores": "Earlier events are missing"}.get
    )
    assert document["title"] == document["detail"] == "Earlier events are missing"
    assert "fields" not in document


def test_a_code_outside_the_catalogue_cannot_be_raised() -> None:
    with pytest.raises(ValueError, match="catalogue"):
        Problem("oops")


def test_every_problem_is_read_back_by_the_other_side() -> None:
    for code in CATALOGUE:
        read = told(problem_document(Problem(code, Phrase("Vea {what}", {"what": code}))))
        assert read is not None
        assert (read.code, str(read.detail), read.known) == (code, f"Vea {code}", True)


def test_a_code_of_a_newer_office_is_kept_with_its_words() -> None:
    read = told({"type": TYPE_PREFIX + "too_new", "detail": "Algo {nuevo}"})
    assert read is not None
    assert (read.code, read.known, str(read.detail)) == ("too_new", False, "Algo {nuevo}")


@pytest.mark.parametrize(
    "said",
    [
        {"msgid": "{a.b}", "values": {"a": 1}},
        {"msgid": "{x}", "values": {}},
        {"msgid": 3},
        "text",
        {"msgid": "{", "values": {"a": 1}},
    ],
)
def test_words_that_do_not_fit_their_values_give_way_to_the_plain_detail(said: object) -> None:
    read = told({"type": TYPE_PREFIX + "gap", "detail": "Faltan tres", "said": said})
    assert read is not None
    assert str(read.detail) in {"Faltan tres", "{x}"}


@pytest.mark.parametrize("page", [None, "<html>502</html>", [], {}, {"type": "about:blank"}, {"type": 4}])
def test_anything_else_is_not_taken_for_a_problem_of_ours(page: object) -> None:
    assert told(page) is None
