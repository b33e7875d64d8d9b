"""A company's rules of offers as data: what to open with, aim at and not go below. Opens no file.

Percentages are of the debt on the day. Segments are asked in the company's order, the first that holds is
the account's; limits say how far a role, or a person, may go without asking.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from ..money import rounded
from ..words import N_, Phrase
from .clauses import PolicyError
from .debt import Parts
from .late_interest import METHODS, LateInterest
from .offer import EVERY, MOST_INSTALMENTS
from .reading import Table
from .segment import Segment, Traits, segment_of

BOUNDS = ("opening", "target", "floor", "nothing")
SCHEMA = 1


@dataclass(frozen=True)
class OfferSegment:
    """One segment's range, and the widest terms that anybody may offer in it."""

    segment: Segment
    opening_percent: Decimal
    target_percent: Decimal
    floor_percent: Decimal
    max_discount_percent: Decimal
    max_instalments: int
    min_first_percent: Decimal
    every: tuple[str, ...]
    restructure_percent: Decimal
    restructure_method: str
    fee_percent: Decimal
    because: str

    @property
    def name(self) -> str:
        return self.segment.name


@dataclass(frozen=True)
class Limit:
    """How far one may go without asking: down to which bound, and beyond the segment's own or not."""

    name: str
    lowest: str = "target"
    max_discount_percent: Decimal = Decimal(0)
    max_instalments: int = 1
    restructure: bool = False
    beyond_segment: bool = False


@dataclass(frozen=True)
class Range:
    """Opening, target and floor of an account on a day, in its money, and why."""

    segment: str
    opening: Decimal
    target: Decimal
    floor: Decimal
    because: Phrase


@dataclass(frozen=True)
class OfferRules:
    """Everything a company says about offers. `pay_to`: by lender's name, where its debtors pay."""

    version: str
    segments: tuple[OfferSegment, ...]
    late: LateInterest
    roles: Mapping[str, Limit]
    persons: Mapping[str, Limit]
    pay_to: Mapping[str, str]
    valid_days: int
    letter_days: int
    canonical: str

    def segment_of(self, traits: Traits) -> OfferSegment | None:
        found = segment_of(traits, [one.segment for one in self.segments])
        return next((one for one in self.segments if one.segment is found), None)


def range_of(rules: OfferRules, traits: Traits, debt: Parts, currency: str) -> Range | None:
    """What to open with, aim at and not go below; None for an account in no segment."""
    held = rules.segment_of(traits)
    if held is None:
        return None
    percents = (held.opening_percent, held.target_percent, held.floor_percent)
    opening, target, floor = (rounded(debt.total * percent / 100, currency) for percent in percents)
    text = N_(
        "Segmento «{segment}» ({dpd} días de mora): abrir con {opening} %, buscar {target} % y no bajar "
        "del {floor} %, de lo que se debe. {because}"
    )
    values: dict[str, str | int | float] = {
        "segment": held.name,
        "dpd": traits.dpd,
        "opening": f"{held.opening_percent:f}",
        "target": f"{held.target_percent:f}",
        "floor": f"{held.floor_percent:f}",
        "because": held.because,
    }
    return Range(held.name, opening, target, floor, Phrase(text, values))


def limit_of(rules: OfferRules, roles: frozenset[str] | set[str], person: str = "") -> Limit:
    """A person's own limit, else the widest of his roles' in each matter, else none: ask for everything."""
    if person and person in rules.persons:
        return rules.persons[person]
    held = [rules.roles[role] for role in sorted(roles) if role in rules.roles]
    if not held:
        return Limit(person or "nobody", "opening")
    return Limit(
        " + ".join(one.name for one in held),
        max((one.lowest for one in held), key=BOUNDS.index),
        max(one.max_discount_percent for one in held),
        max(one.max_instalments for one in held),
        any(one.restructure for one in held),
        any(one.beyond_segment for one in held),
    )


