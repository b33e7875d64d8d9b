"""The bench of pages leaves no page out: what the table of rights names, it knows how to ask for."""

from __future__ import annotations

from string import Formatter

from bench.pages import p95
from bench.pages_asking import POOLS
from tests.web.test_rights import GET

# Made by hand in a browser and by no bulk world: asked for with an id that is not there.
WITHOUT = {"nothing"}


def test_every_page_of_the_table_of_rights_can_be_filled() -> None:
    unknown = {
        endpoint: names
        for endpoint, (template, _who) in GET.items()
        if (names := {name for _, name, _, _ in Formatter().parse(template) if name} - POOLS.keys() - WITHOUT)
    }
    assert unknown == {}


def test_p95_is_the_value_that_nineteen_of_twenty_do_not_exceed() -> None:
    assert p95([float(one) for one in range(1, 41)]) == 38.0
    assert p95([7.0]) == 7.0
