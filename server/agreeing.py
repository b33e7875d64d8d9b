"""The office's word on what was offered, promised and paid: approve, cancel, name a payment, issue a letter.

Every word is a fact with its reason, and goes to the laptops concerned. Nobody decides what he asked for
himself, nor on an account on which he earns commission.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine

from sync.money import from_minor
from sync.records import AccountState, Refused, Ruling
from sync.rules.authority import beyond, frozen, may_decide
from sync.rules.clauses import PolicyError
from sync.rules.offer import Quote, Row
from sync.rules.offer_rules import Limit, OfferRules, offer_rules_from, range_of, to_wire
from sync.rules.policy import local_day
from sync.rules.segment import Traits
from sync.words import N_, Phrase

from . import offering, publishing
from .earning import earns
from .offering import SETTING
from .recovering import Person
from .standing import AccountToday, accounts_today
from .store import agents, cases, facts, offices, terms
from .store.engine import writing
from .store.scopes import Scope

USUAL_ZONE = "America/Bogota"
SHORTEST_REASON = 3


def put_rules(engine: Engine, text: str, *, actor: str, now: datetime) -> OfferRules:
    """Take a company's file as the office's rules of offers and tell every laptop.

    Raises PolicyError with a sentence.
    """
    try:
        found = offer_rules_from(tomllib.loads(text))
    except tomllib.TOMLDecodeError as broken:
        raise PolicyError(f"offers: not valid TOML ({broken})") from None
    with writing(engine) as connection:
        offices.put(connection, SETTING, to_wire(found))
        said = {"version": found.version, "segments": [one.name for one in found.segments]}
        _remember(connection, "offers.rules", now, actor, "", said)
        publishing.refresh_agents(connection, [one.id for one in agents.all_active(connection)], now)
    return found


def decide_offer(
    engine: Engine, offer_id: str, *, approve: bool, why: str, by: Person, now: datetime, scope: Scope
) -> str | Refused:
    """Approve or reject a request; answers its account. LookupError when it is not in the scope."""
    if len(why.strip()) < SHORTEST_REASON:
        return Refused(Phrase(N_("Escriba por qué: el gestor lo verá")), "offer.reason")
    with writing(engine) as connection:
        row = terms.offer(connection, offer_id, scope)
        if row is None:
            raise LookupError(offer_id)
        if row["state"] != terms.PENDING:
            return Refused(Phrase(N_("Esta oferta ya fue decidida")), "offer.once")
        shut = _frozen(connection, row, now) if approve else None
        if shut is not None:
            return Refused(shut, "offer.frozen")
        found = offering.rules(connection)
        owed = today_of(connection, [row], now).get(row["account_id"])
        exceeded = exceeded_by(owed, row, found, offering.limit_of_person(found, by.username, by.roles))
        earners = {by.username} if earns(connection, by, row["debtor_id"]) else set()
        wrong = may_decide(
            actor=by.username,
            asked_by=row["asked_by"] or "",
            earns=earners,
            exceeded=exceeded if approve else (),
        )
        if wrong is not None:
            return wrong
        today = local_day(now, row["timezone"])
        values: dict[str, Any] = {
            "state": terms.APPROVED if approve else terms.REJECTED,
            "because": why.strip(),
            "decided_at": now,
            "decided_by": by.username,
            "valid_until": today + timedelta(days=found.valid_days) if approve else None,
        }
        terms.decide(connection, offer_id, **values)
        said = {"offer": offer_id, "state": values["state"], "why": why.strip(), "rules": found.version}
        _remember(connection, "offer.decided", now, by.username, row["debtor_id"], said, today)
        publishing.refresh_debtors(connection, [row["debtor_id"]], now)
    return str(row["account_id"])


def today_of(connection: Connection, rows: Iterable[Any], now: datetime) -> dict[str, AccountToday]:
    """Account → it as it stands today where its debtor lives, of all these offers."""
    days: dict[date, set[str]] = {}
    for row in rows:
        days.setdefault(local_day(now, row["timezone"]), set()).add(row["account_id"])
    everything = Scope.everything()
    held = (accounts_today(connection, everything, day, account_ids=ids) for day, ids in days.items())
    return {one.id: one for each in held for one in each}


def exceeded_by(owed: AccountToday | None, row: Any, found: OfferRules, limit: Limit) -> tuple[Ruling, ...]:
    """How the offer of a row goes beyond a limit, in the segment its account is in today."""
    deal = terms.as_agreement(row)
    left, rows = deal.debt.total - deal.discount.total + deal.charge + deal.interest, []
    for number, one in enumerate(deal.schedule, 1):
        left -= one.amount
        rows.append(Row(number, one.due, one.amount, one.amount, from_minor(0, deal.currency), left))
    quote = Quote(
        deal.kind,
        deal.currency,
        deal.as_of,
        deal.debt,
        deal.discount,
        deal.charge,
        deal.interest,
        tuple(rows),
    )
    held = bounds = None
    if owed is not None and owed.standing is not None:
        aged = owed.standing
        traits = Traits(aged.dpd, aged.overdue, owed.credit_type)
        held, bounds = found.segment_of(traits), range_of(found, traits, deal.debt, deal.currency)
    if held is None or bounds is None:
        if limit.beyond_segment:
            return ()
        text = N_("La cuenta no está en ningún segmento con reglas de oferta.")
        return (Ruling("offer.segment", "block", Phrase(text)),)
    return beyond(quote, held, bounds, limit)


def unauthorised(connection: Connection, row: Any) -> tuple[Ruling, ...]:
    """How an agreement goes beyond what its collector could agree alone on its day; empty where it does not,
    or where the office had approved those very instalments."""
    if row["offer_id"] is not None:
        asked = terms.offer(connection, row["offer_id"], Scope.everything())
        same = (
            asked is not None and asked["terms"] == row["terms"] and asked["account_id"] == row["account_id"]
        )
        if asked is not None and same and asked["state"] == terms.APPROVED:
            return ()
    agent = agents.by_ids(connection, [row["agent_id"]])[row["agent_id"]]
    found = offering.rules(connection)
    owed = today_of(connection, [row], row["made_at"]).get(row["account_id"])
    return exceeded_by(owed, row, found, offering.limit_of_agent(found, agent))


def cancel_promise(
    engine: Engine, promise_id: str, *, why: str, by: Person, now: datetime, scope: Scope
) -> str | Refused:
    """Cancel a promise, or the whole agreement it is an instalment of; answers its debtor."""
    with writing(engine) as connection:
        row = terms.promise(connection, promise_id, scope)
        if row is None:
            raise LookupError(promise_id)
        if len(why.strip()) < SHORTEST_REASON:
            return Refused(Phrase(N_("Escriba por qué se cancela")), "promise.reason")
        made = [promise_id]
        if row["agreement_id"] is not None:
            held = terms.promises_of(connection, [row["account_id"]])[row["account_id"]]
            made = [one["id"] for one in held if one["agreement_id"] == row["agreement_id"]]
        if not terms.cancel(connection, made, now, by.username, why.strip()):
            return Refused(Phrase(N_("Ya estaba cancelada")), "promise.once")
        said = {"promises": made, "why": why.strip(), "agreement": row["agreement_id"]}
        day = local_day(now, row["timezone"])
        _remember(connection, "promise.cancelled", now, by.username, row["debtor_id"], said, day)
        publishing.refresh_debtors(connection, [row["debtor_id"]], now)
    return str(row["debtor_id"])


def name_payment(
    engine: Engine, payment_id: str, promise_id: str | None, *, by: Person, now: datetime, scope: Scope
) -> str | Refused:
    """Say what promise a payment is for, or (None) leave it to the allocation's order; answers its debtor."""
    with writing(engine) as connection:
        row = terms.payment(connection, payment_id, scope)
        if row is None:
            raise LookupError(payment_id)
        if row["reverses"] is not None:
            return Refused(
                Phrase(N_("Un reverso no se asigna: sigue al pago que reversa")), "payment.reversal"
            )
        if promise_id is not None:
            promise = terms.promise(connection, promise_id, scope)
            if promise is None or promise["account_id"] != row["account_id"]:
                text = N_("Esa promesa no es de la cuenta del pago")
                return Refused(Phrase(text), "payment.promise")
        terms.name_payment(connection, payment_id, promise_id)
        said = {"payment": payment_id, "promise": promise_id, "before": row["promise_id"]}
        _remember(connection, "payment.named", now, by.username, row["debtor_id"], said)
        publishing.refresh_debtors(connection, [row["debtor_id"]], now)
    return str(row["debtor_id"])


