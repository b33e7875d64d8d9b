"""Decides whether a time is lawful: windows of a day, a happening judged on its interval."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from ..records import Interval, Known, Ruling, Verdict
from ..words import N_, Phrase
from .answers import allow, block, remembered, warn
from .circumstances import NONE, Circumstances
from .clauses import Cite, Hours
from .overriding import lifting
from .policy import Policy, zone_of

# An interval longer than this is not a time anybody knows; its days beyond are not looked at.
_LONGEST = timedelta(days=7)
# Of each pack: a batch of visits asks for the same few days again and again.
DAYS_REMEMBERED = 4096

_CLOSED = (
    N_("Los lunes no se permite contactar al deudor."),
    N_("Los martes no se permite contactar al deudor."),
    N_("Los miércoles no se permite contactar al deudor."),
    N_("Los jueves no se permite contactar al deudor."),
    N_("Los viernes no se permite contactar al deudor."),
    N_("Los sábados no se permite contactar al deudor."),
    N_("Los domingos no se permite contactar al deudor."),
)


def windows(policy: Policy, day: date, zone: str, channel: str = "visit") -> tuple[Interval, ...]:
    """The lawful stretches of a local civil day, in UTC.

    Empty on closed days, outside the pack's validity, in an unknown zone, and where the pack closes on
    holidays but that year's holidays are not known.
    """
    known, asked = policy.days_opened, (day, zone, channel)
    found = known.get(asked)
    if found is None:
        if len(known) >= DAYS_REMEMBERED:
            known.clear()
        found = known[asked] = _windows(policy, day, zone, channel)
    return found


def _windows(policy: Policy, day: date, zone: str, channel: str) -> tuple[Interval, ...]:
    hours, where = policy.hours_for(channel), zone_of(zone)
    if hours is None or where is None or not policy.in_force(day) or _shut(policy, hours, day):
        return ()
    stretches = (_stretch(day, opens, closes, where) for opens, closes in hours.week[day.weekday()])
    return tuple(stretch for stretch in stretches if stretch is not None)


def open_hours(
    policy: Policy, day: date, zone: str, channel: str = "visit", about: Circumstances = NONE
) -> tuple[Interval, ...]:
    """`windows` of a day as they are for one debtor: closed on the holidays of his municipality, open all
    day where somebody with the authority set the hours aside for him."""
    hours, where = policy.hours_for(channel), zone_of(zone)
    if hours is None or where is None or not policy.in_force(day):
        return ()
    local = policy.local_holiday(day, about.municipality, channel)
    rule = hours.cite.id if local is None else local.cite.id
    if about.overrides and lifting(policy, rule, about.overrides, day, channel) is not None:
        whole = _stretch(day, time(), time(23, 59, 59), where)
        return () if whole is None else (whole,)
    return () if local is not None else windows(policy, day, zone, channel)


def holidays_known(policy: Policy, day: date, channel: str = "visit") -> bool:
    """False when the pack closes on holidays and nobody has said which days of that year they are."""
    hours = policy.hours_for(channel)
    return hours is not None and (hours.on_holidays or day.year in policy.holiday_years)


def local_days(happened: Interval, where: ZoneInfo) -> tuple[date, ...]:
    """The civil days of `where` that an interval touches."""
    first = happened.start.astimezone(where).date()
    last = min(happened.end, happened.start + _LONGEST).astimezone(where).date()
    return tuple(first + timedelta(days=count) for count in range((last - first).days + 1))


def judge_hours(
    policy: Policy,
    happened: Interval,
    zone: str,
    channel: str = "visit",
    *,
    known: Known = Known.LIVE,
    uncertainty_s: float = 0.0,
    municipality: str = "",
) -> Verdict:
    """Certainly inside → allow, uncertain → warn, certainly outside → block, with the hours' rule id.

    `uncertainty_s` is how far each end may be off. A time typed later (`known` not LIVE) is a span within
    which the visit happened: it blocks only when no part of it is inside. A holiday of the debtor's
    `municipality` closes its day as those of the country do.
    """
    local = _local(policy, happened, zone, channel, municipality)
    if local is not None:
        return local
    judged = policy.hours_judged
    asked = (happened.start, happened.end, zone, channel, known, uncertainty_s)
    found = judged.get(asked)
    if found is None:
        if len(judged) >= DAYS_REMEMBERED:
            judged.clear()
        found = judged[asked] = _judge_hours(policy, happened, zone, channel, known, uncertainty_s)
    return found


def _local(policy: Policy, happened: Interval, zone: str, channel: str, municipality: str) -> Verdict | None:
    """The refusal of a holiday of the place on the day the contact began there; None where there is none."""
    where = zone_of(zone)
    if not policy.local_holidays or where is None:
        return None
    day = happened.start.astimezone(where).date()
    local = policy.local_holiday(day, municipality, channel)
    if local is None:
        return None
    values = {"day": f"{day:%d/%m/%Y}", "where": municipality, "why": local.cite.quote}
    if local.municipalities:
        text = N_("Es festivo en {where} ({day}): no se permite contactar al deudor. {why}")
    else:
        text = N_("La empresa no contacta a nadie el {day}. {why}")
    return Verdict((block(local.cite, Phrase(text, values)),))


def _judge_hours(
    policy: Policy, happened: Interval, zone: str, channel: str, known: Known, uncertainty_s: float
) -> Verdict:
    hours, where = policy.hours_for(channel), zone_of(zone)
    if hours is None:
        return Verdict((block(Cite("policy.channel"), Phrase(N_("El paquete no dice nada de este canal."))),))
    if where is None:
        because = Phrase(
            N_("No se conoce la zona horaria {zone}: no se puede juzgar la hora."), {"zone": zone}
        )
        return Verdict((block(Cite("policy.zone"), because),))
    # Three days to either side any hour is possible: beyond, nothing becomes less certain.
    slack = min(timedelta(seconds=uncertainty_s), timedelta(days=3))
    start, end = happened.start - slack, happened.end + slack
    first = start.astimezone(where).date()
    for window in windows(policy, first, zone, channel):
        if window.start <= start and end <= window.end:
            return _inside(policy, hours, channel, first)
    outer = Interval(start, end)
    days = local_days(outer, where)
    open_for = [window for day in days for window in windows(policy, day, zone, channel)]
    if any(window.start <= start and end <= window.end for window in open_for):
        return _inside(policy, hours, channel, days[0])
    if any(_may_fit(window, happened, slack, known) for window in open_for):
        text = N_("No es seguro que fuera dentro del horario permitido ({hours}).")
        return Verdict((warn(hours.cite, _said(text, hours, days[0])),))
    return Verdict((_outside(policy, hours, happened.start.astimezone(where).date(), channel),))


def _inside(policy: Policy, hours: Hours, channel: str, day: date) -> Verdict:
    """What most visits are told: one verdict for each day of the week."""
    said = N_("Dentro del horario permitido ({hours}).")
    ruling = remembered(
        policy.known_rulings,
        ("inside", channel, day.weekday()),
        lambda: allow(hours.cite, _said(said, hours, day)),
    )
    return Verdict((ruling,))


def _shut(policy: Policy, hours: Hours, day: date) -> bool:
    return not hours.on_holidays and (day.year not in policy.holiday_years or day in policy.holidays)


def _stretch(day: date, opens: time, closes: time, where: ZoneInfo) -> Interval | None:
    """Local hours as an interval in UTC; None when a clock change leaves nothing of them."""
    start = datetime.combine(day, opens, where).astimezone(UTC)
    end = datetime.combine(day, closes, where).astimezone(UTC)
    return Interval(start, end) if start < end else None


def _may_fit(window: Interval, happened: Interval, slack: timedelta, known: Known) -> bool:
    """Could it have happened inside the window? A live interval as a whole, a typed one in some part."""
    if happened.start - slack > window.end or happened.end + slack < window.start:
        return False
    if known is not Known.LIVE:
        return True
    return happened.start + slack >= window.start and happened.end - slack <= window.end


def _outside(policy: Policy, hours: Hours, day: date, channel: str) -> Ruling:
    if not policy.in_force(day):
        return block(hours.cite, Phrase(N_("El paquete {pack} no rige ese día."), {"pack": policy.name}))
    if not holidays_known(policy, day, channel):
        text = N_("No se conocen los festivos de {year}: no se puede permitir el contacto.")
        return block(hours.cite, Phrase(text, {"year": day.year}))
    if not hours.on_holidays and day in policy.holidays:
        text = N_("Es festivo ({day}): no se permite contactar al deudor.")
        return block(hours.cite, Phrase(text, {"day": f"{day:%d/%m/%Y}"}))
    if not hours.week[day.weekday()]:
        return block(hours.cite, Phrase(_CLOSED[day.weekday()]))
    return block(hours.cite, _said(N_("Fuera del horario permitido ({hours})."), hours, day))


def _said(text: str, hours: Hours, day: date) -> Phrase:
    return Phrase(text, {"hours": _spans(hours.week[day.weekday()])})


@lru_cache(maxsize=256)
def _spans(spans: tuple[tuple[time, time], ...]) -> str:
    return ", ".join(f"{opens:%H:%M}–{closes:%H:%M}" for opens, closes in spans)
