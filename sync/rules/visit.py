"""Decides whether a visit may be saved as typed, and what its results mean. Knows no store, form or clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from ..records import (
    CaseAnswer,
    Conduct,
    Known,
    Party,
    Place,
    Promise,
    Reason,
    Refused,
    Result,
    Visit,
    VisitResult,
)
from ..words import N_, Phrase
from . import alarms, questions, steps, typed
from .answers import FieldError
from .clauses import StopKind
from .contact import payment_ruling, reason_ruling
from .evidence import EvidenceGrade, evidence_grade
from .policy import Policy, zone_of
from .promise import check_promise
from .results import FIELDS, PARTIES, PAY_IN_FIELD, PLACES, REASONS, RESULTS, Field, ResultRule

__all__ = [
    "FIELDS",
    "PARTIES",
    "PLACES",
    "REASONS",
    "RESULTS",
    "EvidenceGrade",
    "Field",
    "FieldError",
    "ResultRule",
    "VisitDraft",
    "check_visit",
    "debt_discussed",
    "draft_from",
    "evidence_grade",
    "optional_fields",
    "pay_allowed",
    "payment_taken",
    "reason_asked",
    "required_fields",
    "results_for",
    "stops_of",
]


@dataclass(frozen=True)
class VisitDraft:
    """A visit as typed, perhaps incomplete. `accounts` are the stop's: each needs exactly one result.

    `totals` is what each account owes, where known: a promise may not exceed it; `currencies` is the money
    of each account, where known: no amount may be finer; `promised`: how often in a row it was promised
    before and not kept.
    """

    place: Place | None
    party: Party | None
    start: datetime | None
    end: datetime | None
    accounts: tuple[str, ...]
    results: tuple[VisitResult, ...]
    known: Known = Known.LIVE
    note: str = ""
    totals: Mapping[str, Decimal] = field(default_factory=dict)
    currencies: Mapping[str, str] = field(default_factory=dict)
    promised: Mapping[str, int] = field(default_factory=dict)
    conduct: Conduct = field(default_factory=Conduct)


@dataclass(frozen=True)
class _Setting:
    """What a result is checked against."""

    party: Party | None
    policy: Policy | None
    today: date
    zone: str
    total: Decimal | None
    currency: str | None
    promised: int = 0


def draft_from(
    visit: Visit, accounts: Sequence[str] | None = None, promises: Sequence[Promise] = ()
) -> VisitDraft:
    """The draft of a recorded visit, with its promises folded into the results' details."""
    made = {promise.account: _promise_detail(promise) for promise in promises}
    results = tuple(
        VisitResult(
            result.account, result.result, result.reason, {**made.get(result.account, {}), **result.detail}
        )
        for result in visit.results
    )
    own = tuple(result.account for result in visit.results)
    return VisitDraft(
        place=visit.place,
        party=visit.party,
        start=visit.happened.start,
        end=visit.happened.end,
        accounts=tuple(accounts) if accounts is not None else tuple(dict.fromkeys(own)),
        results=results,
        known=visit.known,
        note=visit.note,
        conduct=visit.conduct,
    )


def required_fields(result: Result, policy: Policy | None) -> tuple[Field, ...]:
    """What the result makes mandatory under this policy (the reason only where asking is allowed)."""
    return tuple(_field(key, policy) for key in RESULTS[result].needs if key != "reason" or _may_ask(policy))


def optional_fields(result: Result, policy: Policy | None) -> tuple[Field, ...]:
    """What may also be given with this result; with talk of the debt, the reason where it may be asked."""
    rule = RESULTS[result]
    keys = rule.wants + (("reason",) if rule.debt and _may_ask(policy) and "reason" not in rule.needs else ())
    return tuple(_field(key, policy) for key in keys)


def results_for(party: Party, policy: Policy | None) -> tuple[Result, ...]:
    """The results that can be chosen with this party under this policy, in the table's order."""
    return tuple(
        result
        for result, rule in RESULTS.items()
        if party in rule.parties and (not rule.payment or pay_allowed(policy))
    )


