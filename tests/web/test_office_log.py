"""The office's log on its page: every act in words, narrowed, paged, saved as a file, and one's own only."""

from __future__ import annotations

import ast
import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from openpyxl import load_workbook

import server
from server.store import facts
from server.store.engine import writing
from server.web.act_words import AREAS, KINDS

from .conftest import ClientOf
from .worlds import NOW, TODAY, World, facts_of, log_in

KIND = re.compile(r"[a-z_]+\.[a-z_]+\Z")


def recorded_kinds(root: Path) -> dict[str, str]:
    """Every kind that some module hands to `facts.append`, itself or through a function of its own."""
    found: dict[str, str] = {}
    for path in sorted(root.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        if "facts.append" in source:
            tree = ast.parse(source)
            for value in handed(tree):
                found |= dict.fromkeys(constants(value, tree), path.name)
    return found


def handed(tree: ast.AST) -> Iterator[ast.expr]:
    """The expressions that become the kind of a fact, followed through functions that only pass it on."""
    passing: dict[str, tuple[int, str]] = {}
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    while True:
        known = len(passing)
        for function in functions:
            names = [one.arg for one in (*function.args.args, *function.args.kwonlyargs)]
            for value in kinds_in(function, passing):
                if isinstance(value, ast.Name) and value.id in names:
                    passing[function.name] = (names.index(value.id), value.id)
        if len(passing) == known:
            break
    yield from kinds_in(tree, passing)


def kinds_in(tree: ast.AST, passing: dict[str, tuple[int, str]]) -> Iterator[ast.expr]:
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = call.func
        if isinstance(name, ast.Attribute) and ast.unparse(name) == "facts.append" and len(call.args) > 1:
            yield call.args[1]
        elif isinstance(name, ast.Name) and name.id in passing:
            place, parameter = passing[name.id]
            yield from call.args[place : place + 1]
            yield from (one.value for one in call.keywords if one.arg == parameter)


def constants(value: ast.expr, tree: ast.AST) -> set[str]:
    """The texts that an expression can be: its own, or those assigned to the name it is."""
    sources: list[ast.expr] = [value]
    if isinstance(value, ast.Name):
        sources += [
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign)
            and any(isinstance(one, ast.Name) and one.id == value.id for one in node.targets)
        ]
    leaves = (leaf for source in sources for leaf in ast.walk(source))
    return {
        leaf.value
        for leaf in leaves
        if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str) and KIND.match(leaf.value)
    }


def test_every_act_that_the_office_records_has_words() -> None:
    recorded = recorded_kinds(Path(server.__file__).parent)
    assert len(recorded) > 80, "the kinds are not read from the source any more"
    assert {kind: module for kind, module in recorded.items() if kind not in KINDS} == {}
    assert {kind.partition(".")[0] for kind in KINDS} <= AREAS.keys()


def test_the_words_of_a_log_are_what_its_facts_say(seen: World, reader: ClientOf) -> None:
    page = reader("root").get("/log/").text
    for fact in facts_of(seen)[-3:]:
        assert fact["actor"] in page
        assert KINDS.get(fact["kind"], fact["kind"]) in page


def test_who_sees_a_part_of_the_portfolio_sees_only_what_he_did(world: World, app: Flask) -> None:
    with writing(world.office.engine) as connection:
        for actor in ("alicia", "bruno"):
            facts.append(
                connection, "export.written", as_of=TODAY, now=NOW, actor=actor, payload={"rows": actor}
            )
    page = log_in(app, "alicia").get("/log/?actor=bruno").text
    assert "<td>alicia</td>" in page
    assert "<td>bruno</td>" not in page
    whole = log_in(app, "dora").get("/log/?actor=bruno").text
    assert ">bruno</a></td>" in whole


def test_an_area_a_kind_a_subject_and_a_day_narrow_it(world: World, app: Flask) -> None:
    with writing(world.office.engine) as connection:
        for day, subject in ((TODAY - timedelta(days=40), "viejo"), (TODAY, "nuevo")):
            now = NOW - (TODAY - day)
            facts.append(
                connection, "device.revoked", as_of=day, now=now, actor="nora", subject=subject, payload={}
            )
    client = log_in(app, "root")
    for asked, shown, hidden in (
        ("area=device", ("viejo", "nuevo"), ()),
        ("kind=device.revoked&subject=viejo", ("viejo",), ("nuevo",)),
        (f"area=device&day={TODAY}", ("nuevo",), ("viejo",)),
        ("area=keys", (), ("viejo", "nuevo")),
    ):
        page = client.get(f"/log/?{asked}").text
        assert all(f'title="{word}"' in page for word in shown), asked
        assert not any(f'title="{word}"' in page for word in hidden), asked


def test_older_acts_are_a_page_further_and_none_is_shown_twice(world: World, app: Flask) -> None:
    with writing(world.office.engine) as connection:
        for number in range(120):
            facts.append(
                connection, "audit.run", as_of=TODAY, now=NOW, actor="nora", subject=f"s{number}", payload={}
            )
    client = log_in(app, "root")
    told: list[str] = []
    address: str | None = "/log/?kind=audit.run"
    while address:
        page = client.get(address).text
        told += re.findall(r'title="(s\d+)"', page)
        older = re.search(r'rel="next" href="([^"]+)"', page)
        address = older.group(1).replace("&amp;", "&") if older else None
    assert told == [f"s{number}" for number in reversed(range(120))]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_log_is_saved_as_a_file_and_that_is_an_act_too(world: World, app: Flask, kind: str) -> None:
    with writing(world.office.engine) as connection:
        facts.append(
            connection, "paper.filed", as_of=TODAY, now=NOW, actor="=1+1", subject="@SUM(A1)", payload={}
        )
    with log_in(app, "dora").get(f"/log/?kind=paper.filed&file={kind}") as answer:
        data = answer.data
    if kind == "csv":
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    else:
        sheet = load_workbook(io.BytesIO(data)).active
        assert sheet is not None
        assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)
        rows = [[str(cell.value or "") for cell in line] for line in sheet.iter_rows()]
    assert len(rows) >= 2
    assert not any(cell.startswith(("=", "@")) for row in rows for cell in row)
    saved = [fact for fact in facts_of(world) if fact["kind"] == "log.saved"]
    assert [(one["actor"], one["payload"]) for one in saved] == [("dora", {"kind": "paper.filed"})]
