"""Judges a whole ledger: what was changed, taken out, put in, moved, cut or forked. Pure.

A problem is something no honest ledger shows; a note is something a reader must know (`erased`,
`unanchored`, `odd_header`). Only what an outside receipt or checkpoint anchors is proof against
someone who rewrites everything after a point.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from ..ids import is_id
from ..keys import OFFICE, Keyring
from .entries import ZERO, ChainProblem, Entry, Head, header_fields
from .links import Findings, contradictions, follows, heads_of, judge_chain
from .statements import Checkpoint, Erasure, Receipt

PROBLEMS = (
    "unreadable",
    "changed",
    "missing",
    "inserted",
    "moved",
    "cut",
    "fork",
    "body_missing",
    "bad_receipt",
    "bad_checkpoint",
    "bad_erasure",
    "checkpoint_missing",
)
NOTES = ("erased", "unanchored", "odd_header", "heads_unknown", "own_keys")


@dataclass(frozen=True)
class ChainReport:
    """The verdict. `heads` is the last event of each incarnation found, by number."""

    events: int
    problems: tuple[ChainProblem, ...]
    notes: tuple[ChainProblem, ...]
    heads: tuple[Head, ...]

    @property
    def ok(self) -> bool:
        return not self.problems

    def to_json(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "events": self.events,
            "problems": [problem.to_json() for problem in self.problems],
            "notes": [note.to_json() for note in self.notes],
            "heads": [
                {"incarnation": head.incarnation, "n": head.n, "h": head.h.hex()} for head in self.heads
            ],
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


def verify(
    entries: Iterable[Entry],
    start: tuple[int, bytes] = (0, ZERO),
    *,
    receipts: Sequence[Receipt] = (),
    checkpoints: Sequence[Checkpoint] = (),
    outside: Sequence[Checkpoint] = (),
    erasures: Sequence[Erasure] = (),
    keys: Keyring | None = None,
) -> ChainReport:
    """Judge entries of any number of incarnations, each in the order it was found.

    `start` is the place after which every chain given begins. `outside` are checkpoints held by
    someone else. With `keys`, a statement not signed by an office key in them is a problem and
    anchors nothing; without, statements are taken as already checked.
    """
    found = Findings("")
    receipts = _signed(found, receipts, keys, "bad_receipt")
    erasures = _signed(found, erasures, keys, "bad_erasure")
    every = _checkpoints(found, checkpoints, outside, keys)
    anchors = _anchors(receipts, every)
    rows = list(entries)
    chains = _placed(found, rows, start, anchors)
    gone = {(erasure.id, erasure.body_digest) for erasure in erasures}
    for incarnation in sorted({*chains, *anchors}):
        held = anchors.get(incarnation, {})
        found.problems += contradictions(incarnation, held)
        judged = judge_chain(incarnation, chains.get(incarnation, []), start, held, gone)
        found.problems += judged.problems
        found.notes += judged.notes
    return ChainReport(len(rows), _sorted(found.problems), _sorted(found.notes), tuple(heads_of(rows)))


def _sorted(problems: Iterable[ChainProblem]) -> tuple[ChainProblem, ...]:
    return tuple(sorted(problems, key=lambda problem: (problem.incarnation, problem.n, problem.kind)))


def _signed(found: Findings, statements: Sequence[S], keys: Keyring | None, kind: str) -> list[S]:
    """The statements whose signature holds; the others are named."""
    good = []
    for statement in statements:
        wrong = keys and keys.check(
            statement.key_id,
            statement.signature,
            statement.signed_bytes(),
            purpose=OFFICE,
            at=statement.at,
        )
        if wrong is None:
            good.append(statement)
            continue
        why = "its key is not a known office key" if wrong == "unknown_key" else "its signature does not hold"
        place = (statement.incarnation, statement.n) if isinstance(statement, Receipt) else ("", 0)
        found.problems.append(ChainProblem(kind, *place, f"of {statement.at:%Y-%m-%d %H:%M:%SZ}: {why}"))
    return good


def _checkpoints(
    found: Findings, inside: Sequence[Checkpoint], outside: Sequence[Checkpoint], keys: Keyring | None
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
        if checkpoint in outside:
            held_outside.add(checkpoint.mark)
        if by_mark.get(checkpoint.mark) is None or checkpoint.heads is not None:
            by_mark[checkpoint.mark] = checkpoint
    for mark, checkpoint in by_mark.items():
        if checkpoint.heads is not None:
            if checkpoint.previous not in {ZERO, *by_mark}:
                found.problem(
                    "checkpoint_missing", 0, f"the one before that of {checkpoint.day} is not there"
                )
        elif mark in held_outside:
            found.problem(
                "checkpoint_missing",
                0,
                f"the one of {checkpoint.day}, held outside, is not there with its heads",
            )
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
    start: tuple[int, bytes],
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
                hashes[place[0], start[0]].add(start[1])
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
    return _place(row.incarnation, row.n), _place(said.get("incarnation"), said.get("n"))


def _place(incarnation: object, n: object) -> Place | None:
    if isinstance(incarnation, str) and is_id(incarnation) and type(n) is int and n >= 1:
        return incarnation, n
    return None
