"""The encrypted database: nothing readable in it, nothing halved by a crash, nothing rewritten."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
import sqlcipher3

from field_client import folder as folders
from field_client.store import db as stores
from field_client.store import journal, keyring, records, schema, settings
from sync.ids import new_id
from sync.ledger import verify
from sync.sealing import WrongPassphrase

from .builders import CHEAP, JOSE, MARIA, PASSPHRASE, Laptop, StandingClock, crowd

ROOT = Path(__file__).parents[2]


def append(laptop: Laptop, debtor: str = MARIA) -> str:
    with laptop.store.writing() as db:
        return journal.append(
            db,
            id=new_id(),
            kind="phone.proposed",
            body={"debtor": debtor, "value": "3001234567"},
            clock=laptop.clock.read().at_event(None, None),
            policy_version="",
            debtor=debtor,
            accounts=(),
        ).id


def test_the_pragmas_that_keep_a_visit_through_a_power_cut_are_on(laptop: Laptop) -> None:
    read = {name: laptop.store.pragma(name) for name in ("journal_mode", "synchronous", "foreign_keys")}
    assert read == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    assert laptop.store.pragma("busy_timeout") == 15000
    assert laptop.store.pragma("cipher_version")


def test_no_file_of_the_folder_holds_a_readable_name_or_amount(laptop: Laptop) -> None:
    append(laptop)
    planted = [
        "María",
        "Núñez",
        "José Ibáñez",
        "Almacén El Roble",
        "Calle 15",
        "000451",
        "1250000",
        "Coopsol",
    ]
    planted += ["Banco Andino", "Pidió plazo", "+573001234567", "SQLite format", PASSPHRASE]
    held = b"".join(path.read_bytes() for path in laptop.folder.rglob("*") if path.is_file())
    assert len(held) > 50_000
    for text in planted:
        assert text.encode() not in held
        assert text.encode("utf-16-le") not in held
    header = (laptop.folder / folders.DATABASE).read_bytes()[:16]
    assert header != b"SQLite format 3\x00"


def test_a_plain_sqlite_cannot_open_it(laptop: Laptop) -> None:
    connection = sqlite3.connect(laptop.folder / folders.DATABASE)
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        connection.execute("SELECT * FROM journal")
    connection.close()


def test_a_wrong_passphrase_opens_nothing_and_harms_nothing(laptop: Laptop) -> None:
    before = (laptop.folder / keyring.NAME).read_bytes()
    with pytest.raises(WrongPassphrase):
        folders.open_laptop(laptop.folder, PASSPHRASE + ".")
    assert (laptop.folder / keyring.NAME).read_bytes() == before
    folders.open_laptop(laptop.folder, PASSPHRASE).close()


def test_a_wrong_key_is_a_sentence_not_a_traceback(laptop: Laptop) -> None:
    with pytest.raises(stores.WrongDatabase, match="does not open with this laptop's key"):
        stores.open_store(laptop.folder / folders.DATABASE, b"\x01" * 32)


def test_a_passphrase_in_another_unicode_form_is_the_same_passphrase(laptop: Laptop) -> None:
    import unicodedata

    folders.open_laptop(laptop.folder, unicodedata.normalize("NFD", PASSPHRASE)).close()


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ("3.53.4", True),
        ("3.51.3", True),
        ("3.51.2", False),
        ("3.51.0", False),
        ("3.50.7", True),
        ("3.50.6", False),
        ("3.44.6", True),
        ("3.44.5", False),
        ("3.40.1", False),
        ("3.7.0", False),
        ("3.6.23", True),
        ("4.0.0", True),
    ],
)
def test_a_sqlite_with_the_wal_reset_bug_is_refused(version: str, safe: bool) -> None:
    if safe:
        stores.check_sqlite(version)
    else:
        with pytest.raises(stores.UnsafeSQLite, match="WAL-reset"):
            stores.check_sqlite(version)


def test_the_sqlite_in_use_is_one_of_the_good_ones() -> None:
    stores.check_sqlite(sqlcipher3.sqlite_version)


def test_sqlite_utils_and_sqlcipher_share_their_exceptions(laptop: Laptop) -> None:
    """The alias of the store package: without it these raise instead of answering."""
    with laptop.store.writing() as db:
        db.table("nowhere").drop(ignore=True)
        db.table("t").insert({"a": 1})
        db.table("t").insert({"a": 2, "b": 3}, alter=True)
        rows = list(db.query("INSERT INTO t (a) VALUES (9) RETURNING a"))
    assert rows == [{"a": 9}]


def test_whatever_of_the_laptop_is_imported_first_sqlite_utils_gets_sqlcipher() -> None:
    code = "import sys, importlib; importlib.import_module(sys.argv[1]); m = sys.modules.get('sqlite_utils.utils')"
    code += "; sys.exit(m is not None and m.sqlite3.__name__ != 'sqlcipher3')"
    for name in ("field_client.visiting", "field_client.today", "field_client.cli", "field_client.app"):
        assert subprocess.run([sys.executable, "-c", code, name], cwd=ROOT, check=False).returncode == 0


def test_the_journal_cannot_be_rewritten_or_shortened(laptop: Laptop) -> None:
    append(laptop)
    with pytest.raises(sqlcipher3.IntegrityError, match="append-only"), laptop.store.writing() as db:
        db.execute("UPDATE journal SET body = 'x'")
    with pytest.raises(sqlcipher3.IntegrityError, match="append-only"), laptop.store.writing() as db:
        db.execute("DELETE FROM journal")
    with laptop.store.writing() as db:
        journal.acknowledge(db, laptop.incarnation, 1)
    with laptop.store.reading() as db:
        assert journal.counts(db)["acknowledged"] == 1


def test_entries_are_chained_and_an_acknowledgement_can_move_down(laptop: Laptop) -> None:
    for _ in range(3):
        append(laptop)
    with laptop.store.writing() as db:
        journal.acknowledge(db, laptop.incarnation, 3)
    with laptop.store.writing() as db:
        journal.acknowledge(db, laptop.incarnation, 1)
    with laptop.store.reading() as db:
        assert [entry.n for entry in journal.waiting(db, laptop.incarnation, 10)] == [2, 3]
        assert verify(journal.chains(db)).ok


def test_two_threads_and_two_connections_number_without_gap_or_double(laptop: Laptop) -> None:
    other = Laptop(
        laptop.folder,
        folders.open_laptop(laptop.folder, PASSPHRASE),
        laptop.clock,
        laptop.office,
        laptop.incarnation,
    )
    threads = [
        threading.Thread(target=lambda one=one: [append(one) for _ in range(10)])
        for one in (laptop, other, laptop)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.store.close()
    with laptop.store.reading() as db:
        entries = journal.chains(db)
    assert [entry.n for entry in entries] == list(range(1, 31))
    assert verify(entries).ok


def test_who_begins_to_write_keeps_other_programs_out_before_he_has_read_a_word(laptop: Laptop) -> None:
    other = folders.open_laptop(laptop.folder, PASSPHRASE)
    other.pragma("busy_timeout=0")
    with laptop.store.writing(), pytest.raises(stores.Busy), other.writing():
        raise AssertionError("two write at once")
    with other.writing() as db:  # the control: alone it may
        settings.put(db, "alone", 1)
    other.close()


def test_an_error_inside_a_transaction_leaves_nothing(laptop: Laptop) -> None:
    def half(db: Any) -> None:
        settings.put(db, "half", 1)
        raise RuntimeError("the battery fell out")

    with pytest.raises(RuntimeError), laptop.store.writing() as db:
        half(db)
    with laptop.store.reading() as db:
        assert settings.get(db, "half") is None


def test_what_is_written_while_reading_is_not_kept(laptop: Laptop) -> None:
    with laptop.store.reading() as db:
        settings.put(db, "half", 1)
    with laptop.store.reading() as db:
        assert settings.get(db, "half") is None


def test_migrating_again_changes_nothing(laptop: Laptop) -> None:
    with laptop.store.reading() as db:
        before = [migration.name for migration in schema.migrations.applied(db)]
    schema.upgrade(laptop.store)
    with laptop.store.reading() as db:
        assert [migration.name for migration in schema.migrations.applied(db)] == before
        assert before[0] == "m001_the_first_tables"


def test_an_enrolment_never_touches_a_folder_that_holds_a_laptop(laptop: Laptop) -> None:
    with pytest.raises(folders.AlreadyEnrolled, match="already holds"):
        folders.begin(laptop.folder, PASSPHRASE, CHEAP)
    (laptop.folder / keyring.NAME).rename(laptop.folder / "kept")
    with pytest.raises(folders.AlreadyEnrolled, match="half a laptop"):
        folders.begin(laptop.folder, PASSPHRASE, CHEAP)


def test_a_short_passphrase_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(folders.WeakPassphrase, match="10 characters"):
        folders.begin(tmp_path / "new", "corta", CHEAP)
    assert not (tmp_path / "new").exists()


def test_finding_people_takes_what_was_typed_as_text(laptop: Laptop) -> None:
    with laptop.store.reading() as db:
        for typed in ("José", "IBÁÑEZ", "jose iba"):
            assert [one["id"] for one in records.debtors(db, typed)] == [JOSE]
        assert records.debtors(db, "%") == []
        assert records.debtors(db, "' OR 1=1 --") == []


# kill -9


SAVER = """
import sys
from datetime import timedelta
from pathlib import Path
from field_client import folder as folders
from field_client.drafting import Draft
from field_client.visiting import record_visit
from sync.ids import new_id
from sync.records import Location, LocationSource, Party, Place, Result, VisitResult
from tests.laptop.builders import *

