"""A ledger of 500 events, and everything that can be done to it: all of it found, at its right place.

A byte flipped in an event can only affect its own link and the one after it, so each flip is judged on
those two links by the same public `verify`, begun at the hash before them; a sample of the flips goes
through the whole folder, as `ronda verify` reads it. The control shows what a mere count would see.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sync.digest import canonical
from sync.ledger import (
    ZERO,
    ChainReport,
    Checkpoint,
    Entry,
    Receipt,
    link,
    reopen,
    verify,
    write_entry,
)
from sync.ledger_folder import LEDGER, entry_from_json, entry_to_json, read_export, read_line, write_export
from sync.verifying import verdict_on

from .ledgers import checkpoint as signed_checkpoint
from .ledgers import clock, event_id, office_ring, receipt

SEED = 20261122
INCARNATIONS = tuple(f"{letter * 8}-0000-4000-8000-00000000000{place}" for place, letter in enumerate("abcd"))
EACH = 125
VOUCHED = 120  # the office vouched for each chain up to here; the last five are anchored by nothing
# The first chain in every run, the other three where there is time.
CHAINS = [INCARNATIONS[0], *(pytest.param(name, marks=pytest.mark.slow) for name in INCARNATIONS[1:])]
PARTS = ("header", "salt", "body", "body_digest", "h")

Named = set[tuple[str, str, int]]


def a_visit(n: int) -> dict[str, object]:
    """About as long as a real one."""
    start, end = f"2026-11-21T15:{n % 60:02d}:00.000Z", f"2026-11-21T15:{n % 60:02d}:40.000Z"
    return {
        "debtor": f"01970000-0000-7000-8000-0000000d{n:04x}",
        "happened": {"start": start, "end": end, "known": "live", "line": None},
        "location": {"source": "gnss", "lat": 5.82, "lon": -73.03, "accuracy_m": 8.0, "reason": ""},
        "note": f"Pagará el día {n}, señor Núñez; la vecina dice que vuelve a las {n % 12} en punto.",
        "place": "DOM",
        "party": "TIT",
        "results": [{"account": f"01970000-0000-7000-8000-0000000a{n:04x}", "result": "PTP", "detail": {}}],
    }


def chain_of(incarnation: str, source: random.Random) -> list[Entry]:
    entries: list[Entry] = []
    for n in range(1, EACH + 1):
        body = a_visit(n)
        entries.append(
            write_entry(
                incarnation=incarnation,
                n=n,
                previous=entries[-1].h if entries else ZERO,
                id=event_id(n, incarnation),
                kind="visit.recorded",
                version=1,
                clock=clock(n),
                policy_version="demo-1",
                debtor=str(body["debtor"]),
                accounts=[f"01970000-0000-7000-8000-0000000a{n:04x}"],
                body=body,
                salt=source.randbytes(16),
            )
        )
    return entries


class Ledger:
    """Four laptops' chains; receipts every 20 events; a checkpoint over the first 100 of each."""

    def __init__(self) -> None:
        source = random.Random(SEED)
        self.chains = {name: chain_of(name, source) for name in INCARNATIONS}
        self.entries = [entry for name in INCARNATIONS for entry in self.chains[name]]
        self.receipts = [
            receipt(self.chains[name][n - 1].head, n)
            for name in INCARNATIONS
            for n in range(20, VOUCHED + 1, 20)
        ]
        self.checkpoint = signed_checkpoint([self.chains[name][99].head for name in INCARNATIONS])
        self.keys = office_ring()

    def held(self, name: str) -> list[Receipt]:
        return [one for one in self.receipts if one.incarnation == name]

    def judge(self, entries: list[Entry], *outside: Checkpoint) -> ChainReport:
        """The whole ledger, signatures and all."""
        return verify(entries, receipts=self.receipts, outside=outside, keys=self.keys)

    def judge_chain(self, name: str, rows: list[Entry]) -> Named:
        """One chain against its receipts."""
        return named(verify(rows, receipts=self.held(name)))

    def judge_link(self, changed: Entry | None, place: Entry) -> Named:
        """What `verify` says of the link at this place and the one after it, from the hash before them."""
        chain = self.chains[place.incarnation]
        before = (place.n - 1, chain[place.n - 2].h if place.n > 1 else ZERO)
        rows = [] if changed is None else [changed]
        rows += chain[place.n : place.n + 1]
        # A place that is gone has to be vouched for by what comes after it, or by nothing.
        anchored = self.held(place.incarnation) if changed is None and not rows else []
        return named(verify(rows, before, receipts=[one for one in anchored if one.n >= place.n]))


