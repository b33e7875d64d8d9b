"""What an export holds: columns that are documented, text that stays text, a ledger that verifies."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from pathlib import Path

from click.testing import CliRunner
from sqlalchemy import insert, select, update

from server import exporting, receiving
from server.kpi import kpi
from server.store import encounters
from server.store import tables as t
from server.store.engine import reading, writing
from sync.ids import new_id
from sync.verifying import verify

from .builders import NOW, TODAY, Laptop, World, add_payment, promise_body

DOCUMENTED = Path(__file__).parents[2] / "docs" / "export.md"


def written(world: World, folder: Path) -> dict[str, list[dict[str, str]]]:
    exporting.export(world.engine, world.signer, folder, as_of=TODAY, actor="carla", now=NOW)
    return {path.name: rows(path) for path in folder.glob("*.csv")}


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))


def test_the_four_tables_have_a_row_per_thing(world: World, laptop: Laptop, tmp_path: Path) -> None:
    visit = laptop.visit("Rosa", "PTP")
    laptop.promise(visit)
    receiving.receive(world.engine, world.signer, laptop.device, laptop.request(None), NOW)
    add_payment(world, "Luis")
    tables = written(world, tmp_path / "out")
    assert [row["account"] for row in tables["accounts.csv"]] == ["Luis-1", "Marta-1", "Rosa-1", "Rosa-2"]
    assert [row["account"] for row in tables["visits.csv"]] == ["Rosa-1", "Rosa-2"]
    assert [row["amount"] for row in tables["promises.csv"]] == ["100000.00"]
    assert [row["account"] for row in tables["payments.csv"]] == ["Luis-1"]
    assert {row["agent"] for row in tables["accounts.csv"]} == {"Ana", "Benito"}


def test_the_place_of_an_account_is_where_a_route_would_go(world: World, tmp_path: Path) -> None:
    with writing(world.engine) as connection:
        home = t.addresses.c.id == world.addresses["Luis"]
        connection.execute(update(t.addresses).where(home).values(precision="zone"))
        held = dict(connection.execute(select(t.addresses).where(home)).mappings().one())
        shop = {"id": new_id(), "kind": "business", "precision": "street", "lat": 5.83, "lon": -73.04}
        connection.execute(insert(t.addresses).values(held | shop))
    places = {
        row["account"]: (row["precision"], row["lat"], row["lon"])
        for row in written(world, tmp_path / "out")["accounts.csv"]
    }
    assert places["Luis-1"] == ("street", "5.83", "-73.04"), "the middle of a zone is no door"
    assert places["Rosa-1"] == ("door", "5.82", "-73.03")


def test_every_column_written_is_documented() -> None:
    told = set(re.findall(r"`([a-z_]+)`", DOCUMENTED.read_text(encoding="utf-8")))
    columns = {
        *exporting.ACCOUNT_COLUMNS,
        *exporting.VISIT_COLUMNS,
        *exporting.PROMISE_COLUMNS,
        *exporting.PAYMENT_COLUMNS,
    }
    assert columns - told == set()


def test_text_that_a_spreadsheet_would_run_is_written_as_text(world: World, tmp_path: Path) -> None:
    with writing(world.engine) as connection:
        connection.execute(
            update(t.debtors)
            .where(t.debtors.c.id == world.debtors["Luis"])
            .values(name='=HYPERLINK("http://x.invalid","Luis")')
        )
    names = [row["name"] for row in written(world, tmp_path / "out")["accounts.csv"]]
    assert """'=HYPERLINK("http://x.invalid","Luis")""" in names
    assert not any(name.startswith(("=", "+", "-", "@")) for name in names)


def test_the_debt_is_that_of_the_day_asked_for(world: World, tmp_path: Path) -> None:
    before = written(world, tmp_path / "now")["accounts.csv"]
    exporting.export(
        world.engine,
        world.signer,
        tmp_path / "later",
        as_of=TODAY + timedelta(days=10),
        actor="carla",
        now=NOW,
    )
    after = rows(tmp_path / "later" / "accounts.csv")
    for today, later in zip(before, after, strict=True):
        assert int(later["days_past_due"]) - int(today["days_past_due"]) == 10


