"""A lender's daily file: its layout, its codes, what cannot be told, and the number of each file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update

from server.returning.handing import Handed, again, hand, keep_layout, late, rejects
from server.returning.layout import ColumnOf, Layout, LayoutError, layout_from, usual
from server.returning.telling import amount_of, tell, written
from server.store import facts, returns, schema
from server.store import tables as t
from server.store.engine import open_engine, reading, writing
from sync.ids import new_id
from sync.records import Refused

from .debts import World

DAY = date(2026, 11, 20)
AT = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)  # 10:00 in Bogotá
NIGHT = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)

COLUMNS = (
    ColumnOf("No. Crédito", "account", 8, required=True),
    ColumnOf("Fecha", "date", 10, required=True),
    ColumnOf("Hora", "time", 5),
    ColumnOf("Código", "code", 4, required=True),
    ColumnOf("Valor", "amount", 12),
    ColumnOf("Nota", "note", 10),
)
LAYOUT = Layout(columns=COLUMNS, codes={"PTP": "101", "NAD": "205"}, kinds=frozenset({"visit"}))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    engine = open_engine(f"sqlite:///{tmp_path}/office.db")
    schema.upgrade(engine)
    yield World(engine)
    engine.dispose()


def visit(world: World, number: str, result: str, at: datetime = AT, **told: Any) -> str:
    """A visit with one result, by an agent who is made for it, to an account of that number."""
    agent = world.agent(f"Gestor {number}")
    debtor = world.debtor(f"Deudor {number}")
    account = world.accounts_of(debtor)[0]
    world.set_account(account, number=number)
    made = world.visit(debtor, agent, at)
    with writing(world.engine) as connection:
        connection.execute(update(t.visits).where(t.visits.c.id == made).values({"note": "", **told}))
        connection.execute(t.visit_results.delete().where(t.visit_results.c.visit_id == made))
        connection.execute(
            insert(t.visit_results).values(visit_id=made, account_id=account, result=result, detail={})
        )
    return made


def keep(world: World, layout: Layout = LAYOUT) -> None:
    made = keep_layout(world.engine, world.lender, layout.to_json(), actor="nora", now=NIGHT)
    assert isinstance(made, Layout), made


def made(world: World, mode: str = "", now: datetime = NIGHT, day: date = DAY) -> Handed:
    file = hand(world.engine, world.lender, day, mode=mode, actor="nora", now=now)
    assert isinstance(file, Handed), file
    return file


def read(world: World, file: Handed, layout: Layout = LAYOUT) -> list[list[str]]:
    with reading(world.engine) as connection:
        row = returns.file(connection, file.id)
        assert row is not None
        data, same = again(connection, row)
    assert same
    return list(csv.reader(io.StringIO(data.decode(layout.encoding)), delimiter=layout.separator))


def test_the_file_speaks_the_lenders_codes_and_format(world: World) -> None:
    keep(world)
    visit(world, "A-1", "PTP", note="Vendrá\nel  viernes")
    file = made(world)
    assert (file.number, file.mode, file.rows, file.rejected) == (1, "full", 1, 0)
    assert file.name == "GESTION_20261120_0001.csv"
    assert read(world, file) == [
        ["No. Crédito", "Fecha", "Hora", "Código", "Valor", "Nota"],
        ["A-1", "20/11/2026", "10:00", "101", "", "Vendrá el viernes"],
    ]


def test_what_has_no_code_is_left_out_with_its_reason_and_not_silently(world: World) -> None:
    keep(world)
    visit(world, "A-1", "PTP")
    visit(world, "A-2", "CER")
    file = made(world)
    assert (file.rows, file.rejected) == (1, 1)
    with reading(world.engine) as connection:
        out = rejects(connection, file.id)
    assert [one["number"] for one in out] == ["A-2"]
    assert str(out[0]["because"]).startswith("El código CER no tiene equivalente")


def test_a_code_added_later_lets_the_row_go_with_the_next_file(world: World) -> None:
    keep(world)
    visit(world, "A-2", "CER")
    first = made(world)
    nothing = hand(world.engine, world.lender, DAY, actor="nora", now=NIGHT)
    assert isinstance(nothing, Refused)
    keep(world, replace(LAYOUT, codes={**LAYOUT.codes, "CER": "300"}))
    second = made(world)
    assert (first.rows, first.rejected) == (0, 1)
    assert (second.number, second.mode, second.rows, second.rejected) == (2, "delta", 1, 0)


def test_a_visit_that_comes_late_goes_in_a_delta_and_alone(world: World) -> None:
    keep(world)
    visit(world, "A-1", "PTP", received_at=AT)
    first = made(world)
    visit(world, "A-9", "NAD", at=AT + timedelta(hours=2), received_at=NIGHT + timedelta(hours=9))
    assert late(world.engine, world.lender, DAY) == {DAY: 1}
    second = made(world, now=NIGHT + timedelta(hours=10))
    assert [row[0] for row in read(world, second)[1:]] == ["A-9"]
    assert late(world.engine, world.lender, DAY) == {}
    whole = made(world, mode="full", now=NIGHT + timedelta(hours=11))
    assert [row[0] for row in read(world, whole)[1:]] == ["A-1", "A-9"]
    assert [first.number, second.number, whole.number] == [1, 2, 3]


def test_the_day_is_the_offices_and_not_that_of_utc(world: World) -> None:
    keep(world)
    visit(world, "A-1", "PTP", at=datetime(2026, 11, 21, 3, 0, tzinfo=UTC))  # 22:00 of the 20th
    visit(world, "A-2", "PTP", at=datetime(2026, 11, 21, 6, 0, tzinfo=UTC))  # 01:00 of the 21st
    assert [row[0] for row in read(world, made(world))[1:]] == ["A-1"]


def test_another_lenders_accounts_are_never_in_it(world: World) -> None:
    keep(world)
    visit(world, "A-1", "PTP")
    with writing(world.engine) as connection:
        other = new_id()
        connection.execute(insert(t.lenders).values(id=other, name="Otra", country="CO"))
        connection.execute(update(t.accounts).values(lender_id=other))
    assert made(world).rows == 0


def test_each_file_and_each_layout_is_on_record(world: World) -> None:
    keep(world)
    visit(world, "A-1", "PTP")
    file = made(world)
    with reading(world.engine) as connection:
        kept = facts.listed(connection, kind="return.written")
        layouts = facts.listed(connection, kind="return.layout")
    assert [(one["subject"], one["actor"]) for one in kept] == [(file.id, "nora")]
    assert kept[0]["payload"]["sha256"] == file.sha256
    assert len(layouts) == 1


def test_what_was_erased_is_blank_and_the_file_says_that_it_is_not_the_same(world: World) -> None:
    keep(world)
    visit(world, "A-1", "PTP", note="vive sola")
    visit(world, "A-2", "PTP")
    file = made(world)
    debtor = world.rows(t.accounts, t.accounts.c.number == "A-1")[0]["debtor_id"]
    with writing(world.engine) as connection:
        returns.forget(connection, debtor)
    with reading(world.engine) as connection:
        row = returns.file(connection, file.id)
        assert row is not None
        data, same = again(connection, row)
    assert not same
    assert b"vive sola" not in data
    assert b"A-2" in data


def item(**more: Any) -> dict[str, Any]:
    return {
        "item": "visit:1:2",
        "account_id": "2",
        "account": "A-1",
        "ours": "PTP",
        "result": "PTP",
        "started": AT,
        "timezone": "America/Bogota",
        "currency": "COP",
        "note": "",
        **more,
    }


@pytest.mark.parametrize(
    ("layout", "told", "said"),
    [
        (replace(LAYOUT, encoding="cp1252"), {"note": "cita 🏠"}, "no existe en cp1252"),
        (replace(LAYOUT, format="fixed"), {"note": "una nota muy larga"}, "no cabe"),
        (replace(LAYOUT, quote="none"), {"note": "a;b"}, "separador"),
        (LAYOUT, {"account": ""}, "Falta No. Crédito"),
        (
            replace(LAYOUT, columns=(*COLUMNS, ColumnOf("Quién", "party")), parties={"TIT": "1"}),
            {"party": "FAM"},
            "FAM no tiene equivalente",
        ),
    ],
)
def test_a_cell_that_cannot_be_written_rejects_its_row(
    layout: Layout, told: dict[str, Any], said: str
) -> None:
    assert tell(item(), layout, 1).because is None
    because = tell(item(**told), layout, 1).because
    assert because is not None
    assert said in str(because)


def test_fixed_widths_are_exactly_as_wide_as_they_say() -> None:
    layout = replace(LAYOUT, format="fixed", header=False, end="lf")
    row = tell(item(amount_minor=1_234_50, note="corta"), layout, 1)
    line = written([row.cells], layout).decode("cp1252")
    assert line == "A-1     20/11/202610:00101      1234,50corta     \n"


def test_a_formula_in_a_note_stays_text() -> None:
    row = tell(item(note="=HYPERLINK(1)"), LAYOUT, 1)
    assert row.cells[-1] == "'=HYPERLINK(1)"


@pytest.mark.parametrize(
    ("decimal", "thousands", "currency", "said"),
    [
        (",", ".", "COP", "1.234.567,89"),
        (".", "", "COP", "1234567.89"),
        ("", "", "COP", "123456789"),
        (",", "", "CLP", "123456789"),
    ],
)
def test_amounts_as_each_lender_writes_them(decimal: str, thousands: str, currency: str, said: str) -> None:
    assert amount_of(123456789, currency, replace(LAYOUT, decimal=decimal, thousands=thousands)) == said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"separator": "#"}, "separator"),
        ({"columns": []}, "al menos una columna"),
        ({"columns": [{"field": "secret"}]}, "columna 1"),
        ({"format": "fixed"}, "ancho"),
        ({"decimal": ",", "thousands": ","}, "miles"),
        ({"name": "dia.csv"}, "{number}"),
        ({"name": "../{number}"}, "letras sin tilde"),
        ({"kinds": []}, "Elija qué va"),
    ],
)
def test_a_layout_that_cannot_work_says_why(change: dict[str, Any], said: str) -> None:
    with pytest.raises(LayoutError) as wrong:
        layout_from({**usual().to_json(), **change})
    assert said in str(wrong.value)


def test_a_layout_is_the_same_after_it_was_kept() -> None:
    assert layout_from(usual().to_json()) == usual()
    assert layout_from(LAYOUT.to_json()) == LAYOUT
