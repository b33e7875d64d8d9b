"""Villa Ronda and its portfolio: the demo's data holds together before any importer reads it."""

from __future__ import annotations

import csv
import io
import json
import random
import re
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from server.demo.geometry import crossing, distance, inside, to_line
from server.demo.people import demo_people
from server.demo.portfolio import PortfolioManifest, write_payments, write_portfolio
from server.demo.town import Town, make_town

AS_OF = date(2026, 11, 20)
DOOR = re.compile(
    r"^(?P<kind>[A-Za-z]+)\.? (?P<label>\d+A?) ?(?:#|No\.?|N°|Nro)? ?(?P<cross>\d+A?)[ -]+(?P<metre>\d\d)"
)


@pytest.fixture(scope="module")
def town() -> Town:
    return make_town()


@pytest.fixture(scope="module")
def portfolio(town: Town, tmp_path_factory: pytest.TempPathFactory) -> PortfolioManifest:
    return write_portfolio(tmp_path_factory.mktemp("demo") / "cartera.csv", town, AS_OF)


def lines_of(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_bytes().decode("cp1252"), newline=""), delimiter=";"))


def table_of(path: Path) -> dict[int, dict[str, str]]:
    """Every data row by its physical line."""
    header, *rows = lines_of(path)
    return {line: dict(zip(header, row, strict=False)) for line, row in enumerate(rows, start=2)}


def read_money(text: str) -> Decimal:
    return Decimal(text.replace(".", "").replace(",", "."))


def read_day(text: str) -> date | None:
    return date(int(text[6:]), int(text[3:5]), int(text[:2])) if text else None


def street_kind(word: str) -> str:
    upper = word.upper()
    if upper.startswith(("CAR", "CR", "K")):
        return "Carrera"
    if upper.startswith("C"):
        return "Calle"
    return "Diagonal" if upper.startswith("D") else "Transversal"


def corners(town: Town, street: str) -> set[tuple[float, float]]:
    return {
        point for s in (*town.streets, town.road) if s.name == street for piece in s.pieces for point in piece
    }


# --- the town ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [7, 1, 2, 3])
def test_the_same_seed_makes_the_same_town_with_all_its_parts(seed: int) -> None:
    town = make_town(seed)
    assert town == make_town(seed)
    assert town != make_town(seed + 100)
    kinds = [street.kind for street in town.streets]
    assert kinds.count("Diagonal") == kinds.count("Transversal") == 1
    assert any(street.label.endswith("A") for street in town.streets)
    assert len([b for b in town.barrios if b.is_vereda]) == 2
    assert len(town.bridges) == 4
    assert len(town.zones) == 6


@pytest.mark.parametrize("seed", [7, 1, 2, 3])
def test_only_bridges_cross_the_river(seed: int) -> None:
    town = make_town(seed)
    crossed = {
        street.name
        for street in town.streets
        for piece in street.pieces
        for a, b in pairwise(piece)
        for c, d in pairwise(town.river)
        if crossing(a, b, c, d) is not None
    }
    assert crossed == {bridge.street for bridge in town.bridges}


@pytest.mark.parametrize("seed", [7, 1, 2, 3])
def test_every_corner_of_the_town_and_the_end_of_the_road_can_be_reached(seed: int) -> None:
    town = make_town(seed)
    beside: dict[tuple[float, float], set[tuple[float, float]]] = {}
    for street in (*town.streets, town.road):
        for piece in street.pieces:
            for a, b in pairwise(piece):
                beside.setdefault(a, set()).add(b)
                beside.setdefault(b, set()).add(a)
    seen, waiting = set(), [town.road.pieces[0][-1]]
    while waiting:
        corner = waiting.pop()
        if corner not in seen:
            seen.add(corner)
            waiting.extend(beside[corner])
    assert seen == set(beside)


def test_an_address_says_where_its_door_is_to_the_metre(town: Town) -> None:
    """Read back from the words alone: the door is on that street, that many metres from that corner."""
    rng = random.Random(1)
    grid = [address for address in (town.address(rng) for _ in range(800)) if not address.is_vereda]
    for address in grid:
        said = DOOR.match(address.text)
        assert said is not None, address.text
        street = f"{street_kind(said['kind'])} {said['label']}"
        assert street == address.street
        crosses = "Carrera" if street.startswith(("Calle", "Diagonal")) else "Calle"
        shared = corners(town, street) & corners(town, f"{crosses} {said['cross']}")
        door = (address.lat, address.lon)
        pieces = next(s.pieces for s in town.streets if s.name == street)
        assert min(to_line(door, piece) for piece in pieces) < 4.5
        assert min(abs(distance(door, corner) - int(said["metre"])) for corner in shared) < 4.5, address.text
        assert min(to_line(door, [a, b]) for a, b in pairwise(town.river)) > 5


