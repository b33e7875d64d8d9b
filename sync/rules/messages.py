"""Decides what a message or letter must say, what it may not, and fills it in. Reads no file, sends nothing.

A text has places in braces (`{overdue}`); each place says one thing. What the trade demands of a text to a
debtor is a set of places, and a pack's disclosures demand more. A text to a third party has no place that
tells of a debt. Contact rules and wording are judged elsewhere.
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote

from ..records import Refused
from ..words import N_, Phrase
from .policy import Policy


class Medium(StrEnum):
    """How a text goes out; the contact rules know it by its channel."""

    WHATSAPP = "whatsapp"
    SMS = "sms"
    EMAIL = "email"
    LETTER = "letter"

    @property
    def channel(self) -> str:
        return "message" if self in (Medium.WHATSAPP, Medium.SMS) else str(self)


class Audience(StrEnum):
    DEBTOR = "debtor"
    THIRD = "third"


LONGEST = {Medium.WHATSAPP: 1500, Medium.SMS: 480, Medium.EMAIL: 6000, Medium.LETTER: 8000}

# Every place a text may have, and what it says.
PLACES: Mapping[str, str] = {
    "name": N_("nombre del deudor"),
    "first_name": N_("nombre de pila del deudor"),
    "agency": N_("quién cobra"),
    "collector": N_("nombre del gestor"),
    "phone": N_("teléfono para responder"),
    "agency_address": N_("dirección de quien cobra"),
    "responsible": N_("responsables de quien cobra"),
    "creditor": N_("acreedor"),
    "creditor_address": N_("dirección del acreedor"),
    "creditor_tax_id": N_("identificación tributaria del acreedor"),
    "contract": N_("número del crédito"),
    "overdue": N_("valor vencido"),
    "total": N_("saldo total"),
    "as_of": N_("fecha de cálculo"),
    "deadline": N_("fecha límite"),
    "pay_options": N_("cómo pagar"),
    "conditions": N_("condiciones para liquidar"),
    "consequences": N_("qué sigue, sin amenaza"),
    "already_paid": N_("cláusula «si ya pagó»"),
    "complaints": N_("dónde reclamar"),
    "promised": N_("valor prometido"),
    "promised_for": N_("fecha prometida"),
}
DEMANDED = ("creditor", "as_of", "deadline", "pay_options", "consequences", "already_paid", "complaints")
ONE_OF = (("agency", "collector"), ("overdue", "total", "promised"))
# A line that says one of these is left out where it is not known and no rule demands it.
OPTIONAL = frozenset({"conditions", "responsible", "agency_address", "creditor_address", "creditor_tax_id"})
FOR_A_THIRD = frozenset({"name", "first_name", "collector", "phone"})


@dataclass(frozen=True)
class Template:
    """A text with places. `packs` names the packs it is for; none named: any whose demands it meets."""

    key: str
    title: str
    medium: Medium
    audience: Audience
    text: str
    subject: str = ""
    language: str = "es"
    packs: tuple[str, ...] = ()
    version: int = 0

    @property
    def places(self) -> frozenset[str]:
        return places_of(self.text) | places_of(self.subject)


@dataclass(frozen=True)
class Rendered:
    """A text filled in for one account, not yet judged."""

    template: Template
    subject: str
    text: str

    @property
    def whole(self) -> str:
        return f"{self.subject}\n{self.text}" if self.subject else self.text


def places_of(text: str) -> frozenset[str]:
    """The places of a text. Raises ValueError for braces that do not match."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def wrong_template(template: Template) -> list[Refused]:
    """Why the text cannot be kept, whatever the pack."""
    try:
        places = template.places
    except ValueError:
        return [_no("message.place", N_("Hay una llave suelta en el texto: cada lugar va entre dos llaves."))]
    found = []
    if not template.text.strip():
        return [_no("message.empty", N_("El texto está vacío."))]
    if unknown := sorted(places - set(PLACES)):
        text = N_("No existe el lugar «{place}». Los que hay: {known}.")
        found.append(_no("message.place", text, place=unknown[0] or "{}", known=", ".join(PLACES)))
    if len(template.text) > LONGEST[template.medium]:
        text = N_("El texto tiene {size} letras y por este medio caben {most}.")
        found.append(_no("message.long", text, size=len(template.text), most=LONGEST[template.medium]))
    if template.medium is Medium.EMAIL and not template.subject.strip():
        found.append(_no("message.subject", N_("Un correo necesita asunto.")))
    if template.audience is Audience.THIRD:
        if told := sorted((places & set(PLACES)) - FOR_A_THIRD):
            text = N_("A un tercero no se le dice: {places}.")
            found.append(_no("message.third", text, places=_said(told)))
        if not {"collector", "phone"} <= places:
            text = N_("Un recado dice quién llama y a qué teléfono responder.")
            found.append(_no("message.parts", text))
    elif lacking := _lacking(places, DEMANDED):
        text = N_("Al texto le falta decir: {places}.")
        found.append(_no("message.parts", text, places=_said(lacking)))
    return found


