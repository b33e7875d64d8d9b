"""What one visit shows by itself, each finding a small rule. Knows no other visit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from ...records import Address, Finding, Known, Party, Visit
from ...words import N_, Phrase, Terms
from ..hours import judge_hours
from ..policy import Policy
from ..results import PARTIES
from ..visit import debt_discussed
from ..wording import Category, TextKind, lint
from .seen import (
    FINE_DECIMALS,
    NETWORK_M,
    STRANGERS,
    Seen,
    accuracy_m,
    decimals,
    mark_of,
    measured_there,
    metres,
    point_of,
    reach_m,
    slack_m,
    talked,
)
from .texts import own_words, plain


def far_from_address(visit: Visit, address: Address | None, policy: Policy) -> Finding | None:
    """The measured position is farther from the address than the limit, beyond all that is not known.

    Of a visit typed later the position is that of the typing, which only informs.
    """
    here, door = point_of(visit.location), mark_of(address)
    if here is None or door is None or address is None:
        return None
    away = metres(door, here)
    certain = away - reach_m(visit) - slack_m(address)
    if certain <= policy.audit.far_m:
        return None
    text = N_("Registrada a {metres} m de la dirección (precisión {accuracy} m, límite {limit} m).")
    values = {"metres": round(away), "accuracy": round(accuracy_m(visit)), "limit": policy.audit.far_m}
    severity = "review" if measured_there(visit) else "info"
    return Finding("audit.far_from_address", visit.id, severity, Phrase(text, values))


# A hundred metres: no limit asks for more, and most fixes are told apart at once.
EXACT_DEGREES = 0.001


def too_exact(visit: Visit, address: Address | None, policy: Policy) -> Finding | None:
    """Measured where the address is said to be, to the centimetre: every real fix has an error."""
    here, door = point_of(visit.location), mark_of(address)
    if here is None or door is None or abs(here[0] - door[0]) > EXACT_DEGREES:
        return None
    here, door = exactly(visit, address)
    if here is None or door is None:
        return None
    away_cm = metres(door, here) * 100
    if away_cm > policy.audit.exact_cm:
        return None
    text = N_("La posición coincide con la coordenada de la dirección a {cm} cm (mínimo creíble {limit} cm).")
    values = {"cm": round(away_cm), "limit": policy.audit.exact_cm}
    return Finding("audit.too_exact", visit.id, "review", Phrase(text, values))


def exactly(
    visit: Visit, address: Address | None
) -> tuple[tuple[float, float] | None, tuple[float, float] | None]:
    """A satellite fix made there and the coordinate of its address, where both are points and the second
    was not itself made from a fix in the field."""
    here, door = point_of(visit.location), mark_of(address)
    if here is None or door is None or address is None or not measured_there(visit):
        return None, None
    coarse = min(decimals(here), decimals(door)) < FINE_DECIMALS or accuracy_m(visit) > NETWORK_M
    if coarse or address.origin == "field":
        return None, None
    return here, door


def outside_hours(visit: Visit, policy: Policy, zone: str, uncertainty_s: float = 0.0) -> Finding | None:
    """Certainly outside the pack's hours is serious; perhaps outside is for review."""
    verdict = judge_hours(policy, visit.happened, zone, known=visit.known, uncertainty_s=uncertainty_s)
    ruling = verdict.rulings[0]
    if ruling.decision == "allow":
        return None
    severity = "serious" if verdict.blocked else "review"
    return Finding("audit.outside_hours", visit.id, severity, ruling.because)


def too_short(visit: Visit, policy: Policy) -> Finding | None:
    """The debtor or his guarantor was spoken to, live, in less time than a conversation takes.

    A relative who says that he is out takes no longer than a door that stays shut.
    """
    if visit.known is not Known.LIVE or not talked(visit):
        return None
    seconds = (visit.happened.end - visit.happened.start).total_seconds()
    if seconds >= policy.audit.too_short_s:
        return None
    text = N_("Duró {seconds} s con alguien presente (mínimo {limit} s).")
    values = {"seconds": round(seconds), "limit": policy.audit.too_short_s}
    return Finding("audit.too_short", visit.id, "review", Phrase(text, values))


def clock_skew(visit: Visit, policy: Policy, skew_s: float | None, uncertainty_s: float) -> Finding | None:
    """The laptop's clock was certainly off by more than the limit: times are corrected, so it informs."""
    if skew_s is None or abs(skew_s) - uncertainty_s <= policy.audit.clock_skew_s:
        return None
    text = N_("El reloj del portátil estaba desviado {seconds} s (límite {limit} s).")
    values = {"seconds": round(skew_s), "limit": policy.audit.clock_skew_s}
    return Finding("audit.clock_skew", visit.id, "info", Phrase(text, values))


# Of so many other measures of a laptop most must be like this one for its clock to have stood so.
STEADY = 5


