"""The quarantine desk: what waits is seen with its cause and its cure, tried again, and never thrown away."""

from __future__ import annotations

import re

from flask import Flask
from sqlalchemy import select, update

from server.store import tables as t
from server.store.engine import reading, writing

from .conftest import ClientOf
from .worlds import NOW, World, facts_of, log_in, post


def waiting(world: World) -> dict[tuple[str, int], str | None]:
    with reading(world.office.engine) as connection:
        rows = connection.execute(select(t.events.c.incarnation, t.events.c.n, t.events.c.quarantine))
        return {(row.incarnation, row.n): row.quarantine for row in rows}


def test_each_reason_says_what_mends_it_and_how_many_wait(seen: World, reader: ClientOf) -> None:
    page = reader("carla").get("/quarantine/").text
    assert "Clase de evento desconocida" in page
    assert "Actualice la oficina y vuelva a intentar" in page
    assert "Gustavo" in page
    assert "Hilda" not in page, "of another branch"


def test_an_event_is_shown_with_its_exact_words(seen: World, reader: ClientOf) -> None:
    page = reader("carla").get(f"/quarantine/{seen.devices['gustavo']}/3").text
    assert "guess" in page
    assert re.search(r'<pre class="code-block"[^>]*>', page)


def test_a_body_about_a_debtor_of_another_branch_is_not_shown(world: World, app: Flask) -> None:
    place = (t.events.c.incarnation == world.devices["gustavo"]) & (t.events.c.n == 3)
    body = b'{"note":"palabra de Tunja"}'
    for debtor, shown in (("Rosa", True), ("Sa\u00fal", False)):
        header = f'{{"debtor":"{world.debtors[debtor]}"}}'.encode()
        with writing(world.office.engine) as connection:
            connection.execute(update(t.events).where(place).values(header=header, body=body, salt=b"s" * 16))
        page = log_in(app, "carla").get(f"/quarantine/{world.devices['gustavo']}/3").text
        assert ("palabra de Tunja" in page) is shown
        assert ("no está en su parte de la cartera" in page) is not shown


def test_trying_again_leaves_what_still_does_not_fit_where_it_is(world: World, app: Flask) -> None:
    before = waiting(world)
    answer = post(log_in(app, "carla"), "/quarantine/retry", follow_redirects=True)
    assert "siguen aquí" in answer.text
    assert waiting(world).keys() == before.keys()
    assert waiting(world)[world.devices["gustavo"], 3] is not None


def test_what_a_revoked_laptop_sent_is_let_in_with_a_reason_and_by_who_supervises(
    world: World, app: Flask
) -> None:
    device = world.devices["gustavo"]
    with writing(world.office.engine) as connection:
        connection.execute(
            update(t.events)
            .where(t.events.c.incarnation == device, t.events.c.n == 3)
            .values(quarantine="revoked", sealed=True)
        )
        connection.execute(update(t.devices).where(t.devices.c.id == device).values(revoked_at=NOW))
    carla = log_in(app, "carla")
    page = carla.get("/quarantine/").text
    assert "1 eventos sellados" in page
    sealed = carla.get(f"/quarantine/{device}/3").text
    assert "Está sellado" in sealed
    short = post(carla, f"/quarantine/{device}/release", {"why": "no"}, follow_redirects=True)
    assert "Escriba por qué" in short.text
    assert waiting(world)[device, 3] == "revoked"
    post(carla, f"/quarantine/{device}/release", {"why": "El portátil apareció; lo enviado es suyo"})
    assert waiting(world)[device, 3] != "revoked", "it is judged like any other now"
    [fact] = [one for one in facts_of(world) if one["kind"] == "device.released"]
    assert (fact["actor"], fact["subject"]) == ("carla", device)
    again = post(carla, f"/quarantine/{device}/release", {"why": "otra vez lo mismo"})
    assert again.status_code == 404, "nothing of it is sealed any more"


def test_nobody_lets_in_what_another_branchs_laptop_sent(world: World, app: Flask) -> None:
    answer = post(log_in(app, "carla"), f"/quarantine/{world.devices['hilda']}/release", {"why": "de Tunja"})
    assert answer.status_code == 404
