"""The form that puts a visit right. The original stays; what differs is said anew, with why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from sync.look import wording
from sync.records import Known, Location, LocationSource, Promise, Visit, VisitResult
from sync.rules.results import FIELDS, PARTIES, PLACES
from sync.rules.visit import draft_from

from ..casefile import AccountCase, Case, case_of
from ..correcting import amend_visit, draft_of
from ..drafting import Draft
from ..store import attachments, cases, policies
from ..store.attachments import Picture
from ..visiting import NotSaved, Problem, Saved
from . import answers as forms
from . import method, pictures
from .guard import clock, store
from .visit import LOCATION_REASONS, account_form, told

blueprint = Blueprint("amend", __name__)


@blueprint.route("/visita/<visit>/corregir", methods=["GET", "POST"])
def form(visit: str) -> str | Response | tuple[str, int]:
    found = told(visit)
    if found.known is None:
        abort(404)  # the debtor is no longer on this laptop
    before = found.known.visit
    case = _case(found.row.debtor or "", before)
    accounts = tuple(one for one in case.accounts if one.id in {r.account for r in before.results})
    if request.method == "GET":
        said = _answers(before, found.promises, accounts, found.row.said["happened"].get("line"), case.zone)
        return _page(case, before, accounts, said, "", [])
    said = forms.flat(request.form.to_dict(flat=False))
    with store().reading() as db:
        shown = len(attachments.of_visits(db, [visit]).get(visit, []))
    wrong = pictures.receive(visit, case.zone, said, already=shown)
    added = pictures.with_signature(pictures.kept(visit), said.get("signed_name", ""))
    result = NotSaved(tuple(wrong)) if wrong else _amend(said, before, case, accounts, added)
    if isinstance(result, Saved):
        wording.tell(said.get("note", ""), said.get("why", ""))
        return redirect(url_for("visit.show", visit=visit, guardado=1))
    return _page(case, before, accounts, said, said.get("why", ""), list(result.problems)), 422


@blueprint.get("/visita/<visit>/corregir/foto/<sha256>")
def picture(visit: str, sha256: str) -> Response:
    """A picture that is to be added, before it is saved."""
    if told(visit).known is None:
        abort(404)
    return pictures.of_form(visit, sha256)


def _case(debtor: str, before: Visit) -> Case:
    with store().reading() as db:
        state = cases.state_of(db, debtor)
        return case_of(state, policies.all_of(db), clock().read().wall, before.address)


def _answers(
    before: Visit,
    promises: tuple[Promise, ...],
    accounts: tuple[AccountCase, ...],
    line: int | None,
    zone: str,
) -> forms.Answers:
    """The visit as it stands, its times always in the open: a correction is never written at the door."""
    whole = draft_from(before, promises=promises)
    draft = replace(draft_of(before, line), results=whole.results)
    ordered = replace(draft, accounts=tuple(account.id for account in accounts))
    return forms.answers_of(ordered, zone)


def _amend(
    said: forms.Answers,
    before: Visit,
    case: Case,
    accounts: tuple[AccountCase, ...],
    added: tuple[Picture, ...],
) -> Saved | NotSaved:
    frame = forms.Frame(case.state.id, tuple(one.id for one in accounts), case.zone, before.stop)
    # The times are typed now, whatever they were then; how they were known then stays true.
    typed = said | {"known": Known.PAPER if said.get("line") else Known.LATER}
    where = _of_a_photo(said, before, added)
    if where is not None:  # the camera's place is not typed
        typed |= {"lat": str(where.lat), "lon": str(where.lon)}
    draft, unreadable = forms.draft_of(typed, frame, clock().read().wall)
    if unreadable:
        return NotSaved(tuple(unreadable))
    kept = replace(_same_minutes(draft, before), pictures=added)
    # The form asks of the steps, objections and flags; what else was told of the visit stays.
    told = before.conduct
    kept = replace(kept, conduct=replace(kept.conduct, answers=told.answers, reviewed=told.reviewed))
    kept = kept if where is None else replace(kept, location=where)
    return amend_visit(store(), before.id, kept, said.get("why", ""), clock().read())


def _of_a_photo(said: forms.Answers, before: Visit, added: Sequence[Picture]) -> Location | None:
    """The place that a picture tells, where that is chosen: one added now, else what was told before."""
    if said.get("loc") != LocationSource.EXIF:
        return None
    first = before.location if before.location.source is LocationSource.EXIF else None
    return next((one.location for one in added if one.location is not None), first)


def _same_minutes(draft: Draft, before: Visit) -> Draft:
    """The form shows minutes: where they are unchanged, the seconds told before stay."""
    start, end = before.happened.start, before.happened.end
    if draft.start is not None and draft.start == start.replace(second=0, microsecond=0):
        draft = replace(draft, start=start)
    if draft.end is not None and draft.end == end.replace(second=0, microsecond=0):
        draft = replace(draft, end=end)
    return replace(draft, known=before.known, results=_unasked_kept(draft.results, before))


def _unasked_kept(results: tuple[VisitResult, ...], before: Visit) -> tuple[VisitResult, ...]:
    """What was told and the form does not ask, such as a photo, stays with its result."""
    told = {(one.account, one.result): one.detail for one in before.results}
    return tuple(
        replace(one, detail={**_unasked(told.get((one.account, one.result), {})), **one.detail})
        for one in results
    )


def _unasked(detail: Mapping[str, str]) -> dict[str, str]:
    return {key: text for key, text in detail.items() if key not in FIELDS or FIELDS[key].kind == "photo"}


def _page(
    case: Case,
    before: Visit,
    accounts: tuple[AccountCase, ...],
    said: forms.Answers,
    why: str,
    problems: list[Problem],
) -> str:
    found = forms.anchors(problems, [account.id for account in accounts])
    context: dict[str, Any] = {
        "summary": [(anchor, because.said(_)) for anchor, because, _account in found],
        "errors": {anchor: because.said(_) for anchor, because, _account in found if anchor},
    }
    return render_template(
        "field/visit_form.html",
        case=case,
        stop=None,
        said=said,
        why=why,
        verdict=None,
        forms=[account_form(place, account) for place, account in enumerate(accounts)],
        places=[(code, _(label)) for code, label in PLACES.items()],
        parties=[(code, _(label)) for code, label in PARTIES.items()],
        address_kinds=[],
        location_reasons=LOCATION_REASONS,
        amending=True,
        visit=before.id,
        told_place=before.location if before.location.source is LocationSource.EXIF else None,
        pictures=pictures.shown(pictures.kept(before.id), case.zone),
        **context,
        **method.shown(case, accounts),
    )
