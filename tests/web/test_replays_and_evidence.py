"""A real day replayed, its chain verified and a visit's evidence taken from the page; and what the agent sees."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from server import checking_chains, evidencing, forgetting
from server.store import routes
from server.store import tables as t
from server.store.engine import reading, writing
from sync.ledger_folder import LEDGER
from sync.verifying import verify

from . import street_day
from .street_day import DAY, StreetDay, at
from .worlds import World, csrf_of, facts_of, log_in

ClientOf = Callable[[str], FlaskClient]


@pytest.fixture(scope="module")
def lived(copied: Callable[[str], World]) -> Iterator[StreetDay]:
    """A day that nobody changes."""
    world = copied("lived")
    yield street_day.live(world)
    world.office.engine.dispose()


@pytest.fixture(scope="module")
def evening(lived: StreetDay) -> Flask:
    return lived.world.app(clock=lambda: at(20))


@pytest.fixture(scope="module")
def seen_by(evening: Flask) -> ClientOf:
    clients: dict[str, FlaskClient] = {}

    def client_of(username: str) -> FlaskClient:
        if username not in clients:
            clients[username] = log_in(evening, username)
        return clients[username]

    return client_of


@pytest.fixture
def day(world: World) -> StreetDay:
    """A day of one's own, to change."""
    return street_day.live(world)


def sent(client: FlaskClient, path: str, data: dict[str, Any] | None = None, **options: Any) -> Any:
    token = csrf_of(client.get("/password").text)
    return client.post(path, data={"csrf_token": token, **(data or {})}, **options)


def lines(page: str) -> list[str]:
    """The day's rows as a reader reads them."""
    rows = re.findall(r'<tr data-minute="\d+".*?</tr>', page, re.DOTALL)
    return [" ".join(unescape(re.sub(r"<[^>]+>", " ", row)).split()) for row in rows]


def replay_of(lived: StreetDay, client: FlaskClient) -> list[str]:
    agent = lived.world.agents["gustavo"]
    return lines(client.get(f"/days/{agent}?day={DAY.isoformat()}").text)


def test_a_day_tells_what_was_planned_done_skipped_and_not_told(lived: StreetDay, seen_by: ClientOf) -> None:
    told = replay_of(lived, seen_by("carla"))
    assert [line.split()[0] for line in told] == sorted(line.split()[0] for line in told)

    def line(words: str) -> str:
        return next(one for one in told if words in one)

    assert "Parada 1, prevista a las 08:15" in line("Ana Lucía Pérez")
    assert "±18 m" in line("Ana Lucía Pérez")
    assert "El receptor no encontró satélites" in line("Bernardo Cely")
    assert "El puente está cerrado por la creciente" in line("Clara Inés Rojas")
    assert "sin visita y sin motivo dicho" in line("Fermín Wilches")
    assert "Sin planear" in line("Gloria Tibaduiza")
    assert "Lejos de la dirección" in line("Elvira Suárez")
    assert sum("El portátil sincronizó" in one for one in told) == 2
    assert "Su almuerzo puede estar ahí" in line("2 h 21 min sin nada contado")


def test_a_place_is_told_at_visits_in_his_hours_and_nowhere_else(lived: StreetDay, seen_by: ClientOf) -> None:
    agent = lived.world.agents["gustavo"]
    evening_visit = next(one for one in replay_of(lived, seen_by("carla")) if "Gloria" in one)
    assert "Fuera de su turno: no se muestra" in evening_visit
    drawn = seen_by("carla").get(f"/days/{agent}/map?day={DAY.isoformat()}").text
    with reading(lived.world.office.engine) as connection:
        places = {
            row.id: f"{row.lat}"
            for row in connection.execute(select(t.visits.c.id, t.visits.c.lat, t.visits.c.lon))
        }
    assert lived.visits["Gloria"] not in drawn
    assert lived.visits["Bernardo"] not in drawn, "it has no place"
    for name in ("Ana", "Darío", "Elvira"):
        assert lived.visits[name] in drawn
        assert places[lived.visits[name]] in drawn
    assert "PolyLine" not in drawn
    assert "polyline" not in drawn, "nothing joins one visit to the next"


