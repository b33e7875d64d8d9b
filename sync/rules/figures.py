"""How each of the trade's figures is reckoned from tallies. Pure arithmetic; reads no store and no file.

A ratio over nothing is None, never zero, and a figure whose facts nobody recorded says which fact is missing.
Amounts of two currencies are never added. `figures_list` holds the list with the formulas in words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import pairwise
from typing import Literal

from ..money import from_minor
from ..words import N_
from .figures_cells import CURRENT
from .figures_tally import Tally

Unit = Literal["share", "number", "money", "days", "seconds", "minutes", "km"]
LAST_PLACE = Decimal("0.0001")
SHORT_VISIT_S = 60
ATTRIBUTION_DAYS = 15


@dataclass(frozen=True)
class Settings:
    """What the office decides about its figures. `day_costs`: minor units of an agent's day, by currency."""

    attribution_days: int = ATTRIBUTION_DAYS
    day_costs: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Held:
    """What a figure is made of: the period's facts, and how its accounts stood at its two ends.

    `attributable`: False for a group of accounts, among which an agent's kilometres are not shared out.
    """

    flow: Tally
    span: Tally
    settings: Settings = Settings()
    attributable: bool = True


@dataclass(frozen=True)
class Figure:
    """A figure with what it was divided from. `value` is None when there was nothing to divide by.

    `middle`: a median or percentile, which divides nothing; `under` is then of how many. `missing` names the
    fact without which it cannot be had, as a Spanish msgid.
    """

    code: str
    formula: str
    over: Decimal
    under: Decimal
    unit: Unit = "share"
    currency: str = ""
    middle: Decimal | None = None
    missing: str = ""

    @property
    def value(self) -> Decimal | None:
        if self.middle is not None:
            return self.middle
        return (self.over / self.under).quantize(LAST_PLACE, ROUND_HALF_EVEN) if self.under else None

    @property
    def base(self) -> str:
        """The code without its currency or bucket: what `KPIS` knows."""
        return self.code.partition(".")[0]


@dataclass(frozen=True)
class Kpi:
    """A figure of the list: its number, title and formula in Spanish (msgids), and the formula in English.

    `rows`: which rows are behind it, for the page that opens them.
    """

    number: int
    code: str
    title: str
    formula: str
    english: str
    make: Callable[[Kpi, Held], Iterator[Figure]]
    unit: Unit = "share"
    rows: str = "visits"

    def of(self, held: Held) -> list[Figure]:
        return list(self.make(self, held))

    def figure(self, over: int | Decimal, under: int | Decimal, unit: Unit | None = None) -> Figure:
        return Figure(self.code, self.english, Decimal(over), Decimal(under), unit or self.unit)


NO_BALANCES = N_("Falta: saldos de los archivos de la entidad con fecha de la víspera o anterior")
NO_PAYMENTS = N_("Falta: pagos de la entidad en el periodo")
NO_PROMISES = N_("Falta: promesas cuyo plazo haya vencido en el periodo")
NO_ROUTES = N_("Falta: rutas publicadas en el periodo")
NO_PLACES = N_("Falta: dos o más visitas ubicadas de una ruta publicada")
NO_BOUND = N_("Falta: rutas con certificado que tenga cota")
NO_COST = N_(
    "Falta: el costo de un día de gestor; se escribe con «ronda office figures --day-cost COP=180000»"
)
NOT_SHARED_OUT = N_("Los kilómetros y el plan son del gestor: no se reparten entre sus cuentas")


def counted_of(over: str, under: str) -> Callable[[Kpi, Held], Iterator[Figure]]:
    """One count of facts over another."""

    def make(kpi: Kpi, held: Held) -> Iterator[Figure]:
        yield kpi.figure(held.flow.counts[over], held.flow.counts[under])

    return make


def _money(
    kpi: Kpi, currency: str, over: int | Decimal, under: int | Decimal, unit: Unit = "share"
) -> Figure:
    """Amounts of one currency: `over` and `under` in minor units, or already reckoned as Decimals."""
    first, second = (
        from_minor(amount, currency) if isinstance(amount, int) else amount for amount in (over, under)
    )
    return Figure(f"{kpi.code}.{currency}", kpi.english, first, second, unit, currency)


