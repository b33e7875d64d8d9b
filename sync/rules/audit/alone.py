"""What a supervisor should look at in a visit, each finding a small pure rule. Convicts nobody."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta

from ...records import (
    Address,
    Finding,
    Interval,
    Known,
    LocationSource,
    Party,
    Precision,
    Result,
    Verdict,
    Visit,
)
from ...words import N_, Phrase
from ..geo import haversine_m
from ..hours import judge_hours
from ..policy import Policy

_MEASURED = (LocationSource.GNSS, LocationSource.BROWSER, LocationSource.EXIF)
# A fix that does not state its accuracy is taken to be this good, as phones' photos usually are.
_UNSTATED_ACCURACY_M = 100.0
# How far an address known only so well may lie from its coordinate; a weaker one proves nothing.
_ADDRESS_SLACK_M = {Precision.DOOR: 0.0, Precision.BLOCK: 100.0, Precision.STREET: 300.0}
# Walking back from the next door takes no speed: shorter legs are within the noise of two fixes.
_LEAST_LEG_M = 300.0


def findings_of(
    visit: Visit,
    address: Address | None,
    previous: Sequence[Visit],
    policy: Policy,
    *,
    zone: str,
    skew_s: float | None = None,
    uncertainty_s: float = 0.0,
    overridden: Collection[str] = (),
) -> tuple[Finding, ...]:
    """The findings of one visit. `visit.happened` is already corrected by the measured skew.

    `previous` are the same agent's other visits of that day, in any order; a finding about two visits is
    filed on the later one, so that auditing either gives the same finding. `skew_s` is device clock less
    server clock, None when never measured; `uncertainty_s` is how far the corrected times may be off.
    Typing late is not a finding. A visit that was not made has none. The hours of a rule in `overridden`
    were set aside for it, which is a finding of its own (`findings_from`).
    """
    if void(visit):
        return ()
    others = [other for other in previous if other.id != visit.id and not void(other)]
    found = [
        far_from_address(visit, address, policy),
        outside_hours(visit, policy, zone, uncertainty_s) if not _lifted(policy, overridden) else None,
        too_short(visit, policy),
        clock_skew(visit, policy, skew_s, uncertainty_s),
        *(overlap(visit, other, uncertainty_s) for other in others),
        *(impossible_speed(visit, other, policy, uncertainty_s) for other in _neighbours(visit, others)),
    ]
    return tuple(finding for finding in found if finding is not None)


def _lifted(policy: Policy, overridden: Collection[str]) -> bool:
    hours = policy.hours_for("visit")
    return hours is not None and hours.cite.id in overridden


def findings_from(verdict: Verdict, visit: str, policy: Policy | None = None) -> tuple[Finding, ...]:
    """The policy's blocks (serious) and warnings (review) on a visit as findings with the pack's rule ids.

    With `policy`, its hours are left out: `findings_of` under the same policy says them once.
    """
    severity = {"block": "serious", "warn": "review"}
    told = {hours.cite.id for hours in policy.hours} if policy is not None else set()
    return tuple(
        Finding(ruling.rule, visit, severity[ruling.decision], ruling.because)
        for ruling in verdict.rulings
        if ruling.decision in severity and ruling.rule not in told
    )


def far_from_address(visit: Visit, address: Address | None, policy: Policy) -> Finding | None:
    """The measured position is farther from the address than the limit, beyond all that is not known."""
    place = visit.location
    if address is None or address.precision not in _ADDRESS_SLACK_M or place.source not in _MEASURED:
        return None
    if None in (address.lat, address.lon, place.lat, place.lon):
        return None
    away = _metres(address.lat, address.lon, place.lat, place.lon)
    certain = away - _accuracy_m(visit) - _ADDRESS_SLACK_M[address.precision]
    if certain <= policy.audit.far_m:
        return None
    text = N_("Registrada a {metres} m de la dirección (precisión {accuracy} m, límite {limit} m).")
    values = {"metres": round(away), "accuracy": round(_accuracy_m(visit)), "limit": policy.audit.far_m}
    return Finding("audit.far_from_address", visit.id, "review", Phrase(text, values))


def outside_hours(visit: Visit, policy: Policy, zone: str, uncertainty_s: float = 0.0) -> Finding | None:
    """Certainly outside the pack's hours is serious; perhaps outside is for review."""
    verdict = judge_hours(policy, visit.happened, zone, known=visit.known, uncertainty_s=uncertainty_s)
    ruling = verdict.rulings[0]
    if ruling.decision == "allow":
        return None
    severity = "serious" if verdict.blocked else "review"
    return Finding("audit.outside_hours", visit.id, severity, ruling.because)


