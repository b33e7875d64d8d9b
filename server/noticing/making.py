"""Makes a paper of an account: refuses what a rule forbids, draws it, keeps what was made. Knows no page.

Every line that the paper shows has passed the linter of the account's pack before a byte of it is written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine

from sync import slips
from sync.ids import new_id
from sync.keys import SigningKey
from sync.papers import address_of, judged_paper, payment_paper, typed_at, visit_slip
from sync.records import Address, Paper, Refused
from sync.rules.eligibility import pack_ruling, stop_rulings
from sync.rules.messages import Medium
from sync.stationery import WrongStationery
from sync.words import N_, Phrase
from sync.writing import day_text

from ..filing import file_paper
from ..shelf import Shelf
from ..store import facts, notices
from ..store.engine import reading, writing
from ..store.scopes import Scope
from . import wording
from .drawing import unwritable
from .letter_page import Letter, drawn
from .slip_page import drawn_payment, drawn_visit
from .telling import Told, breakdown, facts_of, tell

NOTICE = "aviso-extrajudicial"


@dataclass(frozen=True)
class Asked:
    """Which paper of which account. `amount` and `due` are a payment slip's; none: what is overdue, and
    the letterhead's days."""

    account: str
    paper: Paper
    template: str = NOTICE
    amount: Decimal | None = None
    due: date | None = None
    collector: str = ""


@dataclass(frozen=True)
class Made:
    """A paper and its bytes. `said` is what was written of it: amounts, template and version, warnings."""

    id: str
    paper: Paper
    account: str
    number: str
    debtor: str
    code: str
    sha256: str
    data: bytes
    said: Mapping[str, Any]


@dataclass(frozen=True)
class Drawn:
    """A paper's bytes and what was written of it; of a letter, its parts too, to draw it among others."""

    data: bytes
    said: Mapping[str, Any]
    letter: Letter | None = None


@dataclass(frozen=True)
class Draft:
    """A paper drawn and kept nowhere: whose it is, its token, and itself."""

    told: Told
    token: str
    drawn: Drawn


def make(
    engine: Engine,
    shelf: Shelf,
    signer: SigningKey,
    scope: Scope,
    asked: Asked,
    *,
    actor: str,
    now: datetime,
    nonce: bytes | None = None,
) -> Made | Refused:
    """The paper, kept; or the rule that forbids it. LookupError for an account outside the scope.

    A letter is filed under its account, so that it travels to the laptop of whoever has it; the slips are
    made again at no cost and are not. With the same `nonce` and `now` the same bytes come out.
    """
    made = draft(engine, signer, scope, asked, now=now, nonce=nonce)
    if isinstance(made, Refused):
        return made
    return keep(engine, shelf, made.told, asked.paper, made.token, made.drawn, actor=actor, now=now)


def draft(
    engine: Engine,
    signer: SigningKey,
    scope: Scope,
    asked: Asked,
    *,
    now: datetime,
    nonce: bytes | None = None,
) -> Draft | Refused:
    """The paper as it would be made, or the rule that forbids it; nothing is kept of it."""
    with reading(engine) as connection:
        told = tell(connection, scope, asked.account, now, asked.collector)
        if isinstance(told, Refused):
            return told
        agent = told.agent or slips.NO_AGENT
        token = slips.new_token(signer, now, told.day, agent=agent, nonce=nonce)
        if asked.paper not in DRAWERS:
            text = N_("Este papel sale de su acuerdo, no de la cuenta.")
            return Refused(Phrase(text), "notice.paper")
        template = wording.template_of(connection, asked.template)
    refused = _forbidden(told)
    if refused is not None:
        return refused
    try:
        made = DRAWERS[asked.paper](told, asked, token, template)
    except WrongStationery as wrong:
        text = N_("El membrete no sirve para este papel: {why}")
        return Refused(Phrase(text, {"why": str(wrong)}), "notice.stationery")
    return made if isinstance(made, Refused) else Draft(told, token, made)


def keep(
    engine: Engine,
    shelf: Shelf,
    told: Told,
    paper: Paper,
    token: str,
    drawn_paper: Drawn,
    *,
    actor: str,
    now: datetime,
) -> Made | Refused:
    """Write down that the paper was made, and file it where it is one to be carried."""
    made = Made(
        id=new_id(),
        paper=paper,
        account=told.account.id,
        number=told.account.number,
        debtor=told.debtor.id,
        code=slips.code_of(token),
        sha256=hashlib.sha256(drawn_paper.data).hexdigest(),
        data=drawn_paper.data,
        said=drawn_paper.said,
    )
    with writing(engine) as connection:
        notices.add(
            connection,
            id=made.id,
            debtor_id=made.debtor,
            account_id=None if paper is Paper.SLIP else made.account,
            paper=paper.value,
            code=made.code,
            token=token,
            sha256=made.sha256,
            size=len(made.data),
            said=dict(made.said),
            made_at=now,
            actor=actor,
        )
        facts.append(
            connection,
            "notice.made",
            as_of=told.day,
            now=now,
            actor=actor,
            subject=made.id,
            payload={"account": made.account, "paper": paper.value, "code": made.code, "sha256": made.sha256},
        )
    if paper in FILED:
        filed = file_paper(
            engine,
            shelf,
            dict(told.row),
            kind=FILED[paper],
            name=f"{made.code}.pdf",
            data=made.data,
            actor=actor,
            now=now,
        )
        if isinstance(filed, Refused):
            return filed
    return made


