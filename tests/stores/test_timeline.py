"""Every kind of a debtor's timeline can be read on both engines; a day without an hour ends its day."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime

from sqlalchemy import Engine, insert

from server.store import tables as t
from server.store.boards import timeline
from server.store.boards.timeline import Happening
from server.store.engine import reading, writing
from sync.ids import new_id
from sync.words import Phrase

from .test_standings import NOW, Office


def test_every_kind_is_read_on_both_engines_and_what_happened_is_told_once(office_engine: Engine) -> None:
    made = Office(office_engine, random.Random(3))
    made.begin()
    for _each in range(60):
        made.happen()
    account, debtor = made.accounts[0]
    with writing(office_engine) as connection:
        connection.execute(
            insert(t.case_answers).values(
                id=new_id(), account_id=account, question="done", text="Se le llamó", at=NOW, actor="nora"
            )
        )
    with reading(office_engine) as connection:
        subject = timeline.subject_of(connection, debtor, "America/Bogota", {account: "C-1"})
        rows, counts = timeline.told(connection, subject, timeline.KINDS)
    assert set(counts) == {kind.code for kind in timeline.KINDS}
    assert counts["answer"] == 1
    assert counts["assignment"] + counts["balance"] + counts["payment"] > 0
    assert len({(row.kind, row.id) for row in rows}) == len(rows) == sum(counts.values())
    places = [row.place("America/Bogota") for row in rows]
    assert places == sorted(places, reverse=True), "newest first"


def test_what_is_known_by_its_day_alone_stands_after_the_hours_of_that_day() -> None:
    late = Happening("a", Phrase("Visita"), at=datetime(2026, 11, 21, 4, 30, tzinfo=UTC))
    paid = Happening("b", Phrase("Pago"), day=date(2026, 11, 20))
    assert late.place("America/Bogota")[0] == paid.place("America/Bogota")[0], "it was still the 20th there"
    assert late.place("America/Bogota") < paid.place("America/Bogota")
