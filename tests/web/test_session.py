"""Coming in and going out: one answer for every failure, one password for every person, no session left over."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select, text

from server.hiring import dismiss, new_password
from server.store import tables as t
from server.store.engine import reading, writing
from server.web import session

from .worlds import NOW, PASSWORD, World, csrf_of, facts_of, log_in, post


def attempt(app: Flask, username: str, password: str, **more: str) -> tuple[int, str, str]:
    """(status, where it leads, the page without its token)."""
    client = app.test_client()
    data = {"csrf_token": csrf_of(client.get("/login").text), "username": username, "password": password}
    answer = client.post("/login", data=data | more)
    page = re.sub(r'(content|value)="[^"]{60,}"', "", answer.text).replace(username, "someone")
    return answer.status_code, answer.headers.get("Location", ""), page


def test_a_person_comes_in_with_his_user_name_in_any_case(app: Flask) -> None:
    assert attempt(app, " Alicia ", PASSWORD)[:2] == (302, "/")


def test_every_failure_says_the_same(world: World, app: Flask) -> None:
    dismiss(world.office.engine, "fabio", actor="root", now=NOW)
    failures = [
        attempt(app, "alicia", "otra cosa"),
        attempt(app, "nadie", PASSWORD),
        attempt(app, "fabio", PASSWORD),
        attempt(app, "alicia", ""),
        attempt(app, "", ""),
    ]
    assert {status for status, _, _ in failures} == {401}
    assert len({page for _, _, page in failures[:4]}) == 1
    assert "El usuario o la contraseña no son correctos" in failures[0][2]


def test_a_hash_of_the_offices_own_verifies_and_is_left_as_it_is(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stored() -> str:
        with reading(world.office.engine) as connection:
            return str(
                connection.execute(select(t.users.c.password).where(t.users.c.username == "nora")).scalar()
            )

    monkeypatch.setitem(session.SETTINGS, "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS", session.ARGON2)
    made = new_password(world.office.engine, "nora", actor="root", now=NOW)
    assert isinstance(made, str)
    before = stored()
    log_in(world.app(), "nora", made)
    assert before.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert stored() == before


def test_a_login_is_remembered(world: World, app: Flask) -> None:
    log_in(app, "nora")
    with reading(world.office.engine) as connection:
        row = connection.execute(select(t.users).where(t.users.c.username == "nora")).mappings().one()
    assert (row["current_login_at"], row["login_count"]) == (NOW, 1)


def test_a_one_time_password_opens_only_the_page_that_changes_it(world: World, app: Flask) -> None:
    client = log_in(app, "ismael")
    for path in ("/", "/portfolio/", "/imports/new"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (302, "/password")
    page = client.get("/password").text
    assert "Su contraseña es de un solo uso" in page
    assert "Cartera" not in page
    token = csrf_of(page)
    answer = client.post(
        "/password",
        data={
            "csrf_token": token,
            "old": PASSWORD,
            "new": "ñandú en el páramo",
            "again": "ñandú en el páramo",
        },
    )
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert client.get("/").status_code == 200
    assert attempt(app, "ismael", PASSWORD)[0] == 401
    assert attempt(app, "ismael", "ñandú en el páramo")[0] == 302
    assert facts_of(world)[-1]["kind"] == "user.password_changed"


@pytest.mark.parametrize(
    ("old", "new", "again", "said"),
    [
        ("no es", "una frase nueva", "una frase nueva", "Esta no es su contraseña actual."),
        (PASSWORD, "corta", "corta", "Una contraseña tiene al menos 8 caracteres"),
        (PASSWORD, "una frase nueva", "una frase vieja", "Las dos veces no se escribió lo mismo."),
        (PASSWORD, PASSWORD, PASSWORD, "La nueva contraseña debe ser distinta de la actual."),
    ],
)
def test_a_new_password_that_will_not_do_is_told_why(
    app: Flask, old: str, new: str, again: str, said: str
) -> None:
    client = log_in(app, "carla")
    token = csrf_of(client.get("/password").text)
    answer = client.post("/password", data={"csrf_token": token, "old": old, "new": new, "again": again})
    assert answer.status_code == 422
    assert answer.text.count(said) == 2, "in the summary and beside the field"
    assert client.get("/").status_code == 200


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(app: Flask) -> None:
    here, there = log_in(app, "carla"), log_in(app, "carla")
    data = {"old": PASSWORD, "new": "otra frase distinta", "again": "otra frase distinta"}
    assert post(here, "/password", data).status_code == 302
    assert here.get("/").status_code == 200
    assert there.get("/").headers["Location"].startswith("/login")


@pytest.mark.parametrize("act", ["new_password", "dismiss"])
def test_what_the_administrator_does_ends_a_persons_sessions(world: World, app: Flask, act: str) -> None:
    client = log_in(app, "carla")
    assert client.get("/").status_code == 200
    if act == "dismiss":
        dismiss(world.office.engine, "carla", actor="root", now=NOW)
    else:
        new_password(world.office.engine, "carla", actor="root", now=NOW)
    assert client.get("/").headers["Location"].startswith("/login")


def test_a_stolen_cookie_is_of_no_use_from_another_browser(app: Flask) -> None:
    client = log_in(app, "nora")
    assert client.get("/", headers={"User-Agent": "otro"}).headers["Location"].startswith("/login")


def test_a_person_goes_out_by_a_post_with_his_token_only(app: Flask) -> None:
    client = log_in(app, "nora")
    assert client.get("/logout").status_code == 405
    assert client.post("/logout").status_code == 400
    assert client.get("/").status_code == 200
    assert post(client, "/logout").headers["Location"] == "/login"
    assert client.get("/").status_code == 302


def test_after_ten_wrong_passwords_in_a_minute_even_the_right_one_waits(world: World) -> None:
    app = world.app(testing=False)
    statuses = [attempt(app, "nora", "no es")[0] for _ in range(10)]
    assert statuses == [401] * 10
    status, _, page = attempt(app, "nora", PASSWORD)
    assert status == 429
    assert "Demasiados intentos" in page


def test_those_who_come_in_rightly_are_not_counted(world: World) -> None:
    app = world.app(testing=False)
    assert {attempt(app, "nora", PASSWORD)[0] for _ in range(12)} == {302}


@pytest.mark.parametrize(
    "target",
    ["//otro.example", "/\\otro.example", "https://otro.example/", "javascript:alert(1)", "\\\\otro", "/a b"],
)
def test_a_login_never_leads_to_another_site(app: Flask, target: str) -> None:
    assert attempt(app, "nora", PASSWORD, next=target)[1] == "/"


def test_a_login_leads_back_to_where_one_was_going(app: Flask) -> None:
    client = app.test_client()
    sent = client.get("/portfolio/accounts?bucket=90%2B").headers["Location"]
    page = client.get(sent).text
    found = re.search(r'name="next" value="([^"]*)"', page)
    assert found is not None
    assert attempt(app, "nora", PASSWORD, next=found[1])[1] == "/portfolio/accounts?bucket=90%2B"


def test_the_cookie_is_closed_to_scripts_and_travels_over_tls_except_on_this_machine(app: Flask) -> None:
    def cookie(host: str) -> str:
        return app.test_client().get("/login", base_url=host).headers["Set-Cookie"]

    here, there = cookie("http://127.0.0.1:8000"), cookie("http://oficina.example")
    assert here.startswith("ronda_office=")
    for each in (here, there):
        assert "HttpOnly" in each
        assert "SameSite=Lax" in each
    assert "Secure" not in here
    assert "Secure" in there


def test_no_token_in_an_address_or_header_opens_a_page(world: World, app: Flask) -> None:
    with reading(world.office.engine) as connection:
        unique = connection.execute(select(t.users.c.fs_uniquifier)).scalars().first()
    client = app.test_client()
    for path, headers in (
        (f"/?auth_token={unique}", {}),
        ("/", {"Authentication-Token": str(unique)}),
    ):
        assert client.get(path, headers=headers).status_code == 302


def test_only_the_names_it_was_given_reach_the_office(world: World) -> None:
    client = world.app(hosts=["oficina.example"]).test_client()
    assert client.get("/healthz", base_url="http://oficina.example").status_code == 200
    assert client.get("/healthz", base_url="http://otra.example").status_code == 400


def test_a_request_too_large_is_told_so(world: World, app: Flask) -> None:
    client = log_in(app, "nora")
    answer = client.post(
        "/imports/new",
        data=b"x" * (33 * 1024 * 1024),
        headers={"Content-Type": "multipart/form-data; boundary=x"},
    )
    assert answer.status_code == 413
    assert "El archivo es demasiado grande" in answer.text


def test_a_broken_page_is_told_in_words_and_shows_no_trace(world: World) -> None:
    app = world.app(testing=False)
    client = log_in(app, "nora")
    with writing(world.office.engine) as connection:
        connection.execute(text("DROP TABLE standings"))
    answer = client.get("/portfolio/")
    assert answer.status_code == 500
    assert "Algo falló en la oficina" in answer.text
    assert "Traceback" not in answer.text
