"""What papers and messages may say of one account on a day: the places of `sync.rules.messages`.

Every amount is computed for the day from the balance and the payments since; nothing is stored. Judges no
wording and draws nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from sync.messages import clauses
from sync.records import Account, Contact, Debtor, Party, Promise, Refused, Visit
from sync.rules.ageing import Standing, standing
from sync.rules.asking import Asked, Said, address_of, answer, own_places
from sync.rules.caps import LOOKS_BACK
from sync.rules.messages import hidden
from sync.rules.policy import Policy, local_day
from sync.stationery import Stationery
from sync.words import N_, Phrase
from sync.writing import day_text, money_text

from ..packs import at_office
from ..store import agents, as_records, cases, encounters, notices, scope_records, seats, terms
from ..store.cases import Case
from ..store.scopes import Scope
from . import letterheads


@dataclass(frozen=True)
class Told:
    """An account of a debtor on one of his days, with all that its papers and messages need."""

    row: Mapping[str, Any]
    case: Case
    account: Account
    policy: Policy
    letterhead: Stationery
    standing: Standing
    day: date
    now: datetime
    collector: str
    agent: str  # his collector's id, "" for nobody
    history: Sequence[Contact | Visit]
    promise: Promise | None = None  # the next one that is still to come

    @property
    def debtor(self) -> Debtor:
        return self.case.debtor

    @property
    def country(self) -> str:
        return self.policy.country

    @property
    def deadline(self) -> date:
        return self.day + timedelta(days=self.letterhead.payment.due_days)

    @property
    def reckoned(self) -> date:
        """The date of the amounts: the balance's own, or the day where payments came after it."""
        moved = self.standing.paid_since or self.standing.reversed_since
        return self.day if moved else self.standing.as_of

    def may_write(self, channel: str, party: Party | None) -> Said:
        """May I write by this channel now, why not, and when may I? `party` None: to nobody in particular."""
        where = address_of([one for one in self.case.addresses if one.state != "rejected"], None)
        return answer(
            Asked(
                account=self.account,
                policy=self.policy,
                zone=self.debtor.zone,
                at=self.now,
                channel=channel,
                party=party,
                lasts=timedelta(0),
                history=self.history,
                stops=self.case.stops_of(self.account.id, channel),
                about=self.case.circumstances(self.account, where),
            )
        )

    def money(self, amount: Decimal) -> str:
        return money_text(amount, self.account.currency, self.country)


def tell(
    connection: Connection, scope: Scope, account_id: str, now: datetime, collector: str = ""
) -> Told | Refused:
    """The account as it stands at `now`. LookupError outside the scope; refused without balance or pack."""
    row = notices.account(connection, scope, account_id)
    if row is None:
        raise LookupError(account_id)
    policy = at_office(connection)(row["pack"])
    if policy is None:
        text = N_("No se conocen las reglas «{pack}» de esta cuenta: no se le escribe.")
        return Refused(Phrase(text, {"pack": row["pack"]}), "policy.unknown")
    debtor = row["debtor_id"]
    zone = cases.of(connection, [debtor], now.date(), now)[debtor].debtor.zone
    day = local_day(now, zone)
    case = cases.of(connection, [debtor], day, now)[debtor]
    account = next(one for one in case.accounts if one.id == account_id)
    if account.balance is None:
        text = N_("La entidad no ha enviado saldo de esta cuenta: no hay valor que decir.")
        return Refused(Phrase(text), "notice.balance")
    holder = scope_records.holders(connection, [debtor]).get(debtor)
    agent = agents.by_id(connection, holder.agent) if holder is not None else None
    edges = policy.ageing_edges
    return Told(
        row=row,
        case=case,
        account=account,
        policy=policy,
        letterhead=letterheads.letterhead(connection, row["lender_id"], row["lender"]),
        standing=standing(account.balance, case.payments_of(account_id), day, edges),
        day=day,
        now=now,
        collector=collector or (agent.name if agent else ""),
        agent=agent.id if agent else "",
        history=_history(connection, debtor, zone, day, now),
        promise=_next_promise(connection, account_id, day),
    )


def _next_promise(connection: Connection, account_id: str, day: date) -> Promise | None:
    """The first promise of the account that is due on that day or later and was not taken back."""
    rows = terms.promises_of(connection, [account_id]).get(account_id, ())
    standing = [row for row in rows if row["cancelled_at"] is None and row["due"] >= day]
    return as_records.promise(min(standing, key=lambda row: (row["due"], row["id"]))) if standing else None


def _history(
    connection: Connection, debtor: str, zone: str, day: date, now: datetime
) -> tuple[Contact | Visit, ...]:
    """Every contact of the debtor that counts, and the places that routes hold for him."""
    met = encounters.history(connection, [debtor], now - LOOKS_BACK).get(debtor, [])
    held = seats.reserved(connection, [debtor], day - timedelta(days=1), but=((), ()))
    return (*met, *own_places(held.get(debtor, ()), now, zone))


def facts_of(told: Told, *, sealed: bool) -> dict[str, str]:
    """The places of a text, filled; "" for what is not known. Only a sealed letter has the whole number."""
    agency, creditor, payment = (
        told.letterhead.agency,
        told.letterhead.creditor,
        told.letterhead.payment,
    )
    name = told.debtor.name.strip()
    return {
        **clauses(),
        "name": name,
        "first_name": name.split()[0].capitalize() if name and told.debtor.kind == "person" else name,
        "agency": agency.name,
        "collector": told.collector or agency.name,
        "phone": agency.phone,
        "agency_address": agency.address,
        "responsible": "; ".join(agency.responsible),
        "creditor": creditor.name,
        "creditor_address": creditor.address,
        "creditor_tax_id": creditor.tax_id,
        "contract": told.account.number if sealed else hidden(told.account.number),
        "overdue": told.money(told.standing.overdue),
        "total": told.money(told.standing.total),
        "as_of": day_text(told.reckoned),
        "deadline": day_text(told.deadline),
        "pay_options": "; ".join(one.rstrip(".") for one in payment.options) + "." if payment.options else "",
        "conditions": payment.conditions,
        "complaints": "; ".join(one.rstrip(".") for one in creditor.complaints) + "."
        if creditor.complaints
        else "",
        "promised": told.money(told.promise.amount) if told.promise else "",
        "promised_for": day_text(told.promise.due) if told.promise else "",
    }


def breakdown(told: Told) -> tuple[tuple[str, Decimal], ...] | Refused:
    """The balance in parts, the payments since, the total of the day. Refused where they do not add up."""
    owed = told.account.balance
    if owed is None:
        raise ValueError("an account is told with its balance")
    parts = (
        ("Capital", owed.principal),
        ("Intereses", owed.interest),
        ("Intereses por atraso", owed.late_interest),
        ("Otros cargos", owed.fees),
    )
    since = (
        ("Pagos recibidos después", -told.standing.paid_since),
        ("Pagos devueltos después", told.standing.reversed_since),
    )
    total = sum((amount for _, amount in (*parts, *since)), Decimal(0))
    if total != told.standing.total or told.standing.overdue > total:
        text = N_("El saldo de la cuenta {number} no suma: pida a la entidad el saldo al día.")
        return Refused(Phrase(text, {"number": told.account.number}), "notice.sum")
    moved = tuple((label, amount) for label, amount in since if amount)
    return (*parts, *moved, ("Saldo total", total))
