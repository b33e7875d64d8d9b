"""Turns the visit form into a draft and back. Decides nothing: the rules judge the draft.

Fields of one account end in `-0`, `-1` … in the order of the stop's accounts. A control shown twice
(once for results that need it, once for those that only want it) counts by its first answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sync.ids import is_id, new_id
from sync.records import (
    AddressKind,
    CaseAnswer,
    Conduct,
    Known,
    Location,
    LocationSource,
    Party,
    Place,
    Reason,
    Result,
    StepAnswer,
    UsedObjection,
    VisitResult,
)
from sync.rules.alarms import ALARMS
from sync.rules.answers import FieldError
from sync.rules.pasted import UNREAD, pasted
from sync.rules.policy import zone_of
from sync.rules.questions import QUESTIONS
from sync.rules.results import FIELDS
from sync.rules.steps import STEPS
from sync.rules.typed import plain_amount
from sync.wire.fields import instant, parse_instant
from sync.words import N_, Phrase

from ..drafting import Draft, ProposedAddress, ProposedPhone, Reader
from ..visiting import Problem

Answers = dict[str, str]
# A form opened longer ago than this was not written at the door.
STALE = timedelta(hours=2)


def flat(said: Mapping[str, Any]) -> Answers:
    """One text per name: of several, the first that says something."""
    found: Answers = {}
    for name, value in said.items():
        values = value if isinstance(value, list) else [value]
        texts = [text for text in values if isinstance(text, str)]
        found[name] = next((text for text in texts if text.strip()), "")
    return found


@dataclass(frozen=True)
class Frame:
    """What the form is about, which the collector does not type."""

    debtor: str
    accounts: tuple[str, ...]
    zone: str
    stop: str | None = None
    route: str | None = None


def draft_of(answers: Answers, frame: Frame, now: datetime) -> tuple[Draft, list[Problem]]:
    """The draft that the answers tell, and what cannot be read in them: it must not be saved with any."""
    reader = Reader(answers)
    known = reader.word("known", Known) or Known.LIVE
    start, end, line = _times(reader, known, frame.zone, now)
    results = tuple(
        result
        for place, account in enumerate(frame.accounts)
        if (result := _result(reader, place, account)) is not None
    )
    id, address = reader.text("visit_id"), reader.text("address")
    draft = Draft(
        id=id if is_id(id) else new_id(),
        debtor=frame.debtor,
        accounts=frame.accounts,
        place=reader.word("place", Place),
        party=reader.word("party", Party),
        start=start,
        end=end,
        results=results,
        known=known,
        line=line,
        location=_location(reader),
        note=reader.text("note"),
        address=address if is_id(address) else None,
        route=frame.route,
        stop=frame.stop,
        addresses=_addresses(reader),
        phones=_phones(reader),
        override_reason=reader.text("override_reason", 500),
        conduct=_conduct(reader, frame),
    )
    return draft, list(reader.wrong)


def _conduct(reader: Reader, frame: Frame) -> Conduct:
    """How the visit was conducted. An objection's control says its version, and whether the answer helped."""
    steps = []
    for key, step in STEPS.items():
        answer, value = reader.text(f"step-{key}", 20), reader.text(f"step-{key}-value", 200)
        if answer:
            told = plain_amount(value) if step.value == "money" and value else value
            steps.append(StepAnswer(key, answer, told))
        elif value:
            reader.error(f"step-{key}", N_("Elija una de las opciones."))
    return Conduct(
        tuple(steps),
        _objections(reader),
        tuple(code for code in ALARMS if reader.text(f"alarm-{code}", 5)),
        tuple(
            CaseAnswer(account, question, text)
            for place, account in enumerate(frame.accounts)
            for question in QUESTIONS
            if (text := reader.text(f"question-{question}-{place}", 500))
        ),
    )


def _objections(reader: Reader) -> tuple[UsedObjection, ...]:
    helped = {"came": None, "helped": True, "failed": False}
    found = []
    for name in reader.said:
        if not name.startswith("objection-"):
            continue
        said, _, version = reader.text(name, 30).partition("@")
        if said in helped and version.isdigit():
            found.append(UsedObjection(name.removeprefix("objection-")[:60], int(version), helped[said]))
    return tuple(sorted(found, key=lambda one: one.code))


def _times(
    reader: Reader, known: Known, zone: str, now: datetime
) -> tuple[datetime | None, datetime | None, int | None]:
    """Live: from when the form was opened until now. Otherwise as typed, in the debtor's zone."""
    if known is Known.LIVE:
        return opened_at(reader.text("opened"), now), None, None
    day = reader.text("day")
    at = {
        name: Reader({name: f"{day}T{clock}" if day and clock else ""})
        for name in ("start", "end")
        for clock in (reader.text(name),)
    }
    found = {name: inner.moment(name, zone) for name, inner in at.items()}
    reader.wrong += [one for inner in at.values() for one in inner.wrong]
    return found["start"], found["end"], reader.whole("line") if known is Known.PAPER else None


def opened_at(text: str, now: datetime) -> datetime:
    """When the form was opened; now when that cannot be read or lies ahead."""
    try:
        return min(parse_instant(text), now)
    except ValueError:
        return now


def _result(reader: Reader, place: int, account: str) -> VisitResult | None:
    inner = Reader(reader.said)
    result = inner.word(f"result-{place}", Result)
    reason = inner.word(f"reason-{place}", Reason)
    detail = {}
    for key, field in FIELDS.items():
        text = inner.text(f"{key}-{place}", 2000)
        if text and key not in ("reason", "photo"):
            detail[key] = plain_amount(text) if field.kind == "money" else text
    reader.wrong += [
        FieldError(one.field.removesuffix(f"-{place}"), one.because, one.rule, account) for one in inner.wrong
    ]
    return None if result is None else VisitResult(account, result, reason, detail)


