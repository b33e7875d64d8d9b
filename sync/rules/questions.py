"""The five questions of an account: what caused the arrears, which documents, what was done, what came, who.

Answers from facts what facts can answer; the rest is for a person. The cause is hidden where the pack
forbids asking for it. Knows no store and no page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..records import CaseAnswer, Contact, Promise, PromiseState, Reason, Visit
from ..words import N_, Phrase, Terms
from .answers import FieldError
from .policy import Policy, local_day
from .results import REASONS, RESULTS

CAUSE, DOCUMENTS, DONE, REACTIONS, DEPARTMENTS = "cause", "documents", "done", "reactions", "departments"
QUESTIONS: Mapping[str, str] = {
    CAUSE: N_("¿Qué produjo la mora?"),
    DOCUMENTS: N_("¿Qué documentos la respaldan?"),
    DONE: N_("¿Qué se ha hecho?"),
    REACTIONS: N_("¿Qué reacciones hubo?"),
    DEPARTMENTS: N_("¿Qué áreas han intervenido?"),
}
LONGEST = 500
_CHANNELS = {
    "call": N_("Llamadas"),
    "message": N_("Mensajes"),
    "letter": N_("Cartas"),
    "email": N_("Correos"),
}
_STATES = {
    PromiseState.KEPT: N_("cumplidas"),
    PromiseState.BROKEN: N_("incumplidas"),
    PromiseState.PARTIAL: N_("parciales"),
    PromiseState.OPEN: N_("vigentes"),
    PromiseState.UNCONFIRMED: N_("por confirmar"),
    PromiseState.RESCHEDULED: N_("reprogramadas"),
    PromiseState.CANCELLED: N_("canceladas"),
}


@dataclass(frozen=True)
class Said:
    """What a person answered, the later before the earlier."""

    text: str
    by: str
    at: datetime | None = None


@dataclass(frozen=True)
class Answered:
    """One question of one account. `hidden`: the pack forbids asking; `because` and `source` say so."""

    question: str
    facts: tuple[Phrase, ...] = ()
    said: tuple[Said, ...] = ()
    hidden: bool = False
    rule: str = ""
    source: str = ""

    @property
    def answered(self) -> bool:
        return self.hidden or bool(self.facts or self.said)


@dataclass(frozen=True)
class Told:
    """What is known of an account on either side: all of it facts."""

    account: str
    zone: str
    lender: str
    branch: str = ""
    documents: Sequence[str] = ()
    visits: Sequence[Visit] = ()
    visitors: Sequence[str] = ()  # names of who visited, in order
    contacts: Sequence[Contact] = ()
    promises: Sequence[tuple[Promise, PromiseState | None]] = ()
    holders: Sequence[str] = ()  # names of those who had the account, in order
    stops: Sequence[str] = ()  # the office's open stops, in words


def five(told: Told, said: Mapping[str, Sequence[Said]], policy: Policy | None) -> tuple[Answered, ...]:
    """The five questions of this account, in their order."""
    return tuple(_answered(question, told, said.get(question, ()), policy) for question in QUESTIONS)


def may_know_cause(policy: Policy | None) -> bool:
    """Whether the cause may be asked, written or shown; never without a known pack."""
    return policy is not None and policy.may_ask_reason


def _answered(question: str, told: Told, said: Sequence[Said], policy: Policy | None) -> Answered:
    if question == CAUSE and not may_know_cause(policy):
        cite = policy.ask_reason.cite if policy is not None else None
        return Answered(
            question,
            hidden=True,
            rule=cite.id if cite else "policy.unknown",
            source=(cite.source or cite.quote) if cite else "",
        )
    facts = {
        CAUSE: _cause,
        DOCUMENTS: _documents,
        DONE: _done,
        REACTIONS: _reactions,
        DEPARTMENTS: _departments,
    }[question](told)
    return Answered(question, tuple(facts), tuple(said))


def _of_account(told: Told) -> list[tuple[Visit, str, Reason | None]]:
    return [
        (visit, result.result.value, result.reason)
        for visit in sorted(told.visits, key=lambda visit: (visit.happened.start, visit.id))
        for result in visit.results
        if result.account == told.account
    ]


def _day(visit: Visit, zone: str) -> str:
    return f"{local_day(visit.happened.start, zone):%d/%m/%Y}"


def _cause(told: Told) -> Iterable[Phrase]:
    for visit, _, reason in reversed(_of_account(told)):
        if reason is not None and reason is not Reason.NOT_ASKED:
            words = N_("Dijo en la visita del {day}: {reason}")
            yield Phrase(words, {"day": _day(visit, told.zone), "reason": Terms(REASONS[reason])})


def _documents(told: Told) -> Iterable[Phrase]:
    if told.documents:
        named = ", ".join(dict.fromkeys(told.documents))
        yield Phrase(N_("La entidad entregó: {documents}"), {"documents": named[:400]})


def _done(told: Told) -> Iterable[Phrase]:
    made = sorted(told.visits, key=lambda visit: (visit.happened.start, visit.id))
    if made:
        words = N_("Visitas: {count}; la última el {day}")
        yield Phrase(words, {"count": len(made), "day": _day(made[-1], told.zone)})
    counted = Counter(contact.channel for contact in told.contacts)
    for channel, label in _CHANNELS.items():
        if counted[channel]:
            words = "{what}: {count}"
            yield Phrase(words, {"count": counted[channel], "what": Terms(label)})
    if told.promises:
        yield Phrase(N_("Promesas tomadas: {count}"), {"count": len(told.promises)})


def _reactions(told: Told) -> Iterable[Phrase]:
    results = Counter(result for _, result, _ in _of_account(told))
    for result, rule in RESULTS.items():
        if results[result.value]:
            words = "{what}: {count}"
            yield Phrase(words, {"what": Terms(rule.label), "count": results[result.value]})
    states = Counter(state for _, state in told.promises if state is not None)
    for state, label in _STATES.items():
        if states[state]:
            words = N_("Promesas {what}: {count}")
            yield Phrase(words, {"what": Terms(label), "count": states[state]})


def _departments(told: Told) -> Iterable[Phrase]:
    if told.branch:
        words = N_("Entidad {lender}, sucursal {branch}")
        yield Phrase(words, {"lender": told.lender, "branch": told.branch})
    else:
        yield Phrase(N_("Entidad {lender}"), {"lender": told.lender})
    people = ", ".join(dict.fromkeys([*told.holders, *told.visitors]))
    if people:
        yield Phrase(N_("Campo: {people}"), {"people": people[:400]})
    if told.stops:
        yield Phrase(N_("Oficina, por revisar: {stops}"), {"stops": Terms(*dict.fromkeys(told.stops))})


def wrong(said: Iterable[CaseAnswer], policies: Mapping[str, Policy | None]) -> list[FieldError]:
    """Why these answers cannot be kept: no such question, too long, or a cause that may not be asked for."""
    found = []
    for one in said:
        field = f"question-{one.question}"
        if one.question not in QUESTIONS or not 1 <= len(one.text) <= LONGEST:
            text = N_("Escriba la respuesta en {most} letras o menos.")
            found.append(FieldError(field, Phrase(text, {"most": LONGEST}), "visit.questions", one.account))
        elif one.question == CAUSE and not may_know_cause(policies.get(one.account)):
            policy = policies.get(one.account)
            rule = policy.ask_reason.cite.id if policy is not None else "policy.unknown"
            text = N_("Aquí la norma no deja preguntar ni anotar la causa de la mora.")
            found.append(FieldError(field, Phrase(text), rule, one.account))
    return found
