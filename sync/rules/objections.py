"""The library of objections: what a debtor says, and what a collector may answer. Knows no store and no page.

The library comes with Ronda; an office lays its own versions over it. A version is never changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..records import Party
from ..words import N_, Phrase
from .answers import FieldError
from .policy import Policy, fold_text

LONGEST_TITLE, LONGEST_LINE, MOST_LINES = 120, 500, 8
# What a pack may forbid; a reply that leans on it is not offered there.
SWITCHES = ("receive_payment", "ask_reason")


@dataclass(frozen=True)
class Objection:
    """One objection in one version; version 0 is the one that comes with Ronda."""

    code: str
    version: int
    title: str
    say: tuple[str, ...]
    avoid: tuple[str, ...] = ()
    parties: tuple[Party, ...] = (Party.HOLDER, Party.GUARANTOR)
    needs: str = ""
    active: bool = True

    def wire(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "version": self.version,
            "title": self.title,
            "say": list(self.say),
            "avoid": list(self.avoid),
            "parties": [party.value for party in self.parties],
            "needs": self.needs,
            "active": self.active,
        }


def objection_from(said: Mapping[str, Any]) -> Objection:
    """An objection of the shipped library, of the office's table or of the feed."""
    parties = tuple(Party(one) for one in said.get("parties", ()) if one in set(Party))
    return Objection(
        said["code"],
        int(said.get("version", 0)),
        said["title"],
        tuple(said["say"]),
        tuple(said.get("avoid", ())),
        parties or Objection.parties,
        said.get("needs", ""),
        bool(said.get("active", True)),
    )


def library(shipped: Iterable[Objection], office: Iterable[Objection]) -> tuple[Objection, ...]:
    """What is in force: the office's latest version of each, else the shipped one; none that is withdrawn."""
    latest = {one.code: one for one in shipped}
    for one in sorted(office, key=lambda one: one.version):
        latest[one.code] = one
    return tuple(one for one in latest.values() if one.active)


def offered(objections: Iterable[Objection], party: Party, policy: Policy | None) -> tuple[Objection, ...]:
    """Those that may come up with this party under this pack. Without a known pack nothing is talked of."""
    if policy is None:
        return ()
    may = {"receive_payment": policy.may_receive_payment, "ask_reason": policy.may_ask_reason}
    return tuple(one for one in objections if party in one.parties and may.get(one.needs, True))


def code_of(title: str) -> str:
    """A code for a new objection, from its title."""
    return fold_text(title)[:40].strip("_")


def wrong(title: str, say: Iterable[str], avoid: Iterable[str]) -> list[FieldError]:
    """Why an edited objection cannot be kept."""
    said, avoided = list(say), list(avoid)
    found = []
    if not 3 <= len(title.strip()) <= LONGEST_TITLE or not code_of(title):
        text = N_("Escriba lo que dice el deudor, en {most} letras o menos.")
        found.append(FieldError("title", Phrase(text, {"most": LONGEST_TITLE})))
    if not said:
        found.append(FieldError("say", Phrase(N_("Escriba al menos una respuesta, una por línea."))))
    for field, lines in (("say", said), ("avoid", avoided)):
        if len(lines) > MOST_LINES or any(len(line) > LONGEST_LINE for line in lines):
            text = N_("Escriba hasta {lines} líneas de {most} letras o menos.")
            found.append(FieldError(field, Phrase(text, {"lines": MOST_LINES, "most": LONGEST_LINE})))
    return found
