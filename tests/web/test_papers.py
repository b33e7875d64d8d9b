"""Papers, messages and slips on the office's pages: made, sent by hand, and answered to a stranger."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from server.cli import office
from server.noticing import letterheads
from server.store import tables as t
from server.store.engine import reading, writing
from sync import slips
from sync.keys import new_signing_key
from sync.stationery import TELLING
from tests.papers.world import LETTERHEAD

from .worlds import NOW, TODAY, World, log_in, post

# Nobody has met Rosa yet that day, and no route holds a place for her.
MONDAY = NOW + timedelta(days=3)


@pytest.fixture
def nora(world: World) -> FlaskClient:
    letterheads.write(world.office.engine, None, LETTERHEAD, actor="test", now=NOW)
    return log_in(world.app(clock=lambda: MONDAY), "nora")


def rows(world: World, table: Any) -> list[dict[str, Any]]:
    with reading(world.office.engine) as connection:
        return [dict(row) for row in connection.execute(table.select()).mappings()]


def number_is(world: World, holder: str) -> None:
    """The one number known for Rosa is hers, or a relative's."""
    values = {"holder": holder, "state": "accepted", "e164": "+573001112233", "value": "300 111 2233"}
    with writing(world.office.engine) as connection:
        mine = t.contact_points.c.debtor_id == world.debtors["Rosa"]
        connection.execute(update(t.contact_points).where(mine).values(**values))


def visible(page: str) -> str:
    """What a reader sees of a page, its title too."""
    return unescape(re.sub(r"<[^>]+>", " ", re.sub(r"(?s)<head>.*?<title>", "<title>", page)))


def test_a_letter_is_made_filed_and_its_posting_recorded(world: World, nora: FlaskClient) -> None:
    account, rosa = world.accounts["Rosa"][0], world.debtors["Rosa"]
    answer = post(nora, f"/notices/of/{account}", {"paper": "notice"}, follow_redirects=True)
    (made,) = rows(world, t.notices)
    assert slips.shown(made["code"]) in answer.text
    assert any(row["sha256"] == made["sha256"] and row["kind"] == "aviso" for row in rows(world, t.papers))

    before = len(rows(world, t.contacts))
    form = {"how": "post", "party": "TIT"}
    page = post(nora, f"/notices/{made['id']}/delivered", form, follow_redirects=True).text
    (delivery,) = rows(world, t.deliveries)
    assert (delivery["how"], delivery["code"], delivery["debtor_id"]) == ("post", made["code"], rosa)
    assert len(rows(world, t.contacts)) == before + 1
    assert "Por correo" in page


def test_a_slip_comes_as_a_pdf_to_print(world: World, nora: FlaskClient) -> None:
    account = world.accounts["Rosa"][0]
    for paper in ("slip", "payment"):
        answer = post(nora, f"/notices/of/{account}", {"paper": paper})
        assert answer.content_type == "application/pdf", answer.text[:200]
        assert answer.data.startswith(b"%PDF-")
        assert answer.headers["Cache-Control"] == "private, no-store"
    assert post(nora, f"/notices/of/{account}", {"paper": "payment", "amount": "nada"}).status_code == 302
    assert post(nora, f"/notices/of/{account}", {"paper": "decree"}).status_code == 400


def test_a_paper_of_another_branch_does_not_exist(world: World, nora: FlaskClient) -> None:
    account = world.accounts["Rosa"][0]
    bruno = log_in(world.app(), "bruno")
    assert post(bruno, f"/notices/of/{account}", {"paper": "notice"}).status_code == 404
    post(nora, f"/notices/of/{account}", {"paper": "notice"})
    (made,) = rows(world, t.notices)
    assert post(bruno, f"/notices/{made['id']}/delivered", {"how": "post"}).status_code == 404
    assert bruno.get(f"/messages/of/{account}").status_code == 404


def test_a_message_is_opened_in_his_own_program_and_counted_when_he_says_so(
    world: World, nora: FlaskClient
) -> None:
    account = world.accounts["Rosa"][0]
    number_is(world, "debtor")
    page = nora.get(f"/messages/{account}/recordatorio-whatsapp").text
    link = re.search(r'href="(https://wa\.me/[^"]+)"', page)
    assert link is not None, visible(page)
    text = unquote(unescape(link[1]).partition("?text=")[2])
    number = next(row["number"] for row in rows(world, t.accounts) if row["id"] == account)
    assert number not in text  # a chat shows only how an account ends
    assert "Si ya pagó" in text
    assert "Reclamos" in text

    before = rows(world, t.contacts)
    post(nora, f"/messages/{account}/recordatorio-whatsapp/sent")
    fresh = [row for row in rows(world, t.contacts) if row["id"] not in {one["id"] for one in before}]
    assert [(row["channel"], row["debtor_id"]) for row in fresh] == [("message", world.debtors["Rosa"])]


