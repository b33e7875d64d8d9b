"""What a contact-policy pack says, as one frozen value that both sides judge from. Reads no file."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from functools import cached_property, lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..records import Interval, Place
from . import reading, reading_limits
from .ageing import DEFAULT_EDGES
from .clauses import (
    CHANNELS,
    AuditLimits,
    Cap,
    Cite,
    Hours,
    LocalHolidays,
    NoticeRule,
    OverrideRule,
    PartyRule,
    Period,
    PlaceRule,
    PolicyError,
    PromiseRule,
    Retention,
    StopKind,
    StopRule,
    Switch,
)

__all__ = [
    "CHANNELS",
    "SCHEMA",
    "AuditLimits",
    "Cap",
    "Cite",
    "Hours",
    "LocalHolidays",
    "NoticeRule",
    "OverrideRule",
    "PartyRule",
    "Period",
    "PlaceRule",
    "Policy",
    "PolicyError",
    "PromiseRule",
    "Retention",
    "StopKind",
    "StopRule",
    "Switch",
    "fold_text",
    "from_wire",
    "policy_from",
    "to_wire",
    "zone_of",
]

# A pack of a later schema may hold rules this program would not apply, so it is refused, not guessed at.
SCHEMA = 1


@dataclass(frozen=True)
class Policy:
    """One pack. Construct with `policy_from`; send with `to_wire`; `version` names its exact content."""

    name: str
    title: str
    jurisdiction: str
    regime: str
    fictitious: bool
    valid_from: date
    valid_to: date | None
    version: str
    timezone: str
    country: str
    subdivision: str
    language: str
    sources: tuple[Cite, ...]
    confidence: str
    reviewer: str
    needs_signoff: bool
    ageing_edges: tuple[int, ...]
    field_from_dpd: int
    hours: tuple[Hours, ...]
    holidays: tuple[date, ...]
    holiday_years: tuple[int, ...]
    places: tuple[PlaceRule, ...]
    credit_types: tuple[tuple[str, tuple[str, ...]], ...]
    parties: PartyRule
    proposed_addresses: Switch
    receive_payment: Switch
    ask_reason: Switch
    caps: tuple[Cap, ...]
    one_channel_per_week: Switch | None
    stops: StopRule
    promise: PromiseRule
    audit: AuditLimits
    service_seconds: tuple[tuple[str, int], ...]
    retention: Retention | None
    disclosures: tuple[Cite, ...] = ()
    forbidden_terms: tuple[str, ...] = ()
    notice: NoticeRule | None = None
    local_holidays: tuple[LocalHolidays, ...] = ()
    periods: tuple[Period, ...] = ()
    overrides: OverrideRule | None = None
    canonical: str = field(default="", repr=False, compare=False)

    @property
    def may_receive_payment(self) -> bool:
        return self.receive_payment.allowed

    @property
    def may_ask_reason(self) -> bool:
        return self.ask_reason.allowed

    @property
    def stop_states(self) -> tuple[StopKind, ...]:
        return self.stops.states

    @property
    def needs_holidays(self) -> bool:
        """True when some hours are closed on holidays, so that their dates must be known."""
        return any(not hours.on_holidays for hours in self.hours)

    def cites(self) -> Iterator[Cite]:
        """The source of every rule of the pack."""
        yield from (hours.cite for hours in self.hours)
        yield from (rule.cite for rule in self.places)
        yield from (cap.cite for cap in self.caps)
        for switch in (self.proposed_addresses, self.receive_payment, self.ask_reason):
            yield switch.cite
        if self.one_channel_per_week is not None:
            yield self.one_channel_per_week.cite
        yield from (self.parties.cite, self.stops.cite, self.promise.cite, self.audit.cite)
        for rule in (self.retention, self.notice, self.overrides):
            if rule is not None:
                yield rule.cite
        yield from (local.cite for local in self.local_holidays)
        yield from (period.cite for period in self.periods)
        yield from self.disclosures

    def cite(self, rule: str) -> Cite | None:
        """The source of a rule id of this pack, for "why?"."""
        return next((cite for cite in self.cites() if cite.id == rule), None)

    def credit_type(self, text: str) -> str:
        """The pack's code for a credit type as a lender writes it; the text itself, folded, when unknown."""
        folded = fold_text(text)
        for code, names in self.credit_types:
            if folded == code or folded in names:
                return code
        return folded

    def in_force(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def local_holiday(self, day: date, municipality: str, channel: str) -> LocalHolidays | None:
        """What closes the day in this municipality besides the country's own holidays."""
        hours = self.hours_for(channel)
        if not self.local_holidays or hours is None:
            return None
        here = fold_text(municipality)
        for local in self.local_holidays:
            concerned = not local.municipalities or here in local.municipalities
            if day in local.dates and concerned and (local.always or not hours.on_holidays):
                return local
        return None

    def hours_for(self, channel: str) -> Hours | None:
        return self._hours_of_channel.get(channel)

    @cached_property
    def _hours_of_channel(self) -> dict[str, Hours]:
        """The first hours that name each channel."""
        return {channel: hours for hours in reversed(self.hours) for channel in hours.channels}

    @cached_property
    def days_opened(self) -> dict[tuple[date, str, str], tuple[Interval, ...]]:
        """What `hours.windows` has found of this very pack, by day, zone and channel."""
        return {}

    @cached_property
    def hours_judged(self) -> dict[tuple[Any, ...], Any]:
        """What `hours.judge_hours` said last: the rules and the audit ask it of the same visit."""
        return {}

    @cached_property
    def known_rulings(self) -> dict[tuple[Any, ...], Any]:
        """What rules have said of this very pack, by all they depend on: of a batch of visits few differ."""
        return {}

    def place_rule(self, place: Place) -> PlaceRule:
        """The first rule that names the place; every pack names every place."""
        return next(rule for rule in self.places if place in rule.places)

    def service_s(self, kind: str) -> int:
        """Seconds at the door for a kind of stop; falls back to "visit"."""
        seconds = dict(self.service_seconds)
        return seconds.get(kind, seconds["visit"])


def fold_text(text: str) -> str:
    """Small letters without accents, anything else an underscore: how lenders' spellings are compared."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(mark for mark in plain if not unicodedata.combining(mark))
    return "_".join("".join(mark if mark.isalnum() else " " for mark in kept).split())


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo | None:
    """The zone of an IANA name, None when there is none such: callers block on an unknown zone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def edges_of(policy: Policy | None) -> tuple[int, ...]:
    """The first day of each bucket after "current"; the usual ones where no pack is known."""
    return policy.ageing_edges if policy is not None else DEFAULT_EDGES


def local_day(moment: datetime, zone: str) -> date:
    """The civil date of an instant in a zone; in the instant's own where the zone is not known."""
    where = zone_of(zone)
    return (moment.astimezone(where) if where else moment).date()


def policy_from(
    data: Mapping[str, Any], holidays: Mapping[int, Sequence[date]] | None = None, *, strict: bool = True
) -> Policy:
    """A policy from a parsed pack and, per year, its holidays. Raises PolicyError with a sentence.

    A pack may list holidays of its own; a year counts as known only when `holidays` has it or the pack's
    `[holidays] years` says so. Test vectors and readings are no part of the policy or of its version.
    """
    known = _holidays(data, holidays or {})
    content = {key: value for key, value in data.items() if key not in ("vectors", "readings", "holidays")}
    content["holidays"] = {str(year): [day.isoformat() for day in days] for year, days in known.items()}
    canonical = json.dumps(_plain(content), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return _policy(reading.Table(json.loads(canonical), "pack", strict=strict), known, canonical)


def to_wire(policy: Policy) -> dict[str, Any]:
    """A JSON-ready object with the pack's data and holidays as dates; `from_wire` gives it back."""
    return {"name": policy.name, "version": policy.version, "pack": json.loads(policy.canonical)}


def from_wire(data: Mapping[str, Any]) -> Policy:
    """The Policy of `to_wire`. Raises PolicyError when the content does not match its `version`."""
    pack = data.get("pack")
    if not isinstance(pack, Mapping) or not isinstance(pack.get("holidays"), Mapping):
        raise PolicyError("not a policy: an object with version and pack is expected")
    try:
        years = {int(year): days for year, days in pack["holidays"].items()}
    except ValueError:
        raise PolicyError("pack: holidays must be lists of dates by year") from None
    holidays = {
        year: [reading.as_date(day, "pack: holidays") for day in days] for year, days in years.items()
    }
    rest = {key: value for key, value in pack.items() if key != "holidays"}
    policy = policy_from(rest, holidays, strict=False)
    if policy.version != data.get("version"):
        raise PolicyError(f"pack {policy.name}: its content does not match its version; fetch it again")
    return policy


def _holidays(data: Mapping[str, Any], given: Mapping[int, Sequence[date]]) -> dict[int, tuple[date, ...]]:
    own: list[date] = []
    years = set(given)
    if "holidays" in data:
        table = reading.Table(data["holidays"], "pack [holidays]", strict=True)
        own = [reading.as_date(day, "pack [holidays] dates") for day in table.get("dates", [])]
        listed = table.get("years", [])
        if not isinstance(listed, list) or not all(isinstance(year, int) for year in listed):
            raise table.fail("years", "a list of years")
        years |= set(listed)
        table.done()
    return {
        year: tuple(sorted({*given.get(year, ()), *(day for day in own if day.year == year)}))
        for year in sorted(years)
    }


def _policy(pack: reading.Table, holidays: Mapping[int, Sequence[date]], canonical: str) -> Policy:
    pack.get("holidays")
    if pack.number("schema") > SCHEMA:
        raise PolicyError(f"pack: schema {pack.get('schema')} is newer than this program knows; update Ronda")
    name = pack.text("name")
    pack.where = f"pack {name}"
    valid_from, valid_to = pack.day("valid_from"), pack.day("valid_to")
    if valid_from is None or (valid_to is not None and valid_to < valid_from):
        raise PolicyError(f"pack {name}: valid_from is missing or after valid_to")
    credit_types = _credit_types(pack.get("credit_types", {}), name)
    policy = Policy(
        name=name,
        title=pack.text("title"),
        jurisdiction=pack.text("jurisdiction"),
        regime=pack.word("regime", ("bank", "commercial", "agency", "own", "any")),
        fictitious=pack.flag("fictitious", False),
        valid_from=valid_from,
        valid_to=valid_to,
        version=hashlib.sha256(canonical.encode()).hexdigest(),
        timezone=pack.text("timezone"),
        country=pack.text("country", ""),
        subdivision=pack.text("subdivision", ""),
        language=pack.text("language", "es"),
        sources=tuple(reading.cite_of(table) for table in pack.tables("sources")),
        confidence=pack.word("confidence", reading.CONFIDENCES),
        reviewer=pack.text("reviewer", ""),
        needs_signoff=pack.flag("needs_signoff"),
        ageing_edges=_edges(pack),
        field_from_dpd=pack.number("field_from_dpd", 90),
        hours=tuple(reading.hours_of(table) for table in pack.tables("hours")),
        holidays=tuple(day for days in holidays.values() for day in days),
        holiday_years=tuple(holidays),
        places=tuple(
            reading.place_of(table, [code for code, _ in credit_types]) for table in pack.tables("places")
        ),
        credit_types=credit_types,
        parties=reading.parties_of(pack.table("parties")),
        proposed_addresses=reading.switch_of(pack.table("proposed_addresses")),
        receive_payment=reading.switch_of(pack.table("receive_payment")),
        ask_reason=reading.switch_of(pack.table("ask_reason")),
        caps=tuple(reading.cap_of(table) for table in pack.tables("caps")),
        one_channel_per_week=_one_channel(pack),
        stops=reading.stops_of(pack.table("stops")),
        promise=reading.promise_of(pack.table("promise")),
        audit=reading.audit_of(pack.table("audit")),
        service_seconds=_service(pack.table("service_seconds")),
        retention=reading.retention_of(pack.table("retention")) if "retention" in pack.data else None,
        disclosures=tuple(reading.cite_of(table) for table in pack.tables("disclosures")),
        forbidden_terms=pack.words("forbidden_terms", ()),
        notice=reading.notice_of(pack.table("notice")) if "notice" in pack.data else None,
        local_holidays=tuple(_local_holidays(table) for table in pack.tables("local_holidays")),
        periods=tuple(reading_limits.period_of(table) for table in pack.tables("periods")),
        canonical=canonical,
    )
    _whole(policy)
    if "overrides" in pack.data:
        policy = replace(policy, overrides=_overrides(pack.table("overrides"), policy))
    pack.done()
    return policy


def _whole(policy: Policy) -> None:
    """Refuse a pack that would leave a question without an answer."""
    if zone_of(policy.timezone) is None:
        raise PolicyError(f"pack {policy.name}: timezone {policy.timezone!r} is not an IANA zone")
    for channel in CHANNELS:
        if policy.hours_for(channel) is None:
            raise PolicyError(f"pack {policy.name}: no [[hours]] cover the channel {channel}")
    named = {place for rule in policy.places for place in rule.places}
    missing = [place.value for place in Place if place not in named]
    if missing:
        raise PolicyError(f"pack {policy.name}: no [[places]] rule names {', '.join(missing)}")


def _local_holidays(table: reading.Table) -> LocalHolidays:
    names = tuple(fold_text(name) for name in table.words("municipalities", ()))
    return reading_limits.local_holidays_of(table, names)


def _overrides(table: reading.Table, policy: Policy) -> OverrideRule:
    switch = policy.one_channel_per_week
    cites = [*(hours.cite for hours in policy.hours), *(cap.cite for cap in policy.caps)]
    return reading_limits.overrides_of(
        table, {one.id for one in (*cites, *([switch.cite] if switch else []))}
    )


def _edges(pack: reading.Table) -> tuple[int, ...]:
    edges = pack.get("ageing_edges", list(DEFAULT_EDGES))
    whole = isinstance(edges, list) and all(isinstance(edge, int) for edge in edges)
    if not whole or not edges or edges[0] < 1 or edges != sorted(set(edges)):
        raise pack.fail("ageing_edges", "growing whole numbers from 1, such as [1, 31, 61, 90]")
    return tuple(edges)


def _credit_types(value: Any, name: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    table = reading.Table(value, f"pack {name} [credit_types]", strict=True)
    return tuple(
        (fold_text(code), tuple(fold_text(text) for text in table.words(code))) for code in table.data
    )


def _one_channel(pack: reading.Table) -> Switch | None:
    key = "one_channel_per_week"
    return reading.switch_of(pack.table(key)) if key in pack.data else None


def _service(table: reading.Table) -> tuple[tuple[str, int], ...]:
    seconds = tuple((kind, table.number(kind, least=1)) for kind in table.data)
    if "visit" not in dict(seconds):
        raise PolicyError(f"{table.where}: visit is missing (seconds at the door)")
    return seconds


def _plain(value: Any) -> Any:
    """Dates and times as ISO texts, so that the canonical bytes are JSON."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, float):
        raise PolicyError(f"pack: {value} is a broken number; write whole numbers")
    return value
