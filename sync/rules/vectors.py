"""Runs a pack's own test vectors: situations and the verdict the pack's writer expects. Reads no file.

A vector: `say` (in words), `at` (local ISO time), `minutes`, `place`, and optionally `zone`, `party`,
`credit_type`, `evidence`, `address_state`, `pays_cash`, `reason_asked`, `debt_discussed`, `known`,
`channel`, `stops`, `contacts` (a list of "ISO-time channel", local, and "unanswered" where nobody was
reached), `municipality`, `oldest_due`,
`last_payment`, `overrides` (a list of "rule", or "rule by two", for the vector's own day and channel),
`outside` (a list of "SYSTEM channel day-it-is-known-through", or "never");
then `verdict`, the deciding `rule`, and the rules that are `silent` there: they decide nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ..records import Contact, Interval, Known, Party, Place, Verdict
from .circumstances import Circumstances, DebtDates, Override
from .clauses import PolicyError, StopKind
from .contact import judge_contact, judge_visit
from .freshness import OutsideSource
from .policy import Policy, zone_of

_KEYS = {
    "say", "at", "minutes", "place", "zone", "party", "credit_type", "evidence", "address_state",
    "pays_cash", "reason_asked", "debt_discussed", "known", "channel", "stops", "contacts", "verdict", "rule",
    "municipality", "oldest_due", "last_payment", "overrides", "silent",
    "outside",
}  # fmt: skip


def judge_vector(policy: Policy, vector: Mapping[str, Any]) -> Verdict:
    """The pack's verdict on the situation. Raises PolicyError when the vector cannot be read."""
    unknown = sorted(set(vector) - _KEYS)
    if unknown:
        raise PolicyError(f"vector {vector.get('say')!r}: unknown key {', '.join(unknown)}")
    zone = str(vector.get("zone", policy.timezone))
    where = zone_of(zone)
    if where is None:
        raise PolicyError(f"vector {vector.get('say')!r}: {zone!r} is not an IANA zone")
    try:
        return _judge(policy, vector, zone, where)
    except (KeyError, ValueError, TypeError) as broken:
        raise PolicyError(f"vector {vector.get('say')!r} cannot be read: {broken}") from None


def failure(policy: Policy, vector: Mapping[str, Any]) -> str | None:
    """One sentence on how the pack disagrees with its vector; None when it agrees."""
    verdict = judge_vector(policy, vector)
    rules = [ruling.rule for ruling in verdict.rulings if ruling.decision == verdict.decision]
    expected, rule = vector.get("verdict"), vector.get("rule")
    if verdict.decision != expected:
        return f"{vector.get('say')}: {expected} expected, {verdict.decision} decided by {', '.join(rules)}"
    if rule is not None and rule not in rules:
        return f"{vector.get('say')}: {expected} by {rule} expected, decided by {', '.join(rules)}"
    loud = sorted(set(vector.get("silent", ())) & set(rules))
    if loud:
        return f"{vector.get('say')}: {', '.join(loud)} should say nothing, and decides {verdict.decision}"
    return None


def unproved(policy: Policy, vectors: Iterable[Mapping[str, Any]]) -> list[str]:
    """The rules of the pack that can forbid or warn and that no vector names: nothing shows what they do."""
    named = {vector.get("rule") for vector in vectors}
    switches = (policy.proposed_addresses, policy.receive_payment, policy.ask_reason)
    forbidding = [
        *(hours.cite.id for hours in policy.hours),
        *(rule.cite.id for rule in policy.places if rule.decision != "allow"),
        *(cap.cite.id for cap in policy.caps),
        *(switch.cite.id for switch in switches if not switch.allowed),
        *(local.cite.id for local in policy.local_holidays if not local.always),
        *(period.cite.id for period in policy.periods),
    ]
    return [rule for rule in forbidding if rule not in named]


def _judge(policy: Policy, vector: Mapping[str, Any], zone: str, where: ZoneInfo) -> Verdict:
    start = datetime.fromisoformat(vector["at"]).replace(tzinfo=where)
    happened = Interval(start, start + timedelta(minutes=int(vector.get("minutes", 0))))
    party = Party(vector["party"]) if "party" in vector else None
    history = [_contact(text, place, where) for place, text in enumerate(vector.get("contacts", []))]
    stops = [StopKind(text) for text in vector.get("stops", [])]
    known = Known(vector.get("known", "live"))
    discussed = bool(vector.get("debt_discussed", True))
    about = _about(vector, start.date())
    if vector.get("channel", "visit") != "visit":
        return judge_contact(
            policy,
            happened,
            zone,
            vector["channel"],
            party=party,
            history=history,
            stops=stops,
            debt_discussed=discussed,
            known=known,
            place=Place(vector["place"]) if "place" in vector else None,
            credit_type=vector.get("credit_type", ""),
            exception_evidence=vector.get("evidence", ""),
            about=about,
        )
    return judge_visit(
        policy,
        happened,
        zone,
        place=Place(vector["place"]),
        party=party,
        credit_type=vector.get("credit_type", ""),
        exception_evidence=vector.get("evidence", ""),
        history=history,
        payment_taken=bool(vector.get("pays_cash", False)),
        reason_asked=bool(vector.get("reason_asked", False)),
        address_state=vector.get("address_state", "accepted"),
        debt_discussed=discussed,
        stops=stops,
        known=known,
        about=about,
    )


def _about(vector: Mapping[str, Any], day: date) -> Circumstances:
    """A vector that names no date of the debt does not ask about periods."""
    dates = DebtDates(vector.get("oldest_due"), vector.get("last_payment"))
    overrides = []
    for text in vector.get("overrides", []):
        rule, _, second = str(text).partition(" by ")
        if second not in ("", "two"):
            raise ValueError(f"overrides: {text!r} is not a rule, or a rule and 'by two'")
        channel = vector.get("channel", "visit")
        approved = "vector" if second else ""
        overrides.append(Override("vector", "vector", rule, day, channel, "", "vector", "", approved))
    asked = dates if dates != DebtDates() else None
    outside = tuple(_source(text) for text in vector.get("outside", []))
    return Circumstances(str(vector.get("municipality", "")), asked, tuple(overrides), outside)


def _source(text: str) -> OutsideSource:
    """`DIALLER call 2026-11-12`: the system, its channel, and how far it is known; or `never`."""
    name, channel, through = text.split(" ")
    return OutsideSource(name, None if through == "never" else date.fromisoformat(through), (channel,))


def _contact(text: str, place: int, where: ZoneInfo) -> Contact:
    at, _, told = text.partition(" ")
    channel, _, unanswered = told.partition(" ")
    if unanswered not in ("", "unanswered"):
        raise ValueError(f"contacts: {text!r} is not a time, a channel and perhaps 'unanswered'")
    moment = datetime.fromisoformat(at).replace(tzinfo=where)
    return Contact(f"vector-{place}", "vector", channel, Interval(moment, moment), not unanswered)
