"""Several collectors on one laptop: each opens his own with his own passphrase, and nobody another's."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from field_client import backing_up, collectors, os_keyring, unlocking, wiping
from field_client import folder as folders
from field_client.app import create_app
from field_client.cli import field
from field_client.store import drafts
from field_client.store.db import Closed, WrongDatabase
from field_client.unlocking import FREE, LONGEST_S, TooSoon, key_of, pause_after, waits
from sync.sealing import WrongPassphrase

from .builders import CHEAP, MARIA, NOON, PASSPHRASE, Laptop, StandingClock, build, debtor, uid, world
from .test_pages import answers, post, token, words

DORA = uid(61)
DORAS = "la frase de Beatriz"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Carlos's laptop, on which Beatriz works too, with a debtor only she has."""
    root = tmp_path_factory.mktemp("shared") / "laptop"
    build(root).store.close()
    collectors.note(root, label="Carlos")
    place = collectors.new_place(root)
    build(place, [*world()[:2], ("debtor", DORA, debtor(DORA, "Dora Secreta Quintana", []))]).store.close()
    folders.keyring.save(place, folders.keyring.load(place, PASSPHRASE), DORAS, CHEAP)
    collectors.note(place, label="Beatriz")
    return root


@pytest.fixture
def root(shared: Path, tmp_path: Path) -> Path:
    shutil.copytree(shared, tmp_path / "laptop")
    return tmp_path / "laptop"


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def app(root: Path, clock: StandingClock) -> Iterator[Flask]:
    app = create_app(root, clock)
    yield app
    app.extensions["ronda_vault"].lock()


def enter(browser: FlaskClient, who: str, passphrase: str, **more: str) -> TestResponse:
    return post(browser, "/desbloquear", {"who": who, "passphrase": passphrase} | more)


def test_each_opens_his_own_and_the_other_is_locked_out(app: Flask) -> None:
    carlos, beatriz = app.test_client(), app.test_client()
    assert enter(carlos, "1", PASSPHRASE).status_code == 302
    assert "María Núñez" in words(carlos.get(f"/caso/{MARIA}"))
    assert enter(beatriz, "2", DORAS).status_code == 302
    assert carlos.get(f"/caso/{MARIA}").status_code == 302, "his session ended when she opened hers"
    assert beatriz.get(f"/caso/{MARIA}").status_code == 404
    assert "Dora Secreta Quintana" in words(post(beatriz, "/cartera", {"q": "dora"}))


def test_nobody_opens_another_with_his_own_passphrase(app: Flask, root: Path) -> None:
    browser = app.test_client()
    assert enter(browser, "1", DORAS).status_code == 403
    assert enter(browser, "2", PASSPHRASE).status_code == 403
    with pytest.raises(WrongPassphrase):
        key_of(collectors.named(root, "Beatriz").folder, PASSPHRASE, NOON)
    beatriz = key_of(collectors.named(root, "Beatriz").folder, DORAS, NOON)
    assert beatriz != key_of(root, PASSPHRASE, NOON)
    with pytest.raises(WrongDatabase, match="does not open"):
        folders.open_with(root, beatriz)


def test_no_name_of_anyone_is_in_any_file_of_a_shared_laptop(app: Flask, root: Path) -> None:
    browser = app.test_client()
    enter(browser, "2", DORAS)
    browser.get("/")
    app.extensions["ronda_vault"].lock()
    files = [path for path in root.rglob("*") if path.is_file()]
    assert any(path.parent.name == backing_up.BACKUPS for path in files)
    for path in files:
        data = path.read_bytes()
        for secret in ("Dora", "Quintana", "María", "Núñez"):
            assert secret.encode() not in data, path


def test_who_leaves_work_unsent_is_named_before_another_opens_his_own(app: Flask, root: Path) -> None:
    browser = app.test_client()
    enter(browser, "1", PASSPHRASE)
    form = f"/caso/{MARIA}/visita"
    assert post(browser, form, answers()).status_code == 302
    assert post(browser, "/bloquear").status_code == 302
    page = words(browser.get("/desbloquear"))
    assert "Carlos" in page
    assert "por enviar" in page
    refused = enter(browser, "2", DORAS)
    assert refused.status_code == 409
    assert "Carlos tiene" in words(refused)
    assert "no se envían mientras otra persona lo usa" in words(refused)
    assert browser.get("/cartera").status_code == 302, "she is not in yet"
    assert enter(browser, "2", DORAS, leave_unsent="1").status_code == 302
    assert collectors.named(root, "Carlos").unsent > 0
    post(browser, "/bloquear")
    assert enter(browser, "1", PASSPHRASE).status_code == 302, "his own way back is never closed"
    assert "por enviar" in words(browser.get("/"))


