"""Writes accounts, their balances, roles and documents: only what differs. Knows no address or telephone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sync.ids import new_id
from sync.money import to_minor
from sync.records import Place, Role
from sync.words import N_, Phrase

from ..store import accounts, balances
from ..store.balances import FIGURES
from .identities import Identities
from .rows import PortfolioRow
from .settlement import Settlement
from .sifting import Sifted
from .triage import Triage, figures

# Column of `accounts` → the fields of a file that tell it. A file without them leaves it as it was.
_TOLD = {
    "language": ("language",),
    "branch": ("branch",),
    "team": ("team",),
    "zone": ("zone",),
    "credit_type": ("credit_type",),
    "product": ("product",),
    "payday": ("payday",),
    "review_days": ("review_days",),
    "counter_hours": ("counter_hours",),
    "opened_on": ("opened",),
    "disbursed_minor": ("disbursed",),
    "last_payment_on": ("last_payment_on",),
    "last_payment_minor": ("last_payment",),
    "lender_days_past_due": ("lender_dpd",),
}
_ROLE_COLUMNS = {
    Role.HOLDER.value: ("number",),
    Role.CO_HOLDER.value: ("co_holder_name", "co_holder_document"),
    Role.CO_DEBTOR.value: ("codebtor_name", "codebtor_document", "codebtor_phone", "codebtor_address"),
    Role.GUARANTOR.value: ("guarantor_name", "guarantor_document", "guarantor_phone", "guarantor_address"),
}


def write_accounts(
    settlement: Settlement,
    sifted: Sifted,
    triage: Triage,
    identities: Identities,
    evidence: Mapping[str, str],
) -> dict[str, str]:
    """Add the new accounts, change the changed; answers with the id of every account by number."""
    ids = {number: account.id for number, account in settlement.held.items()}
    made, changed = [], []
    for row in triage.new:
        ids[row.number] = new_id()
        own = {"id": ids[row.number], "lender_id": settlement.lender_id, "number": row.number}
        first = {"first_import": settlement.import_id, "predecessor_id": None}
        made.append(own | first | _columns(settlement, row, triage, identities, evidence))
    for row in triage.changed:
        columns = _columns(settlement, row, triage, identities, evidence)
        kept = {name for name, told in _TOLD.items() if not sifted.told.intersection(told)}
        changed.append(
            {"id": ids[row.number]} | {name: value for name, value in columns.items() if name not in kept}
        )
    accounts.add(settlement.connection, made)
    accounts.change(settlement.connection, changed)
    if "predecessor" in sifted.told:
        _link_predecessors(settlement, [*triage.new, *triage.changed], ids)
    for state in sorted({triage.states[row.number] for row in triage.closings}):
        those = [ids[row.number] for row in triage.closings if triage.states[row.number] == state]
        accounts.put_in_state(settlement.connection, those, state, settlement.import_id)
    return ids


def evidence_of(settlement: Settlement, sifted: Sifted, row: PortfolioRow) -> str:
    """What documents that this credit type lifts the pack's bar on visits: an explicit column, else the type.

    The lender's own file stating the type is the documented exception (docs/decisions). Once kept it stays,
    with its file and line, until the type or the pack changes.
    """
    explicit = row.word("exception_evidence")
    if explicit:
        return explicit
    policy, type_ = settlement.policy, row.word("credit_type")
    if policy.credit_type(type_) not in policy.place_rule(Place.HOME).exception_credit_types:
        return ""
    held = settlement.held.get(row.number)
    kept = held is not None and held.evidence and held.pack == policy.name
    if held is not None and kept and policy.credit_type(held.credit_type) == policy.credit_type(type_):
        return held.evidence
    return _stated(settlement, sifted, row)


def _stated(settlement: Settlement, sifted: Sifted, row: PortfolioRow) -> str:
    type_ = row.word("credit_type")
    header = sifted.recognised.columns.get("credit_type", "")
    return f"archivo {settlement.file_name}, línea {row.line}: {header} = {type_}"


def write_balances(settlement: Settlement, rows: Iterable[PortfolioRow], ids: Mapping[str, str]) -> int:
    """Add each row's balance unless the last one of that same day says the same; answers with how many."""
    made = []
    for row in rows:
        if row.balance is None:
            continue
        account, now = ids[row.number], figures(row.balance)
        if settlement.latest.get(account) == (row.balance.as_of, now):
            continue
        own = {"id": new_id(), "account_id": account, "import_id": settlement.import_id}
        when = {"as_of": row.balance.as_of, "recorded_at": settlement.now}
        made.append(own | when | dict(zip(FIGURES, now, strict=True)))
    balances.add(settlement.connection, made)
    return len(made)


