"""The assignment desk: drafts of who has whom, moved by hand with their effect, saved, and put back.

Decides nothing itself: `assigning` does.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from sync.records import Refused
from sync.words import N_

from ..assigning import changing, drafting, moving, proposing, putting_back
from ..assigning.changing import Taken
from ..assigning.moving import Asked
from ..assigning.proposing import Proposed
from ..assigning.putting_back import PutBack
from ..assigning.reporting import AssignmentReport
from ..roads import Roads
from ..roads.picking import roads_of
from ..store import change_rows, change_sets
from ..store.boards import desk as board
from ..store.change_sets import TAKEN
from ..store.engine import reading
from . import days, desk_pages, here, job_pages, jobs
from .assignments import tell as tell_run
from .desk_pages import AGENTS, asked_filter, chosen, effect_shown, found_set, page_of, staff_of
from .maps import Point, lasso_document, map_document
from .paging import SIZE, Page, place
from .tiles import ground_of

blueprint = Blueprint("desk", __name__, url_prefix="/assignments/desk")
# Rows that are saved while the page waits; more is a job.
AT_ONCE = 300
SETS = 20
# The steps that assigning says, in words.
STEPS = {
    "judging": N_("Comparando con lo que hay"),
    "sharing out": N_("Repartiendo las cuentas"),
    "sharing out what may not be visited": N_("Repartiendo las cuentas"),
    "saving": N_("Guardando lo que cambia"),
}


@blueprint.get("/")
def index() -> str:
    """The drafts and what became of the others."""
    mine = None if here.sees_everything() else here.actor()
    with reading(here.engine()) as connection:
        number, pages = place(
            request.args.get("page"), total := change_sets.counted(connection, actor=mine), SETS
        )
        found = change_sets.listed(connection, SETS, (number - 1) * SETS, actor=mine)
        counts = {one.id: change_rows.counted(connection, one.id) for one in found}
        backs = {one.id: change_sets.undone_by(connection, one.id) for one in found if one.state == TAKEN}
    return render_template(
        "desk/index.html",
        page=Page(found, number, pages, total),
        counts=counts,
        backs=backs,
        day=here.today(),
        whole=here.sees_everything(),
    )


@blueprint.post("/")
def begin() -> BaseResponse:
    """A draft: empty, or as a run would share the portfolio out. The page that follows says how far it is."""
    day = days.asked_day("day") or here.today()
    run = request.form.get("kind") == "run"
    if run and not here.sees_everything():
        abort(404)
    engine, actor, now, scope = here.engine(), here.actor(), here.now(), here.scope()
    config, rebalance = here.office().config, request.form.get("rebalance") == "1"

    def work(say: jobs.Say) -> object:
        roads = roads_of(config, engine)
        if run:
            return proposing.propose(
                engine, as_of=day, actor=actor, now=now, rebalance=rebalance, roads=roads, progress=say
            )
        return drafting.open_draft(
            engine, as_of=day, actor=actor, now=now, scope=scope, roads=roads, progress=say
        )

    job = jobs.start(work, actor=actor, subject=f"assignment draft {run} {day}", now=now)
    return redirect(url_for("desk.progress", job_id=job.id))


@blueprint.get("/jobs/<job_id>")
def progress(job_id: str) -> BaseResponse | str:
    """How far it is, as a page and, for the page's script, as JSON; then the draft."""
    job = job_pages.asked(job_id)
    page = job_pages.waiting(job, "desk/progress.html", STEPS)
    if page is not None:
        return page
    result = job.result
    if isinstance(result, Refused):
        flash(here.sentence(result.reason), "error")
    elif isinstance(result, Proposed):
        return redirect(url_for("desk.draft", set_id=result.id))
    elif isinstance(result, PutBack):
        if result.refused:
            said = _("%(n)s deudores ya no pueden volver: abajo dice por qué de cada uno.", n=result.refused)
            flash(said, "warning")
        return redirect(url_for("desk.draft", set_id=result.id))
    elif isinstance(result, Taken):
        _tell(result)
    elif isinstance(result, AssignmentReport):
        tell_run(result)
        return redirect(url_for("assignments.index"))
    elif isinstance(result, str):
        return redirect(url_for("desk.draft", set_id=result))
    else:
        flash(_("El trabajo no terminó. No se guardó nada: intente de nuevo."), "error")
    return redirect(url_for("desk.index"))