def test_a_command_names_whose_data_it_means(root: Path) -> None:
    said = CliRunner().invoke(field, ["collectors", "--data", str(root), "--json"])
    assert '"label": "Beatriz"' in said.stdout
    environ = {"RONDA_FIELD_PASSPHRASE": DORAS, "RONDA_FIELD_DATA": str(root)}
    done = CliRunner().invoke(field, ["status", "--who", "beatriz", "--json"], env=environ)
    assert done.exit_code == 0, done.output
    wrong = CliRunner().invoke(field, ["status", "--who", "Carlos"], env=environ)
    assert "does not open this laptop" in wrong.output
    nobody = CliRunner().invoke(field, ["status", "--who", "Ana"], env=environ)
    assert nobody.exit_code == 1
    assert "there are: 1 Carlos, 2 Beatriz" in nobody.output


# Wrong passphrases


def test_a_wrong_passphrase_costs_more_each_time_and_a_restart_forgives_nothing(
    laptop: Laptop,
) -> None:
    laptop.store.close()
    for _ in range(FREE):
        with pytest.raises(WrongPassphrase):
            key_of(laptop.folder, "no es esta frase", laptop.clock.now)
    pauses = [pause_after(many) for many in range(FREE, FREE + 12)]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (2, LONGEST_S)
    with pytest.raises(TooSoon) as told:
        key_of(laptop.folder, PASSPHRASE, laptop.clock.now)
    assert told.value.wait_s == 2
    assert waits(laptop.folder, laptop.clock.now.replace(year=2020)) == 2, "a clock set back wins nothing"
    now = laptop.clock.now.replace(year=2020)
    assert waits(laptop.folder, now) == 2
    laptop.clock.forward(seconds=3)
    assert key_of(laptop.folder, PASSPHRASE, laptop.clock.now)
    assert unlocking.wrong_ones(laptop.folder) == 0


def test_the_page_says_how_long_to_wait_and_lets_in_after_it(app: Flask, clock: StandingClock) -> None:
    browser = app.test_client()
    replies = [enter(browser, "1", "no es esta frase") for _ in range(FREE)]
    assert [one.status_code for one in replies] == [403] * FREE
    assert "espere 2 segundos" in words(replies[-1])
    waiting = enter(browser, "1", PASSPHRASE)
    assert waiting.status_code == 429
    assert "espere 2 segundos" in words(waiting)
    assert enter(browser, "2", DORAS).status_code == 302, "one's mistakes hold up nobody else"
    post(browser, "/bloquear")
    clock.forward(seconds=2)
    assert enter(browser, "1", PASSPHRASE).status_code == 302


# Locking


def test_it_locks_after_the_minutes_its_collector_chose_and_keeps_the_draft(
    app: Flask, clock: StandingClock, root: Path
) -> None:
    browser = app.test_client()
    enter(browser, "1", PASSPHRASE)
    assert post(browser, "/portatil/bloqueo", {"minutes": "5"}).status_code == 302
    autosave = browser.post(
        f"/caso/{MARIA}/borrador", json={"note": "a medias"}, headers={"X-CSRFToken": token(browser, "/")}
    )
    assert autosave.status_code == 204, autosave.text
    clock.forward(minutes=4)
    assert browser.get("/").status_code == 200
    clock.forward(minutes=6)
    app.extensions["ronda_vault"].lock_if_idle()
    assert browser.get("/").status_code == 302
    assert browser.get("/enviar/estado").json == {"locked": True}
    enter(browser, "1", PASSPHRASE)
    clock.forward(minutes=6)
    assert browser.get("/").status_code == 302, "the choice is kept"
    opened = folders.open_laptop(root, PASSPHRASE)
    with opened.reading() as db:
        assert drafts.get(db, MARIA) == {"note": "a medias"}
    opened.close()


def test_locking_drops_the_key_and_the_database(app: Flask) -> None:
    browser = app.test_client()
    enter(browser, "1", PASSPHRASE)
    vault = app.extensions["ronda_vault"]
    held = vault.store_for(next(iter(vault._tokens)))
    vault.lock()
    assert vault._store is None
    assert vault.background._run is None
    with pytest.raises(Closed), held.reading():
        pass