def named(report: ChainReport) -> Named:
    return {(problem.kind, problem.incarnation, problem.n) for problem in report.problems}


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return Ledger()


def flipped(data: bytes, where: int, flip: int) -> bytes:
    changed = bytearray(data)
    changed[where] ^= flip
    return bytes(changed)


def flips(entry: Entry, source: random.Random, sample: int | None) -> Iterator[tuple[str, int, Entry]]:
    """Every byte of an entry flipped, one at a time; or a sample that touches each of its parts."""
    for part in PARTS:
        data = getattr(entry, part)
        places = range(len(data)) if sample is None else [source.randrange(len(data)) for _ in range(sample)]
        for where in places:
            yield part, where, replace(entry, **{part: flipped(data, where, source.randint(1, 255))})


def test_the_honest_ledger_holds_and_tells_what_nobody_vouches_for(ledger: Ledger) -> None:
    report = ledger.judge(ledger.entries, ledger.checkpoint)
    assert report.ok
    assert (report.events, report.unanchored) == (500, 4 * (EACH - VOUCHED))
    unanchored = [(one.incarnation, one.n, one.until) for one in report.notes if one.kind == "unanchored"]
    assert unanchored == [(name, VOUCHED + 1, EACH) for name in INCARNATIONS]
    (outside,) = report.outside
    assert (outside.held, outside.absent, outside.other) == (4, 0, 0)


def check_flips(ledger: Ledger, sample: int | None) -> int:
    source, tried = random.Random(SEED), 0
    for entry in ledger.entries:
        for part, where, changed in flips(entry, source, sample):
            tried += 1
            found = ledger.judge_link(changed, entry)
            assert found == {("changed", entry.incarnation, entry.n)}, (SEED, part, where, entry.n)
    return tried


def test_a_flipped_byte_of_any_event_is_named_at_its_place(ledger: Ledger) -> None:
    assert check_flips(ledger, sample=4) == 500 * len(PARTS) * 4


@pytest.mark.slow
def test_every_flipped_byte_of_every_event_is_named_at_its_place(ledger: Ledger) -> None:
    size = sum(len(getattr(entry, part)) for entry in ledger.entries for part in PARTS)
    assert check_flips(ledger, sample=None) == size > 400_000


def test_a_flip_judged_on_two_links_is_judged_the_same_on_the_whole_ledger(ledger: Ledger) -> None:
    """What makes the quick way honest: on a sample of flips the whole ledger says the same."""
    source = random.Random(SEED)
    for entry in source.sample(ledger.entries, 30):
        part = source.choice(PARTS)
        where = source.randrange(len(getattr(entry, part)))
        changed = replace(entry, **{part: flipped(getattr(entry, part), where, source.randint(1, 255))})
        rows = [changed if row is entry else row for row in ledger.entries]
        assert named(ledger.judge(rows)) == ledger.judge_link(changed, entry) != set()


def lines_of(ledger: Ledger) -> list[bytes]:
    return [canonical(entry_to_json(entry)) for entry in ledger.entries]


def check_line_flips(ledger: Ledger, sample: int | None) -> int:
    """Flips in the text of the file: a line that cannot be read any more is an event that is missing."""
    source, tried = random.Random(SEED), 0
    for entry, line in zip(ledger.entries, lines_of(ledger), strict=True):
        places = range(len(line)) if sample is None else [source.randrange(len(line)) for _ in range(sample)]
        for where in places:
            text = flipped(line, where, source.randint(1, 255))
            if b"\n" in text:
                continue  # two lines that cannot be read: tried through the whole folder below
            tried += 1
            try:
                changed: Entry | None = read_line(text, entry_from_json)
            except ValueError:
                changed = None
            found = ledger.judge_link(changed, entry)
            if changed is None and entry.n == EACH:
                continue  # the reader itself has told of the line, and nothing outside knows of it
            place = {(name, n) for _, name, n in found}
            assert (entry.incarnation, entry.n) in place, (SEED, where, entry.n)
    return tried


