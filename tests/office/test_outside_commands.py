"""The commands of what comes from outside: one JSON object, sentences where something is wrong, exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from server.cli import office as office_command
from server.config import config_from
from server.office import initialise, open_office
from server.store import agents
from server.store.engine import writing

from .lenders_files import ANA, BETO, NOW, Lender

CALLS = "Crédito;Fecha y hora;Resultado\r\nA-1;18/11/2026 10:30;contestó\r\nZ-9;18/11/2026 10:30;no\r\n"
STOPS = "Crédito;Tipo;Prueba\r\nA-1;fallecido;registro 77\r\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    data = tmp_path / "office"
    config = config_from({}, data)
    initialise(config, NOW)
    office = open_office(config)
    lender = Lender(office.engine, tmp_path, pack="co")
    lender.sends(ANA, BETO)
    with writing(office.engine) as connection:
        agents.add(connection, name="Rosa")
    office.engine.dispose()
    (tmp_path / "llamadas.csv").write_bytes(CALLS.encode("cp1252"))
    (tmp_path / "novedades.csv").write_bytes(STOPS.encode("cp1252"))
    return tmp_path


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(office_command, [*words, "--data", str(folder / "office")])


def said(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def brings(folder: Path, kind: str, file: str, *more: str) -> Result:
    given = ("--lender", "Banco Andino", "--as-of", "2026-11-20")
    return run(folder, "import", kind, str(folder / file), *given, *more)


def test_contacts_come_in_with_their_figures_and_a_file_of_rejects(folder: Path) -> None:
    source = ("--source", "MARCADOR", "--channel", "call")
    figures = said(brings(folder, "contacts", "llamadas.csv", *source, "--json"))
    assert (figures["rows"], figures["accepted"], figures["rejected"], figures["new"]) == (2, 1, 1, 1)
    assert figures["kind"] == "contacts"
    rejects = Path(figures["rejects"])
    assert "Z-9" in rejects.read_text(encoding="utf-8-sig")
    again = brings(folder, "contacts", "llamadas.csv", *source)
    assert again.exit_code == 0
    assert "0 new contacts" in again.stdout
    declared = run(folder, "import", "contacts", "--lender", "Banco Andino", "--source", "MARCADOR", "--json")
    assert said(declared)["known_through"] == "2026-11-20"


def test_what_cannot_be_imported_is_said_in_a_sentence_with_exit_one(folder: Path) -> None:
    for words, sentence in (
        (("contacts", "llamadas.csv"), "no row was accepted"),
        (("contacts", "nada.csv"), "does not exist"),
        (("stops", "llamadas.csv"), "the header row was not found"),
    ):
        answer = brings(folder, *words)
        assert answer.exit_code == 1, words
        assert "Traceback" not in answer.output
        assert sentence in answer.output
    usage = run(folder, "import", "contacts", "--lender", "Banco Andino")
    assert usage.exit_code == 2
    assert "give a FILE" in usage.output
    late = run(folder, "import", "contacts", str(folder / "llamadas.csv"), "--lender", "Banco Andino")
    assert "--as-of" in late.output


def test_a_death_is_listed_and_lifted_only_by_compliance_with_a_resolution(folder: Path) -> None:
    figures = said(brings(folder, "stops", "novedades.csv", "--json"))
    assert (figures["new"], figures["frozen"]) == (1, 0)
    (stop,) = said(run(folder, "stop", "list", "--json"))["stops"]
    assert (stop["state"], stop["said_by"]) == ("deceased", "Banco Andino")
    release = ("stop", "release", stop["stop"], "--outcome", "mistaken")
    nobody = run(folder, *release, "--why", "era un homónimo", "--by", "rosa")
    assert nobody.exit_code == 1
    assert "role compliance" in nobody.output
    added = run(folder, "user", "add", "ruth", "--role", "compliance", "--name", "Ruth")
    assert added.exit_code == 0, added.output
    assert run(folder, *release, "--why", "ok", "--by", "ruth").exit_code == 1
    done = run(folder, *release, "--why", "era un homónimo", "--by", "ruth")
    assert done.exit_code == 0, done.output
    assert said(run(folder, "stop", "list", "--json"))["stops"] == []
    assert run(folder, *release, "--why", "era un homónimo", "--by", "ruth").exit_code == 1


def test_the_remote_list_says_who_when_and_why_no_visit(folder: Path) -> None:
    added = run(folder, "user", "add", "camilo", "--role", "telephone", "--name", "Camilo")
    assert added.exit_code == 0, added.output
    given = said(run(folder, "assign", "--as-of", "2026-11-20", "--json"))
    assert given["remote"]["accounts"] == 1
    figures = said(run(folder, "remote", "list", "--agent", "camilo", "--json"))
    (row,) = figures["rows"]
    assert row["agent"] == "Camilo"
    assert row["accounts"][0]["rule"] == "co.visit.home"
    assert "no visit: co.visit.home" in run(folder, "remote", "list").stdout
    assert "there are: camilo" in run(folder, "remote", "list", "--agent", "nadie").output
    assert "also works from afar" in run(folder, "remote", "mark", "Rosa").stdout
    assert "(as before)" in run(folder, "remote", "mark", "Rosa").stdout
    assert run(folder, "remote", "unmark", "nadie").exit_code == 1


def test_a_plan_says_what_is_not_known_of_contacts_made_elsewhere(folder: Path) -> None:
    declare = ("--lender", "Banco Andino", "--source", "MARCADOR", "--channel", "call", "--stale-after", "1")
    assert run(folder, "import", "contacts", *declare).exit_code == 0
    run(folder, "assign", "--as-of", "2026-11-20")
    planned = said(run(folder, "plan", "--date", "2026-11-23", "--json"))
    (warning,) = planned["unknown"]
    assert (warning["source"], warning["known_through"], warning["rule"]) == (
        "MARCADOR",
        None,
        "contacts.unknown",
    )
    retired = ("--lender", "Banco Andino", "--source", "MARCADOR", "--retire")
    assert run(folder, "import", "contacts", *retired).exit_code == 0
    assert said(run(folder, "plan", "--date", "2026-11-23", "--json"))["unknown"] == []