def differing(settlement: Settlement, rows: Sequence[PortfolioRow]) -> list[PortfolioRow]:
    """Of rows older than the latest balance, those whose day does not yet hold these figures."""
    ids = [settlement.held[row.number].id for row in rows]
    held = balances.on_day(settlement.connection, ids, settlement.as_of)
    return [
        row
        for row in rows
        if row.balance is not None and held.get(settlement.held[row.number].id) != figures(row.balance)
    ]


def write_roles(
    settlement: Settlement,
    sifted: Sifted,
    rows: Iterable[PortfolioRow],
    identities: Identities,
    ids: Mapping[str, str],
) -> None:
    """Bind the people of each row to its account from the as-of day; unbind those no longer named."""
    made: list[dict[str, Any]] = []
    reopened: list[tuple[str, str]] = []
    closed: list[str] = []
    for row in rows:
        account = ids[row.number]
        before = {(role["role"], role["debtor_id"]): role for role in identities.roles.get(account, [])}
        wanted: dict[tuple[str, str], str] = {}
        for person in row.people:
            wanted.setdefault((person.role, identities.debtor(person, row.number)), person.name)
        for (role, debtor), name in wanted.items():
            held = before.get((role, debtor))
            if held is not None and held["since"] == settlement.as_of:
                if held["until"] is not None or held["name_as_given"] != name:
                    reopened.append((held["id"], name))
                continue
            if held is not None and held["name_as_given"] == name:
                continue
            closed += [held["id"]] if held is not None else []
            own = {"id": new_id(), "account_id": account, "debtor_id": debtor, "role": role}
            made.append(own | {"name_as_given": name, "since": settlement.as_of, "until": None})
        closed += [
            role["id"]
            for key, role in before.items()
            if key not in wanted and role["until"] is None and _told(sifted, role["role"])
        ]
    accounts.close_roles(settlement.connection, closed, settlement.as_of)
    accounts.reopen_roles(settlement.connection, reopened)
    accounts.add_roles(settlement.connection, made)


def write_documents(
    settlement: Settlement, sifted: Sifted, rows: Sequence[PortfolioRow], ids: Mapping[str, str]
) -> None:
    """The documents each row lists are those held for its account."""
    if "documents" not in sifted.told:
        return
    before = accounts.documents_of(settlement.connection, [ids[row.number] for row in rows])
    made, closed = [], []
    for row in rows:
        account = ids[row.number]
        held = before.get(account, {})
        made += [
            {"id": new_id(), "account_id": account, "name": name, "since": settlement.as_of}
            for name in row.documents
            if name not in held
        ]
        closed += [own for name, own in held.items() if name not in row.documents]
    accounts.close_documents(settlement.connection, closed, settlement.as_of)
    accounts.add_documents(settlement.connection, made)


def _columns(
    settlement: Settlement,
    row: PortfolioRow,
    triage: Triage,
    identities: Identities,
    evidence: Mapping[str, str],
) -> dict[str, Any]:
    held, policy = settlement.held.get(row.number), settlement.policy
    declared = Phrase(
        N_("declarado al importar {file} con corte {day}"),
        {"file": settlement.file_name, "day": f"{settlement.as_of:%d/%m/%Y}"},
    )
    return {
        "debtor_id": identities.debtor(row.holder, row.number),
        "currency": row.currency,
        "language": row.language,
        "branch": row.word("branch"),
        "team": row.word("team"),
        "zone": row.word("zone"),
        "credit_type": row.word("credit_type"),
        "product": row.word("product"),
        "payday": row.word("payday"),
        "review_days": row.word("review_days"),
        "counter_hours": row.word("counter_hours"),
        "jurisdiction": policy.jurisdiction,
        "regime": policy.regime,
        "pack": policy.name,
        "pack_reason": held.pack_reason if held and held.pack == policy.name else str(declared),
        "exception_evidence": evidence[row.number],
        "state": triage.states[row.number].value,
        "opened_on": row.opened_on,
        "disbursed_minor": to_minor(row.disbursed, row.currency),
        "last_payment_on": row.last_payment_on,
        "last_payment_minor": to_minor(row.last_payment, row.currency),
        "lender_days_past_due": row.lender_dpd,
        "content_sha256": row.content(policy.name),
        "last_import": settlement.import_id,
    }


def _link_predecessors(settlement: Settlement, rows: Iterable[PortfolioRow], ids: Mapping[str, str]) -> None:
    links = [
        {"id": ids[row.number], "predecessor_id": ids.get(row.word("predecessor"))}
        for row in rows
        if row.word("predecessor") != row.number
    ]
    accounts.change(settlement.connection, links)


def _told(sifted: Sifted, role: str) -> bool:
    """Whether the file has columns for this role: one that has none says nothing of it."""
    return bool(sifted.told.intersection(_ROLE_COLUMNS.get(role, ())))
