"""A debtor's case file on one page, and the office's word on what the field found of him."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from sync.records import Payment, Refused
from sync.rules.debt import breakdown
from sync.rules.policy import local_day
from sync.rules.promise import PromiseStanding, reminders, standings
from sync.rules.questions import QUESTIONS

from .. import conducting, questioning
from ..deciding import decide_proposal
from ..filing import KINDS
from ..packs import pack_of
from ..planning.asking import WeekAnswer, answers, week_of
from ..standing import AccountToday, accounts_today
from ..store import as_records, encounters, papers, payments
from ..store.boards import cases
from ..store.engine import reading
from . import agreements, here, notices, policy, retold, stops, timelines
from .labels import LABELS

blueprint = Blueprint("debtors", __name__, url_prefix="/debtors")


_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class PaidRow:
    """A payment as the page shows it; `inside` the balance it never reduces again."""

    payment: Payment
    number: str
    inside: bool


@blueprint.get("/<debtor_id>")
def case(debtor_id: str) -> str:
    scope, day = here.scope(), here.today()
    with reading(here.engine()) as connection:
        person = cases.debtor(connection, scope, debtor_id)
        if person is None:
            abort(404)
        held = accounts_today(connection, scope, day, debtor_id=debtor_id)
        ids = [account.id for account in held]
        paid = payments.of_accounts(connection, ids)
        visits = conducting.as_amended(connection, cases.visits_to(connection, debtor_id, ids))
        shown: dict[str, Any] = {
            "accounts": held,
            "bonds": cases.bonds_of(connection, ids),
            "documents": cases.documents_of(connection, ids),
            "filed": papers.of_accounts(connection, ids),
            "addresses": cases.addresses_of(connection, scope, debtor_id),
            "phones": cases.contact_points_of(connection, scope, debtor_id),
            "promises": promises_today(connection, held, paid, day, person["timezone"]),
            "visits": visits,
            "stops_told": stops.of_debtor(connection, debtor_id),
            "notices": notices.of_debtor(connection, debtor_id, ids),
            "agreed": agreements.of_debtor(connection, held),
            "breakdown": breakdown,
            "policy": policy.of_debtor(
                connection, debtor_id, person["timezone"], {one.id: debtor_id for one in held}
            ),
            "weeks": _weeks(connection, {one.id: debtor_id for one in held}, day),
            "timeline": timelines.of_debtor(connection, person, held),
        }
        shown["five"] = _five(connection, person, held, shown["promises"])
    return render_template(
        "debtors/case.html",
        person=person,
        paid=_paid(held, paid),
        day=day,
        paper_kinds=[(kind, _(word)) for kind, word in KINDS.items()],
        flags=retold.flags_of(visits),
        stepped=retold.stepped,
        told_visits={visit["id"]: visit for visit in visits},
        caps=timelines.caps_used(shown["policy"]["answers"]),
        question_words=QUESTIONS,
        **shown,
    )


@blueprint.post("/<kind>/<proposal_id>/<word>")
def decide(kind: str, proposal_id: str, word: str) -> Response:
    """Accept or reject an address or phone found in the field."""
    if kind not in ("address", "phone") or word not in ("accept", "reject"):
        abort(404)
    try:
        answer = decide_proposal(
            here.engine(),
            kind,
            proposal_id,
            accept=word == "accept",
            actor=here.actor(),
            now=here.now(),
            scope=here.scope(),
        )
    except LookupError:
        abort(404)
    if isinstance(answer, Refused):
        flash(here.sentence(answer.reason), "error")
        return redirect(url_for("debtors.case", debtor_id=request.form.get("debtor", "")))
    done = _("Aceptado: los portátiles lo recibirán al sincronizar.")
    flash(done if word == "accept" else _("Rechazado: queda en la historia, sin usarse."), "success")
    return redirect(url_for("debtors.case", debtor_id=answer))


def _five(
    connection: Connection, person: dict[str, Any], held: list[AccountToday], told: list[dict[str, Any]]
) -> dict[str, Any]:
    """By account, what is known of each of the five questions."""
    promises = [(row["promise"], row["standing"].state if row["standing"] else None) for row in told]
    open_stops = cases.stops_of(connection, person["id"], here.now())
    stopped = [LABELS["stop"].get(row["state"], row["state"]) for row in open_stops]
    return questioning.five_of(connection, person, held, promises, stopped)


def _weeks(connection: Connection, owners: dict[str, str], day: date) -> dict[str, WeekAnswer]:
    """Who visits each account this week or why nobody does; drafts are no matter for who is sent out."""
    if not here.may("weeks.index"):
        return {}
    return answers(connection, owners, *week_of(day), now=here.now())


def _paid(held: list[AccountToday], paid: dict[str, list[Payment]]) -> list[PaidRow]:
    rows = [
        PaidRow(
            payment,
            account.number,
            account.balance is not None and payment.value_date <= account.balance.as_of,
        )
        for account in held
        for payment in paid.get(account.id, [])
    ]
    return sorted(rows, key=lambda row: (row.payment.value_date, row.payment.id), reverse=True)


def promises_today(
    connection: Connection, held: list[AccountToday], paid: dict[str, list[Payment]], day: date, zone: str
) -> list[dict[str, Any]]:
    """Every promise with its state today; None where the account's pack is not known."""
    told = cases.promises_of(connection, [account.id for account in held])
    through = cases.payments_through(connection, {account.lender for account in held})
    gone = encounters.cancelled(connection, {account.debtor for account in held})
    met = encounters.history(connection, {account.debtor for account in held}, _LONG_AGO)
    taken_back = {row["id"]: local_day(gone[row["id"]], zone) for row in told if row["id"] in gone}
    stand: dict[str, PromiseStanding] = {}
    for account in held:
        policy = pack_of(account.pack)
        made = [as_records.promise(row) for row in told if row["account_id"] == account.id]
        if policy is not None and made:
            stand |= standings(
                made,
                paid.get(account.id, []),
                policy,
                day,
                through.get(account.lender),
                cancelled=taken_back,
                reminded=reminders(made, met.get(account.debtor, ()), policy, zone),
                zone=zone,
            )
    return [row | {"promise": as_records.promise(row), "standing": stand.get(row["id"])} for row in told]