def test_no_link_is_offered_when_the_rules_forbid_writing_now(world: World) -> None:
    letterheads.write(world.office.engine, None, LETTERHEAD, actor="test", now=NOW)
    account = world.accounts["Rosa"][0]
    at_night = log_in(world.app(clock=lambda: MONDAY + timedelta(hours=8)), "nora")
    page = at_night.get(f"/messages/{account}/recordatorio-whatsapp").text
    assert "Ahora no se puede" in page
    assert "wa.me" not in page
    before = len(rows(world, t.contacts))
    post(at_night, f"/messages/{account}/recordatorio-whatsapp/sent")
    assert len(rows(world, t.contacts)) == before


def test_a_message_left_with_others_has_nothing_of_the_debt(world: World, nora: FlaskClient) -> None:
    account = world.accounts["Rosa"][0]
    number_is(world, "relative")
    page = nora.get(f"/messages/{account}/recado-whatsapp").text
    link = re.search(r'href="(https://wa\.me/[^"]+)"', page)
    assert link is not None, visible(page)
    assert TELLING.search(unquote(link[1])) is None
    # To a relative's number no text about the debt is offered.
    assert "wa.me" not in nora.get(f"/messages/{account}/recordatorio-whatsapp").text


def test_a_template_is_edited_in_versions_and_linted_before_it_is_kept(
    world: World, nora: FlaskClient
) -> None:
    page = nora.get("/messages/templates/recordatorio-whatsapp").text
    found = re.search(r'(?s)<textarea[^>]*name="text"[^>]*>(.*?)</textarea>', page)
    assert found is not None
    text = unescape(found[1])
    form = {"title": "Recordatorio", "medium": "whatsapp", "audience": "debtor", "language": "es"}
    path = "/messages/templates/recordatorio-whatsapp/save"

    wrong = post(nora, path, form | {"text": text.replace("{complaints}", "")})
    assert wrong.status_code == 400
    assert "dónde reclamar" in wrong.text
    assert rows(world, t.message_templates) == []
    assert post(nora, path, form | {"text": text + " Gracias."}).status_code == 302
    assert post(nora, path, form | {"text": text + " Hasta pronto."}).status_code == 302
    assert sorted(row["version"] for row in rows(world, t.message_templates)) == [1, 2]
    assert "Hasta pronto." in nora.get(f"/messages/{world.accounts['Rosa'][0]}/recordatorio-whatsapp").text


def test_the_strategys_texts_are_there_and_a_letter_is_made_from_its_text(
    world: World, nora: FlaskClient
) -> None:
    account = world.accounts["Rosa"][0]
    number_is(world, "debtor")
    with reading(world.office.engine) as connection:
        promise = connection.execute(t.promises.select()).mappings().first()
    assert promise is not None
    with writing(world.office.engine) as connection:
        connection.execute(update(t.promises).values(account_id=account, due=TODAY + timedelta(days=9)))
    assert "29 de noviembre de 2026" in nora.get(f"/messages/{account}/promesa-whatsapp").text
    with writing(world.office.engine) as connection:
        connection.execute(update(t.promises).values(due=TODAY - timedelta(days=1)))
    assert "Falta un dato para escribirlo" in nora.get(f"/messages/{account}/promesa-whatsapp").text

    page = nora.get(f"/messages/{account}/aviso-extrajudicial").text
    assert "Hacer la carta" in page
    assert "R-1" in page  # a sealed letter says the whole number
    post(nora, f"/notices/of/{account}", {"paper": "notice", "template": "aviso-extrajudicial"})
    assert len(rows(world, t.notices)) == 1
    post(nora, f"/notices/of/{account}", {"paper": "notice", "template": "recado-sms"})
    assert len(rows(world, t.notices)) == 1


# The page that asks for no login


@pytest.fixture
def stranger(world: World, nora: FlaskClient) -> FlaskClient:
    app: Flask = world.app(clock=lambda: MONDAY)
    return app.test_client()


def slip(world: World, nora: FlaskClient) -> dict[str, Any]:
    post(nora, f"/notices/of/{world.accounts['Rosa'][0]}", {"paper": "slip"})
    return rows(world, t.notices)[-1]


def test_whoever_holds_a_slip_learns_who_came_and_nothing_of_the_debt(
    world: World, nora: FlaskClient, stranger: FlaskClient
) -> None:
    made = slip(world, nora)
    for path in (
        f"/v/{made['token']}",
        f"/v/{made['code']}",
        f"/v?codigo={slips.shown(made['code']).lower()}",
    ):
        answer = stranger.get(path)
        said = visible(answer.text)
        assert answer.status_code == 200
        assert "Este papel es nuestro" in said
        assert "Gustavo" in said
        assert "Nuestros visitantes no reciben dinero." in said
        assert TELLING.search(said) is None, TELLING.search(said)
        for secret in ("Rosa", "Crediboyacá", "Ronda", *world.accounts["Rosa"], world.debtors["Rosa"]):
            assert secret not in answer.text
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"


