"""Notes that are another's but for the debtor's name or a last word, or that a colleague wrote first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from ...records import Finding
from ...words import N_, Phrase
from .manner import Manner
from .seen import Seen
from .texts import (
    NAME,
    TextUse,
    common,
    copies,
    dated,
    debtors_of,
    key_of,
    masked,
    names_somebody,
    own_words,
    plain,
    written,
)

# An amount and a date: two notes with the same two figures are one text.
FIGURES = 2
# So many words put after a note leave it the same.
TAIL = 2
# A form's phrases meet again by chance. What is reckoned of that from the notes at hand is too little, so
# only what is one in a thousand million is no chance.
RARE = 1e-9
# Two who go together may write one note.
COMPANIONS = timedelta(hours=1)
OF_BOTH = 2

EDITED = N_(
    "La nota es, salvo el nombre o las últimas palabras, la de otro deudor ({debtors} deudores con el mismo "
    "texto)."
)


def edited_copies(visits: Sequence[Seen], known: TextUse) -> list[Finding]:
    """One agent's notes that he also wrote of another debtor, but for the name or a word or two after."""
    notes: dict[str, list[Seen]] = defaultdict(list)
    bare: dict[str, list[Seen]] = defaultdict(list)
    for seen in sorted(visits, key=written):
        text = plain(seen.visit.note)
        if own_words(text, seen.policy.audit.copied_words):
            notes[text].append(seen)
            bare[masked(seen)].append(seen)
    swapped = {text: group for text, group in bare.items() if _edited(text, group)}
    longer = {text: [*notes[text], *notes[stem]] for text in notes if (stem := _stem(text, notes))}
    found = []
    for text, group in swapped.items():
        if _nobodys_chance(text, known.bare):
            found += copies(group, EDITED)
    for text, group in longer.items():
        if debtors_of(group) > 1 and _nobodys_chance(_stem(text, notes), known.manner):
            found += copies(sorted(group, key=written), EDITED)
    return found


def _edited(text: str, group: Sequence[Seen]) -> bool:
    return NAME in text.split() and debtors_of(group) > 1


def _stem(text: str, notes: dict[str, list[Seen]]) -> str:
    """A note that this is, but for its last word or two; "" where there is none."""
    words = text.split()
    stems = (" ".join(words[:-more]) for more in range(1, TAIL + 1))
    return next((stem for stem in stems if stem in notes), "")


def colleagues_notes(visits: Sequence[Seen], known: TextUse) -> list[Finding]:
    """One agent's notes that another wrote before him of another debtor, and such as nobody writes by chance
    as all of them write; where that is not known, with two figures in them."""
    found = []
    for seen in visits:
        text = plain(seen.visit.note)
        firsts = known.firsts.get(key_of(text), {})
        if len(firsts) != OF_BOTH or seen.visit.agent not in firsts or common(seen, known):
            continue
        [other] = (first for agent, first in firsts.items() if agent != seen.visit.agent)
        earlier = other.when + COMPANIONS < seen.visit.happened.start and other.debtor != seen.visit.debtor
        if not earlier or not own_words(text, seen.policy.audit.copied_words):
            continue
        if (dated(seen.visit.note) or names_somebody(seen)) and _nobodys_chance(text, known.manner):
            words = N_("La nota es palabra por palabra la que otro gestor escribió antes de otro deudor.")
            found.append(Finding("audit.copied_text", seen.id, "review", Phrase(words), other.visit))
    return found


def _nobodys_chance(text: str, manner: Manner | None) -> bool:
    """True of what has two figures in it; or else, where all that everybody wrote is at hand, of what as they
    write is not written twice by chance."""
    if sum(word.isdigit() for word in text.split()) >= FIGURES:
        return True
    return manner is not None and manner.expected(text) <= RARE
