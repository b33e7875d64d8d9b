"""Broken object level authorisation: every page and act × everyone it is not for, from the page's own routes.

The routes are read from the application. A page with a parameter that names an object must be told here
which object of Duitama that is, or the test fails: no page is left out by forgetting it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from server.store import people
from server.store.engine import writing
from server.web import jobs, rights
from sync.ids import new_id
from sync.records import UserRole

from . import other_teams
from .worlds import NOW, STAFF, World, csrf_of, facts_of, log_in

# Parameters that name no object of anybody's portfolio: words, and what the whole office has in common.
WORDS = {
    "kind": "address",
    "word": "accept",
    "question": "done",
    "template": "recordatorio-whatsapp",
    "key": "recordatorio-whatsapp",
    "paper": "agreement",
    "name": "co",
    "code": "sin_dinero",
    "n": "3",
    "username": "fabio",
}
# Addresses without an object, or whose object everybody of the office may know.
OFFICE_WIDE = {
    "safety.renew",  # a zone of risk warns everybody who goes there
    "safety.end",
    "policy.pack",
    "objections.edit",
    "objections.switch",
    "messages.template",
    "messages.save",
}
ADMINISTRATORS = {"people.person", "people.entrust", "people.enable", "people.disable", "people.new_password"}
BY_WORD = {"home.rows", "worklists.listed", "worklists.file"}
# Stands for an object nobody named: the first test says which.
NOTHING = "019366aa-0000-7000-8000-000000000000"
# Acts that look at their form first: with one that says all, only the scope is left to refuse them.
FORMS = {
    "mine.answer": {"text": "Sí fui: hablé con la hermana"},
    "notices.delivered": {"how": "hand"},
    "policy.ask": {"rule": "x", "day": "2026-11-21", "channel": "visit", "why": "Lo pidió el deudor"},
    "policy.end": {"why": "Ya no hace falta"},
    "questions.answer": {"text": "Vendió la moto"},
    "safety.acknowledge": {"outcome": "safe", "note": "Llamó: está bien"},
    "safety.dismiss": {"why": "El perro ya no está"},
    "reviews.decide": {"decision": "approve", "why": "Está bien hecha"},
    "reviews.queue": {"why": "Conviene mirarla otra vez"},
}
# The paper of a batch that nobody made yet.
NOT_MADE = {"letters.pdf"}
# What belongs to the person who began it, and not to a part of the portfolio.
OWNED = {"job_id", "upload_id"}
NOBODYS = ("look.", "slips.", "static", "tiles.", "session.", "health.")
# What no page of another team may say: everybody and everything of Duitama and Tunja.
NAMES = ("Rosa", "Saúl", "Tito", "Úrsula", "Vicente", "Gustavo", "Hilda", "Calle 1", "40000", "Atendió")


@dataclass
class Two:
    """The office with people of two teams, and the address of each of its pages."""

    world: World
    app: Flask
    ids: dict[str, str]
    clients: dict[str, FlaskClient]

    def client(self, username: str) -> FlaskClient:
        if username not in self.clients:
            self.clients[username] = log_in(self.app, username)
        return self.clients[username]

    def address(self, rule: Rule) -> str:
        with self.app.test_request_context():
            values = {name: self.value(rule, name) for name in rule.arguments}
            return self.app.url_for(rule.endpoint, **values)

    def value(self, rule: Rule, name: str) -> str:
        return self.ids.get(f"{rule.endpoint}:{name}") or self.ids.get(name) or WORDS.get(name) or NOTHING

    def ask(self, rule: Rule, client: FlaskClient, **headers: str) -> TestResponse:
        if is_act(rule):
            page = client.get("/")
            token = csrf_of(page.text) if page.status_code == 200 else csrf_of(client.get("/login").text)
            form = {"csrf_token": token} | FORMS.get(rule.endpoint, {})
            return client.post(self.address(rule), data=form, headers=headers)
        return client.get(self.address(rule), headers=headers)


@pytest.fixture(scope="module")
def two(copied: Callable[[str], World]) -> Iterator[Two]:
    world = copied("bola")
    other_teams.add_people(world)
    added = other_teams.add_objects(world)
    app = world.app()
    job = new_id()
    with app.app_context():
        jobs._jobs()[job] = jobs.Job(job, "nora", "plan", NOW)  # somebody's work that is under way
    known = other_teams.ids(world) | added | {"job_id": job, "upload_id": new_id()}
    yield Two(world, app, known, {})
    world.office.engine.dispose()


def pages(app: Flask) -> list[Rule]:
    """Every route that asks for a login."""
    rules = [rule for rule in app.url_map.iter_rules() if not rule.endpoint.startswith(NOBODYS)]
    return sorted(rules, key=lambda rule: rule.endpoint)


def is_act(rule: Rule) -> bool:
    return "GET" not in (rule.methods or set())


def of_an_object(rule: Rule) -> bool:
    return bool(rule.arguments) and rule.endpoint not in OFFICE_WIDE | ADMINISTRATORS | BY_WORD


def roles_for(rule: Rule) -> frozenset[UserRole]:
    return rights.PAGES.get(rule.endpoint, frozenset()) - {UserRole.ADMINISTRATOR}


def others_for(rule: Rule) -> list[str]:
    """The people of the other team whose role opens the page."""
    return [name for name, role in other_teams.OTHERS.items() if role in roles_for(rule)]


def test_every_parameter_of_every_page_names_something_that_is_there(two: Two) -> None:
    unknown = {
        f"{rule.endpoint}: {name}"
        for rule in pages(two.app)
        for name in rule.arguments
        if not (two.ids.get(f"{rule.endpoint}:{name}") or two.ids.get(name) or name in WORDS)
    }
    assert not unknown, "say in other_teams.py which object of Duitama these addresses name"


def test_each_object_is_there_for_who_may_see_it(two: Two) -> None:
    """The control: without it a matrix of addresses that lead nowhere would be all right."""
    root = two.client("root")
    shown = [rule for rule in pages(two.app) if of_an_object(rule) and not is_act(rule)]
    assert len(shown) > 20
    missing = {
        rule.endpoint: two.ask(rule, root).status_code
        for rule in shown
        if not OWNED & rule.arguments
        and rule.endpoint not in NOT_MADE
        and two.ask(rule, root).status_code == 404
    }
    assert missing == {}


def test_another_teams_objects_are_not_there(two: Two) -> None:
    wrong: dict[str, int] = {}
    asked = 0
    for rule in pages(two.app):
        for username in others_for(rule) if of_an_object(rule) else ():
            before = len(facts_of(two.world)) if is_act(rule) else 0
            status = two.ask(rule, two.client(username)).status_code
            asked += 1
            # For anybody but who brought it a file is not there: he is led to where one is brought.
            gone = {404, 302, 303} if "upload_id" in rule.arguments else {404}
            if status not in gone:
                wrong[f"{rule.endpoint} {username}"] = status
            elif is_act(rule) and len(facts_of(two.world)) != before:
                wrong[f"{rule.endpoint} {username} left a trace"] = status
    assert asked > 150
    assert wrong == {}


def test_another_teams_pages_name_nobody_of_ours(two: Two) -> None:
    told: dict[str, list[str]] = {}
    looked = 0
    for rule in pages(two.app):
        if is_act(rule) or of_an_object(rule):
            continue
        for username in others_for(rule):
            answer = two.ask(rule, two.client(username))
            looked += 1
            named = [name for name in NAMES if name in answer.text]
            if named:
                told[f"{rule.endpoint} {username}"] = named
    assert looked > 60
    assert told == {}


def test_a_colleague_of_the_same_branch_sees_nothing_of_anothers_debtor(two: Two) -> None:
    julia = two.client(other_teams.COLLEAGUE)
    wrong = {
        rule.endpoint: status
        for rule in pages(two.app)
        if of_an_object(rule) and UserRole.COLLECTOR in roles_for(rule)
        for status in [two.ask(rule, julia).status_code]
        if status != 404
    }
    assert wrong == {}


def test_another_role_is_refused_whatever_the_object(two: Two) -> None:
    wrong: dict[str, int] = {}
    asked = 0
    for rule in pages(two.app):
        for username, (role, _branch) in STAFF.items():
            if role is UserRole.ADMINISTRATOR or role in roles_for(rule):
                continue
            status = two.ask(rule, two.client(username)).status_code
            asked += 1
            if status != 403:
                wrong[f"{rule.endpoint} {username}"] = status
    assert asked > 300
    assert wrong == {}


def test_a_stranger_and_a_laptops_token_open_no_page(two: Two) -> None:
    device = two.ids["device_id"]
    wrong: dict[str, int] = {}
    for rule in pages(two.app):
        for who, headers in (("stranger", {}), ("laptop", {"Authorization": f"Bearer {device}.{'a' * 43}"})):
            answer = two.ask(rule, two.app.test_client(), **headers)
            if answer.status_code != 302 or not answer.headers["Location"].startswith("/login"):
                wrong[f"{rule.endpoint} {who}"] = answer.status_code
    assert wrong == {}


def test_a_closed_access_opens_nothing_from_that_moment(two: Two) -> None:
    clients = {name: log_in(two.app, name) for name in other_teams.OTHERS}
    with writing(two.world.office.engine) as connection:
        for name in clients:
            people.set_active(connection, two.world.users[name], False)
    wrong: dict[str, int] = {}
    try:
        for rule in pages(two.app):
            for name in others_for(rule)[:1]:
                answer = two.ask(rule, clients[name])
                if answer.status_code != 302 or not answer.headers["Location"].startswith("/login"):
                    wrong[f"{rule.endpoint} {name}"] = answer.status_code
    finally:
        with writing(two.world.office.engine) as connection:
            for name in clients:
                people.set_active(connection, two.world.users[name], True)
        two.clients.clear()
    assert wrong == {}