def test_the_agent_replays_his_own_day_and_nobody_elses(lived: StreetDay, seen_by: ClientOf) -> None:
    assert replay_of(lived, seen_by("gustavo"))
    assert seen_by("hilda").get(f"/days/{lived.world.agents['gustavo']}").status_code == 404
    assert seen_by("nora").get(f"/days/{lived.world.agents['gustavo']}").status_code == 403
    assert "Gustavo" in seen_by("carla").get(f"/days/?day={DAY.isoformat()}").text
    assert "Hilda" not in seen_by("carla").get(f"/days/?day={DAY.isoformat()}").text


def test_a_debtor_outside_ones_part_is_not_named(lived: StreetDay) -> None:
    """Carla supervises Duitama: a debtor whose only account moves to Tunja has no name in her replay."""
    engine, debtor = lived.world.office.engine, lived.debtors["Ana"]
    with writing(engine) as connection:
        connection.execute(update(t.accounts).where(t.accounts.c.debtor_id == debtor).values(branch="Tunja"))
    try:
        client = log_in(lived.world.app(clock=lambda: at(20)), "carla")
        told = replay_of(lived, client)
        assert not any("Ana Lucía" in line for line in told)
        assert any("un deudor fuera de su cartera" in line for line in told)
        assert "Ana Luc" not in client.get(f"/days/{lived.world.agents['gustavo']}/map?day={DAY}").text
    finally:
        with writing(engine) as connection:
            connection.execute(
                update(t.accounts).where(t.accounts.c.debtor_id == debtor).values(branch="Duitama")
            )


def test_a_visit_stands_at_its_corrected_time(day: StreetDay) -> None:
    """The laptop was ten minutes fast: what it wrote at 14:10 happened at 14:00, and the page says so."""
    with writing(day.world.office.engine) as connection:
        connection.execute(
            update(t.visits)
            .where(t.visits.c.id == day.visits["Elvira"])
            .values(offset_ms=600_000, uncertainty_ms=2_000)
        )
    told = replay_of(day, log_in(day.world.app(clock=lambda: at(20)), "carla"))
    line = next(one for one in told if "Elvira" in one)
    assert line.startswith("14:00 – 14:01")
    assert "±2 s" in line
    assert "hora corregida -600 s" in line


def test_a_chain_is_verified_from_the_page_and_a_changed_byte_is_named(day: StreetDay) -> None:
    office, device = day.world.office, day.laptop.device.id
    client = log_in(day.world.app(clock=lambda: at(20)), "carla")
    assert "Nadie la ha verificado desde aquí" in client.get(f"/chains/{device}").text
    (checked,) = checking_chains.check_laptops(
        office.engine, office.signer, [device], actor="carla", now=at(20)
    )
    assert checked.ok
    assert (checked.events, checked.unanchored) == (6, 0)
    page = client.get(f"/chains/{device}").text
    assert "Cada hecho es el que el portátil escribió" in page
    assert "hasta el 6" in page
    with writing(office.engine) as connection:
        body = connection.execute(
            select(t.events.c.body).where(t.events.c.id == day.visits["Elvira"])
        ).scalar_one()
        spoiled = bytes(body).replace(b"-73.03", b"-73.13", 1)
        connection.execute(update(t.events).where(t.events.c.id == day.visits["Elvira"]).values(body=spoiled))
    (checked,) = checking_chains.check_laptops(
        office.engine, office.signer, [device], actor="carla", now=at(21)
    )
    assert not checked.ok
    assert [(one["kind"], one["n"]) for one in checked.told["problems"]] == [("changed", 5)]
    page = client.get(f"/chains/{device}").text
    assert "Algo no concuerda" in page
    assert "evento 5" in page
    verdict = sent(client, f"/visits/{day.visits['Elvira']}/verify").text
    assert "Un hecho no es el que se firmó" in verdict
    kinds = [fact["payload"]["ok"] for fact in facts_of(day.world) if fact["kind"] == "chain.checked"]
    assert kinds == [True, False]


def test_what_nothing_signed_covers_yet_is_said(day: StreetDay) -> None:
    office, device = day.world.office, day.laptop.device.id
    with writing(office.engine) as connection:
        connection.execute(t.receipts.delete().where(t.receipts.c.n == 6))
        connection.execute(t.checkpoints.delete())
    (checked,) = checking_chains.check_laptops(office.engine, office.signer, [device], actor="x", now=at(20))
    assert checked.ok
    assert checked.unanchored == 2
    client = log_in(day.world.app(clock=lambda: at(20)), "carla")
    assert "Aún no hay recibo ni punto de control" in client.get(f"/chains/{device}").text


