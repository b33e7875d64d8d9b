"""Decides how far an address or phone found in the field is to be believed, and what the pack says of it.

The confidence is a sum of plain parts, each said in words; it decides nothing by itself: a person does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ..records import AddressKind, Party, Place, Precision, Ruling
from ..words import N_, Phrase
from . import eligibility
from .answers import allow, block
from .asking import PLACE_OF
from .policy import Policy, fold_text

HIGH, MEDIUM, LOW = "high", "medium", "low"
_EXACT = (Precision.DOOR, Precision.BLOCK)
_HIMSELF = ("titular", "deudor", "el_mismo", "ella_misma", "cliente", "holder", "debtor")


@dataclass(frozen=True)
class Found:
    """What is known of a proposal. `party`: who answered at the visit it was made in, if it was in one;
    `evidence` that visit's grade; `confirmed`: how many visits found him there since."""

    informant: str = ""
    party: Party | None = None
    evidence: str = ""
    precision: Precision = Precision.NONE
    same_as: int = 0  # others who proposed the same
    confirmed: int = 0


@dataclass(frozen=True)
class Confidence:
    """How far to believe it: the level, and what speaks for it and against it."""

    level: str  # high | medium | low
    because: tuple[Phrase, ...]


def confidence(found: Found) -> Confidence:
    """Three points are high and one is medium: he said so himself two, somebody with him one, seen or said
    again two, located one; evidence of the weakest grade takes one away."""
    points, because = 0, []
    himself = found.party is Party.HOLDER or fold_text(found.informant) in _HIMSELF
    if himself:
        points += 2
        because.append(Phrase(N_("lo dijo el propio deudor")))
    elif found.party in (Party.GUARANTOR, Party.RELATIVE) or found.informant.strip():
        points += 1
        who = found.informant.strip()
        text = N_("lo dijo {who}") if who else N_("lo dijo quien lo acompaña")
        because.append(Phrase(text, {"who": who} if who else {}))
    else:
        because.append(Phrase(N_("no consta quién lo dijo")))
    if found.same_as or found.confirmed:
        points += 2
        text = N_("visto o dicho otras {n} veces")
        because.append(Phrase(text, {"n": found.same_as + found.confirmed}))
    if found.precision in _EXACT:
        points += 1
        because.append(Phrase(N_("ubicado en el sitio")))
    if found.evidence == "D":
        points -= 1
        because.append(Phrase(N_("la visita en que se halló solo tiene la palabra del gestor")))
    level = HIGH if points >= 3 else MEDIUM if points >= 1 else LOW
    return Confidence(level, tuple(because))


def address_says(
    policy: Policy | None, kind: AddressKind, day: date, credit_type: str = "", evidence: str = ""
) -> tuple[Ruling, ...]:
    """What the pack says of visiting it now, while it is a proposal, and once it is accepted."""
    pack = eligibility.pack_ruling(policy, day)
    if policy is None or pack.decision == "block":
        return (pack,)
    place = PLACE_OF.get(kind, Place.OTHER)
    now = eligibility.address_ruling(policy, "proposed")
    return now, eligibility.place_ruling(policy, place, credit_type, evidence)


def phone_says(policy: Policy | None, day: date) -> tuple[Ruling, ...]:
    """What the pack says of a phone or e-mail that the lender did not give."""
    pack = eligibility.pack_ruling(policy, day)
    if policy is None or pack.decision == "block":
        return (pack,)
    cite = policy.proposed_addresses.cite
    if policy.proposed_addresses.allowed:
        return (allow(cite, Phrase(N_("Dato hallado en campo: se permite usarlo."))),)
    return (block(cite, Phrase(N_("Dato hallado en campo: no se usa hasta que la oficina lo acepte."))),)
