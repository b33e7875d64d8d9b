"""What the program says to a person: a Spanish sentence with its values, translated only where it is shown.

Rules and gerunds answer with a `Phrase`; they know no language setting. The msgid is the Spanish
sentence itself; `sync/look/translations` holds the English one. `N_` marks a msgid for extraction.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


def N_(msgid: str) -> str:
    """Mark a Spanish sentence for translation without translating it here."""
    return msgid


class Terms(str):
    """Words of the program's own as a value of a phrase, such as the columns that lack: said in its language.

    To whatever stores or sends it, it is the plain Spanish text, its parts separated by commas.
    """

    parts: tuple[str, ...]

    def __new__(cls, *parts: str) -> Terms:
        made = super().__new__(cls, ", ".join(parts))
        made.parts = parts
        return made

    def said(self, translate: Callable[[str], str]) -> str:
        """The parts in the language of `translate`; one that it does not know stays as it is."""
        return ", ".join(translate(part) if part else part for part in self.parts)


@dataclass(frozen=True)
class Phrase:
    """A Spanish sentence with `{named}` places and their values.

    Values are strings or numbers; they are shown as they are (`Terms` in the sentence's language), so
    dates and money are written by the caller. `str()` gives the Spanish sentence; `said(gettext)` gives
    it in another language.
    """

    msgid: str
    values: Mapping[str, str | int | float] = field(default_factory=dict)

    def said(self, translate: Callable[[str], str]) -> str:
        """The sentence in the language of `translate` (a gettext function)."""
        template = translate(self.msgid) if self.msgid else ""
        if not self.values:
            return template
        values = {
            name: value.said(translate) if isinstance(value, Terms) else value
            for name, value in self.values.items()
        }
        return template.format(**values)

    def __str__(self) -> str:
        return self.said(lambda text: text)

    def to_json(self) -> str:
        """One JSON object with `msgid` and `values`, as stored in a column and sent on the wire."""
        return json.dumps(self.stored(), ensure_ascii=False, sort_keys=True)

    def stored(self) -> dict[str, Any]:
        """The same as an object, for a column or a message that holds JSON itself."""
        return {"msgid": self.msgid, "values": dict(self.values)}

    @classmethod
    def from_json(cls, text: str) -> Phrase:
        """Read what `to_json` wrote. Raises ValueError when the text is not such an object."""
        loaded: Any = json.loads(text)
        if not isinstance(loaded, dict) or not isinstance(loaded.get("msgid"), str):
            raise ValueError("not a phrase: an object with msgid and values is expected")
        return cls(loaded["msgid"], dict(loaded.get("values") or {}))
