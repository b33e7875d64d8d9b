"""What lenders and debtors said of the money, as rows of a debtor's timeline. Ages and adds nothing."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from sync.words import N_, Phrase

from ...chunks import fetch
from ...tables import account_traits, agents, balances, imports, payments, reported_payments
from .happening import MOST, Happening, Subject


def payments_known(connection: Connection, his: Subject) -> Iterator[Happening]:
    """Payments as lenders' files told them; a reversal stands on its own day."""
    rows = fetch(
        connection,
        his.accounts,
        lambda ids: (
            select(payments)
            .where(payments.c.account_id.in_(ids))
            .order_by(payments.c.value_date.desc(), payments.c.id.desc())
            .limit(MOST)
        ),
    )
    for row in rows:
        reversal = row["reverses"] is not None
        receipt = {"receipt": row["receipt"]}
        if row["receipt"]:
            what = Phrase(
                N_("Reversa, recibo {receipt}") if reversal else N_("Pago, recibo {receipt}"), receipt
            )
        else:
            what = Phrase(N_("Reversa de un pago") if reversal else N_("Pago"))
        yield Happening(
            row["id"],
            what,
            day=row["value_date"],
            note=row["channel"],
            number=his.number(row["account_id"]),
            minor=-row["amount_minor"] if reversal else row["amount_minor"],
            currency=row["currency"],
            opens=("imports.report", {"import_id": row["import_id"]}),
        )


def payments_reported(connection: Connection, his: Subject) -> Iterator[Happening]:
    """What he told a collector he had paid; the lender's files say what was."""
    query = (
        select(reported_payments, agents.c.name.label("agent_name"))
        .join(agents, agents.c.id == reported_payments.c.agent_id)
        .where(reported_payments.c.debtor_id == his.debtor)
        .order_by(reported_payments.c.paid_on.desc())
        .limit(MOST)
    )
    for row in connection.execute(query).mappings():
        if his.sees(row["account_id"]):
            visit = row["visit_id"]
            yield Happening(
                row["id"],
                Phrase(N_("Dice que pagó")),
                day=row["paid_on"],
                note=row["receipt"],
                who=row["agent_name"],
                number=his.number(row["account_id"]),
                minor=row["amount_minor"],
                currency=row["currency"],
                opens=("visits.visit", {"visit_id": visit}) if visit else None,
            )


def balances_told(connection: Connection, his: Subject) -> Iterator[Happening]:
    """Each balance a lender sent: what was overdue on its day, and since when."""
    rows = fetch(
        connection,
        his.accounts,
        lambda ids: (
            select(balances, imports.c.file_name, imports.c.actor)
            .join(imports, imports.c.id == balances.c.import_id)
            .where(balances.c.account_id.in_(ids))
            .order_by(balances.c.as_of.desc(), balances.c.id.desc())
            .limit(MOST)
        ),
    )
    for row in rows:
        since = row["oldest_due"]
        yield Happening(
            row["id"],
            Phrase(N_("Saldo vencido desde el {day}"), {"day": f"{since:%d/%m/%Y}"})
            if since is not None
            else Phrase(N_("Saldo, nada vencido")),
            day=row["as_of"],
            note=row["file_name"],
            who=row["actor"],
            number=his.number(row["account_id"]),
            minor=row["overdue_minor"],
            currency=row["currency"],
            opens=("imports.report", {"import_id": row["import_id"]}),
        )


def changes_told(connection: Connection, his: Subject) -> Iterator[Happening]:
    """Each time a lender changed what the account is: its state first of all."""
    rows = fetch(
        connection,
        his.accounts,
        lambda ids: (
            select(account_traits)
            .where(account_traits.c.account_id.in_(ids))
            .order_by(account_traits.c.recorded_at.desc())
            .limit(MOST)
        ),
    )
    for row in rows:
        yield Happening(
            f"{row['account_id']}:{row['recorded_at'].isoformat()}",
            Phrase(N_("La cuenta, según la entidad")),
            at=row["recorded_at"],
            words=(("account", row["state"]),),
            note=", ".join(
                text for text in (row["product"] or row["credit_type"], row["branch"], row["zone"]) if text
            ),
            number=his.number(row["account_id"]),
        )
