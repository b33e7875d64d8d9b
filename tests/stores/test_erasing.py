"""Erasing a debtor leaves the same on SQLite and on PostgreSQL: no word of his in any table."""

from __future__ import annotations

from sqlalchemy import Engine

from server.erasing import CarriedOut
from tests.office.builders import enrolled, small_world
from tests.office.test_erasing import carry_out, held_words, plant, receive, request


def test_it_is_the_same_on_both_databases(office_engine: Engine) -> None:
    world = small_world(office_engine)
    laptop = enrolled(world)
    plant(world, laptop, "Rosa")
    plant(world, laptop, "Luis")
    receive(world, laptop)
    assert request(world) == 1
    assert len(held_words(world, "Rosa")) > 10
    done = carry_out(world)
    assert isinstance(done, CarriedOut)
    assert (done.events, done.scrubbed) == (8, True)
    assert held_words(world, "Rosa") == set()
    assert len(held_words(world, "Luis")) > 10
