"""Decides which debtors go to the street and what becomes of each account. Chooses no agent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sync.words import N_, Phrase

from ..doors import Answer, Debt, Door, Packs, best_door, debts
from ..store.assignments import ASSIGNED, BARRED, UNASSIGNED, Outcome
from ..store.cases import Case


@dataclass(frozen=True)
class Fieldwork:
    """A debtor with something overdue: the best door, and his debts that are late enough for the field."""

    case: Case
    door: Door
    in_field: tuple[Answer, ...]

    @property
    def id(self) -> str:
        return self.case.debtor.id

    @property
    def goes(self) -> bool:
        """True when some debt that is late enough may be visited."""
        return any(not answer.verdict.blocked for answer in self.in_field)

    @property
    def may_stay(self) -> bool:
        """True when whoever has the debtor may go on visiting for some debt, however late."""
        return bool(self.door.allowed)


def judge(case: Case, day: date, packs: Packs) -> Fieldwork | None:
    """The debtor's fieldwork on the day; None when nothing of his is overdue."""
    owed = debts(case, day, packs)
    if not owed:
        return None
    late = [debt for debt in owed if debt.in_field]
    # The door is chosen for the debts that send him to the field; the others only travel along.
    chosen = best_door(case, late or owed, day)
    door = chosen if len(late) in (0, len(owed)) else _same_door(case, owed, chosen, day)
    ids = {debt.account.id for debt in late}
    return Fieldwork(case, door, tuple(answer for answer in door.answers if answer.debt.account.id in ids))


def _same_door(case: Case, owed: list[Debt], chosen: Door, day: date) -> Door:
    only = () if chosen.address is None else (chosen.address,)
    narrowed = Case(case.debtor, case.accounts, case.payments, only, case.stopped)
    return best_door(narrowed, owed, day)


def assigned(work: Fieldwork, because: Phrase) -> tuple[Outcome, ...]:
    """The outcome of each overdue account of a debtor who gets, or keeps, an agent."""
    return tuple(
        _barred(answer) if answer.verdict.blocked else _goes(answer, because) for answer in work.door.answers
    )


def unassigned(work: Fieldwork, because: Phrase | None = None) -> tuple[Outcome, ...]:
    """The outcomes of a debtor whom nobody may have (`because` says why) or has room for."""
    because = because or Phrase(N_("ningún gestor tiene cupo; amplíe el cupo o agregue un gestor"))
    return tuple(
        _barred(answer) if answer.verdict.blocked else Outcome(answer.debt.account.id, UNASSIGNED, because)
        for answer in work.in_field
    )


def barred(work: Fieldwork) -> tuple[Outcome, ...]:
    """The outcomes of a debtor none of whose accounts may be visited."""
    return tuple(_barred(answer) for answer in work.in_field or work.door.answers)


def why_barred(work: Fieldwork) -> Phrase:
    """Why nobody has the debtor: the first rule that says no."""
    return (work.in_field or work.door.answers)[0].ruling.because


def _goes(answer: Answer, because: Phrase) -> Outcome:
    if answer.debt.in_field:
        return Outcome(answer.debt.account.id, ASSIGNED, because)
    along = Phrase(
        N_("acompaña a la cuenta en campo del mismo deudor; lleva {dpd} días de mora"),
        {"dpd": answer.debt.standing.dpd},
    )
    return Outcome(answer.debt.account.id, ASSIGNED, along)


def _barred(answer: Answer) -> Outcome:
    ruling = answer.ruling
    return Outcome(answer.debt.account.id, BARRED, ruling.because, ruling.rule, ruling.source)
