"""Records what happened in the field: checks it by the rules, writes it to the journal in one transaction.

What really happened is never refused because contact was not allowed: the verdict is kept in the body,
and a blocked visit needs the collector's reason. What cannot be true or is incomplete is not saved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from marshmallow.exceptions import ValidationError

from sync.exchange import Reading
from sync.fold import DebtorState
from sync.ids import new_id
from sync.records import (
    EventKind,
    Interval,
    Known,
    Party,
    Place,
    Promise,
    Refused,
    Result,
    Verdict,
    Visit,
    VisitResult,
)
from sync.rules.answers import FieldError, strictest
from sync.rules.contact import judge_visit
from sync.rules.policy import Policy
from sync.rules.visit import (
    RESULTS,
    VisitDraft,
    check_visit,
    debt_discussed,
    payment_taken,
    reason_asked,
)
from sync.words import N_, Phrase

from . import agreeing, bodies
from .casefile import Case, address_of, case_of
from .drafting import Draft, ProposedAddress, ProposedPhone
from .store import attachments, cases, drafts, journal, policies, reviews, settings
from .store.attachments import Picture
from .store.db import Database, Store
from .unwritable import UNWRITABLE, unwritable

Problem = Refused | FieldError


@dataclass(frozen=True)
class Saved:
    """The database has it. `events` are the ids written, the visit's first."""

    visit: str
    n: int
    events: tuple[str, ...]
    verdict: Verdict
    recorded: datetime
    again: bool = False


@dataclass(frozen=True)
class NotSaved:
    """Nothing was written. `verdict` is there when the times were good enough to judge."""

    problems: tuple[Problem, ...]
    verdict: Verdict | None = None


class Pen:
    """Writes events at the end of the journal within one transaction, all with the same clock reading."""

    def __init__(self, db: Database, reading: Reading, packs: Mapping[str, Policy]) -> None:
        self.db = db
        self.clock = reading.at_event(settings.get(db, "offset_ms"), settings.get(db, "uncertainty_ms"))
        self.packs = packs
        self.written: list[str] = []
        self.n = 0

    def write(
        self,
        kind: EventKind,
        body: Mapping[str, Any],
        *,
        debtor: str | None,
        accounts: Sequence[str],
        judged_by: Sequence[str] = (),
        id: str = "",
    ) -> str:
        named = sorted({name for name in judged_by if name in self.packs})
        entry = journal.append(
            self.db,
            id=id or new_id(),
            kind=kind,
            body=body,
            clock=self.clock,
            policy_version=",".join(f"{name}@{self.packs[name].version}" for name in named),
            debtor=debtor,
            accounts=accounts,
        )
        self.written.append(entry.id)
        self.n = self.n or entry.n
        return entry.id


def record_visit(
    store: Store, draft: Draft, reading: Reading, unreadable: Sequence[Problem] = ()
) -> Saved | NotSaved:
    """Save a visit with its promises, proposals and reported payments; all of it or nothing.

    `unreadable` is what could not be read of what was typed: it is answered with what else is wrong.
    """
    try:
        return _record(store, draft, reading, unreadable)
    except ValidationError as wrong:  # what no rule foresaw: the transaction is undone, the form says where
        return NotSaved(unwritable(wrong, draft.results))


def _record(store: Store, draft: Draft, reading: Reading, unreadable: Sequence[Problem]) -> Saved | NotSaved:
    with store.writing() as db:
        if (held := journal.find(db, draft.id)) is not None:
            return Saved(draft.id, held.entry.n, (draft.id,), Verdict(), held.recorded_at, again=True)
        packs = policies.all_of(db)
        state = cases.state_of(db, draft.debtor)
        draft = _reviewed(db, as_told(draft, reading.wall))
        case = case_of(state, packs, draft.end or reading.wall, draft.address)
        problems = list(unreadable)
        named = {_place_of(one) for one in unreadable}
        found = _known(state, draft)
        found += check_visit(rules_draft(draft, case), case.policies, _as_of(draft, reading), state.zone)
        found += agreeing.wrong_plans(db, case, draft.results, draft.party)
        # A field that could not be read is missing from the draft: it is named once.
        problems += [one for one in found if _place_of(one) is None or _place_of(one) not in named]
        verdict = judge(case, draft, db)
        if verdict is not None and verdict.blocked and not draft.override_reason:
            problems.append(FieldError("override_reason", OVERRIDE, "visit.override"))
        if problems:
            return NotSaved(tuple(problems), verdict)
        pen = Pen(db, reading, packs)
        _write(pen, draft, case, verdict or Verdict(), reading)
        drafts.drop(db, draft.debtor)
        attachments.drop_draft(db, draft.debtor)
    return Saved(draft.id, pen.n, tuple(pen.written), verdict or Verdict(), reading.wall)


