"""What the office set aside still happened: the page of the debtor goes on showing it."""

from __future__ import annotations

from sync.ids import new_id
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
