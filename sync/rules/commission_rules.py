"""What is earned on what was recovered, as data: rates, difficulty, promises kept, the agency's fee.

Read whole and refused with a sentence when anything is wrong. Reckons nothing and reads no file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from ..digest import canonical
from .clauses import PolicyError

SCHEMA = 1
MET = ("anyone", "right_party")
HUNDRED = Decimal(100)
LISTS = ("bucket", "team", "branch", "product", "lender", "zone")


@dataclass(frozen=True)
class Traits:
    """What of an account, on the day before it was paid, decides how much is earned."""

    dpd: int
    bucket: str
    lender: str = ""
    branch: str = ""
    team: str = ""
    product: str = ""
    zone: str = ""


@dataclass(frozen=True)
class When:
    """A condition: every part that is said must hold; one that says nothing always holds."""

    from_dpd: int | None = None
    to_dpd: int | None = None
    among: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def holds(self, traits: Traits) -> bool:
        if self.from_dpd is not None and traits.dpd < self.from_dpd:
            return False
        if self.to_dpd is not None and traits.dpd > self.to_dpd:
            return False
        return all(getattr(traits, name) in values for name, values in self.among.items())


@dataclass(frozen=True)
class Rate:
    """A percentage, or a factor, of the accounts for which it holds."""

    when: When
    value: Decimal


@dataclass(frozen=True)
class CommissionRules:
    """`version` is the SHA-256 of what the file says; every statement carries it."""

    name: str
    title: str
    version: str
    days: int
    met: str
    rates: tuple[Rate, ...]
    difficulty: tuple[Rate, ...]
    kept: Mapping[str, Decimal]
    fees: tuple[Rate, ...]
    tax_percent: Decimal
    said: Mapping[str, Any]

    def percent(self, traits: Traits) -> Decimal:
        return _first(self.rates, traits, Decimal(0))

    def factor(self, traits: Traits) -> Decimal:
        return _first(self.difficulty, traits, Decimal(1))

    def fee(self, traits: Traits) -> Decimal:
        return _first(self.fees, traits, Decimal(0))


def _first(rates: tuple[Rate, ...], traits: Traits, otherwise: Decimal) -> Decimal:
    return next((rate.value for rate in rates if rate.when.holds(traits)), otherwise)


def rules_from(data: Mapping[str, Any]) -> CommissionRules:
    """The rules of a parsed file. Raises PolicyError with a sentence for the person who wrote it."""
    _known(
        "the file",
        data,
        {"schema", "name", "title", "attribution", "rates", "difficulty", "promises", "agency"},
    )
    if data.get("schema") != SCHEMA:
        raise _wrong(f"write schema = {SCHEMA} at the top")
    attribution = _table(data, "attribution")
    _known("attribution", attribution, {"days", "rule", "met"})
    if attribution.get("rule", "last_visit") != "last_visit":
        raise _wrong('attribution.rule can only be "last_visit"')
    met = attribution.get("met", "anyone")
    if met not in MET:
        raise _wrong(f"attribution.met is one of {', '.join(MET)}")
    days = attribution.get("days")
    if not isinstance(days, int) or isinstance(days, bool) or not 0 <= days <= 366:
        raise _wrong("attribution.days is a whole number from 0 to 366")
    agency = _table(data, "agency")
    _known("agency", agency, {"tax_percent", "fees"})
    name = str(data.get("name", "")).strip()
    if not name:
        raise _wrong("give the rules a name")
    rates = _rates(data.get("rates", []), "rates", "percent", HUNDRED)
    if not rates:
        raise _wrong("at least one [[rates]] is needed")
    return CommissionRules(
        name=name,
        title=str(data.get("title", "")),
        version=hashlib.sha256(canonical(dict(data))).hexdigest(),
        days=days,
        met=str(met),
        rates=rates,
        difficulty=_rates(data.get("difficulty", []), "difficulty", "factor", Decimal(10)),
        kept=_kept(_table(data, "promises")),
        fees=_rates(agency.get("fees", []), "agency.fees", "percent", HUNDRED),
        tax_percent=_number(agency.get("tax_percent", "0"), "agency.tax_percent", HUNDRED),
        said=dict(data),
    )


def _rates(said: Any, where: str, key: str, most: Decimal) -> tuple[Rate, ...]:
    if not isinstance(said, list):
        raise _wrong(f"{where} is a list of tables: write [[{where}]]")
    made: list[Rate] = []
    for number, one in enumerate(said, start=1):
        place = f"{where} {number}"
        if not isinstance(one, Mapping):
            raise _wrong(f"{where} is a list of tables: write [[{where}]]")
        _known(place, one, {key, "from_dpd", "to_dpd", *LISTS})
        if made and made[-1].when == When():
            raise _wrong(f"{place} can never hold: the one before it has no condition")
        made.append(Rate(_when(one, place), _number(one.get(key), f"{place}.{key}", most)))
    return tuple(made)


def _when(one: Mapping[str, Any], place: str) -> When:
    edges = {}
    for name in ("from_dpd", "to_dpd"):
        value = one.get(name)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
            raise _wrong(f"{place}.{name} is a whole number of days")
        edges[name] = value
    among = {}
    for name in LISTS:
        if name in one:
            values = [one[name]] if isinstance(one[name], str) else one[name]
            if (
                not isinstance(values, list)
                or not values
                or not all(isinstance(text, str) for text in values)
            ):
                raise _wrong(f"{place}.{name} is a text or a list of texts")
            among[name] = tuple(values)
    return When(edges["from_dpd"], edges["to_dpd"], among)


def _kept(table: Mapping[str, Any]) -> dict[str, Decimal]:
    _known("promises", table, {"kept"})
    said = table.get("kept", {})
    if not isinstance(said, Mapping):
        raise _wrong('promises.kept says an amount for each currency: { COP = "2000" }')
    return {
        str(currency): _number(value, f"promises.kept.{currency}", Decimal(10) ** 9)
        for currency, value in said.items()
    }


def _number(value: Any, place: str, most: Decimal) -> Decimal:
    try:
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            raise InvalidOperation
        found = Decimal(value)
    except InvalidOperation:
        raise _wrong(f'{place} is a number written as a text: "3.5"') from None
    if not found.is_finite() or not 0 <= found <= most:
        raise _wrong(f"{place} is from 0 to {most}")
    return found


def _table(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = data.get(name, {})
    if not isinstance(found, Mapping):
        raise _wrong(f"{name} is a table: write [{name}]")
    return found


def _known(place: str, table: Mapping[str, Any], names: set[str]) -> None:
    if unknown := sorted(set(table) - names):
        raise _wrong(f"{place} knows no {unknown[0]}; it knows {', '.join(sorted(names))}")


def _wrong(said: str) -> PolicyError:
    return PolicyError(f"commissions: {said}")
