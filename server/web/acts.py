"""The office's log: who did what, when, about what; nothing in it can be changed. Reads only.

Who sees the whole portfolio sees every act. Anyone else sees his own: an act may speak of a debtor of
another branch.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from sqlalchemy import Engine
from werkzeug.wrappers import Response

from ..disclosing import log_saved
from ..store.boards import acts
from ..store.boards.acts import Wanted
from ..store.engine import reading
from ..tabulating import Column
from . import days, here, sheets
from .act_words import AREAS, area_said, areas_like, kind_said
from .paging import SIZE

blueprint = Blueprint("acts", __name__, url_prefix="/log")
FILTERS = ("area", "kind", "actor", "subject", "day", "until")
LONGEST = 200
BATCH = 1_000


@blueprint.get("/")
def index() -> str | Response:
    asked = {name: request.args.get(name, "").strip()[:LONGEST] for name in FILTERS}
    everything = here.sees_everything()
    if not everything:
        asked["actor"] = here.actor()
    wanted = _wanted(asked)
    given = {name: value for name, value in asked.items() if value}
    if kind := sheets.sheet_asked():
        log_saved(here.engine(), given, actor=here.actor(), now=here.now())
        return sheets.answer(kind, "registro", _("Registro de la oficina"), _columns(), _every(wanted))
    before = _number(request.args.get("before", ""))
    with reading(here.engine()) as connection:
        rows = acts.listed(connection, wanted, before=before, limit=SIZE + 1)
        known = acts.kinds(connection)
    return render_template(
        "acts/index.html",
        rows=[_told(row) for row in rows[:SIZE]],
        older=rows[SIZE - 1]["number"] if len(rows) > SIZE else None,
        asked=asked,
        given=given,
        newest=before is None,
        everything=everything,
        areas=_areas(known),
        kinds=[(kind, kind_said(kind)) for kind in known],
    )


def _wanted(asked: Mapping[str, str]) -> Wanted:
    first, last = days.asked_day("day"), days.asked_day("until")
    start, end = days.span(first, last or first)
    return Wanted(
        areas=areas_like(asked["area"]) if asked["area"] in AREAS else (),
        kind=asked["kind"],
        actor=asked["actor"],
        subject=asked["subject"],
        start=start,
        end=end,
    )


def _areas(known: list[str]) -> list[tuple[str, str]]:
    """The areas of the kinds that are there, each word once, in the reader's order."""
    by_word: dict[str, str] = {}
    for kind in known:
        area = kind.partition(".")[0]
        by_word.setdefault(area_said(area), area)
    return sorted(((area, word) for word, area in by_word.items()), key=lambda pair: pair[1])


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    kind = str(row["kind"])
    return {
        "number": row["number"],
        "at": row["recorded_at"],
        "as_of": row["as_of"],
        "actor": row["actor"],
        "area": area_said(kind.partition(".")[0]),
        "kind": kind_said(kind),
        "code": kind,
        "subject": row["subject"],
        "details": [(name, _short(value)) for name, value in sorted(row["payload"].items())],
    }


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def _columns() -> list[Column]:
    return [
        Column("number", _("Número"), "integer"),
        Column("at", _("Cuándo"), "instant"),
        Column("actor", _("Quién")),
        Column("code", _("Clase")),
        Column("kind", _("Qué")),
        Column("subject", _("Sobre")),
        Column("as_of", _("Día del que habla"), "date"),
        Column("payload", _("Detalle")),
    ]


def _every(wanted: Wanted) -> Iterator[dict[str, Any]]:
    """Every line that was asked for, read a batch at a time while the file is sent."""
    engine: Engine = here.engine()
    words = {kind: kind_said(kind) for kind in _kinds(engine)}
    return _lines(engine, wanted, words)


def _kinds(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return acts.kinds(connection)


def _lines(engine: Engine, wanted: Wanted, words: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    before: int | None = None
    sent = 0
    while sent < acts.MOST:
        with reading(engine) as connection:
            rows = acts.listed(connection, wanted, before=before, limit=BATCH)
        for row in rows:
            yield {
                **row,
                "at": row["recorded_at"],
                "code": row["kind"],
                "kind": words.get(row["kind"], row["kind"]),
                "payload": json.dumps(row["payload"], ensure_ascii=False, sort_keys=True),
            }
        if len(rows) < BATCH:
            return
        before = rows[-1]["number"]
        sent += len(rows)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
