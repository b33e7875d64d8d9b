"""Decides the stage of an account on a day and what is to be done next, why and until when. Reads no clock.

The stages and their actions are data (`strategy`); the facts are those of one account on one day. What the
law allows at an hour is not asked here: that is `contact`'s to say of whatever is proposed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from ..words import N_, Phrase, Terms
from .clauses import StopKind

# What may be done next, and by which channel it is done; "" is done at a desk.
CHANNEL_OF = {
    "message": "message",
    "call": "call",
    "remind_promise": "call",
    "letter": "letter",
    "bureau_notice": "letter",
    "visit": "visit",
    "remote": "call",
    "legal_referral": "",
    "review": "",
    "wait": "",
    "none": "",
}
ACTIONS = {
    "message": N_("Enviar un recordatorio"),
    "call": N_("Llamar y acordar una promesa"),
    "remind_promise": N_("Recordar la promesa antes de su fecha"),
    "letter": N_("Enviar una carta"),
    "bureau_notice": N_("Avisar del reporte a la central de riesgo"),
    "visit": N_("Visitar"),
    "remote": N_("Gestionar a distancia"),
    "legal_referral": N_("Remitir al área jurídica"),
    "review": N_("Revisar en cumplimiento"),
    "wait": N_("Esperar"),
    "none": N_("Nada por hacer"),
}
CHANNELS = {
    "visit": N_("visita"),
    "call": N_("llamada"),
    "message": N_("mensaje"),
    "letter": N_("carta"),
    "email": N_("correo"),
}
# What a strategy may not ask for at all, and what it must ask for instead.
NEVER = {"repossess": "legal_referral", "seize": "legal_referral", "retire_goods": "legal_referral"}

TWO_MONTHS_DAYS = 60


@dataclass(frozen=True)
class Action:
    """One thing a stage does. `every_days` None: once in the stage."""

    do: str
    from_dpd: int
    every_days: int | None = None
    segments: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()

    def chosen(self, facts: Facts) -> bool:
        """True for the segments and risks it is meant for."""
        named = not self.segments or facts.segment in self.segments
        return named and (not self.risks or facts.risk in self.risks)

    def concerns(self, facts: Facts) -> bool:
        return facts.dpd >= self.from_dpd and self.chosen(facts)


@dataclass(frozen=True)
class Stage:
    """A rung: from so many days on. `by_person`: nothing but days leads into it, and a person decides."""

    name: str
    title: str
    from_dpd: int
    actions: tuple[Action, ...]
    by_person: bool = False


@dataclass(frozen=True)
class Ladder:
    """The rungs, the lowest first; who broke `raise_after` promises in a row stands one rung higher."""

    stages: tuple[Stage, ...]
    raise_after: int = 2
    visit_every_days: int = TWO_MONTHS_DAYS
    remind_days: int = 2  # who owes nothing yet is reminded so many days before his instalment


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an account on a day. `last`: by channel, the day of the debtor's last contact."""

    day: date
    dpd: int
    overdue: Decimal
    total: Decimal
    currency: str
    due_on: date | None = None
    open: bool = True
    stops: tuple[StopKind, ...] = ()
    promise_due: date | None = None
    promise_review: date | None = None
    unconfirmed: bool = False
    streak: int = 0
    broken_on: date | None = None
    last: Mapping[str, date] = field(default_factory=dict)
    noticed: date | None = None
    again: Mapping[str, date] = field(default_factory=dict)  # by list, the day somebody put him off to
    segment: str = ""
    risk: str = ""
    visitable: bool = True
    barred_by: str = ""
    in_field: bool = False
    in_field_since: date | None = None

    def broken_since(self, last: date) -> bool:
        """True when he broke a promise after that contact: what was said then holds no more."""
        return self.broken_on is not None and last <= self.broken_on

    def reached_day(self, dpd: int) -> date:
        """The day on which the debt was, or will be, so late."""
        return self.day - timedelta(days=self.dpd - dpd)


@dataclass(frozen=True, slots=True)
class Next:
    """What is to be done next: in which stage, by which day, why; `rule` where one says so."""

    stage: str
    do: str
    due: date | None
    because: Phrase
    rule: str = ""

    @property
    def channel(self) -> str:
        return CHANNEL_OF[self.do]


def stage_of(facts: Facts, ladder: Ladder) -> Stage:
    """The last rung whose days are reached; one higher after broken promises, never into a person's own."""
    place = 0
    for number, stage in enumerate(ladder.stages):
        if facts.dpd >= stage.from_dpd:
            place = number
    higher = place + 1
    if _raised(facts, ladder) and higher < len(ladder.stages) and not ladder.stages[higher].by_person:
        place = higher
    return ladder.stages[place]


