"""Judges a whole ledger: what was changed, taken out, put in, moved, cut or forked. Pure.

A problem is something no honest ledger shows; a note is something a reader must know (`erased`,
`withheld`, `unanchored`, `odd_header`). Only what an outside receipt or checkpoint anchors is proof
against someone who rewrites everything after a point.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from ..keys import OFFICE, Keyring
from .entries import ZERO, ChainProblem, Entry, Head, header_fields
from .links import Extent, Findings, contradictions, follows, heads_of, judge_chain
from .manifest import EVIDENCE, LAPTOP_EXPORT, Manifest, place_of
from .outside import HeldOutside, held_outside
from .statements import Checkpoint, Erasure, Receipt

PROBLEMS = (
    "unreadable",
    "empty",
    "changed",
    "missing",
    "inserted",
    "moved",
    "cut",
    "fork",
    "body_missing",
    "withheld",
    "partial",
    "bad_manifest",
    "other_kind",
    "bad_receipt",
    "bad_checkpoint",
    "bad_erasure",
    "checkpoint_missing",
)
NOTES = (
    "erased",
    "withheld",
    "partial",
    "unanchored",
    "beyond",
    "elsewhere",
    "odd_header",
    "heads_unknown",
    "checkpoint_missing",
    "own_keys",
)


@dataclass(frozen=True)
class ChainReport:
    """The verdict. `heads` is the last event of each incarnation found, by number.

    `outside` tells of each checkpoint held by someone else what it adds to the export.
    """

    events: int
    problems: tuple[ChainProblem, ...]
    notes: tuple[ChainProblem, ...]
    heads: tuple[Head, ...]
    withheld: int = 0
    unanchored: int = 0
    manifest: Manifest | None = None
    outside: tuple[HeldOutside, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.problems

    @property
    def erased(self) -> int:
        return sum(note.kind == "erased" for note in self.notes)

    def to_json(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "events": self.events,
            "kind": None if self.manifest is None else self.manifest.kind,
            "about": None if self.manifest is None else self.manifest.about or None,
            "signed_by": None if self.manifest is None else self.manifest.key_id,
            "erased": self.erased,
            "withheld": self.withheld,
            "unanchored": self.unanchored,
            "problems": [problem.to_json() for problem in self.problems],
            "notes": [note.to_json() for note in self.notes],
            "heads": [
                {"incarnation": head.incarnation, "n": head.n, "h": head.h.hex()} for head in self.heads
            ],
            "outside": [one.to_json() for one in self.outside],
        }


class _Signed(Protocol):
    @property
    def key_id(self) -> str: ...
    @property
    def signature(self) -> bytes: ...
    @property
    def at(self) -> datetime: ...
    def signed_bytes(self) -> bytes: ...


S = TypeVar("S", bound=_Signed)
Place = tuple[str, int]
LARGEST_RANGE = 10_000_000  # a manifest is a small file: what it lists must not fill the memory


def verify(
    entries: Iterable[Entry],
    start: tuple[int, bytes] = (0, ZERO),
    *,
    receipts: Sequence[Receipt] = (),
    checkpoints: Sequence[Checkpoint] = (),
    outside: Sequence[Checkpoint] = (),
    erasures: Sequence[Erasure] = (),
    keys: Keyring | None = None,
    manifest: Manifest | None = None,
) -> ChainReport:
    """Judge entries of any number of incarnations, each in the order it was found.

    `start` is the place after which every chain given begins, unless the manifest gives it another.
    `outside` are checkpoints held by someone else. With `keys`, a statement not signed by an office key
    in them is a problem and anchors nothing; without, statements are taken as already checked. Without a
    manifest the entries are held to be all there is.
    """
    found = Findings("")
    manifest = _believed(found, manifest, keys)
    receipts = _signed(found, receipts, keys, "bad_receipt")
    erasures = _signed(found, erasures, keys, "bad_erasure")
    every = _checkpoints(found, checkpoints, outside, keys, manifest)
    anchors, own = _anchors(receipts, every), _anchors(receipts, [one for one in every if one in checkpoints])
    rows = list(entries)
    starts = defaultdict(lambda: start, {} if manifest is None else manifest.beginnings())
    chains = _placed(found, rows, starts, anchors)
    gone = {(erasure.id, erasure.body_digest) for erasure in erasures}
    report = []
    for incarnation in sorted({*chains, *anchors}):
        held = anchors.get(incarnation, {})
        if _elsewhere(found, manifest, incarnation, chains, receipts, held):
            continue
        found.problems += contradictions(incarnation, held)
        extent = _extent(manifest, incarnation, starts[incarnation], own)
        report.append(judge_chain(incarnation, chains.get(incarnation, []), extent, held, gone))
    _about(found, manifest, rows)
    return ChainReport(
        len(rows),
        _sorted(one for judged in (found, *report) for one in judged.problems),
        _sorted(one for judged in (found, *report) for one in judged.notes),
        tuple(heads_of(rows)),
        sum(judged.withheld for judged in report),
        sum(judged.unanchored for judged in report),
        manifest,
        tuple(held_outside(every, outside, checkpoints, receipts, chains)),
    )


def _believed(found: Findings, manifest: Manifest | None, keys: Keyring | None) -> Manifest | None:
    """The manifest, if it may say what it says: without a good signature it can only ask for less."""
    if manifest is None:
        return None
    if manifest.signature is not None and manifest.key_id is not None and keys is not None:
        wrong = keys.check(
            manifest.key_id, manifest.signature, manifest.signed_bytes(), purpose=OFFICE, at=manifest.at
        )
        if wrong is not None:
            found.problem("bad_manifest", 0, f"of {manifest.at:%Y-%m-%d %H:%M:%SZ}: {_why(wrong)}")
    for head in manifest.starts:
        judged = Findings(head.incarnation, found.problems, found.notes)
        if manifest.kind in (LAPTOP_EXPORT, EVIDENCE):
            judged.note("partial", head.n, "the export begins after this event, as its manifest says")
        else:
            judged.problem("partial", head.n, "an office's full export begins at the first event")
    return manifest


def _extent(
    manifest: Manifest | None,
    incarnation: str,
    start: tuple[int, bytes],
    own: Mapping[str, Mapping[int, set[bytes]]],
) -> Extent:
    if manifest is None:
        return Extent(start)
    places = {
        n
        for one in manifest.withheld
        if one.incarnation == incarnation
        for n in range(one.n, min(one.until, one.n + LARGEST_RANGE) + 1)
    }
    # An evidence package goes as far as its own statements; what is held outside may know of more.
    needed = max(own.get(incarnation, {}), default=0) if manifest.kind == EVIDENCE else None
    return Extent(start, places, manifest.kind in (LAPTOP_EXPORT, EVIDENCE), needed)


def _elsewhere(
    found: Findings,
    manifest: Manifest | None,
    incarnation: str,
    chains: Mapping[str, Sequence[tuple[int, Entry]]],
    receipts: Sequence[Receipt],
    held: Mapping[int, set[bytes]],
) -> bool:
    """True for a chain that only a checkpoint names and this export does not mean to show."""
    if incarnation in chains or manifest is None or manifest.kind not in (LAPTOP_EXPORT, EVIDENCE):
        return False
    if any(receipt.incarnation == incarnation for receipt in receipts):
        return False
    told = "a checkpoint names this chain; it is of another laptop, or of no part of this export"
    Findings(incarnation, found.problems, found.notes).note("elsewhere", max(held), told)
    return True


def _about(found: Findings, manifest: Manifest | None, rows: Sequence[Entry]) -> None:
    if manifest is not None and manifest.kind == EVIDENCE and manifest.about not in {row.id for row in rows}:
        found.problem("missing", 0, f"the event the evidence is about, {manifest.about}, is not in it")


def _sorted(problems: Iterable[ChainProblem]) -> tuple[ChainProblem, ...]:
    return tuple(sorted(problems, key=lambda problem: (problem.incarnation, problem.n, problem.kind)))


def _signed(found: Findings, statements: Sequence[S], keys: Keyring | None, kind: str) -> list[S]:
    """The statements whose signature holds; the others are named."""
    good = []
    for statement in statements:
        wrong = (
            None
            if keys is None
            else keys.check(
                statement.key_id,
                statement.signature,
                statement.signed_bytes(),
                purpose=OFFICE,
                at=statement.at,
            )
        )
        if wrong is None:
            good.append(statement)
            continue
        place = (statement.incarnation, statement.n) if isinstance(statement, Receipt) else ("", 0)
        told = f"of {statement.at:%Y-%m-%d %H:%M:%SZ}: {_why(wrong)}"
        found.problems.append(ChainProblem(kind, *place, told))
    return good


def _why(wrong: str) -> str:
    return "its key is not a known office key" if wrong == "unknown_key" else "its signature does not hold"


def _checkpoints(
    found: Findings,
    inside: Sequence[Checkpoint],
    outside: Sequence[Checkpoint],
    keys: Keyring | None,
    manifest: Manifest | None,
) -> list[Checkpoint]:
    """The checkpoints that hold, once each, with their heads where any copy carries them."""
    by_mark: dict[bytes, Checkpoint] = {}
    held_outside = set()
    for checkpoint in _signed(found, [*inside, *outside], keys, "bad_checkpoint"):
        if not checkpoint.heads_hold():
            found.problem(
                "bad_checkpoint", 0, f"of {checkpoint.day}: its heads are not those that were signed"
            )
            continue
        mark = checkpoint.mark
        if checkpoint in outside:
            held_outside.add(mark)
        if by_mark.get(mark) is None or checkpoint.heads is not None:
            by_mark[mark] = checkpoint
    # A laptop keeps the checkpoints it was shown, evidence the one it needs: only an office keeps all.
    whole = manifest is None or manifest.kind not in (LAPTOP_EXPORT, EVIDENCE)
    name_missing = found.problem if whole else found.note
    days = {one.day for one in inside if one.mark not in held_outside}
    for mark, checkpoint in by_mark.items():
        if checkpoint.heads is not None:
            if checkpoint.previous not in {ZERO, *by_mark}:
                name_missing("checkpoint_missing", 0, f"the one before that of {checkpoint.day} is not there")
        elif mark in held_outside and (whole or mark not in {one.mark for one in inside}):
            other = ": the export has another of that day" if checkpoint.day in days else " with its heads"
            told = f"the one of {checkpoint.day}, held outside, is not there{other}"
            name_missing("checkpoint_missing", 0, told)
        else:
            found.note("heads_unknown", 0, f"the checkpoint of {checkpoint.day} does not carry its heads")
    return list(by_mark.values())


def _anchors(
    receipts: Sequence[Receipt], checkpoints: Sequence[Checkpoint]
) -> dict[str, dict[int, set[bytes]]]:
    anchors: dict[str, dict[int, set[bytes]]] = defaultdict(lambda: defaultdict(set))
    heads = [head for checkpoint in checkpoints for head in checkpoint.heads or ()]
    for incarnation, n, h in [*heads, *(Head(one.incarnation, one.n, one.h) for one in receipts)]:
        if n > 0:
            anchors[incarnation][n].add(h)
    return anchors


def _placed(
    found: Findings,
    rows: Sequence[Entry],
    starts: Mapping[str, tuple[int, bytes]],
    anchors: dict[str, dict[int, set[bytes]]],
) -> dict[str, list[tuple[int, Entry]]]:
    """The rows by incarnation, each with the place it belongs to.

    Where the place written beside an entry and the one in its header differ, its hash decides.
    """
    claims = [_claims(row) for row in rows]
    hashes: dict[Place, set[bytes]] = defaultdict(set)
    for row, (beside, headed) in zip(rows, claims, strict=True):
        for place in (beside, headed):
            if place is not None:
                hashes[place].add(row.h)
                n, h = starts[place[0]]
                hashes[place[0], n].add(h)
    for incarnation, held in anchors.items():
        for n, known in held.items():
            hashes[incarnation, n] |= known
    chains: dict[str, list[tuple[int, Entry]]] = defaultdict(list)
    for row, (beside, headed) in zip(rows, claims, strict=True):
        place = beside
        if headed is not None and headed != beside:
            before = hashes.get((headed[0], headed[1] - 1), set())
            if beside is None or follows(row, *headed, before):
                place = headed
                found.problems.append(
                    ChainProblem(
                        "changed", *headed, f"the place beside it was changed to {row.incarnation} {row.n}"
                    )
                )
        if place is None:
            found.problems.append(
                ChainProblem("changed", str(row.incarnation), row.n, "it says no valid place")
            )
        else:
            chains[place[0]].append((place[1], row))
    return chains


def _claims(row: Entry) -> tuple[Place | None, Place | None]:
    said = header_fields(row.header) or {}
    return place_of(row.incarnation, row.n), place_of(said.get("incarnation"), said.get("n"))
