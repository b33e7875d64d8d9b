"""For how long the places of visits are kept: the setting, the run that deletes, and the log of it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sync.words import N_

from .. import forgetting
from ..store import forgettings
from ..store.engine import reading
from . import here, job_pages, jobs

blueprint = Blueprint("retention", __name__, url_prefix="/retention")
KEPT = {
    "finding": N_("con un hallazgo abierto"),
    "review": N_("devueltas o retenidas en revisión"),
    "hold": N_("con una retención legal"),
    "claim": N_("con un reclamo abierto"),
}


@blueprint.get("/")
def index() -> str:
    with reading(here.engine()) as connection:
        keeping = forgetting.keeping_of(connection)
        runs = forgettings.listed(connection)
    return render_template(
        "retention/index.html",
        keeping=keeping,
        usual=forgetting.Keeping(),
        least=forgetting.SHORTEST,
        runs=runs,
        kept={code: _(text) for code, text in KEPT.items()},
    )


@blueprint.post("/")
def save() -> Response:
    try:
        asked = int(request.form.get("days", "")), int(request.form.get("off_duty_days", ""))
    except ValueError:
        flash(_("Escriba los días en números."), "error")
        return redirect(url_for("retention.index"))
    refused = forgetting.keep_for(
        here.engine(), days=asked[0], off_duty_days=asked[1], actor=here.actor(), now=here.now()
    )
    if refused is not None:
        flash(here.sentence(refused.reason), "error")
    else:
        flash(_("Guardado. Vale desde la próxima vez que se borren lugares."), "success")
    return redirect(url_for("retention.index"))


@blueprint.post("/run")
def run() -> Response:
    engine, actor, now = here.engine(), here.actor(), here.now()

    def work(say: jobs.Say) -> object:
        return forgetting.forget_places(engine, actor=actor, now=now, say=say)

    job = jobs.start(work, actor=actor, subject="places", now=now)
    return redirect(url_for("retention.progress", job_id=job.id))


@blueprint.get("/jobs/<job_id>")
def progress(job_id: str) -> Response | str:
    job = job_pages.asked(job_id)
    page = job_pages.waiting(job, "retention/progress.html")
    if page is not None:
        return page
    if isinstance(job.result, forgetting.Forgotten):
        gone = job.result.old + job.result.off_duty
        flash(_("Se borraron %(n)s lugares de visitas.", n=gone), "success")
    else:
        flash(_("No terminó. Lo borrado, borrado está; intente de nuevo."), "error")
    return redirect(url_for("retention.index"))
