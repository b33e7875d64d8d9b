"""Offers at the door: simulated offline, agreed within one's authority, asked of the office beyond it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from field_client.app import create_app
from field_client.store import cases, journal, records
from sync import offers
from sync.rules.agreement import wrong_agreement
from sync.rules.offer_rules import limit_to_wire, to_wire

from .builders import AGENT, MARIA, MARIA_CARD, MARIA_LOAN, MARIA_STOP, NOON, Laptop, account, uid
from .test_pages import answers, post, token, unlock, words

PAGE = f"/ofertas/{MARIA_LOAN}"
FORM = f"/caso/{MARIA}/visita?parada={MARIA_STOP}"
PLAN = {
    "kind": "plan",
    "count": "3",
    "every": "month",
    "first_due": "2026-11-30",
    "first": "",
    "discount": "",
}
QUITA = PLAN | {"kind": "discount", "count": "1", "discount": "150.000"}


@pytest.fixture
def app(laptop: Laptop) -> Iterator[Flask]:
    with laptop.store.writing() as db:
        said = account(MARIA_LOAN, MARIA, "77-1", "600000.00")
        put_balance(said, "1000000.00", interest="100000.00")
        records.put(db, "account", MARIA_LOAN, 90, said)
    app = create_app(laptop.folder, laptop.clock)
    yield app
    app.extensions["ronda_vault"].lock()


def put_balance(said: dict[str, Any], principal: str, **more: str) -> None:
    said["balance"] |= {"principal": principal, "late_interest": "0.00", "fees": "0.00"} | more


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    browser = app.test_client()
    assert unlock(browser).status_code == 302
    return browser


def written(laptop: Laptop, kind: str) -> list[dict[str, Any]]:
    with laptop.store.reading() as db:
        rows = journal.rows(db, newest=50)
    told = [json.loads(row.entry.body) for row in rows if row.entry.kind == kind and row.entry.body]
    return told[::-1]


def debt(browser: FlaskClient) -> Decimal:
    found = re.search(r'data-total="([0-9.]+)"', browser.get(f"/caso/{MARIA}").text)
    assert found is not None
    return Decimal(found[1])


def test_the_range_comes_with_its_reason_and_a_plan_is_reckoned_without_saving_anything(
    browser: FlaskClient, laptop: Laptop
) -> None:
    page = words(browser.get(PAGE))
    assert "Abrir con" in page
    assert "días de mora" in page
    reply = browser.get(PAGE, query_string=PLAN)
    assert reply.status_code == 200
    assert "Usar en la visita" in words(reply)
    assert written(laptop, "offer.requested") == written(laptop, "agreement.made") == []


def test_what_is_typed_wrong_is_answered_in_a_sentence(browser: FlaskClient) -> None:
    for change, says in (
        ({"count": "dos"}, "cuántas cuotas"),
        ({"count": "61"}, "entre 1 y 60 cuotas"),
        ({"first_due": "ayer"}, "fecha que exista"),
        ({"first_due": "2026-11-22"}, "antes de hoy"),
        ({"first": "mucho"}, "Escriba un monto"),
        ({"kind": "regalo"}, "alternativas"),
    ):
        reply = browser.get(PAGE, query_string=PLAN | change)
        assert reply.status_code == 200
        assert says in words(reply)


def test_an_offer_beyond_ones_authority_is_asked_of_the_office_and_its_word_comes_back(
    browser: FlaskClient, laptop: Laptop
) -> None:
    reply = browser.get(PAGE, query_string=QUITA)
    assert "Necesita autorización" in words(reply)
    assert "Usar en la visita" not in words(reply)
    refused = post(browser, f"{PAGE}/usar", QUITA)
    assert refused.status_code == 422
    assert post(browser, f"{PAGE}/pedir", QUITA).status_code == 422  # without why
    assert post(browser, f"{PAGE}/pedir", QUITA | {"why": "Paga hoy con la prima"}).status_code == 302
    [asked] = written(laptop, "offer.requested")
    assert "offer.discount" in asked["beyond"]
    assert asked["discount"]["interest"] == "100000.00"
    assert asked["discount"]["principal"] == "50000.00"
    total = sum(Decimal(part) for part in asked["debt"].values()) - 150000
    assert sum(Decimal(one["amount"]) for one in asked["instalments"]) == total
    assert "Espera a la oficina" in words(browser.get(PAGE))
    assert "Oferta por decidir" in words(browser.get(f"/caso/{MARIA}"))
    decided(laptop, asked, "rejected", because="Ofrezca cuotas")
    page = words(browser.get(PAGE))
    assert "Rechazada" in page
    assert "Ofrezca cuotas" in page
    assert "Usar en la visita" not in page
    decided(laptop, asked, "approved", valid_until="2026-11-30")
    assert "Usar en la visita" in words(browser.get(PAGE))
    assert "Oferta aprobada" in words(browser.get(f"/caso/{MARIA}"))


def decided(laptop: Laptop, asked: dict[str, Any], state: str, **more: Any) -> str:
    """The office's word, as the feed brings it under the event's own id."""
    with laptop.store.writing() as db:
        [row] = [row for row in journal.rows(db, newest=50) if row.entry.kind == "offer.requested"]
        said = {
            "because": "",
            "decided": "2026-11-23T16:00:00.000Z",
            "decided_by": "Eva",
            "valid_until": None,
            "made": "2026-11-23T15:40:00.000Z",
        }
        record = {**asked, **said, "id": row.entry.id, "state": state} | more
        records.put(db, "offer", row.entry.id, 95, record)
    return row.entry.id


def test_an_approved_offer_is_agreed_in_a_visit_though_it_is_beyond_ones_authority(
    browser: FlaskClient, laptop: Laptop
) -> None:
    post(browser, f"{PAGE}/pedir", QUITA | {"why": "Paga hoy con la prima"})
    [asked] = written(laptop, "offer.requested")
    offer = decided(laptop, asked, "approved", valid_until="2026-11-30")
    assert post(browser, f"{PAGE}/usar", {"offer": offer, "parada": MARIA_STOP}).status_code == 302
    schedule = "; ".join(f"{one['due']} {one['amount']}" for one in asked["instalments"])
    saved = post(browser, FORM, visit(schedule))
    assert saved.status_code == 302, words(saved)
    [deal] = written(laptop, "agreement.made")
    assert deal["offer"] == offer
    assert deal["settles"] is True
    assert deal["discount"] == asked["discount"]


def visit(schedule: str, **more: str) -> dict[str, str]:
    plan = {
        "result-0": "PPL",
        "schedule-0": schedule,
        "approver-0": "Gestor",
        "channel-0": "bank",
        "place-0": "Corresponsal de la 15",
        "amount-0": "",
        "due-0": "",
    }
    return answers(**plan | more)


def test_a_plan_within_ones_authority_becomes_an_agreement_and_a_promise_for_each_instalment(
    browser: FlaskClient, laptop: Laptop
) -> None:
    assert post(browser, f"{PAGE}/usar", PLAN | {"parada": MARIA_STOP}).status_code == 302
    form = browser.get(FORM).text
    found = re.search(r'name="schedule-0"[^>]*value="([^"]+)"', form) or re.search(
        r'name="schedule-0"[^>]*>([^<]+)<', form
    )
    assert found is not None
    saved = post(browser, FORM, visit(unescape(found[1])))
    assert saved.status_code == 302, words(saved)
    [deal] = written(laptop, "agreement.made")
    parts = written(laptop, "promise.made")
    assert [one["due"] for one in parts] == ["2026-11-30", "2026-12-30", "2027-01-30"]
    assert {one["place"] for one in parts} == {"Corresponsal de la 15"}
    assert sum(Decimal(one["amount"]) for one in parts) == sum(Decimal(p) for p in deal["debt"].values())
    with laptop.store.reading() as db:
        state = cases.state_of(db, MARIA)
    [held] = state.agreements
    assert wrong_agreement(held) == ()
    assert {one.agreement for one in state.promises if one.account == MARIA_LOAN and one.agreement} == {
        held.id
    }
    paper = words(browser.get(f"/convenio/{held.id}?cuenta={MARIA_LOAN}"))
    for part in (
        "77-1",
        "Banco Andino",
        "queda liquidada",
        "No consta: pídala a la oficina",
        "Cuenta del acreedor",
    ):
        assert part in paper
    page = words(browser.get(f"/caso/{MARIA}"))
    assert "cuota de convenio" in page


def test_a_plan_that_cannot_be_agreed_is_not_saved_and_says_why(browser: FlaskClient, laptop: Laptop) -> None:
    for schedule, says in (
        ("en tres cuotas", "cuota 1 no se entiende"),
        ("2026-11-20 100000", "ya venció"),
        ("2026-11-30 5000000", "y la deuda es"),
        ("2026-11-30 1000; 2026-12-30 1000; 2027-01-30 1000; 2027-02-28 1000", "Pida autorización"),
    ):
        reply = post(browser, FORM, visit(schedule))
        assert reply.status_code == 422
        assert says in words(reply)
    assert written(laptop, "visit.recorded") == []


def test_a_plan_of_a_part_of_the_debt_settles_nothing_and_says_what_stays(
    browser: FlaskClient, laptop: Laptop
) -> None:
    assert post(browser, FORM, visit("2026-11-30 200000; 2026-12-30 100000")).status_code == 302
    [deal] = written(laptop, "agreement.made")
    assert deal["settles"] is False
    with laptop.store.reading() as db:
        [held] = cases.state_of(db, MARIA).agreements
    assert "pago parcial" in words(browser.get(f"/convenio/{held.id}?cuenta={MARIA_LOAN}"))


def test_a_suggestion_is_written_down_unsigned_and_is_no_promise(
    browser: FlaskClient, laptop: Laptop
) -> None:
    assert post(browser, f"{PAGE}/propuesta", {"text": "x"}).status_code == 422
    said = {"text": "Le pago cuando cobre la cosecha <b>", "amount": "80.000", "pay_on": "2026-12-15"}
    assert post(browser, f"{PAGE}/propuesta", said).status_code == 302
    [held] = written(laptop, "suggestion.made")
    assert (held["amount"], held["signed"]) == ("80000.00", False)
    assert written(laptop, "promise.made") == written(laptop, "agreement.made") == []
    page = browser.get(PAGE).text
    assert "cosecha &lt;b&gt;" in page


def test_the_offices_own_rules_and_ones_own_limit_count_once_they_came(
    browser: FlaskClient, laptop: Laptop
) -> None:
    rules = offers.default()
    with laptop.store.writing() as db:
        limit = limit_to_wire(rules.roles["supervisor"])
        said = to_wire(rules) | {"pay_to": {"Banco Andino": "Cuenta 123-4 del Banco Andino"}}
        records.put(db, "offers", AGENT, 91, {"id": AGENT, "rules": said, "limit": limit})
    assert "Usar en la visita" in words(browser.get(PAGE, query_string=PLAN | {"count": "4", "first": ""}))


def test_the_balance_on_the_case_adds_up_line_by_line(browser: FlaskClient, laptop: Laptop) -> None:
    page = browser.get(f"/caso/{MARIA}").text
    blocks = re.findall(r"<dl[^>]* data-breakdown>.*?</dl>", page, re.S)
    assert len(blocks) == 2
    for block in blocks:
        lines = [Decimal(one) for one in re.findall(r'data-part="(-?[0-9.]+)"', block)]
        [total] = re.findall(r'data-total="(-?[0-9.]+)"', block)
        assert len(lines) >= 5
        assert sum(lines) == Decimal(total)


def test_nobody_sees_an_account_that_is_not_on_the_laptop(browser: FlaskClient) -> None:
    assert browser.get(f"/ofertas/{uid(99)}").status_code == 404
    assert browser.get(f"/convenio/{uid(99)}?cuenta={MARIA_CARD}").status_code == 404
    assert browser.post(f"{PAGE}/pedir", data=PLAN).status_code == 400  # no token
    assert token(browser, PAGE)


def test_a_promise_made_again_and_again_is_refused_at_the_door(browser: FlaskClient, laptop: Laptop) -> None:
    with laptop.store.writing() as db:
        for place in range(4):
            made = NOON - timedelta(days=40 - 9 * place)
            said = {
                "id": uid(700 + place),
                "visit": uid(720 + place),
                "debtor": MARIA,
                "account": MARIA_LOAN,
                "amount": "1000.00",
                "currency": "COP",
                "due": (made + timedelta(days=3)).date().isoformat(),
                "channel": "bank",
                "place": "centro",
                "window_start": None,
                "window_end": None,
                "made": made.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            }
            records.put(db, "promise", said["id"], 200 + place, said)
    reply = post(browser, FORM, answers())
    assert reply.status_code == 422
    assert "promesas seguidas sin cumplir" in words(reply)


def test_nothing_is_offered_on_an_account_in_dispute(browser: FlaskClient, laptop: Laptop) -> None:
    with laptop.store.writing() as db:
        said = records.get(db, "debtor", MARIA)
        assert said is not None
        stop = {"state": "dispute", "account": MARIA_LOAN, "since": "2026-11-20T15:00:00.000Z", "until": None}
        records.put(db, "debtor", MARIA, 300, said | {"stops": [stop]})
    page = words(browser.get(PAGE, query_string=PLAN))
    assert "La deuda está en disputa" in page
    assert "Usar en la visita" not in page
    assert post(browser, f"{PAGE}/usar", PLAN).status_code == 422
    asked = post(browser, f"{PAGE}/pedir", QUITA | {"why": "Paga hoy con la prima"})
    assert "en disputa" in words(asked)
    assert written(laptop, "offer.requested") == []
    reply = post(browser, FORM, visit("2026-11-30 200000", override_reason="Ya estaba allí"))
    assert "en disputa" in words(reply)
