"""Runs the model from seeds, one or thousands, and makes a failing run short. Prints nothing itself."""

from __future__ import annotations

import random
import shutil
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from .building import Template, fast_folder, template
from .chance import Chance, ruled_by
from .holds import after_step, at_the_end
from .model import Model
from .steps import STEPS

LENGTH = 40
PIECE = 25


class Said(NamedTuple):
    """One step of a script: its name and the seed of its own chance."""

    name: str
    seed: int

    def __str__(self) -> str:
        return f"{self.name}.{self.seed}"


@dataclass(frozen=True)
class Ran:
    """What became of one run. `why` is empty when everything held."""

    seed: int
    script: tuple[Said, ...]
    why: str
    log: tuple[str, ...]
    done: int
    erased: int = 0  # events its export says were erased
    verified: int = 0  # exports of the office and of laptops in which nothing was found

    @property
    def ok(self) -> bool:
        return not self.why

    def told(self) -> str:
        """The run to be read, and how to have it again."""
        lines = [*self.log, f"BROKEN after {self.done} steps: {self.why}", "again, with its log:"]
        lines.append(f"  RONDA_MODEL_SEED={self.seed} python -m tests.model")
        lines.append(
            f"  python -m tests.model --seed {self.seed} --script '{' '.join(map(str, self.script))}'"
        )
        return "\n".join(lines)


def script_of(seed: int, length: int = LENGTH) -> tuple[Said, ...]:
    chance = random.Random(f"script {seed}")
    names = chance.choices(list(STEPS), [weight for weight, _ in STEPS.values()], k=length)
    return tuple(Said(name, chance.randrange(2**32)) for name in names)


def read_script(text: str) -> tuple[Said, ...]:
    return tuple(Said(name, int(seed)) for name, _, seed in (word.partition(".") for word in text.split()))


def run_one(
    made: Template, seed: int, script: Sequence[Said] | None = None, exports: Path | None = None
) -> Ran:
    """One run. Its export is left in `exports/<seed>` when a folder is given."""
    script = script_of(seed) if script is None else tuple(script)
    folder = fast_folder()
    log: list[str] = []
    why, done, erased, verified = "", 0, 0, 0
    try:
        with ruled_by(Chance(seed)) as chance:
            (folder / "run").mkdir()
            model = Model.of(made, folder / "run", chance)
            try:
                for step in script:
                    chance.reseed(step)
                    said = STEPS[step.name][1](model, random.Random(str(step)))
                    log.append(f"{done + 1:3} {step.name}: {said or 'cannot be done now'}")
                    after_step(model)
                    done += 1
                chance.reseed(f"end {seed}")
                log.append("    all fall quiet")
                at_the_end(model, random.Random(f"end {seed}"), (exports or folder) / str(seed))
                erased, verified = model.erased_in_export, model.exports
            finally:
                model.close()
    except Exception as wrong:  # whatever breaks a run is its result, with the way to have it again
        why = f"{type(wrong).__name__}: {wrong}"
        if not isinstance(wrong, AssertionError):
            why += "\n" + "".join(traceback.format_tb(wrong.__traceback__)[-4:])
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return Ran(seed, script, why, tuple(log), done, erased, verified)


def shortened(made: Template, ran: Ran, tries: int = 300) -> Ran:
    """The same failure with as few steps as dropping them one after the other, in halves first, leaves."""
    best, left = ran, tries
    kind = _kind(ran)
    script = list(ran.script[: ran.done + 1])
    size = max(len(script) // 2, 1)
    while left > 0:
        at, dropped = 0, False
        while at < len(script) and left > 0:
            fewer = script[:at] + script[at + size :]
            left -= 1
            tried = run_one(made, ran.seed, fewer)
            if not tried.ok and _kind(tried) == kind:
                script, best, dropped = fewer, tried, True
            else:
                at += size
        if size == 1 and not dropped:
            break
        size = max(size // 2, 1)
    return best


def _kind(ran: Ran) -> str:
    """What broke, without the names and numbers in which it broke."""
    return ran.why.partition(":")[0] + ran.why.partition(":")[2].split("saved")[0][:4]


def run_piece(seeds: Sequence[int], exports: Path | None, length: int) -> list[Ran]:
    """Some runs on one template; one process's share."""
    with template() as made:
        return [run_one(made, seed, script_of(seed, length), exports) for seed in seeds]


def run_many(
    seeds: Sequence[int], jobs: int = 1, exports: Path | None = None, length: int = LENGTH
) -> Iterator[Ran]:
    """All of them, as they are done."""
    pieces = [seeds[at : at + PIECE] for at in range(0, len(seeds), PIECE)]
    if jobs <= 1:
        for piece in pieces:
            yield from run_piece(piece, exports, length)
        return
    with ProcessPoolExecutor(jobs) as pool:
        waiting = [pool.submit(run_piece, piece, exports, length) for piece in pieces]
        for one in waiting:
            yield from one.result()
