"""Letters and slips as they lie on the table: rendered, scanned, and read by somebody who should learn nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from server.noticing import letterheads, wording
from server.noticing.answering import answer
from server.noticing.making import Asked, Made, make
from server.store import tables as t
from server.store.engine import writing
from sync import slips
from sync.messages import shipped
from sync.records import Paper, Refused
from sync.stationery import TELLING, WrongStationery
from tests.office.builders import NOW, TODAY, World, add_payment

from .conftest import OfficeOf
from .reading import FNC1, Scanned, fonts, pages, require_poppler, require_scanner, scan, words
from .world import EVERYTHING, GLN, LETTERHEAD, shelf


def paper(world: World, folder: Path, kind: Paper, name: str = "Rosa", **asked: Any) -> Made | Refused:
    wanted = Asked(world.accounts[name][0], kind, **asked)
    return make(
        world.engine,
        shelf(folder),
        world.signer,
        EVERYTHING,
        wanted,
        actor="test",
        now=NOW,
        nonce=kind.value.ljust(10).encode(),
    )


def made(world: World, folder: Path, kind: Paper, name: str = "Rosa", **asked: Any) -> Made:
    done = paper(world, folder, kind, name, **asked)
    assert isinstance(done, Made), str(done.reason)
    return done


def token_of(world: World, done: Made) -> str:
    return str(world.rows(t.notices, t.notices.c.id == done.id)[0]["token"])


def test_a_notice_is_read_back_by_a_scanner_and_leads_to_the_office(world: World, tmp_path: Path) -> None:
    require_scanner()
    done = made(world, tmp_path, Paper.NOTICE)
    cover, letter = pages(done.data, tmp_path)
    token = token_of(world, done)

    assert scan(cover) == set()
    assert scan(letter) == {Scanned("QRCODE", f"https://casanorte.example/v/{token}")}
    assert answer(world.engine, token, NOW).standing == "genuine"
    assert answer(world.engine, done.code, NOW).who == "Ana"


def test_outside_a_notice_shows_a_name_and_an_address_and_nothing_else(world: World, tmp_path: Path) -> None:
    require_poppler()
    done = made(world, tmp_path, Paper.NOTICE)
    lines = [line.strip() for line in words(done.data, tmp_path, 1).splitlines() if line.strip()]

    assert lines == ["Apartado 114, Duitama", "Rosa Ñúñez Güiza", "Calle 1 # 2-3, Rosa", "Duitama"]
    assert TELLING.search("\n".join(lines)) is None
    assert TELLING.search(words(done.data, tmp_path, 2)) is not None  # the control: inside it does tell


def test_the_balance_on_a_notice_adds_up_as_of_its_date(world: World, tmp_path: Path) -> None:
    require_poppler()
    with writing(world.engine) as connection:
        connection.execute(
            update(t.balances).values(interest_minor=210_000_00, late_interest_minor=95_000_50, fees_minor=1)
        )
    text = words(made(world, tmp_path, Paper.NOTICE).data, tmp_path, 2)

    parts = ["$1.500.000", "$210.000", "$95.000,50", "$0,01"]
    assert [part in text for part in parts] == [True] * 4
    assert "$1.805.000,51" in text
    assert "Detalle, calculado el 20 de noviembre de 2026" in text


def test_a_payment_after_the_balance_stands_between_its_parts_and_the_total(
    world: World, tmp_path: Path
) -> None:
    require_poppler()
    add_payment(world, "Rosa", 100_000_00)
    with writing(world.engine) as connection:
        connection.execute(update(t.balances).values(as_of=TODAY - timedelta(days=10)))
    text = words(made(world, tmp_path, Paper.NOTICE).data, tmp_path, 2)

    assert "Pagos recibidos después" in text
    assert "-$100.000" in text
    assert "$1.400.000" in text
    assert "valor vencido de $200.000" in text


def test_equal_papers_have_equal_bytes_and_embedded_fonts(world: World, tmp_path: Path) -> None:
    require_poppler()
    for kind in (Paper.NOTICE, Paper.SLIP, Paper.PAYMENT):
        first = made(world, tmp_path, kind).data
        with writing(world.engine) as connection:
            connection.execute(t.notices.delete())
        assert made(world, tmp_path, kind).data == first
        with writing(world.engine) as connection:
            connection.execute(t.notices.delete())
        assert all(" yes yes yes " in line for line in fonts(first, tmp_path))


def test_a_payment_slip_scans_at_a_counter(world: World, tmp_path: Path) -> None:
    require_scanner()
    done = made(world, tmp_path, Paper.PAYMENT, amount=Decimal(170000), due=date(2026, 11, 30))
    (page,) = pages(done.data, tmp_path)
    found = {one.kind: one.text for one in scan(page)}

    assert found["QRCODE"] == f"(415){GLN}(8020)1(3900)0000170000(96)20261130"
    # A reader gives the parts as they are, with a separator after those of open length.
    assert found["CODE128"].replace(FNC1, "|").lstrip("|") in (
        f"415{GLN}80201|39000000170000|9620261130",
        f"415{GLN}8020139000000170000" + "9620261130",
    )


def test_a_plain_code_128_and_an_address_in_the_qr_code_scan_too(world: World, tmp_path: Path) -> None:
    require_scanner()
    own = {"payment": {"barcode": "code128", "layout": "{reference}-{amount:012}-{due_short}",
                       "qr": "https://pagos.example/?r={reference}&v={decimal}"}}  # fmt: skip
    letterheads.write(world.engine, world.lender, own, actor="test", now=NOW)
    done = made(world, tmp_path, Paper.PAYMENT, amount=Decimal("1700.50"), due=date(2026, 11, 30))
    (page,) = pages(done.data, tmp_path)

    assert scan(page) == {
        Scanned("QRCODE", "https://pagos.example/?r=1&v=1700.50"),
        Scanned("CODE128", "1-000000170050-261130"),
    }


def test_whoever_finds_a_visit_slip_learns_nothing_of_a_debt(world: World, tmp_path: Path) -> None:
    require_scanner()
    done = made(world, tmp_path, Paper.SLIP)
    text = words(done.data, tmp_path, 1)

    assert "Aviso de visita" in text
    assert "Ana" in text
    assert slips.shown(done.code) in text
    assert TELLING.search(text) is None
    for secret in ("Coopsol", "Rosa-1", "1.500.000", "300.000", "Gestiones del Norte"):
        assert secret not in text
    (page,) = pages(done.data, tmp_path)
    assert scan(page) == {Scanned("QRCODE", f"https://casanorte.example/v/{token_of(world, done)}")}


def test_a_letterhead_that_would_tell_a_finder_is_not_kept(world: World) -> None:
    for table, key, said in (
        ("public", "channels", ["Pague su deuda en caja"]),
        ("agency", "neutral_name", "Cobranzas del Norte"),
        ("agency", "sender", "Cartera vencida, apartado 4"),
    ):
        with pytest.raises(WrongStationery, match="whoever finds the paper"):
            letterheads.write(world.engine, None, {table: {key: said}}, actor="test", now=NOW)


def test_a_stopped_debtor_gets_no_letter(world: World, tmp_path: Path) -> None:
    assert isinstance(paper(world, tmp_path, Paper.NOTICE), Made)  # the control
    with writing(world.engine) as connection:
        connection.execute(
            t.stop_states.insert().values(
                id="0" * 36, debtor_id=world.debtors["Rosa"], state="deceased", since=NOW, detail={}
            )
        )
    done = paper(world, tmp_path, Paper.NOTICE)
    assert isinstance(done, Refused)
    assert done.rule == "demo.stop"


def test_a_letter_with_forbidden_words_is_refused_with_the_rule_and_the_words(
    world: World, tmp_path: Path
) -> None:
    letter = shipped()["aviso-extrajudicial"]
    threat = replace(letter, text=letter.text + "\nSi no paga en 24 horas será embargado su salario.")
    with writing(world.engine) as connection:
        # Past the linter of the editor, as a version of before the rule would be.
        from server.store import message_templates

        message_templates.add(connection, threat, "test", NOW)
    done = paper(world, tmp_path, Paper.NOTICE)
    assert isinstance(done, Refused)
    assert "embarg" in str(done.reason)
    assert world.rows(t.notices) == []


def test_a_template_with_a_threat_or_without_its_parts_is_not_saved(world: World) -> None:
    letter = shipped()["recordatorio-whatsapp"]
    for text, rule in (
        (letter.text.replace("{already_paid}", ""), "message.parts"),
        (letter.text + " {salary}", "message.place"),
        (letter.text + " Si no paga mañana irá a la cárcel.", "wording"),
    ):
        done = wording.write_template(world.engine, replace(letter, text=text), actor="test", now=NOW)
        assert isinstance(done, list)
        assert rule == "wording" or done[0].rule == rule
    assert wording.write_template(world.engine, letter, actor="test", now=NOW) == 1
    assert wording.write_template(world.engine, letter, actor="test", now=NOW) == 2


def test_a_name_that_the_font_cannot_write_is_refused_and_not_printed_as_boxes(
    world: World, tmp_path: Path
) -> None:
    with writing(world.engine) as connection:
        connection.execute(update(t.debtors).values(name="Rosa 李"))
    done = paper(world, tmp_path, Paper.NOTICE)
    assert isinstance(done, Refused)
    assert "李" in str(done.reason)


SLOW = [
    pytest.param(pack, marks=pytest.mark.slow)
    for pack in ("pe", "ec", "cl", "gt", "sv", "mx-bank", "ar-caba")
]


@pytest.mark.parametrize("pack", ["co", "mx-agency", "ar", *SLOW])
def test_every_spanish_pack_gets_its_notice_with_what_it_wants_said(
    office_of: OfficeOf, tmp_path: Path, pack: str
) -> None:
    world = office_of(pack=pack)
    done = made(world, tmp_path, Paper.NOTICE)
    assert done.said["template"] == "aviso-extrajudicial"
    for kind in (Paper.SLIP, Paper.PAYMENT):
        made(world, tmp_path, kind)


def test_a_pack_of_another_language_gets_no_letter_in_spanish(office_of: OfficeOf, tmp_path: Path) -> None:
    done = paper(office_of(pack="us"), tmp_path, Paper.NOTICE)
    assert isinstance(done, Refused)
    assert done.rule == "message.language"


def test_mexico_has_no_letter_without_the_agencys_people_in_it(office_of: OfficeOf, tmp_path: Path) -> None:
    without = {**LETTERHEAD, "agency": {**LETTERHEAD["agency"], "responsible": []}}
    refused = {}
    for pack in ("mx-agency", "co"):
        world = office_of(tmp_path / pack, pack)
        letterheads.write(world.engine, None, without, actor="test", now=NOW)
        refused[pack] = paper(world, tmp_path, Paper.NOTICE)
    assert isinstance(refused["mx-agency"], Refused)
    assert "responsables" in str(refused["mx-agency"].reason)
    assert isinstance(refused["co"], Made)  # the control


def test_a_slip_asks_for_no_more_than_is_owed(world: World, tmp_path: Path) -> None:
    for amount in (Decimal(0), Decimal(-5), Decimal("99999999")):
        done = paper(world, tmp_path, Paper.PAYMENT, amount=amount)
        assert isinstance(done, Refused)
        assert done.rule == "payment.amount"
    late = paper(world, tmp_path, Paper.PAYMENT, due=date(2026, 11, 1))
    assert isinstance(late, Refused)
    assert late.rule == "payment.due"
