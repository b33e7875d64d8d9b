"""Puts a mutant into a copy of the tree and runs the one test that must fail there. Prints nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from queue import SimpleQueue
from tempfile import mkdtemp

from .inside import FOLDER
from .mutants import Mutant

ROOT = Path(__file__).resolve().parents[2]
NEEDED = ("sync", "server", "field_client", "tests", "docs", "pyproject.toml")
AT_ONCE = 2
LONGEST_S = 240
FAILED = 1  # pytest: tests were run and some failed
# In place of the project's own options: one process, and it stops at the first test that fails.
ALONE = "-x -q --strict-markers -p no:cacheprovider"


class Stale(ValueError):
    """The mutant's text is not in its file exactly once: the code has changed, and the mutant must too."""


@dataclass(frozen=True)
class Bitten:
    """What became of one mutant: `caught` when its test failed. `why` says what else happened."""

    mutant: Mutant
    caught: bool
    why: str
    seconds: float

    def told(self) -> str:
        word = "caught" if self.caught else "NOT CAUGHT"
        return f"{word:10} {self.mutant.name:32} {self.seconds:5.1f} s  {self.why or self.mutant.test}"


def mutated(mutant: Mutant, root: Path = ROOT) -> str:
    """The file's text with the mutant in it. Raises Stale."""
    path = root / mutant.file
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    if text.count(mutant.old) != 1:
        raise Stale(
            f"{mutant.name}: its text stands {text.count(mutant.old)} times in {mutant.file}, not once"
        )
    return text.replace(mutant.old, mutant.new)


@contextmanager
def copied_tree() -> Iterator[Path]:
    """The files of the repository that tests need, in a folder that is gone afterwards."""
    folder = Path(mkdtemp(prefix="ronda-teeth-"))
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-co", "--exclude-standard", "-z", *NEEDED],
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
        for name in listed.stdout.decode().split("\0"):
            if name and (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / name, folder / name)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def bite(mutant: Mutant, folder: Path) -> Bitten:
    """Run the mutant's test in a copy of the tree that has the mutant, and put the copy right again."""
    began = time.monotonic()
    path = folder / mutant.file
    try:
        text = mutated(mutant, folder)
    except Stale as stale:
        return Bitten(mutant, False, str(stale), 0.0)
    whole = path.read_text(encoding="utf-8")
    _write(path, text)
    try:
        code, last = run_tests([mutant.test], folder)
    finally:
        _write(path, whole)
    why = "" if code == FAILED else f"pytest ended with {code}: {last}"
    return Bitten(mutant, code == FAILED, why, time.monotonic() - began)


_ages = count(2_000_000_000)


def _write(path: Path, text: str) -> None:
    """With an age no version of it had before: compiled files are told apart by age and size alone."""
    path.write_text(text, encoding="utf-8")
    age = next(_ages)
    os.utime(path, (age, age))


def run_tests(tests: Sequence[str], folder: Path) -> tuple[int, str]:
    """pytest's exit code and last line, in the folder and with nothing but its code; it stops at the first
    test that fails."""
    longest = LONGEST_S * max(len(tests) // 8, 1)
    environment = os.environ | {
        "PYTHONPATH": str(folder),
        FOLDER: str(folder),
        # Of the plugins that are installed, no test here needs one; loading them takes longer than a test.
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    try:
        ran = subprocess.run(
            [sys.executable, "-m", "pytest", "-o", f"addopts={ALONE}", "-p", "tests.teeth.inside", *tests],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=longest,
        )
    except subprocess.TimeoutExpired:
        return -1, f"not done after {longest} s"
    lines = [line for line in (ran.stdout + ran.stderr).splitlines() if line.strip()]
    return ran.returncode, lines[-1] if lines else ""


def control(mutants: Sequence[Mutant]) -> str:
    """Without any mutant all of their tests must pass: empty when they do, else what failed."""
    with copied_tree() as folder:
        code, last = run_tests(sorted({mutant.test for mutant in mutants}), folder)
    return "" if code == 0 else last


def bite_all(mutants: Sequence[Mutant], at_once: int = AT_ONCE) -> Iterator[Bitten]:
    """Each mutant in turn, some at a time, every worker in a copy of its own."""
    at_once = max(min(at_once, len(mutants)), 1)
    copies: SimpleQueue[Path] = SimpleQueue()

    def one(mutant: Mutant) -> Bitten:
        folder = copies.get()
        try:
            return bite(mutant, folder)
        finally:
            copies.put(folder)

    with copied_tree() as first, copied_tree() as second, ThreadPoolExecutor(at_once) as workers:
        for folder in (first, second)[:at_once]:
            copies.put(folder)
        yield from workers.map(one, mutants)
