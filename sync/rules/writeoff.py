"""Decides whether going on with a debt costs more than it may bring, every figure with its reason.

It proposes; a person decides. Amounts are whole minor units, rounded against going on. Knows no store.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..money import from_minor
from ..words import N_, Phrase


@dataclass(frozen=True)
class Costs:
    """What one of each costs in minor units of a currency, and a lawyer's share of what he recovers."""

    visit: int
    call: int = 0
    letter: int = 0
    legal_fixed: int = 0
    legal_percent: int = 0


@dataclass(frozen=True)
class Terms:
    """When a write-off is thought of, how much would still be done, and how much comes back by age."""

    from_dpd: int
    visits: int
    calls: int
    letters: int
    recovery: tuple[tuple[int, int], ...]  # (from so many days, per cent of the debt that comes back)
    costs: Mapping[str, Costs] = field(default_factory=dict)

    def percent(self, dpd: int) -> int:
        return max((one for one in self.recovery if one[0] <= dpd), default=(0, 0))[1]


@dataclass(frozen=True)
class Line:
    """One figure of the reckoning: minor units that come in (positive) or go out (negative)."""

    minor: int
    because: Phrase


@dataclass(frozen=True)
class Reckoned:
    """What going on would bring and cost. `worth_it` False: a write-off is proposed."""

    currency: str
    lines: tuple[Line, ...]

    @property
    def net_minor(self) -> int:
        return sum(line.minor for line in self.lines)

    @property
    def worth_it(self) -> bool:
        return self.net_minor > 0


def reckon(
    terms: Terms, *, dpd: int, total_minor: int, currency: str, pays: int, reach: int
) -> Reckoned | None:
    """The cost and the benefit of going on; None where it is too early, or no cost is told in the currency.

    `pays` and `reach` are per cent: that he pays once met, and that one visit meets him.
    """
    costs = terms.costs.get(currency)
    if costs is None or dpd < terms.from_dpd or total_minor <= 0:
        return None
    percent = terms.percent(dpd)
    met = round(100 * (1 - (1 - reach / 100) ** terms.visits))
    expected = total_minor * percent * pays * met // 1_000_000
    lines = [
        Line(
            expected,
            Phrase(
                N_(
                    "De {total} {currency} volvería el {percent} por ciento si paga; paga {pays} de cada "
                    "100, y en {visits} visitas se encuentra a {met} de cada 100"
                ),
                {
                    "total": f"{from_minor(total_minor, currency):f}",
                    "currency": currency,
                    "percent": percent,
                    "pays": pays,
                    "visits": terms.visits,
                    "met": met,
                },
            ),
        )
    ]
    for count, each, text in (
        (terms.visits, costs.visit, N_("Visitas: {count}, cada una {each} {currency}")),
        (terms.calls, costs.call, N_("Llamadas: {count}, cada una {each} {currency}")),
        (terms.letters, costs.letter, N_("Cartas: {count}, cada una {each} {currency}")),
    ):
        if count and each:
            said = f"{from_minor(each, currency):f}"
            values: dict[str, str | int] = {"count": count, "each": said, "currency": currency}
            lines.append(Line(-count * each, Phrase(text, values)))
    if costs.legal_fixed:
        lines.append(Line(-costs.legal_fixed, Phrase(N_("Gastos jurídicos fijos"))))
    if costs.legal_percent:
        share = -(-expected * costs.legal_percent // 100)
        text = N_("Honorarios: el {percent} por ciento de lo que se recupere")
        lines.append(Line(-share, Phrase(text, {"percent": costs.legal_percent})))
    return Reckoned(currency, tuple(lines))
