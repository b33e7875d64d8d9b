"""Reads a pack's local holidays, periods and overrides into clauses, saying what is wrong. Judges nothing."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from ..records import UserRole
from .clauses import LocalHolidays, OverrideRule, Period, PolicyError
from .reading import Table, as_date, cite_of

PERIOD_KINDS = ("limitation", "bureau")
SINCE = ("default", "activity")
# Who may answer for setting a rule aside: nobody who walks the street or sits at the telephone.
AUTHORITIES = (UserRole.COORDINATOR, UserRole.SUPERVISOR, UserRole.COMPLIANCE)


def local_holidays_of(table: Table, names: tuple[str, ...]) -> LocalHolidays:
    """`names`: its municipalities, folded. Who loaded the pack made dates of its `subdivision`."""
    table.get("municipalities")
    table.text("subdivision", "")
    dates = table.get("dates", [])
    if not isinstance(dates, (list, tuple)):
        raise table.fail("dates", "a list of dates")
    found: tuple[date, ...] = tuple(sorted(as_date(day, f"{table.where}: dates") for day in dates))
    local = LocalHolidays(cite_of(table), names, found, table.flag("always", False))
    if not names and not local.always:
        raise table.fail("municipalities", "a list of the municipalities where these are holidays")
    table.done()
    return local


def period_of(table: Table) -> Period:
    period = Period(
        cite_of(table),
        table.word("kind", PERIOD_KINDS),
        table.word("since", SINCE),
        table.number("months", least=1),
        table.number("near_months", 0),
        table.word("decision", ("warn", "block")),
    )
    if period.near_months >= period.months:
        raise table.fail("near_months", "shorter than months")
    table.done()
    return period


def overrides_of(table: Table, overridable: Collection[str]) -> OverrideRule:
    """`overridable`: the pack's rules on hours and frequency, the only ones a person can set aside."""
    rule = OverrideRule(
        cite_of(table),
        table.words("rules"),
        table.words("roles", AUTHORITIES),
        table.flag("four_eyes", True),
    )
    for name in rule.rules:
        if name not in overridable:
            raise PolicyError(
                f"{table.where}: {name} cannot be set aside by anyone; only hours and frequency can: "
                f"{', '.join(sorted(overridable))}"
            )
    for role in rule.roles:
        if role not in AUTHORITIES:
            raise table.fail("roles", "a list of " + ", ".join(AUTHORITIES))
    table.done()
    return rule
