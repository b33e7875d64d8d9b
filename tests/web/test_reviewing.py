"""The queue of visits to review: who is in it and why, what a person decides, and who may not decide it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import product
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, event, insert, select, update

from server import queueing, reviewing
from server.auditing_all import audit_all
from server.queueing import DRAWN_OF, Drawing
from server.recovering import Person
from server.store import overrides, reviews
from server.store import tables as t
from server.store.boards import timeline
from server.store.engine import reading, writing
from server.store.scopes import Scope
from sync.ids import new_id
from sync.records import Refused, UserRole

from .street_day import rule_set_aside
from .worlds import NOW, World, facts_of, log_in, post

EVERYTHING = Scope.everything()
CARLA = Person("carla", frozenset({UserRole.SUPERVISOR}))


@pytest.fixture
def undrawn(world: World) -> World:
    """An office that draws nothing: what is in its queue is there for another reason."""
    queueing.draw_by(world.office.engine, share=0, late_hours=48, actor="dora", now=NOW)
    with writing(world.office.engine) as connection:
        connection.execute(update(t.reviews).values(sampled=False))
    return world


def another_visit(world: World, **given: Any) -> str:
    """A visit like Rosa's of which nothing was noticed, with what is `given` instead."""
    made = new_id()
    with writing(world.office.engine) as connection:
        row = (
            connection.execute(select(t.visits).where(t.visits.c.id == world.visits["Rosa"])).mappings().one()
        )
        connection.execute(insert(t.visits).values(dict(row) | {"id": made} | given))
    return made


def queued(world: World, visit: str) -> dict[str, Any] | None:
    with reading(world.office.engine) as connection:
        return dict(found) if (found := reviews.held(connection, [visit]).get(visit)) else None


def bring(world: World, *visits: str) -> None:
    with writing(world.office.engine) as connection:
        queueing.bring(connection, visits, NOW)


def decide(
    world: World, visit: str, decision: str, why: str = "La foto muestra la casa", by: Person = CARLA
) -> Any:
    return reviewing.decide(world.office.engine, visit, decision, why=why, by=by, now=NOW, scope=EVERYTHING)


def test_a_visit_is_queued_for_a_reason_and_only_then(undrawn: World) -> None:
    plain = another_visit(undrawn)
    late = another_visit(undrawn, received_at=NOW + timedelta(days=3))
    lifted = another_visit(undrawn, verdict={"rulings": [], "told": {"override_reason": "Lo pidió él"}})
    bring(undrawn, plain, late, lifted)
    assert queued(undrawn, plain) is None
    told = {"late": queued(undrawn, late), "lifted": queued(undrawn, lifted)}
    assert all(row is not None and row[name] and not row["findings"] for name, row in told.items())
    found = queued(undrawn, undrawn.visits["Rosa"])
    assert found is not None
    assert (found["findings"], found["severity"]) == (1, reviews.GRAVITY["review"])


@given(st.uuids(), st.floats(0, 1), st.floats(0, 1))
def test_the_draw_is_the_same_each_time_and_a_larger_share_chooses_no_fewer(
    visit: Any, share: float, other: float
) -> None:
    small, large = sorted((share, other))
    few, many = Drawing("semilla", small), Drawing("semilla", large)
    number = few.number(str(visit))
    assert number == many.number(str(visit))
    assert 0 <= number < DRAWN_OF
    assert number >= few.under or number < many.under


def test_the_draw_chooses_about_its_share_and_another_seed_chooses_others() -> None:
    names = [f"visita {number}" for number in range(4_000)]
    drawing, other = Drawing("semilla", 0.05), Drawing("otra", 0.05)
    chosen = {name for name in names if drawing.number(name) < drawing.under}
    assert 150 <= len(chosen) <= 250
    assert chosen != {name for name in names if other.number(name) < other.under}


def test_every_visit_is_chosen_when_all_are_drawn_and_stays_so(undrawn: World) -> None:
    visit = another_visit(undrawn)
    queueing.draw_by(undrawn.office.engine, share=1, late_hours=48, actor="dora", now=NOW)
    bring(undrawn, visit)
    queueing.draw_by(undrawn.office.engine, share=0, late_hours=48, actor="dora", now=NOW)
    bring(undrawn, visit)
    row = queued(undrawn, visit)
    assert row is not None
    assert row["sampled"]


