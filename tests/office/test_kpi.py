"""`ronda kpi --from-export` on folders that are no export: a sentence each, and no figure."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from server.export_tables import documented
from server.kpi import kpi
from server.kpi_reading import NEEDED
from sync.rules.figures_list import KPIS

VISIT = ",".join(NEEDED["visits"]) + "\r\n"
PROMISE = ",".join(NEEDED["promises"]) + "\r\n"
ACCOUNT = ",".join(NEEDED["accounts"]) + "\r\nCoopsol,1,,COP,1 31 61 90,\r\n"
ABOUT = {"as_of": "2026-11-20", "attribution_days": 15, "day_costs": {}}


def told(**cells: str) -> str:
    return ",".join(cells.get(name, "") for name in NEEDED["promises"]) + "\r\n"


WHOLE = {"promise": "p", "lender": "Coopsol", "account": "1", "currency": "COP", "end": "cumplida"}


@pytest.mark.parametrize(
    ("file", "content", "sentence"),
    [
        ("visits", b"visit,agent_id\r\n", "visits.csv has no column lender, account, started"),
        ("visits", b"", "visits.csv has no column visit"),
        ("promises", b"agent,state,amount,paid\r\nana,vigente,1,1\r\n", "promises.csv has no column promise"),
        ("visits", VISIT.encode() + b"v,\xf1\r\n", "visits.csv is not written in UTF-8"),
        ("visits", VISIT.encode() + b"v,a," + b"x" * 2_000_000, "visits.csv is not a CSV file"),
        (
            "promises",
            (PROMISE + told(**WHOLE, deadline="2026-11-19", amount="mucho", end_paid="1")).encode(),
            "an amount that is no number",
        ),
        ("promises", (PROMISE + told(**WHOLE, amount="1")).encode(), "a cell cannot be read"),
        (
            "promises",
            (
                PROMISE + told(**WHOLE | {"account": "9"}, deadline="2026-11-19", amount="1", end_paid="1")
            ).encode(),
            "its files do not fit together",
        ),
    ],
)
def test_files_that_are_no_export_are_named_with_what_is_wrong(
    tmp_path: Path, file: str, content: bytes, sentence: str
) -> None:
    for name, columns in NEEDED.items():
        (tmp_path / f"{name}.csv").write_text(",".join(columns) + "\r\n", encoding="utf-8")
    (tmp_path / "accounts.csv").write_text(ACCOUNT, encoding="utf-8")
    (tmp_path / "export.json").write_text(json.dumps(ABOUT), encoding="utf-8")
    assert CliRunner().invoke(kpi, ["--from-export", str(tmp_path)]).exit_code == 0
    (tmp_path / f"{file}.csv").write_bytes(content)
    result = CliRunner().invoke(kpi, ["--from-export", str(tmp_path)])
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert sentence in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--day", "2026-11-21"], "the export speaks of 2026-11-20 and before"),
        (["--day", "2026-11-19", "--to", "2026-11-20"], "and not both"),
        (["--from", "2026-11-20", "--to", "2026-11-19"], "give the earlier day as --from"),
    ],
)
def test_days_that_cannot_be_asked_for_are_refused_with_what_to_write(
    tmp_path: Path, words: list[str], sentence: str
) -> None:
    for name, columns in NEEDED.items():
        (tmp_path / f"{name}.csv").write_text(",".join(columns) + "\r\n", encoding="utf-8")
    (tmp_path / "export.json").write_text(json.dumps(ABOUT), encoding="utf-8")
    result = CliRunner().invoke(kpi, ["--from-export", str(tmp_path), *words])
    assert result.exit_code == 1
    assert sentence in result.stderr


def test_the_documents_list_every_figure_with_its_formula_and_every_column() -> None:
    docs = Path(__file__).parents[2] / "docs"
    told = (docs / "kpis.md").read_text(encoding="utf-8")
    for one in KPIS:
        assert f"| {one.number} | `{one.code}` | {one.english} | {one.unit} | {one.title} |" in told
    assert sorted({one.number for one in KPIS}) == list(range(1, 33))
    assert documented() in (docs / "export.md").read_text(encoding="utf-8")
