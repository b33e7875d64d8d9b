"""Judges one chain, link by link, and names what was done to it. Knows no signature.

Every byte of an entry enters its hash, so a change shows; the neighbours' hashes and the anchors (the
hashes that receipts and checkpoints vouch for) tell which part was changed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from .entries import ChainProblem, Entry, Head, body_holds, link, odd_header

Anchors = Mapping[int, Collection[bytes]]


@dataclass(frozen=True)
class Extent:
    """How much of one chain an export claims to show.

    `start` is the place after which it begins. `withheld` are the places it says it does not show, and
    `may_withhold` whether its kind may. `needed` is the furthest place it must reach (None: every anchor).
    """

    start: tuple[int, bytes]
    withheld: Collection[int] = ()
    may_withhold: bool = False
    needed: int | None = None


@dataclass
class Findings:
    """What was found in one incarnation: problems no honest ledger shows, and notes a reader must know."""

    incarnation: str
    problems: list[ChainProblem] = field(default_factory=list)
    notes: list[ChainProblem] = field(default_factory=list)
    withheld: int = 0
    unanchored: int = 0

    def problem(self, kind: str, n: int, detail: str, until: int | None = None) -> None:
        self.problems.append(ChainProblem(kind, self.incarnation, n, detail, until))

    def note(self, kind: str, n: int, detail: str, until: int | None = None) -> None:
        self.notes.append(ChainProblem(kind, self.incarnation, n, detail, until))


def hash_after(entry: Entry, incarnation: str, n: int, previous: bytes, digest: bytes | None = None) -> bytes:
    """The hash `entry` would have at this place; empty where the place or a part is not valid."""
    try:
        return link(
            incarnation, n, previous, entry.header_sha256, entry.body_digest if digest is None else digest
        )
    except ValueError:
        return b""


def follows(entry: Entry, incarnation: str, n: int, before: Collection[bytes]) -> bool:
    """True when the entry's hash is right for this place after one of these hashes."""
    return any(hash_after(entry, incarnation, n, previous) == entry.h for previous in before)


def judge_chain(
    incarnation: str,
    placed: Sequence[tuple[int, Entry]],
    extent: Extent,
    anchors: Anchors,
    erasures: Collection[tuple[str, bytes]],
) -> Findings:
    """Judge the entries of one incarnation, given as (place, entry) in the order they were found.

    `erasures` are the (event id, body digest) pairs that signed erasures name.
    """
    found = Findings(incarnation)
    _name_moved(found, placed)
    by_n: dict[int, list[Entry]] = {}
    for n, entry in placed:
        if n > extent.start[0]:
            by_n.setdefault(n, []).append(entry)
        else:
            found.problem("inserted", n, f"the chain begins after event {extent.start[0]}")
    walk = _Walk(found, by_n, extent.start, anchors)
    hidden: list[int] = []
    for n in sorted(by_n):
        entry = walk.step(n)
        if _name_absent_body(found, n, entry, erasures, extent):
            hidden.append(n)
    walk.finish(extent.needed)
    _note_withheld(found, hidden)
    return found


def _name_moved(found: Findings, placed: Sequence[tuple[int, Entry]]) -> None:
    """Name two entries that changed places, or else the fewest whose moving back puts all in order."""
    places = [n for n, _ in placed]
    displaced = [n for n, right in zip(places, sorted(places), strict=True) if n != right]
    fewest = _outside_longest_run(places) if len(displaced) > 2 else displaced
    for n in displaced if len(displaced) <= len(fewest) else fewest:
        found.problem("moved", n, "it stands out of its order")


def _outside_longest_run(places: Sequence[int]) -> list[int]:
    """The places left when a longest run in order (found by patience sorting) is kept."""
    tails: list[int] = []  # tails[k]: the smallest place that ends an ordered run of k + 1 entries
    tail_index: list[int] = []
    came_from: list[int] = []
    for index, n in enumerate(places):
        length = bisect_right(tails, n)
        came_from.append(tail_index[length - 1] if length else -1)
        tails[length : length + 1] = [n]
        tail_index[length : length + 1] = [index]
    kept = set()
    index = tail_index[-1] if tail_index else -1
    while index >= 0:
        kept.add(index)
        index = came_from[index]
    return [n for index, n in enumerate(places) if index not in kept]


def _name_absent_body(
    found: Findings, n: int, entry: Entry, erasures: Collection[tuple[str, bytes]], extent: Extent
) -> bool:
    """Name a body that is not here, unless it is erased or rightly withheld; True when it is withheld."""
    if entry.salt is not None or entry.body is not None:
        return False
    if entry.header_digest is None and (entry.id, entry.body_digest) in erasures:
        found.note("erased", n, "its body was erased, and a signed erasure says so")
        return False
    if n in extent.withheld:
        if extent.may_withhold:
            return True
        found.problem("withheld", n, "it is not shown, and an office's full export shows everything")
    elif entry.header_digest is not None:
        found.problem("withheld", n, "it is not shown, and the manifest does not say that it is withheld")
    else:
        found.problem("body_missing", n, "its body is not here and no signed erasure says why")
    return False


def _note_withheld(found: Findings, places: Sequence[int]) -> None:
    found.withheld = len(places)
    first = None
    for n, after in zip(places, [*places[1:], None], strict=False):
        first = n if first is None else first
        if after != n + 1:
            found.note("withheld", first, "the exporter does not show what it says; its link holds", n)
            first = None