def next_action(facts: Facts, ladder: Ladder) -> Next:
    """The one thing to do next for an account, with its reason and its day."""
    stage = stage_of(facts, ladder)
    held = _held(facts, stage)
    if held is not None:
        return held
    found = [
        (due, number, action)
        for number, action in enumerate(stage.actions)
        if (due := _due(facts, stage, action, ladder)) is not None
    ]
    if not found:
        return Next(stage.name, "none", None, Phrase(_NOTHING, {"stage": Terms(stage.title)}))
    due, _, action = min(found, key=lambda one: one[:2])
    if action.do == "visit" and not facts.visitable:
        text = N_("Tocaba una visita, pero la norma no la permite: se gestiona a distancia")
        return Next(stage.name, "remote", due, Phrase(text), facts.barred_by)
    return Next(stage.name, action.do, due, _because(facts, stage, action, ladder))


def visit_overdue(facts: Facts, ladder: Ladder) -> int | None:
    """How many days too long he has been without a visit (0: the limit is today); None when he is not."""
    if not (facts.open and facts.in_field and facts.visitable) or facts.stops:
        return None
    since = facts.last.get("visit") or facts.in_field_since
    if since is None:
        return None
    over = (facts.day - since).days - ladder.visit_every_days
    return over if over >= 0 else None


_NOTHING = N_("Etapa {stage}: ya se hizo lo que le toca")


def _held(facts: Facts, stage: Stage) -> Next | None:
    """What comes before every rung: an account that is shut, a stop, a promise that stands."""
    if not facts.open:
        return Next(stage.name, "none", None, Phrase(N_("La cuenta no está abierta")))
    if facts.stops:
        text = N_("La gestión está detenida hasta que una persona la revise")
        return Next(stage.name, "review", facts.day, Phrase(text), f"stop.{facts.stops[0].value}")
    if facts.promise_due is not None and facts.promise_due >= facts.day:
        due = facts.promise_review or facts.promise_due
        values = {"due": f"{facts.promise_due:%d/%m/%Y}"}
        if due <= facts.day:
            return Next(stage.name, "remind_promise", due, Phrase(N_("Prometió pagar el {due}"), values))
        text = N_("Hay una promesa vigente para el {due}: se espera hasta su revisión")
        return Next(stage.name, "wait", due, Phrase(text, values))
    if facts.unconfirmed:
        text = N_("Una promesa venció y aún no se sabe si pagó: falta importar los pagos")
        return Next(stage.name, "wait", None, Phrase(text))
    return None


def _raised(facts: Facts, ladder: Ladder) -> bool:
    return 0 < ladder.raise_after <= facts.streak and facts.dpd > 0


def _due(facts: Facts, stage: Stage, action: Action, ladder: Ladder) -> date | None:
    """The day for which an action is due; None when it does not concern the account or was done."""
    # A bureau hears of nobody before his days are up, however many promises he broke.
    early = _raised(facts, ladder) and action.do != "bureau_notice" and action.from_dpd == stage.from_dpd
    if not (action.concerns(facts) or (early and action.chosen(facts))):
        return None
    if stage.from_dpd <= 0 and action.do == "message":
        return facts.due_on - timedelta(days=ladder.remind_days) if facts.due_on is not None else None
    begins = min(facts.day, facts.reached_day(action.from_dpd))
    if facts.broken_on is not None and _raised(facts, ladder):
        begins = max(begins, min(facts.day, facts.broken_on))
    last = facts.noticed if action.do == "bureau_notice" else facts.last.get(CHANNEL_OF[action.do])
    if last is None or (facts.broken_since(last) and action.do != "bureau_notice"):
        return begins
    if action.every_days is None:
        return begins if last < begins else None
    return max(begins, last + timedelta(days=action.every_days))


def _because(facts: Facts, stage: Stage, action: Action, ladder: Ladder) -> Phrase:
    title, channel = Terms(stage.title), CHANNEL_OF[action.do]
    if facts.dpd <= 0 and facts.due_on is not None:
        text = N_("Etapa {stage}: su cuota vence el {due}")
        return Phrase(text, {"stage": title, "due": f"{facts.due_on:%d/%m/%Y}"})
    values: dict[str, str | int] = {"stage": title, "dpd": facts.dpd}
    if _raised(facts, ladder) and facts.dpd < stage.from_dpd:
        text = N_("Etapa {stage}, antes de tiempo: {streak} promesas incumplidas seguidas")
        return Phrase(text, {"stage": title, "streak": facts.streak})
    last = facts.last.get(channel)
    if last is None:
        return Phrase(N_("Etapa {stage}: {dpd} días de mora"), values)
    text = N_("Etapa {stage}: {dpd} días de mora; última {channel} hace {days} días")
    more: dict[str, str | int] = {"channel": Terms(CHANNELS[channel]), "days": (facts.day - last).days}
    return Phrase(text, {**values, **more})
