"""Fills a text in for an account and has it judged: its parts, the pack's demands, its words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, Engine

from sync.messages import disclosures, shipped
from sync.papers import refused_words
from sync.records import Refused
from sync.rules.messages import Medium, Rendered, Template, fits, render, wrong_template
from sync.rules.policy import Policy
from sync.rules.wording import Linted, lint

from ..store import facts, message_templates
from ..store.engine import writing


def templates(connection: Connection) -> dict[str, Template]:
    """By key every template in force: the office's last version, else the one that is shipped."""
    return {**shipped(), **message_templates.latest(connection)}


def template_of(connection: Connection, key: str) -> Template | None:
    return templates(connection).get(key)


def write_template(engine: Engine, template: Template, *, actor: str, now: datetime) -> int | list[Refused]:
    """Keep a text as the next version of its template, or say what is wrong with it. Answers the version."""
    found = wrong_template(template)
    if not found and (refused := refused_words(lint(template.text, None, "template"))) is not None:
        found = [refused]
    if found:
        return found
    with writing(engine) as connection:
        version = message_templates.add(connection, template, actor, now)
        facts.append(
            connection,
            "template.written",
            as_of=now.date(),
            now=now,
            actor=actor,
            subject=template.key,
            payload={"version": version},
        )
    return version


def write_out(
    template: Template, policy: Policy, known: Mapping[str, str]
) -> tuple[Rendered, Linted] | Refused:
    """The text for one account and what the linter says of it; refused where a rule forbids it."""
    if wrong := fits(template, policy, disclosures()):
        return wrong[0]
    made = render(template, known, demanded(policy))
    if isinstance(made, Refused):
        return made
    found = lint(made.whole, policy, "letter" if template.medium is Medium.LETTER else "message")
    return refused_words(found) or (made, found)


def demanded(policy: Policy) -> set[str]:
    """The places that the pack's disclosures want said."""
    return {place for rule in policy.disclosures for place in disclosures().get(rule.id, ())}
