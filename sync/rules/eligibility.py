"""Decides whether an account may be sent to the street at all, before any hour is chosen. Knows no store."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Protocol

from ..records import AccountState, Place, Ruling, Verdict
from ..words import N_, Phrase
from .answers import allow, block, warn
from .circumstances import DebtDates
from .clauses import Cite, StopKind
from .periods import period_rulings
from .policy import Policy

_UNKNOWN = Cite("policy.unknown")
_EXPIRED = Cite("policy.expired")
_ACCOUNT = Cite("account.state")
_REJECTED = Cite("address.rejected")

_STOPPED = {
    StopKind.DISPUTE: N_("El deudor disputa la deuda: nada se cobra hasta que la oficina lo revise."),
    StopKind.CEASE: N_("El deudor pidió no ser visitado o contactado."),
    StopKind.ATTORNEY: N_("El deudor está representado por un abogado."),
    StopKind.DECEASED: N_("El deudor falleció: sus cuentas están congeladas."),
    StopKind.HELD: N_("El deudor no está disponible (privado de libertad u hospitalizado)."),
    StopKind.UNSAFE: N_("La zona o la situación fue reportada como riesgosa."),
}
_STATES = {
    AccountState.RECALLED: N_("El acreedor retiró la cuenta."),
    AccountState.ABSENT: N_("La cuenta no vino en el último archivo completo del acreedor."),
    AccountState.CLOSED: N_("La cuenta está cerrada."),
}


class AccountLike(Protocol):
    """What of an account this rule reads; `records.Account` fits."""

    @property
    def credit_type(self) -> str: ...
    @property
    def exception_evidence(self) -> str: ...
    @property
    def state(self) -> AccountState: ...


def pack_ruling(policy: Policy | None, day: date) -> Ruling:
    """Allow when the pack is known and in force; block (`policy.unknown`, `policy.expired`) when not."""
    if policy is None:
        return block(_UNKNOWN, Phrase(N_("No se conoce el paquete de reglas de esta cuenta.")))
    if not policy.in_force(day):
        text = N_("El paquete {pack} no rige el {day}.")
        return block(_EXPIRED, Phrase(text, {"pack": policy.name, "day": f"{day:%d/%m/%Y}"}))
    return allow(Cite("policy.in_force"), Phrase(N_("Rige el paquete {pack}."), {"pack": policy.name}))


def place_ruling(policy: Policy, place: Place, credit_type: str, exception_evidence: str) -> Ruling:
    """The pack's word on a visit at this kind of place for this credit type and documented exception."""
    rule = policy.place_rule(place)
    if rule.decision == "allow":
        return allow(rule.cite, Phrase(N_("Se permite visitar en este lugar.")))
    excepted = policy.credit_type(credit_type) in rule.exception_credit_types
    documented = bool(exception_evidence.strip()) or not rule.exception_needs_evidence
    if excepted and documented:
        return allow(rule.cite, Phrase(N_("Se permite por la excepción documentada del tipo de crédito.")))
    if rule.decision == "warn":
        return warn(rule.cite, Phrase(N_("La norma no prevé este lugar: solo si el deudor lo acordó.")))
    if excepted:
        text = N_("No se permite visitar en este lugar: falta el documento de la excepción.")
        return block(rule.cite, Phrase(text))
    text = N_("No se permite visitar en este lugar para este tipo de crédito.")
    return block(rule.cite, Phrase(text))


def lacks_evidence(policy: Policy, place: Place, credit_type: str, exception_evidence: str) -> bool:
    """True when only evidence is missing, and the office can still ask the lender for it: the document of an
    exception, or of what type the credit is where some type has one."""
    rule = policy.place_rule(place)
    unknown = not credit_type.strip() and bool(rule.exception_credit_types)
    excepted = unknown or policy.credit_type(credit_type) in rule.exception_credit_types
    barred = place_ruling(policy, place, credit_type, exception_evidence).decision == "block"
    return barred and excepted


def address_ruling(policy: Policy, state: str) -> Ruling:
    """Whether an address in this state (accepted, proposed, rejected) may be visited."""
    if state == "accepted":
        cite = policy.proposed_addresses.cite
        return allow(cite, Phrase(N_("La dirección está aceptada.")))
    if state == "proposed" and policy.proposed_addresses.allowed:
        text = N_("Dirección propuesta en campo: se permite visitarla.")
        return allow(policy.proposed_addresses.cite, Phrase(text))
    if state == "proposed":
        text = N_("Dirección propuesta en campo: no se visita hasta que la oficina la acepte.")
        return block(policy.proposed_addresses.cite, Phrase(text))
    return block(_REJECTED, Phrase(N_("La oficina rechazó esta dirección.")))


def stop_rulings(policy: Policy, stops: Collection[StopKind]) -> tuple[Ruling, ...]:
    """A block for each open stop that the pack honours; deceased always blocks."""
    if not stops:
        return ()
    honoured = {*policy.stop_states, StopKind.DECEASED}
    return tuple(
        block(policy.stops.cite, Phrase(_STOPPED[kind]))
        for kind in StopKind
        if kind in stops and kind in honoured
    )


def field_ruling(policy: Policy, dpd: int) -> Ruling:
    """Whether the debt is old enough for the field: the lender's strategy, kept in the pack."""
    cite = Cite(f"{policy.name}.field_threshold")
    values = {"dpd": dpd, "least": policy.field_from_dpd}
    if dpd >= policy.field_from_dpd:
        return allow(cite, Phrase(N_("Tiene {dpd} días de mora; a campo pasa desde {least}."), values))
    return block(cite, Phrase(N_("Tiene {dpd} días de mora; a campo pasa solo desde {least}."), values))


def may_be_visited(
    account: AccountLike,
    policy: Policy | None,
    today: date,
    *,
    stops: Collection[StopKind] = (),
    place: Place = Place.HOME,
    address_state: str = "accepted",
    dpd: int | None = None,
    dates: DebtDates | None = None,
) -> Verdict:
    """May this account be planned for a field visit? With `dpd`, also whether it has reached the field stage.

    Blocks: unknown or expired pack, recalled/absent/closed account, open stop, place and credit type
    (rule e.g. `co.visit.home`), proposed address, below the field threshold (`<pack>.field_threshold`).
    With the debt's `dates`, also its limitation and bureau periods.
    """
    rulings = [pack_ruling(policy, today)]
    if account.state in _STATES:
        rulings.append(block(_ACCOUNT, Phrase(_STATES[account.state])))
    if policy is None:
        return Verdict(tuple(rulings))
    rulings += stop_rulings(policy, stops)
    rulings += period_rulings(policy, dates, today)
    rulings.append(place_ruling(policy, place, account.credit_type, account.exception_evidence))
    rulings.append(address_ruling(policy, address_state))
    if dpd is not None:
        rulings.append(field_ruling(policy, dpd))
    return Verdict(tuple(rulings))
