"""Finds rows of words by patterns that read like the sentences they catch. Knows no word list of its own.

A pattern is words and signs with blanks between: `le|lo` either word; `HARM` any word of that class,
`HARM.fut1` of that group of forms; `word?` perhaps; `~3` up to three words, not over a comma; `~~6` up to
six, over commas too; `^` where the sentence begins; `$` where it ends, also among alternatives; `!a|b`
not before a or b here; `<a|b` only after a or b; `<!a|b` not after a or b. `[` and `]` mark the words
to show; without them, all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .words import fold

Tags = frozenset[str]
END: Tags = frozenset({"$"})


@dataclass(frozen=True, slots=True)
class Step:
    """One sign of a pattern: `sort` is word, gap, wide (over commas), start, end, not, after, not_after."""

    sort: str
    among: Tags = frozenset()
    most: int = 0
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern; `needed` are the sets of tags of which a sentence must have one each."""

    written: str
    steps: tuple[Step, ...]
    needed: tuple[Tags, ...]
    shown: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Match:
    """Where a pattern was found: words `first` to `last` of the sentence, shown from `begin` to `end`."""

    pattern: Pattern | None
    first: int
    last: int
    begin: int
    end: int


def compiled(written: str, shorthand: Mapping[str, str]) -> Pattern:
    """The pattern as steps. `shorthand` names alternatives that patterns share, such as OBJ = le|lo|la."""
    steps: list[Step] = []
    begin, end = 0, -1
    for sign in written.split():
        if sign == "[":
            begin = len(steps)
        elif sign == "]":
            end = len(steps)
        else:
            steps.append(_step(sign, shorthand))
    needed = tuple(step.among for step in steps if step.sort == "word" and not step.optional)
    if not needed:
        raise ValueError(f"pattern {written!r} needs no word")
    return Pattern(written, tuple(steps), needed, (begin, len(steps) if end < 0 else end))


def find(pattern: Pattern, row: Sequence[Tags], has: Tags) -> Iterator[Match]:
    """The places where the pattern fits the tagged words, at most one from each word; `has` are all tags."""
    if any(has.isdisjoint(among) and "$" not in among for among in pattern.needed):
        return
    row = [*row, END]
    first = pattern.steps[0]
    plain = first.sort == "word" and not first.optional
    dead: set[tuple[int, int]] = set()
    for at in range(len(row)):
        if plain and first.among.isdisjoint(row[at]):
            continue
        marks = _walk(pattern.steps, 0, row, at, dead)
        if marks is not None:
            begin, end = marks[pattern.shown[0]], marks[pattern.shown[1]]
            last = len(row) - 1
            yield Match(
                pattern, at, min(marks[-1], last), min(begin, last - 1), min(max(end, begin + 1), last)
            )


def _walk(
    steps: tuple[Step, ...], step: int, row: Sequence[Tags], at: int, dead: set[tuple[int, int]]
) -> list[int] | None:
    """Where each step from this one begins, and last where all ends; None when it does not fit.

    What did not fit once is in `dead`: each step is tried at most once at each word.
    """
    if step == len(steps):
        return [at]
    if (step, at) in dead:
        return None
    for after in _ends(steps[step], row, at):
        rest = _walk(steps, step + 1, row, after, dead)
        if rest is not None:
            return [at, *rest]
    dead.add((step, at))
    return None


def _ends(step: Step, row: Sequence[Tags], at: int) -> list[int]:
    """The places where the next step may begin."""
    if step.sort == "word":
        here = [at + 1] if at < len(row) and not step.among.isdisjoint(row[at]) else []
        return [*here, at] if step.optional else here
    if step.sort in ("gap", "wide"):
        return _gap(step, row, at)
    held = {
        "start": lambda: at == 0,
        "end": lambda: at == len(row) - 1,
        "not": lambda: at >= len(row) or step.among.isdisjoint(row[at]),
        "after": lambda: at > 0 and not step.among.isdisjoint(row[at - 1]),
        "not_after": lambda: at == 0 or step.among.isdisjoint(row[at - 1]),
    }[step.sort]()
    return [at] if held else []


_PAUSE = frozenset({",", ":"})


def _gap(step: Step, row: Sequence[Tags], at: int) -> list[int]:
    found = [at]
    for place in range(at, min(at + step.most, len(row) - 1)):
        if step.sort == "gap" and not _PAUSE.isdisjoint(row[place]):
            break
        found.append(place + 1)
    return found


def _step(sign: str, shorthand: Mapping[str, str]) -> Step:
    if sign == "^":
        return Step("start")
    if sign == "$":
        return Step("end")
    if sign.startswith("~~"):
        return Step("wide", most=int(sign[2:]))
    if sign.startswith("~"):
        return Step("gap", most=int(sign[1:]))
    for mark, sort in (("<!", "not_after"), ("<", "after"), ("!", "not")):
        if sign.startswith(mark):
            return Step(sort, _among(sign[len(mark) :], shorthand))
    return Step("word", _among(sign.removesuffix("?"), shorthand), optional=sign.endswith("?"))


def _among(written: str, shorthand: Mapping[str, str]) -> Tags:
    names: set[str] = set()
    for name in written.split("|"):
        plain = name if any(letter.isupper() for letter in name) else fold(name)
        names |= set(_among(shorthand[name], shorthand)) if name in shorthand else {plain}
    return frozenset(names)
