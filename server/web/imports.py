"""Files of the lenders, brought in step by step: the file, how it is read, the import, its report.

Nothing is written before a person says so. What is typed of the reading stays with the file until then.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from ..importing import ImportReport, NotAgreed, WrongImport
from ..importing.looking import Look, look
from ..importing.told import DELIMITERS, ENCODINGS, Told
from ..store import mappings
from ..store.engine import reading
from . import here, import_form, import_reports, jobs, uploads
from .import_reading import choices, fields_of, first_look, fitted, mapping_name, reads_otherwise, told_from
from .import_work import Outcome, Work, share_of, words_of
from .uploads import Asked, Upload

blueprint = Blueprint("imports", __name__, url_prefix="/imports")
import_reports.add_to(blueprint)
AT_ONCE = 1000  # rows: more are imported as work that goes on, with its progress
CHECKED = 5000  # rows: more are not gone through before a person says that they are to be imported
REMARKS = 15  # of a check, on the page


@blueprint.route("/new", methods=["GET", "POST"])
def upload() -> Response | str | tuple[str, int]:
    """The first step: the file, whose it is and of which day."""
    if request.method == "GET":
        return import_form.page({}, {})
    given = {
        name: request.form.get(name, "").strip()
        for name in ("kind", "lender", "new_lender", "pack", "mode", "source", "channel")
    }
    given["as_of"] = request.form.get("as_of", "")
    with reading(here.engine()) as connection:
        errors = import_form.wrong(connection, given)
    if errors:
        return import_form.page(given, errors), 422
    sent = request.files["file"]
    original = uploads.shown_name(sent.filename)
    asked = Asked(
        kind=given["kind"],
        lender=import_form.lender_of(given),
        as_of=given["as_of"],
        pack=given["pack"],
        mode=given["mode"],
        actor=here.actor(),
        original=original,
        suffix=import_form.SUFFIXES[Path(original).suffix.lower()],
        source=given["source"] if given["kind"] == "contacts" else "",
        channel=given["channel"] if given["kind"] == "contacts" else "",
    )
    kept = uploads.keep(_shelf(), sent, asked, here.now())
    name = mapping_name(asked.lender, asked.kind)
    with reading(here.engine()) as connection:
        columns = mappings.load(connection, name, asked.kind) or {}
        habits = mappings.habits(connection, name, asked.kind)
    try:
        seen = first_look(kept.path, asked.kind, columns, habits)
    except WrongImport as wrong:
        kept.forget()
        return import_form.page(given, {"file": here.sentence(wrong.because)}), 422
    kept.tell(seen.told)
    return redirect(url_for("imports.review", upload_id=kept.id), 303)


@blueprint.get("/new/<upload_id>")
def review(upload_id: str) -> Response | str | tuple[str, int]:
    """The second step: how the file is read, each column's meaning, what an import would do."""
    kept = uploads.of(_shelf(), upload_id, here.actor())
    if kept is None:
        return _gone()
    if _running(kept.id) is not None:
        return redirect(url_for("imports.progress", upload_id=kept.id))
    return _review(kept, _seen(kept))


@blueprint.post("/new/<upload_id>/reading")
def reread(upload_id: str) -> Response | str | tuple[str, int]:
    """Read it again as the form says; nothing is imported."""
    kept = uploads.of(_shelf(), upload_id, here.actor())
    if kept is None:
        return _gone()
    seen, errors = _retold(kept)
    if errors:
        return _review(kept, seen, errors), 422
    return redirect(url_for("imports.review", upload_id=kept.id), 303)


@blueprint.post("/new/<upload_id>")
def confirm(upload_id: str) -> Response | str | tuple[str, int]:
    """The word to import, or to forget the file."""
    kept = uploads.of(_shelf(), upload_id, here.actor())
    if kept is None:
        return _gone()
    if request.form.get("word") == "forget":
        kept.forget()
        flash(_("No se importó nada."), "info")
        return redirect(url_for("imports.index"))
    with reading(here.engine()) as connection:
        if not import_form.may_bring(connection, kept.asked.lender):
            abort(403)
    seen, errors = _retold(kept)
    if errors or not seen.ready:
        return _review(kept, seen, errors), 422
    work = _work(kept, seen).agreeing(request.form.get("agreed") == "1")
    if seen.total <= AT_ONCE:
        return _answered(kept, work(lambda step: None))
    jobs.start(work, actor=here.actor(), subject=_subject(kept.id), now=here.now())
    return redirect(url_for("imports.progress", upload_id=kept.id), 303)