def test_a_flipped_byte_of_the_file_is_named(ledger: Ledger) -> None:
    assert check_line_flips(ledger, sample=8) > 3_500


@pytest.mark.slow
def test_every_flipped_byte_of_the_file_is_named(ledger: Ledger) -> None:
    assert check_line_flips(ledger, sample=None) > 550_000


def test_a_sample_of_flips_is_found_in_the_folder_as_ronda_verify_reads_it(
    ledger: Ledger, tmp_path: Path
) -> None:
    write_export(tmp_path, ledger.entries, ledger.receipts, [ledger.checkpoint], ledger.keys)
    assert verdict_on(read_export(tmp_path)).ok
    honest = (tmp_path / LEDGER).read_bytes()
    starts = [0, *(at + 1 for at, byte in enumerate(honest) if byte == 10)]
    source = random.Random(SEED)
    places = [source.randrange(len(honest)) for _ in range(25)]
    places += [source.choice(starts[1:-1]) - 1 for _ in range(5)]  # line feeds
    for where in places:
        (tmp_path / LEDGER).write_bytes(flipped(honest, where, source.randint(1, 255)))
        entry = ledger.entries[honest[:where].count(b"\n")]
        report = verdict_on(read_export(tmp_path))
        told = {(name, n) for _, name, n in named(report)}
        assert (entry.incarnation, entry.n) in told, (SEED, where, told)
    (tmp_path / LEDGER).write_bytes(honest)
    assert verdict_on(read_export(tmp_path)).ok


def test_every_deletion_is_named(ledger: Ledger) -> None:
    for name, chain in ledger.chains.items():
        for n in range(1, EACH + 1):
            found = ledger.judge_chain(name, [row for row in chain if row.n != n])
            last = n == EACH
            assert found == (set() if last else {("missing", name, n)}), n


def test_every_cut_up_to_the_last_receipt_is_named_and_what_comes_later_was_unanchored(
    ledger: Ledger,
) -> None:
    for name, chain in ledger.chains.items():
        for kept in range(EACH + 1):
            report = verify(chain[:kept], receipts=ledger.held(name))
            cut = {("cut", name, kept + 1)} if kept < VOUCHED else set()
            assert named(report) == cut, kept
            assert report.unanchored == max(kept - VOUCHED, 0)


def test_every_cut_up_to_a_checkpoint_held_by_someone_else_is_named(ledger: Ledger) -> None:
    """The thief took the receipts with the events; only the checkpoint is held outside."""
    name = INCARNATIONS[2]
    others = [row for row in ledger.entries if row.incarnation != name]
    for kept in range(0, EACH + 1, 7):
        report = verify([*others, *ledger.chains[name][:kept]], outside=[ledger.checkpoint], keys=ledger.keys)
        assert named(report) == ({("cut", name, kept + 1)} if kept < 100 else set()), kept
        (outside,) = report.outside
        assert (outside.held, outside.absent) == ((3, 1) if kept < 100 else (4, 0))


@pytest.mark.parametrize("name", CHAINS)
def test_every_two_neighbours_swapped_are_named_and_so_are_any_two(ledger: Ledger, name: str) -> None:
    source, chain = random.Random(SEED), ledger.chains[name]
    pairs = [(at, at + 1) for at in range(EACH - 1)]
    pairs += [(one, other) for one, other in (source.sample(range(EACH), 2) for _ in range(60))]
    for one, other in pairs:
        rows = list(chain)
        rows[one], rows[other] = rows[other], rows[one]
        assert ledger.judge_chain(name, rows) == {("moved", name, one + 1), ("moved", name, other + 1)}


@pytest.mark.parametrize("name", CHAINS)
def test_every_two_neighbours_swapped_with_their_numbers_are_named(ledger: Ledger, name: str) -> None:
    chain = ledger.chains[name]
    for at in range(EACH - 1):
        rows = list(chain)
        rows[at], rows[at + 1] = replace(chain[at + 1], n=at + 1), replace(chain[at], n=at + 2)
        places = {n for _, _, n in ledger.judge_chain(name, rows)}
        assert {at + 1, at + 2} & places, at
        assert places <= {at + 1, at + 2, at + 3}, at


