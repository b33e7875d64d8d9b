"""A photo left out of a visit is added to it later; nothing that was told changes, and no reason is asked."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from field_client.app import create_app
from field_client.correcting import amend_visit, draft_of
from field_client.store import attachments, cases, drafts, erasing, journal
from field_client.store.attachments import Picture
from field_client.visiting import NotSaved, Saved
from server.store import tables as t
from sync.ledger import sign_erasure
from sync.wire.attachments import digest_of
from tests.laptop.builders import MARIA, Laptop
from tests.laptop.pairs import Pair
from tests.laptop.test_pages import FORM, answers, post, unlock, words

VISIT = answers()["visit_id"]
AT = f"/visita/{VISIT}/corregir"
TIMES = {"day": "2026-11-23", "start": "10:31", "end": "10:40"}


@pytest.fixture
def app(laptop: Laptop) -> Iterator[Flask]:
    app = create_app(laptop.folder, laptop.clock)
    yield app
    app.extensions["ronda_vault"].lock()


@pytest.fixture
def visited(app: Flask) -> FlaskClient:
    """A browser of the laptop, and Monday's visit to María told without a photo."""
    browser = app.test_client()
    assert unlock(browser).status_code == 302
    assert post(browser, FORM, answers()).status_code == 302
    return browser


def photo(colour: int = 90, place: tuple[float, float] | None = None) -> bytes:
    made, exif = io.BytesIO(), Image.Exif()
    if place is not None:
        gps = exif.get_ifd(0x8825)
        for tag, value, mark in ((1, place[0], "N"), (3, -place[1], "W")):
            degrees = int(value)
            minutes = (value - degrees) * 60
            gps[tag], gps[tag + 1] = mark, (float(degrees), minutes, 0.0)
    Image.new("RGB", (48, 32), (colour, 120, 60)).save(made, "JPEG", exif=exif)
    return made.getvalue()


def corrected(browser: FlaskClient, *photos: bytes, **more: Any) -> TestResponse:
    files = [(io.BytesIO(one), f"foto{number}.jpg") for number, one in enumerate(photos)]
    said: dict[str, Any] = answers(**TIMES) | more | {"photos": files}
    return post(browser, AT, said, content_type="multipart/form-data")


def kinds(laptop: Laptop) -> list[str]:
    with laptop.store.reading() as db:
        return [entry.kind for entry in journal.chains(db)]


def test_a_photo_is_added_and_nothing_is_corrected(visited: FlaskClient, laptop: Laptop) -> None:
    before = kinds(laptop)
    assert corrected(visited, photo()).status_code == 302
    assert kinds(laptop)[len(before) :] == ["attachment.added"]
    page = visited.get(f"/visita/{VISIT}").text
    [src] = set(re.findall(r'src="(/foto/[0-9a-f]{64})"', page))
    assert visited.get(src).status_code == 200
    assert "Corregida" not in page
    with laptop.store.reading() as db:
        assert len(attachments.waiting(db)) == 1
        assert attachments.draft(db, VISIT) == []
    # The same photo once more is no news.
    again = corrected(visited, photo())
    assert again.status_code == 422
    assert "No cambió nada" in words(again)


def test_a_reason_that_is_given_is_kept_and_a_correction_still_needs_one(
    visited: FlaskClient, laptop: Laptop
) -> None:
    assert corrected(visited, photo(), note="Era su hermana").status_code == 422
    both = corrected(visited, note="Era su hermana", why="olvidé la nota y la foto")
    assert both.status_code == 302, words(both)
    assert kinds(laptop)[-2:] == ["visit.amended", "attachment.added"]
    assert (
        corrected(visited, photo(20), note="Era su hermana", why="otra foto de la puerta").status_code == 302
    )
    with laptop.store.reading() as db:
        last = journal.amendments_of(db, VISIT)[-1].said
    assert (last["why"], last["replaces"]) == ("otra foto de la puerta", {})
    page = words(visited.get(f"/visita/{VISIT}"))
    assert "Corregida: otra foto de la puerta" in page


def test_what_was_uploaded_stays_when_the_correction_is_not_saved(
    visited: FlaskClient, laptop: Laptop
) -> None:
    refused = corrected(visited, photo(), party="")
    assert refused.status_code == 422
    [src] = set(re.findall(rf'src="({AT}/foto/[0-9a-f]{{64}})"', refused.text))
    assert visited.get(src).status_code == 200
    out = corrected(visited, quitar=src.rsplit("/", 1)[1])
    assert out.status_code == 422, "it was taken out again, and nothing is left to save"
    assert "attachment.added" not in kinds(laptop)
    assert visited.get(src).status_code == 404
    assert visited.get(f"/visita/{'0' * 36}/corregir/foto/{'0' * 64}").status_code == 404


def test_a_visit_shows_no_more_pictures_than_a_visit_may(visited: FlaskClient) -> None:
    assert corrected(visited, *(photo(n) for n in range(6))).status_code == 302
    refused = corrected(visited, *(photo(100 + n) for n in range(20)))
    assert refused.status_code == 422
    assert "Una visita lleva hasta" in words(refused)


def test_the_place_a_photo_told_stays_when_something_else_is_corrected(app: Flask, laptop: Laptop) -> None:
    browser = app.test_client()
    assert unlock(browser).status_code == 302
    said = answers(loc="exif") | {"photos": [(io.BytesIO(photo(place=(5.8267, -73.0337))), "puerta.jpg")]}
    assert post(browser, FORM, said, content_type="multipart/form-data").status_code == 302
    form = browser.get(AT).text
    assert re.search(r'name="loc"[^>]*value="exif"[^>]*checked', form), "the camera's place is offered"
    assert corrected(browser, loc="exif", note="Era su hermana", why="olvidé la nota").status_code == 302
    with laptop.store.reading() as db:
        [only] = journal.amendments_of(db, VISIT)
    assert list(only.said["replaces"]) == ["note"]


def test_an_erased_debtors_pictures_still_in_the_form_go(visited: FlaskClient, laptop: Laptop) -> None:
    assert corrected(visited, photo(), party="").status_code == 422
    with laptop.store.writing() as db:
        assert drafts.get(db, MARIA) is None
        word: dict[str, Any] = {
            "id": MARIA,
            "body_digest": bytes(32),
            "reason": "solicitud 1",
            "erased_at": laptop.clock.now,
        }
        erasing.obey(db, sign_erasure(laptop.office, **word).to_json())
        assert attachments.draft(db, VISIT) == []


def test_the_office_shows_it_with_the_visit(pair: Pair) -> None:
    pair.exchange()
    visit = pair.visit().visit
    pair.exchange()
    with pair.store.reading() as db:
        [known] = cases.state_of(db, pair.world.debtors["Rosa"]).visits
    data = photo()
    added = Picture(digest_of(data), "image/jpeg", "photo", data)
    draft = draft_of(known.visit)
    done = amend_visit(
        pair.store, visit, type(draft)(**{**vars(draft), "pictures": (added,)}), "", pair.clock.read()
    )
    assert isinstance(done, Saved), done
    assert isinstance(amend_visit(pair.store, visit, draft, "", pair.clock.read()), NotSaved)
    assert pair.exchange().outcome.quarantined == 0
    [row] = pair.world.rows(t.attachments)
    assert (row["visit_id"], row["sha256"]) == (visit, added.sha256)
    assert pair.world.rows(t.amendments) == []
