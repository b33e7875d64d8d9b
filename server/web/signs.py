"""Which of the look's states a stop or a visit shows: the same sign everywhere. Knows no page."""

from __future__ import annotations

from collections.abc import Iterable

from sync.records import Result, ResultClass
from sync.rules.results import RESULTS

REFUSALS = {Result.REFUSES, Result.DISPUTES, Result.UNSAFE, Result.CEASE}


def sign_of(codes: Iterable[str]) -> str:
    """The state of a visit with these results: the strongest news of any account."""
    held = {Result(code) for code in codes if code in Result._value2member_map_}
    if held & {Result.PROMISE, Result.PLAN}:
        return "promesa"
    if held & REFUSALS:
        return "negativa"
    classes = {RESULTS[result].cls for result in held}
    if ResultClass.STOP in classes:
        return "detenida"
    if classes & {ResultClass.RIGHT_PARTY, ResultClass.GUARANTOR, ResultClass.THIRD_PARTY}:
        return "visitada"
    return "no_encontrado" if held else "pendiente"


def sign_of_stop(codes: Iterable[str], *, appointment: bool, withdrawn: bool) -> str:
    """The state of a stop: what came of its visit, or what is to come."""
    told = list(codes)
    if told:
        return sign_of(told)
    if withdrawn:
        return "detenida"
    return "agendada" if appointment else "pendiente"
