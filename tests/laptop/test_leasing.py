"""A laptop that has not met its office for too long closes, and opens by an exchange or a code."""

from __future__ import annotations

from datetime import timedelta

import pytest

from field_client import leasing
from server import leasing as office
from server.store import tables as t
from sync import lease
from sync.wire.errors import Problem
from tests.laptop.keyed import Keyed


def closed(keyed: Keyed) -> leasing.Lease:
    return leasing.standing(keyed.pair.store, keyed.pair.clock.read())


def test_fourteen_days_without_the_office_close_the_data_and_an_exchange_opens_them(keyed: Keyed) -> None:
    keyed.pair.clock.forward(days=13, hours=23)
    assert not closed(keyed).closed
    keyed.pair.clock.forward(hours=2)
    assert closed(keyed).closed
    keyed.pair.exchange()
    assert not closed(keyed).closed


def test_the_office_may_shorten_it_and_the_laptop_hears_of_it_at_its_next_exchange(keyed: Keyed) -> None:
    pair = keyed.pair
    office.set_days(pair.world.engine, 2, actor="nora", now=pair.clock.now)
    pair.exchange()
    pair.clock.forward(days=2, minutes=1)
    assert closed(keyed).closed
    with pytest.raises(Problem):
        office.set_days(pair.world.engine, 0, actor="nora", now=pair.clock.now)
    assert "lease.days_set" in {row["kind"] for row in pair.world.rows(t.facts)}


def test_a_code_over_the_telephone_opens_it_for_some_days_once(keyed: Keyed) -> None:
    pair = keyed.pair
    pair.clock.forward(days=20)
    asked = closed(keyed).challenge
    assert closed(keyed).challenge == asked
    code = office.code_for(
        pair.world.engine, keyed.device, asked.lower(), 3, actor="nora", now=pair.clock.now
    )
    other = lease.code(b"\x00" * 32, asked, 3)
    assert leasing.open_by_code(pair.store, other, pair.clock.read()) is None
    assert closed(keyed).closed
    assert leasing.open_by_code(pair.store, code.lower().replace("-", " "), pair.clock.read()) == 3
    assert not closed(keyed).closed
    pair.clock.forward(days=3, minutes=1)
    assert closed(keyed).challenge not in ("", asked)
    assert leasing.open_by_code(pair.store, code, pair.clock.read()) is None
    [given] = [row for row in pair.world.rows(t.facts) if row["kind"] == "lease.code_given"]
    assert given["payload"]["days"] == 3


def test_a_clock_ten_years_ahead_closes_only_while_it_is_ahead(keyed: Keyed) -> None:
    clock = keyed.pair.clock
    clock.now += timedelta(days=3652)
    assert closed(keyed).closed
    clock.now -= timedelta(days=3652)
    assert not closed(keyed).closed


def test_a_clock_set_back_behind_the_last_meeting_does_not_prolong_the_lease(keyed: Keyed) -> None:
    clock = keyed.pair.clock
    clock.now -= timedelta(days=3652)
    found = closed(keyed)
    assert (found.closed, found.clock_behind) == (True, True)
    keyed.pair.peer.clock.now += timedelta(days=3652)
    clock.now += timedelta(days=0)
    keyed.pair.exchange()
    assert not closed(keyed).closed


def test_an_office_without_a_lease_closes_nothing(keyed: Keyed) -> None:
    from field_client.store import leases

    with keyed.pair.store.writing() as db:
        leases.met(db, keyed.pair.clock.now, None)
    keyed.pair.clock.forward(days=4000)
    assert not closed(keyed).closed


def test_every_number_of_days_has_a_code_of_its_own() -> None:
    codes = {lease.code(b"k" * 32, "ABCDEFGH", days) for days in range(1, lease.MOST_DAYS + 1)}
    assert len(codes) == lease.MOST_DAYS
    assert lease.days_of(b"k" * 32, "ABCDEFGH", lease.code(b"k" * 32, "ABCDEFGH", 7)) == 7
    assert lease.days_of(b"k" * 32, "ABCDEFGJ", lease.code(b"k" * 32, "ABCDEFGH", 7)) is None
    assert lease.days_of(b"k" * 32, "ABCDEFGH", "ñandú") is None
