"""What the office set aside still happened: the page of the debtor goes on showing it."""

from __future__ import annotations

import pytest

from field_client.store.side import StoredLaptop
from server.projecting import said as reading_events
from server.receiving import replaying
from sync.exchange import run
from sync.ids import new_id
from sync.wire.events import BODIES
from tests.laptop.pairs import Pair
from tests.office.builders import visit_body


def test_a_visit_the_office_could_not_apply_stays_on_the_screen_and_is_there_once(pair: Pair) -> None:
    pair.exchange()
    kept = pair.visit("Rosa")
    unknown = {"account": new_id(), "result": "NAD", "detail": {}}
    odd = pair.say("visit.recorded", visit_body(pair.world, "Rosa", results=[unknown]))
    before = {id for id, _ in pair.visits_here("Rosa")}
    assert pair.exchange().outcome.quarantined == 1
    pair.exchange()
    shown = pair.visits_here("Rosa")
    assert {id for id, _ in shown} == before == {kept.visit, odd.id}
    assert len(shown) == 2
    assert dict(shown) == {kept.visit: True, odd.id: False}


class Stopped(Exception):
    """The laptop loses its power."""


def test_a_visit_applied_after_an_upgrade_is_on_the_screen_while_its_page_is_still_to_come(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list of what is set aside and the page of the feed are two transactions of the laptop."""
    pair.exchange()
    older = {name: schema for name, schema in BODIES.items() if name[0] != "visit.recorded"}
    with pytest.MonkeyPatch.context() as program:
        program.setattr(reading_events, "BODIES", older)
        kept = pair.visit("Rosa")
        pair.exchange()
    replaying.replay(pair.world.engine, pair.clock.now, "cli")

    def cut(*_: object) -> bool:
        raise Stopped

    with monkeypatch.context() as power:
        power.setattr(StoredLaptop, "take_page", cut)
        with pytest.raises(Stopped):
            run(StoredLaptop(pair.store), pair.peer, pair.clock)
    assert pair.counts()["quarantined"] == 0
    assert [id for id, _ in pair.visits_here("Rosa")] == [kept.visit]
    pair.exchange()
    assert [id for id, _ in pair.visits_here("Rosa")] == [kept.visit]
