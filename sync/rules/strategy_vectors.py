"""Runs a strategy's own test vectors: an account on a day, and what its writer expects. Reads no file.

A vector: `say` (in words) and `dpd`; optionally `overdue`, `total`, `capital`, `currency`, `credit_type`,
`product`, `zone`, `branch`, `kind`, `profile`, `pays` (points), `open`, `stops`, `due_in` (days until its
next due day), `promise_in` (days until a promise is due), `review_in` (days until it is looked at; two before
it is due), `streak`, `broken` (days since), `last` (days since a contact, by channel), `noticed` (days since
the bureau's notice), `visitable`, `in_field`; and of `segment`, `risk`, `stage`, `action`, `due_in_days`,
`lists` what is expected.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from . import ladder, segment, worklist
from .clauses import StopKind
from .strategy import Strategy, StrategyError

DAY = date(2026, 1, 15)
EXPECTED = ("segment", "risk", "stage", "action", "due_in_days", "lists")
_KEYS = {
    "say", "dpd", "overdue", "total", "capital", "currency", "credit_type", "product", "zone", "branch",
    "kind", "profile", "pays", "open", "stops", "due_in", "promise_in", "review_in", "streak", "broken",
    "last", "noticed",
    "visitable", "in_field", *EXPECTED,
}  # fmt: skip


def answers(strategy: Strategy, vector: Mapping[str, Any]) -> dict[str, Any]:
    """What the strategy says of the vector's account. Raises StrategyError when it cannot be read."""
    unknown = sorted(set(vector) - _KEYS)
    if unknown:
        raise StrategyError(f"vector {vector.get('say')!r}: unknown key {', '.join(unknown)}")
    try:
        return _answers(strategy, vector)
    except (KeyError, ValueError, TypeError, InvalidOperation) as broken:
        raise StrategyError(f"vector {vector.get('say')!r} cannot be read: {broken!r}") from None


def failure(strategy: Strategy, vector: Mapping[str, Any]) -> str | None:
    """One sentence on how the strategy disagrees with its vector; None when it agrees."""
    asked = [name for name in EXPECTED if name in vector]
    if not asked:
        return f"{vector.get('say')}: the vector expects nothing; name one of {', '.join(EXPECTED)}"
    said = answers(strategy, vector)
    for name in asked:
        if said[name] != vector[name]:
            return f"{vector.get('say')}: {name} {vector[name]!r} expected, {said[name]!r} decided"
    return None


def unproved(strategy: Strategy, vectors: Iterable[Mapping[str, Any]]) -> list[str]:
    """The segments, stages and lists that no vector names: nothing shows what they do."""
    named: set[str] = set()
    for vector in vectors:
        named |= {str(vector[name]) for name in ("segment", "stage") if name in vector}
        named |= set(vector.get("lists", ()))
    every = [
        *(one.name for one in strategy.segments),
        *(one.name for one in strategy.ladder.stages),
        *(one.name for one in strategy.lists),
    ]
    return [name for name in every if name not in named]


def _answers(strategy: Strategy, vector: Mapping[str, Any]) -> dict[str, Any]:
    traits = _traits(vector)
    pays = strategy.scale.percent(int(vector.get("pays", 60)))
    risk = segment.risk_of(
        strategy.risks,
        dpd=traits.dpd,
        streak=int(vector.get("streak", 0)),
        profile=traits.profile,
        pays=pays,
    )
    found = segment.segment_of(_with_risk(traits, risk), strategy.segments)
    name = found.name if found else ""
    facts = _facts(vector, name, risk)
    told = ladder.next_action(facts, strategy.ladder)
    return {
        "segment": name,
        "risk": risk,
        "stage": told.stage,
        "action": told.do,
        "due_in_days": (told.due - DAY).days if told.due else None,
        "lists": [one.name for one in worklist.listed(facts, strategy.lists)],
    }


def _traits(vector: Mapping[str, Any]) -> segment.Traits:
    return segment.Traits(
        dpd=int(vector["dpd"]),
        overdue=Decimal(vector.get("overdue", "100000")),
        credit_type=vector.get("credit_type", ""),
        zone=vector.get("zone", ""),
        branch=vector.get("branch", ""),
        capital=Decimal(vector.get("capital", "500000")),
        currency=vector.get("currency", "COP"),
        product=vector.get("product", ""),
        kind=vector.get("kind", "person"),
        profile=vector.get("profile", "unknown"),
    )


def _with_risk(traits: segment.Traits, risk: str) -> segment.Traits:
    return segment.Traits(**{**vars(traits), "risk": risk})


def _facts(vector: Mapping[str, Any], name: str, risk: str) -> ladder.Facts:
    overdue = Decimal(vector.get("overdue", "100000"))
    promise = _ahead(vector, "promise_in")
    review = _ahead(vector, "review_in") or (promise - timedelta(days=2) if promise else None)
    return ladder.Facts(
        day=DAY,
        dpd=int(vector["dpd"]),
        overdue=overdue,
        total=Decimal(vector.get("total", "500000")),
        currency=vector.get("currency", "COP"),
        due_on=_ahead(vector, "due_in"),
        open=bool(vector.get("open", True)),
        stops=tuple(StopKind(word) for word in vector.get("stops", ())),
        promise_due=promise,
        promise_review=review,
        streak=int(vector.get("streak", 0)),
        broken_on=_ago(vector.get("broken")),
        last={channel: DAY - timedelta(days=days) for channel, days in vector.get("last", {}).items()},
        noticed=_ago(vector.get("noticed")),
        segment=name,
        risk=risk,
        visitable=bool(vector.get("visitable", True)),
        in_field=bool(vector.get("in_field", int(vector["dpd"]) >= 90)),
    )


def _ahead(vector: Mapping[str, Any], key: str) -> date | None:
    return DAY + timedelta(days=int(vector[key])) if key in vector else None


def _ago(days: Any) -> date | None:
    return None if days is None else DAY - timedelta(days=int(days))
