"""What the wording rules answer: which words, of which sort, why, and what to write instead."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ...words import Phrase


class TextKind(StrEnum):
    """What a text is for. A note is what a person recorded; the others reach the debtor."""

    NOTE = "note"
    MESSAGE = "message"
    LETTER = "letter"
    TEMPLATE = "template"
    SLIP = "slip"


class Category(StrEnum):
    """What wording may not do."""

    THREAT = "threat"
    INSULT = "insult"
    JUDICIAL = "judicial"
    AUTHORITY = "authority"
    THIRD = "third"
    DEADLINE = "deadline"
    FORBIDDEN = "forbidden"  # a term that the pack itself lists


@dataclass(frozen=True)
class Worded:
    """Words that break a rule: `text[start:end]` is `words`. `decision` is warn or block."""

    rule: str
    category: Category
    decision: str
    start: int
    end: int
    words: str
    because: Phrase
    instead: Phrase
    source: str = ""


@dataclass(frozen=True)
class Linted:
    """The answer for one text. `neutral` is the text with what breaks a rule put otherwise, "" if nothing."""

    found: tuple[Worded, ...] = ()
    neutral: str = ""

    @property
    def verdict(self) -> str:
        """allow, warn or block: the strictest of what was found."""
        said = {each.decision for each in self.found}
        return "block" if "block" in said else "warn" if "warn" in said else "allow"

    @property
    def blocked(self) -> bool:
        return self.verdict == "block"

    @property
    def rule(self) -> str:
        """The rule that decides: the first of the strictest; "" when all is allowed."""
        return next((each.rule for each in self.found if each.decision == self.verdict), "")

    @property
    def words(self) -> str:
        """The words found, in the order of the text, each once."""
        return "; ".join(dict.fromkeys(each.words for each in sorted(self.found, key=lambda one: one.start)))
