"""Offers, agreements, suggestions and the office's word: taken in once, told back, decided by four eyes."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from sqlalchemy import insert, update

from server import agreed_today, agreeing, publishing, receiving
from server.recovering import Person
from server.store import encounters, erasures, overwriting, people
from server.store import tables as t
from server.store.engine import reading, writing
from server.store.scopes import Scope
from sync import offers
from sync.fold import fold_all, office_said
from sync.ids import new_id
from sync.ledger import Entry
from sync.policies import load
from sync.records import PromiseState, Refused, UserRole
from sync.rules.agreement import AgreementState, wrong_agreement
from sync.rules.clauses import PolicyError
from sync.rules.promise import standings
from sync.wire.feed import RECORDS

from .builders import NOW, TODAY, Laptop, World, add_payment, enrolled

ALL = Scope.everything()
EVA = Person("eva", frozenset({UserRole.SUPERVISOR}))
MARCO = Person("marco", frozenset({UserRole.MANAGER}))
DEBT = {"principal": "1500000.00", "interest": "0.00", "late_interest": "0.00", "fees": "0.00"}
ZERO = dict.fromkeys(DEBT, "0.00")


def terms(world: World, *amounts: str, **more: Any) -> dict[str, Any]:
    """A plan of the whole debt on Rosa's first account, its instalments a month apart from 1 December."""
    days = ["2026-12-01", "2027-01-01", "2027-02-01", "2027-03-01"]
    return {
        "debtor": world.debtors["Rosa"],
        "account": world.accounts["Rosa"][0],
        "kind": "plan",
        "currency": "COP",
        "as_of": "2026-11-20",
        "debt": DEBT,
        "discount": ZERO,
        "charge": "0.00",
        "interest": "0.00",
        "instalments": [{"due": day, "amount": amount} for day, amount in zip(days, amounts, strict=False)],
    } | more


def quita(world: World) -> dict[str, Any]:
    """Everything today for 1,200,000: a fifth less than the debt."""
    less = ZERO | {"principal": "300000.00"}
    return terms(world, "1200000.00", kind="discount", discount=less)


def asked(laptop: Laptop, body: dict[str, Any] | None = None) -> Entry:
    said = quita(laptop.world) if body is None else body
    more = {"visit": None, "why": "Paga hoy con la prima", "beyond": ["offer.discount"]}
    return laptop.write("offer.requested", said | more)


def agreed(laptop: Laptop, *amounts: str, **more: Any) -> list[Entry]:
    """A visit with a plan, its agreement and its instalments, as a laptop writes them."""
    world = laptop.world
    visit = laptop.visit("Rosa", "PPL")
    body = terms(world, *amounts) | {"visit": visit.id, "settles": True, "agreed_by": "Rosa", "approver": ""}
    deal = laptop.write("agreement.made", body | more)
    parts = [
        laptop.write(
            "promise.made",
            {
                "visit": visit.id,
                "debtor": world.debtors["Rosa"],
                "account": world.accounts["Rosa"][0],
                "amount": one["amount"],
                "currency": "COP",
                "due": one["due"],
                "channel": "bank",
                "place": "banco",
                "agreement": deal.id,
            },
        )
        for one in body["instalments"]
    ]
    return [visit, deal, *parts]


def send(laptop: Laptop, entries: list[Entry] | None = None) -> dict[str, Any]:
    request = laptop.request(entries)
    return receiving.receive(laptop.world.engine, laptop.world.signer, laptop.device, request, NOW)


def told(world: World, kind: str, agent: str = "Ana") -> list[dict[str, Any]]:
    """The live records of a kind in an agent's feed; each loads with its schema."""
    found = [json.loads(row["payload"]) for row in world.feed(agent) if row["kind"] == kind]
    for one in found:
        RECORDS[kind]().load(one)
    return found


def pay(world: World, amount: str, day: date, *, reverses: str | None = None) -> str:
    made = new_id()
    with writing(world.engine) as connection:
        connection.execute(
            insert(t.payments).values(
                id=made,
                account_id=world.accounts["Rosa"][0],
                import_id=world.imported,
                identity=made,
                amount_minor=int(Decimal(amount) * 100),
                currency="COP",
                value_date=day,
                imported_at=NOW,
                reverses=reverses,
            )
        )
    return made


