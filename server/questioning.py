"""The five questions of an account at the office: answered from facts, and by people where facts cannot.

Knows no page. An answer is appended and told to the laptops; the cause is not taken where a pack forbids it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine

from sync.records import (
    Contact,
    Interval,
    Promise,
    PromiseState,
    Reason,
    Refused,
    Result,
    Visit,
    VisitResult,
)
from sync.rules.answers import FieldError
from sync.rules.questions import CAUSE, LONGEST, QUESTIONS, Answered, Said, Told, five, may_know_cause
from sync.words import N_, Phrase

from . import conducting, publishing
from .packs import at_office
from .standing import AccountToday
from .store import as_records, case_answers, facts
from .store.boards import cases
from .store.engine import writing
from .store.scopes import Scope

ANSWERED = "question.answered"


def five_of(
    connection: Connection,
    debtor: Mapping[str, Any],
    held: Sequence[AccountToday],
    promises: Sequence[tuple[Promise, PromiseState | None]],
    stops: Sequence[str],
) -> dict[str, tuple[Answered, ...]]:
    """By account, its five questions; `held` are the accounts the reader may see."""
    ids = [account.id for account in held]
    packs = at_office(connection)
    rows = conducting.as_amended(connection, cases.visits_to(connection, debtor["id"], ids))
    visits = [_visit(row) for row in rows]
    documents: dict[str, list[str]] = {}
    for row in cases.documents_of(connection, ids):
        documents.setdefault(row["account_id"], []).append(row["name"])
    had = [row["agent_name"] for row in cases.assignments_of(connection, debtor["id"]) if row["agent_name"]]
    contacts = [_contact(row) for row in case_answers.contacts_of(connection, debtor["id"])]
    told = case_answers.of_accounts(connection, ids)
    found = {}
    for account in held:
        known = Told(
            account=account.id,
            zone=debtor["timezone"],
            lender=account.lender,
            branch=account.branch,
            documents=documents.get(account.id, ()),
            visits=[visit for visit, _ in visits],
            visitors=[name for _, name in visits],
            contacts=contacts,
            promises=[one for one in promises if one[0].account == account.id],
            holders=list(reversed(had)),
            stops=stops,
        )
        said = _said(told.get(account.id, ()), visits, account.id)
        found[account.id] = five(known, said, packs(account.pack))
    return found


def _visit(row: Mapping[str, Any]) -> tuple[Visit, str]:
    results = tuple(
        VisitResult(
            one["account_id"],
            Result(one["result"]),
            Reason(one["reason"]) if one["reason"] else None,
            dict(one["detail"]),
        )
        for one in row["results"]
    )
    return as_records.corrected(row, results), str(row["agent_name"])


def _contact(row: Mapping[str, Any]) -> Contact:
    when = Interval(row["started"], row["ended"])
    return Contact(row["id"], row["debtor_id"], row["channel"], when, row["effective"], row["source"])


def _said(
    office: Sequence[Mapping[Any, Any]], visits: Sequence[tuple[Visit, str]], account: str
) -> dict[str, list[Said]]:
    """What people answered, the latest first: on the office's page, or in the field with a visit."""
    found = [(row["at"], row["question"], Said(row["text"], row["actor"], row["at"])) for row in office]
    for visit, name in visits:
        at = visit.happened.start
        found += [
            (at, one.question, Said(one.text, name, at))
            for one in visit.conduct.answers
            if one.account == account
        ]
    by_question: dict[str, list[Said]] = {}
    for _, question, said in sorted(found, key=lambda one: one[0], reverse=True):
        by_question.setdefault(question, []).append(said)
    return by_question


def answer(
    engine: Engine, account_id: str, question: str, text: str, *, actor: str, now: datetime, scope: Scope
) -> Refused | FieldError | str:
    """Keep an answer of somebody at the office; answers the debtor's id. LookupError outside the scope."""
    words = " ".join(text.split())
    if question not in QUESTIONS:
        raise LookupError(question)
    if not 1 <= len(words) <= LONGEST:
        because = Phrase(N_("Escriba la respuesta en {most} letras o menos."), {"most": LONGEST})
        return FieldError(f"question-{question}", because)
    with writing(engine) as connection:
        debtor = case_answers.debtor_of(connection, scope, account_id)
        if debtor is None:
            raise LookupError(account_id)
        pack = at_office(connection)(case_answers.pack_of_account(connection, account_id))
        if question == CAUSE and not may_know_cause(pack):
            cite = pack.ask_reason.cite if pack is not None else None
            text = N_("Aquí la norma no deja preguntar ni anotar la causa de la mora.")
            return Refused(Phrase(text), cite.id if cite else "policy.unknown", cite.source if cite else "")
        made = case_answers.add(connection, account_id, question, words, at=now, actor=actor)
        facts.append(
            connection,
            ANSWERED,
            as_of=now.date(),
            now=now,
            actor=actor,
            subject=account_id,
            payload={"debtor": debtor, "question": question, "answer": made},
        )
        publishing.refresh_debtors(connection, [debtor], now)
    return debtor