def pay_allowed(policy: Policy | None) -> bool:
    """Whether the collector may take money; not under an unknown pack."""
    return policy is not None and policy.may_receive_payment


def debt_discussed(results: Sequence[VisitResult]) -> bool:
    """True when some result means that the debt was spoken about."""
    return any(RESULTS[result.result].debt for result in results)


def payment_taken(results: Sequence[VisitResult]) -> bool:
    """True when some result means that money changed hands."""
    return any(RESULTS[result.result].payment for result in results)


def reason_asked(results: Sequence[VisitResult], answers: Sequence[CaseAnswer] = ()) -> bool:
    """True when some result carries a reason other than "not asked", or the cause was answered."""
    told = any(result.reason not in (None, Reason.NOT_ASKED) for result in results)
    return told or any(one.question == questions.CAUSE for one in answers)


def stops_of(results: Sequence[VisitResult]) -> tuple[StopKind, ...]:
    """The stops that these results set until the office has looked, each once."""
    stops = [RESULTS[result.result].stops for result in results]
    return tuple(dict.fromkeys(stop for stop in stops if stop is not None))


def check_visit(
    draft: VisitDraft,
    policy: Policy | Mapping[str, Policy | None] | None,
    now: datetime,
    zone: str | None = None,
) -> list[Refused | FieldError]:
    """Everything that keeps this draft from being saved; empty when it can be.

    A mapping of policies is per account, as accounts of several lenders may meet in one visit. `zone` is
    the debtor's, in which dates are judged; without it the policy's.
    """
    found: list[Refused | FieldError] = [*_frame(draft, now), *_accounts(draft)]
    for result in draft.results:
        own = policy.get(result.account) if isinstance(policy, Mapping) else policy
        where = zone or (own.timezone if own is not None else "UTC")
        today = now.astimezone(zone_of(where) or ZoneInfo("UTC")).date()
        total, currency = draft.totals.get(result.account), draft.currencies.get(result.account)
        promised = draft.promised.get(result.account, 0)
        setting = _Setting(draft.party, own, today, where, total, currency, promised)
        found += _check_result(result, setting)
    return [*found, *_check_conduct(draft, policy)]


def _check_conduct(
    draft: VisitDraft, policy: Policy | Mapping[str, Policy | None] | None
) -> list[FieldError]:
    """The steps, flags and answers told beside the results."""
    told = draft.conduct
    own = policy if isinstance(policy, Mapping) else dict.fromkeys(draft.accounts, policy)
    return [
        *steps.wrong(told.steps, draft.party),
        *alarms.wrong(told.alarms),
        *questions.wrong(told.answers, own),
    ]


def _may_ask(policy: Policy | None) -> bool:
    return policy is not None and policy.may_ask_reason


def _field(key: str, policy: Policy | None) -> Field:
    """The field, without the choice of paying into the collector's hand where he may not take money."""
    found = FIELDS[key]
    if key != "channel" or pay_allowed(policy):
        return found
    choices = tuple(choice for choice in found.choices if choice[0] != PAY_IN_FIELD)
    return replace(found, choices=choices)


def _promise_detail(promise: Promise) -> dict[str, str]:
    detail = {
        "amount": f"{promise.amount:f}",
        "due": promise.due.isoformat(),
        "channel": promise.channel,
        "place": promise.place,
    }
    for key, at in (("window_start", promise.window_start), ("window_end", promise.window_end)):
        if at is not None:
            detail[key] = f"{at:%H:%M}"
    if promise.review is not None:
        detail["review"] = promise.review.isoformat()
    return detail


def _frame(draft: VisitDraft, now: datetime) -> list[FieldError]:
    """Where, who and when."""
    found: list[FieldError] = []
    if draft.place is None:
        found.append(FieldError("place", Phrase(N_("Falta el lugar de la visita."))))
    if draft.party is None:
        found.append(FieldError("party", Phrase(N_("Falta quién atendió."))))
    if draft.start is None or draft.end is None:
        missing = "start" if draft.start is None else "end"
        return [*found, FieldError(missing, Phrase(N_("Falta la hora de la visita.")))]
    if draft.start.tzinfo is None or draft.end.tzinfo is None:
        return [*found, FieldError("start", Phrase(N_("La hora de la visita no tiene zona horaria.")))]
    if draft.end < draft.start:
        found.append(FieldError("end", Phrase(N_("La visita termina antes de empezar."))))
    if max(draft.start, draft.end) > now:
        found.append(FieldError("end", Phrase(N_("La visita no puede estar en el futuro."))))
    return found


