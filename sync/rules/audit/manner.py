"""How somebody writes: by what chance he would write a text a second time of himself. Judges nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from math import exp, log

# Beside what he wrote after a word, so much of a word is taken from all his words: nothing is impossible.
UNSEEN = 0.5
_EDGE = ""  # before the first word of a text and after its last


class Manner:
    """One person's plain texts, word by word: which word he writes after which, and how often.

    Who fills in a form's phrases writes the same text twice by chance; who tells what he saw does not.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self.texts = Counter(texts)
        self.pairs: Counter[tuple[str, str]] = Counter()
        self.firsts: Counter[str] = Counter()
        self.words: Counter[str] = Counter()
        for text, times in self.texts.items():
            for before, word in _steps(text):
                self.pairs[before, word] += times
                self.firsts[before] += times
                self.words[word] += times
        self.size = self.words.total()

    def expected(self, text: str, among: int | None = None) -> float:
        """How many of so many notes (by default his own) would be this text by chance, learnt from all of
        his that are not it."""
        own = self.texts[text]
        steps = list(_steps(text))
        pairs, firsts = Counter(steps), Counter(before for before, _ in steps)
        words = Counter(word for _, word in steps)
        left = max(1, self.size - own * len(steps))
        chance = 0.0
        for before, word in steps:
            often = max(UNSEEN, self.words[word] - own * words[word]) / left
            seen = self.pairs[before, word] - own * pairs[before, word]
            out_of = self.firsts[before] - own * firsts[before]
            chance += log((seen + UNSEEN * often) / (out_of + UNSEEN))
        return exp(chance) * (self.texts.total() if among is None else among)


def _steps(text: str) -> Iterable[tuple[str, str]]:
    words = text.split()
    return zip([_EDGE, *words], [*words, _EDGE], strict=True)