def payments_known(world: World, through: date) -> None:
    with writing(world.engine) as connection:
        connection.execute(
            insert(t.imports).values(
                id=new_id(),
                kind="payments",
                lender_id=world.lender,
                as_of=through,
                mode="delta",
                file_sha256="1" * 64,
                reading={},
                counts={},
                imported_at=NOW,
            )
        )


def test_an_agreement_arrives_once_with_its_instalments_and_is_told_to_the_laptop(world: World) -> None:
    laptop = enrolled(world)
    agreed(laptop, "500000.00", "500000.00", "500000.00")
    assert send(laptop)["quarantined"] == []
    assert send(laptop)["quarantined"] == []
    [row] = world.rows(t.agreements)
    assert row["total_minor"] == 1_500_000_00
    assert len(world.rows(t.promises)) == 3
    assert {one["agreement_id"] for one in world.rows(t.promises)} == {row["id"]}
    [said] = told(world, "agreement")
    assert said["instalments"][0] == {"due": "2026-12-01", "amount": "500000.00"}
    assert {one["agreement"] for one in told(world, "promise")} == {row["id"]}
    with writing(world.engine) as connection:
        assert publishing.refresh_agents(connection, [world.agents["Ana"]], NOW) == 0


@pytest.mark.parametrize(
    "change",
    [
        {"charge": "0.01"},
        {"discount": ZERO | {"fees": "1.00"}},
        {"interest": "-1.00"},
        {"instalments": [{"due": "2026-12-01", "amount": "1499999.99"}]},
        {"instalments": [{"due": "2026-12-01", "amount": "1500000.001"}]},
        {
            "instalments": [
                {"due": "2026-12-02", "amount": "1.00"},
                {"due": "2026-12-01", "amount": "1499999.00"},
            ]
        },
        {"instalments": [{"due": "9999-12-01", "amount": "1500000.00"}]},
    ],
)
def test_terms_that_do_not_add_up_are_set_aside_and_block_nothing(
    world: World, change: dict[str, Any]
) -> None:
    laptop = enrolled(world)
    visit, *_rest = agreed(laptop, "1500000.00", **change)
    reply = send(laptop)
    assert [one["code"] for one in reply["quarantined"]] == ["validation_failed"]
    assert world.rows(t.agreements) == []
    assert [row["id"] for row in world.rows(t.visits)] == [visit.id]


def test_a_suggestion_is_a_record_of_its_own_and_no_promise(world: World) -> None:
    laptop = enrolled(world)
    said = {"debtor": world.debtors["Rosa"], "account": world.accounts["Rosa"][0], "currency": "COP"}
    laptop.write("suggestion.made", said | {"text": "Cuando cobre la cosecha"})
    laptop.write("suggestion.made", said | {"text": "La mitad", "amount": "50000.00", "signed": True})
    laptop.write("suggestion.made", said | {"text": "Nada", "amount": "0.00"})
    assert [one["code"] for one in send(laptop)["quarantined"]] == ["validation_failed"]
    assert sorted((one["amount"] or "", one["signed"]) for one in told(world, "suggestion")) == [
        ("", False),
        ("50000.00", True),
    ]
    assert world.rows(t.promises) == []


def decide(world: World, offer: str, by: Person, *, approve: bool = True, why: str = "Conviene") -> Any:
    return agreeing.decide_offer(world.engine, offer, approve=approve, why=why, by=by, now=NOW, scope=ALL)


def test_a_request_waits_for_another_person_and_the_word_comes_back_by_the_feed(world: World) -> None:
    laptop = enrolled(world)
    offer = asked(laptop)
    assert send(laptop)["quarantined"] == []
    [waiting] = told(world, "offer")
    assert (waiting["state"], waiting["because"]) == ("pending", "")
    assert decide(world, offer.id, EVA, why=" ").rule == "offer.reason"
    assert decide(world, offer.id, EVA) == world.accounts["Rosa"][0]
    [said] = told(world, "offer")
    assert (said["state"], said["decided_by"], said["because"]) == ("approved", "eva", "Conviene")
    assert said["valid_until"] == "2026-11-27"
    assert decide(world, offer.id, MARCO, approve=False).rule == "offer.once"
    [fact] = world.rows(t.facts, t.facts.c.kind == "offer.decided")
    assert (fact["actor"], fact["payload"]["why"]) == ("eva", "Conviene")
    with pytest.raises(LookupError):
        agreeing.decide_offer(
            world.engine, offer.id, approve=True, why="Sí, vale", by=EVA, now=NOW, scope=Scope()
        )


