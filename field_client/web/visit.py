"""The visit form: place × party × result × reason, a result per account; and the page of a saved visit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sync.fold import KnownVisit
from sync.look import wording
from sync.records import Location, LocationSource, Party, Promise, Result, Verdict
from sync.rules.alarms import ALARMS
from sync.rules.answers import FieldError
from sync.rules.policy import Policy
from sync.rules.questions import QUESTIONS
from sync.rules.results import FIELDS, PARTIES, PLACES, RESULTS
from sync.rules.steps import STEPS
from sync.rules.visit import optional_fields, required_fields, results_for
from sync.words import N_

from .. import delivery
from ..casefile import AccountCase, Case, place_at
from ..store import attachments, cases, drafts, journal, records, settings
from ..store.db import Database, NotWritten
from ..today import badge_of
from ..visiting import Problem, Saved, record_visit
from . import answers as forms
from . import method, pictures
from .case import WORDS, address_kinds, load, stop_of
from .guard import clock, store

blueprint = Blueprint("visit", __name__)
USUAL_REASON = "location_reason"
LOCATION_REASONS = (
    N_("El portátil no tiene GPS"),
    N_("No hubo señal"),
    N_("La persona no lo permitió"),
    N_("Por seguridad"),
    N_("Se escribió después"),
)


@dataclass(frozen=True)
class Question:
    """A field of a result: the results that need it, those that only want it, and with whom."""

    key: str
    label: str
    kind: str
    choices: tuple[tuple[str, str], ...]
    needed: tuple[str, ...]
    wanted: tuple[str, ...]
    parties: tuple[str, ...]


@dataclass(frozen=True)
class AccountForm:
    """One account's part of the form: the results by party, and the questions they ask."""

    place: int
    case: AccountCase
    groups: tuple[tuple[tuple[Party, ...], tuple[tuple[Result, str], ...]], ...]
    questions: tuple[Question, ...]


def account_form(place: int, case: AccountCase) -> AccountForm:
    groups: dict[tuple[Result, ...], list[Party]] = {}
    for party in Party:
        groups.setdefault(results_for(party, case.policy), []).append(party)
    labelled = tuple(
        (tuple(parties), tuple((result, _(RESULTS[result].label)) for result in results))
        for results, parties in groups.items()
    )
    return AccountForm(place, case, labelled, questions(case.policy))


def questions(policy: Policy | None) -> tuple[Question, ...]:
    """Every field some result asks under this pack, in the order of the table of fields."""
    found = []
    for key, field in FIELDS.items():
        asked = [
            one
            for result in RESULTS
            for one in (*required_fields(result, policy), *optional_fields(result, policy))
            if one.key == key
        ]
        needed = tuple(r for r in RESULTS if any(f.key == key for f in required_fields(r, policy)))
        wanted = tuple(r for r in RESULTS if any(f.key == key for f in optional_fields(r, policy)))
        if not asked or field.kind == "photo":
            continue
        parties = {party for r in (*needed, *wanted) for party in RESULTS[r].parties}
        ordered = tuple(party for party in Party if party in parties)
        choices = tuple((code, _(text)) for code, text in asked[0].choices)
        found.append(Question(key, _(field.label), field.kind, choices, needed, wanted, ordered))
    return tuple(found)


def at_stake(case: Case, stop: dict[str, Any] | None) -> tuple[AccountCase, ...]:
    """The accounts the visit is about: the stop's, else all the debtor has here."""
    named = stop["accounts"] if stop else [account.id for account in case.accounts]
    return tuple(account for account in case.accounts if account.id in named)


def frame_of(case: Case, stop: dict[str, Any] | None) -> forms.Frame:
    accounts = tuple(account.id for account in at_stake(case, stop))
    return forms.Frame(
        case.state.id, accounts, case.zone, stop["id"] if stop else None, stop["route"] if stop else None
    )


@blueprint.get("/caso/<debtor>/visita")
def form(debtor: str) -> str:
    stop = stop_of(debtor, request.args.get("parada"))
    case = load(debtor, str(stop["address"]) if stop and stop["address"] else None)
    now = case.now
    with store().reading() as db:
        draft = drafts.get(db, debtor)
        usual = usual_reason(db)
    if draft is not None:
        said = forms.resumed(forms.flat(draft), now, case.zone)
    else:
        said = forms.fresh(now, case.zone, place_at(case.address), case.address.id if case.address else None)
        said |= {"location_reason": usual}
        if stop is not None and stop["sequence"] is not None:
            said["line"] = str(stop["sequence"])  # of the paper sheet, where it was followed
    return _page(case, stop, said, [], None, kept=draft is not None)