# The system's own keyring


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A system that keeps secrets, by the interface `keyring` gives to those who write one."""
    library = pytest.importorskip("keyring", reason="the extra `keyring` is not installed")
    from keyring.backend import KeyringBackend
    from keyring.errors import PasswordDeleteError

    class Drawer(KeyringBackend):
        priority = 1  # type: ignore[assignment]

        def __init__(self) -> None:
            super().__init__()
            self.kept: dict[tuple[str, str], str] = {}

        def get_password(self, service: str, username: str) -> str | None:
            return self.kept.get((service, username))

        def set_password(self, service: str, username: str, password: str) -> None:
            self.kept[service, username] = password

        def delete_password(self, service: str, username: str) -> None:
            if self.kept.pop((service, username), None) is None:
                raise PasswordDeleteError

    before = library.get_keyring()
    library.set_keyring(Drawer())
    yield
    library.set_keyring(before)


@pytest.mark.usefixtures("system")
def test_the_computers_session_opens_it_once_and_never_after_it_locked_itself(root: Path, app: Flask) -> None:
    browser = app.test_client()
    enter(browser, "1", PASSPHRASE)
    wrong = post(browser, "/portatil/sistema", {"on": "1", "passphrase": "no es esta"})
    assert wrong.status_code == 403
    assert post(browser, "/portatil/sistema", {"on": "1", "passphrase": PASSPHRASE}).status_code == 302
    assert os_keyring.remembers(root)
    post(browser, "/bloquear")
    assert "Abrir con la sesión" not in words(browser.get("/desbloquear")), "it was open already"
    again = create_app(root, StandingClock())  # the next morning
    morning = again.test_client()
    assert "Abrir con la sesión" in words(morning.get("/desbloquear"))
    assert post(morning, "/desbloquear/sistema", {"who": "1"}).status_code == 302
    assert morning.get("/").status_code == 200
    again.extensions["ronda_vault"].lock()
    assert post(morning, "/desbloquear/sistema", {"who": "1"}).status_code == 403
    os_keyring.forget(root)
    assert os_keyring.recall(root) is None
    assert not os_keyring.remembers(root)


@pytest.mark.usefixtures("system")
def test_a_disk_alone_opens_nothing(root: Path) -> None:
    import keyring

    os_keyring.remember(root, key_of(root, PASSPHRASE, NOON))
    assert os_keyring.recall(root) == key_of(root, PASSPHRASE, NOON)
    keyring.delete_password(os_keyring.SERVICE, os_keyring._name(root))
    assert os_keyring.recall(root) is None


def test_without_a_keyring_the_passphrase_is_all_there_is(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "keyring", None)  # as where the extra was not installed
    assert not os_keyring.is_usable()
    with pytest.raises(os_keyring.NoKeyring):
        os_keyring.remember(root, bytes(32))
    environ = {"RONDA_FIELD_PASSPHRASE": PASSPHRASE, "RONDA_FIELD_DATA": str(root)}
    said = CliRunner().invoke(field, ["keyring", "--on"], env=environ)
    assert said.exit_code == 1
    assert "Go on with the passphrase" in said.output


def test_a_wipe_cut_off_in_anybodys_folder_is_gone_on_with(root: Path) -> None:
    place = collectors.named(root, "Beatriz").folder
    (place / "wiping.json").write_text('{"handed": null}')  # the key was next
    assert set(collectors.folders_of(root)) == {root, place}
    for one in collectors.folders_of(root):
        wiping.finish(one)
    assert [one.label for one in collectors.all_of(root)] == ["Carlos"]
    assert collectors.new_place(root) == place, "its place is free for another"


def test_a_second_folder_for_copies_must_be_there(app: Flask, tmp_path: Path) -> None:
    browser = app.test_client()
    enter(browser, "1", PASSPHRASE)
    wrong = post(browser, "/portatil/copias/carpeta", {"folder": str(tmp_path / "usb")})
    assert wrong.status_code == 422
    assert "Conecte la memoria USB" in words(wrong)
    assert post(browser, "/portatil/copias/carpeta", {"folder": "usb"}).status_code == 422
    (tmp_path / "usb").mkdir()
    assert post(browser, "/portatil/copias/carpeta", {"folder": str(tmp_path / "usb")}).status_code == 302
    assert len(backing_up.copies_in(tmp_path / "usb")) == 1
    assert post(browser, "/portatil/bloqueo", {"minutes": "0"}).status_code == 302
    assert "Se bloquea solo" not in words(browser.get("/"))
    post(browser, "/portatil/copias/carpeta", {"folder": ""})
    post(browser, "/portatil/copias")
    assert len(backing_up.copies_in(tmp_path / "usb")) == 1
