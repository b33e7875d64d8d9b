"""Cuts a text into sentences of folded words that know their place in it. Knows no word's meaning."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache


def words_of(listed: str) -> frozenset[str]:
    """The words of a line, as a set."""
    return frozenset(listed.split())


# A word longer than this is no word of Spanish: what follows is not read.
LONGEST_WORD = 40
# Pieces without a full stop are cut here, so that one endless line costs what its length costs.
LONGEST_SENTENCE = 120
# A mark that says nothing (zero width, accent written apart) keeps its place in the folded text.
_SILENT = "\x01"
_FALSE_LETTERS = str.maketrans("430157@$", "aeoistas")
_PIECE = re.compile(r"[0-9]+(?:[.,:][0-9]+)*(?![a-z@$\x01])|[a-z0-9@$\x01]+|[.!?;:,\n…()\"«»“”-]")
_ENDS = frozenset(".!?;\n…")
_PAUSES = frozenset(',:()"«»“”-')
_STRESSED = frozenset("áéíóúÁÉÍÓÚ")
_SHORT = words_of("sr sra srta dr dra lic ing ud uds vd av num tel art prof")
_LEET = re.compile(r"[a-z][^a-z]*[a-z]")
_THRICE = re.compile(r"(.)\1{2,}")


@dataclass(frozen=True, slots=True)
class Word:
    """One word or mark as it is compared, and where it stands in the text as typed."""

    text: str
    start: int
    end: int
    stress: str = ""  # the last letter as typed when it bears an accent: publicó is not publico


class _Fold(dict[int, str]):
    """One character to one character, so that places in the folded text are places in the text."""

    def __missing__(self, code: int) -> str:
        mark = chr(code)
        if unicodedata.combining(mark) or (unicodedata.category(mark) in ("Cf", "Cc", "Mn") and mark != "\n"):
            folded = " " if mark == "\t" or mark == "\r" else _SILENT
        else:
            folded = (unicodedata.normalize("NFKD", mark).casefold() or " ")[0]
        self[code] = folded
        return folded


_FOLD = _Fold()


def fold(text: str) -> str:
    """Small letters without accents, of the same length as the text."""
    return text.translate(_FOLD)


def sentences(text: str) -> list[tuple[Word, ...]]:
    """The sentences of a text, each a row of words and of the marks "," and ":" between them.

    Letters written apart (r a t a), digits for letters (r4t4) and drawn-out letters (rataaa) are undone.
    """
    folded, made, row = fold(text), [], list[Word]()
    for piece in _PIECE.finditer(folded):
        mark = piece.group()
        if mark in _ENDS and not _shortened(mark, row, piece.start()):
            made.append(row)
            row = []
        elif mark in _PAUSES:
            if mark != "-":
                row.append(Word(":" if mark == ":" else ",", piece.start(), piece.end()))
            elif folded[max(0, piece.start() - 1) : piece.end() + 1] == " - ":
                row.append(Word(",", piece.start(), piece.end()))
        elif mark not in _ENDS and (spelt := _spelt(mark)):
            last = text[piece.end() - 1]
            row.append(Word(spelt, piece.start(), piece.end(), last if last in _STRESSED else ""))
            if len(row) >= LONGEST_SENTENCE:
                made.append(row)
                row = []
    made.append(row)
    return [tuple(_joined(each)) for each in made if each]


def _shortened(mark: str, row: list[Word], at: int) -> bool:
    """True of the full stop of an abbreviation, or between single letters."""
    return (
        mark == "." and bool(row) and row[-1].end == at and (row[-1].text in _SHORT or len(row[-1].text) == 1)
    )


@lru_cache(maxsize=16384)
def _spelt(word: str) -> str:
    word = word.replace(_SILENT, "")[:LONGEST_WORD]
    if not word.isalpha() and _LEET.search(word):
        word = word.translate(_FALSE_LETTERS)
    return _THRICE.sub(r"\1", word)


def _joined(row: list[Word]) -> list[Word]:
    """The row with letters that stand alone, four or more in a row, made into the word they spell."""
    made: list[Word] = []
    alone: list[Word] = []
    for word in [*row, None]:
        if word is not None and len(word.text) == 1 and word.text.isalpha():
            alone.append(word)
            continue
        if len(alone) >= 4:
            made.append(Word("".join(each.text for each in alone), alone[0].start, alone[-1].end))
        else:
            made += alone
        alone = []
        if word is not None:
            made.append(word)
    return made
