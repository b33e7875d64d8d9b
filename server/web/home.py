"""The page of seven in the morning: what changed since yesterday, and what to do now, in the morning's order.

Each number opens its rows; routes that no longer hold are mended with one button. Decides nothing itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from sync.money import from_minor
from sync.words import N_

from ..mending import Mending, mend
from ..roads.picking import roads_of
from ..store import imports
from ..store.boards import morning, stations
from ..store.boards.morning import Morning
from ..store.engine import reading
from ..tabulating import Column
from . import days, here, job_pages, jobs, sheets
from .labels import decimal
from .paging import SIZE, Page, place

blueprint = Blueprint("home", __name__)
Figure = dict[str, Any]

SILENT_AFTER = timedelta(hours=24)
FILE_ROWS = 100_000
NEWS = ("new", "gone", "paid", "taken_back")
MONEY = ("paid", "taken_back")
COUNTED = "ronda.news"
MOST_COUNTED = 200
COLUMNS = {
    "account": [
        Column("number", N_("Cuenta")),
        Column("debtor_name", N_("Deudor")),
        Column("lender", N_("Entidad")),
    ],
    "money": [
        Column("amount", N_("Valor"), "money", currency_from="currency"),
        Column("currency", N_("Moneda")),
    ],
}


@dataclass(frozen=True)
class Kind:
    """A number of the page: its word, what its rows are, what to do about them, and the file's columns."""

    word: str
    title: str
    lede: str
    columns: tuple[Column, ...] = field(default=())


KINDS = {
    "new": Kind(
        N_("Cuentas nuevas"),
        N_("Cuentas que llegaron desde ayer"),
        N_("Vinieron por primera vez en un archivo de su entidad. Falta asignarlas y ubicarlas."),
        (*COLUMNS["account"], Column("state", N_("Estado"))),
    ),
    "gone": Kind(
        N_("Retiradas por la entidad"),
        N_("Cuentas que la entidad retiró desde ayer"),
        N_("Ya no se gestionan: salieron de las rutas y de las asignaciones."),
        (*COLUMNS["account"], Column("state", N_("Estado"))),
    ),
    "paid": Kind(
        N_("Pagadas en la entidad"),
        N_("Pagos que las entidades informaron desde ayer"),
        N_("Antes de visitar a quien ya pagó, mire su saldo."),
        (*COLUMNS["account"], *COLUMNS["money"], Column("value_date", N_("Fecha"), "date")),
    ),
    "taken_back": Kind(
        N_("Pagos reversados"),
        N_("Pagos que las entidades reversaron desde ayer"),
        N_("La deuda volvió a subir: la promesa que cumplían puede estar rota."),
        (*COLUMNS["account"], *COLUMNS["money"], Column("value_date", N_("Fecha"), "date")),
    ),
    "promises": Kind(
        N_("Promesas para hoy"),
        N_("Promesas que vencen hoy"),
        N_("Quien prometió pagar hoy, con la hora y el lugar que dijo."),
        (*COLUMNS["account"], *COLUMNS["money"], Column("agent_name", N_("Gestor"))),
    ),
    "appointments": Kind(
        N_("Citas de hoy"),
        N_("Citas que hoy tienen hora"),
        N_("Las paradas publicadas con hora acordada."),
        (
            Column("debtor_name", N_("Deudor")),
            Column("agent_name", N_("Gestor")),
            Column("window_start", N_("Desde"), "instant"),
            Column("window_end", N_("Hasta"), "instant"),
        ),
    ),
    "absent": Kind(
        N_("Gestores ausentes"),
        N_("Gestores ausentes hoy"),
        N_("Sus deudores no se visitan hoy; sus citas las debe atender otra persona."),
        (Column("agent_name", N_("Gestor")), Column("because", N_("Motivo"))),
    ),
    "routes": Kind(
        N_("Rutas por reparar"),
        N_("Rutas publicadas que ya no se sostienen"),
        N_("Su gestor falta, o alguna parada se pagó, se retiró o quedó vedada después de publicarla."),
        (
            Column("agent_name", N_("Gestor")),
            Column("flagged", N_("Impedidas"), "integer"),
            Column("withdrawn", N_("Retiradas"), "integer"),
        ),
    ),
    "laptops": Kind(
        N_("Portátiles callados"),
        N_("Portátiles que no hablan hace más de un día"),
        N_("Lo que se registró en ellos no está aquí todavía."),
        (
            Column("name", N_("Portátil")),
            Column("agent_name", N_("Gestor")),
            Column("last_seen", N_("Habló por última vez"), "instant"),
            Column("pending", N_("Por enviar"), "integer"),
        ),
    ),
}