def _reviewed(db: Database, draft: Draft) -> Draft:
    """The draft with when its debtor's file was last looked at before it."""
    if draft.start is None:
        return draft
    looked_at = reviews.last_before(db, draft.debtor, draft.start)
    return replace(draft, conduct=replace(draft.conduct, reviewed=looked_at))


def _as_of(draft: Draft, reading: Reading) -> datetime:
    """When the visit's promises are judged: at its end, so that one typed days later is still a promise.

    An end that cannot be is judged, and named, against the clock.
    """
    if draft.start is None or draft.end is None or not draft.start <= draft.end <= reading.wall:
        return reading.wall
    return draft.end


def _place_of(problem: Problem) -> tuple[str, str] | None:
    return (problem.field, problem.account) if isinstance(problem, FieldError) else None


OVERRIDE = Phrase(N_("La norma no permitía esta visita: diga por qué se hizo. Quedará en la auditoría."))


def as_told(draft: Draft, now: datetime) -> Draft:
    """A visit told live ends when it is saved, unless its end was given."""
    if draft.known is Known.LIVE and draft.end is None and draft.start is not None:
        return replace(draft, end=max(now, draft.start))
    return draft


def _known(state: DebtorState, draft: Draft) -> list[Problem]:
    """What the draft names must be on this laptop."""
    found: list[Problem] = []
    if state.debtor is None:
        found.append(FieldError("debtor", Phrase(N_("Este deudor no está en el portátil."))))
    if draft.address is not None and draft.address not in {one.id for one in state.addresses}:
        found.append(FieldError("address", Phrase(N_("Esta dirección no es del deudor."))))
    if any(account not in state.accounts for account in draft.accounts):
        found.append(FieldError("results", Phrase(N_("Una de las cuentas no es de este deudor."))))
    if draft.known is Known.PAPER and draft.line is None:
        found.append(FieldError("line", Phrase(N_("Escriba el número de la línea en la hoja de ruta."))))
    for address in draft.addresses:
        found += wrong_address(address)
    for phone in draft.phones:
        found += wrong_phone(phone)
    return found


def wrong_address(address: ProposedAddress) -> list[Problem]:
    found: list[Problem] = []
    if not 3 <= len(address.text) <= 300:
        text = N_("Escriba la dirección completa, como se lee en la puerta.")
        found.append(FieldError("new_address", Phrase(text)))
    rest = {"district": (address.district, 120), "city": (address.city, 120)}
    for name, (said, most) in (rest | {"informant": (address.informant, 200)}).items():
        if len(said) > most:
            found.append(FieldError(f"new_address_{name}", UNWRITABLE))
    return found


def wrong_phone(phone: ProposedPhone) -> list[Problem]:
    digits = sum(letter.isdigit() for letter in phone.value)
    if 7 <= digits <= 15 and len(phone.value) <= 40:
        return []
    return [FieldError("new_phone", Phrase(N_("Escriba el teléfono con su indicativo, de 7 a 15 cifras.")))]


def rules_draft(draft: Draft, case: Case) -> VisitDraft:
    return VisitDraft(
        place=draft.place,
        party=draft.party,
        start=draft.start,
        end=draft.end,
        accounts=draft.accounts,
        results=draft.results,
        known=draft.known,
        note=draft.note,
        totals=case.totals,
        currencies=case.currencies,
        promised={one.id: one.made_again(draft.id, draft.end) for one in case.accounts},
        conduct=draft.conduct,
    )


