"""Says the smaller things of the field: a stop not made, an address or phone found, a visit put right.

Nothing already written is changed: a correction is a new event that names what it corrects.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from marshmallow.exceptions import ValidationError

from sync.exchange import Reading
from sync.fold import DebtorState
from sync.records import EventKind, Known, Promise, Result, Verdict, Visit, VisitResult
from sync.rules.answers import FieldError
from sync.rules.typed import money
from sync.rules.visit import RESULTS, check_visit, draft_from
from sync.wire.events import VisitBody
from sync.wire.fields import instant
from sync.words import N_, Phrase

from . import agreeing, bodies
from .casefile import Case, case_of
from .drafting import Draft, ProposedAddress, ProposedPhone
from .store import attachments, cases, policies, records
from .store.attachments import Picture
from .store.db import Database, Store
from .unwritable import unwritable
from .visiting import (
    NotSaved,
    Pen,
    Problem,
    Saved,
    rules_draft,
    told_before,
    write_money,
    write_pictures,
    wrong_address,
    wrong_phone,
)

UNKNOWN_DEBTOR = Phrase(N_("Este deudor no está en el portátil."))


def _say(
    store: Store,
    reading: Reading,
    debtor: str,
    wrong: Callable[[DebtorState], list[Problem]],
    kind: EventKind,
    body: Mapping[str, Any],
) -> Saved | NotSaved:
    """One event about a debtor of this laptop, when nothing is wrong with it."""
    with store.writing() as db:
        state = cases.state_of(db, debtor)
        problems = wrong(state)
        if state.debtor is None:
            problems = [FieldError("debtor", UNKNOWN_DEBTOR), *problems]
        if problems:
            return NotSaved(tuple(problems))
        pen = Pen(db, reading, policies.all_of(db))
        event = pen.write(kind, body, debtor=debtor, accounts=())
    return Saved(event, pen.n, (event,), Verdict(), reading.wall)


def skip_stop(store: Store, stop: str, cause: str, reading: Reading) -> Saved | NotSaved:
    """A planned stop that was not attempted, and why."""
    with store.reading() as db:
        found = next(
            (
                (route["id"], said["debtor"])
                for route in records.all_of(db, "route")
                for said in route["stops"]
                if said["id"] == stop
            ),
            None,
        )
    if found is None:
        return NotSaved((FieldError("stop", Phrase(N_("Esta parada no está en la ruta."))),))
    route, debtor = found
    body = {
        "debtor": debtor,
        "stop": stop,
        "route": route,
        "happened": {
            "start": instant(reading.wall),
            "end": instant(reading.wall),
            "known": Known.LIVE,
            "line": None,
        },
        "cause": cause.strip(),
    }

    def wrong(_state: DebtorState) -> list[Problem]:
        if 2 <= len(cause.strip()) <= 300:
            return []
        return [FieldError("cause", Phrase(N_("Diga en pocas palabras por qué no se hizo la parada.")))]

    return _say(store, reading, debtor, wrong, EventKind.STOP_SKIPPED, body)


def propose_address(
    store: Store, debtor: str, address: ProposedAddress, reading: Reading, visit: str | None = None
) -> Saved | NotSaved:
    """An address found in the field: visible at once, marked, until the office accepts it."""
    body = bodies.address_body(debtor, visit, address)
    return _say(store, reading, debtor, lambda _: wrong_address(address), EventKind.ADDRESS_PROPOSED, body)


def propose_phone(
    store: Store, debtor: str, phone: ProposedPhone, reading: Reading, visit: str | None = None
) -> Saved | NotSaved:
    body = bodies.phone_body(debtor, visit, phone)
    return _say(store, reading, debtor, lambda _: wrong_phone(phone), EventKind.PHONE_PROPOSED, body)


def amend_visit(store: Store, visit: str, draft: Draft, why: str, reading: Reading) -> Saved | NotSaved:
    """Put a visit right: only what differs is said, with why. The original stays as it was.

    `draft` is the whole visit as it should read. A promise that is new with it is a promise of its own, and
    its pictures are added to those the visit has: to add some is to correct nothing, and needs no reason.
    """
    try:
        return _amend(store, visit, draft, why, reading)
    except ValidationError as wrong:  # what no rule foresaw: the transaction is undone, the form says where
        return NotSaved(unwritable(wrong, draft.results))


def _amend(store: Store, visit: str, draft: Draft, why: str, reading: Reading) -> Saved | NotSaved:
    with store.writing() as db:
        packs = policies.all_of(db)
        state = cases.state_of(db, draft.debtor)
        told = told_before(state, visit)
        if told is None:
            return NotSaved((FieldError("visit", Phrase(N_("Esta visita no está en el portátil."))),))
        before, promises = told
        case = case_of(state, packs, before.happened.end, draft.address)
        draft = _with_the_departed(draft, before, state)
        was = bodies.told_body(draft_of(before, draft.line))
        now = bodies.told_body(_as_first_told(draft, before, promises))
        replaces = {
            name: now.get(name, []) for name in {**was, **now} if now.get(name, []) != was.get(name, [])
        }
        pictures = _new_pictures(db, visit, draft)
        problems = [*_wrong_why(why, replaces, pictures), *_wrong_draft(draft, case, before)]
        problems += _wrong_plans(db, draft, before, promises, case)
        if problems:
            return NotSaved(tuple(problems))
        VisitBody(partial=True).load(replaces)  # as every reader of the amendment will
        pen = Pen(db, reading, packs)
        if replaces or why.strip():
            body = {"visit": visit, "why": why.strip(), "replaces": replaces}
            pen.write(EventKind.VISIT_AMENDED, body, debtor=draft.debtor, accounts=draft.accounts)
        here = [one for one in draft.results if one.account in state.accounts]
        fresh = [one for one in here if _is_new_promise(one, promises)]
        write_money(pen, visit, draft.debtor, fresh, case, draft.party)
        write_pictures(pen, visit, draft.debtor, pictures, reading.wall)
        attachments.drop_draft(db, visit)
    return Saved(pen.written[0], pen.n, tuple(pen.written), Verdict(), reading.wall)


def _new_pictures(db: Database, visit: str, draft: Draft) -> list[Picture]:
    """Those that the visit does not show yet."""
    shown = {one.sha256 for one in attachments.of_visits(db, [visit]).get(visit, [])}
    return [one for one in draft.pictures if one.sha256 not in shown]


def _with_the_departed(draft: Draft, before: Visit, state: DebtorState) -> Draft:
    """The draft with what was told of accounts no longer on this laptop, which no form here can show.

    Results stand in their first order, so that only what was corrected differs.
    """
    departed = {one.account: one for one in before.results if one.account not in state.accounts}
    given = [one for one in draft.results if one.account not in departed]
    order = {one.account: place for place, one in enumerate(before.results)}
    results = sorted([*given, *departed.values()], key=lambda one: order.get(one.account, len(order)))
    accounts = dict.fromkeys([*draft.accounts, *departed])
    ordered = sorted(accounts, key=lambda one: order.get(one, len(order)))
    return replace(draft, results=tuple(results), accounts=tuple(ordered))


def _as_first_told(draft: Draft, before: Visit, promises: Sequence[Promise]) -> Draft:
    """A result that only repeats the words of its promise was not corrected: it reads as it did."""
    whole = draft_from(before, promises=promises).results
    told = {said.account: (said, first) for said, first in zip(whole, before.results, strict=True)}
    kept = [
        told[one.account][1] if told.get(one.account, (None,))[0] == one else one for one in draft.results
    ]
    return replace(draft, results=tuple(kept))


def draft_of(visit: Visit, line: int | None = None) -> Draft:
    """A visit as it stands, as a draft to be put right."""
    return Draft(
        id=visit.id,
        debtor=visit.debtor,
        accounts=tuple(result.account for result in visit.results),
        place=visit.place,
        party=visit.party,
        start=visit.happened.start,
        end=visit.happened.end,
        results=visit.results,
        known=visit.known,
        line=line,
        location=visit.location,
        note=visit.note,
        address=visit.address,
        stop=visit.stop,
        conduct=visit.conduct,
    )


def _wrong_why(why: str, replaces: Mapping[str, Any], pictures: Sequence[Picture]) -> list[Problem]:
    if not replaces and not pictures:
        return [FieldError("", Phrase(N_("No cambió nada: corrija lo que estaba mal o vuelva atrás.")))]
    if not replaces and not why.strip():
        return []
    if 3 <= len(why.strip()) <= 1000:
        return []
    return [FieldError("why", Phrase(N_("Diga por qué corrige la visita.")))]


def _wrong_draft(draft: Draft, case: Case, before: Visit) -> list[Problem]:
    """The rules' word on the corrected visit, as of when it was first recorded.

    What was told of an account that has left the laptop was judged when it was told.
    """
    here = tuple(account for account in draft.accounts if account in case.state.accounts)
    results = tuple(one for one in draft.results if one.account in here)
    judged = replace(draft, accounts=here, results=results)
    found = check_visit(rules_draft(judged, case), case.policies, before.recorded, case.zone)
    if here:
        return found
    # All its accounts have left: that none is here to be judged is no fault of the correction.
    return [one for one in found if not (isinstance(one, FieldError) and one.field == "result")]


def _wrong_plans(
    db: Database, draft: Draft, before: Visit, promises: Sequence[Promise], case: Case
) -> list[Problem]:
    """A new plan is judged; one already agreed is not put right by a correction: it may have been paid on."""
    found: list[Problem] = []
    told = {one.account: one.detail.get("schedule", "") for one in before.results}
    here = [one for one in draft.results if one.account in case.state.accounts]
    fresh = [one for one in here if _is_new_promise(one, promises)]
    found += agreeing.wrong_plans(db, case, fresh, draft.party)
    for one in here:
        agreed = one.result is Result.PLAN and one not in fresh
        if agreed and one.detail.get("schedule", "") != told.get(one.account, ""):
            text = N_("El convenio ya quedó registrado: pida a la oficina que lo cancele y acuerde otro.")
            found.append(FieldError("schedule", Phrase(text), "offer.schedule", one.account))
    return found


def _is_new_promise(result: VisitResult, promises: Sequence[Promise]) -> bool:
    """True for a promise, or a plan, that the visit did not already make in the same words."""
    if result.result is Result.PLAN:
        return not any(one.account == result.account and one.agreement for one in promises)
    if not RESULTS[result.result].promise:
        return False
    said = {key: result.detail.get(key, "") for key in ("due", "channel", "place")}
    return not any(
        promise.account == result.account
        and said == {"due": promise.due.isoformat(), "channel": promise.channel, "place": promise.place}
        and promise.amount == money(result.detail.get("amount", ""))
        for promise in promises
    )
