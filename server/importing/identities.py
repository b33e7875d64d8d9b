"""Gives every person of a file's rows the debtor he is, making those the office does not have.

With a document a person is one across lenders; without one he is known only on his account and role, and is
never merged by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import RowMapping

from sync.ids import new_id
from sync.records import Role

from ..store import accounts, debtors
from .people import Person, nameless
from .rows import PortfolioRow
from .settlement import Settlement
from .sifting import HOLDING, Sifted

Key = tuple[str, ...]


def key_of(person: Person, number: str) -> Key:
    """What makes two mentions the same person."""
    if person.document:
        return ("document", person.document_type, person.document)
    return ("account", number, person.role)


@dataclass
class Identities:
    """Debtor id by key, and the people that have to be written."""

    ids: dict[Key, str] = field(default_factory=dict)
    roles: dict[str, list[RowMapping]] = field(default_factory=dict)  # account id → roles held
    made: list[dict[str, Any]] = field(default_factory=list)
    renamed: dict[str, str] = field(default_factory=dict)
    documented: dict[str, tuple[str, str, str]] = field(default_factory=dict)

    def debtor(self, person: Person, number: str) -> str:
        return self.ids[key_of(person, number)]


def identified(settlement: Settlement, sifted: Sifted, rows: Sequence[PortfolioRow]) -> Identities:
    """Who the people of these rows are; writes those who are new, renamed, or have a document now."""
    found = Identities()
    held = settlement.held
    bound = [held[row.number].id for row in rows if row.number in held]
    for role in accounts.roles_of(settlement.connection, bound, settlement.as_of):
        found.roles.setdefault(role["account_id"], []).append(role)
    known = debtors.by_document(settlement.connection, settlement.country, _documents(rows))
    for row in rows:
        account = held.get(row.number)
        before = found.roles.get(account.id, []) if account is not None else []
        for person in row.people:
            _identify(settlement, sifted, found, known, row, person, before)
    debtors.add(settlement.connection, found.made)
    debtors.give_document(settlement.connection, found.documented)
    debtors.rename(settlement.connection, found.renamed)
    return found


def _identify(
    settlement: Settlement,
    sifted: Sifted,
    found: Identities,
    known: Mapping[tuple[str, str], debtors.Known],
    row: PortfolioRow,
    person: Person,
    before: Iterable[RowMapping],
) -> None:
    key = key_of(person, row.number)
    if key in found.ids:
        return
    name, of_holder = _name(sifted, person)
    mine = known.get((person.document_type, person.document)) if person.document else None
    if mine is not None:
        found.ids[key] = mine.id
        _rename(settlement, found, mine, name, of_holder)
        return
    same = _same_role(before, person, row.number)
    if same is None:
        found.ids[key] = _make(settlement, found, person, name)
        return
    found.ids[key] = same["debtor_id"]
    if person.document:
        found.documented[same["debtor_id"]] = (person.kind, person.document_type, person.document)
    _rename(settlement, found, debtors.Known(same["debtor_id"], same["name"], same["named_by"]), name, True)


def _same_role(before: Iterable[RowMapping], person: Person, number: str) -> RowMapping | None:
    """Who held this role on the account, where it is surely the same person.

    Without a document on either side he is known by this role alone. When a document appears, the holder is
    still the holder; somebody else kept his name, or had none. When it disappears, the name decides.
    """
    for role in before:
        if role["role"] != person.role or role["until"] is not None:
            continue
        same_name = debtors.folded(role["name"]) == debtors.folded(person.name)
        if role["document"] is not None:
            same = same_name and not person.document
        else:
            unnamed = role["name"] == nameless(person.role, number)
            same = not person.document or same_name or unnamed or person.role is Role.HOLDER
        if same:
            return role
    return None


def _name(sifted: Sifted, person: Person) -> tuple[str, bool]:
    """The name the file gives this person, and whether a holder's row gave it."""
    chosen = sifted.names.get((person.document_type, person.document)) if person.document else None
    if chosen is None:
        return person.name, person.role in HOLDING
    return chosen.text, not chosen.rank[0]


def _rename(
    settlement: Settlement, found: Identities, known: debtors.Known, name: str, of_holder: bool
) -> None:
    """Only the lender that named somebody renames him, and a guarantor's row does not rename a holder."""
    if name and name != known.name and known.named_by == settlement.lender_id and of_holder:
        found.renamed[known.id] = name


def _make(settlement: Settlement, found: Identities, person: Person, name: str) -> str:
    made = new_id()
    found.made.append(
        {
            "id": made,
            "kind": person.kind,
            "name": name,
            "country": settlement.country,
            "document_type": person.document_type,
            "document": person.document or None,
            "timezone": settlement.policy.timezone,
            "language": settlement.policy.language,
            "named_by": settlement.lender_id,
            "created_at": settlement.now,
        }
    )
    return made


def _documents(rows: Iterable[PortfolioRow]) -> set[tuple[str, str]]:
    return {
        (person.document_type, person.document) for row in rows for person in row.people if person.document
    }
