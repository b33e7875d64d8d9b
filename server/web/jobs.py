"""Work that goes on after its answer: one thread each, kept in this process until it is asked for.

Only work that can be done again lives here; a job that dies with the process has changed nothing.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from flask import current_app

from sync.ids import new_id
from sync.records import Refused

JOBS = "ronda.jobs"
KEPT = 50

Say = Callable[[str], None]
log = logging.getLogger(__name__)


class Cancelled(Exception):
    """Somebody asked the work to stop; raised where it says how far it is, so that it can undo itself."""


@dataclass
class Job:
    """`step` is how far it is, e.g. "3/6"; when `done`, `result` holds what it answered, None a failure."""

    id: str
    actor: str
    subject: str
    started: datetime
    step: str = ""
    done: bool = False
    cancelled: bool = False
    result: object | None = None
    thread: threading.Thread | None = field(default=None, repr=False)

    @property
    def refused(self) -> Refused | None:
        return self.result if isinstance(self.result, Refused) else None


def start(work: Callable[[Say], object], *, actor: str, subject: str, now: datetime) -> Job:
    """Run `work` on a thread of its own; the one already running for that actor and subject goes on alone."""
    jobs = _jobs()
    for running in jobs.values():
        if not running.done and (running.actor, running.subject) == (actor, subject):
            return running
    for old in list(jobs)[: max(0, len(jobs) - KEPT + 1)]:
        if jobs[old].done:
            del jobs[old]
    job = Job(new_id(), actor, subject, now)
    jobs[job.id] = job
    job.thread = threading.Thread(target=_run, args=(job, work), daemon=True, name=f"job {subject}")
    job.thread.start()
    return job


def of(job_id: str, actor: str) -> Job | None:
    """A job of this person; another's does not exist for him."""
    job = _jobs().get(job_id)
    return job if job is not None and job.actor == actor else None


def about(subject: str, actor: str) -> Job | None:
    """The latest job of this person for a subject."""
    mine = [job for job in _jobs().values() if (job.subject, job.actor) == (subject, actor)]
    return mine[-1] if mine else None


def _run(job: Job, work: Callable[[Say], object]) -> None:
    def say(step: str) -> None:
        if job.cancelled:
            raise Cancelled
        job.step = step

    try:
        job.result = work(say)
    except Cancelled:
        log.info("job %s of %s was stopped by him", job.subject, job.actor)
    finally:
        job.done = True
        if job.result is None and not job.cancelled:
            log.error("job %s for %s did not finish", job.subject, job.actor)


def _jobs() -> dict[str, Job]:
    return cast(dict[str, Job], current_app.extensions.setdefault(JOBS, {}))