@blueprint.get("/new/<upload_id>/progress")
def progress(upload_id: str) -> Response | str | tuple[str, int]:
    """The third step, of a long file: how far it is; when it is done, its report."""
    job = jobs.about(_subject(upload_id), here.actor())
    if job is None:
        return redirect(url_for("imports.review", upload_id=upload_id))
    if request.args.get("format") == "json":
        return jsonify(done=job.done, step=_(words_of(job.step)), share=share_of(job.step))
    kept = uploads.of(_shelf(), upload_id, here.actor())
    if not job.done:
        return render_template(
            "imports/progress.html",
            upload=kept,
            upload_id=upload_id,
            step=_(words_of(job.step)) if job.step else "",
            share=share_of(job.step),
            stopping=job.cancelled,
        )
    if isinstance(job.result, ImportReport | NotAgreed | WrongImport):
        return _answered(kept, job.result)
    if job.cancelled:
        flash(_("Se detuvo: no se importó nada. El archivo sigue aquí."), "info")
    else:
        flash(_("La importación no terminó. No se guardó nada: intente de nuevo."), "error")
    return redirect(url_for("imports.review", upload_id=upload_id))


@blueprint.post("/new/<upload_id>/cancel")
def cancel(upload_id: str) -> Response:
    """Stop an import that is going on: it is one transaction, of which nothing is kept."""
    job = _running(upload_id)
    if job is not None:
        job.cancelled = True
    return redirect(url_for("imports.progress", upload_id=upload_id), 303)


def _answered(kept: Upload | None, outcome: Outcome) -> Response | str | tuple[str, int]:
    """What an import came to, as the page that follows it."""
    if isinstance(outcome, ImportReport):
        flash(_("Archivo importado. Importarlo otra vez no cambiaría nada."), "success")
        return redirect(url_for("imports.report", import_id=outcome.import_id), 303)
    if kept is None:
        return _gone()
    if isinstance(outcome, NotAgreed):
        return _review(kept, _seen(kept), must_agree=here.sentence(outcome.refused.reason)), 422
    return _review(kept, _seen(kept), {"reading": here.sentence(outcome.because)}), 422


def _gone() -> Response:
    flash(_("El archivo ya no espera: se importó o pasó un día. Súbalo de nuevo."), "error")
    return redirect(url_for("imports.upload"))


def _retold(kept: Upload) -> tuple[Look, dict[str, str]]:
    """The file as the form says it is to be read, which is kept; and what is wrong with what it says."""
    before = _seen(kept)
    if "reading" not in request.form:
        return before, {}
    told, errors = told_from(request.form, before, kept.asked.kind)
    try:
        seen = look(kept.path, kept.asked.kind, told)
        if reads_otherwise(told, before.told):
            seen = fitted(kept.path, kept.asked.kind, seen, before.told.columns)
    except WrongImport as wrong:
        return before, {"reading": here.sentence(wrong.because)}
    kept.tell(seen.told)
    return seen, errors


def _seen(kept: Upload) -> Look:
    """The file as it was last said to be read; from the beginning where that cannot be done any more."""
    try:
        return look(kept.path, kept.asked.kind, kept.told)
    except WrongImport:
        kept.tell(Told())
        return look(kept.path, kept.asked.kind)


def _review(kept: Upload, seen: Look, errors: Mapping[str, str] | None = None, must_agree: str = "") -> str:
    wrong = dict(errors or {})
    checked: ImportReport | NotAgreed | WrongImport | None = None
    if seen.ready and not wrong and seen.total <= CHECKED:
        checked = _work(kept, seen).check()
    if isinstance(checked, WrongImport):
        wrong["reading"] = here.sentence(checked.because)
    fields, unused = choices(seen, kept.asked.kind, wrong)
    wrong |= {f"f-{one.field}": one.error for one in fields if one.error}
    return render_template(
        "imports/review.html",
        upload=kept,
        seen=seen,
        report=checked if isinstance(checked, ImportReport) else None,
        question=must_agree
        or (here.sentence(checked.refused.reason) if isinstance(checked, NotAgreed) else ""),
        must_agree=bool(must_agree),
        fields=fields,
        unused=unused,
        every_field=fields_of(kept.asked.kind),
        errors=wrong,
        encodings=ENCODINGS,
        delimiters=DELIMITERS,
        most_remarks=REMARKS,
    )


def _work(kept: Upload, seen: Look) -> Work:
    office = here.office()
    return Work(office.engine, office.config.cities, kept, seen, here.actor(), here.now())


def _running(upload_id: str) -> jobs.Job | None:
    job = jobs.about(_subject(upload_id), here.actor())
    return job if job is not None and not job.done else None


def _subject(upload_id: str) -> str:
    return f"import {upload_id}"


def _shelf() -> Path:
    return here.office().config.data / "uploads"
