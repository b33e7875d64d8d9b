"""The day's worklists: who is on each, whether it may be done now, what came of it, and as a file."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from typing import Any

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Connection
from werkzeug.wrappers import Response as BaseResponse

from sync.cells import safe
from sync.look import wording
from sync.records import Refused
from sync.rules.ladder import ACTIONS, CHANNELS
from sync.rules.policy import zone_of
from sync.rules.strategy import Strategy
from sync.rules.worklist import Worklist

from ..store import lenders, saved_lists, worklists
from ..store.boards import cases
from ..store.engine import reading
from ..strategy import listing, recording, showing
from . import asking, here, jobs
from .paging import SIZE, Page, place

blueprint = Blueprint("worklists", __name__, url_prefix="/worklists")
FILTERS = ("q", "segment", "risk", "stage", "action", "zone", "lender", "kept", "done")
UNVISITED, ALL = "sin-visita", "todas"
Run = dict[str, Any]


@blueprint.get("/")
def index() -> str:
    """How many wait on each list; the accounts by segment, stage and next action."""
    with reading(here.engine()) as connection:
        run = worklists.run(connection)
        shown = _overview(connection, run) if run is not None else {}
    return render_template("worklists/index.html", run=run, day=here.today(), **shown)


@blueprint.post("/make")
def make() -> BaseResponse:
    """Work the lists of today out, on a thread of its own; the page after it says how far that is."""
    engine, actor, now, today = here.engine(), here.actor(), here.now(), here.today()

    def work(say: jobs.Say) -> object:
        return listing.make(engine, today, now=now, actor=actor, progress=lambda done: say(str(done)))

    job = jobs.start(work, actor=actor, subject=f"worklists {today}", now=now)
    if job.thread is not None:
        job.thread.join(timeout=WAITS_S)
    if job.done and job.result is not None:
        flash(_("Las listas de hoy están hechas."), "success")
    elif job.done:
        flash(_("No se pudieron hacer las listas: intente de nuevo, o avise a quien administra."), "error")
    else:
        flash(_("Las listas se están haciendo: vuelva a esta página en un minuto."), "info")
    return redirect(url_for("worklists.index"))


# A portfolio of some thousands is done by then; a larger one goes on by itself.
WAITS_S = 25


@blueprint.get("/<name>")
def listed(name: str) -> str:
    """One list, a page of it, those worth the most first."""
    with reading(here.engine()) as connection:
        run, held, chosen = _chosen(connection, name)
        page, asked = _page(connection, run, name, chosen)
        zones = worklists.zones(connection, here.scope(), run["id"])
        named = [(row["id"], row["name"]) for row in lenders.listed(connection)]
        kept = [(row["id"], row["name"]) for row in saved_lists.seen(connection, here.me().id)]
    return render_template(
        "worklists/list.html",
        run=run,
        name=name,
        chosen=chosen,
        title=_title(name, chosen),
        page=page,
        asked=asked,
        given={key: value for key, value in asked.items() if value},
        segments=[(one.name, one.title) for one in held.segments],
        stages=[(one.name, one.title) for one in held.ladder.stages],
        risks=[(one.name, one.title) for one in held.risks],
        zones=[(zone, zone) for zone in zones],
        lenders=named if len(named) > 1 else [],
        kept=kept,
        **_words(held),
    )


@blueprint.get("/<name>.csv")
def file(name: str) -> Response:
    """Exactly the rows of that page, in that order."""
    with reading(here.engine()) as connection:
        run, _held, chosen = _chosen(connection, name)
        page, _asked = _page(connection, run, name, chosen)
        rows = [showing.cells(one, said=_) for one in page.rows]
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(showing.COLUMNS)
    for row in rows:
        cells = [row[column] for column in showing.COLUMNS]
        writer.writerow([safe(cell) if isinstance(cell, str) else cell for cell in cells])
    answer = Response("\ufeff" + out.getvalue(), mimetype="text/csv")
    told = f"{name}-{run['as_of']}-{page.number}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{told}"'
    return answer


@blueprint.get("/<name>/<account_id>")
def row(name: str, account_id: str) -> str:
    """One row: why it is here, what its score is made of, whether it may be done now, and the result form."""
    return _row_page(name, account_id, {}, {})


@blueprint.post("/<name>/<account_id>")
def record(name: str, account_id: str) -> BaseResponse | str | tuple[str, int]:
    """Write down what came of it; a contact counts in the caps from that moment."""
    names = ("channel", "result", "day", "time", "note", "next_on")
    given = {key: request.form.get(key, "").strip() for key in names}
    typed = _typed(name, account_id, given)
    if isinstance(typed, dict):
        return _row_page(name, account_id, typed, given), 422
    try:
        done = recording.record(here.engine(), here.scope(), typed, actor=here.actor(), now=here.now())
    except LookupError:
        abort(404)
    if isinstance(done, Refused):
        fields = {"worklist.result": "result", "worklist.future": "time", "worklist.next": "next_on"}
        field = fields.get(done.rule, "note" if done.rule == "worklist.note" else "")
        return _row_page(name, account_id, {field: here.sentence(done.reason)}, given), 422
    wording.tell(given["note"])
    if done.verdict is not None and done.verdict.blocked:
        flash(_("Anotado. La norma no permitía ese contacto: quedó dicho en la historia."), "warning")
    else:
        flash(_("Anotado. Cuenta en los límites de contacto desde ahora."), "success")
    return redirect(url_for("worklists.listed", name=name))


def _overview(connection: Connection, run: Run) -> dict[str, Any]:
    scope, held = here.scope(), showing.strategy_of(connection, run)
    counted = worklists.counted(connection, scope, run["id"], run["made_at"])
    everything = worklists.Wanted()
    return {
        "lists": [(one, *counted.get(one.name, (0, 0))) for one in held.lists],
        "total": worklists.total(connection, scope, run, everything),
        "unvisited": worklists.total(connection, scope, run, everything, unvisited=True),
        "groups": worklists.grouped(connection, scope, run["id"]),
        **_words(held),
    }


def _words(held: Strategy) -> dict[str, Any]:
    """What the codes of a strategy are called."""
    return {
        "strategy": held,
        "titles": {
            "segment": {one.name: one.title for one in held.segments},
            "risk": {one.name: one.title for one in held.risks},
            "stage": {one.name: one.title for one in held.ladder.stages},
            "action": {code: _(text) for code, text in ACTIONS.items()},
        },
        "channels": {code: _(text) for code, text in CHANNELS.items()},
        "permissions": {code: _(text) for code, text in showing.WORDS.items()},
        "writes": "messages.show" in current_app.view_functions and here.may("messages.show"),
    }


def _chosen(connection: Connection, name: str) -> tuple[Run, Strategy, Worklist | None]:
    """The run, its strategy and the list of that name; two names are of no list of the strategy."""
    run = worklists.run(connection)
    if run is None:
        abort(404)
    held = showing.strategy_of(connection, run)
    chosen = held.worklist(name)
    if chosen is None and name not in (UNVISITED, ALL):
        abort(404)
    return run, held, chosen


def _title(name: str, chosen: Worklist | None) -> str:
    if chosen is not None:
        return chosen.title
    return str(_("Sin visita en dos meses") if name == UNVISITED else _("Todas las cuentas"))


def _page(
    connection: Connection, run: Run, name: str, chosen: Worklist | None
) -> tuple[Page[showing.Shown], dict[str, str]]:
    asked = {key: request.args.get(key, "").strip() for key in FILTERS}
    wanted = worklists.Wanted(
        words=asked["q"],
        undone=not asked["done"],
        among=asking.among(connection, asked["kept"]),
        **{key: asked[key] for key in ("segment", "risk", "stage", "action", "zone", "lender")},
    )
    scope, listed_by = here.scope(), chosen.name if chosen is not None else ""
    unvisited = name == UNVISITED
    total = worklists.total(connection, scope, run, wanted, listed=listed_by, unvisited=unvisited)
    number, pages = place(request.args.get("page"), total)
    rows = worklists.page(
        connection,
        scope,
        run,
        wanted,
        listed=listed_by,
        unvisited=unvisited,
        limit=SIZE,
        offset=(number - 1) * SIZE,
    )
    found = showing.shown(
        connection,
        run,
        rows,
        listed=listed_by,
        channel=chosen.channel if chosen is not None else "visit" if name == UNVISITED else "",
        now=here.now(),
    )
    return Page(found, number, pages, total), asked


def _row_page(name: str, account_id: str, errors: dict[str, str], given: dict[str, str]) -> str:
    with reading(here.engine()) as connection:
        run, held, chosen = _chosen(connection, name)
        found = worklists.one(connection, here.scope(), run["id"], account_id)
        if found is None:
            abort(404)
        usual = chosen.channel if chosen is not None else "call"
        channel = given["channel"] if given.get("channel") in recording.BY_CHANNEL else usual
        shown = showing.shown(connection, run, [found], listed=name, channel=channel, now=here.now())
        results = worklists.results_of(connection, account_id)
        phones = cases.contact_points_of(connection, here.scope(), found["debtor_id"])
    if not shown:
        abort(404)
    moment = here.now().astimezone(zone_of(str(found["timezone"])) or UTC)
    return render_template(
        "worklists/row.html",
        name=name,
        title=_title(name, chosen),
        one=shown[0],
        run=run,
        channel=channel,
        template=chosen.template if chosen is not None else "",
        outcomes=[(code, _(recording.RESULTS[code].label)) for code in recording.BY_CHANNEL[channel]],
        said={code: _(one.label) for code, one in recording.RESULTS.items()},
        results=results,
        phones=phones,
        errors=errors,
        given={"day": f"{moment:%Y-%m-%d}", "time": f"{moment:%H:%M}", **given},
        **_words(held),
    )


def _typed(name: str, account_id: str, given: dict[str, str]) -> recording.Typed | dict[str, str]:
    """The form's fields, or what is wrong with them by field."""
    errors: dict[str, str] = {}
    happened, next_on = here.now(), None
    with reading(here.engine()) as connection:
        run = worklists.run(connection)
        found = worklists.one(connection, here.scope(), run["id"], account_id) if run else None
    if found is None:
        abort(404)
    try:
        local = datetime.fromisoformat(f"{given['day']}T{given['time']}")
        happened = local.replace(tzinfo=zone_of(str(found["timezone"])) or UTC)
    except ValueError:
        errors["time"] = _("Escriba el día y la hora, por ejemplo 2026-11-20 y 10:30.")
    if given["next_on"]:
        try:
            next_on = date.fromisoformat(given["next_on"])
        except ValueError:
            errors["next_on"] = _("Escriba el próximo día como 2026-11-27.")
    if given["channel"] not in recording.BY_CHANNEL:
        errors["channel"] = _("Elija por qué canal fue.")
    if not given["result"]:
        errors["result"] = _("Elija qué resultó.")
    if errors:
        return errors
    listed_by = name if name not in (UNVISITED, ALL) else ""
    return recording.Typed(
        account=account_id,
        listed=listed_by or name,
        channel=given["channel"],
        result=given["result"],
        happened=happened.astimezone(UTC),
        note=given["note"],
        next_on=next_on,
    )
