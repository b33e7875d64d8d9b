"""Notes that are the same word for word, of different debtors. Knows which phrases everybody writes."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b

from ...records import Finding
from ...words import N_, Phrase
from .chance import at_least
from .manner import Manner
from .pairs import ONE_ADDRESS_M
from .seen import Seen, door_of, metres, talked
from .stock import MONTHS, STOCK

# As long as that a note is somebody's own even if every word of it is everybody's.
STOCK_WORDS = 14
# A phrase that many write is nobody's own; used so much more often on one day than chance gives, it is.
CHANCE = 1e-4
DAILY = 3
# Somebody with so many texts of his own in so many visits writes by templates.
TEMPLATES = 6
CLUMPED = 0.6
TEMPLATE_SHARE = 1 / 3
# What somebody writes of shut doors on so many days is his own formula.
HABIT_DAYS = 5
# What says no figure, no date and nobody's name, written on so many days, is somebody's own set phrase.
PHRASE_DAYS = 3
# What stands for a name, and so few letters that need not be one.
NAME = "*"
NAME_LETTERS = 4
WORD_FOR_WORD = N_(
    "La nota es palabra por palabra la de otro deudor ({debtors} deudores con el mismo texto)."
)
# From so many debtors with one text on, the first is no original either.
ALL_COPIES = 3


@dataclass(frozen=True)
class FirstUse:
    """Of which visit somebody first wrote a text: when it was, of which debtor, and its id where known."""

    when: datetime
    debtor: str
    visit: str | None = None


@dataclass
class TextUse:
    """How often each text (by its key) was used by each agent and when first, and how many notes each wrote.

    `manner` is how all of them write, and `bare` the same without names, where all they wrote is at hand.
    """

    uses: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))
    notes: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    manner: Manner | None = None
    bare: Manner | None = None
    firsts: dict[str, dict[str, FirstUse]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, agent: str, key: str, count: int = 1, first: FirstUse | None = None) -> None:
        self.uses[key][agent] += count
        if first is not None:
            held = self.firsts[key].setdefault(agent, first)
            if first.when < held.when:
                self.firsts[key][agent] = first

    def wrote(self, agent: str, count: int = 1) -> None:
        self.notes[agent] += count


def key_of(text: str) -> str:
    """A plain text's short name, by which an office counts who used it."""
    return blake2b(text.encode(), digest_size=8).hexdigest()


@lru_cache(maxsize=65536)
def plain(note: str) -> str:
    """A note in small letters without accents or marks: what is compared."""
    letters = unicodedata.normalize("NFKD", note.casefold())
    kept = "".join(mark if mark.isalnum() else " " for mark in letters if not unicodedata.combining(mark))
    return " ".join(kept.split())


def masked(seen: Seen) -> str:
    """The plain note with a mark in the place of the debtor's name or his first name, and of his account."""
    held = f" {plain(seen.visit.note)} "
    debtor = plain(seen.visit.debtor)
    for name in (debtor, plain(seen.account), debtor.partition(" ")[0]):
        if " " in name or len(name) >= NAME_LETTERS:
            held = held.replace(f" {name} ", f" {NAME} ")
    return held.strip()


def own_words(text: str, least: int) -> bool:
    """True of a plain text long enough and of somebody's own words, which two debtors do not share."""
    words = text.split()
    if len(words) < least:
        return False
    return len(words) >= STOCK_WORDS or not STOCK.issuperset(words)


def used_by(visits: Iterable[Seen]) -> TextUse:
    """The texts of these visits, by agent."""
    found = TextUse()
    texts: list[str] = []
    bare: list[str] = []
    for seen in visits:
        text = plain(seen.visit.note)
        if text:
            found.wrote(seen.visit.agent)
            first = FirstUse(seen.visit.happened.start, seen.visit.debtor, seen.id)
            found.add(seen.visit.agent, key_of(text), first=first)
            texts.append(text)
            bare.append(masked(seen))
    found.manner, found.bare = Manner(texts), Manner(bare)
    return found


def copied_texts(visits: Sequence[Seen], known: TextUse) -> list[Finding]:
    """One agent's visits whose note he also wrote of another debtor, in the order in which he wrote them."""
    groups: dict[str, list[Seen]] = defaultdict(list)
    for seen in sorted(visits, key=written):
        text = plain(seen.visit.note)
        if own_words(text, seen.policy.audit.copied_words):
            groups[text].append(seen)
    found: list[Finding] = []
    shared = {text: group for text, group in groups.items() if debtors_of(group) > 1}
    private = {
        text: group
        for text, group in shared.items()
        if not common(group[0], known) and not _formula(group) and not _phrase(group)
    }
    templates = _by_templates(private, sum(map(len, groups.values())))
    for group in shared.values():
        if common(group[0], known):
            found += _bunched(group, visits, _others_rate(group[0], known))
        elif templates:
            found += _bunched(group, visits, None)
        elif _phrase(group):
            found += [replace(one, severity="info") for one in copies(group)]
            found += _bunched(group, visits, None)
        elif not _formula(group):
            found += copies(group)
        else:
            # Set words for a shut door say nothing there; of somebody who was spoken to they do.
            spoken = {seen.id for seen in group if talked(seen.visit)}
            found += [one for one in copies(group) if one.visit in spoken]
    return found