def test_unknown_mistyped_forged_and_expired_are_said_plainly(
    world: World, nora: FlaskClient, stranger: FlaskClient
) -> None:
    made = slip(world, nora)
    token, code = made["token"], made["code"]
    other = slips.new_token(new_signing_key(), NOW, TODAY, agent=world.agents["gustavo"])
    changed = token[:30] + ("A" if token[30] != "A" else "B") + token[31:]
    mistyped = code[:-1] + ("0" if code[-1] != "0" else "1")
    assert stranger.get(f"/v/{slips.code_of(other)}").status_code == 404
    for path, words in (
        (f"/v/{other}", "no es nuestro"),
        (f"/v/{changed}", "no es nuestro"),
        (f"/v/{slips.code_of(other)}", "Todavía no conocemos el código"),
        (f"/v/{mistyped}", "Así no es un código nuestro"),
        ("/v/%00%ff<script>", "Así no es un código nuestro"),
    ):
        page = stranger.get(path).text
        assert words in page
        assert "Gustavo" not in page
        assert "<script>" not in page
    late = world.app(clock=lambda: MONDAY + timedelta(days=91)).test_client().get(f"/v/{token}")
    assert late.status_code == 410
    assert "ya venció" in late.text


def test_a_laptop_vouches_for_its_own_agent_only(
    world: World, nora: FlaskClient, stranger: FlaskClient
) -> None:
    key = new_signing_key()
    with writing(world.office.engine) as connection:
        connection.execute(
            update(t.devices)
            .where(t.devices.c.id == world.devices["gustavo"])
            .values(public_key=key.public, enrolled_at=NOW - timedelta(days=30), revoked_at=None)
        )
    own = slips.new_token(key, NOW, TODAY, agent=world.agents["gustavo"])
    posing = slips.new_token(key, NOW, TODAY, agent=world.agents["hilda"])
    assert stranger.get(f"/v/{own}").status_code == 200
    assert stranger.get(f"/v/{posing}").status_code == 404

    with writing(world.office.engine) as connection:
        connection.execute(
            update(t.devices)
            .where(t.devices.c.id == world.devices["gustavo"])
            .values(revoked_at=NOW + timedelta(hours=1))
        )
    # Made before it was revoked, but a thief can set a clock back: only what was told here still holds.
    assert stranger.get(f"/v/{own}").status_code == 404


def test_codes_cannot_be_tried_one_after_the_other(world: World, nora: FlaskClient) -> None:
    app = world.app(testing=False)
    client = app.test_client()
    answers = [client.get("/v/7K3M9QXT2WBN").status_code for _ in range(25)]
    assert answers[0] in (400, 404)
    assert answers[-1] == 429
    assert TELLING.search(visible(client.get("/v").text)) is None


# The command line


def test_many_papers_are_made_from_a_list_and_each_that_is_not_says_why(
    world: World, nora: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.commands.notice.now", lambda: MONDAY)
    asked, out = tmp_path / "list.csv", tmp_path / "letters"
    asked.write_text("account,paper,amount\nR-1,notice,\nR-1,payment,12x\nX-9,notice,\nR-2,payment,1000\n")

    def run(*arguments: str) -> Any:
        return CliRunner().invoke(office, ["notice", *arguments, "--data", str(world.office.config.data)])

    answer = run("make", "--list", str(asked), "--out", str(out), "--json")
    told = json.loads(answer.output)
    assert answer.exit_code == 0
    assert [(one["account"], one["paper"]) for one in told["made"]] == [("R-1", "notice"), ("R-2", "payment")]
    assert [(one["account"], one["rule"]) for one in told["refused"]] == [
        ("R-1", "amount"),
        ("X-9", "account"),
    ]
    assert {path.name for path in out.iterdir()} == {one["file"] for one in told["made"]}

    handed = run("deliver", told["made"][0]["id"], "--how", "hand", "--to", "TIT", "--json")
    assert json.loads(handed.output)["decision"] == "allow"
    assert len(rows(world, t.deliveries)) == 1
    bad = tmp_path / "bad.toml"
    bad.write_text('[payment]\nbarcode = "gs1-128"\nlayout = "(415)1"\n')
    for wrong, words in (
        (("make", "--out", str(out)), "name one --account"),
        (("make", "--account", "X-9", "--out", str(out)), "0 made"),
        (("deliver", told["made"][0]["id"], "--how", "hand", "--at", "ayer"), "write 2026-11-20T11:00-05:00"),
        (("deliver", "nada", "--how", "hand"), "there is no paper nada"),
        (("stationery", str(bad)), "needs 13 digits"),
        (("stationery", str(bad), "--lender", "Nadie"), "there is no lender 'Nadie'"),
    ):
        answer = run(*wrong)
        assert answer.exit_code == 1
        assert words in answer.output
