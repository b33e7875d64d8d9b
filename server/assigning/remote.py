"""Gives each account that is late enough and may not be visited to an agent who works from afar.

The unit is the debtor: one remote agent has all his barred accounts. Who has one keeps him; newcomers go to
whoever has least. Chooses no hour and no channel: `server.remote_working` does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from sync.records import Account
from sync.rules.eligibility import lacks_evidence
from sync.words import N_, Phrase

from ..doors import Packs
from ..store import assignments, cases, facts, remote
from ..store.assignments import BARRED
from ..store.remote import Barred, Held, Worker
from .judging import Fieldwork, judge
from .remote_report import RemoteLoad, RemoteReport

KEEPS = N_("continúa con el mismo gestor remoto")
OWN = N_("ya lo visita por sus otras cuentas")
LEAST = N_("el gestor remoto con menos cuentas: {accounts}")
NOBODY = N_("no hay un gestor telefónico ni uno marcado como remoto que pueda ver todas sus cuentas")


@dataclass(frozen=True)
class Choice:
    worker: Worker | None
    because: Phrase


def barred_now(connection: Connection, as_of: date, now: datetime, packs: Packs) -> dict[str, Fieldwork]:
    """Of the assignments that stand, the debtors with a barred account, judged again."""
    held = assignments.every_open(connection)
    ids = [debtor for debtor, row in held.items() if row.accounts(BARRED)]
    known = cases.of(connection, ids, as_of, now)
    works = {debtor: judge(case, as_of, packs) for debtor, case in known.items()}
    return {debtor: work for debtor, work in works.items() if work is not None}


def share_out(
    connection: Connection,
    works: Mapping[str, Fieldwork],
    *,
    as_of: date,
    now: datetime,
    actor: str,
    write: bool,
    field_agents: Mapping[str, str | None] | None = None,
) -> RemoteReport:
    """Decide for every debtor with barred accounts, and keep it with `write`. `works`: who is overdue;
    `field_agents`: who visits whom, so that he may also call him where he does both."""
    workers = remote.workers(connection)
    held = remote.every_open(connection)
    visiting = field_agents or {}
    report = RemoteReport(loads=[RemoteLoad(one.id, one.name) for one in workers])
    loads = {load.worker: load for load in report.loads}
    known = {one.id: one for one in workers}
    barred = {debtor: found for debtor, work in sorted(works.items()) if (found := _barred(work))}
    # Who keeps his agent comes first: only then is it known who has least.
    waiting = [debtor for debtor in barred if not _kept(works[debtor], barred[debtor], held, known)]
    order = [*(debtor for debtor in barred if debtor not in set(waiting)), *waiting]
    for debtor in order:
        able = [one for one in workers if _may(one, works[debtor], barred[debtor])]
        choice = _choose(able, held.get(debtor), visiting.get(debtor), loads)
        _count(report, loads, choice.worker, barred[debtor])
        if _same(held.get(debtor), choice.worker, barred[debtor]):
            report.kept += 1
            continue
        report.decided += 1
        if write:
            _keep(connection, debtor, choice, barred[debtor], as_of, now, actor)
    gone = sorted(held.keys() - barred.keys())
    report.closed = len(gone)
    if write and gone:
        remote.close(connection, gone, until=as_of)
        for debtor in gone:
            facts.append(
                connection,
                "remote.closed",
                as_of=as_of,
                now=now,
                actor=actor,
                subject=debtor,
                payload={"worker": held[debtor].worker},
            )
    return report


def _barred(work: Fieldwork) -> tuple[Barred, ...]:
    """Of the accounts late enough for the field, those that may not be visited, by id."""
    found = []
    for answer in work.in_field:
        if not answer.verdict.blocked:
            continue
        account, policy = answer.debt.account, answer.debt.policy
        lacking = policy is not None and lacks_evidence(
            policy, work.door.place, account.credit_type, account.exception_evidence
        )
        ruling = answer.ruling
        found.append(Barred(account.id, ruling.because, ruling.rule, ruling.source, lacking))
    return tuple(sorted(found, key=lambda one: one.account))


def _accounts(work: Fieldwork, barred: Sequence[Barred]) -> list[Account]:
    wanted = {one.account for one in barred}
    return [account for account in work.case.accounts if account.id in wanted]


def _may(worker: Worker, work: Fieldwork, barred: Sequence[Barred]) -> bool:
    return all(worker.sees(account) for account in _accounts(work, barred))


def _kept(
    work: Fieldwork, barred: Sequence[Barred], held: Mapping[str, Held], known: Mapping[str, Worker]
) -> bool:
    row = held.get(work.id)
    worker = known.get(row.worker or "") if row is not None else None
    return worker is not None and _may(worker, work, barred)


def _choose(
    able: Sequence[Worker], row: Held | None, visits: str | None, loads: Mapping[str, RemoteLoad]
) -> Choice:
    if not able:
        return Choice(None, Phrase(NOBODY))
    same = next((one for one in able if row is not None and one.id == row.worker), None)
    if same is not None:
        return Choice(same, Phrase(KEEPS))
    own = next((one for one in able if visits is not None and one.agent == visits), None)
    if own is not None:
        return Choice(own, Phrase(OWN))
    least = min(able, key=lambda one: (loads[one.id].accounts, loads[one.id].debtors, one.name, one.id))
    return Choice(least, Phrase(LEAST, {"accounts": loads[least.id].accounts}))


def _count(
    report: RemoteReport, loads: Mapping[str, RemoteLoad], worker: Worker | None, barred: Sequence[Barred]
) -> None:
    report.debtors += 1
    report.accounts += len(barred)
    report.missing_evidence += sum(one.lacks_evidence for one in barred)
    if worker is None:
        report.unassigned += len(barred)
        return
    loads[worker.id].debtors += 1
    loads[worker.id].accounts += len(barred)


def _same(row: Held | None, worker: Worker | None, barred: Sequence[Barred]) -> bool:
    """Words alone do not make a new row."""
    if row is None or row.worker != (worker.id if worker is not None else None):
        return False
    told = {(one.account, one.rule, one.lacks_evidence) for one in barred}
    return told == {(one.account, one.rule, one.lacks_evidence) for one in row.accounts}


def _keep(
    connection: Connection,
    debtor: str,
    choice: Choice,
    barred: Sequence[Barred],
    as_of: date,
    now: datetime,
    actor: str,
) -> None:
    remote.decide(
        connection, debtor, choice.worker, choice.because, barred, since=as_of, now=now, actor=actor
    )
    facts.append(
        connection,
        "remote.assigned",
        as_of=as_of,
        now=now,
        actor=actor,
        subject=debtor,
        payload={
            "worker": choice.worker.id if choice.worker else None,
            "accounts": {one.account: one.rule for one in barred},
        },
    )