def is_user(world: World, agent: str, username: str) -> None:
    with writing(world.engine) as connection:
        people.ensure_roles(connection)
        user = people.add(
            connection,
            username=username,
            name=agent,
            role=UserRole.SUPERVISOR,
            password_hash="x",
            shares=[],
            must_change=False,
            now=NOW,
        )
        connection.execute(update(t.agents).where(t.agents.c.id == world.agents[agent]).values(user_id=user))


def test_neither_who_asked_nor_who_earns_on_it_nor_one_with_less_authority_approves(world: World) -> None:
    laptop = enrolled(world)
    offer = asked(laptop)
    send(laptop)
    is_user(world, "Ana", "ana")
    is_user(world, "Benito", "benito")
    ana, benito = (Person(name, frozenset({UserRole.SUPERVISOR})) for name in ("ana", "benito"))
    assert decide(world, offer.id, ana).rule == "offer.eyes"
    world.assign("Rosa", "Benito", TODAY)
    assert decide(world, offer.id, benito).rule == "offer.commission"
    assert decide(world, offer.id, Person("c", frozenset({UserRole.COLLECTOR}))).rule == "offer.commission"
    refused = decide(world, offer.id, Person("nora", frozenset({UserRole.COORDINATOR})))
    assert isinstance(refused, Refused)
    assert refused.rule == "offer.limit"
    assert decide(world, offer.id, Person("root", frozenset({UserRole.ADMINISTRATOR}))).rule == "offer.limit"
    assert {row["state"] for row in world.rows(t.offers)} == {"pending"}
    assert decide(world, offer.id, Person("nora", frozenset({UserRole.COORDINATOR})), approve=False)
    assert {row["state"] for row in world.rows(t.offers)} == {"rejected"}


def test_a_company_puts_its_own_rules_and_every_laptop_gets_them_with_its_own_limit(world: World) -> None:
    assert told(world, "offers") == []
    text = (offers.__spec__.origin or "").replace("__init__.py", "default.toml")
    with open(text, encoding="utf-8") as file:
        own = (
            file.read() + '\n[person.Ana]\nlowest = "floor"\nmax_discount_percent = 20\nmax_instalments = 9\n'
        )
    found = agreeing.put_rules(world.engine, own, actor="eva", now=NOW)
    assert found.persons["Ana"].max_instalments == 9
    [ana], [benito] = told(world, "offers"), told(world, "offers", "Benito")
    assert (ana["limit"]["max_instalments"], benito["limit"]["max_instalments"]) == (9, 3)
    assert ana["rules"] == benito["rules"]
    with pytest.raises(PolicyError, match="not valid TOML"):
        agreeing.put_rules(world.engine, "schema =", actor="eva", now=NOW)


def test_a_cancelled_agreement_cancels_its_instalments_and_says_why_on_the_laptop(world: World) -> None:
    laptop = enrolled(world)
    _visit, _deal, first, *_rest = agreed(laptop, "500000.00", "1000000.00")
    send(laptop)
    answer = agreeing.cancel_promise(
        world.engine, first.id, why="Se acordó por error", by=EVA, now=NOW, scope=ALL
    )
    assert answer == world.debtors["Rosa"]
    said = told(world, "promise")
    assert [(one["cancelled"], one["cancelled_because"]) for one in said] == [
        ("2026-11-20", "Se acordó por error")
    ] * 2
    again = agreeing.cancel_promise(world.engine, first.id, why="Otra vez", by=EVA, now=NOW, scope=ALL)
    assert isinstance(again, Refused)
    with reading(world.engine) as connection:
        gone = encounters.cancelled(connection, [world.debtors["Rosa"]])
        assert encounters.promises_of(connection, [world.debtors["Rosa"]]) == {}
        [held] = agreed_today.agreements(connection, ALL, TODAY, "all", 50, 0)
    assert len(gone) == 2
    assert held.standing is not None
    assert held.standing.state is AgreementState.CANCELLED