def test_an_address_names_the_barrio_its_door_stands_in(town: Town) -> None:
    rng = random.Random(2)
    barrios = {barrio.name: barrio for barrio in town.barrios}
    for address in (town.address(rng) for _ in range(600)):
        barrio = barrios[address.barrio]
        assert inside((address.lat, address.lon), barrio.polygon), address
        assert (barrio.zone, barrio.is_vereda) == (address.zone, address.is_vereda)


def test_a_vereda_address_stands_on_the_only_road_by_its_landmark(town: Town) -> None:
    rng = random.Random(3)
    rural = [address for address in (town.address(rng) for _ in range(3000)) if address.is_vereda]
    assert 90 < len(rural) < 220
    assert {address.barrio for address in rural} == {"El Salitre", "Quebrada Honda"}
    for address in rural:
        assert to_line((address.lat, address.lon), town.road.pieces[0]) < 4.5
        assert " de el " not in address.text
        assert " a el " not in address.text
    steps = [a for a in rural if " m antes de la escuela" in a.text or " m después de la escuela" in a.text]
    assert steps
    for address in steps:
        school = next(
            m.metre for m in town.landmarks if m.vereda == address.barrio and m.name == "la escuela"
        )
        said = re.search(r"(\d+) m (antes|después)", address.text)
        assert said is not None
        assert address.metre == school + int(said[1]) * (1 if said[2] == "después" else -1)


def test_the_base_map_is_geojson_with_longitude_first(town: Town) -> None:
    drawn = json.loads(json.dumps(town.geojson()))
    kinds = [feature["properties"]["kind"] for feature in drawn["features"]]
    assert kinds.count("street") == len(town.streets) + 1
    assert (kinds.count("barrio"), kinds.count("vereda"), kinds.count("river")) == (12, 2, 1)
    ring = next(f for f in drawn["features"] if f["properties"]["kind"] == "barrio")["geometry"][
        "coordinates"
    ][0]
    assert ring[0] == ring[-1]
    assert -73.1 < ring[0][0] < -72.9
    assert 5.7 < ring[0][1] < 5.9


def test_each_zone_has_a_collector_who_lives_in_it(town: Town) -> None:
    people = demo_people(town)
    collectors = [person for person in people if person["role"] == "collector"]
    assert [person["zone"] for person in collectors] == list(town.zones)
    for person in collectors:
        assert town.barrio_at((person["home_lat"], person["home_lon"])).zone == person["zone"]
    roles = [person["role"] for person in people if person["role"] != "collector"]
    assert sorted(roles) == [
        "administrator",
        "compliance",
        "coordinator",
        "manager",
        "supervisor",
        "telephone",
    ]
    assert len({person["username"] for person in people}) == 12
    assert people == demo_people(make_town())


# --- the portfolio ----------------------------------------------------------------------------------------


def test_the_same_seed_writes_the_same_bytes(
    town: Town, portfolio: PortfolioManifest, tmp_path: Path
) -> None:
    again = write_portfolio(tmp_path / "again.csv", make_town(), AS_OF)
    assert again.path.read_bytes() == portfolio.path.read_bytes()
    other = write_portfolio(tmp_path / "other.csv", town, AS_OF, seed=8)
    assert other.path.read_bytes() != portfolio.path.read_bytes()
    paid = [write_payments(tmp_path / f"{n}.csv", portfolio, AS_OF).path.read_bytes() for n in (1, 2)]
    assert paid[0] == paid[1]


def test_the_file_is_cp1252_with_crlf_and_not_utf_8(portfolio: PortfolioManifest) -> None:
    raw = portfolio.path.read_bytes()
    raw.decode("cp1252")
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")
    assert raw.count(b"\n") == raw.count(b"\r\n") == portfolio.data_rows + 1
    assert raw.startswith("No. Crédito;Cédula;".encode("cp1252"))


