"""The open export from the page: made in the background, told how far it is, and handed over as one file."""

from __future__ import annotations

import shutil
from pathlib import Path

from flask import Response, abort, redirect, render_template, send_file, url_for
from werkzeug.wrappers import Response as BaseResponse

from ..exporting import export as write_export
from ..exporting_pictures import export_pictures
from ..shelf import Shelf
from . import here, job_pages, jobs
from .figure_trends import blueprint

WAITS_S = 0.2


@blueprint.post("/export")
def export() -> BaseResponse:
    """Everything, for who sees everything: tables, schemas, GeoPackage, GeoJSON and the ledger."""
    if not here.sees_everything():
        abort(404)
    office, actor, now, today = here.office(), here.actor(), here.now(), here.today()
    folder = office.config.exports / f"ronda-{today}-{now:%H%M%S}"

    def work(say: jobs.Say) -> object:
        write_export(office.engine, office.signer, folder, as_of=today, actor=actor, now=now, say=say)
        export_pictures(office.engine, Shelf(office.config.shelf), folder)
        return Path(shutil.make_archive(str(folder), "zip", folder))

    job = jobs.start(work, actor=actor, subject="open export", now=now)
    if job.thread is not None:
        job.thread.join(timeout=WAITS_S)
    return redirect(url_for("figures.export_progress", job_id=job.id))


@blueprint.get("/export/<job_id>")
def export_progress(job_id: str) -> str:
    job = job_pages.asked(job_id)
    ended = job.done  # asked once, before its result: it may end while the page is written
    made = job.result if isinstance(job.result, Path) else None
    done, _slash, whole = job.step.partition("/")
    return render_template(
        "figures/export.html",
        job=job,
        ended=ended,
        size=made.stat().st_size if made is not None and made.is_file() else None,
        done=int(done or 0),
        whole=int(whole or 1),
    )


@blueprint.get("/export/<job_id>/file")
def export_file(job_id: str) -> Response:
    """The folder as one ZIP."""
    job = jobs.of(job_id, here.actor())
    made = job.result if job is not None and isinstance(job.result, Path) else None
    if made is None or not made.is_file():
        abort(404)
    return send_file(made, as_attachment=True, download_name=made.name, mimetype="application/zip")


__all__ = ["blueprint"]
