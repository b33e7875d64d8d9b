"""The figures of a period: the board with its formulas, a breakdown, what is behind each number, as a file.

The cells from which they are added up are kept; whatever newer facts made stale is made again in the
background, and the page says so. Reckons nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from typing import Any

from flask import Blueprint, Response, abort, render_template, request
from flask_babel import gettext as _
from sqlalchemy import Engine

from sync.rules.figures import Figure
from sync.rules.figures_list import BY_CODE
from sync.words import N_

from ..figuring import keeping, opening, showing
from ..store.boards import visits as visit_boards
from ..store.engine import reading
from ..tabulating import Column
from . import days, here, jobs, sheets
from .figure_words import COLUMNS, UNITS, counted, said_of, share_said, shown, unit_of
from .paging import SIZE, Page, place

blueprint = Blueprint("figures", __name__, url_prefix="/figures")
# The breakdowns, and the figures that a table of groups shows beside each other.
BREAKDOWNS = (
    ("all", N_("Todo junto")),
    ("agent", N_("Gestor")),
    ("team", N_("Equipo")),
    ("bucket", N_("Tramo")),
    ("product", N_("Producto")),
    ("lender", N_("Entidad")),
)
BESIDE = (
    "recovery_rate",
    "contactability",
    "rpc_per_attempt",
    "visits_per_day",
    "coverage",
    "promise_rate",
    "kept_rate",
    "evidence_rate",
    "compliance_rate",
)
# A page of groups, and the last page of rows that is read on the screen: files have them all.
GROUPS = 50
LAST_PAGE = 3
JOINED_S = 0.15
Span = tuple[date, date]
blueprint.add_app_template_filter(shown, "figure")
blueprint.add_app_template_filter(lambda one: counted(one, one.over), "figure_over")
blueprint.add_app_template_filter(lambda one: counted(one, one.under), "figure_under")
blueprint.add_app_template_filter(lambda one: (one.code, one), "figure_pair")
blueprint.add_app_template_filter(said_of, "figure_row")
blueprint.add_app_template_filter(share_said, "figure_share")


@blueprint.get("/")
def index() -> Response | str:
    """The board: the whole, one group, or the groups of a breakdown beside each other."""
    span, by, value = asked_span(), asked_by(), request.args.get("value")
    kind = sheets.sheet_asked()
    working = refreshed(here.engine(), [span])
    with reading(here.engine()) as connection:
        number = _page_asked()
        page = None if kind else ((number - 1) * GROUPS, GROUPS)
        board = showing.figures_of(connection, here.scope(), span, by, here.today(), page=page)
        if by != "all" and value is not None:
            one = showing.one_of(connection, here.scope(), span, by, value, here.today())
            if one is None:
                abort(404)
            return _whole(board, one, by, value, kind, working)
    if by == "all":
        return _whole(board, board.whole, by, "", kind, working)
    codes = _beside(board)
    if kind:
        return _groups_file(kind, board, codes, by, span)
    shown, pages = place(str(number), board.total, GROUPS)
    return render_template(
        "figures/groups.html",
        board=board,
        codes=codes,
        page=Page(board.groups, shown, pages, board.total),
        working=working,
        **common(span, by),
    )


@blueprint.get("/rows")
def rows() -> Response | str:
    """What a number counts, newest first; as a file, all of it."""
    kpi = BY_CODE.get(request.args.get("code", "").partition(".")[0])
    if kpi is None:
        abort(404)
    span, by, value = asked_span(), asked_by(), request.args.get("value", "")
    kind = sheets.sheet_asked()
    columns = _row_columns(kpi.rows)
    engine, scope, today = here.engine(), here.scope(), here.today()

    def found() -> Iterator[dict[str, Any]]:
        with reading(engine) as connection:
            if showing.may_hold(connection, scope, span, by, value, today):
                yield from opening.rows(connection, scope, kpi.rows, kpi.code, span, by, value, today)

    if kind:
        name = f"{kpi.code}-{span[0]}-{span[1]}"
        return sheets.answer(kind, name, _(kpi.title), columns, map(said_of, found()))
    number = min(_page_asked(), LAST_PAGE)
    start = (number - 1) * SIZE
    piece = list(islice(found(), start, start + SIZE + 1))
    return render_template(
        "figures/rows.html",
        kpi=kpi,
        group=group_name(by, value),
        columns=columns,
        rows=piece[:SIZE],
        number=number,
        more=len(piece) > SIZE and number < LAST_PAGE,
        cut=len(piece) > SIZE and number >= LAST_PAGE,
        value=value,
        **common(span, by),
    )


def _whole(
    board: showing.Board, group: showing.Group, by: str, value: str, kind: str, working: jobs.Job | None
) -> Response | str:
    """Every figure of one group, with its formula."""
    if kind:
        columns = [
            Column("number", _("N.º"), "integer"),
            Column("title", _("Cifra")),
            Column("code", _("Código")),
            Column("value", _("Valor"), "number", decimals=4),
            Column("unit", _("Unidad")),
            Column("over", _("Arriba"), "number"),
            Column("under", _("Abajo"), "number"),
            Column("formula", _("Fórmula")),
            Column("missing", _("Lo que falta")),
        ]
        told = [_told(figure) for figure in group.figures]
        name = f"cifras-{board.span[0]}-{board.span[1]}"
        return sheets.answer(kind, name, _("Cifras"), columns, told)
    return render_template(
        "figures/index.html",
        board=board,
        figures=[(BY_CODE[figure.base], figure) for figure in group.figures],
        group=group_name(by, value) if by != "all" else "",
        value=value,
        working=working,
        **common(board.span, by),
    )


def _told(figure: Figure) -> dict[str, Any]:
    kpi = BY_CODE[figure.base]
    return {
        "number": kpi.number,
        "title": _(kpi.title),
        "code": figure.code,
        "value": figure.value,
        "unit": unit_of(figure),
        "over": figure.over,
        "under": figure.under,
        "formula": _(kpi.formula),
        "missing": _(figure.missing) if figure.missing else "",
    }


def _groups_file(kind: str, board: showing.Board, codes: list[str], by: str, span: Span) -> Response:
    columns = [Column("name", dict(_breakdowns())[by])]
    columns += [Column(code, _heading(code), "percent" if _is_share(code) else "number") for code in codes]
    told = [
        {"name": _called(by, group)} | {one.code: one.value for one in group.figures}
        for group in board.groups
    ]
    return sheets.answer(kind, f"cifras-{by}-{span[0]}-{span[1]}", _("Cifras"), columns, told)


def _beside(board: showing.Board) -> list[str]:
    """The codes of the columns, one for each currency where a figure is of money."""
    found: dict[str, None] = {}
    for base in BESIDE:
        for group in (board.whole, *board.groups):
            found |= {one.code: None for one in group.figures if one.base == base and not one.missing}
    return list(found)


def _is_share(code: str) -> bool:
    return BY_CODE[code.partition(".")[0]].unit == "share"


def _heading(code: str) -> str:
    base, _dot, rest = code.partition(".")
    return f"{_(BY_CODE[base].title)} {rest}".strip()


def _called(by: str, group: showing.Group) -> str:
    if by == "agent":
        return group.name or _("Sin gestor")
    return group.name or _("Sin dato")


def group_name(by: str, value: str) -> str:
    if by == "agent":
        with reading(here.engine()) as connection:
            named = {row["id"]: row["name"] for row in visit_boards.agents_seen(connection, here.scope())}
        return str(named.get(value, _("Sin gestor")))
    return value or str(_("Sin dato") if by != "all" else "")


def _row_columns(kind: str) -> list[Column]:
    return [
        Column(key, _(COLUMNS[key][0]), COLUMNS[key][1], currency_from="currency")
        for key in opening.COLUMNS[kind]
    ]


def common(span: Span, by: str) -> dict[str, Any]:
    """What every page of figures shows of what was asked."""
    given = {"from": span[0].isoformat(), "to": span[1].isoformat(), "by": by}
    return {
        "span": span,
        "by": by,
        "given": given,
        "periods": _periods(here.today()),
        "breakdowns": _breakdowns(),
        "heading": _heading,
        "called": _called,
        "units": UNITS,
        "today": here.today(),
    }


def _breakdowns() -> list[tuple[str, str]]:
    return [(code, _(word)) for code, word in BREAKDOWNS]


def _periods(today: date) -> list[tuple[str, Span]]:
    """The periods at hand, each with its days."""
    month = today.replace(day=1)
    before = month - timedelta(days=1)
    return [
        (_("Este mes"), (month, today)),
        (_("El mes pasado"), (before.replace(day=1), before)),
        (_("Esta semana"), (today - timedelta(days=today.weekday()), today)),
        (_("Ayer"), (today - timedelta(days=1), today - timedelta(days=1))),
        (_("Hoy"), (today, today)),
    ]


def asked_span() -> Span:
    """The period that the address names, in order and not after today; this month otherwise."""
    today = here.today()
    first, last = days.asked_day("from"), days.asked_day("to")
    last = min(last or today, today)
    first = min(first or last.replace(day=1), last)
    return first, last


def asked_by() -> str:
    asked = request.args.get("by", "all")
    return asked if asked in dict(BREAKDOWNS) else "all"


def _page_asked() -> int:
    asked = request.args.get("page", "")
    return max(1, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1


def refreshed(engine: Engine, spans: list[Span], sums: list[Span] | None = None) -> jobs.Job | None:
    """Take in what was recorded since, and these periods where they are asked for the first time: at once
    where that is quick, else in the background. The job that is at it; None when all is as it should be."""
    today, now = here.today(), here.now()
    with reading(engine) as connection:
        if not keeping.stale(connection) and not keeping.lacking(connection, spans, today, sums or []):
            return None

    def work(say: jobs.Say) -> object:
        keeping.refresh(engine, spans, today=today, now=now, sums=sums or [], say=say)
        return True

    wanted = "-".join(f"{first}/{last}" for first, last in [*spans, *(sums or [])[-1:]])
    job = jobs.start(work, actor=here.actor(), subject=f"figures {wanted}", now=now)
    if job.thread is not None:
        job.thread.join(timeout=JOINED_S)
    return None if job.done else job
