"""The laptop's program runs on Windows: nothing in it needs a system that only some collectors have."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import field_client
import sync

ROOTS = [Path(package.__file__).parent for package in (field_client, sync) if package.__file__]
# Modules Windows has not.
MODULES = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "spwd", "syslog", "termios", "tty"}
# What `os`, `signal`, `select`, `socket`, `time` and `asyncio` have only elsewhere, or that does nothing there.
NAMES = {
    *(
        "os." + name
        for name in [
            "chmod",
            "chown",
            "fchmod",
            "fchown",
            "fork",
            "forkpty",
            "getuid",
            "geteuid",
            "getgid",
            "getppid",
            "kill",
        ]
    ),
    *(
        "os." + name
        for name in [
            "killpg",
            "lchown",
            "mkfifo",
            "nice",
            "setsid",
            "setuid",
            "uname",
            "wait",
            "O_NOCTTY",
            "O_DIRECTORY",
        ]
    ),
    *(
        "signal." + name
        for name in ["SIGALRM", "SIGCHLD", "SIGHUP", "SIGKILL", "SIGQUIT", "SIGUSR1", "SIGUSR2", "alarm"]
    ),
    *("signal." + name for name in ["pause", "pthread_sigmask", "setitimer", "sigwait"]),
    *("select." + name for name in ["epoll", "kqueue", "poll"]),
    *("socket." + name for name in ["AF_UNIX", "SO_REUSEPORT"]),
    *("time." + name for name in ["clock_gettime", "tzset", "CLOCK_BOOTTIME", "CLOCK_MONOTONIC_RAW"]),
    "asyncio.add_signal_handler",
}
METHODS = {"chmod", "fchmod", "add_signal_handler"}
FOLDERS = ("/dev/", "/proc/", "/tmp", "/etc/", "/var/", "/usr/")  # looked for, not used


# Read where it is, and done without where it cannot be read.
TRIED = {"/proc/sys/kernel/random/boot_id"}


def needs(source: str) -> list[tuple[int, str]]:
    """What a module needs that is not everywhere: (line, what), unless it asks first or expects it to fail."""
    found = []
    tree = ast.parse(source)
    for node, asked in _walk(tree, asked=False):
        what = _need(node)
        if what is not None and not asked and what not in TRIED:
            found.append((getattr(node, "lineno", 0), what))
    return found


def _walk(node: ast.AST, *, asked: bool) -> Iterator[tuple[ast.AST, bool]]:
    """Every node, and whether it stands under `if os.name …`, `sys.platform`, `hasattr`, or in a `try`."""
    yield node, asked
    for name, value in ast.iter_fields(node):
        children = value if isinstance(value, list) else [value]
        guarded = asked
        if isinstance(node, ast.If | ast.IfExp) and name in ("body", "orelse"):
            guarded = asked or _asks(node.test)
        elif isinstance(node, ast.Try) and name == "body":
            guarded = asked or any(_expects(handler) for handler in node.handlers)
        for child in children:
            if isinstance(child, ast.AST):
                yield from _walk(child, asked=guarded)


def _asks(test: ast.expr) -> bool:
    said = ast.unparse(test)
    return any(word in said for word in ("os.name", "sys.platform", "hasattr(", "platform.system"))


def _expects(handler: ast.ExceptHandler) -> bool:
    said = "" if handler.type is None else ast.unparse(handler.type)
    return any(word in said for word in ("OSError", "ImportError", "AttributeError"))


def _need(node: ast.AST) -> str | None:
    if isinstance(node, ast.Import):
        return next((name.name for name in node.names if name.name.split(".")[0] in MODULES), None)
    if isinstance(node, ast.ImportFrom):
        if node.module and node.module.split(".")[0] in MODULES:
            return node.module
        return next(
            (f"{node.module}.{n.name}" for n in node.names if f"{node.module}.{n.name}" in NAMES), None
        )
    if isinstance(node, ast.Attribute):
        said = ast.unparse(node)
        if said in NAMES:
            return said
        return f".{node.attr}" if node.attr in METHODS else None
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith(FOLDERS):
        return node.value
    return None


MODULES_THERE = sorted(path for root in ROOTS for path in root.rglob("*.py"))


@pytest.mark.parametrize("root", ROOTS, ids=lambda root: root.name)
def test_nothing_is_needed_that_windows_has_not(root: Path) -> None:
    found = [
        f"{path.relative_to(root.parent)}:{line}: {what}"
        for path in MODULES_THERE
        if path.is_relative_to(root)
        for line, what in needs(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import fcntl", ["fcntl"]),
        ("from pwd import getpwuid", ["pwd"]),
        ("import os\nos.fork()", ["os.fork"]),
        ("from os import fork", ["os.fork"]),
        ("import signal\nsignal.signal(signal.SIGHUP, f)", ["signal.SIGHUP"]),
        ("path.chmod(0o600)", [".chmod"]),
        ("open('/dev/tty')", ["/dev/tty"]),
        ("import os\nif os.name == 'posix':\n    path.chmod(0o600)", []),
        ("try:\n    import fcntl\nexcept ImportError:\n    fcntl = None", []),
        ("try:\n    import fcntl\nexcept ValueError:\n    fcntl = None", ["fcntl"]),
        ("import signal\nsignal.signal(signal.SIGTERM, f)", []),
        ("x = '/v1/sync'", []),
    ],
)
def test_the_look_sees_what_it_should(source: str, found: list[str]) -> None:
    assert [what for _, what in needs(source)] == found


def test_files_are_opened_with_their_encoding_said() -> None:
    """Without it Windows reads and writes the system's own code page, and names lose their accents."""
    silent = []
    for path in MODULES_THERE:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _reads_text(node):
                silent.append(f"{path.name}:{node.lineno}: {ast.unparse(node)[:80]}")
    assert silent == []


def _reads_text(node: ast.Call) -> bool:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    said = {keyword.arg for keyword in node.keywords}
    if name in ("read_text", "write_text"):
        return "encoding" not in said and len(node.args) < (1 if name == "read_text" else 2)
    if name != "open" or "encoding" in said:
        return False
    if isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "os":
        return False
    if isinstance(node.func, ast.Attribute) and node.args and not isinstance(node.args[0], ast.Constant):
        return False  # not a path's: a path is opened with a mode; an archive, with a member's name
    modes = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
    modes += [
        str(keyword.value.value)
        for keyword in node.keywords
        if keyword.arg == "mode" and isinstance(keyword.value, ast.Constant)
    ]
    return not any("b" in mode for mode in modes)
