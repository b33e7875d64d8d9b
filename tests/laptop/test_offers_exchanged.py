"""An offer from the door to the desk and back, and the agreement it became: both sides hold and judge the same."""

from __future__ import annotations

from datetime import timedelta

from field_client.agreeing import terms_body
from field_client.offering import request_offer, suggest
from field_client.store import cases
from field_client.visiting import NotSaved, Saved
from server import agreed_today, agreeing
from server.recovering import Person
from server.store import tables as t
from server.store.engine import reading
from server.store.scopes import Scope
from sync.fold import DebtorState
from sync.records import Result, UserRole
from sync.rules.agreement import written_schedule, wrong_agreement

from .pairs import Pair, laptop_digest, office_digest

EVA = Person("eva", frozenset({UserRole.SUPERVISOR}))
QUITA = {
    "kind": "discount",
    "count": "2",
    "every": "month",
    "first_due": "2026-11-27",
    "first": "",
    "discount": "300000",
}


def state_of(pair: Pair, name: str = "Luis") -> DebtorState:
    with pair.store.reading() as db:
        return cases.state_of(db, pair.world.debtors[name])


def test_an_offer_goes_to_the_desk_and_its_word_comes_back_and_is_agreed_in_a_visit(pair: Pair) -> None:
    pair.exchange()
    account = pair.world.accounts["Luis"][0]
    asked = request_offer(pair.store, account, QUITA, "Paga hoy con la prima", pair.clock.read())
    assert isinstance(asked, Saved), asked
    assert suggest(pair.store, account, {"text": "O la mitad en diciembre"}, pair.clock.read())
    assert [one.state for one in state_of(pair).offers] == ["pending"]
    done = pair.exchange()
    assert done.unsent == 0
    assert laptop_digest(pair) == office_digest(pair.world)
    [row] = pair.world.rows(t.offers)
    assert row["total_minor"] == 1_200_000_00
    said = {"by": EVA, "now": pair.clock.now, "scope": Scope.everything()}
    assert agreeing.decide_offer(pair.world.engine, row["id"], approve=True, why="Vale", **said) == account
    pair.exchange()
    [offer] = state_of(pair).offers
    assert (offer.state, offer.because, offer.decided_by) == ("approved", "Vale", "eva")
    plan = {
        "schedule": written_schedule(offer.terms.schedule),
        "approver": "eva",
        "channel": "bank",
        "place": "x",
    }
    pair.visit("Luis", Result.PLAN, **plan)
    here = state_of(pair)
    [deal] = here.agreements
    assert deal.offer == offer.id
    assert wrong_agreement(deal) == ()
    assert [one.amount for one in here.promises] == [one.amount for one in deal.schedule]
    pair.exchange()
    there = state_of(pair)
    assert there.agreements == here.agreements
    assert there.promises == here.promises
    assert [one.text for one in there.suggestions] == ["O la mitad en diciembre"]
    assert laptop_digest(pair) == office_digest(pair.world)
    with reading(pair.world.engine) as connection:
        [held] = agreed_today.agreements(connection, Scope.everything(), pair.clock.now.date(), "all", 50, 0)
        assert agreeing.unauthorised(connection, held.row) == ()
    assert held.deal.schedule == deal.schedule
    assert terms_body(held.deal) == terms_body(deal)
    assert held.standing is not None
    assert held.standing.missing == deal.total


def test_an_offer_that_was_rejected_or_is_too_old_is_not_agreed(pair: Pair) -> None:
    pair.exchange()
    account = pair.world.accounts["Luis"][0]
    request_offer(pair.store, account, QUITA, "Paga hoy con la prima", pair.clock.read())
    pair.exchange()
    [row] = pair.world.rows(t.offers)
    said = {"by": EVA, "now": pair.clock.now, "scope": Scope.everything()}
    agreeing.decide_offer(pair.world.engine, row["id"], approve=True, why="Vale", **said)
    pair.exchange()
    [offer] = state_of(pair).offers
    today = pair.clock.now.date()
    assert offer.stands(today)
    assert offer.stands(today + timedelta(days=7))
    assert not offer.stands(today + timedelta(days=8))


def test_what_one_may_offer_alone_is_not_asked(pair: Pair) -> None:
    pair.exchange()
    plan = QUITA | {"kind": "plan", "discount": ""}
    account = pair.world.accounts["Luis"][0]
    answer = request_offer(pair.store, account, plan, "Por si acaso", pair.clock.read())
    assert isinstance(answer, NotSaved)
    assert "no hace falta" in str(answer.problems[0].because)  # type: ignore[union-attr]
