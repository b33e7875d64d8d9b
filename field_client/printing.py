"""Prints slips with no network, and says that a paper was handed over. Draws nothing; sends nothing.

A slip's token is signed with this laptop's own key, so the office can answer for it before it has heard of
it. Every line has passed the linter of the account's pack before it is printed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sync import slips
from sync.exchange import Reading
from sync.keys import signing_key
from sync.papers import PaymentPaper, VisitSlip, judged_paper, payment_paper, visit_slip
from sync.records import ContactPoint, EventKind, Handing, Interval, Known, Paper, Party, Refused, Verdict
from sync.rules.answers import FieldError, strictest
from sync.rules.contact import judge_contact
from sync.rules.eligibility import stop_rulings
from sync.rules.messages import Audience, Medium, Template, link, render
from sync.rules.typed import money, plain_amount
from sync.stationery import Stationery, WrongStationery, stationery_from
from sync.wire.fields import instant
from sync.words import N_, Phrase
from sync.writing import money_text

from .casefile import AccountCase, Case
from .store import cases, policies, printed, records, settings
from .store.db import Database, Store
from .store.printed import Printed
from .visiting import NotSaved, Pen, Problem, Saved

KEPT, AHEAD = timedelta(days=60), timedelta(days=7)
NO_LETTERHEAD = Phrase(
    N_("La oficina no ha enviado su membrete: pídalo y sincronice antes de imprimir este papel.")
)


@dataclass(frozen=True)
class Sheet:
    """A slip to be put on paper: its words, its code, and whose it is."""

    printed: Printed
    words: VisitSlip | PaymentPaper


@dataclass(frozen=True)
class Message:
    """A text for a third party, opened in the collector's own program; `link` "" where it may not go now."""

    template: Template
    to: ContactPoint
    text: str
    link: str
    verdict: Verdict


def print_slip(store: Store, case: Case, reading: Reading, day: str = "") -> Sheet | Refused:
    """A visit slip for a day as typed, "" for today. Nothing in it says why the collector came."""
    when = _day(day) if day.strip() else case.today
    if when is None or not case.today <= when <= case.today + AHEAD:
        return Refused(Phrase(N_("El aviso es para hoy o para los próximos siete días.")), "slip.day")
    refused = _stopped(case, case.accounts)
    if refused is not None:
        return refused
    with store.writing() as db:
        made = _mint(db, case, Paper.SLIP, None, {}, when, reading)
        words = words_of(db, case, made)
        refused = words if isinstance(words, Refused) else _judged(words, case.accounts)
        if refused is not None or isinstance(words, Refused):
            return refused or NO_SUCH_PAPER
        printed.add(db, made)
    return Sheet(made, words)


def print_payment(
    store: Store, case: Case, account: AccountCase, amount: str, due: str, reading: Reading
) -> Sheet | Refused:
    """A payment slip of an account. `amount` and `due` as typed; "" for what is overdue and usual."""
    asked = _asked(store, account, amount, due, case.today)
    if isinstance(asked, Refused):
        return asked
    refused = _stopped(case, (account,))
    if refused is not None:
        return refused
    with store.writing() as db:
        made = _mint(db, case, Paper.PAYMENT, account.id, asked, case.today, reading)
        words = words_of(db, case, made)
        refused = words if isinstance(words, Refused) else _judged(words, (account,))
        if refused is not None or isinstance(words, Refused):
            return refused or NO_SUCH_PAPER
        printed.add(db, made)
    return Sheet(made, words)


NO_SUCH_PAPER = Refused(Phrase(N_("Este papel ya no está en el portátil.")), "paper.gone")


def words_of(db: Database, case: Case, made: Printed) -> VisitSlip | PaymentPaper | Refused:
    """What a slip printed here says, from what the laptop knows now."""
    account = next((one for one in case.accounts if one.id == made.account), None)
    whole = letterhead(db, case, account)
    try:
        if made.paper == Paper.SLIP:
            if not whole.agency.neutral_name:
                return Refused(NO_LETTERHEAD, "paper.letterhead")
            name = case.state.debtor.name if case.state.debtor else ""
            visitor = str(settings.get(db, "agent_name", ""))
            return visit_slip(whole, name, visitor, slips.read_token(made.token)[0].day, made.token)
        if account is None or account.standing is None:
            return NO_SUCH_PAPER
        known = account.known.account
        moved = account.standing.paid_since or account.standing.reversed_since
        return payment_paper(
            whole,
            holder=case.state.debtor.name if case.state.debtor else "",
            lender=known.lender,
            number=known.number,
            amount=Decimal(made.said["amount"]),
            currency=known.currency,
            due=date.fromisoformat(made.said["due"]),
            as_of=case.today if moved else account.standing.as_of,
            token=made.token,
        )
    except WrongStationery as wrong:
        text = N_("El membrete no sirve para este papel: {why}")
        return Refused(Phrase(text, {"why": str(wrong)}), "paper.letterhead")