def issue_letter(
    engine: Engine,
    agreement_id: str,
    due_on: date,
    reference: str,
    *,
    by: Person,
    now: datetime,
    scope: Scope,
) -> Refused | None:
    """Record that the settlement letter was issued. `due_on`: by when it was owed."""
    with writing(engine) as connection:
        row = terms.agreement(connection, agreement_id, scope)
        if row is None:
            raise LookupError(agreement_id)
        if row["letter_id"] is not None:
            return Refused(Phrase(N_("La carta de este convenio ya fue emitida")), "letter.once")
        today = _today(connection, now)
        terms.issue_letter(
            connection,
            agreement_id,
            due_on=due_on,
            issued_on=today,
            issued_by=by.username,
            reference=reference.strip()[:120],
            recorded_at=now,
        )
        said = {"agreement": agreement_id, "due_on": due_on.isoformat(), "reference": reference.strip()[:120]}
        _remember(connection, "letter.issued", now, by.username, row["debtor_id"], said, today)
    return None


def deliver_letter(
    engine: Engine, agreement_id: str, *, by: Person, now: datetime, scope: Scope
) -> Refused | None:
    with writing(engine) as connection:
        row = terms.agreement(connection, agreement_id, scope)
        if row is None:
            raise LookupError(agreement_id)
        today = _today(connection, now)
        if row["letter_id"] is None or not terms.deliver_letter(connection, agreement_id, today, by.username):
            return Refused(Phrase(N_("No hay una carta emitida que falte entregar")), "letter.issued")
        said = {"agreement": agreement_id}
        _remember(connection, "letter.delivered", now, by.username, row["debtor_id"], said, today)
    return None


def _frozen(connection: Connection, row: Any, now: datetime) -> Phrase | None:
    """Why nothing may be agreed on the account of a request today."""
    day = local_day(now, row["timezone"])
    case = cases.of(connection, [row["debtor_id"]], day, now)[row["debtor_id"]]
    account = next((one for one in case.accounts if one.id == row["account_id"]), None)
    state = AccountState.ABSENT if account is None else account.state
    return frozen(state, case.stops_of(row["account_id"]))


def _today(connection: Connection, now: datetime) -> date:
    return now.astimezone(ZoneInfo(offices.get(connection, "timezone") or USUAL_ZONE)).date()


def _remember(
    connection: Connection,
    kind: str,
    now: datetime,
    actor: str,
    subject: str,
    said: dict[str, Any],
    day: date | None = None,
) -> None:
    as_of = day or _today(connection, now)
    facts.append(connection, kind, as_of=as_of, now=now, actor=actor, subject=subject, payload=said)