@blueprint.get("/<set_id>")
def draft(set_id: str) -> str:
    return page_of(set_id)


@blueprint.get("/<set_id>/map")
def map(set_id: str) -> Response:
    """Where the debtors of the filter are, with the number of who would have them, and a lasso."""
    with reading(here.engine()) as connection:
        found, scope = found_set(connection, set_id), here.scope()
        asked = asked_filter(connection, found)
        ground = ground_of(connection)
        many = board.counted(connection, scope, found.id, asked) > desk_pages.EACH
        cells = board.gathered(connection, scope, found.id, asked) if many else []
        held = [] if many else board.located(connection, scope, found.id, asked, limit=desk_pages.EACH)
        staff = staff_of(connection)
    numbers = {agent.id: number for number, agent in enumerate(staff, 1)}
    names = {agent.id: agent.name for agent in staff}
    points = [
        Point(
            lat=one["lat"],
            lon=one["lon"],
            state="" if one["agent"] in numbers else "pendiente",
            label=one["name"],
            detail=names.get(one["agent"], _("Sin gestor")),
            number=numbers.get(one["agent"]),
        )
        for one in held
    ]
    language, title = str(get_locale() or "es"), _("Mapa de la mesa de asignación")
    if found.state != change_sets.OPEN and not cells:
        return map_document(points, ground=ground, language=language, title=title)
    return lasso_document(
        points,
        [(one["lat"], one["lon"], one["debtors"]) for one in cells],
        ground=ground,
        words=_lasso_words(),
        language=language,
        title=title,
    )


@blueprint.post("/<set_id>/effect")
def effect(set_id: str) -> str:
    """What the move would do; nothing changes. For the page's script only that part of the page."""
    answer = moving.look(here.engine(), _wanted(set_id), actor=here.actor(), now=here.now(), roads=_roads())
    if request.headers.get("X-Ronda-Part") == "effect":
        return render_template("desk/effect.html", **effect_shown(answer))
    return page_of(set_id, answer)


@blueprint.post("/<set_id>/move")
def move(set_id: str) -> BaseResponse | tuple[str, int]:
    answer = moving.move(here.engine(), _wanted(set_id), actor=here.actor(), now=here.now(), roads=_roads())
    if isinstance(answer, Refused):
        flash(here.sentence(answer.reason), "error")
        return page_of(set_id, answer), 422
    if answer.rows:
        said = _(
            "%(n)s deudores pasan a %(name)s en este borrador. Nada cambia hasta que lo guarde.",
            n=len(answer.rows),
            name=answer.agent.name,
        )
        flash(said, "success")
    if answer.refused:
        return page_of(set_id, answer), 200
    if not answer.rows:
        flash(_("Ya los tiene %(name)s.", name=answer.agent.name), "info")
    return redirect(_back(set_id))


@blueprint.post("/<set_id>/undo")
def undo(set_id: str) -> BaseResponse:
    return _again(set_id, undone=True)


@blueprint.post("/<set_id>/redo")
def redo(set_id: str) -> BaseResponse:
    return _again(set_id, undone=False)


@blueprint.post("/<set_id>/save")
def save(set_id: str) -> BaseResponse | tuple[str, int]:
    """Make the draft hold. By hand it needs a reason, which stays beside it."""
    with reading(here.engine()) as connection:
        found = found_set(connection, set_id)
        rows = sum(change_rows.counted(connection, found.id).values())
    why = request.form.get("why", "").strip()
    if found.kind != change_sets.RUN and not why:
        flash(_("Escriba por qué se guarda este cambio: queda en la historia."), "error")
        return page_of(set_id), 422
    engine, actor, now, today = here.engine(), here.actor(), here.now(), here.today()

    def work(say: jobs.Say) -> object:
        return changing.take(engine, found.id, actor=actor, now=now, day=today, why=why, progress=say)

    if rows > AT_ONCE:
        job = jobs.start(work, actor=actor, subject=f"assignment save {found.id}", now=now)
        return redirect(url_for("desk.progress", job_id=job.id))
    answer = work(lambda _step: None)
    if isinstance(answer, Refused):
        flash(here.sentence(answer.reason), "error")
    elif isinstance(answer, Taken):
        _tell(answer)
    return redirect(url_for("desk.draft", set_id=found.id))


