"""Letters by level: preview a batch with what is refused and why, make it, print it, follow each letter."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from sync.records import Refused
from sync.rules.messages import Medium
from sync.rules.strategy import Strategy
from sync.slips import shown

from .. import lettering
from ..lettering.following import MAY, STATES
from ..noticing import wording
from ..shelf import Missing, Shelf
from ..store import facts, worklists
from ..store import letters as store
from ..store.engine import reading, writing
from ..strategy import using
from . import here, job_pages, jobs
from .paging import SIZE, place

blueprint = Blueprint("letters", __name__, url_prefix="/letters")

TONES = {
    "ready": "info",
    "refused": "neutral",
    "made": "warn",
    "handed": "info",
    "delivered": "good",
    "returned": "bad",
}
BATCH = {"previewed": "warn", "made": "good", "dropped": "neutral"}
LONGEST_FILE = 200_000
MOST_LINES = 5_000


@blueprint.get("/")
def index() -> str:
    return _index("", {})


@blueprint.post("/")
def preview() -> Answer | tuple[str, int]:
    """Judge every account of a level and segment; the page after it says how far that is."""
    asked = {name: request.form.get(name, "").strip() for name in ("level", "segment", "template")}
    if not asked["level"] and not asked["segment"]:
        return _index(_("Elija un nivel o un segmento."), asked), 422
    office, actor, now, today, scope = here.office(), here.actor(), here.now(), here.today(), here.scope()

    def work(say: jobs.Say) -> object:
        return lettering.preview(
            office.engine,
            office.signer,
            **asked,
            actor=actor,
            now=now,
            today=today,
            scope=scope,
            say=say,
        )

    job = jobs.start(work, actor=actor, subject="letters", now=now)
    return redirect(url_for("letters.progress", job_id=job.id))


@blueprint.get("/jobs/<job_id>")
def progress(job_id: str) -> Answer | str:
    job = job_pages.asked(job_id)
    page = job_pages.waiting(job, "letters/progress.html")
    if page is not None:
        return page
    if job.refused is not None:
        flash(here.sentence(job.refused.reason), "error")
    elif job.result is None:
        flash(_("El trabajo no terminó: intente de nuevo."), "error")
    else:
        number = job.subject.partition(" ")[2]
        if number:
            flash(_("Cartas hechas: %(count)s. Imprímalas y anote su entrega.", count=job.result), "success")
        return redirect(url_for("letters.batch", number=number or job.result))
    return redirect(url_for("letters.index"))


@blueprint.get("/<number>")
def batch(number: str) -> str:
    return _page(number, [])


@blueprint.post("/<number>/make")
def make(number: str) -> Answer:
    """Make the letters of a batch and their one PDF."""
    held = _held(number)
    office, actor, now, scope = here.office(), here.actor(), here.now(), here.scope()
    shelf = Shelf(office.config.shelf)

    def work(say: jobs.Say) -> object:
        return lettering.make_batch(
            office.engine, office.signer, shelf, number, actor=actor, now=now, scope=scope, say=say
        )

    job = jobs.start(work, actor=actor, subject=f"letters {held['number']}", now=now)
    return redirect(url_for("letters.progress", job_id=job.id))


@blueprint.post("/<number>/drop")
def drop(number: str) -> Answer:
    _held(number)
    done = lettering.drop(here.engine(), number, actor=here.actor(), now=here.now(), scope=here.scope())
    if done is not None:
        flash(here.sentence(done.reason), "error")
        return redirect(url_for("letters.batch", number=number))
    flash(_("Lote descartado: no se hizo ninguna carta."), "success")
    return redirect(url_for("letters.index"))


@blueprint.get("/<number>/cartas.pdf")
def pdf(number: str) -> Response:
    """All the letters of a batch in one PDF; who took it is remembered."""
    held = _held(number)
    if not held["sha256"]:
        abort(404)
    try:
        data = Shelf(here.office().config.shelf).get(held["sha256"])
    except Missing:
        abort(404)
    with writing(here.engine()) as connection:
        facts.append(
            connection,
            "letters.taken",
            as_of=here.today(),
            now=here.now(),
            actor=here.actor(),
            subject=held["id"],
            payload={"number": held["number"]},
        )
    answer = Response(data, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="lote-{held["number"]}.pdf"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@blueprint.post("/<number>/follow")
def follow(number: str) -> Answer | tuple[str, int]:
    """Codes, one a line, as a barcode reader types them; or a file of them. A wrong one stops no other."""
    _held(number)
    state = request.form.get("state", "")
    file = request.files.get("file")
    given = request.form.get("codes", "")
    if file is not None and file.filename:
        given += "\n" + file.stream.read(LONGEST_FILE).decode("utf-8", "replace")
    lines = [line for line in given.splitlines() if line.strip()][:MOST_LINES]
    if state not in MAY or not lines:
        flash(_("Escriba o lea al menos un código y elija qué pasó."), "error")
        return redirect(url_for("letters.batch", number=number))
    wrong, noted = [], 0
    for place_, line in enumerate(lines, 1):
        code, _mark, note = line.partition(next((mark for mark in ",;\t" if mark in line), "\n"))
        done = lettering.follow(
            here.engine(),
            code,
            state,
            note=note.strip()[:300],
            batch=number,
            actor=here.actor(),
            now=here.now(),
            scope=here.scope(),
            user=here.me().id,
        )
        if isinstance(done, Refused):
            wrong.append((place_, re.sub(r"\s+", " ", code)[:40], here.sentence(done.reason)))
        else:
            noted += 1
    if noted:
        flash(_("Cartas anotadas: %(count)s.", count=noted), "success")
    if wrong:
        return _page(number, wrong), 422
    return redirect(url_for("letters.batch", number=number))


def _index(error: str, given: dict[str, str]) -> str:
    with reading(here.engine()) as connection:
        strategy = using.in_force(connection)
        run = worklists.run(connection)
        batches = store.listed(connection, here.scope())
        templates = [
            (key, one.title)
            for key, one in sorted(wording.templates(connection).items())
            if one.medium is Medium.LETTER
        ]
        counts: dict[str, dict[str, int]] = {"stage": {}, "segment": {}}
        if run is not None:
            groups = worklists.grouped(connection, here.scope(), run["id"])
            for name, held in counts.items():
                for value, count, _minor, _currency in groups[name]:
                    held[value] = held.get(value, 0) + count
    return render_template(
        "letters/index.html",
        run=run,
        batches=batches,
        templates=templates,
        stages=[
            (one.name, f"{one.title} ({counts['stage'].get(one.name, 0)})") for one in strategy.ladder.stages
        ],
        segments=[
            (one.name, f"{one.title} ({counts['segment'].get(one.name, 0)})") for one in strategy.segments
        ],
        titles=_titles(strategy),
        most=lettering.MOST,
        error=error,
        given=given,
        tones=BATCH,
        today=here.today(),
    )


def _page(number: str, wrong: list[tuple[int, str, str]]) -> str:
    held = _held(number)
    state = request.args.get("state", "")
    with reading(here.engine()) as connection:
        tally = store.states_of(connection, [held["id"]]).get(held["id"], {})
        total = tally.get(state, 0) if state in STATES else sum(tally.values())
        page, pages = place(request.args.get("page"), total)
        rows = store.rows_of(
            connection,
            held["id"],
            state if state in STATES else "",
            limit=SIZE,
            offset=(page - 1) * SIZE,
        )
        strategy = using.in_force(connection)
        template = wording.template_of(connection, held["template"])
    return render_template(
        "letters/batch.html",
        batch=held,
        title=template.title if template is not None else held["template"],
        titles=_titles(strategy),
        rows=rows,
        page=page,
        pages=pages,
        total=total,
        tally=[(code, _(word), tally.get(code, 0)) for code, word in STATES.items()],
        words={code: _(word) for code, word in STATES.items()},
        tones=TONES,
        state=state,
        wrong=wrong,
        shown=shown,
        moves=[(code, _(STATES[code])) for code in MAY],
    )


def _titles(strategy: Strategy) -> dict[str, str]:
    """What levels and segments are called."""
    return {one.name: one.title for one in strategy.ladder.stages} | {
        one.name: one.title for one in strategy.segments
    }


def _held(number: str) -> dict[str, Any]:
    with reading(here.engine()) as connection:
        held = store.one(connection, here.scope(), number)
    if held is None:
        abort(404)
    return held