def _location(reader: Reader) -> Location:
    source = reader.word("loc", LocationSource)
    if source is None or source is LocationSource.NONE:
        reason = reader.text("location_reason", 500)
        if not reason:
            reader.error("location_reason", N_("Diga por qué no hay ubicación."))
        return Location(LocationSource.NONE, reason=reason)
    lat, lon = reader.number("lat", -90, 90), reader.number("lon", -180, 180)
    accuracy = reader.number("accuracy", 0, 1_000_000)
    if source is LocationSource.PIN and (lat is None or lon is None) and (text := reader.text("pasted", 600)):
        near = pasted(reader.text("near", 60))
        found = pasted(text, (near.lat, near.lon) if near else None)
        if found is not None:
            return Location(source, found.lat, found.lon, found.error_m)
        reader.error("pasted", UNREAD)
        return Location(source)
    if lat is None or lon is None:
        reader.error("lat", N_("Faltan las coordenadas; o elija «Sin ubicación» y diga por qué."))
    return Location(source, lat, lon, accuracy)


def _addresses(reader: Reader) -> tuple[ProposedAddress, ...]:
    text = reader.text("new_address", 300)
    kind = reader.word("new_address_kind", AddressKind) or AddressKind.OTHER
    limits = {"district": 120, "city": 120, "informant": 200}
    more = (reader.text(f"new_address_{name}", most) for name, most in limits.items())
    return (ProposedAddress(kind, text, *more),) if text else ()


def _phones(reader: Reader) -> tuple[ProposedPhone, ...]:
    value = reader.text("new_phone", 60)
    holder = reader.text("new_phone_holder", 20) or "debtor"
    return (ProposedPhone(value, holder, reader.text("new_phone_relation", 60)),) if value else ()


def answers_of(draft: Draft, zone: str) -> Answers:
    """The answers that would tell this draft, to fill the form of a correction."""
    where = zone_of(zone)
    said: Answers = {
        "visit_id": draft.id,
        "address": draft.address or "",
        "place": draft.place or "",
        "party": draft.party or "",
        "known": draft.known,
        "line": str(draft.line or ""),
        "loc": draft.location.source,
        "lat": "" if draft.location.lat is None else str(draft.location.lat),
        "lon": "" if draft.location.lon is None else str(draft.location.lon),
        "accuracy": "" if draft.location.accuracy_m is None else f"{draft.location.accuracy_m:g}",
        "location_reason": draft.location.reason,
        "note": draft.note,
    }
    if draft.start is not None and draft.end is not None:
        start, end = draft.start.astimezone(where), draft.end.astimezone(where)
        said |= {"day": f"{start:%Y-%m-%d}", "start": f"{start:%H:%M}", "end": f"{end:%H:%M}"}
    for place, account in enumerate(draft.accounts):
        for result in draft.results:
            if result.account == account:
                said |= {f"result-{place}": result.result, f"reason-{place}": result.reason or ""}
                said |= {f"{key}-{place}": text for key, text in result.detail.items()}
    return said | conduct_answers(draft.conduct, draft.accounts)


def conduct_answers(told: Conduct, accounts: Sequence[str]) -> Answers:
    """The answers that tell how the visit was conducted, but for what its results imply."""
    said: Answers = {}
    for step in told.steps:
        if not step.implied:
            said |= {f"step-{step.step}": step.answer, f"step-{step.step}-value": step.value}
    for used in told.objections:
        word = "came" if used.helped is None else "helped" if used.helped else "failed"
        said[f"objection-{used.code}"] = f"{word}@{used.version}"
    said |= {f"alarm-{code}": "1" for code in told.alarms}
    said |= {
        f"question-{one.question}-{accounts.index(one.account)}": one.text
        for one in told.answers
        if one.account in accounts
    }
    return said


def fresh(now: datetime, zone: str, place: Place, address: str | None) -> Answers:
    """The answers of a form just opened at the door."""
    local = now.astimezone(zone_of(zone))
    return {
        "visit_id": new_id(),
        "opened": instant(now),
        "place": place,
        "address": address or "",
        "known": Known.LIVE,
        "loc": LocationSource.NONE,
        "day": f"{local:%Y-%m-%d}",
        "start": f"{local:%H:%M}",
        "end": f"{local:%H:%M}",
    }


def resumed(answers: Answers, now: datetime, zone: str) -> Answers:
    """A draft taken up again; after hours it is no longer being written at the door."""
    opened = opened_at(answers.get("opened", ""), now)
    if now - opened <= STALE or answers.get("known", Known.LIVE) != Known.LIVE:
        return answers
    local = opened.astimezone(zone_of(zone))
    times = {"day": f"{local:%Y-%m-%d}", "start": f"{local:%H:%M}", "end": ""}
    return answers | times | {"known": Known.LATER, "opened": instant(now)}


def anchors(problems: Sequence[Problem], accounts: Sequence[str]) -> list[tuple[str, Phrase, str]]:
    """(id of the field on the page, what is wrong, which account) of each problem."""
    found = []
    for problem in problems:
        if not isinstance(problem, FieldError):
            found.append(("", problem.reason, ""))
        elif problem.account in accounts:
            place = accounts.index(problem.account)
            found.append((f"{problem.field}-{place}", problem.because, problem.account))
        else:
            found.append((problem.field, problem.because, ""))
    return found
