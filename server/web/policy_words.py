"""A policy pack in words: each of its rules as a sentence with its source. Knows no request and no store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time

from sync.records import Place
from sync.rules.clauses import CHANNELS, Cap, Cite, Hours, Period, PlaceRule, Switch
from sync.rules.policy import Policy
from sync.rules.results import PARTIES, PLACES
from sync.words import N_, Phrase, Terms

DAYS = (
    N_("lunes"),
    N_("martes"),
    N_("miércoles"),
    N_("jueves"),
    N_("viernes"),
    N_("sábado"),
    N_("domingo"),
)
CHANNEL_WORDS = {
    "visit": N_("visita"),
    "call": N_("llamada"),
    "message": N_("mensaje"),
    "letter": N_("carta"),
    "email": N_("correo"),
}
STOP_WORDS = {
    "dispute": N_("disputa de la deuda"),
    "cease": N_("pedido de no ser contactado"),
    "attorney": N_("abogado que lo representa"),
    "deceased": N_("fallecimiento"),
    "held": N_("persona privada de libertad u hospitalizada"),
    "unsafe": N_("zona o situación de riesgo"),
}
CONFIDENCE = {
    "V": N_("leída en la norma"),
    "S": N_("fuente secundaria"),
    "C": N_("las fuentes se contradicen"),
    "U": N_("sin verificar"),
    "own": N_("decisión propia"),
    "fictitious": N_("ficticia"),
}
ROLE_WORDS = {
    "coordinator": N_("coordinación"),
    "supervisor": N_("supervisión"),
    "compliance": N_("cumplimiento"),
}


@dataclass(frozen=True)
class Line:
    """One rule in a sentence, and where it comes from."""

    said: Phrase
    cite: Cite


@dataclass(frozen=True)
class Section:
    title: str
    lines: tuple[Line, ...]


def sections(policy: Policy, today: date) -> list[Section]:
    """Everything the pack says, in the order in which a person asks; past holidays are not told."""
    found = [
        Section(N_("Horario"), tuple(line for hours in policy.hours for line in _hours(hours))),
        Section(N_("Festivos propios"), tuple(_local(policy, today))),
        Section(N_("Dónde"), tuple(_place(rule) for rule in policy.places)),
        Section(N_("Con quién"), (_parties(policy),)),
        Section(N_("Cuántas veces"), tuple(_caps(policy))),
        Section(N_("Qué se puede hacer"), tuple(_switches(policy))),
        Section(N_("Qué detiene la cobranza"), (_stops(policy),)),
        Section(N_("Plazos de la deuda"), tuple(_period(period) for period in policy.periods)),
        Section(N_("Papeles y avisos"), tuple(_papers(policy))),
        Section(N_("Qué se puede exceptuar"), tuple(_overrides(policy))),
        Section(N_("De dónde sale"), tuple(Line(Phrase(""), cite) for cite in policy.sources)),
    ]
    return [section for section in found if section.lines]


def _hours(hours: Hours) -> Iterator[Line]:
    for days, spans in _alike(hours):
        values = {"days": Terms(*days), "hours": _spans(spans), "channels": _channels(hours.channels)}
        text = N_("{days}: {hours} ({channels})") if spans else N_("{days}: nunca ({channels})")
        yield Line(Phrase(text, values), hours.cite)
    if hours.on_holidays:
        yield Line(Phrase(N_("Los festivos no cambian el horario.")), hours.cite)
    else:
        yield Line(Phrase(N_("Los festivos, nunca.")), hours.cite)


def _alike(hours: Hours) -> Iterator[tuple[list[str], Sequence[tuple[time, time]]]]:
    """The weekdays by their hours, those with the same together."""
    by_spans: dict[tuple[tuple[time, time], ...], list[str]] = {}
    for day, spans in zip(DAYS, hours.week, strict=True):
        by_spans.setdefault(spans, []).append(day)
    for same, days in by_spans.items():
        yield days, same


def _local(policy: Policy, today: date) -> Iterator[Line]:
    for local in policy.local_holidays:
        ahead = [day for day in local.dates if day >= today][:6]
        if not ahead:
            continue
        days = ", ".join(f"{day:%d/%m/%Y}" for day in ahead)
        if local.municipalities:
            where = ", ".join(name.replace("_", " ").title() for name in local.municipalities)
            yield Line(Phrase(N_("En {where}: {days}"), {"where": where, "days": days}), local.cite)
        else:
            yield Line(Phrase(N_("En todas partes: {days}"), {"days": days}), local.cite)


def _place(rule: PlaceRule) -> Line:
    text = {
        "allow": N_("{places}: se permite."),
        "warn": N_("{places}: solo si el deudor lo acordó."),
        "block": N_("{places}: no se permite."),
    }[rule.decision]
    values: dict[str, str] = {"places": Terms(*(PLACES[Place(place)] for place in rule.places))}
    if rule.exception_credit_types:
        text = N_("{places}: no se permite, salvo crédito {types} con su documento.")
        values["types"] = ", ".join(rule.exception_credit_types)
    return Line(Phrase(text, values), rule.cite)


def _parties(policy: Policy) -> Line:
    who = Terms(*(PARTIES[party] for party in policy.parties.allowed))
    text = N_("De la deuda se habla solo con: {who}. Con un menor, nunca.")
    return Line(Phrase(text, {"who": who}), policy.parties.cite)


def _caps(policy: Policy) -> Iterator[Line]:
    for cap in policy.caps:
        yield Line(_cap(cap), cap.cite)
    rule = policy.one_channel_per_week
    if rule is not None and not rule.allowed:
        yield Line(Phrase(N_("Un solo canal por semana, una vez hecho el contacto.")), rule.cite)


def _cap(cap: Cap) -> Phrase:
    text = {
        "day": N_("Máximo {limit} al día ({channels})."),
        "week": N_("Máximo {limit} por semana ({channels})."),
        "rolling": N_("Máximo {limit} en {days} días ({channels})."),
    }[cap.per]
    if cap.min_gap_days:
        text = N_("Máximo {limit} en {days} días, con {gap} días entre uno y otro ({channels}).")
    if cap.effective_only:
        text = N_("Máximo {limit} en {days} días en que se lo encontró ({channels}).")
    values: dict[str, str | int | float] = {
        "limit": cap.maximum,
        "days": cap.days,
        "gap": cap.min_gap_days,
        "channels": _channels(cap.channels),
    }
    return Phrase(text, values)


def _switches(policy: Policy) -> Iterator[Line]:
    asked: tuple[tuple[Switch, str, str], ...] = (
        (
            policy.receive_payment,
            N_("El gestor puede recibir pagos, con recibo."),
            N_("El gestor no puede recibir pagos."),
        ),
        (policy.ask_reason, N_("Se puede preguntar el motivo."), N_("No se puede preguntar el motivo.")),
        (
            policy.proposed_addresses,
            N_("Una dirección hallada en campo puede visitarse."),
            N_("Una dirección hallada en campo espera a la oficina."),
        ),
    )
    for switch, yes, no in asked:
        yield Line(Phrase(yes if switch.allowed else no), switch.cite)


def _stops(policy: Policy) -> Line:
    states = Terms(*(STOP_WORDS[state] for state in policy.stop_states))
    return Line(
        Phrase(N_("Hasta que la oficina lo revise: {states}."), {"states": states}), policy.stops.cite
    )


def _period(period: Period) -> Line:
    text = {
        ("limitation", "warn"): N_("Prescripción: {months} meses; después se avisa."),
        ("limitation", "block"): N_("Prescripción: {months} meses; después no se cobra."),
        ("bureau", "warn"): N_("Centrales de riesgo: {months} meses; después se avisa."),
        ("bureau", "block"): N_("Centrales de riesgo: {months} meses; después no se cobra."),
    }[period.kind, period.decision]
    return Line(Phrase(text, {"months": period.months}), period.cite)


def _papers(policy: Policy) -> Iterator[Line]:
    if policy.notice is not None:
        text = (
            N_("Los papeles van en sobre cerrado.")
            if policy.notice.sealed
            else N_("Los papeles pueden ir abiertos.")
        )
        yield Line(Phrase(text), policy.notice.cite)
    for cite in policy.disclosures:
        yield Line(Phrase(N_("Debe decirse:")), cite)


def _overrides(policy: Policy) -> Iterator[Line]:
    rule = policy.overrides
    if rule is None:
        return
    values = {"rules": ", ".join(rule.rules), "roles": Terms(*(ROLE_WORDS[role] for role in rule.roles))}
    text = N_(
        "Las reglas {rules}, un día, a un deudor y por un canal, con su razón. Decide alguien de {roles}."
    )
    if rule.four_eyes:
        text = N_(
            "Las reglas {rules}, un día, a un deudor y por un canal, con su razón. Deciden dos de {roles}."
        )
    yield Line(Phrase(text, values), rule.cite)


def _channels(channels: Sequence[str]) -> Terms:
    if set(channels) == set(CHANNELS):
        return Terms(N_("todos los canales"))
    return Terms(*(CHANNEL_WORDS[channel] for channel in channels))


def _spans(spans: Sequence[tuple[time, time]]) -> str:
    return ", ".join(f"{opens:%H:%M}–{closes:%H:%M}" for opens, closes in spans)