def letterhead(db: Database, case: Case, account: AccountCase | None = None) -> Stationery:
    """The letterhead of the account's lender, else of the first of the debtor's lenders that has one."""
    held = _stationery(db, case, account)
    return stationery_from(held["tables"], strict=False) if held else Stationery()


def say_delivered(
    store: Store,
    debtor: str,
    *,
    paper: str,
    how: str,
    party: str,
    sealed: bool,
    note: str,
    reading: Reading,
    code: str = "",
    token: str = "",
    account: str | None = None,
    document: str | None = None,
    visit: str | None = None,
    photo: str | None = None,
) -> Saved | NotSaved:
    """Write to the journal that a paper was left or handed over now."""
    problems: list[Problem] = []
    if paper not in set(Paper) or how not in set(Handing) or party not in set(Party):
        problems.append(FieldError("how", Phrase(N_("Diga qué papel fue, cómo y a quién."))))
    elif party == Party.MINOR:
        problems.append(FieldError("party", Phrase(N_("A un menor no se le entrega ningún papel."))))
    elif not sealed and paper != Paper.SLIP and party != Party.HOLDER:
        text = N_("A otra persona el papel se le entrega en sobre cerrado.")
        problems.append(FieldError("sealed", Phrase(text)))
    if len(note) > 1000:
        problems.append(FieldError("note", Phrase(N_("Escriba menos de 1000 letras."))))
    with store.writing() as db:
        state = cases.state_of(db, debtor)
        if state.debtor is None:
            problems.append(FieldError("debtor", Phrase(N_("Este deudor no está en el portátil."))))
        if problems:
            return NotSaved(tuple(problems))
        moment = instant(reading.wall)
        body: dict[str, Any] = {
            "debtor": debtor,
            "account": account if account in state.accounts else None,
            "visit": visit,
            "paper": paper,
            "document": document,
            "code": code,
            "token": token,
            "how": how,
            "party": party,
            "sealed": sealed,
            "photo": photo,
            "happened": {"start": moment, "end": moment, "known": Known.LIVE, "line": None},
            "note": note.strip(),
        }
        pen = Pen(db, reading, policies.all_of(db))
        accounts = (account,) if account else ()
        event = pen.write(EventKind.NOTICE_DELIVERED, body, debtor=debtor, accounts=accounts)
    return Saved(event, pen.n, (event,), Verdict(), reading.wall)


def messages_for_others(db: Database, case: Case) -> list[Message]:
    """Texts with nothing of the debt, one for each number of somebody else; judged for this moment."""
    held = _stationery(db, case, None)
    phone = stationery_from(held["tables"], strict=False).agency.phone if held else ""
    known = {
        "name": case.state.debtor.name if case.state.debtor else "",
        "collector": str(settings.get(db, "agent_name", "")),
        "phone": phone,
    }
    known["first_name"] = known["name"].split()[0].capitalize() if known["name"].strip() else ""
    verdict = strictest(_may_write(case, account) for account in case.accounts)
    texts = [_template(one) for one in (held or {}).get("texts", [])]
    found = []
    for point in case.state.contact_points:
        if point.holder == "debtor" or point.state != "accepted" or point.kind == "email":
            continue
        for template in texts:
            made = render(template, known)
            if isinstance(made, Refused) or judged_paper((made.text,), None, "message") is not None:
                continue
            address = "" if verdict.blocked else link(template.medium, point.value, "", made.text)
            found.append(Message(template, point, made.text, address, verdict))
    return found