def test_the_exported_ledger_verifies_and_one_changed_byte_is_named(
    world: World, laptop: Laptop, tmp_path: Path
) -> None:
    laptop.visit("Rosa", "NAD", party="NAD", note="Nadie abrió")
    receiving.receive(world.engine, world.signer, laptop.device, laptop.request(None), NOW)
    folder = tmp_path / "out"
    written(world, folder)
    assert CliRunner().invoke(verify, [str(folder)]).exit_code == 0
    ledger = folder / "ledger" / "ledger.jsonl"
    ledger.write_bytes(ledger.read_bytes().replace("Nadie abrió".encode(), b"Nadie abriO"))
    broken = CliRunner().invoke(verify, [str(folder)])
    assert broken.exit_code == 1
    assert "Traceback" not in broken.output


def test_the_figures_come_out_of_the_export_alone(world: World, laptop: Laptop, tmp_path: Path) -> None:
    laptop.visit("Rosa", "NAD", party="NAD")
    laptop.visit("Luis", "REC", party="TIT", start=NOW - timedelta(hours=2))
    receiving.receive(world.engine, world.signer, laptop.device, laptop.request(None), NOW)
    written(world, tmp_path / "out")
    said = CliRunner().invoke(kpi, ["--from-export", str(tmp_path / "out")])
    assert said.exit_code == 0
    assert re.search(r"rpc_per_attempt +0\.5000 +1 / 2", said.output)
    empty = CliRunner().invoke(kpi, ["--from-export", str(tmp_path)])
    assert empty.exit_code == 1
    assert "ronda office export" in empty.output


def test_an_export_is_a_fact_of_the_office(world: World, tmp_path: Path) -> None:
    written(world, tmp_path / "out")
    assert [row["actor"] for row in world.rows(t.facts) if row["kind"] == "export.written"] == ["carla"]


def test_a_promise_waits_for_its_own_lenders_payments(world: World, laptop: Laptop, tmp_path: Path) -> None:
    """Nothing was imported for Coopsol: his debtor's promise cannot be called broken yet."""
    visit = laptop.visit("Rosa", "PTP")
    laptop.promise(visit)
    receiving.receive(world.engine, world.signer, laptop.device, laptop.request(None), NOW)
    add_payment(world, "Luis")
    late = TODAY + timedelta(days=60)
    exporting.export(world.engine, world.signer, tmp_path, as_of=late, actor="carla", now=NOW)
    assert [row["state"] for row in rows(tmp_path / "promises.csv")] == ["por_confirmar"]


def test_a_promise_that_a_correction_took_back_is_cancelled_everywhere(
    world: World, laptop: Laptop, tmp_path: Path
) -> None:
    visit = laptop.visit("Rosa", "PTP")
    laptop.promise(visit)
    corrected = [
        {"account": account, "result": "NAD", "reason": None, "detail": {}}
        for account in world.accounts["Rosa"]
    ]
    laptop.write(
        "visit.amended",
        {"visit": visit.id, "why": "Era otra persona", "replaces": {"party": "NAD", "results": corrected}},
    )
    receiving.receive(world.engine, world.signer, laptop.device, laptop.request(None), NOW)
    tables = written(world, tmp_path)
    assert [row["state"] for row in tables["promises.csv"]] == ["cancelada"]
    with reading(world.engine) as connection:
        assert encounters.promises_of(connection, [world.debtors["Rosa"]]) == {}


def test_an_amount_beyond_what_can_be_stored_is_quarantined_and_blocks_nothing(
    world: World, laptop: Laptop
) -> None:
    visit = laptop.visit("Rosa", "PTP")
    body = promise_body(world, visit.id) | {"amount": "999999999999999.9999", "currency": "CLF"}
    laptop.write("promise.made", body)
    laptop.visit("Luis", "NAD", party="NAD", start=NOW - timedelta(hours=2))
    reply = receiving.receive(world.engine, world.signer, laptop.device, laptop.request(None), NOW)
    assert (reply["have"]["n"], len(reply["quarantined"])) == (3, 1)
    assert len(world.rows(t.visits)) == 2