@blueprint.get("/")
def index() -> str:
    """The day's page; who may not open the rows of a number is not shown it."""
    scope, asked = here.scope(), _morning()
    with reading(here.engine()) as connection:
        some = morning.anything(connection, scope)
        if here.may("home.rows"):
            told = _of_files(connection, asked)
            counted = told.counted | {
                kind: morning.counted(connection, scope, kind, asked) for kind in KINDS if kind not in NEWS
            }
            news, tasks = _news(told), _tasks(connection, counted)
        else:
            counted, news, tasks = {}, [], []
        street, beyond = _street(connection), _outside(connection)
    return render_template(
        "home.html",
        some=some,
        news=news,
        tasks=tasks,
        street=street,
        beyond=beyond,
        broken=counted.get("routes", 0),
        day=asked.day,
    )


@blueprint.get("/today/<kind>")
def rows(kind: str) -> Response | str:
    """The rows of one number of the page, as a table or as a file of exactly those rows."""
    if kind not in KINDS:
        abort(404)
    said, asked, scope = KINDS[kind], _morning(), here.scope()
    with reading(here.engine()) as connection:
        total = morning.counted(connection, scope, kind, asked)
        number, pages = place(request.args.get("page"), total)
        wanted = sheets.sheet_asked()
        size, start = (FILE_ROWS, 0) if wanted else (SIZE, (number - 1) * SIZE)
        found = [
            _with_amount(row)
            for row in morning.listed(connection, scope, kind, asked, limit=size, offset=start)
        ]
    if wanted:
        columns = [_translated(column) for column in said.columns]
        return sheets.answer(wanted, f"ronda-{kind}-{asked.day}", _(said.word), columns, found)
    return render_template(
        "home/rows.html",
        kind=kind,
        said=said,
        page=Page(found, number, pages, total),
        day=asked.day,
    )


@blueprint.post("/today/mend")
def mend_routes() -> Response:
    """Start mending every route that no longer holds; the page that follows says how far it is."""
    engine, actor, now, scope = here.engine(), here.actor(), here.now(), here.scope()
    asked, config = _morning(), here.office().config

    def work(say: jobs.Say) -> object:
        return mend(engine, scope, asked, actor=actor, now=now, roads=roads_of(config, engine), say=say)

    job = jobs.start(work, actor=actor, subject=f"mend {asked.day}", now=now)
    return redirect(url_for("home.mending", job_id=job.id))


@blueprint.get("/today/mending/<job_id>")
def mending(job_id: str) -> Response | str:
    """How far the mending is and, once it is done, what it did to each route."""
    job = job_pages.asked(job_id)
    answer = job_pages.told(job)
    if answer is not None:
        return answer
    done = job.done  # asked once: it may end while the page is written
    if done and not isinstance(job.result, Mending):
        flash(
            _("La reparación no terminó. Lo que alcanzó a hacer está en las rutas: intente de nuevo."),
            "error",
        )
        return redirect(url_for("home.index"))
    return render_template(
        "home/mending.html", job=job, done=done, made=job.result if done else None, sentence=here.sentence
    )


def _morning() -> Morning:
    day = here.today()
    return Morning(day, days.midnight(day - timedelta(days=1)), here.now() - SILENT_AFTER)


@dataclass(frozen=True)
class News:
    """What lenders' files brought since yesterday: how many of each kind, and what payments amount to."""

    counted: dict[str, int]
    sums: dict[str, dict[str, int]]


