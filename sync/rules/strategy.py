"""What a company's strategy says, as one frozen value: segments, ladder, worklists, costs. Reads no file.

`version` names its exact content, so that a list can say by which strategy it was made.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal, InvalidOperation
from typing import Any

from ..money import to_minor
from . import writeoff
from .clauses import CHANNELS, PolicyError
from .ladder import CHANNEL_OF, NEVER, Action, Ladder, Stage
from .reading import Table
from .score import Scale
from .segment import PROFILES, Risk, Segment
from .worklist import KINDS, Worklist

__all__ = ["SCHEMA", "Strategy", "StrategyError", "strategy_from"]

SCHEMA = 1
StrategyError = PolicyError


@dataclass(frozen=True)
class Strategy:
    """Made with `strategy_from`. `pays_within_days`: how soon a payment counts as the visit's."""

    name: str
    title: str
    version: str
    scale: Scale
    pays_within_days: int
    segments: tuple[Segment, ...]
    risks: tuple[Risk, ...]
    ladder: Ladder
    lists: tuple[Worklist, ...]
    writeoff: writeoff.Terms

    @property
    def label(self) -> str:
        """Its name with the first letters of its version, as people quote it."""
        return f"{self.name} {self.version[:8]}"

    def segment(self, name: str) -> Segment | None:
        return next((one for one in self.segments if one.name == name), None)

    def worklist(self, name: str) -> Worklist | None:
        return next((one for one in self.lists if one.name == name), None)

    def stage(self, name: str) -> Stage | None:
        return next((one for one in self.ladder.stages if one.name == name), None)