store = folders.open_laptop(Path(sys.argv[1]), PASSPHRASE)
clock = StandingClock()
print("ready", flush=True)
for number in range(int(sys.argv[2])):
    detail = {"amount": "50000", "due": "2026-11-28", "channel": "bank", "place": "Banco"}
    debtor, *both = (uid(base + number % CROWD) for base in (5000, 6000, 7000))
    results = tuple(VisitResult(account, Result.PROMISE, None, dict(detail)) for account in both)
    clock.forward(seconds=30)
    draft = Draft(new_id(), debtor, tuple(both), Place.HOME, Party.HOLDER,
        clock.now - timedelta(minutes=5), clock.now, results,
        location=Location(LocationSource.NONE, reason="x"), override_reason="prueba")
    print("begun", draft.id, flush=True)
    saved = record_visit(store, draft, clock.read())
    print("guardado", saved.visit, flush=True)
"""


def run_and_kill(folder: Path, visits: int, kill_at: str, delay: float) -> tuple[list[str], list[str]]:
    """Save visits in a process of its own; kill -9 at the nth line that starts with `kill_at`, after a
    moment. Answers (visits told as saved, visits begun)."""
    process = subprocess.Popen(
        [sys.executable, "-c", SAVER, str(folder), str(visits)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert process.stdout is not None
    word, count = kill_at.split()
    killer: threading.Timer | None = None
    saved, begun, seen = [], [], 0
    for line in process.stdout:
        said = line.split()
        if said[0] == "guardado":
            saved.append(said[1])
        elif said[0] == "begun":
            begun.append(said[1])
        seen += said[0] == word
        if seen == int(count) and killer is None:
            killer = threading.Timer(delay, process.send_signal, [signal.SIGKILL])
            killer.start()
    process.wait()
    process.stdout.close()
    assert killer is not None
    killer.join()
    assert process.returncode == -signal.SIGKILL
    return saved, begun


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is POSIX's")
@pytest.mark.parametrize("round_", range(6))
def test_a_process_killed_at_any_moment_has_every_saved_visit_and_no_half_one(
    seeded: Laptop, tmp_path: Path, round_: int
) -> None:
    chance = random.Random(round_)
    folder = tmp_path / "laptop"
    shutil.copytree(seeded.folder, folder)
    store = folders.open_laptop(folder, PASSPHRASE)
    Laptop(folder, store, StandingClock(), seeded.office, seeded.incarnation, seeded.device).receive(
        crowd(), start=100
    )
    store.close()
    # Even rounds kill right after "guardado"; odd ones some thousandths of a second after a visit began.
    where = f"guardado {chance.randint(1, 5)}" if round_ % 2 == 0 else f"begun {chance.randint(1, 5)}"
    saved, begun = run_and_kill(folder, 100_000, where, 0 if round_ % 2 == 0 else chance.uniform(0, 0.02))
    store = folders.open_laptop(folder, PASSPHRASE)
    assert store.pragma("integrity_check") == "ok"
    with store.reading() as db:
        rows = journal.rows(db, newest=100_000)
        assert verify(journal.chains(db)).ok
    store.close()
    visits = {row.entry.id for row in rows if row.entry.kind == "visit.recorded"}
    promises = [
        json.loads(row.entry.body or b"")["visit"] for row in rows if row.entry.kind == "promise.made"
    ]
    assert set(saved) <= visits <= set(begun)
    assert sorted(promises) == sorted([*visits, *visits])  # both promises of each visit, or none