def _lacking(kpi: Kpi, fact: str) -> Figure:
    return Figure(kpi.code, kpi.english, Decimal(0), Decimal(0), kpi.unit, missing=fact)


def recovery(kpi: Kpi, held: Held) -> Iterator[Figure]:
    currencies = {*held.flow.currencies("collected"), *held.span.currencies("open_overdue")}
    for currency in sorted(currencies):
        owed = held.span.money["open_overdue", currency]
        yield _money(kpi, currency, held.flow.money["collected", currency], owed)
    if not currencies:
        yield _lacking(kpi, NO_BALANCES)


def effectiveness(kpi: Kpi, held: Held) -> Iterator[Figure]:
    currencies = {*held.flow.currencies("collected"), *held.span.currencies("open_total")}
    for currency in sorted(currencies):
        owed = held.span.money["open_total", currency]
        yield _money(kpi, currency, held.flow.money["collected", currency], owed)
    if not currencies:
        yield _lacking(kpi, NO_BALANCES)


def per_action(kpi: Kpi, held: Held) -> Iterator[Figure]:
    actions = Decimal(held.flow.counts["valid"] + held.flow.counts["contacts"])
    for currency in held.flow.currencies("collected"):
        yield _money(kpi, currency, held.flow.money["collected", currency], actions, "money")
    if not held.flow.currencies("collected"):
        yield _lacking(kpi, NO_PAYMENTS)


def contactability(kpi: Kpi, held: Held) -> Iterator[Figure]:
    counts = held.flow.counts
    yield kpi.figure(counts["effective"] + counts["contacts_effective"], counts["valid"] + counts["contacts"])


def visits_per_day(kpi: Kpi, held: Held) -> Iterator[Figure]:
    yield kpi.figure(held.flow.counts["valid"], len(held.flow.sets["worked"]))


def coverage(kpi: Kpi, held: Held) -> Iterator[Figure]:
    assigned = held.span.sets["assigned"]
    yield kpi.figure(len(assigned & held.flow.sets["visited"]), len(assigned))


def intensity(kpi: Kpi, held: Held) -> Iterator[Figure]:
    yield kpi.figure(held.flow.counts["knocks"], len(held.flow.sets["visited"]))


def kept_amount(kpi: Kpi, held: Held) -> Iterator[Figure]:
    for currency in held.flow.currencies("promised"):
        money = held.flow.money
        yield _money(kpi, currency, money["promise_paid", currency], money["promised", currency])
    if not held.flow.currencies("promised"):
        yield _lacking(kpi, NO_PROMISES)


def streak(kpi: Kpi, held: Held) -> Iterator[Figure]:
    yield kpi.figure(len(held.flow.sets["broken_again"]), len(held.flow.sets["matured_again"]))


def lateness(bucket: str) -> int:
    """The first day of a bucket, to put buckets in order."""
    first = bucket.replace("+", "-").partition("-")[0]
    return int(first) if first.isdigit() else 0


def buckets_of(span: Tally) -> list[str]:
    """The buckets in which its accounts stood at either end, the latest last."""
    names = {name.split("|")[1] for name in span.counts if name.startswith(("open|", "close|"))}
    return sorted(names, key=lambda bucket: (lateness(bucket), bucket))


def rolls(kpi: Kpi, held: Held) -> Iterator[Figure]:
    """By balance, one for each currency, and by account, of those that were in the bucket at the start."""
    span = held.span
    for before, after in pairwise(buckets_of(span)):
        step = f"{before}>{after}"
        for currency in span.currencies(f"open|{before}", f"close|{after}"):
            over, under = span.money[f"close|{after}", currency], span.money[f"open|{before}", currency]
            made = _money(kpi, currency, over, under)
            yield Figure(
                f"{kpi.code}.{step}.{currency}", made.formula, made.over, made.under, "share", currency
            )
        cohort = kpi.figure(span.counts[f"roll|{before}|{after}"], span.counts[f"open|{before}"])
        yield Figure(f"{kpi.code}.{step}.accounts", cohort.formula, cohort.over, cohort.under)
    if len(buckets_of(span)) < 2:
        yield _lacking(kpi, NO_BALANCES)


def cure(kpi: Kpi, held: Held) -> Iterator[Figure]:
    yield kpi.figure(held.span.counts["cured_by_end"], held.span.counts["open_late"])