def _by_templates(shared: Mapping[str, Sequence[Seen]], notes: int) -> bool:
    repeated = sum(len(group) for group in shared.values())
    return len(shared) >= TEMPLATES and repeated > notes * TEMPLATE_SHARE


def common(seen: Seen, known: TextUse) -> bool:
    """True of what so many agents write that it is nobody's own."""
    users = known.uses.get(key_of(plain(seen.visit.note)), {})
    return len(users) >= seen.policy.audit.copied_agents and not _clumped(users, known)


def _others_rate(seen: Seen, known: TextUse) -> float:
    """How often the others' notes are this text."""
    agent, key = seen.visit.agent, key_of(plain(seen.visit.note))
    uses = sum(count for name, count in known.uses.get(key, {}).items() if name != agent)
    return uses / max(1, sum(count for name, count in known.notes.items() if name != agent))


def _clumped(users: Mapping[str, int], known: TextUse) -> bool:
    """True where a text is in the hands of far fewer than would have used what everybody writes so often."""
    rate = sum(users.values()) / max(1, sum(known.notes.values()))
    expected = sum(1.0 - (1.0 - min(1.0, rate)) ** notes for notes in known.notes.values())
    return len(users) < CLUMPED * expected


def _formula(group: Sequence[Seen]) -> bool:
    """One's own set words for visits at which nobody was met, day after day."""
    return len({_day(seen) for seen in group if not talked(seen.visit)}) >= HABIT_DAYS


def _phrase(group: Sequence[Seen]) -> bool:
    """One's own set phrase: nothing in it is of one visit, and it is written day after day."""
    note = group[0].visit.note
    if dated(note):
        return False
    return len({_day(seen) for seen in group}) >= PHRASE_DAYS and not any(map(names_somebody, group))


def dated(note: str) -> bool:
    """True of a note with a figure or a month in it: it is of one visit."""
    return any(mark.isdigit() for mark in note) or not MONTHS.isdisjoint(plain(note).split())


def names_somebody(seen: Seen) -> bool:
    """A name within a sentence, by its first letter; in a note all in capitals nothing shows it."""
    note = seen.visit.note
    if note.isupper():
        return False
    sentences = re.split(r"[.!?:;«»\"\n]+", note)
    return any(word[0].isupper() for one in sentences for word in one.split()[1:])


def copies(group: Sequence[Seen], text: str = WORD_FOR_WORD) -> list[Finding]:
    """All but the first; the first too where so many bear one text. A debtor's own are not copies."""
    found = []
    many = debtors_of(group) >= ALL_COPIES
    for at, seen in enumerate(group):
        others = [one for one in group if one.visit.debtor != seen.visit.debtor]
        earlier = [one for one in group[:at] if one.visit.debtor != seen.visit.debtor]
        if (earlier or many) and not all(together(seen, one) for one in (earlier or others)):
            found.append(_finding(seen, (earlier or others)[-1 if earlier else 0], debtors_of(group), text))
    return found


def _bunched(group: Sequence[Seen], visits: Sequence[Seen], rate: float | None) -> list[Finding]:
    """What is nobody's own, written by one on one day far more often than at `rate`; or, with none, than he
    himself writes it on other days."""
    days, notes = _by_day(group), _by_day([seen for seen in visits if seen.visit.note])
    all_notes = sum(len(same) for same in notes.values())
    found = []
    for day, same in days.items():
        if len(same) < DAILY or debtors_of(same) < DAILY:
            continue
        usual = rate
        if usual is None:
            usual = (len(group) - len(same)) / max(1, all_notes - len(notes[day]))
        if at_least(len(same), usual * len(notes[day])) < CHANCE:
            found += [
                _finding(one, same[0] if one is not same[0] else same[1], debtors_of(same)) for one in same
            ]
    return found


def _by_day(visits: Iterable[Seen]) -> dict[str, list[Seen]]:
    days: dict[str, list[Seen]] = defaultdict(list)
    for seen in visits:
        days[_day(seen)].append(seen)
    return days


def _finding(seen: Seen, other: Seen, debtors: int, text: str = WORD_FOR_WORD) -> Finding:
    return Finding("audit.copied_text", seen.id, "review", Phrase(text, {"debtors": debtors}), other.id)


def together(one: Seen, other: Seen) -> bool:
    """Two debtors at one address at one time: what was written of one may be written of the other."""
    apart = abs(one.visit.happened.start - other.visit.happened.start).total_seconds()
    if one.visit.address is not None and one.visit.address == other.visit.address:
        return apart <= 3600
    here, there = door_of(one.address), door_of(other.address)
    return here is not None and there is not None and metres(here, there) <= ONE_ADDRESS_M and apart <= 3600


def written(seen: Seen) -> tuple[datetime, datetime, str]:
    return seen.visit.recorded, seen.visit.happened.start, seen.id


def debtors_of(group: Sequence[Seen]) -> int:
    return len({seen.visit.debtor for seen in group})


def _day(seen: Seen) -> str:
    return seen.visit.happened.start.date().isoformat()