def forged(name: str, n: int, previous: bytes) -> Entry:
    return write_entry(
        incarnation=name,
        n=n,
        previous=previous,
        id=event_id(9_000 + n, name),
        kind="visit.recorded",
        version=1,
        clock=clock(n),
        policy_version="demo-1",
        debtor=None,
        accounts=[],
        body={"note": "nadie en casa"},
        salt=bytes(16),
    )


@pytest.mark.parametrize("name", CHAINS)
def test_every_insertion_is_named(ledger: Ledger, name: str) -> None:
    chain = ledger.chains[name]
    for n in range(1, EACH + 1):
        before = chain[n - 2].h if n > 1 else ZERO
        for previous, kind in ((before, "fork"), (bytes(range(32)), "inserted")):
            rows = [*chain[: n - 1], forged(name, n, previous), *chain[n - 1 :]]
            found = ledger.judge_chain(name, rows)
            assert found == {(kind, name, n)}, (kind, n)
        twice = [*chain[:n], chain[n - 1], *chain[n:]]
        assert ledger.judge_chain(name, twice) == {("inserted", name, n)}


def rewritten(chain: list[Entry], n: int) -> list[Entry]:
    """Another event at place n, and everything after it linked again as if it had always been so."""
    rows = chain[: n - 1]
    rows = [*rows, forged(chain[0].incarnation, n, rows[-1].h if rows else ZERO)]
    for old in chain[n:]:
        rows.append(reopen(old, incarnation=old.incarnation, n=old.n, previous=rows[-1].h))
    return rows


def test_every_fork_up_to_the_last_receipt_is_named_at_the_first_that_vouches_against_it(
    ledger: Ledger,
) -> None:
    name = INCARNATIONS[1]
    for n in range(1, EACH + 1, 3):
        found = ledger.judge_chain(name, rewritten(ledger.chains[name], n))
        first = -(-n // 20) * 20
        assert found == ({("fork", name, first)} if first <= VOUCHED else set()), n


def test_a_withheld_link_cannot_be_put_in_the_place_of_another(ledger: Ledger) -> None:
    """Withholding needs no trust: whatever stands for the header must give the same link."""
    name = INCARNATIONS[0]
    chain = ledger.chains[name]
    for n in range(1, VOUCHED + 1, 11):
        false = bytes(reversed(chain[n - 1].header_sha256))
        previous = chain[n - 2].h if n > 1 else ZERO
        h = link(name, n, previous, false, chain[n - 1].body_digest)
        hidden = Entry(name, n, "", "", 0, b"", None, None, chain[n - 1].body_digest, h, false)
        found = ledger.judge_chain(name, [*chain[: n - 1], hidden, *chain[n:]])
        assert found - {("withheld", name, n)} == {("changed", name, n + 1)} or n % 20 == 0


def count_only(entries: list[Entry], receipts: list[Receipt]) -> bool:
    """The control: a check that counts events and looks at no hash."""
    counts = {name: sum(row.incarnation == name for row in entries) for name in INCARNATIONS}
    numbers = {(row.incarnation, row.n) for row in entries}
    return len(numbers) == len(entries) and all(counts[one.incarnation] >= one.n for one in receipts)


def test_a_check_that_only_counts_sees_none_of_the_changes(ledger: Ledger) -> None:
    """The control of all the above: the same tampering passes where no hash is looked at."""
    source, missed = random.Random(SEED), 0
    assert count_only(ledger.entries, ledger.receipts)
    for entry in source.sample(ledger.entries, 50):
        for _, _, changed in flips(entry, source, 1):
            rows = [changed if row is entry else row for row in ledger.entries]
            missed += count_only(rows, ledger.receipts)
    assert missed == 50 * len(PARTS)
    name = INCARNATIONS[1]
    others = [row for row in ledger.entries if row.incarnation != name]
    assert count_only([*others, *rewritten(ledger.chains[name], 40)], ledger.receipts)
    assert not ledger.judge([*others, *rewritten(ledger.chains[name], 40)]).ok
