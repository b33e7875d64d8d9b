"""`ronda office import` as a person and a script type it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from server.cli import office
from tests.office.lenders_files import ANA, BETO, csv_of

GIVEN = ("--lender", "Banco Andino", "--as-of", "2026-11-20")


@pytest.fixture
def typed(tmp_path: Path) -> Any:
    """Run `ronda office …` on an office in a folder of its own."""
    data = str(tmp_path / "data")

    def run(*words: str, answer: str | None = None) -> Result:
        return CliRunner().invoke(office, [*words, "--data", data], input=answer, catch_exceptions=False)

    assert run("init").exit_code == 0
    return run


def file(tmp_path: Path, *rows: dict[str, str], name: str = "cartera.csv") -> str:
    path = tmp_path / name
    path.write_bytes(csv_of(rows).encode("cp1252"))
    return str(path)


def test_json_is_the_one_thing_on_stdout(typed: Any, tmp_path: Path) -> None:
    path = file(tmp_path, ANA, BETO | {"Saldo capital": "N/A"})
    done = typed("import", "portfolio", path, *GIVEN, "--policy", "demo", "--json")
    assert done.exit_code == 0
    figures = json.loads(done.stdout)
    names = (
        "rows",
        "accepted",
        "warned",
        "rejected",
        "unchanged",
        "absent",
        "at_field",
        "visitable",
        "barred",
    )
    assert [figures[name] for name in names] == [2, 1, 0, 1, 0, 0, 1, 1, 0]
    assert figures["buckets"]["90+"] == 1
    assert figures["rejects"] == str(tmp_path / "cartera.rechazos.csv")
    assert "Saldo capital" in done.stderr


def test_how_the_file_is_read_is_shown_before_anything_is_written(typed: Any, tmp_path: Path) -> None:
    path = file(tmp_path, ANA | {"Color favorito": "verde"})
    done = typed("import", "portfolio", path, *GIVEN, "--policy", "demo", "--dry-run")
    assert "cartera.csv: cp1252, ';', headers in line 1" in done.stderr
    assert "left out: Color favorito" in done.stderr
    assert done.stderr.index("oldest_due") < done.stderr.index("comparing")
    assert done.stdout.startswith("Dry run: nothing was written.\n1 rows: 1 accepted")
    assert json.loads(typed("export", str(tmp_path / "out"), "--json").stdout)["rows"]["accounts.csv"] == 0


def test_it_asks_before_many_accounts_become_absent(typed: Any, tmp_path: Path) -> None:
    asked = ("--policy", "demo")
    typed("import", "portfolio", file(tmp_path, ANA, BETO), *GIVEN, *asked)
    part = file(tmp_path, ANA, name="parte.csv")
    for answer in ("n\n", ""):
        refused = typed("import", "portfolio", part, *GIVEN, *asked, answer=answer)
        assert refused.exit_code == 1
        assert "Mark 1 accounts absent? [y/N]" in refused.stderr
        assert "nothing was imported" in refused.stderr
    agreed = typed("import", "portfolio", part, *GIVEN, *asked, "--json", answer="y\n")
    assert json.loads(agreed.stdout)["absent"] == 1
    typed("import", "portfolio", file(tmp_path, ANA, BETO), *GIVEN, *asked)
    assert (
        json.loads(typed("import", "portfolio", part, *GIVEN, *asked, "--delta", "--json").stdout)["absent"]
        == 0
    )
    assert (
        json.loads(typed("import", "portfolio", part, *GIVEN, *asked, "--yes", "--json").stdout)["absent"]
        == 1
    )


def test_payments_come_in_after_their_portfolio(typed: Any, tmp_path: Path) -> None:
    paid = tmp_path / "pagos.csv"
    paid.write_text("Crédito;Fecha de pago;Valor;Recibo\nA-1;18/11/2026;1.000,00;R1\n", encoding="utf-8")
    early = typed("import", "payments", str(paid), *GIVEN)
    assert early.exit_code == 1
    assert early.stderr.count("Error: ") == 1
    typed("import", "portfolio", file(tmp_path, ANA), *GIVEN, "--policy", "demo")
    done = typed("import", "payments", str(paid), *GIVEN, "--json")
    assert (json.loads(done.stdout)["new"], json.loads(done.stdout)["rejects"]) == (1, None)


def test_a_mapping_is_saved_and_used_again(typed: Any, tmp_path: Path) -> None:
    given = (*GIVEN, "--policy", "demo")
    saved = typed("import", "portfolio", file(tmp_path, ANA), *given, "--save-mapping", "andino")
    assert saved.exit_code == 0
    assert typed("import", "portfolio", file(tmp_path, ANA), *given, "--mapping", "andino").exit_code == 0
    assert "otro" in typed("import", "portfolio", file(tmp_path, ANA), *given, "--mapping", "otro").stderr


@pytest.mark.parametrize("day", ["2126-11-20", "1926-11-20"])
def test_a_day_that_cannot_be_is_refused_until_a_person_says_yes(
    typed: Any, tmp_path: Path, day: str
) -> None:
    given = (file(tmp_path, ANA), *GIVEN[:3], day, "--policy", "demo")
    refused = typed("import", "portfolio", *given)
    assert (refused.exit_code, day[:4] in refused.stderr) == (1, True)
    assert typed("import", "portfolio", *given, "--yes").exit_code == 0


def test_rejected_rows_are_never_written_over_another_file(typed: Any, tmp_path: Path) -> None:
    path = file(tmp_path, ANA, BETO | {"Saldo capital": "x"})
    other = tmp_path / "mine.csv"
    other.write_text("mended by hand", encoding="utf-8")
    for report in (path, str(other)):
        before = Path(report).read_bytes()
        refused = typed("import", "portfolio", path, *GIVEN, "--policy", "demo", "--report", report)
        assert (refused.exit_code, Path(report).read_bytes()) == (1, before)
    free = ("--report", str(tmp_path / "free.csv"))
    for _ in range(2):
        assert typed("import", "portfolio", path, *GIVEN, "--policy", "demo", *free).exit_code == 0


def test_two_columns_that_say_the_same_are_refused_by_name(typed: Any, tmp_path: Path) -> None:
    path = Path(file(tmp_path, ANA))
    path.write_bytes(csv_of([ANA | {"Saldo Capital": "1,00"}], [*ANA, "Saldo Capital"]).encode("cp1252"))
    refused = typed("import", "portfolio", str(path), *GIVEN, "--policy", "demo")
    assert refused.exit_code == 1
    assert "«Saldo capital» (6)" in refused.stderr
    assert "«Saldo Capital» (10)" in refused.stderr


def test_a_lender_s_name_mistyped_is_not_another_lender(typed: Any, tmp_path: Path) -> None:
    typed("import", "portfolio", file(tmp_path, ANA), *GIVEN, "--policy", "demo")
    given = ("--lender", "BANCO Ándino", *GIVEN[2:], "--policy", "demo")
    refused = typed("import", "portfolio", file(tmp_path, ANA), *given)
    assert refused.exit_code == 1
    assert "Banco Andino" in refused.stderr


def test_a_file_of_which_nothing_is_accepted_fails_after_its_report(typed: Any, tmp_path: Path) -> None:
    given = (*GIVEN, "--policy", "demo", "--json")
    for rows in ((), (ANA | {"Saldo capital": "x"},)):
        done = typed("import", "portfolio", file(tmp_path, *rows), *given)
        assert (done.exit_code, json.loads(done.stdout)["rejected"]) == (1, len(rows))
    assert (tmp_path / "cartera.rechazos.csv").exists()


def test_rejected_payments_are_not_told_of_an_option_they_lack(typed: Any, tmp_path: Path) -> None:
    typed("import", "portfolio", file(tmp_path, ANA), *GIVEN, "--policy", "demo")
    paid = tmp_path / "pagos.csv"
    paid.write_text("Crédito;Fecha de pago;Valor\nA-1;18/11/2026;1.000,00\nA-1;x;2,00\n", encoding="utf-8")
    done = typed("import", "payments", str(paid), *GIVEN)
    assert "mend and import again: " in done.stdout
    assert "--delta" not in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("no-such.csv", *GIVEN, "--policy", "demo"), "no-such.csv"),
        (("{file}", *GIVEN, "--policy", "atlantis"), "atlantis"),
        (("{file}", *GIVEN[:3], "20/11/2026", "--policy", "demo"), "YYYY-MM-DD"),
        (("{file}", *GIVEN), "--policy"),
        (("{folder}", *GIVEN, "--policy", "demo"), "Error"),
        (("{file}", *GIVEN, "--policy", "demo", "--report", "{folder}/no/such/r.csv"), "r.csv"),
    ],
)
def test_what_is_typed_wrong_gets_a_sentence_and_no_traceback(
    typed: Any, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    path = file(tmp_path, ANA, BETO | {"Saldo capital": "x"})
    done = typed("import", "portfolio", *(word.format(file=path, folder=tmp_path) for word in words))
    assert done.exit_code != 0
    assert said in done.stderr
    assert "Traceback" not in done.output
