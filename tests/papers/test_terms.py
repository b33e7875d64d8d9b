"""The written agreement and the settlement letter on paper: every required part, sums that add up."""

from __future__ import annotations

from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from server import agreeing, receiving
from server.noticing.making import Made
from server.noticing.terms_letters import make_terms
from server.store import tables as t
from sync.ids import new_id
from sync.records import Paper, Refused
from tests.office.builders import NOW, Laptop, World, add_payment, enrolled

from .reading import pages, require_scanner, scan, words
from .world import EVERYTHING, shelf

SHIPPED = (files("sync.offers") / "default.toml").read_text(encoding="utf-8")
RULES = SHIPPED.replace("[pay_to]\n", '[pay_to]\nCoopsol = "Cuenta 000-111 del Banco Andino"\n')


def agree(world: World, **more: Any) -> str:
    """Ana agrees with Rosa on all of the debt, paid in two parts."""
    laptop: Laptop = enrolled(world)
    visit = laptop.visit("Rosa", "PPL")
    part = {"debtor": world.debtors["Rosa"], "account": world.accounts["Rosa"][0], "currency": "COP"}
    debt = {"principal": "1500000.00", "interest": "0.00", "late_interest": "0.00", "fees": "0.00"}
    less = dict.fromkeys(debt, "0.00") | {"principal": "300000.00"}
    dues = (("2026-11-20", "700000.00"), ("2026-12-20", "500000.00"))
    deal = laptop.write(
        "agreement.made",
        part
        | {
            "visit": visit.id,
            "kind": "discount",
            "as_of": "2026-11-20",
            "debt": debt,
            "discount": less,
            "charge": "0.00",
            "interest": "0.00",
            "instalments": [{"due": due, "amount": amount} for due, amount in dues],
            "settles": True,
            "agreed_by": "Rosa Ñúñez",
            "approver": "",
        }
        | more,
    )
    for due, amount in dues:
        said = part | {"visit": visit.id, "amount": amount, "due": due, "channel": "bank", "place": "banco"}
        laptop.write("promise.made", said | {"agreement": deal.id})
    receiving.receive(world.engine, world.signer, laptop.device, laptop.request(None), NOW)
    return deal.id


def made(world: World, folder: Path, deal: str, paper: Paper, days: int = 0) -> Made | Refused:
    moment = NOW + timedelta(days=days)
    return make_terms(
        world.engine, shelf(folder), world.signer, EVERYTHING, deal, paper, actor="test", now=moment
    )


def test_an_agreement_has_its_parts_on_paper_and_adds_up(world: World, tmp_path: Path) -> None:
    require_scanner()
    deal = agree(world)
    refused = made(world, tmp_path, deal, Paper.AGREEMENT)
    assert isinstance(refused, Refused)  # nobody said yet where to pay
    assert refused.rule == "agreement.parts"

    agreeing.put_rules(world.engine, RULES, actor="test", now=NOW)
    done = made(world, tmp_path, deal, Paper.AGREEMENT)
    assert isinstance(done, Made), str(done.reason)
    text = words(done.data, tmp_path, 2)
    for said in ("Rosa-1", "Cuenta 000-111 del Banco Andino", "queda liquidado", "Rosa Ñúñez", "Capital"):
        assert said in text
    assert (
        text.count("$1.200.000") == 3
    )  # the principal left, the sum of the parts, the sum of the instalments
    assert "$700.000" in text
    assert "$500.000" in text
    assert {one.kind for one in scan(pages(done.data, tmp_path)[1])} == {"QRCODE"}
    assert world.rows(t.papers)[0]["kind"] == "acuerdo"


def test_a_settlement_letter_waits_until_all_is_paid(world: World, tmp_path: Path) -> None:
    require_scanner()
    agreeing.put_rules(world.engine, RULES, actor="test", now=NOW)
    deal = agree(world)
    refused = made(world, tmp_path, deal, Paper.SETTLEMENT, days=31)
    assert isinstance(refused, Refused)
    assert refused.rule == "letter.owed"

    add_payment(world, "Rosa", 1_200_000_00)
    done = made(world, tmp_path, deal, Paper.SETTLEMENT, days=31)
    assert isinstance(done, Made), str(done.reason)
    text = words(done.data, tmp_path, 2)
    assert "Paz y salvo del crédito Rosa-1" in text
    assert "no se debe nada más" in text


def test_an_agreement_of_nobody_is_nowhere(world: World, tmp_path: Path) -> None:
    with pytest.raises(LookupError):
        made(world, tmp_path, new_id(), Paper.AGREEMENT)
