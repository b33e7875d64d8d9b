"""The page of work that goes on: how far it is, for a person and for the page's script, and nobody else's.

What the work answers in the end is for whoever started it.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, abort, jsonify, render_template, request
from flask_babel import gettext as _

from . import here, jobs
from .jobs import Job


def asked(job_id: str) -> Job:
    """The job that the address names, where the reader started it."""
    job = jobs.of(job_id, here.actor())
    if job is None:
        abort(404)
    return job


def told(job: Job, words: Mapping[str, str] | None = None) -> Response | None:
    """What the page's script hears; None where a person asks."""
    if request.args.get("format") == "json":
        return jsonify(done=job.done, step=said(job, words))
    return None


def waiting(
    job: Job, template: str, words: Mapping[str, str] | None = None, **shown: object
) -> Response | str | None:
    """How far it is, for the page's script or as a page; None when it is done and a person asks."""
    answer = told(job, words)
    if answer is not None or job.done:
        return answer
    return render_template(template, job=job, step=said(job, words), **shown)


def said(job: Job, words: Mapping[str, str] | None = None) -> str:
    """The step in the reader's language; `words` has the text of the steps that are none themselves."""
    step = (words or {}).get(job.step, job.step)
    return str(_(step)) if step else ""
