"""The walls that import-linter cannot see, because they are about names and not about modules."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
STATEMENTS = {"select", "insert", "update", "delete", "text", "union", "exists"}
STORES = (ROOT / "server" / "store", ROOT / "field_client" / "store")


def sources(*packages: str) -> Iterator[Path]:
    for package in packages:
        yield from sorted((ROOT / package).rglob("*.py"))


def outside_stores() -> list[Path]:
    return [
        path
        for path in sources("sync", "server", "field_client")
        if not any(path.is_relative_to(store) for store in STORES)
    ]


def test_no_sql_is_written_outside_a_store() -> None:
    assert len(outside_stores()) > 100
    found = {str(path.relative_to(ROOT)): sql for path in outside_stores() if (sql := sql_in(path))}
    assert not found


def sql_in(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "sqlalchemy"
        for alias in node.names
    }
    executed = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"execute", "executemany", "exec_driver_sql", "executescript"}
    ]
    return sorted(imported & STATEMENTS) + [f"line {line}" for line in executed]


def test_no_rule_reads_a_clock() -> None:
    clocks = {"now", "today", "utcnow", "time", "monotonic", "fromtimestamp"}
    read = []
    for path in [*sources("sync/rules"), ROOT / "sync" / "fold.py"]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            owner = node.func.value
            known = isinstance(owner, ast.Name) and owner.id in {"datetime", "date", "time"}
            if known and node.func.attr in clocks:
                read.append(f"{path.name}:{node.lineno} {node.func.attr}()")
    assert not read


def test_no_module_is_named_for_what_it_is_not() -> None:
    empty = {"utils", "util", "helpers", "helper", "managers", "manager", "services", "service", "common"}
    found = [path for path in sources("sync", "server", "field_client") if path.stem in empty]
    assert not found
