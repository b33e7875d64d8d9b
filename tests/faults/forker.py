"""Starts programs by forking one that has everything loaded: a process to kill in milliseconds, not seconds.

`python -m tests.faults.forker` reads one JSON object a line: {"module", "arguments", "environ", "log"}. It
forks, runs `main(*arguments)` of the module there, and answers the new process's id. When its input ends,
whatever still runs is killed.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import traceback
from typing import Any

LOADED = (
    "field_client.syncing",
    "field_client.visiting",
    "server.app",
    "server.commands.serve",
    "server.store.schema",
    "sync.cli",
    "tests.faults.collector",
    "tests.faults.migrating",
)


def run(said: dict[str, Any]) -> None:
    """In the child: its own output, its own environment, and then the program."""
    os.environ.update(said["environ"])
    log = os.open(said["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    empty = os.open(os.devnull, os.O_RDONLY)
    for target, source in ((0, empty), (1, log), (2, log)):
        os.dup2(source, target)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    try:
        importlib.import_module(said["module"]).main(*said["arguments"])
    except BaseException:  # told in the log; the parent's stack must not go on in the child
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(0)


def main() -> None:
    for module in LOADED:
        importlib.import_module(module)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever ends is gone at once
    children: list[int] = []
    print("ready", flush=True)
    for line in sys.stdin:
        said = json.loads(line)
        child = os.fork()
        if child == 0:
            run(said)
        children.append(child)
        print(child, flush=True)
    for child in children:
        if runs(child):
            os.kill(child, signal.SIGKILL)


def runs(child: int) -> bool:
    """Whether it is still a child of ours: the number of one that ended may be a stranger's by now."""
    try:
        return os.waitpid(child, os.WNOHANG) == (0, 0)
    except ChildProcessError:
        return False


if __name__ == "__main__":
    main()
