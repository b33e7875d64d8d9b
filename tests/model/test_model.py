"""Runs of the model from seeds: whatever the network, disks and clocks do, nothing is lost, doubled or hidden.

RONDA_MODEL_RUNS says how many runs, RONDA_MODEL_SEED replays one with its log. Each run's export of the
ledger is checked as `ronda verify` would.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from sync.exchange import push
from sync.exchange.sides import Identity, Laptop, Reading

from .__main__ import short
from .building import template
from .running import LENGTH, Ran, read_script, run_many, run_one, script_of
from .steps import STEPS

RUNS = int(os.environ.get("RONDA_MODEL_RUNS", "30"))
JOBS = int(os.environ.get("RONDA_MODEL_JOBS", str(min(os.cpu_count() or 1, 2))))


def all_hold(seeds: range) -> None:
    """Every run; the first that breaks is made short and told with its seed."""
    print(f"seeds {seeds.start} to {seeds.stop - 1}, {LENGTH} steps each")
    broken = next((ran for ran in run_many(seeds, JOBS) if not ran.ok), None)
    if broken is not None:
        pytest.fail(short(broken), pytrace=False)


@pytest.mark.skipif("RONDA_MODEL_SEED" in os.environ, reason="one seed is replayed instead")
def test_whatever_happens_nothing_is_lost_doubled_or_hidden() -> None:
    all_hold(range(RUNS))


@pytest.mark.slow
def test_ten_thousand_runs() -> None:
    all_hold(range(100_000, 110_000))


@pytest.mark.skipif("RONDA_MODEL_SEED" not in os.environ, reason="no seed is asked for")
def test_one_seed_again() -> None:
    seed = int(os.environ["RONDA_MODEL_SEED"])
    with template() as made:
        ran = run_one(made, seed)
    print("\n".join(ran.log))
    assert ran.ok, ran.told()


def test_a_seed_is_the_same_run_every_time_and_its_export_holds(tmp_path: Path) -> None:
    with template() as made:
        first = run_one(made, 7, exports=tmp_path)
        second = run_one(made, 7)
    assert (first.log, first.why) == (second.log, second.why)
    assert first.ok, first.told()
    assert (tmp_path / "7" / "ledger" / "ledger.jsonl").is_file()


def test_every_step_happens_in_some_run_and_reads_back_from_its_script() -> None:
    scripts = [script_of(seed) for seed in range(40)]
    assert {step.name for script in scripts for step in script} == set(STEPS)
    assert read_script(" ".join(map(str, scripts[0]))) == scripts[0]


def test_a_run_that_breaks_is_told_with_its_seed_and_made_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """The model can fail: a laptop that takes the office's word for its events without comparing hashes."""

    def believe(laptop: Laptop, identity: Identity, reply: dict[str, Any], _reading: Reading) -> bool:
        laptop.acknowledge(identity.incarnation, reply["have"]["n"], push.receipt_of(identity, reply))
        return False

    monkeypatch.setattr(push, "settle", believe)
    with template() as made:
        broken: Ran | None = next(
            (ran for ran in (run_one(made, seed) for seed in range(60)) if not ran.ok), None
        )
    assert broken is not None
    assert f"RONDA_MODEL_SEED={broken.seed}" in broken.told()