def judge(case: Case, draft: Draft, db: Database) -> Verdict | None:
    """The rules' word on the visit when it happened; None while its times or place are not known.

    A time written live is the laptop's clock and is corrected by the office's last measured offset;
    a time typed later is what the collector read on his own watch.
    """
    if draft.start is None or draft.end is None or draft.end < draft.start:
        return None
    offset, uncertainty = timedelta(0), 0.0
    if draft.known is Known.LIVE:
        offset = timedelta(milliseconds=settings.get(db, "offset_ms") or 0)
        uncertainty = (settings.get(db, "uncertainty_ms") or 0) / 1000
    happened = Interval(draft.start - offset, draft.end - offset)
    address = address_of(case.state, draft.address)
    answers = draft.conduct.answers
    verdicts = []
    for account in case.accounts:
        mine = [result for result in draft.results if result.account == account.id]
        not_made = any(result.result is Result.NOT_MADE for result in mine)
        if account.id not in draft.accounts or not_made:
            continue
        verdicts.append(
            judge_visit(
                account.policy,
                happened,
                case.zone,
                place=draft.place or Place.HOME,
                party=draft.party,
                credit_type=account.known.account.credit_type,
                exception_evidence=account.known.account.exception_evidence,
                history=case.state.history,
                payment_taken=payment_taken(mine),
                reason_asked=reason_asked(mine, [one for one in answers if one.account == account.id]),
                address_state=address.state if address else "accepted",
                debt_discussed=debt_discussed(mine),
                stops=case.state.stops(account.id, case.today),
                known=draft.known,
                uncertainty_s=uncertainty,
                after_the_fact=True,
                ignore=(draft.id,),
                about=case.state.circumstances(account.id, address),
            )
        )
    return strictest(verdicts)


def _write(pen: Pen, draft: Draft, case: Case, verdict: Verdict, reading: Reading) -> None:
    """The visit, then what follows from it, in one chain and one transaction."""
    packs = [account.known.account.pack for account in case.accounts if account.id in draft.accounts]
    pen.write(
        EventKind.VISIT_RECORDED,
        bodies.visit_body(draft, case.zone, verdict, reading.wall),
        debtor=draft.debtor,
        accounts=draft.accounts,
        judged_by=packs,
        id=draft.id,
    )
    write_money(pen, draft.id, draft.debtor, draft.results, case, draft.party)
    for address in draft.addresses:
        body = bodies.address_body(draft.debtor, draft.id, address)
        pen.write(EventKind.ADDRESS_PROPOSED, body, debtor=draft.debtor, accounts=())
    for phone in draft.phones:
        body = bodies.phone_body(draft.debtor, draft.id, phone)
        pen.write(EventKind.PHONE_PROPOSED, body, debtor=draft.debtor, accounts=())
    write_pictures(pen, draft.id, draft.debtor, draft.pictures, reading.wall)


def write_pictures(pen: Pen, visit: str, debtor: str, pictures: Sequence[Picture], now: datetime) -> None:
    """Announce each once. The bytes in the same transaction: nothing is saved without what it shows."""
    for picture in {one.sha256: one for one in pictures}.values():
        body = bodies.attachment_body(visit, picture)
        event = pen.write(EventKind.ATTACHMENT_ADDED, body, debtor=debtor, accounts=())
        attachments.keep(pen.db, event, visit, debtor, picture, now)


def write_money(
    pen: Pen, visit: str, debtor: str, results: Sequence[VisitResult], case: Case, party: Party | None
) -> None:
    """A promise for each result that is one, an agreement with its instalments for each plan; a reported
    payment for each that speaks of money paid."""
    for result in results:
        known = case.state.accounts[result.account].account
        if RESULTS[result.result].promise:
            body = bodies.promise_body(visit, debtor, result, known.currency)
            pen.write(
                EventKind.PROMISE_MADE, body, debtor=debtor, accounts=[known.id], judged_by=[known.pack]
            )
        elif result.result is Result.PLAN:
            agreeing.write_plan(pen, visit, case, result, party)
        elif (paid := bodies.payment_body(visit, debtor, result, known.currency, case.today)) is not None:
            pen.write(EventKind.PAYMENT_REPORTED, paid, debtor=debtor, accounts=[known.id])


def told_before(state: DebtorState, visit: str) -> tuple[Visit, list[Promise]] | None:
    """A visit of this debtor as it stands now, and its promises."""
    known = next((one.visit for one in state.visits if one.visit.id == visit), None)
    return None if known is None else (known, [one for one in state.promises if one.visit == visit])