def too_short(visit: Visit, policy: Policy) -> Finding | None:
    """Somebody was spoken to, live, in less time than a conversation takes."""
    if visit.known is not Known.LIVE or visit.party is Party.NOBODY:
        return None
    seconds = (visit.happened.end - visit.happened.start).total_seconds()
    if seconds >= policy.audit.too_short_s:
        return None
    text = N_("Duró {seconds} s con alguien presente (mínimo {limit} s).")
    values = {"seconds": round(seconds), "limit": policy.audit.too_short_s}
    return Finding("audit.too_short", visit.id, "review", Phrase(text, values))


def clock_skew(visit: Visit, policy: Policy, skew_s: float | None, uncertainty_s: float) -> Finding | None:
    """The laptop's clock was certainly off by more than the limit."""
    if skew_s is None or abs(skew_s) - uncertainty_s <= policy.audit.clock_skew_s:
        return None
    text = N_("El reloj del portátil estaba desviado {seconds} s (límite {limit} s).")
    values = {"seconds": round(skew_s), "limit": policy.audit.clock_skew_s}
    return Finding("audit.clock_skew", visit.id, "review", Phrase(text, values))


def overlap(visit: Visit, other: Visit, uncertainty_s: float = 0.0) -> Finding | None:
    """One agent in two visits at once. Two people at one address may be visited together."""
    if visit.address is not None and visit.address == other.address:
        return None
    earlier, later = _ordered(visit, other)
    shared = min(earlier.happened.end, later.happened.end) - later.happened.start
    seconds = shared.total_seconds() - 2 * uncertainty_s
    if seconds <= 0:
        return None
    live = earlier.known is Known.LIVE and later.known is Known.LIVE
    text = N_("Se cruza {seconds} s con otra visita del mismo gestor.")
    because = Phrase(text, {"seconds": round(seconds)})
    return Finding("audit.overlap", later.id, "serious" if live else "review", because, earlier.id)


def impossible_speed(
    visit: Visit, other: Visit, policy: Policy, uncertainty_s: float = 0.0
) -> Finding | None:
    """Two live visits with measured positions, too far apart for the time between them."""
    if visit.known is not Known.LIVE or other.known is not Known.LIVE:
        return None
    here, there = visit.location, other.location
    if here.source not in _MEASURED or there.source not in _MEASURED:
        return None
    if here.lat is None or here.lon is None or there.lat is None or there.lon is None:
        return None
    earlier, later = _ordered(visit, other)
    apart = haversine_m(here.lat, here.lon, there.lat, there.lon)
    metres = apart - _accuracy_m(visit) - _accuracy_m(other)
    seconds = _between(earlier.happened, later.happened).total_seconds() + 2 * uncertainty_s
    fastest = policy.audit.max_speed_kmh / 3.6 * max(0.0, seconds)
    if metres <= max(_LEAST_LEG_M, fastest):
        return None
    text = N_("Recorrió {metres} m en {seconds} s desde la visita anterior (límite {limit} km/h).")
    values = {
        "metres": round(apart),
        "seconds": round(max(0.0, seconds)),
        "limit": policy.audit.max_speed_kmh,
    }
    return Finding("audit.impossible_speed", later.id, "serious", Phrase(text, values), earlier.id)


def void(visit: Visit) -> bool:
    """True of a visit that was not made: nothing is noticed of it, nor of its neighbours because of it."""
    for result in visit.results:
        if result.result is not Result.NOT_MADE:
            return False
    return bool(visit.results)


def _ordered(visit: Visit, other: Visit) -> tuple[Visit, Visit]:
    began, other_began = visit.happened.start, other.happened.start
    if began < other_began or (began == other_began and visit.id <= other.id):
        return visit, other
    return other, visit


def _neighbours(visit: Visit, others: Sequence[Visit]) -> list[Visit]:
    """The visits just before and just after: a leg is between neighbours."""
    own = (visit.happened.start, visit.id)
    before: Visit | None = None
    after: Visit | None = None
    for other in others:
        began = (other.happened.start, other.id)
        if began < own:
            if before is None or began > (before.happened.start, before.id):
                before = other
        elif after is None or began < (after.happened.start, after.id):
            after = other
    return [each for each in (before, after) if each is not None]


def _between(earlier: Interval, later: Interval) -> timedelta:
    return later.start - earlier.end


def _accuracy_m(visit: Visit) -> float:
    stated = visit.location.accuracy_m
    return _UNSTATED_ACCURACY_M if stated is None else stated


def _metres(lat1: float | None, lon1: float | None, lat2: float | None, lon2: float | None) -> float:
    """Metres between two points; callers have made sure that none is None."""
    return haversine_m(lat1 or 0.0, lon1 or 0.0, lat2 or 0.0, lon2 or 0.0)
