"""Answers with a page's table as a file: CSV or XLSX of exactly its rows. Decides nothing.

A page gives its columns and rows as it shows them; `sheet_asked` says whether the address asks for a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import IO

from flask import Response, request, stream_with_context
from flask_babel import gettext as _

from ..tabulating import Column, Row, as_csv, as_xlsx
from . import here

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def sheet_asked() -> str:
    """`csv` or `xlsx` where the address ends in ?file=csv or ?file=xlsx; empty otherwise."""
    asked = request.args.get("file", "")
    return asked if asked in TYPES else ""


def answer(kind: str, name: str, title: str, columns: Sequence[Column], rows: Iterable[Row]) -> Response:
    """The file, sent while it is read. `name` is its name without an ending: ASCII letters, digits, dashes.

    Rows are read while the file is sent: give a list, or rows that open a connection of their own.
    """
    yes = (_("sí"), _("no"))
    if kind == "xlsx":
        file = as_xlsx(title, columns, rows, zone=here.zone(), yes=yes)
        reply = Response(_read(file), mimetype=TYPES["xlsx"])
        reply.call_on_close(file.close)
    else:
        parts = as_csv(columns, rows, zone=here.zone(), yes=yes)
        reply = Response(stream_with_context(parts), content_type=TYPES["csv"])
    reply.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return reply


def _read(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(64 * 1024):
            yield piece
