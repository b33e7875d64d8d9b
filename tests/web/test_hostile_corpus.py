"""221 hostile texts in every text that people or files can fill, on every page and map: nothing runs or loads.

The office is the named one with a row in every table; the texts are written behind the program's back, so
that no form's limit keeps one out. The pages' own policy is taken away: escaping must be enough by itself.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.browser import Chromium

from . import every_row, other_teams, spoiling
from .addresses import pages
from .hostile_texts import RUN, corpus
from .test_hostile import look_at, unguarded
from .worlds import PASSWORD, World, log_in

SEED = 20261122
# Pages that the default run looks at in the browser, beside all the maps; the slow run looks at all.
SAMPLE = 24


@dataclass
class Spoiled:
    world: World
    app: Flask
    client: FlaskClient


@pytest.fixture(scope="module")
def spoiled(copied: Callable[[str], World]) -> Iterator[Spoiled]:
    world = copied("spoiled")
    other_teams.add_people(world)
    added = other_teams.add_objects(world)
    every_row.fill(world, other_teams.ids(world) | added)
    spoiling.spoil(world.office.engine, " ".join(corpus()))
    app = world.app()
    yield Spoiled(world, app, log_in(app, "root"))
    world.office.engine.dispose()


def test_the_corpus_is_large_and_no_text_of_it_is_there_twice() -> None:
    assert len(corpus()) == len(set(corpus())) >= 200


def test_every_column_is_said_to_be_typed_or_made_by_the_program() -> None:
    assert spoiling.unknown() == [], "say in spoiling.py whether somebody types what these columns hold"


def test_every_text_that_somebody_fills_holds_the_corpus(spoiled: Spoiled) -> None:
    assert spoiling.unspoiled(spoiled.world.office.engine) == []
    assert len(list(spoiling.typed())) > 150


def test_no_page_writes_any_of_it_as_markup(spoiled: Spoiled) -> None:
    markup = [text for text in corpus() if "<" in text]
    seen = 0
    for name, path in pages(spoiled.world).items():
        answer = spoiled.client.get(path)
        assert answer.status_code in (200, 404), name
        carried = [text for text in markup if text in answer.text]
        assert carried == [], f"{name} carries markup that somebody typed"
        seen += RUN in answer.text
    assert seen > 60, "the texts are on hardly any page: what was looked at proves little"


def looked_at(spoiled: Spoiled, chromium: Chromium, address: str, names: list[str]) -> None:
    page = chromium.page()
    page.goto(f"{address}/login")
    page.fill("#username", "root")
    page.fill("#password", PASSWORD)
    page.click("main button")
    known = pages(spoiled.world)
    ran = {name: look_at(page, address + known[name], on_a_map=name.endswith(" map")) for name in names}
    assert {name: frames for name, frames in ran.items() if frames} == {}
    assert chromium.foreign_requests == []


@pytest.mark.browser
def test_nothing_runs_or_loads_in_a_browser_on_a_sample_and_all_maps(
    spoiled: Spoiled, chromium: Chromium, serve: Callable[[Flask], str]
) -> None:
    names = sorted(pages(spoiled.world))
    maps = [name for name in names if name.endswith(" map")]
    print(f"seed {SEED}")
    drawn = random.Random(SEED).sample([name for name in names if name not in maps], SAMPLE)
    looked_at(spoiled, chromium, serve(unguarded(spoiled.world.app())), maps + drawn)


@pytest.mark.slow
@pytest.mark.browser
def test_nothing_runs_or_loads_in_a_browser_on_any_page(
    spoiled: Spoiled, chromium: Chromium, serve: Callable[[Flask], str]
) -> None:
    looked_at(spoiled, chromium, serve(unguarded(spoiled.world.app())), sorted(pages(spoiled.world)))


@pytest.mark.browser
def test_a_page_that_writes_one_of_them_as_markup_is_caught(
    chromium: Chromium, serve: Callable[[Flask], str]
) -> None:
    """The control: the same look at a page that does not escape sees what ran, and what was asked elsewhere."""
    app = Flask("careless")
    app.add_url_rule("/", view_func=lambda: f"<!doctype html><p>{corpus()[0]}</p><img src=//otro.example/a>")
    page = chromium.page()
    assert look_at(page, f"{serve(app)}/", on_a_map=False) != []
    assert any("otro.example" in asked for asked in chromium.foreign_requests)
    chromium.foreign_requests.clear()
