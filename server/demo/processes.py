"""Starts and stops the demo's processes on loopback. Knows no portfolio and no visit."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

RONDA = (sys.executable, "-m", "server.demo.child")
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")
STARTING_S = 60.0
STOPPING_S = 20.0


class DemoFailed(RuntimeError):
    """A station of the demo did not do its work; the message names it and shows what it said."""


@contextmanager
def lifeline() -> Iterator[int]:
    """A child's standard input: it ends with the block, or with this process, however that ends."""
    read, write = os.pipe()
    try:
        yield read
    finally:
        os.close(read)
        os.close(write)


class Server:
    """A `ronda … serve` process of ours, from its first address to its end."""

    def __init__(self, arguments: Sequence[str], environ: Mapping[str, str], log: Path) -> None:
        self.arguments = list(arguments)
        self.environ = dict(os.environ) | dict(environ)
        self.log = log
        self.process: subprocess.Popen[str] | None = None
        self.address = ""
        self._held = ExitStack()

    def start(self) -> str:
        """Start it and wait for the address it prints."""
        self.address = ""
        log = self.log.open("a", encoding="utf-8")
        self.process = subprocess.Popen(
            [*RONDA, *self.arguments],
            env=self.environ,
            stdin=self._held.enter_context(lifeline()),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        log.close()
        found = threading.Event()
        threading.Thread(target=self._read, args=(self.process, found), daemon=True).start()
        if not found.wait(STARTING_S) or not self.address:
            self.stop()
            raise DemoFailed(
                f"`ronda {' '.join(self.arguments[:2])}` did not start: {self.log.read_text()[-2000:]}"
            )
        return self.address

    def _read(self, process: subprocess.Popen[str], found: threading.Event) -> None:
        """Take the address from what the process prints, then keep its pipe empty."""
        assert process.stdout is not None  # noqa: S101 - the pipe was asked for two lines above
        with process.stdout as said:
            for line in said:
                match = ADDRESS.search(line)
                if match and not found.is_set():
                    self.address = match.group(0)
                    found.set()
        found.set()

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        """End it and wait until it is gone."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOPPING_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(STOPPING_S)
        self.process = None
        self._held.close()


def run(arguments: Sequence[str], environ: Mapping[str, str], *, fails: bool = False) -> dict[str, Any]:
    """One `ronda` command with `--json`; its last line's object. `fails` expects a non-zero exit."""
    with lifeline() as alive:
        done = subprocess.run(
            [*RONDA, *arguments, "--json"],
            env=dict(os.environ) | dict(environ),
            stdin=alive,
            capture_output=True,
            text=True,
            check=False,
        )
    named = f"`ronda {' '.join(arguments[:3])}`"
    if fails:
        if done.returncode == 0:
            raise DemoFailed(f"{named} was expected to fail and did not: {done.stdout[-500:]}")
        return {"exit": done.returncode, "said": done.stderr.strip().splitlines()[-1:] or [""]}
    if done.returncode != 0:
        raise DemoFailed(f"{named} failed: {done.stderr.strip()[-2000:]}")
    try:
        figures: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    except (ValueError, IndexError) as wrong:
        raise DemoFailed(f"{named} printed no figures: {done.stdout[-500:]}") from wrong
    return figures
