"""`ronda field` as a person or a script types it: figures as JSON, and a sentence where something is wrong."""

from __future__ import annotations

import csv
import importlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
import requests
from click.testing import CliRunner, Result

from field_client.cli import field
from field_client.peer import BadAddress, HttpPeer, checked_address
from field_client.store import journal, settings
from sync.exchange import OfficeSays, Unreachable
from sync.verifying import verify
from sync.wire import codec
from sync.wire.errors import Problem, problem_document

from .builders import DAY, JOSE_LOAN, JOSE_STOP, MARIA_CARD, MARIA_LOAN, MARIA_STOP, PASSPHRASE, Laptop

ROOT = Path(__file__).parents[2]
visit_command = importlib.import_module("field_client.commands.visit")


def ronda(laptop: Laptop | None, *arguments: str, passphrase: str = PASSPHRASE) -> Result:
    environ = {"RONDA_FIELD_PASSPHRASE": passphrase}
    if laptop is not None:
        environ["RONDA_FIELD_DATA"] = str(laptop.folder)
    return CliRunner().invoke(field, list(arguments), env=environ)


def told(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def refused(result: Result) -> str:
    """What a command that failed said, which is never a traceback."""
    assert result.exit_code != 0
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.output


def paper(**more: Any) -> dict[str, Any]:
    return {
        "stop": MARIA_STOP,
        "party": "TIT",
        "happened": {"start": "2026-11-16T09:15", "end": "2026-11-16T09:25", "known": "paper", "line": 1},
        "results": [
            {"account": MARIA_LOAN, "result": "REC", "detail": {"next_date": "2026-11-30"}},
            {"account": MARIA_CARD, "result": "NEG", "reason": "otro"},
        ],
    } | more


def sheet(tmp_path: Path, *lines: Any) -> str:
    file = tmp_path / "sheet.jsonl"
    file.write_text("\n".join(one if isinstance(one, str) else json.dumps(one) for one in lines), "utf-8")
    return str(file)


def test_today_tells_a_script_all_it_needs(laptop: Laptop) -> None:
    said = told(ronda(laptop, "today", "--day", DAY.isoformat(), "--json"))
    assert [stop["stop"] for stop in said["stops"]] == [MARIA_STOP, JOSE_STOP]
    first = said["stops"][0]
    assert [one["account"] for one in first["accounts"]] == [MARIA_LOAN, MARIA_CARD]
    assert first["accounts"][0]["overdue"] == "1250000.00"
    assert said["stops"][1]["window"] == ["2026-11-23T16:00:00.000Z", "2026-11-23T16:15:00.000Z"]
    assert said["left_out"][0]["why"]
    assert "María Núñez Peña" in ronda(laptop, "today", "--day", DAY.isoformat()).output
    assert "ronda field sync" in refused(ronda(laptop, "today", "--day", "2031-01-01"))


def test_a_person_reads_the_day_and_tells_a_visit_by_the_stops_number(laptop: Laptop) -> None:
    shown = ronda(laptop, "today", "--day", DAY.isoformat()).output
    assert ">  1  09:10  María Núñez Peña  (pendiente)" in shown
    assert "Calle 15 # 14-32 | 000451 1,250,000 COP" in shown
    assert "appointment 11:00-11:15" in shown
    assert MARIA_STOP not in shown
    assert MARIA_STOP in ronda(laptop, "today", "--day", DAY.isoformat(), "--ids").output
    nobody = ["--party", "NAD", "--result", "NAD", "--override-reason", "prueba", "--json"]
    past = ["--start", "2026-11-16T09:15", "--end", "2026-11-16T09:20"]
    said = told(ronda(laptop, "visit", "--stop", "1", *nobody, *past))
    assert len(said["saved"]) == 1
    assert "has no stop 9" in refused(ronda(laptop, "visit", "--stop", "9", *nobody))


def test_a_paper_sheet_is_saved_line_by_line_and_bad_lines_are_named(laptop: Laptop, tmp_path: Path) -> None:
    other = paper(
        stop=JOSE_STOP,
        results=[{"account": JOSE_LOAN, "result": "PTP"}],
        happened={"start": "2026-11-16T10:15", "end": "2026-11-16T10:25", "known": "paper", "line": 2},
    )
    result = ronda(laptop, "visit", "--from", sheet(tmp_path, paper(), "not json", other), "--json")
    assert result.exit_code == 1
    said = json.loads(result.stdout)
    assert [one["line"] for one in said["saved"]] == [1]
    assert [one["line"] for one in said["refused"]] == [2, 3]
    assert {one["field"] for one in said["refused"][1]["problems"]} == {"amount", "due", "channel", "place"}
    with laptop.store.reading() as db:
        assert journal.counts(db)["visits_unsent"] == 1


def test_the_same_sheet_with_ids_twice_saves_once(laptop: Laptop, tmp_path: Path) -> None:
    file = sheet(tmp_path, paper(id="01a20154-cf19-70f8-9f9a-7d2798fceaff"))
    assert told(ronda(laptop, "visit", "--from", file, "--json"))["saved"][0]["again"] is False
    assert told(ronda(laptop, "visit", "--from", file, "--json"))["saved"][0]["again"] is True


def test_the_same_line_without_an_id_typed_again_is_the_same_visit(laptop: Laptop, tmp_path: Path) -> None:
    file = sheet(tmp_path, paper())
    first = told(ronda(laptop, "visit", "--from", file, "--json"))["saved"][0]
    again = told(ronda(laptop, "visit", "--from", sheet(tmp_path, dict(reversed(paper().items()))), "--json"))
    assert (again["saved"][0]["visit"], again["saved"][0]["again"]) == (first["visit"], True)
    other = told(ronda(laptop, "visit", "--from", sheet(tmp_path, paper(note="otra")), "--json"))
    assert other["saved"][0]["visit"] != first["visit"]
    with laptop.store.reading() as db:
        assert journal.counts(db)["visits_unsent"] == 2


@pytest.mark.parametrize("year", ["0001-01-01T00:00", "9999-12-31T23:59", "9999-12-30T00:00"])
def test_a_time_no_visit_can_have_is_a_refused_field(laptop: Laptop, tmp_path: Path, year: str) -> None:
    for name in ("start", "end"):
        wrong = paper(happened=paper()["happened"] | {name: year})
        said = refused(ronda(laptop, "visit", "--from", sheet(tmp_path, wrong)))
        assert f"Line 1: {name}: " in said


def test_lines_in_another_encoding_spoil_only_themselves(laptop: Laptop, tmp_path: Path) -> None:
    file = tmp_path / "sheet.jsonl"
    good, accent = json.dumps(paper()).encode(), json.dumps(paper(note="ñ"), ensure_ascii=False)
    bad = [accent.encode("cp1252"), b'{"note": "\\ud800"}', b'{"n": NaN}', b"9" * 5000, b"[" * 100_000]
    file.write_bytes(b"\n".join([b"\xef\xbb\xbf" + good, *bad, bytes(range(128, 256))]))
    result = ronda(laptop, "visit", "--from", str(file), "--json")
    assert "6 visit(s) not saved, 1 saved" in refused(result)
    said = json.loads(result.stdout)
    assert [one["line"] for one in said["saved"]] == [1]
    assert [one["line"] for one in said["refused"]] == [2, 3, 4, 5, 6, 7]
    assert "UTF-8" in said["refused"][0]["problems"][0]["because"]


def test_visits_saved_before_the_folder_failed_are_reported(
    laptop: Laptop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = visit_command.record_visit

    def full(store: Any, draft: Any, reading: Any) -> Any:
        if draft.note:
            raise OSError(28, "No space left on device", "field.db")
        return real(store, draft, reading)

    monkeypatch.setattr(visit_command, "record_visit", full)
    result = ronda(laptop, "visit", "--from", sheet(tmp_path, paper(), paper(note="segunda")))
    assert "No space left" in refused(result)
    assert "Line 1: saved as" in result.stdout


def test_one_visit_from_options(laptop: Laptop) -> None:
    options = ["--stop", MARIA_STOP, "--party", "NAD", "--result", "NAD"]
    when = ["--start", "2026-11-16T09:15", "--end", "2026-11-16T09:20"]
    said = told(ronda(laptop, "visit", *options, *when, "--note", "timbre dañado", "--json"))
    assert len(said["saved"]) == 1
    assert "KEY=VALUE" in refused(ronda(laptop, "visit", *options, "--detail", "amount"))
    assert "--stop" in refused(ronda(laptop, "visit", "--party", "NAD"))


def test_without_the_office_sync_fails_and_says_that_the_work_is_kept(laptop: Laptop, tmp_path: Path) -> None:
    ronda(laptop, "visit", "--from", sheet(tmp_path, paper()))
    said = refused(ronda(laptop, "sync"))
    assert "1 event(s) wait (1 visit(s)); nothing is lost" in said
    status = told(ronda(laptop, "status", "--json"))
    assert (status["unsent"], status["visits_unsent"], status["acknowledged"]) == (1, 1, 0)
    assert status["last_failure"]["code"] == "unreachable"
    assert status["records"]["debtor"] == 3
    assert len(status["digest"]) == 64
    assert status["head"]["n"] == 1


@pytest.mark.parametrize("closed", ["", " <&-"])
def test_with_no_terminal_to_ask_on_the_variable_is_named(laptop: Laptop, closed: str) -> None:
    program = f'"{sys.executable}" -c "from field_client.cli import field; field()" status{closed}'
    environ = {name: value for name, value in os.environ.items() if name != "RONDA_FIELD_PASSPHRASE"}
    done = subprocess.run(
        ["sh", "-c", program],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        start_new_session=True,  # without a terminal, as in a job
        cwd=ROOT,
        env=environ | {"RONDA_FIELD_DATA": str(laptop.folder), "PYTHONPATH": str(ROOT)},
        timeout=60,
    )
    assert done.returncode == 1
    assert "RONDA_FIELD_PASSPHRASE" in done.stderr
    assert "Aborted" not in done.stderr
    assert "Warning" not in done.stderr


def test_a_wrong_address_of_the_office_is_a_sentence(tmp_path: Path) -> None:
    with office((404, b"<html>nope</html>", {})) as address:
        arguments = ["--server", f"{address}/nope", "--code", "ABCD-EFGH", "--data", str(tmp_path / "new")]
        said = refused(ronda(None, "enrol", *arguments))
    assert "HTTP 404" in said
    assert "('" not in said


def test_a_wrong_passphrase_is_a_sentence(laptop: Laptop) -> None:
    said = refused(ronda(laptop, "status", passphrase="otra cosa distinta"))
    assert "does not open this laptop" in said
    assert "Nothing was changed" in said


def test_a_folder_that_is_no_laptop_says_how_to_make_one(tmp_path: Path) -> None:
    for command in ("status", "today", "sync"):
        assert "ronda field enrol" in refused(ronda(None, command, "--data", str(tmp_path / "none")))


def test_a_damaged_key_file_is_a_sentence(laptop: Laptop) -> None:
    (laptop.folder / "keyring.json").write_bytes(b"\xff{")
    assert "the key file is damaged" in refused(ronda(laptop, "status"))


def test_an_enrolled_folder_is_not_enrolled_twice(laptop: Laptop) -> None:
    said = refused(ronda(laptop, "enrol", "--server", "http://127.0.0.1:9", "--code", "ABCD-EFGH"))
    assert "already holds an enrolled laptop" in said


@pytest.mark.parametrize(
    ("server", "passphrase", "sentence"),
    [
        ("http://127.0.0.1:9", PASSPHRASE, "does not answer"),
        ("office", PASSPHRASE, "not an office's address"),
        ("http://127.0.0.1:9", "corta", "at least 10 characters"),
    ],
)
def test_an_enrolment_that_fails_leaves_no_laptop(
    tmp_path: Path, server: str, passphrase: str, sentence: str
) -> None:
    folder = tmp_path / "new"
    arguments = ["enrol", "--server", server, "--code", "ABCD-EFGH", "--data", str(folder)]
    assert sentence in refused(ronda(None, *arguments, passphrase=passphrase))
    assert not (folder / "keyring.json").exists()


def test_the_export_verifies_and_a_changed_byte_is_found(laptop: Laptop, tmp_path: Path) -> None:
    ronda(laptop, "visit", "--from", sheet(tmp_path, paper(note="=HYPERLINK(1)"), paper(note="segunda")))
    out = tmp_path / "out"
    assert told(ronda(laptop, "export", str(out), "--json")) == {"events": 2, "receipts": 0, "visits": 2}
    assert CliRunner().invoke(verify, [str(out)]).exit_code == 0
    with (out / "visits.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["note"] for row in rows[:2]] == ["'=HYPERLINK(1)"] * 2
    assert {row["account"] for row in rows} == {"000451", "TC-88"}
    ledger = out / "ledger" / "ledger.jsonl"
    ledger.write_bytes(ledger.read_bytes().replace(b"segunda", b"tercera"))
    assert CliRunner().invoke(verify, [str(out)]).exit_code == 1


def test_serve_listens_on_this_computer_only(laptop: Laptop) -> None:
    assert "127.0.0.1" in refused(ronda(laptop, "serve", "--host", "0.0.0.0"))


def test_serve_prints_its_address_when_the_pages_can_be_opened(laptop: Laptop, tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    program = [sys.executable, "-c", "from field_client.cli import field; field()", "serve"]
    process = subprocess.Popen(
        [*program, "--data", str(laptop.folder), "--ready-file", str(ready)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:")
        assert ready.read_text().strip() == address
        assert requests.get(address, timeout=60).status_code == 200
        assert requests.get(address, timeout=60, headers={"Host": "evil.example"}).status_code == 400
    finally:
        process.terminate()
        process.wait(60)
        process.stdout.close()


# The peer over HTTP


class Office(BaseHTTPRequestHandler):
    """Answers what a test wrote down, in order, and notes what it was sent."""

    answers: ClassVar[list[tuple[int, bytes, dict[str, str]]]] = []
    asked: ClassVar[list[tuple[str, dict[str, str], Any]]] = []

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        said = codec.decode(raw, self.headers.get("Content-Encoding"))
        self.asked.append((self.path, dict(self.headers), said))
        status, body, headers = self.answers.pop(0)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing: a test's output is its own."""


@contextmanager
def office(*answers: tuple[int, bytes, dict[str, str]]) -> Iterator[str]:
    Office.answers, Office.asked = list(answers), []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Office)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def answer(said: Any, status: int = 200, encoding: str = "identity") -> tuple[int, bytes, dict[str, str]]:
    body, used = codec.encode(said, (encoding,))
    return status, body, {"Content-Type": "application/json", "Content-Encoding": used}


def problem(code: str) -> tuple[int, bytes, dict[str, str]]:
    wrong = Problem(code)
    return answer(problem_document(wrong), wrong.status)


def peer(address: str) -> HttpPeer:
    return HttpPeer(address, device="d", token="t", longest_wait_s=0.01)


@pytest.mark.parametrize("encoding", ["identity", "gzip", "zstd"])
def test_messages_travel_compressed_with_the_laptops_token(encoding: str) -> None:
    long = {"text": "María " * 200}
    with office(answer(long, encoding=encoding)) as address:
        assert peer(address).sync(long) == long
    [(path, headers, said)] = Office.asked
    assert (path, said) == ("/v1/sync", long)
    assert headers["Authorization"] == "Bearer d.t"
    assert headers["Content-Encoding"] == codec.PACK


def test_an_office_that_is_busy_is_asked_again() -> None:
    with office(problem("busy"), (502, b"<html>proxy</html>", {}), answer({"ok": 1})) as address:
        assert peer(address).sync({}) == {"ok": 1}
    assert len(Office.asked) == 3


def test_an_office_that_says_no_is_not_asked_again() -> None:
    with office(problem("revoked")) as address, pytest.raises(OfficeSays) as refusal:
        peer(address).sync({})
    assert refusal.value.told.code == "revoked"
    assert len(Office.asked) == 1


def test_a_one_time_code_is_offered_once_even_when_the_answer_is_lost() -> None:
    with office((502, b"", {}), answer({})) as address, pytest.raises(Unreachable):
        peer(address).enrol({})
    assert len(Office.asked) == 1


@pytest.mark.parametrize(
    "bad",
    [
        (200, b"\x1f\x8b not gzip", {"Content-Encoding": "gzip"}),
        (200, b"[1]", {}),
        (200, b"{", {}),
        (301, b"", {"Location": "http://evil.example/"}),
        (200, b"{}", {"Content-Encoding": "br"}),
    ],
)
def test_an_answer_that_is_not_the_offices_is_no_answer(bad: tuple[int, bytes, dict[str, str]]) -> None:
    with office(*([bad] * 3)) as address, pytest.raises(Unreachable):
        peer(address).sync({})


def test_a_stopped_office_is_unreachable() -> None:
    with pytest.raises(Unreachable):
        peer("http://127.0.0.1:9").sync({})


@pytest.mark.parametrize("address", ["", "office", "ftp://x", "http://", "http://u:p@x", "http://x/?a=1"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(BadAddress, match="not an office's address"):
        checked_address(address)


def test_settings_keep_what_json_can_say(laptop: Laptop) -> None:
    with laptop.store.writing() as db:
        settings.put(db, "x", {"á": [1, None]})
        assert settings.get(db, "x") == {"á": [1, None]}
        settings.drop(db, "x")
        assert settings.get(db, "x", "none") == "none"
