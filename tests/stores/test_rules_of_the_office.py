"""The office's own holidays, rules set aside and commissions, in both engines."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import Engine, insert

from server.packs import at_office, pack_of
from server.store import debt_dates, holidays, known, overrides
from server.store import tables as t
from server.store.engine import reading, writing
from sync.ids import new_id
from sync.rules.circumstances import DebtDates

NOW = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
DAY = date(2026, 12, 24)


def a_debtor(engine: Engine) -> tuple[str, str]:
    """Someone with an account of the branch Norte and two addresses, the first without a city."""
    lender, imported, debtor, account = (new_id() for _ in range(4))
    with writing(engine) as connection:
        connection.execute(insert(t.lenders).values(id=lender, name="Coopsol"))
        connection.execute(
            insert(t.imports).values(
                id=imported,
                kind="portfolio",
                lender_id=lender,
                as_of=DAY,
                mode="full",
                file_sha256="0" * 64,
                reading={},
                counts={},
                imported_at=NOW,
            )
        )
        connection.execute(insert(t.debtors).values(id=debtor, kind="person", name="Rosa", created_at=NOW))
        for city in ("", " Tunja "):
            connection.execute(
                insert(t.addresses).values(
                    id=new_id(),
                    debtor_id=debtor,
                    kind="home",
                    text="Calle 1",
                    city=city,
                    precision="door",
                    since=DAY,
                )
            )
        connection.execute(
            insert(t.accounts).values(
                id=account,
                lender_id=lender,
                number="1",
                debtor_id=debtor,
                currency="COP",
                branch="Norte",
                pack="co",
                last_payment_on=date(2026, 1, 10),
                first_import=imported,
                last_import=imported,
            )
        )
        connection.execute(
            insert(t.balances).values(
                id=new_id(),
                account_id=account,
                import_id=imported,
                as_of=DAY,
                currency="COP",
                principal_minor=1,
                overdue_minor=1,
                oldest_due=date(2025, 5, 1),
                recorded_at=NOW,
            )
        )
        paid = new_id()
        for id, reverses, on in ((paid, None, date(2026, 3, 1)), (new_id(), paid, date(2026, 3, 2))):
            connection.execute(
                insert(t.payments).values(
                    id=id,
                    account_id=account,
                    import_id=imported,
                    identity=id,
                    amount_minor=1,
                    currency="COP",
                    value_date=on,
                    imported_at=NOW,
                    reverses=reverses,
                )
            )
    return debtor, account


def test_a_holiday_stands_until_it_is_taken_back(office_engine: Engine) -> None:
    with writing(office_engine) as connection:
        assert at_office(connection) is pack_of
        made = holidays.add(
            connection, day=DAY, municipality="Tunja", pack="", reason="Nochebuena", actor="cli", now=NOW
        )
        assert holidays.same(connection, DAY, "Tunja", "")
        assert not holidays.same(connection, DAY, "", "")
    with reading(office_engine) as connection:
        [row] = holidays.standing(connection)
        assert (row["day"], row["municipality"], row["reason"]) == (DAY, "Tunja", "Nochebuena")
        laid = at_office(connection)("co")
    assert laid is not None
    closed = laid.local_holiday(DAY, "TUNJA", "visit")
    assert closed is not None
    assert closed.cite.quote == "Nochebuena"
    assert laid.local_holiday(DAY, "Duitama", "visit") is None
    with writing(office_engine) as connection:
        assert holidays.remove(connection, made, why="se abre", actor="cli", now=NOW)
        assert not holidays.remove(connection, made, why="se abre", actor="cli", now=NOW)
        assert holidays.standing(connection) == []
        [row] = holidays.listed(connection)
    assert row["removed_why"] == "se abre"


def test_an_override_is_in_force_once_agreed_and_until_ended(office_engine: Engine) -> None:
    debtor, _account = a_debtor(office_engine)
    asked = {
        "debtor_id": debtor, "pack": "co", "rule": "co.hours", "day": DAY, "channel": "visit",
        "why": "por carta", "asked_at": NOW, "asked_by": "oscar", "asked_name": "Óscar",
        "asked_role": "supervisor",
    }  # fmt: skip
    with writing(office_engine) as connection:
        alone = overrides.add(connection, **asked, two=False)
        waits = overrides.add(connection, **{**asked, "channel": "call"}, two=True)
        assert overrides.same(connection, debtor, "co.hours", DAY, "call")
        held = overrides.in_force(connection, [debtor])[debtor]
        assert [one.id for one in held] == [alone]
        overrides.change(connection, waits, approved_at=NOW, approved_by="ruth", approved_name="Ruth")
        assert len(overrides.in_force(connection, [debtor])[debtor]) == 2
        overrides.change(connection, alone, ended_at=NOW)
        [left] = overrides.in_force(connection, [debtor])[debtor]
        assert (left.id, left.approved_by, left.day) == (waits, "Ruth", DAY)
        assert len(overrides.listed(connection, debtor)) == 2
        assert overrides.packs_of(connection, debtor) == {"co"}


def test_who_earns_is_known_by_branch_or_for_every_one(office_engine: Engine) -> None:
    debtor, _account = a_debtor(office_engine)
    user = new_id()
    with writing(office_engine) as connection:
        connection.execute(
            insert(t.users).values(
                id=user, username="oscar", name="Óscar", active=True, fs_uniquifier="o", created_at=NOW
            )
        )
        branches = overrides.branches_of(connection, debtor)
        assert branches == {"Norte"}
        assert not overrides.earns(connection, "oscar", branches)
        for branch in ("Sur", "Norte", None):
            overrides.declare_earner(connection, user, branch, because="bono", actor="cli", now=NOW)
            assert overrides.earns(connection, "oscar", branches) is (branch != "Sur")
            assert overrides.withdraw_earner(connection, user, branch, NOW) == 1
            assert not overrides.earns(connection, "oscar", branches)


def test_a_debts_own_dates_and_his_city_are_read_as_the_rules_take_them(office_engine: Engine) -> None:
    debtor, account = a_debtor(office_engine)
    with reading(office_engine) as connection:
        rows = known.accounts_named(connection, [account])
        # The payment of March was reversed: the file's own word is the last.
        assert debt_dates.of(connection, rows) == {account: DebtDates(date(2025, 5, 1), date(2026, 1, 10))}
        assert known.cities(connection, [debtor]) == {debtor: "Tunja"}