def test_twelve_hundred_good_accounts_remain_when_the_bad_rows_are_refused(
    portfolio: PortfolioManifest,
) -> None:
    table = table_of(portfolio.path)
    bad = {row.line for row in portfolio.bad}
    good = [row["No. Crédito"] for line, row in table.items() if line not in bad]
    assert len(good) == len(set(good)) == len(portfolio.rows) == 1200
    assert good == [row.number for row in portfolio.rows]
    assert len(table) == portfolio.data_rows == 1200 + len(bad)
    refused = {row.number for row in portfolio.bad if row.why != "exact duplicate row"}
    assert not refused & set(good)


def test_every_bad_line_of_the_manifest_is_bad_in_the_file_for_that_reason(
    portfolio: PortfolioManifest,
) -> None:
    lines, table = lines_of(portfolio.path), table_of(portfolio.path)
    for bad in portfolio.bad:
        row, cells = table[bad.line], lines[bad.line - 1]
        if bad.why == "missing account number":
            assert row["No. Crédito"] == ""
            continue
        assert row["No. Crédito"] == bad.number
        if bad.why == "exact duplicate row":
            assert cells in lines[: bad.line - 1]
        elif bad.why == "short row":
            assert len(cells) < len(lines[0])
        elif bad.why == "impossible date":
            with pytest.raises(ValueError):
                read_day(row["Vencimiento más antiguo"])
        elif bad.why == "negative balance":
            assert read_money(row["Saldo capital"]) < 0
        else:
            assert bad.why == "amount is not a number"
            assert not all(
                re.match(r"^[0-9.]+,[0-9]{2}$", row[c]) for c in ("Saldo capital", "Valor vencido")
            )
    assert len({bad.why for bad in portfolio.bad}) == 6


def test_every_accepted_row_adds_up(portfolio: PortfolioManifest) -> None:
    table = table_of(portfolio.path)
    for good in portfolio.rows:
        row = table[good.line]
        principal, interest = read_money(row["Saldo capital"]), read_money(row["Interés corriente"])
        overdue, oldest = read_money(row["Valor vencido"]), read_day(row["Vencimiento más antiguo"])
        lent, paid = read_day(row["Fecha desembolso"]), read_day(row["Último pago"])
        assert (principal, overdue, oldest) == (good.principal, good.overdue, good.oldest_due)
        assert lent is not None
        assert 0 < principal <= read_money(row["Valor desembolsado"])
        assert overdue <= principal + interest
        assert interest <= overdue
        assert lent < AS_OF
        assert paid is None or lent <= paid <= AS_OF
        assert good.days_past_due == ((AS_OF - oldest).days if oldest else 0)
        if oldest is None:
            assert (overdue, row["Cuotas vencidas"], interest) == (0, "0", 0)
            assert read_money(row["Interés de mora"]) == 0
        else:
            assert lent < oldest < AS_OF
            assert overdue > 0
            # never more instalments than fit between the oldest unpaid one and the as-of date
            assert 1 <= int(row["Cuotas vencidas"]) <= good.days_past_due // min(good.period_days, 28) + 2
            assert abs(overdue - good.instalment * good.instalments_overdue) < 1
            assert read_money(row["Interés de mora"]) > 0


def test_a_quarter_is_at_ninety_days_and_some_stand_exactly_on_the_edge(portfolio: PortfolioManifest) -> None:
    assert len(portfolio.late(90)) == 288
    assert [len(portfolio.late(day, day)) for day in (89, 90, 91)] == [12, 14, 14]
    assert 0.03 < len(portfolio.unlocated) / 1200 < 0.07


def test_the_accounts_of_one_debtor_share_his_name_door_and_telephones(portfolio: PortfolioManifest) -> None:
    table = table_of(portfolio.path)
    shared = ("Nombre del titular", "Dirección", "Barrio", "Teléfono fijo", "Celular", "Correo", "Tel. familiar",
              "Nombre codeudor", "Cédula codeudor", "Sucursal", "Zona", "Latitud", "Longitud")  # fmt: skip
    found: dict[str, set[tuple[str, ...]]] = {}
    for good in portfolio.rows:
        row = table[good.line]
        found.setdefault(row["Cédula"], set()).add(tuple(row[column] for column in shared))
    assert {len(doors) for doors in found.values()} == {1}
    assert len(found) == portfolio.debtors < 1100
    assert any(row["Cédula codeudor"] in found for row in table.values() if row.get("Cédula codeudor"))
    assert any(row.get("Cédula segundo titular") for row in table.values())