def fits(template: Template, policy: Policy, disclosures: Mapping[str, Iterable[str]]) -> list[Refused]:
    """Why the text may not be used under this pack. `disclosures`: the places each of its rules demands."""
    if template.packs and policy.name.partition("@")[0] not in template.packs:
        text = N_("Este texto es de otras reglas ({packs}), no de {pack}.")
        return [_no("message.pack", text, packs=", ".join(template.packs), pack=policy.name)]
    if template.language != policy.language:
        text = N_("Las reglas {pack} piden textos en «{language}» y este está en «{own}».")
        return [
            _no("message.language", text, pack=policy.name, language=policy.language, own=template.language)
        ]
    if template.audience is Audience.THIRD:
        return []
    found = []
    for rule in policy.disclosures:
        if rule.id not in disclosures:
            text = N_("Nadie ha dicho aún qué datos pide la norma {rule}: no se escribe sin saberlo.")
            found.append(_no(rule.id, text, source=rule.source, rule=rule.id))
        elif lacking := sorted(set(disclosures[rule.id]) - template.places):
            text = N_("La norma {rule} pide decir además: {places}.")
            found.append(_no(rule.id, text, source=rule.source, rule=rule.id, places=_said(lacking)))
    return found


def render(template: Template, facts: Mapping[str, str], demanded: Iterable[str] = ()) -> Rendered | Refused:
    """The text with its places filled; refused where something it must say is not known.

    `demanded` are places that a rule wants said: a line with one of them is never left out.
    """
    free = OPTIONAL - set(demanded)
    unknown = {name for name in template.places if not facts.get(name, "").strip()}
    lines = [line for line in template.text.splitlines() if not places_of(line) & unknown & free]
    lacking = sorted(places_of("\n".join([template.subject, *lines])) & unknown)
    if lacking:
        text = N_("Falta un dato para escribirlo: {places}. Complételo en el membrete o en la cuenta.")
        return _no("message.facts", text, places=_said(lacking))
    text, subject = "\n".join(lines), template.subject
    return Rendered(template, subject.format_map(dict(facts)).strip(), text.format_map(dict(facts)).strip())


def link(medium: Medium, to: str, subject: str, text: str) -> str:
    """What a person presses to open his own program with the text in it; "" for a letter or nobody."""
    if not to or medium is Medium.LETTER:
        return ""
    if medium is Medium.EMAIL:
        return f"mailto:{quote(to, safe='@.+-_')}?subject={quote(subject)}&body={quote(text)}"
    digits = "".join(mark for mark in to if mark.isascii() and mark.isdigit())
    if medium is Medium.WHATSAPP:
        return f"https://wa.me/{digits}?text={quote(text)}" if digits else ""
    return f"sms:{'+' if to.strip().startswith('+') else ''}{digits}?&body={quote(text)}" if digits else ""


def hidden(number: str) -> str:
    """An account number as a message shows it: only how it ends."""
    plain = "".join(mark for mark in number if mark.isalnum())
    return f"terminado en {plain[-max(1, min(4, len(plain) // 2)) :]}"


def _lacking(places: frozenset[str], demanded: Iterable[str]) -> list[str]:
    missing = [name for name in demanded if name not in places]
    return missing + [choice[0] for choice in ONE_OF if not places & set(choice)]


def _said(names: Iterable[str]) -> str:
    return ", ".join(PLACES.get(name, name) for name in names)


def _no(rule_id: str, msgid: str, /, *, source: str = "", **values: str | int) -> Refused:
    return Refused(Phrase(msgid, values), rule_id, source)
