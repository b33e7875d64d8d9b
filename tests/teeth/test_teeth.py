"""A sample of the mutants is caught here; `python -m tests.teeth` shows all of them."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from .biting import ROOT, Stale, bite_all, mutated
from .mutants import MUTANTS, by_name

SAMPLE = ("no_dedup", "page_apart_from_cursor", "fork_ignored")


@pytest.mark.skipif("RONDA_TEETH" in os.environ, reason="a mutant's own test run")
def test_three_mutants_are_caught_each_by_its_test() -> None:
    bitten = {one.mutant.name: one for one in bite_all([by_name(name) for name in SAMPLE])}
    assert {name: one.why for name, one in bitten.items() if not one.caught} == {}
    assert len(bitten) == 3


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_every_mutant_still_stands_in_the_code_and_names_a_test_that_is_there(mutant) -> None:  # type: ignore[no-untyped-def]
    assert mutated(mutant) != (ROOT / mutant.file).read_text(encoding="utf-8")
    file, _, test = mutant.test.partition("::")
    assert f"def {test.partition('[')[0]}(" in (ROOT / file).read_text(encoding="utf-8")


def test_there_are_at_least_fifteen_mutants_each_with_a_name_and_a_reason_of_its_own() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 18
    assert len({mutant.why for mutant in MUTANTS}) == len(MUTANTS)


def test_a_mutant_whose_text_is_not_in_its_file_is_an_error(tmp_path: Path) -> None:
    stale = replace(MUTANTS[0], old="this text stands nowhere")
    with pytest.raises(Stale, match="0 times"):
        mutated(stale)