@blueprint.post("/caso/<debtor>/visita")
def save(debtor: str) -> Response | tuple[str, int]:
    stop = stop_of(debtor, request.args.get("parada"))
    said = forms.flat(request.form.to_dict(flat=False))
    case = load(debtor, said.get("address"))
    reading = clock().read()
    wrong = pictures.receive(debtor, case.zone, said)
    kept = pictures.kept(debtor)
    with store().reading() as db:
        said = pictures.placed(said, kept, usual_reason(db))
    for text in request.form.getlist("poner"):
        if (put := method.setting(text)) is not None:
            said |= dict([put])
    if "adjuntar" in request.form or "poner" in request.form:
        with store().writing() as db:
            drafts.save(db, debtor, said, reading.wall)
        return _page(case, stop, said, list(wrong), None, kept=True), 422 if wrong else 200
    draft, unreadable = forms.draft_of(said, frame_of(case, stop), reading.wall)
    unreadable += wrong
    draft = replace(draft, pictures=pictures.with_signature(kept, said.get("signed_name", "")))
    try:
        result = record_visit(store(), draft, reading, unreadable)
    except NotWritten as wrong:  # what was typed stays in the form; its id makes saving again safe
        return _page(case, stop, said, [FieldError("", wrong.because)], None, kept=False), 507
    if isinstance(result, Saved):
        _remember(draft.location)
        wording.tell(draft.note, *(text for name, text in said.items() if name.endswith("place")))
        return redirect(url_for("visit.show", visit=result.visit, guardado=1))
    with store().writing() as db:
        drafts.save(db, debtor, said, reading.wall)
    return _page(case, stop, said, list(result.problems), result.verdict, kept=True), 422


def usual_reason(db: Database) -> str:
    """Why there is no location, as it was told last on this laptop; a laptop without receiver says so."""
    told = str(settings.get(db, USUAL_REASON, ""))
    return told or ("" if settings.get(db, "receiver", "") else _(LOCATION_REASONS[0]))


def _remember(where: Location) -> None:
    if where.source is LocationSource.NONE and where.reason:
        with store().writing() as db:
            settings.put(db, USUAL_REASON, where.reason)


@blueprint.post("/caso/<debtor>/borrador")
def keep_draft(debtor: str) -> tuple[str, int]:
    """Autosave: the answers as they are. A draft is not a visit and is never sent."""
    said = request.get_json(silent=True)
    if not isinstance(said, dict):
        abort(400)
    load(debtor)
    answers = forms.flat({str(name): value for name, value in said.items()})
    with store().writing() as db:
        # A form still open in another tab must not bring back the draft of a visit already saved.
        if journal.find(db, answers.get("visit_id", "")) is None:
            drafts.save(db, debtor, dict(answers), clock().read().wall)
    return "", 204


@blueprint.post("/caso/<debtor>/borrador/descartar")
def drop_draft(debtor: str) -> Response:
    with store().writing() as db:
        drafts.drop(db, debtor)
        attachments.drop_draft(db, debtor)
        here = records.get(db, "debtor", debtor) is not None
    return redirect(url_for("case.show", debtor=debtor) if here else url_for("sending.show"))


def _page(
    case: Case,
    stop: dict[str, Any] | None,
    said: forms.Answers,
    problems: list[Problem],
    verdict: Verdict | None,
    *,
    kept: bool,
) -> str:
    accounts = at_stake(case, stop)
    found = forms.anchors(problems, [account.id for account in accounts])
    numbers = {account.id: account.known.account.number for account in accounts}
    several = len(accounts) > 1
    summary = [
        (anchor, f"{numbers[account]}: {because.said(_)}" if several and account else because.said(_))
        for anchor, because, account in found
    ]
    judged = verdict if verdict is not None else case.verdict
    return render_template(
        "field/visit_form.html",
        case=case,
        stop=stop,
        said=said,
        summary=summary,
        errors={anchor: because.said(_) for anchor, because, _account in found if anchor},
        verdict=judged,
        forms=[account_form(place, account) for place, account in enumerate(accounts)],
        places=[(code, _(label)) for code, label in PLACES.items()],
        parties=[(code, _(label)) for code, label in PARTIES.items()],
        address_kinds=address_kinds(),
        location_reasons=LOCATION_REASONS,
        pictures=pictures.shown(pictures.kept(case.state.id), case.zone),
        amending=False,
        draft_kept=kept,
        **method.shown(case, accounts),
    )


@dataclass(frozen=True)
class Told:
    """A visit of this laptop with its place in the ledger and what became of it since."""

    row: journal.Row
    known: KnownVisit | None
    promises: tuple[Promise, ...]
    amendments: tuple[journal.Row, ...]


def told(visit: str) -> Told:
    """404 for a visit this laptop did not record."""
    with store().reading() as db:
        row = journal.find(db, visit)
        if row is None or row.entry.kind != "visit.recorded" or row.debtor is None:
            abort(404)
        state = cases.state_of(db, row.debtor)
        # Of whom is no longer on this laptop nothing is told, whatever the journal still holds.
        here = state.debtor is not None
        known = next((one for one in state.visits if here and one.visit.id == visit), None)
        promises = tuple(one for one in state.promises if here and one.visit == visit)
        amendments = tuple(journal.amendments_of(db, visit))
    return Told(row, known, promises, amendments)


@blueprint.get("/visita/<visit>")
def show(visit: str) -> str:
    found = told(visit)
    with store().reading() as db:
        state = cases.state_of(db, found.row.debtor or "")
        states = delivery.of_rows(db, [found.row, *found.amendments])
        held = attachments.of_visits(db, [visit]).get(visit, [])
        library = method.objections(db)
    return render_template(
        "field/visit.html",
        told=found,
        hidden=state.debtor is None or not found.row.said,
        states=states,
        state=state,
        pictures=held,
        saved="guardado" in request.args,
        badge_of=badge_of,
        words=WORDS | {"fields": FIELDS, "steps": STEPS, "alarms": ALARMS, "questions": QUESTIONS},
        titles={one.code: one.title for one in library},
    )
