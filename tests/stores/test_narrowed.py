"""A list narrowed in SQL is the list that the rules of a segment give, on any day: on both engines."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Engine

from server.standing import AccountToday, accounts_today, choices, on_day
from server.store import standings
from server.store.boards import narrowed, search
from server.store.boards.narrowed import Found
from server.store.engine import reading
from server.store.scopes import Scope
from server.store.standings import Asked
from sync.rules.segment import Segment, Traits

from .test_standings import DAYS, EVERY, Office

SEGMENTS = (
    Segment("", dpd_from=30),
    Segment("", dpd_to=0),
    Segment("", dpd_from=1, dpd_to=90),
    Segment("", branches=("Tunja",)),
    Segment("", zones=(narrowed.NONE,)),
    Segment("", zones=("Centro",), branches=("Duitama",)),
    Segment("", currency="USD"),
    Segment("", overdue_from=Decimal("5")),
    Segment("", overdue_to=Decimal("100"), currency="COP"),
    Segment("", capital_from=Decimal("100")),
    Segment("", capital_to=Decimal("50"), dpd_from=10),
    Segment("", kinds=("company",)),
    Segment("", credit_types=("consumo",)),
)


@pytest.fixture
def office(office_engine: Engine) -> Office:
    made = Office(office_engine, random.Random(8))
    made.begin()
    for _each in range(120):
        made.happen()
    return made


def by_the_rules(held: list[AccountToday], segment: Segment) -> set[str]:
    """The accounts that the segment holds; of those without a balance no days and no amounts are known."""
    asks = (segment.dpd_from, segment.overdue_from, segment.capital_from)
    aged_only = any(asks) or any(
        bound is not None for bound in (segment.dpd_to, segment.overdue_to, segment.capital_to)
    )
    found = set()
    for one in held:
        if one.balance is None and aged_only:
            continue
        traits = Traits(
            dpd=one.dpd or 0,
            overdue=one.overdue or Decimal(0),
            capital=one.balance.principal if one.balance else Decimal(0),
            zone=one.zone or narrowed.NONE,
            branch=one.branch,
            currency=one.currency,
            credit_type=one.credit_type,
        )
        if segment.holds(traits):
            found.add(one.id)
    return found


def in_sql(engine: Engine, day: date, segment: Segment) -> set[str]:
    with reading(engine) as connection:
        standing = on_day(connection, EVERY, day)
        currencies = choices(connection, EVERY, day).currencies
        also = narrowed.conditions(standing, segment, Found(), currencies)
        return set(standings.listed(connection, standing, Asked(also=also), limit=1000))


def test_sql_and_the_rules_of_a_segment_give_the_same_list_on_any_day(office: Office) -> None:
    sizes = set()
    for day in DAYS[1::2]:
        with reading(office.engine) as connection:
            held = accounts_today(connection, EVERY, day)
        for segment in SEGMENTS:
            expected = by_the_rules(held, segment)
            assert in_sql(office.engine, day, segment) == expected, (day, segment)
            sizes.add(len(expected))
    assert len(sizes) > 3, "the segments must tell accounts apart"


def test_the_board_by_a_value_counts_what_its_list_shows(office: Office) -> None:
    day = DAYS[-3]
    with reading(office.engine) as connection:
        standing = on_day(connection, EVERY, day)
        rows = narrowed.ageing_by(connection, standing, "branch")
        assert rows
        for row in rows:
            segment = Segment("", branches=(row["value"] or narrowed.NONE,), currency=row["currency"])
            also = narrowed.conditions(standing, segment, Found(), ())
            asked = Asked(state="open", bucket=row["bucket"], also=also)
            together = [
                other["accounts"]
                for other in rows
                if (other["value"], other["currency"], other["bucket"])
                == (row["value"], row["currency"], row["bucket"])
            ]
            assert standings.count(connection, standing, asked) == sum(together)


@pytest.mark.parametrize("asked", ["ROSA", "nunez", "núñ ros", "4001"])
def test_a_debtor_is_found_by_a_few_letters_with_or_without_accents(
    office_engine: Engine, asked: str
) -> None:
    made = Office(office_engine, random.Random(1))
    made.begin()
    with reading(office_engine) as connection:
        standing = on_day(connection, EVERY, DAYS[-1])
        assert [one.name for one in search.find(connection, standing, asked)] == ["Rosa Núñez"]
        assert search.find(connection, standing, "r") == [], "a single letter looks for nothing"
        assert search.find(connection, standing, "%_") == [], "wildcards are letters like any other"
        nobody = on_day(connection, Scope(), DAYS[-1])
        assert search.find(connection, nobody, asked) == [], "who sees nothing finds nobody"
