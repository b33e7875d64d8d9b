"""What Ronda writes is opened by programs that know nothing of it: GDAL, LibreOffice, a GPX validator."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from server import exporting, receiving
from server.export_tables import TABLES
from server.store.engine import open_engine
from server.tabulating import Column, as_xlsx
from sync.wayfinding import Waypoint, gpx

from .builders import NOW, TODAY, Laptop, World, add_payment, enrolled, small_world

HAS_GDAL = pytest.mark.skipif(shutil.which("ogrinfo") is None, reason="no ogrinfo: apt-get install gdal-bin")
OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
HAS_OFFICE = pytest.mark.skipif(OFFICE is None, reason="no LibreOffice: apt-get install libreoffice-calc")
HOSTILE = '=HYPERLINK("http://x.invalid","Luis")'


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory, empty_office: Path) -> Path:
    folder = tmp_path_factory.mktemp("office")
    shutil.copytree(empty_office, folder, dirs_exist_ok=True)
    world: World = small_world(open_engine(f"sqlite:///{folder / 'office.db'}"))
    laptop: Laptop = enrolled(world)
    visit = laptop.visit("Rosa", "PTP", note=HOSTILE)
    laptop.promise(visit)
    laptop.visit("Luis", "NAD", party="NAD")

    receiving.receive(world.engine, world.signer, laptop.device, laptop.request(None), NOW)
    add_payment(world, "Luis")
    exporting.export(world.engine, world.signer, folder / "out", as_of=TODAY, actor="carla", now=NOW)
    return folder / "out"


def said(*words: str | Path) -> str:
    """What a program says; its complaints are a failure."""
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr or done.stdout
    assert "Warning" not in done.stderr, done.stderr
    assert "ERROR" not in done.stderr, done.stderr
    return done.stdout


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))


@HAS_GDAL
def test_gdal_opens_the_geopackage_with_every_table_and_no_complaint(exported: Path) -> None:
    said("ogrinfo", "-so", exported / "ronda.gpkg")
    for table in TABLES:
        told = said("ogrinfo", "-so", "-al", exported / "ronda.gpkg", table.name)
        assert f"Feature Count: {len(rows_of(exported / f'{table.name}.csv'))}" in told, table.name
        assert ("Geometry: Point" in told) == table.placed
        for column in table.columns:
            assert f"\n{column.name}: " in told, (table.name, column.name)


@HAS_GDAL
def test_gdal_reads_from_the_geopackage_what_the_csv_says(exported: Path, tmp_path: Path) -> None:
    said("ogr2ogr", "-f", "CSV", tmp_path / "visits.csv", exported / "ronda.gpkg", "visits")
    ours, theirs = rows_of(exported / "visits.csv"), rows_of(tmp_path / "visits.csv")
    names = ("visit", "account", "party", "result", "lat", "lon", "agent", "timezone")
    assert [[row[name] for name in names] for row in ours] == [
        [row[name] for name in names] for row in theirs
    ]
    assert {row["note"] for row in theirs} == {HOSTILE, ""}, "no spreadsheet: the text as it was written"


@HAS_GDAL
@pytest.mark.parametrize("name", ["accounts", "visits", "stops"])
def test_gdal_opens_the_geojson(exported: Path, name: str) -> None:
    path = exported / "geojson" / f"{name}.geojson"
    told = json.loads(path.read_text(encoding="utf-8"))
    assert len(told["features"]) == len(rows_of(exported / f"{name}.csv"))
    if told["features"]:
        summary = said("ogrinfo", "-so", "-al", path)
        assert f"Feature Count: {len(told['features'])}" in summary
        assert 'GEOGCRS["WGS 84"' in summary
        assert all(abs(one["geometry"]["coordinates"][0] + 73.03) < 1 for one in told["features"])


@HAS_GDAL
def test_gdal_complains_of_a_file_cut_short(exported: Path, tmp_path: Path) -> None:
    """The control."""
    cut = tmp_path / "cut.geojson"
    cut.write_bytes((exported / "geojson" / "visits.geojson").read_bytes()[:200])
    done = subprocess.run(["ogrinfo", "-so", "-al", str(cut)], capture_output=True, text=True, check=False)
    assert done.returncode != 0


COLUMNS = [
    Column("name", "Nombre"),
    Column("owed", "Debe", "money", currency="COP"),
    Column("rate", "Tasa", "percent", decimals=2),
    Column("day", "Día", "date"),
    Column("at", "Hora", "instant"),
]
ROWS = [
    {
        "name": "Rosa Ñáñez",
        "owed": Decimal("1234567.89"),
        "rate": Decimal("0.2512"),
        "day": date(2026, 11, 20),
        "at": datetime(2026, 11, 20, 20, 0, tzinfo=UTC),
    },
    {"name": HOSTILE, "owed": Decimal("-5.00"), "rate": None, "day": None, "at": None},
]


@HAS_OFFICE
def test_libreoffice_opens_a_sheet_and_reads_the_same_values(tmp_path: Path) -> None:
    assert OFFICE is not None
    with as_xlsx("Cifras", COLUMNS, ROWS, zone="America/Bogota") as file:
        (tmp_path / "cifras.xlsx").write_bytes(file.read())
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    asked = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false"
    words = [
        OFFICE,
        profile,
        "--headless",
        "--convert-to",
        asked,
        "--outdir",
        tmp_path,
        tmp_path / "cifras.xlsx",
    ]
    subprocess.run([str(word) for word in words], capture_output=True, check=True)  # it complains of no Java
    [rosa, luis] = rows_of(tmp_path / "cifras.csv")
    assert rosa["Nombre"] == "Rosa Ñáñez"
    assert Decimal(rosa["Debe (COP)"]) == Decimal("1234567.89")
    assert (rosa["Tasa"], rosa["Día"], rosa["Hora"]) == ("25.12%", "2026-11-20", "2026-11-20 15:00:00")
    assert luis["Nombre"] == "'" + HOSTILE
    assert Decimal(luis["Debe (COP)"]) == Decimal(-5)


def test_a_route_is_gpx_as_its_schema_says() -> None:
    validation = pytest.importorskip("gpx.validation", reason="no GPX validator: pip install gpx")
    due = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
    stops = (Waypoint(5.8267, -73.0336, "1", "Cl 18 # 10-12", due), Waypoint(5.83, -73.03, HOSTILE, "<&]]>"))
    told = gpx("Lunes", stops, [(5.8267, -73.0336), (5.83, -73.03)])
    checked = validation.validate_text(told)
    assert checked.is_valid, checked.issues
    assert not validation.validate_text(
        told.replace(b"<rtept ", b"<stop ").replace(b"</rtept>", b"</stop>")
    ).is_valid


@HAS_GDAL
def test_gdal_opens_a_route_as_gpx(tmp_path: Path) -> None:
    stops = (Waypoint(5.8267, -73.0336, "1"), Waypoint(5.83, -73.03, "2"))
    path = tmp_path / "ruta.gpx"
    path.write_bytes(gpx("Lunes", stops, [(5.8267, -73.0336), (5.83, -73.03)]))
    assert "Feature Count: 2" in said("ogrinfo", "-so", "-al", path, "route_points")
    assert "Feature Count: 1" in said("ogrinfo", "-so", "-al", path, "tracks")