def test_a_decision_is_appended_and_undoing_it_is_another_one(undrawn: World) -> None:
    visit = undrawn.visits["Rosa"]
    for decision, state in (("return", "returned"), ("approve", "approved"), ("reopen", "waiting")):
        assert isinstance(decide(undrawn, visit, decision, f"Porque sí, {decision}"), str)
        row = queued(undrawn, visit)
        assert row is not None
        assert row["state"] == state
    with reading(undrawn.office.engine) as connection:
        told = reviews.decisions_of(connection, visit)
    assert [one["decision"] for one in told] == ["return", "approve", "reopen"]
    assert {one["decided_by"] for one in told} == {"carla"}
    logged = [fact for fact in facts_of(undrawn) if fact["kind"] == "review.decided"]
    assert [fact["payload"]["decision"] for fact in logged] == ["return", "approve", "reopen"]


@pytest.mark.parametrize(
    ("decision", "why", "rule"),
    [
        ("approve", "  ", "review.reason"),
        ("approve", "ok", "review.reason"),
        ("burn", "porque sí", "review.decision"),
    ],
)
def test_a_decision_without_a_reason_or_a_name_is_refused(
    undrawn: World, decision: str, why: str, rule: str
) -> None:
    refused = decide(undrawn, undrawn.visits["Rosa"], decision, why)
    assert isinstance(refused, Refused)
    assert refused.rule == rule


def test_the_same_decision_twice_is_refused(undrawn: World) -> None:
    assert isinstance(decide(undrawn, undrawn.visits["Rosa"], "hold"), str)
    again = decide(undrawn, undrawn.visits["Rosa"], "hold")
    assert isinstance(again, Refused)
    assert again.rule == "review.once"


def test_an_approved_visit_waits_again_when_something_new_is_noticed(undrawn: World) -> None:
    visit = undrawn.visits["Rosa"]
    decide(undrawn, visit, "approve")
    bring(undrawn, visit)
    assert (queued(undrawn, visit) or {})["state"] == "approved"
    notice(undrawn, visit, "audit.impossible_speed", "serious")
    bring(undrawn, visit)
    assert (queued(undrawn, visit) or {})["state"] == "waiting"
    refused = decide(undrawn, visit, "approve")
    assert isinstance(refused, Refused)
    assert refused.rule == "review.serious"


def notice(world: World, visit: str, rule: str, severity: str) -> str:
    made = new_id()
    with writing(world.office.engine) as connection:
        row = connection.execute(select(t.visits).where(t.visits.c.id == visit)).mappings().one()
        connection.execute(
            insert(t.findings).values(
                id=made,
                visit_id=visit,
                agent_id=row["agent_id"],
                debtor_id=row["debtor_id"],
                rule=rule,
                severity=severity,
                because={"msgid": "Algo", "values": {}},
                found_at=NOW,
            )
        )
    return made


def test_a_grave_finding_resolved_lets_the_visit_be_approved(undrawn: World) -> None:
    visit = undrawn.visits["Rosa"]
    grave = notice(undrawn, visit, "audit.overlap", "serious")
    given: dict[str, Any] = {"why": "Escribió mal la hora", "by": CARLA, "now": NOW, "scope": EVERYTHING}
    assert isinstance(decide(undrawn, visit, "approve"), Refused)
    assert reviewing.resolve(undrawn.office.engine, grave, resolution="corrected", **given) is None
    assert isinstance(decide(undrawn, visit, "approve"), str)


def test_nobody_judges_what_he_did_earns_on_or_gave_leave_for(world: World) -> None:
    """Every combination of what may bar a person: he approves if nothing does, and the rule is named."""
    visit = world.visits["Rosa"]
    rule_set_aside(world, visit, asked_by="alicia", approved_by="dora")
    roles = (frozenset({UserRole.SUPERVISOR}), frozenset({UserRole.SUPERVISOR, UserRole.TELEPHONE}))
    seen = set()
    for own, earns, asked, agreed, held in product(
        (False, True), (False, True), (False, True), (False, True), roles
    ):
        # What is written while reading is not kept: each combination begins anew.
        with reading(world.office.engine) as connection:
            if own:
                connection.execute(
                    update(t.agents)
                    .where(t.agents.c.id == world.agents["gustavo"])
                    .values(user_id=world.users["carla"])
                )
            if earns:
                overrides.declare_earner(
                    connection, world.users["carla"], "Duitama", because="contrato", actor="root", now=NOW
                )
            names = {"asked_by": "carla"} if asked else {}
            names |= {"approved_by": "carla"} if agreed else {}
            if names:
                connection.execute(update(t.policy_overrides).values(**names))
            told = connection.execute(select(t.visits).where(t.visits.c.id == visit)).mappings().one()
            wrong = reviewing.barred(connection, {**told}, Person("carla", held))
        paid = earns or len(held) > 1
        expected = (
            "review.own"
            if own
            else "review.commission"
            if paid
            else "review.override"
            if asked or agreed
            else None
        )
        assert (wrong.rule if wrong else None) == expected, (own, earns, asked, agreed, held)
        seen.add(expected)
    assert seen == {None, "review.own", "review.commission", "review.override"}


