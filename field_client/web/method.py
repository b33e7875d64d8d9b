"""What the visit form shows of the method: guide, five steps, objections, alarms, questions, likely days.

Judges nothing and saves nothing; everything works with no network.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app, url_for
from flask_babel import gettext as _

from sync.method import guide_lines, shipped_objections
from sync.records import Party
from sync.rules.alarms import ALARMS, TOLD
from sync.rules.next_dates import PromiseDay, Suggested, calendar, suggested
from sync.rules.objections import Objection, library, objection_from, offered
from sync.rules.questions import QUESTIONS, Answered, Said, Told, five
from sync.rules.saying import KINDS, START, guide_of_all, of_step
from sync.rules.steps import STEPS, TALKERS

from ..casefile import AccountCase, Case
from ..store import records, reviews
from ..store.db import Database
from .guard import store

# What a button of the form may set without scripts: a date or an amount of some account.
SETTABLE = re.compile(r"^(due|next_date|amount)-\d{1,2}=[0-9.-]{1,20}\Z", re.ASCII)
# The page of offers of one account, where this program has one.
SIMULATOR = "offers.show"


@dataclass(frozen=True)
class Likely:
    """For one account: the calendar of days a promise may name, and those that are likely."""

    weeks: tuple[tuple[PromiseDay, ...], ...]
    days: tuple[Suggested, ...]


def shown(case: Case, accounts: Sequence[AccountCase]) -> dict[str, Any]:
    """Everything of the method that the form's template asks for."""
    policies = [account.policy for account in accounts]
    lines = {party: guide_of_all(guide_lines(), party, policies) for party in Party}
    with store().reading() as db:
        known = objections(db)
        looked_at = reviews.last_before(db, case.state.id, case.now)
    mine = {party: {one.code for one in offered_to_all(known, party, accounts)} for party in Party}
    return {
        "guide": {party: of_step(found, START) for party, found in lines.items()},
        "step_guide": {
            key: [(party, of_step(lines[party], key)) for party in Party if party in TALKERS] for key in STEPS
        },
        "steps": STEPS,
        "talkers": [party for party in Party if party in TALKERS],
        "kinds": KINDS,
        "objections": [
            (one, [party for party in Party if one.code in mine[party]])
            for one in known
            if any(one.code in codes for codes in mine.values())
        ],
        "alarms": ALARMS,
        "alarms_told": TOLD,
        "questions": QUESTIONS,
        "five": {account.id: of_account(case, account) for account in accounts},
        "likely": {account.id: likely(case, account) for account in accounts},
        "looked_at": looked_at,
        "simulators": {account.id: simulator(account.id) for account in accounts},
        "disclosures": _disclosures(accounts),
        "translated": lambda pairs: [(code, _(label)) for code, label in pairs],
    }


def objections(db: Database) -> tuple[Objection, ...]:
    """The library in force here: the office's last word over what comes with the program."""
    told = [objection_from(said) for said in records.all_of(db, "objection")]
    return library(shipped_objections(), told)


def offered_to_all(
    known: Iterable[Objection], party: Party, accounts: Sequence[AccountCase]
) -> list[Objection]:
    """Those that every account's pack lets be answered."""
    held = list(known)
    for account in accounts:
        held = list(offered(held, party, account.policy))
    return held


def of_account(case: Case, account: AccountCase) -> tuple[Answered, ...]:
    """The five questions of one account, from what this laptop knows."""
    known = account.known
    told = Told(
        account=account.id,
        zone=case.zone,
        lender=known.account.lender,
        branch=known.account.branch,
        documents=known.documents,
        visits=[one.visit for one in case.state.visits],
        visitors=[one.agent_name for one in case.state.visits if one.agent_name],
        contacts=case.state.contacts,
        promises=[(promise, standing.state if standing else None) for promise, standing in account.promises],
    )
    return five(told, _said(case, account), account.policy)


def _said(case: Case, account: AccountCase) -> Mapping[str, list[Said]]:
    """What people answered: in the field with a visit, at the office on its page; the latest first."""
    found: list[tuple[datetime | None, str, Said]] = []
    for one in account.known.answers:
        found.append((one["at"], one["question"], Said(one["text"], one["by"], one["at"])))
    for known in case.state.visits:
        at = known.visit.happened.start
        found += [
            (at, one.question, Said(one.text, known.agent_name, at))
            for one in known.visit.conduct.answers
            if one.account == account.id
        ]
    by_question: dict[str, list[Said]] = {}
    for _at, question, said in sorted(found, key=lambda one: str(one[0]), reverse=True):
        by_question.setdefault(question, []).append(said)
    return by_question


def likely(case: Case, account: AccountCase) -> Likely:
    days = suggested(account.known.payday, account.payments, account.policy, case.today)
    return Likely(calendar(account.policy, case.today, case.zone), days)


def alarms_of(case: Case) -> list[tuple[str, datetime, str]]:
    """The flags set in visits: (flag in words, when, by whom), the latest of each, newest first."""
    found: dict[str, tuple[str, datetime, str]] = {}
    for known in case.state.visits:
        for code in known.visit.conduct.alarms:
            found[code] = (ALARMS.get(code, code), known.visit.happened.start, known.agent_name)
    return sorted(found.values(), key=lambda one: one[1], reverse=True)


def simulator(account: str) -> str:
    """The address of the account's simulator of offers; "" where this program has none."""
    if SIMULATOR not in current_app.view_functions:
        return ""
    return url_for(SIMULATOR, account=account)


def setting(text: str) -> tuple[str, str] | None:
    """The field and the value that a button of the form sets; None when it sets nothing we know."""
    if SETTABLE.match(text) is None:
        return None
    name, _, value = text.partition("=")
    return name, value


def _disclosures(accounts: Sequence[AccountCase]) -> list[str]:
    """What the packs demand to be said first, word for word, each once."""
    told = [cite.quote for account in accounts if account.policy for cite in account.policy.disclosures]
    return list(dict.fromkeys(quote for quote in told if quote))
