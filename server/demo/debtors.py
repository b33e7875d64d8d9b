"""Invents who owes: people and companies at a door in town, their telephones and who answers for them.

Knows no amount and no file.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .names import Person, company, email, landline, mobile, person
from .town import Town, TownAddress

RELATIONS = (
    "Madre",
    "Padre",
    "Hermano",
    "Hermana",
    "Esposo(a)",
    "Hija",
    "Hijo",
    "Vecino",
    "Compañera de trabajo",
)
COMPANY_SHARE = 0.035
GUARANTOR_SHARE = 0.36
MUTUAL_SHARE = 0.05  # of guarantors: they owe on their own account too
JOINT_SHARE = 0.06
# Of how many the lender knows coordinates.
LOCATED_SHARE = 0.95


@dataclass(frozen=True)
class Guarantor:
    person: Person
    phone: str
    address: str


@dataclass(frozen=True)
class Debtor:
    person: Person
    address: TownAddress
    located: bool
    branch: str
    landline: str
    mobile: str
    email: str
    relative_phone: str
    relation: str
    guarantor: Guarantor | None = None
    joint: Person | None = None


def branch_of(town: Town, zone: str) -> str:
    """The river parts the lender's two branches as it parts the town."""
    return f"{town.name} {'Occidente' if 'occidente' in zone.lower() else 'Centro'}"


def debtor(rng: random.Random, town: Town, located: float = LOCATED_SHARE) -> Debtor:
    who = company(rng) if rng.random() < COMPANY_SHARE else person(rng)
    home = town.address(rng)
    related = rng.random() < 0.6 and not who.company
    has_mobile = rng.random() < 0.9
    return Debtor(
        person=who,
        address=home,
        located=rng.random() >= 1 - located,
        branch=branch_of(town, home.zone),
        landline=landline(rng) if rng.random() < (0.08 if home.is_vereda else 0.38) or not has_mobile else "",
        mobile=mobile(rng) if has_mobile else "",
        email=email(rng, who) if rng.random() < (0.9 if who.company else 0.3) else "",
        relative_phone=mobile(rng).replace(" ", "") if related else "",
        relation=rng.choice(RELATIONS) if related else "",
        joint=person(rng) if rng.random() < JOINT_SHARE and not who.company else None,
    )


def with_guarantors(rng: random.Random, town: Town, debtors: Sequence[Debtor]) -> list[Debtor]:
    """The same debtors, some with a guarantor; now and then one of them signs for another."""
    guaranteed = []
    for each in debtors:
        if rng.random() >= GUARANTOR_SHARE:
            guaranteed.append(each)
            continue
        other = rng.choice(debtors)
        mutual = rng.random() < MUTUAL_SHARE and other is not each and not other.person.company
        answers = _owing(other) if mutual else _stranger(rng, town)
        guaranteed.append(replace(each, guarantor=answers))
    return guaranteed


def _owing(other: Debtor) -> Guarantor:
    return Guarantor(other.person, other.mobile or other.landline, other.address.text)


def _stranger(rng: random.Random, town: Town) -> Guarantor:
    return Guarantor(
        person(rng),
        mobile(rng) if rng.random() < 0.93 else "",
        town.address(rng).text if rng.random() < 0.88 else "",
    )