def clock_off(
    visit: Visit, policy: Policy, skew_s: float | None, uncertainty_s: float, others: Sequence[float] = ()
) -> Finding | None:
    """The clock was so far off that nobody works by it: somebody set it for this visit.

    `others` is how far ahead the same laptop was at its other visits. One that always stood wrong was not
    moved: its times are corrected, and that it is off is said by `clock_skew`.
    """
    limit = policy.audit.clock_moved_s
    if skew_s is not None and abs(skew_s) - uncertainty_s > limit:
        alike = sum(1 for other in others if abs(other - skew_s) <= limit)
        if len(others) >= STEADY and 2 * alike > len(others):
            return None
        text = N_(
            "El reloj del portátil marcaba {minutes} min de diferencia con la oficina (límite {limit})."
        )
        return _moved(visit, text, skew_s, limit)
    return None


def clock_against_itself(seen: Seen) -> Finding | None:
    """What the visit's own times say: written after it arrived, or before it happened."""
    visit, limit = seen.visit, seen.policy.audit.clock_moved_s
    written = seen.clock or visit.recorded
    if visit.received is not None and (seen.stamped or visit.known is Known.LIVE):
        early = max(written, visit.happened.start) - visit.received
        if early.total_seconds() - seen.uncertainty_s > limit:
            text = N_("Se escribió {minutes} min después de haber llegado a la oficina (límite {limit}).")
            return _moved(visit, text, early.total_seconds(), limit)
    ahead = (visit.happened.start - visit.recorded).total_seconds()
    if visit.known is Known.LIVE and ahead - seen.uncertainty_s > limit:
        text = N_("Se escribió en el lugar {minutes} min antes de que ocurriera (límite {limit}).")
        return _moved(visit, text, ahead, limit)
    return None


def _moved(visit: Visit, text: str, seconds: float, limit: int) -> Finding:
    values = {"minutes": round(seconds / 60), "limit": round(limit / 60)}
    return Finding("audit.clock_moved", visit.id, "review", Phrase(text, values))


def late_sync(visit: Visit, policy: Policy) -> Finding | None:
    """Arrived longer after it was written than any place is without a signal."""
    limit = policy.audit.late_sync_hours
    if visit.received is None or visit.received - visit.recorded <= timedelta(hours=limit):
        return None
    hours = (visit.received - visit.recorded) / timedelta(hours=1)
    text = N_("Llegó a la oficina {hours} h después de escrita (límite {limit} h).")
    return Finding(
        "audit.late_sync", visit.id, "review", Phrase(text, {"hours": round(hours), "limit": limit})
    )


def amended_late(seen: Seen) -> Finding | None:
    """What was told of it was changed longer after it happened than a slip of the pen is noticed."""
    limit = seen.policy.audit.amended_hours
    if seen.amended is None or seen.amended - seen.visit.happened.end <= timedelta(hours=limit):
        return None
    hours = (seen.amended - seen.visit.happened.end) / timedelta(hours=1)
    text = N_("Lo dicho se cambió {hours} h después de la visita (límite {limit} h).")
    because = Phrase(text, {"hours": round(hours), "limit": limit})
    return Finding("audit.amended_late", seen.id, "review", because)


def third_party_told(visit: Visit, policy: Policy) -> Finding | None:
    """The debt was discussed with somebody who does not owe it, as the result itself says."""
    allowed = policy.parties.third_party_disclosure and visit.party is not Party.MINOR
    if allowed or visit.party not in STRANGERS or visit.party in policy.parties.allowed:
        return None
    if not debt_discussed(visit.results):
        return None
    because = Phrase(N_("Se habló de la deuda con un tercero ({party})."), {"party": _said(visit.party)})
    return Finding("audit.third_party_told", visit.id, "serious", because)


# Who pays "cuando cobre en el mercado" is paid there himself; nobody was asked for the debt in public.
PAID = re.compile(r"\b(cuando|apenas|en cuanto|hasta que|una vez que|luego que)\s+cobren?\b", re.IGNORECASE)


def said_told(seen: Seen) -> Finding | None:
    """Somebody says, or the note's own words do, that a third party was told of the debt."""
    visit, policy = seen.visit, seen.policy
    if seen.third_party:
        because = Phrase(N_("Consta que un tercero supo de la deuda."))
        return Finding("audit.third_party_told", visit.id, "serious", because)
    note = PAID.sub(r"\1 reciba", visit.note)
    found = lint(note, policy, TextKind.NOTE).found if note.strip() else ()
    words = next((one.words for one in found if one.category is Category.THIRD), None)
    if words is None:
        return None
    because = Phrase(N_("La nota dice que un tercero supo de la deuda: «{words}»."), {"words": words})
    # What everybody writes of a door that stays shut is for the wording's rules, not for this one.
    severity = "review" if own_words(plain(visit.note), 1) else "info"
    return Finding("audit.third_party_told", visit.id, severity, because)


def _said(party: Party) -> Terms:
    return Terms(PARTIES[party])


def overridden(seen: Seen) -> Finding | None:
    """Somebody set a rule aside for it: allowed, and to be seen."""
    if not seen.override.strip():
        return None
    because = Phrase(N_("Permitida por excepción: {why}"), {"why": seen.override.strip()})
    return Finding("policy.override", seen.id, "review", because)