def strategy_from(data: Mapping[str, Any]) -> Strategy:
    """A strategy from a parsed file. Raises StrategyError with a sentence. Vectors are no part of it."""
    content = {key: value for key, value in data.items() if key != "vectors"}
    canonical = json.dumps(_plain(content), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    table = Table(json.loads(canonical), "strategy", strict=True)
    if table.number("schema") > SCHEMA:
        raise StrategyError(
            f"strategy: schema {table.get('schema')} is newer than this program knows; update Ronda"
        )
    name = table.text("name")
    table.where = f"strategy {name}"
    score = table.table("score")
    made = Strategy(
        name=name,
        title=table.text("title"),
        version=hashlib.sha256(canonical.encode()).hexdigest(),
        scale=Scale(_whole(score, "even"), score.number("spread", least=1)),
        pays_within_days=score.number("pays_within_days", 30, least=1),
        segments=tuple(_segment(one) for one in table.tables("segments")),
        risks=tuple(_risk(one) for one in table.tables("risks")),
        ladder=_ladder(table),
        lists=tuple(_worklist(one) for one in table.tables("lists")),
        writeoff=_writeoff(table.table("writeoff")),
    )
    score.done()
    table.done()
    _whole_strategy(made)
    return made


def _whole_strategy(made: Strategy) -> None:
    """Refuse what would leave an account without a stage, or name something that is not there."""
    where = f"strategy {made.name}"
    for kind, names in (
        ("segment", [one.name for one in made.segments]),
        ("stage", [one.name for one in made.ladder.stages]),
        ("list", [one.name for one in made.lists]),
        ("risk", [one.name for one in made.risks]),
    ):
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise StrategyError(f"{where}: two {kind}s are named {', '.join(twice)}; name each once")
    days = [one.from_dpd for one in made.ladder.stages]
    if not days or days[0] > 0 or days != sorted(set(days)):
        raise StrategyError(f"{where}: [[stages]] must begin at from_dpd = 0 and each be later than the last")
    known, risks = {one.name for one in made.segments}, {one.name for one in made.risks}
    for stage in made.ladder.stages:
        for action in stage.actions:
            lost = [*(set(action.segments) - known), *(set(action.risks) - risks)]
            if lost:
                raise StrategyError(
                    f"{where}: stage {stage.name} names {', '.join(sorted(lost))}, which no [[segments]] or "
                    "[[risks]] defines"
                )
    for segment in made.segments:
        lost = sorted(set(segment.risks) - risks)
        if lost:
            raise StrategyError(f"{where}: segment {segment.name} names the risk {', '.join(lost)}")


def _segment(table: Table) -> Segment:
    made = Segment(
        name=table.text("name"),
        title=table.text("title"),
        dpd_from=table.number("dpd_from", 0),
        dpd_to=_perhaps(table, "dpd_to"),
        overdue_from=_amount(table, "overdue_from") or Decimal(0),
        overdue_to=_amount(table, "overdue_to"),
        capital_from=_amount(table, "capital_from") or Decimal(0),
        capital_to=_amount(table, "capital_to"),
        currency=table.text("currency", ""),
        credit_types=table.words("credit_types", ()),
        zones=table.words("zones", ()),
        branches=table.words("branches", ()),
        products=table.words("products", ()),
        kinds=table.words("kinds", ()),
        profiles=_among(table, "profiles", tuple(PROFILES)),
        risks=table.words("risks", ()),
        lenders=table.words("lenders", ()),
    )
    bounded = any(table.data.get(key) is not None for key in _MONEY)
    if bounded and not made.currency:
        raise StrategyError(f'{table.where}: an amount needs its currency, such as currency = "COP"')
    table.done()
    return made


_MONEY = ("overdue_from", "overdue_to", "capital_from", "capital_to")


def _risk(table: Table) -> Risk:
    made = Risk(
        name=table.text("name"),
        title=table.text("title"),
        dpd_from=_perhaps(table, "dpd_from"),
        streak_from=_perhaps(table, "streak_from"),
        profiles=_among(table, "profiles", tuple(PROFILES)),
        pays_below=_perhaps(table, "pays_below"),
    )
    table.done()
    return made


def _ladder(table: Table) -> Ladder:
    rules = table.table("ladder")
    made = Ladder(
        stages=tuple(_stage(one) for one in table.tables("stages")),
        raise_after=rules.number("raise_after_broken", 2),
        visit_every_days=rules.number("visit_every_days", 60, least=1),
        remind_days=rules.number("remind_days", 2),
    )
    rules.done()
    return made


def _stage(table: Table) -> Stage:
    from_dpd = table.number("from_dpd")
    made = Stage(
        name=table.text("name"),
        title=table.text("title"),
        from_dpd=from_dpd,
        actions=tuple(_action(one, from_dpd) for one in table.tables("actions")),
        by_person=table.flag("by_person", False),
    )
    if made.by_person and any(one.do not in ("legal_referral", "review") for one in made.actions):
        raise StrategyError(
            f"{table.where}: what a person decides is referred or reviewed, never done by a list: "
            'write do = "legal_referral"'
        )
    table.done()
    return made


def _action(table: Table, from_dpd: int) -> Action:
    do = table.text("do")
    if do in NEVER:
        raise StrategyError(
            f'{table.where}: a collector never takes goods away; write do = "{NEVER[do]}" and let a lawyer '
            "decide"
        )
    made = Action(
        do=table.word("do", [one for one in CHANNEL_OF if one not in ("none", "wait", "remind_promise")]),
        from_dpd=table.number("from_dpd", from_dpd),
        every_days=_perhaps(table, "every_days", 1),
        segments=table.words("segments", ()),
        risks=table.words("risks", ()),
    )
    table.done()
    return made


def _worklist(table: Table) -> Worklist:
    days = table.get("days_before", [1, 2])
    pair = isinstance(days, list) and len(days) == 2 and all(isinstance(one, int) for one in days)
    if not pair or not 0 <= days[0] <= days[1]:
        raise table.fail("days_before", "two whole numbers such as [1, 2]")
    made = Worklist(
        name=table.text("name"),
        title=table.text("title"),
        kind=table.word("kind", KINDS),
        channel=table.word("channel", CHANNELS),
        template=table.text("template", ""),
        say=table.text("say", ""),
        days_before=(days[0], days[1]),
        dpd_from=table.number("dpd_from", 1),
        dpd_to=_perhaps(table, "dpd_to"),
        every_days=table.number("every_days", 7, least=1),
        in_field=table.flag("in_field", False),
    )
    if not made.name.isascii() or not made.name.replace("-", "").isalnum():
        raise table.fail("name", "small letters and hyphens, since it is part of an address")
    table.done()
    return made


def _writeoff(table: Table) -> writeoff.Terms:
    costs = table.table("costs")
    made = writeoff.Terms(
        from_dpd=table.number("from_dpd", least=1),
        visits=table.number("visits", 3),
        calls=table.number("calls", 0),
        letters=table.number("letters", 0),
        recovery=tuple(sorted(_recovery(one) for one in table.tables("recovery"))),
        costs={currency: _costs(costs.table(currency), currency) for currency in costs.data},
    )
    costs.done()
    table.done()
    return made


def _recovery(table: Table) -> tuple[int, int]:
    made = (table.number("from_dpd"), table.number("percent"))
    if made[1] > 100:
        raise table.fail("percent", "a whole number up to 100")
    table.done()
    return made


def _costs(table: Table, currency: str) -> writeoff.Costs:
    def minor(key: str) -> int:
        amount = _amount(table, key) or Decimal(0)
        try:
            return to_minor(amount, currency)
        except ValueError as wrong:
            raise StrategyError(f"{table.where}: {key}: {wrong}") from None

    made = writeoff.Costs(
        visit=minor("visit"),
        call=minor("call"),
        letter=minor("letter"),
        legal_fixed=minor("legal_fixed"),
        legal_percent=table.number("legal_percent", 0),
    )
    table.done()
    return made


def _among(table: Table, key: str, known: tuple[str, ...]) -> tuple[str, ...]:
    words = table.words(key, ())
    if any(word not in known for word in words):
        raise table.fail(key, "a list of " + ", ".join(known))
    return words


def _perhaps(table: Table, key: str, least: int = 0) -> int | None:
    return None if table.get(key) is None else table.number(key, least=least)


def _whole(table: Table, key: str) -> int:
    value = table.get(key)
    if isinstance(value, bool) or not isinstance(value, int):
        raise table.fail(key, "a whole number")
    return value


def _amount(table: Table, key: str) -> Decimal | None:
    """Amounts are written as text, "12000" or "12000.50", so that none goes through a float."""
    value = table.get(key)
    if value is None:
        return None
    if isinstance(value, str):
        try:
            amount = Decimal(value)
        except InvalidOperation:
            amount = Decimal(-1)
        if amount.is_finite() and amount >= 0:
            return amount
    raise table.fail(key, 'an amount in quotes, such as "12000"')


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, float):
        raise StrategyError(f"strategy: {value} is a broken number; write whole numbers, amounts in quotes")
    return value
