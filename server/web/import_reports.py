"""What became of lenders' files: the list, one import's report, its rejected rows. Imports nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, abort, render_template, request
from sqlalchemy import Connection

from ..importing import Remark, rejects
from ..importing.answers import REJECTED
from ..store import facts, imports
from ..store.boards import files
from ..store.engine import reading, writing
from ..store.said import phrase_of
from . import here
from .paging import SIZE, Page, paged, place


def add_to(blueprint: Blueprint) -> None:
    blueprint.get("/")(index)
    blueprint.get("/<import_id>")(report)
    blueprint.post("/<import_id>/rejected.csv")(rejected)


def index() -> str:
    with reading(here.engine()) as connection:
        mine = here.whole_lenders(connection)
        rows = [row for row in imports.listed(connection) if row["lender_id"] in mine]
    return render_template("imports/index.html", page=paged(rows, request.args.get("page")))


def report(import_id: str) -> str:
    level = request.args.get("level", "")
    with reading(here.engine()) as connection:
        row = _found(connection, import_id)
        levels = files.levels(connection, import_id)
        total = levels.get(level, 0) if level else sum(levels.values())
        number, pages = place(request.args.get("page"), total)
        shown = files.remarks(connection, import_id, level, limit=SIZE, offset=(number - 1) * SIZE)
        unplaced = files.unplaced(connection, import_id) if row["kind"] == "portfolio" else 0
    return render_template(
        "imports/report.html",
        made=row,
        page=Page(shown, number, pages, total),
        level=level,
        rejected=bool(levels.get(REJECTED)),
        unplaced=unplaced,
        barred=_barred(row["counts"]),
    )


def _barred(counts: Mapping[str, int]) -> list[str]:
    """How many accounts each rule bars, as the report keeps them."""
    named = {name.partition(":")[2]: count for name, count in counts.items() if name.startswith("barred:")}
    return [f"{rule}: {count}" for rule, count in sorted(named.items())]


def rejected(import_id: str) -> Response:
    """The rejected rows with their reasons, to mend and import again. Taking them is a fact of the office."""
    with writing(here.engine()) as connection:
        row = _found(connection, import_id)
        text = rejected_rows(row, imports.remarks_of(connection, import_id))
        if not text:
            abort(404)
        facts.append(
            connection,
            "import.rejected_downloaded",
            as_of=here.today(),
            now=here.now(),
            actor=here.actor(),
            subject=import_id,
            payload={"bytes": len(text)},
        )
    name = f"rechazos-{row['as_of'].isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    # With a mark of its encoding: a spreadsheet would read the accents otherwise.
    return Response(text.encode("utf-8-sig"), mimetype="text/csv", headers=headers)


def rejected_rows(made: Mapping[str, Any], remarks: Sequence[Mapping[str, Any]]) -> str:
    """The rejected rows as the import itself writes them; "" when there is none."""
    rejected: dict[int, list[Remark]] = {}
    raws: dict[int, list[str]] = {}
    for row in remarks:
        if row["level"] != REJECTED:
            continue
        remark = Remark(row["line"], row["column"], row["level"], phrase_of(row["because"]))
        rejected.setdefault(row["line"], []).append(remark)
        raws[row["line"]] = [str(cell) for cell in row["raw"].get("cells", [])]
    if not rejected:
        return ""
    read = made["reading"]
    width = max(len(cells) for cells in raws.values())
    headers = list(read.get("headers") or read.get("columns", {}).values())
    if not headers or (read.get("ignored") and not read.get("headers")):
        # The place of a column that was left aside is not known: numbers say which is which.
        headers = [str(number) for number in range(1, width + 1)]
    return rejects.text_of(headers, rejected, raws, read.get("decimal", ""))


def _found(connection: Connection, import_id: str) -> dict[str, Any]:
    row = files.one(connection, import_id)
    if row is None or row["lender_id"] not in here.whole_lenders(connection):
        abort(404)
    return row
