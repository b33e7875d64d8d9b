"""The five steps of a collection talk as data: what each asks, what its answer may be, what a result implies.

Knows no form and no store. The steps are those of the trade's practice texts: recognise the debt, accept to
pay, how much, when, and what follows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..records import Party, Result, StepAnswer, VisitResult
from ..words import N_, Phrase
from . import typed
from .answers import FieldError
from .results import RESULTS

RECOGNITION, ACCEPTANCE, AMOUNT, TIME, FOLLOW_UP = (
    "reconocimiento",
    "aceptacion",
    "importe",
    "tiempo",
    "seguimiento",
)
LONGEST = 200


@dataclass(frozen=True)
class Step:
    """One step. `answers` are code and label; `value` is what may stand beside: money, date or nothing."""

    key: str
    label: str
    asks: str
    answers: tuple[tuple[str, str], ...]
    value: str = ""
    value_label: str = ""


STEPS: Mapping[str, Step] = {
    step.key: step
    for step in (
        Step(
            RECOGNITION,
            N_("Reconocimiento"),
            N_("¿Reconoce la deuda?"),
            (("yes", N_("La reconoce")), ("part", N_("Reconoce una parte")), ("no", N_("No la reconoce"))),
        ),
        Step(
            ACCEPTANCE,
            N_("Aceptación"),
            N_("¿Acepta pagarla?"),
            (("yes", N_("Acepta")), ("terms", N_("Acepta con condiciones")), ("no", N_("No acepta"))),
        ),
        Step(
            AMOUNT,
            N_("Importe"),
            N_("¿Cuánto puede pagar?"),
            (
                ("all", N_("Todo lo vencido")),
                ("part", N_("Una parte")),
                ("less", N_("Menos de lo aceptable")),
                ("none", N_("Nada por ahora")),
            ),
            "money",
            N_("Cuánto dijo"),
        ),
        Step(
            TIME,
            N_("Tiempo"),
            N_("¿Cuándo pagará?"),
            (
                ("today", N_("Hoy")),
                ("payday", N_("En su día de pago")),
                ("dated", N_("En una fecha")),
                ("none", N_("Sin fecha")),
            ),
            "date",
            N_("Qué día dijo"),
        ),
        Step(
            FOLLOW_UP,
            N_("Seguimiento"),
            N_("¿Qué sigue?"),
            (
                ("reminder", N_("Recordarle antes")),
                ("check", N_("Confirmar el pago")),
                ("visit", N_("Volver a visitar")),
                ("office", N_("Lo sigue la oficina")),
                ("none", N_("Nada más")),
            ),
            "date",
            N_("Qué día"),
        ),
    )
}
# Only these talk of the debt, so only with them is there anything to answer.
TALKERS = frozenset({Party.HOLDER, Party.GUARANTOR})

# What a result says by itself of the first two steps.
_RECOGNISED: Mapping[Result, tuple[str, str]] = {
    Result.PROMISE: ("yes", "yes"),
    Result.PLAN: ("yes", "yes"),
    Result.PAID_IN_FIELD: ("yes", "yes"),
    Result.PART_PAYMENT: ("yes", "yes"),
    Result.REPORTED_PAID: ("yes", ""),
    Result.ACKNOWLEDGES: ("yes", ""),
    Result.REFUSES: ("", "no"),
    Result.DISPUTES: ("no", "no"),
    Result.ASKS_RELIEF: ("yes", "terms"),
    Result.CANNOT_PAY: ("yes", ""),
}


def implied(results: Sequence[VisitResult]) -> tuple[StepAnswer, ...]:
    """The steps that the results already answer; of several accounts only what they agree on."""
    told = [_of_result(one) for one in results if RESULTS[one.result].debt]
    found = []
    for key in STEPS:
        said = {one[key] for one in told if key in one}
        if len(said) == 1:
            answer, value = said.pop()
            found.append(StepAnswer(key, answer, value, implied=True))
    return tuple(found)


def _of_result(result: VisitResult) -> dict[str, tuple[str, str]]:
    recognised, accepted = _RECOGNISED.get(result.result, ("", ""))
    found = {}
    if recognised:
        found[RECOGNITION] = (recognised, "")
    if accepted:
        found[ACCEPTANCE] = (accepted, "")
    detail = result.detail
    if RESULTS[result.result].promise or RESULTS[result.result].payment:
        amount = detail.get("amount", "")
        if amount:
            found[AMOUNT] = ("part", amount)
    if RESULTS[result.result].payment:
        found[TIME] = ("today", "")
    elif RESULTS[result.result].promise and detail.get("due"):
        found[TIME] = ("dated", detail["due"])
        found[FOLLOW_UP] = ("check", detail["due"])
    elif result.result is Result.REFUSES:
        found[TIME] = ("none", "")
    elif detail.get("next_date"):
        found[FOLLOW_UP] = ("visit", detail["next_date"])
    return found


def whole(said: Iterable[StepAnswer], results: Sequence[VisitResult]) -> tuple[StepAnswer, ...]:
    """What was said, and for the steps nobody answered what the results imply; in the order of the steps."""
    spoken = {one.step: one for one in said if not one.implied}
    meant = {one.step: one for one in implied(results)}
    return tuple(found for key in STEPS if (found := spoken.get(key) or meant.get(key)) is not None)


def wrong(
    said: Sequence[StepAnswer], party: Party | None, currencies: Iterable[str] = ()
) -> list[FieldError]:
    """Why these answers cannot be kept: a talk that must not have been, or words nobody can read."""
    spoken = [one for one in said if not one.implied]
    if spoken and party is not None and party not in TALKERS:
        text = N_("Los cinco pasos hablan de la deuda: solo se contestan con el titular o su aval.")
        return [FieldError(f"step-{spoken[0].step}", Phrase(text), "visit.steps")]
    found = []
    for one in spoken:
        step = STEPS.get(one.step)
        if step is None or one.answer not in dict(step.answers):
            field = f"step-{one.step}"
            found.append(FieldError(field, Phrase(N_("Elija una de las opciones.")), "visit.steps"))
        elif one.value and (because := _unread(step, one.value)) is not None:
            found.append(FieldError(f"step-{one.step}-value", because, "visit.steps"))
    return found


def _unread(step: Step, value: str) -> Phrase | None:
    if step.value == "money" and (typed.money(value) is None or (typed.money(value) or 0) < 0):
        return Phrase(N_("Escriba un monto mayor que cero, por ejemplo 1500.00."))
    if step.value == "date" and typed.day(value) is None:
        return Phrase(N_("Escriba una fecha que exista."))
    return None if step.value else Phrase(N_("Este paso no lleva más que su respuesta."))