def test_all_laptops_are_verified_as_a_job_with_progress(day: StreetDay) -> None:
    steps: list[str] = []
    office = day.world.office
    devices = [day.laptop.device.id, day.world.devices["gustavo"]]
    checked = checking_chains.check_laptops(
        office.engine, office.signer, devices, actor="carla", now=at(20), say=steps.append
    )
    assert [one.ok for one in checked] == [True, False], "the named office's first laptop has no real chain"
    assert steps[0] == "1/2 · 0/6"
    app = day.world.app(clock=lambda: at(20))
    client = log_in(app, "carla")
    begun = sent(client, "/chains/")
    from server.web import jobs

    for job in app.extensions[jobs.JOBS].values():
        assert job.thread is not None
        job.thread.join()
    page = client.get(begun.headers["Location"], follow_redirects=True).text
    assert "con problemas" in page


def test_the_evidence_from_the_page_is_verified_elsewhere_and_a_flipped_byte_is_named(
    lived: StreetDay, seen_by: ClientOf, tmp_path: Path
) -> None:
    visit = lived.visits["Elvira"]
    refused = sent(seen_by("carla"), f"/visits/{visit}/evidence", {"why": " "})
    assert refused.status_code == 422
    answer = sent(seen_by("carla"), f"/visits/{visit}/evidence", {"why": "Superintendencia, reclamo 12"})
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    folder = tmp_path / "evidence"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        archive.extractall(folder)
    good = CliRunner().invoke(verify, [str(folder), "--kind", "evidence", "--json"])
    assert good.exit_code == 0, good.output
    told = json.loads(good.output)
    assert told["about"] == visit
    assert told["ok"]
    everything = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert b"Elvira" in everything
    assert b"Gloria" not in everything, "nobody else's data"
    ledger = folder / LEDGER
    whole = ledger.read_bytes()
    place = whole.index(b"PTP")
    ledger.write_bytes(whole[:place] + b"PTQ" + whole[place + 3 :])
    bad = CliRunner().invoke(verify, [str(folder), "--kind", "evidence", "--json"])
    assert bad.exit_code == 1
    assert [(one["kind"], one["n"]) for one in json.loads(bad.output)["problems"]] == [("changed", 5)]
    assert any(fact["kind"] == "evidence.written" for fact in facts_of(lived.world))


def test_a_visit_that_holds_is_said_to_hold(lived: StreetDay, seen_by: ClientOf) -> None:
    page = sent(seen_by("carla"), f"/visits/{lived.visits['Ana']}/verify").text
    assert "Lo contado es lo que el portátil escribió" in page
    assert "La oficina lo firmó" in page
    assert evidencing.verdict_on(
        lived.world.office.engine, lived.world.office.signer, lived.visits["Ana"], now=at(20)
    ).ok


def test_an_agent_sees_what_is_held_about_him_and_who_looked(day: StreetDay) -> None:
    app = day.world.app(clock=lambda: at(20))
    carla, gustavo = log_in(app, "carla"), log_in(app, "gustavo")
    nobody = gustavo.get("/mine/").text
    assert "Nadie ha abierto sus visitas" in nobody
    carla.get(f"/visits/{day.visits['Elvira']}")
    carla.get(f"/days/{day.world.agents['gustavo']}?day={DAY}")
    carla.get(f"/mine/agents/{day.world.agents['gustavo']}")
    sent(carla, f"/reviews/{day.visits['Elvira']}", {"decision": "return", "why": "Diga quién la atendió"})
    page = gustavo.get("/mine/").text
    for words in (
        "Lejos de la dirección",
        "Diga quién la atendió",
        "Devueltas para aclarar",
        "portátil de Gustavo",
        "Carla · una visita",
        "Carla · un día",
        "Carla · esta página",
        "±45 m",
        "08:00",
    ):
        assert words in " ".join(page.split()), words
    assert "Saúl" not in page
    with reading(day.world.office.engine) as connection:
        route = routes.sent(connection, day.world.agents["gustavo"], DAY)
    assert route is not None
    assert "Diga quién la atendió" in gustavo.get(f"/routes/{route.id}/sheet").text, "and on his paper"
    file = sent(gustavo, "/mine/file")
    held = json.loads(file.data)
    assert {one["id"] for one in held["visits"]} == {*day.visits.values(), day.world.visits["Rosa"]}
    assert held["looks"][0]["username"] == "carla"
    assert any(fact["kind"] == "held.downloaded" for fact in facts_of(day.world))


