"""An agreement as a paper says it: every part it must have, or that the part is missing. Draws nothing.

The pages of both sides and the PDF are made from this one value.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from .rules.agreement import REQUIRED, Agreement, missing_parts
from .rules.debt import LABELS
from .rules.offer import KINDS, Instalment
from .rules.policy import zone_of


@dataclass(frozen=True)
class AgreementPaper:
    """What stands on it, in this order. `missing` names in words the required parts it cannot say yet.

    `parts`: of the debt, label, owed, given up, to pay; `added`: what the plan itself costs.
    """

    id: str
    kind: str
    debtor: str
    document: str
    lender: str
    number: str
    pay_to: str
    as_of: date
    currency: str
    parts: tuple[tuple[str, Decimal, Decimal, Decimal], ...]
    charge: Decimal
    interest: Decimal
    total: Decimal
    settles: bool
    left: Decimal
    agreed_by: str
    approver: str
    made_at: datetime
    zone: str
    schedule: tuple[Instalment, ...]
    missing: tuple[str, ...]

    @property
    def made_on(self) -> date:
        """The debtor's own day on which it was made."""
        return self.made_at.astimezone(zone_of(self.zone) or UTC).date()


def paper_of(
    made: Agreement, *, debtor: str, document: str, lender: str, number: str, pay_to: str, zone: str
) -> AgreementPaper:
    """`left` is what stays owed once a part payment was made: nothing where the agreement settles."""
    owed, less = made.debt.named(), made.discount.named()
    parts = tuple((LABELS[name], owed[name], less[name], owed[name] - less[name]) for name in owed)
    whole = made.debt.total - made.discount.total + made.charge + made.interest
    return AgreementPaper(
        id=made.id,
        kind=KINDS[made.kind],
        debtor=debtor,
        document=document,
        lender=lender,
        number=number,
        pay_to=pay_to,
        as_of=made.as_of,
        currency=made.currency,
        parts=parts,
        charge=made.charge,
        interest=made.interest,
        total=made.total,
        settles=made.settles,
        left=Decimal(0) if made.settles else whole - made.total,
        agreed_by=made.agreed_by,
        approver=made.approver,
        made_at=made.made_at,
        zone=zone,
        schedule=made.schedule,
        missing=tuple(REQUIRED[key] for key in missing_parts(made, number, pay_to)),
    )