@blueprint.post("/<set_id>/discard")
def discard(set_id: str) -> BaseResponse:
    with reading(here.engine()) as connection:
        found = found_set(connection, set_id)
    refused = changing.reject(here.engine(), found.id, actor=here.actor(), now=here.now())
    if refused is not None:
        flash(here.sentence(refused.reason), "error")
    else:
        flash(_("Borrador descartado: nada cambió."), "success")
    return redirect(url_for("desk.index"))


@blueprint.post("/<set_id>/put-back")
def put_back(set_id: str) -> BaseResponse:
    """A draft that undoes what was saved, where that still can be."""
    with reading(here.engine()) as connection:
        found = found_set(connection, set_id)
    engine, actor, now, scope = here.engine(), here.actor(), here.now(), here.scope()
    config, today = here.office().config, here.today()

    def work(say: jobs.Say) -> object:
        roads = roads_of(config, engine)
        return putting_back.put_back(
            engine, found.id, as_of=today, actor=actor, now=now, scope=scope, roads=roads, progress=say
        )

    job = jobs.start(work, actor=actor, subject=f"assignment back {found.id}", now=now)
    return redirect(url_for("desk.progress", job_id=job.id))


@blueprint.get("/history")
def history() -> str:
    """Who decided what and why, of one agent or one debtor."""
    agent, debtor = request.args.get("agent", ""), request.args.get("debtor", "")
    scope = here.scope()
    with reading(here.engine()) as connection:
        staff = staff_of(connection)
        agent = agent if agent in {one.id for one in staff} else ""
        total, rows, number, pages = 0, [], 1, 1
        if agent or debtor:
            total = board.decided(connection, scope, agent=agent, debtor=debtor)
            number, pages = place(request.args.get("page"), total)
            rows = board.decisions(
                connection, scope, agent=agent, debtor=debtor, limit=SIZE, offset=(number - 1) * SIZE
            )
    if debtor and not rows:
        abort(404)
    return render_template(
        "desk/history.html",
        page=Page(rows, number, pages, total),
        staff=[(one.id, one.name) for one in staff],
        agent=agent,
        debtor=debtor,
    )


@blueprint.get("/doubles")
def doubles() -> str:
    """Doors at which two agents would knock, and what keeps a debtor from being visited twice."""
    scope = here.scope()
    with reading(here.engine()) as connection:
        total = board.doubles(connection, scope)
        number, pages = place(request.args.get("page"), total, AGENTS)
        rows = board.doubled(connection, scope, limit=AGENTS, offset=(number - 1) * AGENTS)
    return render_template("desk/doubles.html", page=Page(rows, number, pages, total))


def _again(set_id: str, *, undone: bool) -> BaseResponse:
    with reading(here.engine()) as connection:
        found = found_set(connection, set_id)
    refused = (moving.undo if undone else moving.redo)(here.engine(), found.id)
    if refused is not None:
        flash(here.sentence(refused.reason), "info")
    return redirect(_back(set_id))


def _back(set_id: str) -> str:
    """The draft with the filter that the form came from."""
    kept = {name: request.form[name] for name in ("agent", "zone", "q", "only") if request.form.get(name)}
    where: dict[str, Any] = {"set_id": set_id, "_anchor": "deudores", **kept}
    return url_for("desk.draft", **where)


def _tell(done: Taken) -> None:
    flash(_("%(n)s deudores tienen ya a quien dice el cambio.", n=done.taken), "success")
    if done.overtaken:
        said = _("%(n)s se dejaron como estaban: la página dice por qué.", n=len(done.overtaken))
        flash(said, "warning")


def _wanted(set_id: str) -> Asked:
    """The move that the form asks for."""
    with reading(here.engine()) as connection:
        return chosen(connection, found_set(connection, set_id))


def _roads() -> Roads:
    return roads_of(here.office().config, here.engine())


def _lasso_words() -> dict[str, str]:
    return {
        "draw": _("Lazo"),
        "aim": _("Lazo con teclas"),
        "corner": _("Poner esquina"),
        "close": _("Cerrar el lazo"),
        "clear": _("Quitar"),
        "how_draw": _("Arrastre alrededor de los deudores."),
        "how_aim": _("Flechas: mover el mapa. Enter: esquina bajo la cruz. Retroceso: quitar la última."),
        "corners": _("{count} esquinas."),
        "few": _("Ponga al menos tres esquinas."),
        "closed": _("Lazo cerrado: al lado está el efecto."),
        "cleared": _("Lazo quitado."),
    }
