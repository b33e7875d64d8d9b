"""Folders of a case: made as a job, shown as it goes, downloaded as one zip by who made it. Writes none."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from sync.ids import new_id

from .. import compiling
from ..compiling import PURPOSES, Compiled
from ..disclosing import case_file_taken
from ..shelf import Shelf
from ..store import claims
from ..store.boards import cases, compiled
from ..store.engine import reading
from ..store.scopes import Scope
from . import here, job_pages, jobs

blueprint = Blueprint("case_files", __name__, url_prefix="/case-files")

KEPT_S = 3600  # a zip waits an hour to be downloaded, then goes
Make = Callable[[Path, Scope, jobs.Say], Compiled]


@dataclass(frozen=True)
class Zipped:
    """A folder as one file, and what was written into it. `back` is the page it was asked from."""

    path: Path
    name: str
    made: Compiled
    about: str
    back: str


@blueprint.post("/dossier/<number>")
def dossier(number: str) -> Answer:
    """The dossier of a complaint: one button."""
    held = _claim(number)
    office, actor, now = here.office(), here.actor(), here.now()
    shelf = Shelf(office.config.shelf)

    def make(path: Path, scope: Scope, say: jobs.Say) -> Compiled:
        return compiling.write_dossier(
            office.engine, office.signer, shelf, held, path, actor=actor, now=now, scope=scope
        )

    back = url_for("claims.claim", number=number)
    return _start(f"dossier {held}", f"dossier-caso-{number}", held, back, make)


@blueprint.post("/access/<number>")
def access(number: str) -> Answer:
    """What is held about whoever asks, for himself."""
    with reading(here.engine()) as connection:
        row = claims.one(connection, here.scope(), number)
    if row is None or row["kind"] != "access":
        abort(404)
    office, actor, now = here.office(), here.actor(), here.now()
    shelf, debtor = Shelf(office.config.shelf), row["debtor_id"]

    def make(path: Path, scope: Scope, say: jobs.Say) -> Compiled:
        return compiling.write_access(
            office.engine, shelf, debtor, path, case=number, actor=actor, now=now, scope=scope
        )

    back = url_for("claims.claim", number=number)
    return _start(f"access {row['id']}", f"datos-caso-{number}", row["id"], back, make)


@blueprint.get("/hand-over/<debtor_id>")
def form(debtor_id: str) -> str:
    return _form(debtor_id, "")


@blueprint.post("/hand-over/<debtor_id>")
def hand_over(debtor_id: str) -> Answer | tuple[str, int]:
    """The whole case, of one lender or of all in scope."""
    asked = {name: request.form.get(name, "").strip() for name in ("lender", "purpose", "why")}
    lenders = {row["lender_id"] for row in _accounts(debtor_id)}
    if not lenders:
        abort(404)
    if asked["purpose"] not in PURPOSES or asked["lender"] not in {"", *lenders}:
        abort(400)
    if not 3 <= len(asked["why"]) <= 300:
        return _form(debtor_id, _("Escriba a quién se entrega y por qué, de 3 a 300 letras.")), 422
    office, actor, now = here.office(), here.actor(), here.now()
    shelf = Shelf(office.config.shelf)

    def make(path: Path, scope: Scope, say: jobs.Say) -> Compiled:
        return compiling.write_handover(
            office.engine,
            office.signer,
            shelf,
            debtor_id,
            path,
            lender_id=asked["lender"] or None,
            purpose=asked["purpose"],
            why=asked["why"],
            actor=actor,
            now=now,
            scope=scope,
            say=say,
        )

    back = url_for("debtors.case", debtor_id=debtor_id)
    return _start(
        f"hand-over {debtor_id} {asked['lender']}", f"caso-{debtor_id[-12:]}", debtor_id, back, make
    )


@blueprint.get("/jobs/<job_id>")
def progress(job_id: str) -> Answer | str:
    """How far a folder is, as a page and, for the page's script, as JSON; then where to get it."""
    job = job_pages.asked(job_id)
    answer = job_pages.told(job)
    if answer is not None:
        return answer
    done = job.result if isinstance(job.result, Zipped) else None
    if job.done and done is None:
        flash(_("La carpeta no se terminó. No se guardó nada: intente de nuevo."), "error")
        return redirect(url_for("claims.index"))
    return render_template("claims/progress.html", job=job, done=done)


@blueprint.get("/jobs/<job_id>/zip")
def download(job_id: str) -> Response:
    """The zip, for who made it, while it is kept; who took it is remembered."""
    job = jobs.of(job_id, here.actor())
    done = job.result if job is not None and isinstance(job.result, Zipped) else None
    if done is None or not done.path.exists():
        abort(404)
    case_file_taken(here.engine(), done.about, done.name, actor=here.actor(), now=here.now())
    answer = send_file(done.path, "application/zip", as_attachment=True, download_name=f"{done.name}.zip")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _start(subject: str, name: str, about: str, back: str, make: Make) -> Answer:
    place = here.office().config.data / "made"
    scope, now = here.scope(), here.now()

    def work(say: jobs.Say) -> object:
        folder = _place(place)
        try:
            done = make(folder / name, scope, say)
            path = compiling.zipped(folder / name, place / f"{folder.name}.zip", name)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return Zipped(path, name, done, about, back)

    job = jobs.start(work, actor=here.actor(), subject=subject, now=now)
    return redirect(url_for("case_files.progress", job_id=job.id))


def _place(place: Path) -> Path:
    """A folder of one's own; what nobody came for in an hour goes first."""
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    for old in place.iterdir():
        if time.time() - old.stat().st_mtime > KEPT_S:
            shutil.rmtree(old, ignore_errors=True) if old.is_dir() else old.unlink(missing_ok=True)
    made = place / new_id()
    made.mkdir(mode=0o700)
    return made


def _claim(number: str) -> str:
    with reading(here.engine()) as connection:
        row = claims.one(connection, here.scope(), number)
    if row is None:
        abort(404)
    return str(row["id"])


def _accounts(debtor_id: str) -> list[dict[str, object]]:
    with reading(here.engine()) as connection:
        return compiled.accounts_of(connection, here.scope(), debtor_id, None)


def _form(debtor_id: str, error: str) -> str:
    with reading(here.engine()) as connection:
        person = cases.debtor(connection, here.scope(), debtor_id)
    if person is None:
        abort(404)
    lenders = {row["lender_id"]: row["lender"] for row in _accounts(debtor_id)}
    return render_template(
        "claims/hand_over.html",
        person=person,
        lenders=sorted(lenders.items(), key=lambda one: str(one[1])),
        purposes=[(code, _(word)) for code, word in PURPOSES.items()],
        error=error,
        given=request.form,
    )