def arrears(kpi: Kpi, held: Held) -> Iterator[Figure]:
    """Overdue of all owed, and what part of the overdue each bucket holds, at the period's end."""
    span = held.span
    for currency in span.currencies("close_total"):
        late = span.money["close_overdue", currency]
        yield _money(kpi, currency, late, span.money["close_total", currency])
        for bucket in buckets_of(span):
            if bucket != CURRENT and ("close|" + bucket, currency) in span.money:
                part = _money(kpi, currency, span.money[f"late|{bucket}", currency], late)
                code = f"{kpi.code}.{bucket}.{currency}"
                yield Figure(code, part.formula, part.over, part.under, "share", currency)
    if not span.currencies("close_total"):
        yield _lacking(kpi, NO_BALANCES)


def located(kpi: Kpi, held: Held) -> Iterator[Figure]:
    skipped, found = held.flow.dated["skipped"], held.flow.dated["reached"]
    waiting: set[int] = set()
    again: set[int] = set()
    for day in sorted({*skipped, *found}):
        again |= waiting & found.get(day, set())
        waiting |= skipped.get(day, set())
    yield kpi.figure(len(again), len(waiting))


def middle_of(spread: Mapping[int, int], percent: int) -> Decimal | None:
    """The smallest value that at least `percent` of the values do not exceed; None of nothing."""
    times = sum(spread.values())
    seen = 0
    for value in sorted(spread):
        seen += spread[value]
        if spread[value] and seen * 100 >= percent * times:
            return Decimal(value)
    return None


def spread_of(name: str, percent: int) -> Callable[[Kpi, Held], Iterator[Figure]]:
    def make(kpi: Kpi, held: Held) -> Iterator[Figure]:
        spread = held.flow.spreads[name]
        value = middle_of(spread, percent)
        times = Decimal(sum(spread.values()))
        yield Figure(kpi.code, kpi.english, value or Decimal(0), times, kpi.unit, middle=value)

    return make


def short_visits(kpi: Kpi, held: Held) -> Iterator[Figure]:
    spread = held.flow.spreads["on_site_s"]
    under = sum(spread.values())
    yield kpi.figure(sum(times for value, times in spread.items() if value < SHORT_VISIT_S), under)


def kilometres(kpi: Kpi, held: Held) -> Iterator[Figure]:
    if not held.attributable:
        yield _lacking(kpi, NOT_SHARED_OUT)
    elif not held.flow.counts["routes"]:
        yield _lacking(kpi, NO_ROUTES)
    else:
        yield kpi.figure(Decimal(held.flow.counts["road_m"]) / 1000, held.flow.counts["valid"])


def detour(kpi: Kpi, held: Held) -> Iterator[Figure]:
    if not held.attributable:
        yield _lacking(kpi, NOT_SHARED_OUT)
    elif not held.flow.counts["line_m"]:
        yield _lacking(kpi, NO_PLACES)
    else:
        yield kpi.figure(held.flow.counts["ridden_m"], held.flow.counts["line_m"])


def plan_gap(kpi: Kpi, held: Held) -> Iterator[Figure]:
    if not held.attributable:
        yield _lacking(kpi, NOT_SHARED_OUT)
    elif not held.flow.counts["bound"]:
        yield _lacking(kpi, NO_BOUND)
    else:
        yield kpi.figure(held.flow.counts["gap"], held.flow.counts["bound"])


def cost(kpi: Kpi, held: Held) -> Iterator[Figure]:
    days = len(held.flow.sets["worked"])
    for currency, a_day in sorted(held.settings.day_costs.items()):
        collected = held.flow.money["collected", currency]
        yield _money(kpi, currency, a_day * days, collected)
    if not held.settings.day_costs:
        yield _lacking(kpi, NO_COST)


def complaints(kpi: Kpi, held: Held) -> Iterator[Figure]:
    yield kpi.figure(held.flow.counts["complaints"] * 1000, held.flow.counts["valid"])


def attribution(kpi: Kpi, held: Held) -> Iterator[Figure]:
    for currency in held.flow.currencies("collected", "attributed"):
        money = held.flow.money
        yield _money(kpi, currency, money["attributed", currency], money["collected", currency])
    if not held.flow.currencies("collected"):
        yield _lacking(kpi, NO_PAYMENTS)