def test_text_that_looks_dangerous_stands_in_the_file_as_text(portfolio: PortfolioManifest) -> None:
    table = table_of(portfolio.path)
    assert {good.oddity for good in portfolio.odd} == {"formula in a name", "markup in an address"}
    for good in portfolio.odd:
        row = table[good.line]
        if good.oddity == "formula in a name":
            assert row["Nombre del titular"] == good.name
            assert row["Nombre del titular"][0] in "=+@-"
        else:
            assert "<" in row["Dirección"]


def test_nobody_real_can_be_reached_through_the_demo(portfolio: PortfolioManifest) -> None:
    for row in table_of(portfolio.path).values():
        assert row.get("Correo", "") == "" or row["Correo"].endswith("example.org")
        for column in ("Celular", "Tel. familiar"):
            assert row.get(column, "") == "" or re.match(r"^3(0[6-9]|2[5-8]) ?\d{3} ?\d{4}$", row[column])
        assert row.get("Teléfono fijo", "") == "" or row["Teléfono fijo"].startswith("608 0")


# --- the payments -----------------------------------------------------------------------------------------


def test_payments_match_the_balance_they_are_inside_of(portfolio: PortfolioManifest, tmp_path: Path) -> None:
    paid = write_payments(tmp_path / "pagos.csv", portfolio, AS_OF)
    table = table_of(paid.path)
    assert len(table) == len(paid.rows)
    accounts = {row.number: row for row in portfolio.rows}
    for payment in paid.rows:
        row = table[payment.line]
        assert (row["No. Crédito"], row["Recibo"]) == (payment.account, payment.receipt)
        assert read_money(row["Valor"]) == payment.amount > 0
        assert payment.value_date <= payment.posted <= AS_OF + timedelta(days=3)
        assert payment.account in accounts
    plain = {(p.account, p.value_date, p.amount) for p in paid.inside if not p.reverses}
    recent = [
        row for row in portfolio.rows if row.last_paid_on and row.last_paid_on > AS_OF - timedelta(days=15)
    ]
    assert recent
    for account in recent:
        assert account.last_paid_on is not None
        assert (account.number, account.last_paid_on, account.last_paid) in plain or (
            (account.last_paid_on - account.disbursed_on).days <= account.period_days // 2
        )


def test_a_reversal_names_an_earlier_payment_of_the_same_account_and_amount(
    portfolio: PortfolioManifest, tmp_path: Path
) -> None:
    paid = write_payments(tmp_path / "pagos.csv", portfolio, AS_OF)
    receipts = {payment.receipt: payment for payment in paid.rows}
    assert len(receipts) == len(paid.rows)
    assert len(paid.reversals) == 6
    for reversal in paid.reversals:
        original = receipts[reversal.reverses]
        assert (original.account, original.amount, original.reverses) == (
            reversal.account,
            reversal.amount,
            "",
        )
        assert original.line < reversal.line
    assert paid.after
    assert {payment.value_date > AS_OF for payment in paid.reversals} == {True, False}


def test_payments_can_end_with_the_balance_but_not_before_it(
    portfolio: PortfolioManifest, tmp_path: Path
) -> None:
    assert not write_payments(tmp_path / "pagos.csv", portfolio, AS_OF, until=AS_OF).after
    with pytest.raises(ValueError, match="cannot end before"):
        write_payments(tmp_path / "pagos.csv", portfolio, AS_OF, until=AS_OF - timedelta(days=1))


@pytest.mark.parametrize(
    ("seed", "as_of"), [(1, date(2024, 2, 29)), (2, date(2026, 3, 1)), (3, date(2027, 12, 31))]
)
def test_any_seed_and_any_day_give_a_sound_portfolio(seed: int, as_of: date, tmp_path: Path) -> None:
    manifest = write_portfolio(tmp_path / "cartera.csv", make_town(seed), as_of, seed=seed, accounts=300)
    assert len({row.number for row in manifest.rows}) == 300
    assert all(row.overdue <= row.principal + row.interest for row in manifest.rows)
    assert len(manifest.late(90)) == 72
    assert write_payments(tmp_path / "pagos.csv", manifest, as_of, seed=seed).rows
