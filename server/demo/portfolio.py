"""Writes the demo's portfolio as a lender exports it: cp1252, `;`, CRLF, Spanish headers, decimal commas.

A file of N accounts holds N good rows with N distinct numbers; the bad rows come on top of them, mixed
among them, so that exactly N accounts remain once an importer has refused the bad ones. Knows no importer.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from .debtors import LOCATED_SHARE, Debtor, debtor, with_guarantors
from .exporting import PORTFOLIO_HEADER as HEADER
from .exporting import encoded, written_day, written_degrees, written_money
from .loans import BUSINESS, GUARANTEED, PRODUCTS, Lateness, Loan, Product, loan
from .manifest import BadRow, GoodRow, PaymentsManifest, PortfolioManifest
from .payments import write_payments
from .people import demo_people
from .spoiling import ACCEPTED_TEXT, SPOILED, Spoiling, spoiled
from .town import Town

__all__ = [
    "HEADER",
    "PaymentsManifest",
    "PortfolioManifest",
    "demo_people",
    "write_payments",
    "write_portfolio",
]

PERIOD_DAYS = {"mensual": 30, "quincenal": 15, "semanal": 7}
DUPLICATES = 2

# Share of all accounts that falls in each band of days past due; the rest is up to date. 24 % is at 90 or
# more, and some stand exactly on the days where a bucket ends, because that is where importers go wrong.
BANDS = (
    (Lateness(1, 30, "1-30"), 0.20),
    (Lateness(31, 60, "31-60"), 0.095),
    (Lateness(61, 88, "61-90"), 0.05),
    (Lateness(89, 89, "61-90"), 0.010),
    (Lateness(90, 90, "90+"), 0.012),
    (Lateness(91, 91, "90+"), 0.012),
    (Lateness(92, 180, "90+"), 0.100),
    (Lateness(181, 360, "90+"), 0.068),
    (Lateness(361, 980, "90+"), 0.048),
)
CURRENT = Lateness(0, 0, "al día")


@dataclass(frozen=True)
class Owed:
    """One account before it is a line: who owes, what, and how the export spoils it, if it does."""

    debtor: Debtor
    loan: Loan
    first: bool  # the debtor's first account here: the one a joint holder signed
    spoiling: Spoiling | None = None
    oddity: str = ""
    number: str = ""


def write_portfolio(
    path: Path,
    town: Town,
    as_of: date,
    seed: int = 7,
    accounts: int = 1200,
    located: float = LOCATED_SHARE,
) -> PortfolioManifest:
    """Write the file and say what it holds. The same arguments always write the same bytes.

    `located`: the share of the debtors whose coordinates the lender knows.
    """
    rng = random.Random(seed)  # noqa: S311 - made-up data must be repeatable, not unguessable
    owed = _numbered(rng, [*_good(rng, town, as_of, accounts, located), *_to_spoil(rng, town, as_of)])
    repeated = rng.sample([each.number for each in owed if each.spoiling is None], DUPLICATES)
    lines, rows, bad = [list(HEADER)], [], []
    for each in owed:
        cells = _cells(rng, each)
        if each.spoiling is not None:
            lines.append(spoiled(cells, HEADER, each.spoiling))
            bad.append(BadRow(len(lines), each.number, each.spoiling.why))
            continue
        lines.append(cells)
        rows.append(_good_row(len(lines), each, as_of))
        if each.number in repeated:
            lines.append(list(cells))
            bad.append(BadRow(len(lines), each.number, "exact duplicate row"))
    path.write_bytes(encoded(lines))
    return PortfolioManifest(path, as_of, seed, tuple(rows), tuple(bad))


def _good(rng: random.Random, town: Town, as_of: date, accounts: int, located: float) -> list[Owed]:
    sizes = _sizes(rng, accounts)
    debtors = with_guarantors(rng, town, [debtor(rng, town, located) for _ in sizes])
    deck = _deck(rng, accounts)
    owed: list[Owed] = []
    for who, size in zip(debtors, sizes, strict=True):
        lateness = _drawn(rng, deck, None)
        for nth in range(size):
            if nth:
                lateness = _drawn(rng, deck, lateness)
            owed.append(Owed(who, loan(rng, _product(rng, who), lateness, as_of), nth == 0))
    return _with_odd_text(rng, owed, sizes)


def _sizes(rng: random.Random, accounts: int) -> list[int]:
    """How many accounts each debtor has: mostly one, a tenth two, a few three or four."""
    sizes: list[int] = []
    while (left := accounts - sum(sizes)) > 0:
        sizes.append(min(left, rng.choices((1, 2, 3, 4), (87, 10, 2.4, 0.6))[0]))
    return sizes


def _deck(rng: random.Random, accounts: int) -> list[Lateness]:
    """As many latenesses as accounts, in the exact shares of BANDS, shuffled."""
    deck = [lateness for lateness, share in BANDS for _ in range(round(accounts * share))]
    deck += [CURRENT] * (accounts - len(deck))
    rng.shuffle(deck)
    return deck


def _drawn(rng: random.Random, deck: list[Lateness], sibling: Lateness | None) -> Lateness:
    """The next card; for a debtor's further account, often one like his first: who stops paying stops all."""
    if sibling is not None and rng.random() < 0.55:
        for place in range(len(deck) - 1, -1, -1):
            if deck[place].name == sibling.name:
                return deck.pop(place)
    return deck.pop()


