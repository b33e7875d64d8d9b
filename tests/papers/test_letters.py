"""Letters many at a time: judged before they are made, one PDF, and each followed until it arrives, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update

from server import lettering
from server.store import letters
from server.store import tables as t
from server.store.engine import reading, writing
from server.store.scopes import Scope, Share
from server.strategy import listing
from sync.ids import new_id
from sync.records import Refused
from tests.office.builders import NOW, World

from .reading import require_poppler, words
from .world import EVERYTHING, shelf

TEMPLATE = "aviso-extrajudicial"


@pytest.fixture
def world(office_of: Callable[..., World]) -> World:
    """Rosa and Luis owe; Marta disputes and stands with them on the level."""
    made: World = office_of()
    with writing(made.engine) as connection:
        connection.execute(
            insert(t.stop_states).values(
                id=new_id(),
                debtor_id=made.debtors["Marta"],
                account_id=None,
                state="dispute",
                since=NOW - timedelta(days=1),
                source="",
                detail={},
            )
        )
    listing.make(made.engine, NOW.date(), now=NOW, actor="test")
    return made


def level_of(world: World) -> str:
    stages = {row["stage"] for row in world.rows(t.worklist_rows)}
    assert len(stages) == 1
    return str(stages.pop())


def previewed(world: World, **changed: Any) -> int | Refused:
    given: dict[str, Any] = {
        "level": level_of(world),
        "segment": "",
        "template": TEMPLATE,
        "actor": "nora",
        "now": NOW,
        "today": NOW.date(),
        "scope": EVERYTHING,
    }
    return lettering.preview(world.engine, world.signer, **(given | changed))


def rows(world: World, number: int | Refused) -> dict[str, dict[str, Any]]:
    """By the debtor's first name, the letters of a batch."""
    with reading(world.engine) as connection:
        held = letters.one(connection, EVERYTHING, str(number))
        assert held is not None
        found = letters.rows_of(connection, held["id"])
    return {row["debtor_name"].partition(" ")[0]: row for row in reversed(found)}


def made(world: World, number: int | Refused, folder: Any) -> int | Refused:
    return lettering.make_batch(
        world.engine, world.signer, shelf(folder), str(number), actor="nora", now=NOW, scope=EVERYTHING
    )


def followed(world: World, said: str, state: str, **given: Any) -> Any:
    told: dict[str, Any] = {"actor": "nora", "now": NOW + timedelta(minutes=5), "scope": EVERYTHING}
    return lettering.follow(world.engine, said, state, **(told | given))


def test_a_preview_makes_nothing_and_names_the_rule_of_each_refusal(world: World) -> None:
    number = previewed(world)
    found = rows(world, number)
    assert found["Rosa"]["state"] == "ready"
    assert found["Marta"]["state"] == "refused"
    assert "dispute" in found["Marta"]["rule"] or "stop" in found["Marta"]["rule"]
    assert world.rows(t.notices) == []
    assert world.rows(t.contacts) == []


def test_a_batch_is_one_pdf_of_the_letters_that_may_be_written(world: World, tmp_path: Any) -> None:
    number = previewed(world)
    ready = [row for row in rows(world, number).values() if row["state"] == "ready"]
    assert made(world, number, tmp_path) == len(ready)
    with reading(world.engine) as connection:
        batch = letters.one(connection, EVERYTHING, str(number))
    assert batch is not None
    require_poppler()
    data = shelf(tmp_path).get(batch["sha256"])
    text = "".join(words(data, tmp_path, page) for page in range(1, 2 * len(ready) + 1))
    assert "Rosa Ñúñez Güiza" in text
    assert "Marta" not in text.replace("Marta Rincón", ""), "who disputes gets no letter"
    assert text.count("página 2") == len(ready), "each letter has page numbers of its own"
    assert len(world.rows(t.notices)) == len(ready)
    again = made(world, number, tmp_path)
    assert isinstance(again, Refused)
    assert len(world.rows(t.notices)) == len(ready), "made once"


