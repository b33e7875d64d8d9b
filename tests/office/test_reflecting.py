"""A visit stays on the screen as long as its debtor does, also between the pages that take him away."""

from __future__ import annotations

from datetime import date

from server import publishing
from server.receiving import receive
from server.store.engine import writing

from .builders import NOW, Laptop


def test_a_visit_is_not_reflected_before_the_debtor_given_away_is_gone(laptop: Laptop) -> None:
    world, rosa = laptop.world, laptop.world.debtors["Rosa"]
    first = receive(world.engine, world.signer, laptop.device, laptop.request(()), NOW)
    assert rosa in {row["id"] for row in first["page"]["rows"]}
    cursor, here, more, turns = first["page"]["cursor"], True, True, 0
    world.assign("Rosa", "Benito", since=date(2026, 11, 20))
    with writing(world.engine) as connection:
        publishing.refresh_agents(connection, list(world.agents.values()), NOW)
    laptop.visit("Rosa")
    request = laptop.request(None, cursor=cursor, limit=1)
    while more:
        page = receive(world.engine, world.signer, laptop.device, request, NOW)["page"]
        here = here and not any(row["id"] == rosa and row["gone"] for row in page["rows"])
        assert not (here and page["reflects"]["n"]), "the visit would be gone, and Rosa still there"
        cursor, more, turns = page["cursor"], page["more"], turns + 1
        request = laptop.request((), cursor=cursor, limit=1)
    assert turns > 2
    assert (here, page["reflects"]["n"]) == (False, 1)