def test_who_asked_for_the_exception_may_hold_the_visit_but_not_approve_nor_justify_it(world: World) -> None:
    rule_set_aside(world, world.visits["Rosa"], asked_by="carla", approved_by="dora")
    client = log_in(world.app(), "carla")
    answer = post(
        client, f"/reviews/{world.visits['Rosa']}", {"decision": "approve", "why": "Todo está bien"}
    )
    assert answer.status_code == 422
    assert "la revisa otra persona" in answer.text
    assert "review.override" in answer.text
    justified = post(
        client, f"/findings/{world.findings['Rosa']}", {"resolution": "justified", "why": "Todo está bien"}
    )
    assert justified.status_code == 422
    assert "review.override" in justified.text
    held = post(client, f"/reviews/{world.visits['Rosa']}", {"decision": "hold", "why": "Falta la carta"})
    assert held.status_code == 302
    other = log_in(world.app(), "root")
    done = post(other, f"/reviews/{world.visits['Rosa']}", {"decision": "approve", "why": "Vi la carta"})
    assert done.status_code == 302


def test_several_are_approved_at_once_only_without_findings(undrawn: World) -> None:
    clean = another_visit(undrawn, received_at=NOW + timedelta(days=3))
    bring(undrawn, clean)
    client = log_in(undrawn.app(), "carla")
    marked = {"marked": [clean, undrawn.visits["Rosa"]], "why": "Llegaron por falta de señal"}
    page = post(client, "/reviews/several", marked, follow_redirects=True).text
    assert "1 visita aprobada" in page
    assert "review.batch" in page
    assert (queued(undrawn, clean) or {})["state"] == "approved"
    assert (queued(undrawn, undrawn.visits["Rosa"]) or {})["state"] == "waiting"


def test_the_other_branch_does_not_exist(world: World) -> None:
    client = log_in(world.app(), "carla")
    assert "Saúl" not in client.get("/reviews/").text
    given = {"decision": "hold", "why": "No es de aquí"}
    assert post(client, f"/reviews/{world.visits['Saúl']}", given).status_code == 404
    assert (
        post(client, "/reviews/several", {"marked": world.visits["Saúl"], "why": "Sin motivo"}).status_code
        == 404
    )
    assert post(client, f"/reviews/{world.visits['Saúl']}/queue").status_code == 404


def test_the_queue_is_narrowed_by_what_one_asks(world: World) -> None:
    client = log_in(world.app(), "root")
    everything = client.get("/reviews/").text
    assert "Rosa Núñez" in everything
    assert "Saúl Peña" in everything
    gustavo = world.agents["gustavo"]
    for asked, found in (
        (f"agent={gustavo}", ("Rosa",)),
        ("rule=audit.too_short", ("Rosa", "Saúl")),
        ("rule=audit.overlap", ()),
        ("severity=review", ("Rosa", "Saúl")),
        ("severity=serious", ()),
        ("evidence=B", ("Rosa", "Saúl")),
        ("evidence=A", ()),
        ("state=approved", ()),
        ("day=2026-11-20", ("Rosa", "Saúl")),
        ("day=2026-11-19", ()),
        ("why=clean", ()),
        ("team=Ninguno", ()),
    ):
        page = client.get(f"/reviews/?{asked}").text
        names = {name for name in ("Rosa", "Saúl") if f'data-name="{name}' in page}
        assert names == set(found), asked