def test_what_a_rule_forbids_by_then_is_refused_after_all(world: World, tmp_path: Any) -> None:
    number = previewed(world)
    with writing(world.engine) as connection:
        connection.execute(
            update(t.addresses)
            .where(t.addresses.c.debtor_id == world.debtors["Rosa"])
            .values(state="rejected")
        )
    made(world, number, tmp_path)
    row = rows(world, number)["Rosa"]
    assert (row["state"], row["rule"]) == ("refused", "notice.address")


def test_a_letter_handed_over_counts_as_a_contact_once(world: World, tmp_path: Any) -> None:
    number = previewed(world)
    made(world, number, tmp_path)
    row = rows(world, number)["Rosa"]
    assert followed(world, row["code"], "handed")["state"] == "handed"
    assert followed(world, row["code"], "handed")["state"] == "handed", "read twice by the scanner"
    assert followed(world, row["code"].lower(), "returned", note="no existe")["state"] == "returned"
    contacts = [one for one in world.rows(t.contacts) if one["debtor_id"] == world.debtors["Rosa"]]
    assert [one["channel"] for one in contacts] == ["letter"]
    assert rows(world, number)["Rosa"]["note"] == "no existe"


def test_a_wrong_code_a_wrong_order_and_another_scope_are_refused(world: World, tmp_path: Any) -> None:
    number = previewed(world)
    made(world, number, tmp_path)
    row = rows(world, number)["Rosa"]
    for code, state, given, rule in (
        ("XXXX-XXXX-XXXX", "handed", {}, "letters.code"),
        (row["code"], "eaten", {}, "letters.state"),
        (row["code"], "handed", {"scope": Scope((Share(branch="ninguna"),))}, "letters.code"),
        (str(rows(world, number)["Marta"]["place"]), "handed", {"batch": str(number)}, "letters.order"),
    ):
        refused = followed(world, code, state, **given)
        assert isinstance(refused, Refused)
        assert refused.rule == rule
    by_number = followed(world, str(row["place"]), "delivered", batch=str(number))
    assert by_number["state"] == "delivered"
    back = followed(world, row["code"], "handed")
    assert isinstance(back, Refused)
    assert back.rule == "letters.order"


def test_a_file_of_codes_notes_the_right_ones_and_tells_the_wrong(world: World, tmp_path: Any) -> None:
    number = previewed(world)
    made(world, number, tmp_path)
    row = rows(world, number)["Rosa"]
    lines = [(1, row["code"], "handed", ""), (2, "nada", "handed", "")]
    done = lettering.follow_file(
        world.engine, lines, actor="nora", now=NOW + timedelta(minutes=5), scope=EVERYTHING
    )
    assert done.noted == 1
    assert [(line, code) for line, code, _ in done.wrong] == [(2, "nada")]


def test_no_second_letter_while_the_first_waits(world: World, tmp_path: Any) -> None:
    made(world, previewed(world), tmp_path)
    assert rows(world, previewed(world))["Rosa"]["rule"] == "letters.once"


def test_a_preview_is_dropped_and_a_batch_made_is_not(world: World, tmp_path: Any) -> None:
    first = previewed(world)
    given: dict[str, Any] = {"actor": "nora", "now": NOW, "scope": EVERYTHING}
    assert lettering.drop(world.engine, str(first), **given) is None
    assert isinstance(made(world, first, tmp_path), Refused)
    second = previewed(world)
    assert rows(world, second)["Rosa"]["state"] == "ready", "what was dropped stands in nobody's way"
    made(world, second, tmp_path)
    assert isinstance(lettering.drop(world.engine, str(second), **given), Refused)


def test_one_person_gets_one_letter_of_a_batch_however_many_accounts_he_has(world: World) -> None:
    number = previewed(world)
    with reading(world.engine) as connection:
        held = letters.one(connection, EVERYTHING, str(number))
        assert held is not None
        his = [
            row
            for row in letters.rows_of(connection, held["id"])
            if row["debtor_id"] == world.debtors["Rosa"]
        ]
    assert [(row["state"], row["rule"]) for row in his] == [("ready", ""), ("refused", "letters.person")]


def test_a_level_with_nobody_and_no_such_letter_are_told(world: World) -> None:
    for changed in ({"level": "judicial"}, {"template": "recado-sms"}):
        refused = previewed(world, **changed)
        assert isinstance(refused, Refused)