def test_a_payment_named_for_a_promise_is_told_and_kept_to_its_account(world: World) -> None:
    laptop = enrolled(world)
    _visit, _deal, *parts = agreed(laptop, "500000.00", "1000000.00")
    send(laptop)
    payment = add_payment(world, "Rosa")
    name = {"by": EVA, "now": NOW, "scope": ALL}
    assert agreeing.name_payment(world.engine, payment, parts[1].id, **name) == world.debtors["Rosa"]
    assert [one["promise"] for one in told(world, "payment")] == [parts[1].id]
    wrong = agreeing.name_payment(world.engine, payment, new_id(), **name)
    assert isinstance(wrong, Refused)
    assert agreeing.name_payment(world.engine, payment, None, **name)
    assert "promise" not in told(world, "payment")[0]
    assert len(world.rows(t.facts, t.facts.c.kind == "payment.named")) == 2


def test_a_settlement_letter_is_owed_when_all_is_paid_and_a_reversal_takes_that_back(world: World) -> None:
    laptop = enrolled(world)
    _visit, deal, *_parts = agreed(laptop, "500000.00", "1000000.00")
    send(laptop)
    pay(world, "500000", date(2026, 12, 1))
    last = pay(world, "1000000", date(2026, 12, 30))
    payments_known(world, date(2027, 1, 31))

    def held(day: date) -> agreed_today.Held:
        with reading(world.engine) as connection:
            found = agreed_today.agreement(connection, ALL, deal.id, day)
        assert found is not None
        return found

    assert held(date(2026, 12, 29)).letter == "none"
    assert (held(date(2026, 12, 30)).letter, held(date(2026, 12, 30)).due) == ("owed", date(2027, 1, 9))
    pay(world, "1000000", date(2027, 1, 2), reverses=last)
    reopened = held(date(2027, 1, 10))
    assert reopened.letter == "none"
    assert reopened.standing is not None
    assert reopened.standing.state is AgreementState.BROKEN
    pay(world, "1000000", date(2027, 1, 20))
    again = held(date(2027, 1, 20))
    assert again.standing is not None
    assert (again.standing.state, again.standing.paid_on) == (AgreementState.PAID, date(2027, 1, 20))
    assert again.due == date(2027, 1, 30)
    said = {"by": EVA, "now": NOW + timedelta(days=61), "scope": ALL}
    assert agreeing.deliver_letter(world.engine, deal.id, **said) is not None
    assert agreeing.issue_letter(world.engine, deal.id, date(2027, 1, 30), "PZ-7", **said) is None
    assert held(date(2027, 1, 21)).letter == "issued"
    assert agreeing.issue_letter(world.engine, deal.id, date(2027, 1, 30), "PZ-8", **said) is not None
    assert agreeing.deliver_letter(world.engine, deal.id, **said) is None
    assert held(date(2027, 1, 21)).letter == "delivered"