def _of_files(connection: Connection, asked: Morning) -> News:
    """The news of the reader's part. They come with files alone, so they are counted once for each file."""
    held: dict[object, News] = current_app.extensions.setdefault(COUNTED, {})
    scope = here.scope()
    newest = [row["id"] for row in imports.listed(connection, limit=1)]
    key = (scope, asked.day, *newest)
    if key not in held:
        while len(held) >= MOST_COUNTED:
            held.pop(next(iter(held)), None)
        counted = {kind: morning.counted(connection, scope, kind, asked) for kind in NEWS}
        sums = {kind: morning.sums(connection, scope, kind, asked) for kind in MONEY if counted[kind]}
        held[key] = News(counted, sums)
    return held[key]


def _news(told: News) -> list[Figure]:
    """What changed since yesterday."""
    found = []
    for kind in NEWS:
        amounts = told.sums.get(kind, {})
        note = ", ".join(
            f"{decimal(int(from_minor(total, currency)))} {currency}"
            for currency, total in sorted(amounts.items())
        )
        found.append(_number(kind, told.counted, note=note))
    return found


def _tasks(connection: Connection, counted: dict[str, int]) -> list[Figure]:
    """What to do now, in the order in which a morning does it."""
    shown = [_number("absent", counted, warn=True), _number("routes", counted, warn=True)]
    shown += [_number("promises", counted), _number("appointments", counted)]
    shown.append(_number("laptops", counted, warn=True))
    if here.may("findings.index"):
        open_findings = morning.counted(connection, here.scope(), "findings", _morning())
        shown.append(
            _figure(
                _("Hallazgos abiertos"), open_findings, "findings.index", tone="warn" if open_findings else ""
            )
        )
    return shown


def _outside(connection: Connection) -> list[Figure]:
    """What came from outside the street and waits for somebody of the office."""
    if not here.may("stops.index"):
        return []
    waiting = morning.waiting(connection, here.scope(), here.now())
    flags = morning.flagged(connection, here.scope(), here.today())
    return [
        _figure(_("Cobranza detenida"), waiting["stops"], "stops.index", note=_("por resolver")),
        _figure(_("Paradas impedidas"), flags, "routes.index", tone="warn" if flags else ""),
        _figure(
            _("Direcciones y teléfonos hallados"),
            waiting["proposals"],
            "proposals.index",
            note=_("por decidir"),
        ),
    ]


def _street(connection: Connection) -> list[Figure]:
    """The street as it is at this moment."""
    scope, day = here.scope(), here.today()
    planned = stations.routes_on(connection, scope, day)
    start = days.midnight(day)
    laptops = stations.laptops(connection, scope)
    return [
        _figure(
            _("Rutas publicadas"),
            planned.get("published", 0),
            "routes.index",
            note=_("%(n)s paradas", n=decimal(planned["stops"])),
            day=day.isoformat(),
        ),
        _figure(
            _("Visitas de hoy"),
            morning.visited(connection, scope, start, start + timedelta(days=1)),
            "visits.index",
            day=day.isoformat(),
        ),
        _figure(_("Portátiles en uso"), laptops["laptops"], "devices.index"),
        _figure(
            _("Eventos por llegar"),
            laptops["pending"],
            "devices.index",
            note=_("%(n)s en cuarentena", n=laptops["quarantined"]) if laptops["quarantined"] else "",
        ),
    ]


def _number(kind: str, counted: dict[str, int], *, note: str = "", warn: bool = False) -> Figure:
    tone = "warn" if warn and counted[kind] else ""
    return _figure(_(KINDS[kind].word), counted[kind], "home.rows", note=note, tone=tone, kind=kind)


def _figure(
    label: str, value: int, endpoint: str, *, note: str = "", tone: str = "", **arguments: Any
) -> Figure:
    return {
        "label": label,
        "value": decimal(value),
        "note": note,
        "tone": tone,
        "href": url_for(endpoint, **arguments) if here.may(endpoint) else "",
    }


def _with_amount(row: dict[str, Any]) -> dict[str, Any]:
    if "amount_minor" in row:
        row["amount"] = from_minor(row["amount_minor"], row["currency"])
    return row


def _translated(column: Column) -> Column:
    return Column(
        column.key, _(column.title), column.kind, column.currency, column.currency_from, column.decimals
    )