def offer_rules_from(data: Mapping[str, Any], *, strict: bool = True) -> OfferRules:
    """The rules a parsed file says. Raises PolicyError with a sentence that names the table and the key."""
    canonical = json.dumps(_plain(data), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    table = Table(json.loads(canonical), "offers", strict=strict)
    if table.number("schema") > SCHEMA:
        raise PolicyError("offers: the schema is newer than this program knows; update Ronda")
    segments = tuple(_segment(one) for one in table.tables("segment"))
    if not segments:
        raise PolicyError("offers: there is no [[segment]]; write at least one")
    names = [one.name for one in segments]
    if len(set(names)) != len(names):
        raise PolicyError("offers: two segments have the same name")
    late = table.table("late_interest")
    found = OfferRules(
        version=hashlib.sha256(canonical.encode()).hexdigest()[:16],
        segments=segments,
        late=LateInterest(
            _percent(late, "annual_percent", 1000),
            late.word("method", METHODS),
            late.number("grace_days", 0),
        ),
        roles=_limits(table, "limit"),
        persons=_limits(table, "person"),
        pay_to={str(name): str(text) for name, text in table.get("pay_to", {}).items()},
        valid_days=table.number("valid_days", 7, least=1),
        letter_days=table.number("letter_days", 10),
        canonical=canonical,
    )
    late.done()
    table.done()
    return found


def to_wire(rules: OfferRules) -> dict[str, Any]:
    """A JSON-ready object; `offer_rules_from(…, strict=False)` gives the rules back."""
    found: dict[str, Any] = json.loads(rules.canonical)
    return found


def limit_to_wire(limit: Limit) -> dict[str, Any]:
    return {
        "name": limit.name,
        "lowest": limit.lowest,
        "max_discount_percent": f"{limit.max_discount_percent:f}",
        "max_instalments": limit.max_instalments,
        "restructure": limit.restructure,
        "beyond_segment": limit.beyond_segment,
    }


def limit_from(name: str, data: Any, *, strict: bool = True) -> Limit:
    table = Table(data, f"offers [{name}]", strict=strict)
    limit = Limit(
        table.text("name", name),
        table.word("lowest", BOUNDS, "target"),
        _percent(table, "max_discount_percent", 100, "0"),
        table.number("max_instalments", 1, least=1),
        table.flag("restructure", False),
        table.flag("beyond_segment", False),
    )
    table.done()
    return limit


def _limits(table: Table, key: str) -> dict[str, Limit]:
    said = table.get(key, {})
    if not isinstance(said, Mapping):
        raise table.fail(key, "tables such as [limit.collector]")
    return {str(name): limit_from(str(name), one, strict=table.strict) for name, one in said.items()}


def _segment(table: Table) -> OfferSegment:
    name = table.text("name")
    table.where = f"offers [[segment]] {name}"
    segment = Segment(
        name,
        dpd_from=table.number("dpd_from", 0),
        dpd_to=table.number("dpd_to") if "dpd_to" in table.data else None,
        overdue_from=Decimal(table.number("overdue_from", 0)),
        overdue_to=Decimal(table.number("overdue_to")) if "overdue_to" in table.data else None,
        credit_types=table.words("credit_types", ()),
    )
    found = OfferSegment(
        segment,
        _percent(table, "opening_percent", 100, "100"),
        _percent(table, "target_percent", 100),
        _percent(table, "floor_percent", 100),
        _percent(table, "max_discount_percent", 100, "0"),
        table.number("max_instalments", 1, least=1),
        _percent(table, "min_first_percent", 100, "0"),
        table.words("every", tuple(EVERY)),
        _percent(table, "restructure_percent", 1000, "0"),
        table.word("restructure_method", METHODS, "30/360"),
        _percent(table, "fee_percent", 100, "0"),
        table.text("because", ""),
    )
    if not found.floor_percent <= found.target_percent <= found.opening_percent:
        raise table.fail(
            "floor_percent", "no more than target_percent, and that no more than opening_percent"
        )
    if found.max_instalments > MOST_INSTALMENTS:
        raise table.fail("max_instalments", f"at most {MOST_INSTALMENTS}")
    if any(one not in EVERY for one in found.every):
        raise table.fail("every", "some of " + ", ".join(EVERY))
    table.done()
    return found


def _percent(table: Table, key: str, most: int, default: str | None = None) -> Decimal:
    """A percentage: a whole number, or a text such as "28.5" (a broken number would not be exact)."""
    value = table.get(key, default)
    try:
        found = Decimal(str(value)) if isinstance(value, (int, str)) and not isinstance(value, bool) else None
    except InvalidOperation:
        found = None
    if found is None or not found.is_finite() or not 0 <= found <= most:
        raise table.fail(key, f'a percentage from 0 to {most}, such as 15 or "28.5"')
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        raise PolicyError(f'offers: {value} is a broken number; write it as a text: "{value}"')
    return value
