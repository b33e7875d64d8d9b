"""Judges a visit again as it was recorded, each account by its own pack. Knows no store and no clock."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from ..records import Contact, Result, Verdict, Visit
from .answers import strictest
from .clauses import StopKind
from .contact import judge_visit
from .eligibility import AccountLike
from .policy import Policy
from .visit import debt_discussed, payment_taken, reason_asked


def judge_recorded(
    visit: Visit,
    accounts: Mapping[str, AccountLike],
    policies: Mapping[str, Policy | None],
    zone: str,
    *,
    history: Sequence[Contact | Visit] = (),
    stops: Collection[StopKind] = (),
    address_state: str = "accepted",
    uncertainty_s: float = 0.0,
) -> Verdict:
    """The strictest of the verdicts on a visit's accounts, `happened` being corrected already.

    `accounts` and `policies` are by account id; an account or pack not known blocks. `history` may hold
    this visit and later ones: only contacts begun before it count against it. `stops` are those that were
    open before it: what the visit itself set is no breach. A visit that was not made has no ruling.
    """
    made = [result for result in visit.results if result.result is not Result.NOT_MADE]
    verdicts = [
        judge_visit(
            policies.get(result.account) if result.account in accounts else None,
            visit.happened,
            zone,
            place=visit.place,
            party=visit.party,
            credit_type=accounts[result.account].credit_type if result.account in accounts else "",
            exception_evidence=accounts[result.account].exception_evidence
            if result.account in accounts
            else "",
            history=history,
            payment_taken=payment_taken([result]),
            reason_asked=reason_asked([result]),
            address_state=address_state,
            debt_discussed=debt_discussed([result]),
            stops=stops,
            known=visit.known,
            uncertainty_s=uncertainty_s,
            after_the_fact=True,
            ignore=(visit.id,),
        )
        for result in made
    ]
    return strictest(verdicts)