def test_pages_of_the_queue_hold_each_visit_once(undrawn: World) -> None:
    many = {
        another_visit(
            undrawn,
            started=NOW - timedelta(hours=3 + number // 2),  # two at each moment
            received_at=NOW + timedelta(days=3),
        )
        for number in range(60)
    }
    bring(undrawn, *many)
    client = log_in(undrawn.app(), "root")
    path: str | None = "/reviews/?why=late"
    found: list[str] = []
    while path is not None:
        page = client.get(path).text
        found += re.findall(r'<tr data-visit="([^"]+)"', page)
        more = re.search(r'rel="next" href="([^"]+)"', page)
        path = more.group(1).replace("&amp;", "&") if more else None
    assert len(found) == len(set(found))
    assert set(found) == many


def test_a_visit_in_no_queue_is_brought_to_it_by_a_person(undrawn: World) -> None:
    visit = another_visit(undrawn)
    client = log_in(undrawn.app(), "carla")
    assert "Llevarla a revisión" in client.get(f"/visits/{visit}").text
    answer = post(client, f"/reviews/{visit}/queue")
    assert f'data-visit="{visit}"' in client.get(answer.headers["Location"]).text


def test_whoever_reviews_does_not_choose_how_many_are_drawn(world: World) -> None:
    dora = log_in(world.app(), "dora")
    assert post(dora, "/reviews/drawing", {"share": "12,5", "late": "24"}).status_code == 302
    with reading(world.office.engine) as connection:
        drawing = queueing.drawing_of(connection)
    assert (drawing.share, drawing.late_hours) == (0.125, 24)
    for share, late in (("101", "24"), ("-1", "24"), ("cinco", "24"), ("5", "0")):
        page = post(dora, "/reviews/drawing", {"share": share, "late": late}, follow_redirects=True).text
        assert "notice-bad" in page or "flash" in page
    with reading(world.office.engine) as connection:
        assert queueing.drawing_of(connection) == drawing


def test_a_decision_is_told_on_the_visit_and_in_the_debtors_timeline(world: World) -> None:
    decide(world, world.visits["Rosa"], "return", "Falta decir quién atendió")
    client = log_in(world.app(), "carla")
    assert "Falta decir quién atendió" in client.get(f"/visits/{world.visits['Rosa']}").text
    kind = next(one for one in timeline.KINDS if one.code == "review")
    subject = timeline.Subject(world.debtors["Rosa"], "America/Bogota", {}, frozenset())
    with reading(world.office.engine) as connection:
        rows = list(kind.read(connection, subject))
    assert [row.note for row in rows] == ["Falta decir quién atendió"]


def test_the_audit_brings_what_it_goes_over_to_the_queue(undrawn: World) -> None:
    with writing(undrawn.office.engine) as connection:
        connection.execute(t.reviews.delete())
    audit_all(undrawn.office.engine, actor="cli", now=NOW)
    assert queued(undrawn, undrawn.visits["Rosa"]) is not None


def test_the_queue_is_read_by_its_indexes(world: World) -> None:
    """With a million visits a page reads a page's rows: nothing is sorted and no table is gone through."""
    if world.office.engine.dialect.name != "sqlite":
        pytest.skip("the plan is SQLite's")
    for wanted in (
        reviews.Wanted(),
        reviews.Wanted(agent=world.agents["gustavo"]),
        reviews.Wanted(severity="serious"),
    ):
        plan = _plan(world, partial(_first_page, wanted))
        assert "TEMP B-TREE" not in plan, (wanted, plan)
        assert "SCAN reviews" not in plan, (wanted, plan)


def _first_page(wanted: reviews.Wanted, connection: Connection) -> object:
    return reviews.listed(connection, EVERYTHING, wanted, after=None, limit=25)


def _plan(world: World, read: Callable[[Any], Any]) -> str:
    """What SQLite says it would do for the statements of a read."""
    engine = world.office.engine
    said: list[tuple[str, Any]] = []

    def watch(_c: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        said.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", watch)
    try:
        with reading(engine) as connection:
            read(connection)
    finally:
        event.remove(engine, "before_cursor_execute", watch)
    with reading(engine) as connection:
        rows = [
            str(row)
            for statement, parameters in said
            if statement.lstrip().startswith("SELECT")
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
    return "\n".join(rows)


def test_the_queue_is_empty_in_words(undrawn: World, app: Flask) -> None:
    with writing(undrawn.office.engine) as connection:
        connection.execute(t.reviews.delete())
    assert "Nada por revisar" in log_in(undrawn.app(), "carla").get("/reviews/").text