def test_what_is_true_does_not_depend_on_the_order_in_which_the_feed_says_it(world: World) -> None:
    laptop = enrolled(world)
    _visit, _deal, first, *_rest = agreed(laptop, "500000.00", "500000.00", "500000.00")
    plain = laptop.promise(laptop.visit("Rosa", "PTP"), amount="70000.00")
    offer = asked(laptop)
    send(laptop)
    payment = pay(world, "400000", date(2026, 11, 25))
    pay(world, "100000", date(2026, 11, 26), reverses=payment)
    pay(world, "500000", date(2026, 12, 2))
    decide(world, offer.id, EVA)
    agreeing.name_payment(world.engine, payment, first.id, by=EVA, now=NOW, scope=ALL)
    agreeing.cancel_promise(world.engine, plain.id, why="Prometió otra cosa", by=EVA, now=NOW, scope=ALL)
    with writing(world.engine) as connection:
        publishing.refresh_agents(connection, [world.agents["Ana"]], NOW)
    rosa = world.debtors["Rosa"]
    said = [
        office_said(row["kind"], row["record_id"], json.loads(row["payload"]), row["number"])
        for row in world.feed("Ana")
        if row["debtor_id"] == rosa
    ]
    random, policy = Random(20261122), load("demo")
    day = date(2026, 12, 20)

    def outcome(facts: list[Any]) -> Any:
        state = fold_all(rosa, facts)
        judged = standings(
            state.promises, state.payments, policy, day, day, cancelled=state.cancelled, zone=state.zone
        )
        assert all(wrong_agreement(one) == () for one in state.agreements)
        return judged, state.agreements, state.offers, state.suggestions, state.cancelled

    expected = outcome(said)
    assert expected[0][plain.id].state is PromiseState.CANCELLED
    assert expected[0][first.id].state is PromiseState.KEPT
    for _ in range(20):
        facts = [*said, *random.sample(said, len(said) // 2)]
        random.shuffle(facts)
        assert outcome(facts) == expected


def test_an_agreement_beyond_the_collector_is_told_unless_the_office_had_approved_it(world: World) -> None:
    laptop = enrolled(world)
    _visit, plain, *_parts = agreed(laptop, "500000.00", "500000.00", "500000.00")
    offer = asked(laptop)
    body = quita(world)
    _visit, alone, *_parts = agreed(laptop, "1200000.00", **body)
    _visit, backed, *_parts = agreed(laptop, "1200000.00", **body, offer=offer.id)
    assert send(laptop)["quarantined"] == []

    def beyond(agreement: Entry) -> list[str]:
        with reading(world.engine) as connection:
            [row] = [one for one in world.rows(t.agreements) if one["id"] == agreement.id]
            debtor = world.rows(t.debtors, t.debtors.c.id == row["debtor_id"])[0]
            return [
                one.rule for one in agreeing.unauthorised(connection, row | {"timezone": debtor["timezone"]})
            ]

    assert beyond(plain) == []
    assert "offer.discount" in beyond(alone)
    assert "offer.discount" in beyond(backed)
    decide(world, offer.id, EVA)
    assert beyond(backed) == []
    assert beyond(alone)


@pytest.mark.parametrize("stop", ["deceased", "dispute", "recalled"])
def test_nothing_is_approved_on_an_account_that_is_frozen_and_all_may_be_rejected(
    world: World, stop: str
) -> None:
    laptop = enrolled(world)
    offer = asked(laptop)
    send(laptop)
    rosa, account = world.debtors["Rosa"], world.accounts["Rosa"][0]
    with writing(world.engine) as connection:
        if stop == "recalled":
            connection.execute(update(t.accounts).where(t.accounts.c.id == account).values(state=stop))
        else:
            row = {
                "id": new_id(),
                "debtor_id": rosa,
                "state": stop,
                "since": NOW,
                "source": "x",
                "detail": {},
            }
            connection.execute(insert(t.stop_states).values(row))
    assert decide(world, offer.id, EVA).rule == "offer.frozen"
    assert decide(world, offer.id, EVA, approve=False) == account


def test_what_was_said_in_words_is_overwritten_when_its_event_is_erased_and_the_amounts_stay(
    world: World,
) -> None:
    laptop = enrolled(world)
    agreed(laptop, "500000.00", "1000000.00")
    asked(laptop)
    said = {"debtor": world.debtors["Rosa"], "account": world.accounts["Rosa"][0], "currency": "COP"}
    laptop.write("suggestion.made", said | {"text": "Cuando cobre Rosa", "said_by": "su hermana"})
    send(laptop)
    with reading(world.engine) as connection:
        assert {entry.id for entry in laptop.entries} <= erasures.told_of(connection, world.debtors["Rosa"])
    with writing(world.engine) as connection:
        overwriting.overwrite_events(connection, [entry.id for entry in laptop.entries])
    [deal], [offer], [own] = (world.rows(table) for table in (t.agreements, t.offers, t.suggestions))
    assert (deal["agreed_by"], deal["total_minor"]) == ("", 1_500_000_00)
    assert "prima" not in offer["why"]
    assert (own["said_by"], "Rosa" in own["text"]) == ("", False)