def _product(rng: random.Random, who: Debtor) -> Product:
    if who.person.company:
        return BUSINESS
    rural = 6 if who.address.is_vereda else 1
    weights = [p.weight * (rural if "rural" in p.name else 1) for p in PRODUCTS]
    return rng.choices(PRODUCTS, weights)[0]


def _with_odd_text(rng: random.Random, owed: list[Owed], sizes: Iterable[int]) -> list[Owed]:
    """Names a spreadsheet would run and addresses a browser would: they are text, and must stay text."""
    answering = {each.debtor.guarantor.person for each in owed if each.debtor.guarantor}
    alone = [
        place
        for place, size in _starts(sizes)
        if size == 1 and not owed[place].debtor.person.company and owed[place].debtor.person not in answering
    ]
    for place, (field, pattern, what) in zip(
        rng.sample(alone, len(ACCEPTED_TEXT)), ACCEPTED_TEXT, strict=True
    ):
        each = owed[place]
        person, address = each.debtor.person, each.debtor.address
        if field == "name":
            person = replace(person, name=pattern.format(person.name))
        else:
            address = replace(address, text=pattern.format(address.text))
        owed[place] = replace(each, debtor=replace(each.debtor, person=person, address=address), oddity=what)
    return owed


def _starts(sizes: Iterable[int]) -> Iterable[tuple[int, int]]:
    place = 0
    for size in sizes:
        yield place, size
        place += size


def _to_spoil(rng: random.Random, town: Town, as_of: date) -> list[Owed]:
    """Accounts of debtors of their own, that the export will lose."""
    owed = []
    for spoiling in SPOILED:
        who = debtor(rng, town)
        late = Lateness(92, 180, "90+") if rng.random() < 0.5 else Lateness(1, 30, "1-30")
        owed.append(Owed(who, loan(rng, _product(rng, who), late, as_of), True, spoiling))
    return owed


def _numbered(rng: random.Random, owed: list[Owed]) -> list[Owed]:
    """In the order they were lent, with the gaps left by the accounts that were paid."""
    number = 204_000
    numbered = []
    for each in sorted(owed, key=lambda each: each.loan.disbursed_on):
        number += rng.randint(1, 9)
        numbered.append(replace(each, number=f"{each.loan.product.prefix}-{number}"))
    return numbered


def _cells(rng: random.Random, each: Owed) -> list[str]:
    cells = _whose(each) | _owed_figures(rng, each.loan)
    return [cells[column] for column in HEADER]


def _whose(each: Owed) -> dict[str, str]:
    who, home, answers = each.debtor, each.debtor.address, each.debtor.guarantor
    joint = who.joint if each.first else None
    guaranteed = answers is not None and each.loan.guarantee_filed and each.loan.papers
    return {
        "No. Crédito": each.number,
        "Cédula": who.person.document,
        "Nombre del titular": who.person.name,
        "Dirección": home.text,
        "Barrio": home.barrio,
        "Ciudad": home.city,
        "Teléfono fijo": who.landline,
        "Celular": who.mobile,
        "Correo": who.email,
        "Tel. familiar": who.relative_phone,
        "Parentesco": who.relation,
        "Nombre codeudor": answers.person.name if answers else "",
        "Tel. codeudor": answers.phone if answers else "",
        "Dir. codeudor": answers.address if answers else "",
        "Sucursal": who.branch,
        "Documentos": GUARANTEED if guaranteed else each.loan.papers,
        "Cédula codeudor": answers.person.document if answers else "",
        "Segundo titular": joint.name if joint else "",
        "Cédula segundo titular": joint.document if joint else "",
        "Latitud": written_degrees(home.lat) if who.located else "",
        "Longitud": written_degrees(home.lon) if who.located else "",
        "Zona": home.zone,
    }


def _owed_figures(rng: random.Random, owes: Loan) -> dict[str, str]:
    return {
        "Producto": owes.product.name,
        "Tipo de crédito": owes.product.credit_type,
        "Fecha desembolso": written_day(owes.disbursed_on),
        "Valor desembolsado": written_money(rng, owes.disbursed),
        "Saldo capital": written_money(rng, owes.principal),
        "Interés corriente": written_money(rng, owes.interest),
        "Interés de mora": written_money(rng, owes.late_interest),
        "Otros cargos": written_money(rng, owes.fees),
        "Cuotas vencidas": str(owes.instalments_overdue),
        "Valor vencido": written_money(rng, owes.overdue),
        "Vencimiento más antiguo": written_day(owes.oldest_due),
        "Último pago": written_day(owes.last_paid_on),
        "Valor último pago": written_money(rng, owes.last_paid),
        "Día de pago": owes.pay_day,
    }


def _good_row(line: int, each: Owed, as_of: date) -> GoodRow:
    who, owes = each.debtor, each.loan
    return GoodRow(
        line=line,
        number=each.number,
        name=who.person.name,
        document=who.person.document,
        credit_type=owes.product.credit_type,
        zone=who.address.zone,
        branch=who.branch,
        disbursed_on=owes.disbursed_on,
        days_past_due=owes.days_past_due(as_of),
        instalments_overdue=owes.instalments_overdue,
        oldest_due=owes.oldest_due,
        principal=owes.principal,
        interest=owes.interest,
        late_interest=owes.late_interest,
        fees=owes.fees,
        overdue=owes.overdue,
        instalment=owes.instalment,
        period_days=PERIOD_DAYS[owes.frequency],
        last_paid_on=owes.last_paid_on,
        last_paid=owes.last_paid,
        lat=who.address.lat if who.located else None,
        lon=who.address.lon if who.located else None,
        oddity=each.oddity,
    )
