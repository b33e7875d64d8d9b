"""Cases: a dispute stops collection, an answer does not resume it, a recorded resolution does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert, select

from server import erasing, hearing, overriding, resolving
from server.hearing import NewClaim
from server.hearing.due import due_of
from server.recovering import Person
from server.store import cases, claims
from server.store import tables as t
from server.store.engine import reading, writing
from server.store.scopes import Scope, Share
from sync import slips
from sync.records import Refused, UserRole
from sync.rules.clauses import StopKind

from .worlds import NOW, TODAY, World, csrf_of, log_in

EVERYTHING = Scope.everything()
DORA = Person("dora", frozenset({UserRole.COMPLIANCE}))
CARLA = Person("carla", frozenset({UserRole.SUPERVISOR}))
DISPUTE = NewClaim(kind="amount", source="phone", text="Dice que pagó dos cuotas que no le abonaron")
CODE = slips.code_of("un-papel")
WHY = "La entidad revisó los recibos y confirmó el saldo"


def opened(world: World, who: str, new: NewClaim = DISPUTE, **changed: Any) -> str:
    number = hearing.open_claim(
        world.office.engine,
        world.debtors[who],
        replace(new, **changed),
        actor="fabio",
        now=NOW,
        scope=EVERYTHING,
    )
    assert isinstance(number, int), number
    return str(number)


def resolved(world: World, number: str, by: Person = DORA, **changed: Any) -> Refused | str:
    given: dict[str, Any] = {"outcome": "unfounded", "because": WHY, "now": NOW, "scope": EVERYTHING}
    return hearing.resolve(world.office.engine, number, by=by, **(given | changed))


def stops(world: World, who: str, place: int = 0) -> frozenset[StopKind]:
    """What stops collection of an account now, as planning, letters and laptops ask it."""
    debtor = world.debtors[who]
    with reading(world.office.engine) as connection:
        case = cases.of(connection, [debtor], TODAY, NOW)[debtor]
    return case.stops_of(world.accounts[who][place])


def one(world: World, number: str) -> dict[str, Any]:
    return hearing.told(world.office.engine, number, NOW, EVERYTHING)


def test_a_case_that_disputes_stops_its_account_and_no_other(world: World) -> None:
    assert stops(world, "Rosa") == frozenset()
    opened(world, "Rosa", account=world.accounts["Rosa"][0])
    assert stops(world, "Rosa") == {StopKind.DISPUTE}
    assert stops(world, "Rosa", 1) == frozenset(), "her other account is not disputed"


def test_a_complaint_about_conduct_stops_nothing(world: World) -> None:
    opened(world, "Rosa", kind="conduct")
    assert stops(world, "Rosa") == frozenset()


def test_an_answer_does_not_resume_collection_and_a_resolution_does(world: World) -> None:
    number = opened(world, "Rosa")
    engine = world.office.engine
    hearing.reply(
        engine, number, "Revisamos sus recibos con la entidad.", by="letter", actor="dora", now=NOW, scope=EVERYTHING
    )  # fmt: skip
    assert one(world, number)["state"] == "answered"
    assert stops(world, "Rosa") == {StopKind.DISPUTE}, "answered is not resolved"
    assert resolved(world, number) == world.debtors["Rosa"]
    assert stops(world, "Rosa") == frozenset()
    held = one(world, number)
    assert (held["state"], held["outcome"], held["resolved_by"]) == ("closed", "unfounded", "dora")
    with reading(engine) as connection:
        kept = connection.execute(select(t.resolutions)).mappings().all()
    assert [(row["outcome"], row["because"], row["actor"]) for row in kept] == [("unfounded", WHY, "dora")]


@pytest.mark.parametrize(
    ("by", "rule"),
    [
        (CARLA, "claim.role"),
        (Person("nora", frozenset({UserRole.COORDINATOR})), "claim.role"),
        (Person("gustavo", frozenset({UserRole.COLLECTOR, UserRole.COMPLIANCE})), "claim.commission"),
    ],
)
def test_nobody_without_authority_resumes_collection(world: World, by: Person, rule: str) -> None:
    number = opened(world, "Rosa")
    refused = resolved(world, number, by)
    assert isinstance(refused, Refused)
    assert refused.rule == rule
    assert stops(world, "Rosa") == {StopKind.DISPUTE}


def test_who_is_declared_to_earn_on_the_branch_does_not_resume_it(world: World) -> None:
    number = opened(world, "Rosa")
    overriding.declare_earner(
        world.office.engine, "dora", "Duitama", because="bono de sucursal", actor="root", now=NOW
    )
    refused = resolved(world, number)
    assert isinstance(refused, Refused)
    assert refused.rule == "claim.commission"
    assert stops(world, "Rosa") == {StopKind.DISPUTE}


def test_an_empty_resolution_resolves_nothing(world: World) -> None:
    number = opened(world, "Rosa")
    wrong: tuple[dict[str, Any], ...] = ({"because": "sí"}, {"outcome": "porque sí"})
    for changed in wrong:
        assert isinstance(resolved(world, number, **changed), Refused)
    assert stops(world, "Rosa") == {StopKind.DISPUTE}


def test_the_stop_of_an_open_case_is_not_lifted_behind_it(world: World) -> None:
    number = opened(world, "Rosa")
    stop = one(world, number)["stop_id"]
    given: dict[str, Any] = {
        "outcome": "mistaken",
        "because": WHY,
        "actor": "dora",
        "now": NOW,
        "scope": EVERYTHING,
    }
    refused = resolving.resolve(world.office.engine, stop, **given)
    assert isinstance(refused, Refused)
    assert refused.rule == "stop.case"
    assert stops(world, "Rosa") == {StopKind.DISPUTE}


def test_two_cases_on_one_dispute_resume_it_with_the_second_resolution(world: World) -> None:
    first, second = opened(world, "Rosa"), opened(world, "Rosa", kind="not_owed")
    assert one(world, first)["stop_id"] == one(world, second)["stop_id"]
    resolved(world, first)
    assert stops(world, "Rosa") == {StopKind.DISPUTE}
    resolved(world, second)
    assert stops(world, "Rosa") == frozenset()


def test_a_dispute_said_in_a_visit_is_taken_by_its_case(world: World) -> None:
    with writing(world.office.engine) as connection:
        row = {"id": "s-1", "debtor_id": world.debtors["Rosa"], "account_id": None, "state": "dispute"}
        connection.execute(
            insert(t.stop_states).values(**row, since=NOW, source=world.visits["Rosa"], detail={})
        )
        loose = claims.disputes_without(connection, EVERYTHING, NOW)
    assert [stop["visit_id"] for stop in loose] == [world.visits["Rosa"]]
    number = opened(world, "Rosa", kind="dispute", source="visit", visit=world.visits["Rosa"])
    assert one(world, number)["stop_id"] == "s-1"
    with reading(world.office.engine) as connection:
        assert claims.disputes_without(connection, EVERYTHING, NOW) == []
    resolved(world, number)
    assert stops(world, "Rosa") == frozenset()


def test_a_case_opened_again_stops_collection_again(world: World) -> None:
    number = opened(world, "Rosa")
    resolved(world, number)
    hearing.reopen(world.office.engine, number, why="Trajo los recibos", by=DORA, now=NOW, scope=EVERYTHING)
    assert stops(world, "Rosa") == {StopKind.DISPUTE}
    assert [entry["kind"] for entry in one(world, number)["log"]] == ["opened", "resolved", "reopened"]


def test_a_founded_opposition_closes_the_channels_it_names_for_good(world: World) -> None:
    number = opened(world, "Rosa", kind="opposition", text="No quiere que la visiten en la casa")
    assert resolved(world, number, CARLA) != world.debtors["Rosa"], "only compliance leaves him in peace"
    resolved(world, number, outcome="founded", channels=("visit",))
    assert stops(world, "Rosa") == {StopKind.CEASE}
    debtor = world.debtors["Rosa"]
    with reading(world.office.engine) as connection:
        case = cases.of(connection, [debtor], TODAY, NOW)[debtor]
    assert case.stops_of(world.accounts["Rosa"][0], "letter") == frozenset()


def test_a_threat_is_not_sent_as_an_answer(world: World) -> None:
    number = opened(world, "Rosa", kind="complaint")
    said = "Si no paga mañana vamos a embargar su casa."
    refused = hearing.reply(
        world.office.engine, number, said, by="letter", actor="dora", now=NOW, scope=EVERYTHING
    )
    assert isinstance(refused, Refused)
    assert "embargar" in str(refused.reason)
    assert one(world, number)["state"] == "open"


def test_a_slip_leads_to_its_visit_and_to_nobody_else(world: World) -> None:
    with writing(world.office.engine) as connection:
        connection.execute(
            insert(t.deliveries).values(
                id="d-1",
                debtor_id=world.debtors["Rosa"],
                agent_id=world.agents["gustavo"],
                visit_id=world.visits["Rosa"],
                paper="slip",
                code=CODE,
                how="door",
                party="NAD",
                sealed=True,
                started=NOW,
                ended=NOW,
            )
        )
    number = opened(world, "Rosa", kind="conduct", source="slip", reference=CODE)
    held = one(world, number)
    assert (held["visit_id"], held["agent_name"]) == (world.visits["Rosa"], "Gustavo")
    other = hearing.open_claim(
        world.office.engine,
        world.debtors["Tito"],
        replace(DISPUTE, source="slip", reference=CODE),
        actor="fabio",
        now=NOW,
        scope=EVERYTHING,
    )
    assert isinstance(other, Refused)
    assert other.rule == "claim.slip"


def test_complaints_about_visits_are_counted_and_requests_about_data_are_not(world: World) -> None:
    visit = world.visits["Rosa"]
    with reading(world.office.engine) as connection:
        before = claims.complaints_of_visits(connection, EVERYTHING, TODAY, TODAY)
    opened(world, "Rosa", kind="conduct", visit=visit)
    opened(world, "Rosa", kind="access", visit=visit)
    opened(world, "Rosa", kind="complaint")
    with reading(world.office.engine) as connection:
        assert claims.complaints_of_visits(connection, EVERYTHING, TODAY, TODAY) == before + 1
        later = TODAY + timedelta(days=1)
        assert claims.complaints_of_visits(connection, EVERYTHING, later, later) == 0
        tunja = Scope((Share(branch="Tunja"),))
        assert claims.complaints_of_visits(connection, tunja, TODAY, TODAY) == 0


def test_deadlines_count_business_days_of_the_country_and_of_the_office() -> None:
    friday = date(2026, 11, 20)
    assert due_of("complaint", friday, "CO").day == date(2026, 12, 14), "15 business days, 8 December is none"
    closed = due_of("complaint", friday, "CO", closed=[date(2026, 12, 14)])
    assert closed.day == date(2026, 12, 15), "the office is closed on the last day"
    assert due_of("access", friday, "AR").day == friday + timedelta(days=10), "days that run on"
    own = {"complaint": {"CO": {"business_days": 3, "source": "la casa"}}}
    assert due_of("complaint", friday, "CO", own=own).day == date(2026, 11, 25)
    assert due_of("complaint", friday, "ZZ").confidence == "U"


def test_a_correction_of_an_address_waits_on_the_desk_of_proposals(world: World) -> None:
    engine = world.office.engine
    number = opened(world, "Rosa", kind="correction", text="Dice que ya no vive en esa casa")
    asked: dict[str, Any] = {"was": "", "actor": "dora", "now": NOW, "scope": EVERYTHING}
    hearing.ask_correction(engine, number, what="address", asked="Carrera 9 # 10-11", **asked)
    named = hearing.ask_correction(engine, number, what="name", asked="Rosa Núñez Pérez", **asked)
    assert isinstance(named, str)
    first = one(world, number)["corrections"][0]
    with reading(engine) as connection:
        place = connection.execute(
            select(t.addresses).where(t.addresses.c.id == first["proposal_id"])
        ).mappings().one()  # fmt: skip
    assert (place["state"], place["text"]) == ("proposed", "Carrera 9 # 10-11")
    given: dict[str, Any] = {
        "why": "Trajo el recibo de la luz",
        "actor": "nora",
        "now": NOW,
        "scope": EVERYTHING,
    }
    for row in one(world, number)["corrections"]:
        assert hearing.decide_correction(engine, number, row["id"], accept=True, **given) is None
    assert isinstance(hearing.decide_correction(engine, number, named, accept=False, **given), Refused)
    held = one(world, number)
    assert held["debtor_name"] == "Rosa Núñez Pérez"
    assert {row["state"] for row in held["corrections"]} == {"accepted"}


def test_an_erased_person_leaves_no_words_in_his_cases(world: World) -> None:
    engine = world.office.engine
    number = opened(world, "Tito", text="Tito Barrera dice que su hermana pagó")
    asked = erasing.receive_request(
        engine,
        world.debtors["Tito"],
        asked_by="holder",
        channel="letter",
        basis="Ley 1581",
        received_on=TODAY,
        actor="dora",
        now=NOW,
    )
    done = erasing.carry_out(
        engine, world.office.signer, str(asked), why="procede", actor="carla", now=NOW, despite_open=True
    )
    assert not isinstance(done, Refused)
    held = one(world, number)
    assert "hermana" not in str(held)
    assert held["due"] is not None


def test_a_case_of_another_branch_does_not_exist(world: World) -> None:
    number = opened(world, "Rosa")
    bruno = log_in(world.app(), "bruno")
    assert bruno.get(f"/cases/{number}").status_code == 404
    token = csrf_of(bruno.get("/").text)
    data = {"csrf_token": token, "text": "una nota mía"}
    assert bruno.post(f"/cases/{number}/note", data=data).status_code == 404
    assert bruno.get(f"/cases/new/{world.debtors['Rosa']}").status_code == 404
    assert f"Caso {number}" not in bruno.get("/cases/").text


def _posted(client: FlaskClient, path: str, **data: str) -> Any:
    token = csrf_of(client.get("/cases/").text)
    return client.post(path, data=data | {"csrf_token": token}, follow_redirects=True)


def test_a_case_from_the_page_to_its_resolution(world: World) -> None:
    app = world.app()
    fabio, dora, carla = (log_in(app, name) for name in ("fabio", "dora", "carla"))
    path = f"/cases/new/{world.debtors['Rosa']}"
    wrong = _posted(fabio, path, kind="amount", source="phone", text="poco", told_by="holder")
    assert wrong.status_code == 422
    assert "de 10 a 4000 letras" in wrong.text
    page = _posted(
        fabio, path, kind="amount", source="phone", text="Dice <b>que</b> pagó dos cuotas", told_by="holder"
    ).text
    assert "La cobranza está detenida por este caso" in page
    assert "&lt;b&gt;que" in page
    number = page.partition("<h1>Caso ")[2].partition(":")[0]
    assert "Resolver el caso" not in page, "who takes a call resolves nothing"
    assert "Lo resuelve cumplimiento" in carla.get(f"/cases/{number}").text
    assert f"Caso {number}" in dora.get("/cases/?show=open").text
    page = _posted(dora, f"/cases/{number}/move", department="portfolio", owner="dora", why="").text
    assert "Cambió de manos" in page
    assert f"Caso {number}" in dora.get("/cases/?show=mine").text
    page = _posted(
        dora, f"/cases/{number}/reply", text="Revisamos su cuenta con la entidad.", by="letter"
    ).text
    letter = page.partition("/replies/")[2].partition('"')[0]
    printed = dora.get(f"/cases/{number}/replies/{letter}").text
    assert "Revisamos su cuenta" in printed
    assert "1.234.567" not in printed, "the answer shows no debt"
    page = _posted(dora, f"/cases/{number}/resolve", outcome="unfounded", because=WHY).text
    assert "Lo resuelto" in page
    assert "detenida por este caso" not in page
    assert f"Caso {number}" not in dora.get("/cases/").text
    assert f"Caso {number}" in dora.get("/cases/?show=closed").text
