"""What a person may do and see is changed on his page: with words for each refusal, and his sessions end."""

from __future__ import annotations

from itertools import pairwise

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from server.store import people, scopes
from server.store import tables as t
from server.store.engine import reading
from server.store.scopes import Share

from .worlds import World, facts_of, log_in, post


def entrust(client: FlaskClient, username: str, role: str, *slices: tuple[str, str, str]) -> tuple[int, str]:
    """Status and page after the form; a slice is (lender, branch, team)."""
    form = {"role": role}
    for number, (lender, branch, team) in enumerate(slices):
        form |= {
            f"slice-{number}-on": "1",
            f"slice-{number}-lender": lender,
            f"slice-{number}-branch": branch,
            f"slice-{number}-team": team,
        }
    answer = post(client, f"/people/{username}", form)
    return answer.status_code, answer.text


def roles_and_scope(world: World, username: str) -> tuple[list[str], set[Share]]:
    with reading(world.office.engine) as connection:
        row = people.by_username(connection, username)
        assert row is not None
        return people.roles_of(connection, row["id"]), set(scopes.scope_of(connection, row["id"]).shares)


def test_a_coordinator_becomes_supervisor_of_two_branches_and_must_come_in_again(
    world: World, app: Flask
) -> None:
    alicia, root = log_in(app, "alicia"), log_in(app, "root")
    assert alicia.get("/findings/").status_code == 403
    status, _page = entrust(
        root, "alicia", "supervisor", ("", "Duitama", ""), ("Banco del Sol", "Tunja", ""), ("", "Duitama", "")
    )
    assert status == 302
    sol = world.lenders["Banco del Sol"]
    assert roles_and_scope(world, "alicia") == (
        ["supervisor"],
        {Share(branch="Duitama"), Share(lender_id=sol, branch="Tunja")},
    )
    assert alicia.get("/findings/").headers["Location"].startswith("/login"), "her session is over"
    assert log_in(app, "alicia").get("/findings/").status_code == 200
    [fact] = [one for one in facts_of(world) if one["kind"] == "user.role_changed"]
    assert fact["payload"]["was"]["roles"] == ["coordinator"]
    assert fact["payload"]["is"]["roles"] == ["supervisor"]


@pytest.mark.parametrize(
    ("username", "role", "slices", "said"),
    [
        ("root", "manager", [("", "", "")], "Nadie cambia su propio rol"),
        ("gustavo", "supervisor", [("", "", "")], "cierre su acceso y agregue a la persona"),
        ("alicia", "collector", [("", "", "")], "cierre su acceso y agregue a la persona"),
        ("alicia", "supervisor", [], "Diga qué parte de la cartera ve"),
        ("alicia", "supervisor", [("Banco de Nadie", "", "")], "No hay una entidad Banco de Nadie"),
        ("alicia", "emperor", [("", "", "")], "Elija el rol"),
    ],
)
def test_what_cannot_be_is_told_beside_the_form_and_nothing_changes(
    world: World, app: Flask, username: str, role: str, slices: list[tuple[str, str, str]], said: str
) -> None:
    before = roles_and_scope(world, username)
    status, page = entrust(log_in(app, "root"), username, role, *slices)
    assert status == 422
    assert said in page or username == "root"
    assert roles_and_scope(world, username) == before


def test_the_last_administrator_stays_one(world: World, app: Flask) -> None:
    root = log_in(app, "root")
    assert entrust(root, "nora", "administrator")[0] == 302
    nora = log_in(app, "nora")
    assert entrust(nora, "root", "manager", ("", "", ""))[0] == 302, "there is another now"
    status, page = entrust(nora, "nora", "manager", ("", "", ""))
    assert status == 422
    assert "Nadie cambia su propio rol" in page


def test_somebody_unknown_has_no_page(app: Flask) -> None:
    root = log_in(app, "root")
    assert root.get("/people/nadie").status_code == 404
    assert post(root, "/people/nadie/enable").status_code == 404


def test_a_closed_access_is_opened_again_from_its_page(world: World, app: Flask) -> None:
    root = log_in(app, "root")
    post(root, "/people/fabio/disable")
    assert "fabio" not in listed(root.get("/people/").text)
    assert "fabio" in listed(root.get("/people/?closed=1").text)
    post(root, "/people/fabio/enable")
    with reading(world.office.engine) as connection:
        assert connection.execute(select(t.users.c.active).where(t.users.c.username == "fabio")).scalar()
    assert "fabio" in listed(root.get("/people/").text)


def listed(page: str) -> list[str]:
    return [part.partition('"')[0] for _before, part in pairwise(page.split('href="/people/'))]
