"""Makes the PDF of a written agreement, and the settlement letter of one that was paid. Knows no page.

Both are drawn from what the agreement itself says (`sync.agreement_paper`); a required part that is not
known keeps the paper from being made, and a settlement letter is made only once it is owed.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine

from sync import slips
from sync.agreement_paper import AgreementPaper, paper_of
from sync.keys import SigningKey
from sync.papers import address_of, judged_paper, typed_at
from sync.records import Paper, Refused
from sync.words import N_, Phrase
from sync.writing import day_text

from .. import agreed_today, offering
from ..shelf import Shelf
from ..store.engine import reading
from ..store.scopes import Scope
from .drawing import unwritable
from .letter_page import Letter, drawn
from .making import Drawn, Made, addressee, keep
from .telling import Told, tell

RULED = "_" * 32


def make_terms(
    engine: Engine,
    shelf: Shelf,
    signer: SigningKey,
    scope: Scope,
    agreement_id: str,
    paper: Paper,
    *,
    actor: str,
    now: datetime,
    nonce: bytes | None = None,
) -> Made | Refused:
    """The agreement or its settlement letter, filed under the account. LookupError outside the scope."""
    with reading(engine) as connection:
        held = agreed_today.agreement(connection, scope, agreement_id, now.date())
        if held is None:
            raise LookupError(agreement_id)
        row = held.row
        told = tell(connection, scope, row["account_id"], now)
        if isinstance(told, Refused):
            return told
        rules = offering.rules(connection)
    words = paper_of(
        held.deal,
        debtor=row["debtor_name"],
        document=f"{row['document_type']} {row['document'] or ''}".strip(),
        lender=row["lender"],
        number=row["number"],
        pay_to=rules.pay_to.get(row["lender"], ""),
        zone=row["timezone"],
    )
    if words.missing:
        text = N_("Al acuerdo le falta: {parts}.")
        return Refused(Phrase(text, {"parts": ", ".join(words.missing)}), "agreement.parts")
    if paper is Paper.SETTLEMENT and held.letter == "none":
        text = N_("No se debe carta: el convenio no está pagado del todo o no liquida la deuda.")
        return Refused(Phrase(text), "letter.owed")
    token = slips.new_token(signer, now, told.day, agent=told.agent or slips.NO_AGENT, nonce=nonce)
    letter = _letter(told, words, paper, token)
    if isinstance(letter, Refused):
        return letter
    refused = unwritable(letter.texts) or judged_paper(letter.texts, told.policy, "letter")
    if refused is not None:
        return refused
    said = {"agreement": agreement_id, "total": str(words.total), "settles": words.settles}
    return keep(engine, shelf, told, paper, token, Drawn(drawn(letter), said), actor=actor, now=now)


def _letter(told: Told, words: AgreementPaper, paper: Paper, token: str) -> Letter | Refused:
    to = addressee(told)
    if isinstance(to, Refused):
        return to
    settled = paper is Paper.SETTLEMENT
    agency = told.letterhead.agency
    return Letter(
        to=to,
        agency=agency,
        day=told.day,
        subject=f"Paz y salvo del crédito {words.number}" if settled else f"Acuerdo: {words.kind.lower()}",
        paragraphs=_settled(words) if settled else _agreed(words),
        tables=(_paid_table(told, words),)
        if settled
        else (_debt_table(told, words), _paid_table(told, words)),
        code=slips.shown(slips.code_of(token)),
        address=address_of(told.letterhead, token),
        typed=typed_at(told.letterhead),
        signer=_signed(words, agency.name, settled),
        country=told.country,
    )


def _signed(words: AgreementPaper, agency: str, settled: bool) -> str:
    ours = f"Por {words.lender}" + (f", {agency}" if agency else "")
    if settled:
        return f"{ours}\n\n{RULED}"
    return f"{RULED}\nFirma de quien acuerda: {words.agreed_by}\n\n{RULED}\n{ours}"


def _agreed(words: AgreementPaper) -> tuple[str, ...]:
    """Amount, principal, whether it settles, where to pay, the credit, who agreed, when each part is due."""
    kind = (
        "Con este acuerdo el crédito queda liquidado cuando se pague todo lo que sigue."
        if words.settles
        else "Este acuerdo es un pago parcial: no liquida el crédito."
    )
    approved = f" Lo aprobó {words.approver}." if words.approver else ""
    return (
        f"{words.debtor}, {words.document}, y {words.lender} acordaron el {day_text(words.made_on)} sobre el "
        f"crédito {words.number}.",
        kind,
        f"Se paga en: {words.pay_to}.",
        f"Acordó: {words.agreed_by}.{approved}",
    )


def _settled(words: AgreementPaper) -> tuple[str, ...]:
    return (
        f"{words.lender} hace constar que {words.debtor}, {words.document}, pagó todo lo acordado el "
        f"{day_text(words.made_on)} sobre el crédito {words.number}.",
        "Con ese pago el crédito queda liquidado y no se debe nada más por él.",
        "Guarde esta carta: con su código se comprueba que es nuestra.",
    )


Table = tuple[str, tuple[tuple[str, str], ...]]


def _debt_table(told: Told, words: AgreementPaper) -> Table:
    """What of each part is to be paid, what the plan adds, what stays for later: the sum agreed."""
    rows = [(label, left) for label, _owed, _less, left in words.parts]
    extra = (
        ("Cargo del acuerdo", words.charge),
        ("Interés del plan", words.interest),
        ("Queda fuera de este acuerdo", -words.left),
    )
    rows += [(label, amount) for label, amount in extra if amount]
    shown = tuple((label, told.money(amount)) for label, amount in (*rows, ("Monto acordado", words.total)))
    return f"El crédito al {day_text(words.as_of)}, menos lo que se descuenta", shown


def _paid_table(told: Told, words: AgreementPaper) -> Table:
    """Each instalment and their sum."""
    rows = [(f"Cuota {at}, {day_text(one.due)}", one.amount) for at, one in enumerate(words.schedule, 1)]
    shown = tuple((label, told.money(amount)) for label, amount in (*rows, ("Total", words.total)))
    return "Cuotas", shown