def _forbidden(told: Told) -> Refused | None:
    """A pack not in force, or something that stops collection: then nothing is written at all."""
    rulings = [
        pack_ruling(told.policy, told.day),
        *stop_rulings(told.policy, tuple(told.case.stops_of(told.account.id, "letter"))),
    ]
    blocked = next((one for one in rulings if one.decision == "block"), None)
    return None if blocked is None else Refused(blocked.because, blocked.rule, blocked.source)


def _notice(told: Told, asked: Asked, token: str, template: Any) -> Drawn | Refused:
    if template is None or template.medium is not Medium.LETTER:
        text = N_("No hay una carta «{key}».")
        return Refused(Phrase(text, {"key": asked.template[:60]}), "notice.template")
    if told.standing.overdue <= 0:
        return Refused(Phrase(N_("La cuenta no tiene nada vencido: no hay qué avisar.")), "notice.nothing")
    to = addressee(told)
    if isinstance(to, Refused):
        return to
    table = breakdown(told)
    if isinstance(table, Refused):
        return table
    written = wording.write_out(template, told.policy, facts_of(told, sealed=True))
    if isinstance(written, Refused):
        return written
    rendered, linted = written
    letter = Letter(
        to=to,
        agency=told.letterhead.agency,
        day=told.day,
        subject=rendered.subject,
        paragraphs=tuple(rendered.text.splitlines()),
        tables=((_table_title(told), tuple((label, told.money(amount)) for label, amount in table)),),
        code=slips.shown(slips.code_of(token)),
        address=address_of(told.letterhead, token),
        typed=typed_at(told.letterhead),
        signer=f"Atentamente,\n{told.collector or told.letterhead.agency.name}",
        country=told.country,
    )
    said = {
        "template": template.key,
        "version": template.version,
        "total": str(told.standing.total),
        "overdue": str(told.standing.overdue),
        "as_of": told.standing.as_of.isoformat(),
        "reckoned": told.reckoned.isoformat(),
        "warned": [one.rule for one in linted.found],
    }
    return _checked(letter.texts, told, "letter") or Drawn(drawn(letter), said, letter)


def _table_title(told: Told) -> str:
    cut = day_text(told.standing.as_of)
    if told.reckoned == told.standing.as_of:
        return f"Detalle, calculado el {cut}"
    return f"Detalle, calculado el {cut} con los pagos conocidos hasta el {day_text(told.reckoned)}"


def _slip(told: Told, asked: Asked, token: str, _template: Any) -> Drawn | Refused:
    if not told.letterhead.agency.neutral_name:
        return _unnamed()
    visitor = told.collector or told.letterhead.agency.neutral_name
    slip = visit_slip(told.letterhead, told.debtor.name, visitor, told.day, token)
    refused = _checked((*slip.texts, slip.to), told, "slip")
    return refused or Drawn(drawn_visit(slip, told.country), {"day": told.day.isoformat()})


def _payment(told: Told, asked: Asked, token: str, _template: Any) -> Drawn | Refused:
    amount = told.standing.overdue if asked.amount is None else asked.amount
    due = asked.due or told.deadline
    refused = wrong_payment(told, amount, due)
    if refused is not None:
        return refused
    paper = payment_paper(
        told.letterhead,
        holder=told.debtor.name,
        lender=told.row["lender"],
        number=told.account.number,
        amount=amount,
        currency=told.account.currency,
        due=due,
        as_of=told.reckoned,
        token=token,
    )
    said = {"amount": str(amount), "due": due.isoformat(), "reference": paper.slip.reference}
    return _checked(paper.texts, told, "slip") or Drawn(drawn_payment(paper, told.country), said)


def wrong_payment(told: Told, amount: Decimal, due: date) -> Refused | None:
    """A slip asks for something that is owed, by a day that is still to come."""
    if not 0 < amount <= told.standing.total:
        text = N_("El volante pide {amount} y la cuenta debe {total}: escriba un valor que se deba.")
        values = {"amount": told.money(amount), "total": told.money(told.standing.total)}
        return Refused(Phrase(text, values), "payment.amount")
    if due < told.day:
        return Refused(Phrase(N_("El volante vence en un día que ya pasó.")), "payment.due")
    return None


def _unnamed() -> Refused:
    text = N_("Falta el nombre neutro de la casa en el membrete (agency.neutral_name).")
    return Refused(Phrase(text), "notice.stationery")


def addressee(told: Told) -> tuple[str, ...] | Refused:
    """Name and address for the window: the lender's own address, never one found in the field."""
    place: Address | None = next((one for one in told.case.addresses if one.state == "accepted"), None)
    if place is None:
        text = N_("El deudor no tiene una dirección aceptada a donde escribirle.")
        return Refused(Phrase(text), "notice.address")
    where = ", ".join(part for part in (place.district, place.city) if part)
    return tuple(line for line in (told.debtor.name, place.text, where) if line)


def _checked(texts: tuple[str, ...], told: Told, kind: str) -> Refused | None:
    """Every line as it will stand there: its signs, then its words."""
    return unwritable(texts) or judged_paper(texts, told.policy, kind)


Drawer = Callable[[Told, Asked, str, Any], "Drawn | Refused"]
DRAWERS: Mapping[Paper, Drawer] = {Paper.NOTICE: _notice, Paper.SLIP: _slip, Paper.PAYMENT: _payment}
FILED: Mapping[Paper, str] = {
    Paper.NOTICE: "aviso",
    Paper.AGREEMENT: "acuerdo",
    Paper.SETTLEMENT: "paz_y_salvo",
}