def test_an_agent_answers_a_finding_and_his_supervisor_reads_it(day: StreetDay) -> None:
    app = day.world.app(clock=lambda: at(20))
    carla, gustavo, hilda = log_in(app, "carla"), log_in(app, "gustavo"), log_in(app, "hilda")
    with reading(day.world.office.engine) as connection:
        finding = connection.execute(
            select(t.findings.c.id).where(t.findings.c.visit_id == day.visits["Elvira"])
        ).scalar_one()
    said = {"text": "La atendí en la panadería <b>de la esquina</b>", "disputes": "1"}
    assert sent(hilda, f"/mine/findings/{finding}", said).status_code == 404
    assert sent(carla, f"/mine/findings/{finding}", said).status_code == 403
    assert sent(gustavo, f"/mine/findings/{finding}", {"text": "no"}).status_code == 422
    assert sent(gustavo, f"/mine/findings/{finding}", said).status_code == 302
    for path in ("/reviews/", "/findings/", f"/findings/{finding}", f"/visits/{day.visits['Elvira']}"):
        page = carla.get(path).text
        assert "La atendí en la panadería &lt;b&gt;de la esquina&lt;/b&gt;" in page, path
        assert "El gestor lo discute" in page, path
    logged = [fact for fact in facts_of(day.world) if fact["kind"] == "finding.answered"]
    assert [fact["actor"] for fact in logged] == ["gustavo"]
    with reading(day.world.office.engine) as connection:
        state = connection.execute(select(t.findings.c.state).where(t.findings.c.id == finding)).scalar()
    assert state == "open", "an answer resolves nothing by itself"


def test_a_finding_is_explained_with_its_threshold_and_the_other_visit(day: StreetDay) -> None:
    with writing(day.world.office.engine) as connection:
        connection.execute(
            update(t.findings)
            .where(t.findings.c.visit_id == day.visits["Elvira"])
            .values(rule="audit.overlap", other_visit_id=day.visits["Darío"])
        )
        finding = connection.execute(
            select(t.findings.c.id).where(t.findings.c.visit_id == day.visits["Elvira"])
        ).scalar_one()
    page = log_in(day.world.app(clock=lambda: at(20)), "carla").get(f"/findings/{finding}").text
    assert "El mismo gestor está a la vez en dos visitas" in page
    assert "segundos a la vez, lo más que se admite" in page
    assert "demo.audit" in page
    assert f"/visits/{day.visits['Darío']}" in page


def test_the_checks_are_told_to_agents_too(seen_by: ClientOf) -> None:
    page = seen_by("gustavo").get("/findings/checks").text
    assert page.count("<tr>") > 15
    assert "90 km/h" in page


def test_places_are_forgotten_from_the_page_and_the_chain_still_holds(day: StreetDay) -> None:
    office = day.world.office
    later = at(20) + 200 * (at(20) - at(20).replace(day=22))
    app = day.world.app(clock=lambda: later)
    dora = log_in(app, "dora")
    assert sent(dora, "/retention/", {"days": "5", "off_duty_days": "2"}, follow_redirects=True).text.count(
        "Los días van de 30 a 3650"
    )
    assert sent(dora, "/retention/", {"days": "90", "off_duty_days": "2"}).status_code == 302
    forgetting.forget_places(office.engine, actor="dora", now=later)
    with reading(office.engine) as connection:
        left = {
            row.id: row.lat
            for row in connection.execute(
                select(t.visits.c.id, t.visits.c.lat).where(t.visits.c.lat.is_not(None))
            )
        }
        fed = "".join(
            str(text)
            for text in connection.execute(
                select(t.feeds.c.payload).where(t.feeds.c.kind == "visit")
            ).scalars()
        )
    kept = {day.visits["Elvira"], *day.world.visits.values()}
    assert set(left) == kept, "those whose findings are open stay"
    assert fed.count('"lat":null') + fed.count('"lat": null') >= 3
    page = log_in(app, "gustavo").get("/mine/").text
    assert "Ya se borró" in page
    assert "con un hallazgo abierto" in dora.get("/retention/").text
    assert "pasó el plazo en que se guarda" in log_in(app, "carla").get(f"/visits/{day.visits['Ana']}").text
    (checked,) = checking_chains.check_laptops(
        office.engine, office.signer, [day.laptop.device.id], actor="dora", now=later
    )
    assert checked.ok
    assert checked.events == 6