class _Walk:
    """Goes along one chain, keeping for each place the hashes it may rightly have."""

    def __init__(
        self, found: Findings, by_n: Mapping[int, list[Entry]], start: tuple[int, bytes], anchors: Anchors
    ) -> None:
        self.found = found
        self.by_n = by_n
        self.anchors = anchors
        self.known: dict[int, set[bytes]] = {n: set(hashes) for n, hashes in anchors.items()}
        self.known.setdefault(start[0], set()).add(start[1])
        self.last = start[0]
        self.strayed: list[int] = []
        if start[0] in anchors and start[1] not in anchors[start[0]]:
            self.strayed.append(start[0])

    def step(self, n: int) -> Entry:
        """Judge the entries found at this place; the one that belongs there is returned."""
        if n > self.last + 1:
            gap = f"events {self.last + 1} to {n - 1} are" if n > self.last + 2 else f"event {n - 1} is"
            self.found.problem("missing", self.last + 1, f"{gap} not there", n - 1)
        self.last = n
        entry = self._chosen(n)
        before = self.known.get(n - 1, set())
        anchored = self.anchors.get(n, ())
        rightful = {hash_after(entry, self.found.incarnation, n, previous) for previous in before}
        if not self._name_changed(n, entry, before, rightful) and (odd := odd_header(entry)) is not None:
            self.found.note("odd_header", n, odd)
        if anchored and entry.h not in anchored and rightful.isdisjoint(anchored):
            self.strayed.append(n)
        self.known.setdefault(n, set()).update({entry.h, *rightful})
        return entry

    def _chosen(self, n: int) -> Entry:
        """Of several entries at one place, the anchored or best linked one; the others are named."""
        candidates = self.by_n[n]
        if len(candidates) == 1:
            return candidates[0]
        before, anchored = self.known.get(n - 1, set()), self.anchors.get(n, ())

        def worth(entry: Entry) -> tuple[bool, bool, bool]:
            linked = follows(entry, self.found.incarnation, n, before)
            return entry.h in anchored, self._is_followed(n, entry.h), linked

        chosen = max(candidates, key=worth)
        rest = list(candidates)
        rest.remove(chosen)
        for other in rest:
            if other == chosen:
                self.found.problem("inserted", n, "the same event appears twice")
            elif other.h != chosen.h and follows(other, self.found.incarnation, n, before):
                self.found.problem("fork", n, "two different events follow the same event")
            else:
                self.found.problem("inserted", n, "a second event claims this place and does not link")
        return chosen

    def _is_followed(self, n: int, h: bytes) -> bool:
        return any(follows(after, self.found.incarnation, n + 1, (h,)) for after in self.by_n.get(n + 1, ()))

    def _name_changed(
        self, n: int, entry: Entry, before: Collection[bytes], rightful: Collection[bytes]
    ) -> bool:
        """Name what was changed in the entry, if anything was."""
        whole = body_holds(entry)
        linked = entry.h in rightful or not before  # after a gap there is nothing to link to
        if whole and linked:
            return False
        if linked:
            what = "its body or its salt was changed"
        elif not whole and self._digest_changed(n, entry, before):
            what = "its body digest was changed"
        elif any(self._is_followed(n, h) for h in rightful) or not set(rightful).isdisjoint(
            self.anchors.get(n, ())
        ):
            what = "its hash was changed"
        else:
            what = "its header, its hash or the event before it was changed"
        self.found.problem("changed", n, what)
        return True

    def _digest_changed(self, n: int, entry: Entry, before: Collection[bytes]) -> bool:
        if entry.salt is None or entry.body is None:
            return False
        digest = sha256(entry.salt + entry.body).digest()
        return any(
            hash_after(entry, self.found.incarnation, n, previous, digest) == entry.h for previous in before
        )

    def finish(self, needed: int | None) -> None:
        """Hold the chain against its anchors: strayed from them, cut before them, or going on after them."""
        if self.strayed:
            self.found.problem(
                "fork",
                self.strayed[0],
                "the office vouched for another history up to here",
                self.strayed[-1],
            )
        furthest = max(self.anchors, default=0)
        wanted = furthest if needed is None else min(furthest, needed)
        if wanted > self.last:
            self.found.problem("cut", self.last + 1, f"the office vouched for events up to {wanted}", wanted)
        if furthest > max(wanted, self.last):
            self.found.note(
                "beyond", furthest, "vouched for from outside, further on than this export means to go"
            )
        after = [n for n in self.by_n if n > furthest]
        self.found.unanchored = len(after)
        if after:
            self.found.note(
                "unanchored",
                min(after),
                "no receipt or checkpoint vouches for what comes from here on",
                max(after),
            )


def contradictions(incarnation: str, anchors: Anchors) -> list[ChainProblem]:
    """Places for which the office itself vouched twice, differently: a copied or rewritten office."""
    return [
        ChainProblem("fork", incarnation, n, "the office vouched for two different events at this place")
        for n, hashes in sorted(anchors.items())
        if len(set(hashes)) > 1
    ]


def heads_of(entries: Sequence[Entry]) -> list[Head]:
    """The last entry of each incarnation, by its number."""
    last: dict[str, Entry] = {}
    for entry in entries:
        held = last.get(entry.incarnation)
        if held is None or entry.n > held.n:
            last[entry.incarnation] = entry
    return [last[incarnation].head for incarnation in sorted(last)]