def say_sent(store: Store, debtor: str, template: str, reading: Reading) -> Saved | NotSaved:
    """The collector says that he sent it: a contact, which counts in the caps."""
    with store.writing() as db:
        if cases.state_of(db, debtor).debtor is None:
            return NotSaved((FieldError("debtor", Phrase(N_("Este deudor no está en el portátil."))),))
        moment = instant(reading.wall)
        body = {
            "debtor": debtor,
            "channel": "message",
            "happened": {"start": moment, "end": moment, "known": Known.LIVE, "line": None},
            "effective": False,  # it was left with somebody else
            "note": template,
        }
        pen = Pen(db, reading, policies.all_of(db))
        event = pen.write(EventKind.CONTACT_RECORDED, body, debtor=debtor, accounts=())
    return Saved(event, pen.n, (event,), Verdict(), reading.wall)


def _may_write(case: Case, account: AccountCase) -> Verdict:
    return judge_contact(
        account.policy,
        Interval(case.now, case.now),
        case.zone,
        "message",
        party=Party.RELATIVE,
        history=case.state.history,
        stops=case.state.stops(account.id, case.today, "message"),
        debt_discussed=False,
    )


def _template(said: dict[str, Any]) -> Template:
    return Template(
        key=said["key"],
        title=said["title"],
        medium=Medium(said["medium"]),
        audience=Audience.THIRD,
        text=said["text"],
        language=said["language"],
        packs=tuple(said["packs"]),
        version=said["version"],
    )


def _stationery(db: Database, case: Case, account: AccountCase | None) -> dict[str, Any] | None:
    by_lender = {one["name"]: one for one in records.all_of(db, "stationery")}
    wanted = [account] if account else list(case.accounts)
    return next(
        (by_lender[one.known.account.lender] for one in wanted if one.known.account.lender in by_lender), None
    )


def _mint(
    db: Database,
    case: Case,
    paper: Paper,
    account: str | None,
    said: dict[str, str],
    day: date,
    reading: Reading,
) -> Printed:
    """A fresh token of this laptop. Old ones are forgotten on the way."""
    made = _office_time(db, reading)
    printed.forget(db, reading.wall - KEPT)
    key = signing_key(bytes.fromhex(str(settings.get(db, "signing_key"))))
    token = slips.new_token(key, made, day, agent=str(settings.get(db, "agent")))
    return Printed(slips.code_of(token), token, paper.value, case.state.id, account, said, reading.wall)


def _office_time(db: Database, reading: Reading) -> datetime:
    """By the office's clock as far as it is known: it will judge the token by its own."""
    offset = settings.get(db, "offset_ms")
    return reading.wall - timedelta(milliseconds=offset) if isinstance(offset, (int, float)) else reading.wall


def _asked(
    store: Store, account: AccountCase, amount: str, due: str, today: date
) -> dict[str, str] | Refused:
    standing = account.standing
    if standing is None:
        return Refused(Phrase(N_("La entidad no ha enviado saldo de esta cuenta.")), "payment.amount")
    value = standing.overdue if not amount.strip() else money(plain_amount(amount))
    currency = account.known.account.currency
    if value is None or not 0 < value <= standing.total:
        text = N_("Escriba un valor que se deba, hasta {total}.")
        return Refused(Phrase(text, {"total": money_text(standing.total, currency)}), "payment.amount")
    with store.reading() as db:
        last = _day(due) if due.strip() else today + timedelta(days=_days(db, account))
    if last is None:
        return Refused(Phrase(N_("Escriba la fecha como 2026-11-28.")), "payment.due")
    if last < today:
        return Refused(Phrase(N_("El volante vence en un día que ya pasó.")), "payment.due")
    return {"amount": f"{value:f}", "due": last.isoformat()}


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        return None


def _days(db: Database, account: AccountCase) -> int:
    for one in records.all_of(db, "stationery"):
        if one["name"] == account.known.account.lender:
            return stationery_from(one["tables"], strict=False).payment.due_days
    return Stationery().payment.due_days


def _stopped(case: Case, accounts: Sequence[AccountCase]) -> Refused | None:
    """An account whose rules are not known, or that something stops, gets no paper."""
    for account in accounts:
        if account.policy is None:
            text = N_("No se conocen las reglas «{pack}» de esta cuenta: no se imprime nada.")
            return Refused(Phrase(text, {"pack": account.known.account.pack}), "policy.unknown")
        for ruling in stop_rulings(account.policy, case.state.stops(account.id, case.today)):
            return Refused(ruling.because, ruling.rule, ruling.source)
    return None


def _judged(words: VisitSlip | PaymentPaper, accounts: Sequence[AccountCase]) -> Refused | None:
    for account in accounts:
        refused = judged_paper(words.texts, account.policy, "slip")
        if refused is not None:
            return refused
    return None