def _accounts(draft: VisitDraft) -> list[FieldError]:
    """Each account of the stop has exactly one result, and no other account has one."""
    given = [result.account for result in draft.results]
    found: list[FieldError] = []
    if not draft.accounts:
        found.append(FieldError("result", Phrase(N_("La visita no tiene cuentas."))))
    for account in draft.accounts:
        if account not in given:
            found.append(FieldError("result", Phrase(N_("Falta el resultado de esta cuenta.")), "", account))
    for account in dict.fromkeys(given):
        if account not in draft.accounts:
            text = N_("Esta cuenta no pertenece a la visita.")
            found.append(FieldError("result", Phrase(text), "", account))
        elif given.count(account) > 1:
            text = N_("Esta cuenta tiene más de un resultado.")
            found.append(FieldError("result", Phrase(text), "", account))
    return found


def _check_result(result: VisitResult, setting: _Setting) -> list[Refused | FieldError]:
    rule, policy, party = RESULTS[result.result], setting.policy, setting.party
    found: list[Refused | FieldError] = []
    if party is Party.MINOR and rule.debt:
        name = f"{policy.name}.minor" if policy is not None else "visit.minor"
        found.append(Refused(Phrase(N_("Con un menor nunca se habla de la deuda.")), name))
    elif party is not None and party not in rule.parties:
        found.append(Refused(Phrase(N_("Este resultado no es posible con quien atendió.")), "visit.party"))
    if policy is not None and rule.payment and not policy.may_receive_payment:
        ruling = payment_ruling(policy)
        found.append(Refused(ruling.because, ruling.rule, ruling.source))
    elif policy is None and rule.payment:
        text = N_("Sin paquete de reglas conocido no se reciben pagos.")
        found.append(Refused(Phrase(text), "policy.unknown"))
    if policy is not None and reason_asked([result]) and not policy.may_ask_reason:
        ruling = reason_ruling(policy)
        found.append(Refused(ruling.because, ruling.rule, ruling.source))
    return [*found, *_check_fields(result, setting)]


def _check_fields(result: VisitResult, setting: _Setting) -> list[FieldError]:
    found: list[FieldError] = []
    for asked in required_fields(result.result, setting.policy):
        if not _answer(result, asked.key):
            because = Phrase(N_("Este dato es obligatorio con este resultado."))
            found.append(FieldError(asked.key, because, "visit.needs", result.account))
    for key in result.detail:
        if key in FIELDS and key != "reason" and result.detail[key].strip():
            asked, text = _field(key, setting.policy), result.detail[key].strip()
            wrong = typed.wrong(asked, text, setting.today, setting.currency)
            if wrong is not None:
                found.append(FieldError(key, wrong, "visit.value", result.account))
    if RESULTS[result.result].promise and not found:
        found += _check_promise(result, setting)
    return found


def _answer(result: VisitResult, key: str) -> str:
    if key == "reason":
        return result.reason.value if result.reason is not None else ""
    return result.detail.get(key, "").strip()


def _check_promise(result: VisitResult, setting: _Setting) -> list[FieldError]:
    amount, due = typed.money(_answer(result, "amount")), typed.day(_answer(result, "due"))
    if setting.policy is None or amount is None or due is None:
        return []
    return list(
        check_promise(
            amount=amount,
            due=due,
            total=setting.total,
            policy=setting.policy,
            today=setting.today,
            zone=setting.zone,
            window_start=typed.clock(_answer(result, "window_start")),
            window_end=typed.clock(_answer(result, "window_end")),
            account=result.account,
            earlier=setting.promised,
            review=typed.day(_answer(result, "review")),
        )
    )
