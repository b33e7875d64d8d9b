"""Decides whether an offer is within somebody's authority, and who may approve one that is not.

Knows no store: who asked, who earns on the account and what each may do come in as arguments.
"""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from ..money import rounded
from ..records import AccountState, Refused, Ruling
from ..words import N_, Phrase
from .clauses import StopKind
from .offer import Quote
from .offer_rules import BOUNDS, Limit, OfferSegment, Range


def beyond(quote: Quote, held: OfferSegment, bounds: Range, limit: Limit) -> tuple[Ruling, ...]:
    """Each way in which the offer goes further than `limit` lets one go alone; empty: he may offer it.

    What is paid of the debt (all but the plan's own interest and its fee) is held against the bounds; the
    segment's own limits hold for everybody but those who may go beyond them.
    """
    found: list[Ruling] = []

    def needs(rule: str, text: str, **values: str | int) -> None:
        found.append(Ruling(f"offer.{rule}", "block", Phrase(text, values)))

    paid = quote.debt.total - quote.discount.total
    least = _least(bounds, limit.lowest)
    if paid < least:
        needs(
            "bound",
            N_("Se pagaría {paid} y su límite es {least}."),
            paid=f"{paid:f}",
            least=f"{least:f}",
        )
    discount = min(limit.max_discount_percent, _widest(limit, held.max_discount_percent))
    if quote.discount_percent > discount:
        needs(
            "discount",
            N_("El descuento es de {percent} % y el límite es {most} %."),
            percent=f"{rounded(quote.discount_percent, 'USD'):f}",
            most=f"{discount:f}",
        )
    most = limit.max_instalments if limit.beyond_segment else min(limit.max_instalments, held.max_instalments)
    if len(quote.rows) > most:
        needs(
            "instalments", N_("Son {count} cuotas y el límite es {most}."), count=len(quote.rows), most=most
        )
    first = rounded(quote.financed * held.min_first_percent / 100, quote.currency)
    if len(quote.rows) > 1 and quote.first < first and not limit.beyond_segment:
        needs(
            "first",
            N_("La primera cuota es {first} y debe ser al menos {least}."),
            first=f"{quote.first:f}",
            least=f"{first:f}",
        )
    if quote.kind == "restructuring" and not limit.restructure:
        needs("restructuring", N_("Una reestructuración necesita autorización."))
    return tuple(found)


def may_decide(
    *, actor: str, asked_by: str, earns: Collection[str], exceeded: tuple[Ruling, ...]
) -> Refused | None:
    """Why this person may not decide the request; None when he may. Four eyes, and none of them paid for it.

    `earns`: who earns commission on the account; `exceeded`: how the offer goes beyond the decider's limit.
    """
    if actor == asked_by:
        return Refused(
            Phrase(N_("Quien pidió la oferta no la puede aprobar: pídalo a otra persona.")), "offer.eyes"
        )
    if actor in earns:
        text = N_("Quien gana comisión por esta cuenta no puede aprobar ofertas sobre ella.")
        return Refused(Phrase(text), "offer.commission")
    if exceeded:
        text = N_("La oferta también pasa del límite de usted: {because}")
        return Refused(Phrase(text, {"because": str(exceeded[0].because)}), "offer.limit")
    return None


def frozen(state: AccountState, stops: Collection[StopKind]) -> Phrase | None:
    """Why nothing may be offered or agreed on an account; None while it may.

    A lender that took the account back, a dispute and a death each end all bargaining until the office says
    otherwise; a request not to be visited does not: who asks for it may still want to settle.
    """
    if state is not AccountState.OPEN:
        return Phrase(N_("La cuenta no está abierta: no se ofrece ni se acuerda nada sobre ella."))
    if StopKind.DECEASED in stops:
        return Phrase(N_("Consta que la persona falleció: nada se ofrece hasta que la libere cumplimiento."))
    if StopKind.DISPUTE in stops:
        return Phrase(N_("La deuda está en disputa: no se ofrece nada hasta que la oficina la resuelva."))
    return None


def _least(bounds: Range, lowest: str) -> Decimal:
    amounts = dict(zip(BOUNDS, (bounds.opening, bounds.target, bounds.floor, Decimal(0)), strict=True))
    return amounts[lowest]


def _widest(limit: Limit, of_segment: Decimal) -> Decimal:
    return Decimal(100) if limit.beyond_segment else of_segment
