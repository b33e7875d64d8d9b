"""What the strategy reads in bulk and keeps of its lists, the same on both engines."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Engine, insert, update

from server.store import known_debtors, strategies, tables, worklists, writeoffs
from server.store.engine import reading, writing
from server.store.known_debtors import Asked
from server.store.scopes import Scope, Share
from server.strategy import listing, writing_off
from sync.ids import new_id
from sync.records import Visit
from tests.office.debts import AS_OF, NOW, World

LATER = NOW + timedelta(hours=1)


def four_debtors(engine: Engine) -> tuple[World, dict[str, str]]:
    """Ana falls due tomorrow, Beto is 45 days late, Carla 95 with a promise and a visit, Dora 400."""
    world = World(engine)
    rosa = world.agent("Rosa")
    held = {
        "Ana": world.debtor("Ana", overdue=0, payday="21"),
        "Beto": world.debtor("Beto", dpd=45, branch="Norte"),
        "Carla": world.debtor("Carla", dpd=95),
        "Dora": world.debtor("Dora", dpd=400, overdue=100),
    }
    (owes_nothing_yet,) = world.accounts_of(held["Ana"])
    with writing(engine) as connection:
        balance = tables.balances.c.account_id == owes_nothing_yet
        connection.execute(update(tables.balances).where(balance).values(principal_minor=900_000_00))
    account = world.accounts_of(held["Carla"])[0]
    world.promises(held["Carla"], account, rosa, due=AS_OF + timedelta(days=8), window=("09:00", "10:00"))
    return world, held


def test_everybody_is_read_in_pieces_of_any_size_and_each_debtor_once(office_engine: Engine) -> None:
    world, held = four_debtors(office_engine)
    asked = Asked(AS_OF, LATER)
    with reading(office_engine) as connection:
        whole = list(known_debtors.every(connection, asked))
        pieces = list(known_debtors.every(connection, asked, piece=1))
        named = list(known_debtors.named(connection, asked, held.values()))
    assert [one.id for one in whole] == sorted(held.values())
    assert whole == pieces == named
    carla = next(one for one in whole if one.id == held["Carla"])
    (account,) = world.accounts_of(carla.id)
    assert carla.owed[account]["overdue_minor"] == 500_000 * 100
    assert [promise.account for promise in carla.promises] == [account]
    assert [type(one) for one in carla.history] == [Visit]
    assert [address.text for address in carla.addresses] == ["Calle 15 # 17-93"]


def test_what_the_office_learned_later_is_left_out(office_engine: Engine) -> None:
    world, held = four_debtors(office_engine)
    (account,) = world.accounts_of(held["Beto"])
    world.pays(account, 100_000, on=AS_OF)
    with reading(office_engine) as connection:
        before = Asked(AS_OF, NOW - timedelta(seconds=1))
        (then,) = known_debtors.named(connection, before, [held["Beto"]])
        (now,) = known_debtors.named(connection, Asked(AS_OF, LATER), [held["Beto"]])
        (day_before,) = known_debtors.named(
            connection, Asked(AS_OF - timedelta(days=1), LATER), [held["Beto"]]
        )
    assert (then.owed, then.payments) == ({}, [])
    assert (len(now.owed), len(now.payments)) == (1, 1)
    assert day_before.owed == {}


def test_a_promise_that_a_correction_took_back_is_no_promise_from_when_it_came_in(
    office_engine: Engine,
) -> None:
    world, held = four_debtors(office_engine)
    (promise,) = world.rows(tables.promises)
    came = datetime(2026, 11, 20, 20, 30, tzinfo=UTC)
    with writing(office_engine) as connection:
        connection.execute(
            insert(tables.amendments).values(
                id=new_id(),
                visit_id=promise["visit_id"],
                agent_id=promise["agent_id"],
                why="no la hizo",
                replaces={"results": [{"account": promise["account_id"], "result": "NEG"}]},
                recorded_at=came,
                received_at=came,
            )
        )

    def promised(known_at: datetime) -> int:
        with reading(office_engine) as connection:
            (one,) = known_debtors.named(connection, Asked(AS_OF, known_at), [held["Carla"]])
        return len(one.promises)

    assert promised(came - timedelta(seconds=1)) == 1
    assert promised(came) == 0


def test_traits_are_kept_each_time_they_change_and_never_twice(office_engine: Engine) -> None:
    world, held = four_debtors(office_engine)
    (account,) = world.accounts_of(held["Beto"])
    with writing(office_engine) as connection:
        strategies.remember_traits(connection, NOW)
        strategies.remember_traits(connection, NOW + timedelta(minutes=1))
    assert len(world.rows(tables.account_traits)) == 4
    world.set_account(account, state="closed", product="Otro")
    with writing(office_engine) as connection:
        strategies.remember_traits(connection, LATER)
    assert len(world.rows(tables.account_traits)) == 5
    world.set_account(account, product="Aún otro")
    with reading(office_engine) as connection:
        (then,) = known_debtors.named(
            connection, Asked(AS_OF, LATER - timedelta(seconds=1), as_it_was=True), [held["Beto"]]
        )
        (later,) = known_debtors.named(connection, Asked(AS_OF, LATER, as_it_was=True), [held["Beto"]])
        (before,) = known_debtors.named(
            connection, Asked(AS_OF, NOW - timedelta(seconds=1), as_it_was=True), [held["Beto"]]
        )
    assert [row["state"] for row in then.accounts] == ["open"]
    assert [(row["state"], row["product"]) for row in later.accounts] == [("closed", "Otro")]
    assert before.accounts == []


def test_two_changes_in_one_moment_and_a_clock_put_back_keep_their_order(office_engine: Engine) -> None:
    world, held = four_debtors(office_engine)
    (account,) = world.accounts_of(held["Beto"])
    moments = []
    for product, now in (("uno", NOW), ("dos", NOW), ("tres", NOW - timedelta(hours=1))):
        world.set_account(account, product=product)
        with writing(office_engine) as connection:
            moments.append(strategies.remember_traits(connection, now))
    assert moments == sorted(set(moments))
    rows = world.rows(tables.account_traits, tables.account_traits.c.account_id == account)
    assert [row["product"] for row in sorted(rows, key=lambda row: row["recorded_at"])] == [
        "uno",
        "dos",
        "tres",
    ]


def test_a_run_is_read_only_when_it_is_finished_and_the_oldest_give_way(office_engine: Engine) -> None:
    four_debtors(office_engine)
    with writing(office_engine) as connection:
        worklists.begin(connection, as_of=AS_OF, strategy="x", version="v", now=LATER, actor="ana")
    with reading(office_engine) as connection:
        assert worklists.run(connection) is None
    made = [
        listing.make(office_engine, AS_OF, now=LATER + timedelta(minutes=number), actor="ana").id
        for number in range(1, worklists.KEPT + 2)
    ]
    with reading(office_engine) as connection:
        newest = worklists.run(connection)
        assert newest is not None
        assert newest["id"] == made[-1]
        kept = {row.id for row in connection.execute(tables.worklist_runs.select())}
        rows = {row.run_id for row in connection.execute(tables.worklist_rows.select())}
    assert kept == rows == set(made[-worklists.KEPT :])


def test_the_lists_of_a_run_are_counted_narrowed_and_paged_within_a_scope(office_engine: Engine) -> None:
    world, held = four_debtors(office_engine)
    made = listing.make(office_engine, AS_OF, now=LATER, actor="ana")
    assert made.counts["lists"] == {"aviso-central": 1, "campo": 1, "llamada": 1, "recordatorio": 1}
    everything, norte = Scope.everything(), Scope((Share(branch="Norte"),))
    with reading(office_engine) as connection:
        run = worklists.run(connection)
        assert run is not None

        def names(scope: Scope, wanted: worklists.Wanted | None = None, listed: str = "") -> list[str]:
            rows = worklists.page(connection, scope, run or {}, wanted or worklists.Wanted(), listed=listed)
            return [row["debtor_name"] for row in rows]

        assert sorted(names(everything)) == ["Ana", "Beto", "Carla", "Dora"]
        assert names(everything, listed="llamada") == ["Beto"]
        assert names(norte) == ["Beto"]
        assert names(everything, worklists.Wanted(action="legal_referral")) == ["Dora"]
        (beto,) = world.accounts_of(held["Beto"])
        assert names(everything, worklists.Wanted(words=beto[-9:].upper())) == ["Beto"]
        assert names(everything, worklists.Wanted(words="100%")) == []
        assert worklists.counted(connection, norte, run["id"], run["made_at"]) == {"llamada": (1, 0)}
        assert worklists.one(connection, Scope((Share(branch="Sur"),)), run["id"], beto) is None
        assert worklists.one(connection, norte, run["id"], beto) is not None
        second = worklists.page(connection, everything, run, worklists.Wanted(), limit=1, offset=1)
        assert len(second) == 1


def test_a_write_off_is_decided_once(office_engine: Engine) -> None:
    four_debtors(office_engine)
    made = writing_off.propose(office_engine, AS_OF, now=LATER, actor="ana")
    assert (made.fresh, made.again, made.withdrawn) == (1, 0, 0)
    with writing(office_engine) as connection:
        (row,) = writeoffs.listed(connection, Scope.everything(), state="open")
        assert row["debtor_name"] == "Dora"
        assert row["net_minor"] == sum(line["minor"] for line in row["lines"]) < 0
        assert writeoffs.put(connection, row["id"], "accepted", why="sí", actor="ana", now=LATER)
        assert not writeoffs.put(connection, row["id"], "rejected", why="no", actor="ana", now=LATER)
        assert writeoffs.counted(connection, Scope.everything()) == {"accepted": 1}
        assert writeoffs.counted(connection, Scope((Share(branch="Norte"),))) == {}


def test_the_usual_amount_is_the_median_of_what_is_overdue(office_engine: Engine) -> None:
    world = World(office_engine)
    for amount in (100, 300, 900, 0):
        world.debtor(f"debe {amount}", overdue=amount)
    with reading(office_engine) as connection:
        assert known_debtors.usual_overdue(connection, Asked(AS_OF, LATER)) == {"COP": 300_00}
        assert known_debtors.usual_overdue(connection, Asked(date(2026, 1, 1), LATER)) == {}
